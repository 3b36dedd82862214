# SPDX-License-Identifier: Apache-2.0
"""Places, circles and homes: what telemetry must show, and what shows that an order came although nobody answered."""

from __future__ import annotations

from math import cos, radians, sin

import pytest

from groundstation.fleet import place_proofs, proofs
from groundstation.fleet.commands import Args
from groundstation.fleet.identity import VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.motion import Home, Position, PositionTarget, Velocity
from groundstation.fleet.proofs import Look
from groundstation.fleet.status import Armed, Landed, LandedState, Mode
from groundstation.fleet.vehicle import VehicleState

SENT_S, NOW_S = 100.0, 103.0
LAT, LON = 41.0, 39.7
METRE_DEG = 1 / 111_195
EAST_DEG = METRE_DEG / cos(radians(LAT))
CENTRE: Args = {"lat_deg": LAT, "lon_deg": LON, "radius_m": 20.0}


def state(**samples: object) -> VehicleState:
    return VehicleState(key=VehicleKey("fleet", "uav-1"), clock_offset_s=0.0, **samples)  # type: ignore[arg-type]


def look(args: Args, before: VehicleState, now: VehicleState, **more: object) -> Look:
    return Look(before=before, now=now, args=args, sent_s=SENT_S, now_s=NOW_S, **more)  # type: ignore[arg-type]


def at(north_m: float, east_m: float = 0.0, height_m: float = 30.0, at_s: float = NOW_S) -> Position:
    return Position(
        at_s=at_s,
        lat_deg=LAT + north_m * METRE_DEG,
        lon_deg=LON + east_m * EAST_DEG,
        height_home_m=height_m,
        height_amsl_m=500.0 + height_m,
    )


def going(track_deg: float, speed_mps: float = 5.0) -> Velocity:
    return Velocity(at_s=NOW_S, track_deg=track_deg, ground_speed_mps=speed_mps)


def circling(distance_m: float, from_deg: float, track_deg: float, speed_mps: float = 5.0, args: Args = CENTRE) -> bool:
    here = at(distance_m * cos(radians(from_deg)), distance_m * sin(radians(from_deg)))
    now = state(position=here, velocity=going(track_deg, speed_mps))
    return place_proofs.on_circle(look(args, state(position=at(100.0, at_s=99.0)), now)).is_done


@pytest.mark.parametrize("from_deg", [0.0, 90.0, 200.0])
def test_a_circle_is_flown_by_who_keeps_its_radius_and_flies_along_it(from_deg: float) -> None:
    along = (from_deg + 90.0) % 360.0
    # a quarter of the radius, 3 m at least
    for distance_m, is_done in ((15.1, True), (14.9, False), (24.9, True), (25.1, False), (35.0, False)):
        assert circling(distance_m, from_deg, along) is is_done
    for off_deg, is_done in ((39.0, True), (41.0, False), (-39.0, True), (-41.0, False)):
        assert circling(20.0, from_deg, (along + off_deg) % 360.0) is is_done
    assert not circling(20.0, from_deg, along, speed_mps=0.4), "who hovers on the circle flies none"
    small: Args = {**CENTRE, "radius_m": 4.0}
    assert circling(6.9, from_deg, along, args=small)
    assert not circling(7.1, from_deg, along, args=small)


def test_the_way_round_counts() -> None:
    other: Args = {**CENTRE, "radius_m": -20.0}
    assert circling(20.0, 0.0, 90.0)
    assert not circling(20.0, 0.0, 270.0)
    assert circling(20.0, 0.0, 270.0, args=other)
    assert not circling(20.0, 0.0, 90.0, args=other)


def test_a_vehicle_far_from_the_circle_has_a_share_and_words() -> None:
    before = state(position=at(120.0, at_s=99.0))
    seen = place_proofs.on_circle(look(CENTRE, before, state(position=at(70.0), velocity=going(180.0))))
    assert seen.progress == pytest.approx(0.5, abs=0.01)
    assert str(seen.detail) == "70 m from the centre"


# ---- an order that came ----


def guided(before: str, now: str, target: PositionTarget | None = None, old: PositionTarget | None = None) -> Look:
    args: Args = {"lat_deg": LAT + 100 * METRE_DEG, "lon_deg": LON, "height_m": 40.0}
    first = state(position=at(0.0, at_s=99.0), mode=Mode(at_s=99.5, name=before, custom_mode=1), position_target=old)
    last = state(position=at(5.0), mode=Mode(at_s=NOW_S, name=now, custom_mode=1), position_target=target or old)
    return look(args, first, last)


def target(north_m: float, height_m: float = 40.0, at_s: float = NOW_S) -> PositionTarget:
    return PositionTarget(at_s=at_s, lat_deg=LAT + north_m * METRE_DEG, lon_deg=LON, height_amsl_m=500.0 + height_m)


def test_a_go_to_has_come_when_its_mode_is_entered_or_its_point_repeated() -> None:
    came = place_proofs.steers_there("GUIDED")
    assert came(guided("LOITER", "GUIDED"))
    assert not came(guided("GUIDED", "GUIDED")), "it was in it before"
    assert not came(guided("LOITER", "LOITER"))
    for north_m, height_m, has_come in (
        (101.9, 40.0, True),
        (102.1, 40.0, False),
        (100.0, 41.9, True),
        (100.0, 42.1, False),
    ):
        assert came(guided("GUIDED", "GUIDED", target(north_m, height_m))) is has_come
    same = target(100.0, at_s=99.0)
    assert not came(guided("GUIDED", "GUIDED", target(100.0), same)), "it steered there before"


def test_a_height_is_repeated_above_the_sea() -> None:
    came = place_proofs.steers_there("GUIDED")
    for args in ({"height_m": 40.0}, {"height_m": 540.0, "frame": "amsl"}):
        one = guided("GUIDED", "GUIDED", target(0.0))
        assert came(look(args, one.before, one.now))
        other = guided("GUIDED", "GUIDED", target(0.0, 60.0))
        assert not came(look(args, other.before, other.now))


@pytest.mark.parametrize(
    ("before", "now", "has_come"),
    [
        ({"armed": Armed(at_s=99.0, is_armed=False)}, {"armed": Armed(at_s=NOW_S, is_armed=True)}, True),
        ({"armed": Armed(at_s=99.0, is_armed=True)}, {"armed": Armed(at_s=NOW_S, is_armed=True)}, False),
        ({"position": at(0, height_m=0.0, at_s=99.0)}, {"position": at(0, height_m=1.05)}, True),
        ({"position": at(0, height_m=0.0, at_s=99.0)}, {"position": at(0, height_m=0.95)}, False),
        ({"position": Position(at_s=99.0, lat_deg=LAT, lon_deg=LON)}, {"position": at(0, height_m=12.0)}, False),
        (
            {
                "armed": Armed(at_s=99.0, is_armed=True),
                "landed": Landed(at_s=99.0, state=LandedState.IN_AIR),
                "position": at(0, height_m=10.0, at_s=99.0),
            },
            {"position": at(0, height_m=14.0)},
            False,
        ),
    ],
)
def test_a_take_off_has_come_when_it_arms_or_rises_from_where_it_stood(before: dict, now: dict, has_come: bool) -> None:
    first = state(**before)
    assert proofs.lifts_off(look({"height_m": 15.0}, first, state(**{**before, **now}))) is has_come


def test_home_is_proven_by_place_and_height_and_by_having_moved() -> None:
    args: Args = {"lat_deg": LAT, "lon_deg": LON, "height_m": 150.0}
    old = Home(at_s=99.0, lat_deg=LAT, lon_deg=LON, height_amsl_m=100.0)
    for height_m, is_done in ((151.9, True), (152.1, False), (148.1, True), (147.9, False)):
        new = Home(at_s=NOW_S, lat_deg=LAT, lon_deg=LON, height_amsl_m=height_m)
        one = look(args, state(home=old), state(home=new))
        assert place_proofs.home_moved(one).is_done is is_done
        assert place_proofs.home_came(one) is is_done
    as_before = Home(at_s=NOW_S, lat_deg=LAT, lon_deg=LON, height_amsl_m=150.0)
    was_there = Home(at_s=99.0, lat_deg=LAT, lon_deg=LON, height_amsl_m=150.4)
    assert not place_proofs.home_came(look(args, state(home=was_there), state(home=as_before)))
    not_known = Home(at_s=99.0, lat_deg=LAT, lon_deg=LON, height_amsl_m=None)
    assert not place_proofs.home_came(look(args, state(home=not_known), state(home=as_before)))


# ---- near enough ----


def test_what_drives_has_no_height_to_come_to() -> None:
    rover = VehicleInfo(name="r", sysid=1, kind=VehicleKind.ROVER)
    args: Args = {"lat_deg": LAT, "lon_deg": LON, "height_m": 30.0}
    for info, is_done in ((rover, True), (None, False)):
        one = look(args, state(position=at(50.0, at_s=99.0)), state(position=at(1.0, height_m=0.0), info=info))
        assert place_proofs.at_place(5.0)(one).is_done is is_done


@pytest.mark.parametrize(
    ("radius_m", "near_m"),
    [(60.0, 120.0), (-200.0, 280.0), (1_000.0, 1_280.0), (1_001.0, 120.0), (1e9, 120.0), (None, 120.0)],
)
def test_a_plane_is_there_where_its_circle_is(radius_m: float | None, near_m: float) -> None:
    parameters = {} if radius_m is None else {"WP_LOITER_RAD": radius_m}
    args: Args = {"lat_deg": LAT, "lon_deg": LON}
    for north_m, is_done in ((near_m - 0.5, True), (near_m + 0.5, False)):
        one = look(args, state(position=at(5_000.0, at_s=99.0)), state(position=at(north_m)), parameters=parameters)
        assert place_proofs.at_place(120.0, "WP_LOITER_RAD")(one).is_done is is_done


def test_a_proof_that_was_true_at_sending_shows_no_arrival() -> None:
    came = proofs.since(proofs.in_mode("RTL"))
    before, other = (state(mode=Mode(at_s=99.5, name=name, custom_mode=1)) for name in ("RTL", "LOITER"))
    now = state(mode=Mode(at_s=NOW_S, name="RTL", custom_mode=1))
    assert not came(look({}, before, now))
    assert came(look({}, other, now))
