# SPDX-License-Identifier: Apache-2.0
"""Markers and shapes are drawn with the mouse, said to all stations, shown, and kept in files."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from groundstation.fleet.commands import Actor
from groundstation.fleet.drawings.drawing import MAX_DRAWINGS, MAX_PLACES, Drawing, DrawingBoard, DrawnKind
from groundstation.transport.commander import drawn
from groundstation.ui.map_panel.drawing_desk import DrawingDesk
from groundstation.ui.map_panel.drawing_layer import DrawingLayer, on_screen
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.map_panel.sketch_tool import SketchTool
from tests.support.waiting import wait_until
from tests.ui.support.commanding import OURS, THEIRS
from tests.ui.support.pretend_fleet import message
from tests.ui.support.windows import settle

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(station, commands, app):
    made = MapPanel(MapContext(station.feed, commands.selection, commands.desk))
    made.resize(800, 600)
    made.show()
    made.view.fit_places([mercator_from_degrees(41.0, 39.7)], 2000.0)
    settle(app)
    said = []
    made.drawings.join(OURS, said.append)
    made.said_boards = said
    yield made
    made.close()
    made.deleteLater()


def click(panel, *places):
    for x, y in places:
        QTest.mouseMove(panel.view.viewport(), QPoint(x, y))
        QTest.mouseClick(panel.view.viewport(), LEFT, pos=QPoint(x, y))
        panel.grab()
        # two clicks in one place in no time would be a double click
        QTest.qWait(1)


def give_text(panel, app, text):
    dialog = panel.drawing_menu.dialog
    assert dialog.isVisible()
    assert not dialog.isModal()
    dialog.setTextValue(text)
    dialog.accept()
    app.processEvents()


def point(number=1, **fields):
    return Drawing(id=f"p{number}", kind=DrawnKind.POINT, places=((41.0, 39.7),), **fields)


@pytest.mark.parametrize(
    ("kind", "clicks", "corners"),
    [
        (DrawnKind.POINT, [(300, 300)], 1),
        (DrawnKind.CIRCLE, [(300, 300), (360, 300)], 1),
        (DrawnKind.LINE, [(300, 300), (400, 300), (400, 200), (403, 202)], 3),
        (DrawnKind.POLYGON, [(300, 300), (400, 300), (400, 200), (403, 202)], 3),
    ],
)
def test_a_shape_is_drawn_by_clicks_and_told_once_it_has_its_text(panel, app, kind, clicks, corners):
    panel.drawing_menu.kinds[kind].trigger()
    assert panel.tools["sketch"].isChecked()
    click(panel, *clicks)
    assert panel.drawings.own == ()
    give_text(panel, app, "no entry")
    [made] = panel.drawings.own
    assert (made.kind, made.text, len(made.places), made.is_whole) == (kind, "no entry", corners, True)
    [board] = panel.said_boards
    assert (board.by, board.drawings) == (OURS, (made,))
    if kind is DrawnKind.CIRCLE:
        assert made.radius_m == pytest.approx(60 * panel.view.camera.ground_scale_m, rel=0.01)


def test_enter_ends_a_shape_and_ctrl_z_takes_a_corner_back(panel, app):
    panel.drawing_menu.kinds[DrawnKind.LINE].trigger()
    click(panel, (300, 300))
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    tool = panel.view.tool
    assert isinstance(tool, SketchTool)
    assert len(tool.places) == 1
    click(panel, (400, 300), (500, 100))
    assert tool.undo()
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    give_text(panel, app, "")
    [made] = panel.drawings.own
    assert len(made.places) == 2
    assert made.text == ""


def test_cancel_draws_nothing_and_escape_forgets_what_was_begun(panel, app):
    panel.drawing_menu.kinds[DrawnKind.POINT].trigger()
    click(panel, (300, 300))
    panel.drawing_menu.dialog.reject()
    app.processEvents()
    panel.drawing_menu.kinds[DrawnKind.LINE].trigger()
    click(panel, (300, 300))
    tool = panel.view.tool
    QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    assert (panel.drawings.own, tool.places, panel.said_boards) == ((), [], [])


def test_delete_takes_the_drawing_under_the_mouse_away_and_all_are_told(panel, app):
    panel.drawing_menu.kinds[DrawnKind.POINT].trigger()
    click(panel, (300, 300))
    give_text(panel, app, "here")
    QTest.mouseMove(panel.view.viewport(), QPoint(500, 500))
    panel.grab()
    assert not panel.view.tool.remove()
    QTest.mouseMove(panel.view.viewport(), QPoint(301, 293))
    panel.grab()
    assert panel.view.tool.remove()
    assert panel.drawings.own == ()
    assert panel.said_boards[-1].drawings == ()
    # nothing is told again of nothing
    said = len(panel.said_boards)
    panel.drawings.say()
    assert len(panel.said_boards) == said


def test_what_is_drawn_is_said_again(panel):
    panel.drawings.add([point()])
    panel.drawings._again.timeout.emit()
    assert [len(one.drawings) for one in panel.said_boards] == [1, 1]


def test_drawings_of_others_are_shown_with_their_name_and_ours_only_once(panel, station):
    panel.drawings.add([point(text="mine")])
    for by, text in ((THEIRS, "theirs"), (OURS, "mine")):
        said = drawn(DrawingBoard(by=by, drawings=(point(2, text=text),)), 0)
        station.offer(message(said.topic, said.payload, station.now_s))
    layer = panel.view.stack.layer(DrawingLayer)
    assert [(one.text, by) for one, by in layer.shown()] == [("theirs", "mehmet"), ("mine", "")]
    before = panel.grab().toImage()
    panel.layers.switches["drawings"].setChecked(False)
    assert panel.grab().toImage() != before
    # nobody else's can be taken away
    assert not panel.drawings.remove("p2")


def test_there_is_a_limit_and_it_is_told(panel, app):
    assert panel.drawings.add([point(number) for number in range(MAX_DRAWINGS)])
    told = []
    panel._desk.noticed.connect(lambda words, _level: told.append(words))
    panel.drawing_menu.kinds[DrawnKind.POINT].trigger()
    click(panel, (300, 300))
    give_text(panel, app, "one more")
    assert told == ["there is no room for more drawings; remove some"]
    assert len(panel.drawings.own) == MAX_DRAWINGS
    # by size too: it must go in one message
    desk = DrawingDesk()
    way = Drawing(id="w", kind=DrawnKind.LINE, places=((41.123456789, 39.123456789),) * MAX_PLACES)
    assert desk.add([way])
    assert not desk.add([msgspec.structs.replace(way, id=f"w{number}") for number in range(9)])


def test_files_are_written_and_read_and_damage_is_told(panel, app, tmp_path):
    panel.drawings.add([point(text="a"), point(2, text="b")])
    path = tmp_path / "d.geojson"
    panel.drawing_menu.save(path)
    wait_until(lambda: app.processEvents() or (path.exists() and path.stat().st_size > 0))
    panel.drawings.clear()
    panel.drawing_menu.open(path)
    wait_until(lambda: app.processEvents() or panel.drawings.own)
    assert [one.text for one in panel.drawings.own] == ["a", "b"]
    path.write_text("{")
    panel.drawing_menu.open(path)
    wait_until(lambda: app.processEvents() or panel.drawing_menu.told)
    assert "no JSON" in panel.drawing_menu.told
    assert len(panel.drawings.own) == 2


def test_they_come_back_with_the_window_and_damaged_settings_cost_themselves(panel, station, commands):
    panel.drawings.add([point(text="kept")])
    state = panel.view_state()
    other = MapPanel(MapContext(station.feed, commands.selection, commands.desk))
    damaged = [3, {"id": ""}, *state["drawings"]]
    other.restore_state(state | {"drawings": damaged})
    assert [one.text for one in other.drawings.own] == ["kept"]
    said = []
    other.drawings.join(Actor(op="ayse", gs="gs-7"), said.append)
    assert [one.text for one in said[0].drawings] == ["kept"]
    other.deleteLater()


def test_a_shape_over_the_date_line_is_no_line_round_the_world():
    camera = Camera(*mercator_from_degrees(0.0, 179.99), 10.0, 800.0, 600.0)
    line = Drawing(id="l", kind=DrawnKind.LINE, places=((0.0, 179.98), (0.0, -179.98)))
    points = on_screen(camera, line)
    assert points is not None
    assert abs(points[1][0] - points[0][0]) == pytest.approx(445.3, rel=0.01)
    assert on_screen(Camera(0.0, 0.0, 10.0, 800.0, 600.0), line) is None


def test_the_mouse_finds_a_shape_by_its_edge(panel):
    camera = panel.view.camera
    from groundstation.ui.map_panel.mercator import degrees_from_mercator

    corners = tuple(degrees_from_mercator(*camera.world(x, y)) for x, y in ((200, 200), (400, 200), (400, 400)))
    panel.drawings.add([Drawing(id="a", kind=DrawnKind.POLYGON, places=corners)])
    layer, frame = panel.view.stack.layer(DrawingLayer), panel.view.frame()
    assert layer.own_at(frame, QPointF(300, 189)) is not None
    assert layer.own_at(frame, QPointF(300, 187)) is None
    # the edge that closes it
    assert layer.own_at(frame, QPointF(300, 305)) is not None
    assert layer.own_at(frame, QPointF(350, 270)) is None
