# SPDX-License-Identifier: Apache-2.0
"""Tiles of servers on this disk, up to a limit; what was used longest ago goes first. Any thread; may wait for a disk.

One SQLite file for all servers and all windows of this computer. Without it (disk full, gone, damaged) the map works
and asks the servers.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

log = logging.getLogger("groundstation.tiles")

LIMIT_BYTES = 500_000_000
USED_EACH_S = 3600.0
"""That a tile was used is written so often at most."""
ROOM = 0.9
"""Share of the limit that is left when something must go, so that it need not for each tile."""
ROW_BYTES = 300
"""Of the file for each tile, beside the picture."""
_TABLE = """CREATE TABLE IF NOT EXISTS tiles (
    url TEXT PRIMARY KEY, body BLOB NOT NULL, etag TEXT, modified TEXT, kept_s REAL, fresh_until_s REAL,
    used_s REAL, size INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tiles_used ON tiles (used_s, size);"""
_VERSION = 1

T = TypeVar("T")


class Kept(NamedTuple):
    """A tile on this disk."""

    body: bytes
    etag: str
    modified: str
    """The server's Last-Modified, as it said it."""
    is_fresh: bool
    """Whether it may be shown without asking the server whether it has another one."""


class DiskCache:
    """Opened when it is first used, by a thread."""

    def __init__(
        self, path: Path, unix_s: Callable[[], float], limit_bytes: Callable[[], int] = lambda: LIMIT_BYTES
    ) -> None:
        """Touch nothing yet.

        Args:
            path: of the file; its folder is made.
            unix_s: the clock.
            limit_bytes: of all tiles together, at this moment.
        """
        self._path, self.unix_s, self._limit = path, unix_s, limit_bytes
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = None
        self._size = 0
        self.problem = ""
        """Why nothing is kept; empty while all is well."""

    def get(self, url: str) -> Kept | None:
        """What is kept of a tile; None for nothing."""
        return self._do(lambda base: self._get(base, url), None)

    def put(self, url: str, body: bytes, etag: str, modified: str, fresh_s: float) -> None:
        """Keep a tile.

        Args:
            url: its address.
            body: the picture.
            etag: to ask by; may be empty.
            modified: the same.
            fresh_s: so long it need not be asked for again.
        """
        self._do(lambda base: self._put(base, url, body, (etag, modified), fresh_s), None)

    def refresh(self, url: str, fresh_s: float) -> None:
        """The server said that it has no other one."""
        now_s = self.unix_s()
        what = "UPDATE tiles SET kept_s = ?, fresh_until_s = ? WHERE url = ?"
        self._do(lambda base: base.execute(what, (now_s, now_s + fresh_s, url)) and None, None)

    @property
    def size_bytes(self) -> int:
        """Of all that is kept."""
        return self._do(_sum, 0)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._base is not None:
                self._base.close()
            self._base = None

    def _get(self, base: sqlite3.Connection, url: str) -> Kept | None:
        what = "SELECT body, etag, modified, kept_s, fresh_until_s, used_s FROM tiles WHERE url = ?"
        row = base.execute(what, (url,)).fetchone()
        if row is None:
            return None
        body, etag, modified, kept_s, fresh_until_s, used_s = row
        now_s = self.unix_s()
        if abs(now_s - used_s) > USED_EACH_S:
            base.execute("UPDATE tiles SET used_s = ? WHERE url = ?", (now_s, url))
        # a clock that went back makes nothing fresh
        return Kept(body, etag, modified, kept_s - 60.0 <= now_s < fresh_until_s)

    def _put(self, base: sqlite3.Connection, url: str, body: bytes, marks: tuple[str, str], fresh_s: float) -> None:
        now_s, size = self.unix_s(), len(body) + len(url) + ROW_BYTES
        with base:
            base.execute(
                "INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (url, body, *marks, now_s, now_s + fresh_s, now_s, size),
            )
        # what was replaced, and what other windows keep, is counted when it matters
        self._size += size
        if self._size > self._limit():
            self._size = _sum(base)
        if self._size > self._limit():
            self._make_room(base)

    def _make_room(self, base: sqlite3.Connection) -> None:
        too_much = self._size - self._limit() * ROOM
        gone: list[tuple[str]] = []
        for url, size in base.execute("SELECT url, size FROM tiles ORDER BY used_s"):
            if too_much <= 0:
                break
            too_much -= size
            gone.append((url,))
        with base:
            base.executemany("DELETE FROM tiles WHERE url = ?", gone)
        self._size = _sum(base)

    def _do(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        with self._lock:
            try:
                if self._base is None:
                    self._open()
                if self._base is None:
                    return otherwise
                found = work(self._base)
                self.problem = ""
            except (sqlite3.Error, OSError) as error:
                self._gave_up(error)
                return otherwise
            return found

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._base = self._opened()
        self._size = _sum(self._base)

    def _begin_anew(self) -> None:
        if self._base is not None:
            self._base.close()
        self._base = None
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self._path.with_name(self._path.name + end).unlink(missing_ok=True)

    def _opened(self) -> sqlite3.Connection:
        base = sqlite3.connect(self._path, timeout=5.0, check_same_thread=False, isolation_level=None)
        try:
            base.execute("PRAGMA journal_mode = WAL")
            # at worst the newest tiles are asked for again
            base.execute("PRAGMA synchronous = OFF")
            [version] = base.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                base.execute("DROP TABLE IF EXISTS tiles")
            base.executescript(_TABLE)
            base.execute(f"PRAGMA user_version = {_VERSION}")
        except sqlite3.Error:
            base.close()
            raise
        return base

    def _gave_up(self, error: Exception) -> None:
        if not self.problem:
            log.warning("tiles are not kept in %s: %s", self._path, error)
        self.problem = str(error)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            # no SQLite file, or a damaged one: what is kept here can be had again
            self._begin_anew()


def _sum(base: sqlite3.Connection) -> int:
    [found] = base.execute("SELECT coalesce(sum(size), 0) FROM tiles").fetchone()
    return int(found)
