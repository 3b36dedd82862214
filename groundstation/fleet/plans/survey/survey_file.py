# SPDX-License-Identifier: Apache-2.0
"""Surveys in files: beside the parts of a fleet's file, and as QGroundControl's own in a plan. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.files.json_text import decoded, laid_out
from groundstation.fleet.plans.files.plan_checks import mapping
from groundstation.fleet.plans.files.plan_file import Area, Notes, PlanFile, PlanFileError
from groundstation.fleet.plans.files.qgc_plan import entries_of, plan_of
from groundstation.fleet.plans.files.qgc_writer import write_qgc_plan
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_commands import has_place
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.coverage import Swath
from groundstation.fleet.plans.survey.qgc_survey import CORRIDOR, SURVEY, entry_of, task_of
from groundstation.fleet.plans.survey.survey_laying import part_of
from groundstation.fleet.plans.survey.survey_plan import MAX_SURVEYS, Survey, SurveyFlight, block_start
from groundstation.fleet.plans.survey.survey_task import AnyTask, By, SurveyTask, check

_COMPLEX = frozenset({SURVEY, CORRIDOR})


class _KeptFlight(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A flight without its items, which stand in the part."""

    vehicle: tuple[str, str] | None = None
    name: str = ""
    sortie: int = 1
    first: int = 0
    """Number of its first item in the mission of the part, from 1; 0 for none."""
    count: int = 0
    is_whole: bool = False
    """Whether the whole mission was made of it."""
    outlines: tuple[Area, ...] = ()
    area_m2: float = 0.0
    length_m: float = 0.0
    time_s: float = 0.0
    pictures: int | None = None


class _Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A survey as a file has it; fields are added, never renamed."""

    task: AnyTask
    by: By = By.TIME
    flights: tuple[_KeptFlight, ...] = ()
    area_m2: float = 0.0
    length_m: float = 0.0
    spacing_m: float | None = None
    angle_deg: float | None = None
    gsd_cm_px: float | None = None
    trigger_m: float | None = None
    interval_s: float | None = None
    pictures: int | None = None


_NUMBERS = ("area_m2", "length_m", "spacing_m", "angle_deg", "gsd_cm_px", "trigger_m", "interval_s", "pictures")
_OF_FLIGHTS = ("name", "sortie", "outlines", "area_m2", "length_m", "time_s", "pictures")


# ---- in a fleet's file ----


def surveys_as_json(fleet: FleetPlan) -> list[Any]:
    """What a fleet's file says of its surveys."""
    return [msgspec.to_builtins(_kept(fleet, one)) for one in fleet.surveys]


def _kept(fleet: FleetPlan, survey: Survey) -> _Kept:
    numbers = {name: getattr(survey, name) for name in _NUMBERS}
    flights = tuple(_kept_flight(fleet, one) for one in survey.flights)
    return _Kept(task=survey.task, by=survey.by, flights=flights, **numbers)


def _kept_flight(fleet: FleetPlan, flight: SurveyFlight) -> _KeptFlight:
    at = part_of(fleet, flight)
    mission = fleet.parts[at].plan.mission if at is not None else ()
    start = block_start(mission, flight.block)
    return _KeptFlight(
        vehicle=None if flight.vehicle is None else (flight.vehicle.root, flight.vehicle.id),
        first=0 if start is None else start + 1,
        count=0 if start is None else len(flight.block),
        is_whole=bool(flight.mission) and flight.mission == mission,
        **{name: getattr(flight, name) for name in _OF_FLIGHTS},
    )


def surveys_of_json(told: Any, parts: Sequence[PlanPart]) -> tuple[Survey, ...]:
    """The surveys that a fleet's file says.

    Args:
        told: its value.
        parts: of the same file.

    Raises:
        PlanFileError: they are damaged; says where.
    """
    try:
        kept = msgspec.convert(told, tuple[_Kept, ...])
    except (msgspec.ValidationError, RecursionError) as error:
        raise PlanFileError(f"surveys: {error}; take 'surveys' out of the file to open it without them") from None
    if len(kept) > MAX_SURVEYS:
        raise PlanFileError(f"{len(kept)} surveys; there may be {MAX_SURVEYS}")
    return tuple(_survey(one, parts) for one in kept)


def _survey(kept: _Kept, parts: Sequence[PlanPart]) -> Survey:
    flights = tuple(_flight(one, parts) for one in kept.flights)
    numbers = {name: getattr(kept, name) for name in _NUMBERS}
    return Survey(task=kept.task, by=kept.by, flights=flights, **numbers)


def _flight(kept: _KeptFlight, parts: Sequence[PlanPart]) -> SurveyFlight:
    vehicle = None if kept.vehicle is None else VehicleKey(*kept.vehicle)
    flight = SurveyFlight(vehicle=vehicle, **{name: getattr(kept, name) for name in _OF_FLIGHTS})
    at = part_of(FleetPlan(parts=tuple(parts)), flight)
    mission = parts[at].plan.mission if at is not None else ()
    # a file may say any number: what is not there makes no block
    block = mission[kept.first - 1 : kept.first - 1 + kept.count] if kept.first > 0 and kept.count > 0 else ()
    return replace(flight, block=block, mission=mission if kept.is_whole else ())


# ---- as QGroundControl's ----


def surveys_in(plan: PlanFile) -> tuple[Survey, ...]:
    """The surveys of a plan that QGroundControl can edit, each flown by the plan itself; damaged ones are left out."""
    if not plan.kept:
        return ()
    found = []
    mission = mapping(mapping(decoded(plan.kept), "the file")["mission"], "mission")
    for number, entry in enumerate(entries_of(mission, Notes()), 1):
        if entry.is_simple or entry.kept.get("complexItemType") not in _COMPLEX or not entry.items:
            continue
        try:
            task = task_of(entry.kept, f"entry {number}")
            check(task)
        except PlanFileError:
            # it is flown as the file stores it, and can't be changed here
            continue
        found.append(Survey(task=task, flights=(SurveyFlight(block=entry.items),)))
    return tuple(found[:MAX_SURVEYS])


class _Stretch(NamedTuple):
    """Lines of a survey in a mission."""

    start: int
    """From 0."""
    survey: Survey
    flight: SurveyFlight


def qgc_plan_of(fleet: FleetPlan, index: int) -> bytes:
    """A part as a plan for QGroundControl, its surveys so that it can edit them.

    Args:
        fleet: the plans.
        index: of the part.

    Raises:
        PlanFileError: it holds what no such file can hold; says which item and what to do.
    """
    plain = write_qgc_plan(fleet.parts[index].plan)
    stretches = _stretches(fleet, index)
    if not stretches:
        return plain
    document = mapping(decoded(plain.decode()), "the file")
    entries = entries_of(document["mission"], Notes())
    made: list[Any] = []
    at = 0
    for entry in entries:
        stretch = next((one for one in stretches if one.start <= at < one.start + len(one.flight.block)), None)
        if stretch is None or not entry.items:
            made.append(entry.kept)
        elif at == stretch.start:
            made.append(entry.kept if entry.items == stretch.flight.block else _written(stretch))
        at += len(entry.items)
    document["mission"]["items"] = made
    # another survey of the file may reach over a part of these lines: what is flown counts
    return laid_out(document) if plan_of(document).mission == fleet.parts[index].plan.mission else plain


def _stretches(fleet: FleetPlan, index: int) -> list[_Stretch]:
    mission = fleet.parts[index].plan.mission
    found = []
    for survey in fleet.surveys:
        for flight in survey.flights:
            start = block_start(mission, flight.block) if part_of(fleet, flight) == index else None
            if start is not None:
                found.append(_Stretch(start, survey, flight))
    return found


def _written(stretch: _Stretch) -> dict[str, Any]:
    survey, flight = stretch.survey, stretch.flight
    task = survey.task
    if isinstance(task, SurveyTask) and len(survey.flights) > 1 and len(flight.outlines) == 1:
        # one part of several: who edits it there lays its own part anew, and not the whole
        task = replace(task, area=flight.outlines[0], angle_deg=survey.angle_deg)
    places = tuple(_places(flight.block))
    swaths = (Swath(spots=places, lead_in=places[0], lead_out=places[-1], length_m=0.0),) if places else ()
    return entry_of(task, swaths, flight.block, stretch.start + 1, flight.pictures or 0, survey.angle_deg)


def _places(block: tuple[PlanItem, ...]) -> list[Place]:
    return [Place(one.x or 0.0, one.y or 0.0) for one in block if has_place(one.command, one.frame)]
