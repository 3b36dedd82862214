# SPDX-License-Identifier: Apache-2.0
"""How near vehicles come to each other. Figures by hand: straight lines on a plane."""

from __future__ import annotations

import math
import time

import msgspec
import pytest

from groundstation.fleet.awareness.approach import (
    AHEAD_S,
    CLOSING_MPS,
    MARGIN_HEIGHT_M,
    MARGIN_M,
    MAX_APPROACHES,
)
from groundstation.fleet.awareness.watch import PAIRS_A_TURN, ROUND_S, VEHICLES_A_TURN, AwarenessWatch
from groundstation.fleet.conditions import APPROACH_S, Level, conditions
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.geometry import distance_m, moved
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home, Position, Velocity
from groundstation.fleet.phrases import code_of
from groundstation.fleet.roster import Fleet
from groundstation.fleet.separation import HOME_SHARE, HOME_ZONE_M
from groundstation.fleet.status import Armed, Landed, LandedState
from groundstation.fleet.summary import summary_of
from groundstation.fleet.value_path import exists, getter
from groundstation.fleet.vehicle import VehicleState

NOW_S = 1_000.0


def flying(name, north_m=0.0, east_m=0.0, height_m=100.0, speed=(0.0, 0.0, 0.0), root="fleet", age_s=0.0, **changes):
    lat, lon = moved(41.0, changes.pop("lon_deg", 39.7), north_m, east_m)
    at_s = NOW_S - age_s
    north, east, up = (*speed, 0.0)[:3]
    state = VehicleState(
        key=VehicleKey(root, name), session="s", clock_offset_s=0.0,
        connection=Connection(state=LinkState.ONLINE, via="b"),
        position=Position(at_s=at_s, lat_deg=lat, lon_deg=lon, height_amsl_m=height_m),
        velocity=Velocity(at_s=at_s, north_mps=north, east_mps=east, down_mps=-up),
        armed=Armed(at_s=at_s, is_armed=True), landed=Landed(at_s=at_s, state=LandedState.IN_AIR),
    )  # fmt: skip
    return msgspec.structs.replace(state, **changes)


def looked(*states):
    watch = AwarenessWatch()
    found = watch.whole(states, NOW_S)
    return watch, {key.id: one for key, one in found.items()}


def test_two_that_pass_each_other_as_reckoned_by_hand():
    """a flies north at 10 m/s, b comes from 300 m north, 31 m beside, 3 m higher, at 12 m/s: 300 / 22 = 13.6 s."""
    watch, found = looked(flying("a", speed=(10.0, 0.0)), flying("b", 300.0, 31.0, 103.0, (-12.0, 0.0)))
    one = found["a"]
    assert one.closest_in_s == pytest.approx(300.0 / 22.0, abs=0.02)
    assert one.closest_m == pytest.approx(math.hypot(31.0, 3.0), abs=0.05)
    assert one.closest_height_m == pytest.approx(3.0)
    assert one.closing_mps == pytest.approx(22.0 * 300.0 / math.hypot(300.0, 31.0, 3.0), abs=0.05)
    assert (one.closest_with, found["b"].closest_with) == ("b", "a")
    (pair,) = watch.approaches
    assert pair.closest_m == pytest.approx(one.closest_m)
    # where they are then: 136.4 m north of where a is now, and so far apart along the ground as was said
    assert distance_m(41.0, 39.7, *pair.one_place) == pytest.approx(10.0 * 300.0 / 22.0, abs=0.3)
    assert distance_m(*pair.one_place, *pair.other_place) == pytest.approx(31.0, abs=0.1)


def test_one_that_climbs_through_the_height_of_another():
    """60 m below and 80 m behind, both closed in 20 s: they meet."""
    _, found = looked(flying("a", height_m=40.0, speed=(4.0, 0.0, 3.0)), flying("b", 80.0, 0.0, 100.0))
    assert found["a"].closest_in_s == pytest.approx(20.0, abs=0.05)
    assert found["a"].closest_m == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(("beside_m", "is_near"), [(MARGIN_M - 0.5, True), (MARGIN_M + 0.5, False)])
def test_the_margin_along_the_ground(beside_m, is_near):
    watch, found = looked(flying("a", speed=(10.0, 0.0)), flying("b", 200.0, beside_m, speed=(-10.0, 0.0)))
    assert (bool(watch.approaches), found["a"].is_near) == (is_near, is_near)


@pytest.mark.parametrize(("above_m", "is_near"), [(MARGIN_HEIGHT_M - 0.3, True), (MARGIN_HEIGHT_M + 0.3, False)])
def test_the_margin_in_height(above_m, is_near):
    watch, _ = looked(flying("a", speed=(10.0, 0.0)), flying("b", 200.0, 0.0, 100.0 + above_m, (-10.0, 0.0)))
    assert bool(watch.approaches) is is_near


@pytest.mark.parametrize(("speed", "is_near"), [(CLOSING_MPS + 0.05, True), (CLOSING_MPS - 0.05, False)])
def test_two_that_hover_beside_each_other_drift_and_do_not_approach(speed, is_near):
    watch, _ = looked(flying("a"), flying("b", 50.0, speed=(-speed, 0.0)))
    assert bool(watch.approaches) is is_near


@pytest.mark.parametrize(("away_m", "is_near"), [(10.0 * AHEAD_S + 38.0, True), (10.0 * AHEAD_S + 42.0, False)])
def test_nobody_is_reckoned_further_than_a_minute(away_m, is_near):
    watch, found = looked(flying("a"), flying("b", away_m, speed=(-10.0, 0.0)))
    assert bool(watch.approaches) is is_near
    assert found["a"].closest_in_s == pytest.approx(AHEAD_S)


def test_who_part_are_told_as_nearest_now_and_no_line_is_drawn():
    watch, found = looked(flying("a", speed=(-5.0, 0.0)), flying("b", 30.0, speed=(5.0, 0.0)))
    assert watch.approaches == ()
    assert (found["a"].closest_in_s, found["a"].closest_m) == (0.0, pytest.approx(30.0, abs=0.1))
    assert found["a"].closing_mps == pytest.approx(-10.0)


def test_a_place_that_is_older_is_moved_to_now_first():
    _, found = looked(flying("a"), flying("b", 100.0, speed=(-10.0, 0.0), age_s=1.0))
    assert found["a"].closest_in_s == pytest.approx(9.0, abs=0.05)


def test_heights_that_are_not_known_keep_nobody_apart():
    unknown = flying("b", 100.0, 5.0, height_m=None, speed=(-10.0, 0.0))
    watch, found = looked(flying("a"), unknown)
    assert found["a"].closest_height_m is None
    assert watch.approaches[0].height_m is None
    assert found["a"].closest_m == pytest.approx(5.0, abs=0.05)


@pytest.mark.parametrize(
    "changes",
    [
        {"velocity": None},
        {"velocity": Velocity(at_s=NOW_S, north_mps=1.0)},
        {"velocity": Velocity(at_s=NOW_S - 2.2, north_mps=1.0, east_mps=1.0)},
        {"position": None},
        {"position": Position(at_s=NOW_S - 2.2, lat_deg=41.0, lon_deg=39.7, height_amsl_m=100.0)},
        {"armed": Armed(at_s=NOW_S, is_armed=False)},
        {"landed": Landed(at_s=NOW_S, state=LandedState.ON_GROUND)},
        {"connection": Connection(state=LinkState.OFFLINE, via="b")},
        {"connection": None},
    ],
)
def test_nothing_is_said_of_who_is_old_unheard_or_on_the_ground(changes):
    watch, found = looked(flying("a", speed=(10.0, 0.0)), flying("b", 100.0, **changes))
    assert (found["a"], found["b"], watch.approaches) == (None, None, ())


@pytest.mark.parametrize(("age_s", "is_told"), [(1.9, True), (2.1, False)])
def test_how_old_a_place_may_be(age_s, is_told):
    _, found = looked(flying("a"), flying("b", 100.0, age_s=age_s))
    assert (found["a"] is not None) is is_told


def test_what_is_simulated_never_meets_what_is_real():
    _, found = looked(flying("a"), flying("b", 20.0, root="sim"))
    assert found == {"a": None, "b": None}


def test_across_the_date_line():
    _, found = looked(flying("a", 0.0, -30.0, lon_deg=180.0), flying("b", 0.0, 30.0, lon_deg=180.0))
    assert found["a"].closest_m == pytest.approx(60.0, abs=0.2)


def test_of_several_the_soonest_that_comes_near_counts():
    _, found = looked(
        flying("a"), flying("far", 500.0, 2.0, speed=(-10.0, 0.0)), flying("soon", 100.0, 30.0, speed=(-10.0, 0.0))
    )
    assert found["a"].closest_with == "soon"


@pytest.mark.parametrize(("closer", "is_near"), [(1.02, False), (0.9, True)])
def test_who_was_put_side_by_side_lands_side_by_side(closer, is_near):
    """Homes 20 m apart: 16 m are kept there, and no line is drawn for them."""
    homes = [moved(41.0, 39.7, 0.0, 0.0), moved(41.0, 39.7, 0.0, 20.0)]
    apart_m = HOME_SHARE * 20.0 * closer
    states = [
        flying("a", speed=(0.5, 0.0), home=Home(at_s=NOW_S, lat_deg=homes[0][0], lon_deg=homes[0][1])),
        flying("b", 30.0, apart_m, speed=(-2.0, 0.0), home=Home(at_s=NOW_S, lat_deg=homes[1][0], lon_deg=homes[1][1])),
    ]
    assert HOME_ZONE_M > 30.0
    assert bool(looked(*states)[0].approaches) is is_near


def test_the_condition_leaves_to_the_alarm_what_the_alarm_says():
    def said(north_m, east_m):
        _, found = looked(flying("a"), flying("b", north_m, east_m, speed=(-10.0, 0.0)))
        state = msgspec.structs.replace(flying("a"), awareness=found["a"])
        return [one for one in conditions(state, NOW_S) if code_of(one.said) == "approach"]

    assert said(149.0, 9.5) == []
    (beside,) = said(149.0, 10.6)
    assert beside.level is Level.ADVISORY
    assert str(beside.said) == "b comes near: 11 m in 15 s"
    assert len(said(151.0, 9.5)) == 1
    assert len(said(10.0 * APPROACH_S - 1.0, 9.5)) == 1
    assert said(10.0 * APPROACH_S + 1.0, 9.5) == []


@pytest.mark.parametrize(("later_s", "is_said"), [(1.9, True), (2.1, False)])
def test_an_old_estimate_is_no_condition(later_s, is_said):
    _, found = looked(flying("a"), flying("b", 200.0, 20.0, speed=(-10.0, 0.0)))
    state = msgspec.structs.replace(flying("a"), awareness=found["a"])
    codes = [code_of(one.said) for one in conditions(state, NOW_S + later_s)]
    assert ("approach" in codes) is is_said


def test_as_a_value_it_has_an_address_and_filters():
    _, found = looked(flying("a"), flying("b", 200.0, 20.0, speed=(-10.0, 0.0)))
    state = msgspec.structs.replace(flying("a"), awareness=found["a"])
    assert exists("awareness.closest_m")
    assert not exists("awareness.nearest_m")
    assert not exists("awareness")
    assert getter("awareness.closest_m")(state) == pytest.approx(20.0, abs=0.05)
    summary, alone = summary_of(state, NOW_S), summary_of(flying("c"), NOW_S)
    assert parse_filter("closest_m < 21")(summary)
    assert not parse_filter("closest_m < 19")(summary)
    assert parse_filter("awareness.closest_in_s < 21")(summary)
    # unknown is neither near nor far
    assert not parse_filter("closest_m < 21")(alone)
    assert not parse_filter("not closest_m < 21")(alone)


def test_a_fleet_is_told_and_forgets():
    fleet = Fleet()
    for state in (flying("a"), flying("b", 50.0)):
        fleet.put_back_state(state)
    fleet.take_changed()
    watch = AwarenessWatch()
    fleet.tell_awareness(watch.whole(fleet, NOW_S))
    assert len(fleet.take_changed()) == 2
    fleet.tell_awareness(watch.whole(fleet, NOW_S))
    assert fleet.take_changed() == set()
    fleet.tell_awareness(watch.whole(fleet, NOW_S + 5.0))
    assert fleet.get(VehicleKey("fleet", "a")).awareness.closest_m is None


def swarm(count):
    """Around a field, all towards its middle."""
    places = [(2_000.0 * math.cos(at * 2.4), 2_000.0 * math.sin(at * 2.4)) for at in range(count)]
    return [
        flying(f"u{at}", north, east, 50.0 + at % 7 * 10.0, (-north / (40.0 + at % 9), -east / (40.0 + at % 9)))
        for at, (north, east) in enumerate(places)
    ]


def test_a_large_fleet_is_looked_at_in_turns_and_finds_the_same():
    states = swarm(450)
    whole = AwarenessWatch()
    expected = whole.whole(states, NOW_S)
    watch, found, turns = AwarenessWatch(), {}, 0
    while len(found) < 450:
        some = watch.turn(states, NOW_S)
        assert len(some) <= VEHICLES_A_TURN
        found.update(some)
        turns += 1
    assert turns == math.ceil(450 / (PAIRS_A_TURN // 450)) + math.ceil(450 / VEHICLES_A_TURN)
    assert found == expected
    assert watch.approaches == whole.approaches
    assert 0 < len(watch.approaches) <= MAX_APPROACHES


@pytest.mark.parametrize(("later_s", "is_due"), [(ROUND_S - 0.01, False), (ROUND_S, True), (-0.1, True)])
def test_a_round_begins_twice_a_second_and_after_a_step_back(later_s, is_due):
    watch, states = AwarenessWatch(), swarm(3)
    while not watch.turn(states, NOW_S):
        pass
    assert watch.turn(states, NOW_S + ROUND_S - 0.01) == {}
    found = [watch.turn(states, NOW_S + later_s) for _ in range(2)]
    assert any(found) is is_due


def test_200_vehicles_are_looked_at_in_five_turns():
    states, watch = swarm(200), AwarenessWatch()
    began_s = time.process_time()
    found = [watch.turn(states, NOW_S) for _ in range(5)]
    assert [len(one) for one in found] == [0, 50, 50, 50, 50]
    spent_s = time.process_time() - began_s
    # some 8 ms here; nothing is decided by this but a fault of its order
    assert spent_s < 0.5
