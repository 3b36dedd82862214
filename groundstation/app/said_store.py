# SPDX-License-Identifier: Apache-2.0
"""What operators said, on disk: for who was away, and after a restart. The thread of its owner."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from groundstation.fleet.operators.said import MAX_IDS, MAX_TO, OperatorMessage, Readers, ReadMarks

log = logging.getLogger("groundstation.said")

MAX_KEPT = 20_000
"""Messages; the earliest go first."""
TOLD = MAX_IDS
"""Of the newest, what one who asks is told at most."""
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
    """A file; where the disk does not take it, memory until it does no harm: a restart would forget it."""

    def __init__(self, path: Path) -> None:
        """Open or make it; one that is damaged is put aside.

        Args:
            path: of the file.
        """
        self._path = path
        self.problem = ""
        """Why it can't be kept, and what helps; empty when all is well."""
        self._database = self._opened()

    def add(self, messages: Iterable[OperatorMessage]) -> list[str]:
        """Keep messages; the ids of those that are on the disk now, also of those that were before."""
        rows = [(one.id, one.number, msgspec.json.encode(one)) for one in messages if one.is_plausible]
        if not self._write("INSERT OR IGNORE INTO said VALUES (?, ?, ?)", rows):
            return []
        self._prune()
        return [one[0] for one in rows] if not self.problem else []

    def add_marks(self, marks: ReadMarks) -> None:
        """Keep who has read what; of messages that are not known nothing."""
        known = self._known(marks.ids)
        rows = [(one, marks.by.op) for one in marks.ids if one in known]
        self._write("INSERT OR IGNORE INTO read VALUES (?, ?)", rows)

    def add_readers(self, readers: Iterable[Readers]) -> None:
        """Keep what another store knows of them."""
        told = list(readers)
        known = self._known([one.id for one in told])
        rows = [(one.id, operator) for one in told if one.id in known for operator in one.ops]
        self._write("INSERT OR IGNORE INTO read VALUES (?, ?)", rows)

    def newest(self) -> list[OperatorMessage]:
        """What is told to who asks, the earliest first."""
        rows = self._read("SELECT body FROM said ORDER BY number DESC, id DESC LIMIT ?", (TOLD,))
        found = []
        for (body,) in reversed(rows):
            try:
                found.append(msgspec.json.decode(body, type=OperatorMessage))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                log.warning("a message in %s can't be read: %s", self._path, error)
        return found

    def readers(self, ids: Sequence[str]) -> list[Readers]:
        """Who has read some messages."""
        found: dict[str, list[str]] = {}
        wanted = set(ids)
        for own_id, operator in self._read(
            "SELECT id, op FROM read WHERE id IN (SELECT id FROM said ORDER BY number DESC, id DESC LIMIT ?)", (TOLD,)
        ):
            if own_id in wanted:
                found.setdefault(own_id, []).append(operator)
        return [Readers(id=own_id, ops=tuple(sorted(ops)[:MAX_TO])) for own_id, ops in found.items()]

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _known(self, ids: Sequence[str]) -> set[str]:
        marks = ",".join("?" * len(ids))
        return {one for (one,) in self._read(f"SELECT id FROM said WHERE id IN ({marks})", tuple(ids))}  # noqa: S608

    def _read(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._fail(error)
            return []

    def _write(self, query: str, rows: Sequence[tuple[object, ...]]) -> bool:
        if not rows:
            return not self.problem
        try:
            with self._database:
                self._database.executemany(query, rows)
        except sqlite3.Error as error:
            self._fail(error)
            return False
        if self.problem and self._database_is_on_disk:
            log.warning("what operators say is kept in %s again", self._path)
            self.problem = ""
        return True

    def _prune(self) -> None:
        ((count,),) = self._read("SELECT count(*) FROM said", ()) or [(0,)]
        over = int(count) - MAX_KEPT
        if over > 0:
            self._write("DELETE FROM said WHERE id IN (SELECT id FROM said ORDER BY number, id LIMIT ?)", [(over,)])
            self._write("DELETE FROM read WHERE id NOT IN (SELECT id FROM said) AND ?", [(1,)])

    @property
    def _database_is_on_disk(self) -> bool:
        return bool(self._read("PRAGMA database_list", ())[0][2])

    def _fail(self, error: sqlite3.Error) -> None:
        problem = f"what operators say can't be kept in {self._path} ({error}); a restart would forget it"
        if problem != self.problem:
            log.warning("%s", problem)
        self.problem = problem

    def _opened(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return _made(str(self._path))
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error) or "malformed" in str(error):
                aside = self._path.with_suffix(".damaged")
                log.warning("%s is damaged (%s); it is kept as %s, and a new one begun", self._path, error, aside)
                try:
                    self._path.replace(aside)
                    return _made(str(self._path))
                except (OSError, sqlite3.Error) as problem:
                    return self._in_memory(problem)
            return self._in_memory(error)
        except OSError as error:
            return self._in_memory(error)

    def _in_memory(self, error: Exception) -> sqlite3.Connection:
        self.problem = f"what operators say can't be kept in {self._path} ({error}); a restart would forget it"
        log.warning("%s", self.problem)
        return _made(":memory:")


def _made(path: str) -> sqlite3.Connection:
    # one thread at a time: who makes it may give it to the thread that uses it
    database = sqlite3.connect(path, timeout=2.0, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_TABLES)
    except sqlite3.Error:
        database.close()
        raise
    return database
