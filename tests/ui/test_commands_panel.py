# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from groundstation.app.gui import journal_access
from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GroupPolicy
from groundstation.recording.journal import Journal
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.commands_panel.journal_entry import entry_of
from groundstation.ui.commands_panel.journal_model import ORDER, STATE, VEHICLE, WHY, JournalFilter, JournalModel
from groundstation.ui.commands_panel.journal_port import JournalAccess
from groundstation.ui.commands_panel.matrix_model import END, STAGES
from groundstation.ui.commands_panel.matrix_model import WHY as MATRIX_WHY
from tests.support.waiting import PATIENCE_S
from tests.ui.support.commanding import OURS, Commands, flying, grounded

EVIL = "<b>bold</b>"


@pytest.fixture
def commands(station):
    return Commands(station)


def made(commands, journal=None, size=(1200, 400)):
    panel = CommandsPanel(commands.desk, journal)
    panel.resize(*size)
    panel.show()
    QApplication.processEvents()
    return panel


@pytest.fixture
def panel(commands, app):
    panel = made(commands)
    yield panel
    panel.close()
    panel.deleteLater()


def cells(model, row):
    return [str(model.index(row, column).data() or "") for column in range(model.columnCount())]


def settle(loader):
    """Until a reading is through and its result has come over."""
    loader.task.thread.join(PATIENCE_S)
    QApplication.processEvents()


def record(number, state=CommandState.SUCCEEDED, verb=Verb.LAND, **fields):
    return CommandRecord(
        id=f"c{number}", key=VehicleKey("fleet", f"uav-{number % 9}"), verb=verb, by=OURS, state=state,
        began_unix_s=1.7e9 + number, changed_unix_s=1.7e9 + number, changed_s=0.0, **fields,
    )  # fmt: skip


def test_an_order_is_a_matrix_of_vehicle_by_state(commands, panel):
    up = flying(1, 2, 3)
    commands.hear(*up)
    assert panel.matrix.isHidden()
    commands.desk.give([one.key for one in up], Verb.LAND, {})
    requests = [request for _, request in commands.requests(Verb.LAND)]
    assert not panel.matrix.isHidden()
    station = commands.station
    station.offer(up[0].report(station.now_s, requests[0], CommandState.RECEIVED, 0))
    station.offer(up[0].report(station.now_s, requests[0], CommandState.IN_PROGRESS, 1, progress=0.4))
    station.offer(up[1].report(station.now_s, requests[1], CommandState.REJECTED, 0, detail="denied", texts=(EVIL,)))
    model = panel.matrix.model
    assert model.rowCount() == 3
    progress = STAGES.index(CommandState.IN_PROGRESS) + 1
    assert model.index(0, progress).data() == "40 %"
    assert cells(model, 1)[END] == "refused"
    assert cells(model, 1)[MATRIX_WHY] == f"denied; {EVIL}"
    assert "<b>" not in model.index(1, MATRIX_WHY).data(Qt.ItemDataRole.ToolTipRole)
    for row, columns in ((0, (1, 2, 3, 4, progress)), (1, (1, 2, 3, END)), (2, (1, 2))):
        for column in columns:
            sign = model.index(row, column).data(Qt.ItemDataRole.DecorationRole)
            assert sign is not None, (row, column)
    assert model.index(2, 3).data(Qt.ItemDataRole.DecorationRole) is None


def test_only_what_failed_is_asked_for_again_and_confirmed_again(commands, panel):
    down = grounded(1, 2)
    commands.hear(*down)
    commands.desk.give([one.key for one in down], Verb.TAKEOFF, {"height_m": 20.0})
    requests = [request for _, request in commands.requests(Verb.TAKEOFF)]
    station = commands.station
    station.offer(down[0].report(station.now_s, requests[0], CommandState.SUCCEEDED, 0))
    assert not panel.matrix.retry.isEnabled()
    station.offer(down[1].report(station.now_s, requests[1], CommandState.FAILED, 0))
    assert panel.matrix.retry.isEnabled()
    drafts = []
    commands.desk.draft_wanted.connect(drafts.append)
    panel.matrix.retry.click()
    [draft] = drafts
    assert (draft.verb, draft.keys, draft.args) == (Verb.TAKEOFF, (down[1].key,), {"height_m": 20.0})
    assert len(commands.requests(Verb.TAKEOFF)) == 2


def test_the_rest_of_an_order_can_be_stopped(commands, panel):
    down = grounded(1, 2, 3)
    commands.hear(*down)
    commands.desk.give([one.key for one in down], Verb.TAKEOFF, {}, GroupPolicy(at_once=1))
    assert len(commands.requests(Verb.TAKEOFF)) == 1
    assert panel.matrix.stop.isEnabled()
    panel.matrix.stop.click()
    commands.station.pass_time(1.0)
    assert len(commands.requests(Verb.TAKEOFF)) == 1
    assert [cells(panel.matrix.model, row)[END] for row in range(3)] == ["", "cancelled", "cancelled"]
    assert not panel.matrix.stop.isEnabled()


def test_the_newest_order_is_shown_and_older_ones_can_be_chosen(commands, panel):
    one, other = flying(1, 2)
    commands.hear(one, other)
    commands.desk.give([one.key], Verb.HOLD, {})
    commands.station.pass_time(1.0)
    commands.desk.give([other.key], Verb.LAND, {})
    commands.station.pass_time(1.0)
    assert cells(panel.matrix.model, 0)[0] == "uav-02"
    panel.matrix.batch_box.setCurrentIndex(1)
    assert cells(panel.matrix.model, 0)[0] == "uav-01"


def test_every_command_of_every_station_is_listed_newest_last(commands, panel):
    up = flying(1, 2)
    commands.hear(*up)
    for vehicle in up:
        commands.desk.give([vehicle.key], Verb.HOLD, {})
        commands.station.pass_time(1.0)
    model = panel.journal.model
    assert [cells(model, row)[VEHICLE] for row in range(2)] == ["uav-01", "uav-02"]
    assert cells(model, 0)[ORDER] == "Hold"
    assert cells(model, 0)[3] == "ayse at gs-1"
    [_, (_, request)] = commands.requests(Verb.HOLD)
    foreign = type(request)(id="x", by=OURS, sid=request.sid, verb=Verb.RTL, ref_bms=0, ttl_ms=1)
    station = commands.station
    station.offer(up[0].report(station.now_s, foreign, CommandState.FAILED, 0, detail=EVIL))
    assert cells(model, 2)[ORDER] == "Return"
    assert (cells(model, 2)[STATE], cells(model, 2)[WHY]) == ("failed", EVIL)
    assert "<b>" not in model.index(2, WHY).data(Qt.ItemDataRole.ToolTipRole)
    panel.journal.text_box.setText("uav-01 FAILED")
    assert [cells(model, row)[ORDER] for row in range(model.rowCount())] == ["Return"]
    panel.journal.text_box.setText("")
    panel.journal.kind_box.setCurrentIndex(panel.journal.kind_box.findData("running"))
    assert model.rowCount() == 2
    panel.journal.kind_box.setCurrentIndex(0)
    commands.select(up[1])
    panel.journal.only_selected.click()
    assert [cells(model, row)[VEHICLE] for row in range(model.rowCount())] == ["uav-02"]


def test_a_hidden_panel_does_no_work_and_catches_up(commands, panel, monkeypatch):
    [up] = flying(1)
    commands.hear(up)
    panel.hide()
    took = []
    monkeypatch.setattr(panel.journal, "take", took.append)
    commands.desk.give([up.key], Verb.HOLD, {})
    commands.station.pass_time(1.0)
    assert took == []
    assert panel.journal.model.rowCount() == 0
    panel.show()
    assert panel.journal.model.rowCount() == 1
    assert cells(panel.matrix.model, 0)[0] == "uav-01"


def test_five_thousand_rows_are_quick(app):
    model = JournalModel()
    entries = [entry_of(record(number)) for number in range(5_000)]
    # of this thread's processor: what else the machine does is not counted
    began_s = time.thread_time()
    model.set_entries(entries)
    model.update([entry_of(record(4_999, CommandState.FAILED)), entry_of(record(5_000))])
    model.set_filter(JournalFilter(("uav-3",)))
    assert time.thread_time() - began_s < 0.5
    assert model.rowCount() == 5_000 // 9 + 1


def test_changed_rows_are_told_alone(app):
    model = JournalModel()
    model.set_entries([entry_of(record(number)) for number in range(100)])
    told, resets = [], []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.modelReset.connect(lambda: resets.append(True))
    model.update([entry_of(record(42, CommandState.FAILED))])
    assert (told, resets) == ([(42, 42)], [])


def test_earlier_sessions_are_read_on_a_thread_of_their_own(commands, app):
    threads, gate = [], threading.Event()

    def read(search, limit):
        threads.append(threading.current_thread())
        gate.wait(PATIENCE_S)
        return []

    panel = made(commands, JournalAccess(read=read, export=lambda path, search: None))
    panel.journal.earlier.click()
    gate.set()
    settle(panel.journal.loader)
    assert threads
    assert threads[0] is not threading.main_thread()
    panel.close()
    panel.deleteLater()


def test_the_journal_on_disk_is_searched_and_exported(commands, app, tmp_path):
    path = tmp_path / "journal.sqlite3"
    journal = Journal(path, "gs-0")
    journal.start()
    book = [
        record(1, CommandState.SENT),
        record(1, CommandState.SUCCEEDED),
        record(2, CommandState.FAILED, detail="wind"),
    ]
    journal.record([Transition(record=one, step=step) for step, one in enumerate(book)])
    journal.stop()
    panel = made(commands, journal_access(path))
    view = panel.journal
    assert view.model.rowCount() == 0
    view.earlier.click()
    settle(view.loader)
    assert [cells(view.model, row)[STATE] for row in range(2)] == ["landed", "failed"]
    view.text_box.setText("wind")
    assert view.model.rowCount() == 1
    view.export_to(str(tmp_path / "out.csv"))
    settle(view.loader)
    text = (tmp_path / "out.csv").read_text()
    assert "wind" in text
    assert "succeeded" not in text
    assert commands.notices == [f"The journal was written to {tmp_path / 'out.csv'}."]
    view.earlier.click()
    assert view.model.rowCount() == 0
    panel.close()
    panel.deleteLater()


def test_a_journal_that_cannot_be_read_says_so(commands, app):
    def read(search, limit):
        raise GroundStationError("there is no journal at /x yet")

    panel = made(commands, JournalAccess(read=read, export=lambda path, search: None))
    panel.journal.earlier.click()
    settle(panel.journal.loader)
    assert commands.notices == ["There is no journal at /x yet."]
    panel.close()
    panel.deleteLater()


def test_the_file_dialog_does_not_block_the_window(commands, app):
    panel = made(commands, JournalAccess(read=lambda search, limit: [], export=lambda path, search: None))
    QTest.mouseClick(panel.journal.export_button, Qt.MouseButton.LeftButton)
    dialog = panel.journal.dialog
    assert isinstance(dialog, QFileDialog)
    assert dialog.windowModality() is Qt.WindowModality.NonModal
    dialog.close()
    panel.close()
    panel.deleteLater()


@pytest.mark.parametrize("size", [(450, 270), (450, 600), (1300, 270)])
def test_both_parts_are_reached_in_any_size(commands, app, size):
    [up] = flying(1)
    commands.hear(up)
    panel = made(commands, size=size)
    commands.desk.give([up.key], Verb.HOLD, {})
    commands.station.pass_time(1.0)
    QApplication.processEvents()
    assert not panel.journal.isHidden()
    if panel.matrix.isHidden():
        assert not panel.pages.isHidden()
        panel.pages.setCurrentIndex(1)
    assert not panel.matrix.isHidden()
    panel.close()
    panel.deleteLater()
