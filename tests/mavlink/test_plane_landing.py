# SPDX-License-Identifier: Apache-2.0
"""The landing of a plane that has none: where it begins, into which wind, and when it is not given."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.geometry import distance_m, turn_deg
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.motion import Home, Position
from groundstation.fleet.navigation import Wind
from groundstation.fleet.status import MissionProgress
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.plan_send import Upload
from groundstation.mavlink.plane_landing import APPROACH_HEIGHT_M, APPROACH_M, NAV_LAND, has_mission, landing_if_needed
from groundstation.mavlink.recipes import CannotOrderError, Situation
from tests.mavlink.bearings import bearing_deg

LAT, LON = -35.363261, 149.165230
EMPTY = MissionProgress(at_s=0.0, item=0, items=0, state="no_mission")
STATE = VehicleState(
    key=VehicleKey("fleet", "uav-1"),
    home=Home(at_s=0.0, lat_deg=LAT, lon_deg=LON, height_amsl_m=584.0),
    position=Position(at_s=0.0, lat_deg=LAT + 0.01, lon_deg=LON, height_home_m=80.0),
    mission_progress=EMPTY,
)


def landing(state: VehicleState, first: VehicleState | None = None) -> Upload | None:
    return landing_if_needed(Situation(state=state, first=first or state, args={}, mav_type=1, mav_autopilot=3))


def approach_from_deg(state: VehicleState) -> float:
    upload = landing(state)
    assert upload is not None
    start = upload.items[1]
    assert distance_m(LAT, LON, start.x, start.y) == pytest.approx(APPROACH_M, rel=0.01)
    return bearing_deg(LAT, LON, start.x, start.y)


def test_it_is_home_an_approach_and_the_ground() -> None:
    upload = landing(STATE)
    assert upload is not None
    home, approach, ground = upload.items
    assert (home.frame, home.z, home.x) == (0, 584.0, LAT)
    assert (approach.command, approach.frame, approach.z) == (16, 3, APPROACH_HEIGHT_M)
    assert (ground.command, ground.frame, ground.x, ground.y, ground.z) == (NAV_LAND, 3, LAT, LON, 0.0)
    assert 189 not in [item.command for item in upload.items], "with a DO_LAND_START it could not be armed again"


@pytest.mark.parametrize("wind_from", [0.0, 45.0, 90.0, 180.0, 270.0, 359.0])
def test_the_approach_is_downwind_so_that_it_lands_against_the_wind(wind_from: float) -> None:
    windy = replace(STATE, wind=Wind(at_s=0.0, from_deg=wind_from, speed_mps=6.0))
    assert abs(turn_deg(approach_from_deg(windy), wind_from + 180.0)) < 1.0


@pytest.mark.parametrize(
    "wind",
    [None, Wind(at_s=0.0, from_deg=90.0, speed_mps=0.5), Wind(at_s=0.0, from_deg=90.0), Wind(at_s=0.0, speed_mps=9.0)],
)
@pytest.mark.parametrize(
    ("north", "east", "side_deg"), [(0.01, 0.0, 0.0), (0.0, 0.01, 90.0), (-0.01, 0.0, 180.0), (0.0, -0.01, 270.0)]
)
def test_without_wind_it_comes_from_where_it_is(wind: Wind | None, north: float, east: float, side_deg: float) -> None:
    place = Position(at_s=0.0, lat_deg=LAT + north, lon_deg=LON + east)
    assert abs(turn_deg(approach_from_deg(replace(STATE, wind=wind, position=place)), side_deg)) < 1.0


@pytest.mark.parametrize(
    ("mission", "has_one"),
    [
        (None, True),
        (EMPTY, False),
        (replace(EMPTY, state=None), False),
        (replace(EMPTY, items=None), False),
        (replace(EMPTY, items=None, state=None), True),
        (replace(EMPTY, items=4, state="not_started"), True),
        (replace(EMPTY, items=4, state="complete"), True),
    ],
)
def test_a_mission_of_the_operators_is_never_overwritten(mission: MissionProgress | None, *, has_one: bool) -> None:
    state = replace(STATE, mission_progress=mission)
    assert has_mission(state) is has_one
    assert (landing(state) is None) is has_one


def test_what_counts_is_the_mission_that_it_had_at_first() -> None:
    with_ours = replace(STATE, mission_progress=replace(EMPTY, items=2, state="active"))
    assert landing(with_ours, first=STATE) is not None
    assert landing(STATE, first=with_ours) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"home": None},
        {"home": Home(at_s=0.0, lat_deg=LAT, lon_deg=LON)},
        {"home": Home(at_s=0.0, height_amsl_m=1.0)},
        {"position": None},
        {"position": Position(at_s=0.0)},
    ],
)
def test_without_home_or_place_there_is_none(changes: dict) -> None:
    with pytest.raises(CannotOrderError, match="is not known"):
        landing(replace(STATE, **changes))


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_an_approach_over_the_date_line_begins_on_the_side_of_the_plane_and_at_a_place_that_is_there(
    side: float,
) -> None:
    home = Home(at_s=0.0, lat_deg=-16.8, lon_deg=side * 179.999, height_amsl_m=5.0)
    place = Position(at_s=0.0, lat_deg=-16.8, lon_deg=side * -179.99)
    upload = landing(replace(STATE, home=home, position=place))
    assert upload is not None
    start = upload.items[1]
    assert -180.0 <= start.y <= 180.0
    assert distance_m(-16.8, side * 179.999, start.x, start.y) == pytest.approx(APPROACH_M, rel=0.01)
    assert abs(turn_deg(bearing_deg(-16.8, side * 179.999, start.x, start.y), side * 90.0)) < 1.0
