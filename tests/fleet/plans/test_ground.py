# SPDX-License-Identifier: Apache-2.0
"""Heights of the ground from tiles, and what they say of a plan."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from groundstation.app.ground_work import ground_heights
from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.ground_tiles import MOST_TILES, VOID, GroundError, heights_at, tile_name
from groundstation.fleet.plans.ground_under import (
    NEAR_M,
    STEP_M,
    GroundUnder,
    clearance_m,
    ground_finding,
    ground_under,
    is_too_low,
)
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_flight import flight_of
from groundstation.fleet.plans.plan_items import FRAME_MISSION, FRAME_RELATIVE, FRAME_TERRAIN, PlanItem
from groundstation.fleet.plans.plan_path import Place
from tests.support.ground import tile, write_tile

HOME = Place(40.5, 39.5)
PACE = pace_of(VehicleKind.MULTICOPTER, Autopilot.ARDUPILOT)
RETURN = PlanItem(command=Cmd.RETURN, frame=FRAME_MISSION)


def slope(lats, lons):
    """Rises to the north and to the east; whole metres at every sample of either size."""
    return 100.0 + 3600.0 * (lats - 40.0) + 7200.0 * (lons - 39.0)


# ---- tiles ----


@pytest.mark.parametrize("length", [1201, 3601])
def test_heights_are_those_of_the_samples_and_straight_between_them(length: int) -> None:
    made = tile((40, 39), slope, length)
    rng = np.random.default_rng(4)
    lats, lons = 40.0 + rng.random(500), 39.0 + rng.random(500)
    # corners, edges, and a sample itself
    lats[:5], lons[:5] = [40.0, 40.999999, 40.0, 40.5, 40.25], [39.0, 39.0, 39.999999, 39.5, 39.75]
    found = heights_at(lats, lons, {"N40E039": made}.get)
    assert found == pytest.approx(slope(lats, lons), abs=0.02)


@pytest.mark.parametrize(
    ("corner", "name"),
    [
        ((40, 39), "N40E039"),
        ((-1, -1), "S01W001"),
        ((0, 0), "N00E000"),
        ((-56, 179), "S56E179"),
        ((7, -180), "N07W180"),
    ],
)
def test_tiles_are_called_by_their_south_west_corner(corner: tuple[int, int], name: str) -> None:
    assert tile_name(*corner) == name
    place = np.array([corner[0] + 0.25]), np.array([corner[1] + 0.75])
    asked: list[str] = []
    assert math.isnan(heights_at(*place, asked.append)[0])
    assert asked == [name]


def test_two_tiles_meet_without_a_step_and_a_missing_one_is_not_known() -> None:
    tiles = {"N40E039": tile((40, 39), slope), "N41E039": tile((41, 39), slope)}
    lats = np.array([40.9999, 41.0, 41.0001, 42.5])
    found = heights_at(lats, np.full(4, 39.3), tiles.get)
    assert found[:3] == pytest.approx(slope(lats[:3], 39.3), abs=0.02)
    assert math.isnan(found[3])


def test_a_void_makes_its_surroundings_unknown_and_nothing_else() -> None:
    made = tile((40, 39), slope)
    made[600, 600] = VOID
    step = 1 / 1200
    lats, lons = np.array([40.5, 40.5 + 0.5 * step, 40.5 + 1.0 * step, 40.5 + 1.5 * step]), np.full(4, 39.5)
    found = heights_at(lats, lons, {"N40E039": made}.get)
    assert [math.isnan(one) for one in found] == [True, True, False, False]
    assert found[2:] == pytest.approx(slope(lats[2:], lons[2:]), abs=0.02)


def test_a_plan_over_too_many_tiles_is_refused_and_no_place_is_none() -> None:
    lons = np.arange(MOST_TILES + 1) - 100.5
    with pytest.raises(GroundError):
        heights_at(np.full(len(lons), 3.0), lons, lambda _: None)
    heights_at(np.full(len(lons) - 1, 3.0), lons[1:], lambda _: None)
    assert math.isnan(heights_at(np.array([math.nan]), np.array([3.0]), lambda _: None)[0])


def test_a_folder_is_read_and_what_is_wrong_with_it_is_told(tmp_path: Path) -> None:
    place = np.array([40.25]), np.array([39.75])
    with pytest.raises(GroundError, match="can't be read"):
        ground_heights(tmp_path / "none", *place)
    with pytest.raises(GroundError, match="has no tile"):
        ground_heights(tmp_path, *place)
    path = write_tile(tmp_path, (40, 39), slope)
    assert ground_heights(tmp_path, *place)[0] == pytest.approx(slope(*place)[0])
    path.rename(tmp_path / "n40e039.HGT")
    assert ground_heights(tmp_path, *place)[0] == pytest.approx(slope(*place)[0])
    (tmp_path / "n40e039.HGT").write_bytes(b"\0" * 1_000)
    with pytest.raises(GroundError, match=r"n40e039\.HGT: 1000 bytes are no tile"):
        ground_heights(tmp_path, *place)


# ---- under a plan ----


def waypoint(north_m: float, up_m: float, frame: int = FRAME_RELATIVE) -> PlanItem:
    lat_deg, lon_deg = moved(*HOME, north_m, 0.0)
    return PlanItem(command=Cmd.WAYPOINT, frame=frame, x=lat_deg, y=lon_deg, z=up_m)


def under(items: tuple[PlanItem, ...], heights) -> GroundUnder:
    flight = flight_of(items, HOME, 900.0, PACE, None)
    return ground_under(flight, items, HOME, heights)


def ridge(at_m: float, high_m: float, wide_m: float = 200.0):
    """A hill across the way so far north of home, over flat ground of 500 m."""

    def heights(lats, lons):
        del lons
        away = np.abs((lats - HOME.lat_deg) * 111_195.0 - at_m)
        return 500.0 + np.maximum(0.0, high_m * (1.0 - away / wide_m))

    return heights


PLAN = (PlanItem(command=Cmd.TAKEOFF, z=50.0), waypoint(300.0, 50.0), waypoint(1_500.0, 50.0), waypoint(2_000.0, 50.0))


def test_the_lowest_place_is_found_where_the_ground_is_highest_and_its_distance_is_right() -> None:
    found = under(PLAN, ridge(1_000.0, 35.0))
    lowest = found.lowest
    assert lowest is not None
    assert lowest.way_m == pytest.approx(1_000.0, abs=STEP_M)
    assert clearance_m(lowest) == pytest.approx(15.0, abs=35.0 * STEP_M / 200.0)
    assert lowest.number == 3
    # of the ground of home: what all of it is higher by changes nothing
    assert found.samples[0].ground_m == pytest.approx(0.0)
    assert not found.is_partly_unknown


def test_take_off_and_landing_are_no_low_flying() -> None:
    items = (*PLAN, waypoint(2_000.0, 0.0), PlanItem(command=Cmd.LAND, frame=FRAME_RELATIVE, x=0.0, y=0.0, z=0.0))
    items = (*items[:-1], replace(items[-1], x=items[-2].x, y=items[-2].y))
    found = under(items, ridge(9_000.0, 1.0))
    assert found.lowest is not None
    assert clearance_m(found.lowest) == pytest.approx(50.0)
    measured = [one for one in found.samples if one.is_measured]
    assert all(NEAR_M < one.way_m < 2_000.0 - NEAR_M + 1.0 for one in measured)


@pytest.mark.parametrize(("wanted_m", "is_low"), [(20.0, False), (20.1, True)])
def test_the_wanted_height_is_just_kept_or_just_not(wanted_m: float, is_low: bool) -> None:
    flat = under(tuple(replace(one, z=20.0) for one in PLAN), ridge(9_000.0, 1.0))
    assert is_too_low(flat, wanted_m) is is_low


@pytest.mark.parametrize(("high_m", "holds"), [(35.0, False), (80.0, True)])
def test_a_remedy_raises_the_legs_that_are_too_low_and_helps(high_m: float, holds: bool) -> None:
    heights = ridge(1_000.0, high_m)
    found = under(PLAN, heights)
    finding, [remedy] = ground_finding(found, PLAN, 20.0)
    assert finding.holds is holds
    assert "20 m" in str(finding.said) or "below the ground at" in str(finding.said)
    assert remedy.mission is not None
    assert not is_too_low(under(remedy.mission, heights), 20.0)
    # what is not too low stays
    assert (remedy.mission[0].z, remedy.mission[3].z) == (50.0, 50.0)


def test_where_a_return_is_too_low_no_item_could_be_raised() -> None:
    items = (*PLAN[:1], waypoint(10.0, 300.0), waypoint(1_500.0, 300.0), waypoint(1_500.0, 30.0), RETURN)
    found = under(items, ridge(1_000.0, 190.0, 100.0))
    # there it is high enough, and back at the height of a return it is not
    assert is_too_low(found, 20.0)
    assert found.lowest is not None
    assert found.lowest.number == 5
    finding, ways = ground_finding(found, items, 20.0)
    assert (finding.item, finding.holds, ways) == (5, True, [])


def test_items_above_the_ground_follow_it() -> None:
    items = (PLAN[0], waypoint(300.0, 40.0, FRAME_TERRAIN), waypoint(2_000.0, 40.0, FRAME_TERRAIN))
    found = under(items, ridge(1_000.0, 35.0))
    behind = [one for one in found.samples if one.is_measured and one.way_m > 310.0]
    assert [clearance_m(one) for one in behind] == pytest.approx([40.0] * len(behind), abs=0.1)
    assert max(one.height_m for one in behind) > 70.0


def test_from_a_height_above_home_to_one_above_the_ground_and_back_it_goes_evenly() -> None:
    items = (PLAN[0], waypoint(500.0, 60.0), waypoint(1_500.0, 40.0, FRAME_TERRAIN), waypoint(2_500.0, 90.0))
    found = under(items, lambda lats, lons: 500.0 + (lats - HOME.lat_deg) * 111_195.0 * 0.02 + 0.0 * lons)
    # at 500 m the ground is 10 m above home's, at 1,500 m 30 m, at 2,500 m 50 m: 50, 40 and 40 m above it
    legs = {number: [one for one in found.samples if one.number == number] for number in (3, 4)}
    for number, start_m, end_m in ((3, 50.0, 40.0), (4, 40.0, 40.0)):
        wanted = [
            start_m + (end_m - start_m) * (one.way_m - 500.0 - 1000.0 * (number - 3)) / 1000.0 for one in legs[number]
        ]
        assert [clearance_m(one) for one in legs[number]] == pytest.approx(wanted, abs=0.6)
    # no step from one to the next anywhere
    steps = [after.height_m - before.height_m for before, after in itertools.pairwise(legs[3] + legs[4])]
    assert max(map(abs, steps)) < 3.0


def test_a_return_from_above_the_ground_goes_on_as_high_as_it_was() -> None:
    items = (PLAN[0], waypoint(500.0, 60.0), waypoint(1_500.0, 40.0, FRAME_TERRAIN), RETURN)
    found = under(items, lambda lats, lons: 500.0 + (lats - HOME.lat_deg) * 111_195.0 * 0.02 + 0.0 * lons)
    # 40 m above ground that is 30 m above home's
    home = [one.height_m for one in found.samples if one.number == 4 and 1_520.0 < one.way_m < 2_980.0]
    assert home == pytest.approx([70.0] * len(home), abs=0.6)
    assert found.samples[-1].height_m == pytest.approx(0.0)


def test_what_is_not_known_is_no_ground() -> None:
    def half(lats, lons):
        return np.where(lats < HOME.lat_deg + 1_000.0 / 111_195.0, ridge(9e9, 1.0)(lats, lons), math.nan)

    found = under(PLAN, half)
    assert found.is_partly_unknown
    assert found.lowest is not None
    assert found.lowest.way_m < 1_000.0
    # above the ground it stands right wherever that is known, also behind where it is not
    tail = (PLAN[0], waypoint(1_500.0, 40.0, FRAME_TERRAIN), waypoint(300.0, 40.0, FRAME_TERRAIN))
    back = [one for one in under(tail, half).samples if one.number == 3 and one.ground_m is not None]
    assert [clearance_m(one) for one in back] == pytest.approx([40.0] * len(back))
    nowhere = under(PLAN, lambda lats, lons: np.full(len(lats), math.nan))
    assert nowhere.lowest is None
    assert not is_too_low(nowhere, 20.0)
    assert ground_under(flight_of((), None, None, PACE, None), (), None, half).samples == ()
