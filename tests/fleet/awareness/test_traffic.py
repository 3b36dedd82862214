# SPDX-License-Identifier: Apache-2.0
"""Other aircraft: how near they come, and how many are kept. Figures by hand."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.awareness.traffic_near import (
    FRESH_S,
    MARGIN_HEIGHT_M,
    MARGIN_M,
    aircraft_of,
    nearest_traffic,
)
from groundstation.fleet.awareness.watch import AwarenessWatch
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.geometry import moved
from groundstation.fleet.kinds import merge_indexed
from groundstation.fleet.summary import summary_of
from groundstation.fleet.traffic import MAX_TRAFFIC, TRAFFIC_S, Traffic
from tests.fleet.awareness.test_approach import NOW_S, flying


def aircraft(north_m=3_000.0, east_m=0.0, height_m=200.0, age_s=0.0, **values):
    """Comes south at 60 m/s."""
    lat, lon = moved(41.0, 39.7, north_m, east_m)
    told = {"track_deg": 180.0, "ground_speed_mps": 60.0, "callsign": "THY4AB", "seen_s": 0.0, **values}
    return Traffic(at_s=NOW_S - age_s, index=0x4BA9C1, lat_deg=lat, lon_deg=lon, height_amsl_m=height_m, **told)


def near(*traffic, state=None):
    state = msgspec.structs.replace(state or flying("a"), traffic=traffic)
    return nearest_traffic(state, aircraft_of([state], NOW_S).get("fleet", []), NOW_S)


def test_one_that_passes_as_reckoned_by_hand():
    """3 km away at 60 m/s: 50 s; 500 m beside and 100 m above."""
    found = near(aircraft(east_m=500.0))
    assert found.in_s == pytest.approx(50.0, abs=0.1)
    assert found.flat_m == pytest.approx(500.0, abs=1.0)
    assert found.height_m == pytest.approx(100.0)
    assert found.closest_m == pytest.approx(509.9, abs=1.0)
    assert found.aircraft.name == "THY4AB"
    assert near(aircraft(callsign="")).aircraft.name == "4BA9C1"


@pytest.mark.parametrize(("east_m", "is_near"), [(MARGIN_M - 3.0, True), (MARGIN_M + 3.0, False)])
def test_the_margin_along_the_ground(east_m, is_near):
    assert near(aircraft(east_m=east_m)).is_near is is_near


@pytest.mark.parametrize(("above_m", "is_near"), [(MARGIN_HEIGHT_M - 1.0, True), (MARGIN_HEIGHT_M + 1.0, False)])
def test_the_margin_in_height(above_m, is_near):
    assert near(aircraft(height_m=100.0 + above_m)).is_near is is_near


def test_a_height_that_is_not_known_keeps_nobody_apart():
    found = near(aircraft(height_m=None))
    assert found.height_m is None
    assert found.is_near


def test_an_older_place_is_moved_to_now_first_with_what_the_receiver_waited():
    """2 s on the way here, and 3 s in the receiver: 300 m nearer, so 45 s."""
    assert near(aircraft(age_s=2.0, seen_s=3.0)).in_s == pytest.approx(45.0, abs=0.1)


@pytest.mark.parametrize(("seen_s", "is_heard"), [(FRESH_S - 0.5, True), (FRESH_S + 0.5, False)])
def test_one_that_was_heard_long_ago_is_left_out(seen_s, is_heard):
    assert (near(aircraft(seen_s=seen_s)) is not None) is is_heard


@pytest.mark.parametrize("values", [{"track_deg": None}, {"ground_speed_mps": None}])
def test_one_that_does_not_tell_where_it_goes_is_left_out(values):
    assert near(aircraft(**values)) is None


def test_what_one_vehicle_hears_serves_all_of_its_tree_and_the_newest_word_counts():
    ears = msgspec.structs.replace(flying("ears", 5_000.0), traffic=(aircraft(age_s=4.0),))
    other = msgspec.structs.replace(flying("other", 6_000.0), traffic=(aircraft(2_000.0, age_s=1.0),))
    pretend = flying("pretend", root="sim")
    found = AwarenessWatch().whole([flying("a"), ears, other, pretend], NOW_S)
    by_id = {key.id: one for key, one in found.items()}
    assert by_id["a"].traffic_in_s == pytest.approx(1_940.0 / 60.0, abs=0.1)
    assert by_id["a"].traffic_with == "THY4AB"
    assert by_id["pretend"] is None
    summary = summary_of(msgspec.structs.replace(flying("a"), awareness=by_id["a"]), NOW_S)
    assert parse_filter("traffic_m < 101")(summary)
    assert not parse_filter("traffic_m < 99")(summary)


def test_a_flood_of_addresses_is_bounded_in_number_and_in_time():
    flood = tuple(Traffic(at_s=float(number) / 100.0, index=number + 1) for number in range(MAX_TRAFFIC + 40))
    kept = merge_indexed((), flood)
    assert len(kept) == MAX_TRAFFIC
    assert {one.index for one in kept} == set(range(41, MAX_TRAFFIC + 41))
    for late_s, count in ((TRAFFIC_S - 0.1, 2), (TRAFFIC_S + 0.1, 1)):
        assert len(merge_indexed((Traffic(at_s=0.0, index=1),), (Traffic(at_s=late_s, index=2),))) == count
