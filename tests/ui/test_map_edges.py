# SPDX-License-Identifier: Apache-2.0
"""Vehicles outside the view: arrows at the edge that say how many, how far, where, and how bad."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from groundstation.fleet.conditions import Level
from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.edge_layer import EdgeLayer, placed, texts_of
from groundstation.ui.map_panel.edge_signs import edge_signs, rounded_m
from groundstation.ui.map_panel.label_placer import Box
from groundstation.ui.map_panel.map_layer import Frame, MapContext
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import WORLD_M, Camera, mercator_from_degrees, stretch
from groundstation.ui.selection import Selection
from tests.ui.support.pretend_fleet import PretendVehicle

HERE = (41.0, 39.7)
WIDTH, HEIGHT = 800.0, 600.0


def mark(number, north_m, east_m, level=Level.NORMAL, *, is_known=False):
    x_m, y_m = mercator_from_degrees(*moved(*HERE, north_m, east_m))
    key = VehicleKey("fleet", f"uav-{number}")
    return MapMark(
        key=key, x_m=x_m, y_m=y_m, heading_deg=0.0, is_live=True, is_flying=True, level=level, is_known=is_known,
        title=key.id, detail="",
    )  # fmt: skip


def frame(*marks):
    """A metre on the ground is a pixel."""
    x_m, y_m = mercator_from_degrees(*HERE)
    return Frame(Camera(x_m, y_m, stretch(y_m), WIDTH, HEIGHT), 0.0, marks)


def test_vehicles_are_told_by_direction_with_the_nearest_of_each():
    [sign] = edge_signs(frame(mark(1, 2000.0, 2000.0), mark(2, 850.0, 850.0), mark(3, 0.0, 0.0)))
    assert ([key.id for key in sign.keys], sign.point) == (["uav-2", "uav-1"], "NE")
    assert sign.distance_m == pytest.approx(1202.0, rel=0.01)
    assert texts_of(sign) == ("2 vehicles", "1.2 km NE")
    [alone] = edge_signs(frame(mark(7, 0.0, -2400.0)))
    assert texts_of(alone) == ("uav-7", "2.4 km W")


@pytest.mark.parametrize(("east_m", "is_told"), [(399.0, False), (401.0, True), (-399.0, False), (-401.0, True)])
def test_one_is_outside_once_its_place_is(east_m, is_told):
    assert bool(edge_signs(frame(mark(1, 0.0, east_m)))) is is_told


@pytest.mark.parametrize(("bearing", "point"), [(22.0, "N"), (23.0, "NE"), (337.0, "NW"), (338.0, "N"), (180.0, "S")])
def test_the_compass_has_eight_points(bearing, point):
    import math

    north, east = 3000 * math.cos(math.radians(bearing)), 3000 * math.sin(math.radians(bearing))
    [sign] = edge_signs(frame(mark(1, north, east)))
    assert sign.point == point
    assert sign.turn_deg == pytest.approx(bearing, abs=0.5)


def test_the_worst_among_them_is_told_and_is_known_only_when_all_of_it_is():
    calm, seen = mark(1, 0.0, 900.0), mark(2, 0.0, 950.0, Level.WARNING, is_known=True)
    [sign] = edge_signs(frame(calm, seen))
    assert (sign.level, sign.is_known) == (Level.WARNING, True)
    [sign] = edge_signs(frame(calm, seen, mark(3, 0.0, 990.0, Level.WARNING)))
    assert (sign.level, sign.is_known) == (Level.WARNING, False)
    # a caution that nobody has seen is not as bad as a warning that somebody has
    [sign] = edge_signs(frame(seen, mark(3, 0.0, 990.0, Level.CAUTION)))
    assert (sign.level, sign.is_known) == (Level.WARNING, True)


def test_over_the_date_line_the_short_way_counts():
    x_m, y_m = mercator_from_degrees(0.0, 179.99)
    there = mark(1, 0.0, 0.0)
    there = MapMark(
        **{name: getattr(there, name) for name in there.__struct_fields__} | {"x_m": -WORLD_M / 2, "y_m": 0.0}
    )
    [sign] = edge_signs(Frame(Camera(x_m, y_m, 1.0, WIDTH, HEIGHT), 0.0, [there]))
    assert (sign.point, round(sign.distance_m, -1)) == ("E", 1110.0)


def test_arrows_and_words_stay_in_the_picture_and_cover_none_of_each_other():
    around = [mark(n, 3000.0 * a, 3000.0 * b) for n, (a, b) in enumerate(
        [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]
    )]  # fmt: skip
    for size in ((800.0, 600.0), (300.0, 200.0), (1300.0, 180.0)):
        one = frame(*around)
        found = placed(one._replace(camera=Camera(one.camera.x_m, one.camera.y_m, one.camera.scale_m, *size)))
        boxes = [box for _, box in found if box is not None]
        assert len(found) == 8
        assert all(box.left >= 0 and box.right <= size[0] and box.top >= 0 and box.bottom <= size[1] for box in boxes)
        assert not any(a.touches(b) for n, a in enumerate(boxes) for b in boxes[n + 1 :])
        assert all(0 < sign.x < size[0] and 0 < sign.y < size[1] for sign, _ in found)


@pytest.mark.parametrize(
    ("metres", "words"), [(4.0, 0), (994.0, 990), (996.0, 1000), (9_949.0, 9_900), (9_951.0, 10_000)]
)
def test_a_distance_that_moves_is_told_in_steps(metres, words):
    assert rounded_m(metres) == words


@pytest.fixture
def panel(station, app):
    made = MapPanel(MapContext(station.feed, Selection()))
    made.resize(800, 600)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def test_a_click_on_an_arrow_brings_its_vehicles_into_view_and_chooses_nobody(panel, station, app):
    fleet = [PretendVehicle(1), PretendVehicle(2)]
    fleet[0].centre, fleet[1].centre = (0.0, 0.0), (0.0, 9000.0)
    station.hear(*fleet)
    panel.view.refresh(station.now_s)
    panel.view.fit((fleet[0].key,))
    panel.view.zoom(1.5)
    scale_m = panel.view.camera.scale_m
    panel.grab()
    layer = panel.view.stack.layer(EdgeLayer)
    [(sign, box)] = layer.signs
    assert (sign.keys, sign.point) == ((fleet[1].key,), "E")
    assert isinstance(box, Box)
    middle = QPoint(round((box.left + box.right) / 2), round((box.top + box.bottom) / 2))
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    app.processEvents()
    seen = {one.key: panel.view.camera.screen(one.x_m, one.y_m) for one in panel.view.marks}
    x, y = seen[fleet[1].key]
    assert 0 < x < 800
    assert 0 < y < 600
    # not nearer and not farther than the operator had chosen
    assert panel.view.camera.scale_m == pytest.approx(scale_m, rel=0.01)
    assert panel._selection.keys == ()
    # it stays there: the fleet is not fitted again
    station.now_s += 0.2
    station.offer(*[station.motion(one, 1.0) for one in fleet])
    assert panel.view.camera.scale_m == pytest.approx(scale_m, rel=0.01)


def test_what_is_spread_wider_than_the_view_is_shown_from_farther_away(panel, station):
    fleet = [PretendVehicle(number) for number in (1, 2, 3)]
    for one, centre in zip(fleet, ((0.0, 0.0), (0.0, 9000.0), (2000.0, 30000.0)), strict=True):
        one.centre = centre
    station.hear(*fleet)
    panel.view.refresh(station.now_s)
    panel.view.fit((fleet[0].key,))
    panel.grab()
    [(sign, _)] = panel.view.stack.layer(EdgeLayer).signs
    assert panel.view.bring_into_view(sign.keys)
    for one in panel.view.marks:
        if one.key in sign.keys:
            x, y = panel.view.camera.screen(one.x_m, one.y_m)
            assert 0 < x < 800
            assert 0 < y < 600
    assert not panel.view.bring_into_view((VehicleKey("fleet", "nobody"),))
