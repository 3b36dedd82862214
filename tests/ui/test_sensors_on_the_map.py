# SPDX-License-Identifier: Apache-2.0
"""Other devices on the map, and what their topics mean in the window."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter, QPixmap

from groundstation.app.meanings_work import meanings_of
from groundstation.fleet.sensor_map.mapping import PlaceRow, SensorRow, ValueRow
from groundstation.fleet.sensor_map.placed import PlacedSensors
from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.sensors import UNKNOWN_STALE_S, PayloadKind, SensorBoard, SensorReading
from groundstation.ui.map_panel.map_layer import Frame, MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.map_tool import Click
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.map_panel.sensor_choice import MOST_LISTED
from groundstation.ui.map_panel.sensor_groups import CELL_PX, groups, on_mercator
from groundstation.ui.map_panel.sensor_layer import SensorLayer, words_box
from groundstation.ui.selection import Selection
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle, message

DATA = Path(__file__).parents[1] / "data" / "sensors.yaml"
HERE = Camera(*mercator_from_degrees(41.0, 39.0), 10.0, 800, 600)


def placed_at(*places, values=None):
    board = SensorBoard()
    board.fold(
        [
            SensorReading(
                topic=f"s/{number}",
                received_s=1.0,
                kind=PayloadKind.JSON,
                size_bytes=1,
                text="",
                numbers={"lat": lat, "lon": lon, "v": float(number if values is None else values[number])},
            )
            for number, (lat, lon) in enumerate(places)
        ]
    )
    found = PlacedSensors(SensorMap())
    found.fold(board.topics(), board)
    return found


def seen(placed, camera=HERE):
    return groups(on_mercator(placed), placed.shares(), np.zeros(len(placed), bool), camera)


def test_devices_that_would_cover_each_other_are_one_disc_and_others_are_not():
    apart = placed_at((41.0, 39.0), (41.0, 39.02))
    assert sorted(one.number for one in seen(apart)) == [1, 1]
    crowd = placed_at(*[(41.0001, 39.0001 + number * 1e-6) for number in range(50)])
    (disc,) = seen(crowd)
    assert disc.number == 50
    assert disc.share == pytest.approx(0.5, abs=0.02)


def test_what_is_out_of_view_is_not_there_and_the_date_line_is_no_edge():
    assert seen(placed_at((10.0, 39.0))) == []
    at_the_line = Camera(*mercator_from_degrees(41.0, 179.999), 10.0, 800, 600)
    (disc,) = seen(placed_at((41.0, -179.999)), at_the_line)
    assert 400.0 < disc.x < 440.0


def test_a_map_that_is_dragged_keeps_its_discs():
    placed = placed_at(*[(40.99 + number * 1e-4, 39.0 + (number * 7 % 40) * 3e-4) for number in range(200)])
    before = sorted(one.number for one in seen(placed))
    moved = Camera(HERE.x_m + 13.0 * HERE.scale_m, HERE.y_m + 7.0 * HERE.scale_m, HERE.scale_m, 800, 600)
    assert sorted(one.number for one in seen(placed, moved)) == before
    assert len(before) < 200
    assert max(before) > 1
    assert CELL_PX > 20


@pytest.mark.parametrize(
    ("values", "shares"),
    [((0, 5, 10), (0.0, 0.5, 1.0)), ((7, 7, 7), (0.5, 0.5, 0.5)), ((1, float("nan"), 2), (0, None, 1))],
)
def test_a_value_is_as_high_as_it_is_among_its_kind(values, shares):
    placed = placed_at((41.0, 39.0), (41.0, 39.1), (41.0, 39.2), values=values)
    found = placed.shares()
    by_row = dict(zip(placed.topics, found.tolist(), strict=True))
    for number, share in enumerate(shares):
        told = by_row[f"s/{number}"]
        assert np.isnan(told) if share is None else told == pytest.approx(share)


def test_the_file_says_where_a_scale_ends():
    rows = (
        SensorRow(
            topics="s/+", values={"v": ValueRow(low=0.0, high=100.0)}, place=PlaceRow(lat_path="lat", lon_path="lon")
        ),
    )
    placed = placed_at((41.0, 39.0), (41.0, 39.1), values=(50, 200))
    board = SensorBoard()
    board.fold(
        [
            SensorReading(
                topic=topic,
                received_s=1.0,
                kind=PayloadKind.JSON,
                size_bytes=1,
                text="",
                numbers={"lat": 41.0, "lon": 39.0, "v": value},
            )
            for topic, value in (("s/0", 50.0), ("s/1", 200.0))
        ]
    )
    placed.use(SensorMap(rows), board)
    assert placed.shares().tolist() == [0.5, 1.0]


# ---- in the window ----


@pytest.fixture
def topics():
    return []


@pytest.fixture
def panel(station, topics):
    made = MapPanel(MapContext(station.feed, Selection(), show_topic=topics.append))
    made.resize(800, 600)
    made.show()
    yield made
    made.close()


def say(station, topic, told):
    payload = json.dumps(told).encode() if not isinstance(told, bytes) else told
    station.offer(message(topic, payload, station.now_s))


def painted(panel, station, mouse=None):
    layer = panel.view.stack.layer(SensorLayer)
    frame = Frame(HERE, station.now_s, mouse=mouse)
    pixels = QPixmap(800, 600)
    painter = QPainter(pixels)
    layer.stale(frame)
    layer.renew(frame)
    layer.paint(painter, frame)
    painter.end()
    return layer


def test_a_device_that_says_where_it_is_stands_there_and_a_click_shows_its_topic(panel, station, topics):
    say(station, "bus/7", {"lat": 41.0, "lon": 39.0, "speed_mps": 12.0})
    say(station, "room/1", {"temp": 20.0})
    layer = painted(panel, station, QPointF(400, 300))
    (one,) = layer.groups
    assert (one.x, one.y) == (pytest.approx(400.0), pytest.approx(300.0))
    frame = Frame(HERE, station.now_s)
    assert layer.hit(frame, QPointF(405, 300)).topics == ("bus/7",)
    assert layer.hit(frame, QPointF(420, 300)) is None
    panel.view.tool.click(_click(layer.hit(frame, QPointF(405, 300))))
    assert topics == ["bus/7"]


def _click(hit):
    return Click(QPointF(405, 300), 41.0, 39.0, hit, False)


def pressed(panel, place_m):
    """A press on the map, as pyqtgraph's scene tells it."""
    at = panel.view.camera.screen_points(np.array([place_m]))[0]
    hit = panel.view.stack.hit(panel.view.frame(), QPointF(*at))
    panel.view.tool.click(Click(QPointF(*at), 0.0, 0.0, hit, False))
    return hit, panel.sensor_choice.choose(hit, QPoint(0, 0)) if len(hit.topics) > 1 else None


def drawn(panel, app):
    panel.view.refresh(panel._feed.now_s())
    app.processEvents()
    panel.grab()
    return panel.view.stack.layer(SensorLayer).groups


def test_a_press_on_a_disc_of_several_goes_nearer_until_each_is_one(panel, station, app, topics):
    for number in range(8):
        say(station, f"bus/{number}", {"lat": 41.0 + 0.0002 * number, "lon": 39.0, "speed_mps": float(number)})
    panel.view.restore_view(*mercator_from_degrees(41.0, 39.0), 200.0)
    for _ in range(4):
        if len(drawn(panel, app)) == 8:
            break
        one = max(panel.view.stack.layer(SensorLayer).groups, key=lambda group: group.number)
        hit, menu = pressed(panel, panel.view.camera.world(one.x, one.y))
        assert (len(hit.topics), menu) == (one.number, None)
    assert len(drawn(panel, app)) == 8
    assert topics == []


def test_devices_on_one_spot_are_offered_by_name(panel, station, app, topics):
    for number in range(MOST_LISTED + 2):
        say(station, f"room/{number}&x", {"lat": 41.0, "lon": 39.0, "temp_c": float(number)})
    panel.view.restore_view(*mercator_from_degrees(41.0, 39.0), 0.1)
    (one,) = drawn(panel, app)
    _, menu = pressed(panel, panel.view.camera.world(one.x, one.y))
    names = [action.text() for action in menu.actions()]
    assert names[0] == "room/0&&x  0 °C"
    assert names[2] == "room/2&&x  2 °C"
    assert (len(names), names[-1]) == (MOST_LISTED + 1, "2 more")
    menu.actions()[1].trigger()
    assert topics == ["room/1&x"]
    menu.close()


def test_two_on_one_spot_of_the_date_line_are_not_a_world_apart(panel, station, app):
    for number, lon in enumerate((179.99999, -179.99999)):
        say(station, f"buoy/{number}", {"lat": 41.0, "lon": lon, "temp_c": 1.0})
    panel.view.restore_view(*mercator_from_degrees(41.0, 179.9999), 60.0)
    (one,) = drawn(panel, app)
    _, menu = pressed(panel, panel.view.camera.world(one.x, one.y))
    assert len(menu.actions()) == 2
    menu.close()


def test_without_a_vehicle_the_whole_fleet_is_the_devices(panel, station, app):
    for number in range(3):
        say(station, f"bus/{number}", {"lat": 41.0 + 0.1 * number, "lon": 39.0, "speed_mps": 1.0})
    say(station, "room/1", {"temp": 20.0})
    panel.fit_fleet()
    assert sum(group.number for group in drawn(panel, app)) == 3
    assert panel.view.camera.scale_m < 100.0
    panel.view.stack.show("sensors", is_shown=False)
    panel.view.restore_view(0.0, 0.0, 1_000.0)
    panel.fit_fleet()
    assert panel.view.camera.x_m == pytest.approx(0.0)
    flying = PretendVehicle(3)
    station.hear(flying)
    panel.view.stack.show("sensors", is_shown=True)
    panel.view.refresh(station.now_s)
    panel.fit_fleet()
    (mark,) = panel.view.marks
    assert panel.view.camera.x_m == pytest.approx(mark.x_m)


def test_a_value_is_written_only_where_no_disc_and_no_other_value_stands(panel, station):
    say(station, "a", {"lat": 41.0, "lon": 39.0, "temp_c": 20.0})
    painted(panel, station)
    layer = panel.view.stack.layer(SensorLayer)
    assert [layer.placed.topics[row] for row in layer.labelled] == ["a"]
    # a disc to the right of it, 10 m to a pixel
    say(station, "b", {"lat": 41.0, "lon": 39.0 + 40 * 10 / 111_320, "temp_c": 21.0})
    assert len(painted(panel, station).groups) == 2
    assert [layer.placed.topics[row] for row in layer.labelled] == ["b"]


@pytest.mark.parametrize("place", [(5.0, 5.0), (795.0, 5.0), (795.0, 595.0), (5.0, 595.0)])
def test_what_a_device_says_stays_on_the_map_at_every_edge(app, place):
    box = words_box(QPointF(*place), ["a name of some length", "20 °C  3 s"], QSizeF(800, 600))
    assert QRectF(0, 0, 800, 600).contains(box)


@pytest.mark.parametrize(("passed_s", "is_old"), [(UNKNOWN_STALE_S - 1.0, False), (UNKNOWN_STALE_S + 1.0, True)])
def test_what_was_not_heard_lately_is_hollow(panel, station, passed_s, is_old):
    say(station, "bus/7", {"lat": 41.0, "lon": 39.0})
    station.pass_time(passed_s)
    (one,) = painted(panel, station).groups
    assert one.is_old is is_old


@pytest.mark.parametrize(("passed_s", "is_old"), [(1_799.0, False), (1_801.0, True)])
def test_one_that_promised_to_speak_seldom_is_not_old_before_it_missed_that(panel, station, passed_s, is_old):
    rows = (SensorRow(topics="bus/#", values={"v": ValueRow()}, period_s=600.0),)
    station.feed.use_meanings(SensorMap(rows))
    say(station, "bus/7", {"lat": 41.0, "lon": 39.0, "v": 1.0})
    station.pass_time(passed_s)
    layer = painted(panel, station)
    (one,) = layer.groups
    assert one.is_old is layer._is_old(one) is is_old


def test_a_map_without_such_devices_does_nothing(panel, station):
    layer = panel.view.stack.layer(SensorLayer)
    assert layer.stale(Frame(HERE, station.now_s)) is None


# ---- the file, in the panel of topics ----

NEM = "Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/Nem-Sıcaklık/Nem"


@pytest.fixture
def sensors(station, app):
    made = SensorsPanel(station.feed, read_meanings=meanings_of)
    made.resize(700, 400)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def opened(sensors, app, path):
    said = []
    sensors.meanings.said.connect(said.append)
    sensors.meanings.open(path)
    wait_until(lambda: (app.processEvents(), said)[1], what="the file")
    return said[0]


def value_of(sensors, topic):
    sensors.refresh()
    sensors.tree.expandAll()
    sensors.refresh()
    index = sensors.model.find(topic)
    assert sensors.model.topic_at(index) == topic
    return index.siblingAtColumn(1).data()


def test_a_file_gives_a_topic_its_unit_its_name_and_a_place_on_the_map(sensors, panel, station, app):
    say(station, NEM, b"61.5")
    assert value_of(sensors, NEM) == "61.5"
    assert opened(sensors, app, DATA) == ""
    assert value_of(sensors, NEM) == "61.5 %"
    assert "Kabin1 humidity" in sensors.model.find(NEM).data(3)
    layer = panel.view.stack.layer(SensorLayer)
    assert layer.placed.topics == [NEM]
    assert layer.placed.places[0].tolist() == [40.995, 39.772]
    # 60 s are promised: silence is told after three of them
    station.pass_time(179.0)
    assert station.feed.sensors.freshness(NEM, station.now_s).name == "FRESH"
    station.pass_time(2.0)
    assert station.feed.sensors.freshness(NEM, station.now_s).name == "STALE"
    sensors.meanings.close()
    assert value_of(sensors, NEM) == "61.5"
    assert layer.placed.topics == []


@pytest.mark.parametrize(
    ("text", "words"), [("sensors: [{topics: a, unit: x}]", "no such field"), (None, "can't be read")]
)
def test_a_file_that_is_none_is_told_and_changes_nothing(sensors, station, app, tmp_path, text, words):
    say(station, NEM, b"61.5")
    opened(sensors, app, DATA)
    path = tmp_path / "bad.yaml"
    if text is not None:
        path.write_text(text)
    assert words in opened(sensors, app, path)
    assert words in sensors._error.text()
    assert value_of(sensors, NEM) == "61.5 %"
    assert sensors.meanings.path == DATA


def test_a_topic_is_brought_into_view(sensors, station):
    say(station, NEM, b"61.5")
    value_of(sensors, NEM)
    sensors.show_topic(NEM)
    assert sensors.model.topic_at(sensors.tree.currentIndex()) == NEM
