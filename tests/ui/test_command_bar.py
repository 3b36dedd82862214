# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from groundstation.fleet.commands import CommandState, Reason, Role, Verb
from groundstation.fleet.control import ControlAction
from groundstation.fleet.verbs import TRANSFER_VERBS
from groundstation.ui.command_bar.command_bar import CommandBar
from groundstation.ui.command_bar.selection_bar import SelectionBar
from groundstation.ui.commanding.verb_menus import EVERY, fill_verbs
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from tests.ui.support.commanding import THEIRS, Commands, flying, grounded

LEFT = Qt.MouseButton.LeftButton
EVIL = "<img src=x><b>bold</b>"


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def bar(commands, app):
    made = CommandBar(commands.desk)
    made.resize(360, 160)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def show(commands, bar, *vehicles):
    bar.set_keys([one.key for one in vehicles])
    bar.refresh()


def given(commands, bar, vehicle, verb=Verb.HOLD):
    """A command that went out."""
    commands.desk.give([vehicle.key], verb, {})
    [(_, request)] = commands.requests(verb)
    bar.refresh()
    return request


def report(commands, bar, vehicle, request, state, step=0, **fields):
    commands.station.offer(vehicle.report(commands.station.now_s, request, state, step, **fields))
    bar.refresh()


def test_the_buttons_are_what_the_vehicle_can_do_now(commands, bar):
    [up], [down] = flying(1), grounded(2)
    commands.hear(up, down)
    show(commands, bar, up)
    assert {button.verb: button.reason for button in bar.verb_buttons} == {
        Verb.DISARM: "it is flying",
        Verb.TAKEOFF: "it is flying",
        Verb.GOTO: "",
        Verb.MODE: "",
        Verb.MISSION_PAUSE: "",
        Verb.HOLD: "",
        Verb.RTL: "",
        Verb.LAND: "",
    }
    show(commands, bar, down)
    reasons = {button.verb: button.reason for button in bar.verb_buttons}
    assert reasons[Verb.ARM] == reasons[Verb.TAKEOFF] == reasons[Verb.MISSION_START] == ""
    assert reasons[Verb.HOLD] == reasons[Verb.LAND] == "it is not armed"
    assert reasons[Verb.GOTO] == "it is not flying"


def test_a_button_that_cannot_be_used_says_why_to_mouse_keyboard_and_screen_reader(commands, bar):
    [up] = flying(1)
    commands.hear(up)
    show(commands, bar, up)
    button = bar.buttons[Verb.TAKEOFF]
    assert "it is flying" in button.toolTip()
    assert "it is flying" in button.accessibleDescription()
    bar.activateWindow()
    QApplication.processEvents()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.hasFocus()
    assert bar.progress.detail.text() == "Take off: it is flying"
    bar.buttons[Verb.GOTO].setFocus(Qt.FocusReason.TabFocusReason)
    assert bar.progress.detail.text() == ""
    button.setFocus(Qt.FocusReason.TabFocusReason)
    bar.progress.explain("")
    QTest.mouseClick(button, LEFT)
    assert bar.progress.detail.text() == "Take off: it is flying"
    assert commands.requests() == []


def test_every_verb_of_the_vehicle_is_on_a_button_or_in_the_menu(commands, bar):
    [up] = flying(1)
    commands.hear(up)
    show(commands, bar, up)
    menu = QMenu()
    fill_verbs(menu, commands.desk, [up.key])
    found = set()
    for action in [*menu.actions(), *(one for sub in menu.findChildren(QMenu) for one in sub.actions())]:
        if action.data():
            found.add(Verb(action.data()))
    assert found == set(EVERY) == set(Verb) - {Verb.UNKNOWN, Verb.CANCEL, *TRANSFER_VERBS}
    texts = {action.data(): action.text() for action in menu.actions()}
    assert texts["takeoff"] == "Take off…\tit is flying"


def test_another_station_in_control_is_a_reason_but_not_against_emergency_verbs(commands, bar):
    [up] = flying(1)
    commands.hear(up, owner=THEIRS)
    show(commands, bar, up)
    assert bar.buttons[Verb.GOTO].reason == "mehmet at gs-2 is in control"
    assert bar.buttons[Verb.LAND].reason == ""


def test_progress_is_shown_where_it_was_given_up_to_calm(commands, bar):
    [up] = flying(1)
    commands.hear(up)
    show(commands, bar, up)
    request = given(commands, bar, up, Verb.LAND)
    line = bar.progress
    assert line.words.text() == "Land: sent"
    report(commands, bar, up, request, CommandState.IN_PROGRESS, 1, progress=0.45, detail="12 m to go")
    assert (line.words.text(), line.detail.text(), line.bar.share) == ("Land: in progress 45 %", "12 m to go", 0.45)
    report(commands, bar, up, request, CommandState.SUCCEEDED, 2)
    assert line.words.text().startswith("Land: landed ")
    assert line.bar.share is None
    assert ink(Ink.TEXT).name() in line.words.styleSheet()
    commands.station.pass_time(5.9)
    bar.refresh()
    assert ink(Ink.TEXT).name() in line.words.styleSheet()
    commands.station.pass_time(0.2)
    bar.refresh()
    assert ink(Ink.MUTED).name() in line.words.styleSheet()


def test_a_refusal_shows_the_vehicles_own_words_plainly_and_stays_until_dismissed(commands, bar):
    [up] = flying(1)
    commands.hear(up)
    show(commands, bar, up)
    request = given(commands, bar, up, Verb.LAND)
    fields = {"reason": Reason.VEHICLE_DENIED, "detail": "the vehicle denied it", "texts": (EVIL,)}
    report(commands, bar, up, request, CommandState.REJECTED, 1, **fields)
    line = bar.progress
    assert line.words.text().startswith("Land: refused")
    assert line.detail.text() == f"the vehicle denied it; {EVIL}"
    assert line.detail.textFormat() is Qt.TextFormat.PlainText
    assert "<b>" not in line.detail.toolTip()
    commands.station.pass_time(600.0)
    bar.refresh()
    assert ink(Ink.CAUTION).name() in line.words.styleSheet()
    QTest.mouseClick(line.button, LEFT)
    assert line.records == ()
    bar.refresh()
    assert line.records == ()


def test_what_is_under_way_can_be_cancelled(commands, bar):
    [up] = flying(1)
    commands.hear(up)
    show(commands, bar, up)
    request = given(commands, bar, up, Verb.LAND)
    report(commands, bar, up, request, CommandState.IN_PROGRESS, 1, progress=0.1)
    assert bar.progress.button.text() == "Cancel"
    QTest.mouseClick(bar.progress.button, LEFT)
    [(_, cancel)] = commands.requests(Verb.CANCEL)
    assert cancel.args == {"command": request.id}
    bar.refresh()
    assert bar.progress.words.text().startswith("Land:")


def test_commands_of_other_stations_are_shown_with_their_names(commands, bar):
    [up] = flying(1)
    commands.hear(up, owner=THEIRS)
    show(commands, bar, up)
    commands.desk.give([up.key], Verb.HOLD, {})
    [(_, request)] = commands.requests()
    foreign = type(request)(
        id="theirs", by=THEIRS, sid=request.sid, verb=Verb.RTL, ref_bms=0, ttl_ms=1,
    )  # fmt: skip
    commands.station.now_s += 1.0
    report(commands, bar, up, foreign, CommandState.ACCEPTED)
    assert bar.progress.words.text() == "Return: accepted"
    assert bar.progress.detail.text() == "mehmet at gs-2"


def test_several_have_a_bar_of_their_own_that_counts(commands, app):
    up = flying(1, 2, 3)
    commands.hear(*up)
    panel = SelectionBar(commands.desk)
    commands.select(up[0])
    assert panel.isHidden()
    commands.select(*up)
    assert not panel.isHidden()
    assert panel.title.text() == "3 vehicles: uav-01, uav-02, uav-03"
    panel.bar.buttons[Verb.HOLD].click()
    requests = commands.requests(Verb.HOLD)
    assert len(requests) == 3
    station = commands.station
    for vehicle, (_, request), state in zip(
        up, requests, (CommandState.SUCCEEDED, CommandState.SUCCEEDED, CommandState.REJECTED), strict=True
    ):
        station.offer(vehicle.report(station.now_s, request, state, 1, detail="no" if state == "rejected" else ""))
    panel.bar.refresh()
    assert panel.bar.progress.words.text() == "Hold: 2 holding, 1 refused"
    assert panel.bar.progress.detail.text() == "uav-03: no"
    panel.deleteLater()


def test_control_is_taken_and_released(commands, bar):
    [up] = flying(1)
    commands.hear(up, owner=None)
    show(commands, bar, up)
    assert bar.control.text.text() == "Nobody is in control"
    bar.control.take.click()
    assert [(vehicle, one.action) for vehicle, one in commands.wishes()] == [("uav-01", ControlAction.ACQUIRE)]
    commands.hear(up)
    bar.refresh()
    assert bar.control.text.text() == "You are in control"
    assert bar.control.take.isHidden()
    bar.control.release.click()
    assert commands.wishes()[-1][1].action is ControlAction.RELEASE


def test_force_needs_a_reason(commands, bar):
    [up] = flying(1)
    commands.hear(up, owner=THEIRS)
    show(commands, bar, up)
    assert bar.control.text.text() == "mehmet at gs-2 is in control"
    assert (bar.control.take.text(), bar.control.release.isHidden()) == ("Ask", True)
    bar.control.force.click()
    for too_short in ("", "  ", "x", " a b"[:2]):
        bar.control.reason.setText(too_short)
        assert not bar.control.take_by_force.isEnabled()
        bar.control.take_by_force.click()
    assert commands.wishes() == []
    bar.control.reason.setText("they fell  asleep")
    bar.control.take_by_force.click()
    [(_, wish)] = commands.wishes()
    assert (wish.action, wish.reason) == (ControlAction.FORCE, "they fell asleep")


def test_an_observer_can_do_nothing_and_is_told_so(station, app):
    commands = Commands(station, Role.OBSERVER)
    [up] = flying(1)
    commands.hear(up, owner=None)
    bar = CommandBar(commands.desk)
    bar.show()
    show(commands, bar, up)
    assert bar.control.text.text() == "This station only observes"
    assert bar.control.take.isHidden()
    assert bar.control.force.isHidden()
    assert {button.reason for button in bar.verb_buttons} == {"this station only observes"}
    for button in bar.verb_buttons:
        QTest.mouseClick(button, LEFT)
    for verb in EVERY:
        commands.desk.ask(verb, [up.key])
        commands.desk.emergency(Verb.HOLD, [up.key])
    assert (commands.requests(), commands.wishes()) == ([], [])
    assert all("only observes" in words for words in commands.notices)
    bar.close()
    bar.deleteLater()


def test_every_label_is_plain_text(commands, bar):
    assert all(one.textFormat() is Qt.TextFormat.PlainText for one in bar.findChildren(QLabel) if one.text())
