# SPDX-License-Identifier: Apache-2.0
"""Fences and rally points drawn and moved with the mouse, on a real map."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, shapes_of
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.ui.map_panel.draw_tool import REACH_PX, hint_box
from groundstation.ui.map_panel.map_layer import Frame, MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import Camera, degrees_from_mercator, mercator_from_degrees
from groundstation.ui.plans.drawing import Drawing
from groundstation.ui.plans.plan_document import PlanDocument
from tests.ui.support.commanding import Commands, flying
from tests.ui.support.windows import settle

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SQUARE = ((200, 150), (400, 150), (400, 350), (200, 350))


@pytest.fixture
def panel(station, app):
    commands = Commands(station)
    document = PlanDocument()
    made = MapPanel(MapContext(station.feed, commands.selection, commands.desk, document))
    made.document = document
    made.areas = []
    document.area_drawn.connect(lambda drawing, corners: made.areas.append((drawing, corners)))
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
    document.deleteLater()


def click(panel, x, y):
    QTest.mouseMove(panel.view.viewport(), QPoint(x, y))
    QTest.mouseClick(panel.view.viewport(), LEFT, PLAIN, QPoint(x, y))
    # painting tells the tool where its corners are
    panel.view.viewport().repaint()
    QTest.qWait(1)


def drag(panel, start, end):
    viewport = panel.view.viewport()
    QTest.mousePress(viewport, LEFT, PLAIN, QPoint(*start))
    for share in (0.3, 0.7, 1.0):
        at = QPoint(*(round(a + (b - a) * share) for a, b in zip(start, end, strict=True)))
        QTest.mouseMove(viewport, at)
    QTest.mouseRelease(viewport, LEFT, PLAIN, QPoint(*end))
    QTest.qWait(1)


def draw(panel, drawing, spots):
    panel.document.draw(drawing)
    for spot in spots:
        click(panel, *spot)


def spots_of(panel, items):
    found = [panel.view.camera.screen(*mercator_from_degrees(one.x, one.y)) for one in items]
    return [(round(x), round(y)) for x, y in found]


def near(found, wanted):
    return len(found) == len(wanted) and all(
        abs(a[0] - b[0]) <= 2 and abs(a[1] - b[1]) <= 2 for a, b in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize(("drawing", "is_inside"), [(Drawing.STAY_IN, True), (Drawing.KEEP_OUT, False)])
def test_an_area_ends_with_a_click_on_its_first_corner(panel, drawing, is_inside):
    draw(panel, drawing, SQUARE)
    assert panel.document.plan.fence == ()
    click(panel, 203, 152)
    [shape] = shapes_of(panel.document.plan.fence)
    assert isinstance(shape, Polygon)
    assert shape.is_inside is is_inside
    assert near(spots_of(panel, panel.document.plan.fence), SQUARE)
    panel.document.undo()
    assert panel.document.plan.fence == ()


@pytest.mark.parametrize(("away", "ends"), [(REACH_PX - 2, True), (REACH_PX + 2, False)])
def test_a_click_beside_the_first_corner_is_another_corner(panel, away, ends):
    draw(panel, Drawing.STAY_IN, SQUARE)
    click(panel, SQUARE[0][0] - round(away), SQUARE[0][1])
    assert bool(panel.document.plan.fence) is ends


def test_two_corners_enclose_nothing(panel):
    draw(panel, Drawing.STAY_IN, [*SQUARE[:2], SQUARE[0]])
    assert panel.document.plan.fence == ()


def test_a_circle_takes_two_clicks(panel):
    draw(panel, Drawing.CIRCLE_OUT, [(300, 300), (400, 300)])
    [circle] = shapes_of(panel.document.plan.fence)
    assert isinstance(circle, Circle)
    assert not circle.is_inside
    ends = [degrees_from_mercator(*panel.view.camera.world(x, 300)) for x in (300, 400)]
    assert circle.radius_m == pytest.approx(distance_m(*ends[0], *ends[1]), abs=0.1)
    assert near(spots_of(panel, panel.document.plan.fence), [(300, 300)])


def test_rally_points_come_one_after_the_other(panel):
    draw(panel, Drawing.RALLY, SQUARE[:3])
    assert near(spots_of(panel, panel.document.plan.rally), SQUARE[:3])
    draw(panel, Drawing.RETURN_POINT, [(300, 300), (500, 300)])
    assert near(spots_of(panel, panel.document.plan.fence), [(500, 300)])


def test_corners_are_moved_by_dragging_and_one_undo_brings_them_back(panel):
    draw(panel, Drawing.STAY_IN, [*SQUARE, SQUARE[0]])
    before = panel.document.plan.fence
    drag(panel, SQUARE[2], (500, 450))
    assert near(spots_of(panel, panel.document.plan.fence), [*SQUARE[:2], (500, 450), SQUARE[3]])
    panel.document.undo()
    assert panel.document.plan.fence == before


def test_escape_and_another_shape_forget_what_was_begun(panel):
    draw(panel, Drawing.STAY_IN, SQUARE[:3])
    QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    draw(panel, Drawing.STAY_IN, SQUARE[:2])
    draw(panel, Drawing.KEEP_OUT, [*SQUARE, SQUARE[0]])
    assert near(spots_of(panel, panel.document.plan.fence), SQUARE)


def test_a_survey_area_is_told_and_changes_nothing(panel):
    draw(panel, Drawing.SURVEY, [*SQUARE, SQUARE[0]])
    draw(panel, Drawing.CORRIDOR, [*SQUARE[:2], SQUARE[1]])
    assert [(drawing, len(corners)) for drawing, corners in panel.areas] == [(Drawing.SURVEY, 4), (Drawing.CORRIDOR, 2)]
    assert panel.document.is_empty


def test_the_last_corner_is_taken_back_and_no_edit_with_it(panel):
    draw(panel, Drawing.STAY_IN, SQUARE[:3])
    panel.document.edit_list(PlanKind.RALLY, (), "nothing")
    QTest.keyClick(panel.view, Qt.Key.Key_Backspace)
    assert len(panel.view.tool.corners) == 2
    QTest.keyClick(panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(panel.view.tool.corners) == 1
    panel.document.draw(Drawing.RALLY)
    click(panel, 300, 300)
    assert len(panel.document.plan.rally) == 1
    # nothing is begun: what was drawn last goes
    QTest.keyClick(panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.document.plan.rally == ()


@pytest.mark.parametrize("wide_px", [40, 380])
@pytest.mark.parametrize("at", [(5, 5), (200, 150), (395, 150), (5, 298), (398, 299)])
def test_words_beside_the_mouse_are_whole_and_not_under_it(at, wide_px):
    camera = Camera(x_m=0.0, y_m=0.0, scale_m=1.0, width=400, height=300)
    box = hint_box(Frame(camera, 0.0, mouse=QPointF(*at)), wide_px)
    assert QRectF(0, 0, 400, 300).contains(box)
    assert box.width() >= wide_px
    if wide_px < 100:
        assert not box.contains(QPointF(*at))


def test_a_map_that_is_too_narrow_shows_the_beginning_of_the_words():
    assert (
        hint_box(
            Frame(Camera(x_m=0.0, y_m=0.0, scale_m=1.0, width=200, height=300), 0.0, mouse=QPointF(150, 40)), 390
        ).left()
        >= 0.0
    )
