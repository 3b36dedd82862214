# SPDX-License-Identifier: Apache-2.0
"""Where a vehicle may be that is not heard any more. Pure.

It is taken to go on as it was when it was last heard: along its mission, home, or to the point that it was told, at its
last speed; where nothing of that is known, with its last velocity. Nothing of this is told by the vehicle: how far it
may be from there grows from the first second, by

    doubt = 10 m + share x max(last speed, 4 m/s) x seconds

with a share of a quarter along a known way and of a half where only the velocity is known. 10 m are what a GPS errs by;
4 m/s since one that stood still may be on its way home by its failsafe.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import msgspec

from groundstation.fleet.awareness.approach import velocity_of
from groundstation.fleet.conditions import silent_s
from groundstation.fleet.geometry import bearing_deg, distance_m, moved
from groundstation.fleet.identity import Autopilot, VehicleKey, VehicleKind
from groundstation.fleet.kinds import Freshness, freshness
from groundstation.fleet.link import ConnReason
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.fleet.plans.plan_path import Place, path_of
from groundstation.fleet.plans.plan_progress import flown_number
from groundstation.fleet.vehicle import VehicleState

LIMIT_S = 300.0
"""Later nobody can say anything."""
SILENT_S = 5.0
"""Of a vehicle whose loss nobody has told, as where the broker is lost, nothing was heard for so long."""
FIRST_DOUBT_M, LEAST_MPS = 10.0, 4.0
SHARE_ON_WAY, SHARE_BY_VELOCITY = 0.25, 0.5
TOGETHER_S = 2.0
"""A velocity so much older or newer than the place is none of that moment."""
TARGET_S = 5.0
HOME_MODES = frozenset({"RTL", "SMART_RTL", "RETURN", "AUTO.RTL"})
POINT_MODES = frozenset({"GUIDED"})
LANDS = frozenset({Cmd.LAND, Cmd.RETURN, Cmd.VTOL_LAND})
SINKING_MPS = 0.3


class Ghost(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate: where it may be now."""

    key: VehicleKey
    place: Place
    heard: Place
    """Where it was heard last."""
    way: tuple[Place, ...]
    """From there to here."""
    heading_deg: float | None
    doubt_m: float
    """How far it may be from `place`."""
    age_s: float
    """Since it was heard there."""
    is_on_way: bool
    """Whether a way was known; else it is by its velocity alone."""


class _Way(msgspec.Struct, frozen=True):
    """Where it goes."""

    stops: tuple[tuple[Place, float], ...]
    """Places in order, and how long it stays at each, seconds."""
    lands: bool
    """Whether it lands at the last one."""


def ghost_of(state: VehicleState, now_s: float) -> Ghost | None:
    """Where a lost vehicle may be.

    Args:
        state: as it was known last.
        now_s: seconds on the station's clock.

    Returns:
        None while it is heard; where it was not known to fly; where place or velocity of the end are not known; once it
        would have landed, or its battery would be empty; after `LIMIT_S`.
    """
    age_s, position, velocity = state.age_s("position", now_s), state.position, velocity_of(state)
    if age_s is None or position is None or position.lat_deg is None or position.lon_deg is None or velocity is None:
        return None
    if not _is_lost(state, age_s, now_s) or not _is_of_one_moment(state) or state.is_flying is not True:
        return None
    if age_s > LIMIT_S or _is_empty(state, age_s) or _has_come_down(state, velocity[2], age_s):
        return None
    heard, speed_mps = Place(position.lat_deg, position.lon_deg), math.hypot(velocity[0], velocity[1])
    way = _way_of(state)
    share = SHARE_BY_VELOCITY if way is None else SHARE_ON_WAY
    doubt_m = FIRST_DOUBT_M + share * max(speed_mps, LEAST_MPS) * age_s
    if way is None:
        place = Place(*moved(*heard, velocity[0] * age_s, velocity[1] * age_s))
        passed: tuple[Place, ...] | None = (heard, place)
    else:
        passed = _gone(state, heard, way, speed_mps, age_s)
    if passed is None:
        return None
    return Ghost(
        key=state.key, place=passed[-1], heard=heard, way=passed, heading_deg=_heading_deg(passed, state),
        doubt_m=doubt_m, age_s=age_s, is_on_way=way is not None,
    )  # fmt: skip


def _is_lost(state: VehicleState, age_s: float, now_s: float) -> bool:
    if freshness("position", age_s) is Freshness.FRESH:
        return False
    # one that starts again in the air flies nowhere
    if state.connection is not None and state.connection.reason is ConnReason.REBOOTED and not state.is_heard:
        return False
    silence_s = silent_s(state, now_s)
    return not state.is_heard or (silence_s is not None and silence_s >= SILENT_S)


def _is_of_one_moment(state: VehicleState) -> bool:
    position, velocity = state.position, state.velocity
    return position is not None and velocity is not None and abs(position.at_s - velocity.at_s) <= TOGETHER_S


def _is_empty(state: VehicleState, age_s: float) -> bool:
    left_s = [one.time_left_s for one in state.battery if one.time_left_s is not None]
    return bool(left_s) and age_s > min(left_s)


def _has_come_down(state: VehicleState, climb_mps: float, age_s: float) -> bool:
    height_m = state.height.height_m
    return height_m is not None and climb_mps < -SINKING_MPS and height_m + climb_mps * age_s <= 0.0


def _home(state: VehicleState) -> Place | None:
    home = state.home
    return Place(home.lat_deg, home.lon_deg) if home and home.lat_deg is not None and home.lon_deg is not None else None


def _way_of(state: VehicleState) -> _Way | None:
    """The way that it was on; None where none is known."""
    mode, home = state.mode.name if state.mode is not None else "", _home(state)
    if mode in HOME_MODES:
        return _Way(((home, 0.0),), lands=True) if home is not None else None
    if mode in POINT_MODES:
        target = _target(state)
        return _Way(((target, 0.0),), lands=False) if target is not None else None
    number, told = flown_number(state), state.plan_list(PlanKind.MISSION)
    if number is None or told is None:
        return None
    # jumps are not followed: what they lead to is in doubt
    ahead = [one for one in path_of(told.items, home) if one.number >= number]
    stays = next((at for at, one in enumerate(ahead) if one.item.command == Cmd.LOITER_UNLIMITED), len(ahead))
    ahead = ahead[: stays + 1]
    if not ahead:
        return None
    return _Way(
        tuple((one.place, _hold_s(state, one.item.command, one.item.params[0])) for one in ahead),
        lands=ahead[-1].item.command in LANDS,
    )


def _target(state: VehicleState) -> Place | None:
    """The point that it was told, where it repeated that until the end: an older one may be of another order."""
    target, position = state.position_target, state.position
    if target is None or position is None or target.lat_deg is None or target.lon_deg is None:
        return None
    is_of_the_end = abs(target.at_s - position.at_s) <= TARGET_S
    return Place(target.lat_deg, target.lon_deg) if is_of_the_end else None


def _hold_s(state: VehicleState, command: int, first: float | None) -> float:
    # a plane's waypoint has no pause: its first parameter is another thing
    is_wing = state.info is not None and state.info.kind is VehicleKind.PLANE
    is_pause = command == Cmd.LOITER_TIME or (command == Cmd.WAYPOINT and not is_wing)
    return max(0.0, first or 0.0) if is_pause else 0.0


def _gone(state: VehicleState, heard: Place, way: _Way, speed_mps: float, age_s: float) -> tuple[Place, ...] | None:
    """How far along its way it is; None once it would have landed."""
    passed, left_s, at = [heard], age_s, heard
    for stop, hold_s in way.stops:
        away_m = distance_m(*at, *stop)
        needs_s = away_m / speed_mps if speed_mps > 0.1 else math.inf
        if needs_s > left_s:
            share = left_s / needs_s if math.isfinite(needs_s) else 0.0
            turn = math.radians(bearing_deg(*at, *stop))
            return (*passed, Place(*moved(*at, math.cos(turn) * away_m * share, math.sin(turn) * away_m * share)))
        passed.append(stop)
        at, left_s = stop, left_s - needs_s - hold_s
        if left_s <= 0.0:
            return tuple(passed)
    return None if way.lands and left_s > _landing_s(state) else tuple(passed)


def _landing_s(state: VehicleState) -> float:
    """How long it comes down for at the end, by its last height; unknown is long."""
    height_m = state.height.height_m
    info = state.info
    pace = pace_of(info.kind, info.autopilot) if info is not None else pace_of(VehicleKind.UNKNOWN, Autopilot.UNKNOWN)
    return LIMIT_S if height_m is None else max(0.0, height_m) / pace.land_mps


def _heading_deg(passed: Sequence[Place], state: VehicleState) -> float | None:
    legs = [(one, other) for one, other in itertools.pairwise(passed) if distance_m(*one, *other) > 1.0]
    return bearing_deg(*legs[-1][0], *legs[-1][1]) if legs else state.heading_deg
