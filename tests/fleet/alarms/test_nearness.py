# SPDX-License-Identifier: Apache-2.0
"""Vehicles that come near to each other in the air, and what is wrong with recorders."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.alarms.nearness import AHEAD_S, NEAR_HEIGHT_M, NEAR_M, TOO_NEAR_M, near_pairs
from groundstation.fleet.alarms.services import recorder_conditions
from groundstation.fleet.conditions import Level
from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home, Position, Velocity
from groundstation.fleet.recorder import RecorderState, RecorderStatus
from groundstation.fleet.separation import HOME_ZONE_M
from groundstation.fleet.status import Armed, Landed, LandedState
from groundstation.fleet.updates import ServiceUpdate
from groundstation.fleet.vehicle import VehicleState

NOW_S = 1_000.0


def flying(name, north_m=0.0, east_m=0.0, height_m=100.0, speed=(0.0, 0.0), root="fleet", age_s=0.0, lon_deg=39.7):
    lat, lon = moved(41.0, lon_deg, north_m, east_m)
    at_s = NOW_S - age_s
    state = VehicleState(
        key=VehicleKey(root, name), session="s", clock_offset_s=0.0,
        connection=Connection(state=LinkState.ONLINE, via="b"),
        position=Position(at_s=at_s, lat_deg=lat, lon_deg=lon, height_amsl_m=height_m, height_home_m=height_m),
        velocity=Velocity(at_s=at_s, north_mps=speed[0], east_mps=speed[1], ground_speed_mps=1.0),
        armed=Armed(at_s=at_s, is_armed=True), landed=Landed(at_s=at_s, state=LandedState.IN_AIR),
    )  # fmt: skip
    assert state.is_flying is True
    return state


def pairs(*states):
    return {names: found[0] for names, found in near_pairs(states, NOW_S).items()}


@pytest.mark.parametrize(("apart_m", "is_near"), [(NEAR_M - 0.3, True), (NEAR_M + 0.3, False)])
def test_two_that_stand_near_each_other(apart_m, is_near):
    assert bool(pairs(flying("a"), flying("b", apart_m))) is is_near


@pytest.mark.parametrize(("height_m", "is_near"), [(NEAR_HEIGHT_M - 0.3, True), (NEAR_HEIGHT_M + 0.3, False)])
def test_one_above_the_other(height_m, is_near):
    assert bool(pairs(flying("a"), flying("b", 2.0, height_m=100.0 + height_m))) is is_near


def homes(*states, apart_m):
    """The same with homes so far apart, to the east of a spot, in their order."""
    spots = [moved(41.0, 39.7, 0.0, apart_m * at) for at in range(len(states))]
    return [
        msgspec.structs.replace(one, home=Home(at_s=NOW_S, lat_deg=lat, lon_deg=lon))
        for one, (lat, lon) in zip(states, spots, strict=True)
    ]


@pytest.mark.parametrize(("apart_m", "is_near"), [(6.0, True), (6.4, False)])
def test_beside_each_other_over_homes_that_are_so_near_is_as_planned_down_to_a_share_of_that(apart_m, is_near):
    found = pairs(*homes(flying("a"), flying("b", east_m=apart_m), apart_m=7.7))
    assert bool(found) is is_near
    if is_near:
        words = "6 m, 0 m in height; limit 6 m here: their homes are 7.7 m apart"
        assert str(found["fleet/a ↔ fleet/b"].said) == words


@pytest.mark.parametrize(("north_m", "is_near"), [(HOME_ZONE_M - 1.0, False), (HOME_ZONE_M + 1.0, True)])
def test_away_from_the_homes_the_limit_is_the_whole_one(north_m, is_near):
    both = flying("a", north_m), flying("b", north_m, 7.7)
    assert bool(pairs(*homes(*both, apart_m=7.7))) is is_near


@pytest.mark.parametrize(("north_mps", "is_near"), [(5.0, True), (0.0, False)])
def test_two_that_will_be_near_away_from_their_homes_are_told_before_they_are_there(north_mps, is_near):
    # 6.9 m in 15 s: enough over the homes, too little where they will be by then
    both = flying("a", 35.0, speed=(north_mps, 0.05)), flying("b", 35.0, 7.7, speed=(north_mps, 0.0))
    assert bool(pairs(*homes(*both, apart_m=7.7))) is is_near


def test_who_does_not_tell_its_home_gets_the_whole_limit():
    a, b = homes(flying("a"), flying("b", east_m=7.7), apart_m=7.7)
    assert not pairs(a, b)
    assert pairs(a, msgspec.structs.replace(b, home=None))


def test_vehicles_on_the_ground_are_nobodys_neighbours():
    a, b = flying("a"), flying("b", east_m=1.0)
    parked = msgspec.structs.replace(b, armed=Armed(at_s=NOW_S, is_armed=False))
    assert pairs(a, b)
    assert not pairs(a, msgspec.structs.replace(parked, landed=Landed(at_s=NOW_S, state=LandedState.ON_GROUND)))


def test_two_on_both_sides_of_the_date_line_are_near():
    assert pairs(flying("a", east_m=-3.0, lon_deg=180.0), flying("b", east_m=3.0, lon_deg=180.0))


def test_too_near_is_a_warning():
    assert pairs(flying("a"), flying("b", TOO_NEAR_M - 0.3))["fleet/a ↔ fleet/b"].level is Level.WARNING
    assert pairs(flying("a"), flying("b", TOO_NEAR_M + 0.3))["fleet/a ↔ fleet/b"].level is Level.CAUTION


@pytest.mark.parametrize(
    ("away_m", "is_near"), [(NEAR_M + 10.0 * AHEAD_S - 2.0, True), (NEAR_M + 10.0 * AHEAD_S + 2.0, False)]
)
def test_two_that_will_meet_soon_are_told_with_when_and_how_near(away_m, is_near):
    found = pairs(flying("a"), flying("b", away_m, speed=(-10.0, 0.0)))
    assert bool(found) is is_near
    if is_near:
        assert found["fleet/a ↔ fleet/b"].said.args["in_s"] == pytest.approx(AHEAD_S, abs=0.5)


def test_crossing_ways_count_by_where_both_are_at_one_time():
    meets = pairs(flying("a", -50.0, speed=(10.0, 0.0)), flying("b", 0.0, -50.0, speed=(0.0, 10.0)))
    said = str(meets["fleet/a ↔ fleet/b"].said)
    assert said == "0 m in 5 s, 0 m in height; limit 10 m"
    assert not pairs(flying("a", -50.0, speed=(10.0, 0.0)), flying("b", 0.0, -120.0, speed=(0.0, 10.0)))


def test_who_is_on_the_ground_old_or_of_another_world_meets_nobody():
    ground = msgspec.structs.replace(flying("b"), landed=Landed(at_s=NOW_S, state=LandedState.ON_GROUND))
    assert not pairs(flying("a"), ground)
    assert not pairs(flying("a"), flying("b", age_s=30.0))
    assert not pairs(flying("a"), flying("b", root="sim"))
    assert pairs(flying("a", root="sim"), flying("b", root="sim"))


def test_a_place_that_is_not_known_meets_nobody_and_a_height_that_is_not_known_counts_as_the_same():
    state = flying("b")
    nowhere = msgspec.structs.replace(state, position=Position(at_s=NOW_S))
    assert not pairs(flying("a"), nowhere, flying("c", 500.0))
    no_height = msgspec.structs.replace(
        state, position=msgspec.structs.replace(state.position, height_amsl_m=None)
    )  # fmt: skip
    assert pairs(flying("a"), no_height)


def test_a_recorder_in_trouble_is_a_warning_and_one_that_soon_will_be_a_caution():
    def report(**told):
        content = RecorderStatus(state=RecorderState.RECORDING, **told)
        return ServiceUpdate(session="s", root="fleet", service="r", content=content)

    found = recorder_conditions({"r1": report(problem="disk full"), "r2": report(warning="full soon"), "r3": report()})
    assert {name: one[0].level for name, one in found.items()} == {
        "recorder r1": Level.WARNING,
        "recorder r2": Level.CAUTION,
    }
    assert str(found["recorder r1"][0].said) == "disk full"
