# SPDX-License-Identifier: Apache-2.0
"""Works out what a station knows beside what vehicles tell, twice a second. Pure; one thread owns it.

A round looks at everybody at one moment. It is done in turns of some rows: 200 vehicles are one turn of a few
milliseconds, of 1,000 all pairs at once would hold up a window for longer than a frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from groundstation.fleet.awareness.approach import MAX_APPROACHES, Approach, Movers, Nearest, movers_of, moves, nearest
from groundstation.fleet.awareness.breach import Breach, Fences, breach_of
from groundstation.fleet.awareness.derived import Awareness
from groundstation.fleet.awareness.ghost import ghost_of
from groundstation.fleet.awareness.reach import Currents, Reach, reach_of
from groundstation.fleet.awareness.told_parameters import ToldParameters
from groundstation.fleet.awareness.traffic_near import Aircraft, TrafficNear, aircraft_of, nearest_traffic
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.vehicle import VehicleState

ROUND_S = 0.5
PAIRS_A_TURN = 40_000
VEHICLES_A_TURN = 50
"""Of which all the rest is worked out in one."""

Found = Mapping[VehicleKey, Awareness | None]


class _News(msgspec.Struct):
    """What a round finds."""

    aircraft: dict[str, list[Aircraft]]
    reaches: dict[VehicleKey, Reach] = {}
    breaches: dict[VehicleKey, Breach] = {}
    traffic: dict[VehicleKey, TrafficNear] = {}


class AwarenessWatch:
    """What was found in the last round."""

    def __init__(self, *, has_means: bool = True) -> None:
        """Begin with nothing.

        Args:
            has_means: whether currents are averaged from round to round; False where moments are jumped between.
        """
        self._has_means = has_means
        self.approaches: tuple[Approach, ...] = ()
        """Who comes near whom, the soonest first."""
        self.reaches: dict[VehicleKey, Reach] = {}
        """From where who gets home."""
        self.looked_s = 0.0
        """Moment of that round, on the clock that it was told."""
        self.breaches: dict[VehicleKey, Breach] = {}
        """Who crosses its fence."""
        self.traffic: dict[VehicleKey, TrafficNear] = {}
        """The aircraft that comes nearest to whom."""
        self._currents, self._fences, self._parameters = Currents(), Fences(), ToldParameters()
        self._begun_s: float | None = None
        self._turns: Iterator[Found] | None = None

    def turn(self, states: Iterable[VehicleState], now_s: float) -> Found:
        """Do a part of a round, where one is due.

        Args:
            states: all vehicles; asked for only where a round begins.
            now_s: seconds on the station's clock.

        Returns:
            What is known now of the vehicles that were looked at; None for one of which nothing is.
        """
        found = next(self._turns, None) if self._turns is not None else None
        if found is None:
            # a clock that was set back, as by a recording, begins anew
            if self._begun_s is not None and 0.0 <= now_s - self._begun_s < ROUND_S:
                return {}
            self._begun_s, self._turns = now_s, self._round(list(states), now_s)
            found = next(self._turns, {})
        return found

    def whole(self, states: Iterable[VehicleState], now_s: float) -> Found:
        """A round at once.

        Args:
            states: all vehicles.
            now_s: seconds on the station's clock.
        """
        self._turns = None
        self._begun_s = now_s
        found: dict[VehicleKey, Awareness | None] = {}
        for some in self._round(list(states), now_s):
            found.update(some)
        return found

    def _round(self, states: list[VehicleState], now_s: float) -> Iterator[Found]:
        approaches: list[Approach] = []
        news = _News(aircraft=aircraft_of(states, now_s))
        nearest_of: dict[VehicleKey, dict[str, Any]] = {}
        for movers in movers_of(states, now_s):
            count = len(movers.states)
            step = max(1, PAIRS_A_TURN // count)
            for first in range(0, count, step) if count > 1 else ():
                near, some = nearest(movers, first, first + step)
                approaches += some
                nearest_of |= _told(movers, first, near)
                yield {}
        approaches.sort(key=lambda one: one.in_s)
        self.approaches, self.looked_s = tuple(approaches[:MAX_APPROACHES]), now_s
        for first in range(0, len(states), VEHICLES_A_TURN):
            some_states = states[first : first + VEHICLES_A_TURN]
            yield {one.key: self._of(one, nearest_of.get(one.key), news, now_s) for one in some_states}
        self.reaches, self.breaches, self.traffic = news.reaches, news.breaches, news.traffic
        self._currents.keep({one.key for one in states if one.is_flying is True})

    def _of(self, state: VehicleState, near: dict[str, Any] | None, news: _News, now_s: float) -> Awareness | None:
        """All that is known of one; None where nothing is."""
        found = dict(near or {})
        if state.is_flying is not True or state.position is None:
            return None
        around = news.aircraft.get(state.key.root)
        traffic = nearest_traffic(state, around, now_s) if around and moves(state, now_s) else None
        if traffic is not None:
            news.traffic[state.key] = traffic
            found["traffic_m"], found["traffic_in_s"] = traffic.closest_m, traffic.in_s
            found["traffic_with"] = traffic.aircraft.name
        told = self._parameters.of(state)
        breach = breach_of(state, now_s, self._fences, told)
        if breach is not None:
            news.breaches[state.key], found["breach_in_s"] = breach, breach.in_s
        reach = reach_of(state, now_s, self._currents.take(state) if self._has_means else None, told)
        if reach is not None:
            news.reaches[state.key] = reach
            found["reach_m"], found["return_in_s"] = reach.reach_m, reach.return_s
            found["return_margin_fraction"] = reach.margin_fraction
        ghost = ghost_of(state, now_s) if not found else None
        if ghost is not None:
            found["doubt_m"] = ghost.doubt_m
        return Awareness(at_s=state.position.at_s, **found) if found else None


def _told(movers: Movers, first: int, near: Nearest) -> dict[VehicleKey, dict[str, Any]]:
    found: dict[VehicleKey, dict[str, Any]] = {}
    columns = (near.other, near.in_s, near.flat_m, near.height_m, near.closing_mps, near.is_near)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for state, (other, in_s, flat_m, height_m, closing_mps, is_near) in zip(movers.states[first:], rows, strict=False):
        is_high = not np.isnan(height_m)
        found[state.key] = {
            "closest_m": float(np.hypot(flat_m, height_m if is_high else 0.0)),
            "closest_in_s": in_s,
            "closest_height_m": height_m if is_high else None,
            "closing_mps": closing_mps,
            "closest_with": movers.states[other].key.id,
            "is_near": is_near,
        }
    return found
