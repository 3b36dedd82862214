# SPDX-License-Identifier: Apache-2.0
"""The panel of procedures: chosen, tried, started, confirmed, stopped; orders go the way of any order."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from groundstation.app.procedure_files import procedure_access
from groundstation.fleet.commands import CommandState, Role, Verb
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.procedures.procedure_file import read_procedures
from groundstation.ui.commands_panel.journal_entry import entries_of
from groundstation.ui.main_window import MainWindow
from groundstation.ui.procedures.procedure_desk import ProcedureDesk
from groundstation.ui.procedures.procedure_model import WHAT
from groundstation.ui.procedures.procedure_port import ProcedureAccess
from groundstation.ui.procedures.procedures_panel import LEAST_WHAT_PX, ProceduresPanel
from tests.support.waiting import wait_until
from tests.ui.support.commanding import OURS, THEIRS, Commands, flying, grounded

FILE = """
procedures:
  - name: up
    title: <b>Up</b>
    steps:
      - check: disarmed
      - confirm: clear?
      - do: takeoff 15
      - say: they are up
  - name: look
    steps:
      - wait: height > 400
        within_s: 600
      - do: hold
"""


@pytest.fixture
def commands(station):
    return Commands(station)


class Made:
    """A panel on a window's orders, with a file of its own."""

    def __init__(self, commands, tmp_path, access=None):
        self.commands, self.station, self.said, self.notes = commands, commands.station, [], []
        commands.orders.write_down = self.notes.extend
        self.desk = ProcedureDesk(commands.desk, self.said.append, commands.desk)
        self.panel = ProceduresPanel(commands.desk, self.desk, access or procedure_access())
        self.path = tmp_path / "mine.yaml"
        self.path.write_text(FILE)
        self.panel.resize(900, 400)
        self.panel.show()
        QApplication.processEvents()

    def read(self, path=None):
        self.panel.read_file(path or self.path)
        wait_until(lambda: (QApplication.processEvents(), "reads" not in self.panel.notice.text())[1], what="the file")

    def choose(self, name):
        box = self.panel.procedure_box
        box.setCurrentIndex([box.itemData(row)[1].name for row in range(box.count())].index(name))

    def start(self, name, *vehicles):
        self.choose(name)
        self.commands.select(*vehicles)
        self.panel.start()
        return self.panel._run

    def end(self, vehicle, state=CommandState.SUCCEEDED):
        request = [one for key, one in self.commands.requests() if key == vehicle.key.id][-1]
        self.station.offer(vehicle.report(self.station.now_s, request, state, 5))
        self.station.pass_time(0.4)

    def cells(self, row):
        model = self.panel.model
        return [str(model.index(row, column).data() or "") for column in range(model.columnCount())]


@pytest.fixture
def made(app, commands, tmp_path):
    found = Made(commands, tmp_path)
    wait_until(lambda: (app.processEvents(), found.panel.procedure_box.count() > 0)[1], what="what comes along")
    found.read()
    yield found
    found.panel.close()
    found.panel.deleteLater()


def test_what_a_step_says_takes_the_room_that_vehicles_leave(made):
    made.choose("before-flight")
    whole = made.panel.table.sizeHintForColumn(WHAT) + 12
    assert made.panel.table.columnWidth(WHAT) == whole
    made.commands.select(*grounded(1, 2, 3, 4))
    made.panel.rehearse()
    assert made.panel.table.columnWidth(WHAT) == LEAST_WHAT_PX < whole
    made.panel.resize(1400, 400)
    QApplication.processEvents()
    assert made.panel.table.columnWidth(WHAT) == whole


def test_what_comes_along_and_a_file_of_ones_own_can_be_chosen(made):
    box = made.panel.procedure_box
    names = [box.itemData(row)[1].name for row in range(box.count())]
    assert names == ["up", "look", "before-flight", "take-off-and-hold"]
    assert box.itemText(0) == "<b>Up</b>  (mine.yaml)"
    assert made.panel.chosen.name == "up"
    # a file that was changed meanwhile takes the place of what it was
    made.path.write_text(FILE.replace("name: look", "name: other"))
    made.read()
    assert box.count() == 4
    assert box.itemData(1)[1].name == "other"


def test_a_file_that_means_nothing_is_told_with_its_line(made, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(FILE.replace("takeoff 15", "fly_home"))
    made.read(bad)
    assert "bad.yaml, line 8: procedures[0].steps[2].do: there is no verb 'fly_home'" in made.panel.notice.text()
    assert made.panel.notice.textFormat() is Qt.TextFormat.PlainText
    assert made.panel.chosen.name == "up"


def test_what_is_chosen_is_remembered(made, app, commands, tmp_path):
    made.choose("look")
    assert made.panel.memory == [str(made.path), "look"]
    again = Made(commands, tmp_path)
    again.panel.restore(made.panel.memory)
    wait_until(lambda: (app.processEvents(), again.panel.procedure_box.count() == 4)[1], what="both")
    assert again.panel.chosen.name == "look"
    for damaged in ([], ["x"], ["", "nothing of that name"]):
        again.panel.restore(damaged)
    again.panel.close()
    again.panel.deleteLater()


def test_a_procedure_from_its_start_to_its_end(made):
    one, two = grounded(1, 2)
    made.commands.hear(one, two)
    run = made.start("up", one, two)
    assert made.cells(0)[2:] == ["done · holds: disarmed yes"] * 2
    assert made.cells(1)[:3] == ["2  confirm", "clear?", "under way · asks: clear?"]
    assert made.panel.question.text.text() == "clear?"
    assert made.commands.requests(Verb.TAKEOFF) == []
    # what is selected later changes nothing
    made.commands.select(two)
    QTest.mouseClick(made.panel.question.confirm, Qt.MouseButton.LeftButton)
    made.station.pass_time(0.4)
    assert made.panel.question.isHidden()
    assert [key for key, _ in made.commands.requests(Verb.TAKEOFF)] == [one.key.id, two.key.id]
    assert {request.batch for _, request in made.commands.requests(Verb.TAKEOFF)} == {run.name}
    made.end(one)
    assert made.said == []
    made.end(two)
    made.station.pass_time(0.4)
    assert made.said == ["they are up"]
    assert made.cells(3)[2:] == ["done · said to all operators"] * 2
    assert "done" in made.panel.whom.text()
    assert not made.panel.stop_button.isEnabled()
    assert made.notes[-1].number == 0
    assert {note.by.op for note in made.notes} == {OURS.op}


def test_no_at_a_question_stops_it(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    made.start("up", one)
    made.panel.question.decline.click()
    made.station.pass_time(0.4)
    assert made.cells(1)[2].startswith("failed · declined by")
    assert made.cells(2)[2] == "left out · step 2 failed"
    assert made.commands.requests() == []


def test_stop_cancels_what_is_under_way(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    made.start("up", one)
    made.panel.question.confirm.click()
    made.commands.requests(Verb.TAKEOFF)
    made.panel.stop_button.click()
    assert [request.verb for _, request in made.commands.requests()] == [Verb.TAKEOFF, Verb.CANCEL]
    assert made.cells(2)[2].startswith("failed · stopped by")
    made.station.pass_time(5.0)
    assert made.said == []


def test_a_dry_run_sends_nothing_and_says_what_it_would_do(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    made.choose("up")
    made.commands.select(one)
    made.panel.dry_button.click()
    assert made.cells(0)[2] == "done · holds: disarmed yes"
    assert made.cells(2)[2] == "left out · would order takeoff 15"
    assert made.panel.notice.text() == "Dry run with uav-01: nothing was sent."
    made.station.pass_time(1.0)
    made.panel.refresh()
    assert made.cells(2)[2] == "left out · would order takeoff 15"
    assert made.commands.requests() == []
    assert made.desk.runs.all == ()


def test_without_a_vehicle_nothing_begins(made):
    made.choose("up")
    assert not made.panel.start_button.isEnabled()
    made.panel.start()
    assert made.panel.notice.text() == "there is no vehicle; choose at least one"
    made.panel.rehearse()
    assert "Select vehicles first" in made.panel.notice.text()


def test_a_second_one_for_a_vehicle_is_refused_and_for_another_goes_on_beside(made):
    one, two = grounded(1, 2)
    made.commands.hear(one, two)
    made.start("look", one)
    made.start("up", one, two)
    assert made.panel.notice.text() == f"{one.key} is in the procedure look; stop that first"
    made.start("up", two)
    assert len(made.desk.runs.under_way) == 2
    assert made.panel.run_box.count() == 3
    made.panel.run_box.setCurrentIndex(2)
    assert made.panel.question.isHidden()
    made.panel.run_box.setCurrentIndex(1)
    assert not made.panel.question.isHidden()


def test_who_asks_is_told_on_the_tab_though_nobody_looks(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    made.panel.hide()
    made.start("up", one)
    assert made.panel.windowTitle() == "Procedures: asks"
    made.desk.stop(made.desk.runs.all[0])
    assert made.panel.windowTitle() == "Procedures"


def test_control_that_is_taken_ends_it(made):
    (one,) = flying(1)
    made.commands.hear(one)
    made.start("look", one)
    made.station.pass_time(0.4)
    made.station.offer(one.control(made.station.now_s, owner=THEIRS, lease=8))
    made.station.pass_time(0.4)
    assert "took control" in made.cells(0)[2]
    assert made.commands.requests() == []


def test_when_the_window_closes_all_stop_and_nothing_goes_out(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    run = made.start("up", one)
    made.panel.question.confirm.click()
    # given, and not sent yet
    made.panel.stop()
    made.station.pass_time(5.0)
    assert made.commands.requests() == []
    assert str(run.cell(3, one.key).said) == "the window was closed"
    assert made.notes[-1].state.value == "failed"


def test_vehicles_of_a_procedure_are_looked_at_closely(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    made.start("look", one)
    followed = made.station.feed.followed
    assert one.key in followed._shown["procedures"]
    made.panel.stop_button.click()
    assert "procedures" not in followed._shown


def test_a_stray_space_confirms_nothing(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    made.start("up", one)
    made.panel.question.confirm.setFocus(Qt.FocusReason.OtherFocusReason)
    QTest.keyClick(made.panel.question.confirm, Qt.Key.Key_Space)
    made.station.pass_time(0.4)
    assert made.panel.question.text.text() == "clear?"
    assert made.commands.requests() == []


def test_a_short_press_starts_nothing(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    made.choose("up")
    made.commands.select(one)
    QTest.mouseClick(made.panel.start_button, Qt.MouseButton.LeftButton)
    assert made.desk.runs.all == ()
    made.panel.start_button.held.emit()
    assert len(made.desk.runs.all) == 1


def test_each_cell_has_a_sign_and_a_word_and_letters_stay_letters(made):
    (one,) = grounded(1)
    made.commands.hear(one)
    made.start("up", one)
    model = made.panel.model
    for row in range(model.rowCount()):
        assert model.index(row, 2).data(Qt.ItemDataRole.DecorationRole) is not None
        assert model.index(row, 2).data()
        assert "<b>" not in str(model.index(row, 1).data(Qt.ItemDataRole.ToolTipRole))
    made.panel.grab()
    assert not made.panel.findChildren(QMessageBox)


def test_a_window_that_only_looks_starts_nothing(app, station, tmp_path):
    made = Made(Commands(station, Role.OBSERVER), tmp_path)
    (one,) = grounded(1)
    made.commands.hear(one)
    made.read()
    made.start("up", one)
    assert not made.panel.start_button.isEnabled()
    assert made.panel.notice.text() == "this window only looks"
    made.panel.close()
    made.panel.deleteLater()


def test_the_window_has_it_and_stops_it(app, station, settings, commands, tmp_path):
    access = ProcedureAccess(read=lambda path: read_procedures("x", path.read_bytes()))
    window = MainWindow(station.feed, settings, commands.orders, procedures=access)
    window.show()
    panel = window.panel(ProceduresPanel)
    path = tmp_path / "x.yaml"
    path.write_text(FILE)
    panel.read_file(path)
    wait_until(lambda: (app.processEvents(), panel.chosen is not None)[1], what="the file")
    (one,) = grounded(1)
    commands.hear(one)
    window.selection.select((one.key,))
    panel.start()
    (run,) = panel.procedures.runs.all
    window.leave()
    assert run.ending is not None
    window.deleteLater()
    settings.sync()
    assert str(path) in str(settings.value("procedures/chosen"))


def test_a_window_without_ways_to_files_says_so(app, commands, tmp_path):
    made = Made(commands, tmp_path, ProcedureAccess())
    made.read()
    assert "can't be read by this window" in made.panel.notice.text()
    with pytest.raises(GroundStationError):
        ProcedureAccess().read(made.path)
    made.panel.close()
    made.panel.deleteLater()


def test_steps_are_found_in_the_table_of_commands(app):
    class Row:
        at_unix_s, command, root, vehicle, verb, operator = 1.7e9, "run.2", "sim", "uav-1", "procedure", "ayse"
        args, station, state, reason, texts = '{"procedure": "up", "step": 2}', "gs", "succeeded", "none", ""
        detail = "Up, step 2 of 4, confirm: clear?; confirmed by ayse"

    (entry,) = entries_of([Row()])
    assert (entry.order, entry.state_text) == ("Procedure up", "done")
    assert "confirmed by ayse" in entry.haystack
