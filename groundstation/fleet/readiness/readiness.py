# SPDX-License-Identifier: Apache-2.0
"""The readiness of a fleet as a matrix: checks of ours, and every reason that any vehicle gives. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from groundstation.fleet.conditions import BATTERY_CAUTION_FRACTION, PREARM_S, Level, conditions
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import Phrase, Words, say
from groundstation.fleet.readiness.remedies import remedy_of
from groundstation.fleet.summary import natural_order
from groundstation.fleet.vehicle import VehicleState

LEAST_SATELLITES = 6
MAX_REASONS = 60
"""Rows of what vehicles say; each is a text from outside."""
MAX_REASON = 120
_PREARM = ("PreArm: ", "Arm: ", "Preflight Fail: ", "Arming denied: ")
"""How ArduPilot and PX4 begin such a text."""


class Cell(msgspec.Struct, frozen=True):
    """A check of a vehicle."""

    is_good: bool | None
    """None for not known."""
    said: Words = ""
    """The number that matters, or why not."""
    remedy: Words = ""
    """What helps; empty where nothing has to."""


class Row(msgspec.Struct, frozen=True):
    """A check, of every vehicle in order."""

    title: Words
    cells: tuple[Cell, ...]
    is_reason: bool = False
    """It is what a vehicle says, in its own words."""

    @property
    def failing(self) -> int:
        """How many vehicles it holds back."""
        return sum(one.is_good is False for one in self.cells)


class Matrix(msgspec.Struct, frozen=True):
    """All of it."""

    keys: tuple[VehicleKey, ...]
    rows: tuple[Row, ...]

    def is_ready(self, place: int) -> bool | None:
        """Whether nothing holds a vehicle back; None where something is not known.

        Args:
            place: of the vehicle in `keys`.
        """
        cells = [row.cells[place] for row in self.rows]
        if any(one.is_good is False for one in cells):
            return False
        return None if any(one.is_good is None for one in cells) else True


Check = Callable[[VehicleState, float], Cell]
GOOD, UNKNOWN = Cell(True), Cell(None)


def matrix_of(states: Iterable[VehicleState], now_s: float) -> Matrix:
    """The readiness of vehicles.

    Args:
        states: as they are now.
        now_s: seconds on this station's monotonic clock.
    """
    fleet = sorted(states, key=lambda one: (one.key.root, natural_order(one.key.id)))
    rows = [Row(title, tuple(check(one, now_s) for one in fleet)) for title, check in CHECKS]
    return Matrix(tuple(one.key for one in fleet), (*rows, *_reason_rows(fleet, now_s)))


def reasons_of(state: VehicleState, now_s: float) -> tuple[str, ...]:
    """What a vehicle that does not arm gave as reasons lately, each once, in its own words."""
    if state.armed is not None and state.armed.is_armed:
        return ()
    # events carry the time of the bridge's clock
    offset_s = state.clock_offset_s or 0.0
    recent = (one.text for one in state.messages if now_s - one.at_s - offset_s <= PREARM_S)
    said = (text.removeprefix(start) for text in recent for start in _PREARM if text.startswith(start))
    return tuple(dict.fromkeys(text[:MAX_REASON] for text in said))


def _reason_rows(fleet: Sequence[VehicleState], now_s: float) -> list[Row]:
    said = [reasons_of(one, now_s) for one in fleet]
    every = list(dict.fromkeys(text for reasons in said for text in reasons))[:MAX_REASONS]
    rows = []
    for text in every:
        remedy = remedy_of(text)
        cells = tuple(Cell(False, text, remedy) if text in reasons else GOOD for reasons in said)
        rows.append(Row(text, cells, is_reason=True))
    return rows


# ---- checks of ours ----


def _heard(state: VehicleState, now_s: float) -> Cell:
    del now_s
    return GOOD if state.is_heard else Cell(False, say("ready_not_heard"), say("remedy_link"))


def _own_id(state: VehicleState, now_s: float) -> Cell:
    del now_s
    conflict = state.connection.conflict if state.connection is not None else None
    return GOOD if conflict is None else Cell(False, conflict, say("remedy_id"))


def _battery(state: VehicleState, now_s: float) -> Cell:
    del now_s
    known = [one.charge_fraction for one in state.battery if one.charge_fraction is not None]
    if not known:
        return UNKNOWN
    # by the worst pack
    percent = say("ready_percent", percent=min(known) * 100.0)
    if min(known) < BATTERY_CAUTION_FRACTION:
        return Cell(False, percent, say("remedy_battery"))
    return Cell(True, percent)


def _gps(state: VehicleState, now_s: float) -> Cell:
    del now_s
    if not state.gps:
        return UNKNOWN
    best = max(state.gps, key=lambda one: (one.fix.has_position, one.satellites or 0))
    if not best.fix.has_position:
        return Cell(False, say("no_gps_fix"), say("remedy_gps"))
    if best.satellites is None:
        return GOOD
    told = say("ready_satellites", count=float(best.satellites))
    return Cell(True, told) if best.satellites >= LEAST_SATELLITES else Cell(False, told, say("remedy_gps"))


def _home(state: VehicleState, now_s: float) -> Cell:
    del now_s
    home = state.home
    is_known = home is not None and home.lat_deg is not None
    return GOOD if is_known else Cell(False, say("waits_for_home"), say("remedy_home"))


def _by_condition(codes: frozenset[str], remedy: Phrase, is_told: Callable[[VehicleState], bool]) -> Check:
    def check(state: VehicleState, now_s: float) -> Cell:
        if not state.is_heard or not is_told(state):
            return UNKNOWN
        found = [
            one.said for one in conditions(state, now_s) if isinstance(one.said, Phrase) and one.said.code in codes
        ]
        return Cell(False, found[0], remedy) if found else GOOD

    return check


def _nothing_worse(state: VehicleState, now_s: float) -> Cell:
    """Alarms that no other check tells of."""
    found = [one.said for one in conditions(state, now_s) if one.level >= Level.CAUTION]
    others = [one for one in found if not (isinstance(one, Phrase) and one.code in _TOLD)]
    return Cell(False, others[0], say("remedy_alarm")) if others else GOOD


def _armable(state: VehicleState, now_s: float) -> Cell:
    if state.armed is not None and state.armed.is_armed:
        return Cell(True, say("ready_armed"))
    if state.health is None or state.health.is_armable is None:
        return UNKNOWN
    if state.health.is_armable:
        return GOOD
    given = reasons_of(state, now_s)
    # each has a row of its own
    told = say("ready_reasons", count=float(len(given))) if given else say("ready_silent")
    return Cell(False, told, say("remedy_reasons"))


_ESTIMATOR = frozenset({"estimator", "position_old", "position_not_vouched"})
_SENSORS = frozenset({"unhealthy"})
_TOLD = frozenset(
    {*_ESTIMATOR, *_SENSORS, "link_lost", "bridge_lost", "bridge_stopped", "rebooting", "battery_low"}
) | {"battery_critical", "no_gps_fix", "not_armable", "two_bridges", "two_autopilots", "own_system_id"}
CHECKS: tuple[tuple[Phrase, Check], ...] = (
    (say("readiness_heard"), _heard),
    (say("readiness_id"), _own_id),
    (say("readiness_battery"), _battery),
    (say("readiness_gps"), _gps),
    (say("readiness_home"), _home),
    (
        say("readiness_estimator"),
        _by_condition(_ESTIMATOR, say("remedy_estimator"), lambda one: one.position is not None),
    ),
    (say("readiness_sensors"), _by_condition(_SENSORS, say("remedy_sensors"), lambda one: one.health is not None)),
    (say("readiness_alarms"), _nothing_worse),
    (say("readiness_armable"), _armable),
)
"""Title and check, in the order in which they are shown."""
