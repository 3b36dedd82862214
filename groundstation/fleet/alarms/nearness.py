# SPDX-License-Identifier: Apache-2.0
"""Which vehicles in the air come too near to each other, as each flies on for some seconds. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.conditions import Condition, Level
from groundstation.fleet.geometry import METRES_PER_DEGREE
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.phrases import say
from groundstation.fleet.separation import APART_HEIGHT_M, APART_M, HOME_SHARE, HOME_ZONE_M
from groundstation.fleet.vehicle import VehicleState

NEAR_M, NEAR_HEIGHT_M = APART_M, APART_HEIGHT_M
"""Nearer than both at the closest is a caution: what an order is refused for. Around homes that are near each other it
is less, as for plans, see `HOME_SHARE`."""
TOO_NEAR_M, TOO_NEAR_HEIGHT_M = 5.0, 3.0
"""Nearer than both now is a warning: as far as a GPS may err."""
AHEAD_S = 15.0
MAX_PAIRS = 200
"""Nearest ones that are told."""
BETWEEN = " ↔ "

_Numbers = NDArray[np.float64]


def near_pairs(states: Iterable[VehicleState], now_s: float) -> dict[str, tuple[Condition, ...]]:
    """Pairs that are, or will be, too near.

    Args:
        states: vehicles; those on the ground, and those whose place is old, are left out. A simulated one never meets a
            real one.
        now_s: seconds on this computer's monotonic clock.

    Returns:
        By the names of both, `fleet/uav-1 ↔ fleet/uav-2`; at most `MAX_PAIRS`, the nearest.
    """
    found: dict[str, tuple[Condition, ...]] = {}
    by_root: dict[str, list[VehicleState]] = {}
    for state in states:
        if state.is_flying is True and state.is_heard and state.freshness("position", now_s) is Freshness.FRESH:
            by_root.setdefault(state.key.root, []).append(state)
    for members in by_root.values():
        if len(members) > 1:
            found.update(_of_root(members))
    return found


def _of_root(states: list[VehicleState]) -> dict[str, tuple[Condition, ...]]:
    place = np.array([_place(one) for one in states], dtype=np.float64)
    velocity = np.nan_to_num(np.array([_velocity(one) for one in states], dtype=np.float64))
    first, second = np.triu_indices(len(states), 1)
    apart, drift = _apart(place[first], place[second]), velocity[second] - velocity[first]
    at_s, closest_m = _closest(apart, drift)
    now_m = np.hypot(apart[:, 0], apart[:, 1])
    # where a height is not known the place alone counts
    height_m = np.nan_to_num(np.abs(place[second, 2] - place[first, 2]))
    home = np.array([_home(one) for one in states], dtype=np.float64)
    homes_m = np.hypot(*_apart(home[first], home[second]).T)
    out_m = _from_home_m(place[first], home[first], velocity[first], at_s)
    out_m = np.maximum(out_m, _from_home_m(place[second], home[second], velocity[second], at_s))
    # who was put side by side comes as near where it starts and lands, as its plan was looked at; NaN is nowhere near
    beside = (out_m <= HOME_ZONE_M) & (HOME_SHARE * homes_m < NEAR_M)
    limit_m = np.where(beside, HOME_SHARE * homes_m, NEAR_M)
    is_near = (closest_m < limit_m) & (height_m < NEAR_HEIGHT_M)
    found: dict[str, tuple[Condition, ...]] = {}
    order = np.flatnonzero(is_near)[np.argsort(closest_m[is_near], kind="stable")]
    for pair in order[:MAX_PAIRS].tolist():
        is_now = now_m[pair] < TOO_NEAR_M and height_m[pair] < TOO_NEAR_HEIGHT_M
        said = say(
            "near", distance_m=float(closest_m[pair]), in_s=float(at_s[pair]) or None, limit_m=float(limit_m[pair]),
            height_m=float(height_m[pair]), homes_m=float(homes_m[pair]) if beside[pair] else None,
        )  # fmt: skip
        names = sorted(str(states[one[pair]].key) for one in (first, second))
        found[BETWEEN.join(names)] = (Condition(Level.WARNING if is_now else Level.CAUTION, said),)
    return found


def _closest(apart: _Numbers, drift: _Numbers) -> tuple[_Numbers, _Numbers]:
    """When two are nearest within the next seconds, and how near; shapes (n,)."""
    speed2 = np.maximum((drift**2).sum(axis=1), 1e-9)
    at_s = np.clip(-(apart * drift).sum(axis=1) / speed2, 0.0, AHEAD_S)
    then = apart + drift * at_s[:, None]
    return at_s, np.hypot(then[:, 0], then[:, 1])


def _from_home_m(place: _Numbers, home: _Numbers, velocity: _Numbers, at_s: _Numbers) -> _Numbers:
    """How far each will be from its home after some seconds, metres; NaN where home is not known; shapes (n,)."""
    away = _apart(home, place) + velocity * at_s[:, None]
    return np.hypot(away[:, 0], away[:, 1])


def _apart(first: _Numbers, second: _Numbers) -> _Numbers:
    """Metres north and east from one to the other, shape (n, 2); of use where both are near."""
    lat, lon = second[:, 0] - first[:, 0], second[:, 1] - first[:, 1]
    # over the date line too
    lon = (lon + 180.0) % 360.0 - 180.0
    east = lon * np.cos(np.radians((first[:, 0] + second[:, 0]) / 2.0))
    return np.stack((lat, east), axis=1) * METRES_PER_DEGREE


def _place(state: VehicleState) -> tuple[float, float, float]:
    """Latitude and longitude in degrees, and metres above the sea; NaN for unknown."""
    position = state.position
    lat = position.lat_deg if position is not None else None
    lon = position.lon_deg if position is not None else None
    height = position.height_amsl_m if position is not None else None
    if lat is None or lon is None:
        return np.nan, np.nan, np.nan
    return lat, lon, np.nan if height is None else height


def _home(state: VehicleState) -> tuple[float, float]:
    """Latitude and longitude in degrees; NaN for unknown."""
    lat = state.home.lat_deg if state.home is not None else None
    lon = state.home.lon_deg if state.home is not None else None
    return (np.nan, np.nan) if lat is None or lon is None else (lat, lon)


def _velocity(state: VehicleState) -> tuple[float, float]:
    velocity = state.velocity
    north = velocity.north_mps if velocity is not None else None
    east = velocity.east_mps if velocity is not None else None
    return np.nan if north is None else north, np.nan if east is None else east
