# SPDX-License-Identifier: Apache-2.0
"""Reads QGroundControl's plans (`.plan`). Pure.

Source: QGroundControl, docs/en/qgc-dev-guide/file_formats/plan.md, and MissionController.cc, GeoFenceController.cc,
RallyPointController.cc, which say what is required. What is not known here is kept for who writes the plan back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from groundstation.fleet.plans.files.json_text import decoded, encoded
from groundstation.fleet.plans.files.plan_checks import (
    check_height,
    mapping,
    number,
    number_or_none,
    place,
    required,
    sequence,
    shown,
    whole,
)
from groundstation.fleet.plans.files.plan_file import Notes, PlanFile, PlanFileError, PlannedHome
from groundstation.fleet.plans.files.qgc_complex import expanded
from groundstation.fleet.plans.files.qgc_limits import fence_of, rally_of
from groundstation.fleet.plans.files.qgc_simple import HeightMode, simple_item
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import MAX_ITEMS, PlanItem

FILE_VERSION, MISSION_VERSION = 1, 2
MAX_TYPE = 1_000
"""Of MAV_AUTOPILOT and MAV_TYPE."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a mission's `items`."""

    kept: dict[str, Any]
    items: tuple[PlanItem, ...]
    is_simple: bool


def read_qgc_plan(text: str) -> PlanFile:
    """The plan that a text of JSON says.

    Raises:
        PlanFileError: it is no plan, or a damaged one; names the item or key.
    """
    return plan_of(mapping(decoded(text), "the file"))


def plan_of(document: dict[str, Any]) -> PlanFile:
    """The plan of a document; see `read_qgc_plan`."""
    notes = Notes()
    if required(document, "fileType", "the file") != "Plan":
        raise PlanFileError(f"fileType is {shown(document['fileType'])} and not 'Plan'; save it as a plan")
    _check_version(document, FILE_VERSION, "the file")
    mission = mapping(required(document, "mission", "the file"), "mission")
    _check_version(mission, MISSION_VERSION, "mission")
    entries = entries_of(mission, notes)
    # 0 is MAV_AUTOPILOT_GENERIC: any
    firmware = whole(mission.get("firmwareType", 0), MAX_TYPE, "mission, firmwareType") or None
    vehicle = mission.get("vehicleType")
    return PlanFile(
        mission=tuple(item for entry in entries for item in entry.items),
        fence=fence_of(document, notes),
        rally=rally_of(document, notes),
        home=_home(mission, notes),
        firmware=firmware,
        vehicle=None if vehicle is None else whole(vehicle, MAX_TYPE, "mission, vehicleType"),
        cruise_mps=_speed(mission, "cruiseSpeed", notes),
        hover_mps=_speed(mission, "hoverSpeed", notes),
        notes=notes.said(),
        # as text: a frozen value holds nothing that can be changed
        kept=encoded(document),
    )


def _check_version(holder: dict[str, Any], version: int, where: str) -> None:
    found = required(holder, "version", where)
    if isinstance(found, bool) or found != version:
        raise PlanFileError(
            f"{where}: version {shown(found)} is not {version}; open it in the newest QGroundControl and save it again"
        )


def entries_of(mission: dict[str, Any], notes: Notes) -> list[Entry]:
    """What stands in a mission, with the items that each is flown as; jumps say numbers of items.

    Raises:
        PlanFileError: an item is damaged, too many are there, or a jump leads nowhere.
    """
    found: list[Entry] = []
    count = 0
    for kept in sequence(required(mission, "items", "mission"), "mission, items"):
        entry = _entry(kept, count + 1, notes)
        count += len(entry.items)
        found.append(entry)
    if count > MAX_ITEMS:
        raise PlanFileError(f"the mission has {count} items, {MAX_ITEMS} at most are read; split the plan")
    if any(entry.kept.get("AltitudeMode") == HeightMode.GROUND_WORKED_OUT for entry in found):
        notes.add("heights above ground were worked out when the plan was drawn, and are flown as heights above sea")
    return _with_jumps(found, notes)


def _entry(kept: Any, number: int, notes: Notes) -> Entry:
    where = f"item {number}"
    kept = mapping(kept, where)
    kind = required(kept, "type", where)
    if kind == "SimpleItem":
        return Entry(kept, (simple_item(kept, where, notes),), is_simple=True)
    if kind == "ComplexItem":
        return Entry(kept, expanded(kept, where, notes), is_simple=False)
    raise PlanFileError(f"{where}: type {shown(kind)} is neither SimpleItem nor ComplexItem; correct it in the file")


def numbered(entries: list[Entry]) -> Iterator[tuple[int, Entry]]:
    """Entries, each with the number of its first item."""
    first = 1
    for entry in entries:
        yield first, entry
        first += len(entry.items)


def _with_jumps(entries: list[Entry], notes: Notes) -> list[Entry]:
    if not any(entry.is_simple and entry.items[0].command == Cmd.JUMP for entry in entries):
        return entries
    # complex items are no targets in QGroundControl, though their items count
    numbers: dict[float, int] = {}
    for first, entry in numbered(entries):
        mark = entry.kept.get("doJumpId")
        if entry.is_simple and isinstance(mark, int | float):
            if mark in numbers:
                notes.add(f"item {first}: its doJumpId {shown(mark)} is that of item {numbers[mark]}, where jumps lead")
            numbers.setdefault(mark, first)
    return [_with_target(entry, first, numbers) for first, entry in numbered(entries)]


def _with_target(entry: Entry, first: int, numbers: dict[float, int]) -> Entry:
    if not entry.is_simple or entry.items[0].command != Cmd.JUMP:
        return entry
    item = entry.items[0]
    mark = item.params[0]
    # QGroundControl refuses the whole file too
    if mark is None or mark not in numbers:
        raise PlanFileError(f"item {first}: jumps to doJumpId {shown(mark)}, which no item has; correct it in the file")
    jump = msgspec.structs.replace(item, params=(float(numbers[mark]), *item.params[1:]))
    return Entry(entry.kept, (jump,), is_simple=True)


def _home(mission: dict[str, Any], notes: Notes) -> PlannedHome | None:
    kept = mission.get("plannedHomePosition")
    if not isinstance(kept, list) or len(kept) < 2 or None in kept[:2]:
        notes.add("the planned home is not known")
        return None
    spot = place(kept, "plannedHomePosition")
    # what programs write that know none
    if spot.lat_deg == spot.lon_deg == 0.0:
        return None
    check_height(spot.height_m, "plannedHomePosition", notes)
    return PlannedHome(spot.lat_deg, spot.lon_deg, spot.height_m)


def _speed(mission: dict[str, Any], key: str, notes: Notes) -> float | None:
    speed_mps = number_or_none(mission.get(key), f"mission, {key}")
    if speed_mps is not None and number(speed_mps, key) <= 0.0:
        notes.add(f"{key} is {speed_mps:g} m/s and left out")
        return None
    return speed_mps
