# SPDX-License-Identifier: Apache-2.0
"""How long a vehicle takes for its share, and what is to be said of that. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from groundstation.fleet.phrases import say
from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.pace import Pace, pace_of
from groundstation.fleet.plans.plan_check import Finding
from groundstation.fleet.plans.plan_flight import flight_of
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.coverage import Flyer, Share
from groundstation.fleet.plans.survey.survey_items import Ending, items_of
from groundstation.fleet.plans.survey.survey_task import AnyTask, SurveyTask, spacing_of


def check_flyer(flyer: Flyer) -> None:
    """Look at the numbers of a vehicle.

    Raises:
        PlanFileError: one of them can't be; says which.
    """
    for what, value in (
        ("speed", flyer.speed_mps),
        ("climb", flyer.climb_mps),
        ("descent", flyer.descent_mps),
        ("endurance", flyer.endurance_s),
    ):
        if value is not None and not 0.05 <= value <= 1e6:
            raise PlanFileError(f"{flyer.id}: a {what} of {value:g} is none; give it in metres and seconds")
    for what, value in (("turn", flyer.turn_s), ("turn radius", flyer.turn_radius_m)):
        if value is not None and not 0.0 <= value <= 1e5:
            raise PlanFileError(f"{flyer.id}: a {what} of {value:g} is none; give it in metres and seconds")


def pace_for(flyer: Flyer, task: AnyTask) -> Pace:
    """How fast a vehicle flies a task."""
    found = pace_of(flyer.kind, flyer.autopilot, flyer.speed_mps or task.speed_mps, flyer.endurance_s)
    told = {"climb_mps": flyer.climb_mps, "sink_mps": flyer.descent_mps, "turn_radius_m": flyer.turn_radius_m}
    return msgspec.structs.replace(found, **{name: value for name, value in told.items() if value is not None})


def flight_time_s(made: Share) -> float:
    """From take-off to landing; without a start only between the first line and the last."""
    flyer = made.flyer
    if not made.swaths:
        return 0.0
    home = None if flyer.start is None else Place(flyer.start.lat_deg, flyer.start.lon_deg)
    # wings circle over home without end: they are home when they are there
    items = items_of(made, flyer, Ending.NONE if home is None else Ending.RETURN)
    flight = flight_of(items, home, None, pace_for(flyer, made.task))
    return flight.duration_s + flyer.turn_s * (len(made.swaths) - 1)


def findings_of(made: Share) -> Iterator[Finding]:
    """What is to be said of a share."""
    flyer, task = made.flyer, made.task
    if not made.swaths:
        yield Finding(item=None, said=say("survey_idle"))
        return
    radius_m = pace_for(flyer, task).turn_radius_m
    if radius_m > task.turnaround_m:
        yield Finding(item=None, said=say("survey_turn", turnaround_m=task.turnaround_m, radius_m=radius_m))
    is_alternate = isinstance(task, SurveyTask) and task.every_other
    if 2.0 * radius_m > spacing_of(task) * (2.0 if is_alternate else 1.0):
        said = say("survey_narrow", spacing_m=spacing_of(task), wide_m=2.0 * radius_m)
        yield Finding(item=None, said=said)
    if made.sortie > 1:
        yield Finding(item=None, said=say("survey_sortie", sortie=float(made.sortie)))
    if flyer.endurance_s is not None and made.time_s > flyer.endurance_s:
        said = say("survey_endurance", time_s=made.time_s, endurance_s=flyer.endurance_s)
        yield Finding(item=None, said=said, holds=True)
