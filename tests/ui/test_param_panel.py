# SPDX-License-Identifier: Apache-2.0
"""The panel of parameters with real widgets, real files, and vehicles that can be told everything."""

from __future__ import annotations

import json
import lzma
import math
import threading

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton

from groundstation.app.param_work import Snapshots, param_access, read_file
from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.parameters.component_metadata import ParamMeta, crc_of, crc_text
from groundstation.fleet.parameters.parameter import Parameter, ParamType
from groundstation.fleet.parameters.parameter_entries import ParamEnd, ParamResult
from groundstation.fleet.parameters.parameter_status import SetState
from groundstation.transport import payloads, topics
from groundstation.transport.leaves import SyncRequest
from groundstation.ui.parameters.param_model import ParamModel
from groundstation.ui.parameters.param_panel import ASK_AGAIN_S, ParamPanel
from groundstation.ui.parameters.past_parameters import PastParameters
from tests.support.waiting import PATIENCE_S, wait_until
from tests.ui.support.commanding import OURS, THEIRS, Commands, flying, grounded

HELD = (
    Parameter("RTL_ALT", 1500.0, ParamType.INT32),
    Parameter("RTL_SPEED", 0.0, ParamType.INT16),
    Parameter("WPNAV_SPEED", 1000.0, ParamType.REAL32),
    Parameter("WPNAV_RADIUS", 200.0, ParamType.REAL32),
    Parameter("FS_THR_ENABLE", 1.0, ParamType.INT8),
    Parameter("FS_OPTIONS", 16.0, ParamType.INT32),
    Parameter("COMPASS_OFS_X", 5.0, ParamType.REAL32),
)
FACTS = {
    "ArduCopter": {
        "RTL_ALT": {"displayName": "Return altitude", "Units": "cm", "Range": {"low": "200", "high": "8000"}},
        "FS_THR_ENABLE": {
            "displayName": "Throttle failsafe",
            "Values": {"0": "Disabled", "1": "Always RTL", "3": "Always Land"},
            "RebootRequired": "True",
        },
        "FS_OPTIONS": {"displayName": "İniş ayarları", "Bitmask": {"0": "Auto", "1": "Guided", "4": "Continue"}},
    }
}


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def access(tmp_path):
    return param_access(tmp_path / "kept", tmp_path / "facts")


@pytest.fixture
def panel(commands, access, app):
    made = ParamPanel(commands.station.feed, commands.selection, commands.desk, access)
    made.resize(560, 900)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def show(panel, commands, *vehicles, held=HELD):
    """These vehicles are selected, and their parameters are known."""
    commands.hear(*vehicles)
    for one in vehicles:
        commands.station.offer(*one.parameters(commands.station.now_s, held))
    commands.select(*vehicles)
    panel.refresh()
    QApplication.processEvents()


def names(panel):
    return [row.name for group in panel.browser.model.groups for row in group.rows]


def cell(panel, name, column):
    place = panel.browser.model.place_of(name)
    return panel.browser.model.index(place.row(), column, place.parent()).data()


def type_into(panel, name, text):
    panel.browser.choose(name)
    box = panel.browser.form.number
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)
    QApplication.processEvents()


def turn(commands):
    QApplication.processEvents()
    commands.station.feed.tick()


def written(panel, commands, vehicle, *results, state=CommandState.SUCCEEDED, detail=""):
    """The yes is pressed, the order goes out, and the vehicle's bridge answers."""
    QTest.mouseClick(panel.strip.yes, Qt.MouseButton.LeftButton)
    wait_until(lambda: (turn(commands), commands.requests(Verb.PARAM_WRITE))[1], what="an order")
    [request] = [one for key, one in commands.requests(Verb.PARAM_WRITE) if key == vehicle.key.id]
    commands.station.offer(vehicle.report(commands.station.now_s, request, CommandState.RECEIVED))
    commands.station.offer(vehicle.report(commands.station.now_s, request, state, 1, results=results, detail=detail))
    turn(commands)
    return request


def stored(name, value, kind=ParamType.REAL32, end=ParamEnd.STORED, wanted=None):
    said = f"{name} is {value:g}"
    return ParamResult(name=name, end=end, wanted=wanted or value, found=value, type=kind.value, said=said)


def facts(panel, commands, vehicle, tmp_path):
    path = tmp_path / "apm.pdef.json"
    path.write_text(json.dumps(FACTS))
    panel.file_acts.take_facts(path, commands.station.feed.fleet.get(vehicle.key).info)
    wait_until(lambda: (turn(commands), any(row.facts for row in panel.browser.rows))[1], what="metadata")


def test_nothing_is_asked_of_a_vehicle_until_somebody_presses_read(panel, commands):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    commands.select(vehicle)
    panel.refresh()
    assert "press Read" in panel.browser.hint.text()
    assert commands.requests() == []
    QTest.mouseClick(panel.strip.read, Qt.MouseButton.LeftButton)
    [(key, request)] = commands.requests(Verb.PARAM_READ)
    assert (key, request.values) == (vehicle.key.id, ())
    # how far it is, with a button to stop it
    commands.station.offer(vehicle.report(commands.station.now_s, request, CommandState.RECEIVED))
    commands.station.offer(vehicle.report(commands.station.now_s, request, CommandState.IN_PROGRESS, 1, progress=0.4))
    turn(commands)
    panel.refresh()
    assert panel.strip.bar.value() == 400
    assert not panel.strip.cancel.isHidden()
    QTest.mouseClick(panel.strip.cancel, Qt.MouseButton.LeftButton)
    assert [one.args["command"] for _, one in commands.requests(Verb.CANCEL)] == [request.id]


def test_what_a_bridge_knows_already_is_asked_of_the_bridge_alone_and_again_only_when_the_answer_was_lost(
    panel, commands
):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    status, _ = vehicle.parameters(commands.station.now_s, HELD)[::-1]
    commands.station.offer(status)
    commands.select(vehicle)
    for _ in range(5):
        panel.refresh()
    asked = [one for one in commands.bus.sent if one.topic.endswith(topics.SYNC_REQ)]
    assert [json.loads(one.payload)["parameters"] for one in asked] == [True]
    assert commands.requests() == []
    # an answer that was lost is asked for again, and not before it may have come
    for seconds, count in ((ASK_AGAIN_S - 0.1, 1), (0.2, 2), (0.2, 2)):
        commands.station.now_s += seconds
        panel.refresh()
        asked = [one for one in commands.bus.sent if one.topic.endswith(topics.SYNC_REQ)]
        assert len(asked) == count


def test_groups_search_and_filters(panel, commands, tmp_path):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    assert [group.name for group in panel.browser.model.groups] == ["FS", "RTL", "WPNAV", ""]
    assert panel.browser.count.text() == "7"
    panel.browser.text_box.setText("wpnav")
    assert names(panel) == ["WPNAV_RADIUS", "WPNAV_SPEED"]
    assert panel.browser.count.text() == "2 of 7"
    facts(panel, commands, vehicle, tmp_path)
    # by its meaning, with and without the dots of a Turkish keyboard
    for text in ("inis", "INIS", "İniş", "ınıs ayar"):
        panel.browser.text_box.setText(text)
        assert names(panel) == ["FS_OPTIONS"], text
    panel.browser.text_box.clear()
    type_into(panel, "RTL_ALT", "1600")
    panel.browser.changed.setChecked(True)
    assert names(panel) == ["RTL_ALT"]
    panel.browser.changed.setChecked(False)
    panel.browser.choose("WPNAV_SPEED")
    panel.browser.form.star.click()
    panel.browser.starred.setChecked(True)
    assert names(panel) == ["WPNAV_SPEED"]
    assert panel.browser.favourites == {"WPNAV_SPEED"}
    # ArduPilot's files tell no defaults: a filter that would show nothing is no filter
    assert not panel.browser.other.isEnabled()


def test_changes_are_collected_reviewed_and_written_with_one_question(panel, commands, access):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    assert not panel.strip.write.isEnabled()
    type_into(panel, "RTL_ALT", "1600")
    type_into(panel, "WPNAV_SPEED", "612,5")
    assert (cell(panel, "WPNAV_SPEED", ParamModel.VALUE), cell(panel, "WPNAV_SPEED", ParamModel.NEW)) == (
        "1000",
        "612.5",
    )
    assert commands.requests() == [], "nothing is sent by entering it"
    assert panel.strip.write.text() == "Write 2 to uav-01…"
    QTest.mouseClick(panel.strip.write, Qt.MouseButton.LeftButton)
    words = panel.strip.question.text()
    assert "Write to uav-01?  Parameters: 2" in words
    assert "RTL_ALT  1500 → 1600" in words
    assert "Armed now, it counts at once: uav-01." in words
    assert commands.requests() == []
    # the keyboard is not on the yes: neither Space nor Return writes anything
    assert not panel.strip.yes.hasFocus()
    request = written(
        panel, commands, vehicle, stored("RTL_ALT", 1600.0, ParamType.INT32), stored("WPNAV_SPEED", 612.5)
    )
    assert [(one.name, one.value) for one in request.values] == [("RTL_ALT", 1600.0), ("WPNAV_SPEED", 612.5)]
    panel.refresh()
    assert panel.edits.values == {}
    assert "✓ uav-01  RTL_ALT is 1600" in panel.strip.results.toPlainText()
    # what was there before was kept before, and what was replaced after
    kept = Snapshots(access.keep_whole.__self__.folder)
    [day] = kept.days(vehicle.key)
    assert {one.name: one.value for one in read_file(kept.of_day(vehicle.key, day)).parameters}["RTL_ALT"] == 1500.0
    wait_until(lambda: kept.last_writing(vehicle.key) is not None, what="the log of writings")
    assert [(one.name, one.value) for one in kept.last_writing(vehicle.key).before] == [
        ("RTL_ALT", 1500.0),
        ("WPNAV_SPEED", 1000.0),
    ]


def test_what_was_stored_otherwise_stays_a_change_and_is_told_first(panel, commands):
    [vehicle] = grounded(1)
    show(panel, commands, vehicle)
    type_into(panel, "RTL_ALT", "1600")
    type_into(panel, "WPNAV_SPEED", "612.5")
    panel.ask_write()
    bad = stored("WPNAV_SPEED", 600.0, end=ParamEnd.OTHERWISE, wanted=612.5)
    written(
        panel, commands, vehicle, stored("RTL_ALT", 1600.0, ParamType.INT32), bad,
        state=CommandState.FAILED, detail="vehicle stored 600 instead of 612.5",
    )  # fmt: skip
    panel.refresh()
    assert dict(panel.edits.values) == {"WPNAV_SPEED": 612.5}
    assert panel.strip.results.toPlainText().splitlines()[0] == "✗ uav-01  WPNAV_SPEED is 600"
    assert "vehicle stored 600 instead of 612.5" in panel.strip.status.text()


@pytest.mark.parametrize(
    ("name", "text"),
    [("WPNAV_SPEED", "fast"), ("WPNAV_SPEED", "nan"), ("WPNAV_SPEED", "1e39"), ("RTL_ALT", "1.5"),
     ("FS_THR_ENABLE", "128"), ("RTL_SPEED", "-40000")],
)  # fmt: skip
def test_what_a_vehicle_can_not_hold_changes_nothing_and_says_why(panel, commands, name, text):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    type_into(panel, name, text)
    assert panel.edits.values == {}
    assert panel.browser.form.number.property("wrong")
    assert panel.browser.form.number.toolTip()


def test_editors_by_metadata(panel, commands, tmp_path):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    facts(panel, commands, vehicle, tmp_path)
    assert cell(panel, "FS_THR_ENABLE", ParamModel.VALUE) == "1 Always RTL"
    assert cell(panel, "RTL_ALT", ParamModel.RANGE) == "200 to 8000"
    panel.browser.choose("FS_THR_ENABLE")
    choice = panel.browser.form.choice
    assert [choice.itemText(place) for place in range(choice.count())] == [
        "0  Disabled", "1  Always RTL", "3  Always Land",
    ]  # fmt: skip
    choice.setCurrentIndex(2)
    choice.activated.emit(2)
    assert dict(panel.edits.values) == {"FS_THR_ENABLE": 3.0}
    panel.browser.choose("FS_OPTIONS")
    ticks = [box for _, box in panel.browser.form._ticks]
    assert [box.isChecked() for box in ticks] == [False, False, True]
    ticks[1].click()
    assert panel.edits.values["FS_OPTIONS"] == 18.0
    # outside of what is recommended is told, and not forbidden: autopilots take it
    type_into(panel, "RTL_ALT", "100000")
    assert panel.edits.values["RTL_ALT"] == 100_000.0
    panel.ask_write()
    words = panel.strip.question.text()
    assert "Outside of the recommended 200 to 8000." in words
    assert "Count after a reboot: FS_THR_ENABLE." in words


def test_undo_has_no_end_and_a_value_that_is_there_is_no_change(panel, commands):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    for text in ("1600", "1700", "1800"):
        type_into(panel, "RTL_ALT", text)
    for wanted in (1700.0, 1600.0, None):
        QTest.keyClick(panel.browser.tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert panel.edits.values.get("RTL_ALT") == wanted
    panel.edits.redo()
    assert panel.edits.values["RTL_ALT"] == 1600.0
    type_into(panel, "RTL_ALT", "1500")
    assert panel.edits.values == {}


def test_a_file_becomes_changes_and_is_not_written_by_opening_it(panel, commands, tmp_path):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    path = tmp_path / "base.param"
    path.write_text("RTL_ALT,1600\nWPNAV_SPEED,1000\nCOMPASS_OFS_X,99\nno line\n")
    panel.file_acts.take_file(path)
    wait_until(lambda: (turn(commands), panel.edits.values)[1], what="changes")
    assert dict(panel.edits.values) == {"RTL_ALT": 1600.0}
    assert "Left out, of one airframe alone: 1 (COMPASS_OFS_X)." in commands.notices[-1]
    assert "Lines that were not taken: 1; line 4" in commands.notices[-1]
    assert commands.requests() == []
    assert names(panel) == ["RTL_ALT"]
    panel.edits.undo()
    panel.file_acts.take_file(path, with_own=True)
    wait_until(lambda: (turn(commands), panel.edits.values)[1], what="changes")
    assert panel.edits.values["COMPASS_OFS_X"] == 99.0
    panel.file_acts.take_file(tmp_path / "none.param")
    wait_until(lambda: (turn(commands), "can't be read" in commands.notices[-1])[1], what="a notice")


def test_a_saved_file_is_what_the_vehicle_has_and_the_last_writing_is_undone(panel, commands, tmp_path):
    [vehicle] = grounded(1)
    show(panel, commands, vehicle)
    type_into(panel, "RTL_ALT", "1600")
    path = tmp_path / "saved.params"
    info = commands.station.feed.fleet.get(vehicle.key).info
    panel.file_acts.save_to(path, panel.sets[vehicle.key], info)
    wait_until(lambda: (turn(commands), path.exists())[1], what="a file")
    assert {one.name: one.value for one in read_file(path).parameters} == {one.name: one.value for one in HELD}
    panel.ask_write()
    written(panel, commands, vehicle, stored("RTL_ALT", 1600.0, ParamType.INT32))
    changed = tuple(Parameter("RTL_ALT", 1600.0, one.type) if one.name == "RTL_ALT" else one for one in HELD)
    commands.station.offer(*vehicle.parameters(commands.station.now_s, changed))
    panel.refresh()
    wait_until(lambda: (turn(commands), panel.file_acts.revert(), panel.edits.values)[2], what="what was there")
    assert dict(panel.edits.values) == {"RTL_ALT": 1500.0}
    assert len(commands.requests(Verb.PARAM_WRITE)) == 1, "undoing is reviewed and written as all else"


def test_several_vehicles_side_by_side_and_written_together(panel, commands):
    one, two = flying(1, 2)
    other = tuple(Parameter("RTL_ALT", 1700.0, each.type) if each.name == "RTL_ALT" else each for each in HELD[:-1])
    show(panel, commands, one, two)
    commands.station.offer(*two.parameters(commands.station.now_s, other))
    panel.refresh()
    assert cell(panel, "RTL_ALT", ParamModel.VALUE) == "1500 | 1700"
    panel.tabs.setCurrentIndex(1)
    panel.refresh()
    model = panel.compare.model
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["RTL_ALT"]
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in range(3)] == ["Name", "uav-01", "uav-02"]
    assert [model.index(0, column).data() for column in (1, 2)] == ["1500", "1700"]
    panel.tabs.setCurrentIndex(0)
    type_into(panel, "RTL_ALT", "1500")
    assert dict(panel.edits.values) == {"RTL_ALT": 1500.0}, "one of them has another value"
    panel.ask_write()
    assert "to uav-01, uav-02?" in panel.strip.question.text()
    # a question is about those that it named, and changes are for those for whom they were made
    commands.select(one)
    assert not panel.strip.is_asking
    assert panel.edits.values == {}
    assert not panel.strip.write.isEnabled()
    commands.select(one, two)
    assert dict(panel.edits.values) == {"RTL_ALT": 1500.0}


def test_nothing_is_written_by_a_stray_key(panel, commands):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    type_into(panel, "RTL_ALT", "1600")
    panel.ask_write()
    for widget in (panel, panel.browser.tree, panel.browser.text_box, *panel.findChildren(QPushButton)):
        if widget.isVisible() and widget is not panel.strip.no:
            for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Y):
                QTest.keyClick(widget, key)
    turn(commands)
    assert commands.requests(Verb.PARAM_WRITE) == []


def test_who_is_not_in_control_is_told_and_can_not_write(panel, commands):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    commands.station.offer(vehicle.control(commands.station.now_s, owner=THEIRS, lease=9))
    type_into(panel, "RTL_ALT", "1600")
    panel.refresh()
    assert not panel.strip.write.isEnabled()
    assert "mehmet" in panel.strip.write.toolTip()
    panel.ask_write()
    assert not panel.strip.is_asking


def test_a_disk_that_keeps_nothing_forbids_writing(commands, access, app):
    def fails(*_):
        from groundstation.fleet.errors import GroundStationError

        raise GroundStationError("the disk is full")

    panel = ParamPanel(commands.station.feed, commands.selection, commands.desk, access._replace(keep_whole=fails))
    panel.show()
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    type_into(panel, "RTL_ALT", "1600")
    panel.ask_write()
    QTest.mouseClick(panel.strip.yes, Qt.MouseButton.LeftButton)
    wait_until(lambda: (turn(commands), commands.notices)[1], what="a notice")
    assert "Nothing was written" in commands.notices[-1]
    assert commands.requests(Verb.PARAM_WRITE) == []
    panel.close()
    panel.deleteLater()


def test_cancel_while_a_slow_disk_keeps_what_is_there_writes_nothing(commands, access, app):
    is_asked, may_end = threading.Event(), threading.Event()

    def is_slow(*words):
        is_asked.set()
        assert may_end.wait(PATIENCE_S)
        return access.keep_whole(*words)

    panel = ParamPanel(commands.station.feed, commands.selection, commands.desk, access._replace(keep_whole=is_slow))
    panel.show()
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    type_into(panel, "RTL_ALT", "1600")
    panel.ask_write()
    QTest.mouseClick(panel.strip.yes, Qt.MouseButton.LeftButton)
    wait_until(is_asked.is_set, what="the disk")
    panel.refresh()
    QTest.mouseClick(panel.strip.cancel, Qt.MouseButton.LeftButton)
    may_end.set()
    wait_until(lambda: (turn(commands), not panel.orders.is_busy)[1], what="the end")
    assert commands.requests(Verb.PARAM_WRITE) == []
    assert dict(panel.edits.values) == {"RTL_ALT": 1600.0}
    # it is no promise for ever
    panel.ask_write()
    QTest.mouseClick(panel.strip.yes, Qt.MouseButton.LeftButton)
    wait_until(lambda: (turn(commands), commands.requests(Verb.PARAM_WRITE))[1], what="an order")
    panel.close()
    panel.deleteLater()


def test_a_thousand_are_searched_and_changed_within_a_frame_or_two(panel, commands):
    many = tuple(Parameter(f"G{number // 10}_P{number}", float(number), ParamType.REAL32) for number in range(2_000))
    [vehicle] = flying(1)
    show(panel, commands, vehicle, held=many)
    assert panel.browser.count.text() == "2000"
    panel.browser.text_box.setText("P1999")
    assert names(panel) == ["G199_P1999"]
    type_into(panel, "G199_P1999", "7")
    assert dict(panel.edits.values) == {"G199_P1999": 7.0}


def test_no_number_and_forged_words_are_shown_as_plain_text(panel, commands):
    [vehicle] = flying(1)
    held = (*HELD, Parameter("NAN_ONE", math.nan, ParamType.REAL32), Parameter("<b>BOLD", 1.0, ParamType.REAL32))
    show(panel, commands, vehicle, held=held)
    assert cell(panel, "NAN_ONE", ParamModel.VALUE) == "nan"
    panel.browser.choose("<b>BOLD")
    assert panel.browser.form.title.text() == "<b>BOLD"
    assert panel.browser.form.title.textFormat() is Qt.TextFormat.PlainText


def test_what_is_out_of_date_says_so(panel, commands):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    status = vehicle.parameters(commands.station.now_s, HELD, state=SetState.OUTDATED, why="it has 9 now")[1]
    commands.station.offer(status)
    panel.refresh()
    assert panel.state.text().startswith("out of date: it has 9 now (7 parameters")


def test_in_the_past_there_is_nothing_to_write_with(commands, app):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    commands.station.offer(*vehicle.parameters(commands.station.now_s, HELD))
    commands.select(vehicle)
    panel = PastParameters(commands.station.feed, commands.selection)
    panel.show()
    panel.refresh()
    assert [row.name for group in panel.browser.model.groups for row in group.rows]
    panel.browser.choose("RTL_ALT")
    QApplication.processEvents()
    boxes = [one for one in panel.findChildren(QLineEdit) if one.isVisible()]
    assert boxes == [panel.browser.text_box]
    assert not hasattr(panel, "orders")
    assert not [one for one in panel.findChildren(QPushButton) if one.isVisible()]
    panel.close()
    panel.deleteLater()


def test_the_wheel_and_long_words_of_a_description_change_neither_values_nor_the_width(panel, commands, tmp_path):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    path = tmp_path / "apm.pdef.json"
    values = {"0": "Off", "1": "On", "2": "Words without an end, " * 9}
    path.write_text(json.dumps({"FS_": {"FS_THR_ENABLE": {"DisplayName": "Failsafe", "Values": values}}}))
    least = panel.minimumSizeHint().width()
    panel.file_acts.take_facts(path, commands.station.feed.fleet.get(vehicle.key).info)
    wait_until(lambda: (turn(commands), any(row.facts for row in panel.browser.rows))[1], what="metadata")
    panel.browser.choose("FS_THR_ENABLE")
    QApplication.processEvents()
    choice = panel.browser.form.choice
    assert choice.count() == 3
    place = QPointF(choice.rect().center())
    args = (QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    wheel = QWheelEvent(place, choice.mapToGlobal(place), *args, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(choice, wheel)
    assert not panel.edits.values
    assert panel.minimumSizeHint().width() <= max(least, 340)


def test_the_field_of_the_chosen_one_does_not_cover_it(panel, commands):
    many = tuple(Parameter(f"AA_P{number:03}", float(number), ParamType.REAL32) for number in range(60))
    [vehicle] = flying(1)
    show(panel, commands, vehicle, held=many)
    tree = panel.browser.tree
    tree.setExpanded(panel.browser.model.index(0, 0), True)
    QApplication.processEvents()
    lowest = tree.indexAt(QPoint(60, tree.viewport().height() - 30))
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(lowest).center())
    for _ in range(5):
        QApplication.processEvents()
    assert panel.browser.form.isVisible()
    assert tree.viewport().rect().contains(tree.visualRect(tree.currentIndex()))


def test_no_column_cuts_a_name_of_sixteen_letters_short(panel, commands, tmp_path):
    [vehicle] = flying(1)
    show(panel, commands, vehicle, held=(*HELD, Parameter("WPNAV_SIXTEENLET", 1.0, ParamType.REAL32)))
    facts(panel, commands, vehicle, tmp_path)
    panel.browser.choose("WPNAV_SIXTEENLET")
    tree = panel.browser.tree
    for width, told in ((900, True), (360, False)):
        panel.resize(width, 900)
        QApplication.processEvents()
        type_into(panel, "WPNAV_SIXTEENLET", f"{width}")
        assert tree.isColumnHidden(ParamModel.RANGE) is not told
        assert not tree.isColumnHidden(ParamModel.NEW)
        place = panel.browser.model.place_of("WPNAV_SIXTEENLET")
        bold = place.data(Qt.ItemDataRole.FontRole)
        needed = QFontMetrics(QFont(tree.font().family(), tree.font().pointSize(), bold.weight()))
        assert tree.visualRect(place).width() > needed.horizontalAdvance("WPNAV_SIXTEENLET"), width


def test_the_arrow_leads_from_the_search_box_to_what_was_found(panel, commands):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    panel.browser.text_box.setFocus()
    QTest.keyClicks(panel.browser.text_box, "wpnav_s")
    QTest.keyClick(panel.browser.text_box, Qt.Key.Key_Down)
    assert panel.browser.chosen == "WPNAV_SPEED"
    assert QApplication.focusWidget() is panel.browser.tree
    QTest.keyClick(panel.browser.tree, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is panel.browser.form.number


def test_bits_are_ticked_only_where_all_vehicles_have_one_value_to_begin_from(panel, commands, tmp_path):
    one, two = flying(1, 2)
    show(panel, commands, one, two)
    facts(panel, commands, one, tmp_path)
    panel.browser.choose("FS_OPTIONS")
    assert not panel.browser.form.bits.isHidden()
    other = tuple(msgspec.structs.replace(p, value=1.0) if p.name == "FS_OPTIONS" else p for p in HELD)
    commands.station.offer(*two.parameters(commands.station.now_s, other))
    panel.refresh()
    panel.browser.choose("FS_OPTIONS")
    form = panel.browser.form
    assert form.bits.isHidden()
    assert (form.number.text(), form.number.placeholderText()) == ("", "different")
    type_into(panel, "FS_OPTIONS", "17")
    assert [bit for bit, box in form._ticks if box.isChecked()] == [0, 4]
    assert not form.bits.isHidden()


def test_bits_stand_in_as_many_columns_as_there_is_room_for_and_never_over_each_other(panel, commands, tmp_path):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    path = tmp_path / "apm.pdef.json"
    bits = {str(number): f"Bit {number}" for number in range(12)}
    told = {"FS_OPTIONS": {"Bitmask": bits, "Values": {"0": "None", "16": "Bit 4"}}}
    path.write_text(json.dumps({"FS_": told}))
    panel.file_acts.take_facts(path, commands.station.feed.fleet.get(vehicle.key).info)
    wait_until(lambda: (turn(commands), any(row.facts for row in panel.browser.rows))[1], what="metadata")
    form = panel.browser.form
    for width, columns in ((700, 2), (340, 1), (700, 2)):
        panel.resize(width, 900)
        panel.browser.choose("FS_OPTIONS")
        QApplication.processEvents()
        boxes = [one for one in form.findChildren(QCheckBox) if not one.isHidden()]
        assert len(boxes) == 12, width
        places = {(one.x(), one.y()) for one in boxes}
        assert len(places) == 12
        assert len({x for x, _ in places}) == columns
    # sums of bits are no unknown values, though only some of them have a name
    assert form.choice.isHidden()
    form._ticks[0][1].click()
    assert dict(panel.edits.values) == {"FS_OPTIONS": 17.0}
    assert form.note.isHidden()


def test_what_only_another_autopilot_has_is_not_asked_of_a_vehicle(panel, commands):
    one, two = flying(1, 2)
    show(panel, commands, one, two)
    theirs = (Parameter("MPC_XY_VEL_MAX", 12.0, ParamType.REAL32),)
    birth = two.birth(commands.station.now_s)
    info = msgspec.structs.replace(commands.station.feed.fleet.get(two.key).info, autopilot=Autopilot.PX4)
    birth[0] = two.wrap(topics.vehicle(two.key, "info"), info, commands.station.now_s, retain=True)
    commands.station.offer(*birth, *two.parameters(commands.station.now_s, theirs))
    turn(commands)
    panel.refresh()
    type_into(panel, "WPNAV_SPEED", "700")
    panel.ask_write()
    words = panel.strip.question.text()
    assert f"Write to {one.key.id}?" in words
    assert f"{two.key.id} gets 0 of them" in words
    assert f"at once: {one.key.id}." in words
    result = stored("WPNAV_SPEED", 700.0)
    written(panel, commands, one, result)
    assert [key for key, _ in commands.requests(Verb.PARAM_WRITE)] == [one.key.id]
    assert not panel.edits.values, "what was stored is no change any more, whoever did not get it"


def test_a_file_of_copters_changes_nothing_that_only_a_plane_lacks(panel, commands, tmp_path):
    one, two = flying(1, 2)
    show(panel, commands, one, two)
    birth = two.birth(commands.station.now_s)
    info = msgspec.structs.replace(commands.station.feed.fleet.get(two.key).info, kind=VehicleKind.PLANE)
    birth[0] = two.wrap(topics.vehicle(two.key, "info"), info, commands.station.now_s, retain=True)
    theirs = (HELD[0], Parameter("AIRSPEED_CRUISE", 22.0, ParamType.REAL32))
    commands.station.offer(*birth, *two.parameters(commands.station.now_s, theirs))
    turn(commands)
    panel.refresh()
    path = tmp_path / "copter.param"
    path.write_text("RTL_ALT,1600\nWPNAV_SPEED,1000\nWPNAV_RADIUS,250\nRPM1_TYPE,10\n")
    panel.file_acts.take_file(path)
    wait_until(lambda: (turn(commands), panel.edits.values)[1], what="changes")
    # nobody has RPM1_TYPE: an `_ENABLE` may bring it to light, so it is asked of all
    assert dict(panel.edits.values) == {"RTL_ALT": 1600.0, "WPNAV_RADIUS": 250.0, "RPM1_TYPE": 10.0}
    panel.ask_write()
    assert f"{two.key.id} gets 2 of them" in panel.strip.question.text()


def test_what_differs_is_searched_and_what_one_lacks_can_be_left_out(panel, commands):
    one, two = flying(1, 2)
    show(panel, commands, one, two)
    other = (*(msgspec.structs.replace(p, value=p.value + 1) for p in HELD[:3]), Parameter("ONLY_TWO", 1.0))
    commands.station.offer(*two.parameters(commands.station.now_s, other))
    panel.refresh()
    panel.tabs.setCurrentIndex(1)
    table = panel.compare
    assert "ONLY_TWO" in [row.name for row in table.model.rows]
    table.in_all.click()
    assert [row.name for row in table.model.rows] == ["RTL_ALT", "RTL_SPEED", "WPNAV_SPEED"]
    table.text_box.setText("rtl")
    assert [row.name for row in table.model.rows] == ["RTL_ALT", "RTL_SPEED"]
    assert table.number.text().startswith("2 of ")


def test_the_past_shows_all_that_are_selected_with_their_descriptions(commands, access, app, tmp_path):
    one, two = flying(1, 2)
    commands.hear(one, two)
    path = tmp_path / "apm.pdef.json"
    path.write_text(json.dumps(FACTS))
    access.keep_facts(path, commands.station.feed.fleet.get(one.key).info)
    other = tuple(msgspec.structs.replace(p, value=9.0) for p in HELD)
    commands.station.offer(*one.parameters(commands.station.now_s, HELD))
    commands.station.offer(*two.parameters(commands.station.now_s, other))
    commands.select(one, two)
    panel = PastParameters(commands.station.feed, commands.selection, access)
    panel.show()
    panel.refresh()
    assert panel.name.text() == "2 vehicles"
    wait_until(lambda: (turn(commands), any(row.facts for row in panel.browser.rows))[1], what="metadata")
    [row] = [row for row in panel.browser.rows if row.name == "RTL_ALT"]
    assert (row.value, row.facts.short) == ("1500 | 9", "Return altitude")
    panel.close()
    panel.deleteLater()


OWN = lzma.compress(
    json.dumps({"parameters": [{"name": "RTL_ALT", "type": "Int32", "shortDesc": "Height of a return", "units": "cm"}]})
    .encode()
)  # fmt: skip


def asked_for_own(commands):
    found = [payloads.decode_request(SyncRequest, one.payload) for one in commands.bus.sent if "sync/req" in one.topic]
    return sum(one.metadata for one in found)


def tell_own(commands, vehicle, meta):
    commands.station.offer(vehicle.wrap(topics.vehicle(vehicle.key, topics.PAR_META), meta, commands.station.now_s))


def test_what_a_vehicle_itself_tells_is_asked_for_once_kept_and_shown(panel, commands, tmp_path):
    one, two = flying(1, 2)
    name = crc_text(crc_of(OWN))
    commands.hear(one, two)
    for vehicle in (one, two):
        commands.station.offer(*vehicle.parameters(commands.station.now_s, HELD, meta=name))
    commands.select(one, two)

    def turned():
        turn(commands)
        panel.refresh()
        return asked_for_own(commands)

    wait_until(turned, what="a question to the bridge")
    for _ in range(5):
        turned()
    assert asked_for_own(commands) == 1, "one of two with the same file"
    tell_own(commands, one, ParamMeta(crc=name, data=OWN))
    wait_until(lambda: (turned(), any(row.facts for row in panel.browser.rows))[1], what="metadata")
    [row] = [row for row in panel.browser.rows if row.name == "RTL_ALT"]
    assert (row.facts.short, row.facts.unit) == ("Height of a return", "cm")
    assert (tmp_path / "facts" / f"own-{name}").read_bytes() == OWN
    # a file that somebody keeps for the firmware counts before it
    facts_of_file = tmp_path / "apm.pdef.json"
    facts_of_file.write_text(json.dumps(FACTS))
    panel.file_acts.take_facts(facts_of_file, commands.station.feed.fleet.get(one.key).info)

    def short():
        turned()
        return [row.facts.short for row in panel.browser.rows if row.name == "RTL_ALT" and row.facts]

    wait_until(lambda: short() == ["Return altitude"], what="the file")
    assert asked_for_own(commands) == 1


@pytest.mark.parametrize("data", [b"no metadata", OWN + b"x", lzma.compress(b"[]")])
def test_what_comes_damaged_is_told_and_neither_kept_nor_asked_for_again(panel, commands, tmp_path, data):
    [vehicle] = flying(1)
    name = crc_text(crc_of(OWN) if data.startswith(OWN) else crc_of(data))
    commands.hear(vehicle)
    commands.station.offer(*vehicle.parameters(commands.station.now_s, HELD, meta=name))
    commands.select(vehicle)

    def turned():
        turn(commands)
        panel.refresh()
        return asked_for_own(commands)

    wait_until(turned, what="a question to the bridge")
    tell_own(commands, vehicle, ParamMeta(crc=name, data=data))
    wait_until(lambda: (turned(), commands.notices)[1], what="a notice")
    commands.station.now_s += 2 * ASK_AGAIN_S
    for _ in range(5):
        assert turned() == 1
    assert not (tmp_path / "facts").exists()


def test_a_name_that_is_no_crc_names_no_file_and_is_not_asked_for(panel, commands, tmp_path):
    [vehicle] = flying(1)
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "own-x").write_bytes(OWN)
    looked, access = [], panel._facts._access
    panel._facts._access = access._replace(
        facts=lambda info, own: (access.facts(info, own), looked.append(own))[0]
    )  # fmt: skip
    commands.hear(vehicle)
    commands.station.offer(*vehicle.parameters(commands.station.now_s, HELD, meta="x"))
    commands.select(vehicle)
    wait_until(lambda: (turn(commands), panel.refresh(), looked)[2], what="a look at the disk")
    for _ in range(5):
        turn(commands)
        panel.refresh()
    assert asked_for_own(commands) == 0
    assert not any(row.facts for row in panel.browser.rows)


def test_while_an_order_runs_there_is_room_for_the_button_that_stops_it(panel, commands):
    [vehicle] = flying(1)
    show(panel, commands, vehicle)
    panel.resize(340, 800)
    type_into(panel, "WPNAV_SPEED", "700")
    QTest.mouseClick(panel.strip.read, Qt.MouseButton.LeftButton)
    panel.refresh()
    strip = panel.strip
    assert [one.isHidden() for one in (strip.write, strip.read, strip.discard, strip.cancel)] == [
        True, True, True, False,
    ]  # fmt: skip


__all__ = ["OURS", "VehicleKind"]
