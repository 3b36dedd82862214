# SPDX-License-Identifier: Apache-2.0
"""`bench broker`: a fleet with a window, a recorder and two watchers on each broker that a station can bring along."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil

from groundstation.app.bench.report import Comparison, Report
from groundstation.app.processes import Child, Supervisor
from groundstation.app.wiring import StationBus, client_id, free_udp_port
from groundstation.fleet.commands import Actor, CommandState, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.roster import Fleet
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import Message
from groundstation.transport.commander import Commander
from groundstation.transport.embedded_broker import HOST, find_mosquitto, free_port
from groundstation.transport.inbox import Inbox
from groundstation.transport.stamps import stamp_of

READY_S = 120.0
"""Patience with everything that has to start."""
TICK_S = 0.01
MEASURE_S = 30.0
ORDERS = 20
ANSWER_S = 1.0
"""The design's goal for a command's answer."""
GIVE_UP_S = 18.0
WATCHERS = 2
_ON_ITS_WAY = (CommandState.QUEUED, CommandState.SENT)


class Outcome(msgspec.Struct, kw_only=True):
    """What one broker carried."""

    vehicles: int = 0
    ages_ms: list[float] = msgspec.field(default_factory=list)
    """From the bridge's clock to our callback, which are one clock on one computer."""
    answers_s: list[float] = msgspec.field(default_factory=list)
    cpu_cores: float = 0.0


def run(vehicles: int, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure; about two minutes for each broker.

    Args:
        vehicles: how many to simulate.
        stop: ends it early, with what is there.
        say: told what is being done.
    """
    # iotcore is installed with this program; mosquitto is measured where the system has it (docs/adr/0012)
    kinds = ["iotcore", *(["mosquitto"] if find_mosquitto() else [])]
    outcomes = {}
    for kind in kinds:
        say(f"{vehicles} vehicles, a window, a recorder and {WATCHERS} watchers on {kind}")
        outcomes[kind] = _measure(kind, vehicles, stop)
    rows = [one for kind in kinds for one in _rows(kind, outcomes, vehicles)]
    return Report(bench="broker", settings={"vehicles": float(vehicles)}, comparisons=tuple(rows))


def _rows(kind: str, outcomes: dict[str, Outcome], vehicles: int) -> Iterator[Comparison]:
    mine = outcomes[kind]
    peer = outcomes.get("mosquitto") if kind != "mosquitto" else None
    yield Comparison(
        name=f"{kind}: vehicles heard",
        unit="",
        value=mine.vehicles,
        goal=vehicles,
        wanted="at_least",
        is_by_ratio=False,
    )
    figures: tuple[tuple[str, str, Callable[[Outcome], float], float], ...] = (
        ("age of telemetry, p50", "ms", lambda one: _part(one.ages_ms, 0.5), 100.0),
        ("age of telemetry, p99", "ms", lambda one: _part(one.ages_ms, 0.99), 1_000.0),
        ("a command's answer, p50", "s", lambda one: _part(one.answers_s, 0.5), ANSWER_S),
        ("a command's answer, slowest", "s", lambda one: max(one.answers_s, default=GIVE_UP_S), ANSWER_S),
        ("the broker, CPU", "cores", lambda one: one.cpu_cores, 1.0),
    )
    for name, unit, take, goal in figures:
        told = take(peer) if peer is not None else None
        yield Comparison(name=f"{kind}: {name}", unit=unit, value=take(mine), peer=told, goal=goal, is_by_ratio=False)


def _part(values: list[float], share: float) -> float:
    ordered = sorted(values)
    # where nothing was measured the worst is told: a silent broker must not look quick
    return ordered[int(share * (len(ordered) - 1))] if ordered else GIVE_UP_S * 1000.0


def _measure(kind: str, vehicles: int, stop: threading.Event) -> Outcome:
    with _everything(kind, vehicles) as (url, broker):
        probe = _Probe(url)
        try:
            # until all are heard the traffic is that of starting, not the usual one
            probe.wait(lambda: len(probe.fleet) >= vehicles, READY_S, stop)
            cpu_s = _cpu_s(broker)
            probe.is_measuring = True
            probe.wait(lambda: False, MEASURE_S, stop)
            probe.is_measuring = False
            probe.outcome.cpu_cores = (_cpu_s(broker) - cpu_s) / MEASURE_S
            probe.outcome.vehicles = len(probe.fleet)
            for number in range(ORDERS):
                probe.order(VehicleKey("sim", f"uav-{1 + number % vehicles}"), stop)
        finally:
            probe.close()
    return probe.outcome


@contextlib.contextmanager
def _everything(kind: str, vehicles: int) -> Iterator[tuple[BrokerUrl, Child]]:
    """All parts as processes of their own; the window off-screen."""
    url = BrokerUrl(host=HOST, port=free_port())
    link = f"{HOST}:{free_udp_port()}"
    supervisor, watchers = Supervisor(), []
    with tempfile.TemporaryDirectory(prefix="groundstation-bench-") as folder:
        # the window neither reads nor writes the settings and recordings of the user who measures
        own = {"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder, "QT_QPA_PLATFORM": "offscreen"}
        broker = Child("broker", ["broker", "--kind", kind, "--port", str(url.port)])
        simulate = ["simulate", "--vehicles", str(vehicles), "--link", f"udpout:{link}", "--ready", "--autofly"]
        children = (
            broker,
            Child("bridge", ["bridge", "--broker", url.shown, "--link", f"udpin:{link}", "--root", "sim"]),
            Child("simulator", simulate),
            Child("recorder", ["record", "--broker", url.shown, "--out", str(Path(folder) / "recordings")]),
            Child("window", ["gui", "--broker", url.shown, "--no-record"], environment=own),
        )
        try:
            for child in children:
                supervisor.add(child)
            watch = [sys.executable, "-m", "groundstation", "watch", "--json", "--broker", url.shown]
            watchers = [subprocess.Popen(watch, stdout=subprocess.DEVNULL) for _ in range(WATCHERS)]
            yield url, broker
        finally:
            for one in watchers:
                one.terminate()
                one.wait()
            supervisor.stop()


def _cpu_s(broker: Child) -> float:
    """CPU seconds of the broker with its children."""
    every = psutil.Process(broker.pid or os.getpid())
    return sum(sum(one.cpu_times()[:2]) for one in (every, *every.children(recursive=True)))


class _Probe:
    """A station that looks at ages and gives orders."""

    def __init__(self, url: BrokerUrl) -> None:
        self.outcome, self.is_measuring = Outcome(), False
        self.fleet, self._inbox = Fleet(), Inbox()
        actor = Actor(op="bench", gs=client_id("bench"))
        self._bus = StationBus(url, ("sim",), self._inbox, role="bench", actor=actor, on_message=self._take)
        self._commander = Commander(actor, self._bus.worker)
        self._bus.start()

    def _take(self, message: Message) -> None:
        """Worker thread."""
        if self.is_measuring and message.topic.endswith("/tlm/motion"):
            stamp = stamp_of("tlm/motion", message.payload)
            if stamp is not None:
                self.outcome.ages_ms.append(message.received_s * 1000.0 - stamp.bms)
        self._inbox.offer(message)

    def wait(self, is_done: Callable[[], bool], timeout_s: float, stop: threading.Event) -> bool:
        """Serve until something is so; False when it was not in time."""
        give_up_s = time.monotonic() + timeout_s
        while not stop.wait(TICK_S) and time.monotonic() < give_up_s:
            updates = self._inbox.drain().updates
            self.fleet.fold(updates)
            for _ in self._commander.tick(updates, self.fleet):
                pass
            if is_done():
                return True
        return False

    def order(self, key: VehicleKey, stop: threading.Event) -> None:
        """Give one order, and see how long the bridge's first word takes."""
        began_s = time.monotonic()
        batch = self._commander.operations.order([key], Verb.HOLD, {}, began_s)

        def is_answered() -> bool:
            # the first word of the bridge counts: how long a vehicle takes to hold is nothing of the broker's
            return any(one.state not in _ON_ITS_WAY for one in self._commander.operations.book.of_batch(batch))

        self.wait(is_answered, GIVE_UP_S, stop)
        self.outcome.answers_s.append(time.monotonic() - began_s)

    def close(self) -> None:
        """Disconnect."""
        self._bus.stop()
