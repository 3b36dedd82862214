# SPDX-License-Identifier: Apache-2.0
"""Reads and writes `QGC WPL`, the text that Mission Planner, MAVProxy and old QGroundControl share. Pure.

Source: mavlink-devguide, file_formats; pymavlink, mavwp.py (100, 110); QGroundControl, MissionController.cc (120).
It is read as liberally as the most liberal of them, and written so that the strictest takes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from groundstation.fleet.plans.files.fence_shapes import FENCE_COMMANDS, shapes_of
from groundstation.fleet.plans.files.plan_checks import (
    MAX_COMMAND,
    MAX_FRAME,
    check_height,
    check_item,
    check_place,
    shown,
)
from groundstation.fleet.plans.files.plan_file import Notes, PlanFile, PlanFileError, PlannedHome
from groundstation.fleet.plans.files.text_lines import field_number, field_whole, fields, told_lines
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, KINDS, MAX_ITEMS, PlanItem, PlanKind, plain_frame

HEADER = "QGC WPL 110"
FIELDS: dict[int, int] = {100: 13, 110: 12, 120: 12}
"""Of each line, by the version of the file."""
MAX_INDEX = 65_535
_FIRST_LINE = re.compile(r"QGC\s+WPL\s+(\S+)")
_ACTIONS: dict[int, int] = {
    2: Cmd.TAKEOFF,
    3: Cmd.RETURN,
    4: Cmd.LAND,
    24: Cmd.TAKEOFF,
    25: Cmd.WAYPOINT,
    26: Cmd.LAND,
    27: Cmd.LOITER_UNLIMITED,
}
"""MAV_ACTION of version 100 as commands (pymavlink, mavwp.py)."""
_ORDER_100 = (0, 1, 2, 5, 6, 3, 4, 9, 8, 10, 12)
_ORDER = (0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
"""Where index, frame, command, four parameters, latitude, longitude, height and autocontinue stand."""
_LIMIT_COMMANDS = FENCE_COMMANDS | {Cmd.RALLY_POINT}


class _Row(msgspec.Struct, frozen=True, gc=False):
    """A line of the file."""

    line: int
    index: int
    item: PlanItem


def is_wpl(text: str) -> bool:
    """Whether a text says that it is of this kind."""
    return any(_FIRST_LINE.match(line) is not None for _, line in _first(text))


def read_wpl(text: str) -> PlanFile:
    """The plan that a text says: its mission, or its fence or rally points where the commands are theirs.

    Raises:
        PlanFileError: a line is damaged; names it.
    """
    notes = Notes()
    version = _version(text)
    rows = _rows(text, version)
    home_row = rows[0] if _has_home(rows, version) else None
    rest = rows[1:] if home_row is not None else rows
    _check_order(rest, version, notes)
    checked = [check_item(row.item, f"line {row.line}, item {number}", notes) for number, row in enumerate(rest, 1)]
    kinds = _kinds(checked, notes)
    lists = {kind: tuple(item for item, own in zip(checked, kinds, strict=True) if own is kind) for kind in KINDS}
    flown = [row.index for row, kind in zip(rest, kinds, strict=True) if kind is PlanKind.MISSION]
    numbers = {home_row.index: 0} if home_row is not None else {}
    numbers |= {index: number for number, index in enumerate(flown, 1)}
    mission = (_with_target(item, number, numbers, notes) for number, item in enumerate(lists[PlanKind.MISSION], 1))
    # a fence with a wrong count of corners is refused by vehicles
    shapes_of(lists[PlanKind.FENCE])
    return PlanFile(
        mission=tuple(mission),
        fence=lists[PlanKind.FENCE],
        rally=lists[PlanKind.RALLY],
        home=_home(home_row, notes),
        notes=notes.said(),
    )


def _first(text: str) -> Iterable[tuple[int, str]]:
    for one in told_lines(text):
        return (one,)
    return ()


def _version(text: str) -> int:
    for number, line in _first(text):
        found = _FIRST_LINE.match(line)
        told = found.group(1) if found is not None else ""
        if told in map(str, FIELDS):
            return int(told)
        raise PlanFileError(f"line {number}: '{shown(line)}' is not {HEADER}; save it as version 110")
    raise PlanFileError("the file is empty; save it again where it was made")


def _rows(text: str, version: int) -> list[_Row]:
    lines = list(told_lines(text))[1:]
    if len(lines) > MAX_ITEMS + 1:
        raise PlanFileError(f"{len(lines)} items, {MAX_ITEMS} at most are read; split the plan")
    return [_row(number, line, version) for number, line in lines]


def _row(line: int, text: str, version: int) -> _Row:
    where = f"line {line}"
    # of a line with a field too many nobody can tell which one it is
    parts = fields(text)
    if len(parts) != FIELDS[version]:
        raise PlanFileError(f"{where}: {len(parts)} fields, {FIELDS[version]} are needed; correct it in the file")
    index, frame, command, *numbers, goes_on = (parts[at] for at in (_ORDER_100 if version == 100 else _ORDER))
    one, two, three, four, x, y, z = (field_number(part, where) for part in numbers)
    told = field_whole(command, MAX_COMMAND, f"{where}, command")
    item = PlanItem(
        command=int(_ACTIONS.get(told, told)) if version == 100 else told,
        frame=field_whole(frame, MAX_FRAME, f"{where}, frame"),
        params=(one, two, three, four),
        x=x,
        y=y,
        z=z,
        goes_on=field_number(goes_on, where) != 0.0,
    )
    return _Row(line, field_whole(index, MAX_INDEX, f"{where}, index"), item)


def _has_home(rows: list[_Row], version: int) -> bool:
    # fences and rally points of MAVProxy begin at once; those of Mission Planner have the line of home
    return version != 120 and bool(rows) and rows[0].index == 0 and rows[0].item.command not in _LIMIT_COMMANDS


def _home(row: _Row | None, notes: Notes) -> PlannedHome | None:
    if row is None:
        return None
    where, item = f"line {row.line}, home", row.item
    # pymavlink writes command 0 for a home that it does not know
    if item.command not in {0, Cmd.WAYPOINT}:
        notes.add(f"{where}: its command {item.command} is not flown: the first line is always home")
    if not (item.x or item.y):
        return None
    lat_deg, lon_deg = check_place(item.x, item.y, where)
    check_height(item.z, where, notes)
    if plain_frame(item.frame) == FRAME_GLOBAL:
        return PlannedHome(lat_deg, lon_deg, item.z)
    notes.add(f"{where}: its height is not one above the sea, and is left out")
    return PlannedHome(lat_deg, lon_deg)


def _check_order(rows: list[_Row], version: int, notes: Notes) -> None:
    first = 0 if version == 120 or (rows and rows[0].index == 0) else 1
    if any(row.index != number for number, row in enumerate(rows, first)):
        notes.add("the lines are not numbered one after the other; they are taken in the order in which they stand")


def _kinds(items: list[PlanItem], notes: Notes) -> list[PlanKind]:
    # PX4 has the approaches of a VTOL behind each rally point
    is_rally = bool(items) and items[0].command == Cmd.RALLY_POINT
    if is_rally and all(item.command in {Cmd.RALLY_POINT, Cmd.LOITER_TO_ALT} for item in items):
        return [PlanKind.RALLY] * len(items)
    kinds = [_KIND_OF.get(item.command, PlanKind.MISSION) for item in items]
    if len(set(kinds)) > 1:
        notes.add("mission, fence and rally items stand in one file; each was put into its own list")
    return kinds


_KIND_OF: dict[int, PlanKind] = {
    **{int(command): PlanKind.FENCE for command in FENCE_COMMANDS},
    int(Cmd.RALLY_POINT): PlanKind.RALLY,
}


def _with_target(item: PlanItem, number: int, numbers: dict[int, int], notes: Notes) -> PlanItem:
    if item.command != Cmd.JUMP:
        return item
    index = item.params[0]
    target = None if index is None else numbers.get(int(index)) if index.is_integer() else None
    if target is None:
        notes.add(f"item {number}: jumps to {shown(index)}, where no item is; kept as it is")
        return item
    return msgspec.structs.replace(item, params=(float(target), *item.params[1:]))


def write_wpl(plan: PlanFile, kind: PlanKind = PlanKind.MISSION) -> bytes:
    """One list of a plan as a file for any program.

    Args:
        plan: what to write.
        kind: which of its lists: such a file holds one.
    """
    home = plan.home or PlannedHome(0.0, 0.0)
    first = PlanItem(command=Cmd.WAYPOINT, frame=FRAME_GLOBAL, x=home.lat_deg, y=home.lon_deg, z=home.amsl_m or 0.0)
    rows = [_written(0, first), *(_written(number, item) for number, item in enumerate(plan.items(kind), 1))]
    return "\n".join((HEADER, *rows)).encode("ascii") + b"\n"


def _written(number: int, item: PlanItem) -> str:
    numbers = (*item.params, item.x, item.y, item.z)
    # adding zero makes a plain zero of a negative one
    told = ("nan" if value is None else f"{round(value, 8) + 0.0:.8f}" for value in numbers)
    starts = (str(number), str(int(number == 0)), str(item.frame), str(int(item.command)))
    return "\t".join((*starts, *told, str(int(item.goes_on))))
