# SPDX-License-Identifier: Apache-2.0
"""Vehicles that would cover each other stand as one disc; no label covers another or a vehicle."""

from __future__ import annotations

import random
import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.cluster_mark import RADIUS
from groundstation.ui.map_panel.crowd import LEAVE_PX, NEAR_PX, Cluster, Crowds, zoom_step
from groundstation.ui.map_panel.edge_layer import arrow_box, placed
from groundstation.ui.map_panel.label_layer import MARK_PX, LabelLayer
from groundstation.ui.map_panel.label_placer import Box
from groundstation.ui.map_panel.map_layer import Frame, MapContext
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import WORLD_M, Camera
from groundstation.ui.map_panel.trail_layer import AT_ONCE_MOST, TrailLayer
from groundstation.ui.selection import Selection
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle

LEFT = Qt.MouseButton.LeftButton


def mark(number, x_m, y_m, level=Level.NORMAL, *, is_known=False):
    key = VehicleKey("fleet", f"uav-{number:03}")
    return MapMark(
        key=key, x_m=x_m, y_m=y_m, heading_deg=0.0, is_live=True, is_flying=True, level=level, is_known=is_known,
        title=key.id, detail="30 m",
    )  # fmt: skip


def crowd_of(*marks, scale_m=1.0, selected=frozenset(), crowds=None):
    return (crowds or Crowds()).of(marks, zoom_step(scale_m), frozenset(selected))


@pytest.mark.parametrize(("apart", "together"), [(NEAR_PX - 0.1, True), (NEAR_PX + 0.1, False)])
def test_two_are_one_disc_while_one_would_cover_the_other(apart, together):
    found = crowd_of(mark(1, 0.0, 0.0), mark(2, apart, 0.0))
    assert (len(found.clusters), len(found.rows)) == ((1, 0) if together else (0, 2))


@pytest.mark.parametrize(("apart", "together"), [(LEAVE_PX - 0.1, True), (LEAVE_PX + 0.1, False)])
def test_who_is_in_a_disc_does_not_leave_it_with_each_metre(apart, together):
    crowds = Crowds()
    assert crowd_of(mark(1, 0.0, 0.0), mark(2, NEAR_PX - 1, 0.0), crowds=crowds).clusters
    assert bool(crowd_of(mark(1, 0.0, 0.0), mark(2, apart, 0.0), crowds=crowds).clusters) is together
    # one that never was in it stays outside
    assert not crowd_of(mark(1, 0.0, 0.0), mark(2, apart, 0.0)).clusters


def test_the_disc_tells_the_worst_and_stands_where_that_one_is():
    many = [mark(1, 0.0, 0.0), mark(2, 5.0, 3.0, Level.WARNING), mark(3, 9.0, 0.0, Level.CAUTION), mark(4, 80.0, 0.0)]
    [cluster] = crowd_of(*many).clusters
    assert [key.id for key in cluster.keys] == ["uav-002", "uav-003", "uav-001"]
    assert (cluster.x_m, cluster.y_m, cluster.level, cluster.is_known) == (5.0, 3.0, Level.WARNING, False)
    [cluster] = crowd_of(mark(1, 0.0, 0.0), mark(2, 5.0, 3.0, Level.WARNING, is_known=True)).clusters
    assert cluster.is_known


def test_a_selected_vehicle_stands_alone_always():
    one, other, third = mark(1, 0.0, 0.0), mark(2, 2.0, 0.0), mark(3, 4.0, 0.0)
    found = crowd_of(one, other, third, selected={other.key})
    assert (found.rows, [cluster.keys for cluster in found.clusters]) == ((1,), [(one.key, third.key)])


def test_over_the_date_line_they_are_near_too():
    found = crowd_of(mark(1, WORLD_M / 2 - 3.0, 0.0), mark(2, -WORLD_M / 2 + 3.0, 0.0))
    assert len(found.clusters) == 1


def test_everybody_is_shown_once_and_nobody_covers_another():
    chance = random.Random(4)
    many = [mark(n, chance.gauss(0, 400), chance.gauss(0, 250), chance.choice(list(Level))) for n in range(1000)]
    found = crowd_of(*many)
    shown = [many[row].key for row in found.rows] + [key for one in found.clusters for key in one.keys]
    assert sorted(shown) == sorted(one.key for one in many)
    places = [(many[row].x_m, many[row].y_m) for row in found.rows] + [(one.x_m, one.y_m) for one in found.clusters]
    nearest = min(
        (x - other_x) ** 2 + (y - other_y) ** 2
        for number, (x, y) in enumerate(places)
        for other_x, other_y in places[:number]
    )
    assert nearest >= NEAR_PX**2
    assert 50 < len(places) < 700


@pytest.mark.parametrize("count", [12, 60, 300, 1000])
def test_no_label_covers_another_or_a_vehicle_or_what_stands_at_the_edge(app, count):
    chance = random.Random(count)
    levels = [Level.WARNING] * 3 + [Level.NORMAL] * 40
    many = [mark(n, chance.gauss(0, 300), chance.gauss(0, 180), chance.choice(levels)) for n in range(count)]
    selected = frozenset(one.key for one in many[:4])
    frame = Frame(Camera(0.0, 0.0, 1.0, 900.0, 600.0), 0.0, many, selected)
    frame = frame._replace(crowd=crowd_of(*many, selected=selected))
    layer = LabelLayer()
    layer.stale(frame)
    layer.renew(frame)
    boxes = [box for _, _, box in layer.boxes.values()]
    assert len(boxes) > 9
    assert not any(one.touches(other) for number, one in enumerate(boxes) for other in boxes[:number])
    middles = [(*frame.camera.screen(many[row].x_m, many[row].y_m), MARK_PX) for row in frame.alone]
    middles += [(*frame.camera.screen(one.x_m, one.y_m), RADIUS) for one in frame.clusters]
    marks = [Box(x - half, y - half, x + half, y + half) for x, y, half in middles]
    marks += [box for sign, words in placed(frame) for box in (arrow_box(sign), words) if box is not None]
    assert not any(one.touches(other) for one in boxes for other in marks)
    # who is selected in view is named however many there are
    for one in many[:4]:
        x, y = frame.camera.screen(one.x_m, one.y_m)
        # but where a thousand leave no room at all
        if count < 1000 and 150 < x < 750 and 150 < y < 450:
            assert one.key in layer.boxes


def test_while_the_map_is_panned_labels_go_with_their_vehicles_and_are_placed_anew_at_rest(app):
    layer, many = LabelLayer(), [mark(n, 40.0 * n, 7.0 * n) for n in range(8)]
    frame = Frame(Camera(0.0, 0.0, 1.0, 900.0, 600.0), 0.0, many)
    first = layer.stale(frame)
    layer.renew(frame)
    assert not layer.is_rough
    moved = frame._replace(camera=Camera(30.0, 0.0, 1.0, 900.0, 600.0))
    assert layer.stale(moved) == first
    assert layer.is_rough
    assert layer.stale(moved) != first
    far = frame._replace(camera=Camera(700.0, 0.0, 1.0, 900.0, 600.0))
    assert layer.stale(far) != first


@pytest.fixture
def panel(station, app):
    made = MapPanel(MapContext(station.feed, Selection()))
    made.resize(800, 600)
    made.show()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()


def parked(*centres):
    fleet = [PretendVehicle(number) for number in range(1, len(centres) + 1)]
    for one, centre in zip(fleet, centres, strict=True):
        one.centre, one.radius, one.speed, one.phase = centre, 0.001, 0.001, 0.0
    return fleet


def shown(panel, station, fleet):
    station.hear(*fleet)
    panel.view.refresh(station.now_s)
    panel.fit_fleet()
    panel.grab()
    return panel.view.frame()


def press(panel, cluster, modifier=Qt.KeyboardModifier.NoModifier):
    x, y = panel.view.camera.screen(cluster.x_m, cluster.y_m)
    QTest.mouseClick(panel.view.viewport(), LEFT, modifier, QPoint(round(x), round(y)))


def test_a_click_on_a_disc_goes_nearer_until_they_part(panel, station, app):
    frame = shown(panel, station, parked((0.0, 0.0), (30.0, 20.0), (0.0, 2500.0)))
    [cluster] = frame.clusters
    press(panel, cluster)
    app.processEvents()
    frame = panel.view.frame()
    assert not frame.clusters
    camera = frame.camera
    for one in frame.marks:
        if one.key in cluster.keys:
            x, y = camera.screen(one.x_m, one.y_m)
            assert 0 < x < camera.width
            assert 0 < y < camera.height
    assert panel._selection.keys == ()


def test_ctrl_and_a_click_select_all_of_a_disc(panel, station):
    frame = shown(panel, station, parked((0.0, 0.0), (30.0, 20.0), (0.0, 2500.0)))
    [cluster] = frame.clusters
    panel._selection.select((PretendVehicle(3).key, cluster.keys[1]))
    panel.grab()
    panel._selection.select((PretendVehicle(3).key,))
    press(panel, cluster, Qt.KeyboardModifier.ControlModifier)
    assert set(panel._selection.keys) == {PretendVehicle(3).key, *cluster.keys}


def test_who_never_parts_is_chosen_by_name(panel, station, app):
    frame = shown(panel, station, parked((0.0, 0.0), (0.5, 0.0), (0.0, 2500.0)))
    [cluster] = frame.clusters
    before = panel.view.view_state()
    menu = panel.cluster_choice.choose(cluster, QPoint(0, 0))
    assert panel.view.view_state() == before
    texts = [action.text() for action in menu.actions()]
    assert texts == ["Select all 2", "", PretendVehicle(1).name, PretendVehicle(2).name]
    menu.actions()[3].trigger()
    assert panel._selection.keys == (PretendVehicle(2).key,)
    menu.actions()[0].trigger()
    assert set(panel._selection.keys) == set(cluster.keys)
    menu.close()


def test_a_large_fleet_is_drawn_and_can_be_pressed(panel, station, app):
    fleet = [PretendVehicle(number) for number in range(1, 301)]
    frame = shown(panel, station, fleet)
    assert len(frame.marks) == 300
    assert len(frame.clusters) > 10
    for one in frame.clusters:
        x, y = frame.camera.screen(one.x_m, one.y_m)
        hit = panel.view.stack.hit(frame, QPoint(round(x), round(y)).toPointF())
        assert isinstance(hit, Cluster)
    row = frame.alone[0]
    x, y = frame.camera.screen(frame.marks[row].x_m, frame.marks[row].y_m)
    assert panel.view.stack.hit(frame, QPoint(round(x), round(y)).toPointF()) == frame.marks[row].key


def test_trails_of_a_large_fleet_are_not_drawn_at_once_but_soon(panel, station, app):
    fleet = [PretendVehicle(number) for number in range(1, AT_ONCE_MOST + 2)]
    layer = panel.view.stack.layer(TrailLayer)
    drawn = []
    at_once = layer._all
    layer._all = lambda frame: drawn.append(1) or at_once(frame)
    for step in range(6):
        station.hear(*fleet) if step == 0 else station.offer(*[station.motion(one, float(step)) for one in fleet])
        station.pass_time(1.0)
    panel.view.refresh(station.now_s)
    panel.fit_fleet()
    drawn.clear()
    # as after a jump to another place
    layer.forget()
    panel.view.viewport().repaint()
    assert not drawn
    assert layer.is_busy
    wait_until(lambda: app.processEvents() or not panel.view.stack.is_busy)
    # moved a little: the same picture, moved
    panel.view.pan(0.01, 0.0)
    panel.view.viewport().repaint()
    assert layer._picture._shown is not None
    deadline = time.monotonic() + 60.0
    while panel.view.stack.is_busy and time.monotonic() < deadline:
        app.processEvents()
    assert layer._picture._camera.x_m == panel.view.camera.x_m
