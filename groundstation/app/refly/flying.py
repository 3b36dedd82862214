# SPDX-License-Identifier: Apache-2.0
"""Gives each vehicle its mission, starts each in its turn, and waits until all are down. One thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from groundstation.app.field import READY_S, Field
from groundstation.app.field_orders import Repeated, all_ready, cancelled, heard, upload
from groundstation.app.ordering import TICK_S, Desk
from groundstation.app.refly.weather import Weather
from groundstation.fleet.commands import Verb
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.refly.flown import FlownFlight
from groundstation.fleet.refly.news import FlightNews, Phase, recorded_way
from groundstation.fleet.refly.shadowed import Shadowed
from groundstation.fleet.vehicle import GROUND_KINDS, VehicleState
from groundstation.simulator.engine.faults import Fault

LONGER, MORE_S = 1.5, 90.0
"""A flight may take so many times as long as it was recorded, and so many simulated seconds more."""
STANDS_S = 12.0
STILL_MPS = 0.3
START_SPEED = 1.0
"""While one of several vehicles is started: an order takes its real time on the way, more in hurried seconds."""
AHEAD_S = 1.0
DOWN_S = 1.0
"""After the disarming, of our time: what is told of it still comes."""

TellNews = Callable[[FlightNews], None]
"""How far it is; called often, on the thread that flies."""


@dataclass
class _Turn:
    """One vehicle on its way."""

    key: VehicleKey
    flight: FlownFlight
    begin_s: float
    """When it is told to start, in simulated seconds after the first one is."""
    give_up_s: float
    """After its start."""
    # times from here on count from when the first one was told to start
    started_s: float | None = None
    is_over: bool = False
    start: Repeated = field(default_factory=lambda: Repeated(Verb.MISSION_START, {}))
    refused: str = ""
    was_armed: bool = field(default=False)
    has_moved: bool = False
    moved_s: float = 0.0
    """When it moved last, of what drives."""
    shadow: Shadowed = field(init=False)

    def __post_init__(self) -> None:
        self.shadow = Shadowed(self.flight)


def fly(
    world: Field,
    flights: Sequence[FlownFlight],
    missions: Sequence[tuple[PlanItem, ...]],
    weather: Weather,
    speed: float,
    tell: TellNews,
    stop: threading.Event,
) -> list[str]:
    """Fly all of them once.

    Args:
        world: where; vehicle k has system id k + 1.
        flights: as they were recorded.
        missions: what each is given.
        weather: what goes wrong on the way.
        speed: simulated seconds for each real one.
        tell: told how far it is; names and number of the run are left out.
        stop: gives up.

    Returns:
        What is to be said of it: who did not come down in time.

    Raises:
        GroundStationError: a mission could not be given, or a vehicle could not be started.
        CancelledError: by `stop`.
    """

    def told(share: float, phase: Phase) -> None:
        tell(FlightNews(share=share, phase=phase))

    tell(FlightNews(share=0.0, phase=Phase.SIMULATOR, ways=tuple(recorded_way(one) for one in flights)))
    with Desk(world.url, ("sim",), None) as desk:
        keys = heard(desk, len(flights), told, stop)
        for number, flight in enumerate(flights, start=1):
            charge = flight.charge_begin if weather.charge is None else weather.charge
            if charge is not None:
                world.fault(Fault("battery", number, 0.0, values=(100.0 * charge,)), begins=True)
        upload(desk, dict(zip(keys, missions, strict=True)), told, stop)
        turns = [
            _Turn(key, flight, begin_s, LONGER * float(flight.way.time_s[-1]) + MORE_S)
            for key, flight, begin_s in zip(keys, flights, begins_s(flights), strict=True)
        ]
        all_ready(desk, keys, told, stop)
        return _run(desk, _Flying(turns, world, weather, speed), turns, tell, stop)


def begins_s(flights: Sequence[FlownFlight]) -> list[float]:
    """When each takes off, in seconds after the first one, by the clocks of their logs; all at once without dates."""
    if any(one.armed_unix_s is None for one in flights):
        return [0.0] * len(flights)
    takeoffs = [(one.armed_unix_s or 0.0) + float(one.way.time_s[one.under_way.start]) for one in flights]
    return [one - min(takeoffs) for one in takeoffs]


class _Flying:
    """All of them under way. Times are the vehicles' own: a busy machine falls behind the clock on the wall."""

    def __init__(self, turns: Sequence[_Turn], world: Field, weather: Weather, speed: float) -> None:
        self._turns, self._world, self._speed = turns, world, speed
        self._now_speed = speed
        self._asked_s = world.simulated_s
        """When the first one was told to start: the others' turns count from there, it takes all as long."""
        self._began_s: float | None = None
        """When the first one was armed; what goes wrong on the way counts from there."""
        begins = [(fault.start_s, True, fault) for fault in weather.faults]
        ends = [(one.start_s + one.duration_s, False, one) for one in weather.faults if one.duration_s is not None]
        self._faults = deque(sorted(begins + ends, key=lambda edge: edge[:2]))

    @property
    def is_over(self) -> bool:
        return all(turn.is_over for turn in self._turns)

    @property
    def has_begun(self) -> bool:
        return self._began_s is not None

    @property
    def flown_s(self) -> float:
        """Since the first one was armed; 0 before."""
        return 0.0 if self._began_s is None else self._world.simulated_s - self._began_s

    def go_on(self, desk: Desk, now_s: float) -> None:
        """What is due now; `now_s` is monotonic."""
        asked_s = self._world.simulated_s - self._asked_s
        self._keep_pace(asked_s)
        for turn in self._turns:
            _go_on(desk, turn, asked_s, now_s)
        if self._began_s is None and any(turn.started_s is not None for turn in self._turns):
            self._began_s = self._world.simulated_s
        while self.has_begun and self._faults and self._faults[0][0] <= self.flown_s:
            _, begins, fault = self._faults.popleft()
            self._world.fault(fault, begins=begins)

    def _keep_pace(self, asked_s: float) -> None:
        """Slowly while one of several is started, so that they are as far apart as they were."""
        starts = any(turn.started_s is None and asked_s >= turn.begin_s - AHEAD_S for turn in self._turns)
        wanted = min(self._speed, START_SPEED) if starts and len(self._turns) > 1 else self._speed
        if wanted != self._now_speed:
            self._world.ask_speed(wanted)
            self._now_speed = wanted

    def news(self, longest_s: float) -> FlightNews:
        """How far it is, where it took so many seconds in the record."""
        is_up = any(turn.started_s is not None and not turn.is_over for turn in self._turns)
        return FlightNews(
            share=min(self.flown_s / longest_s, 1.0),
            phase=Phase.FLIES if is_up else Phase.START,
            flown_s=round(self.flown_s, 1),
            of_s=round(longest_s, 1),
            vehicles=tuple(turn.shadow.beside for turn in self._turns),
        )


def _run(desk: Desk, flying: _Flying, turns: Sequence[_Turn], tell: TellNews, stop: threading.Event) -> list[str]:
    longest_s = max(turn.begin_s + float(turn.flight.way.time_s[-1]) for turn in turns)
    ready_by_s = time.monotonic() + READY_S
    while not flying.is_over:
        desk.turn()
        now_s = time.monotonic()
        flying.go_on(desk, now_s)
        if not flying.has_begun and now_s > ready_by_s:
            raise GroundStationError(f"{turns[0].key.id} did not start its mission: {turns[0].refused}")
        tell(flying.news(longest_s))
        if stop.wait(TICK_S):
            cancelled(stop)
    settle_s = time.monotonic() + DOWN_S
    desk.turn_until(lambda: time.monotonic() >= settle_s, DOWN_S + 1.0)
    return [f"{turn.key.id} did not end: {turn.refused}" for turn in turns if turn.refused]


def _stands(turn: _Turn, state: VehicleState | None, asked_s: float) -> bool:
    """Whether what drives has come to its end: it stays armed there, and stands longer than ever on its way."""
    velocity = state.velocity if state is not None else None
    if turn.flight.kind not in GROUND_KINDS or velocity is None or velocity.ground_speed_mps is None:
        return False
    if velocity.ground_speed_mps > STILL_MPS:
        turn.moved_s, turn.has_moved = asked_s, True
    return turn.has_moved and asked_s - turn.moved_s > STANDS_S + longest_stop_s(turn.flight)


def longest_stop_s(flight: FlownFlight) -> float:
    """How long a vehicle stood still at most on its way."""
    way = flight.way.part(flight.under_way.start, flight.under_way.stop)
    moves = way.time_s[way.speed_mps > STILL_MPS]
    return float(np.diff(moves).max()) if len(moves) > 1 else 0.0


def _look(turn: _Turn, state: VehicleState | None) -> None:
    """Where it is, beside the record."""
    at = state.position if state is not None else None
    if at is None or at.boot_ms is None or at.lat_deg is None or at.lon_deg is None or at.height_home_m is None:
        return
    turn.shadow.heard(at.boot_ms / 1e3, at.lat_deg, at.lon_deg, at.height_home_m)


def _go_on(desk: Desk, turn: _Turn, asked_s: float, now_s: float) -> None:
    state = desk.fleet.get(turn.key)
    is_armed = state is not None and state.armed is not None and state.armed.is_armed is True
    if turn.is_over:
        return
    _look(turn, state)
    if turn.started_s is None:
        if asked_s >= turn.begin_s and is_armed:
            turn.started_s, turn.was_armed, turn.refused = asked_s, True, ""
        elif asked_s >= turn.begin_s:
            turn.start.ask(desk, turn.key, now_s)
            turn.refused = turn.start.refused
        return
    turn.was_armed |= is_armed
    if (turn.was_armed and not is_armed) or _stands(turn, state, asked_s):
        turn.is_over = True
    elif asked_s - turn.started_s > turn.give_up_s:
        turn.is_over, turn.refused = True, "it was still armed when its time was over"
