# SPDX-License-Identifier: Apache-2.0
"""Parts make up the whole, nobody's line lies in another's part, and the longest flight takes about as long as others."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.survey.coverage import Flyer, Share
from groundstation.fleet.plans.survey.cuts import best_cuts, fairest
from groundstation.fleet.plans.survey.ground import ground_of
from groundstation.fleet.plans.survey.lay import ENOUGH, lay
from groundstation.fleet.plans.survey.share import By, share
from groundstation.fleet.plans.survey.survey_task import AnyTask, Entry, SurveyTask, Trigger
from tests.fleet.plans.survey.fields import (
    FIELD,
    HOUSE,
    L_SHAPE,
    SQUARE,
    U_SHAPE,
    area,
    changed,
    corridor,
    covered,
    flyers,
    laid_or_told,
    legs,
    lines,
    plane_of,
    shape,
    spacing,
    spot,
    survey,
    surveys,
    whole,
)

KEEP_OUT = area([(300, 250), (340, 260), (330, 330)])
ANY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
STARTS = [(-20.0, -30.0), (450.0, 20.0), (-60.0, 200.0), (200.0, -50.0), (520.0, 330.0), (100.0, 400.0)]
WHERE = [*STARTS, *STARTS]


def parts_of(shares: Sequence[Share], task: AnyTask) -> list[shapely.Geometry]:
    plane = plane_of(task)
    return [shapely.union_all([shape(one, plane) for one in made.outlines]) for made in shares]


def told(made: Share) -> set[str]:
    return {one.said.code for one in made.findings}


def check_parts(shares: Sequence[Share], task: AnyTask, seen: shapely.Geometry) -> None:
    """Parts neither overlap nor leave a hole."""
    parts = parts_of(shares, task)
    slack_m2 = 1e-5 * seen.area + 1e-6
    assert shapely.symmetric_difference(shapely.union_all(parts), seen).area < slack_m2
    assert all(shapely.intersection(*pair).area < slack_m2 for pair in itertools.combinations(parts, 2))
    assert [made.area_m2 for made in shares] == pytest.approx([part.area for part in parts], rel=1e-4, abs=1e-4)


@ANY
@given(surveys(), st.integers(1, 6), st.sampled_from([By.TIME, By.AREA]))
@pytest.mark.long
def test_parts_make_up_any_area_without_overlap(task: SurveyTask, count: int, by: By) -> None:
    rings = [ring for one in (task.area, *task.keep_outs) for ring in (one.outer, *one.holes)]
    # of an outline that crosses itself by a hair the larger part is taken
    assume(all(shapely.Polygon(plane_of(task).points(ring)).is_valid for ring in rings))
    vehicles = [Flyer(id=f"uav-{number}") for number in range(count)]
    laid, why = laid_or_told(task)
    if laid is None:
        assert any(word in why for word in ("crosses itself", "nothing of the area", "no extent"))
        return
    shares = share(laid, vehicles, by)
    assert [made.flyer.id for made in shares] == [one.id for one in vehicles]
    plane = plane_of(task)
    # the product's own whole: that it is what was drawn, those of the lines test
    check_parts(shares, task, ground_of(task).target)
    parts = parts_of(shares, task)
    for made, part in zip(shares, parts, strict=True):
        flown = lines(made.swaths, plane)
        assert shapely.covers(part.buffer(0.52 * spacing(task) + 0.005), flown).all()
        assert ("survey_idle" in told(made)) is (not flown)
    if by is By.TIME and not task.crosshatch:
        # cut between the lines of the whole: they are the same, and no line lies in another's part
        assert sum(made.length_m for made in shares) == pytest.approx(lay(task).length_m)
    if task.keep_outs == ():
        assert covered(task, [one for made in shares for one in made.swaths]) >= ENOUGH


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
@pytest.mark.parametrize(
    "task",
    [
        survey(SQUARE, spacing_m=8.0),
        survey(FIELD, spacing_m=8.0, turnaround_m=10.0),
        survey(FIELD, HOUSE, spacing_m=8.0, keep_outs=(KEEP_OUT,), margin_m=5.0),
        survey(L_SHAPE, spacing_m=5.0),
        survey(U_SHAPE, spacing_m=5.0, angle_deg=0.0),
        survey(FIELD, spacing_m=10.0, crosshatch=True),
        corridor((0, 0), (400, 50), (600, 400), (1000, 420)),
    ],
)
@pytest.mark.parametrize("starts", [[(-30.0, -30.0)] * 6, STARTS])
@pytest.mark.long
def test_the_longest_flight_takes_no_longer_than_the_others(
    task: AnyTask, count: int, starts: list[tuple[float, float]]
) -> None:
    shares = share(lay(task), flyers(*starts[:count]))
    times_s = [made.time_s for made in shares]
    assert all(made.swaths for made in shares)
    assert max(times_s) <= 1.15 * sum(times_s) / count


def test_with_few_lines_no_cut_is_better_than_the_one_that_is_made() -> None:
    # seven lines for three: one of them has a line more than the least
    task = survey([(0, 0), (300, 0), (300, 130), (0, 130)], angle_deg=90.0)
    shares = share(lay(task), [Flyer(id=f"uav-{number}") for number in range(3)])
    assert sorted(len(made.swaths) for made in shares) == [2, 2, 3]


def test_who_has_nothing_left_is_told() -> None:
    task = survey([(0, 0), (300, 0), (300, 35), (0, 35)], angle_deg=90.0)
    shares = share(lay(task), flyers(*STARTS[:4]))
    assert [len(made.swaths) for made in shares].count(0) == 2
    idle = [made for made in shares if not made.swaths]
    assert all(told(made) == {"survey_idle"} and made.time_s == made.area_m2 == 0.0 for made in idle)


def test_a_faster_vehicle_gets_more() -> None:
    slow, fast = flyers((0, -20), (300, -20))
    shares = share(lay(survey(spacing_m=5.0)), [changed(slow, speed_mps=4.0), changed(fast, speed_mps=12.0)])
    assert shares[1].area_m2 > 1.5 * shares[0].area_m2
    assert shares[0].time_s == pytest.approx(shares[1].time_s, rel=0.1)


def test_everybody_gets_the_part_at_his_door() -> None:
    task = survey([(0, 0), (900, 0), (900, 300), (0, 300)], angle_deg=0.0)
    for order in itertools.permutations([(0.0, -30.0), (450.0, -30.0), (900.0, -30.0)]):
        shares = share(lay(task), flyers(*order))
        middles = [part.centroid.x for part in parts_of(shares, task)]
        assert np.argsort(middles).tolist() == np.argsort([east for east, _ in order]).tolist()


def test_ways_between_lines_stay_in_the_own_strip() -> None:
    task = survey(FIELD, HOUSE, spacing_m=12.0, turnaround_m=15.0)
    shares = share(lay(task), flyers(*STARTS[:4]))
    plane = plane_of(task)
    for made, part in zip(shares, parts_of(shares, task), strict=True):
        own = legs(made.swaths, plane)
        others = shapely.union_all([one for one in parts_of(shares, task) if one is not part]).difference(
            part.buffer(0.05)
        )
        assert shapely.length(shapely.intersection(others, own)).max() < 0.1


def test_parts_of_the_same_area_are_that() -> None:
    task = survey(FIELD, HOUSE, keep_outs=(KEEP_OUT,))
    shares = share(lay(task), flyers(*STARTS[:5]), By.AREA)
    assert [made.area_m2 for made in shares] == pytest.approx([shares[0].area_m2] * 5, rel=1e-6)
    check_parts(shares, task, shapely.difference(whole(task), shape(KEEP_OUT, plane_of(task)).buffer(0.002)))


@pytest.mark.parametrize("by", [By.TIME, By.AREA])
def test_stretches_of_a_corridor_make_it_up(by: By) -> None:
    task = corridor((0, 0), (400, 50), (450, 300), (200, 500), turnaround_m=10.0)
    whole_way = share(lay(task), flyers((0, 0)), by)
    shares = share(lay(task), flyers(*STARTS[:4]), by)
    (seen,) = parts_of(whole_way, task)
    check_parts(shares, task, seen)
    assert all(len(made.swaths) == 4 for made in shares)
    assert sum(made.length_m for made in shares) == pytest.approx(lay(task).length_m, rel=0.01)


# ---- endurance ----


def test_flights_are_as_many_as_batteries_need() -> None:
    found = lay(survey(spacing_m=5.0, speed_mps=8.0))
    (alone,) = share(found, flyers((150, -20)))
    enough = share(found, flyers((150, -20), endurance_s=alone.time_s + 1.0), By.ENDURANCE)
    assert (len(enough), told(enough[0])) == (1, set())
    twice = share(found, flyers((150, -20), endurance_s=alone.time_s - 1.0), By.ENDURANCE)
    assert [made.sortie for made in twice] == [1, 2]
    assert told(twice[1]) == {"survey_sortie"}
    # they are alike, and not one as long as can be and a rest
    assert twice[0].time_s == pytest.approx(twice[1].time_s, rel=0.1)
    shares = share(found, flyers((0, -20), (300, -20), endurance_s=500.0), By.ENDURANCE)
    assert len(shares) >= math.ceil(alone.time_s / 500.0)
    assert all(made.time_s <= 500.0 for made in shares)
    check_parts(shares, found.task, whole(found.task) if isinstance(found.task, SurveyTask) else shapely.Polygon())


def test_a_battery_that_lasts_for_no_line_is_one_line() -> None:
    found = lay(survey())
    with pytest.raises(PlanFileError, match="uav-1: one line with the way there and home takes"):
        share(found, flyers((0, 0), endurance_s=60.0), By.ENDURANCE)
    with pytest.raises(PlanFileError, match="uav-1: how long its battery lasts is not known"):
        share(found, flyers((0, 0)), By.ENDURANCE)


@pytest.mark.parametrize(("more_s", "is_told"), [(1.0, False), (-1.0, True)])
def test_a_flight_longer_than_the_battery_is_told(more_s: float, is_told: bool) -> None:
    found = lay(survey())
    (alone,) = share(found, flyers((0, 0)))
    (made,) = share(found, flyers((0, 0), endurance_s=alone.time_s + more_s))
    assert ("survey_endurance" in told(made)) is is_told
    assert any(one.holds for one in made.findings) is is_told


# ---- wings ----


@pytest.mark.parametrize(("turnaround_m", "is_told"), [(59.9, True), (60.1, False)])
def test_a_turnaround_shorter_than_the_turn_is_told(turnaround_m: float, is_told: bool) -> None:
    task = survey(spacing_m=121.0, turnaround_m=turnaround_m, speed_mps=15.0)
    (made,) = share(lay(task), flyers((0, 0), kind=VehicleKind.PLANE, turn_radius_m=60.0))
    assert ("survey_turn" in told(made)) is is_told


@pytest.mark.parametrize(("apart_m", "every_other", "is_told"), [(119.0, False, True), (121.0, False, False),
                                                                 (59.0, True, True), (61.0, True, False)])  # fmt: skip
def test_lines_nearer_than_the_turn_is_wide_are_told(apart_m: float, every_other: bool, is_told: bool) -> None:
    task = survey(spacing_m=apart_m, every_other=every_other, turnaround_m=70.0)
    (made,) = share(lay(task), flyers((0, 0), kind=VehicleKind.PLANE, turn_radius_m=60.0))
    assert ("survey_narrow" in told(made)) is is_told


# ---- times ----


def test_what_takes_longer_is_counted() -> None:
    task = survey(L_SHAPE)
    found = lay(task)
    (near,) = share(found, flyers((0, 0)))
    (far,) = share(found, flyers((-1000, 0)))
    # a return knows nothing of the task's speed
    back_mps = pace_of(VehicleKind.MULTICOPTER).return_mps or 0.0
    assert far.time_s > near.time_s + 800.0 / task.speed_mps + 800.0 / back_mps
    (turning,) = share(found, flyers((0, 0), turn_s=3.0))
    assert turning.time_s == pytest.approx(near.time_s + 3.0 * (len(near.swaths) - 1))
    (climbing,) = share(found, flyers((0, 0), climb_mps=1.0))
    assert climbing.time_s > near.time_s + 25.0
    hovering = lay(changed(task, trigger=Trigger.HOVER))
    assert share(hovering, flyers((0, 0)))[0].time_s > near.time_s + 2.0 * (hovering.pictures or 0)


def test_a_share_is_kept_in_files() -> None:
    for made in share(lay(survey(FIELD)), flyers(*STARTS[:2])):
        assert msgspec.json.decode(msgspec.json.encode(made), type=Share) == made


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"speed_mps": 0.0}, "speed"),
        ({"climb_mps": math.nan}, "climb"),
        ({"descent_mps": -1.0}, "descent"),
        ({"endurance_s": math.inf}, "endurance"),
        ({"turn_s": -1.0}, "turn"),
        ({"turn_radius_m": math.nan}, "turn radius"),
    ],
)
def test_a_vehicle_that_is_none_is_one_line(keys: dict[str, float], word: str) -> None:
    with pytest.raises(PlanFileError, match=f"uav-1: a {word} of"):
        share(lay(survey()), flyers((0, 0), **keys))


@pytest.mark.parametrize("count", [0, 65])
def test_so_many_vehicles_share_and_no_more(count: int) -> None:
    with pytest.raises(PlanFileError, match=f"{count} vehicles"):
        share(lay(survey()), [Flyer(id=f"uav-{number}") for number in range(count)])


def test_many_vehicles_share() -> None:
    shares = share(lay(survey(spacing_m=2.0)), flyers(*[(5.0 * number, -10.0) for number in range(64)]))
    assert len([made for made in shares if made.swaths]) == 64


# ---- cuts ----


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 6), st.randoms())
def test_cuts_are_the_best_of_all(count: int, length: int, random: object) -> None:
    draw = random.uniform  # type: ignore[attr-defined]
    costs = [[draw(1.0, 10.0) for _ in range(length)] for _ in range(count)]
    times = [
        np.array([[sum(row[begin:end]) if begin < end else (0.0 if begin == end else np.inf)
                   for end in range(length + 1)] for begin in range(length + 1)])
        for row in costs
    ]  # fmt: skip
    found = best_cuts(times)
    assert [begin for _, begin, _ in found] == [0, *(end for _, _, end in found)][:-1]
    assert found[-1][2] == length
    assert len({one for one, _, _ in found}) == len(found)
    longest = max(times[one][begin, end] for one, begin, end in found)
    every = (
        max(
            times[one][begin, end]
            for one, (begin, end) in zip(order, itertools.pairwise((0, *cuts, length)), strict=True)
        )
        for order in itertools.permutations(range(count))
        for cuts in itertools.combinations_with_replacement(range(length + 1), count - 1)
    )
    assert longest == pytest.approx(min(every))


@given(st.integers(1, 5), st.randoms())
def test_the_fairest_assignment_is_the_best_of_all(count: int, random: object) -> None:
    draw = random.uniform  # type: ignore[attr-defined]
    times = np.array([[draw(0.0, 10.0) for _ in range(count)] for _ in range(count)])
    found = fairest(times)
    longest = max(times[one, part] for one, part in enumerate(found))
    every = (max(times[one, part] for one, part in enumerate(order)) for order in itertools.permutations(range(count)))
    assert sorted(found) == list(range(count))
    assert longest == min(every)


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        (Entry.BOTTOM_LEFT, (10.0, 0.0)),
        (Entry.BOTTOM_RIGHT, (290.0, 0.0)),
        (Entry.TOP_LEFT, (10.0, 300.0)),
        (Entry.TOP_RIGHT, (290.0, 300.0)),
    ],
)
def test_one_vehicle_alone_begins_at_the_corner_that_was_wanted(entry: Entry, place: tuple[float, float]) -> None:
    (made,) = share(lay(survey(angle_deg=0.0, entry=entry)), [Flyer(id="a", start=spot(150, -50))])
    wanted = spot(*place)
    assert distance_m(*made.swaths[0].spots[0], wanted.lat_deg, wanted.lon_deg) < 15.0


def test_no_pictures_are_counted_on_the_way_there_and_home() -> None:
    found = lay(survey(in_turnarounds=True))
    (near,), (far,) = (share(found, [Flyer(id="a", start=spot(150, north_m))]) for north_m in (-10, -2_000))
    assert far.path_m > near.path_m + 3_000.0
    assert abs((far.pictures or 0) - (near.pictures or 0)) < 10
