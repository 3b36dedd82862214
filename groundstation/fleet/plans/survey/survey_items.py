# SPDX-License-Identifier: Apache-2.0
"""Lines as items of a mission, as each firmware takes them. Pure.

Items without a place are in frame 2, which PX4 demands and ArduPilot takes. PX4 takes no heights above the ground. A
camera is triggered by distance with DO_SET_CAM_TRIGG_DIST (206), by time with IMAGE_START_CAPTURE (2000): ArduPilot has
no DO_SET_CAM_TRIGG_INTERVAL, and PX4's sets the time without starting. Single pictures are DO_DIGICAM_CONTROL (203) for
ArduPilot and IMAGE_START_CAPTURE for others, as QGroundControl gives them. What a camera makes of them is up to how it
is connected; nobody here has seen it.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from groundstation.fleet.geometry import bearing_deg, distance_m, moved, turn_deg
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import (
    FRAME_GLOBAL,
    FRAME_MISSION,
    FRAME_RELATIVE,
    FRAME_TERRAIN,
    MAX_ITEMS,
    Params,
    PlanItem,
)
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.coverage import Coverage, Flyer, Share, Swath
from groundstation.fleet.plans.survey.survey_task import AnyTask, Task, Trigger, interval_of, trigger_of

WINGS = frozenset({VehicleKind.PLANE, VehicleKind.VTOL})
APPROACH_M, APPROACH_HEIGHT_M = 400.0, 55.0
"""Of a plane's landing: what the bridge gives a plane that has none."""
NEAR_M = 0.05
"""Places as near as this are one."""
ON_GROUND_MPS, IN_AIR_MPS = 1.0, 0.0
"""DO_CHANGE_SPEED: over the ground, through the air."""


class Ending(enum.Enum):
    """How a flight ends."""

    RETURN = "return"
    LAND = "land"
    """Where it took off."""
    NONE = "none"


def block_of(task: AnyTask, swaths: Sequence[Swath], autopilot: Autopilot = Autopilot.UNKNOWN) -> tuple[PlanItem, ...]:
    """The lines alone, without take-off, speed and return, for a plan that has these.

    Args:
        task: what they are lines of.
        swaths: in flying order.
        autopilot: whose firmware.

    Raises:
        PlanFileError: that firmware can't fly it.
    """
    if autopilot is Autopilot.PX4 and task.frame == FRAME_TERRAIN:
        raise PlanFileError("PX4 takes no heights above the ground; give them above home or above the sea")
    return tuple(_block(task, swaths, autopilot))


def items_of(
    flown: Coverage | Share, flyer: Flyer | None = None, ending: Ending = Ending.RETURN
) -> tuple[PlanItem, ...]:
    """A whole mission: take-off, speed, the way there, the lines, the way back.

    Args:
        flown: a coverage, or one vehicle's share of it.
        flyer: who flies; None is who the share is for, or any copter.
        ending: how it ends.

    Raises:
        PlanFileError: that vehicle can't fly it, or it has more items than a list may have.
    """
    if flyer is None:
        flyer = flown.flyer if isinstance(flown, Share) else Flyer(id="")
    task = flown.task
    if not flown.swaths:
        return ()
    if flyer.kind in WINGS and task.trigger is Trigger.HOVER:
        raise PlanFileError("wings can't stand still for pictures; trigger them by distance")
    block = block_of(task, flown.swaths, flyer.autopilot)
    home = flown.way_home if isinstance(flown, Share) else ()
    items = (
        _take_off(task, flyer, flown.swaths[0]),
        _speed(task, flyer),
        *block,
        *(_waypoint(task, place) for place in home),
        *_end(task, flyer, flown.swaths[-1], ending),
    )
    if len(items) > MAX_ITEMS:
        raise PlanFileError(
            f"it takes {len(items)} items, {MAX_ITEMS} at most go into a plan; give it to more vehicles, "
            "make the spacing wider, or fly it in parts"
        )
    return items


def block_length(task: AnyTask, swaths: Sequence[Swath]) -> int:
    """How many items lines take, without take-off and return."""
    return sum(1 for _ in _block(task, swaths, Autopilot.UNKNOWN))


def _block(task: AnyTask, swaths: Sequence[Swath], autopilot: Autopilot) -> Iterator[PlanItem]:
    is_through = task.in_turnarounds and task.trigger in (Trigger.DISTANCE, Trigger.INTERVAL)
    for at, swath in enumerate(swaths):
        # the way to the first line is the caller's
        yield from (_waypoint(task, place) for place in swath.way)
        if distance_m(*swath.lead_in, *swath.spots[0]) > NEAR_M:
            yield _waypoint(task, swath.lead_in)
        if task.trigger is Trigger.HOVER:
            yield from _standing(task, swath, autopilot)
        else:
            yield _waypoint(task, swath.spots[0])
            if not is_through or at == 0:
                yield from _camera_on(task)
            yield from (_waypoint(task, place) for place in swath.spots[1:])
            if not is_through:
                yield from _camera_off(task)
        if distance_m(*swath.lead_out, *swath.spots[-1]) > NEAR_M:
            yield _waypoint(task, swath.lead_out)
    if is_through and swaths:
        yield from _camera_off(task)


def _standing(task: Task, swath: Swath, autopilot: Autopilot) -> Iterator[PlanItem]:
    for place in picture_places(task, swath):
        yield _waypoint(task, place, hold_s=task.hover_s)
        if autopilot is Autopilot.ARDUPILOT:
            # x is parameter 5: take one
            yield _does(Cmd.DIGICAM_CONTROL, (0.0, 0.0, 0.0, 0.0), x=1.0)
        else:
            yield _does(Cmd.IMAGE_START, (0.0, 0.0, 1.0, 0.0))


def picture_places(task: Task, swath: Swath) -> list[Place]:
    """Where it stands still for pictures on a line: evenly, no farther apart than wanted, at both ends and bends."""
    apart_m = trigger_of(task) or swath.length_m
    found = [swath.spots[0]]
    for begin, end in itertools.pairwise(swath.spots):
        # the last of many equal steps may be a rounding
        steps = max(1, int(np.ceil(distance_m(*begin, *end) / apart_m - 1e-6)))
        across = turn_deg(begin.lon_deg, end.lon_deg)
        for step in range(1, steps + 1):
            share = step / steps
            lat_deg = begin.lat_deg + (end.lat_deg - begin.lat_deg) * share
            found.append(end if step == steps else Place(lat_deg, turn_deg(0.0, begin.lon_deg + across * share)))
    return found


def _camera_on(task: Task) -> Iterator[PlanItem]:
    if task.trigger is Trigger.DISTANCE:
        # the third parameter takes one at once
        yield _does(Cmd.CAMERA_DISTANCE, (trigger_of(task), 0.0, 1.0, 0.0))
    elif task.trigger is Trigger.INTERVAL:
        yield _does(Cmd.IMAGE_START, (0.0, interval_of(task), 0.0, 0.0))


def _camera_off(task: Task) -> Iterator[PlanItem]:
    if task.trigger is Trigger.DISTANCE:
        yield _does(Cmd.CAMERA_DISTANCE, (0.0, 0.0, 0.0, 0.0))
    elif task.trigger is Trigger.INTERVAL:
        yield _does(Cmd.IMAGE_STOP, (0.0, 0.0, 0.0, 0.0))


def _waypoint(task: Task, place: Place, hold_s: float = 0.0) -> PlanItem:
    params: Params = (float(hold_s), 0.0, 0.0, None)
    return PlanItem(
        command=Cmd.WAYPOINT, frame=task.frame, params=params, x=place.lat_deg, y=place.lon_deg, z=float(task.height_m)
    )


def _does(command: Cmd, params: Params, x: float = 0.0) -> PlanItem:
    one, two, three, four = (None if value is None else float(value) for value in params)
    return PlanItem(command=command, frame=FRAME_MISSION, params=(one, two, three, four), x=x)


def _take_off(task: Task, flyer: Flyer, first: Swath) -> PlanItem:
    pitch_deg = 15.0 if flyer.kind is VehicleKind.PLANE else 0.0
    command = Cmd.VTOL_TAKEOFF if flyer.kind is VehicleKind.VTOL else Cmd.TAKEOFF
    # without a start it takes off where it is; PX4 needs a place, its planes one to climb to
    place = Place(0.0, 0.0) if flyer.start is None else Place(flyer.start.lat_deg, flyer.start.lon_deg)
    if flyer.autopilot is Autopilot.PX4 and (flyer.kind is VehicleKind.PLANE or flyer.start is None):
        place = first.lead_in
    # above home: a vehicle knows the ground under it only after it has left it
    frame = FRAME_GLOBAL if task.frame == FRAME_GLOBAL else FRAME_RELATIVE
    params: Params = (pitch_deg, 0.0, 0.0, None)
    return PlanItem(
        command=command, frame=frame, params=params, x=place.lat_deg, y=place.lon_deg, z=float(task.height_m)
    )


def _speed(task: Task, flyer: Flyer) -> PlanItem:
    kind = IN_AIR_MPS if flyer.kind in WINGS else ON_GROUND_MPS
    return _does(Cmd.CHANGE_SPEED, (kind, flyer.speed_mps or task.speed_mps, -1.0, 0.0))


def _end(task: Task, flyer: Flyer, last: Swath, ending: Ending) -> Iterator[PlanItem]:
    if ending is Ending.NONE:
        return
    start = flyer.start
    if ending is Ending.RETURN or start is None:
        yield _does(Cmd.RETURN, (0.0, 0.0, 0.0, 0.0))
        return
    home = Place(start.lat_deg, start.lon_deg)
    if flyer.kind is VehicleKind.PLANE:
        if task.frame == FRAME_GLOBAL:
            raise PlanFileError("a landing needs heights above home; give them so, or end with a return")
        # it comes straight from its last line: whose wind it is nobody knows now
        course = np.radians(bearing_deg(*home, *last.lead_out))
        place = Place(*moved(*home, float(APPROACH_M * np.cos(course)), float(APPROACH_M * np.sin(course))))
        yield _does(Cmd.LAND_START, (0.0, 0.0, 0.0, 0.0))
        yield _at(Cmd.WAYPOINT, place, APPROACH_HEIGHT_M)
    command = Cmd.VTOL_LAND if flyer.kind is VehicleKind.VTOL else Cmd.LAND
    yield _at(command, home, 0.0)


def _at(command: Cmd, place: Place, height_m: float) -> PlanItem:
    params: Params = (0.0, 0.0, 0.0, None)
    return PlanItem(command=command, frame=FRAME_RELATIVE, params=params, x=place.lat_deg, y=place.lon_deg, z=height_m)
