# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.motion import Position
from groundstation.ui.map_panel import label_placer
from groundstation.ui.map_panel.label_placer import Box, LabelPlacer, Wanted, leader_end
from groundstation.ui.map_panel.land_picture import path_of
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.map_view import REST_MS
from groundstation.ui.map_panel.mercator import Camera, degrees_from_mercator, mercator_from_degrees, nice_length
from groundstation.ui.map_panel.outlines import outlines
from groundstation.ui.map_panel.places import places
from groundstation.ui.map_panel.trail_layer import TrailLayer
from groundstation.ui.selection import Selection
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def panel(station, selection):
    made = MapPanel(MapContext(station.feed, selection))
    made.resize(800, 600)
    made.show()
    return made


def marks(panel, station):
    panel.view.refresh(station.now_s)
    return {mark.key.id: mark for mark in panel.view.marks}


def test_a_vehicle_stands_where_it_says(panel, station, vehicle):
    station.hear(vehicle)
    mark = marks(panel, station)["uav-02"]
    position = station.feed.fleet.get(vehicle.key).position
    assert degrees_from_mercator(mark.x_m, mark.y_m) == pytest.approx((position.lat_deg, position.lon_deg))
    assert mark.heading_deg == station.feed.fleet.get(vehicle.key).attitude.yaw_deg
    assert mark.is_live


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"lat_deg": 41.0},
        {"lat_deg": 91.0, "lon_deg": 39.0},
        {"lat_deg": 41.0, "lon_deg": 200.0},
        {"invalid": ("lat_deg", "lon_deg")},
    ],
)
def test_an_unknown_or_impossible_place_is_never_drawn(panel, station, vehicle, place):
    station.offer(*vehicle.birth(station.now_s))
    samples = Samples(position=Position(at_s=station.now_s, **place))
    station.offer(vehicle.wrap(f"{vehicle.key}/tlm/motion", samples, station.now_s))
    assert marks(panel, station) == {}
    panel.grab()


def test_a_lost_vehicle_stays_as_a_ghost_with_its_age(panel, station, vehicle):
    station.hear(vehicle)
    station.offer(*vehicle.lost(station.now_s))
    station.pass_time(38.0)
    mark = marks(panel, station)["uav-02"]
    assert not mark.is_live
    assert mark.detail == "last heard 38 s ago"


def test_an_old_position_of_a_heard_vehicle_is_a_ghost_too(panel, station, vehicle):
    station.hear(vehicle)
    station.pass_time(12.0)
    mark = marks(panel, station)["uav-02"]
    assert (mark.is_live, mark.detail) == (False, "position 12 s old")


def test_the_first_vehicles_are_brought_into_view(panel, station):
    fleet = [PretendVehicle(number) for number in (1, 2, 3)]
    station.hear(*fleet)
    station.now_s += 0.2
    station.offer(*[station.motion(vehicle, 1.0) for vehicle in fleet])
    camera = panel.view.camera
    for mark in panel.view.marks:
        x, y = camera.screen(mark.x_m, mark.y_m)
        assert 0 < x < camera.width
        assert 0 < y < camera.height
    assert len(panel.view.marks) == 3


def test_the_view_is_left_alone_once_moved_by_hand(panel, station, vehicle):
    panel.view.pan(0.1, 0.0)
    before = panel.view.view_state()
    station.hear(vehicle)
    assert panel.view.view_state() == pytest.approx(before)


def test_a_click_selects_and_a_click_on_nothing_keeps(panel, station, selection, vehicle):
    station.hear(vehicle)
    panel.view.refresh(station.now_s)
    panel.fit_fleet()
    mark = panel.view.marks[0]
    x, y = panel.view.camera.screen(mark.x_m, mark.y_m)
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert selection.keys == (vehicle.key,)
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 300))
    assert selection.keys == (vehicle.key,)


def test_a_hidden_map_does_no_work(panel, station, vehicle):
    panel.hide()
    station.hear(vehicle)
    assert panel.view.marks == []
    panel.show()
    assert len(panel.view.marks) == 1


def test_what_is_remembered_comes_back(panel, station):
    panel.layers.set_trails(600.0)
    panel.layers.switches["labels"].setChecked(False)
    panel.view.pan(0.2, 0.1)
    other = MapPanel(MapContext(station.feed, Selection()))
    other.resize(800, 600)
    other.restore_state(panel.view_state())
    other.show()
    assert other.view.view_state() == pytest.approx(panel.view.view_state(), rel=1e-3)
    assert other.view.stack.layer(TrailLayer).length_s == 600.0
    assert other.view.stack.hidden == ["labels"]
    other.restore_state({"trail_s": "much", "labels": 3, "x_m": None, "touched": True})


def test_a_map_that_was_zoomed_a_little_becomes_sharp_when_it_rests(panel, app):
    app.processEvents()
    # a slow computer would rest between two steps
    panel.view._rest.setInterval(10**8)
    for factor in (1.0, 0.99, 0.98):
        panel.view.zoom(factor)
        app.processEvents()
    assert panel.view.stack.is_rough
    panel.view._rest.setInterval(REST_MS)
    wait_until(lambda: (app.processEvents(), not panel.view.stack.is_rough)[1], what="the rest")


def test_mercator_there_and_back():
    for place in ((41.0, 39.7), (-33.9, 151.2), (0.0, 0.0), (84.0, -179.0)):
        assert degrees_from_mercator(*mercator_from_degrees(*place)) == pytest.approx(place)


@pytest.mark.parametrize(("metres", "nice"), [(1.0, 1), (4.9, 2), (5.0, 5), (1234.0, 1000), (99.0, 50)])
def test_scale_bars_are_round(metres, nice):
    assert nice_length(metres) == nice


def test_trabzon_is_on_land_and_the_sea_north_of_it_is_not():
    x, y = mercator_from_degrees(40.98, 39.73)
    for scale_m in (20.0, 2_000.0, 40_000.0):
        camera = Camera(x, y, scale_m, 400, 300)
        land = path_of(outlines().land(camera), closed=True)
        assert land.contains(QPoint(200, 150).toPointF())
        sea = Camera(*mercator_from_degrees(42.8, 37.0), scale_m, 400, 300)
        assert not path_of(outlines().land(sea), closed=True).contains(QPoint(200, 150).toPointF())


def test_cut_rings_stay_near_the_screen():
    camera = Camera(*mercator_from_degrees(41.0, 39.7), 10.0, 800, 600)
    for ring in outlines().land(camera):
        assert ring.min() >= -200
        assert ring.max() <= 1000


def test_the_places_include_the_first_home():
    assert {"Trabzon", "İstanbul", "Karadeniz"} <= {place.name for place in places()}


def wanted(number, x, y, *, must=False):
    return Wanted(VehicleKey("fleet", str(number)), x, y, 60.0, 28.0, must)


def test_labels_do_not_cover_each_other():
    boxes = list(LabelPlacer().place([wanted(n, 100 + 12 * n, 100 + 9 * n) for n in range(9)]).values())
    assert len(boxes) >= 4
    assert not any(one.touches(other) for number, one in enumerate(boxes) for other in boxes[:number])


def naively(crowd, sides):
    """Where the labels of a crowd are, by asking all for all."""
    taken = [Box(one.x - 9, one.y - 9, one.x + 9, one.y + 9) for one in crowd]
    placed = {}
    for one in crowd:
        # the ordinary have room beside them alone in so large a crowd
        tried = list(range(len(label_placer._SHIFTS) if one.is_important else 8))
        tried = [sides[one.key], *tried] if one.key in sides else tried
        boxes = [label_placer._box(one, side) for side in tried]
        free = next((n for n, box in enumerate(boxes) if not any(box.touches(other) for other in taken)), None)
        if free is None:
            sides.pop(one.key, None)
            continue
        sides[one.key], placed[one.key] = tried[free], boxes[free]
        taken.append(placed[one.key])
    return placed


@pytest.mark.parametrize("seed", range(6))
def test_labels_of_a_crowd_stand_where_asking_all_for_all_would_put_them(seed):
    chance, placer, sides = random.Random(seed), LabelPlacer(), {}
    crowd = [
        Wanted(
            n, chance.gauss(0, 150), chance.gauss(0, 90), chance.choice((48, 70)), chance.choice((14.5, 29)), n % 9 == 0
        )
        for n in range(120)
    ]
    for _ in range(4):
        placed = placer.place(crowd)
        assert placed == naively(crowd, sides)
        assert 20 < len(placed) < 120
        crowd = [one._replace(x=one.x + chance.gauss(0, 9), y=one.y + chance.gauss(0, 9)) for one in crowd]


def covers_none(placed, crowd, radius=9):
    boxes = list(placed.values())
    marks = [Box(one.x - radius, one.y - radius, one.x + radius, one.y + radius) for one in crowd]
    return not any(one.touches(other) for number, one in enumerate(boxes) for other in (*boxes[:number], *marks))


def test_a_label_without_room_beside_its_vehicle_stands_away_from_it_with_a_line():
    crowd = [wanted(n, 100 + 30 * (n % 4), 100 + 30 * (n // 4)) for n in range(16)]
    placed = LabelPlacer().place(crowd)
    lines = {one.key: leader_end(one.x, one.y, placed[one.key]) for one in crowd if one.key in placed}
    assert len(placed) > 12
    assert any(lines.values())
    assert not all(lines.values())
    assert covers_none(placed, crowd)
    for one in crowd:
        end = lines.get(one.key)
        if end is not None:
            box = placed[one.key]
            assert box.left <= end[0] <= box.right
            assert box.top <= end[1] <= box.bottom


def test_an_important_label_has_a_line_where_others_are_left_out_and_covers_nobody():
    crowd = [wanted(n, 100 + 20 * (n % 9), 100 + 20 * (n // 9)) for n in range(81)]
    placed = LabelPlacer().place([wanted(99, 180, 180, must=True), *crowd])
    assert VehicleKey("fleet", "99") in placed
    assert leader_end(180, 180, placed[VehicleKey("fleet", "99")]) is not None
    assert VehicleKey("fleet", "40") not in placed
    assert covers_none(placed, crowd)


def test_a_label_without_any_room_is_left_out_however_important():
    wall = [Box(-500.0, -500.0, 700.0, 700.0)]
    assert LabelPlacer().place([wanted(1, 100, 100, must=True)], wall) == {}
    assert LabelPlacer().place([wanted(1, 100, 100, must=True)], marks=wall) == {}


def test_a_label_keeps_its_side():
    placer = LabelPlacer()
    placer.place([wanted(1, 100, 100), wanted(2, 150, 100)])
    first = placer.place([wanted(2, 150, 100)])
    again = placer.place([wanted(2, 151, 100)])
    key = VehicleKey("fleet", "2")
    assert again[key].left - first[key].left == 1


def test_plans_of_vehicles_are_hidden_and_shown_by_the_menu_and_it_is_remembered(panel, station, selection, vehicle):
    station.hear(vehicle)
    menu = panel.layers
    menu.aboutToShow.emit()
    assert not menu.hide_plans.isEnabled()
    assert not menu.show_plans.isEnabled()
    selection.select((vehicle.key,))
    menu.aboutToShow.emit()
    menu.hide_plans.trigger()
    menu.aboutToShow.emit()
    assert menu.show_plans.text() == "Show all plans (hidden: 1)"
    state = panel.view_state()
    menu.show_plans.trigger()
    assert not menu.plans.hidden
    panel.restore_state(state)
    assert menu.plans.hidden == {vehicle.key}
    menu.only_selected.trigger()
    menu.aboutToShow.emit()
    assert not menu.hide_plans.isEnabled()
    menu.show_plans.trigger()
    assert not menu.only_selected.isChecked()
    # what is remembered may be damaged
    panel.restore_state(state | {"plans_hidden": [3, "uav", None, "a/b/c"], "plans_selected": "yes"})
    assert not menu.plans.is_only_selected
