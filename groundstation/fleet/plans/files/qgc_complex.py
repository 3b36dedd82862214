# SPDX-License-Identifier: Apache-2.0
"""What QGroundControl's complex items (surveys, landing patterns) are as plain items. Pure.

Source: QGroundControl, TransectStyleComplexItem.cc and LandingComplexItem.cc. What it stores in its files it flies, as
long as nobody edits it there. What it works out each time is worked out here too for structures, and not for surveys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groundstation.fleet.plans.files.plan_checks import check_height, flag, mapping, number, place, required, shown
from groundstation.fleet.plans.files.plan_file import Notes, PlanFileError, Spot
from groundstation.fleet.plans.files.qgc_simple import simple_item
from groundstation.fleet.plans.files.structure_scan import structure_items
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_MISSION, FRAME_RELATIVE, Params, PlanItem

Expanded = tuple[PlanItem, ...]
VIDEO_STOP = 2501
"""MAV_CMD_VIDEO_STOP_CAPTURE."""
_AIRSPEED, _NO_THROTTLE = 0.0, -1.0
"""DO_CHANGE_SPEED: its kind, and a throttle that stays."""


def expanded(kept: dict[str, Any], where: str, notes: Notes) -> Expanded:
    """The items that a complex item is flown as; none where it does not say them.

    Args:
        kept: the complex item.
        where: for errors and notes.
        notes: told of what is not known here.

    Raises:
        PlanFileError: what it stores is damaged.
    """
    kind = kept.get("complexItemType")
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        notes.add(f"{where}: complex item '{shown(kind)}' is not known here; kept, but neither shown nor flown")
        return ()
    return known(kept, where, notes)


def _transects(kept: dict[str, Any], where: str, notes: Notes) -> Expanded:
    # what QGroundControl stores it flies; without it the way would have to be worked out anew
    style = mapping(kept.get("TransectStyleComplexItem", {}), where)
    stored = style.get("Items")
    if not isinstance(stored, list) or not stored:
        notes.add(f"{where}: its way is not stored in the file; kept, but neither shown nor flown")
        return ()
    return tuple(
        simple_item(mapping(one, where), f"{where}, its item {number}", notes) for number, one in enumerate(stored, 1)
    )


def _fixed_wing_landing(kept: dict[str, Any], where: str, notes: Notes) -> Expanded:
    return _landing(kept, where, notes, Cmd.LAND, (0.0, 0.0, 0.0, 0.0))


def _vtol_landing(kept: dict[str, Any], where: str, notes: Notes) -> Expanded:
    return _landing(kept, where, notes, Cmd.VTOL_LAND, (0.0, 0.0, 0.0, None))


_KINDS: dict[str, Callable[[dict[str, Any], str, Notes], Expanded]] = {
    "survey": _transects,
    "CorridorScan": _transects,
    "StructureScan": structure_items,
    "fwLandingPattern": _fixed_wing_landing,
    "vtolLandingPattern": _vtol_landing,
}


def _landing(kept: dict[str, Any], where: str, notes: Notes, command: Cmd, params: Params) -> Expanded:
    frame = FRAME_RELATIVE if _is_relative(kept, where, notes) else FRAME_GLOBAL
    land = _at(command, params, frame, _spot(kept, "landCoordinate", where, notes))
    camera = [item for key, items in _STOPS for item in items if _told(kept, key, where)]
    begin = _plain(Cmd.LAND_START, (0.0, 0.0, 0.0, 0.0), 0.0)
    return (begin, *_slower(kept, where, notes), *camera, _approach(kept, frame, where, notes), land)


def _is_relative(kept: dict[str, Any], where: str, notes: Notes) -> bool:
    if "altitudesAreRelative" in kept:
        return flag(kept["altitudesAreRelative"], where)
    # version 1 said it twice
    land = flag(required(kept, "landAltitudeRelative", where), where)
    loiter = flag(required(kept, "loiterAltitudeRelative", where), where)
    if land != loiter:
        notes.add(f"{where}: its two heights have different references; both are taken above home; check the plan")
    return land or loiter


def _approach(kept: dict[str, Any], frame: int, where: str, notes: Notes) -> PlanItem:
    key = "landingApproachCoordinate" if "landingApproachCoordinate" in kept else "loiterCoordinate"
    spot = _spot(kept, key, where, notes)
    if not _told(kept, "useLoiterToAlt", where, default=True):
        return _at(Cmd.WAYPOINT, (0.0, 0.0, 0.0, None), frame, spot)
    turn = 1.0 if flag(required(kept, "loiterClockwise", where), where) else -1.0
    radius_m = number(required(kept, "loiterRadius", where), where)
    # it leaves the circle only towards the landing, along the tangent
    return _at(Cmd.LOITER_TO_ALT, (1.0, radius_m * turn, 0.0, 1.0), frame, spot)


def _slower(kept: dict[str, Any], where: str, notes: Notes) -> Expanded:
    if not _told(kept, "useDoChangeSpeed", where):
        return ()
    speed_mps = number(required(kept, "finalApproachSpeed", where), where)
    notes.add(f"{where}: it slows to {speed_mps:g} m/s when landing begins; that this is airspeed, is an assumption")
    return (_plain(Cmd.CHANGE_SPEED, (_AIRSPEED, speed_mps, _NO_THROTTLE, 0.0), 0.0),)


def _told(kept: dict[str, Any], key: str, where: str, *, default: bool = False) -> bool:
    return flag(kept.get(key, default), where)


def _spot(kept: dict[str, Any], key: str, where: str, notes: Notes) -> Spot:
    found = place(required(kept, key, where), f"{where}, {key}")
    if found.height_m is None:
        raise PlanFileError(f"{where}: '{key}' has no height; give it latitude, longitude and height")
    check_height(found.height_m, where, notes)
    return found


def _at(command: Cmd, params: Params, frame: int, spot: Spot) -> PlanItem:
    return PlanItem(command=int(command), frame=frame, params=params, x=spot.lat_deg, y=spot.lon_deg, z=spot.height_m)


def _plain(command: int, params: Params, rest: float | None) -> PlanItem:
    return PlanItem(command=int(command), frame=FRAME_MISSION, params=params, x=rest, y=rest, z=rest)


_NONE: Params = (0.0, None, None, None)
_STOPS: tuple[tuple[str, Expanded], ...] = (
    (
        "stopTakingPhotos",
        (_plain(Cmd.CAMERA_DISTANCE, (0.0, 0.0, 0.0, 0.0), 0.0), _plain(Cmd.IMAGE_STOP, _NONE, None)),
    ),
    ("stopVideoPhotos", (_plain(VIDEO_STOP, _NONE, None),)),
)
"""The second key is QGroundControl's, misspelt as it is."""
