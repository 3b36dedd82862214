# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from groundstation.fleet.commands import Role, Verb
from groundstation.transport.bus import BusState
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.main_window import MainWindow
from tests.ui.support.commanding import THEIRS, ToldVehicle, flying, grounded

ROLE = Role.OPERATOR


@pytest.fixture
def strip(window):
    return window.top_bar.emergency


def addressed(commands, verb):
    return [vehicle for vehicle, _ in commands.requests(verb)]


def press(window, keys, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window.focusWidget() or window, keys, modifiers)


def test_a_click_sends_one_request_to_each_armed_vehicle_and_none_to_a_disarmed_one(window, strip, commands):
    up, down = flying(1, 2), grounded(3)
    commands.hear(*up, *down)
    window.selection.select(tuple(one.key for one in (*up, *down)))
    QTest.mouseClick(strip.buttons[Verb.HOLD], Qt.MouseButton.LeftButton)
    assert sorted(addressed(commands, Verb.HOLD)) == ["uav-01", "uav-02"]
    commands.station.pass_time(0.5)
    assert len(commands.requests()) == 2
    [words] = window.floating.notices.texts
    assert words == "Hold sent to 2 vehicles: uav-01, uav-02. Left out: uav-03 (it is not armed)."


@pytest.mark.parametrize(
    ("key", "verb"), [(Qt.Key.Key_F5, Verb.HOLD), (Qt.Key.Key_F6, Verb.RTL), (Qt.Key.Key_F7, Verb.LAND)]
)
def test_each_verb_has_a_key_for_the_selection_and_with_shift_for_all(window, commands, app, key, verb):
    up = flying(1, 2, 3)
    commands.hear(*up, *grounded(4))
    window.selection.select((up[1].key,))
    window.activateWindow()
    app.processEvents()
    window.panel(FleetPanel).focus_filter()
    press(window, key)
    assert addressed(commands, verb) == ["uav-02"]
    press(window, key, Qt.KeyboardModifier.ShiftModifier)
    assert sorted(addressed(commands, verb)) == ["uav-01", "uav-02", "uav-02", "uav-03"]


def test_a_key_works_while_something_waits_for_confirmation(window, commands, app):
    [up] = flying(1)
    commands.hear(up)
    window.selection.select((up.key,))
    window.activateWindow()
    window.desk.ask(Verb.FORCE_DISARM, (up.key,))
    app.processEvents()
    window.floating.sheet.confirm.type_box.setFocus()
    press(window, Qt.Key.Key_F5)
    assert addressed(commands, Verb.HOLD) == ["uav-01"]
    assert addressed(commands, Verb.FORCE_DISARM) == []


def test_the_targets_are_written_on_the_strip(window, strip, commands):
    up = flying(1, 2, 3)
    commands.hear(*up, *grounded(4))
    strip.refresh()
    assert (strip.selected.text(), strip.all.text()) == ("none selected", "all 3")
    window.selection.select((up[0].key,))
    assert strip.selected.text() == "uav-01"
    window.selection.select((up[0].key, up[1].key))
    assert strip.selected.text() == "2 selected"
    strip.all.click()
    QTest.mouseClick(strip.buttons[Verb.RTL], Qt.MouseButton.LeftButton)
    assert sorted(addressed(commands, Verb.RTL)) == ["uav-01", "uav-02", "uav-03"]


def test_with_nothing_selected_nothing_is_sent_and_that_is_said(window, strip, commands):
    commands.hear(*flying(1))
    strip.refresh()
    assert "none is selected" in strip.buttons[Verb.HOLD].toolTip()
    assert strip.buttons[Verb.HOLD].property("dim") is True
    QTest.mouseClick(strip.buttons[Verb.HOLD], Qt.MouseButton.LeftButton)
    assert commands.requests() == []
    assert window.floating.notices.texts == ["Hold: nobody to send it to."]


def test_who_is_in_control_does_not_matter(window, strip, commands):
    [up] = flying(1)
    commands.hear(up, owner=THEIRS)
    window.selection.select((up.key,))
    QTest.mouseClick(strip.buttons[Verb.LAND], Qt.MouseButton.LeftButton)
    assert addressed(commands, Verb.LAND) == ["uav-01"]


def test_without_a_broker_the_strip_says_why(window, strip, commands, monkeypatch):
    [up] = flying(1)
    commands.hear(up)
    window.selection.select((up.key,))
    lost = type(commands.bus.status)(state=BusState.LOST)
    monkeypatch.setattr(type(commands.bus), "status", lost)
    QTest.mouseClick(strip.buttons[Verb.HOLD], Qt.MouseButton.LeftButton)
    assert commands.requests() == []
    assert window.floating.notices.texts == ["Hold: nothing was sent. uav-01 (the broker is away)."]


def test_a_replay_is_not_among_all(window, strip, commands):
    commands.hear(*flying(1), ToldVehicle(2, root="replay"))
    strip.refresh()
    assert strip.all.text() == "all 1"


def test_killing_the_motors_needs_a_word_that_is_typed(window, strip, commands):
    [up] = flying(1)
    commands.hear(up)
    window.selection.select((up.key,))
    strip.kill.click()
    sheet = window.floating.sheet
    assert commands.requests() == []
    for wrong in ("", "uav-01", "1", "kill", "kill 2"):
        sheet.confirm.type_box.setText(wrong)
        assert not sheet.confirm.button.isEnabled()
    sheet.confirm.type_box.setText("Kill  1 ")
    commands.station.pass_time(1.0)
    QTest.mouseClick(sheet.confirm.button, Qt.MouseButton.LeftButton)
    assert addressed(commands, Verb.FORCE_DISARM) == ["uav-01"]


def test_the_strip_stays_whole_in_a_narrow_window(window, strip, commands, app):
    commands.hear(*flying(*range(1, 13)))
    for width in (900, 1024, 1280, 1440, 2560):
        window.resize(width, 800)
        app.processEvents()
        window.top_bar.refresh()
        app.processEvents()
        for button in (*strip.buttons.values(), strip.selected, strip.all, strip.kill):
            assert button.width() >= button.sizeHint().width()
        assert width < 1000 or window.top_bar.live.geometry().right() <= width


def test_a_window_without_orders_has_no_strip(station, settings):
    window = MainWindow(station.feed, settings)
    assert window.top_bar.emergency is None
    assert not [menu for menu in window.findChildren(QMenu) if "Commands" in menu.title()]
    window.close()
