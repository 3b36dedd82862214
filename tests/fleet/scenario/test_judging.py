# SPDX-License-Identifier: Apache-2.0
"""What is expected, judged by what is seen: just in time and just too late."""

from __future__ import annotations

import pytest

from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Position
from groundstation.fleet.scenario.expectation import Expectation
from groundstation.fleet.scenario.judging import Judge, Seen
from groundstation.fleet.status import Armed, Landed, LandedState, MissionProgress, Mode
from groundstation.fleet.vehicle import VehicleState


def state(name, *, mode="GUIDED", flying=True, armed=True, height_m=10.0, north_m=0.0, item=None, heard=True):
    lat_deg, lon_deg = moved(41.0, 39.7, north_m, 0.0)
    link = LinkState.ONLINE if heard else LinkState.STALE
    return VehicleState(
        key=VehicleKey("sim", name),
        connection=Connection(state=link),
        mode=Mode(at_s=0.0, name=mode),
        armed=Armed(at_s=0.0, is_armed=armed),
        landed=Landed(at_s=0.0, state=LandedState.IN_AIR if flying else LandedState.ON_GROUND),
        position=Position(
            at_s=0.0, lat_deg=lat_deg, lon_deg=lon_deg, height_home_m=height_m, height_amsl_m=height_m + 80.0
        ),
        mission_progress=None if item is None else MissionProgress(at_s=0.0, item=item),
    )


def judged(text, looks, marks=(), end_s=100.0):
    """Looks are (time, what the state is, texts, more)."""
    judge = Judge([Expectation.parse(text)])
    marks = list(marks)
    for time_s, fields, *more in looks:
        while marks and marks[0][1] <= time_s:
            judge.happened(marks[0][0], "uav-1", marks.pop(0)[1])
        name = fields.pop("name", "uav-1")
        extra = more[0] if more else {}
        judge.look(Seen(name, time_s, state(name, **fields), **extra))
    (verdict,) = judge.verdicts(end_s)
    return verdict


def ground(**more):
    return {"flying": False, "armed": False, "height_m": 0.0, **more}


@pytest.mark.parametrize(("at_s", "is_met"), [(29.9, True), (30.0, True), (30.1, False)])
def test_a_landing_is_in_time_or_not_and_its_time_is_told(at_s, is_met):
    verdict = judged("uav-1 lands within 20 s of gps_loss", [(5, {}), (12, {}), (at_s, ground())], [("gps_loss", 10.0)])
    assert verdict.is_met is is_met
    assert verdict.seen == f"after {at_s - 10.0:.1f} s"


def test_who_stands_on_the_ground_has_not_landed_by_that():
    assert not judged("uav-1 lands", [(1, ground()), (2, ground())]).is_met


@pytest.mark.parametrize(("mode", "is_met"), [("RTL", True), ("rtl", True), ("LAND", False)])
def test_a_mode_is_met_where_it_is_the_vehicles(mode, is_met):
    verdict = judged("uav-1 is in RTL within 5 s", [(0, {}), (3, {"mode": mode})])
    assert verdict.is_met is is_met
    assert is_met or "it is in LAND" in verdict.seen


def test_what_was_before_the_moment_does_not_count():
    looks = [(5, {"mode": "RTL"}), (10, {"mode": "GUIDED"}), (15, {"mode": "GUIDED"})]
    assert not judged("uav-1 is in RTL within 20 s of wind", looks, [("wind", 8.0)]).is_met


def test_what_was_before_the_first_take_off_does_not_count():
    assert not judged("uav-1 is in RTL", [(-1, {"mode": "RTL"}), (3, {})]).is_met


def test_another_moment_is_not_the_one_that_is_waited_for():
    verdict = judged("uav-1 is in RTL after wind", [(0, {}), (9, {"mode": "RTL"})], [("motor", 3.0)])
    assert (verdict.is_met, verdict.seen) == (False, "wind never came")


def test_a_moment_that_never_came_is_said():
    verdict = judged("uav-1 does not land after rtl", [(0, {}), (50, {})])
    assert (verdict.is_met, verdict.seen) == (False, "rtl never came")


@pytest.mark.parametrize(("at_s", "is_met"), [(19.9, False), (20.1, True)])
def test_a_not_holds_for_as_long_as_it_says(at_s, is_met):
    looks = [(0, {}), (at_s, {"mode": "LAND"}), (40, {"mode": "LAND"})]
    assert judged("uav-1 is not in LAND within 20 s", looks).is_met is is_met


def test_what_it_says_is_found_as_a_part_in_any_case():
    looks = [(0, {}), (4, {}, {"texts": ("EKF variance", "BATTERY failsafe on")})]
    assert judged("uav-1 says 'Battery Failsafe'", looks).seen_s == 4
    assert not judged("uav-1 says 'Battery Failsafes'", looks).is_met
    assert not judged("uav-1 does not say 'failsafe'", looks).is_met


@pytest.mark.parametrize(
    ("text", "looks", "is_met"),
    [
        ("uav-1 disarms", [(0, {}), (9, ground())], True),
        ("uav-1 disarms", [(0, {}), (9, {"flying": False})], False),
        ("uav-1 takes off", [(0, ground()), (9, {})], True),
        ("uav-1 takes off", [(0, ground()), (9, ground(armed=True))], False),
        ("uav-1 reaches item 3", [(0, {"item": 1}), (9, {"item": 4})], True),
        ("uav-1 reaches item 3", [(0, {"item": 1}), (9, {"item": 3})], True),
        ("uav-1 reaches item 3", [(0, {"item": 1}), (9, {"item": 2})], False),
        ("uav-1 obeys rtl", [(0, {}), (9, {}, {"obeyed": ("rtl",)})], True),
        ("uav-1 obeys rtl", [(0, {}), (9, {}, {"obeyed": ("land",)})], False),
        ("uav-1 falls silent", [(0, {}), (9, {"heard": False})], True),
        ("uav-1 falls silent", [(0, {}), (9, {})], False),
        ("uav-1 restarts", [(0, {}), (9, {}, {"restarts": 1})], True),
        ("uav-1 restarts", [(0, {}), (9, {})], False),
        ("uav-1 stays below 60 m", [(0, {}), (9, {"height_m": 60.0})], True),
        ("uav-1 stays below 60 m", [(0, {}), (9, {"height_m": 60.1})], False),
        ("uav-1 stays above 5 m for 10 s", [(0, {}), (9, {"height_m": 5.0}), (11, ground())], True),
        ("uav-1 stays above 5 m for 10 s", [(0, {}), (9, {"height_m": 4.9})], False),
        ("uav-1 stays within 200 m", [(0, {}), (9, {"north_m": 199.0}), (12, {})], True),
        ("uav-1 stays within 200 m", [(0, {}), (9, {"north_m": 201.0}), (12, {})], False),
        ("uav-1 stays within 200 m", [], False),
        ("uav-1 does not stay above 5 m for 10 s", [(0, {}), (9, {"height_m": 4.9})], True),
        ("uav-1 does not stay above 5 m for 10 s", [(0, {}), (11, {"height_m": 4.9})], False),
        ("uav-1 does not stay above 5 m", [], False),
    ],
)
def test_each_form_is_met_and_is_not(text, looks, is_met):
    assert judged(text, [(time_s, dict(fields), *more) for time_s, fields, *more in looks]).is_met is is_met


@pytest.mark.parametrize(("north_m", "height_m", "is_met"), [(5.1, 10.0, True), (4.9, 10.0, False), (4.0, 13.1, True)])
def test_two_stay_apart_in_space(north_m, height_m, is_met):
    other = {"name": "uav-2", "north_m": north_m, "height_m": height_m}
    assert judged("uav-1 and uav-2 stay 5 m apart", [(1, {}), (1.2, other)]).is_met is is_met


def test_places_of_different_moments_tell_nothing_of_a_distance():
    looks = [(1, {}), (1.2, {"name": "uav-2", "north_m": 50.0}), (9, {"name": "uav-2", "north_m": 1.0})]
    assert judged("uav-1 and uav-2 stay 5 m apart", looks).is_met


def test_it_is_waited_for_until_it_came_or_its_time_is_over():
    judge = Judge([Expectation.parse("uav-1 is in RTL within 20 s"), Expectation.parse("uav-1 stays below 60 m")])
    assert judge.is_open(19.0)
    assert not judge.is_open(21.0)
    judge.look(Seen("uav-1", 3.0, state("uav-1", mode="RTL")))
    assert not judge.is_open(4.0)
