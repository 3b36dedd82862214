# SPDX-License-Identifier: Apache-2.0
"""What telemetry must show: done, not yet, against it; and never by a sample of before or of long ago."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from groundstation.fleet import place_proofs, proofs
from groundstation.fleet.commands import Args
from groundstation.fleet.identity import VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.motion import Attitude, Home, Position
from groundstation.fleet.proofs import NOTHING, Look, Seen
from groundstation.fleet.status import Armed, Landed, LandedState, MissionProgress, Mode
from groundstation.fleet.vehicle import VehicleState

SENT_S, NOW_S = 100.0, 103.0
LAT, LON = 41.0, 39.7
METRE_DEG = 1 / 111_195
BEFORE = VehicleState(key=VehicleKey("fleet", "uav-1"), clock_offset_s=0.0)


def look(
    proof: Callable[[Look], Seen],
    args: Args | None = None,
    before: dict | None = None,
    texts: tuple[str, ...] = (),
    now_s: float = NOW_S,
    **now: object,
) -> Seen:
    first = VehicleState(key=BEFORE.key, clock_offset_s=0.0, **(before or {}))
    state = VehicleState(key=BEFORE.key, clock_offset_s=0.0, **{**(before or {}), **now})
    return proof(Look(before=first, now=state, args=args or {}, sent_s=SENT_S, now_s=now_s, texts=texts))


def is_armed(value: bool | None, at_s: float = NOW_S) -> Armed:
    return Armed(at_s=at_s, is_armed=value)


def mode(name: str | None, at_s: float = NOW_S) -> Mode:
    return Mode(at_s=at_s, name=name, custom_mode=7)


def at(north_m: float = 0.0, height_m: float | None = 0.0, at_s: float = NOW_S) -> Position:
    amsl_m = None if height_m is None else 500.0 + height_m
    return Position(
        at_s=at_s, lat_deg=LAT + north_m * METRE_DEG, lon_deg=LON, height_home_m=height_m, height_amsl_m=amsl_m
    )


def on(state: LandedState, at_s: float = NOW_S) -> Landed:
    return Landed(at_s=at_s, state=state)


def item(number: int | None, at_s: float = NOW_S, state: str | None = None) -> MissionProgress:
    return MissionProgress(at_s=at_s, item=number, state=state)


THERE: Args = {"lat_deg": LAT + 100 * METRE_DEG, "lon_deg": LON, "height_m": None, "frame": "home"}
START = {"position": at(0.0, 10.0, 99.0)}

AUTO = proofs.flying_the_mission("AUTO", first_item=1)
FLYING = {"mode": mode("AUTO"), "armed": is_armed(True)}

DONE = [
    (proofs.armed, {}, {}, {"armed": is_armed(True)}),
    (proofs.disarmed, {}, {}, {"armed": is_armed(False)}),
    (proofs.in_mode("RTL"), {}, {}, {"mode": mode("RTL")}),
    (proofs.in_mode("TAKEOFF", "LOITER"), {}, {}, {"mode": mode("LOITER")}),
    (proofs.in_asked_mode, {"mode": "AUTO"}, {}, {"mode": mode("AUTO")}),
    (proofs.height, {"height_m": 30.0}, START, {"position": at(0, 29.0)}),
    (proofs.height, {"height_m": 530.0, "frame": "amsl"}, START, {"position": at(0, 30.0)}),
    (proofs.airborne_at_height, {"height_m": 15.0}, {"position": at(0, 0, 99.0)}, {"position": at(0, 13.6)}),
    (proofs.landed, {}, START, {"armed": is_armed(False)}),
    (place_proofs.at_place(3.0), THERE, START, {"position": at(98.0, 10.0)}),
    (place_proofs.at_place(3.0), {**THERE, "height_m": 20.0}, START, {"position": at(98.0, 19.5)}),
    (proofs.heading, {"heading_deg": 0.0}, {}, {"attitude": Attitude(at_s=NOW_S, yaw_deg=356.0)}),
    (proofs.heading, {"heading_deg": 360.0}, {}, {"attitude": Attitude(at_s=NOW_S, yaw_deg=3.0)}),
    (proofs.mission_item, {"item": 3.0}, {"mission_progress": item(1, 99.0)}, {"mission_progress": item(3)}),
    (proofs.mission_item, {"item": 3.0}, {"mission_progress": item(1, 99.0)}, {"mission_progress": item(4)}),
    (
        place_proofs.home_moved,
        {"lat_deg": LAT, "lon_deg": LON},
        {},
        {"home": Home(at_s=NOW_S, lat_deg=LAT + 4 * METRE_DEG, lon_deg=LON)},
    ),
    (place_proofs.home_moved, {}, START, {"home": Home(at_s=NOW_S, lat_deg=LAT, lon_deg=LON)}),
    (AUTO, {}, {}, {**FLYING, "mission_progress": item(1)}),
    (AUTO, {}, {}, {**FLYING, "mission_progress": item(4, state="active")}),
    (
        proofs.flying_the_mission("MISSION", first_item=0),
        {},
        {},
        {**FLYING, "mode": mode("MISSION"), "mission_progress": item(0)},
    ),
]
AGAINST = [
    (proofs.armed, {}, {}, {"armed": is_armed(False)}, "it is not armed"),
    (proofs.disarmed, {}, {}, {"armed": is_armed(True)}, "it is still armed"),
    (proofs.in_mode("RTL"), {}, {}, {"mode": mode("LOITER")}, "its mode is LOITER"),
    (proofs.in_mode("RTL"), {}, {}, {"mode": mode(None)}, "its mode is 7"),
    (proofs.in_asked_mode, {"mode": "AUTO"}, {}, {"mode": mode("RTL")}, "its mode is RTL"),
    (
        proofs.airborne_at_height,
        {"height_m": 15.0},
        {},
        {"armed": is_armed(False), "position": at(0, 15.0)},
        "not armed",
    ),
    (proofs.heading, {"heading_deg": 0.0}, {}, {"attitude": Attitude(at_s=NOW_S, yaw_deg=90.0)}, "points elsewhere"),
    (proofs.mission_item, {"item": 3.0}, {"mission_progress": item(9, 99.0)}, {"mission_progress": item(9)}, "item 9"),
    (proofs.mission_item, {"item": 3.0}, {"mission_progress": item(4, 99.0)}, {"mission_progress": item(5)}, "item 5"),
    (proofs.mission_item, {"item": 3.0}, {}, {"mission_progress": item(2)}, "item 2"),
    (
        place_proofs.home_moved,
        {"lat_deg": LAT, "lon_deg": LON},
        {},
        {"home": Home(at_s=NOW_S, lat_deg=LAT + 60 * METRE_DEG, lon_deg=LON)},
        "home is 60 m from there",
    ),
    (AUTO, {}, {}, {**FLYING, "mode": mode("RTL"), "mission_progress": item(1)}, "its mode is RTL"),
    (AUTO, {}, {}, {**FLYING, "armed": is_armed(False), "mission_progress": item(1)}, "it is not armed"),
    # armed, in AUTO, and at no item: it has no mission, or does not begin it
    (AUTO, {}, {}, {**FLYING, "mission_progress": item(0)}, "begun no item"),
    (AUTO, {}, {}, {**FLYING, "mission_progress": item(1, state="not_started")}, "begun no item"),
]
PENDING = [
    (proofs.height, {"height_m": 30.0}, START, {"position": at(0, 20.0)}, 0.5, "at 20 of 30 m"),
    (
        proofs.airborne_at_height,
        {"height_m": 20.0},
        {"position": at(0, 0, 99.0)},
        {"position": at(0, 5.0)},
        0.25,
        "at 5",
    ),
    (proofs.landed, {}, START, {"position": at(0, 4.0), "armed": is_armed(True)}, 0.6, "at 4 m"),
    (proofs.landed, {}, START, {"position": at(0, 0.0), "landed": on(LandedState.ON_GROUND)}, 0.99, "still armed"),
    (place_proofs.at_place(3.0), THERE, START, {"position": at(50.0, 10.0)}, 0.515, "50 m to go"),
    (
        place_proofs.at_place(3.0),
        {**THERE, "height_m": 20.0},
        START,
        {"position": at(99.0, 15.0)},
        0.5,
        "at 15 of 20 m",
    ),
]


@pytest.mark.parametrize(("proof", "args", "before", "now"), DONE)
def test_done_is_done(proof: Callable[[Look], Seen], args: Args, before: dict, now: dict) -> None:
    assert look(proof, args, before, **now).is_done


@pytest.mark.parametrize(("proof", "args", "before", "now", "words"), AGAINST)
def test_what_stands_against_it_is_said(
    proof: Callable[[Look], Seen], args: Args, before: dict, now: dict, words: str
) -> None:
    seen = look(proof, args, before, **now)
    assert not seen.is_done
    assert words in str(seen.against)


@pytest.mark.parametrize(("proof", "args", "before", "now", "progress", "words"), PENDING)
def test_what_is_under_way_has_a_share_and_words(
    proof: Callable[[Look], Seen], args: Args, before: dict, now: dict, progress: float, words: str
) -> None:
    seen = look(proof, args, before, **now)
    assert not seen.is_done
    assert not seen.against
    assert seen.progress == pytest.approx(progress, abs=0.01)
    assert words in str(seen.detail)


@pytest.mark.parametrize(("proof", "args", "before", "now"), DONE)
def test_a_sample_of_before_or_of_long_ago_proves_nothing(
    proof: Callable[[Look], Seen], args: Args, before: dict, now: dict
) -> None:
    for at_s, now_s in ((SENT_S - 0.001, NOW_S), (SENT_S + 2.0, SENT_S + 30.0)):
        old = {kind: replace(one, at_s=at_s) for kind, one in now.items()}
        seen = look(proof, args, before, now_s=now_s, **old)
        assert not seen.is_done
        assert not seen.against


# a turn has a share that is done, and is given up for want of growth alone
@pytest.mark.parametrize(
    ("proof", "args", "before", "now", "words"), [one for one in AGAINST if one[0] is not proofs.heading]
)
def test_a_heartbeat_right_after_the_order_does_not_stand_against_it_yet(
    proof: Callable[[Look], Seen], args: Args, before: dict, now: dict, words: str
) -> None:
    early = {kind: replace(one, at_s=SENT_S + 0.9) for kind, one in now.items()}
    seen = look(proof, args, before, **early)
    assert not seen.is_done
    assert not seen.against, words


@pytest.mark.parametrize(("proof", "args", "before", "now"), DONE)
def test_a_vehicle_that_says_nothing_proves_nothing(
    proof: Callable[[Look], Seen], args: Args, before: dict, now: dict
) -> None:
    del now
    seen = look(proof, args, before)
    assert replace(seen, detail="") == NOTHING


def test_a_mission_that_starts_says_what_it_waits_for() -> None:
    assert "until its mode is AUTO" in str(look(AUTO).detail)
    assert "until it is armed" in str(look(AUTO, mode=mode("AUTO")).detail)
    assert "which item" in str(look(AUTO, **FLYING).detail)
    assert look(AUTO, **FLYING, mission_progress=item(None)).against == ""
    assert not look(AUTO, **FLYING, mission_progress=item(1, state="complete")).is_done


def test_unknown_values_prove_nothing() -> None:
    assert not look(proofs.armed, armed=is_armed(None)).is_done
    assert not look(proofs.disarmed, armed=is_armed(None)).is_done
    assert not look(proofs.landed, {}, START, armed=is_armed(None)).is_done
    assert look(proofs.height, {"height_m": 5.0}, {}, position=at(0, None)) == NOTHING
    assert look(proofs.heading, {"heading_deg": 5.0}, {}, attitude=Attitude(at_s=NOW_S)) == NOTHING
    assert look(proofs.heading, {}, {}, attitude=Attitude(at_s=NOW_S, yaw_deg=5.0)) == NOTHING
    assert look(proofs.height, {}, START, position=at(0, 10.0)) == NOTHING
    assert look(place_proofs.at_place(3.0), {"lat_deg": LAT}, START, position=at(0, 10.0)) == NOTHING
    assert look(place_proofs.at_place(3.0), {"lon_deg": LON}, START, position=at(0, 10.0)) == NOTHING
    assert look(proofs.mission_item, {"item": 0.0}, {}, mission_progress=item(None)) == NOTHING
    assert look(place_proofs.home_moved, {}, {}, home=Home(at_s=NOW_S, lat_deg=LAT, lon_deg=LON)) == NOTHING
    assert look(proofs.nothing_tells, armed=is_armed(True)) == NOTHING


# ---- take-off and landing ----


@pytest.mark.parametrize("target_m", [1.0, 1.2, 2.0, 5.0, 500.0])
@pytest.mark.parametrize("ground_m", [-0.4, 0.0, 0.3])
def test_no_take_off_is_done_on_the_ground(target_m: float, ground_m: float) -> None:
    start = {"position": at(0, ground_m, 99.0)}
    seen = look(
        proofs.airborne_at_height, {"height_m": target_m}, start, position=at(0, ground_m), armed=is_armed(True)
    )
    assert not seen.is_done
    top = look(proofs.airborne_at_height, {"height_m": target_m}, start, position=at(0, target_m), armed=is_armed(True))
    assert top.is_done


def test_a_height_without_leaving_the_ground_is_no_take_off() -> None:
    start = {"position": at(0, 0.0, 99.0)}
    now = {"position": at(0, 10.0), "armed": is_armed(True), "landed": on(LandedState.ON_GROUND)}
    assert not look(proofs.airborne_at_height, {"height_m": 10.0}, start, **now).is_done
    assert look(
        proofs.airborne_at_height, {"height_m": 10.0}, start, **{**now, "landed": on(LandedState.IN_AIR)}
    ).is_done


def test_ground_contact_alone_is_no_landing() -> None:
    now = {"position": at(0, 0.0), "armed": is_armed(True), "landed": on(LandedState.ON_GROUND)}
    assert not look(proofs.landed, {}, START, **now).is_done


# ---- progress ----


@pytest.mark.parametrize(
    ("proof", "args", "way"),
    [
        (proofs.height, {"height_m": 110.0}, lambda share: at(0, 10 + 100 * share)),
        (proofs.airborne_at_height, {"height_m": 110.0}, lambda share: at(0, 10 + 100 * share)),
        (proofs.landed, {}, lambda share: at(0, 10 - 10 * share)),
        (place_proofs.at_place(3.0), THERE, lambda share: at(100 * share, 10.0)),
        (place_proofs.at_place(3.0), {**THERE, "height_m": 60.0}, lambda share: at(100 * share, 10 + 50 * share)),
    ],
)
def test_progress_grows_with_the_way_and_stays_within_its_bounds(
    proof: Callable[[Look], Seen], args: Args, way: Callable[[float], Position]
) -> None:
    shown = [look(proof, args, START, position=way(step / 50)) for step in range(51)]
    shares = [seen.progress for seen in shown if seen.progress is not None]
    assert len(shares) == 51
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] < 0.05
    assert 0.95 < shares[-1] <= 1.0
    assert all(seen.progress != 1.0 for seen in shown if not seen.is_done)
    away = look(proof, args, START, position=way(-0.5))
    assert away.progress == 0.0


def test_progress_of_a_turn_is_the_shorter_way_round() -> None:
    start = {"attitude": Attitude(at_s=99.0, yaw_deg=350.0)}
    shares = [
        look(proofs.heading, {"heading_deg": 50.0}, start, attitude=Attitude(at_s=NOW_S, yaw_deg=yaw % 360.0)).progress
        for yaw in (350, 360, 370, 400, 406)
    ]
    assert shares == pytest.approx([0.0, 1 / 6, 1 / 3, 5 / 6, 1.0], abs=0.01)


def test_a_target_where_it_is_already_is_done_and_divides_by_nothing() -> None:
    assert look(proofs.height, {"height_m": 10.0}, START, position=at(0, 10.0)).is_done
    here: Args = {**THERE, "lat_deg": LAT}
    assert look(place_proofs.at_place(3.0), here, START, position=at(0, 10.0)).is_done
    drifted = look(place_proofs.at_place(3.0), here, START, position=at(9.0, 10.0))
    assert drifted.progress is not None
    assert 0.0 <= drifted.progress < 1.0


# ---- just inside and just outside of every tolerance ----


def climb_from(start_m: float, target_m: float, now_m: float, proof: Callable[[Look], Seen] = proofs.height) -> bool:
    return look(proof, {"height_m": target_m}, {"position": at(0, start_m, 99.0)}, position=at(0, now_m)).is_done


@pytest.mark.parametrize(
    ("start_m", "target_m", "inside_m", "outside_m"),
    [
        # from below and from above, above and below the target, on a long way as on a short one
        (10.0, 15.0, 13.05, 12.95),
        (10.0, 15.0, 16.95, 17.05),
        (20.0, 15.0, 16.95, 17.05),
        (10.0, 110.0, 108.05, 107.95),
        (20.0, 120.0, 118.05, 110.9),
        (110.0, 10.0, 11.95, 12.05),
    ],
)
def test_a_height_is_reached_within_two_metres_however_long_the_way(
    start_m: float, target_m: float, inside_m: float, outside_m: float
) -> None:
    assert climb_from(start_m, target_m, inside_m)
    assert not climb_from(start_m, target_m, outside_m)


def test_a_planes_height_is_reached_within_six_metres() -> None:
    plane = VehicleInfo(name="x", sysid=1, kind=VehicleKind.PLANE)
    for now_m, is_done in ((104.05, True), (103.95, False), (115.95, True), (116.05, False)):
        seen = look(proofs.height, {"height_m": 110.0}, START, info=plane, position=at(0, now_m))
        assert seen.is_done is is_done


def test_without_a_height_of_before_two_metres_are_the_tolerance() -> None:
    for now_m, is_done in ((108.05, True), (107.95, False), (111.95, True), (112.05, False)):
        assert look(proofs.height, {"height_m": 110.0}, {}, position=at(0, now_m)).is_done is is_done


def test_a_height_above_the_sea_has_the_same_tolerance() -> None:
    for now_m, is_done in ((28.05, True), (27.95, False), (32.05, False)):
        seen = look(proofs.height, {"height_m": 530.0, "frame": "amsl"}, START, position=at(0, now_m))
        assert seen.is_done is is_done


@pytest.mark.parametrize(
    ("target_m", "inside_m", "outside_m"),
    [
        (1.0, 0.55, 0.45),
        (1.8, 0.95, 0.85),
        (3.0, 1.55, 1.45),
        (4.0, 2.05, 1.95),
        (15.0, 13.05, 12.95),
        (50.0, 48.05, 47.95),
    ],
)
def test_a_take_off_is_done_within_two_metres_or_half_of_a_small_height(
    target_m: float, inside_m: float, outside_m: float
) -> None:
    assert climb_from(0.0, target_m, inside_m, proofs.airborne_at_height)
    assert not climb_from(0.0, target_m, outside_m, proofs.airborne_at_height)


@pytest.mark.parametrize("radius_m", [3.0, 5.0, 120.0])
def test_a_point_is_reached_within_its_radius_on_either_side(radius_m: float) -> None:
    for off_m, is_done in ((-0.05, True), (0.05, False)):
        for north_m in (100.0 - radius_m - off_m, 100.0 + radius_m + off_m):
            seen = look(place_proofs.at_place(radius_m), THERE, START, position=at(north_m, 10.0))
            assert seen.is_done is is_done, (north_m, seen)


def test_a_point_with_a_height_is_reached_at_that_height_only() -> None:
    for height_m, is_done in ((18.05, True), (17.95, False), (21.95, True), (22.05, False)):
        seen = look(place_proofs.at_place(3.0), {**THERE, "height_m": 20.0}, START, position=at(98.0, height_m))
        assert seen.is_done is is_done


def test_a_heading_is_reached_within_five_degrees() -> None:
    for yaw_deg, is_done in ((4.95, True), (5.05, False), (355.05, True), (354.95, False)):
        seen = look(proofs.heading, {"heading_deg": 0.0}, attitude=Attitude(at_s=NOW_S, yaw_deg=yaw_deg))
        assert seen.is_done is is_done


def test_home_is_where_it_was_set_to_within_five_metres() -> None:
    for north_m, is_done in ((4.95, True), (5.05, False), (-4.95, True), (-5.05, False)):
        home = Home(at_s=NOW_S, lat_deg=LAT + north_m * METRE_DEG, lon_deg=LON)
        assert look(place_proofs.home_moved, {"lat_deg": LAT, "lon_deg": LON}, home=home).is_done is is_done


def test_three_items_that_are_done_at_once_may_be_passed_not_four() -> None:
    before = {"mission_progress": item(0, 99.0)}
    for number, is_done in ((10, True), (13, True), (14, False), (9, False)):
        seen = look(proofs.mission_item, {"item": 10.0}, before, mission_progress=item(number))
        assert seen.is_done is is_done


def test_an_item_that_it_would_have_come_to_by_itself_is_no_passing() -> None:
    for before_item, is_done in ((11, False), (10, False), (9, True), (12, True)):
        before = {"mission_progress": item(before_item, 99.0)}
        seen = look(proofs.mission_item, {"item": 10.0}, before, mission_progress=item(11))
        assert seen.is_done is is_done, before_item


def test_a_sample_tells_for_eight_seconds_from_the_moment_of_the_order() -> None:
    for at_s, now_s, is_done in (
        (SENT_S, SENT_S, True),
        (SENT_S - 0.05, SENT_S, False),
        (SENT_S + 1.0, SENT_S + 8.95, True),
        (SENT_S + 1.0, SENT_S + 9.05, False),
    ):
        assert look(proofs.armed, now_s=now_s, armed=is_armed(True, at_s)).is_done is is_done


def test_a_sample_stands_against_an_order_from_one_and_a_fifth_seconds_on() -> None:
    for at_s, is_against in ((SENT_S + 1.15, False), (SENT_S + 1.25, True)):
        for seen in (
            look(proofs.armed, armed=is_armed(False, at_s)),
            look(proofs.in_mode("RTL"), mode=mode("LOITER", at_s)),
            look(proofs.mission_item, {"item": 3.0}, mission_progress=item(1, at_s)),
            look(proofs.airborne_at_height, {"height_m": 9.0}, armed=is_armed(False, at_s)),
            look(
                place_proofs.home_moved,
                {"lat_deg": LAT + 1.0, "lon_deg": LON},
                home=Home(at_s=at_s, lat_deg=LAT, lon_deg=LON),
            ),
        ):
            assert bool(seen.against) is is_against, seen


# ---- calibration, which only words tell ----


def test_a_calibration_is_told_by_words() -> None:
    assert look(proofs.calibrated, texts=("[cal] calibration done: gyro",)).is_done
    assert look(proofs.calibrated, texts=("Trim OK: roll=0.01",)).is_done
    seen = look(proofs.calibrated, texts=("[cal] progress <10>", "[cal] progress <60>"))
    assert (seen.is_done, seen.progress) == (False, 0.6)
    assert look(proofs.calibrated, texts=("[cal] progress <999>",)).progress == 0.99
    failed = look(proofs.calibrated, texts=("[cal] calibration failed: gyro",))
    assert failed.against == "[cal] calibration failed: gyro"
    assert look(proofs.calibrated) == Seen()


def test_a_landing_below_home_goes_on_until_it_disarms() -> None:
    """The ground may lie lower than home: there is no height at which it is down."""
    start = {"position": at(0, -5.0, 99.0)}
    shares = [look(proofs.landed, {}, start, position=at(0, height)).progress for height in (-5.0, -25.0, -65.0)]
    assert shares == [0.0, 0.5, 0.75]
    assert look(proofs.landed, {}, start, position=at(0, -65.0), armed=is_armed(False)).is_done
