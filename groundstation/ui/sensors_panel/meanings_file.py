# SPDX-License-Identifier: Apache-2.0
"""The file that says what topics mean, for the window: chosen, read on a thread, remembered. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.task import Ended, Tasks

ReadMeanings = Callable[[Path], SensorMap]
"""Reads a file on any thread, or raises GroundStationError."""


class MeaningsFile(QObject):
    """One at a time; one that can't be read changes nothing."""

    said = Signal(str)
    """What became of it, or what is wrong with it."""

    def __init__(self, feed: FleetView, read: ReadMeanings | None, parent: QWidget) -> None:
        """Begin without one.

        Args:
            feed: is told what topics mean.
            read: reads a file; None for a window that reads none.
            parent: of its dialog.
        """
        super().__init__(parent)
        self._feed, self._read, self._widget = feed, read, parent
        self._tasks = Tasks("meanings", "the file of what topics mean can't be read", self)
        self._asked: Path | None = None
        self.path: Path | None = None
        """The one that is used; None for none."""

    @property
    def can_read(self) -> bool:
        """Whether this window reads such files."""
        return self._read is not None

    def ask(self) -> None:
        """Ask for a file."""
        before = str(self.path) if self.path is not None else ""
        chosen, _ = QFileDialog.getOpenFileName(
            self._widget, self.tr("What topics mean"), before, self.tr("YAML (*.yaml *.yml);;All files (*)")
        )
        if chosen:
            self.open(Path(chosen))

    def open(self, path: Path) -> None:
        """Read a file, and go by it."""
        read = self._read
        if read is None:
            return
        self._asked = path
        self._tasks.run_task(lambda _task: read(path), lambda ended: self._on_read(path, ended))

    def close(self) -> None:
        """Go by none."""
        self._asked = self.path = None
        self._feed.use_meanings(SensorMap())
        self.said.emit("")

    def restore(self, text: str) -> None:
        """What was remembered."""
        if text:
            self.open(Path(text))

    def _on_read(self, path: Path, ended: Ended[SensorMap]) -> None:
        # another one was chosen meanwhile
        if path != self._asked:
            return
        if ended.value is None:
            self.said.emit(ended.problem or "")
            return
        self.path = path
        self._feed.use_meanings(ended.value)
        self.said.emit("")
