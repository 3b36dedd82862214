# SPDX-License-Identifier: Apache-2.0
"""A flight that was flown again on the map: coloured and widened by its error, on one scale, in each theme."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from groundstation.fleet.refly.error_way import ErrorWay
from groundstation.ui.map_panel.error_layer import (
    MARGIN,
    SCALE_PX,
    SHADES,
    WIDTHS_PX,
    ErrorLayer,
    legend_box,
    runs_of,
    shades_of,
    width_px,
)
from groundstation.ui.map_panel.layer_stack import LayerStack
from groundstation.ui.map_panel.layers import LAYERS
from groundstation.ui.map_panel.map_layer import Frame, MapContext
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.past.past_view import PastView
from groundstation.ui.selection import Selection
from groundstation.ui.theme.colours import error_colour
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.themes import THEMES
from tests.ui.test_themes import APART, contrast, distance

LAT, LON = 41.0, 39.7
WIDE, HIGH = 600, 400
METRES = 200
"""East from the middle, by steps of one."""


def way(errors_m, lon_deg=LON):
    count = len(errors_m)
    lon = tuple(lon_deg + (number - count / 2) * 1.2e-5 for number in range(count))
    lon = tuple((one + 180.0) % 360.0 - 180.0 for one in lon)
    return ErrorWay(
        lat_deg=(LAT,) * count,
        lon_deg=lon,
        aside_m=tuple(errors_m),
        # the record lies beside it, out of the picture
        recorded_lat_deg=(LAT + 1.0,) * count,
        recorded_lon_deg=lon,
    )


@pytest.fixture(params=THEMES, ids=lambda theme: theme.key)
def theme(request, app):
    before = wearing().theme
    wearing().put_on(request.param)
    yield request.param
    wearing().put_on(before)


def frame(lon_deg=LON):
    x_m, y_m = mercator_from_degrees(LAT, lon_deg)
    return Frame(Camera(x_m, y_m, 1.0, WIDE, HIGH), 0.0)


def painted(layer, at=None):
    at = at or frame()
    picture = QImage(WIDE, HIGH, QImage.Format.Format_RGB32)
    picture.fill(ink(Ink.LAND))
    painter = QPainter(picture)
    layer.renew(at)
    layer.paint(painter, at)
    painter.end()
    return picture


def column(picture, x):
    """Colours from top to bottom, but for the legend's height."""
    return [picture.pixelColor(x, y).name() for y in range(HIGH - 70)]


def test_it_is_dark_and_narrow_where_it_is_right_and_bright_and_wide_where_it_is_aside(theme):
    view = PastView()
    view.error_ways = (way([0.0] * 100 + [2.0] * 100),)
    picture = painted(ErrorLayer(view))
    near, far = column(picture, WIDE // 2 - 60), column(picture, WIDE // 2 + 60)
    low, high = error_colour(0.0).name(), error_colour(1.0).name()
    assert near.count(low) >= WIDTHS_PX[0] - 1.0
    assert far.count(high) >= WIDTHS_PX[1] - 1.0
    assert far.count(low) == near.count(high) == 0
    assert (low, high) == (theme.colours[Ink.ERROR_LEAST], theme.colours[Ink.ERROR_MOST])


def test_both_ends_are_seen_on_the_map_and_no_shade_looks_like_an_alarm(theme):
    colours = theme.colours
    for ground in (Ink.LAND, Ink.SEA, Ink.BACKGROUND):
        # the colour itself, or the edge around it: 3 to 1 is the least of a thing that is no text
        for end in (Ink.ERROR_LEAST, Ink.ERROR_MOST):
            assert max(contrast(colours[one], colours[ground]) for one in (end, Ink.ERROR_EDGE)) >= 3.0
    shades = [error_colour(number / (SHADES - 1)).name() for number in range(SHADES)]
    for alarm in (Ink.CAUTION, Ink.WARNING):
        assert min(distance(one, colours[alarm]) for one in shades) > APART
    brightness = [contrast(one, "#000000") for one in shades]
    assert brightness == sorted(brightness)


def test_the_legend_says_the_scale_in_metres(theme, monkeypatch):
    said = []
    real = QPainter.drawText
    monkeypatch.setattr(QPainter, "drawText", lambda self, *told: (said.append(told[-1]), real(self, *told))[1])
    view = PastView()
    view.error_ways = (way([0.0] * 150 + [1.9] * 50),)
    painted(ErrorLayer(view))
    assert said == ["largest 1.9 m", "aside of the record", "m", "0", "1", "2"]
    said.clear()
    view.error_ways = (way([0.0] * 150 + [1.9] * 49 + [30.0]),)
    painted(ErrorLayer(view))
    assert said[-3:] == ["0", "1", "2+"]


@pytest.mark.parametrize(("wide", "high_px"), [(440.0, MARGIN), (439.0, MARGIN + SCALE_PX)])
def test_on_a_narrow_map_the_legend_leaves_the_scale_its_room(wide, high_px):
    box = legend_box(Camera(0.0, 0.0, 1.0, wide, HIGH))
    assert box.bottom() == HIGH - high_px
    assert box.right() == wide - MARGIN


def test_nothing_is_drawn_and_nothing_kept_without_ways(app):
    view = PastView()
    layer = ErrorLayer(view)
    assert layer.stale(frame()) is None
    picture = painted(layer)
    assert {colour for x in range(0, WIDE, 7) for colour in column(picture, x)} == {ink(Ink.LAND).name()}
    view.error_ways = (way([1.0] * 50),)
    assert layer.stale(frame()) is not None
    painted(layer)
    view.error_ways = ()
    assert len(set(column(painted(layer), WIDE // 2))) == 1


def test_it_is_drawn_once_until_the_view_moves_or_another_theme_is_worn(app):
    view = PastView()
    view.error_ways = (way([1.0] * 50),)
    layer = ErrorLayer(view)
    first = layer.stale(frame())
    assert layer.stale(frame()) == first
    assert layer.stale(frame(LON + 0.001)) != first
    before = wearing().theme
    wearing().put_on(next(one for one in THEMES if one is not before))
    assert layer.stale(frame()) != first
    wearing().put_on(before)


def test_a_way_over_longitude_180_is_no_line_round_the_world(app):
    view = PastView()
    view.error_ways = (way([1.0] * METRES, lon_deg=180.0),)
    picture = painted(ErrorLayer(view), frame(180.0))
    drawn = [x for x in range(WIDE) if len(set(column(picture, x))) > 1]
    assert METRES * 0.9 < len(drawn) < METRES * 2.0
    assert 0 not in drawn


def test_pieces_meet_and_every_limit_of_a_shade_is_where_it_is_said(app):
    assert shades_of(np.array([0.0, 0.1249, 0.125, 0.999, 1.0, 9.0])) == [0, 0, 1, 7, 7, 7]
    assert runs_of([0, 0, 1, 1, 0]) == [(0, 0, 3), (1, 2, 5), (0, 4, 5)]
    assert runs_of([]) == []
    assert [width_px(share) for share in (-1.0, 0.0, 1.0, 5.0)] == [*WIDTHS_PX[:1] * 2, *WIDTHS_PX[1:] * 2]


def test_it_is_a_row_of_the_map_which_the_operator_may_hide(station):
    station.feed.error_ways = (way([1.0] * 50),)
    stack = LayerStack(LAYERS, MapContext(station.feed, Selection()))
    picture = QImage(WIDE, HIGH, QImage.Format.Format_RGB32)

    def middle():
        painter = QPainter(picture)
        stack.paint(painter, frame())
        painter.end()
        return picture.pixelColor(WIDE // 2, HIGH // 2).name()

    shown = middle()
    stack.show("errors", is_shown=False)
    assert middle() != shown
    assert stack.hit(frame(), QPointF(WIDE / 2, HIGH / 2)) is None
