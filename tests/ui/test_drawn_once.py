# SPDX-License-Identifier: Apache-2.0
"""What is drawn once and kept as pixels is what it would be if it were drawn each time, and nobody paints on it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon

from groundstation.ui.map_panel import mission_layer
from groundstation.ui.map_panel.mission_layer import number_disc
from groundstation.ui.map_panel.sprites import SPRITE_PX
from groundstation.ui.theme import icons
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.themes import THEMES

SIZE = QSize(20, 20)


@pytest.fixture
def theme(app):
    before = wearing().theme
    yield before
    wearing().put_on(before)


def disc(number, *, is_flown=False, is_active=False, ratio=1.0):
    return number_disc(number, "", is_flown, is_active, ratio, wearing().theme.key).toImage()


def forget():
    number_disc.cache_clear()
    mission_layer._disc.cache_clear()


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("state", [{}, {"is_flown": True}, {"is_active": True}])
def test_a_number_stands_on_a_disc_that_is_its_own(app, ratio, state):
    found = {}
    for number in (7, 8, 1_000):
        forget()
        found[number] = disc(number, ratio=ratio, **state)
    forget()
    # one after the other, on the same disc
    assert all(disc(number, ratio=ratio, **state) == image for number, image in found.items())
    assert found[7] != found[8]
    assert (found[7].width(), found[7].devicePixelRatio()) == (SPRITE_PX * ratio, ratio)


def test_an_item_is_filled_until_it_is_flown_and_the_active_one_has_a_ring(app):
    middle, above = SPRITE_PX // 2, SPRITE_PX // 2 - 6
    ahead, flown, active = disc(1), disc(1, is_flown=True), disc(1, is_active=True)
    assert ahead.pixelColor(middle, above) == ink(Ink.TEXT)
    assert flown.pixelColor(middle, above) == ink(Ink.BACKGROUND)
    assert active.pixelColor(middle, middle - 12) == ink(Ink.ACCENT)
    assert ahead.pixelColor(middle, middle - 12).alpha() == 0


def test_an_icon_is_drawn_once_for_each_state_size_and_colour(theme):
    made = icon("fit")
    first = made.pixmap(SIZE).toImage()
    misses = icons._painted.cache_info().misses
    for _ in range(3):
        assert made.pixmap(SIZE).toImage() == first
        # who has one may do with it as he likes
        made.pixmap(SIZE).fill(QColor("red"))
    assert icons._painted.cache_info().misses == misses
    assert made.pixmap(SIZE, QIcon.Mode.Disabled).toImage() != first
    assert made.pixmap(QSize(21, 21)).toImage().size() == QSize(21, 21)
    assert made.pixmap(SIZE, 2.0).devicePixelRatio() == 2.0
    assert made.pixmap(SIZE).devicePixelRatio() == 1.0
    other = next(one for one in THEMES if one.colours[Ink.MUTED] != theme.colours[Ink.MUTED])
    wearing().put_on(other)
    assert made.pixmap(SIZE).toImage() != first
    wearing().put_on(theme)
    assert made.pixmap(SIZE).toImage() == first
