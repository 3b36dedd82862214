# SPDX-License-Identifier: Apache-2.0
"""A part of `bench topics`: a message of 256 MB while twenty vehicles fly, beside a subscriber that has it in memory.

Broker, bridge, simulator and recorder are processes of their own; the window is this one, off-screen, and listens to
the topic too. The whole is what a station has, but for a screen.
"""

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
from typing import TYPE_CHECKING, Any

import psutil

from groundstation.app.bench.report import Comparison
from groundstation.app.display import check_qt
from groundstation.app.processes import Child, Supervisor
from groundstation.app.wiring import free_udp_port
from groundstation.fleet.errors import GroundStationError
from groundstation.logs import large_payloads, session_folder
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.embedded_broker import HOST, free_port
from groundstation.ui.resources import resource

if TYPE_CHECKING:
    from groundstation.app.gui import Station

VEHICLES = 20
WARM_UP_S, QUIET_S, AFTER_S = 20.0, 15.0, 5.0
PATIENCE_S = 240.0
TOPIC, SEED = "bench/large", 1
FULL_BYTES = 268_435_455 - 100
"""The longest that MQTT has, but for the topic."""


def run(megabytes: float, stop: threading.Event, say: Callable[[str], None]) -> tuple[Comparison, ...]:
    """Measure; takes a minute and a half.

    Args:
        megabytes: size of the message.
        stop: ends it early.
        say: told what is being done, for the operator who waits.

    Raises:
        GroundStationError: a part could not be started, or it was ended early.
    """
    check_qt("offscreen")
    # before the application is made, which reads it once
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    size = min(FULL_BYTES, round(megabytes * 1e6))
    say(f"a message of {size / 1e6:.0f} MB while {VEHICLES} vehicles fly: window and recorder, then a plain subscriber")
    with tempfile.TemporaryDirectory(prefix="groundstation-bench-") as name:
        folder, url, supervisor = Path(name), BrokerUrl(host=HOST, port=free_port()), Supervisor()
        children = _children(url, folder / "recordings")
        try:
            for child in children.values():
                supervisor.add(child)
            trial = _fly(url, folder, children, size, stop)
            plain = _plain(url.port, folder, size, stop)
        finally:
            supervisor.stop()
        manifest = session_folder.load(session_folder.sessions(folder / "recordings")[-1])
    if manifest is None:
        raise GroundStationError("the recorder wrote no manifest; its words are above")
    return trial.comparisons(plain, gone=manifest.missing + manifest.lost + manifest.dropped)


def _children(url: BrokerUrl, recordings: Path) -> dict[str, Child]:
    link = f"{HOST}:{free_udp_port()}"
    commands = {
        "broker": ["broker", "--port", str(url.port)],
        "bridge": ["bridge", "--broker", url.shown, "--link", f"udpin:{link}", "--root", "sim"],
        "simulator": ["simulate", "--vehicles", str(VEHICLES), "--link", f"udpout:{link}", "--ready", "--autofly"],
        "recorder": ["record", "--broker", url.shown, "--out", str(recordings), "--subscribe", f"{TOPIC}/#"],
    }
    return {name: Child(name, words) for name, words in commands.items()}


def _fly(url: BrokerUrl, folder: Path, children: dict[str, Child], size: int, stop: threading.Event) -> _Trial:
    from PySide6.QtCore import QSettings

    from groundstation.app.gui import Station

    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    recordings, ending = folder / "recordings", threading.Event()
    station = Station(url, settings, (f"{TOPIC}/#",), journal=folder / "journal.sqlite", recordings=recordings)
    trial = _Trial(station, children["recorder"], recordings, size, url.port)

    def on_tick() -> None:
        if trial.look() or stop.is_set():
            ending.set()

    station.run(ending, on_tick, ends_on_fault=True)
    if not trial.is_over:
        raise GroundStationError("ended before the measurement was over; let it run through")
    return trial


def _sender(port: int, size: int) -> subprocess.Popen[str]:
    words = [str(port), f"{TOPIC}/one", str(size), str(SEED)]
    program = [sys.executable, "-m", "groundstation.app.bench.large_sender", *words]
    return subprocess.Popen(program, stdout=subprocess.PIPE, text=True)


def _outcome(child: subprocess.Popen[str]) -> dict[str, Any]:
    words, _ = child.communicate(timeout=PATIENCE_S)
    if child.returncode != 0:
        raise GroundStationError(f"a measured process ended with code {child.returncode}; its words are above")
    found: dict[str, Any] = json.loads(words)
    return found


def _plain(port: int, folder: Path, size: int, stop: threading.Event) -> dict[str, Any]:
    """What a subscriber takes that has the payload in memory."""
    words = [sys.executable, str(resource("bench/plain_large.py")), str(port), f"{TOPIC}/one", str(folder)]
    hearer = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if stop.is_set() or hearer.stderr is None or hearer.stderr.readline().strip() != "ready":
            raise GroundStationError("the plain subscriber did not come up")
        sent = _outcome(_sender(port, size))
        heard = _outcome(hearer)
    finally:
        hearer.kill()
    return {**heard, "is_right": heard["sha256"] == sent["sha256"]}


class _Trial:
    """What is looked at ten times a second, on the GUI thread: before the message, and from then on."""

    def __init__(self, station: Station, recorder: Child, recordings: Path, size: int, port: int) -> None:
        self._station, self._recorder, self._recordings = station, recorder, recordings
        self._size, self._port = size, port
        self._warm_s: float | None = None
        self._sending: subprocess.Popen[str] | None = None
        self._sent: dict[str, Any] = {}
        self._kept_s: float | None = None
        self._quiet_ages_s: list[float] = []
        self._ages_s: list[float] = []
        self._before: dict[str, float] = {}
        self._growth_mb: dict[str, float] = {}
        self._quiet_p99_ms = self._p99_ms = 0.0
        self._missing_before = self._gone = 0
        self._is_right = False
        self.is_over = False

    def look(self) -> bool:
        """True when all is measured."""
        now_s = time.monotonic()
        if self._warm_s is None:
            is_there = len(self._station.feed.fleet) >= VEHICLES and self._recorder.pid is not None
            self._warm_s = now_s if is_there else None
            return False
        if now_s < self._warm_s + WARM_UP_S:
            return False
        if self._sending is None:
            self._quiet_ages_s.append(self._worst_age_s())
            if now_s >= self._warm_s + WARM_UP_S + QUIET_S:
                self._begin()
            return False
        self._ages_s.append(self._worst_age_s())
        if self._kept_s is None and self._is_kept():
            self._kept_s = now_s
        if now_s - self._warm_s > PATIENCE_S or (self._kept_s is not None and now_s >= self._kept_s + AFTER_S):
            self._end()
        return self.is_over

    def _processes(self) -> dict[str, int]:
        return {"recorder": self._recorder.pid or 0, "window": os.getpid()}

    def _begin(self) -> None:
        for name, pid in self._processes().items():
            self._before[name] = psutil.Process(pid).memory_info().rss / 1e6
            # the most that it ever had counts from here (Linux, proc(5))
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._quiet_p99_ms = self._station.feed.stats().delays.p99_ms
        self._missing_before = self._station.inbox.counts.missing
        self._sending = _sender(self._port, self._size)

    def _is_kept(self) -> bool:
        if self._sending is None or self._sending.poll() is None:
            return False
        session = session_folder.sessions(self._recordings)[-1]
        self._sent = self._sent or _outcome(self._sending)
        found = [one for one in large_payloads.entries(session) if one.sha256 == self._sent["sha256"]]
        paths = [large_payloads.path_of(session, one) for one in found]
        self._is_right = any(path is not None for path in paths)
        return self._is_right

    def _end(self) -> None:
        self.is_over = True
        for name, pid in self._processes().items():
            status = Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1]
            self._growth_mb[name] = int(status.split()[0]) * 1.024e-3 - self._before[name]
        self._p99_ms = self._station.feed.stats().delays.p99_ms
        self._gone = self._station.inbox.counts.missing - self._missing_before

    def _worst_age_s(self) -> float:
        now_s = self._station.feed.now_s()
        ages = [state.age_s("position", now_s) for state in self._station.feed.fleet]
        return max((one for one in ages if one is not None), default=0.0)

    def comparisons(self, plain: dict[str, Any], gone: int) -> tuple[Comparison, ...]:
        """The figures.

        Args:
            plain: of the plain subscriber.
            gone: messages that the recorder missed.
        """
        took_s = self._kept_s - self._sent["began_s"] if self._kept_s is not None else PATIENCE_S
        plain_mb = plain["most_mb"] - plain["before_mb"]
        mb = f"{self._size / 1e6:.0f} MB"
        return (
            Comparison(
                name=f"{mb} whole on disk, with the right hash", unit="", value=self._is_right,
                peer=float(plain["is_right"]), goal=1.0, wanted="at_least", is_by_ratio=False,
            ),
            Comparison(name="from its first byte until it is there", unit="s", value=took_s, goal=60.0),
            Comparison(
                name="recorder, memory that it takes", unit="MB", value=self._growth_mb["recorder"], peer=plain_mb,
                goal=40.0, is_by_ratio=False,
            ),
            Comparison(name="window, memory that it takes", unit="MB", value=self._growth_mb["window"], goal=40.0),
            Comparison(
                name=f"oldest of {VEHICLES} positions meanwhile (before: as peer)", unit="s",
                value=max(self._ages_s), peer=max(self._quiet_ages_s), goal=3.0, is_by_ratio=False,
            ),
            Comparison(
                name="window loop, p99 (before: as peer)", unit="ms", value=self._p99_ms, peer=self._quiet_p99_ms,
                # what a busy computer does to the loop it does before too
                goal=0.7, wanted="at_least",
            ),
            Comparison(name="telemetry that the window missed", unit="", value=self._gone, goal=0.0),
            Comparison(name="messages that the recorder missed", unit="", value=gone, goal=0.0),
        )  # fmt: skip
