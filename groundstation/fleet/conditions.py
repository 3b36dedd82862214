# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a vehicle right now, worst first. A table of pure rules.

Limits: battery as most operators set their first failsafe; heartbeat ages as the bridge judges them.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

import msgspec

from groundstation.fleet.awareness.derived import AWARENESS
from groundstation.fleet.energy import ChargeState
from groundstation.fleet.kinds import Freshness, freshness
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.navigation import GpsFix
from groundstation.fleet.phrases import Phrase, Words, say
from groundstation.fleet.plans.plan_progress import MISSION_MODES
from groundstation.fleet.separation import APART_HEIGHT_M, APART_M
from groundstation.fleet.vehicle import OVERVIEW_S, VehicleState

BATTERY_CAUTION_FRACTION = 0.25
BATTERY_WARNING_FRACTION = 0.15
ESTIMATOR_FAILED_RATIO = 1.0
"""Innovation test ratios above this are failures (MAVLink ESTIMATOR_STATUS)."""

PREARM_S = 35.0
"""ArduPilot repeats its pre-arm texts about every 30 s; older ones are of the past."""
MAX_REASONS = 3
GONE_S = 600.0
"""A vehicle that was lost longer ago is history: it is told, and no alarm any more."""

APPROACH_S = 30.0
"""Later than this an approach is drawn on the map, and is no news yet."""
APPROACH_ALARM_S = 15.0
"""So far ahead the alarm of separation looks."""

REPORT_S = 15.0
"""A bridge's word on its way to the broker counts for so long; it comes every five seconds while that is slow."""


class Level(enum.IntEnum):
    """How bad it is, in aviation's terms. Sorting by it puts the worst first when reversed."""

    NORMAL = 0
    ADVISORY = 1
    CAUTION = 2
    WARNING = 3


class Condition(msgspec.Struct, frozen=True):
    """One thing that is wrong."""

    level: Level
    """How bad."""
    said: Words
    """What, with the number that matters; in words a few, lower case."""


Rule = Callable[[VehicleState, float], Condition | None]


def conditions(state: VehicleState, now_s: float) -> tuple[Condition, ...]:
    """Everything wrong with a vehicle, worst first.

    Args:
        state: the vehicle.
        now_s: seconds on this station's monotonic clock.
    """
    # what a vehicle that is gone said last is no news: it must not outrank one that can still be helped
    found = (rule(state, now_s) for rule in (RULES if not _is_gone(state) else RULES_GONE))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: -one.level))


def heartbeat_age_s(state: VehicleState, now_s: float) -> float | None:
    """Seconds since the vehicle's last heartbeat on any link; None when the bridge has not told."""
    if state.link is None or state.link_received_s is None:
        return None
    # heard on any link is heard: one dead link of two is no loss of the vehicle
    ages = [one.heartbeat_age_s for one in state.link.links if one.heartbeat_age_s is not None]
    # the ages were true when the report was written; they have grown since it came
    return min(ages) + max(0.0, now_s - state.link_received_s) if ages else None


_LOST_CODES = {
    ConnReason.BRIDGE_LOST: "bridge_lost",
    ConnReason.BRIDGE_STOPPED: "bridge_stopped",
    ConnReason.REBOOTED: "rebooting",
}


def _link(state: VehicleState, now_s: float) -> Condition | None:
    connection = state.connection
    if connection is None or connection.state is LinkState.ONLINE:
        return None
    code = _LOST_CODES.get(connection.reason, "link_lost")
    level = _lost_level(state, silent_s(state, now_s))
    return Condition(level, say(code, age_s=heartbeat_age_s(state, now_s)))


def silent_s(state: VehicleState, now_s: float) -> float | None:
    """Seconds since anything was heard of the vehicle itself; None when never."""
    ages = (heartbeat_age_s(state, now_s), *(state.age_s(kind, now_s) for kind in _HEARD_BY))
    return min((age for age in ages if age is not None), default=None)


_HEARD_BY = ("position", "attitude", "mode", "battery", "health")
"""One kind of each stream is enough: what comes together is heard together."""


def _is_gone(state: VehicleState) -> bool:
    return state.connection is not None and state.connection.state is LinkState.OFFLINE


def _lost_level(state: VehicleState, silence_s: float | None) -> Level:
    """Lost in the air is a warning; on the ground, or so long ago that nothing can be done now, it is only told."""
    # only what is known to be disarmed is safe: unknown counts as in the air
    is_safe = state.armed is not None and state.armed.is_armed is False
    if not _is_gone(state):
        return Level.CAUTION if is_safe else Level.WARNING
    is_history = silence_s is None or silence_s > GONE_S
    return Level.ADVISORY if is_safe or is_history else Level.WARNING


def _conflict(state: VehicleState, now_s: float) -> Condition | None:
    del now_s
    connection = state.connection
    if connection is None or connection.conflict is None:
        return None
    return Condition(Level.WARNING, connection.conflict)


def _failsafe(state: VehicleState, now_s: float) -> Condition | None:
    del now_s
    status = state.flight_status
    return Condition(Level.WARNING, say("failsafe")) if status is not None and status.is_in_failsafe else None


def _battery(state: VehicleState, now_s: float) -> Condition | None:
    del now_s
    worst: Condition | None = None
    for pack in state.battery:
        # by the worst pack: one that fails is news, however full the others are
        level = _battery_level(pack.charge_fraction, pack.charge_state)
        if level is Level.NORMAL or (worst is not None and level <= worst.level):
            continue
        # from 1 as people count; a single pack needs no number
        number = pack.index + 1 if len(state.battery) > 1 else None
        name: Words = pack.component or say("battery", number=number)
        percent = None if pack.charge_fraction is None else pack.charge_fraction * 100.0
        code = "battery_critical" if level is Level.WARNING else "battery_low"
        worst = Condition(level, say(code, name=name, percent=percent))
    return worst


_CHARGE_LEVELS = {
    ChargeState.LOW: Level.CAUTION,
    ChargeState.CRITICAL: Level.WARNING,
    ChargeState.EMERGENCY: Level.WARNING,
    ChargeState.FAILED: Level.WARNING,
    ChargeState.UNHEALTHY: Level.WARNING,
}


def _battery_level(charge_fraction: float | None, charge_state: ChargeState) -> Level:
    level = _CHARGE_LEVELS.get(charge_state, Level.NORMAL)
    if charge_fraction is None:
        return level
    if charge_fraction < BATTERY_WARNING_FRACTION:
        return Level.WARNING
    # the vehicle may judge worse than the share does (BATTERY_STATUS.charge_state), never better
    return max(level, Level.CAUTION) if charge_fraction < BATTERY_CAUTION_FRACTION else level


def _gps(state: VehicleState, now_s: float) -> Condition | None:
    del now_s
    if not state.gps or any(one.fix.has_position for one in state.gps):
        return None
    # nobody told the fix: unknown is no alarm
    if all(one.fix is GpsFix.UNKNOWN for one in state.gps):
        return None
    is_armed = state.armed is not None and state.armed.is_armed
    return Condition(Level.WARNING if is_armed else Level.ADVISORY, say("no_gps_fix"))


def failed_ratios(state: VehicleState, now_s: float) -> tuple[str, ...]:
    """What its estimator is at odds with: by its own report, else, where none comes, by the overview."""
    estimator, overview, told_s = state.estimator, state.overview, state.overview_received_s
    # of a vehicle that is not followed in detail no reports of its estimator come any more: the last one is no news
    if estimator is None or freshness("estimator", state.age_s("estimator", now_s)) is Freshness.EXPIRED:
        is_told = overview is not None and told_s is not None and now_s - told_s < OVERVIEW_S
        return overview.failed_ratios if overview is not None and is_told else ()
    ratios = {
        "velocity": estimator.velocity_ratio,
        "position": estimator.horizontal_position_ratio,
        "height": estimator.vertical_position_ratio,
        "compass": estimator.compass_ratio,
    }
    return tuple(name for name, ratio in ratios.items() if ratio is not None and ratio > ESTIMATOR_FAILED_RATIO)


def _estimator(state: VehicleState, now_s: float) -> Condition | None:
    failed = failed_ratios(state, now_s)
    return Condition(Level.CAUTION, say("estimator", failed=failed)) if failed else None


def _old_position(state: VehicleState, now_s: float) -> Condition | None:
    if not state.is_heard:
        return None
    # the age is measured without `state.freshness`, which calls a place stale that nobody vouches for: that has words
    # of its own below
    age_s = state.age_s("position", now_s)
    if age_s is not None and freshness("position", age_s) is not Freshness.FRESH:
        return Condition(Level.CAUTION, say("position_old", age_s=age_s))
    if state.is_place_vouched(now_s):
        return None
    is_armed = state.armed is not None and state.armed.is_armed
    return Condition(Level.WARNING if is_armed else Level.ADVISORY, say("position_not_vouched"))


def _slow_bus(state: VehicleState, now_s: float) -> Condition | None:
    link = state.link
    if link is None or link.bus_bytes_per_s is None or state.link_received_s is None:
        return None
    if now_s - state.link_received_s > REPORT_S:
        return None
    return Condition(Level.CAUTION, say("thinned", kilobytes_per_s=link.bus_bytes_per_s / 1000.0))


def _health(state: VehicleState, now_s: float) -> Condition | None:
    del now_s
    if state.health is None:
        return None
    is_armed = state.armed is not None and state.armed.is_armed
    failed = [one.name for one in state.health.sensors if one.is_enabled and not one.is_healthy]
    parts = tuple(name.replace("_", " ") for name in failed if name not in _TOLD_APART)
    return Condition(Level.CAUTION if is_armed else Level.ADVISORY, say("unhealthy", parts=parts)) if parts else None


# SYS_STATUS lists these among the sensors, and they are none; each has a rule of its own
_TOLD_APART = ("prearm_check", "geofence")


def _is_unhealthy(state: VehicleState, part: str) -> bool:
    sensors = state.health.sensors if state.health is not None else ()
    return any(one.name == part and one.is_enabled and not one.is_healthy for one in sensors)


def _fence(state: VehicleState, now_s: float) -> Condition | None:
    """SYS_STATUS shows a breach as an unhealthy part, which it is not."""
    del now_s
    if not _is_unhealthy(state, "geofence"):
        return None
    is_armed = state.armed is not None and state.armed.is_armed
    return Condition(Level.WARNING if is_armed else Level.CAUTION, say("fence_breached"))


def _not_armable(state: VehicleState, now_s: float) -> Condition | None:
    is_armed = state.armed is not None and state.armed.is_armed
    if is_armed or not _is_unhealthy(state, "prearm_check"):
        return None
    return Condition(Level.ADVISORY, say("not_armable", why=_why_not_armable(state, now_s)))


def _why_not_armable(state: VehicleState, now_s: float) -> Words:
    """The vehicle's own words where it has said any lately, else what is known to be missing while it starts."""
    # events carry the time of the bridge's clock
    offset_s = state.clock_offset_s or 0.0
    recent = [one.text for one in state.messages if now_s - one.at_s - offset_s <= PREARM_S]
    said = [text.removeprefix("PreArm: ").removeprefix("Arm: ") for text in recent if text.startswith(_PREARM)]
    if said:
        # the same complaint is repeated each round; the newest reasons stand for what is so now
        return "; ".join(dict.fromkeys(said[-MAX_REASONS:]))
    return next((said for is_so, said in _WAITS if is_so(state)), say("has_not_said_why"))


def _has_no_fix(state: VehicleState) -> bool:
    return bool(state.gps) and not any(one.fix.has_position for one in state.gps)


def _has_no_estimate(state: VehicleState) -> bool:
    return state.estimator is not None and state.estimator.has_horizontal_position is False


_WAITS: tuple[tuple[Callable[[VehicleState], bool], Phrase], ...] = (
    (_has_no_fix, say("waits_for_fix")),
    (_has_no_estimate, say("waits_for_estimate")),
    (lambda state: state.home is None, say("waits_for_home")),
)
"""What a vehicle waits for in its first seconds, in that order; it says so itself only every 30 s."""
_PREARM = ("PreArm: ", "Arm: ")


def _idle_in_mission(state: VehicleState, now_s: float) -> Condition | None:
    """It stands in the air in the mode that flies missions, and its mission is over.

    A copter does so behind the last waypoint, and when its plan is replaced by one with fewer items (observed).
    """
    del now_s
    mission, mode = state.mission_progress, state.mode
    is_over = mission is not None and mission.state == "complete"
    is_meant = mode is not None and mode.name in MISSION_MODES
    if not (is_over and is_meant and state.is_flying is True):
        return None
    return Condition(Level.ADVISORY, say("idle_in_mission", mode=mode.name if mode is not None else ""))


def _approach(state: VehicleState, now_s: float) -> Condition | None:
    """Somebody comes near; nothing where the alarm of separation says it already (`alarms/nearness.py`)."""
    found = state.awareness
    if found is None or not found.is_near or found.closest_m is None or found.closest_in_s is None:
        return None
    # an estimate of a place that is old by now says nothing of now
    if found.closest_in_s > APPROACH_S or state.freshness(AWARENESS, now_s) is not Freshness.FRESH:
        return None
    height_m = found.closest_height_m or 0.0
    flat_m = max(0.0, found.closest_m**2 - height_m**2) ** 0.5
    if found.closest_in_s <= APPROACH_ALARM_S and flat_m < APART_M and height_m < APART_HEIGHT_M:
        return None
    said = say("approach", whom=found.closest_with, distance_m=found.closest_m, in_s=found.closest_in_s)
    return Condition(Level.ADVISORY, said)


RULES: tuple[Rule, ...] = (
    _link,
    _conflict,
    _failsafe,
    _battery,
    _gps,
    _estimator,
    _old_position,
    _slow_bus,
    _fence,
    _health,
    _not_armable,
    _idle_in_mission,
    _approach,
)
"""Every rule, in the order in which equals are shown."""

RULES_GONE: tuple[Rule, ...] = (_link, _conflict)
"""What is still true of a vehicle that is no longer heard."""
