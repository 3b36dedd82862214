# SPDX-License-Identifier: Apache-2.0
"""Makes the pictures of the documents from the real window, with the demo's broker, bridge and simulated vehicles.

`make screenshots`; takes about two minutes, needs no display. A picture is a row of `SCENES`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP))
os.environ["QT_QPA_PLATFORM"] = "offscreen"

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from groundstation.ui.main_window import MainWindow

VEHICLES, FIRST_S, SETTLE_S = 8, 45.0, 6.0
"""How many fly, how long before the first picture, and between two."""
SIZE = (1440, 900)


class Scene(NamedTuple):
    """One picture."""

    name: str
    """Of the file in `docs/`."""
    prepare: Callable[[MainWindow], QWidget | None]
    """Brings into view what is to be seen; returns the window of its own that is taken, None for the whole one."""


def _window(window: MainWindow) -> None:
    fleet = sorted(window.selection.keys) or [state.key for state in window.settings_keeper._feed.fleet][:1]  # noqa: SLF001
    window.selection.select(tuple(fleet[:1]))
    window.dock("map").setAsCurrentTab()


def _wall(window: MainWindow) -> None:
    window.dock("wall").toggleView(True)
    window.dock("wall").setAsCurrentTab()


def _settings(window: MainWindow) -> QWidget:
    return window.settings_keeper.open()


def _past(window: MainWindow) -> None:
    if window.settings_keeper.dialog is not None:
        window.settings_keeper.dialog.close()
    window.dock("map").setAsCurrentTab()
    if window.past is not None:
        window.past.look.look_back()


SCENES = (
    Scene("window", _window),
    Scene("wall", _wall),
    Scene("settings", _settings),
    Scene("past", _past),
)


def main() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("DATA", "CONFIG", "CACHE", "STATE"):
            os.environ[f"XDG_{kind}_HOME"] = folder
        _make(Path(folder), TOP / "docs")


def _make(folder: Path, docs: Path) -> None:
    from PySide6.QtCore import QSettings

    from groundstation.app.demo import SENSOR_FILTERS, demo_children
    from groundstation.app.gui import Station
    from groundstation.app.simulation import make_plan

    stop = threading.Event()
    with demo_children(make_plan(vehicles=VEHICLES, flavours=None, faults=[]), stop) as url:
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        station = Station(url, settings, SENSOR_FILTERS, recordings=folder / "demo-recordings")
        station.window.resize(*SIZE)
        left, due_s, taken = list(SCENES), time.monotonic() + FIRST_S, []

        def on_tick() -> None:
            nonlocal due_s
            if time.monotonic() < due_s:
                return
            due_s = time.monotonic() + SETTLE_S
            if taken:
                scene, widget = taken.pop()
                (widget or station.window).grab().save(str(docs / f"{scene.name}.png"))
            if left:
                scene = left.pop(0)
                taken.append((scene, scene.prepare(station.window)))
            else:
                stop.set()

        station.run(stop, on_tick, ends_on_fault=True)


if __name__ == "__main__":
    main()
