# SPDX-License-Identifier: Apache-2.0
"""What an operator wants of a survey or a corridor. Saved in files: fields are added, never renamed. Pure."""

from __future__ import annotations

import math

import msgspec

from groundstation.fleet.plans.files.plan_file import Area, Line, PlanFileError, Spot
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, FRAME_TERRAIN
from groundstation.fleet.plans.survey.camera import Camera, Footprint, advance_m, footprint_of, gsd_cm_px
from groundstation.fleet.sample import Name

MAX_CORNERS = 10_000
"""Of all that is drawn for one task."""
LEAST_SPACING_M, MOST_SPACING_M = 0.1, 10_000.0
MOST_OVERLAP = 0.98
LEAST_HEIGHT_M, MOST_HEIGHT_M = 1.0, 10_000.0
LEAST_SPEED_MPS, MOST_SPEED_MPS = 0.1, 150.0
MOST_TURNAROUND_M = 5_000.0
MOST_MARGIN_M = 5_000.0
MOST_HOVER_S = 600.0
MOST_WIDTH_M = 20_000.0


class Trigger(Name):
    """What takes the pictures."""

    UNKNOWN = "unknown"
    NONE = "none"
    """The camera is left to itself."""
    DISTANCE = "distance"
    INTERVAL = "interval"
    HOVER = "hover"
    """It stands still for each picture."""


class Entry(Name):
    """The corner where it begins, seen along the lines (QGroundControl's entryLocation).

    Top is where they lead to, with the angle within 90 degrees of north; left is left of that.
    """

    UNKNOWN = "unknown"
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"


class By(Name):
    """What is made even."""

    UNKNOWN = "unknown"
    TIME = "time"
    AREA = "area"
    ENDURANCE = "endurance"
    """Nothing: each flight is as long as its battery lasts."""


ENTRIES = (Entry.TOP_LEFT, Entry.TOP_RIGHT, Entry.BOTTOM_LEFT, Entry.BOTTOM_RIGHT)
"""In the order of QGroundControl's numbers."""


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What surveys and corridors have in common."""

    keep_outs: tuple[Area, ...] = ()
    """Not to be flown over, neither on lines nor between them."""
    margin_m: float = 0.0
    """How far it stays away from them."""
    camera: Camera | None = None
    footprint: Footprint | None = None
    """The ground in one picture, where no camera is given."""
    side_overlap: float = 0.7
    """Part of the footprint that neighbouring lines have in common."""
    front_overlap: float = 0.75
    """Part of the footprint that pictures of one line have in common."""
    spacing_m: float | None = None
    """Between lines; None to work it out from footprint and overlap."""
    trigger_m: float | None = None
    """Between pictures; None to work it out from footprint and overlap."""
    height_m: float = 50.0
    frame: int = FRAME_RELATIVE
    """MAV_FRAME: what the height is above: 0 the sea, 3 home, 10 the ground."""
    ground_m: float | None = None
    """Height of the camera above the ground where the height is above something else; None is the same."""
    speed_mps: float = 5.0
    turnaround_m: float = 0.0
    """How far it flies on at the end of a line before it turns."""
    edge_m: float | None = None
    """How far lines may reach over the edge of the area so that nothing within is left out; None is as far as that
    needs, which is half the spacing at most; 0 never, which leaves corners out at slanting edges."""
    trigger: Trigger = Trigger.DISTANCE
    hover_s: float = 2.0
    """Standing still before each picture, where it does so."""
    in_turnarounds: bool = False
    """Whether pictures are taken between the lines too."""
    entry: Entry = Entry.UNKNOWN
    """Corner where it begins; unknown is what is nearest to `start`, or makes the shortest way."""
    start: Spot | None = None
    """Where it comes from and goes back to."""


class SurveyTask(Task, frozen=True, kw_only=True, omit_defaults=True, tag="survey"):
    """Lines over an area."""

    area: Area
    angle_deg: float | None = None
    """Course of the lines, clockwise from true north; None for the one with the fewest turns."""
    crosshatch: bool = False
    """Whether all is flown once more, across."""
    every_other: bool = False
    """Whether it flies every second line and the others on the way back, for those that turn wide."""


class CorridorTask(Task, frozen=True, kw_only=True, omit_defaults=True, tag="corridor"):
    """Lines along a way."""

    line: Line
    width_m: float
    """Of the whole corridor."""


AnyTask = SurveyTask | CorridorTask


def footprint_m(task: Task) -> Footprint | None:
    """The ground in one picture; None where nothing says it."""
    if task.camera is not None:
        return footprint_of(task.camera, above_ground_m(task))
    return task.footprint


def above_ground_m(task: Task) -> float:
    """From the camera down to the ground."""
    return task.height_m if task.ground_m is None else task.ground_m


def gsd_of(task: Task) -> float | None:
    """Ground sampling distance, centimetres a pixel; None without a camera."""
    return None if task.camera is None else gsd_cm_px(task.camera, above_ground_m(task))


def spacing_of(task: Task) -> float:
    """Between lines, metres; of a task that was checked."""
    seen = footprint_m(task)
    if task.spacing_m is not None or seen is None:
        return task.spacing_m or 0.0
    return advance_m(seen.across_m, task.side_overlap)


def trigger_of(task: Task) -> float | None:
    """Between pictures, metres; None where nothing says it, or none are taken."""
    if task.trigger is Trigger.NONE:
        return None
    seen = footprint_m(task)
    if task.trigger_m is not None or seen is None:
        return task.trigger_m
    return advance_m(seen.along_m, task.front_overlap)


def interval_of(task: Task) -> float | None:
    """Between pictures at the speed of the task, seconds; None where it stands still for them, or takes none."""
    apart_m = trigger_of(task)
    return None if apart_m is None or task.trigger is Trigger.HOVER else apart_m / task.speed_mps


def edge_of(task: Task) -> float:
    """How far lines may reach over the edge, metres."""
    half_m = spacing_of(task) / 2.0
    return half_m if task.edge_m is None else min(task.edge_m, half_m)


def check(task: AnyTask) -> None:
    """Look at the numbers of a task; its shapes are looked at where they are laid.

    Raises:
        PlanFileError: one of them can't be flown; says which, and what to do.
    """
    _check_camera(task)
    _within(
        "the height", task.height_m, LEAST_HEIGHT_M, MOST_HEIGHT_M, "m", is_depth_allowed=task.frame == FRAME_GLOBAL
    )
    if task.ground_m is not None:
        _within("the height above the ground", task.ground_m, LEAST_HEIGHT_M, MOST_HEIGHT_M, "m")
    if task.frame not in (FRAME_GLOBAL, FRAME_RELATIVE, FRAME_TERRAIN):
        raise PlanFileError(f"heights in frame {task.frame} are not flown; give them above home, ground or the sea")
    _within("the speed", task.speed_mps, LEAST_SPEED_MPS, MOST_SPEED_MPS, "m/s")
    _within("the turnaround", task.turnaround_m, 0.0, MOST_TURNAROUND_M, "m")
    _within("the margin around keep-outs", task.margin_m, 0.0, MOST_MARGIN_M, "m")
    _within("the way over the edge", 0.0 if task.edge_m is None else task.edge_m, 0.0, MOST_SPACING_M, "m")
    _within("the time to stand still", task.hover_s, 0.0, MOST_HOVER_S, "s")
    if task.spacing_m is None and footprint_m(task) is None:
        raise PlanFileError("how far lines are apart is not known; give a spacing, a camera or a footprint")
    _within("the spacing of lines", spacing_of(task), LEAST_SPACING_M, MOST_SPACING_M, "m")
    apart_m = trigger_of(task)
    if apart_m is not None:
        _within("the distance between pictures", apart_m, LEAST_SPACING_M, MOST_SPACING_M, "m")
    elif task.trigger is not Trigger.NONE:
        raise PlanFileError("how far pictures are apart is not known; give it, a camera or a footprint, or take none")
    if isinstance(task, CorridorTask):
        _within("the width of the corridor", task.width_m, LEAST_SPACING_M, MOST_WIDTH_M, "m")
    elif task.angle_deg is not None and not math.isfinite(task.angle_deg):
        raise PlanFileError("the angle of the lines is no number; give degrees from north, or leave it out")


def _check_camera(task: Task) -> None:
    for name, overlap in (("side", task.side_overlap), ("front", task.front_overlap)):
        if not 0.0 <= overlap <= MOST_OVERLAP:
            raise PlanFileError(f"a {name} overlap of {overlap * 100:g} % can't be flown; take 0 to {MOST_OVERLAP:.0%}")
    camera = task.camera
    if camera is not None:
        sizes = (camera.sensor_width_mm, camera.sensor_height_mm, camera.focal_mm)
        pixels = (camera.image_width_px, camera.image_height_px)
        if not all(0.01 <= size <= 10_000.0 for size in sizes) or not all(1 <= one <= 1_000_000 for one in pixels):
            raise PlanFileError("the sizes of the camera are none; give sensor and lens in mm, the picture in pixels")
        if not 0.0 <= camera.least_interval_s <= 3_600.0:
            raise PlanFileError("the camera's least time between pictures is none; give seconds, or 0")
    seen = task.footprint
    if seen is not None and not all(LEAST_SPACING_M <= one <= 1e6 for one in (seen.across_m, seen.along_m)):
        raise PlanFileError("the footprint of a picture is none; give it in metres, across and along the way")


def _within(what: str, value: float, least: float, most: float, unit: str, *, is_depth_allowed: bool = False) -> None:
    # a land below the sea has negative heights above it
    least = -500.0 if is_depth_allowed else least
    if not least <= value <= most:
        raise PlanFileError(f"{what} is {value:g} {unit}; {least:g} to {most:g} {unit} can be flown")


def corners_of(task: AnyTask) -> int:
    """How many places a task is drawn with."""
    areas = [*task.keep_outs, *([task.area] if isinstance(task, SurveyTask) else [])]
    drawn = sum(len(area.outer) + sum(map(len, area.holes)) for area in areas)
    return drawn + (len(task.line.spots) if isinstance(task, CorridorTask) else 0)
