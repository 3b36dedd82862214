# SPDX-License-Identifier: Apache-2.0
"""A recording that is played beside a simulator: which of its vehicles is the shadow of which simulated one. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.vehicle import VehicleState


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle of a recording and the simulated one that flies the same."""

    recorded: VehicleKey
    simulated: VehicleKey
    distance_m: float
    """Between them, in all directions where both heights are known, else over ground."""


def shadows(states: Iterable[VehicleState]) -> list[Shadow]:
    """Pairs of a replayed and a simulated vehicle that are both somewhere.

    They belong together by their system id; where a recording has one vehicle and one is simulated, by that.

    Args:
        states: of all vehicles.
    """
    placed = [one for one in states if one.position is not None and one.position.lat_deg is not None]
    recorded = [one for one in placed if one.key.root == Root.REPLAY.value]
    simulated = [one for one in placed if one.key.root == Root.SIM.value]
    found = []
    for one in recorded:
        other = _partner(one, recorded, simulated)
        apart_m = None if other is None else _apart_m(one, other)
        if other is not None and apart_m is not None:
            found.append(Shadow(recorded=one.key, simulated=other.key, distance_m=apart_m))
    return found


def _partner(one: VehicleState, recorded: list[VehicleState], simulated: list[VehicleState]) -> VehicleState | None:
    sysid = _sysid(one)
    same = [other for other in simulated if sysid is not None and _sysid(other) == sysid]
    if len(same) == 1:
        return same[0]
    return simulated[0] if len(recorded) == len(simulated) == 1 else None


def _sysid(state: VehicleState) -> int | None:
    return state.info.sysid if state.info is not None else None


def _apart_m(one: VehicleState, other: VehicleState) -> float | None:
    first, second = one.position, other.position
    if first is None or second is None:
        return None
    places = (first.lat_deg, first.lon_deg, second.lat_deg, second.lon_deg)
    if any(value is None for value in places):
        return None
    across_m = distance_m(*places)  # type: ignore[arg-type]
    if first.height_home_m is None or second.height_home_m is None:
        return across_m
    return math.hypot(across_m, first.height_home_m - second.height_home_m)
