# SPDX-License-Identifier: Apache-2.0
"""Surveys from files and words to plans, for the command line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from groundstation.app.plan_work import MAV_AUTOPILOTS, MAV_TYPES, autopilot_of, kind_of, read_file
from groundstation.fleet.errors import UsageError
from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import Autopilot, Root, VehicleKey, VehicleKind, is_vehicle_id
from groundstation.fleet.plans import fleet_check
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, shapes_of
from groundstation.fleet.plans.files.plan_file import Area, PlanFile, PlannedHome, Spot
from groundstation.fleet.plans.fleet_check import check_fleet
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_check import Checked, Finding
from groundstation.fleet.plans.plan_conflicts import MARGIN_M
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, FRAME_TERRAIN
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.camera import CAMERAS, Camera, Footprint, height_for_gsd_m
from groundstation.fleet.plans.survey.coverage import Coverage, Flyer, Share
from groundstation.fleet.plans.survey.flights import pace_for
from groundstation.fleet.plans.survey.lay import lay
from groundstation.fleet.plans.survey.qgc_survey import plan_with, tasks_in
from groundstation.fleet.plans.survey.share import share
from groundstation.fleet.plans.survey.survey_items import Ending, items_of
from groundstation.fleet.plans.survey.survey_laying import Crew, flight_of_survey, survey_of
from groundstation.fleet.plans.survey.survey_task import (
    ENTRIES,
    AnyTask,
    By,
    CorridorTask,
    SurveyTask,
    Trigger,
)

FRAMES = {"home": FRAME_RELATIVE, "sea": FRAME_GLOBAL, "ground": FRAME_TERRAIN}
"""Words for what heights are above."""
WRITTEN_TYPES = {
    VehicleKind.MULTICOPTER: 2,
    VehicleKind.HELICOPTER: 4,
    VehicleKind.PLANE: 1,
    VehicleKind.VTOL: 20,
}
"""MAV_TYPE of those that can fly a survey, where no file says a nearer one."""
CIRCLE_CORNERS = 24
"""A circle of a fence as an area: each is a waypoint of a way around it."""


class Wanted(msgspec.Struct, kw_only=True):
    """What was said on the command line; None is as the file has it, else the usual."""

    pick: str | None = None
    camera: str | None = None
    footprint: str | None = None
    height: float | None = None
    gsd: float | None = None
    above: str | None = None
    over_ground: float | None = None
    side_overlap: float | None = None
    front_overlap: float | None = None
    spacing: float | None = None
    trigger: str | None = None
    apart: float | None = None
    hover: float | None = None
    in_turnarounds: bool | None = None
    speed: float | None = None
    angle: float | None = None
    crosshatch: bool | None = None
    every_other: bool | None = None
    turnaround: float | None = None
    entry: str | None = None
    corridor: float | None = None
    keep_out: Path | None = None
    margin: float | None = None
    autopilot: str = ""
    kind: str = ""
    endurance: float | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a file and the words make together."""

    task: AnyTask
    home: Spot | None
    """Where the file says that it starts."""
    autopilot: Autopilot
    kind: VehicleKind
    mav_type: int | None
    """As the file says it, where its kind is meant."""


# ---- what is to be flown ----


def source_of(path: Path, wanted: Wanted) -> Source:
    """The task.

    Args:
        path: a drawing, a fence, or a plan with a survey in it.
        wanted: the words.

    Raises:
        GroundStationError: there is no area, or a word means nothing; says what to do.
    """
    plan = read_file(path)
    task = _changed(_drawn_or_told(plan, path, wanted), wanted)
    autopilot = autopilot_of(wanted.autopilot, plan)
    kind = kind_of(wanted.kind, plan)
    if kind is VehicleKind.UNKNOWN:
        kind = VehicleKind.MULTICOPTER
    if kind not in WRITTEN_TYPES:
        raise UsageError(
            f"a {kind.value} flies no survey; --kind takes {', '.join(one.value for one in WRITTEN_TYPES)}"
        )
    is_same_kind = plan.vehicle is not None and MAV_TYPES.get(plan.vehicle) is kind
    home = None if plan.home is None else Spot(plan.home.lat_deg, plan.home.lon_deg)
    mav_type = plan.vehicle if is_same_kind else None
    return Source(task=task, home=home, autopilot=autopilot, kind=kind, mav_type=mav_type)


def _drawn_or_told(plan: PlanFile, path: Path, wanted: Wanted) -> AnyTask:
    if wanted.corridor is not None:
        line = _picked(plan.lines, wanted.pick, path, "line")
        return CorridorTask(line=line, width_m=wanted.corridor)
    told = tasks_in(plan)
    if told:
        return _picked(told, wanted.pick, path, "survey")
    if not plan.areas and not plan.fence and plan.lines:
        raise UsageError(f"{path}: there is a line and no area in it; for a corridor along it say --corridor WIDTH")
    areas = plan.areas or tuple(_fence_areas(plan, is_inside=True))
    return SurveyTask(area=_picked(areas, wanted.pick, path, "area"))


_Drawn = TypeVar("_Drawn")


def _picked(found: Sequence[_Drawn], pick: str | None, path: Path, what: str) -> _Drawn:
    """The one that is meant.

    Raises:
        UsageError: there is none, or several and nobody says which.
    """
    if not found:
        raise UsageError(f"{path}: there is no {what} in it; draw one, and save it as .kml, .geojson or .plan")
    names = [getattr(one, "name", "") for one in found]
    chosen = [one for one, name in zip(found, names, strict=True) if pick is not None and name == pick]
    if not chosen and pick is not None and pick.isdecimal() and 1 <= int(pick) <= len(found):
        chosen = [found[int(pick) - 1]]
    if pick is None and len(found) == 1:
        chosen = [found[0]]
    if len(chosen) != 1:
        told = ", ".join(f"{at} {name[:40]}".rstrip() for at, name in enumerate(names[:20], 1))
        raise UsageError(f"{path}: there are {len(found)} {what}s in it; say --pick with number or name: {told}")
    return chosen[0]


def _fence_areas(plan: PlanFile, *, is_inside: bool) -> Iterator[Area]:
    for shape in shapes_of(plan.fence):
        if isinstance(shape, Polygon) and shape.is_inside == is_inside:
            yield Area(outer=shape.corners)
        elif isinstance(shape, Circle) and shape.is_inside == is_inside:
            # a keep-out is drawn around its circle, an area within it
            radius_m = shape.radius_m if is_inside else shape.radius_m / math.cos(math.pi / CIRCLE_CORNERS)
            turns = (math.tau * number / CIRCLE_CORNERS for number in range(CIRCLE_CORNERS))
            centre = (shape.centre.lat_deg, shape.centre.lon_deg)
            yield Area(
                outer=tuple(Spot(*moved(*centre, radius_m * math.cos(one), radius_m * math.sin(one))) for one in turns)
            )


def keep_outs_in(path: Path) -> tuple[Area, ...]:
    """Where not to fly: the areas of a drawing, or what a fence keeps out of.

    Raises:
        GroundStationError: there is none.
    """
    plan = read_file(path)
    found = plan.areas or tuple(_fence_areas(plan, is_inside=False))
    if not found:
        raise UsageError(f"{path}: there is no area to keep out of in it; draw one, or leave --keep-out away")
    return found


def _changed(task: AnyTask, wanted: Wanted) -> AnyTask:
    """A task with what was said."""
    changes: dict[str, Any] = {
        "side_overlap": _share(wanted.side_overlap),
        "front_overlap": _share(wanted.front_overlap),
        "trigger_m": wanted.apart,
        "hover_s": wanted.hover,
        "in_turnarounds": wanted.in_turnarounds,
        "speed_mps": wanted.speed,
        "turnaround_m": wanted.turnaround,
        "margin_m": wanted.margin,
        "height_m": wanted.height,
        "ground_m": wanted.over_ground,
        "frame": _word(wanted.above, FRAMES, "--above"),
        "trigger": _word(
            wanted.trigger, {one.value: one for one in Trigger if one is not Trigger.UNKNOWN}, "--trigger"
        ),
        "entry": _word(wanted.entry, {one.value.replace("_", "-"): one for one in ENTRIES}, "--entry"),
        "keep_outs": None if wanted.keep_out is None else (*task.keep_outs, *keep_outs_in(wanted.keep_out)),
        "spacing_m": wanted.spacing,
    }
    over = {"angle_deg": wanted.angle, "crosshatch": wanted.crosshatch, "every_other": wanted.every_other}
    if isinstance(task, SurveyTask):
        changes |= over
    elif any(value is not None for value in over.values()):
        raise UsageError("--angle, --crosshatch and --every-other are for areas; a corridor follows its line")
    changed = replace(task, **_seen(wanted), **{name: value for name, value in changes.items() if value is not None})
    return _at_gsd(changed, wanted)


def _seen(wanted: Wanted) -> dict[str, Any]:
    """Camera or footprint, and then spacings no more as they were before, unless they are said too."""
    if wanted.camera is not None and wanted.footprint is not None:
        raise UsageError("--camera and --footprint say the same twice; leave one of them away")
    if wanted.camera is not None:
        found: dict[str, Any] = {"camera": camera_of(wanted.camera), "footprint": None}
    elif wanted.footprint is not None:
        found = {"camera": None, "footprint": _footprint(wanted.footprint)}
    else:
        return {}
    return found | {
        name: None for name, said in (("spacing_m", wanted.spacing), ("trigger_m", wanted.apart)) if not said
    }


def _at_gsd(task: AnyTask, wanted: Wanted) -> AnyTask:
    if wanted.gsd is None:
        return task
    if wanted.height is not None or wanted.over_ground is not None:
        raise UsageError("--gsd and a height say the same twice; leave one of them away")
    if task.camera is None:
        raise UsageError("--gsd needs the camera; say --camera NAME, '--camera list' tells names")
    if task.frame == FRAME_GLOBAL:
        raise UsageError("--gsd can't tell a height above the sea; say --height with --over-ground")
    return replace(task, height_m=round(height_for_gsd_m(task.camera, wanted.gsd), 2), ground_m=None)


def camera_of(name: str) -> Camera:
    """A camera by its name, or a part of it that only one has.

    Raises:
        UsageError: none, or several have it.
    """
    asked = name.casefold().strip()
    exact = [one for one in CAMERAS if one.name.casefold() == asked]
    found = exact or [one for one in CAMERAS if asked in one.name.casefold()]
    if len(found) != 1:
        which = ", ".join(one.name for one in found or CAMERAS)
        raise UsageError(f"--camera '{name[:40]}': there {'are' if found else 'is none; there are'} {which}")
    return found[0]


def _footprint(text: str) -> Footprint:
    across, times, along = text.lower().partition("x")
    try:
        return Footprint(float(across), float(along if times else "x"))
    except ValueError:
        raise UsageError(f"--footprint '{text[:40]}': write metres across and along the way, such as 60x40") from None


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100.0


def _word(said: str | None, meanings: dict[str, Any], option: str) -> Any:
    if said is None:
        return None
    if said not in meanings:
        raise UsageError(f"{option} '{said[:40]}': there are {', '.join(meanings)}")
    return meanings[said]


# ---- who flies ----


def flyers_of(source: Source, wanted: Wanted, ids: Sequence[str], starts: Sequence[Spot]) -> tuple[Flyer, ...]:
    """Who takes part.

    Args:
        source: what is flown.
        wanted: the words.
        ids: what they are called.
        starts: where they start, for each or for all; none is where the file says.

    Raises:
        UsageError: there are not as many starts as vehicles.
    """
    if len(starts) not in (0, 1, len(ids)):
        raise UsageError(f"{len(starts)} starts for {len(ids)} vehicles; give one for all, or one for each")
    places: Sequence[Spot | None] = starts if len(starts) == len(ids) else [*(starts or (source.home,))] * len(ids)
    return tuple(
        Flyer(
            id=one,
            start=place,
            speed_mps=wanted.speed,
            endurance_s=wanted.endurance,
            autopilot=source.autopilot,
            kind=source.kind,
        )
        for one, place in zip(ids, places, strict=True)
    )


def keys_of(text: str) -> tuple[VehicleKey, ...]:
    """Vehicles by their ids, `uav-1` or `sim/uav-1`, with commas.

    Raises:
        UsageError: one is none, or is named twice.
    """
    found = []
    for one in text.split(","):
        root, _, vehicle = one.strip().rpartition("/")
        root = root or Root.FLEET.value
        if root not in (Root.FLEET.value, Root.SIM.value) or not is_vehicle_id(vehicle):
            raise UsageError(
                f"--to '{one.strip()[:40]}': write ids such as uav-1 or sim/uav-1, with commas between them"
            )
        found.append(VehicleKey(root, vehicle))
    if len(set(found)) != len(found):
        raise UsageError("--to names a vehicle twice; name each once")
    return tuple(found)


def starts_of(texts: Sequence[str], option: str) -> tuple[Spot, ...]:
    """Places as `LAT,LON`, several with blanks between them.

    Raises:
        UsageError: one is none.
    """
    return tuple(_start(one, option) for text in texts for one in text.split())


def _start(text: str, option: str) -> Spot:
    lat, comma, lon = text.partition(",")
    try:
        spot = Spot(float(lat), float(lon if comma else "x"))
    except ValueError:
        spot = Spot(math.nan, math.nan)
    if not (abs(spot.lat_deg) <= 90.0 and abs(spot.lon_deg) <= 180.0):
        raise UsageError(f"{option} '{text[:40]}': write latitude and longitude in degrees, such as 41.0015,39.7178")
    return spot


# ---- plans ----


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """One flight of one vehicle, with its plan."""

    share: Share
    plan: PlanFile | None
    """None where nothing is left for it."""


def flights_of(source: Source, flyers: Sequence[Flyer], by: By, ending: Ending) -> tuple[Coverage, tuple[Flight, ...]]:
    """Lay it, share it, and make plans.

    Raises:
        PlanFileError: it can't be flown; says why.
    """
    first = flyers[0].start
    coverage = lay(replace(source.task, start=first) if len(flyers) == 1 and first is not None else source.task)
    return coverage, tuple(
        Flight(share=one, plan=_plan(source, one, ending) if one.swaths else None)
        for one in share(coverage, flyers, by)
    )


def meetings_of(flights: Sequence[Flight], source: Source) -> Iterator[tuple[str, Finding]]:
    """Who would come too close to whom when all start in one moment: each two once, the first time."""
    flown = [one for one in flights if one.plan is not None and one.share.sortie == 1 and one.share.flyer.start]
    names = [one.share.flyer.id for one in flown]
    met = check_fleet([_timed(one, source) for one in flown])
    told: set[tuple[int, int]] = set()
    for approach in met.approaches:
        pair = (approach.conflict.one, approach.conflict.other)
        if pair not in told:
            told.add(pair)
            (finding, _), *_ = replace(met, approaches=(approach,)).findings_of(pair[0], names, MARGIN_M)
            # who starts when, is decided in the field
            yield names[pair[0]], replace(finding, holds=False)


def _timed(flight: Flight, source: Source) -> fleet_check.Flyer:
    flyer, start = flight.share.flyer, flight.share.flyer.start
    checked = Checked(
        items=flight.plan.mission if flight.plan is not None else (),
        fence=(),
        home=None if start is None else Place(start.lat_deg, start.lon_deg),
        home_amsl_m=None,
        autopilot=source.autopilot,
        kind=source.kind,
    )
    return fleet_check.Flyer(name=flyer.id, checked=checked, pace=pace_for(flyer, source.task))


def _plan(source: Source, made: Share, ending: Ending) -> PlanFile:
    start = made.flyer.start
    numbers = {one: number for number, one in MAV_AUTOPILOTS.items()}
    return plan_with(
        made.task,
        made.swaths,
        items_of(made, made.flyer, ending),
        autopilot=source.autopilot,
        firmware=numbers.get(source.autopilot),
        vehicle=source.mav_type or WRITTEN_TYPES[source.kind],
        home=None if start is None else PlannedHome(start.lat_deg, start.lon_deg),
        pictures=made.pictures,
    )


def fleet_of(flights: Sequence[Flight], keys: Sequence[VehicleKey], coverage: Coverage, by: By) -> FleetPlan:
    """The plans as those of a fleet, with the survey; a vehicle's second flight is nobody's until it is given to it."""
    named = {one.id: one for one in keys}
    parts, made = [], []
    for flight in flights:
        shared = flight.share
        vehicle = named.get(shared.flyer.id)
        is_named = vehicle is None and bool(shared.flyer.id)
        crew = Crew(shared.flyer, vehicle, f"part {shared.flyer.id}" if is_named else "")
        found = flight_of_survey(shared, crew)
        mission = flight.plan.mission if flight.plan is not None else ()
        made.append(msgspec.structs.replace(found, mission=mission))
        if flight.plan is not None:
            parts.append(PlanPart(plan=flight.plan, vehicle=found.vehicle, name=found.name, sortie=shared.sortie))
    return FleetPlan(parts=tuple(parts), surveys=(survey_of(coverage, by, tuple(made)),))
