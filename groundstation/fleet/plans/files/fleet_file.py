# SPDX-License-Identifier: Apache-2.0
"""Plans of several vehicles in one file, `.fleet`: JSON, each part a plan as QGroundControl writes it. Pure.

Whoever wants one part alone in another program takes its `plan` object out, or has it written as a file by ours.
"""

from __future__ import annotations

from typing import Any

from groundstation.fleet.identity import Root, VehicleKey, is_vehicle_id
from groundstation.fleet.plans.files.json_text import decoded, encoded, laid_out
from groundstation.fleet.plans.files.plan_checks import mapping, required, sequence, shown, whole
from groundstation.fleet.plans.files.plan_file import MAX_BYTES, PlanFile, PlanFileError
from groundstation.fleet.plans.files.plan_formats import read_plan
from groundstation.fleet.plans.files.qgc_plan import plan_of
from groundstation.fleet.plans.fleet_plan import MAX_NAME, MAX_PARTS, FleetPlan, PlanPart
from groundstation.fleet.plans.survey.survey_file import qgc_plan_of, surveys_as_json, surveys_in, surveys_of_json

FILE_TYPE, VERSION = "FleetPlan", 1
SUFFIX = ".fleet"
_OWN = frozenset({"fileType", "version", "groundStation", "parts", "surveys"})
MAX_SORTIE = 1_000
_ROOTS = frozenset({Root.FLEET.value, Root.SIM.value})


def read_fleet(name: str, data: bytes) -> FleetPlan:
    """What a file holds: a fleet's plans, or a single plan of any kind as one part.

    Args:
        name: of the file, for its errors only.
        data: all of it.

    Raises:
        PlanFileError: it holds none; says where, and what to do.
    """
    if (
        len(data) > MAX_BYTES
        or FILE_TYPE.encode() not in data
        or not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    ):
        return _one(read_plan(name, data))
    try:
        document = decoded(data.decode("utf-8-sig"))
        if not isinstance(document, dict) or document.get("fileType") != FILE_TYPE:
            return _one(read_plan(name, data))
        return _fleet_of(document)
    except UnicodeDecodeError:
        raise PlanFileError(f"{shown(name)}: this is no text in UTF-8; save it again as UTF-8") from None
    except PlanFileError as error:
        raise PlanFileError(f"{shown(name)}: {error}") from None


def _one(plan: PlanFile) -> FleetPlan:
    return FleetPlan(parts=(PlanPart(plan=plan),), surveys=surveys_in(plan))


def _fleet_of(document: dict[str, Any]) -> FleetPlan:
    version = required(document, "version", "the file")
    if version != VERSION:
        raise PlanFileError(f"version {shown(version)} of a fleet's plans, {VERSION} is read; update the program")
    told = sequence(required(document, "parts", "the file"), "parts")
    if not told or len(told) > MAX_PARTS:
        raise PlanFileError(f"{len(told)} parts; there may be 1 to {MAX_PARTS}")
    parts = tuple(_part(one, f"part {number}") for number, one in enumerate(told, start=1))
    vehicles = [one.vehicle for one in parts if one.vehicle is not None]
    if len(set(vehicles)) != len(vehicles):
        raise PlanFileError("two parts are for the same vehicle; give one of them to another")
    more = {key: value for key, value in document.items() if key not in _OWN}
    surveys = surveys_of_json(document["surveys"], parts) if "surveys" in document else ()
    return FleetPlan(parts=parts, surveys=surveys, kept=encoded(more) if more else "")


def _part(told: Any, where: str) -> PlanPart:
    entry = mapping(told, where)
    try:
        plan = plan_of(mapping(required(entry, "plan", where), where))
    except PlanFileError as error:
        raise PlanFileError(f"{where}: {error}") from None
    name = entry.get("name", "")
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise PlanFileError(f"{where}: name is {shown(name)}; it is a text of at most {MAX_NAME} characters")
    sortie = whole(entry.get("sortie", 1), MAX_SORTIE, f"{where}, sortie")
    return PlanPart(plan=plan, vehicle=_vehicle(entry, where), name=name, sortie=max(1, sortie))


def _vehicle(entry: dict[str, Any], where: str) -> VehicleKey | None:
    told = entry.get("vehicle")
    if told is None:
        return None
    root, _, vehicle = told.partition("/") if isinstance(told, str) else ("", "", "")
    if root not in _ROOTS or not is_vehicle_id(vehicle):
        raise PlanFileError(f"{where}: vehicle is {shown(told)}; it is 'fleet/' or 'sim/' and an id")
    return VehicleKey(root, vehicle)


def write_fleet(fleet: FleetPlan) -> bytes:
    """All parts as one file.

    Raises:
        PlanFileError: one of them holds what no file can hold; says which.
    """
    document: dict[str, Any] = decoded(fleet.kept) if fleet.kept else {}
    parts = [_written(fleet, index) for index in range(len(fleet.parts))]
    document |= {"fileType": FILE_TYPE, "version": VERSION, "groundStation": "groundstation", "parts": parts}
    if fleet.surveys:
        document["surveys"] = surveys_as_json(fleet)
    return laid_out(document)


def _written(fleet: FleetPlan, index: int) -> dict[str, Any]:
    part = fleet.parts[index]
    try:
        entry: dict[str, Any] = {"plan": decoded(qgc_plan_of(fleet, index).decode())}
    except PlanFileError as error:
        raise PlanFileError(f"part {index + 1} {part.label}: {error}") from None
    if part.vehicle is not None:
        entry["vehicle"] = str(part.vehicle)
    if part.name:
        entry["name"] = part.name
    if part.sortie != 1:
        entry["sortie"] = part.sortie
    return entry


def part_names(fleet: FleetPlan, stem: str) -> list[str]:
    """What the files of the parts are called, without an ending; no two are the same.

    Args:
        fleet: whose parts.
        stem: how each begins.
    """
    found: list[str] = []
    for number, part in enumerate(fleet.parts, start=1):
        label = "".join(one if one.isalnum() or one in "-_" else "-" for one in part.label)[:MAX_NAME]
        name = f"{stem}-{label}" if label else f"{stem}-{number}"
        # two spellings of a name are one file on some disks
        taken = {one.casefold() for one in found}
        found.append(name if name.casefold() not in taken else f"{name}-{number}")
    return found
