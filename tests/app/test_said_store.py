# SPDX-License-Identifier: Apache-2.0
"""What operators say, on disk."""

from __future__ import annotations

import logging
import sqlite3

import pytest

from groundstation.app import said_store
from groundstation.app.said_store import RETRY_S, SaidStore
from groundstation.fleet.commands import Actor
from groundstation.fleet.operators.said import MAX_TO, OperatorMessage, Readers, ReadMarks

AYSE = Actor(op="ayşe", gs="gui-a-1")


def word(number):
    return OperatorMessage(id=f"id-{number}", number=number, at_unix_s=1.0, by=AYSE, text=f"üç {number}")


@pytest.fixture
def made(tmp_path):
    found = []

    def make(name="said.sqlite3"):
        found.append(SaidStore(tmp_path / name))
        return found[-1]

    yield make
    for one in found:
        one.close()


def test_what_was_kept_is_there_again_in_order_with_its_readers(made):
    store = made()
    assert store.add([word(2), word(1)]) == ["id-2", "id-1"]
    # what comes again is confirmed again, and kept once
    assert store.add([word(2)]) == ["id-2"]
    store.add_marks(ReadMarks(by=AYSE, ids=("id-1", "never heard")))
    store.add_readers([Readers(id="id-1", ops=("cem",)), Readers(id="another", ops=("cem",))])
    store.close()
    again = made()
    assert again.newest() == [word(1), word(2)]
    assert again.readers(["id-1", "id-2"]) == [Readers(id="id-1", ops=("ayşe", "cem"))]


@pytest.mark.parametrize(("count", "first"), [(3, 0), (4, 1)])
def test_the_earliest_go_first(made, monkeypatch, count, first):
    monkeypatch.setattr(said_store, "MAX_KEPT", 3)
    store = made()
    for number in range(count):
        store.add([word(number)])
        store.add_marks(ReadMarks(by=AYSE, ids=(f"id-{number}",)))
    assert [one.number for one in store.newest()] == list(range(first, count))
    assert len(store.readers([f"id-{number}" for number in range(count)])) == count - first


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(made, tmp_path, caplog):
    (tmp_path / "said.sqlite3").write_bytes(b"this is no database " * 100)
    with caplog.at_level(logging.WARNING):
        store = made()
    assert "is damaged" in caplog.text
    assert store.add([word(1)]) == ["id-1"]
    assert (tmp_path / "said.damaged").read_bytes().startswith(b"this is no database")


def test_a_disk_that_does_not_take_it_is_told_and_nothing_is_said_to_be_kept(tmp_path, made, caplog):
    (tmp_path / "no folder").write_text("a file")
    with caplog.at_level(logging.WARNING):
        store = made("no folder/said.sqlite3")
    assert "can't be kept in" in store.problem
    assert len(caplog.records) == 1
    assert store.add([word(1)]) == []
    store.add_marks(ReadMarks(by=AYSE, ids=("id-1",)))
    # it is told to who asks all the same, as long as this goes on
    assert store.newest() == [word(1)]
    assert store.readers(["id-1"]) == [Readers(id="id-1", ops=("ayşe",))]
    store.tick(0.0)
    assert len(caplog.records) == 1
    # and it is kept once there is a place for it
    (tmp_path / "no folder").unlink()
    store.tick(RETRY_S - 0.1)
    assert store.problem
    store.tick(RETRY_S)
    assert store.problem == ""
    store.close()
    again = made("no folder/said.sqlite3")
    assert again.newest() == [word(1)]
    assert again.readers(["id-1"]) == [Readers(id="id-1", ops=("ayşe",))]


def test_a_full_disk_is_told_once_and_again_when_it_is_over(made, caplog):
    store = made()
    real = store._database

    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def executemany(self, *_):
            raise sqlite3.OperationalError("database or disk is full")

        def execute(self, *query):
            return real.execute(*query)

    store._database = Full()
    with caplog.at_level(logging.WARNING):
        assert store.add([word(1)]) == store.add([word(1)]) == []
        assert "disk is full" in store.problem
        assert store.newest() == [word(1)]
        store._database = real
        store.tick(0.0)
        assert store.add([word(1)]) == ["id-1"]
    assert store.problem == ""
    assert len(caplog.records) == 2


def test_a_row_that_nobody_can_read_costs_itself(made, caplog):
    store = made()
    store.add([word(1), word(2)])
    with store._database:
        store._database.execute("UPDATE said SET body = ? WHERE id = 'id-1'", (b"{",))
    with caplog.at_level(logging.WARNING):
        assert store.newest() == [word(2)]
    assert "can't be read" in caplog.text


def test_a_file_that_another_process_holds_costs_nothing_but_the_confirmation(made, tmp_path):
    first, other = made(), sqlite3.connect(tmp_path / "said.sqlite3", isolation_level=None)
    first.add([word(0)])
    other.execute("BEGIN EXCLUSIVE")
    assert first.add([word(1)]) == []
    first.add_marks(ReadMarks(by=AYSE, ids=("id-0", "id-1")))
    assert first.newest() == [word(0), word(1)]
    # one that is begun meanwhile waits for the file too
    second = made()
    assert second.add([word(2)]) == []
    other.execute("ROLLBACK")
    other.close()
    for store in (first, second):
        store.tick(0.0)
        assert store.problem == ""
    assert first.newest() == second.newest() == [word(0), word(1), word(2)]
    assert [one.id for one in second.readers(["id-0", "id-1"])] == ["id-0", "id-1"]


@pytest.mark.parametrize(("count", "rows"), [(MAX_TO, 1), (MAX_TO + 1, 2)])
def test_of_many_readers_none_is_left_out(made, count, rows):
    store = made()
    store.add([word(1)])
    for number in range(count):
        store.add_marks(ReadMarks(by=Actor(op=f"op {number}", gs="x"), ids=("id-1",)))
    found = store.readers(["id-1"])
    assert len(found) == rows
    assert len({name for one in found for name in one.ops}) == count
