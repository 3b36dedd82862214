# SPDX-License-Identifier: Apache-2.0
"""Flies a scenario in a world of its own and judges it. One thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from groundstation.app.field import READY_S, Field, field_of
from groundstation.app.field_orders import AGAIN_S, all_ready, cancelled, heard, upload
from groundstation.app.ordering import TICK_S, Desk
from groundstation.app.scenario.clocks import VehicleClock
from groundstation.app.scenario.prepared import Order, Prepared
from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.scenario.expectation import END_OF
from groundstation.fleet.scenario.judging import Judge, Seen, Verdict
from groundstation.fleet.updates import Update, VehicleUpdate
from groundstation.fleet.vehicle import VehicleState
from groundstation.simulator.engine.faults import Fault

MOST_FLOWN_S = 1800.0
"""A flight that nobody gave a duration ends then."""
SETTLE_S = 1.0
"""After the end, of our time: what is told of it still comes."""

Tell = Callable[[float, str], None]
"""Which share is done, and in words what is done."""


class ScenarioResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a scenario."""

    name: str
    simulator: str
    speed: float
    flown_s: float
    """From the first take-off to the end, simulated seconds."""
    expected: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    """What did not go as the scenario has it."""
    recording: str | None = None
    """Folder of it; None when it was not kept."""

    @property
    def is_as_expected(self) -> bool:
        """All of it."""
        return all(one.is_met for one in self.expected)


def fly_scenario(
    told: Prepared, folder: Path, tell: Tell, say: Callable[[str], None], stop: threading.Event, *, is_kept: bool
) -> ScenarioResult:
    """Fly it once.

    Args:
        told: what.
        folder: where the recording goes.
        tell: told how far it is.
        say: told what an operator should know, a line each.
        stop: gives up.
        is_kept: whether the folder stays.

    Raises:
        GroundStationError: something can't be started, or nobody took off.
        CancelledError: by `stop`.
    """
    speed = told.conditions.speed
    with field_of(told.flyers, told.conditions, folder, say, stop) as world, Desk(world.url, ("sim",), None) as desk:
        keys = heard(desk, len(told.flyers), tell, stop)
        for number, vehicle in enumerate(told.scenario.vehicles, start=1):
            if vehicle.battery is not None:
                world.fault(Fault("battery", number, 0.0, values=(vehicle.battery,)), begins=True)
        missions = {key: told.missions[key.id] for key in keys if key.id in told.missions}
        if missions:
            upload(desk, missions, tell, stop)
        flight = _Flight(told, world, desk, keys)
        flight.fly(tell, stop)
    programs = {one.program.name for one in told.flyers if one.program is not None}
    return ScenarioResult(
        name=told.scenario.name,
        simulator=", ".join(sorted(programs)) or "built-in",
        speed=speed,
        flown_s=round(flight.flown_s, 1),
        expected=flight.judge.verdicts(flight.flown_s),
        notes=tuple(flight.notes),
        recording=str(folder / "recording") if is_kept else None,
    )


@dataclass
class _Member:
    """One vehicle on its flight."""

    key: VehicleKey
    clock: VehicleClock
    until_s: float = MOST_FLOWN_S
    """Nobody waits for it any longer."""
    texts: list[str] = field(default_factory=list)
    obeyed: set[str] = field(default_factory=set)
    was_armed: bool = False
    is_armed: bool = False


@dataclass
class _Given:
    """An order that waits for its moment, or for its end."""

    order: Order
    member: _Member
    is_first: bool
    """It makes its vehicle take off: asked again while it is refused, as a booting autopilot does."""
    batch: str = ""
    asked_s: float = -AGAIN_S
    refused: str = ""
    """Why it came to nothing the last time."""


class _Flight:
    """A scenario under way."""

    def __init__(self, told: Prepared, world: Field, desk: Desk, keys: list[VehicleKey]) -> None:
        self._told, self._world, self._desk = told, world, desk
        self.judge = Judge(told.expected)
        self.notes: list[str] = []
        self.flown_s = 0.0
        """Simulated seconds after the first take-off; 0 before it."""
        self._began_s: float | None = None
        self._members = {
            key.id: _Member(key, VehicleClock(told.conditions.speed), MOST_FLOWN_S if one.until is None else one.until)
            for key, one in zip(keys, told.scenario.vehicles, strict=True)
        }
        starts = [
            Order(vehicle.delay, name, Verb.MISSION_START, {})
            for name, vehicle in zip(self._members, told.scenario.vehicles, strict=True)
            if vehicle.plan is not None
        ]
        orders = sorted([*told.orders, *starts], key=lambda one: one.at_s)
        self._waiting = deque(
            _Given(one, self._members[one.vehicle], one.at_s == 0.0 or one in starts) for one in orders
        )
        self._under_way: list[_Given] = []
        edges = [(fault.start_s, True, fault) for fault in told.faults]
        edges += [(one.start_s + one.duration_s, False, one) for one in told.faults if one.duration_s is not None]
        self._faults = deque(sorted(edges, key=lambda edge: (edge[0], edge[1])))

    def fly(self, tell: Tell, stop: threading.Event) -> None:
        """From the ground to the end."""
        all_ready(self._desk, [one.key for one in self._members.values()], tell, stop)
        ready_by_s = time.monotonic() + READY_S
        while not self._is_over():
            self._turn()
            if self._began_s is None and time.monotonic() > ready_by_s:
                raise GroundStationError(f"nobody took off within {READY_S:.0f} s: {self._why()}")
            if self._began_s is not None:
                self._run_faults()
            self._run_orders()
            tell(self._share(), self._words())
            if stop.wait(TICK_S):
                cancelled(stop)
        settle_s = time.monotonic() + SETTLE_S
        while time.monotonic() < settle_s:
            self._turn(is_over=True)
            stop.wait(TICK_S)
        for one in self._waiting:
            self._note(one, "its moment never came")
        for one in self._under_way:
            self._note(one, one.refused or "it was not over at the end")

    def _state(self, member: _Member) -> VehicleState | None:
        return self._desk.fleet.get(member.key)

    def _turn(self, *, is_over: bool = False) -> None:
        """Take in what has come, and look at who has told a new moment."""
        updates, _ = self._desk.turn()
        for update in updates:
            self._take(update)
        simulated_s = self._world.simulated_s
        for name, member in self._members.items():
            state = self._state(member)
            if state is not None:
                self._look(name, member, state, simulated_s)
        if self._began_s is not None and not is_over:
            self.flown_s = simulated_s - self._began_s

    def _take(self, update: Update) -> None:
        content = update.content
        if isinstance(update, VehicleUpdate) and isinstance(content, Event) and content.kind is EventKind.STATUS_TEXT:
            member = self._members.get(update.key.id)
            if member is not None:
                member.texts.append(content.text)

    def _look(self, name: str, member: _Member, state: VehicleState, simulated_s: float) -> None:
        boot_ms = state.position.boot_ms if state.position is not None else None
        moment_s = member.clock.heard(boot_ms, simulated_s)
        if moment_s is None:
            return
        member.is_armed = state.armed is not None and state.armed.is_armed is True
        member.was_armed |= member.is_armed
        if self._began_s is None and (member.is_armed or not self._takes_off):
            self._began_s = moment_s
        seen = Seen(
            name,
            -1.0 if self._began_s is None else moment_s - self._began_s,
            state,
            tuple(member.texts),
            frozenset(member.obeyed),
            member.clock.restarts,
        )
        member.texts.clear()
        member.obeyed.clear()
        self.judge.look(seen)

    @property
    def _takes_off(self) -> bool:
        """Whether anybody is ordered to do anything at all."""
        return bool(self._told.orders or self._told.missions)

    def _run_faults(self) -> None:
        while self._faults and self._faults[0][0] <= self.flown_s:
            _, begins, fault = self._faults.popleft()
            self._world.fault(fault, begins=begins)
            self.judge.happened(fault.kind if begins else END_OF + fault.kind, f"uav-{fault.number}", self.flown_s)

    def _run_orders(self) -> None:
        now_s = time.monotonic()
        while self._waiting and self._waiting[0].order.at_s <= self.flown_s:
            given = self._waiting.popleft()
            self.judge.happened(given.order.verb.value, given.order.vehicle, self.flown_s)
            self._under_way.append(given)
        for given in list(self._under_way):
            if self._goes_on(given, now_s):
                self._under_way.remove(given)

    def _goes_on(self, given: _Given, now_s: float) -> bool:
        """Give an order, and see what became of it; returns whether it is over."""
        order, operations = given.order, self._desk.commander.operations
        if not given.batch:
            if now_s - given.asked_s < AGAIN_S:
                return False
            given.asked_s = now_s
            try:
                given.batch = operations.order(
                    [given.member.key], order.verb, order.args, now_s, fleet=self._desk.fleet
                )
            except GroundStationError as error:
                self._note(given, str(error))
                return True
        records = operations.book.of_batch(given.batch)
        if not records or not records[0].is_over:
            return False
        if records[0].state is CommandState.SUCCEEDED:
            given.member.obeyed.add(order.verb.value)
            return True
        given.refused = str(records[0].detail or records[0].state.value)
        if given.is_first and not given.member.was_armed:
            given.batch = ""
            return False
        self._note(given, given.refused)
        return True

    def _note(self, given: _Given, words: str) -> None:
        self.notes.append(f"{given.order.vehicle} {given.order.verb.value}: {words}")

    def _is_over(self) -> bool:
        if self._began_s is None:
            return False
        duration_s = self._told.scenario.duration
        if duration_s is not None and self.flown_s >= duration_s:
            return True
        if self.flown_s >= MOST_FLOWN_S:
            self.notes.append(f"it was ended after {MOST_FLOWN_S:.0f} s, while somebody was still armed")
            return True
        is_busy = self._waiting or self._under_way or any(begins for _, begins, _ in self._faults)
        is_up = any(one.is_armed and self.flown_s < one.until_s for one in self._members.values())
        return not (is_busy or is_up or self.judge.is_open(self.flown_s))

    def _why(self) -> str:
        """Why nobody took off."""
        refused = [f"{one.order.vehicle}: {one.refused}" for one in self._under_way if one.refused]
        return "; ".join(refused) or "nobody was ordered to"

    def _share(self) -> float:
        return min(self.flown_s / (self._told.scenario.duration or MOST_FLOWN_S), 1.0)

    def _words(self) -> str:
        minutes, seconds = divmod(int(self.flown_s), 60)
        return f"flies {minutes:02}:{seconds:02}" if self._began_s is not None else "starts"
