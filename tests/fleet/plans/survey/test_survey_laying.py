# SPDX-License-Identifier: Apache-2.0
"""A survey stands in the plans of a fleet, is changed there, taken out, written and read: what is beside it stays."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.files.fleet_file import read_fleet, write_fleet
from groundstation.fleet.plans.files.plan_file import PlanFile, PlanFileError, PlannedHome
from groundstation.fleet.plans.files.qgc_plan import read_qgc_plan
from groundstation.fleet.plans.fleet_check import Flyer as Checking
from groundstation.fleet.plans.fleet_check import check_fleet
from groundstation.fleet.plans.fleet_plan import MAX_PARTS, FleetPlan, PlanPart
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_check import Checked
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_RELATIVE, PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.coverage import Flyer
from groundstation.fleet.plans.survey.survey_file import qgc_plan_of, surveys_in
from groundstation.fleet.plans.survey.survey_laying import (
    Crew,
    laid,
    part_of,
    with_survey,
    with_vehicle,
    without_survey,
)
from groundstation.fleet.plans.survey.survey_plan import MAX_SURVEYS, Survey, block_start
from groundstation.fleet.plans.survey.survey_task import By, SurveyTask
from tests.fleet.plans.survey.fields import SQUARE, corridor, spot, survey

ONE, TWO, THREE = (VehicleKey("fleet", f"uav-{number}") for number in (1, 2, 3))
NOBODY = [Crew(Flyer(id="plan"))]


def crew(*keys: VehicleKey, **more: float) -> list[Crew]:
    return [Crew(Flyer(id=key.id, start=spot(40.0 * at, -20.0), **more), vehicle=key) for at, key in enumerate(keys)]


def laid_for(*keys: VehicleKey, fleet: FleetPlan | None = None, task: SurveyTask | None = None) -> FleetPlan:
    made = laid(task or survey(), By.TIME, crew(*keys))
    return with_survey(fleet or FleetPlan(), None, made).fleet


def waypoint(east_m: float, north_m: float) -> PlanItem:
    place = spot(east_m, north_m)
    return PlanItem(
        command=Cmd.WAYPOINT,
        frame=FRAME_RELATIVE,
        params=(0.0, 0.0, 0.0, None),
        x=place.lat_deg,
        y=place.lon_deg,
        z=30.0,
    )


def again(fleet: FleetPlan, task: SurveyTask, *keys: VehicleKey, place: int = 0) -> tuple[FleetPlan, tuple[str, ...]]:
    found = with_survey(fleet, place, laid(task, By.TIME, crew(*keys)))
    return found.fleet, found.remade


def test_each_vehicle_has_a_whole_mission_of_its_own() -> None:
    fleet = laid_for(ONE, TWO, THREE)
    assert [one.vehicle for one in fleet.parts] == [ONE, TWO, THREE]
    for part in fleet.parts:
        commands = [one.command for one in part.plan.mission]
        assert (commands[0], commands[-1]) == (Cmd.TAKEOFF, Cmd.RETURN)
    (made,) = fleet.surveys
    assert made.area_m2 == pytest.approx(90_000.0, rel=5e-3)
    assert sum(one.area_m2 for one in made.flights) == pytest.approx(made.area_m2)
    assert [part_of(fleet, one) for one in made.flights] == [0, 1, 2]


def test_a_plan_that_is_there_gets_the_lines_before_its_return() -> None:
    own = (
        PlanItem(command=Cmd.TAKEOFF, frame=FRAME_RELATIVE, z=20.0),
        waypoint(-50.0, -50.0),
        PlanItem(command=Cmd.RETURN, frame=2),
    )
    fleet = laid_for(ONE, fleet=FleetPlan(parts=(PlanPart(plan=PlanFile(mission=own), vehicle=ONE),)))
    mission, (flight,) = fleet.parts[0].plan.mission, fleet.surveys[0].flights
    assert mission == (*own[:2], *flight.block, own[2])
    assert flight.mission == ()
    assert without_survey(fleet, 0).parts[0].plan.mission == own


def test_another_height_goes_into_take_off_and_lines_alike() -> None:
    fleet, remade = again(laid_for(ONE, TWO), survey(height_m=80.0), ONE, TWO)
    assert remade == ()
    heights = {one.z for part in fleet.parts for one in part.plan.mission if one.frame == FRAME_RELATIVE}
    assert heights == {80.0}


def test_what_was_added_by_hand_around_the_lines_stays() -> None:
    fleet = laid_for(ONE)
    plan, by_hand = fleet.parts[0].plan, waypoint(-100.0, 40.0)
    mission = (plan.mission[0], by_hand, *plan.mission[1:])
    fleet, remade = again(fleet.with_plan(0, replace(plan, mission=mission)), survey(spacing_m=30.0), ONE)
    now = fleet.parts[0].plan.mission
    assert remade == ()
    assert now[1] == by_hand
    assert block_start(now, fleet.surveys[0].flights[0].block) is not None
    assert len(now) < len(mission)


def test_lines_that_were_changed_by_hand_are_made_anew_and_told() -> None:
    fleet = laid_for(ONE, TWO)
    plan = fleet.parts[0].plan
    middle = len(plan.mission) // 2
    mission = (*plan.mission[:middle], waypoint(5.0, 5.0), *plan.mission[middle:])
    fleet, remade = again(fleet.with_plan(0, replace(plan, mission=mission)), survey(), ONE, TWO)
    assert remade == ("uav-1",)
    assert fleet.parts[0].plan.mission == plan.mission


def test_who_no_longer_flies_it_loses_the_lines_and_a_part_that_was_nothing_else() -> None:
    fleet = laid_for(ONE, TWO, THREE)
    fence = replace(fleet.parts[1].plan, rally=(waypoint(0.0, 0.0),))
    fleet, _ = again(fleet.with_plan(1, fence), survey(), ONE)
    assert [(one.vehicle, bool(one.plan.mission)) for one in fleet.parts] == [(ONE, True), (TWO, False)]


def test_taking_it_out_leaves_nothing_behind() -> None:
    assert without_survey(laid_for(ONE, TWO), 0) == FleetPlan()


def test_two_surveys_stand_one_behind_the_other_and_are_changed_apart() -> None:
    first = laid_for(ONE)
    second = laid(corridor((400, 0), (500, 300)), By.TIME, crew(ONE))
    fleet = with_survey(first, None, second).fleet
    assert len(fleet.surveys) == 2
    # the first one's part is no longer its alone
    fleet, remade = again(fleet, survey(spacing_m=40.0), ONE)
    mission = fleet.parts[0].plan.mission
    starts = [block_start(mission, one.flights[0].block) for one in fleet.surveys]
    assert remade == ()
    assert None not in starts
    assert mission[-1].command == Cmd.RETURN


def test_a_vehicle_that_is_chosen_later_keeps_the_survey() -> None:
    fleet = with_survey(FleetPlan(), None, laid(survey(), By.TIME, NOBODY)).fleet
    assert fleet.parts[0].vehicle is None
    fleet, remade = again(with_vehicle(fleet, 0, TWO), survey(spacing_m=30.0), TWO)
    assert remade == ()
    assert [one.vehicle for one in fleet.parts] == [TWO]
    assert fleet.parts[0].plan.mission == fleet.surveys[0].flights[0].mission


def test_more_flights_than_vehicles_are_parts_of_their_own_and_meet_nobody_of_another_flight() -> None:
    made = laid(survey(spacing_m=10.0), By.ENDURANCE, crew(ONE, endurance_s=330.0))
    fleet = with_survey(FleetPlan(), None, made).fleet
    assert len(fleet.parts) > 1
    assert [(one.label, one.sortie) for one in fleet.parts[:2]] == [("uav-1", 1), ("uav-1 flight 2", 2)]
    home = Place(spot(0, -20).lat_deg, spot(0, -20).lon_deg)
    checking = [
        Checking(name=one.label, checked=Checked(items=one.plan.mission, home=home), pace=pace_of("multicopter"), sortie=one.sortie)  # type: ignore[arg-type]
        for one in fleet.parts
    ]  # fmt: skip
    assert not check_fleet(checking).approaches
    at_once = [replace(one, sortie=1) for one in checking]
    assert check_fleet(at_once).approaches


def test_so_many_parts_and_surveys_and_no_more() -> None:
    parts = tuple(
        PlanPart(name=f"part {number}", plan=PlanFile(home=PlannedHome(1.0, 1.0))) for number in range(MAX_PARTS)
    )
    made = laid(survey(), By.TIME, crew(ONE))
    assert len(with_survey(FleetPlan(parts=parts[1:]), None, made).fleet.parts) == MAX_PARTS
    with pytest.raises(PlanFileError, match="parts"):
        with_survey(FleetPlan(parts=parts), None, made)
    full = FleetPlan(surveys=(Survey(task=survey()),) * MAX_SURVEYS)
    with pytest.raises(PlanFileError, match="surveys"):
        with_survey(full, None, made)
    assert len(with_survey(full, 3, made).fleet.surveys) == MAX_SURVEYS


# ---- files ----


def test_a_fleets_file_has_its_surveys_and_they_can_be_changed_when_it_is_read() -> None:
    fleet = laid_for(ONE, TWO, task=survey(SQUARE, crosshatch=True))
    read = read_fleet("two.fleet", write_fleet(fleet))
    # what is to be said of it is said again when it is laid again
    told = replace(fleet.surveys[0], flights=tuple(replace(one, findings=()) for one in fleet.surveys[0].flights))
    assert read.surveys == (replace(told, findings=()),)
    changed, remade = again(read, survey(SQUARE, crosshatch=True, height_m=70.0), ONE, TWO)
    assert remade == ()
    assert len(changed.parts) == 2


def test_a_plan_for_qgroundcontrol_has_the_part_of_a_vehicle_as_its_survey() -> None:
    fleet = laid_for(ONE, TWO)
    plan = read_qgc_plan(qgc_plan_of(fleet, 0).decode())
    kinds = [one["type"] for one in json.loads(plan.kept)["mission"]["items"]]
    assert kinds.count("ComplexItem") == 1
    assert plan.mission == fleet.parts[0].plan.mission
    (found,) = surveys_in(plan)
    # its own part, not the whole
    share = laid(found.task, By.TIME, NOBODY)
    assert share.area_m2 == pytest.approx(fleet.surveys[0].flights[0].area_m2, rel=1e-3)


def test_a_survey_of_a_plan_that_is_opened_is_changed_where_it_stands() -> None:
    data = qgc_plan_of(laid_for(ONE), 0)
    fleet = read_fleet("one.plan", data)
    assert len(fleet.surveys) == 1
    fleet, remade = with_survey(fleet, 0, laid(survey(spacing_m=40.0), By.TIME, NOBODY[:]))[0::2]
    assert remade == ()
    written = read_qgc_plan(qgc_plan_of(fleet, 0).decode())
    assert written.mission == fleet.parts[0].plan.mission
    assert surveys_in(written)[0].task == survey(spacing_m=40.0)


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda told: told.update(task={"type": "survey"}), "surveys"),
        (lambda told: told.update(flights=3), "surveys"),
        (lambda told: told["task"].update(spacing_m="wide"), "surveys"),
    ],
)
def test_damaged_surveys_are_one_line(damage, word) -> None:  # type: ignore[no-untyped-def]
    document = json.loads(write_fleet(laid_for(ONE)))
    damage(document["surveys"][0])
    with pytest.raises(PlanFileError, match=word):
        read_fleet("one.fleet", json.dumps(document).encode())


@pytest.mark.parametrize(("first", "count"), [(0, 5), (-3, 5), (5, 0), (10_000, 3), (2, 10_000), (5, 3), (2, 3)])
def test_a_file_that_says_lines_where_none_are_loses_no_item(first: int, count: int) -> None:
    fleet = laid_for(ONE)
    document = json.loads(write_fleet(fleet))
    document["surveys"][0]["flights"][0] |= {"first": first, "count": count}
    read = read_fleet("one.fleet", json.dumps(document).encode())
    assert read.parts[0].plan.mission == fleet.parts[0].plan.mission
    assert read_qgc_plan(qgc_plan_of(read, 0).decode()).mission == fleet.parts[0].plan.mission
