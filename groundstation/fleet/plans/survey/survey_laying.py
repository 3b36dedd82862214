# SPDX-License-Identifier: Apache-2.0
"""Lays a survey into the plans of a fleet, changes it there, and takes it out. Pure; called on threads of tasks.

What was added to a plan by hand before and behind the lines stays. Where the items of the lines themselves were changed
by hand they can't be found any more: the part is made anew then, and it is told whose.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.fleet_plan import MAX_PARTS, FleetPlan, PlanPart
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_edit import ENDINGS as LANDING_ENDS
from groundstation.fleet.plans.plan_edit import end_of_way
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.survey.coverage import Coverage, Flyer, Share
from groundstation.fleet.plans.survey.lay import lay
from groundstation.fleet.plans.survey.share import share
from groundstation.fleet.plans.survey.survey_items import block_of, items_of
from groundstation.fleet.plans.survey.survey_plan import MAX_SURVEYS, Survey, SurveyFlight, block_start
from groundstation.fleet.plans.survey.survey_task import AnyTask, By

Items = tuple[PlanItem, ...]
ENDINGS = LANDING_ENDS | {Cmd.LOITER_UNLIMITED}
"""New lines go before these where a plan ends with them."""


class Crew(NamedTuple):
    """One that takes a part."""

    flyer: Flyer
    vehicle: VehicleKey | None = None
    """None for a part that whoever is selected is given."""
    name: str = ""
    """Of such a part."""


class Laid(NamedTuple):
    """Plans with a survey in them."""

    fleet: FleetPlan
    place: int
    """Of the survey among those of the fleet."""
    remade: tuple[str, ...] = ()
    """Parts whose lines had been changed by hand, and were made anew."""


def laid(task: AnyTask, by: By, crew: Sequence[Crew]) -> Survey:
    """Lay a task, and share it.

    Args:
        task: what is wanted.
        by: what is made even.
        crew: who flies it, one at least.

    Raises:
        PlanFileError: it can't be flown so; cause and remedy.
    """
    coverage = lay(task)
    shares = share(coverage, [one.flyer for one in crew], by)
    by_id = {one.flyer.id: one for one in crew}
    flights = tuple(flight_of_survey(one, by_id[one.flyer.id]) for one in shares)
    return survey_of(coverage, by, flights)


def survey_of(coverage: Coverage, by: By, flights: tuple[SurveyFlight, ...]) -> Survey:
    """A survey as it stands in plans, of what was laid and shared."""
    return Survey(
        task=coverage.task,
        by=by,
        flights=flights,
        area_m2=coverage.area_m2,
        length_m=coverage.length_m,
        spacing_m=coverage.spacing_m,
        angle_deg=coverage.angle_deg,
        gsd_cm_px=coverage.gsd_cm_px,
        trigger_m=coverage.trigger_m,
        interval_s=coverage.interval_s,
        pictures=coverage.pictures,
        findings=coverage.findings,
    )


def flight_of_survey(made: Share, crew: Crew) -> SurveyFlight:
    """What one vehicle flies of it."""
    is_first = made.sortie == 1
    label = crew.vehicle.id if crew.vehicle is not None else crew.name
    return SurveyFlight(
        # a vehicle has one plan at a time: further flights are parts that it is given later
        vehicle=crew.vehicle if is_first else None,
        name="" if is_first and crew.vehicle is not None else label if is_first else f"{label} flight {made.sortie}",
        sortie=made.sortie,
        block=block_of(made.task, made.swaths, made.flyer.autopilot),
        mission=items_of(made),
        outlines=made.outlines,
        area_m2=made.area_m2,
        length_m=made.length_m,
        time_s=made.time_s,
        pictures=made.pictures,
        findings=made.findings,
    )


def with_vehicle(fleet: FleetPlan, index: int, vehicle: VehicleKey) -> FleetPlan:
    """With a part for a vehicle; what a survey gave to the part is the vehicle's then.

    Args:
        fleet: the plans.
        index: of the part.
        vehicle: whose it is from now on; it has no other part.
    """
    part = fleet.parts[index]

    def given(flight: SurveyFlight) -> SurveyFlight:
        return replace(flight, vehicle=vehicle, name="") if part_of(fleet, flight) == index else flight

    surveys = tuple(replace(one, flights=tuple(map(given, one.flights))) for one in fleet.surveys)
    return replace(fleet.with_part(index, replace(part, vehicle=vehicle)), surveys=surveys)


# ---- into plans ----


def with_survey(fleet: FleetPlan, place: int | None, survey: Survey) -> Laid:
    """Put a survey into plans.

    Args:
        fleet: the plans.
        place: of the survey that it replaces; None for one more.
        survey: as it was laid.

    Raises:
        PlanFileError: there are too many parts or surveys.
    """
    before = fleet.surveys[place] if place is not None and place < len(fleet.surveys) else None
    if before is None and len(fleet.surveys) >= MAX_SURVEYS:
        raise PlanFileError(f"{MAX_SURVEYS} surveys are in these plans; more don't go into them")
    then = {(one.vehicle, one.name): one for one in before.flights} if before is not None else {}
    now = {(one.vehicle, one.name) for one in survey.flights}
    gone = [one for key, one in then.items() if key not in now]
    for flight in gone:
        fleet = _without_flight(fleet, flight)
    flights, remade = [], []
    for flight in survey.flights:
        fleet, put, is_remade = _with_flight(fleet, then.get((flight.vehicle, flight.name)), flight)
        flights.append(put)
        remade += [_label(flight)] if is_remade else []
    if len(fleet.parts) > MAX_PARTS:
        raise PlanFileError(f"it takes {len(fleet.parts)} parts, {MAX_PARTS} at most are planned together")
    survey = replace(survey, flights=tuple(flights))
    if before is None or place is None:
        surveys, place = (*fleet.surveys, survey), len(fleet.surveys)
    else:
        surveys = (*fleet.surveys[:place], survey, *fleet.surveys[place + 1 :])
    return Laid(replace(fleet, surveys=surveys), place, tuple(remade))


def without_survey(fleet: FleetPlan, place: int) -> FleetPlan:
    """Take a survey out, with the lines that are still as they were laid; parts that it had made go with it."""
    for flight in fleet.surveys[place].flights:
        fleet = _without_flight(fleet, flight)
    return replace(fleet, surveys=(*fleet.surveys[:place], *fleet.surveys[place + 1 :]))


def _label(flight: SurveyFlight) -> str:
    return flight.vehicle.id if flight.vehicle is not None else flight.name


def part_of(fleet: FleetPlan, flight: SurveyFlight) -> int | None:
    """Which part a flight is in; None where it is gone."""
    for at, part in enumerate(fleet.parts):
        if part.vehicle == flight.vehicle and (flight.vehicle is not None or part.name == flight.name):
            return at
    return None


def survey_in(fleet: FleetPlan, index: int) -> int | None:
    """Place of the survey whose lines are in a part as they were laid; None for none.

    Args:
        fleet: the plans.
        index: of the part.
    """
    mission = fleet.parts[index].plan.mission
    for place, survey in enumerate(fleet.surveys):
        for flight in survey.flights:
            if part_of(fleet, flight) == index and block_start(mission, flight.block) is not None:
                return place
    return None


def _with_flight(
    fleet: FleetPlan, before: SurveyFlight | None, flight: SurveyFlight
) -> tuple[FleetPlan, SurveyFlight, bool]:
    at = part_of(fleet, flight)
    if at is None:
        part = PlanPart(vehicle=flight.vehicle, name=flight.name, sortie=flight.sortie)
        fleet = fleet.with_more(part)
        at = len(fleet.parts) - 1
    plan = fleet.parts[at].plan
    mission, is_whole, is_remade = _mission(plan.mission, before, flight)
    fleet = fleet.with_plan(at, replace(plan, mission=mission))
    return fleet, flight if is_whole else replace(flight, mission=()), is_remade


def _mission(now: Items, before: SurveyFlight | None, flight: SurveyFlight) -> tuple[Items, bool, bool]:
    """A mission with the lines of a flight; whether all of it is made of these; whether it was made anew for that."""
    if not now or (before is not None and now == before.mission):
        return flight.mission, True, False
    old = before.block if before is not None else ()
    start = block_start(now, old)
    if start is not None:
        return (*now[:start], *flight.block, *now[start + len(old) :]), False, False
    if old:
        return flight.mission, True, True
    end = end_of_way(now, ENDINGS)
    return (*now[:end], *flight.block, *now[end:]), False, False


def _without_flight(fleet: FleetPlan, flight: SurveyFlight) -> FleetPlan:
    at = part_of(fleet, flight)
    if at is None:
        return fleet
    part = fleet.parts[at]
    plan = part.plan
    if plan.mission == flight.mission:
        is_bare = not (plan.fence or plan.rally or plan.areas or plan.lines or plan.marks)
        return fleet.without(at) if is_bare else fleet.with_plan(at, replace(plan, mission=()))
    start = block_start(plan.mission, flight.block)
    if start is None:
        return fleet
    mission = (*plan.mission[:start], *plan.mission[start + len(flight.block) :])
    return fleet.with_plan(at, replace(plan, mission=mission))
