# SPDX-License-Identifier: Apache-2.0
"""What operators said, on disk: for who was away, and after a restart. The thread of its owner."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import platformdirs

from groundstation.fleet.operators.said import MAX_IDS, MAX_READERS, MAX_TO, OperatorMessage, Readers, ReadMarks

log = logging.getLogger("groundstation.said")

Key = TypeVar("Key")
Item = TypeVar("Item")

MAX_KEPT = 20_000
"""Messages; the earliest go first."""
TOLD = MAX_IDS
"""Of the newest, what one who asks is told at most."""
BUSY_S = 0.2
"""How long another process that writes is waited for: the engine of alarms stands still meanwhile."""
RETRY_S = 2.0
"""Between two tries to write what the disk did not take."""
_TABLES = """
CREATE TABLE IF NOT EXISTS said (id TEXT PRIMARY KEY, number INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS by_number ON said (number, id);
CREATE TABLE IF NOT EXISTS read (id TEXT NOT NULL, op TEXT NOT NULL, PRIMARY KEY (id, op));
"""


def default_path(broker: str) -> Path:
    """This user's own file for a broker.

    Args:
        broker: its URL without a password.
    """
    name = hashlib.sha256(broker.encode()).hexdigest()[:8]
    return platformdirs.user_data_path("groundstation", appauthor=False) / f"said-{name}.sqlite3"


class SaidStore:
    """A file; what the disk does not take is told out of memory, and written as soon as it can be."""

    def __init__(self, path: Path) -> None:
        """Open or make it; one that is damaged is put aside.

        Args:
            path: of the file.
        """
        self._path = path
        self.problem = ""
        """Why it can't be kept, and what helps; empty when all is well."""
        self._unkept: OrderedDict[str, OperatorMessage] = OrderedDict()
        self._unkept_marks: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._tried_s = float("-inf")
        self._database = self._opened()

    def tick(self, now_s: float) -> None:
        """Write what could not be written; where that fails it is tried again, but not at once: each try takes time.

        Args:
            now_s: monotonic seconds.
        """
        if not self.problem or now_s - self._tried_s < RETRY_S:
            return
        self._tried_s = now_s
        if self._database is None:
            self._database = self._opened()
        if self._database is not None and self._write(list(self._unkept.values()), list(self._unkept_marks)):
            self._unkept.clear()
            self._unkept_marks.clear()
            log.warning("what operators say is kept in %s again", self._path)
            self.problem = ""

    def add(self, messages: Iterable[OperatorMessage]) -> list[str]:
        """Keep messages; the ids of those that are on the disk now, also of those that were before."""
        told = [one for one in messages if one.is_plausible]
        if self.problem or not self._write(told, []):
            _put(self._unkept, ((one.id, one) for one in told))
            return []
        self._prune()
        return [one.id for one in told]

    def add_marks(self, marks: ReadMarks) -> None:
        """Keep who has read what; of messages that are not known nothing."""
        self.add_readers([Readers(id=one, ops=(marks.by.op,)) for one in marks.ids])

    def add_readers(self, readers: Iterable[Readers]) -> None:
        """Keep what another store knows of them."""
        told = list(readers)
        known = self._known([one.id for one in told])
        rows = [(one.id, operator) for one in told if one.id in known for operator in one.ops]
        if rows and (self.problem or not self._write([], rows)):
            _put(self._unkept_marks, ((one, None) for one in rows))

    def newest(self) -> list[OperatorMessage]:
        """What is told to who asks, the earliest first."""
        found = dict(self._unkept)
        for (body,) in self._read("SELECT body FROM said ORDER BY number DESC, id DESC LIMIT ?", (TOLD,)):
            try:
                one = msgspec.json.decode(body, type=OperatorMessage)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                log.warning("a message in %s can't be read: %s", self._path, error)
            else:
                found[one.id] = one
        return sorted(found.values(), key=lambda one: one.order)[-TOLD:]

    def readers(self, ids: Sequence[str]) -> list[Readers]:
        """Who has read some messages; of many readers of one several rows."""
        found: dict[str, set[str]] = {}
        wanted = set(ids)
        rows = self._read(
            "SELECT id, op FROM read WHERE id IN (SELECT id FROM said ORDER BY number DESC, id DESC LIMIT ?)", (TOLD,)
        )
        for own_id, operator in (*rows, *self._unkept_marks):
            if own_id in wanted:
                found.setdefault(own_id, set()).add(operator)
        return [
            Readers(id=own_id, ops=tuple(sorted(ops)[first : first + MAX_TO]))
            for own_id, ops in found.items()
            for first in range(0, min(len(ops), MAX_READERS), MAX_TO)
        ]

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()

    def _known(self, ids: Sequence[str]) -> set[str]:
        marks = ",".join("?" * len(ids))
        kept = self._read(f"SELECT id FROM said WHERE id IN ({marks})", tuple(ids))  # noqa: S608
        return {one for (one,) in kept} | self._unkept.keys()

    def _read(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        if self._database is None:
            return []
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._fail(error)
            return []

    def _write(self, messages: Sequence[OperatorMessage], marks: Sequence[tuple[str, str]]) -> bool:
        if self._database is None:
            return False
        rows = [(one.id, one.number, msgspec.json.encode(one)) for one in messages]
        try:
            with self._database:
                if rows:
                    self._database.executemany("INSERT OR IGNORE INTO said VALUES (?, ?, ?)", rows)
                if marks:
                    self._database.executemany("INSERT OR IGNORE INTO read VALUES (?, ?)", marks)
        except sqlite3.Error as error:
            self._fail(error)
            return False
        return True

    def _prune(self) -> None:
        ((count,),) = self._read("SELECT count(*) FROM said", ()) or [(0,)]
        over = int(count) - MAX_KEPT
        if over <= 0 or self._database is None:
            return
        try:
            with self._database:
                self._database.execute(
                    "DELETE FROM said WHERE id IN (SELECT id FROM said ORDER BY number, id LIMIT ?)", (over,)
                )
                self._database.execute("DELETE FROM read WHERE id NOT IN (SELECT id FROM said)")
        except sqlite3.Error as error:
            # what was said is on the disk all the same
            log.warning("the earliest in %s can't be removed: %s", self._path, error)

    def _fail(self, error: Exception) -> None:
        problem = f"what operators say can't be kept in {self._path} ({error}); a restart would forget it"
        if not self.problem:
            log.warning("%s", problem)
        self.problem = problem

    def _opened(self) -> sqlite3.Connection | None:
        """The file; None where there is none."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return _made(str(self._path))
            except sqlite3.DatabaseError as error:
                if "not a database" not in str(error) and "malformed" not in str(error):
                    raise
                aside = self._path.with_suffix(".damaged")
                log.warning("%s is damaged (%s); it is kept as %s, and a new one begun", self._path, error, aside)
                self._path.replace(aside)
                return _made(str(self._path))
        except (OSError, sqlite3.Error) as error:
            self._fail(error)
            return None


def _put(waiting: OrderedDict[Key, Item], more: Iterable[tuple[Key, Item]]) -> None:
    """Keep in memory, bounded: the earliest go first."""
    waiting.update(more)
    while len(waiting) > MAX_KEPT:
        waiting.popitem(last=False)


def _made(path: str) -> sqlite3.Connection:
    # one thread at a time: who makes it may give it to the thread that uses it
    database = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_TABLES)
    except sqlite3.Error:
        database.close()
        raise
    return database
