# SPDX-License-Identifier: Apache-2.0
"""Work beside the window: one callback with its end, on the GUI thread, and never more threads than were asked for."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from groundstation.fleet.errors import GroundStationError
from groundstation.ui.task import MOST_WAITING, Ended, Tasks
from tests.support.waiting import PATIENCE_S


@pytest.fixture
def tasks(app):
    made = Tasks("reader", "it can't be read")
    yield made
    made.deleteLater()


class Hear:
    """What a caller was told, and where."""

    def __init__(self):
        self.ends, self.parts, self.threads = [], [], []

    def end(self, ended):
        self.ends.append(ended)
        self.threads.append(threading.current_thread())

    def part(self, found):
        self.parts.append(found)
        self.threads.append(threading.current_thread())

    def until(self, count):
        give_up_s = time.monotonic() + PATIENCE_S
        while len(self.ends) < count and time.monotonic() < give_up_s:
            QApplication.processEvents()
        return self.ends


@pytest.fixture
def heard():
    return Hear()


@pytest.fixture
def gate():
    opened = threading.Event()
    yield opened
    opened.set()


def test_a_value_comes_to_the_gui_thread_from_a_thread_with_a_name(tasks, heard):
    names = []

    def work(task):
        task.told(0.5)
        task.part("half")
        names.append(threading.current_thread().name)
        return 7

    task = tasks.run_task(work, heard.end, heard.part)
    assert heard.until(1) == [Ended(value=7)]
    assert (names, heard.parts, task.share) == (["reader"], ["half"], 0.5)
    assert set(heard.threads) == {threading.main_thread()}


def test_expected_trouble_is_told_in_its_words(tasks, heard):
    def work(task):
        raise GroundStationError("the disk is full; make room")

    tasks.run_task(work, heard.end)
    assert heard.until(1) == [Ended(problem="the disk is full; make room")]


def test_a_fault_is_written_down_whole_and_told_in_one_line(tasks, heard, caplog):
    tasks.run_task(lambda task: 1 // 0, heard.end)
    assert heard.until(1) == [Ended(problem="it can't be read: ZeroDivisionError; report it")]
    assert [one.exc_info[0] for one in caplog.records] == [ZeroDivisionError]


def test_a_work_that_is_not_wanted_ends_where_it_tells_and_hands_over_nothing_more(tasks, heard, gate):
    def work(task):
        assert gate.wait(PATIENCE_S)
        task.part("late")
        task.told(0.9)
        return 7

    tasks.run_task(work, heard.end, heard.part).cancel()
    gate.set()
    assert heard.until(1) == [Ended(is_cancelled=True)]
    assert heard.parts == []


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_works_run_side_by_side_than_were_allowed(app, heard, gate, at_once):
    tasks = Tasks("reader", "it can't be read", at_once=at_once)
    lock, inside, most = threading.Lock(), [0], [0]

    def work(task):
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        assert gate.wait(PATIENCE_S)
        with lock:
            inside[0] -= 1

    made = [tasks.run_task(work, heard.end) for _ in range(5)]
    assert [one.thread is not None for one in made] == [place < at_once for place in range(5)]
    gate.set()
    assert len(heard.until(5)) == 5
    assert most[0] <= at_once
    tasks.deleteLater()


def test_what_was_overtaken_while_it_waited_is_not_begun(tasks, heard, gate):
    begun = []
    tasks.run_task(lambda task: gate.wait(PATIENCE_S), heard.end)
    waits = tasks.run_task(begun.append, heard.end)
    waits.cancel()
    gate.set()
    assert heard.until(2)[1] == Ended(is_cancelled=True)
    assert begun == []


@pytest.mark.parametrize(("waiting", "refused"), [(MOST_WAITING, 0), (MOST_WAITING + 1, 1)])
def test_one_work_more_than_can_wait_is_refused(tasks, heard, gate, waiting, refused):
    for _ in range(1 + waiting):
        tasks.run_task(lambda task: gate.wait(PATIENCE_S), heard.end)
    QApplication.processEvents()
    assert [one.problem[:22] for one in heard.ends] == ["too much is under way;"] * refused
    gate.set()
    assert len(heard.until(1 + waiting)) == 1 + waiting


def test_what_was_overtaken_takes_no_room_from_what_is_wanted(tasks, heard, gate):
    tasks.run_task(lambda task: gate.wait(PATIENCE_S), heard.end)
    for _ in range(2 * MOST_WAITING):
        tasks.run_task(lambda task: "overtaken", heard.end).cancel()
    tasks.run_task(lambda task: "wanted", heard.end)
    gate.set()
    ends = heard.until(2 + 2 * MOST_WAITING)
    assert [one.value for one in ends if not one.is_cancelled] == [True, "wanted"]
    assert [one.problem for one in ends] == [""] * (2 + 2 * MOST_WAITING)


def test_a_window_that_is_gone_is_not_told(app, heard, gate):
    tasks = Tasks("reader", "it can't be read")
    task = tasks.run_task(lambda _: gate.wait(PATIENCE_S), heard.end)
    tasks.deleteLater()
    QApplication.sendPostedEvents(tasks, QEvent.Type.DeferredDelete)
    gate.set()
    task.thread.join(PATIENCE_S)
    assert not task.thread.is_alive()
    QApplication.processEvents()
    assert heard.ends == []


DELETED_MEANWHILE = """
import sys, time
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from groundstation.ui.task import Tasks

app = QCoreApplication([])
ended = []
for turn in range(1500):
    owner = QObject()
    for one in [Tasks("works", "a fault", owner) for _ in range(6)]:
        one.run_task(lambda task: time.sleep(0.0005 * (turn % 5)), ended.append)
    time.sleep(0.0005 * (turn % 7))
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
app.processEvents()
assert ended == [], "somebody was called who is gone"
"""


@pytest.mark.long
def test_an_owner_that_is_deleted_while_its_works_end_ends_nothing_else():
    """Threads that told an object that Qt was deleting at that moment ended the process."""
    done = subprocess.run([sys.executable, "-c", DELETED_MEANWHILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
