# SPDX-License-Identifier: Apache-2.0
"""Lines leave nothing of an area out, stay at its edge and out of keep-outs, whatever the figure."""

from __future__ import annotations

import itertools
import math
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import HealthCheck, given, settings

from groundstation.fleet.plans.files.plan_file import Area, Line, PlanFileError, Spot
from groundstation.fleet.plans.plan_items import MAX_ITEMS
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.camera import CAMERAS
from groundstation.fleet.plans.survey.coverage import Coverage
from groundstation.fleet.plans.survey.lay import ENOUGH, lay
from groundstation.fleet.plans.survey.survey_task import (
    LEAST_SPACING_M,
    MAX_CORNERS,
    MOST_OVERLAP,
    MOST_SPACING_M,
    AnyTask,
    Entry,
    SurveyTask,
    Trigger,
)
from tests.fleet.plans.survey.fields import (
    BOW_TIE,
    FIELD,
    HOUSE,
    L_SHAPE,
    PINCHED,
    SLIVER,
    SQUARE,
    U_SHAPE,
    area,
    changed,
    corridor,
    covered,
    laid_or_told,
    legs,
    line,
    lines,
    plane_of,
    shape,
    spacing,
    spot,
    survey,
    surveys,
    whole,
)

ANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
KEEP_OUT = area([(30, 150), (60, 150), (60, 200), (30, 200)])


def refusal(task: AnyTask) -> str:
    with pytest.raises(PlanFileError) as caught:
        lay(task)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 200
    return text


def codes(found: Coverage) -> set[str]:
    return {one.said.code for one in found.findings}


@ANY
@given(surveys())
@pytest.mark.long
def test_lines_cover_any_area_within_half_a_spacing_and_leave_keep_outs_alone(task: SurveyTask) -> None:
    found, told = laid_or_told(task)
    if found is None:
        # a drawing may cross itself, or its keep-outs may leave nothing of it
        assert any(word in told for word in ("crosses itself", "nothing of the area", "no extent"))
        return
    plane, flown = plane_of(task), lines(found.swaths, plane_of(task))
    assert covered(task, found.swaths) >= ENOUGH or "survey_missed" in codes(found)
    room = whole(task).buffer(0.52 * spacing(task) + 0.005)
    assert shapely.covers(room, flown).all()
    outs = shapely.union_all([shape(one, plane).buffer(task.margin_m - 0.003) for one in task.keep_outs])
    assert shapely.length(shapely.intersection(outs, flown)).max(initial=0.0) < 0.001
    if "survey_crosses_keep_out" not in codes(found):
        assert shapely.length(shapely.intersection(outs, legs(found.swaths, plane))).max(initial=0.0) < 0.01
    if "survey_leaves_area" not in codes(found):
        near = whole(task).buffer(1.01 * (task.turnaround_m + spacing(task) / 2.0) + 0.05)
        assert shapely.covers(near, legs(found.swaths, plane)).all()


@ANY
@given(surveys())
@pytest.mark.long
def test_nothing_is_flown_outside_where_the_operator_says_so(task: SurveyTask) -> None:
    task = changed(task, edge_m=0.0, turnaround_m=0.0)
    try:
        found = lay(task)
    except PlanFileError:
        return
    inside = whole(task).buffer(0.005)
    assert shapely.covers(inside, lines(found.swaths, plane_of(task))).all()
    # what that leaves out at slanting edges is told
    assert covered(task, found.swaths) >= ENOUGH - 1e-3 or "survey_missed" in codes(found)


@pytest.mark.parametrize("ring", [L_SHAPE, U_SHAPE, FIELD, PINCHED, SLIVER])
@pytest.mark.parametrize("home", [Place(47.0, 8.0), Place(10.0, 179.9995), Place(89.9995, 0.0), Place(-89.999, 77.0)])
def test_the_same_lines_are_laid_everywhere_on_earth(ring: Any, home: Place) -> None:
    here, there = lay(survey(ring, angle_deg=None)), lay(survey(ring, area=area(ring, home=home)))
    assert there.covered > ENOUGH
    # half a percent more or less, between sphere and ellipsoid, may need a line more or another course
    assert there.length_m == pytest.approx(here.length_m, rel=0.15)
    assert there.area_m2 == pytest.approx(here.area_m2, rel=0.01)
    assert all(-180.0 <= place.lon_deg <= 180.0 for one in there.swaths for place in one.spots)


def test_lines_are_centred_and_lie_along_the_long_side() -> None:
    task = survey([(0, 0), (500, 0), (500, 110), (0, 110)])
    found = lay(task)
    norths = sorted(one.coords[0][1] for one in lines(found.swaths, plane_of(task)))
    assert found.angle_deg == pytest.approx(90.0, abs=0.01)
    # 110 m are five and a half spacings: six lines, half a spacing over in all
    assert norths == pytest.approx([5.0, 25.0, 45.0, 65.0, 85.0, 105.0], abs=0.5)
    assert found.cells == 1


@pytest.mark.parametrize(("wide_m", "count"), [(99.99, 5), (100.02, 6)])
def test_a_line_more_is_laid_where_the_area_is_just_wider(wide_m: float, count: int) -> None:
    task = survey([(0, 0), (500, 0), (500, wide_m), (0, wide_m)], angle_deg=90.0, spacing_m=20.0)
    # the earth is no sphere: what is 100 m on one is measured on the other
    _, low, _, high = whole(task).bounds
    task = changed(task, spacing_m=(high - low) / wide_m * 20.0)
    assert len(lay(task).swaths) == count


def test_a_concave_area_is_flown_in_cells_and_not_outside() -> None:
    task = survey(U_SHAPE, angle_deg=90.0, edge_m=0.0)
    found = lay(task)
    assert found.cells == 3
    assert shapely.covers(whole(task).buffer(0.01), lines(found.swaths, plane_of(task))).all()
    # from prong to prong it goes through the middle part, or around the notch, never straight across
    assert shapely.covers(whole(task).buffer(0.05), legs(found.swaths, plane_of(task))).all()


def test_a_thin_edge_gets_no_line_of_its_own_outside() -> None:
    # the notch ends half a millimetre over a strip: a line for that would be 200 m of nothing
    task = survey(((0, 0), (300, 0), (300, 100.0005), (100, 100.0005), (100, 300), (0, 300)), angle_deg=90.0)
    rows = [one for one in lines(lay(task).swaths, plane_of(task)) if one.coords[0][1] > 101.0]
    assert rows
    assert max(one.length for one in rows) < 101.0


def test_holes_are_not_lined() -> None:
    task = survey(FIELD, HOUSE, edge_m=0.0)
    hole = shape(area(HOUSE), plane_of(task)).buffer(-0.01)
    found = lay(task)
    assert not shapely.intersects(hole, lines(found.swaths, plane_of(task))).any()
    assert found.area_m2 == pytest.approx(whole(task).area)


@pytest.mark.parametrize(("margin_m", "is_gone"), [(6.0, False), (16.0, True)])
def test_what_a_margin_takes_is_not_lined(margin_m: float, is_gone: bool) -> None:
    # the way between house and edge is 10 m wide
    task = survey(SQUARE, keep_outs=(area([(10, 10), (290, 10), (290, 290), (10, 290)]),), margin_m=margin_m)
    if is_gone:
        assert "nothing of the area is left" in refusal(task)
    else:
        assert lay(task).swaths


def test_a_keep_out_across_the_area_is_gone_around_outside_and_told() -> None:
    across = area([(-50, 140), (350, 140), (350, 160), (-50, 160)])
    found = lay(survey(SQUARE, keep_outs=(across,), angle_deg=0.0))
    assert codes(found) == {"survey_leaves_area"}
    ring = area([(-50, -50), (350, -50), (350, 350), (-50, 350)], [(-20, -20), (320, -20), (320, 320), (-20, 320)])
    # nothing leads out of a ring, and nothing needs to
    assert lay(survey(SQUARE, keep_outs=(ring,))).findings == ()
    walls = (ring, area([(-60, 140), (360, 140), (360, 160), (-60, 160)]))
    assert "survey_crosses_keep_out" in codes(lay(survey(SQUARE, keep_outs=walls)))


@pytest.mark.parametrize(
    ("entry", "corner"),
    [
        (Entry.TOP_LEFT, (0, 300)),
        (Entry.TOP_RIGHT, (300, 300)),
        (Entry.BOTTOM_LEFT, (0, 0)),
        (Entry.BOTTOM_RIGHT, (300, 0)),
    ],
)
def test_it_begins_at_the_corner_that_is_wanted(entry: Entry, corner: tuple[float, float]) -> None:
    task = survey(angle_deg=0.0, entry=entry)
    begin = lines(lay(task).swaths, plane_of(task))[0].coords[0]
    assert math.dist(begin, corner) < 15.0
    # half a turn is the same course, and QGroundControl turns no corners by it
    begin = lines(lay(changed(task, angle_deg=180.0)).swaths, plane_of(task))[0].coords[0]
    assert math.dist(begin, corner) < 15.0


def test_it_begins_near_the_start() -> None:
    task = survey(angle_deg=0.0, start=spot(330, 310))
    assert math.dist(lines(lay(task).swaths, plane_of(task))[0].coords[0], (300, 300)) < 15.0


def test_turnarounds_are_flown_on_and_end_before_keep_outs() -> None:
    task = survey(angle_deg=0.0, turnaround_m=30.0)
    leads = [leg.length for leg in legs(lay(task).swaths, plane_of(task))[:2]]
    assert leads == pytest.approx([30.0, 30.0], abs=0.01)
    wall = area([(-20, 310), (320, 310), (320, 330), (-20, 330)])
    found = lay(changed(task, keep_outs=(wall,)))
    out = shape(wall, plane_of(task))
    assert not shapely.intersects(out, legs(found.swaths, plane_of(task))).any()


def test_every_other_line_and_back_leaves_room_to_turn() -> None:
    task = survey(angle_deg=0.0, every_other=True)
    east = [one.coords[0][0] for one in lines(lay(task).swaths, plane_of(task))]
    steps = [abs(after - before) for before, after in itertools.pairwise(east)]
    # all but the one in the middle, where it turns back
    assert sorted(steps)[1] > 39.0
    assert len({round(one) for one in east}) == len(steps) + 1


def test_a_second_pass_lies_across() -> None:
    once, twice = lay(survey(FIELD)), lay(survey(FIELD, crosshatch=True))
    assert twice.length_m == pytest.approx(2.0 * once.length_m, rel=0.05)
    assert twice.swaths[: len(once.swaths)][0].length_m == once.swaths[0].length_m


# ---- numbers ----


def test_numbers_are_those_of_the_lines() -> None:
    task = survey([(0, 0), (200, 0), (200, 60), (0, 60)], angle_deg=90.0, trigger_m=50.0, speed_mps=10.0)
    found = lay(task)
    assert (len(found.swaths), found.spacing_m, found.trigger_m, found.interval_s) == (3, 20.0, 50.0, 5.0)
    # a sphere's 200 m are up to half a percent more or less on the ellipsoid
    assert found.length_m == pytest.approx(600.0, rel=0.005)
    assert found.path_m == pytest.approx(found.length_m + 40.0, rel=0.005)
    assert found.area_m2 == pytest.approx(12_000.0, rel=0.01)
    assert found.pictures == 3 * math.floor(found.swaths[0].length_m / 50.0 + 1.0)
    assert lay(changed(task, in_turnarounds=True)).pictures == math.floor(found.path_m / 50.0 + 1.0)
    assert lay(changed(task, trigger=Trigger.NONE)).pictures is None
    hovering = lay(changed(task, trigger=Trigger.HOVER))
    assert hovering.pictures == 3 * (1 + math.ceil(found.swaths[0].length_m / 50.0))
    assert hovering.interval_s is None


@pytest.mark.parametrize(("speed_mps", "is_told"), [(9.99, False), (10.01, True)])
def test_faster_than_the_camera_is_told(speed_mps: float, is_told: bool) -> None:
    camera = changed(CAMERAS[0], least_interval_s=2.0)
    found = lay(survey(camera=camera, trigger_m=20.0, speed_mps=speed_mps))
    assert ("survey_interval" in codes(found)) is is_told


@pytest.mark.parametrize(("apart_m", "is_told"), [(71.5, False), (71.6, True)])
def test_gaps_between_pictures_are_told(apart_m: float, is_told: bool) -> None:
    # 7.44 mm behind 5.2 mm see 71.54 m from 50 m
    assert ("survey_gap" in codes(lay(survey(camera=CAMERAS[0], spacing_m=apart_m)))) is is_told


@pytest.mark.parametrize(("lines_wanted", "is_told"), [(2_500, False), (2_501, True)])
def test_more_items_than_a_list_holds_are_told(lines_wanted: int, is_told: bool) -> None:
    # four items a line
    task = survey([(0, 0), (300, 0), (300, 30), (0, 30)], angle_deg=0.0, trigger_m=10.0)
    west, _, east, _ = whole(task).bounds
    found = lay(changed(task, spacing_m=(east - west) / (lines_wanted - 0.5)))
    assert (len(found.swaths), 4 * lines_wanted > MAX_ITEMS) == (lines_wanted, is_told)
    assert ("survey_many_items" in codes(found)) is is_told


def test_a_camera_says_spacing_and_distance() -> None:
    found = lay(survey(spacing_m=None, trigger_m=None, camera=CAMERAS[2], height_m=100.0))
    assert found.gsd_cm_px == pytest.approx(2.741, abs=0.001)
    assert found.spacing_m == pytest.approx(150.0 * 0.3)
    assert found.trigger_m == pytest.approx(100.0 * 0.25)


def test_a_coverage_is_kept_in_files() -> None:
    for found in (lay(survey(FIELD, HOUSE, keep_outs=(KEEP_OUT,))), lay(corridor((0, 0), (300, 0)))):
        assert msgspec.json.decode(msgspec.json.encode(found), type=Coverage) == found


# ---- corridors ----


@pytest.mark.parametrize(("width_m", "count"), [(30.0, 1), (30.1, 2), (90.0, 3), (90.1, 4)])
def test_a_corridor_has_as_many_lanes_as_its_width_needs(width_m: float, count: int) -> None:
    found = lay(corridor((0, 0), (400, 50), (600, 400), width_m=width_m))
    assert (len(found.swaths), found.cells) == (count, 1)
    assert found.covered > ENOUGH
    assert all(len(one.spots) == 3 for one in found.swaths)


def test_a_corridor_around_a_bend_is_covered_and_lanes_alternate() -> None:
    task = corridor((0, 0), (400, 50), (450, 300), (200, 500), turnaround_m=20.0)
    found = lay(task)
    first, second = lines(found.swaths[:2], plane_of(task))
    assert found.covered > ENOUGH
    assert math.dist(first.coords[-1], second.coords[0]) == pytest.approx(30.0, abs=0.5)


def test_a_corridor_is_cut_at_keep_outs() -> None:
    task = corridor((0, 0), (400, 0), keep_outs=(area([(190, -60), (210, -60), (210, 10), (190, 10)]),), margin_m=5.0)
    found = lay(task)
    out = shape(task.keep_outs[0], plane_of(task)).buffer(4.99)
    assert shapely.length(shapely.intersection(out, lines(found.swaths, plane_of(task)))).max() < 0.001
    assert shapely.length(shapely.intersection(out, legs(found.swaths, plane_of(task)))).max() < 0.01
    # two of the four lanes have no other side
    assert len(found.swaths) == 7


# ---- bad input ----

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"spacing_m": 0.0}, "spacing"),
        ({"spacing_m": 1e9}, "spacing"),
        ({"spacing_m": NAN}, "spacing"),
        ({"spacing_m": LEAST_SPACING_M - 0.001}, "spacing"),
        ({"spacing_m": MOST_SPACING_M + 1.0}, "spacing"),
        ({"spacing_m": None}, "how far lines are apart"),
        ({"trigger_m": -1.0}, "pictures"),
        ({"trigger_m": None}, "how far pictures are apart"),
        ({"angle_deg": NAN}, "angle"),
        ({"angle_deg": INF}, "angle"),
        ({"height_m": 0.0}, "height"),
        ({"height_m": NAN}, "height"),
        ({"ground_m": -3.0}, "height above the ground"),
        ({"frame": 1}, "frame 1"),
        ({"speed_mps": 0.0}, "speed"),
        ({"turnaround_m": -1.0}, "turnaround"),
        ({"turnaround_m": INF}, "turnaround"),
        ({"margin_m": NAN}, "margin"),
        ({"edge_m": -0.1}, "edge"),
        ({"hover_s": -1.0}, "stand still"),
        ({"side_overlap": MOST_OVERLAP + 0.001}, "side overlap"),
        ({"front_overlap": -0.01}, "front overlap"),
        ({"camera": changed(CAMERAS[0], focal_mm=0.0)}, "camera"),
        ({"camera": changed(CAMERAS[0], image_width_px=0)}, "camera"),
        ({"camera": changed(CAMERAS[0], least_interval_s=NAN)}, "camera"),
        ({"area": Area(outer=())}, "empty"),
        ({"area": area(BOW_TIE)}, "crosses itself near 47."),
        ({"area": area(((0, 0), (0, 0), (0, 0)))}, "no extent"),
        ({"area": Area(outer=(Spot(0.0, 0.0), Spot(0.0, 0.001), Spot(0.0, 0.002)))}, "no extent"),
        ({"area": Area(outer=(Spot(0.0, 0.0), Spot(0.0, NAN), Spot(1.0, 0.0)))}, "no place"),
        ({"area": Area(outer=(Spot(0.0, 0.0), Spot(0.0, 0.01), Spot(91.0, 0.0)))}, "no place"),
        ({"area": Area(outer=(Spot(0.0, 0.0), Spot(0.0, 2.0), Spot(1.0, 0.0)))}, "km wide"),
        ({"keep_outs": (area(BOW_TIE),)}, "keep-out 1"),
        ({"area": area(((0, 0), (50_000, 0), (50_000, 9_000), (0, 9_000))), "spacing_m": 0.1}, "lines"),
    ],
)
def test_what_can_not_be_flown_is_one_line(keys: dict[str, Any], word: str) -> None:
    assert word in refusal(survey(**keys))


@pytest.mark.parametrize(
    "keys",
    [
        {"spacing_m": LEAST_SPACING_M, "area": area(((0, 0), (20, 0), (20, 20), (0, 20)))},
        {"spacing_m": MOST_SPACING_M},
        {"side_overlap": MOST_OVERLAP},
        {"height_m": 1.0},
        {"frame": 0, "height_m": -400.0},
        {"turnaround_m": 5_000.0},
        {"angle_deg": 1e6},
        {"area": area(PINCHED)},
    ],
)
def test_what_is_just_inside_is_flown(keys: dict[str, Any]) -> None:
    found = lay(survey(**keys))
    assert found.swaths
    assert found.covered > ENOUGH


@pytest.mark.parametrize("count", [MAX_CORNERS, MAX_CORNERS + 1, 100_000])
def test_a_drawing_has_so_many_corners_and_no_more(count: int) -> None:
    ring = [(500.0 * math.cos(math.tau * at / count), 500.0 * math.sin(math.tau * at / count)) for at in range(count)]
    task = survey(area=area(ring))
    if count > MAX_CORNERS:
        assert f"{count} corners" in refusal(task)
    else:
        assert lay(task).covered > ENOUGH


@pytest.mark.parametrize(
    ("task", "word"),
    [
        (corridor((0, 0), (400, 0), width_m=0.0), "width"),
        (corridor((0, 0), (400, 0), width_m=NAN), "width"),
        (corridor((0, 0), (0, 0)), "no length"),
        (changed(corridor((0, 0), (400, 0)), line=Line(spots=line((0, 0)).spots)), "empty"),
    ],
)
def test_a_corridor_that_is_none_is_one_line(task: AnyTask, word: str) -> None:
    assert word in refusal(task)


def test_a_way_around_a_keep_out_has_few_waypoints() -> None:
    shed = area(((50, 100), (80, 100), (80, 130), (50, 130)))
    made = lay(survey(FIELD, keep_outs=(area(HOUSE), shed), margin_m=15.0, turnaround_m=15.0))
    # two at each corner that it goes around, where an arc would have nine
    assert max(len(one.way) for one in made.swaths) == 2
