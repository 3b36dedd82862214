# SPDX-License-Identifier: Apache-2.0
"""A folder of logs becomes a logbook; each log is read once."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from groundstation.fleet.flight import Logbook
from groundstation.fleet.progress import CancelledError, Progress
from groundstation.logs import flight_cache, logbook, session_folder
from groundstation.logs.flight_cache import FlightCache
from groundstation.logs.log import Log, LogError
from groundstation.logs.logbook import read_logbook
from groundstation.logs.session_folder import Manifest, SessionState
from tests.support.memory_log import square_flight

SQUARE = Path(__file__).parents[1] / "data" / "copter_square.tlog"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the logs that are opened: files of one square flight each, `open` the recordings of one that lasts."""
    names: list[str] = []

    def open_memory(path: Path, on_progress: Progress | None = None) -> Log:
        names.append(path.name)
        if path.stat().st_size == 0:
            raise LogError(f"{path} is empty; choose another file")
        if path.name.startswith("fault"):
            raise ZeroDivisionError
        log = square_flight(path.stem, is_ended=not path.name.startswith("open"))
        log.path = str(path)
        if on_progress is not None:
            on_progress(1.0)
        return log

    monkeypatch.setattr(logbook, "open_log", open_memory)
    return names


def made(*paths: Path, age_s: float = 1_000.0) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"log")
        os.utime(path, (time.time() - age_s,) * 2)


def names(book: Logbook) -> list[str]:
    return [Path(one.flight.path).name for one in book.entries]


def test_flights_of_a_real_log(tmp_path: Path) -> None:
    shutil.copy(SQUARE, tmp_path)
    book = read_logbook(tmp_path, tmp_path / "cache")
    assert names(book) == ["copter_square.tlog"]
    assert read_logbook(tmp_path / "copter_square.tlog").entries == book.entries


def test_logs_are_found_by_their_names_in_all_folders_but_not_behind_links(tmp_path: Path, opened: list[str]) -> None:
    there, elsewhere = tmp_path / "there", tmp_path / "elsewhere"
    made(there / "a.tlog", there / "deep" / "er" / "b.BIN", there / "c.ulg", there / "d.txt", there / ".e.bin")
    made(there / ".hidden" / "f.log", elsewhere / "g.mcap")
    (there / "link").symlink_to(elsewhere)
    (there / "link.mcap").symlink_to(elsewhere / "g.mcap")
    os.mkfifo(there / "pipe.log")
    book = read_logbook(there)
    assert sorted(opened) == ["a.tlog", "b.BIN", "c.ulg"]
    assert (book.logs, book.unread) == (3, ())


def test_a_log_is_read_once_until_it_changes(tmp_path: Path, opened: list[str]) -> None:
    cache = tmp_path / "deep" / "cache"
    made(tmp_path / "a.tlog", tmp_path / "b.tlog")
    first = read_logbook(tmp_path, cache)
    assert read_logbook(tmp_path, cache) == first
    assert sorted(opened) == ["a.tlog", "b.tlog"]
    made(tmp_path / "a.tlog", age_s=500.0)
    read_logbook(tmp_path, cache)
    assert sorted(opened) == ["a.tlog", "a.tlog", "b.tlog"]


def test_an_older_version_of_the_search_counts_no_more(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "a.tlog")
    read_logbook(tmp_path, tmp_path / "cache")
    monkeypatch.setattr(flight_cache, "VERSION", flight_cache.VERSION + 1)
    read_logbook(tmp_path, tmp_path / "cache")
    assert opened == ["a.tlog", "a.tlog"]


def test_a_log_that_is_gone_is_forgotten_one_of_another_folder_is_not(tmp_path: Path, opened: list[str]) -> None:
    cache = tmp_path / "cache"
    made(tmp_path / "one" / "a.tlog", tmp_path / "two" / "b.tlog")
    read_logbook(tmp_path / "one", cache)
    read_logbook(tmp_path / "two", cache)
    (tmp_path / "one" / "a.tlog").unlink()
    read_logbook(tmp_path / "one", cache)
    with sqlite3.connect(cache) as db:
        assert [Path(row[0]).name for row in db.execute("SELECT path FROM logs")] == ["b.tlog"]
    db.close()


@pytest.mark.parametrize("damage", ["noise", "other", "row"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, opened: list[str], damage: str) -> None:
    cache = tmp_path / "cache"
    made(tmp_path / "a.tlog")
    first = read_logbook(tmp_path, cache)
    if damage == "noise":
        cache.write_bytes(b"noise" * 1_000)
    else:
        with sqlite3.connect(cache) as db:
            db.execute("DROP TABLE logs" if damage == "other" else "UPDATE logs SET flights = x'ff'")
            if damage == "other":
                db.execute("CREATE TABLE logs (n)")
        db.close()
    assert read_logbook(tmp_path, cache) == first
    assert read_logbook(tmp_path, cache) == first
    assert opened == ["a.tlog", "a.tlog"]


def test_a_cache_that_another_one_writes_or_that_is_no_file_is_done_without(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_cache, "BUSY_S", 0.0)
    made(tmp_path / "a.tlog")
    first = read_logbook(tmp_path, tmp_path / "cache")
    number = (tmp_path / "cache").stat().st_ino
    writer = sqlite3.connect(tmp_path / "cache")
    writer.execute("BEGIN EXCLUSIVE")
    assert read_logbook(tmp_path, tmp_path / "cache") == first
    writer.rollback()
    writer.close()
    assert (tmp_path / "cache").stat().st_ino == number
    assert read_logbook(tmp_path, tmp_path / "cache") == first
    assert read_logbook(tmp_path, tmp_path) == first
    assert read_logbook(tmp_path, tmp_path / "a.tlog" / "cache") == first
    assert len(opened) == 4


def test_what_can_not_be_read_is_listed_and_hides_nothing(tmp_path: Path, opened: list[str]) -> None:
    made(tmp_path / "a.tlog", tmp_path / "fault.log")
    (tmp_path / "empty.bin").touch()
    book = read_logbook(tmp_path)
    assert names(book) == ["a.tlog"]
    assert [Path(one.path).name for one in book.unread] == ["empty.bin", "fault.log"]
    assert "is empty" in book.unread[0].reason
    assert "ZeroDivisionError" in book.unread[1].reason


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_into_is_listed(tmp_path: Path, opened: list[str]) -> None:
    made(tmp_path / "shut" / "a.tlog", tmp_path / "b.tlog")
    (tmp_path / "shut").chmod(0)
    try:
        book = read_logbook(tmp_path)
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert names(book) == ["b.tlog"]
    assert "permissions" in book.unread[0].reason


def test_a_log_that_still_grows_is_read_and_not_remembered(tmp_path: Path, opened: list[str]) -> None:
    folder = tmp_path / "2026-01-02_03-04-05"
    made(folder / "open.mcap", folder / "ended.mcap", tmp_path / "old.tlog")
    made(tmp_path / "fresh.tlog", age_s=5.0)
    manifest = Manifest(name=folder.name, state=SessionState.RECORDING, began_unix_s=0.0)
    session_folder.save(folder, manifest)
    for _ in range(2):
        book = read_logbook(tmp_path, tmp_path / "cache")
        recording = {Path(one.flight.path).name: one.is_recording for one in book.entries}
        assert recording == {"open.mcap": True, "ended.mcap": False, "fresh.tlog": False, "old.tlog": False}
    assert sorted(opened) == sorted(["old.tlog", *["open.mcap", "ended.mcap", "fresh.tlog"] * 2])


def test_a_session_that_was_closed_a_moment_ago_is_final(tmp_path: Path, opened: list[str]) -> None:
    made(tmp_path / "open.mcap", age_s=1.0)
    session_folder.save(tmp_path, Manifest(name="s", state=SessionState.CLOSED, began_unix_s=0.0))
    for _ in range(2):
        (entry,) = read_logbook(tmp_path, tmp_path / "cache").entries
        assert not entry.is_recording
    assert opened == ["open.mcap"]


def test_the_same_flight_in_two_logs_is_marked(tmp_path: Path, opened: list[str]) -> None:
    made(tmp_path / "a" / "1.tlog", tmp_path / "b" / "1.tlog")
    first, second = read_logbook(tmp_path).entries
    assert (first.duplicate_of, second.duplicate_of) == (None, first.flight.path)


def test_progress_is_told_and_what_was_found_before_a_cancel_is_kept(tmp_path: Path, opened: list[str]) -> None:
    made(tmp_path / "a.tlog", tmp_path / "b.tlog")
    told: list[float] = []

    def until_half(done: float) -> None:
        told.append(done)
        if done > 0.5:
            raise CancelledError("not wanted")

    with pytest.raises(CancelledError):
        read_logbook(tmp_path, tmp_path / "cache", until_half)
    assert told == sorted(told)
    assert told[-1] < 1.0
    told.clear()
    read_logbook(tmp_path, tmp_path / "cache", told.append)
    assert opened == ["a.tlog", "b.tlog", "b.tlog"]
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="is not there"):
        read_logbook(tmp_path / "missing")


def test_the_cache_is_this_users_own() -> None:
    assert flight_cache.default_cache().parent == session_folder.default_recordings().parent
    with FlightCache(flight_cache.default_cache()):
        assert flight_cache.default_cache().is_file()
