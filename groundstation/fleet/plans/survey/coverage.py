# SPDX-License-Identifier: Apache-2.0
"""What laying a task gives: lines in the order in which they are flown, and numbers. Saved in files. Pure."""

from __future__ import annotations

import msgspec

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.files.plan_file import Area, Spot
from groundstation.fleet.plans.plan_check import Finding
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.survey_task import AnyTask


class Swath(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line, in the direction in which it is flown."""

    spots: tuple[Place, ...]
    """Its two ends; of a corridor also the bends between them."""
    lead_in: Place
    """Where the straight way into it begins: a turnaround before it, less where a keep-out is nearer."""
    lead_out: Place
    """Where the straight way out of it ends."""
    way: tuple[Place, ...] = ()
    """Corners on the way to it from the end of the line before; none where that is straight."""
    length_m: float
    """Between its ends."""
    way_m: float = 0.0
    """From where the line before was left to where it is entered."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """A task with its lines."""

    task: AnyTask
    swaths: tuple[Swath, ...]
    area_m2: float
    """Of the area, without holes and keep-outs."""
    length_m: float
    """Of all lines."""
    path_m: float
    """Of the whole way, from the first line to the last, turnarounds too."""
    angle_deg: float | None
    """Course of the lines, within 90 degrees of north; None for a corridor."""
    cells: int
    """Parts of the area in which lines follow one another."""
    covered: float
    """Part of the area under lines of the spacing's width, 0 to 1."""
    spacing_m: float
    pictures: int | None = None
    """None where none are taken, or the camera is left to itself."""
    gsd_cm_px: float | None = None
    trigger_m: float | None = None
    interval_s: float | None = None
    findings: tuple[Finding, ...] = ()


class Flyer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A vehicle that takes a part."""

    id: str
    start: Spot | None = None
    """Where it takes off and lands; None for where the area is nearest, with no way there."""
    speed_mps: float | None = None
    """On the lines and on the ways; None is the speed of the task."""
    climb_mps: float | None = None
    """None is the usual for its kind, here and below."""
    descent_mps: float | None = None
    turn_s: float = 0.0
    """What a turn at the end of a line costs beyond its way, slowing down and getting faster."""
    turn_radius_m: float | None = None
    """Of one that can't turn on the spot."""
    endurance_s: float | None = None
    """What its battery lasts from take-off to landing, a reserve left out; None is not known."""
    autopilot: Autopilot = Autopilot.UNKNOWN
    kind: VehicleKind = VehicleKind.MULTICOPTER


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one vehicle flies in one flight."""

    flyer: Flyer
    task: AnyTask
    swaths: tuple[Swath, ...]
    """In flying order; none where there is nothing left for it."""
    outlines: tuple[Area, ...]
    """Its part of the area, for drawing."""
    area_m2: float
    length_m: float
    """Of its lines."""
    path_m: float
    """Of the whole flight over ground, to the area and home too."""
    time_s: float
    """From take-off to landing, estimated."""
    pictures: int | None = None
    sortie: int = 1
    """Which flight of this vehicle it is."""
    way_home: tuple[Place, ...] = ()
    """Corners on the way back from the last line."""
    findings: tuple[Finding, ...] = ()
