# SPDX-License-Identifier: Apache-2.0
"""While it flies: how far it is from where it was in the record at the same moment after the take-off."""

from __future__ import annotations

import numpy as np
import pytest

from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.refly.flown import UP_M, NothingFlownError
from groundstation.fleet.refly.news import MOST_WAY_POINTS, recorded_way
from groundstation.fleet.refly.shadowed import Shadowed
from tests.fleet.refly.ways import STEP_S, flight, square, walked

BOOT_S = 700.0
"""The clock of the second vehicle when it is armed."""


def told(shadowed, recorded, way, wait_s=0.0, shift_m=(0.0, 0.0, 0.0)):
    """All that is said while a way is flown, after so long on the ground, moved by north, east, up."""
    again = flight(way, origin=recorded.origin)
    found = []
    for index, at_s in enumerate(way.time_s):
        north_m, east_m, up_m = shift_m
        off = flight(
            walked([(0, 0, 0), (way.north_m[index] + north_m, way.east_m[index] + east_m, 1.0)]), origin=again.origin
        ).place(-1)
        height_m = float(way.height_m[index]) + up_m
        found.append(shadowed.heard(BOOT_S + wait_s + float(at_s), off.lat_deg, off.lon_deg, height_m))
    return found


def far_m(found):
    return np.array([np.nan if one.distance_m is None else one.distance_m for one in found])


def test_the_same_flight_is_no_distance_away_however_long_it_waited_on_the_ground():
    recorded = flight(square())
    found = told(Shadowed(recorded), recorded, square(), wait_s=120.0)
    distances = far_m(found)
    assert np.isnan(distances[:2]).all()
    assert np.nanmax(distances) < 0.02
    assert np.isfinite(distances[10:]).all()


def test_another_place_and_height_are_told_in_all_directions():
    recorded = flight(square())
    found = told(Shadowed(recorded), recorded, square(), shift_m=(3.0, 4.0, 12.0))
    assert far_m(found)[20:] == pytest.approx(13.0, abs=0.05)
    assert found[50].height_m - found[50].recorded_height_m == pytest.approx(12.0, abs=0.02)


def test_a_slower_flight_falls_behind_by_its_lateness():
    recorded = flight(walked([(0, 0, 0), (0, 0, 20), (200, 0, 20)], speed_mps=5.0))
    found = told(Shadowed(recorded), recorded, walked([(0, 0, 0), (0, 0, 20), (200, 0, 20)], speed_mps=4.0))
    at = int(20.0 / STEP_S)
    # after 20 s the first is 16 s on its leg, the second 15 s; both climbed 20 m first
    assert far_m(found)[at] == pytest.approx(80.0 - 60.0, abs=1.0)


@pytest.mark.parametrize(("up_m", "is_off"), [(UP_M - 0.01, False), (UP_M + 0.01, True)])
def test_it_has_taken_off_as_a_comparison_counts_it(up_m, is_off):
    recorded = flight(square())
    shadowed = Shadowed(recorded)
    home = recorded.origin
    shadowed.heard(BOOT_S, home.lat_deg, home.lon_deg, 0.3)
    found = shadowed.heard(BOOT_S + 0.2, home.lat_deg, home.lon_deg, 0.3 + up_m)
    assert (found.distance_m is not None) == is_off


def test_what_drives_is_off_when_it_is_away_from_its_place():
    recorded = flight(walked([(0, 0, 0), (50, 0, 0)]), kind=VehicleKind.ROVER)
    found = far_m(told(Shadowed(recorded), recorded, walked([(0, 0, 0), (50, 0, 0)])))
    assert np.isnan(found[0])
    assert np.nanmax(found) < 0.6


def test_a_moment_that_was_told_already_changes_nothing():
    recorded = flight(square())
    shadowed = Shadowed(recorded)
    home = recorded.origin
    first = shadowed.heard(BOOT_S, home.lat_deg, home.lon_deg, 0.0)
    assert shadowed.heard(BOOT_S, home.lat_deg + 1.0, home.lon_deg, 50.0) is first
    assert shadowed.heard(BOOT_S - 1.0, home.lat_deg + 1.0, home.lon_deg, 50.0) is first


def test_after_its_end_the_record_stands_where_it_ended():
    recorded = flight(square())
    found = told(Shadowed(recorded), recorded, square(speed_mps=3.0))
    assert found[-1].recorded_height_m == pytest.approx(0.0, abs=0.01)
    assert found[-1].distance_m == pytest.approx(0.0, abs=0.05)


def test_the_way_that_is_told_is_thinned_and_of_the_air_alone():
    recorded = flight(square(side_m=900.0))
    way = recorded_way(recorded)
    assert len(way.lat_deg) == len(way.lon_deg) == MOST_WAY_POINTS
    assert max(way.lat_deg) - min(way.lat_deg) == pytest.approx(900.0 / 111_319.5, rel=0.01)
    carried = recorded_way(flight(walked([(0, 300, 0), (0, 0, 0), (0, 0, 20), (60, 0, 20), (60, 0, 0)])))
    assert max(carried.lon_deg) - min(carried.lon_deg) < 5.0 / 80_000.0
    with pytest.raises(NothingFlownError):
        recorded_way(flight(walked([(0, 0, 0), (30, 0, 0)])))
