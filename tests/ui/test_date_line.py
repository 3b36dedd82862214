# SPDX-License-Identifier: Apache-2.0
"""At longitude 180 the world goes on."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest

from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import (
    HALF_WORLD_M,
    WORLD_M,
    Camera,
    degrees_from_mercator,
    mercator_from_degrees,
    mercator_from_places,
    together,
)
from groundstation.ui.map_panel.outlines import outlines
from groundstation.ui.map_panel.trail_layer import _continuous
from groundstation.ui.selection import Selection
from tests.ui.support.pretend_fleet import PretendVehicle


class Fiji(PretendVehicle):
    """A vehicle that stays at one place."""

    lat_deg, lon_deg = -16.5, 179.999

    def motion(self, t, now_s):
        found = super().motion(t, now_s)
        place = msgspec.structs.replace(found.position, lat_deg=self.lat_deg, lon_deg=self.lon_deg)
        return msgspec.structs.replace(found, position=place)


@pytest.fixture
def panel(station, app):
    made = MapPanel(MapContext(station.feed, Selection()))
    made.resize(800, 600)
    made.show()
    east, west = Fiji(1), Fiji(2)
    west.lon_deg = -179.999
    station.hear(east, west)
    made.view.refresh(station.now_s)
    yield made
    made.deleteLater()


def test_two_vehicles_beside_it_are_shown_near_each_other(panel):
    assert panel.view.fit()
    camera = panel.view.camera
    assert camera.width * camera.scale_m < 2_000
    assert panel.view.shows_all()
    xs = [camera.screen(mark.x_m, mark.y_m)[0] for mark in panel.view.marks]
    assert all(0 < x < camera.width for x in xs)
    panel.view.grab()


def test_following_one_goes_the_short_way(panel):
    first, second = panel.view.marks
    panel.view.centre_on(first.key)
    before = panel.view.camera.x_m
    panel.view.centre_on(second.key)
    assert abs(panel.view.camera.x_m - before) < 500


@pytest.mark.parametrize("turns", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("lon", [-179.9, -179.5, -10.0, 0.0, 39.7, 179.5])
def test_the_place_under_the_mouse_is_within_180(turns, lon):
    x_m, y_m = mercator_from_degrees(-16.0, lon)
    lat, found = degrees_from_mercator(x_m + turns * WORLD_M, y_m)
    assert found == pytest.approx(lon, abs=1e-6)
    assert lat == pytest.approx(-16.0)


def test_180_is_not_181():
    assert degrees_from_mercator(HALF_WORLD_M * 1.01, 0.0)[1] == pytest.approx(-178.2)
    assert degrees_from_mercator(-HALF_WORLD_M * 1.01, 0.0)[1] == pytest.approx(178.2)


@pytest.mark.parametrize(
    ("lons", "span"),
    [((179.0, -179.0), 2.0), ((-179.0, 179.0, 178.0), 3.0), ((10.0, 20.0), 10.0), ((-120.0, 0.0, 100.0), 220.0)],
)
def test_a_group_is_as_wide_as_it_is(lons, span):
    xs = together([mercator_from_degrees(0.0, lon)[0] for lon in lons])
    assert max(xs) - min(xs) == pytest.approx(span / 360 * WORLD_M)
    assert together([]) == []


@pytest.mark.parametrize("around", [179.9, -179.9, 0.0])
def test_a_trail_across_it_is_short(around):
    places = np.array([[-16.0, lon] for lon in (179.90, 179.95, 179.999, -179.99, -179.95)])
    points = _continuous(mercator_from_places(places), mercator_from_degrees(0.0, around)[0])
    steps = np.abs(np.diff(points[:, 0]))
    assert steps.max() < 6_000
    assert abs(points[-1, 0] - mercator_from_degrees(0.0, around)[0]) <= HALF_WORLD_M


def area(rings):
    return sum(abs(np.dot(r[:, 0], np.roll(r[:, 1], 1)) - np.dot(r[:, 1], np.roll(r[:, 0], 1))) / 2 for r in rings)


@pytest.mark.parametrize("turns", [-1, 1])
@pytest.mark.parametrize("lon", [12.0, 100.0, 179.0, -179.0])
@pytest.mark.parametrize("scale", [800.0, 9_000.0])
def test_land_is_the_same_on_every_copy_of_the_world(lon, scale, turns):
    x_m, y_m = mercator_from_degrees(66.0, lon)
    here = outlines().land(Camera(x_m, y_m, scale, 800, 600))
    there = outlines().land(Camera(x_m + turns * WORLD_M, y_m, scale, 800, 600))
    assert here
    assert area(there) == pytest.approx(area(here), rel=1e-6)


def test_no_land_is_drawn_twice_at_the_seam():
    for lon in (179.0, 180.0, -179.0):
        x_m, y_m = mercator_from_degrees(68.0, lon)
        rings = outlines().land(Camera(x_m, y_m, 2_000.0, 800, 600))
        middles = [ring.mean(axis=0) for ring in rings]
        assert not any(np.allclose(one, other, atol=0.01) for one, other in itertools.combinations(middles, 2))
        assert len(rings) >= 1
