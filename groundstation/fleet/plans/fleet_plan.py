# SPDX-License-Identifier: Apache-2.0
"""The plans of several vehicles that belong together. Pure.

A plan of one vehicle is the same with one part, so that editor, files and checks know one thing only.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans import plan_edit
from groundstation.fleet.plans.files.plan_file import PlanFile, Spot
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.survey_plan import Survey
from groundstation.fleet.plans.survey.task_edit import rings_of

MAX_PARTS = 200
MAX_NAME = 80


class PlanPart(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of one vehicle."""

    plan: PlanFile = PlanFile()
    vehicle: VehicleKey | None = None
    """Whose it is; None for whoever is selected when it is given."""
    name: str = ""
    """As the operator calls it; plain text."""
    sortie: int = 1
    """Which flight of its vehicle it is: those with another number are in the air at other times."""

    @property
    def label(self) -> str:
        """What it is called: by its vehicle, else by its name; empty for neither."""
        return self.vehicle.id if self.vehicle is not None else self.name


class FleetPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Plans that are flown together; there is one part at least."""

    parts: tuple[PlanPart, ...] = (PlanPart(),)
    surveys: tuple[Survey, ...] = ()
    """Whose lines stand in the parts, and can be laid anew."""
    kept: str = ""
    """What the file that it came from had beside them, as JSON; empty for nothing."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to give to anybody."""
        return not any(one.plan.mission or one.plan.fence or one.plan.rally for one in self.parts)

    def with_plan(self, index: int, plan: PlanFile) -> FleetPlan:
        """With another plan in a part."""
        return self.with_part(index, replace(self.parts[index], plan=plan))

    def with_part(self, index: int, part: PlanPart) -> FleetPlan:
        """With another part in the place of one."""
        return replace(self, parts=(*self.parts[:index], part, *self.parts[index + 1 :]))

    def with_more(self, *parts: PlanPart) -> FleetPlan:
        """With more parts behind; an empty one without a vehicle, which nobody began, makes room for them."""
        kept = tuple(one for one in self.parts if one.vehicle is not None or one.plan != PlanFile())
        return replace(self, parts=(*kept, *parts))

    def without(self, index: int) -> FleetPlan:
        """Without a part; the last one leaves an empty one behind."""
        kept = (*self.parts[:index], *self.parts[index + 1 :])
        return replace(self, parts=kept or (PlanPart(),))

    def index_of(self, vehicle: VehicleKey) -> int | None:
        """Which part is a vehicle's; None where none is."""
        return next((at for at, one in enumerate(self.parts) if one.vehicle == vehicle), None)


def places_of(fleet: FleetPlan) -> list[Place]:
    """Every place that stands in plans, fences, rally points, drawings and surveys."""
    found: list[Place] = []
    spots: list[Spot] = []
    for part in fleet.parts:
        plan = part.plan
        for items in (plan.mission, plan.fence, plan.rally):
            found += [Place(one.x or 0.0, one.y or 0.0) for one in items if plan_edit.placed(one)]
        spots += [spot for area in plan.areas for spot in area.outer]
        spots += [spot for line in plan.lines for spot in line.spots]
    spots += [spot for survey in fleet.surveys for ring in rings_of(survey.task) for spot in ring]
    return found + [Place(one.lat_deg, one.lon_deg) for one in spots]
