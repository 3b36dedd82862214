# SPDX-License-Identifier: Apache-2.0
"""Modes on the lanes of the timeline can be read, whatever the theme, the vehicle, and the moment that is shown."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage, QPainter

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.ui.past.lane_data import LaneData
from groundstation.ui.past.lane_painter import AXIS_H, GUTTER, LANE_H, LanePainter, paint_moment
from groundstation.ui.past.lane_scale import LaneScale
from groundstation.ui.theme import colours
from groundstation.ui.theme.inks import ink, vehicle_ink, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.theme import VEHICLES
from groundstation.ui.theme.themes import THEMES
from tests.ui.test_themes import READABLE, contrast

RATIO = 4
"""Pixels for each pixel: strokes of small letters would never have the whole colour of their pen."""
SECONDS = 100.0
KEYS = [VehicleKey("replay", f"uav-{number + 1}") for number in range(VEHICLES)]


@pytest.fixture(params=THEMES, ids=lambda theme: theme.key)
def theme(request, app, monkeypatch):
    # every colour once, whoever had one in another test
    monkeypatch.setattr(colours, "_BOOK", colours.ColourBook())
    before = wearing().theme
    wearing().put_on(request.param)
    yield request.param
    wearing().put_on(before)


def painted(at_s):
    """All vehicles in AUTO for the whole time, with a moment shown."""
    data = LaneData()
    marks = [Landmark(at_s=0.0, kind=LandmarkKind.ARMED, key=key) for key in KEYS]
    marks += [Landmark(at_s=0.0, kind=LandmarkKind.MODE, key=key, said="AUTO") for key in KEYS]
    data.take(marks, tuple(KEYS), SECONDS)
    scale = LaneScale()
    scale.left, scale.right = GUTTER, GUTTER + 400
    scale.set_whole(0.0, SECONDS)
    picture = QImage((GUTTER + 410) * RATIO, (AXIS_H + LANE_H * len(KEYS)) * RATIO, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(RATIO)
    picture.fill(ink(Ink.SURFACE))
    painter = QPainter(picture)
    paint = LanePainter(painter, scale, data, has_moment=True)
    for number, key in enumerate(KEYS):
        paint.lane(AXIS_H + number * LANE_H, key, key.id, is_chosen=False)
    paint_moment(painter, scale, at_s, (0, picture.height() // RATIO), paint.words, has_date=False)
    painter.end()
    return picture


def read_on(picture, number):
    """The contrast of the word on the lane of a vehicle to the block that it is written on."""
    top = AXIS_H + number * LANE_H
    colour = lambda x, y: picture.pixelColor(int(x * RATIO), int(y * RATIO)).name()  # noqa: E731
    block = colour(GUTTER + 100, top + 8)
    letters = {colour(GUTTER + 5 + x / RATIO, top + 3 + y / RATIO) for x in range(100) for y in range(32)}
    return max(contrast(block, one) for one in letters)


@pytest.mark.parametrize("at_s", [SECONDS, 0.0], ids=["before", "after"])
def test_the_mode_can_be_read_on_each_vehicle_s_block(theme, at_s):
    picture = painted(at_s)
    found = {key.id: round(read_on(picture, number), 2) for number, key in enumerate(KEYS)}
    assert {name: ratio for name, ratio in found.items() if ratio < READABLE} == {}


def test_whose_block_it_is_is_told_by_an_edge_of_its_whole_colour(theme):
    picture = painted(SECONDS)
    edges = [
        picture.pixelColor((GUTTER + 100) * RATIO, (AXIS_H + number * LANE_H + LANE_H - 3) * RATIO).name()
        for number in range(VEHICLES)
    ]
    assert set(edges) == {vehicle_ink(place).name() for place in range(VEHICLES)}
