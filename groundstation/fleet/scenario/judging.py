# SPDX-License-Identifier: Apache-2.0
"""Judges what is expected by what is seen over time. Pure: is told the times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.scenario.expectation import STAYS, TAKEOFF, Expectation, What
from groundstation.fleet.vehicle import VehicleState

SAME_S = 0.6
"""Two places are of one moment when they are no further apart in time."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one expectation."""

    text: str
    is_met: bool
    seen: str
    """In words: what was seen, and when."""
    seen_s: float | None = None
    """When it came, or was farthest out, seconds after the moment that it counts from; None when never."""


@dataclass
class Seen:
    """What one look at a vehicle shows."""

    name: str
    time_s: float
    """Simulated seconds after the first take-off; before it, negative."""
    state: VehicleState
    texts: Sequence[str] = ()
    """What it said since the look before."""
    obeyed: Iterable[str] = ()
    """Verbs that it carried out since then."""
    restarts: int = 0
    """How often it began anew, so far."""


@dataclass
class _Life:
    """What is remembered of a vehicle between two looks."""

    seen: Seen
    was_flying: bool = False
    was_armed: bool = False
    restarts: int = 0
    start: tuple[float, float] | None = None
    """Where it stood first."""
    place: tuple[float, float, float, float] | None = None
    """Time, latitude, longitude, height above the sea."""


@dataclass
class _Case:
    """One expectation on its way."""

    expected: Expectation
    begin_s: float | None = None
    seen_s: float | None = None
    """When it came first."""
    extreme: float | None = None
    """Of what stays: the farthest out so far."""
    extreme_s: float = 0.0
    told: str = ""
    """What was last seen of it."""
    looked_s: float = field(default=0.0)


class Judge:
    """Looks at all vehicles and remembers what matters."""

    def __init__(self, expected: Sequence[Expectation]) -> None:
        self._cases = [_Case(one) for one in expected]
        self._lives: dict[str, _Life] = {}
        for case in self._cases:
            if case.expected.of == TAKEOFF:
                case.begin_s = 0.0

    def happened(self, what: str, vehicle: str, time_s: float) -> None:
        """A fault began or ended, or an order was given; the first one of its kind counts.

        Args:
            what: as expectations name it.
            vehicle: to whom.
            time_s: simulated seconds after the first take-off.
        """
        for case in self._cases:
            if case.begin_s is None and case.expected.of == what and vehicle in case.expected.vehicles:
                case.begin_s = time_s

    def look(self, seen: Seen) -> None:
        """Take in one look at one vehicle; looks at one vehicle come in the order of time."""
        life = self._lives.get(seen.name)
        if life is None:
            life = self._lives[seen.name] = _Life(seen)
        state = seen.state
        is_armed = state.armed is not None and state.armed.is_armed is True
        happened = {
            What.LANDS: life.was_flying and state.is_flying is False,
            What.TAKES_OFF: not life.was_flying and state.is_flying is True,
            What.DISARMS: life.was_armed and not is_armed,
            What.RESTARTS: seen.restarts > life.restarts,
        }
        life.seen, life.was_armed, life.restarts = seen, is_armed, seen.restarts
        if state.is_flying is not None:
            life.was_flying = state.is_flying
        position = state.position
        if position is not None and position.lat_deg is not None and position.lon_deg is not None:
            life.start = life.start or (position.lat_deg, position.lon_deg)
            life.place = (seen.time_s, position.lat_deg, position.lon_deg, state.height_amsl_m or 0.0)
        for case in self._cases:
            if seen.name in case.expected.vehicles:
                self._look_at(case, seen, life, happened)

    def _look_at(self, case: _Case, seen: Seen, life: _Life, happened: dict[What, bool]) -> None:
        expected, begin_s = case.expected, case.begin_s
        if begin_s is None or seen.time_s < begin_s:
            return
        case.looked_s = max(case.looked_s, seen.time_s)
        if expected.what in STAYS:
            if expected.within_s is None or seen.time_s <= begin_s + expected.within_s:
                self._measure(case, seen, life)
            return
        came = happened.get(expected.what)
        if came is None:
            came = _COMES[expected.what](expected, seen, case)
        if came and case.seen_s is None:
            case.seen_s = seen.time_s

    def _measure(self, case: _Case, seen: Seen, life: _Life) -> None:
        """How far out it is now, and whether that is farther than before."""
        what, value = case.expected.what, None
        if what in (What.BELOW, What.ABOVE):
            value = seen.state.height.height_m
        elif what is What.NEAR and life.place is not None and life.start is not None:
            value = distance_m(*life.start, life.place[1], life.place[2])
        elif what is What.APART:
            value = self._apart_m(case.expected.vehicles)
        if value is None:
            return
        is_low = what in (What.ABOVE, What.APART)
        if case.extreme is None or (value < case.extreme if is_low else value > case.extreme):
            case.extreme, case.extreme_s = value, seen.time_s

    def _apart_m(self, names: tuple[str, ...]) -> float | None:
        places = [life.place for name in names if (life := self._lives.get(name)) is not None]
        if len(places) < 2 or places[0] is None or places[1] is None or abs(places[0][0] - places[1][0]) > SAME_S:
            return None
        (_, lat, lon, up), (_, other_lat, other_lon, other_up) = places[0], places[1]
        return float((distance_m(lat, lon, other_lat, other_lon) ** 2 + (up - other_up) ** 2) ** 0.5)

    def is_open(self, time_s: float) -> bool:
        """Whether one is still waited for: what lasts until the end is not."""
        return any(_is_open(case, time_s) for case in self._cases)

    def verdicts(self, end_s: float) -> tuple[Verdict, ...]:
        """What became of each, in order.

        Args:
            end_s: when the flight was over, simulated seconds after the first take-off.
        """
        return tuple(_verdict(case, end_s) for case in self._cases)


def _is_open(case: _Case, time_s: float) -> bool:
    expected = case.expected
    if case.begin_s is None or (case.seen_s is not None and expected.what not in STAYS):
        return False
    return expected.within_s is not None and time_s <= case.begin_s + expected.within_s


def _in_mode(expected: Expectation, seen: Seen, case: _Case) -> bool:
    name = seen.state.mode.name if seen.state.mode is not None else None
    case.told = f"it is in {name or 'an unknown mode'}"
    return name is not None and name.casefold() == expected.argument.casefold()


def _says(expected: Expectation, seen: Seen, case: _Case) -> bool:
    if seen.texts:
        case.told = f"the last it said is '{seen.texts[-1].strip()}'"
    return any(expected.argument.casefold() in text.casefold() for text in seen.texts)


def _reaches(expected: Expectation, seen: Seen, case: _Case) -> bool:
    progress = seen.state.mission_progress
    item = progress.item if progress is not None else None
    if item is not None:
        case.told = f"it is at item {item}"
    return item is not None and item >= expected.number


def _obeys(expected: Expectation, seen: Seen, case: _Case) -> bool:
    del case
    return expected.argument.casefold() in seen.obeyed


def _silent(expected: Expectation, seen: Seen, case: _Case) -> bool:
    del expected, case
    return not seen.state.is_heard


_COMES: dict[What, Callable[[Expectation, Seen, _Case], bool]] = {
    What.MODE: _in_mode,
    What.SAYS: _says,
    What.REACHES: _reaches,
    What.OBEYS: _obeys,
    What.SILENT: _silent,
}


def _verdict(case: _Case, end_s: float) -> Verdict:
    expected, begin_s = case.expected, case.begin_s
    if begin_s is None:
        return Verdict(text=expected.text, is_met=False, seen=f"{expected.of} never came")
    if expected.what in STAYS:
        return _stayed(case, begin_s)
    came_s = None if case.seen_s is None else case.seen_s - begin_s
    is_in_time = came_s is not None and (expected.within_s is None or came_s <= expected.within_s)
    if came_s is not None:
        seen = f"after {came_s:.1f} s"
    else:
        seen = f"not in {max(end_s - begin_s, 0.0):.1f} s" + (f"; {case.told}" if case.told else "")
    return Verdict(text=expected.text, is_met=is_in_time != expected.is_negated, seen=seen, seen_s=came_s)


def _stayed(case: _Case, begin_s: float) -> Verdict:
    expected, value = case.expected, case.extreme
    if value is None:
        return Verdict(text=expected.text, is_met=False, seen="it was never told")
    is_low = expected.what in (What.ABOVE, What.APART)
    is_met = value >= expected.number if is_low else value <= expected.number
    came_s = case.extreme_s - begin_s
    seen = f"{'at least' if is_low else 'at most'} {value:.1f} m, after {came_s:.1f} s"
    return Verdict(text=expected.text, is_met=is_met != expected.is_negated, seen=seen, seen_s=came_s)
