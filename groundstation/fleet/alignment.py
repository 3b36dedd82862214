# SPDX-License-Identifier: Apache-2.0
"""By what several flights are laid over each other, and how far they are apart then. Pure."""

from __future__ import annotations

from enum import Enum

import msgspec

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.vehicle import VehicleState


class Anchor(Enum):
    """What happens at the same moment in all of them."""

    CLOCK = "clock"
    """Nothing: each stands where its clock says."""
    ARM = "arm"
    TAKE_OFF = "take_off"
    MISSION_ITEM = "mission_item"


class Alignment(msgspec.Struct, frozen=True):
    """How flights are laid over each other."""

    anchor: Anchor = Anchor.CLOCK
    item: int = 1
    """Number of the mission item whose beginning counts."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One flight beside the first one, at a moment; None for what one of them does not tell."""

    key: VehicleKey
    distance_m: float | None
    """Over the ground."""
    height_m: float | None
    """Of this one above the first one, both above their homes."""
    speed_mps: float | None
    """Over the ground, this one minus the first one."""
    charge_fraction: float | None
    """Of the battery, this one minus the first one."""


def difference(first: VehicleState, other: VehicleState) -> Difference:
    """How far two flights are apart.

    Args:
        first: the one that others are compared with.
        other: the other one.
    """
    one, two = first.position, other.position
    apart_m = None
    if one is not None and two is not None:
        places = (one.lat_deg, one.lon_deg, two.lat_deg, two.lon_deg)
        if None not in places:
            apart_m = distance_m(*places)  # type: ignore[arg-type]
    return Difference(
        key=other.key,
        distance_m=apart_m,
        height_m=_minus(other.height.height_m, first.height.height_m),
        speed_mps=_minus(_speed(other), _speed(first)),
        charge_fraction=_minus(other.charge_fraction, first.charge_fraction),
    )


def _speed(state: VehicleState) -> float | None:
    return state.velocity.ground_speed_mps if state.velocity is not None else None


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
