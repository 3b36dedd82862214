# SPDX-License-Identifier: Apache-2.0
"""When a vehicle crosses its fence as it flies on. Pure.

Its fence are the areas of the list that it has, the ones that the map draws, and what its parameters limit: height and
distance from home. Of areas to stay in, it has to be in one; who is in none has crossed already, and so has who is in
an area to keep out of. Whether the vehicle acts on its fence is its own affair, and not asked here.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.awareness.approach import flat_between, moved_places, moves, velocity_of
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, shapes_of
from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.vehicle import VehicleState

AHEAD_S = 120.0
SLOWEST_MPS, SLOWEST_CLIMB_MPS = 0.5, 0.2
"""Slower is no way towards anything: velocities of one that hovers jitter by as much."""
HEIGHT_TYPE, CIRCLE_TYPE = 1, 2
"""Bits of FENCE_TYPE."""
MAX_KEPT = 1_000

_Numbers = NDArray[np.float64]


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate: where it crosses."""

    key: VehicleKey
    in_s: float
    """Seconds from now; 0 for one that is on the wrong side already."""
    place: Place
    """Where it is then."""
    is_height: bool = False
    """Whether it is its height that is too much."""


class _Border(msgspec.Struct, frozen=True):
    """One area."""

    is_inside: bool
    corners: _Numbers
    """Of a polygon, degrees, shape (n, 2); of a circle its centre, shape (1, 2)."""
    radius_m: float | None = None


class Fences:
    """Areas of fences, kept by the hash of their list; one thread owns it."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[_Border, ...]] = {}

    def of(self, state: VehicleState) -> tuple[_Border, ...]:
        """The areas of the list that a vehicle has; none where it is not known now, or makes no sense."""
        told = state.plan_list(PlanKind.FENCE)
        if told is None:
            return ()
        found = self._kept.get(told.hash)
        if found is None:
            try:
                shapes = shapes_of(told.items)
            except PlanFileError:
                shapes = []
            found = tuple(_border(one) for one in shapes if isinstance(one, Polygon | Circle))
            if len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[told.hash] = found
        return found


def breach_of(
    state: VehicleState, now_s: float, fences: Fences, parameters: dict[str, float] | None = None
) -> Breach | None:
    """When it crosses its fence.

    Args:
        state: the vehicle.
        now_s: seconds on the station's clock.
        fences: areas that are known.
        parameters: what of its parameters is known, see `told_parameters.py`; None for nothing.

    Returns:
        None where it does not within `AHEAD_S`, where it has no fence that is known, and where it is not heard, not
        known to fly, or its place or velocity are not known or old.
    """
    borders = (*fences.of(state), *_around_home(state, parameters or {}))
    velocity, position = velocity_of(state), state.position
    ceiling_s = _ceiling_s(state, parameters or {})
    if not (borders or ceiling_s is not None) or not moves(state, now_s) or velocity is None or position is None:
        return None
    flat = np.array([velocity[:2]])
    start = moved_places(
        np.array([[position.lat_deg, position.lon_deg]], dtype=np.float64),
        flat * (state.age_s("position", now_s) or 0.0),
    )
    across_s = _across_s(borders, start, flat[0])
    in_s = min((one for one in (across_s, ceiling_s) if one is not None), default=None)
    if in_s is None or in_s > AHEAD_S:
        return None
    lat, lon = moved_places(start, flat * in_s)[0].tolist()
    return Breach(key=state.key, in_s=in_s, place=Place(lat, lon), is_height=in_s != across_s)


def _across_s(borders: tuple[_Border, ...], start: _Numbers, velocity: _Numbers) -> float | None:
    stay: list[tuple[list[float], bool]] = []
    keep_out: list[tuple[list[float], bool]] = []
    for border in borders:
        away = flat_between(np.broadcast_to(start, border.corners.shape), border.corners)
        times, is_in = _circle(away[0], border.radius_m, velocity) if border.radius_m else _polygon(away, velocity)
        (stay if border.is_inside else keep_out).append((times, is_in))
    if any(is_in for _, is_in in keep_out) or (stay and not any(is_in for _, is_in in stay)):
        return 0.0
    if math.hypot(*velocity) < SLOWEST_MPS:
        return None
    # it leaves when it leaves the last of the areas that it is in; of those to keep out of the first counts
    leaves = [times[0] for times, is_in in stay if is_in and times]
    found = [times[0] for times, _ in keep_out if times]
    if leaves and len(leaves) == sum(is_in for _, is_in in stay):
        found.append(max(leaves))
    return min(found, default=None)


def _polygon(corners: _Numbers, velocity: _Numbers) -> tuple[list[float], bool]:
    """When the way from the origin crosses its edges, in order, and whether the origin is in it.

    Args:
        corners: metres north and east of the origin.
        velocity: north and east.
    """
    ends = np.roll(corners, -1, axis=0)
    edge = ends - corners
    # a ray to the east crosses an odd number of edges from inside (half-open, so that a corner counts once)
    spans = (corners[:, 0] > 0.0) != (ends[:, 0] > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        east = corners[:, 1] - corners[:, 0] * edge[:, 1] / edge[:, 0]
        is_in = bool(np.count_nonzero(spans & (east > 0.0)) % 2)
        turn = velocity[0] * edge[:, 1] - velocity[1] * edge[:, 0]
        times = (corners[:, 0] * edge[:, 1] - corners[:, 1] * edge[:, 0]) / turn
        share = (corners[:, 0] * velocity[1] - corners[:, 1] * velocity[0]) / turn
        crossed = (turn != 0.0) & (times >= 0.0) & (share >= 0.0) & (share <= 1.0)
    return sorted(times[crossed].tolist()), is_in


def _circle(centre: _Numbers, radius_m: float, velocity: _Numbers) -> tuple[list[float], bool]:
    is_in = float(np.hypot(*centre)) <= radius_m
    speed2, along = float(velocity @ velocity), float(velocity @ centre)
    root = along**2 - speed2 * (float(centre @ centre) - radius_m**2)
    if speed2 <= 0.0 or root < 0.0:
        return [], is_in
    times = sorted(((along - math.sqrt(root)) / speed2, (along + math.sqrt(root)) / speed2))
    return [one for one in times if one >= 0.0], is_in


def _border(shape: Polygon | Circle) -> _Border:
    spots = (shape.centre,) if isinstance(shape, Circle) else shape.corners
    corners = np.array([(one.lat_deg, one.lon_deg) for one in spots], dtype=np.float64)
    return _Border(shape.is_inside, corners, shape.radius_m if isinstance(shape, Circle) else None)


def _around_home(state: VehicleState, told: dict[str, float]) -> tuple[_Border, ...]:
    home = state.home
    by_type = told.get("FENCE_ENABLE", 0.0) > 0.0 and int(told.get("FENCE_TYPE", 0.0)) & CIRCLE_TYPE
    radius_m = told.get("FENCE_RADIUS", 0.0) if by_type else told.get("GF_MAX_HOR_DIST", 0.0)
    if radius_m <= 0.0 or home is None or home.lat_deg is None or home.lon_deg is None:
        return ()
    return (_Border(True, np.array([[home.lat_deg, home.lon_deg]], dtype=np.float64), radius_m),)


def _ceiling_s(state: VehicleState, told: dict[str, float]) -> float | None:
    """When it is higher over home than it may; None for never, or where a part is not known."""
    by_type = told.get("FENCE_ENABLE", 0.0) > 0.0 and int(told.get("FENCE_TYPE", 0.0)) & HEIGHT_TYPE
    limit_m = told.get("FENCE_ALT_MAX", 0.0) if by_type else told.get("GF_MAX_VER_DIST", 0.0)
    height_m, velocity = state.height.height_m, velocity_of(state)
    if limit_m <= 0.0 or height_m is None or velocity is None or state.height.above != "home":
        return None
    if height_m > limit_m:
        return 0.0
    return (limit_m - height_m) / velocity[2] if velocity[2] >= SLOWEST_CLIMB_MPS else None
