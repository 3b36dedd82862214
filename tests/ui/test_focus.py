# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from PySide6QtAds import ads

from groundstation.fleet.commands import Verb
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.focus import GUARDED, focus_keeper
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.panels import PANELS
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.support.waiting import wait_until
from tests.ui.support.commanding import flying, grounded
from tests.ui.support.windows import by_key, settle

NAMES = [row.name for row in PANELS if row.name not in ("logbook", "refly")]


@pytest.fixture
def window(window, commands, app):
    window.resize(1440, 900)
    commands.hear(*flying(1, 2), *grounded(3))
    window.selection.select((flying(1)[0].key, flying(2)[0].key))
    window.activateWindow()
    settle(app)
    return window


def wait_for(is_true):
    """Turn Qt's loop until something is so: a window system answers when it likes."""
    wait_until(lambda: (QApplication.processEvents(), is_true())[1])


def press(key):
    target = QApplication.focusWidget() or QApplication.activeWindow()
    if target is not None:
        QTest.keyClick(target, key)
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


def is_guarded(widget):
    return widget is not None and bool(widget.property(GUARDED))


def detach(window, name):
    window.dock(name).setFloating()


def dock_again(window, name):
    dock = window.dock(name)
    dock.setFloating()
    QApplication.processEvents()
    window.workspace.manager.addDockWidget(ads.DockWidgetArea.RightDockWidgetArea, dock)


def close_and_reopen(window, name):
    window.dock(name).toggleView(False)
    QApplication.processEvents()
    window.dock(name).toggleView(True)


def detach_and_close(window, name):
    window.dock(name).setFloating()
    QApplication.processEvents()
    window.dock(name).toggleView(False)


LAYOUT = {
    "detach": detach,
    "dock": dock_again,
    "close": lambda window, name: window.dock(name).toggleView(False),
    "close and open from View": close_and_reopen,
    "detach and close": detach_and_close,
    "reset": lambda window, name: window.workspace.reset(),
    "reset after detaching": lambda window, name: (window.dock(name).setFloating(), window.workspace.reset()),
    "another vehicle panel": lambda window, name: by_key(window, "Ctrl+P").trigger(),
    "another tab": lambda window, name: window.dock("links").setAsCurrentTab(),
    "full screen": lambda window, name: window.toggle_full_screen(),
}


SOME = ("fleet", "map", "vehicle", "plots", "commands")
"""One of each place, and those with buttons that command."""
OF_ALL = frozenset({"detach", "close"})


@pytest.mark.parametrize("action", LAYOUT)
@pytest.mark.long
def test_no_change_of_the_layout_puts_the_keyboard_on_what_commands(window, commands, app, action):
    # bringing back a layout is half a second of work
    for name in NAMES if action in OF_ALL else SOME:
        window.workspace.focus(name)
        settle(app)
        LAYOUT[action](window, name)
        settle(app)
        held = QApplication.focusWidget()
        assert not is_guarded(held), (name, held.accessibleName())
        for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            press(key)
            settle(app)
        assert commands.requests() == []
        assert commands.wishes() == []
        assert window.floating.sheet.isHidden()
        window.workspace.reset()
        window.showNormal()
        window.activateWindow()
        settle(app)


@pytest.mark.long
def test_a_panel_that_is_detached_keeps_the_keyboard(window, app):
    for name in [name for name in NAMES if name != "vehicle"]:  # off-screen, QAds hides that window again
        window.activateWindow()
        wait_for(window.isActiveWindow)
        window.workspace.focus(name)
        wait_for(lambda: QApplication.focusWidget() is not None)
        used = QApplication.focusWidget()
        detach(window, name)
        wait_for(lambda used=used: used.window().focusWidget() is used)
        assert used.window() is not window
        window.workspace.reset()
        settle(app)


@pytest.mark.long
def test_closing_another_panel_leaves_the_keyboard_where_it_was(window, app):
    window.workspace.focus("map")
    for name in ("messages", "vehicle", "plots"):
        window.dock(name).toggleView(False)
        settle(app)
        assert QApplication.focusWidget() is window.panel(MapPanel).view
    window.workspace.reset()
    settle(app)
    assert QApplication.focusWidget() is window.panel(MapPanel).view


def test_a_closed_panel_gives_the_keyboard_to_what_was_used_before(window, app):
    window.workspace.focus("map")
    window.workspace.focus("plots")
    settle(app)
    window.dock("plots").toggleView(False)
    settle(app)
    assert QApplication.focusWidget() is window.panel(MapPanel).view


def test_the_emergency_buttons_are_reached_by_tab_and_then_obey_space(window, commands, app):
    strip = window.top_bar.emergency
    window.panel(SensorsPanel).hide()
    focus_keeper().give(window.panel(FleetPanel).filter_box)
    for _ in range(200):
        press(Qt.Key.Key_Backtab)
        settle(app)
        if QApplication.focusWidget() is strip.buttons[Verb.HOLD]:
            break
    assert QApplication.focusWidget() is strip.buttons[Verb.HOLD]
    press(Qt.Key.Key_Space)
    assert [verb for _, verb in requested(commands)] == [Verb.HOLD, Verb.HOLD]


def requested(commands):
    return [(name, request.verb) for name, request in commands.requests()]


def test_a_click_on_what_commands_leaves_the_keyboard_where_it_was(window, commands, app):
    window.workspace.focus("map")
    strip, bar = window.top_bar.emergency, window.panel(VehiclePanel).commands
    for button in (*strip.buttons.values(), strip.selected, *bar.verb_buttons, bar.control.take):
        if button.isVisible():
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            window.floating.sheet.cancel()
            settle(app)
            assert QApplication.focusWidget() is window.panel(MapPanel).view, button.accessibleName()


def every_guarded(window):
    return [one for one in window.findChildren(QAbstractButton) if one.property(GUARDED)]


def test_no_button_that_commands_takes_the_keyboard_that_a_program_gives_it(window, commands, app):
    for button in every_guarded(window):
        if not button.isVisible():
            continue
        window.workspace.focus("map")
        button.setFocus(Qt.FocusReason.OtherFocusReason)
        press(Qt.Key.Key_Space)
        settle(app)
        assert QApplication.focusWidget() is window.panel(MapPanel).view
        assert commands.requests() == []
        assert not button.isChecked() or button is window.top_bar.emergency.selected


def test_every_button_that_can_command_is_guarded(window, commands, app):
    window.desk.ask(Verb.LAND, window.selection.keys)
    window.desk.ask(Verb.FORCE_DISARM, window.selection.keys)
    settle(app)
    sheet = window.floating.sheet
    bar, strip = window.panel(FleetPanel).commands.bar, window.top_bar.emergency
    wanted = [*bar.verb_buttons, bar.more, bar.progress.button, *strip.buttons.values(), strip.kill, strip.all]
    wanted += [bar.control.take, bar.control.release, bar.control.force, bar.control.take_by_force]
    wanted += [sheet.confirm.button, window.panel(CommandsPanel).matrix.retry, window.panel(CommandsPanel).matrix.stop]
    assert [one for one in wanted if not one.property(GUARDED)] == []


def test_a_space_bar_that_was_down_before_presses_nothing(window, commands, app):
    hold = window.top_bar.emergency.buttons[Verb.HOLD]
    window.workspace.focus("map")
    QTest.keyPress(window.panel(MapPanel).view, Qt.Key.Key_Space)
    focus_keeper().give(hold)
    QTest.keyRelease(hold, Qt.Key.Key_Space)
    assert commands.requests() == []
    QTest.keyPress(hold, Qt.Key.Key_Space)
    QTest.keyRelease(hold, Qt.Key.Key_Space)
    assert len(commands.requests(Verb.HOLD)) == 2


def test_a_window_that_comes_back_to_the_front_does_not_obey_a_stray_space(window, commands, app):
    focus_keeper().give(window.top_bar.emergency.buttons[Verb.LAND])
    other = QLineEdit()
    other.show()
    other.activateWindow()
    settle(app)
    other.close()
    window.activateWindow()
    settle(app)
    press(Qt.Key.Key_Space)
    assert commands.requests() == []
    other.deleteLater()


def test_alt_b_reaches_the_buttons_of_the_vehicle(window, app):
    by_key(window, "Alt+B").trigger()
    settle(app)
    assert QApplication.focusWidget() is window.panel(VehiclePanel).commands.arm


def test_a_mouse_held_button_lets_go_when_its_window_loses_the_keyboard(window, commands, app):
    window.desk.ask(Verb.ARM, (grounded(3)[0].key,))
    button = window.floating.sheet.confirm.button
    QTest.mousePress(button, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    commands.station.pass_time(0.5)
    other = QLineEdit()
    other.show()
    other.activateWindow()
    settle(app)
    commands.station.pass_time(2.0)
    assert commands.requests() == []
    other.close()
    other.deleteLater()
