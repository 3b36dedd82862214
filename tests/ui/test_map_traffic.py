# SPDX-License-Identifier: Apache-2.0
"""Other aircraft on a map: heard, old, gone, and a line to whom one comes near."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from groundstation.fleet.awareness.traffic_near import FRESH_S
from groundstation.fleet.past import Moment
from groundstation.ui.map_panel.label_placer import Box
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.map_marks import mark_of
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.map_panel.traffic_layer import SHOWN_S, TrafficLayer, words_of
from groundstation.ui.map_panel.worked_out import in_view
from groundstation.ui.past.past_view import PastView
from tests.fleet.awareness.test_approach import NOW_S, flying
from tests.fleet.awareness.test_traffic import aircraft


@pytest.fixture
def past(app):
    made = PastView()
    yield made
    made.deleteLater()


def shown(past, *traffic):
    past.show(Moment(at_s=NOW_S, states=(msgspec.structs.replace(flying("a"), traffic=traffic),)), {})
    marks = [mark_of(one, past.summary(one), NOW_S) for one in past.fleet]
    frame = Frame(Camera(*mercator_from_degrees(41.0, 39.7), 20.0, 600.0, 600.0), NOW_S, marks=marks)
    layer = TrafficLayer(past)
    layer.renew(frame)
    near = {one.aircraft.told.index: one for one, _ in layer.near(frame)}
    return layer, frame, [words_of(one, near.get(one.told.index)) for one in layer.aircraft]


def test_one_that_comes_near_says_how_near_and_when(past):
    layer, frame, words = shown(past, aircraft(east_m=500.0))
    assert words == ["THY4AB  200 m  510 m · 50 s"]
    picture = QImage(600, 600, QImage.Format.Format_RGB32)
    picture.fill(0)
    painter = QPainter(picture)
    layer.paint(painter, frame)
    painter.end()
    dark = picture.copy()
    dark.fill(0)
    assert picture != dark
    # it is not ours: nothing takes hold of it
    x, y = frame.camera.screen(*mercator_from_degrees(layer.aircraft[0].told.lat_deg, layer.aircraft[0].told.lon_deg))
    assert layer.hit(frame, QPointF(x, y)) is None


def test_one_that_passes_far_away_is_drawn_without_a_line(past):
    layer, frame, words = shown(past, aircraft(east_m=2_000.0))
    assert words == ["THY4AB  200 m"]
    assert layer.near(frame) == []


@pytest.mark.parametrize(
    ("seen_s", "words"),
    [
        (FRESH_S - 0.5, ["THY4AB  200 m  100 m · 40 s"]),
        (FRESH_S + 1.0, ["THY4AB  200 m  (11 s)"]),
        (SHOWN_S - 0.5, ["THY4AB  200 m  (30 s)"]),
        (SHOWN_S + 0.5, []),
    ],
)
def test_an_old_one_is_told_as_old_and_then_goes(past, seen_s, words):
    assert shown(past, aircraft(seen_s=seen_s))[2] == words


@pytest.mark.parametrize(
    ("box", "moved"),
    [
        (Box(590.0, 10.0, 640.0, 28.0), Box(548.0, 10.0, 598.0, 28.0)),
        (Box(-20.0, -5.0, 30.0, 13.0), Box(2.0, 2.0, 52.0, 20.0)),
        (Box(10.0, 10.0, 60.0, 28.0), Box(10.0, 10.0, 60.0, 28.0)),
        (Box(601.0, 10.0, 640.0, 28.0), None),
    ],
)
def test_words_at_the_edge_of_the_view_stand_in_it_whole(box, moved):
    assert in_view(Camera(0.0, 0.0, 1.0, 600.0, 600.0), {"a": box}).get("a") == moved
