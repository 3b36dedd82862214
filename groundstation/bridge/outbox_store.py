# SPDX-License-Identifier: Apache-2.0
"""Outages on disk: messages that were published while the broker was away, in SQLite. Thread `outbox`.

Bounded by age and by size, the oldest go first. What can't be written is counted, and stays in memory for its time. A
damaged file is kept under another name.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import platformdirs

log = logging.getLogger("groundstation.outbox")

MAX_AGE_S = 24 * 3600.0
MAX_BYTES = 256 * 1024 * 1024
MAX_WAITING = 2_000
"""Pieces of work that wait for the disk; more are dropped, and counted."""
PRUNE_S = 30.0
RETRY_S = 1.0
PAGE_BYTES = 4096
_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    n INTEGER PRIMARY KEY, at_unix_s REAL, topic TEXT, sid TEXT, seq INTEGER, payload BLOB
);
CREATE UNIQUE INDEX IF NOT EXISTS numbered ON messages (topic, sid, seq);
"""
_INSERT = "INSERT OR IGNORE INTO messages (at_unix_s, topic, sid, seq, payload) VALUES (?, ?, ?, ?, ?)"
_FETCH = "SELECT seq, payload FROM messages WHERE topic=? AND sid=? AND seq BETWEEN ? AND ? ORDER BY seq"
_EXTENTS = """
SELECT topic, sid, MIN(seq), MAX(seq) + 1 FROM (
    SELECT topic, sid, seq, seq - ROW_NUMBER() OVER (PARTITION BY topic, sid ORDER BY seq) AS island FROM messages
) GROUP BY topic, sid, island
"""
"""A run of numbers without a gap is an island: the number less its rank is the same all along."""


class Fetched(NamedTuple):
    """An answer to `fetch`."""

    token: int
    messages: list[tuple[int, bytes]]
    """Number and payload, in order."""


def default_store_path(bridge_id: str) -> Path:
    """Where the outages of a bridge are kept for this user."""
    return Path(platformdirs.user_data_dir("groundstation", appauthor=False)) / f"outbox-{bridge_id}.sqlite3"


class OutboxStore:
    """Messages on disk; `put` and `fetch` return at once."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, wall_clock: Callable[[], float] = time.time) -> None:
        """Prepare; `start` opens the file.

        Args:
            path: the file; its folder is made.
            max_bytes: bound of its size.
            wall_clock: seconds since 1970.
        """
        self._path, self._max_bytes, self._wall_clock = path, max_bytes, wall_clock
        self._waiting: queue.Queue[Callable[[sqlite3.Connection], None] | None] = queue.Queue(MAX_WAITING)
        self._fetched: deque[Fetched] = deque()
        self._extents: list[tuple[str, str, int, int]] = []
        self._runs: frozenset[tuple[str, str]] = frozenset()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._stopping = threading.Event()
        self.dropped = 0
        """Messages that were not written."""
        self.problem = ""
        """One line: why it can't write; empty when all is well."""

    # ---- bridge thread ----

    def start(self) -> None:
        """Begin; what an earlier life left is found a moment later."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end; returns within 3 s."""
        self._stopping.set()
        with suppress(queue.Full):
            self._waiting.put_nowait(None)
        if self._thread.is_alive():
            self._thread.join(3.0)

    def put(self, key: tuple[str, str], messages: Sequence[tuple[int, bytes]]) -> bool:
        """Keep messages of one session of a topic; False when too much waits for the disk."""
        topic, sid = key
        at_unix_s = self._wall_clock()
        rows = [(at_unix_s, topic, sid, seq, payload) for seq, payload in messages]
        taken = self._give(lambda database: _insert(database, rows))
        self.dropped += 0 if taken else len(rows)
        return taken

    def fetch(self, token: int, topic: str, sid: str, first: int, last: int) -> bool:
        """Ask for messages; the answer is in `take_fetched` later. False when too much waits for the disk."""

        def look(database: sqlite3.Connection) -> None:
            rows = database.execute(_FETCH, (topic, sid, first, last)).fetchall()
            self._fetched.append(Fetched(token, rows))

        return self._give(look)

    def take_fetched(self) -> list[Fetched]:
        """Answers that came."""
        found = []
        while self._fetched:
            found.append(self._fetched.popleft())
        return found

    def extents(self) -> list[tuple[str, str, int, int]]:
        """Topic, session, first and following number of what is on disk, as of a moment ago."""
        return self._extents

    def knows(self, topic: str, sid: str) -> bool:
        """Whether anything of a session of a topic is on disk, as of a moment ago."""
        return (topic, sid) in self._runs

    def refresh(self) -> None:
        """Have `extents` looked up anew."""
        self._give(self._look_up)

    def _give(self, work: Callable[[sqlite3.Connection], None]) -> bool:
        try:
            # never blocks: a full disk must not hold up telemetry
            self._waiting.put_nowait(work)
        except queue.Full:
            return False
        return True

    # ---- thread `outbox` ----

    def _run(self) -> None:
        work: list[Callable[[sqlite3.Connection], None]] = [self._look_up]
        next_prune_s = 0.0
        while True:
            if self._do(work):
                work = []
                if self._stopping.is_set() and self._waiting.empty():
                    return
                work = self._next_work()
                now_s = time.monotonic()
                if now_s >= next_prune_s:
                    next_prune_s = now_s + PRUNE_S
                    work += [self._prune, self._look_up]
            # the same work is tried again, since a full disk may have room later
            elif self._stopping.wait(RETRY_S):
                return

    def _next_work(self) -> list[Callable[[sqlite3.Connection], None]]:
        """Everything that waits; nothing when nothing came for a while."""
        try:
            first = self._waiting.get(timeout=PRUNE_S)
        except queue.Empty:
            return []
        found = [first] if first is not None else []
        while not self._waiting.empty():
            one = self._waiting.get_nowait()
            if one is not None:
                found.append(one)
        return found

    def _do(self, work: list[Callable[[sqlite3.Connection], None]]) -> bool:
        """All of it in one transaction; False to try again."""
        if not work:
            return True
        try:
            # opened for each batch: a file that was deleted or a disk that was swapped is noticed, and nothing is
            # locked between
            with closing(_opened(self._path)) as database:
                database.execute("BEGIN IMMEDIATE")
                for one in work:
                    one(database)
                database.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            self._complain(error)
            return False
        self.problem = ""
        return True

    def _look_up(self, database: sqlite3.Connection) -> None:
        self._extents = database.execute(_EXTENTS).fetchall()
        self._runs = frozenset((topic, sid) for topic, sid, _, _ in self._extents)

    def _prune(self, database: sqlite3.Connection) -> None:
        database.execute("DELETE FROM messages WHERE at_unix_s < ?", (self._wall_clock() - MAX_AGE_S,))
        pages, free = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        over = (pages - free) * PAGE_BYTES / self._max_bytes
        if over > 1.0:
            (count,) = database.execute("SELECT COUNT(*) FROM messages").fetchone()
            # to a tenth below the bound, or each look would have to delete again
            gone = int(count * (1.0 - 0.9 / over)) + 1
            database.execute("DELETE FROM messages WHERE n IN (SELECT n FROM messages ORDER BY n LIMIT ?)", (gone,))

    def _complain(self, error: Exception) -> None:
        if isinstance(error, sqlite3.DatabaseError) and ("not a database" in str(error) or "malformed" in str(error)):
            aside = self._path.with_name(f"{self._path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
            with suppress(OSError):
                self._path.rename(aside)
        problem = f"the outbox {self._path} can't be written: {error}; make room or check who may write there"
        if problem != self.problem:
            log.warning("%s; what is missed meanwhile is kept in memory for some minutes only", problem)
        self.problem = problem


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=5.0, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        # with a write-ahead log a crash of the system may cost the last commits, never the file (SQLite)
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_SCHEMA)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _insert(database: sqlite3.Connection, rows: list[tuple[float, str, str, int, bytes]]) -> None:
    database.executemany(_INSERT, rows)
