# SPDX-License-Identifier: Apache-2.0
"""Group orders keep vehicles apart, or are not given."""

from __future__ import annotations

import pytest

from groundstation.fleet.commands import Actor, Args, Verb
from groundstation.fleet.errors import UsageError
from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.kinds import Samples
from groundstation.fleet.motion import Position
from groundstation.fleet.operations import AT_ONCE, GroupPolicy, Operations
from groundstation.fleet.roster import Fleet
from groundstation.fleet.separation import kept_apart
from groundstation.fleet.status import Armed, Landed, LandedState
from groundstation.fleet.verbs import EMERGENCY_VERBS, checked_args
from tests.support.updates import kept

METRE_DEG = 1 / 111_195
THERE: Args = {"lat_deg": 41.001, "lon_deg": 39.7}


def key(number: int) -> VehicleKey:
    return VehicleKey("fleet", f"uav-{number}")


def flying(
    fleet: Fleet,
    number: int,
    height_m: float,
    north_m: float = 0.0,
    kind: VehicleKind = VehicleKind.MULTICOPTER,
    home_m: float = 100.0,
) -> VehicleKey:
    place = Position(
        at_s=1.0,
        lat_deg=41.0 + north_m * METRE_DEG,
        lon_deg=39.7 + number * 0.001,
        height_home_m=height_m,
        height_amsl_m=home_m + height_m,
    )
    samples = Samples(
        position=place, armed=Armed(at_s=1.0, is_armed=True), landed=Landed(at_s=1.0, state=LandedState.IN_AIR)
    )
    info = VehicleInfo(name="x", sysid=number, kind=kind)
    fleet.fold([kept("info", info, "s", key(number))])
    fleet.fold([kept("samples", samples, "s", key(number))])
    return key(number)


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


def order(
    fleet: Fleet, keys: list[VehicleKey], args: Args, policy: GroupPolicy = AT_ONCE, verb: Verb = Verb.GOTO
) -> list[Args]:
    ids = iter(range(1000))
    operations = Operations(Actor(op="a", gs="b"), lambda: f"id-{next(ids)}", lambda: 0.0)
    batch = operations.order(keys, verb, args, 1.0, policy, fleet=fleet)
    return [one.args for one in operations.book.of_batch(batch)]


@pytest.mark.parametrize(("apart_m", "is_refused"), [(4.9, True), (5.1, False)])
def test_one_point_at_present_heights_is_refused_where_the_heights_are_too_near(
    fleet: Fleet, apart_m: float, is_refused: bool
) -> None:
    keys = [flying(fleet, 1, 20.0), flying(fleet, 2, 20.0 + apart_m)]
    if not is_refused:
        assert order(fleet, keys, THERE)
        return
    with pytest.raises(
        UsageError, match=r"uav-1 and uav-2 would come within 0 m .*5 m in height; .*height step or a spread"
    ):
        order(fleet, keys, THERE)


def test_one_height_for_all_is_refused_and_a_step_or_a_spread_resolves_it(fleet: Fleet) -> None:
    keys = [flying(fleet, number, 10.0 * number) for number in range(1, 6)]
    args: Args = {**THERE, "height_m": 30.0}
    with pytest.raises(UsageError, match="keep them apart"):
        order(fleet, keys, args)
    stepped = order(fleet, keys, args, GroupPolicy(height_step_m=5.0))
    assert [one["height_m"] for one in stepped] == [30.0, 35.0, 40.0, 45.0, 50.0]
    with pytest.raises(UsageError, match="keep them apart"):
        order(fleet, keys, args, GroupPolicy(height_step_m=4.9))
    spread = order(fleet, keys, args, GroupPolicy(spread_m=10.1))
    places = [(float(one["lat_deg"] or 0), float(one["lon_deg"] or 0)) for one in spread]
    nearest = min(distance_m(*one, *other) for number, one in enumerate(places) for other in places[number + 1 :])
    assert nearest == pytest.approx(10.1, abs=0.02)
    centre = (sum(lat for lat, _ in places) / 5, sum(lon for _, lon in places) / 5)
    assert distance_m(*centre, 41.001, 39.7) < 5.0
    with pytest.raises(UsageError, match="keep them apart"):
        order(fleet, keys, args, GroupPolicy(spread_m=9.9))


@pytest.mark.parametrize(("north_m", "is_refused"), [(9.9, True), (10.1, False)])
def test_a_vehicle_that_flies_where_another_is_sent_is_in_the_way(
    fleet: Fleet, north_m: float, is_refused: bool
) -> None:
    sent = flying(fleet, 1, 20.0)
    flying(fleet, 2, 22.0, north_m=100.0)
    args: Args = {"lat_deg": 41.0 + (100.0 + north_m) * METRE_DEG, "lon_deg": 39.702, "height_m": 20.0}
    if is_refused:
        with pytest.raises(UsageError, match="uav-1 and uav-2"):
            order(fleet, [sent], args)
    else:
        assert order(fleet, [sent], args)


def test_rovers_are_kept_apart_on_the_ground_and_orbits_as_points_are(fleet: Fleet) -> None:
    rovers = [flying(fleet, number, 10.0 * number, kind=VehicleKind.ROVER) for number in (1, 2)]
    with pytest.raises(UsageError, match="uav-1 and uav-2"):
        order(fleet, rovers, THERE)
    copters = [flying(fleet, number, 30.0) for number in (3, 4)]
    with pytest.raises(UsageError, match="uav-3 and uav-4"):
        order(fleet, copters, {**THERE, "radius_m": 50.0}, verb=Verb.ORBIT)
    assert order(fleet, copters, {"height_m": 30.0}, verb=Verb.HEIGHT), "each at its own place"


def test_heights_above_home_and_above_the_sea_are_compared_as_one(fleet: Fleet) -> None:
    keys = [flying(fleet, 1, 20.0), flying(fleet, 2, 40.0)]
    apart = kept_apart(keys, {**THERE, "height_m": 130.0, "frame": "amsl"}, fleet.get, spread_m=0.0, height_step_m=5.0)
    assert [one["height_m"] for one in apart.values()] == [130.0, 135.0]
    with pytest.raises(UsageError, match="0 m in height"):
        order(fleet, keys, {**THERE, "height_m": 130.0, "frame": "amsl"})


def test_a_height_step_is_a_step_in_the_air_wherever_each_has_its_home(fleet: Fleet) -> None:
    keys = [flying(fleet, number, 20.0, home_m=100.0 - number) for number in (1, 2, 3)]
    stepped = order(fleet, keys, {**THERE, "height_m": 30.0}, GroupPolicy(height_step_m=5.0))
    assert [one["height_m"] for one in stepped] == [30.0, 36.0, 42.0]
    present = order(fleet, keys, THERE, GroupPolicy(height_step_m=5.0))
    assert [one["height_m"] for one in present] == [20.0, 26.0, 32.0]


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg"), [(-16.8, 179.99995), (-16.8, -179.99995), (89.99999, 10.0), (-90.0, 0.0)]
)
def test_a_spread_over_the_date_line_or_a_pole_gives_places_that_are_there(lat_deg: float, lon_deg: float) -> None:
    keys = [key(number) for number in range(9)]
    args: Args = {"lat_deg": lat_deg, "lon_deg": lon_deg, "height_m": 20.0}
    for one in kept_apart(keys, args, lambda _: None, spread_m=20.0, height_step_m=0.0).values():
        checked_args(Verb.GOTO, one)
        assert distance_m(float(one["lat_deg"] or 0), float(one["lon_deg"] or 0), lat_deg, lon_deg) < 40.0


def test_a_height_step_from_the_present_height_is_of_the_frame_that_was_asked_for(fleet: Fleet) -> None:
    keys = [flying(fleet, number, 20.0) for number in (1, 2)]
    stepped = order(fleet, keys, {**THERE, "frame": "amsl"}, GroupPolicy(height_step_m=5.0))
    assert [one["height_m"] for one in stepped] == [120.0, 125.0]


@pytest.mark.parametrize("verb", EMERGENCY_VERBS)
def test_an_emergency_to_a_group_is_given_no_argument_that_it_has_not(fleet: Fleet, verb: Verb) -> None:
    keys = [flying(fleet, number, 20.0) for number in (1, 2)]
    assert order(fleet, keys, {}, GroupPolicy(height_step_m=5.0, spread_m=20.0), verb) == [{}, {}]


@pytest.mark.parametrize(("spread_m", "is_refused"), [(60.0, True), (109.0, True), (111.0, False)])
def test_circles_of_a_group_that_cross_are_refused(fleet: Fleet, spread_m: float, is_refused: bool) -> None:
    keys = [flying(fleet, number, 30.0) for number in (1, 2)]
    args: Args = {**THERE, "radius_m": -50.0}
    policy = GroupPolicy(spread_m=spread_m)
    if is_refused:
        with pytest.raises(UsageError, match="uav-1 and uav-2"):
            order(fleet, keys, args, policy, Verb.ORBIT)
    else:
        assert order(fleet, keys, args, policy, Verb.ORBIT)


@pytest.mark.parametrize(("north_m", "is_refused"), [(35.0, False), (45.0, True), (55.0, True), (65.0, False)])
def test_a_vehicle_that_flies_on_the_way_round_is_in_the_way(fleet: Fleet, north_m: float, is_refused: bool) -> None:
    sent = flying(fleet, 1, 20.0)
    flying(fleet, 2, 20.0, north_m=north_m)
    args: Args = {"lat_deg": 41.0, "lon_deg": 39.702, "radius_m": 50.0, "height_m": 20.0}
    if is_refused:
        with pytest.raises(UsageError, match="uav-1 and uav-2"):
            order(fleet, [sent], args, verb=Verb.ORBIT)
    else:
        assert order(fleet, [sent], args, verb=Verb.ORBIT)


@pytest.mark.parametrize(("spread_m", "is_refused"), [(20.0, True), (169.0, True), (171.0, False)])
def test_planes_circle_the_point_that_they_are_sent_to(fleet: Fleet, spread_m: float, is_refused: bool) -> None:
    keys = [flying(fleet, number, 60.0, kind=VehicleKind.PLANE) for number in (1, 2)]
    if is_refused:
        with pytest.raises(UsageError, match="uav-1 and uav-2"):
            order(fleet, keys, {**THERE, "height_m": 60.0}, GroupPolicy(spread_m=spread_m))
    else:
        assert order(fleet, keys, {**THERE, "height_m": 60.0}, GroupPolicy(spread_m=spread_m))
