# SPDX-License-Identifier: Apache-2.0
"""How near other aircraft come to vehicles, as both fly straight on. Pure.

What one vehicle hears serves all of its tree. An aircraft that was heard more than ten seconds ago is left out, and so
is one that does not tell where it goes; where a height is not known the place alone counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

from groundstation.fleet.awareness.approach import AHEAD_S, HEIGHT_WORTH, velocity_of
from groundstation.fleet.geometry import METRES_PER_DEGREE, turn_deg
from groundstation.fleet.traffic import Traffic
from groundstation.fleet.vehicle import VehicleState

FRESH_S = 10.0
MARGIN_M, MARGIN_HEIGHT_M = 1_000.0, 300.0
"""Nearer than both is drawn: aircraft are fast, and tell themselves once a second."""


class Aircraft(msgspec.Struct, frozen=True):
    """One aircraft, and how old its place is."""

    told: Traffic
    age_s: float

    @property
    def name(self) -> str:
        """Call sign, or its address as it is written."""
        return self.told.callsign or f"{self.told.index:06X}"


class TrafficNear(msgspec.Struct, frozen=True, kw_only=True):
    """The nearest approach of an aircraft to a vehicle."""

    aircraft: Aircraft
    in_s: float
    flat_m: float
    height_m: float | None

    @property
    def closest_m(self) -> float:
        """In all directions, as far as heights are known."""
        return math.hypot(self.flat_m, self.height_m or 0.0)

    @property
    def is_near(self) -> bool:
        """Whether it is drawn."""
        return self.flat_m < MARGIN_M and (self.height_m or 0.0) < MARGIN_HEIGHT_M


def aircraft_of(states: Iterable[VehicleState], now_s: float, most_s: float = FRESH_S) -> dict[str, list[Aircraft]]:
    """What is heard now, by tree; of what several hear, the newest word.

    Args:
        states: of all vehicles.
        now_s: seconds on the station's clock.
        most_s: how old a place may be, seconds.
    """
    found: dict[tuple[str, int], Aircraft] = {}
    for state in states:
        if not state.traffic or state.clock_offset_s is None:
            continue
        for one in state.traffic:
            age_s = max(0.0, now_s - one.at_s - state.clock_offset_s) + (one.seen_s or 0.0)
            key = state.key.root, one.index
            if age_s <= most_s and one.lat_deg is not None and (key not in found or age_s < found[key].age_s):
                found[key] = Aircraft(one, age_s)
    by_root: dict[str, list[Aircraft]] = {}
    for (root, _), aircraft in found.items():
        by_root.setdefault(root, []).append(aircraft)
    return by_root


def nearest_traffic(state: VehicleState, aircraft: Sequence[Aircraft], now_s: float) -> TrafficNear | None:
    """Who comes nearest to a vehicle of which place and velocity are known; None where nobody is known to.

    Args:
        state: the vehicle, see `approach.moves`.
        aircraft: of its tree.
        now_s: seconds on the station's clock.
    """
    near = [one for each in aircraft if (one := _near(state, each, now_s)) is not None]
    return min(near, default=None, key=lambda one: math.hypot(one.flat_m, HEIGHT_WORTH * (one.height_m or 0.0)))


def _near(state: VehicleState, aircraft: Aircraft, now_s: float) -> TrafficNear | None:
    own, position, told = velocity_of(state), state.position, aircraft.told
    if own is None or position is None or position.lat_deg is None or position.lon_deg is None:
        return None
    if told.lat_deg is None or told.lon_deg is None or told.ground_speed_mps is None or told.track_deg is None:
        return None
    turn, age_s = math.radians(told.track_deg), state.age_s("position", now_s) or 0.0
    speed = math.cos(turn) * told.ground_speed_mps, math.sin(turn) * told.ground_speed_mps, told.climb_mps or 0.0
    east = turn_deg(position.lon_deg, told.lon_deg) * math.cos(math.radians((position.lat_deg + told.lat_deg) / 2.0))
    own_m = state.height_amsl_m
    is_high = own_m is not None and told.height_amsl_m is not None
    high_m = (told.height_amsl_m or 0.0) - (own_m or 0.0) if is_high else 0.0
    apart = [(told.lat_deg - position.lat_deg) * METRES_PER_DEGREE, east * METRES_PER_DEGREE, high_m]
    # both are moved to now from when they were told
    apart = [gap + theirs * aircraft.age_s - ours * age_s for gap, theirs, ours in zip(apart, speed, own, strict=True)]
    drift = [theirs - ours for theirs, ours in zip(speed, own, strict=True)]
    apart[2], drift[2] = (apart[2] * HEIGHT_WORTH, drift[2] * HEIGHT_WORTH) if is_high else (0.0, 0.0)
    speed2 = sum(one * one for one in drift)
    in_s = -sum(gap * one for gap, one in zip(apart, drift, strict=True)) / max(speed2, 1e-9)
    in_s = min(max(in_s, 0.0), AHEAD_S)
    north, across, up = (gap + one * in_s for gap, one in zip(apart, drift, strict=True))
    return TrafficNear(
        aircraft=aircraft,
        in_s=in_s,
        flat_m=math.hypot(north, across),
        height_m=abs(up) / HEIGHT_WORTH if is_high else None,
    )
