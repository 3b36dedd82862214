# SPDX-License-Identifier: Apache-2.0
"""The coarse world looked at in one place after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from groundstation.ui.map_panel import outlines as module
from groundstation.ui.map_panel.land_picture import path_of
from groundstation.ui.map_panel.mercator import WORLD_M, Camera, mercator_from_degrees
from groundstation.ui.map_panel.outlines import NEARER, Layer, Outlines, Regional

COAST = Camera(*mercator_from_degrees(41.0, 39.7), 400.0, 600, 400)
SQUARE = np.array([(0.0, 0.0), (1_000.0, 0.0), (1_000.0, 1_000.0), (0.0, 1_000.0)])


def land(world: Outlines, camera: Camera) -> QPainterPath:
    return path_of(world.land(camera), closed=True)


def is_land(path: QPainterPath, camera: Camera) -> NDArray[np.bool_]:
    places = [(x, y) for x in range(4, int(camera.width), 29) for y in range(4, int(camera.height), 29)]
    return np.array([path.contains(QPointF(x, y)) for x, y in places])


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Filled each time when all of a layer is looked through."""
    seen: list[object] = []
    make = Regional._region
    monkeypatch.setattr(Regional, "_region", lambda self, *said: seen.append(self) or make(self, *said))
    return seen


MOVES: tuple[Callable[[Camera], Camera], ...] = (
    lambda one: one,
    lambda one: replace(one, x_m=one.x_m + 250 * one.scale_m),
    lambda one: replace(one, y_m=one.y_m - 150 * one.scale_m, scale_m=one.scale_m / 1.6),
    lambda one: replace(one, x_m=one.x_m - 200 * one.scale_m, scale_m=one.scale_m * 1.2),
    # out of what was kept, and far nearer
    lambda one: replace(one, x_m=one.x_m - 2_000 * one.scale_m),
    lambda one: replace(one, x_m=one.x_m + WORLD_M + 90_000.0, scale_m=one.scale_m / 40.0),
    lambda one: replace(one, scale_m=one.scale_m * 90.0),
)


def test_what_was_kept_of_other_views_shows_the_same_land() -> None:
    world = Outlines()
    for move in MOVES:
        camera = move(COAST)
        found, expected = is_land(land(world, camera), camera), is_land(land(Outlines(), camera), camera)
        # where points are thinned for another view a coast may run a pixel aside
        assert np.count_nonzero(found != expected) <= 1
    assert 0 < is_land(land(world, COAST), COAST).mean() < 1


def test_a_view_a_little_aside_looks_at_what_is_around_only(looked: list[object]) -> None:
    world = Outlines()
    world.land(COAST)
    world.borders(COAST)
    looked.clear()
    for step in range(1, 60):
        camera = replace(COAST, x_m=COAST.x_m + 8.0 * step * COAST.scale_m, scale_m=COAST.scale_m * (1 - step / 200))
        world.land(camera)
        world.borders(camera)
    assert looked == []


@pytest.mark.parametrize(("nearer", "is_kept"), [(NEARER * 0.999, True), (NEARER * 1.001, False)])
def test_a_much_nearer_view_is_looked_for_again(looked: list[object], nearer: float, is_kept: bool) -> None:
    layer = Regional(Layer([SQUARE]), is_cut=True)
    list(layer.near((400.0, 400.0, 600.0, 600.0), 1.0))
    looked.clear()
    list(layer.near((450.0, 450.0, 500.0, 500.0), 1.0 / nearer))
    assert bool(looked) != is_kept


@pytest.mark.parametrize(("shift", "is_kept"), [(199.0, True), (201.0, False), (-199.0, True), (-201.0, False)])
def test_a_view_that_leaves_what_is_around_is_looked_for_again(
    looked: list[object], shift: float, is_kept: bool
) -> None:
    for axis in (0, 1):
        layer = Regional(Layer([SQUARE]), is_cut=True)
        list(layer.near((400.0, 400.0, 600.0, 600.0), 1.0))
        looked.clear()
        moved = np.array([400.0, 400.0, 600.0, 600.0])
        moved[[axis, axis + 2]] += shift
        assert [len(one) for one in layer.near(tuple(moved), 1.0)] == [4]
        assert bool(looked) != is_kept


def test_no_more_than_a_few_places_are_kept() -> None:
    layer = Regional(Layer([SQUARE]), is_cut=True)
    for at in range(20):
        list(layer.near((1e4 * at, 0.0, 1e4 * at + 10.0, 10.0), 1.0))
    assert len(layer._regions) == module.KEPT_REGIONS
