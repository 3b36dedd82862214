# SPDX-License-Identifier: Apache-2.0
"""How near the way of an order comes to others. Figures by hand: a copter goes there at 10 m/s."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.awareness.approach import MARGIN_M
from groundstation.fleet.awareness.order_way import TOLD_M, way_nearest
from groundstation.fleet.commands import Verb
from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.phrases import code_of
from tests.fleet.awareness.test_approach import NOW_S, flying
from tests.fleet.awareness.test_ghost import INFO


def copter(name, *args, **changes):
    return flying(name, *args, info=changes.pop("info", INFO), **changes)


def near(*others, goal=(400.0, 0.0), own=None, verb=Verb.GOTO, **more):
    own = own or copter("a")
    lat, lon = moved(41.0, 39.7, *goal)
    args = {"lat_deg": lat, "lon_deg": lon, "height_m": 100.0, "frame": "amsl", **more}
    fleet = {one.key: one for one in (own, *others)}
    return way_nearest(verb, {own.key: args}, fleet.get, fleet.values(), NOW_S)


def test_two_ways_that_cross():
    """a is 200 m north after 20 s; b, 240 m to the west there, comes east at 12 m/s and is there then."""
    found = near(copter("b", 200.0, -240.0, speed=(0.0, 12.0)))
    assert found.is_near
    assert found.said.args["distance_m"] == pytest.approx(0.0, abs=0.5)
    assert found.said.args["in_s"] == pytest.approx(20.0, abs=0.1)
    assert str(found.said) == "a comes within 0 m of b in 20 s, as both fly on, 0 m of it in height"


@pytest.mark.parametrize(("beside_m", "is_near"), [(MARGIN_M - 1.0, True), (MARGIN_M + 1.0, False)])
def test_who_stands_beside_the_way(beside_m, is_near):
    found = near(copter("b", 200.0, beside_m))
    assert found.is_near is is_near
    assert found.said.args["distance_m"] == pytest.approx(beside_m, abs=0.3)


def test_who_comes_to_the_point_after_it_has_arrived():
    """It is there after 10 s, and stays; b comes by after 50 s."""
    found = near(copter("b", 600.0, speed=(-10.0, 0.0)), goal=(100.0, 0.0))
    assert found.said.args["in_s"] == pytest.approx(50.0, abs=0.2)


def test_its_height_changes_on_the_way():
    """From 100 m to 60 m over 40 s: half way it is at 80 m, where b is."""
    found = near(copter("b", 200.0, 0.0, 80.0), height_m=60.0)
    assert found.said.args["height_m"] == pytest.approx(0.0, abs=0.3)
    assert found.said.args["in_s"] == pytest.approx(20.0, abs=0.5)


@pytest.mark.parametrize(("beside_m", "is_told"), [(TOLD_M - 2.0, True), (TOLD_M + 2.0, False)])
def test_who_stays_far_away_is_not_told(beside_m, is_told):
    assert (near(copter("b", 200.0, beside_m)) is not None) is is_told


def test_of_whom_nobody_knows_where_he_flies_that_is_said():
    old = msgspec.structs.replace(copter("b", 100.0), velocity=None)
    assert code_of(near(old).said) == "way_unknown"
    assert str(near(old, copter("c", 200.0, 10.0)).said).endswith("; of 1 more in the air nobody knows where they fly")


def test_those_that_are_ordered_together_are_looked_at_too():
    """Both go 400 m north and cross: from 40 m west to 40 m east, and the other way round."""
    one, other = copter("a", 0.0, -40.0), copter("b", 0.0, 40.0)
    fleet = {each.key: each for each in (one, other)}
    ends = [moved(41.0, 39.7, 400.0, east) for east in (40.0, -40.0)]
    orders = {each.key: {"lat_deg": lat, "lon_deg": lon} for each, (lat, lon) in zip((one, other), ends, strict=True)}
    found = way_nearest(Verb.GOTO, orders, fleet.get, fleet.values(), NOW_S)
    assert found.said.args["distance_m"] == pytest.approx(0.0, abs=0.5)


def test_what_is_simulated_drives_or_leads_to_no_point_is_nothing_to_say():
    assert near(copter("b", 200.0, root="sim")) is None
    rover = msgspec.structs.replace(INFO, kind=VehicleKind.ROVER)
    assert near(copter("b", 200.0), own=copter("a", info=rover)) is None
    assert near(copter("b", 200.0), verb=Verb.HEIGHT) is None
    assert near() is None
