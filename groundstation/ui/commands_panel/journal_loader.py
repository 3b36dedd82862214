# SPDX-License-Identifier: Apache-2.0
"""Reads and exports the journal on a thread of its own, so that no disk ever holds up the window.

Made and told on the GUI thread; results come back as signals to the GUI thread.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.errors import GroundStationError
from groundstation.ui.commands_panel.journal_entry import entries_of
from groundstation.ui.commands_panel.journal_port import JournalAccess

MOST_ROWS = 20_000


class JournalLoader(QObject):
    """Numbers its readings, so that the result of one that was overtaken by a newer one can be told and left."""

    loaded = Signal(int, object)
    """Number of the reading, and a list of `JournalEntry`, oldest first."""
    failed = Signal(int, str)
    """Number of the reading or export, and why."""
    exported = Signal(str)
    """The file."""

    def __init__(self, access: JournalAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self.number = 0
        """Of the newest reading."""
        self.thread_running: threading.Thread | None = None
        """The newest thread; for tests to wait for."""

    def load(self, search: str) -> None:
        """Read rows with these words; `loaded` or `failed` tells the end."""
        self.number += 1
        self._run(self._load, self.number, search)

    def export(self, path: Path, search: str) -> None:
        """Write rows with these words as CSV; `exported` or `failed` tells the end."""
        self._run(self._export, path, search)

    def _run(self, job: object, *args: object) -> None:
        self.thread_running = threading.Thread(target=job, args=args, name="journal-reader", daemon=True)  # type: ignore[arg-type]
        self.thread_running.start()

    # ---- thread `journal-reader`; the window may be gone when it is through ----

    def _load(self, number: int, search: str) -> None:
        with contextlib.suppress(RuntimeError):
            try:
                found = entries_of(self._access.read(search, MOST_ROWS))
            except GroundStationError as error:
                self.failed.emit(number, str(error))
            else:
                self.loaded.emit(number, found)

    def _export(self, path: Path, search: str) -> None:
        with contextlib.suppress(RuntimeError):
            try:
                self._access.export(path, search)
            except GroundStationError as error:
                self.failed.emit(self.number, str(error))
            else:
                self.exported.emit(str(path))
