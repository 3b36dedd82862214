# SPDX-License-Identifier: Apache-2.0
"""Fences and rally points as the plain text of Mission Planner and MAVProxy (`.fen`, `fence.txt`, `.ral`). Pure.

Source: pymavlink, mavwp.py; Mission Planner, which writes spaces where MAVProxy writes tabs. What such a file
can't hold and would change where a vehicle may fly, is refused, not left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from groundstation.fleet.plans.files.fence_shapes import Polygon, ReturnPoint, items_of, opened, shapes_of
from groundstation.fleet.plans.files.plan_checks import check_place
from groundstation.fleet.plans.files.plan_file import Notes, PlanFile, PlanFileError, Spot
from groundstation.fleet.plans.files.qgc_limits import rally_point
from groundstation.fleet.plans.files.text_lines import field_number, fields, told_lines
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_RELATIVE, MAX_ITEMS, PlanItem, plain_frame

RALLY_WORD = "RALLY"
RALLY_FIELDS = 7
MAX_RALLY_M = 5_000.0
"""A height from which on it looks like one that was multiplied by 1000, as a loader of MAVProxy's library does."""


def read_fence_text(text: str) -> PlanFile:
    """A fence of the old kind: the return point, then the corners of one area to stay in, the first one again last.

    Raises:
        PlanFileError: a line is no latitude and longitude, or too few corners are there.
    """
    notes = Notes()
    lines = list(told_lines(text))
    if len(lines) > MAX_ITEMS:
        raise PlanFileError(f"{len(lines)} corners, {MAX_ITEMS} at most are read; simplify the fence")
    spots = [_corner(f"line {number}", fields(line)) for number, line in lines]
    # the first line is no corner, and a ring of fewer than three is refused
    corners = opened(spots[1:], "the fence", notes)
    fence = (*items_of(ReturnPoint(spots[0])), *items_of(Polygon(corners=corners, is_inside=True)))
    return PlanFile(fence=fence, notes=notes.said())


def _corner(where: str, parts: list[str]) -> Spot:
    if len(parts) != 2:
        raise PlanFileError(f"{where}: {len(parts)} fields, latitude and longitude are needed; correct it in the file")
    return Spot(*check_place(field_number(parts[0], where), field_number(parts[1], where), where), 0.0)


def read_rally_text(text: str) -> PlanFile:
    """Rally points of the old kind: a word, place, height, and what of it MAVLink's rally items no longer say.

    Raises:
        PlanFileError: a line is damaged; names it.
    """
    notes = Notes()
    lines = list(told_lines(text))
    if len(lines) > MAX_ITEMS:
        raise PlanFileError(f"{len(lines)} rally points, {MAX_ITEMS} at most are read; take some out")
    rally = tuple(_rally(f"line {number}", fields(line), notes) for number, line in lines)
    return PlanFile(rally=rally, notes=notes.said())


def _rally(where: str, parts: list[str], notes: Notes) -> PlanItem:
    if len(parts) != RALLY_FIELDS or parts[0].upper() != RALLY_WORD:
        raise PlanFileError(f"{where}: {RALLY_WORD} and {RALLY_FIELDS - 1} numbers are needed; correct it in the file")
    lat_deg, lon_deg, height_m, *rest = (field_number(part, where) for part in parts[1:])
    place = check_place(lat_deg, lon_deg, where)
    if height_m is None:
        raise PlanFileError(f"{where}: its height above home is not known; give it one")
    # taken as it stands: only the operator knows what it was
    if abs(height_m) >= MAX_RALLY_M:
        notes.add(f"{where}: {height_m:.0f} m is absurd for a rally point; a loader multiplies by 1000: check it")
    if any(rest):
        notes.add("heights to break off at, directions of landing and flags are left out: no rally item has them")
    return rally_point(Spot(*place, height_m))


def write_fence_text(fence: tuple[PlanItem, ...]) -> bytes:
    """A fence as text of the old kind.

    Raises:
        PlanFileError: it is not one area to stay in with one point to return to; says what to do.
    """
    if not fence:
        raise PlanFileError("there is no fence to be written; draw one, or write another kind of file")
    shapes = shapes_of(fence)
    areas = [shape for shape in shapes if isinstance(shape, Polygon) and shape.is_inside]
    points = [shape.spot for shape in shapes if isinstance(shape, ReturnPoint)]
    others = len(shapes) - len(areas) - len(points)
    if len(areas) != 1 or others:
        raise PlanFileError(
            f"a .fen file holds one area to stay in; here are {len(areas)}, and {others} other shapes; "
            "write .plan or .waypoints"
        )
    if len(points) != 1:
        raise PlanFileError(
            f"a .fen file holds one point to return to; here are {len(points)}; give it one, or write .plan"
        )
    corners = areas[0].corners
    return _text(f"{_degrees(one.lat_deg)} {_degrees(one.lon_deg)}" for one in (points[0], *corners, corners[0]))


def write_rally_text(rally: tuple[PlanItem, ...]) -> bytes:
    """Rally points as text of the old kind.

    Raises:
        PlanFileError: one of them is none that it can hold; names it, and what to do.
    """
    if not rally:
        raise PlanFileError("there are no rally points to be written; set some, or write another kind of file")
    return _text(_rally_line(item, f"rally point {number}") for number, item in enumerate(rally, 1))


def _rally_line(item: PlanItem, where: str) -> str:
    if item.command != Cmd.RALLY_POINT:
        raise PlanFileError(f"{where}: a .ral file does not hold command {item.command}; write .plan or .waypoints")
    if plain_frame(item.frame) != FRAME_RELATIVE:
        raise PlanFileError(f"{where}: a .ral file holds heights above home, its is another; write .plan or .waypoints")
    lat_deg, lon_deg = check_place(item.x, item.y, where)
    if item.z is None:
        raise PlanFileError(f"{where}: its height above home is not known; give it one")
    # height to break off at, direction of landing, flags
    return f"{RALLY_WORD} {_degrees(lat_deg)} {_degrees(lon_deg)} {item.z + 0.0:.2f} 0 0 0"


def _degrees(angle_deg: float) -> str:
    """As exactly as MAVLink counts; adding zero makes a plain zero of a negative one."""
    return f"{round(angle_deg, 7) + 0.0:.7f}"


def _text(lines: Iterable[str]) -> bytes:
    return "\n".join(("#saved by groundstation", *lines)).encode("ascii") + b"\n"
