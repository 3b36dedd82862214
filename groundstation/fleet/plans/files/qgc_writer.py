# SPDX-License-Identifier: Apache-2.0
"""Writes QGroundControl's plans (`.plan`), with everything in them that only QGroundControl knows. Pure.

The plan that a `PlanFile` came from is kept as it was; what was not changed since is written as it stood there, down to
keys that nobody here has heard of. A survey stays a survey as long as its items are the ones that it stored.
"""

from __future__ import annotations

from typing import Any

from groundstation.fleet.plans.files.json_text import decoded, laid_out
from groundstation.fleet.plans.files.kept_entries import Match, matched
from groundstation.fleet.plans.files.plan_checks import mapping
from groundstation.fleet.plans.files.plan_file import Notes, PlanFile, PlanFileError
from groundstation.fleet.plans.files.qgc_limits import LIMITS_VERSION, write_fence, write_rally
from groundstation.fleet.plans.files.qgc_plan import FILE_VERSION, MISSION_VERSION, Entry, entries_of, plan_of
from groundstation.fleet.plans.files.qgc_simple import (
    FRAME_MODES,
    HeightMode,
    ShownHeight,
    plain_number,
    shown_height,
    written_simple,
)
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem

GROUND_STATION = "groundstation"


def write_qgc_plan(plan: PlanFile) -> bytes:
    """The plan as a file for QGroundControl.

    Raises:
        PlanFileError: it holds what no such file can hold; says which item and what to do.
    """
    document = _document(plan)
    before = plan_of(document) if plan.kept else PlanFile()
    mission = document["mission"]
    if plan.mission != before.mission:
        mission["items"] = _written(plan.mission, entries_of(mission, Notes()))
    for key, now, then in (
        ("cruiseSpeed", plan.cruise_mps, before.cruise_mps),
        ("hoverSpeed", plan.hover_mps, before.hover_mps),
        ("firmwareType", plan.firmware, before.firmware),
        ("vehicleType", plan.vehicle, before.vehicle),
    ):
        _put(mission, key, now, then)
    if plan.home != before.home or "plannedHomePosition" not in mission:
        home = plan.home
        mission["plannedHomePosition"] = [home.lat_deg, home.lon_deg, home.amsl_m] if home else [0, 0, 0]
    # required by QGroundControl, also where the firmware does not matter
    mission.setdefault("firmwareType", 0)
    if plan.fence != before.fence:
        write_fence(document, plan.fence)
    if plan.rally != before.rally:
        write_rally(document, plan.rally)
    return laid_out(document)


def _put(mission: dict[str, Any], key: str, now: float | None, then: float | None) -> None:
    if now == then:
        return
    mission.pop(key, None)
    if now is not None:
        mission[key] = plain_number(float(now))


def _document(plan: PlanFile) -> dict[str, Any]:
    document = mapping(decoded(plan.kept), "the file") if plan.kept else {}
    frames = {item.frame for item in plan.mission if item.frame in FRAME_MODES}
    mode = FRAME_MODES[frames.pop()] if len(frames) == 1 else HeightMode.MIXED
    new = {"version": MISSION_VERSION, "items": [], "globalPlanAltitudeMode": int(mode)}
    # its reader refuses a plan in which one of these is missing
    defaults: dict[str, Any] = {
        "fileType": "Plan",
        "version": FILE_VERSION,
        "groundStation": GROUND_STATION,
        "mission": new,
        "geoFence": {"version": LIMITS_VERSION, "circles": [], "polygons": []},
        "rallyPoints": {"version": LIMITS_VERSION, "points": []},
    }
    return defaults | document


def shown_heights(plan: PlanFile) -> tuple[ShownHeight | None, ...]:
    """The height of each item of the mission as its operator gave it; what is flown is the item's `z`.

    Returns:
        One for each item; None for items without a height.

    Raises:
        PlanFileError: what is kept in the plan is damaged.
    """
    entries = entries_of(_document(plan)["mission"], Notes())
    found: list[ShownHeight | None] = []
    for match in matched(plan.mission, entries):
        # what an operator said of an item that was changed since is no longer true
        kept = match.entry.kept if match.entry is not None and match.is_same and match.entry.is_simple else {}
        found.extend(shown_height(kept, item) for item in match.items)
    return tuple(found)


def _written(items: tuple[PlanItem, ...], entries: list[Entry]) -> list[dict[str, Any]]:
    matches = matched(items, entries)
    targets = _targets(items)
    made: list[dict[str, Any]] = []
    number = 1
    for match in matches:
        numbers = range(number, number + len(match.items))
        # a jump can't lead into what QGroundControl has as one: its items are written one by one then
        if match.entry is not None and not match.entry.is_simple and targets.isdisjoint(numbers):
            made.append(match.entry.kept)
        else:
            made.extend(_simple(match, item, at) for at, item in zip(numbers, match.items, strict=True))
        number += len(match.items)
    return made


def _simple(match: Match, item: PlanItem, number: int) -> dict[str, Any]:
    entry = match.entry
    if entry is None or not entry.is_simple:
        return written_simple(item, number, None, None)
    return written_simple(item, number, entry.kept, entry.items[0])


def _targets(items: tuple[PlanItem, ...]) -> set[int]:
    found: set[int] = set()
    for number, item in enumerate(items, 1):
        if item.command != Cmd.JUMP:
            continue
        target = item.params[0]
        if target is None or not target.is_integer() or not 1 <= target <= len(items):
            raise PlanFileError(f"item {number}: jumps to {target}, where no item is; let it lead to an item first")
        found.add(int(target))
    return found
