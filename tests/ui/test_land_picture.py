# SPDX-License-Identifier: Apache-2.0
"""The ground that is kept as pixels while the map moves is the ground that would be drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from groundstation.ui.map_panel import land_picture
from groundstation.ui.map_panel.land_picture import ALIKE, MARGIN_PX, LandPicture
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees

COAST = Camera(*mercator_from_degrees(41.0, 39.7), 40.0, 320, 200)


@pytest.fixture
def land(app):
    return LandPicture()


@pytest.fixture
def drawn(monkeypatch):
    """Widths of what was drawn anew."""
    found = []
    real = land_picture._paint

    def paint(painter, camera):
        found.append(camera.width)
        real(painter, camera)

    monkeypatch.setattr(land_picture, "_paint", paint)
    return found


def moved(camera, across_px, down_px=0.0, scale=1.0):
    return replace(
        camera,
        x_m=camera.x_m + across_px * camera.scale_m,
        y_m=camera.y_m - down_px * camera.scale_m,
        scale_m=camera.scale_m * scale,
    )


def picture(land, camera):
    image = QImage(round(camera.width), round(camera.height), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    land.paint(painter, Frame(camera, 0.0))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return rows[:, : image.width(), :3].astype(int)


def test_a_map_that_is_dragged_shows_what_would_be_drawn_without_drawing_it(land, drawn):
    picture(land, COAST)
    assert drawn == [COAST.width]
    views = [moved(COAST, 5.0 * turn, 3.0 * turn) for turn in range(1, 30)]
    seen = [picture(land, one) for one in views]
    # with a margin, once
    assert drawn[1:] == [COAST.width + 2 * MARGIN_PX]
    for view, found in zip(views[::7], seen[::7], strict=True):
        fresh = picture(LandPicture(), view)
        assert len(np.unique(fresh.reshape(-1, 3), axis=0)) > 10  # a coast is in view
        assert np.abs(found - fresh).max() <= 2
    assert not land.is_rough


@pytest.mark.parametrize(("across_px", "times"), [(MARGIN_PX, 0), (MARGIN_PX + 1, 1)])
def test_beyond_the_margin_it_is_drawn_anew(land, drawn, across_px, times):
    for view in (COAST, moved(COAST, 1.0)):
        picture(land, view)
    before = len(drawn)
    picture(land, moved(COAST, 1.0 + across_px))
    assert len(drawn) - before == times


@pytest.mark.parametrize(("share", "is_cut"), [(ALIKE * 0.98, True), (ALIKE * 1.02, False)])
def test_a_small_zoom_is_cut_from_it_and_a_large_one_is_drawn(land, drawn, share, is_cut):
    for view in (COAST, moved(COAST, 1.0)):
        picture(land, view)
    before = len(drawn)
    zoomed = moved(COAST, 1.0, scale=1.0 + share)
    found = picture(land, zoomed)
    assert land.is_rough is is_cut
    assert (len(drawn) == before) is is_cut
    # places stand where they belong: few pixels at the coast differ
    far = np.abs(found - picture(LandPicture(), zoomed)).max(axis=2) > 40
    assert far.mean() < 0.02


def test_where_the_map_rests_it_becomes_sharp(land, drawn):
    for view in (COAST, moved(COAST, 1.0)):
        picture(land, view)
    zoomed = moved(COAST, 1.0, scale=1.01)
    wished = land.wishes(Frame(zoomed, 0.0))
    picture(land, zoomed)
    # asked twice before it is painted, it wishes once
    again = [land.wishes(Frame(zoomed, 0.0)) for _ in range(2)]
    assert again == [wished + 1] * 2
    assert np.abs(picture(land, zoomed) - picture(LandPicture(), zoomed)).max() <= 2
    assert not land.is_rough
    assert land.wishes(Frame(zoomed, 0.0)) == wished + 1


def test_other_pixels_of_the_screen_are_other_pixels(land, drawn):
    for view in (COAST, moved(COAST, 1.0)):
        picture(land, view)
    image = QImage(640, 400, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    painter = QPainter(image)
    land.paint(painter, Frame(moved(COAST, 2.0), 0.0, ratio=2.0))
    painter.end()
    assert drawn[-1] == COAST.width + 2 * MARGIN_PX
    assert len(drawn) == 3
