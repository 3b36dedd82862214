# SPDX-License-Identifier: Apache-2.0
"""What can be done about a finding: a changed list, one press away, and one step to be undone. Pure."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from groundstation.fleet.geometry import bearing_deg, distance_m, moved
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.phrases import Phrase, say
from groundstation.fleet.plans import plan_edit
from groundstation.fleet.plans.plan_check import LANDINGS, ROTOR_KINDS, TAKEOFFS, Checked, Finding
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_heights import height_home_m
from groundstation.fleet.plans.plan_items import (
    FRAME_MISSION,
    FRAME_RELATIVE,
    FRAME_TERRAIN,
    PlanItem,
    plain_frame,
)
from groundstation.fleet.plans.plan_path import Place

FIRST_HEIGHT_M = 30.0
LEAST_HEIGHT_M = 10.0
APPROACH_M = 300.0
"""Before the place of a landing."""
TIMES = 3.0


class Act(enum.Enum):
    """What a remedy does besides changing lists."""

    CHOOSE_VEHICLE = "choose vehicle"
    SHARE_SURVEY = "share survey"
    """Among more vehicles."""
    LAY_ANEW = "lay anew"
    """The survey, in as many flights as the batteries need."""


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """One way out."""

    said: Phrase
    """What the button says."""
    mission: tuple[PlanItem, ...] | None = None
    """The mission after it; None leaves it."""
    fence: tuple[PlanItem, ...] | None = None
    is_read: bool = False
    """What the file's reader had to say was read, and is not told again."""
    later: tuple[tuple[PlanItem, ...], ...] = ()
    """Missions of further flights, a part each."""
    act: Act | None = None
    """What is done instead; None for a changed list."""
    part: int | None = None
    """Index of the plan that it changes, in a plan of several; None for the one that was looked at."""


def remedies(plan: Checked, finding: Finding) -> tuple[Remedy, ...]:
    """What can be done about a finding, the most likely wish first; empty where only an operator can know.

    Args:
        plan: as it was looked at.
        finding: one of its findings.
    """
    find = _REMEDIES.get(finding.said.code)
    return find(plan, finding.item or 0) if find is not None else ()


def _take_out(plan: Checked, number: int) -> tuple[Remedy, ...]:
    said = say("remedy_take_out", item=number)
    return (Remedy(said=said, mission=plan_edit.removed(plan.items, {number})),)


def _above_home(plan: Checked, _number: int) -> tuple[Remedy, ...]:
    items = tuple(
        replace(one, frame=FRAME_RELATIVE) if plain_frame(one.frame) == FRAME_TERRAIN else one for one in plan.items
    )
    return (Remedy(said=say("remedy_above_home"), mission=items),)


def _placed(plan: Checked, number: int) -> tuple[Remedy, ...]:
    there = next((one.place for one in plan.path if one.number == number), None)
    place = there or next((one.place for one in plan.path if one.is_own), None)
    if place is None:
        return ()
    item = replace(plan.items[number - 1], x=place.lat_deg, y=place.lon_deg)
    said = say("remedy_place", item=number)
    return (Remedy(said=said, mission=plan_edit.put(plan.items, number, item)),)


def _add_takeoff(plan: Checked, _number: int) -> tuple[Remedy, ...]:
    first = plan.path[0] if plan.path else None
    height_m = height_home_m(first.item, plan.home_amsl_m) if first is not None else None
    height_m = height_m if height_m is not None and height_m > LEAST_HEIGHT_M else FIRST_HEIGHT_M
    place = plan.home or (first.place if first is not None else Place(0.0, 0.0))
    command = Cmd.VTOL_TAKEOFF if plan.kind is VehicleKind.VTOL else Cmd.TAKEOFF
    params = (15.0 if plan.kind is VehicleKind.PLANE else 0.0, 0.0, 0.0, 0.0)
    item = PlanItem(command=command, params=params, x=place.lat_deg, y=place.lon_deg, z=height_m)
    said = say("remedy_takeoff", height_m=height_m)
    return (Remedy(said=said, mission=plan_edit.inserted(plan.items, 1, item)),)


def _takeoff_first(plan: Checked, _number: int) -> tuple[Remedy, ...]:
    at = next(number for number, one in enumerate(plan.items, 1) if one.command in TAKEOFFS)
    items = plan_edit.inserted(plan_edit.removed(plan.items, {at}), 1, plan.items[at - 1])
    return (Remedy(said=say("remedy_takeoff_first"), mission=items),)


def _takeoff_higher(plan: Checked, number: int) -> tuple[Remedy, ...]:
    item = replace(plan.items[number - 1], frame=FRAME_RELATIVE, z=LEAST_HEIGHT_M)
    said = say("remedy_takeoff", height_m=LEAST_HEIGHT_M)
    return (Remedy(said=said, mission=plan_edit.put(plan.items, number, item)),)


def _end(plan: Checked, _number: int) -> tuple[Remedy, ...]:
    back = PlanItem(command=Cmd.RETURN, frame=FRAME_MISSION)
    ways = [Remedy(said=say("remedy_return"), mission=(*plan.items, back))]
    last = plan.path[-1] if plan.path else None
    if last is not None and plan.kind is not VehicleKind.PLANE:
        land = PlanItem(command=Cmd.LAND, x=last.place.lat_deg, y=last.place.lon_deg, z=0.0)
        ways.append(Remedy(said=say("remedy_land_there"), mission=(*plan.items, land)))
    return tuple(ways)


def _approach(plan: Checked, number: int) -> tuple[Remedy, ...]:
    land = next((one for one in plan.path if one.number == number), None)
    if land is None:
        return ()
    before = next((one for one in reversed(plan.path) if one.number < number), None)
    # along the way that it comes from, else from the south
    far = before is not None and distance_m(*before.place, *land.place) > APPROACH_M / 3.0
    course = bearing_deg(*land.place, *before.place) if far and before is not None else 180.0
    lat_deg, lon_deg = _away(land.place, course, APPROACH_M)
    item = PlanItem(command=Cmd.WAYPOINT, x=lat_deg, y=lon_deg, z=FIRST_HEIGHT_M)
    said = say("remedy_approach", away_m=APPROACH_M, height_m=FIRST_HEIGHT_M)
    return (Remedy(said=said, mission=plan_edit.inserted(plan.items, number, item)),)


def _away(place: Place, course_deg: float, away_m: float) -> Place:
    course = math.radians(course_deg)
    lat_deg, lon_deg = moved(*place, away_m * math.cos(course), away_m * math.sin(course))
    return Place(round(lat_deg, 7), round(lon_deg, 7))


def _fewer_jumps(plan: Checked, number: int) -> tuple[Remedy, ...]:
    item = plan.items[number - 1]
    item = replace(item, params=(item.params[0], TIMES, *item.params[2:]))
    return (Remedy(said=say("remedy_times", times=TIMES), mission=plan_edit.put(plan.items, number, item)),)


def _at_height(plan: Checked, number: int, height_m: float) -> tuple[Remedy, ...]:
    item = plan.items[number - 1]
    is_height = height_home_m(item, plan.home_amsl_m)
    if is_height is None or item.z is None:
        return ()
    item = replace(item, z=round(item.z + height_m - is_height, 2))
    said = say("remedy_height", item=number, height_m=height_m)
    return (Remedy(said=said, mission=plan_edit.put(plan.items, number, item)),)


def _lower(plan: Checked, number: int) -> tuple[Remedy, ...]:
    return _at_height(plan, number, plan.highest_m)


def _higher(plan: Checked, number: int) -> tuple[Remedy, ...]:
    return _at_height(plan, number, LEAST_HEIGHT_M)


def _nearer(plan: Checked, number: int) -> tuple[Remedy, ...]:
    item = plan.items[number - 1]
    out = _take_out(plan, number)
    if plan.home is None or not plan_edit.placed(item) or item.command in LANDINGS:
        return out
    course = bearing_deg(*plan.home, item.x or 0.0, item.y or 0.0)
    lat_deg, lon_deg = _away(plan.home, course, plan.farthest_m * 0.99)
    said = say("remedy_nearer", item=number, away_km=plan.farthest_m * 0.99 / 1_000.0)
    return (Remedy(said=said, mission=plan_edit.put(plan.items, number, replace(item, x=lat_deg, y=lon_deg))), *out)


def _climb_first(plan: Checked, number: int) -> tuple[Remedy, ...]:
    before = next((one for one in reversed(plan.path) if one.number < number), None)
    item = plan.items[number - 1]
    if before is None:
        return ()
    command = Cmd.WAYPOINT if plan.kind in ROTOR_KINDS else Cmd.LOITER_TO_ALT
    new = PlanItem(command=command, frame=item.frame, x=before.place.lat_deg, y=before.place.lon_deg, z=item.z)
    said = say("remedy_climb_first", item=number)
    return (Remedy(said=said, mission=plan_edit.inserted(plan.items, number, new)),)


def _no_fence(_plan: Checked, _number: int) -> tuple[Remedy, ...]:
    return (Remedy(said=say("remedy_no_fence"), fence=()),)


def _return_last(plan: Checked, number: int) -> tuple[Remedy, ...]:
    """The return that something stands behind goes to the end; the jumps go on leading to their items."""
    returns = [at for at, one in enumerate(plan.items[: number - 1], start=1) if one.command == Cmd.RETURN]
    if not returns:
        return ()
    items = plan_edit.removed(plan.items, {returns[-1]})
    if not items or items[-1].command not in LANDINGS:
        items = (*items, plan.items[returns[-1] - 1])
    return (Remedy(said=say("remedy_return"), mission=items),)


def _choose_vehicle(_plan: Checked, _number: int) -> tuple[Remedy, ...]:
    return (Remedy(said=say("remedy_choose_vehicle"), act=Act.CHOOSE_VEHICLE),)


_REMEDIES: dict[str, Callable[[Checked, int], tuple[Remedy, ...]]] = {
    "check_no_vehicle": _choose_vehicle,
    "check_refused": _take_out,
    "check_passed_over": _take_out,
    "check_no_terrain": _above_home,
    "check_needs_place": _placed,
    "check_no_takeoff": _add_takeoff,
    "check_late_takeoff": _takeoff_first,
    "check_low_takeoff": _takeoff_higher,
    "check_no_landing": _end,
    "check_unreached": _return_last,
    "check_no_approach": _approach,
    "check_jump_nowhere": _take_out,
    "check_jump_itself": _take_out,
    "check_jump_for_ever": _fewer_jumps,
    "check_high": _lower,
    "check_low": _higher,
    "check_far": _nearer,
    "check_steep": _climb_first,
    "check_beyond_fence": _take_out,
    "check_bad_fence": _no_fence,
}
"""By the code of what is said."""
