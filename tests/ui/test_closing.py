# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from groundstation.fleet.commands import Role, Verb
from groundstation.ui.closing import CloseQuestion
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.main_window import MainWindow
from tests.ui.support.commanding import THEIRS, Commands, flying, grounded


def close_by_hand(window, app):
    """What Alt+F4 and the cross in the title do."""
    window.windowHandle().close()
    app.processEvents()


def questions(window):
    return [one for one in window.findChildren(CloseQuestion) if one.isVisible()]


def test_closing_asks_while_armed_vehicles_are_in_our_hands_and_names_them(window, commands, app):
    commands.hear(*flying(1, 2))
    commands.hear(*grounded(3))
    commands.hear(*flying(4), owner=THEIRS)
    close_by_hand(window, app)
    assert window.isVisible()
    [question] = questions(window)
    words = question.text.text()
    assert "uav-01, uav-02" in words
    assert "uav-03" not in words
    assert "uav-04" not in words


@pytest.mark.parametrize("how", ["stay", "escape", "cross"])
def test_staying_is_what_a_stray_key_does(window, commands, app, how):
    commands.hear(*flying(1))
    close_by_hand(window, app)
    [question] = questions(window)
    if how == "cross":
        question.windowHandle().close()
    else:
        QTest.keyClick(question, Qt.Key.Key_Escape if how == "escape" else Qt.Key.Key_Return)
    app.processEvents()
    assert window.isVisible()
    assert questions(window) == []


def test_confirmed_it_closes_and_remembers(window, commands, app, settings):
    commands.hear(*flying(1))
    window.panel(FleetPanel).set_filter("flying")
    close_by_hand(window, app)
    QTest.mouseClick(questions(window)[0].leave, Qt.MouseButton.LeftButton)
    app.processEvents()
    assert not window.isVisible()
    assert settings.value("fleet/filter") == "flying"


def test_asked_twice_there_is_one_question(window, commands, app):
    commands.hear(*flying(1))
    close_by_hand(window, app)
    close_by_hand(window, app)
    assert len(questions(window)) == 1


def test_emergency_keys_work_while_it_asks(window, commands, app):
    [up] = flying(1)
    commands.hear(up)
    window.selection.select((up.key,))
    close_by_hand(window, app)
    [question] = questions(window)
    question.activateWindow()
    QTest.keyClick(question, Qt.Key.Key_F5)
    assert [verb.verb for _, verb in commands.requests()] == [Verb.HOLD]


def test_with_nobody_in_the_air_in_our_hands_it_closes_at_once(window, commands, app):
    commands.hear(*grounded(1, 2))
    commands.hear(*flying(3), owner=THEIRS)
    close_by_hand(window, app)
    assert not window.isVisible()


def test_what_ends_it_without_a_hand_is_not_asked(window, commands, app, settings):
    commands.hear(*flying(1))
    window.panel(FleetPanel).set_filter("armed")
    window.leave()
    assert not window.isVisible()
    assert settings.value("fleet/filter") == "armed"
    assert questions(window) == []


def test_an_observer_is_not_asked(station, settings, app):
    commands = Commands(station, Role.OBSERVER)
    commands.hear(*flying(1), owner=THEIRS)
    made = MainWindow(station.feed, settings, commands.orders)
    made.show()
    close_by_hand(made, app)
    assert not made.isVisible()
    made.deleteLater()
