# SPDX-License-Identifier: Apache-2.0
"""Plans as files and in words, for the command line."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import platformdirs

from groundstation.app.ground_work import ground_heights
from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.files.fleet_file import SUFFIX, part_names, read_fleet, write_fleet
from groundstation.fleet.plans.files.plan_file import MAX_BYTES, PlanFile, PlannedHome
from groundstation.fleet.plans.files.plan_formats import read_plan, write_plan
from groundstation.fleet.plans.fleet_plan import FleetPlan
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_battery import battery_finding
from groundstation.fleet.plans.plan_check import Checked, Finding, findings
from groundstation.fleet.plans.plan_commands import label_of
from groundstation.fleet.plans.plan_flight import flight_of
from groundstation.fleet.plans.plan_items import FRAME_TERRAIN, PlanItem, PlanKind, plain_frame
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.plan_summary import plan_summary
from groundstation.fleet.plans.survey.survey_file import qgc_plan_of
from groundstation.ui.plans.plan_port import PlanAccess, PlanDraft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundstation.app.ordering import Desk
    from groundstation.fleet.identity import VehicleKey
    from groundstation.fleet.vehicle import VehicleState

MAV_AUTOPILOTS = {3: Autopilot.ARDUPILOT, 12: Autopilot.PX4}
"""MAV_AUTOPILOT of files."""
MAV_TYPES = {
    1: VehicleKind.PLANE,
    **dict.fromkeys((2, 13, 14, 15, 29), VehicleKind.MULTICOPTER),
    4: VehicleKind.HELICOPTER,
    10: VehicleKind.ROVER,
    11: VehicleKind.BOAT,
    **dict.fromkeys(range(19, 26), VehicleKind.VTOL),
}
"""MAV_TYPE of files."""
SHOWN_ITEMS = 30


def read_file(path: Path) -> PlanFile:
    """The plan in a file.

    Raises:
        GroundStationError: it can't be read, or holds none; says why.
    """
    return read_plan(path.name, _bytes_of(path))


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise GroundStationError(f"{path} can't be read ({error.strerror or error})") from error


def write_file(plan: PlanFile, path: Path, *, may_replace: bool, kind: PlanKind | None = None) -> None:
    """Write a plan, whole or not at all.

    Raises:
        GroundStationError: it can't be written, or is there already; says why.
    """
    _put(write_plan(path.suffix, plan, kind), path, may_replace=may_replace)


def _put(data: bytes, path: Path, *, may_replace: bool) -> None:
    if path.exists() and not may_replace:
        raise UsageError(f"{path} is there already; say --yes to write over it, or take another name")
    try:
        write_whole(data, path)
    except OSError as error:
        raise GroundStationError(f"{path} can't be written ({error.strerror or error})") from error


def read_fleet_file(path: Path) -> FleetPlan:
    """The plans in a file: those of a fleet, or one of any kind.

    Raises:
        GroundStationError: it can't be read, or holds none; says why.
    """
    return read_fleet(path.name, _bytes_of(path))


def write_fleet_file(fleet: FleetPlan, part: int, path: Path) -> None:
    """Write all plans, or, where such a file holds only one, the part of this index; whole or not at all.

    Raises:
        GroundStationError: it can't be written; says why.
    """
    if path.suffix.lower() != SUFFIX:
        _write(fleet, part, path, may_replace=True)
        return
    try:
        write_whole(write_fleet(fleet), path)
    except OSError as error:
        raise GroundStationError(f"{path} can't be written ({error.strerror or error})") from error


def write_parts(fleet: FleetPlan, folder: Path, stem: str, *, may_replace: bool = False) -> int:
    """Write a `.plan` for each part that has something in it; those that are there already stay, unless told.

    Returns:
        How many were written.

    Raises:
        GroundStationError: one can't be written, or is there already; says which.
    """
    written = 0
    for at, (part, name) in enumerate(zip(fleet.parts, part_names(fleet, stem), strict=True)):
        if part.plan.mission or part.plan.fence or part.plan.rally:
            _write(fleet, at, folder / f"{name}.plan", may_replace=may_replace)
            written += 1
    return written


def _write(fleet: FleetPlan, part: int, path: Path, *, may_replace: bool) -> None:
    """A part as a file, its surveys so that QGroundControl can edit them."""
    if path.suffix.lower() != ".plan":
        write_file(fleet.parts[part].plan, path, may_replace=may_replace)
        return
    _put(qgc_plan_of(fleet, part), path, may_replace=may_replace)


def preview(plan: PlanFile, kind: str) -> Iterator[str]:
    """What a plan holds, in lines."""
    home = _home(plan)
    items = plan.items(PlanKind(kind))
    others = {name: len(plan.items(PlanKind(name))) for name in ("mission", "fence", "rally") if name != kind}
    beside = ", ".join(f"{count} {name} items" for name, count in others.items() if count)
    yield f"{len(items)} {kind} items" + (f"; beside them {beside}" if beside else "")
    if kind == PlanKind.MISSION.value and items:
        told = plan_summary(items, home, plan.home.amsl_m if plan.home is not None else None)
        heights = "" if told.lowest_m is None else f", {told.lowest_m:.0f} to {told.highest_m:.0f} m above home"
        away = "" if told.farthest_m is None else f", up to {told.farthest_m:.0f} m from home"
        yield f"{told.length_m / 1000.0:.2f} km over {told.points} points{heights}{away}"
    yield from itertools.starmap(_line, enumerate(items[:SHOWN_ITEMS], start=1))
    if len(items) > SHOWN_ITEMS:
        yield f"     and {len(items) - SHOWN_ITEMS} more"
    for note in plan.notes:
        yield f"note: {note}"


_FRAMES = {0: "amsl", 3: "rel", FRAME_TERRAIN: "gnd"}


def _line(number: int, item: PlanItem) -> str:
    place = f"{item.x:11.7f} {item.y:12.7f}" if item.x or item.y else f"{'':24}"
    frame = _FRAMES.get(plain_frame(item.frame), "")
    height = f"{item.z:7.1f} m {frame:4}" if frame and item.z is not None else f"{'':14}"
    params = " ".join("-" if one is None else f"{one:g}" for one in item.params)
    return f"{number:4}  {label_of(item.command):24} {place} {height} {params}".rstrip()


def _home(plan: PlanFile) -> Place | None:
    return Place(plan.home.lat_deg, plan.home.lon_deg) if plan.home is not None else None


def checked(plan: PlanFile, autopilot: str, kind: str, endurance_s: float | None = None) -> tuple[Finding, ...]:
    """What is to be said of a plan.

    Args:
        plan: which.
        autopilot: for whose firmware; empty for what the plan says.
        kind: of the vehicle; likewise.
        endurance_s: that a full battery lasts; None for what such a vehicle usually flies.

    Raises:
        UsageError: there is no such autopilot or kind.
    """
    looked_at = Checked(
        items=plan.mission,
        fence=plan.fence,
        home=_home(plan),
        home_amsl_m=plan.home.amsl_m if plan.home is not None else None,
        autopilot=autopilot_of(autopilot, plan),
        kind=kind_of(kind, plan),
    )
    battery = battery_of(plan, looked_at, endurance_s)
    found = (*findings(looked_at), *((battery,) if battery is not None else ()))
    return tuple(sorted(found, key=lambda one: one.rank))


def battery_of(plan: PlanFile, looked_at: Checked, endurance_s: float | None = None) -> Finding | None:
    """What is to be said of the battery; None for nothing.

    Args:
        plan: with its speeds.
        looked_at: its mission, and what is known of who flies it.
        endurance_s: that a full battery lasts; None for what such a vehicle usually flies.
    """
    is_wing = looked_at.kind in (VehicleKind.PLANE, VehicleKind.VTOL)
    cruise_mps = plan.cruise_mps if is_wing else plan.hover_mps
    pace = pace_of(looked_at.kind, looked_at.autopilot, cruise_mps, endurance_s)
    flight = flight_of(looked_at.items, looked_at.home, looked_at.home_amsl_m, pace)
    return battery_finding(flight, pace, len(looked_at.items))


def beyond_battery(plan: PlanFile, state: VehicleState | None, endurance_s: float | None = None) -> Finding | None:
    """What somebody has to agree to before a vehicle is given a plan; None for nothing.

    Args:
        plan: that it is to be given.
        state: what is known of the vehicle; None for nothing.
        endurance_s: that its battery lasts; None for what such a vehicle usually flies.
    """
    info, home = (state.info, state.home) if state is not None else (None, None)
    place, amsl_m = _home(plan), plan.home.amsl_m if plan.home is not None else None
    if home is not None and home.lat_deg is not None and home.lon_deg is not None:
        place, amsl_m = Place(home.lat_deg, home.lon_deg), home.height_amsl_m
    looked_at = Checked(
        items=plan.mission,
        home=place,
        home_amsl_m=amsl_m,
        autopilot=info.autopilot if info is not None else autopilot_of("", plan),
        kind=info.kind if info is not None else kind_of("", plan),
    )
    found = battery_of(plan, looked_at, endurance_s)
    return found if found is not None and found.asks else None


def autopilot_of(said: str, plan: PlanFile) -> Autopilot:
    """Whose firmware is meant: as it was said, else as the plan says.

    Raises:
        UsageError: there is no such autopilot.
    """
    found = Autopilot(said) if said else MAV_AUTOPILOTS.get(plan.firmware or -1, Autopilot.UNKNOWN)
    if said and found is Autopilot.UNKNOWN:
        raise UsageError(f"--autopilot '{said[:40]}': there are ardupilot and px4")
    return found


def kind_of(said: str, plan: PlanFile) -> VehicleKind:
    """What kind of vehicle is meant: as it was said, else as the plan says.

    Raises:
        UsageError: there is no such kind.
    """
    found = VehicleKind(said) if said else MAV_TYPES.get(plan.vehicle or -1, VehicleKind.UNKNOWN)
    if said and found is VehicleKind.UNKNOWN:
        names = ", ".join(one.value for one in VehicleKind if one is not VehicleKind.UNKNOWN)
        raise UsageError(f"--kind '{said[:40]}': there are {names}")
    return found


def list_of(desk: Desk, key: VehicleKey, kind: PlanKind) -> tuple[PlanItem, ...] | None:
    """What a vehicle has, as its bridge told it; None before the list came."""
    state = desk.fleet.get(key)
    found = state.plan_list(kind) if state is not None else None
    return found.items if found is not None else None


def told_list(desk: Desk, key: VehicleKey, kind: PlanKind, items: tuple[PlanItem, ...]) -> PlanFile:
    """A list of a vehicle as a file would have it."""
    state = desk.fleet.get(key)
    home = state.home if state is not None else None
    planned = None
    if home is not None and home.lat_deg is not None and home.lon_deg is not None:
        planned = PlannedHome(home.lat_deg, home.lon_deg, home.height_amsl_m)
    numbers = {one: number for number, one in MAV_AUTOPILOTS.items()}
    info = state.info if state is not None else None
    return PlanFile(
        **{kind.value: items},  # type: ignore[arg-type]
        home=planned,
        firmware=numbers.get(info.autopilot) if info is not None else None,
        vehicle=info.mav_type if info is not None else None,
    )


DRAFT_FORMAT = 2


class _Draft(msgspec.Struct):
    """What is written aside."""

    format: int
    plan: FleetPlan
    file: str = ""
    """Where it was opened or saved last; empty for nowhere."""


def read_draft(path: Path) -> PlanDraft | None:
    """The plan that was not saved; None where there is none, or it is of another version.

    Raises:
        GroundStationError: it is there and can't be read.
    """
    try:
        draft = msgspec.json.decode(path.read_bytes(), type=_Draft)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GroundStationError(f"{path} can't be read ({error.strerror or error})") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if draft.format != DRAFT_FORMAT or not draft.plan.parts:
        return None
    return PlanDraft(draft.plan, Path(draft.file) if draft.file else None)


def write_draft(draft: PlanDraft | None, path: Path) -> None:
    """Keep what is not saved yet; None takes it away.

    Raises:
        GroundStationError: it can't be written; says why.
    """
    try:
        if draft is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        file = str(draft.file) if draft.file is not None else ""
        write_whole(msgspec.json.encode(_Draft(DRAFT_FORMAT, draft.plan, file)), path)
    except OSError as error:
        raise GroundStationError(f"the plan can't be kept aside in {path} ({error.strerror or error})") from error


def plan_access() -> PlanAccess:
    """The window's ways to plans."""
    return PlanAccess(
        read=read_fleet_file,
        # the dialog has asked whether to write over a file
        write=write_fleet_file,
        write_parts=write_parts,
        ground=ground_heights,
        draft=platformdirs.user_data_path("groundstation", appauthor=False) / "plan-draft.json",
        read_draft=read_draft,
        write_draft=write_draft,
    )
