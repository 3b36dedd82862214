# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.bridge.overview import overview
from groundstation.fleet.conditions import conditions
from groundstation.fleet.kinds import Freshness, Samples
from groundstation.fleet.link import Connection, ConnReason, LinkState
from groundstation.fleet.motion import Attitude, Home, Position, Velocity
from groundstation.fleet.navigation import Estimator
from groundstation.fleet.overview import Overview
from groundstation.fleet.roster import Fleet
from groundstation.fleet.status import Armed, Mode
from groundstation.fleet.vehicle import OVERVIEW_S, SAME_S, VehicleState
from tests.support.updates import KEY, kept, live

PLACE = Position(at_s=100.0, lat_deg=41.0, lon_deg=39.7, height_home_m=20.0, height_amsl_m=520.0)
FINE = Samples(
    position=PLACE,
    velocity=Velocity(at_s=100.0, ground_speed_mps=5.0, north_mps=5.0),
    mode=Mode(at_s=100.0, name="AUTO", custom_mode=3),
    armed=Armed(at_s=100.0, is_armed=True),
)


def told(now_s: float, samples: Samples = FINE) -> Overview:
    """As a bridge tells it."""
    return overview(VehicleState(key=KEY, clock_offset_s=0.0).after(samples, 0.0), now_s)


def shown(fleet: Fleet) -> VehicleState:
    state = fleet.get(KEY)
    assert state is not None
    return state


def test_an_overview_alone_tells_place_speed_mode_and_arming_with_their_age() -> None:
    fleet = Fleet()
    fleet.fold([live("overview", told(100.5), 100.5)])
    state = shown(fleet)
    assert (state.position.lat_deg, state.position.height_home_m) == (41.0, 20.0)
    assert state.velocity.ground_speed_mps == 5.0
    assert (state.mode.name, state.armed.is_armed) == ("AUTO", True)
    assert state.age_s("position", 100.6) == pytest.approx(0.6)
    assert state.heard_s == 100.5


def test_a_bridge_that_repeats_what_a_silent_vehicle_said_makes_nothing_younger() -> None:
    fleet = Fleet()
    for now_s in (100.5, 130.5):
        fleet.fold([live("overview", told(now_s), now_s)])
    assert shown(fleet).age_s("position", 130.5) == pytest.approx(30.5)
    assert shown(fleet).age_s("mode", 130.5) == pytest.approx(30.5)
    assert shown(fleet).freshness("mode", 130.5) is Freshness.EXPIRED


@pytest.mark.parametrize(("later_s", "is_finer_kept"), [(SAME_S - 0.001, True), (SAME_S + 0.001, False)])
def test_what_finer_telemetry_told_of_the_same_moment_stays(later_s: float, is_finer_kept: bool) -> None:
    fleet = Fleet()
    fleet.fold([live("samples", FINE, 100.1)])
    fleet.fold([live("overview", Overview(lat_deg=42.0, age_s=0.2 - later_s, ground_speed_mps=6.0), 100.2)])
    state = shown(fleet)
    assert state.position.lat_deg == (41.0 if is_finer_kept else 42.0)
    assert state.position.height_amsl_m == (520.0 if is_finer_kept else None)
    assert state.velocity.north_mps == (5.0 if is_finer_kept else None)


def test_a_place_of_the_future_gives_way_to_an_overview() -> None:
    fleet = Fleet()
    forged = Samples(position=Position(at_s=5_000.0, lat_deg=1.0))
    fleet.fold([live("samples", forged, 5_000.0), live("overview", told(100.5), 100.5)])
    assert shown(fleet).position.lat_deg == 41.0


def test_the_number_of_the_mode_is_not_lost_while_its_name_stays() -> None:
    fleet = Fleet()
    fleet.fold([live("samples", FINE, 100.0)])
    fleet.fold([live("overview", Overview(mode="AUTO", is_armed=True, mode_age_s=0.0), 101.0)])
    assert shown(fleet).mode == Mode(at_s=101.0, name="AUTO", custom_mode=3)
    fleet.fold([live("overview", Overview(mode="RTL", is_armed=True, mode_age_s=0.0), 102.0)])
    assert shown(fleet).mode == Mode(at_s=102.0, name="RTL")


@pytest.mark.parametrize(("later_s", "is_vouched"), [(OVERVIEW_S - 0.1, False), (OVERVIEW_S + 0.1, True)])
def test_a_place_that_nobody_vouches_for_is_none_to_a_station_with_the_overview_only(later_s, is_vouched) -> None:
    fleet = Fleet()
    fleet.fold([live("overview", Overview(lat_deg=41.0, lon_deg=39.7, age_s=0.0, is_vouched=False), 100.0)])
    assert shown(fleet).is_place_vouched(100.0 + later_s) is is_vouched


def test_a_speed_that_is_older_than_the_place_is_not_told_beside_it() -> None:
    for speed_s, speed_mps in ((99.1, 5.0), (98.9, None)):
        samples = Samples(position=PLACE, velocity=Velocity(at_s=speed_s, ground_speed_mps=5.0))
        assert told(100.0, samples).ground_speed_mps == speed_mps


@pytest.mark.parametrize(
    ("home", "position", "home_m", "own_m"),
    [
        (Home(at_s=1.0, height_amsl_m=500.0), None, 500.0, None),
        (Home(at_s=1.0, height_amsl_m=500.0), Position(at_s=1.0, height_home_m=20.0), 500.0, 520.0),
        (None, Position(at_s=1.0, height_home_m=20.0, height_amsl_m=530.0), 510.0, 530.0),
        (None, Position(at_s=1.0, height_home_m=20.0), None, None),
        (None, None, None, None),
    ],
)
def test_heights_above_the_sea_are_told_by_home_or_by_the_place(home, position, home_m, own_m) -> None:
    state = VehicleState(key=KEY, home=home, position=position)
    assert (state.home_amsl_m, state.height_amsl_m) == (home_m, own_m)


def test_the_nose_of_a_vehicle_that_is_followed_no_more_turns_with_its_overview() -> None:
    fleet = Fleet()
    seen = Samples(position=PLACE, attitude=Attitude(at_s=100.0, yaw_deg=90.0))
    fleet.fold([live("samples", seen, 100.0)])
    assert shown(fleet).heading_deg == 90.0
    fleet.fold([live("overview", Overview(lat_deg=41.0, heading_deg=270.0, age_s=0.1), 300.0)])
    assert shown(fleet).freshness("position", 300.0) is Freshness.FRESH
    assert shown(fleet).heading_deg == 270.0


def test_a_nose_that_was_seen_long_ago_is_not_told_beside_a_new_place() -> None:
    seen = Samples(position=PLACE, attitude=Attitude(at_s=40.0, yaw_deg=90.0))
    assert told(100.0, seen).heading_deg is None


def test_arming_that_is_older_than_the_mode_is_not_told_as_young_as_that() -> None:
    """A satellite link renews the mode and says nothing of arming (HIGH_LATENCY2)."""
    samples = Samples(mode=Mode(at_s=100.0, name="AUTO"), armed=Armed(at_s=40.0, is_armed=True))
    fleet = Fleet()
    fleet.fold([live("samples", samples, 100.0), live("overview", told(100.5, samples), 100.5)])
    assert shown(fleet).age_s("armed", 100.5) == pytest.approx(60.5)


def test_what_a_broker_kept_of_an_overview_is_nothing_that_was_said_now() -> None:
    """No bridge lets a broker keep it: somebody else did, and it may be of any day."""
    fleet = Fleet()
    fleet.fold([live("samples", FINE, 100.0)])
    fleet.fold([kept("overview", Overview(charge_fraction=0.9, mode="RTL", is_armed=False, mode_age_s=0.0))])
    state = shown(fleet)
    assert (state.heard_s, state.charge_fraction, state.mode.name) == (100.0, None, "AUTO")


@pytest.mark.parametrize(("later_s", "is_told"), [(OVERVIEW_S - 0.1, True), (OVERVIEW_S + 0.1, False)])
def test_an_estimator_that_is_at_odds_is_a_condition_of_who_is_not_followed_too(later_s: float, is_told: bool) -> None:
    odd = Samples(position=PLACE, estimator=Estimator(at_s=100.0, compass_ratio=1.2, velocity_ratio=0.9))
    fleet = Fleet()
    fleet.fold([live("overview", told(100.5, odd), 100.5)])
    texts = [str(one.said) for one in conditions(shown(fleet), 100.5 + later_s)]
    assert ("estimator: compass" in texts) is is_told


def test_a_death_that_was_told_wrongly_is_taken_back_by_overviews_alone() -> None:
    fleet = Fleet()
    online = Connection(state=LinkState.ONLINE, reason=ConnReason.DISCOVERED)
    offline = Connection(state=LinkState.OFFLINE, reason=ConnReason.LINK_LOST)
    fleet.fold([kept("connection", online), live("overview", told(100.5), 100.5), kept("connection", offline)])
    for second in range(101, 105):
        newer = Overview(lat_deg=41.0, age_s=0.2, mode="AUTO", is_armed=True, mode_age_s=0.4)
        fleet.fold([live("overview", newer, float(second))])
    assert shown(fleet).is_heard


def test_a_bridge_that_repeats_what_a_dead_vehicle_said_brings_it_not_back() -> None:
    """Both times that it tells are rounded: the sum of them is another by a millisecond now and then."""
    fleet = Fleet()
    offline = Connection(state=LinkState.OFFLINE, reason=ConnReason.LINK_LOST)
    online = Connection(state=LinkState.ONLINE, reason=ConnReason.DISCOVERED)
    fleet.fold([kept("connection", online), live("overview", told(100.5), 100.5), kept("connection", offline)])
    for second in range(101, 121):
        rounded = Overview(
            lat_deg=41.0, age_s=second - 100.001, mode="AUTO", is_armed=True, mode_age_s=second - 100.001
        )
        fleet.fold([live("overview", rounded, float(second))])
    assert not shown(fleet).is_heard
