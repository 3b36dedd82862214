# SPDX-License-Identifier: Apache-2.0
"""The journal in real files: order, two writers, kills, damage, full disks, search and export."""

from __future__ import annotations

import csv
import io
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import Actor, CommandState, Reason, Verb
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import say
from groundstation.fleet.procedures.progress import StepNote, StepState
from groundstation.recording import journal as journal_module
from groundstation.recording.journal import Journal, first_break, read, write_csv
from tests.support.programs import ROOT
from tests.support.waiting import PATIENCE_S, wait_until

KEY = VehicleKey("fleet", "uav-1")
STATES = list(CommandState)


def transition(number: int, state: CommandState = CommandState.SENT, step: int = -1, **changes: object) -> Transition:
    values: dict = {
        "id": f"c-{number:06}",
        "key": KEY,
        "verb": Verb.TAKEOFF,
        "args": {"height_m": 12.5},
        "by": Actor(op="ayşe", gs="gs-1"),
        "batch": "b-1",
        "state": state,
        "reason": Reason.NONE,
        "began_unix_s": 1.7e9,
        "changed_unix_s": 1.7e9 + number / 8,
        "changed_s": 5.0,
        **changes,
    }
    return Transition(record=CommandRecord(**values), step=step)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    one = Journal(path, "gs-1")
    yield one
    one.stop()


def written(path: Path, transitions: list[Transition], recorder: str = "gs-1") -> None:
    one = Journal(path, recorder)
    one.start()
    ticket = one.record(transitions)
    wait_until(lambda: one.committed >= ticket)
    one.stop()
    assert one.dropped == 0


# ---- order and content ----


def test_what_was_given_is_there_in_order_with_all_it_says(path: Path, journal: Journal) -> None:
    journal.start()
    given = [transition(number, STATES[number % len(STATES)], number) for number in range(500)]
    tickets = [journal.record([one]) for one in given]
    assert tickets == list(range(1, 501))
    wait_until(lambda: journal.committed >= tickets[-1])
    rows = read(path)
    assert [row.command for row in rows] == [one.record.id for one in given]
    assert [row.state for row in rows] == [one.record.state.value for one in given]
    assert [row.step for row in rows] == list(range(500))
    first = rows[0]
    assert (first.root, first.vehicle, first.verb, first.args) == ("fleet", "uav-1", "takeoff", '{"height_m": 12.5}')
    assert (first.operator, first.station, first.recorder, first.batch) == ("ayşe", "gs-1", "gs-1", "b-1")
    assert rows[3].at_unix_s == 1.7e9 + 0.375
    assert first_break(path) is None
    assert journal.problem == ""


def test_what_waits_at_the_end_is_written(path: Path) -> None:
    one = Journal(path, "gs-1")
    one.start()
    one.record([transition(number) for number in range(2_000)])
    one.stop()
    assert len(read(path)) == 2_000
    assert one.dropped == 0


def test_the_same_step_seen_by_two_stations_is_one_row(path: Path) -> None:
    for recorder in ("gs-1", "gs-2"):
        written(path, [transition(1, CommandState.ACCEPTED, 2), transition(1, CommandState.SUCCEEDED, 3)], recorder)
    assert [(row.state, row.recorder) for row in read(path)] == [("accepted", "gs-1"), ("succeeded", "gs-1")]
    assert first_break(path) is None


def test_values_that_no_database_takes_do_not_end_the_writing(path: Path) -> None:
    strange = [
        transition(1, result=10**30),
        transition(2, detail="half a letter \ud800"),
        transition(3, progress=float("nan")),
        transition(4, step=-(10**30)),
        transition(5, changed_unix_s=1e18),
        transition(6, changed_unix_s=-1e18),
        transition(7, by=None, batch=None, detail="nul \0 inside"),
    ]
    written(path, [*strange, transition(8)])
    rows = read(path)
    assert len(rows) == len(strange) + 1
    assert first_break(path) is None
    write_csv(rows, io.StringIO())
    assert all(time.localtime(row.at_unix_s).tm_year < 10_000 for row in rows)


# ---- append-only, and every row follows from the one before ----


@pytest.mark.parametrize("change", ["UPDATE transitions SET detail = 'x'", "DELETE FROM transitions WHERE n = 2"])
def test_rows_can_be_neither_changed_nor_removed(path: Path, change: str) -> None:
    written(path, [transition(number) for number in range(5)])
    with closing(sqlite3.connect(path)) as database, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(change)
    assert len(read(path)) == 5


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("UPDATE transitions SET operator = 'somebody' WHERE n = 3", 3),
        ("UPDATE transitions SET at_unix_s = at_unix_s + 1 WHERE n = 1", 1),
        ("DELETE FROM transitions WHERE n = 3", 4),
        ("UPDATE transitions SET chain = '' WHERE n = 5", 5),
    ],
)
def test_who_does_it_all_the_same_is_found_out(path: Path, change: str, row: int) -> None:
    written(path, [transition(number) for number in range(5)])
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"DROP TRIGGER no_update; DROP TRIGGER no_delete; {change};")
    assert first_break(path) == row


# ---- several processes, and kills ----

WRITER = """
import sys, time
from pathlib import Path
from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.recording.journal import Journal

def transition(command):
    record = CommandRecord(
        id=command, key=VehicleKey("fleet", "uav-1"), verb=Verb.ARM, state=CommandState.SENT,
        began_unix_s=1.7e9, changed_unix_s=1.7e9, changed_s=5.0,
    )
    return Transition(record=record, step=-1)

name, count = sys.argv[2], int(sys.argv[3])
journal = Journal(Path(sys.argv[1]), name)
journal.start()
for number in range(count):
    ticket = journal.record([transition(f"{name}-{number:06}")])
    while journal.committed < ticket:
        time.sleep(0)
    print(number, flush=True)
journal.stop()
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_two_processes_write_at_once_and_nothing_is_lost(path: Path) -> None:
    writers = [writer(path, name, 150) for name in ("one", "two")]
    for one in writers:
        one.communicate(timeout=PATIENCE_S)
        assert one.returncode == 0
    rows = read(path)
    for name in ("one", "two"):
        mine = [row.command for row in rows if row.recorder == name]
        assert mine == [f"{name}-{number:06}" for number in range(150)]
    assert first_break(path) is None


@pytest.mark.long
def test_what_was_committed_survives_kill_9_at_any_moment(path: Path) -> None:
    committed: dict[str, int] = {}
    for life in range(20):
        name = f"life-{life}"
        child = writer(path, name, 100_000)
        assert child.stdout is not None
        for line in child.stdout:
            committed[name] = int(line)
            if committed[name] >= 3 * life:
                break
        child.send_signal(signal.SIGKILL)
        for line in child.stdout:
            committed[name] = int(line) if line.endswith("\n") else committed[name]
        child.stdout.close()
        child.wait()
    there = {row.command for row in read(path)}
    for name, last in committed.items():
        assert {f"{name}-{number:06}" for number in range(last + 1)} <= there
    assert first_break(path) is None


def test_each_commit_is_on_the_disk_before_it_is_called_committed(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, found = journal_module._opened, []

    def watched(where: Path) -> sqlite3.Connection:
        database = opened(where)
        names = ("journal_mode", "synchronous")
        found.append(tuple(database.execute(f"PRAGMA {name}").fetchone()[0] for name in names))
        return database

    monkeypatch.setattr(journal_module, "_opened", watched)
    journal.start()
    for number in range(3):
        ticket = journal.record([transition(number)])
        wait_until(lambda ticket=ticket: journal.committed >= ticket)
    full = 2  # SQLite: 0 OFF, 1 NORMAL, 2 FULL; with a write-ahead log only FULL survives a power cut
    assert found == [("wal", full)] * len(found)
    assert found


# ---- damage, and disks that take nothing ----


def test_a_file_that_is_no_database_is_kept_aside_and_a_new_one_begun(path: Path, journal: Journal) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database " * 500)
    journal.start()
    ticket = journal.record([transition(1)])
    wait_until(lambda: journal.committed >= ticket)
    assert len(read(path)) == 1
    [aside] = [one for one in path.parent.iterdir() if ".damaged-" in one.name]
    assert aside.read_bytes().startswith(b"this is no database")
    assert journal.dropped == 0


def test_the_log_of_a_damaged_file_is_kept_with_it(path: Path, journal: Journal) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database " * 500)
    path.with_name("journal.sqlite3-wal").write_bytes(b"rows that were committed")
    journal.start()
    ticket = journal.record([transition(1)])
    wait_until(lambda: journal.committed >= ticket)
    kept = [one.read_bytes() for one in path.parent.iterdir() if ".damaged-" in one.name and one.name.endswith("-wal")]
    assert kept == [b"rows that were committed"]


@pytest.fixture
def quick_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "RETRY_S", 0.02)


@pytest.mark.usefixtures("quick_retry")
def test_a_folder_that_can_not_be_written_is_said_and_it_goes_on_when_it_can(path: Path, journal: Journal) -> None:
    path.parent.write_text("a file where the folder should be")
    journal.start()
    ticket = journal.record([transition(1)])
    wait_until(lambda: bool(journal.problem))
    assert str(path) in journal.problem
    assert journal.committed == 0
    journal.record([transition(2)])
    path.parent.unlink()
    wait_until(lambda: journal.committed >= ticket + 1)
    assert [row.command for row in read(path)] == ["c-000001", "c-000002"]
    assert journal.problem == ""


@pytest.mark.usefixtures("quick_retry")
def test_a_full_disk_is_said_and_it_goes_on_when_there_is_room(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(path, [transition(0)])
    opened, is_full = journal_module._opened, threading.Event()
    is_full.set()

    def on_a_small_disk(where: Path) -> sqlite3.Connection:
        database = opened(where)
        if is_full.is_set():
            pages = database.execute("PRAGMA page_count").fetchone()[0]
            database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    monkeypatch.setattr(journal_module, "_opened", on_a_small_disk)
    journal.start()
    ticket = journal.record([transition(number, detail="x" * 500) for number in range(1, 400)])
    wait_until(lambda: "full" in journal.problem)
    assert len(read(path)) == 1, "all of a batch, or nothing"
    is_full.clear()
    wait_until(lambda: journal.committed >= ticket)
    assert len(read(path)) == 400
    assert first_break(path) is None


@pytest.mark.usefixtures("quick_retry")
def test_what_can_not_be_written_to_the_end_is_counted(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    one = Journal(path, "gs-1")
    one.start()
    one.record([transition(number) for number in range(7)])
    wait_until(lambda: bool(one.problem))
    one.record([transition(number) for number in range(7, 10)])
    one.stop()
    assert one.dropped == 10
    assert one.committed == 0


def test_the_queue_is_bounded_and_counts_what_it_drops(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MAX_WAITING", 100)
    one = Journal(path, "gs-1")
    ticket = one.record([transition(number) for number in range(130)])
    assert (one.given, one.dropped, ticket) == (130, 30, 130)
    one.start()
    wait_until(lambda: one.committed >= ticket)
    one.stop()
    assert [row.command for row in read(path)] == [f"c-{number:06}" for number in range(100)]
    assert (one.committed, one.dropped) == (130, 30)


# ---- reading ----


def test_without_a_journal_it_is_said(tmp_path: Path) -> None:
    for use in (read, first_break):
        with pytest.raises(GroundStationError, match="there is no journal"):
            use(tmp_path / "none")
        (tmp_path / "other").write_bytes(b"no database at all, and long enough to be looked at" * 50)
        with pytest.raises(GroundStationError, match="can't be read as a journal"):
            use(tmp_path / "other")


def test_a_file_that_is_damaged_in_the_middle_is_said_not_raised(path: Path) -> None:
    written(path, [transition(number, detail="x" * 900) for number in range(200)])
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
    content = bytearray(path.read_bytes())
    content[40_000:120_000] = b"\xff" * 80_000
    path.write_bytes(content)
    for use in (read, first_break):
        with pytest.raises(GroundStationError, match="can't be read"):
            use(path)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("100%", [0]),
        ("%", [0]),
        ("uav_1", [1]),
        ("!", [2]),
        ("ŞAHİN", [3]),
        ("şahin", [3]),
        ("ığdır", [4]),
        ("IĞDIR", [4]),
        ("ayşe takeoff", [0, 1, 2, 3, 4, 5]),
        ("AYŞE Sent fleet/uav-1", [0, 1, 2, 3, 4, 5]),
        ("takeoff land", []),
        ("gyro", [5]),
        ("'; DROP TABLE transitions; --", []),
    ],
)
def test_every_word_is_looked_for_as_it_is_in_either_case(path: Path, search: str, found: list[int]) -> None:
    details = ["at 100% now", "uav_1 here", "a_b!", "Şahin uçtu", "Iğdır", "nothing"]
    rows = [transition(n, detail=one, texts=("Arm: Gyros",) if n == 5 else ()) for n, one in enumerate(details)]
    written(path, rows)
    assert [details.index(row.detail) for row in read(path, search)] == found


def test_a_limit_takes_the_newest_oldest_first(path: Path) -> None:
    written(path, [transition(number) for number in range(20)])
    assert [row.n for row in read(path, limit=3)] == [18, 19, 20]


# ---- CSV ----


def test_what_is_exported_reads_back(path: Path) -> None:
    nasty = 'two "lines"\nand, commas; ü'
    written(path, [transition(1, detail=nasty, progress=0.5, result=4), transition(2, texts=("a", "b"))])
    file = io.StringIO()
    write_csv(read(path), file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [row["command"] for row in rows] == ["c-000001", "c-000002"]
    assert rows[0]["detail"] == nasty
    assert (rows[0]["progress"], rows[0]["result"], rows[1]["progress"]) == ("0.5", "4", "")
    assert rows[0]["time_utc"] == "2023-11-14T22:13:20.125+00:00"
    assert rows[1]["texts"] == "a; b"
    assert "\r\n" in file.getvalue()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_calculate_is_marked_as_text(path: Path, text: str) -> None:
    written(path, [transition(1, detail=text, by=Actor(op=text, gs="g"))])
    file = io.StringIO()
    write_csv(read(path), file)
    [row] = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
    assert row["detail"] == f"'{text}"
    assert row["operator"] == f"'{text}"
    assert row["command"] == "c-000001"


def test_the_search_looks_in_all_of_a_long_text(path: Path) -> None:
    words, code = "x" * 3_000 + " needle", say("mode_became", mode="LOITER")
    written(path, [transition(0, detail=words), transition(1, detail=code)])
    assert [row.detail for row in read(path, "NEEDLE")] == [words]
    assert [row.detail for row in read(path, "became loiter")] == [code]


# ---- procedures ----


def note(number: int = 2, state: StepState = StepState.DONE, **changes: object) -> StepNote:
    values: dict = {
        "at_unix_s": 1.7e9,
        "run": "run-1",
        "procedure": "take-off",
        "number": number,
        "kind": "confirm",
        "text": "clear?\n",
        "key": KEY,
        "by": Actor(op="ayşe", gs="gs-1"),
        "state": state,
        "said": say("step_confirmed", who="ayşe at desk"),
        **changes,
    }
    return StepNote(**values)


def test_steps_of_procedures_stand_among_the_commands_and_are_found_and_guarded(path: Path) -> None:
    given = [note(0, StepState.RUNNING), transition(1), note(2, StepState.RUNNING), note(2), note(0, StepState.FAILED)]
    written(path, given)  # type: ignore[arg-type]
    written(path, [note(2)], "gs-2")  # type: ignore[list-item]
    rows = read(path, "procedure take-off run-1")
    assert [(row.command, row.state) for row in rows] == [
        ("run-1.0", "in_progress"),
        ("run-1.2", "in_progress"),
        ("run-1.2", "succeeded"),
        ("run-1.0", "failed"),
    ]
    found = read(path, "confirmed desk")[2]
    assert (found.batch, found.vehicle, found.operator, str(found.detail)) == (
        *("run-1", "uav-1", "ayşe"),
        "confirmed by ayşe at desk",
    )
    assert first_break(path) is None
    out = io.StringIO()
    write_csv(rows, out)
    assert out.getvalue().count("take-off") == 4
