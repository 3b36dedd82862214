# SPDX-License-Identifier: Apache-2.0
"""Reads logs, and writes what is made of them, on threads of their own, so that no disk ever holds up the window.

Made and told on the GUI thread; results come back as signals to the GUI thread.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.flight import LoggedFlight
from groundstation.fleet.progress import CancelledError
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess

_End = tuple[SignalInstance, *tuple[object, ...]]
"""What is told, with what."""

log = logging.getLogger("groundstation.logbook")


class _Work:
    """One work: how far it is, and whether it is still wanted."""

    def __init__(self) -> None:
        self.share = 0.0
        self.is_cancelled = False

    def told(self, share: float) -> None:
        self.share = share
        if self.is_cancelled:
            raise CancelledError("not wanted any more")


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

    _ended = Signal(object, object, object)

    def __init__(self, access: LogbookAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._work: _Work | None = None
        self._ended.connect(self._on_ended)
        self._one_at_a_time = threading.Lock()
        self.thread_running: threading.Thread | None = None
        """The newest thread; for tests to wait for."""

    @property
    def share(self) -> float | None:
        """How far the work is, 0 to 1; None when there is none."""
        return self._work.share if self._work is not None else None

    def read(self, folder: Path) -> None:
        """Search a folder; `loaded`, `failed` or `stopped` tells the end. A reading before it is given up."""
        self._begin(self._read, folder)

    def report(self, flight: LoggedFlight, target: Path) -> None:
        """Write a report of a flight; `reported`, `refused` or `stopped` tells the end."""
        self._begin(self._report, flight, target)

    def save(self, flights: Sequence[LoggedFlight], target: Path) -> None:
        """Write flights as CSV; `saved` or `refused` tells the end."""
        self._run(self._save, tuple(flights), target)

    def pin(self, session: str, *, is_pinned: bool) -> None:
        """Keep a session or no longer; `pinned` or `refused` tells the end."""
        self._run(self._pin, session, is_pinned)

    def cancel(self) -> None:
        """Give up what is under way; what was read until then is not read again."""
        if self._work is not None:
            self._work.is_cancelled = True

    def _begin(self, job: Callable[..., _End], *args: object) -> None:
        self.cancel()
        self._work = _Work()
        self._run(self._work_through, self._work, job, *args)

    def _run(self, job: Callable[..., None], *args: object) -> None:
        self.thread_running = threading.Thread(target=_guarded, args=(job, *args), name="logbook-reader", daemon=True)
        self.thread_running.start()

    def _on_ended(self, work: _Work, signal: SignalInstance, values: tuple[object, ...]) -> None:
        """The end of a work is told, unless a newer one has begun."""
        if work is self._work:
            self._work = None
            signal.emit(*values)

    # ---- thread `logbook-reader`; the window may be gone when it is through ----

    def _work_through(self, work: _Work, job: Callable[..., _End], *args: object) -> None:
        with self._one_at_a_time:
            try:
                signal, *values = job(work, *args)
            except Exception as error:  # else the panel would wait for ever
                log.exception("a fault in reading logs")
                signal, values = self.failed, [f"logs can't be read: {type(error).__name__}; report it"]
        self._ended.emit(work, signal, tuple(values))

    def _read(self, work: _Work, folder: Path) -> _End:
        try:
            work.told(0.0)
            found = self._access.read(folder, work.told)
        except CancelledError:
            return (self.stopped,)
        except GroundStationError as error:
            return self.failed, str(error)
        return self.loaded, found

    def _report(self, work: _Work, flight: LoggedFlight, target: Path) -> _End:
        if self._access.report is None:
            return (self.stopped,)
        try:
            self._access.report(flight, target, work.told)
        except CancelledError:
            return (self.stopped,)
        except GroundStationError as error:
            return self.refused, str(error)
        return self.reported, str(target)

    def _save(self, flights: Sequence[LoggedFlight], target: Path) -> None:
        try:
            self._access.csv(flights, target)
        except GroundStationError as error:
            self.refused.emit(str(error))
        else:
            self.saved.emit(str(target))

    def _pin(self, session: str, is_pinned: bool) -> None:
        try:
            self._access.pin(session, is_pinned)
        except GroundStationError as error:
            self.refused.emit(str(error))
        else:
            self.pinned.emit(session, is_pinned)


def _guarded(job: Callable[..., None], *args: object) -> None:
    with contextlib.suppress(RuntimeError):
        job(*args)
