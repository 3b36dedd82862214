# SPDX-License-Identifier: Apache-2.0
"""The journal: every state of every command, and every step of procedures, append-only, in SQLite.

WAL with synchronous FULL: what was committed survives `kill -9` and a power cut. Rows can't be changed or removed, and
each holds a hash over itself and the row before, so that a missing row shows. Writing happens on the thread `journal`;
readers open the file for themselves, from any thread or process.
"""

from __future__ import annotations

import csv
import hashlib
import json
import logging
import math
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import msgspec
import platformdirs

from groundstation.fleet.command_book import Transition
from groundstation.fleet.commands import CommandState
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.folded import folded
from groundstation.fleet.phrases import Phrase, Words, restored, stored, written
from groundstation.fleet.procedures.progress import StepNote, StepState
from groundstation.logs.csv_cells import guarded

log = logging.getLogger("groundstation.journal")

MAX_WAITING = 20_000
"""Transitions that wait for the disk; more are dropped and counted."""
BUSY_S = 5.0
"""How long another process may keep the file to itself."""
RETRY_S = 1.0
LATEST_UNIX_S = 253_370_764_800.0
"""1 January 9999."""
SCHEMA_VERSION = 1
_COLUMNS = (
    *("at_unix_s", "command", "batch", "root", "vehicle", "verb", "args", "operator", "station"),
    *("state", "reason", "detail", "texts", "progress", "result", "step", "recorder"),
)
_ONCE = ("command", "root", "vehicle", "state", "step")
"""What makes a row; of the same, told by two stations, the first is kept."""
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS transitions (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    {", ".join(_COLUMNS)},
    chain TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS once ON transitions ({", ".join(_ONCE)});
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON transitions
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON transitions
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
PRAGMA user_version = {SCHEMA_VERSION};
"""
_INSERT = f"INSERT INTO transitions ({', '.join(_COLUMNS)}, chain) VALUES ({', '.join('?' * (len(_COLUMNS) + 1))})"  # noqa: S608 - our own names
_IS_THERE = "SELECT 1 FROM transitions WHERE command=? AND root=? AND vehicle=? AND state=? AND step=?"


PROCEDURE = "procedure"
"""Stands for the verb in rows about steps of procedures."""
PROCEDURE_STEP = -5
"""Their `step`: no bridge reports them."""
_STEP_STATES = {
    StepState.WAITING: CommandState.QUEUED,
    StepState.RUNNING: CommandState.IN_PROGRESS,
    StepState.DONE: CommandState.SUCCEEDED,
    StepState.FAILED: CommandState.FAILED,
    StepState.SKIPPED: CommandState.CANCELLED,
}
Entry = Transition | StepNote
"""What is written down."""


class JournalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One state that one command came into."""

    n: int
    """Number of the row."""
    at_unix_s: float
    """When, seconds since 1970."""
    command: str
    """Id of the command."""
    batch: str
    """Id of its group order; empty for none."""
    root: str
    vehicle: str
    verb: str
    args: str
    """As JSON."""
    operator: str
    """Who; empty when the request could not be read."""
    station: str
    """From where."""
    state: str
    reason: str
    detail: Words
    """Why; a code with arguments, or the words of others and of a former version."""
    texts: str
    """The vehicle's own words, separated by `; `."""
    progress: float | None
    result: int | None
    """COMMAND_ACK.result as sent."""
    step: int
    """Number of the bridge's report; negative for the station's own steps."""
    recorder: str
    """Station that wrote the row."""


def default_path() -> Path:
    """Where the journal of this user is."""
    return Path(platformdirs.user_data_dir("groundstation", appauthor=False)) / "journal.sqlite3"


def _values(entry: Entry, recorder: str) -> tuple[Any, ...]:
    fields = _note_fields(entry, recorder) if isinstance(entry, StepNote) else _fields(entry, recorder)
    return tuple(_storable(value) for value in fields)


def _storable(value: str | float | None) -> str | float | None:
    """What came from outside as SQLite takes it, and gives it back: the chain is over what is stored."""
    if isinstance(value, str):
        # JSON may bring half of a surrogate pair, which SQLite refuses
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int):
        # SQLite's whole numbers have 64 bits
        return max(-(2**63), min(2**63 - 1, value))
    # SQLite stores NaN as NULL: a hash over what was given would not fit what is read
    return value if value is None or math.isfinite(value) else None


def _fields(transition: Transition, recorder: str) -> tuple[str | float | None, ...]:
    record = transition.record
    return (
        # a clock of a stranger may show any time; a calendar ends
        round(min(max(record.changed_unix_s, 0.0), LATEST_UNIX_S), 3),
        record.id,
        record.batch or "",
        record.key.root,
        record.key.id,
        record.verb.value,
        json.dumps(record.args, sort_keys=True, ensure_ascii=False),
        record.by.op if record.by is not None else "",
        record.by.gs if record.by is not None else "",
        record.state.value,
        record.reason.value,
        stored(record.detail),
        "; ".join(record.texts),
        record.progress,
        record.result,
        transition.step,
        recorder,
    )


def _note_fields(note: StepNote, recorder: str) -> tuple[str | float | None, ...]:
    """A step of a procedure beside the commands: one file tells the whole story, and its chain guards all of it."""
    args = {"procedure": note.procedure, "step": note.number, "kind": note.kind, "text": note.text}
    return (
        round(min(max(note.at_unix_s, 0.0), LATEST_UNIX_S), 3),
        f"{note.run}.{note.number}",
        note.run,
        note.key.root,
        note.key.id,
        PROCEDURE,
        json.dumps(args, sort_keys=True, ensure_ascii=False),
        note.by.op,
        note.by.gs,
        _STEP_STATES[note.state].value,
        "none",
        stored(note.said),
        *("", None, None, PROCEDURE_STEP, recorder),
    )


def _chained(before: str, values: Sequence[Any]) -> str:
    # one way to write each value: the hash must come out the same on every computer
    text = json.dumps([before, *values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Journal:
    """Writes transitions behind the caller's back, in order."""

    def __init__(self, path: Path, recorder: str) -> None:
        """Prepare; `start` opens the file.

        Args:
            path: the file; its folder is made.
            recorder: our station's id.
        """
        self._path, self._recorder = path, recorder
        self._waiting: queue.Queue[Entry | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._stopping = threading.Event()
        self.given = 0
        """Transitions that were given to it."""
        # one thread each writes these: the caller the second, the journal's own the others
        self._written, self._refused, self._lost = 0, 0, 0
        self.problem = ""
        """One line: why it can't write, and what helps; empty when all is well."""

    @property
    def committed(self) -> int:
        """How many of those that were given are on disk, or were dropped."""
        return self._written + self._refused

    @property
    def dropped(self) -> int:
        """Transitions lost because the disk did not take them."""
        return self._refused + self._lost

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end; returns within 3 s."""
        self._stopping.set()
        self._put(None)
        if self._thread.is_alive():
            # the thread is a daemon: a disk that hangs must not keep the window from closing
            self._thread.join(3.0)

    def record(self, transitions: Sequence[Entry]) -> int:
        """Take transitions, and notes of procedures; returns at once.

        Returns:
            The value that `committed` will have reached once these are on disk.
        """
        for transition in transitions:
            self.given += 1
            if not self._put(transition):
                self._refused += 1
        return self.given

    def _put(self, item: Entry | None) -> bool:
        try:
            self._waiting.put_nowait(item)
        except queue.Full:
            return False
        return True

    # ---- thread `journal` ----

    def _run(self) -> None:
        batch: list[Entry] = []
        while True:
            if not batch:
                if self._stopping.is_set() and self._waiting.empty():
                    return
                batch = self._take()
            if self._write(batch):
                self._written += len(batch)
                batch = []
            elif self._stopping.is_set():
                self._lost += len(batch) + len(self._take_waiting())
                return
            else:
                self._stopping.wait(RETRY_S)

    def _take(self) -> list[Entry]:
        """Everything that waits, at least one."""
        first = self._waiting.get()
        return [*([first] if first is not None else []), *self._take_waiting()]

    def _take_waiting(self) -> list[Entry]:
        found = []
        while not self._waiting.empty():
            found.append(self._waiting.get_nowait())
        return [one for one in found if one is not None]

    def _write(self, batch: list[Entry]) -> bool:
        try:
            # opened for each batch: several stations of one user write the same file, and a disk may be changed
            with closing(_opened(self._path)) as database:
                _append(database, batch, self._recorder)
        except sqlite3.Error as error:
            if "not a database" in str(error) or "malformed" in str(error):
                self._set_aside(error)
                return False
            self._complain(error)
            return False
        except OSError as error:
            self._complain(error)
            return False
        self.problem = ""
        return True

    def _set_aside(self, error: Exception) -> None:
        """A damaged file is kept under another name, and a new one begun."""
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
        try:
            self._path.rename(aside)
            # what a damaged file's write-ahead log holds may be all that can be saved
            for suffix in ("-wal", "-shm"):
                beside = self._path.with_name(self._path.name + suffix)
                if beside.exists():
                    beside.rename(aside.with_name(aside.name + suffix))
        except OSError:
            self._complain(error)
            return
        log.warning("the journal %s is damaged (%s); it was kept as %s and a new one begun", self._path, error, aside)

    def _complain(self, error: Exception) -> None:
        problem = f"the journal {self._path} can't be written: {error}; make room or check who may write there"
        if problem != self.problem:
            log.warning("%s", problem)
        self.problem = problem


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # no transactions of its own: `_append` begins and ends them
    database = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    if database.execute("PRAGMA user_version").fetchone()[0] < SCHEMA_VERSION:
        database.executescript(_SCHEMA)
    return database


def _append(database: sqlite3.Connection, batch: list[Entry], recorder: str) -> None:
    """All of a batch in one transaction; what another process wrote of the same command is not written twice."""
    # the lock is taken before the last row is read: two writers would else chain to the same one
    database.execute("BEGIN IMMEDIATE")
    try:
        last = database.execute("SELECT chain FROM transitions ORDER BY n DESC LIMIT 1").fetchone()
        chain = str(last[0]) if last is not None else ""
        for transition in batch:
            values = _values(transition, recorder)
            place = tuple(values[_COLUMNS.index(name)] for name in _ONCE)
            if database.execute(_IS_THERE, place).fetchone() is None:
                chain = _chained(chain, values)
                database.execute(_INSERT, (*values, chain))
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


# ---- reading ----


def _reading(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise GroundStationError(f"there is no journal at {path} yet; it begins with the first command")
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=BUSY_S)
        database.execute("SELECT 1 FROM transitions LIMIT 1")
    except sqlite3.DatabaseError as error:
        raise _unreadable(path, error) from error
    database.create_function("folded", 1, _folded, deterministic=True)
    database.create_function("written", 1, lambda text: str(restored(text)), deterministic=True)
    return database


def _unreadable(path: Path, error: sqlite3.Error) -> GroundStationError:
    return GroundStationError(f"{path} can't be read as a journal: {error}")


def _folded(text: str) -> str:
    """As everything is searched; SQLite knows upper and lower case for English letters only."""
    return folded(text)


def read(path: Path, search: str = "", limit: int | None = None) -> list[JournalRow]:
    """Rows of a journal, oldest first.

    Args:
        path: the file.
        search: words that must all occur somewhere in a row, in either case; empty for all rows.
        limit: only so many of the newest; None for all.

    Raises:
        GroundStationError: there is no journal, or the file is none.
    """
    shown = "command || ' ' || batch || ' ' || root || '/' || vehicle || ' ' || verb || ' ' || args || ' ' || operator"
    shown += " || ' ' || station || ' ' || state || ' ' || reason || ' ' || written(detail) || ' ' || texts"
    words = search.split()
    where = " AND ".join(f"folded({shown}) LIKE ? ESCAPE '!'" for _ in words) or "1"
    # what LIKE takes for wildcards is meant literally
    likes = [f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%" for word in map(_folded, words)]
    newest = f"SELECT n, {', '.join(_COLUMNS)} FROM transitions WHERE {where} ORDER BY n DESC LIMIT ?"  # noqa: S608 - our own names
    return _rows(path, newest, (*likes, -1 if limit is None else limit))[::-1]


def read_between(path: Path, begin_unix_s: float, end_unix_s: float) -> list[JournalRow]:
    """Rows of a journal from one moment to another, both included, oldest first.

    Args:
        path: the file.
        begin_unix_s: the earliest, seconds since 1970.
        end_unix_s: the latest.

    Raises:
        GroundStationError: there is no journal, or the file is none.
    """
    then = f"SELECT n, {', '.join(_COLUMNS)} FROM transitions WHERE at_unix_s BETWEEN ? AND ? ORDER BY n"  # noqa: S608 - our own names
    return _rows(path, then, (begin_unix_s, end_unix_s))


def _rows(path: Path, question: str, values: tuple[object, ...]) -> list[JournalRow]:
    with closing(_reading(path)) as database:
        try:
            rows = database.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise _unreadable(path, error) from error
    names = ("n", *_COLUMNS)
    found = (dict(zip(names, row, strict=True)) for row in rows)
    return [JournalRow(**{**row, "detail": restored(row["detail"])}) for row in found]


def first_break(path: Path) -> int | None:
    """Number of the first row that does not follow from the one before it; None when the journal is whole.

    Raises:
        GroundStationError: there is no journal, or the file is none.
    """
    with closing(_reading(path)) as database:
        rows: Iterator[tuple[Any, ...]] = database.execute(
            f"SELECT n, {', '.join(_COLUMNS)}, chain FROM transitions ORDER BY n"  # noqa: S608 - our own names
        )
        try:
            return _first_break(rows)
        except sqlite3.Error as error:
            raise _unreadable(path, error) from error


def _first_break(rows: Iterator[tuple[Any, ...]]) -> int | None:
    chain = ""
    # row by row: a journal of years need not fit into memory
    for number, *values, kept in rows:
        chain = _chained(chain, values)
        if chain != kept:
            return int(number)
    return None


def write_csv(rows: Sequence[JournalRow], file: TextIO) -> None:
    """Rows as comma-separated values (RFC 4180), with a time in ISO 8601 UTC first."""
    writer = csv.writer(file)
    names = [name for name in JournalRow.__struct_fields__ if name not in ("n", "at_unix_s")]
    writer.writerow(["n", "time_utc", *names])
    for row in rows:
        at = datetime.fromtimestamp(row.at_unix_s, UTC).isoformat(timespec="milliseconds")
        writer.writerow([row.n, at, *(guarded(_cell(getattr(row, name))) for name in names)])


def _cell(value: object) -> object:
    return written(value) if isinstance(value, Phrase) else value
