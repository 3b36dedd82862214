# SPDX-License-Identifier: Apache-2.0
"""Surveys and corridors as QGroundControl's complex items (`survey` 5, `CorridorScan` 2), both ways. Pure.

Source: QGroundControl, SurveyComplexItem.cc, CorridorScanComplexItem.cc, TransectStyleComplexItem.cc, CameraCalc.cc. It
flies the items that are stored until somebody edits the survey there; then it lays it anew, without holes, keep-outs
and what else it does not know. So the whole task stands beside under a key of our own, and is taken from there as long
as it says the same as QGroundControl's keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from groundstation.fleet.geometry import bearing_deg
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.files.json_text import decoded, encoded
from groundstation.fleet.plans.files.plan_checks import flag, mapping, number, place, required, sequence, shown, whole
from groundstation.fleet.plans.files.plan_file import Area, Line, Notes, PlanFile, PlanFileError, PlannedHome, Spot
from groundstation.fleet.plans.files.qgc_limits import LIMITS_VERSION
from groundstation.fleet.plans.files.qgc_plan import FILE_VERSION, MISSION_VERSION, entries_of, plan_of
from groundstation.fleet.plans.files.qgc_simple import HeightMode, plain_number, written_simple
from groundstation.fleet.plans.files.qgc_writer import GROUND_STATION
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, FRAME_TERRAIN, PlanItem
from groundstation.fleet.plans.survey.camera import Camera, Footprint
from groundstation.fleet.plans.survey.coverage import Swath
from groundstation.fleet.plans.survey.survey_items import block_of
from groundstation.fleet.plans.survey.survey_task import (
    ENTRIES,
    AnyTask,
    CorridorTask,
    Entry,
    SurveyTask,
    Task,
    Trigger,
    above_ground_m,
    footprint_m,
    gsd_of,
    spacing_of,
    trigger_of,
)

OWN_KEY = "groundstationTask"
SURVEY, CORRIDOR = "survey", "CorridorScan"
SURVEY_VERSION, CORRIDOR_VERSION, STYLE_VERSION = 5, 2, 2
OLDEST_SURVEY = 4
"""Of version 2 and 3 the keys are others, and nobody has written them since 2018."""
MANUAL, CUSTOM = "Manual (no camera specs)", "Custom Camera"
"""CameraName where no camera is told, and where it is told by its sizes."""
MAX_NAME = 200
_MODES = {FRAME_RELATIVE: HeightMode.HOME, FRAME_GLOBAL: HeightMode.SEA, FRAME_TERRAIN: HeightMode.GROUND}
_FRAMES = {int(mode): frame for frame, mode in _MODES.items()}
_Json = dict[str, Any]


def plan_with(
    task: AnyTask,
    swaths: Sequence[Swath],
    items: tuple[PlanItem, ...],
    *,
    autopilot: Autopilot = Autopilot.UNKNOWN,
    firmware: int | None = None,
    vehicle: int | None = None,
    home: PlannedHome | None = None,
    pictures: int | None = None,
) -> PlanFile:
    """A plan in which the lines stand as a survey that QGroundControl can open and edit.

    Args:
        task: what is flown.
        swaths: its lines; all of the task's, or one vehicle's share.
        items: the whole mission, the lines' own items among them as they are.
        autopilot: whose firmware the items are for.
        firmware: MAV_AUTOPILOT, for the file.
        vehicle: MAV_TYPE, for the file.
        home: where it starts from.
        pictures: how many are taken, as the file tells.

    Raises:
        PlanFileError: the items of the lines are not among those of the mission.
    """
    block = block_of(task, swaths, autopilot)
    start = next((at for at in range(len(items)) if items[at : at + len(block)] == block), None)
    if start is None:
        raise PlanFileError("the items of the survey are not in its mission; lay it again")
    before, after = items[:start], items[start + len(block) :]
    entries = [
        *(written_simple(item, at, None, None) for at, item in enumerate(before, 1)),
        entry_of(task, swaths, block, start + 1, pictures or 0),
        *(written_simple(item, at, None, None) for at, item in enumerate(after, start + len(block) + 1)),
    ]
    mission: _Json = {
        "version": MISSION_VERSION,
        "items": entries,
        "firmwareType": firmware or 0,
        "globalPlanAltitudeMode": int(_MODES[task.frame]),
        "plannedHomePosition": [home.lat_deg, home.lon_deg, home.amsl_m] if home else [0, 0, 0],
        "cruiseSpeed": plain_number(task.speed_mps),
        "hoverSpeed": plain_number(task.speed_mps),
    }
    if vehicle is not None:
        mission["vehicleType"] = vehicle
    document: _Json = {
        "fileType": "Plan",
        "version": FILE_VERSION,
        "groundStation": GROUND_STATION,
        "mission": mission,
        "geoFence": {"version": LIMITS_VERSION, "circles": [], "polygons": []},
        "rallyPoints": {"version": LIMITS_VERSION, "points": []},
    }
    return plan_of(document)


def entry_of(
    task: AnyTask,
    swaths: Sequence[Swath],
    block: tuple[PlanItem, ...],
    number: int,
    pictures: int,
    course_deg: float | None = None,
) -> _Json:
    """The complex item.

    Args:
        task: what is flown.
        swaths: its lines.
        block: their items, which QGroundControl flies as they are.
        number: of the first of these, from 1.
        pictures: how many are taken.
        course_deg: of the lines, where the task leaves it open; None is that of the first line.
    """
    places = [place for one in swaths for place in (*one.way, one.lead_in, *one.spots, one.lead_out)]
    style = {
        "version": STYLE_VERSION,
        "TurnAroundDistance": task.turnaround_m,
        "CameraTriggerInTurnAround": task.in_turnarounds,
        "HoverAndCapture": task.trigger is Trigger.HOVER,
        "Refly90Degrees": isinstance(task, SurveyTask) and task.crosshatch,
        "CameraShots": pictures,
        "CameraCalc": _camera_calc(task),
        "VisualTransectPoints": [[one.lat_deg, one.lon_deg] for one in places],
        "Items": [_inner(item, at) for at, item in enumerate(block, number)],
    }
    angle_deg = _angle(task, swaths, course_deg) if isinstance(task, SurveyTask) else 0.0
    own = {"task": msgspec.to_builtins(task), "angle": angle_deg}
    made: _Json = {"type": "ComplexItem", "TransectStyleComplexItem": style, OWN_KEY: own}
    if isinstance(task, CorridorTask):
        entry = _CORRIDOR_ENTRIES.index(task.entry) if task.entry in _CORRIDOR_ENTRIES else 0
        return made | {
            "complexItemType": CORRIDOR,
            "version": CORRIDOR_VERSION,
            "CorridorWidth": task.width_m,
            "EntryPoint": entry,
            "polyline": [[one.lat_deg, one.lon_deg] for one in task.line.spots],
        }
    return made | {
        "complexItemType": SURVEY,
        "version": SURVEY_VERSION,
        "polygon": [[one.lat_deg, one.lon_deg] for one in task.area.outer],
        "angle": angle_deg,
        "entryLocation": ENTRIES.index(task.entry) if task.entry in ENTRIES else 0,
        "flyAlternateTransects": task.every_other,
        "splitConcavePolygons": False,
    }


_CORRIDOR_ENTRIES = (Entry.BOTTOM_LEFT, Entry.BOTTOM_RIGHT, Entry.TOP_LEFT, Entry.TOP_RIGHT)
"""By QGroundControl's EntryPoint: bit 0 the other side, bit 1 the other end; that its first lane is the left one
is an assumption."""


def _angle(task: SurveyTask, swaths: Sequence[Swath], course_deg: float | None) -> float:
    told_deg = task.angle_deg if task.angle_deg is not None else course_deg
    if told_deg is not None:
        return 90.0 - (90.0 - told_deg) % 180.0
    if not swaths:
        return 0.0
    # it has no angle of its own choice: the one that was found
    course_deg = round(bearing_deg(*swaths[0].spots[0], *swaths[0].spots[-1]), 3)
    return 90.0 - (90.0 - course_deg) % 180.0


def _inner(item: PlanItem, at: int) -> _Json:
    # as it stores them: without the three keys about heights
    said = written_simple(item, at, None, None)
    return {key: value for key, value in said.items() if not key.startswith(("Altitude", "AMSL"))}


def _camera_calc(task: Task) -> _Json:
    # version 1 is read by all of its releases, and has no heights above the ground
    made: _Json = {
        "AdjustedFootprintSide": spacing_of(task),
        "AdjustedFootprintFrontal": trigger_of(task) or 0.0,
        "DistanceToSurface": task.height_m,
    }
    if task.frame == FRAME_TERRAIN:
        made |= {"version": 2, "DistanceMode": int(HeightMode.GROUND)}
    else:
        made |= {"version": 1, "DistanceToSurfaceRelative": task.frame == FRAME_RELATIVE}
    camera = task.camera
    is_told = task.spacing_m is None and task.trigger_m is None and above_ground_m(task) == task.height_m
    if camera is None or not is_told or task.trigger is Trigger.NONE:
        # it would work spacing and distance out anew from a camera
        return made | {"CameraName": MANUAL}
    return made | {
        # of another name it would look into its own list, and take the camera there
        "CameraName": CUSTOM,
        "SensorWidth": camera.sensor_width_mm,
        "SensorHeight": camera.sensor_height_mm,
        "ImageWidth": camera.image_width_px,
        "ImageHeight": camera.image_height_px,
        "FocalLength": camera.focal_mm,
        "Landscape": camera.is_landscape,
        "FixedOrientation": False,
        "MinTriggerInterval": camera.least_interval_s,
        "ValueSetIsDistance": True,
        "ImageDensity": gsd_of(task),
        "FrontalOverlap": round(100.0 * task.front_overlap, 9),
        "SideOverlap": round(100.0 * task.side_overlap, 9),
    }


# ---- back ----


def tasks_in(plan: PlanFile) -> tuple[AnyTask, ...]:
    """The surveys and corridors of a plan of QGroundControl, in their order; none of another file.

    Raises:
        PlanFileError: one of them is damaged; says which.
    """
    if not plan.kept:
        return ()
    mission = mapping(mapping(decoded(plan.kept), "the file")["mission"], "mission")
    kept = [(at, entry.kept) for at, entry in enumerate(entries_of(mission, Notes()), 1) if not entry.is_simple]
    return tuple(task_of(one, f"entry {at}") for at, one in kept if one.get("complexItemType") in (SURVEY, CORRIDOR))


def task_of(kept: _Json, where: str) -> AnyTask:
    """The task that a complex item says.

    Args:
        kept: a `survey` or `CorridorScan`.
        where: for errors.

    Raises:
        PlanFileError: a key is missing, or its value is none.
    """
    version = whole(required(kept, "version", where), 1_000, f"{where}, version")
    is_corridor = kept.get("complexItemType") == CORRIDOR
    known = (CORRIDOR_VERSION,) if is_corridor else range(OLDEST_SURVEY, SURVEY_VERSION + 1)
    if version not in known:
        raise PlanFileError(f"{where}: version {version} is not read; open it in QGroundControl and save it again")
    told = _corridor(kept, where) if is_corridor else _survey(kept, where)
    own = _own(kept)
    return own.task if own is not None and _as_told(own) == told else told


class _Own(msgspec.Struct):
    """What is written under the key of our own."""

    task: AnyTask
    angle: float
    """As QGroundControl's key says it, where the task leaves it open."""


def _own(kept: _Json) -> _Own | None:
    """The task as it was written here; None where it is not, or of another version."""
    if OWN_KEY not in kept:
        return None
    try:
        return msgspec.convert(kept[OWN_KEY], _Own)
    except (msgspec.ValidationError, RecursionError):
        return None


def _as_told(own: _Own) -> AnyTask | None:
    """What QGroundControl's keys say of a task; None where it can't be written so."""
    try:
        said = mapping(decoded(encoded(entry_of(own.task, (), (), 1, 0))), "the task")
        if isinstance(own.task, CorridorTask):
            return _corridor(said, "the task")
        return _survey(said | {"angle": own.angle} if own.task.angle_deg is None else said, "the task")
    except (PlanFileError, ValueError, OverflowError, TypeError, ZeroDivisionError):
        return None


def _survey(kept: _Json, where: str) -> SurveyTask:
    entry = whole(required(kept, "entryLocation", where), len(ENTRIES) - 1, f"{where}, entryLocation")
    style = _style(kept, where)
    return SurveyTask(
        area=Area(outer=_places(kept, "polygon", where)),
        angle_deg=number(required(kept, "angle", where), f"{where}, angle"),
        entry=ENTRIES[entry],
        every_other=flag(kept.get("flyAlternateTransects", False), f"{where}, flyAlternateTransects"),
        crosshatch=flag(required(style, "Refly90Degrees", where), f"{where}, Refly90Degrees"),
        **_common(style, where),
    )


def _corridor(kept: _Json, where: str) -> CorridorTask:
    entry = whole(required(kept, "EntryPoint", where), 3, f"{where}, EntryPoint")
    return CorridorTask(
        line=Line(spots=_places(kept, "polyline", where)),
        width_m=number(required(kept, "CorridorWidth", where), f"{where}, CorridorWidth"),
        entry=_CORRIDOR_ENTRIES[entry],
        **_common(_style(kept, where), where),
    )


def _style(kept: _Json, where: str) -> _Json:
    return mapping(required(kept, "TransectStyleComplexItem", where), where)


def _places(kept: _Json, key: str, where: str) -> tuple[Spot, ...]:
    return tuple(place(one, f"{where}, {key}") for one in sequence(required(kept, key, where), f"{where}, {key}"))


def _common(style: _Json, where: str) -> _Json:
    """What surveys and corridors have in common, as arguments of a task."""
    calc = mapping(required(style, "CameraCalc", where), f"{where}, CameraCalc")

    def told(key: str, default: float | None = None) -> float:
        value = required(calc, key, where) if default is None else calc.get(key, default)
        return number(value, f"{where}, {key}")

    trigger_m = told("AdjustedFootprintFrontal")
    is_hovering = flag(required(style, "HoverAndCapture", where), f"{where}, HoverAndCapture")
    trigger = Trigger.HOVER if is_hovering else Trigger.DISTANCE if trigger_m > 0.0 else Trigger.NONE
    found: _Json = {
        "height_m": told("DistanceToSurface"),
        "frame": _frame(calc, where),
        "turnaround_m": number(required(style, "TurnAroundDistance", where), f"{where}, TurnAroundDistance"),
        "in_turnarounds": flag(required(style, "CameraTriggerInTurnAround", where), where),
        "trigger": trigger,
    }
    name = calc.get("CameraName", MANUAL)
    if not isinstance(name, str) or name.startswith("Manual") or "SensorWidth" not in calc:
        return found | {"spacing_m": told("AdjustedFootprintSide"), "trigger_m": trigger_m or None}
    camera = Camera(
        name=shown(name)[:MAX_NAME],
        sensor_width_mm=told("SensorWidth"),
        sensor_height_mm=told("SensorHeight"),
        image_width_px=whole(required(calc, "ImageWidth", where), 1_000_000, f"{where}, ImageWidth"),
        image_height_px=whole(required(calc, "ImageHeight", where), 1_000_000, f"{where}, ImageHeight"),
        focal_mm=told("FocalLength"),
        least_interval_s=told("MinTriggerInterval", 0.0),
        is_landscape=flag(calc.get("Landscape", True), f"{where}, Landscape"),
    )
    overlaps = {"front_overlap": told("FrontalOverlap") / 100.0, "side_overlap": told("SideOverlap") / 100.0}
    return found | overlaps | {"camera": camera}


def _frame(calc: _Json, where: str) -> int:
    if "DistanceMode" in calc:
        mode = whole(calc["DistanceMode"], 100, f"{where}, DistanceMode")
        # heights worked out above the ground: those above the ground that the vehicle knows come nearest
        return _FRAMES.get(mode, FRAME_TERRAIN if mode == HeightMode.GROUND_WORKED_OUT else FRAME_RELATIVE)
    relative = flag(calc.get("DistanceToSurfaceRelative", True), f"{where}, DistanceToSurfaceRelative")
    return FRAME_RELATIVE if relative else FRAME_GLOBAL


def lost_in_qgc(task: AnyTask) -> tuple[str, ...]:
    """What of a task QGroundControl would not lay again after somebody edits it there, in words."""
    losses = (
        (bool(task.keep_outs), "keep-outs"),
        (isinstance(task, SurveyTask) and bool(task.area.holes), "holes of the area"),
        (task.trigger is Trigger.INTERVAL, "pictures by time"),
        (task.start is not None, "the start"),
        (footprint_m(task) is not None and isinstance(task.footprint, Footprint), "the footprint"),
    )
    return tuple(told for is_lost, told in losses if is_lost)
