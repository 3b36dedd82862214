# SPDX-License-Identifier: Apache-2.0
"""Gives each vehicle its mission, starts each in its turn, and waits until all are down. One thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from groundstation.app.field import READY_S, Field
from groundstation.app.field_orders import Repeated, Tell, cancelled, heard, upload
from groundstation.app.ordering import TICK_S, Desk
from groundstation.app.refly.weather import Weather
from groundstation.fleet.commands import Verb
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.refly.flown import FlownFlight
from groundstation.fleet.vehicle import GROUND_KINDS, VehicleState
from groundstation.simulator.engine.faults import Fault

LONGER, MORE_S = 1.5, 90.0
"""A flight may take so many times as long as it was recorded, and so many simulated seconds more."""
STANDS_S = 12.0
STILL_MPS = 0.3
DOWN_S = 1.0
"""After the disarming, of our time: what is told of it still comes."""


@dataclass
class _Turn:
    """One vehicle on its way."""

    key: VehicleKey
    flight: FlownFlight
    begin_s: float
    """When its turn comes, in simulated seconds from the first one's."""
    give_up_s: float
    """After its start."""
    started_s: float | None = None
    is_over: bool = False
    start: Repeated = field(default_factory=lambda: Repeated(Verb.MISSION_START, {}))
    refused: str = ""
    was_armed: bool = field(default=False)
    has_moved: bool = False
    moved_s: float = 0.0
    """When it moved last, of what drives."""


def fly(
    world: Field,
    flights: Sequence[FlownFlight],
    missions: Sequence[tuple[PlanItem, ...]],
    weather: Weather,
    speed: float,
    tell: Tell,
    stop: threading.Event,
) -> list[str]:
    """Fly all of them once.

    Args:
        world: where; vehicle k has system id k + 1.
        flights: as they were recorded.
        missions: what each is given.
        weather: what goes wrong on the way.
        speed: simulated seconds for each real one.
        tell: told how far it is.
        stop: gives up.

    Returns:
        What is to be said of it: who did not come down in time.

    Raises:
        GroundStationError: a mission could not be given, or a vehicle could not be started.
        CancelledError: by `stop`.
    """
    with Desk(world.url, ("sim",), None) as desk:
        keys = heard(desk, len(flights), tell, stop)
        for number, flight in enumerate(flights, start=1):
            charge = flight.charge_begin if weather.charge is None else weather.charge
            if charge is not None:
                world.fault(Fault("battery", number, 0.0, values=(100.0 * charge,)), begins=True)
        upload(desk, dict(zip(keys, missions, strict=True)), tell, stop)
        turns = [
            _Turn(key, flight, begin_s, LONGER * float(flight.way.time_s[-1]) + MORE_S)
            for key, flight, begin_s in zip(keys, flights, begins_s(flights), strict=True)
        ]
        return _run(desk, turns, world, weather, speed, tell, stop)


def begins_s(flights: Sequence[FlownFlight]) -> list[float]:
    """When each takes off, in seconds after the first one, by the clocks of their logs; all at once without dates."""
    if any(one.armed_unix_s is None for one in flights):
        return [0.0] * len(flights)
    takeoffs = [(one.armed_unix_s or 0.0) + float(one.way.time_s[one.under_way.start]) for one in flights]
    return [one - min(takeoffs) for one in takeoffs]


def _run(
    desk: Desk,
    turns: list[_Turn],
    world: Field,
    weather: Weather,
    speed: float,
    tell: Tell,
    stop: threading.Event,
) -> list[str]:
    began_s: float | None = None
    flown_s = 0.0
    longest_s = max(turn.begin_s + float(turn.flight.way.time_s[-1]) for turn in turns)
    pending = sorted(weather.faults, key=lambda fault: fault.start_s)
    ends = sorted((f for f in pending if f.duration_s is not None), key=lambda f: f.start_s + (f.duration_s or 0.0))
    ready_by_s = time.monotonic() + READY_S
    while not all(turn.is_over for turn in turns):
        desk.turn()
        now_s = time.monotonic()
        if began_s is not None:
            flown_s = (now_s - began_s) * speed
        for turn in turns:
            _go_on(desk, turn, flown_s, now_s)
        started = [turn for turn in turns if turn.started_s is not None]
        if began_s is None and started:
            began_s = now_s
        if began_s is None and now_s > ready_by_s:
            raise GroundStationError(f"{turns[0].key.id} did not start its mission: {turns[0].refused}")
        if began_s is not None:
            while pending and pending[0].start_s <= flown_s:
                world.fault(pending.pop(0), begins=True)
            while ends and ends[0].start_s + (ends[0].duration_s or 0.0) <= flown_s:
                world.fault(ends.pop(0), begins=False)
        tell(min(flown_s / longest_s, 1.0), _words(turns, flown_s))
        if stop.wait(TICK_S):
            cancelled(stop)
    settle_s = time.monotonic() + DOWN_S
    desk.turn_until(lambda: time.monotonic() >= settle_s, DOWN_S + 1.0)
    return [f"{turn.key.id} was not down in time: {turn.refused}" for turn in turns if turn.refused]


def _words(turns: list[_Turn], flown_s: float) -> str:
    up = sum(turn.started_s is not None and not turn.is_over for turn in turns)
    minutes, seconds = divmod(int(flown_s), 60)
    return f"flies {minutes:02}:{seconds:02}" if up else "starts the mission"


def _stands(turn: _Turn, state: VehicleState | None, flown_s: float) -> bool:
    """Whether what drives has come to its end: it stays armed there, and stands longer than ever on its way."""
    velocity = state.velocity if state is not None else None
    if turn.flight.kind not in GROUND_KINDS or velocity is None or velocity.ground_speed_mps is None:
        return False
    if velocity.ground_speed_mps > STILL_MPS:
        turn.moved_s, turn.has_moved = flown_s, True
    return turn.has_moved and flown_s - turn.moved_s > STANDS_S + longest_stop_s(turn.flight)


def longest_stop_s(flight: FlownFlight) -> float:
    """How long a vehicle stood still at most on its way."""
    way = flight.way.part(flight.under_way.start, flight.under_way.stop)
    moves = way.time_s[way.speed_mps > STILL_MPS]
    return float(np.diff(moves).max()) if len(moves) > 1 else 0.0


def _go_on(desk: Desk, turn: _Turn, flown_s: float, now_s: float) -> None:
    state = desk.fleet.get(turn.key)
    is_armed = state is not None and state.armed is not None and state.armed.is_armed is True
    if turn.is_over:
        return
    if turn.started_s is None:
        if flown_s >= turn.begin_s and is_armed:
            turn.started_s, turn.was_armed, turn.refused = flown_s, True, ""
        elif flown_s >= turn.begin_s:
            turn.start.ask(desk, turn.key, now_s)
            turn.refused = turn.start.refused
        return
    turn.was_armed |= is_armed
    if (turn.was_armed and not is_armed) or _stands(turn, state, flown_s):
        turn.is_over = True
    elif flown_s - turn.started_s > turn.give_up_s:
        turn.is_over, turn.refused = True, "it still flew when its time was over"
