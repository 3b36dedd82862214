# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.commands import Verb
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.measure_tool import MeasureTool, _line, bearing_words, leg, length_words
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.map_panel.pointer_tool import PointerTool
from groundstation.ui.selection import Selection
from tests.ui.support.commanding import flying
from tests.ui.support.windows import settle

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(station, commands, app):
    made = MapPanel(MapContext(station.feed, commands.selection, commands.desk))
    made.resize(800, 600)
    made.show()
    [up] = flying(1)
    commands.hear(up)
    made.view.refresh(station.now_s)
    made.fit_fleet()
    made.activateWindow()
    made.view.setFocus()
    settle(app)
    yield made
    made.close()
    made.deleteLater()


def click(panel, x, y, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.mouseClick(panel.view.viewport(), LEFT, modifier, QPoint(x, y))
    QTest.qWait(1)


def at_vehicle(panel):
    mark = panel.view.marks[0]
    return (round(one) for one in panel.view.camera.screen(mark.x_m, mark.y_m))


def key(panel, code):
    QTest.keyClick(panel.view, code)


def in_hand(panel):
    return next(name for name, action in panel.tools.items() if action.isChecked())


def test_the_pointer_is_in_the_hand_and_selects(panel, commands):
    assert in_hand(panel) == "pointer"
    click(panel, *at_vehicle(panel))
    assert [one.id for one in commands.selection.keys] == ["uav-01"]
    click(panel, *at_vehicle(panel), Qt.KeyboardModifier.ControlModifier)
    assert commands.selection.keys == ()


def test_measuring_goes_from_click_to_click_and_touches_nothing_else(panel, commands):
    offered = []
    commands.desk.point_offered.connect(lambda *place: offered.append(place))
    key(panel, Qt.Key.Key_M)
    assert in_hand(panel) == "measure"
    tool = panel.view.tool
    assert isinstance(tool, MeasureTool)
    assert panel.view.viewport().cursor().shape() is Qt.CursorShape.CrossCursor
    click(panel, 400, 300)
    click(panel, 500, 300)
    click(panel, 500, 200)
    east, north = leg(*tool.spots[:2]), leg(*tool.spots[1:])
    wanted = 100 * panel.view.camera.ground_scale_m
    assert (east.distance_m, north.distance_m) == pytest.approx((wanted, wanted), rel=0.005)
    assert (bearing_words(east.bearing_deg), bearing_words(north.bearing_deg)) == ("090°", "000°")
    click(panel, *at_vehicle(panel))
    assert len(tool.spots) == 4
    assert (commands.selection.keys, offered) == ((), [])
    panel.grab()


def test_a_double_click_is_one_corner(panel):
    key(panel, Qt.Key.Key_M)
    click(panel, 400, 300)
    QTest.mouseDClick(panel.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(400, 300))
    QTest.mouseRelease(panel.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(400, 300))
    assert len(panel.view.tool.spots) == 1


@pytest.mark.parametrize("way", ["escape", "button", "other tool"])
def test_a_measured_line_goes_with_its_tool(panel, way):
    key(panel, Qt.Key.Key_M)
    tool = panel.view.tool
    click(panel, 400, 300)
    if way == "escape":
        key(panel, Qt.Key.Key_Escape)
    else:
        panel.tools["pointer" if way == "button" else "goto"].trigger()
    assert tool.spots == []
    assert in_hand(panel) == ("goto" if way == "other tool" else "pointer")
    assert isinstance(panel.view.tool, PointerTool) is (way != "other tool")


def test_dragging_moves_the_map_whatever_is_in_the_hand(panel):
    key(panel, Qt.Key.Key_M)
    before, viewport = panel.view.camera.x_m, panel.view.viewport()
    QTest.mousePress(viewport, LEFT, pos=QPoint(400, 300))
    for x in (420, 460, 500):
        QTest.mouseMove(viewport, QPoint(x, 300))
        QTest.qWait(30)  # pyqtgraph looks at moves at most every 10 ms
    QTest.mouseRelease(viewport, LEFT, pos=QPoint(500, 300))
    assert panel.view.camera.x_m != before
    assert panel.view.tool.spots == []


def test_sending_is_asked_for_once_and_then_clicks_move_the_place(panel, commands):
    click(panel, *at_vehicle(panel))
    drafts, offered = [], []
    commands.desk.draft_wanted.connect(drafts.append)
    commands.desk.point_offered.connect(lambda *place: offered.append(place))
    key(panel, Qt.Key.Key_G)
    assert in_hand(panel) == "goto"
    click(panel, 100, 500)
    [draft] = drafts
    assert (draft.verb, [one.id for one in draft.keys]) == (Verb.GOTO, ["uav-01"])
    place = panel.view.camera.screen(*mercator_from_degrees(draft.args["lat_deg"], draft.args["lon_deg"]))
    assert place == pytest.approx((100, 500), abs=1.0)
    assert commands.requests() == []
    assert in_hand(panel) == "pointer"
    click(panel, 140, 500)
    assert len(offered) == 1
    assert len(drafts) == 1


def test_sending_nobody_is_told(panel, commands):
    key(panel, Qt.Key.Key_G)
    click(panel, 100, 500)
    assert commands.notices == ["Go to: no vehicle is selected."]
    assert commands.requests() == []


def test_a_map_that_only_shows_has_no_tool_that_commands(station, app):
    made = MapPanel(MapContext(station.feed, Selection()))
    assert list(made.tools) == ["pointer", "measure", "sketch"]
    made.deleteLater()


def test_escape_forgets_an_order_that_is_not_confirmed_before_it_puts_a_tool_away(window, commands, app):
    [up] = flying(1)
    commands.hear(up)
    window.activateWindow()
    window.workspace.focus("map")
    settle(app)
    panel = window.panel(MapPanel)
    panel.tools["measure"].trigger()
    window.desk.ask(Verb.LAND, (up.key,))
    settle(app)
    assert not window.floating.sheet.isHidden()
    window.workspace.focus("map")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert window.floating.sheet.isHidden()
    assert in_hand(panel) == "measure"
    window.workspace.focus("map")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert in_hand(panel) == "pointer"


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (0.0, "0.0 m"),
        (99.94, "99.9 m"),
        (99.96, "100 m"),
        (999.4, "999 m"),
        (999.6, "1.00 km"),
        (99_990.0, "99.99 km"),
        (99_996.0, "100 km"),
        (12_345_678.0, "12,346 km"),
    ],
)
def test_lengths_are_said_with_three_digits_at_least(metres, words):
    assert length_words(metres) == words


@pytest.mark.parametrize(("degrees", "words"), [(0.4, "000°"), (7.0, "007°"), (359.4, "359°"), (359.6, "000°")])
def test_courses_are_said_with_three_digits(degrees, words):
    assert bearing_words(degrees) == words


@pytest.mark.parametrize("middle", [180.0, 0.0])
def test_a_leg_over_longitude_180_is_drawn_short(middle):
    camera = Camera(*mercator_from_degrees(-16.0, middle), 50.0, 800.0, 600.0)
    line = _line(camera, (-16.0, 179.95), (-16.0, -179.95))
    assert line[-1].x() - line[0].x() == pytest.approx(0.1 * 111_319.5 / 50.0, rel=0.01)


@pytest.mark.parametrize(("degrees", "is_bent"), [(0.1, False), (60.0, True)])
def test_a_long_leg_is_drawn_as_the_great_circle_that_is_measured(degrees, is_bent):
    camera = Camera(*mercator_from_degrees(50.0, degrees / 2), 20_000.0, 800.0, 600.0)
    line = _line(camera, (50.0, 0.0), (50.0, degrees))
    ends, highest = max(line[0].y(), line[-1].y()), min(point.y() for point in line)
    assert (ends - highest > 20) is is_bent
    assert line[-1] == QPointF(*camera.screen(*mercator_from_degrees(50.0, degrees)))
