# SPDX-License-Identifier: Apache-2.0
"""`bench fleet`: a fleet from simulated bytes to the window, and what a message costs beside a plain loop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil

from groundstation.app.bench.capture import record
from groundstation.app.bench.report import Comparison, Report
from groundstation.app.display import check_qt
from groundstation.app.processes import Child, Supervisor
from groundstation.app.wiring import free_udp_port
from groundstation.fleet.errors import GroundStationError
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.embedded_broker import HOST, free_port
from groundstation.transport.interest import STILL_FEW
from groundstation.ui.resources import resource

if TYPE_CHECKING:
    from groundstation.app.gui import Station

CAPTURE_S = 20.0
CAPTURE_PACE = 4.0
"""Times real time in which both bridges are fed."""
A_BRIDGE = 250
"""Vehicles of one bridge at most: MAVLink has 255 system ids, and stations have some of them."""
ALL_S = 20.0
"""So long the window then follows every vehicle in detail: the peer of a window that follows what it shows."""
SETTLE_S = 3.0
WINDOW_S = 10.0
"""Memory is compared between the first and the last of these."""


def run(
    vehicles: int, duration_s: float, warm_up_s: float, stop: threading.Event, say: Callable[[str], None]
) -> Report:
    """Measure; takes duration, warm-up and about a minute more.

    Args:
        vehicles: how many to simulate.
        duration_s: how long to watch the whole, seconds.
        warm_up_s: how long to let it run before: buffers of ten minutes and trails fill, and memory with them.
        stop: ends it early, with what is there.
        say: told what is being done, for the operator who waits.

    Raises:
        GroundStationError: a part could not be started.
    """
    say(f"recording what {vehicles} vehicles say in {CAPTURE_S:.0f} s, then feeding it to both bridges")
    # one bridge can't have more vehicles, so one is measured with what it can have
    ours_us, plain_us = message_costs(min(vehicles, A_BRIDGE), stop)
    say(f"watching the whole for {duration_s:.0f} s after {warm_up_s:.0f} s of warming up; Ctrl-C ends it early")
    whole = _watch_whole(vehicles, duration_s, warm_up_s, stop)
    settings = {"vehicles": float(vehicles), "duration_s": duration_s}
    cost = Comparison(
        name="bridge, CPU a MAVLink message", unit="us", value=ours_us, peer=plain_us, goal=5.0, wanted="at_least"
    )
    return Report(bench="fleet", settings=settings, comparisons=(cost, *whole))


def message_costs(vehicles: int, stop: threading.Event) -> tuple[float, float]:
    """CPU microseconds a MAVLink message of our bridge and of a plain loop, on the same bytes and broker."""
    with tempfile.TemporaryDirectory(prefix="groundstation-bench-") as folder:
        recording = Path(folder) / "recording"
        record(vehicles, CAPTURE_S, recording)
        supervisor = Supervisor()
        port = free_port()
        broker = Child("broker", ["broker", "--port", str(port)])
        supervisor.add(broker)
        try:
            if not broker.wait_listening(port, stop):
                raise GroundStationError(
                    "ended before the measurement began"
                    if stop.is_set()
                    else "the broker did not start; run 'groundstation doctor'"
                )
            arguments = [str(recording), HOST, str(port), str(CAPTURE_PACE)]
            # one after the other: side by side they would take each other's CPU
            ours = _contestant(["-m", "groundstation.app.bench.bridge_run", *arguments])
            plain = _contestant([str(resource("bench/plain_bridge.py")), *arguments])
        finally:
            supervisor.stop()
    return ours, plain


def _contestant(arguments: list[str]) -> float:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GroundStationError(f"a measured process failed: {done.stderr.strip().splitlines()[-1:]}")
    outcome = json.loads(done.stdout)
    return float(outcome["cpu_s"] / outcome["messages"] * 1e6)


def _watch_whole(vehicles: int, duration_s: float, warm_up_s: float, stop: threading.Event) -> tuple[Comparison, ...]:
    """Broker, bridge and simulator as children, the window off-screen in this process."""
    check_qt("offscreen")
    # before the application is made, which reads it once
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSettings

    from groundstation.app.gui import Station

    supervisor = Supervisor()
    url = BrokerUrl(host=HOST, port=free_port())
    children = {"broker": Child("broker", ["broker", "--port", str(url.port)])}
    for first in range(0, vehicles, A_BRIDGE):
        children |= _squadron(url, first, min(A_BRIDGE, vehicles - first))
    with tempfile.TemporaryDirectory(prefix="groundstation-bench-") as folder:
        try:
            for child in children.values():
                supervisor.add(child)
            # settings of its own: those of the user would decide what is shown, and be written over
            station = Station(url, QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))
            watch = _Watch(children, station, duration_s, warm_up_s)
            ending = threading.Event()

            def on_tick() -> None:
                if watch.look() or stop.is_set():
                    ending.set()

            station.run(ending, on_tick, ends_on_fault=True)
        finally:
            supervisor.stop()
    return watch.comparisons(vehicles)


def _squadron(url: BrokerUrl, first: int, count: int) -> dict[str, Child]:
    """A simulator and its bridge; the names of a second one's vehicles are not those of the first.

    Args:
        url: the broker.
        first: how many vehicles the others have.
        count: how many this one has.
    """
    link, mark = f"{HOST}:{free_udp_port()}", f" {first // A_BRIDGE + 1}" if first else ""
    # system ids begin anew in each squadron, and on the bus no two vehicles may have one name
    names = ["--name", f"*=net{first // A_BRIDGE + 1}-*"] if first else []
    bridge = ["bridge", "--broker", url.shown, "--link", f"udpin:{link}", "--root", "sim", *names]
    simulate = ["simulate", "--vehicles", str(count), "--link", f"udpout:{link}", "--ready", "--autofly"]
    return {f"bridge{mark}": Child(f"bridge{mark}", bridge), f"simulator{mark}": Child(f"simulator{mark}", simulate)}


class _Moment(NamedTuple):
    """Counters at one moment."""

    at_s: float
    cpu_s: dict[str, float]
    messages: int
    bytes: int
    missing: int
    dropped: int


class _Watch:
    """Reads counters of processes while the window runs: as it is, then while it follows every vehicle in detail."""

    def __init__(self, children: dict[str, Child], station: Station, duration_s: float, warm_up_s: float) -> None:
        self._children, self._station = children, station
        self._warm_up_s, self._duration_s = warm_up_s, duration_s
        self._began_s = time.monotonic()
        self._next_s = 0.0
        self._memory_mb: list[tuple[float, float]] = []
        self._moments: list[_Moment] = []
        """At the beginning and end of the first span, then of the second one."""
        self._p99_ms = 0.0
        self._seen = 0

    def look(self) -> bool:
        """Called ten times a second; True when the time is over."""
        now_s = time.monotonic()
        if now_s < self._next_s or now_s - self._began_s < self._warm_up_s:
            return False
        self._next_s = now_s + 1.0
        spans = (self._duration_s, SETTLE_S, ALL_S)
        # memory is judged in the first span only: to follow everybody fills more buffers
        if len(self._moments) < 2:
            self._memory_mb.append((now_s, psutil.Process().memory_info().rss / 1e6))
        if not self._moments:
            self._moments.append(self._moment(now_s))
        elif now_s - self._moments[-1].at_s >= spans[len(self._moments) - 1]:
            self._moments.append(self._moment(now_s))
            if len(self._moments) == 2:
                # before everybody is followed: the goal is for a window as it is used
                self._p99_ms = self._station.feed.stats().delays.p99_ms
                self._seen = len(self._station.feed.fleet)
                self._station.bus.follow(None)
        return len(self._moments) == len(spans) + 1

    def _moment(self, now_s: float) -> _Moment:
        counts = self._station.inbox.counts
        used = {name: _cpu_of(child.pid) for name, child in self._children.items() if child.pid is not None}
        # the window is this process, and the others are its children, which are counted by themselves
        cpu_s = {**used, "window": _cpu_of(os.getpid(), with_children=False)}
        return _Moment(now_s, cpu_s, counts.received, counts.received_bytes, counts.missing, counts.dropped)

    def comparisons(self, vehicles: int) -> tuple[Comparison, ...]:
        """The figures."""
        if len(self._moments) < 2:
            raise GroundStationError("ended before the measurement was over; let it run through")
        times = [at_s for at_s, _ in self._memory_mb]
        first = [mb for at_s, mb in self._memory_mb if at_s <= times[0] + WINDOW_S]
        last = [mb for at_s, mb in self._memory_mb if at_s >= times[-1] - WINDOW_S]
        growth_mb = sum(last) / len(last) - sum(first) / len(first)
        minutes = max(1e-9, (times[-1] - times[0]) / 60.0)
        begin, end = self._moments[:2]
        # who ends it early, in the second span, still has the figures of the first
        followed, everything = self._traffic(0), self._traffic(2) if len(self._moments) > 3 else {}
        traffic = [
            Comparison(
                name=f"window, {what} a second", unit=unit, value=followed[what], peer=everything.get(what),
                # a small fleet is followed as a whole, so that there is nothing to gain
                goal=3.0 if vehicles > STILL_FEW else 0.0, wanted="at_least",
            )
            for what, unit in (("messages", ""), ("kilobytes", "kB"))
        ]  # fmt: skip
        cores = [
            Comparison(
                name=f"{name}, CPU", unit="cores", value=share, goal=_CORE_GOALS[name.split()[0]],
                peer=everything.get("cores") if name == "window" else None, is_by_ratio=False,
            )
            for name, share in self._cores(begin, end).items()
        ]  # fmt: skip
        return (
            Comparison(name="vehicles in the window", unit="", value=self._seen, goal=vehicles, wanted="at_least"),
            Comparison(name="gaps in seq at the window", unit="", value=end.missing - begin.missing, goal=0),
            Comparison(name="dropped by full queues", unit="", value=end.dropped, goal=0),
            Comparison(name="event loop delay, p99", unit="ms", value=self._p99_ms, goal=50.0),
            *traffic,
            Comparison(name="window, memory growth a minute", unit="MB", value=growth_mb / minutes, goal=5.0),
            Comparison(name="window, memory", unit="MB", value=last[-1], goal=300.0 + 0.1 * vehicles),
            *cores,
        )

    def _traffic(self, number: int) -> dict[str, float]:
        """What came in a second between two moments, and what the window took for it."""
        begin, end = self._moments[number : number + 2]
        span_s = end.at_s - begin.at_s
        return {
            "messages": (end.messages - begin.messages) / span_s,
            "kilobytes": (end.bytes - begin.bytes) / span_s / 1e3,
            "cores": self._cores(begin, end)["window"],
        }

    @staticmethod
    def _cores(begin: _Moment, end: _Moment) -> dict[str, float]:
        span_s = end.at_s - begin.at_s
        return {name: (used - begin.cpu_s.get(name, 0.0)) / span_s for name, used in end.cpu_s.items()}


_CORE_GOALS = {"simulator": 0.5, "bridge": 0.5, "broker": 0.5, "window": 1.0}


def _cpu_of(pid: int, *, with_children: bool = True) -> float:
    """CPU seconds of a process, of its children too (mosquitto is a child of our broker)."""
    try:
        process = psutil.Process(pid)
        every = [process, *(process.children(recursive=True) if with_children else [])]
        return sum(one.cpu_times().user + one.cpu_times().system for one in every)
    except psutil.NoSuchProcess:
        return 0.0
