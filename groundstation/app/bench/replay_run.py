# SPDX-License-Identifier: Apache-2.0
"""A window off-screen that opens a session, looks into it and plays it: prints what it took as JSON.

Run by `groundstation bench replay` as `python -m groundstation.app.bench.replay_run FOLDER`.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtCore import QEventLoop, QSettings, QTimer

from groundstation.app.players import open_file, player_access
from groundstation.app.wiring import calm_collector
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.inbox import Inbox
from groundstation.ui.application import make_application
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.loop_delay import LoopDelay
from groundstation.ui.main_window import MainWindow

SEEKS = 200
PLAYED_S = 15.0
GIVE_UP_S = 120.0
WATCH_MS = 50
SIZE = (1440, 900)
PAINTED_MS = 6
"""Qt paints a window 5 ms after the first of its panels asked for it; what is measured has this in it."""
MB = 1e6


class Run:
    """One measurement."""

    def __init__(self, folder: Path) -> None:
        """Prepare.

        Args:
            folder: of the session.
        """
        self._folder = folder
        self._process = psutil.Process()
        self._most = 0
        # before the application is made, which reads it once
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        self._application = make_application(["bench"])
        self._loop = QEventLoop()
        self.shown = 0

    def measure(self) -> dict[str, float]:
        """Everything, in turn."""
        feed = FleetFeed(Inbox(), lambda: BusStatus(state=BusState.CLOSED))
        with tempfile.TemporaryDirectory() as settings:
            file = QSettings(str(Path(settings) / "window.ini"), QSettings.Format.IniFormat)
            window = MainWindow(feed, file, players=player_access())
            window.resize(*SIZE)
            window.show()
            feed.start()
            calm_collector()
            self._pump(lambda: False, 1.0)
            found = {"before_mb": self._memory_mb()}
            found |= self._look(window)
            found |= self._play(window)
            # it only grows: what folds the moments has by now what it ever has
            beside = sum(one.memory_info().rss for one in self._process.children())
            found["most_mb"] = (self._most + beside) / MB
            window.leave()
        return found | self._plain()

    def _look(self, window: MainWindow) -> dict[str, float]:
        assert window.past is not None  # noqa: S101 - it was given players
        look = window.past.look
        look.moment_shown.connect(self._on_shown)
        began_s = time.perf_counter()
        window.past.open_files([self._folder])
        self._pump(lambda: self.shown > 0)
        opened_s = time.perf_counter() - began_s
        self._pump(lambda: False, 2.0)
        told = look.told
        assert told is not None  # noqa: S101 - something was shown
        extent, dice, took_ms = told.extent, random.Random(3), []
        for _ in range(SEEKS):
            before = self.shown
            began_s = time.perf_counter()
            look.seek(dice.uniform(extent.begin_s, extent.end_s))
            self._pump(lambda before=before: self.shown > before)  # type: ignore[misc]
            took_ms.append((time.perf_counter() - began_s) * 1e3)
        took_ms.sort()
        return {
            "vehicles": len(told.vehicles),
            "hours": (extent.end_s - extent.begin_s) / 3600.0,
            "seeks": SEEKS,
            "opened_s": opened_s,
            "seek_median_ms": statistics.median(took_ms),
            "seek_p99_ms": took_ms[int(len(took_ms) * 0.99)],
        }

    def _play(self, window: MainWindow) -> dict[str, float]:
        assert window.past is not None  # noqa: S101 - it was given players
        look = window.past.look
        extent = look.told.extent if look.told is not None else None
        assert extent is not None  # noqa: S101 - it was looked into
        look.seek(extent.begin_s + (extent.end_s - extent.begin_s) * 0.2)
        self._pump(lambda: False, 1.0)
        delay = LoopDelay(time.monotonic)
        look.playing.set_rate(100.0)
        look.playing.play_or_pause()
        delay.start()
        before = self.shown
        self._pump(lambda: False, PLAYED_S)
        look.playing.pause()
        delay.stop()
        return {"loop_p99_ms": delay.delays().p99_ms, "shown_per_s": (self.shown - before) / PLAYED_S}

    def _plain(self) -> dict[str, float]:
        """The player alone, for the peer that paints nothing."""
        began_s = time.perf_counter()
        player = open_file(self._folder)
        extent = player.extent
        open_s = time.perf_counter() - began_s
        dice, took_ms = random.Random(3), []
        for _ in range(SEEKS):
            at_s = dice.uniform(extent.begin_s, extent.end_s)
            began_s = time.perf_counter()
            player.moment(at_s)
            took_ms.append((time.perf_counter() - began_s) * 1e3)
        player.close()
        return {"open_s": open_s, "moment_ms": statistics.median(took_ms)}

    def _on_shown(self, at_s: float) -> None:
        del at_s
        self.shown += 1
        self._loop.quit()

    def _pump(self, is_true: Callable[[], bool], seconds: float = GIVE_UP_S) -> None:
        """Serve the window until something is so, and then until it is painted."""
        end_s = time.monotonic() + seconds
        watch = QTimer(interval=WATCH_MS)
        watch.timeout.connect(self._watch)
        watch.start()
        # as a window waits, which holds up no other thread
        while not is_true() and time.monotonic() < end_s:
            QTimer.singleShot(max(1, min(WATCH_MS, int((end_s - time.monotonic()) * 1e3))), self._loop.quit)
            self._loop.exec()
        # a timer that ends after Qt's own, by which a window is painted: served when every panel has been
        QTimer.singleShot(PAINTED_MS, self._loop.quit)
        self._loop.exec()

    def _watch(self) -> None:
        self._most = max(self._most, self._process.memory_info().rss)

    def _memory_mb(self) -> float:
        return float(self._process.memory_info().rss) / MB


if __name__ == "__main__":
    sys.stdout.write(json.dumps(Run(Path(sys.argv[1])).measure()))
