# SPDX-License-Identifier: Apache-2.0
"""What a file of plans holds, whichever program wrote it. Pure."""

from __future__ import annotations

import msgspec

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind

MAX_BYTES = 20_000_000
"""Of a file: the longest mission that an autopilot takes is far below a megabyte."""
MAX_NOTES = 40
"""Of a file; what more there is to say is counted."""


class PlanFileError(GroundStationError):
    """A file that can't be read as a plan, or a plan that can't be written so: cause and remedy, one line."""


class PlannedHome(msgspec.Struct, frozen=True, gc=False):
    """Where a plan was drawn to start from. The vehicle sets its own home when it arms."""

    lat_deg: float
    lon_deg: float
    amsl_m: float | None = None
    """Height over mean sea level; None is unknown."""


class Spot(msgspec.Struct, frozen=True, gc=False):
    """A point of a drawing."""

    lat_deg: float
    lon_deg: float
    height_m: float | None = None
    """As the file has it, whatever it is above; None where it has none."""


class Area(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A polygon of a drawing; its rings do not repeat their first corner."""

    outer: tuple[Spot, ...]
    holes: tuple[tuple[Spot, ...], ...] = ()
    name: str = ""
    """As the file has it; plain text from outside."""


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A way of a drawing."""

    spots: tuple[Spot, ...]
    name: str = ""


class Mark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A single point of a drawing."""

    spot: Spot
    name: str = ""


class PlanFile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A plan as a file has it. Empty lists are lists that the file does not have."""

    mission: tuple[PlanItem, ...] = ()
    """Without home: the first is item 1, and jumps count so."""
    fence: tuple[PlanItem, ...] = ()
    """Corners of a polygon one after the other, each with their number in parameter 1; circles with their radius."""
    rally: tuple[PlanItem, ...] = ()
    """Heights above home, unless an item's frame says otherwise."""
    home: PlannedHome | None = None
    firmware: int | None = None
    """MAV_AUTOPILOT that it was made for; None where the file says none, or any."""
    vehicle: int | None = None
    """MAV_TYPE that it was made for."""
    cruise_mps: float | None = None
    """Speed of wings that it was reckoned with."""
    hover_mps: float | None = None
    """Speed of rotors that it was reckoned with."""
    areas: tuple[Area, ...] = ()
    """Of a drawing: nothing that is flown yet."""
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()
    """What the operator has to know of how it was read: assumptions, what was left out, what looks wrong."""
    kept: str = ""
    """The QGroundControl plan that it came from, as JSON: what nobody here knows goes back into it. Else empty."""

    def items(self, kind: PlanKind) -> tuple[PlanItem, ...]:
        """One of its three lists; empty for a kind that is not known."""
        lists = {PlanKind.MISSION: self.mission, PlanKind.FENCE: self.fence, PlanKind.RALLY: self.rally}
        return lists.get(kind, ())


class Notes:
    """Collects what a reader has to say: each thing once, and no more than anybody reads."""

    def __init__(self) -> None:
        self._said: dict[str, None] = {}
        self._more = 0

    def add(self, text: str) -> None:
        """Say it."""
        if text in self._said:
            return
        if len(self._said) < MAX_NOTES:
            self._said[text] = None
        else:
            self._more += 1

    def said(self) -> tuple[str, ...]:
        """All of it, in its order."""
        return (*self._said, f"and {self._more} more") if self._more else tuple(self._said)
