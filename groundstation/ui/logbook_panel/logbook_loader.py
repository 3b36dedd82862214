# SPDX-License-Identifier: Apache-2.0
"""Reads logs and writes what is made of them beside the window. GUI thread; works run on threads `logbook-reader`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.flight import Logbook, LoggedFlight
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess
from groundstation.ui.task import Ended, Task, Tasks

THREAD = "logbook-reader"


class LogbookLoader(QObject):
    """One reading at a time, and one report; the newest counts."""

    loaded = Signal(object)
    """`Logbook`."""
    stopped = Signal()
    """The reading or the report was cancelled."""
    failed = Signal(str)
    """Why there is no reading."""
    refused = Signal(str)
    """Why something was not written."""
    saved = Signal(str)
    """A file of flights."""
    reported = Signal(str)
    """A file with a report."""
    pinned = Signal(str, bool)
    """Folder of a session, and whether it is kept for ever."""

    def __init__(self, access: LogbookAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        # two: pinning a session does not wait for the reading of a thousand logs
        self._readings = Tasks(THREAD, "logs can't be read", self)
        self._writings = Tasks(THREAD, "it can't be written", self)
        self._work: Task | None = None
        """A reading or a report; None when none is wanted."""
        self.task: Task | None = None
        """The newest; for tests to wait for."""

    @property
    def share(self) -> float | None:
        """How far the work is, 0 to 1; None when there is none."""
        return self._work.share if self._work is not None else None

    def read(self, folder: Path) -> None:
        """Search a folder; `loaded`, `failed` or `stopped` tells the end. A reading before it is given up."""
        self._begin(lambda task: self._access.read(folder, task.told), self._on_read)

    def report(self, flight: LoggedFlight, target: Path) -> None:
        """Write a report of a flight; `reported`, `refused` or `stopped` tells the end."""
        write = self._access.report
        # this installation can't make reports: told as stopped, so that nobody waits
        if write is None:
            self.stopped.emit()
            return
        self._begin(lambda task: write(flight, target, task.told), lambda ended: self._on_reported(target, ended))

    def save(self, flights: Sequence[LoggedFlight], target: Path) -> None:
        """Write flights as CSV; `saved` or `refused` tells the end."""
        # as they are now: the caller's list may change while the file is written
        wanted = tuple(flights)
        self._write(lambda: self._access.csv(wanted, target), lambda: self.saved.emit(str(target)))

    def pin(self, session: str, *, is_pinned: bool) -> None:
        """Keep a session or no longer; `pinned` or `refused` tells the end."""
        self._write(lambda: self._access.pin(session, is_pinned), lambda: self.pinned.emit(session, is_pinned))

    def cancel(self) -> None:
        """Give up what is under way; what was read until then is not read again."""
        if self._work is not None:
            self._work.cancel()

    def _begin(self, work: Callable[[Task], object], on_end: Callable[[Ended[Any]], None]) -> None:
        """The end of a work is told, unless a newer one has begun."""
        self.cancel()

        def through(ended: Ended[object]) -> None:
            # one that was given up may end after its successor has begun
            if task is self._work:
                self._work = None
                on_end(ended)

        task = self.task = self._work = self._readings.run_task(work, through)

    def _on_read(self, ended: Ended[Logbook]) -> None:
        if ended.is_cancelled:
            self.stopped.emit()
        elif ended.problem:
            self.failed.emit(ended.problem)
        else:
            self.loaded.emit(ended.value)

    def _on_reported(self, target: Path, ended: Ended[object]) -> None:
        if ended.is_cancelled:
            self.stopped.emit()
        elif ended.problem:
            self.refused.emit(ended.problem)
        else:
            self.reported.emit(str(target))

    def _write(self, write: Callable[[], None], on_written: Callable[[], None]) -> None:
        def through(ended: Ended[None]) -> None:
            if ended.problem:
                self.refused.emit(ended.problem)
            else:
                on_written()

        self.task = self._writings.run_task(lambda _: write(), through)
