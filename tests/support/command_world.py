# SPDX-License-Identifier: Apache-2.0
"""Stations, a bridge and a vehicle in one process on one manual clock, joined by nets that lose, repeat and delay.

Everything between the fakes is the product's own: `Commander`, `Inbox`, `Requests`, `Hearing`, frames and payloads.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.bridge.hearing import Hearing
from groundstation.bridge.peer import Peer
from groundstation.bridge.publisher import Publisher
from groundstation.bridge.requests import Requests
from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import Actor, Role, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import AT_ONCE, GroupPolicy
from groundstation.fleet.parameters.parameter_entries import ParamEntry
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.roster import Fleet
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.transport import topics
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from groundstation.transport.commander import Commander
from groundstation.transport.inbox import Inbox
from tests.support.clock import ManualClock
from tests.support.vehicles import Autopilot

ACCEPTED, TEMPORARILY_REJECTED, DENIED, UNSUPPORTED, FAILED, IN_PROGRESS, CANCELLED = range(7)
STEP_S = 0.05
KEY = VehicleKey("fleet", "uav-1")
USER_COMMAND = 31_010
"""MAV_CMD_USER_1: means nothing to anybody; param1 tells which order it was."""


@dataclass
class Faults:
    """What a way does to what travels on it."""

    loss: float = 0.0
    twice: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0


class Way:
    """Carries things from one end to another, badly."""

    def __init__(self, clock: ManualClock, rng: random.Random, deliver: Callable[[Any], None]) -> None:
        self.faults = Faults()
        self._clock, self._rng, self._deliver = clock, rng, deliver
        self._waiting: list[tuple[float, int, Any]] = []
        self._number = 0
        self.drop_next = 0
        """Loses so many of the next, whatever the faults."""

    def send(self, thing: Any) -> None:
        if self.drop_next > 0:
            self.drop_next -= 1
            return
        if self._rng.random() < self.faults.loss:
            return
        for _ in range(2 if self._rng.random() < self.faults.twice else 1):
            at_s = self._clock() + self.faults.delay_s + self._rng.random() * self.faults.jitter_s
            self._number += 1
            heapq.heappush(self._waiting, (at_s, self._number, thing))

    def run(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._clock():
            self._deliver(heapq.heappop(self._waiting)[2])

    def clear(self) -> None:
        self._waiting.clear()


@dataclass
class Execution:
    command: int
    params: tuple[float, ...]
    at_s: float


class FakeVehicle:
    """An autopilot with switches; counts what it executes."""

    def __init__(self, clock: ManualClock, send: Callable[[bytes], None]) -> None:
        self._clock, self._send = clock, send
        self.voice = Autopilot(booted_s=clock() - 100.0)
        self.executed: list[Execution] = []
        self.results: dict[int, list[int]] = {}
        """Answers to the next calls of a command; the last one stays. Accepted where nothing is said."""
        self.is_mute = False
        """Executes, and never answers."""
        self.answer_delay_s = 0.0
        self.answers = 1
        self.has_effect = True
        self.words: list[str] = []
        """Said before each answer."""
        self.mode, self.armed, self.height_m, self.climb_mps, self.target_m = 0, False, 0.0, 2.0, 0.0
        self.is_silent = False
        self.is_critical = False
        """Its heartbeat tells a failsafe."""
        """Sends nothing at all: the link is lost."""
        self.progress_percent = 255
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._next_beat_s = self._next_place_s = clock()

    def hear(self, frame: tuple[int, bytes]) -> None:
        msgid, payload = frame
        if msgid not in (MSGIDS["COMMAND_LONG"], MSGIDS["COMMAND_INT"]):
            return
        fields = unpack(msgid, payload)
        command = fields["command"]
        if command in (511, 512):
            self._answer(command, ACCEPTED, 0.0)
            return
        names = ("param1", "param2", "param3", "param4")
        last = ("param5", "param6", "param7") if "param5" in fields else ("x", "y", "z")
        params = tuple(fields[name] for name in (*names, *last))
        results = self.results.get(command, [ACCEPTED])
        result = results.pop(0) if len(results) > 1 else results[0]
        if result in (ACCEPTED, IN_PROGRESS):
            self.executed.append(Execution(command, params, self._clock()))
            if self.has_effect:
                self._act(command, params)
        for word in self.words:
            self.say(word)
        if not self.is_mute:
            for number in range(self.answers):
                self._answer(command, result, self.answer_delay_s + number * 0.01)

    def _act(self, command: int, params: tuple[float, ...]) -> None:
        if command == 400:
            self.armed = params[0] == 1.0
            self.beat(0.3)
        elif command == 176:
            self.mode = int(params[1])
            self.beat(0.0)
        elif command == 20:
            self.mode = 6
            self.beat(0.0)
        elif command == 21:
            self.mode, self.target_m = 9, 0.0
            self.beat(0.0)
        elif command == 22:
            self.target_m = params[6]

    def _answer(self, command: int, result: int, delay_s: float) -> None:
        def send() -> None:
            message = dialect.MAVLink_command_ack_message(command, result, self.progress_percent, 0, 255, 190)
            self.send(self.voice.pack(message))

        self.later(delay_s, send)

    def answer(self, command: int, result: int, percent: int = 255) -> None:
        message = dialect.MAVLink_command_ack_message(command, result, percent, 0, 255, 190)
        self.send(self.voice.pack(message))

    def say(self, words: str, severity: int = 2) -> None:
        self.send(self.voice.text(words, severity))

    def beat(self, delay_s: float) -> None:
        self.later(delay_s, lambda: self.send(self.voice.heartbeat(self.mode, self.armed, self._status)))

    @property
    def _status(self) -> int:
        return 5 if self.is_critical else 4 if self.armed else 3

    def later(self, delay_s: float, job: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._later, (self._clock() + delay_s, self._order, job))

    def send(self, frame: bytes) -> None:
        if not self.is_silent:
            self._send(frame)

    def reboot(self) -> None:
        self.voice = Autopilot(booted_s=self._clock())
        self.mode, self.armed, self.height_m, self.target_m = 0, False, 0.0, 0.0
        self._later.clear()

    def run(self) -> None:
        now_s = self._clock()
        while self._later and self._later[0][0] <= now_s:
            heapq.heappop(self._later)[2]()
        if self.armed:
            way_m = self.target_m - self.height_m
            self.height_m += max(-self.climb_mps * STEP_S, min(self.climb_mps * STEP_S, way_m))
            if self.mode == 9 and self.height_m <= 0.01:
                self.armed = False
        if now_s >= self._next_beat_s:
            self._next_beat_s = now_s + 1.0
            self.beat(0.0)
        if now_s >= self._next_place_s:
            self._next_place_s = now_s + 0.2
            boot_ms = self.voice.boot_ms(now_s)
            height_mm = round(self.height_m * 1000)
            place = dialect.MAVLink_global_position_int_message(
                boot_ms, 410000000, 397000000, 100_000 + height_mm, height_mm, 0, 0, 0, 9000
            )
            self.send(self.voice.pack(place))

    def count(self, command: int, first: float | None = None) -> int:
        return sum(one.command == command and first in (None, one.params[0]) for one in self.executed)


class StationBus:
    """What a station's `Commander` publishes on."""

    def __init__(self, up: Way) -> None:
        self.is_connected = True
        self._up = up
        self.sent: list[Outgoing] = []

    def publish(self, messages: list[Outgoing]) -> int:
        if not self.is_connected:
            return 0
        self.sent += messages
        for one in messages:
            self._up.send(one)
        return len(messages)

    @property
    def status(self) -> BusStatus:
        return BusStatus(state=BusState.CONNECTED if self.is_connected else BusState.LOST)


class Station:
    def __init__(self, world: World, name: str, role: Role = Role.OPERATOR) -> None:
        self.world, self.actor = world, Actor(op=f"op-{name}", gs=name, role=role)
        self.inbox, self.fleet = Inbox(), Fleet()
        self.up = Way(world.clock, world.rng, world.to_bridge)
        self.down = Way(world.clock, world.rng, self._take)
        self.bus = StationBus(self.up)
        self.commander = Commander(self.actor, self.bus, None, world.clock, world.clock)
        self.transitions: list[Transition] = []

    def _take(self, one: Outgoing) -> None:
        if self.bus.is_connected:
            self.inbox.offer(Message(one.topic, one.payload, len(one.payload), one.qos, False, self.world.clock()))

    def run(self) -> None:
        self.up.run()
        self.down.run()
        updates = self.inbox.drain().updates
        self.fleet.fold(updates)
        self.transitions += self.commander.tick(updates, self.fleet)

    def give(
        self,
        verb: Verb,
        policy: GroupPolicy = AT_ONCE,
        key: VehicleKey = KEY,
        items: tuple[PlanItem, ...] = (),
        values: tuple[ParamEntry, ...] = (),
        **args: Any,
    ) -> str:
        """Id of the one command that is given."""
        batch = self.commander.operations.order(
            [key], verb, args, self.world.clock(), policy, items={key: items}, values={key: values}
        )
        return self.commander.operations.book.of_batch(batch)[0].id

    def record(self, command_id: str, key: VehicleKey = KEY) -> CommandRecord:
        record = self.commander.operations.book.get(key, command_id)
        assert record is not None
        return record

    def states(self, command_id: str) -> list[str]:
        """States that a command went through, without repetitions."""
        found: list[str] = []
        for one in self.transitions:
            if one.record.id == command_id and found[-1:] != [one.record.state.value]:
                found.append(one.record.state.value)
        return found

    def end(self, command_id: str, timeout_s: float = 60.0) -> CommandRecord:
        """Let time pass until a command has its end."""
        self.world.run_until(lambda: self.record(command_id).is_over, timeout_s)
        return self.record(command_id)

    def do(self, verb: Verb, **args: Any) -> CommandRecord:
        return self.end(self.give(verb, **args))


@dataclass
class World:
    """One bridge, one vehicle, any number of stations."""

    seed: int = 1
    clock: ManualClock = field(default_factory=ManualClock)
    make_vehicle: Callable[[ManualClock, Callable[[bytes], None]], Any] | None = None
    """Another vehicle than one with switches."""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.stations: list[Station] = []
        self.to_vehicle = Way(self.clock, self.rng, lambda frame: self.vehicle.hear(frame))  # noqa: PLW0108 - made below
        self.from_vehicle = Way(self.clock, self.rng, self._from_vehicle)
        self.vehicle = (self.make_vehicle or FakeVehicle)(self.clock, self.from_vehicle.send)
        self.bridge_lives = 0
        self.is_bridge_up = True
        self._begin_bridge()

    @property
    def status(self) -> BusStatus:
        return BusStatus(state=BusState.CONNECTED)

    def _begin_bridge(self) -> None:
        self.bridge_lives += 1
        self.peer = Peer(f"link-{self.bridge_lives}", "udp", lambda _: None, is_known=True, is_datagram=True)
        self.publisher = Publisher(self, self.clock)  # type: ignore[arg-type]
        self.hearing = Hearing("fleet", "br", self.publisher, {}, 1.0, 255)
        self.requests = Requests(
            self.hearing.vehicles, "br", lambda _, frames: self._send(frames), self._publish_all, lambda *_: None
        )

    def _publish_all(self, from_event: int | None) -> None:
        self.hearing.publish_again(None, from_event)

    def _send(self, frames: list[tuple[int, bytes]]) -> None:
        for frame in frames:
            self.to_vehicle.send(frame)

    def _from_vehicle(self, frame: bytes) -> None:
        if self.is_bridge_up:
            self._send(self.hearing.take(self.peer, frame, self.clock()))

    def to_bridge(self, one: Outgoing, *, retain: bool = False) -> None:
        if self.is_bridge_up:
            self.requests.take(
                Message(one.topic, one.payload, len(one.payload), one.qos, retain, self.clock()), self.clock()
            )

    def publish(self, messages: list[Outgoing]) -> int:
        """The bridge's bus."""
        for one in messages:
            for station in self.stations:
                station.down.send(one)
        return len(messages)

    def station(self, name: str = "gs-1", role: Role = Role.OPERATOR) -> Station:
        station = Station(self, name, role)
        self.stations.append(station)
        self.to_bridge(Outgoing(topics.sync_all("fleet"), b"{}", 1))
        self.run_until(lambda: self._knows(station), 10.0)
        return station

    def _knows(self, station: Station) -> bool:
        state = station.fleet.get(KEY)
        known = state is not None and state.info is not None and state.control is not None
        return known and state is not None and state.link_received_s is not None and state.connection is not None

    def kill_bridge(self) -> None:
        self.is_bridge_up = False

    def start_bridge(self) -> None:
        self.is_bridge_up = True
        self._begin_bridge()

    def step(self) -> None:
        now_s = self.clock.advance(STEP_S)
        self.vehicle.run()
        self.from_vehicle.run()
        for station in self.stations:
            station.run()
        if self.is_bridge_up:
            self.requests.tick(now_s)
            for _, frames in self.hearing.tick(now_s):
                self._send(frames)
            self.publisher.flush()
        self.to_vehicle.run()

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.step()

    def run_until(self, is_true: Callable[[], bool], timeout_s: float) -> None:
        give_up_s = self.clock() + timeout_s
        while not is_true():
            assert self.clock() < give_up_s, f"waited {timeout_s} s of the manual clock in vain"
            self.step()


def user_command(number: float) -> dict[str, float]:
    """Arguments of a MAV_CMD that means nothing; `number` tells which it was."""
    return {"command": float(USER_COMMAND), "param1": number}


def topic_of(leaf: str) -> str:
    return topics.vehicle(KEY, leaf)
