# SPDX-License-Identifier: Apache-2.0
"""How near the way of an order comes to others, before it is sent. Pure.

Who is ordered to a point is taken to fly there straight from where it is, as fast as its kind usually does, its height
changing evenly on the way, and to stay; everybody else to fly on as now, for a minute. `separation.py` looks at the
points themselves and refuses; this says what is between, and refuses nothing: it is an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.awareness.approach import (
    AHEAD_S,
    HEIGHT_WORTH,
    MARGIN_HEIGHT_M,
    MARGIN_M,
    flat_between,
    moves,
    velocity_of,
)
from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.identity import Autopilot, VehicleKey, VehicleKind
from groundstation.fleet.phrases import Phrase, say
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.separation import TO_A_POINT, States, height_ordered_m
from groundstation.fleet.vehicle import GROUND_KINDS, VehicleState

TOLD_M = 300.0
"""Who stays farther away is not told."""

_Numbers = NDArray[np.float64]


class WayNearest(msgspec.Struct, frozen=True, kw_only=True):
    """The nearest that any way comes to anybody."""

    said: Phrase
    is_near: bool
    """Whether that is less than the margin below which the map draws a line."""


class _Leg(msgspec.Struct, frozen=True):
    """A straight part of a way."""

    begin_s: float
    end_s: float
    start: _Numbers
    """North, east, up at `begin_s`, metres; up is NaN where it is not known."""
    velocity: _Numbers


def way_nearest(
    verb: Verb, orders: Mapping[VehicleKey, Args], states: States, others: Iterable[VehicleState], now_s: float
) -> WayNearest | None:
    """How near it comes.

    Args:
        verb: what they are told.
        orders: arguments of each.
        states: gives the state of a vehicle.
        others: everybody; those that are ordered are left out.
        now_s: seconds on the station's clock.

    Returns:
        None for a verb that leads to no point, where nothing is known of the way, and where nobody is near it and
        nobody's motion is unknown.
    """
    if verb not in TO_A_POINT:
        return None
    origin: tuple[float, float] | None = None
    found: list[tuple[float, float, float, float | None, str, str]] = []
    flying = [one for one in others if one.key not in orders and one.is_flying is True]
    known = [one for one in flying if moves(one, now_s)]
    ways: list[tuple[VehicleState, list[_Leg]]] = []
    for key, args in orders.items():
        state = states(key)
        if state is None or _drives(state) or state.position is None or state.position.lat_deg is None:
            continue
        origin = origin or (state.position.lat_deg, state.position.lon_deg or 0.0)
        legs = _legs(state, args, origin, now_s)
        if not legs:
            continue
        around = [(one, [_flies_on(one, origin, now_s)]) for one in known if one.key.root == key.root]
        for other, other_legs in (*ways, *around):
            if other.key.root == key.root and not _drives(other):
                found.append((*_nearest(legs, other_legs), key.id, other.key.id))
        ways.append((state, legs))
    unknown = len({one.key for one in flying if one not in known and any(one.key.root == key.root for key in orders)})
    if not ways:
        return None
    near = min(found, default=None, key=lambda one: one[0])
    if near is None or near[1] > TOLD_M:
        return WayNearest(said=say("way_unknown", count=float(unknown)), is_near=False) if unknown else None
    _, flat_m, in_s, height_m, who, whom = near
    said = say(
        "way_near", one=who, other=whom, distance_m=float(np.hypot(flat_m, height_m or 0.0)), in_s=in_s,
        height_m=height_m, count=float(unknown) or None,
    )  # fmt: skip
    return WayNearest(said=said, is_near=flat_m < MARGIN_M and (height_m or 0.0) < MARGIN_HEIGHT_M)


def _nearest(ways: list[_Leg], others: list[_Leg]) -> tuple[float, float, float, float | None]:
    """Squared distance with heights counted twice, metres along the ground, seconds, metres in height."""
    best: tuple[float, float, float, float | None] = (np.inf, np.inf, 0.0, None)
    for leg in ways:
        for other in others:
            begin_s, end_s = max(leg.begin_s, other.begin_s), min(leg.end_s, other.end_s)
            if end_s < begin_s:
                continue
            apart = _at(other, begin_s) - _at(leg, begin_s)
            drift = other.velocity - leg.velocity
            is_high = not np.isnan(apart[2])
            if not is_high:
                apart[2], drift[2] = 0.0, 0.0
            worth = np.array((1.0, 1.0, HEIGHT_WORTH))
            speed2 = max(float(((drift * worth) ** 2).sum()), 1e-9)
            after_s = min(max(-float((apart * drift * worth**2).sum()) / speed2, 0.0), end_s - begin_s)
            then = apart + drift * after_s
            worth2 = float(((then * worth) ** 2).sum())
            if worth2 < best[0]:
                flat_m = float(np.hypot(then[0], then[1]))
                best = worth2, flat_m, begin_s + after_s, abs(float(then[2])) if is_high else None
    return best


def _at(leg: _Leg, at_s: float) -> _Numbers:
    return np.asarray(leg.start + leg.velocity * (at_s - leg.begin_s))


def _local(lat_deg: float, lon_deg: float, up_m: float | None, origin: tuple[float, float]) -> _Numbers:
    flat = flat_between(np.array([origin]), np.array([(lat_deg, lon_deg)]))[0]
    return np.array((*flat, np.nan if up_m is None else up_m))


def _flies_on(state: VehicleState, origin: tuple[float, float], now_s: float) -> _Leg:
    position, velocity = state.position, velocity_of(state) or (0.0, 0.0, 0.0)
    lat, lon = (position.lat_deg or 0.0, position.lon_deg or 0.0) if position is not None else origin
    moving = np.array(velocity)
    start = _local(lat, lon, state.height_amsl_m, origin) + moving * (state.age_s("position", now_s) or 0.0)
    return _Leg(0.0, AHEAD_S, start, moving)


def _legs(state: VehicleState, args: Args, origin: tuple[float, float], now_s: float) -> list[_Leg]:
    """To the point, and there."""
    lat, lon = args.get("lat_deg"), args.get("lon_deg")
    if not isinstance(lat, float) or not isinstance(lon, float):
        return []
    here = _flies_on(state, origin, now_s).start
    there = _local(lat, lon, height_ordered_m(args, state), origin)
    if np.isnan(here[2]):
        there[2] = np.nan
    info = state.info
    pace = pace_of(info.kind, info.autopilot) if info is not None else pace_of(VehicleKind.UNKNOWN, Autopilot.UNKNOWN)
    way_s = max(float(np.hypot(*(there - here)[:2])) / pace.cruise_mps, 0.1)
    climb_m = float(np.nan_to_num(there[2] - here[2]))
    way_s = max(way_s, climb_m / pace.climb_mps, -climb_m / pace.sink_mps)
    legs = [_Leg(0.0, min(way_s, AHEAD_S), here, (there - here) / way_s)]
    if way_s < AHEAD_S:
        legs.append(_Leg(way_s, AHEAD_S, there, np.zeros(3)))
    return legs


def _drives(state: VehicleState) -> bool:
    return state.info is not None and state.info.kind in GROUND_KINDS
