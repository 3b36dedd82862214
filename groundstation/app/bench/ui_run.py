# SPDX-License-Identifier: Apache-2.0
"""One measurement of `bench ui`, in a process of its own; prints JSON. Main thread."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication, QTableWidget, QTableWidgetItem

from groundstation.app.bench.ui_fleet import MIDDLE, Fleet
from groundstation.app.wiring import calm_collector
from groundstation.fleet.value_path import ValueRef
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.inbox import Inbox
from groundstation.ui.application import make_application
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.loop_delay import LoopDelay
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.plots.plots_panel import PlotsPanel

SIZE = (1440, 900)
FRAMES, STEP_PX = 200, 7
PLOTTED, TILES = 10, 16
WARM_S, BURST_S = 4.0, 3.0
BURST = 10
PEER_MS = 100
"""The plain table and scatter show everything anew ten times a second, as this window does its numbers."""


def percentiles(found_ms: list[float]) -> dict[str, float]:
    """p50, p99 and the largest."""
    ordered = sorted(found_ms) or [0.0]
    return {
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))],
        "max": ordered[-1],
    }


def frames(step: Callable[[int], None]) -> dict[str, float]:
    """What a frame costs, milliseconds of this thread: another one that computes beside it is not part of it."""
    found = []
    for number in range(FRAMES):
        began_s = time.thread_time()
        step(number)
        found.append((time.thread_time() - began_s) * 1000.0)
    return percentiles(found)


class Loop:
    """Runs the window for some seconds and watches how late it is."""

    def __init__(self, application: QApplication) -> None:
        self._application = application

    def run(self, seconds: float) -> dict[str, float]:
        """Milliseconds late; and cores, of the whole process."""
        delay = LoopDelay(time.monotonic)
        delay.start()
        began_s, began_cpu = time.monotonic(), time.process_time()
        QTimer.singleShot(round(seconds * 1000), lambda: self._application.exit(0))
        self._application.exec()
        delay.stop()
        told = delay.delays()
        cores = (time.process_time() - began_cpu) / (time.monotonic() - began_s)
        return {"p50": told.p50_ms, "p99": told.p99_ms, "max": told.max_ms, "cores": cores}


def window(vehicles: int, duration_s: float) -> dict[str, object]:
    """Ours: map, a wall of tiles, ten curves, and a burst of messages."""
    application = make_application(["groundstation"])
    inbox, status = Inbox(), BusStatus(state=BusState.CONNECTED, broker="bench", since_s=time.monotonic())
    feed, silence = FleetFeed(inbox, lambda: status), threading.Event()
    fleet = Fleet(inbox, vehicles)
    feed.followed.changed.connect(lambda wanted: setattr(fleet, "wanted", wanted))
    with tempfile.TemporaryDirectory() as folder:
        made = MainWindow(feed, QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat))
        made.resize(*SIZE)
        made.show()
        calm_collector()
        feed.start()
        fleet.births()
        speaker = threading.Thread(target=fleet.speak, args=(silence,), name="speaker", daemon=True)
        speaker.start()
        loop, view = Loop(application), made.panel(MapPanel).view
        made.dock("wall").toggleView(True)
        made.dock("wall").setAsCurrentTab()
        made.dock("plots").setAsCurrentTab()
        made.selection.select(tuple(fleet.keys[: min(3, vehicles)]))
        made.panel(PlotsPanel).plot([ValueRef(key, "position.height_home_m") for key in fleet.keys[:PLOTTED]])
        loop.run(WARM_S)
        wall = loop.run(duration_s)
        memory = psutil.Process().memory_info().rss
        made.dock("map").setAsCurrentTab()
        view.restore_view(*mercator_from_degrees(*MIDDLE), 3.0 if vehicles > 100 else 1.0)
        loop.run(WARM_S)
        with_map = loop.run(duration_s)
        fleet.events_a_second = BURST * max(10, vehicles // 10)
        burst = loop.run(BURST_S)
        fleet.events_a_second = 1

        def pan(number: int) -> None:
            step = STEP_PX if number // 25 % 2 else -STEP_PX
            view.pan(step / view.width(), step / 2 / view.height())
            view.viewport().repaint()

        def zoom(number: int) -> None:
            view.zoom(1.03 if number // 20 % 2 else 1 / 1.03)
            view.viewport().repaint()

        panned, zoomed = frames(pan), frames(zoom)
        heard, after = len(feed.fleet), psutil.Process().memory_info().rss
        silence.set()
        speaker.join()
        feed.stop()
        made.leave()
    return {
        "wall": wall,
        "map": with_map,
        "burst": burst,
        "pan": panned,
        "zoom": zoomed,
        "heard": heard,
        "said": fleet.said,
        "memory": [memory, after],
    }


def peer(vehicles: int, duration_s: float) -> dict[str, object]:
    """A plain scatter of pyqtgraph and a plain table of Qt with the same fleet, shown ten times a second."""
    import numpy as np
    import pyqtgraph

    # what it has no types for
    pg: Any = pyqtgraph

    application = QApplication([])
    fleet, columns = Fleet(Inbox(), vehicles), 6
    plot, scatter = pg.PlotWidget(), pg.ScatterPlotItem(size=12)
    plot.addItem(scatter)
    plot.resize(SIZE[0] // 2, SIZE[1])
    table = QTableWidget(vehicles, columns)
    table.resize(SIZE[0] // 2, SIZE[1])
    cells = [[QTableWidgetItem() for _ in range(columns)] for _ in range(vehicles)]
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            table.setItem(row, column, cell)

    def show() -> None:
        now_s = time.monotonic()
        told = [fleet._overview(number, now_s) for number in range(vehicles)]  # noqa: SLF001 - the same numbers
        scatter.setData(np.array([one.lon_deg for one in told]), np.array([one.lat_deg for one in told]))
        for row, one in enumerate(told):
            texts = (f"{one.lat_deg:.6f}", f"{one.lon_deg:.6f}", f"{one.height_home_m:.1f}", f"{one.heading_deg:.0f}")
            for column, text in enumerate((fleet.keys[row].id, "AUTO", *texts)):
                cells[row][column].setText(text)

    plot.show()
    table.show()
    timer = QTimer(interval=PEER_MS)
    timer.timeout.connect(show)
    timer.start()
    loop = Loop(application)
    loop.run(WARM_S / 2)
    late = loop.run(duration_s)
    timer.stop()
    box = plot.getViewBox()

    def pan(number: int) -> None:
        step = STEP_PX if number // 25 % 2 else -STEP_PX
        pixel = box.viewPixelSize()
        box.translateBy(x=step * pixel[0], y=step / 2 * pixel[1])
        plot.viewport().repaint()

    return {"map": late, "pan": frames(pan)}


if __name__ == "__main__":
    what, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    answer = {"window": window, "peer": peer}[what](count, seconds)
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    # Qt's own end is no part of it
    os._exit(0)
