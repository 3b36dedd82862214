# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from groundstation.fleet.commands import Verb
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.focus import GUARDED, focus_keeper
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.palette.entries import Entry, folded, matching, plain
from groundstation.ui.palette.palette import MOST_ROWS
from groundstation.ui.plots.plots_panel import PlotsPanel
from tests.ui.support.commanding import flying
from tests.ui.support.windows import pinned_panel, settle


@pytest.fixture
def window(window, app):
    window.resize(1280, 720)
    window.activateWindow()
    settle(app)
    return window


@pytest.fixture
def palette(window, app):
    opened(window, app)
    return window.palette_box


def opened(window, app):
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    settle(app)
    assert window.palette_box.isVisible()


def find(palette, text):
    palette.box.setText(text)
    return [palette.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(palette.list.count())]


def press(palette, key):
    QTest.keyClick(palette.box, key)


def up(commands, window):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    window.selection.select((vehicle.key,))
    return vehicle


def test_every_panel_and_every_entry_of_every_menu_is_found_by_its_name(window, commands, app):
    vehicle = up(commands, window)
    pinned_panel(window, vehicle.key)
    opened(window, app)
    names = {(one.name, one.note) for one in window.palette_box._entries}
    panels = [("Fleet", "Alt+1"), ("Map", "Alt+2"), ("Vehicle: uav-01", "Alt+3"), ("Vehicle: uav-01 (pinned)", "")]
    wanted = [*panels, ("Filter the fleet", "Ctrl+F"), ("Subscribe…", "Ctrl+T"), ("Keyboard shortcuts", "F1")]
    wanted += [("Measure", "M"), ("Labels", "L"), ("Trails", ""), ("Hold: the selected", "F5"), ("Kill motors…", "")]
    assert [one for one in wanted if one not in names] == []
    shown = {plain(one.text()) for one in window.findChildren(QAction) if one in window.actions() and one.text()}
    assert shown - {one.name for one in window.palette_box._entries} == {"Vehicle"}


def test_a_panel_is_brought_and_given_the_keyboard(window, palette, app):
    window.dock("links").toggleView(False)
    find(palette, "link")
    press(palette, Qt.Key.Key_Return)
    settle(app)
    assert not palette.isVisible()
    assert window.dock("links").isAncestorOf(QApplication.focusWidget())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("reset", ["Reset layout"]),
        ("LAYOUT res", ["Reset layout"]),
        ("  screen   full ", ["Full screen"]),
        ("fılter", ["Filter the fleet"]),
        ("FİLTER", ["Filter the fleet"]),
        ("yok böyle bir şey", []),
    ],
)
def test_words_are_found_in_any_order_case_and_alphabet(palette, text, found):
    assert [one.name for one in find(palette, text)] == found


def test_turkish_letters_are_found_with_and_without_their_marks():
    assert [folded(word) for word in ("IŞIK", "ışık", "İĞNE", "Çağrı")] == ["isik", "isik", "igne", "cagri"]
    row = Entry("Işık ölç", "", "", is_enabled=True, is_command=False, run=lambda: None)
    for text in ("ışık", "isik", "ISIK", "olc ısık", "ÖLÇ"):
        assert matching([row], text) == [row]


def test_names_that_begin_so_come_first(palette):
    assert find(palette, "map")[0].name == "Map"
    assert [one.name for one in find(palette, "fleet")][:3] == ["Fleet", "Filter the fleet", "Show the whole fleet"]
    assert [one.name for one in find(palette, "arm")][:3] == ["Arm…", "Alarms", "Disarm…"]


def test_arrows_choose_and_pass_over_what_cannot_be_done(window, commands, app):
    up(commands, window)
    opened(window, app)
    palette = window.palette_box
    rows = find(palette, "arm")
    assert (rows[0].name, rows[0].note, rows[0].is_enabled) == ("Arm…", "it is armed already", False)
    assert palette.chosen() is None
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        press(palette, key)
        assert palette.chosen().is_enabled
    for _ in range(3):
        press(palette, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 1  # Arm and Disarm can't be done, and between them stand the alarms
    find(palette, "")
    press(palette, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    press(palette, Qt.Key.Key_PageDown)
    assert palette.list.currentRow() == 1 + MOST_ROWS
    for _ in range(20):
        press(palette, Qt.Key.Key_PageDown)
    assert palette.chosen().name == "About"


def test_what_is_disabled_does_nothing(window, commands, app):
    up(commands, window)
    opened(window, app)
    palette = window.palette_box
    find(palette, "take off")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        press(palette, key)
    item = palette.list.item(0)
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=palette.list.visualItemRect(item).center())
    assert palette.isVisible()
    assert commands.requests() == []
    assert window.floating.sheet.isHidden()


def test_an_order_is_chosen_by_hand_and_then_the_sheet_asks(window, commands, app):
    vehicle = up(commands, window)
    window.workspace.focus("map")
    opened(window, app)
    palette = window.palette_box
    find(palette, "kill motors")
    assert palette.chosen() is None
    press(palette, Qt.Key.Key_Return)
    assert palette.isVisible()
    press(palette, Qt.Key.Key_Down)
    press(palette, Qt.Key.Key_Return)
    settle(app)
    assert not palette.isVisible()
    assert not window.floating.sheet.isHidden()
    assert window.floating.sheet.draft.verb is Verb.FORCE_DISARM
    assert window.floating.sheet.draft.keys == (vehicle.key,)
    assert commands.requests() == []
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert window.floating.sheet.isHidden()
    assert QApplication.focusWidget() is window.panel(MapPanel).view


def test_what_flies_at_once_is_never_one_enter_away(window, commands, app):
    up(commands, window)
    opened(window, app)
    for text in ("hold", "land", "return", "photo", "hold all", "take control", "keep it"):
        assert find(window.palette_box, text)[0].is_command
        press(window.palette_box, Qt.Key.Key_Return)
        assert window.palette_box.isVisible()
    assert (commands.requests(), commands.wishes()) == ([], [])
    find(window.palette_box, "hold: ")
    press(window.palette_box, Qt.Key.Key_Down)
    assert window.palette_box.chosen().name == "Hold: the selected"
    press(window.palette_box, Qt.Key.Key_Return)
    assert [request.verb for _, request in commands.requests()] == [Verb.HOLD]


def test_it_remembers_nothing(window, palette, app):
    find(palette, "remove all plots")
    press(palette, Qt.Key.Key_Return)
    opened(window, app)
    assert palette.box.text() == ""
    assert palette.chosen().name == "Fleet"


def test_an_enter_that_was_held_from_before_does_nothing(window, palette, app):
    find(palette, "add vehicle panel")
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(palette.box, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, none, "", True))
    assert palette.isVisible()
    press(palette, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert "vehicle-2" in window.workspace.docks


@pytest.mark.parametrize("way", [Qt.Key.Key_Escape, Qt.Key.Key_K])
def test_closing_it_gives_the_keyboard_back(window, app, way):
    box = window.panel(FleetPanel).filter_box
    box.setFocus()
    settle(app)
    opened(window, app)
    assert QApplication.focusWidget() is window.palette_box.box
    control = Qt.KeyboardModifier.ControlModifier if way == Qt.Key.Key_K else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(window.palette_box.box, way, control)
    settle(app)
    assert not window.palette_box.isVisible()
    assert QApplication.focusWidget() is box


def test_it_does_not_give_the_keyboard_back_to_what_commands(window, commands, app):
    up(commands, window)
    window.workspace.focus("map")
    focus_keeper().give(window.top_bar.emergency.buttons[Verb.LAND])
    opened(window, app)
    press(window.palette_box, Qt.Key.Key_Escape)
    settle(app)
    held = QApplication.focusWidget()
    assert held is window.panel(MapPanel).view
    assert not held.property(GUARDED)
    QTest.keyClick(held, Qt.Key.Key_Space)
    assert commands.requests() == []


def test_a_click_beside_it_closes_it(window, palette, app):
    plots = window.panel(PlotsPanel)
    plots.span_box.setFocus(Qt.FocusReason.MouseFocusReason)
    settle(app)
    assert not palette.isVisible()
    assert QApplication.focusWidget() is plots.span_box


def test_the_emergency_keys_work_while_it_is_open(window, commands, app):
    up(commands, window)
    opened(window, app)
    press(window.palette_box, Qt.Key.Key_F5)
    assert [request.verb for _, request in commands.requests()] == [Verb.HOLD]
    assert window.palette_box.isVisible()


def test_escape_closes_it_and_not_the_order_below_it(window, commands, app):
    vehicle = up(commands, window)
    window.desk.ask(Verb.LAND, (vehicle.key,))
    settle(app)
    opened(window, app)
    press(window.palette_box, Qt.Key.Key_Escape)
    settle(app)
    assert not window.palette_box.isVisible()
    assert not window.floating.sheet.isHidden()


def test_names_from_outside_stay_plain(window, commands, app):
    evil = "<b>x</b>&y"
    vehicle = up(commands, window)
    panel = pinned_panel(window, vehicle.key)
    panel.setWindowTitle(evil)
    opened(window, app)
    find(window.palette_box, "<b>")
    assert window.palette_box.chosen().name == f"Vehicle: {evil}"
    find(window.palette_box, evil * 20)
    texts = [one for one in window.palette_box.findChildren(QLabel) if "<b>" in one.text()]
    assert texts == []
    window.palette_box.grab()


@pytest.mark.parametrize("size", [(900, 600), (1280, 720), (1440, 900)])
def test_it_stands_over_the_panels_and_leaves_the_emergency_strip_free(window, app, size):
    window.resize(*size)
    settle(app)
    opened(window, app)
    for text in ("", "zzz", "map"):
        find(window.palette_box, text)
        settle(app)
        place = window._over.geometry()
        assert place.top() > window.top_bar.geometry().bottom()
        assert window.centralWidget().rect().contains(place)
        assert window._over.rect().contains(window.palette_box.geometry())


def test_a_window_that_moved_over_it_is_left_alone(window, app):
    above = QWidget()
    window._over._windows = lambda: [above]
    above.setGeometry(window.geometry())
    above.show()
    before = above.pos()
    opened(window, app)
    assert above.pos() == before
    above.deleteLater()


def test_a_window_that_only_looks_has_a_palette_without_orders(station, settings, app):
    made = MainWindow(station.feed, settings)
    made.show()
    made.palette_box.toggle()
    assert not any(one.is_command for one in made.palette_box._entries)
    assert {"Fleet", "Map", "Measure"} <= {one.name for one in made.palette_box._entries}
    made.leave()
    made.deleteLater()


def test_a_key_of_the_window_works_in_a_panel_with_a_window_of_its_own(window, app):
    dock = window.dock("messages")
    dock.setFloating()
    settle(app)
    box = next(one for one in dock.findChildren(QWidget) if one.accessibleName() == "Filter messages")
    dock.window().activateWindow()
    box.setFocus()
    settle(app)
    QTest.keyClick(box, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_box.isVisible()
    assert QPoint(0, 0) != window._over.pos()
