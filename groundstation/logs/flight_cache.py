# SPDX-License-Identifier: Apache-2.0
"""Flights that were found in logs before, in SQLite, so that a log is read once. One thread; several processes.

What is remembered holds for a path, a size, a time of change and a version of the search. It can be found again at any
time: a file that is damaged is made anew, and one that can't be written is done without.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import msgspec
import platformdirs

from groundstation.fleet.flight import Flight
from groundstation.logs.flights import VERSION

log = logging.getLogger("groundstation.logbook")

BUSY_S = 2.0
"""How long another process may keep the file to itself."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS logs (
    path TEXT PRIMARY KEY, size_bytes INTEGER, mtime_ns INTEGER, version INTEGER, flights BLOB
)
"""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""The last one tells of another table of that name."""
_UNREADABLE = (msgspec.DecodeError, UnicodeError, TypeError)
_decoder = msgspec.json.Decoder(tuple[Flight, ...])


class LogState(NamedTuple):
    """What a log on disk is told apart by."""

    path: Path
    """Absolute."""
    size_bytes: int
    mtime_ns: int
    """Nanoseconds since 1970."""


def default_cache() -> Path:
    """Where this user's flights are remembered."""
    return Path(platformdirs.user_data_dir("groundstation", appauthor=False)) / "logbook.sqlite"


class FlightCache:
    """Remembers the flights of logs; a context manager."""

    def __init__(self, path: Path) -> None:
        """Open or make it. When that can't be, nothing is remembered, and the log of the program says why.

        Args:
            path: of its file.
        """
        self._path = path
        self._db: sqlite3.Connection | None = None
        try:
            self._db = self._opened()
        except sqlite3.Error as error:
            self._on_error(error)
        except OSError as error:
            self._do_without(error)

    def get(self, state: LogState) -> tuple[Flight, ...] | None:
        """What was found in a log; None when it was never read, or is another one now."""
        if self._db is None:
            return None
        query = "SELECT flights FROM logs WHERE path = ? AND size_bytes = ? AND mtime_ns = ? AND version = ?"
        try:
            # size and time of change too: a log that was written on is another one
            row = self._db.execute(query, (str(state.path), *state[1:], VERSION)).fetchone()
            return None if row is None else _decoder.decode(row[0])
        except sqlite3.Error as error:
            self._on_error(error)
        except _UNREADABLE:
            log.info("what was remembered of %r can't be read", state.path)
        return None

    def put(self, state: LogState, flights: tuple[Flight, ...]) -> None:
        """Remember what was found in a log."""
        if self._db is None:
            return
        try:
            with self._db:
                row = (str(state.path), *state[1:], VERSION, msgspec.json.encode(flights))
                self._db.execute("INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            self._on_error(error)
        except UnicodeError:
            log.info("%r has a name that can't be remembered", state.path)

    def keep_only(self, folder: Path, paths: Iterable[Path]) -> None:
        """Forget logs of a folder that are there no more.

        Args:
            folder: absolute.
            paths: absolute, those that are there.
        """
        if self._db is None:
            return
        kept = {str(one) for one in paths}
        try:
            with self._db:
                # the paths are compared here: SQLite knows nothing of folders
                known = [row[0] for row in self._db.execute("SELECT path FROM logs")]
                gone = [(one,) for one in known if one not in kept and Path(one).is_relative_to(folder)]
                self._db.executemany("DELETE FROM logs WHERE path = ?", gone)
        except sqlite3.Error as error:
            self._on_error(error)

    def close(self) -> None:
        """Give the file back."""
        db, self._db = self._db, None
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=BUSY_S)
        try:
            db.execute(_SCHEMA)
            # the line above is content with any table of that name, this one with ours only
            db.execute("SELECT path, size_bytes, mtime_ns, version, flights FROM logs LIMIT 1").fetchone()
        except BaseException:
            db.close()
            raise
        return db

    def _on_error(self, error: sqlite3.Error) -> None:
        """Make a file anew that is damaged or not ours; all that was in it can be found again by reading the logs."""
        self.close()
        # the lowest byte is the kind of error, those above say more of it (SQLite, "Result and Error Codes")
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & 0xFF not in _DAMAGED:
            self._do_without(error)
            return
        try:
            # a journal that is left would be rolled back into the new file
            for one in (self._path, self._path.with_name(f"{self._path.name}-journal")):
                one.unlink(missing_ok=True)
            self._db = self._opened()
        except (OSError, sqlite3.Error) as again:
            self._do_without(again)

    def _do_without(self, error: Exception) -> None:
        log.warning("%s can't be used (%s); flights are searched for again each time", self._path, error)
        self.close()
