# SPDX-License-Identifier: Apache-2.0
"""`bench sensors`: a window that shows thousands of other devices, each once a second, and how late it is."""

from __future__ import annotations

import json
import math
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from groundstation.app.bench.report import Comparison, Report
from groundstation.app.display import check_qt
from groundstation.fleet.sensor_map.mapping import PlaceRow, SensorRow
from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.transport.bus import BusState, BusStatus, Message
from groundstation.transport.inbox import Inbox

if TYPE_CHECKING:
    from groundstation.ui.main_window import MainWindow
    from groundstation.ui.map_panel.map_view import MapView

TURNS = 10
"""Parts of a second in which the readings come, as they do from a broker."""
A_ROOM = 20
"""Topics with one place."""
QUIET_S = 10.0
MIDDLE, SPAN_DEG = (41.0, 39.7), 0.06
"""Where they stand."""


def run(sensors: int, duration_s: float, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure; takes the duration, as long for warming up at most, and ten quiet seconds.

    Args:
        sensors: how many, each once a second, every tenth with a JSON payload.
        duration_s: how long to watch, seconds.
        stop: ends it early, with what is there.
        say: told what is being done, for the operator who waits.
    """
    check_qt("offscreen")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    say(f"showing {sensors} sensors at 1 Hz for {duration_s:.0f} s, then {QUIET_S:.0f} s of silence")
    busy_ms, busy_cores, quiet_cores, shown, share = _watch(sensors, duration_s, stop)
    comparisons = (
        Comparison(
            name="sensors shown, in the tree and on the map",
            unit="",
            value=float(shown),
            goal=float(sensors),
            wanted="at_least",
        ),
        Comparison(name="readings that arrived, of those sent", unit="%", value=share, goal=95.0, wanted="at_least"),
        Comparison(name="window loop, p99, all sensors at 1 Hz", unit="ms", value=busy_ms, goal=50.0),
        Comparison(name="CPU, all sensors at 1 Hz", unit="cores", value=busy_cores, goal=1.0),
        Comparison(name="CPU, all sensors silent", unit="cores", value=quiet_cores, goal=0.15),
    )
    return Report(
        bench="sensors", settings={"sensors": float(sensors), "duration_s": duration_s}, comparisons=comparisons
    )


def _watch(sensors: int, duration_s: float, stop: threading.Event) -> tuple[float, float, float, int, float]:
    """Loop p99 in ms and cores while all speak, cores while none does, sensors shown, percent of readings."""
    from PySide6.QtCore import QSettings, QTimer

    from groundstation.ui.application import make_application
    from groundstation.ui.fleet_feed import FleetFeed
    from groundstation.ui.loop_delay import LoopDelay
    from groundstation.ui.main_window import MainWindow
    from groundstation.ui.map_panel.sensor_layer import SensorLayer
    from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel

    application = make_application(["groundstation"])
    inbox, status = Inbox(), BusStatus(state=BusState.CONNECTED, broker="bench", since_s=time.monotonic())
    feed = FleetFeed(inbox, lambda: status)
    silence = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(feed, QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat))
        window.show()
        application.processEvents()
        window.dock("sensors").setAsCurrentTab()
        panel = window.panel(SensorsPanel)
        # all of them on the map too, which is in view
        feed.use_meanings(_meanings(sensors))
        view = _map_of(window)
        feed.start()
        # as in the program, where messages come on the thread of the connection
        speaker = threading.Thread(target=_speak, args=(inbox, sensors, silence), name="speaker", daemon=True)
        speaker.start()

        def turn(seconds: float) -> float:
            """Run the window; returns the cores it took, the speaker's share among them."""
            began_s, began_cpu = time.monotonic(), time.process_time()
            QTimer.singleShot(round(seconds * 1000), lambda: application.exit(0))  # `quit` would close the window
            if not stop.is_set():
                application.exec()
            return (time.process_time() - began_cpu) / max(0.001, time.monotonic() - began_s)

        warm_until_s = time.monotonic() + duration_s
        while len(feed.topics) < sensors and time.monotonic() < warm_until_s and not stop.is_set():
            turn(0.5)
        delay = LoopDelay(time.monotonic)
        delay.start()
        before, began_s = feed.stats().readings, time.monotonic()
        busy = turn(duration_s)
        came = feed.stats().readings - before
        share = 100.0 * came / max(1.0, sensors * (time.monotonic() - began_s))
        # rows of a panel that nobody sees cost nothing, and would make the window look quick
        shown = len(feed.topics) if panel.isVisible() else 0
        on_map = sum(one.number for one in view.stack.layer(SensorLayer).groups) if view.isVisible() else 0
        delay.stop()
        p99_ms = delay.delays().p99_ms
        silence.set()
        speaker.join()
        # what came before the silence is shown first, and is no part of it
        turn(2.0)
        quiet = turn(QUIET_S)
        feed.stop()
        window.leave()
    return p99_ms, busy, quiet, min(shown, on_map), share


def _map_of(window: MainWindow) -> MapView:
    """The window's map, with all of them in view."""
    from groundstation.ui.map_panel.map_panel import MapPanel
    from groundstation.ui.map_panel.mercator import mercator_from_degrees

    view = window.panel(MapPanel).view
    view.restore_view(*mercator_from_degrees(*MIDDLE), 30.0)
    return view


def _meanings(sensors: int) -> SensorMap:
    """A place for each, on a field of some kilometres."""
    side = max(1, math.isqrt(sensors))
    at = {
        f"sensor-{number}": (
            MIDDLE[0] + (number // side / side - 0.5) * SPAN_DEG,
            MIDDLE[1] + (number % side / side - 0.5) * SPAN_DEG,
        )
        for number in range(sensors)
    }
    return SensorMap((SensorRow(topics="site/+/+/+", place=PlaceRow(by="{3}", at=at)),))


def _speak(inbox: Inbox, sensors: int, silence: threading.Event) -> None:
    """What a broker would deliver: every topic once a second, in its own thread."""
    topics = [f"site/house-{number // 400}/room-{number // A_ROOM}/sensor-{number}" for number in range(sensors)]
    turn, due_s = 0, time.monotonic()
    while not silence.is_set():
        for number in range(turn % TURNS, sensors, TURNS):
            value = 20 + (number + turn) % 17 / 10
            text = json.dumps({"t": value, "h": 45.5}) if number % 10 == 0 else f"{value:.1f}"
            payload = text.encode()
            inbox.offer(Message(topics[number], payload, len(payload), 0, False, time.monotonic()))
        turn += 1
        # by the clock and not by a pause: a turn that was late is made up for, so that the rate holds
        due_s += 1.0 / TURNS
        silence.wait(max(0.0, due_s - time.monotonic()))
