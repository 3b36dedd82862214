# SPDX-License-Identifier: Apache-2.0
"""Reads and exports the journal beside the window. GUI thread; the works run on threads `journal-reader`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from groundstation.ui.commands_panel.journal_entry import JournalEntry, entries_of
from groundstation.ui.commands_panel.journal_port import JournalAccess
from groundstation.ui.task import Ended, Task, Tasks

MOST_ROWS = 20_000
AT_ONCE = 2
"""A search does not wait for an export, which takes as long as the journal is."""


class JournalLoader(QObject):
    """The newest reading counts; the rows of one that it overtook are left."""

    loaded = Signal(object)
    """A list of `JournalEntry`, oldest first."""
    failed = Signal(str)
    """Why nothing was read or written."""
    exported = Signal(str)
    """The file."""

    def __init__(self, access: JournalAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._tasks = Tasks("journal-reader", "the journal can't be read", self, AT_ONCE)
        self._reading: Task | None = None
        self.task: Task | None = None
        """The newest; for tests to wait for."""

    def load(self, search: str) -> None:
        """Read rows with these words; `loaded` or `failed` tells the end."""
        if self._reading is not None:
            # a search is asked for at each pause in typing: what was asked before is of no use
            self._reading.cancel()
        reading = self._tasks.run_task(
            lambda _: entries_of(self._access.read(search, MOST_ROWS)), lambda ended: self._on_read(reading, ended)
        )
        self.task = self._reading = reading

    def export(self, path: Path, search: str) -> None:
        """Write rows with these words as CSV; `exported` or `failed` tells the end."""
        self.task = self._tasks.run_task(
            lambda _: self._access.export(path, search), lambda ended: self._on_exported(path, ended)
        )

    def _on_read(self, reading: Task, ended: Ended[list[JournalEntry]]) -> None:
        if ended.problem:
            self.failed.emit(ended.problem)
        # a cancelled one may have been at its end already
        elif reading is self._reading:
            self.loaded.emit(ended.value)

    def _on_exported(self, path: Path, ended: Ended[None]) -> None:
        if ended.problem:
            self.failed.emit(ended.problem)
        else:
            self.exported.emit(str(path))
