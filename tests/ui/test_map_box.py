# SPDX-License-Identifier: Apache-2.0
"""A box with Shift selects vehicles; the menu of a place measures and copies."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from groundstation.ui.map_panel.box_select import LEAST_PX
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.measure_tool import MeasureTool
from groundstation.ui.selection import Selection
from groundstation.ui.units import place_copied, place_shown
from tests.ui.support.commanding import flying
from tests.ui.support.windows import settle

LEFT = Qt.MouseButton.LeftButton
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(station, commands, app):
    made = MapPanel(MapContext(station.feed, commands.selection, commands.desk))
    made.resize(800, 600)
    made.show()
    fleet = flying(1, 2, 3, 4, 5)
    for one, centre in zip(fleet, ((0, -900), (0, -300), (0, 300), (10, 305), (0, 900)), strict=True):
        one.centre, one.radius, one.speed, one.phase = centre, 0.001, 0.001, 0.0
    commands.hear(*fleet)
    made.view.refresh(station.now_s)
    made.fit_fleet()
    settle(app)
    made.grab()
    yield made
    made.close()
    made.deleteLater()


def at(panel, number):
    found = {one.key.id: panel.view.camera.screen(one.x_m, one.y_m) for one in panel.view.marks}
    return tuple(round(one) for one in found[f"uav-0{number}"])


def draw(panel, start, end, modifiers=SHIFT):
    view = panel.view.viewport()
    QTest.mousePress(view, LEFT, modifiers, QPoint(*start))
    QTest.mouseMove(view, QPoint((start[0] + end[0]) // 2, (start[1] + end[1]) // 2))
    QTest.mouseMove(view, QPoint(*end))
    panel.grab()
    QTest.mouseRelease(view, LEFT, modifiers, QPoint(*end))


def chosen(commands):
    return sorted(key.id for key in commands.selection.keys)


def around(panel, *numbers):
    places = [at(panel, number) for number in numbers]
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return (min(xs) - 20, min(ys) - 40), (max(xs) + 20, max(ys) + 40)


def test_a_box_selects_who_is_in_it_also_in_a_disc_and_moves_nothing(panel, commands):
    assert panel.view.frame().clusters
    before = panel.view.view_state()
    draw(panel, *around(panel, 2, 3))
    assert chosen(commands) == ["uav-02", "uav-03", "uav-04"]
    assert panel.view.view_state() == before
    # from any corner, and what was selected before is not any more
    draw(panel, *reversed(around(panel, 1)))
    assert chosen(commands) == ["uav-01"]


def test_with_ctrl_a_box_adds(panel, commands):
    draw(panel, *around(panel, 1))
    draw(panel, *around(panel, 5), SHIFT | CTRL)
    assert chosen(commands) == ["uav-01", "uav-05"]


def test_an_empty_box_changes_nothing(panel, commands):
    draw(panel, *around(panel, 1))
    draw(panel, (200, 20), (300, 60))
    assert chosen(commands) == ["uav-01"]


@pytest.mark.parametrize(("moved", "is_click"), [(LEAST_PX - 1, True), (LEAST_PX, False)])
def test_a_press_with_shift_that_hardly_moves_is_a_click(panel, commands, moved, is_click):
    draw(panel, *around(panel, 1))
    x, y = at(panel, 5)
    draw(panel, (x - 2, y - 2), (x - 2 + int(moved), y + 2))
    # a click adds, a box of its own replaces
    assert chosen(commands) == (["uav-01", "uav-05"] if is_click else ["uav-05"])


def test_escape_drops_the_box(panel, commands):
    view = panel.view.viewport()
    (left, top), end = around(panel, 1, 5)
    QTest.mousePress(view, LEFT, SHIFT, QPoint(left, top))
    QTest.mouseMove(view, QPoint(*end))
    QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, SHIFT, QPoint(*end))
    assert chosen(commands) == []


def test_a_drag_without_shift_moves_the_map_as_ever(panel, commands):
    before = panel.view.view_state()
    draw(panel, (300, 200), (340, 240), Qt.KeyboardModifier.NoModifier)
    assert panel.view.view_state() != before
    assert chosen(commands) == []


def test_with_another_tool_in_the_hand_shift_draws_no_box(panel, commands):
    panel.tools["measure"].trigger()
    draw(panel, *around(panel, 1))
    assert chosen(commands) == []


def entry(menu, text):
    return next(one for one in menu.actions() if one.text().replace("&", "") == text)


def test_the_menu_of_a_place_measures_from_it_and_copies_it(panel):
    menu = panel.orders.menu(40.9951, 39.7702)
    texts = [one.text().replace("&", "").split("\t")[0] for one in menu.actions() if not one.isSeparator()]
    wanted = [
        "Go to here…",
        "Orbit here…",
        "Look at here",
        "Set home here…",
        "Measure from here",
        "Copy the coordinates",
    ]
    assert texts[1:] == wanted
    entry(menu, "Copy the coordinates").trigger()
    assert QGuiApplication.clipboard().text() == place_copied(40.9951, 39.7702) == "40.99510° N  39.77020° E"
    entry(menu, "Measure from here").trigger()
    assert panel.tools["measure"].isChecked()
    tool = panel.view.tool
    assert isinstance(tool, MeasureTool)
    assert tool.spots == [(40.9951, 39.7702)]
    QTest.mouseClick(panel.view.viewport(), LEFT, pos=QPoint(400, 300))
    assert len(tool.spots) == 2
    entry(panel.orders.menu(1.0, 2.0), "Measure from here").trigger()
    assert tool.spots == [(1.0, 2.0)]
    assert place_shown(-1.0, -2.0) == "1.00000° S  2.00000° W"


def test_a_map_on_which_nobody_is_commanded_has_the_menu_too(station, app):
    made = MapPanel(MapContext(station.feed, Selection()))
    made.resize(400, 300)
    made.show()
    app.processEvents()
    QTest.mouseClick(made.view.viewport(), Qt.MouseButton.RightButton, pos=QPoint(200, 150))
    menus = [one for one in made.view.findChildren(QMenu) if one.isVisible()]
    assert [one.text() for one in menus[0].actions()] == ["&Measure from here", "&Copy the coordinates"]
    menus[0].actions()[1].trigger()
    menus[0].close()
    place = QGuiApplication.clipboard().text()
    camera = made.view.camera
    assert place == place_shown(*made.view._place_at(QPoint(200, 150).toPointF()))
    assert camera is not None
    made.close()
    made.deleteLater()
