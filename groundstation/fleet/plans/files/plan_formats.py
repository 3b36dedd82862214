# SPDX-License-Identifier: Apache-2.0
"""Opens any file that a plan may be in, by what it says and not by what it is called, and writes plans. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from groundstation.fleet.plans.files.drawing import features_of
from groundstation.fleet.plans.files.geojson import TYPES, read_geojson, write_geojson
from groundstation.fleet.plans.files.json_text import decoded
from groundstation.fleet.plans.files.kml import read_kml, write_kml
from groundstation.fleet.plans.files.limit_text import (
    RALLY_WORD,
    read_fence_text,
    read_rally_text,
    write_fence_text,
    write_rally_text,
)
from groundstation.fleet.plans.files.plan_checks import shown
from groundstation.fleet.plans.files.plan_file import MAX_BYTES, PlanFile, PlanFileError
from groundstation.fleet.plans.files.qgc_limits import plain_fence
from groundstation.fleet.plans.files.qgc_plan import plan_of
from groundstation.fleet.plans.files.qgc_writer import write_qgc_plan
from groundstation.fleet.plans.files.text_lines import told_lines
from groundstation.fleet.plans.files.wpl import is_wpl, read_wpl, write_wpl
from groundstation.fleet.plans.plan_items import KINDS, PlanItem, PlanKind
from groundstation.fleet.shown_text import harmless

ZIPPED = b"PK\x03\x04"
_NUMBERS = re.compile(r"[-+0-9.eE]+[\s,]+[-+0-9.eE,]+$")


def read_plan(name: str, data: bytes) -> PlanFile:
    """The plan that a file holds.

    Args:
        name: of the file, for its errors only.
        data: all of it.

    Raises:
        PlanFileError: it holds none, or a damaged one; says where, and what to do.
    """
    try:
        return _read(data)
    except PlanFileError as error:
        raise PlanFileError(f"{harmless(name)}: {error}") from None
    except RecursionError:
        # the depth is limited by ourselves, yet a caller may have used up most of Python's stack
        raise PlanFileError(f"{harmless(name)}: it lies too deep in itself; this is no plan") from None


def _read(data: bytes) -> PlanFile:
    text = _text(data)
    start = text.lstrip()
    if start.startswith(("{", "[")):
        return _read_json(text)
    # XML allows nothing before its declaration, people's editors put blanks there
    if start.startswith("<"):
        return read_kml(start)
    if is_wpl(text):
        return read_wpl(text)
    first = next((line for _, line in told_lines(text)), "")
    if first.upper().startswith(RALLY_WORD):
        return read_rally_text(text)
    if _NUMBERS.match(first):
        return read_fence_text(text)
    raise PlanFileError(
        f"'{shown(first)}' begins no plan; .plan, .waypoints, fence and rally text, KML and GeoJSON are read"
    )


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise PlanFileError(f"{len(data) // 1_000_000} MB, {MAX_BYTES // 1_000_000} MB at most are read; split it")
    # Google Earth saves so unless it is told not to
    if data.startswith(ZIPPED):
        raise PlanFileError("this is an archive (KMZ?); unpack it and open the KML in it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PlanFileError("this is no text in UTF-8; save it again as UTF-8") from None
    if not text.strip():
        raise PlanFileError("the file is empty; save it again where it was made")
    if "\0" in text:
        raise PlanFileError("this is no text; open the plan itself")
    return text


def _read_json(text: str) -> PlanFile:
    document = decoded(text)
    if isinstance(document, dict):
        if document.get("fileType") == "Plan":
            return plan_of(document)
        kind = document.get("type")
        if isinstance(kind, str) and kind in TYPES:
            return read_geojson(document)
        # before 2017 a mission was a file of its own
        if not document.keys().isdisjoint(("fileType", "MAV_AUTOPILOT", "items")):
            raise PlanFileError("this is no file of plans, or an old one; open it in QGroundControl, save it as .plan")
    raise PlanFileError("this JSON is neither a plan of QGroundControl nor GeoJSON; save it as one of these")


def write_plan(suffix: str, plan: PlanFile, kind: PlanKind | None = None) -> bytes:
    """A plan as a file; `lost_in` says what such a file can't hold.

    Args:
        suffix: of its name: `.plan`, `.waypoints`, `.txt`, `.fen`, `.ral`, `.kml`, `.geojson` or `.json`; case does
            not matter.
        plan: what to write.
        kind: which of its lists where a file holds only one; None for the first that is not empty.

    Raises:
        PlanFileError: no such file is known, or it can't hold what the plan has.
    """
    writer = _WRITERS.get(_plain(suffix))
    if writer is None:
        raise PlanFileError(f"'{shown(suffix)}' is no file of plans; take one of {', '.join(_WRITERS)}")
    return writer(plan, kind or _first_kind(plan))


def _plain(suffix: str) -> str:
    return "." + suffix.lower().lstrip(".")


def _first_kind(plan: PlanFile) -> PlanKind:
    return next((kind for kind in KINDS if plan.items(kind)), PlanKind.MISSION)


_Writer = Callable[[PlanFile, PlanKind], bytes]
_WRITERS: dict[str, _Writer] = {
    ".plan": lambda plan, _kind: write_qgc_plan(plan),
    ".waypoints": write_wpl,
    ".txt": write_wpl,
    ".fen": lambda plan, _kind: write_fence_text(plan.fence),
    ".ral": lambda plan, _kind: write_rally_text(plan.rally),
    ".kml": lambda plan, _kind: write_kml(features_of(plan)),
    ".geojson": lambda plan, _kind: write_geojson(features_of(plan)),
    ".json": lambda plan, _kind: write_geojson(features_of(plan)),
}


class _Loss(msgspec.Struct, frozen=True):
    """Something that files of some kinds can't hold."""

    is_there: Callable[[PlanFile, PlanKind], bool]
    told: str


def _others(plan: PlanFile, kind: PlanKind) -> bool:
    return any(plan.items(other) for other in KINDS if other is not kind)


def _is_plain_text_fence(fence: tuple[PlanItem, ...]) -> bool:
    """Whether it comes back from text as it is; one that can't be written at all loses nothing."""
    try:
        return _rounded(read_fence_text(write_fence_text(fence).decode()).fence) == _rounded(fence)
    except PlanFileError:
        return True


def _rounded(fence: tuple[PlanItem, ...]) -> tuple[PlanItem, ...]:
    return tuple(msgspec.structs.replace(one, x=round(one.x or 0.0, 7), y=round(one.y or 0.0, 7)) for one in fence)


_DRAWN = _Loss(lambda plan, _kind: bool(plan.areas or plan.lines or plan.marks), "areas, lines and points drawn")
_SHAPES = _Loss(lambda plan, _kind: plain_fence(plan.fence) != plan.fence, "order, frames and groups of fence shapes")
_PLAN_LOSSES = (_DRAWN, _SHAPES)
_OF_PLAN = (
    _Loss(lambda plan, _kind: plan.cruise_mps is not None or plan.hover_mps is not None, "speeds"),
    _Loss(lambda plan, _kind: plan.firmware is not None or plan.vehicle is not None, "kind of vehicle"),
    _Loss(lambda plan, _kind: bool(plan.kept), "surveys and landing patterns as such"),
    _DRAWN,
)
_TEXT_LOSSES = (_Loss(_others, "the other lists of the plan"), *_OF_PLAN)
_FENCE_LOSSES = (
    _Loss(lambda plan, _kind: _others(plan, PlanKind.FENCE), "the other lists of the plan"),
    _Loss(lambda plan, _kind: not _is_plain_text_fence(plan.fence), "order, frames, heights and groups of the fence"),
    *_OF_PLAN,
)
_RALLY_LOSSES = (_Loss(lambda plan, _kind: _others(plan, PlanKind.RALLY), "the other lists of the plan"), *_OF_PLAN)
_MAP_LOSSES = (_Loss(lambda plan, _kind: bool(plan.mission), "the mission as something that can be flown"),)
_LOSSES: dict[str, tuple[_Loss, ...]] = {
    ".plan": _PLAN_LOSSES,
    ".waypoints": _TEXT_LOSSES,
    ".txt": _TEXT_LOSSES,
    ".fen": _FENCE_LOSSES,
    ".ral": _RALLY_LOSSES,
    ".kml": _MAP_LOSSES,
    ".geojson": _MAP_LOSSES,
    ".json": _MAP_LOSSES,
}


def lost_in(suffix: str, plan: PlanFile, kind: PlanKind | None = None) -> tuple[str, ...]:
    """What of a plan a file can't hold, in words; see `write_plan`.

    Raises:
        PlanFileError: its fence is none.
    """
    losses = _LOSSES.get(_plain(suffix), ())
    return tuple(loss.told for loss in losses if loss.is_there(plan, kind or _first_kind(plan)))
