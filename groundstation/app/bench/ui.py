# SPDX-License-Identifier: Apache-2.0
"""`bench ui`: frames and lateness of the window by the size of the fleet, beside a plain scatter and a plain table."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from groundstation.app.bench.measured import outcome
from groundstation.app.bench.report import Comparison, Report
from groundstation.app.display import check_qt

SIZES = (1, 100, 500, 1_000)
FRAME_60_MS, FRAME_P99_MS, LOOP_MS, PAINT_S = 16.7, 33.0, 50.0, 1.0
STARTS = 3
BASE_MB, KB_A_VEHICLE = 300.0, 100.0
"""Memory that a window may take, and for each vehicle."""
PAINTED = """
import os, sys, time
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from groundstation.ui.application import make_application
application = make_application(["groundstation"])
from PySide6.QtCore import QSettings
from groundstation.transport.bus import BusStatus
from groundstation.transport.inbox import Inbox
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.main_window import MainWindow
status = BusStatus(broker="bench")
window = MainWindow(FleetFeed(Inbox(), lambda: status), QSettings("/nowhere/x.ini", QSettings.Format.IniFormat))
window.show()
application.processEvents()
print(time.process_time(), flush=True)
os._exit(0)
"""
"""What there is between the start of a program and its first picture; seconds of the processor."""


def run(sizes: tuple[int, ...], duration_s: float, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure; each fleet takes three times the duration and half a minute.

    Args:
        sizes: of the fleets.
        duration_s: how long each is watched, with the wall in view and with the map.
        stop: ends it early.
        say: told what is being done, for the operator who waits.
    """
    check_qt("offscreen")
    rows: list[Comparison] = []
    for count in sizes:
        say(f"a window with {count} vehicles: wall, map, a burst of messages, frames")
        words = [str(count), str(duration_s)]
        ours = outcome(["-m", "groundstation.app.bench.ui_run", "window", *words], stop)
        plain = outcome(["-m", "groundstation.app.bench.ui_run", "peer", *words], stop)
        rows += _rows(count, ours, plain)
    say("starting it, some times")
    rows.append(_start(stop))
    settings = {"largest": float(max(sizes)), "duration_s": duration_s}
    return Report(bench="ui", settings=settings, comparisons=tuple(rows))


def _rows(count: int, ours: dict[str, Any], plain: dict[str, Any]) -> list[Comparison]:
    """The figures of one fleet; what has a peer is held to a time and not to a ratio: the plain view does far less."""
    memory = max(ours["memory"]) / 1e6

    def row(name: str, value: float, goal: float, unit: str = "ms", peer: float | None = None) -> Comparison:
        return Comparison(name=f"{count}: {name}", unit=unit, value=value, goal=goal, peer=peer, is_by_ratio=False)

    return [
        Comparison(
            name=f"{count}: vehicles heard", unit="", value=float(ours["heard"]), goal=float(count), wanted="at_least"
        ),
        row("a frame of panning, p50", ours["pan"]["p50"], FRAME_60_MS, peer=plain["pan"]["p50"]),
        row("a frame of panning, p99", ours["pan"]["p99"], FRAME_P99_MS, peer=plain["pan"]["p99"]),
        row("a frame of zooming, p50", ours["zoom"]["p50"], FRAME_60_MS),
        row("a frame of zooming, p99", ours["zoom"]["p99"], FRAME_P99_MS),
        row("window loop with map and ten curves, p99", ours["map"]["p99"], LOOP_MS, peer=plain["map"]["p99"]),
        row("window loop with the wall and ten curves, p99", ours["wall"]["p99"], LOOP_MS),
        row("window loop in a burst of ten times the messages, p99", ours["burst"]["p99"], LOOP_MS),
        row("CPU with map and ten curves", ours["map"]["cores"], 1.0, "cores", plain["map"]["cores"]),
        row("memory", memory, BASE_MB + count * KB_A_VEHICLE / 1e3, "MB"),
    ]


def _start(stop: threading.Event) -> Comparison:
    found = []
    for _ in range(STARTS):
        found.append(float(outcome(["-c", PAINTED], stop)))  # type: ignore[arg-type]
        time.sleep(0.1)
    return Comparison(
        name="start to the first picture, of a processor", unit="s", value=statistics.median(found), goal=PAINT_S
    )
