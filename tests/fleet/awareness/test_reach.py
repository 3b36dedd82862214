# SPDX-License-Identifier: Apache-2.0
"""From how far a vehicle gets home. Figures by hand: ways on a plane, in a steady wind."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.awareness.reach import IDLE_A, KEPT_S, MEAN_S, MOVING_MPS, Currents, reach_of
from groundstation.fleet.awareness.told_parameters import ToldParameters
from groundstation.fleet.awareness.watch import AwarenessWatch
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.geometry import distance_m, moved
from groundstation.fleet.identity import VehicleKey, VehicleKind
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home
from groundstation.fleet.navigation import Wind
from groundstation.fleet.parameters.parameter_entries import ParamEntry
from groundstation.fleet.parameters.parameter_status import ParamList, ParamStatus
from groundstation.fleet.status import Armed
from groundstation.fleet.summary import summary_of
from tests.fleet.awareness.test_approach import NOW_S, flying
from tests.fleet.awareness.test_ghost import INFO

HOME = Home(at_s=NOW_S - 500.0, lat_deg=41.0, lon_deg=39.7, height_amsl_m=0.0)


def pack(index=0, **values):
    return BatteryPack(at_s=NOW_S, index=index, **values)


def away(north_m=400.0, east_m=0.0, speed=(6.0, 0.0), height_m=10.0, **changes):
    """400 m north of home, northwards at 6 m/s against a wind of 4 m/s: 10 m/s through the air."""
    state = flying("a", north_m, east_m, height_m, speed)
    position = msgspec.structs.replace(state.position, height_home_m=height_m)
    told = {
        "position": position, "home": HOME, "info": INFO, "battery": (pack(time_left_s=300.0),),
        "wind": Wind(at_s=NOW_S, from_deg=0.0, speed_mps=4.0),
    }  # fmt: skip
    return msgspec.structs.replace(state, **{**told, **changes})


def test_downwind_home():
    """10 m down at half a metre a second and half a minute are 50 s of 300; home at 14 m/s takes 28.6 s."""
    reach = reach_of(away(), NOW_S)
    assert reach.landing_s == pytest.approx(KEPT_S + 20.0)
    assert reach.return_s == pytest.approx(400.0 / 14.0, abs=0.1)
    assert reach.radius_m == pytest.approx(2_500.0, abs=1.0)
    # moved against the wind by what that blows in 250 s
    assert distance_m(*reach.centre, *moved(41.0, 39.7, 1_000.0, 0.0)) < 2.0
    assert reach.reach_m == pytest.approx(3_500.0, abs=2.0)
    assert reach.margin_fraction == pytest.approx((300.0 - 400.0 / 14.0 - 50.0) / 300.0, abs=0.001)


def test_upwind_home():
    """South of it the way home is against the wind: 6 m/s."""
    reach = reach_of(away(-400.0), NOW_S)
    assert reach.return_s == pytest.approx(400.0 / 6.0, abs=0.2)
    assert reach.reach_m == pytest.approx(1_500.0, abs=2.0)


def test_across_the_wind():
    """Of 10 m/s 4 are used against the drift: 9.165 m/s are left."""
    reach = reach_of(away(0.0, 400.0), NOW_S)
    assert reach.return_s == pytest.approx(400.0 / 84.0**0.5, abs=0.1)
    assert reach.reach_m == pytest.approx(250.0 * 84.0**0.5, abs=5.0)


@pytest.mark.parametrize(("left_s", "is_enough"), [(79.0, True), (78.0, False)])
def test_the_margin_is_negative_where_it_is_not_enough(left_s, is_enough):
    """28.6 s home and 50 s for the landing."""
    reach = reach_of(away(battery=(pack(time_left_s=left_s),)), NOW_S)
    assert (reach.margin_fraction > 0.0) is is_enough
    # and the circle says the same
    assert (reach.reach_m > 400.0) is is_enough


def test_with_less_than_the_landing_takes_there_is_no_circle():
    reach = reach_of(away(battery=(pack(time_left_s=40.0),)), NOW_S)
    assert (reach.radius_m, reach.reach_m) == (0.0, 0.0)
    assert reach.margin_fraction < 0.0


def test_charge_by_measured_current_where_no_time_is_told():
    """2000 mAh were 40 %, so 3000 are left: at 18 A ten minutes."""
    state = away(battery=(pack(charge_fraction=0.6, used_mah=2_000.0, current_a=18.0),))
    assert reach_of(state, NOW_S).radius_m == pytest.approx(10.0 * (600.0 - 50.0), rel=1e-3)
    # by a mean, where one is kept
    assert reach_of(state, NOW_S, {0: 36.0}).radius_m == pytest.approx(10.0 * (300.0 - 50.0), rel=1e-3)


def test_the_pack_that_is_worst_off_counts_and_all_have_to_tell():
    two = (pack(time_left_s=300.0), pack(1, time_left_s=200.0))
    assert reach_of(away(battery=two), NOW_S).radius_m == pytest.approx(1_500.0, abs=1.0)
    assert reach_of(away(battery=(two[0], pack(1))), NOW_S) is None


@pytest.mark.parametrize(
    ("values", "is_known"),
    [
        ({"charge_fraction": 0.94, "used_mah": 300.0, "current_a": IDLE_A + 0.1}, True),
        ({"charge_fraction": 0.96, "used_mah": 200.0, "current_a": 10.0}, False),
        ({"charge_fraction": 0.6, "used_mah": 2_000.0, "current_a": IDLE_A - 0.1}, False),
        ({"charge_fraction": 0.6, "used_mah": 2_000.0}, False),
        ({"charge_fraction": 0.6, "current_a": 10.0}, False),
        ({"used_mah": 2_000.0, "current_a": 10.0}, False),
        ({"charge_fraction": 0.6, "used_mah": 0.0, "current_a": 10.0}, False),
    ],
)
def test_when_a_charge_tells_how_long_it_lasts(values, is_known):
    assert (reach_of(away(battery=(pack(**values),)), NOW_S) is not None) is is_known


@pytest.mark.parametrize(
    "changes",
    [
        {"home": None},
        {"home": Home(at_s=NOW_S, lat_deg=41.0)},
        {"wind": None},
        {"wind": Wind(at_s=NOW_S, speed_mps=4.0)},
        {"wind": Wind(at_s=NOW_S - 6.1, from_deg=0.0, speed_mps=4.0)},
        {"battery": ()},
        {"battery": (BatteryPack(at_s=NOW_S - 6.1, time_left_s=300.0),)},
        {"info": None},
        {"armed": Armed(at_s=NOW_S, is_armed=False)},
        {"connection": Connection(state=LinkState.OFFLINE, via="b")},
        {"velocity": None},
    ],
)
def test_nothing_is_said_where_anything_is_unknown_or_old(changes):
    assert reach_of(away(), NOW_S) is not None
    assert reach_of(away(**changes), NOW_S) is None


@pytest.mark.parametrize(("wind_mps", "is_known"), [(5.9, True), (6.1, False)])
def test_nobody_gets_home_in_a_wind_that_is_as_fast(wind_mps, is_known):
    """Across the wind: parameters say 6 m/s, since it hovers."""
    entries = (ParamEntry("WPNAV_SPEED", 600.0),)
    hover = away(
        speed=(MOVING_MPS - 0.1, 0.0), wind=Wind(at_s=NOW_S, from_deg=90.0, speed_mps=wind_mps),
        parameters=ParamStatus(hash="h"), parameter_list=ParamList(hash="h", entries=entries),
    )  # fmt: skip
    assert (reach_of(hover, NOW_S, None, ToldParameters().of(hover)) is not None) is is_known


@pytest.mark.parametrize(("speed", "is_known"), [(MOVING_MPS + 0.1, True), (MOVING_MPS - 0.1, False)])
def test_who_hovers_shows_no_speed_to_come_home_with(speed, is_known):
    assert (reach_of(away(speed=(speed, 0.0)), NOW_S) is not None) is is_known


def test_what_has_wings_comes_down_on_its_way():
    plane = msgspec.structs.replace(INFO, kind=VehicleKind.PLANE)
    assert reach_of(away(height_m=100.0, info=plane), NOW_S).landing_s == KEPT_S
    assert reach_of(away(height_m=None, info=plane), NOW_S) is None


def test_a_current_is_averaged_and_another_flight_begins_anew():
    currents = Currents()

    def take(at_s, current_a):
        return currents.take(away(battery=(BatteryPack(at_s=at_s, current_a=current_a),)))[0]

    assert take(0.0, 10.0) == 10.0
    # after one time constant 63 % of a step are seen
    assert take(MEAN_S, 20.0) == pytest.approx(16.32, abs=0.01)
    assert take(MEAN_S, 90.0) == pytest.approx(16.32, abs=0.01)
    assert take(MEAN_S * 3.9, 20.0) == pytest.approx(20.0, abs=0.3)
    assert take(MEAN_S * 3.9 + MEAN_S * 3.1, 5.0) == 5.0
    assert take(0.0, 7.0) == 7.0
    currents.keep({VehicleKey("fleet", "b")})
    assert take(1.0, 3.0) == 3.0


def test_as_values_they_filter():
    state = away()
    found = AwarenessWatch().whole([state], NOW_S)[state.key]
    assert found.reach_m == pytest.approx(3_500.0, abs=2.0)
    assert found.return_in_s == pytest.approx(28.6, abs=0.1)
    summary = summary_of(msgspec.structs.replace(state, awareness=found), NOW_S)
    assert parse_filter("return_margin < 74 and reach_m > 3400")(summary)
    assert not parse_filter("return_margin < 73")(summary)
