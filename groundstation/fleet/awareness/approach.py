# SPDX-License-Identifier: Apache-2.0
"""How near vehicles in the air come to each other, as each flies on. Pure.

Each is taken to keep its velocity for the next minute. Heights count twice, as everywhere (10 m along the ground are
worth 5 m in height): who passes 30 m above comes nearer than who passes 70 m beside. Where a height is not known the
place alone counts; where a velocity is not known nothing is said of the vehicle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.geometry import METRES_PER_DEGREE
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.separation import APART_HEIGHT_M, APART_M, HOME_SHARE, HOME_ZONE_M
from groundstation.fleet.vehicle import VehicleState

AHEAD_S = 60.0
"""Nobody flies straight on for longer."""
MARGIN_M, MARGIN_HEIGHT_M = 40.0, 20.0
"""Who comes nearer than both is told; the alarm has narrower limits (`alarms/nearness.py`)."""
CLOSING_MPS = 1.0
"""Slower is no approach: two that hover beside each other drift by some decimetres a second."""
LOOKED_AT_M = 60.0
"""A little more than both margins together."""
MAX_APPROACHES = 50
"""Nearest in time that are told; more lines are a tangle."""
HEIGHT_WORTH = APART_M / APART_HEIGHT_M

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]


class Approach(msgspec.Struct, frozen=True, kw_only=True):
    """Two that come near each other."""

    one: VehicleKey
    other: VehicleKey
    in_s: float
    """From the moment at which this was worked out."""
    flat_m: float
    """Along the ground, when they are nearest."""
    height_m: float | None
    """Between their heights then; None where one is not known."""
    one_place: tuple[float, float]
    """Where the first is then, degrees."""
    other_place: tuple[float, float]

    @property
    def closest_m(self) -> float:
        """In all directions, as far as heights are known."""
        return float(np.hypot(self.flat_m, self.height_m or 0.0))


class Movers(msgspec.Struct, frozen=True):
    """Vehicles in the air of one tree, as arrays of one length n, moved to one moment."""

    states: Sequence[VehicleState]
    place: Numbers
    """Latitude and longitude, degrees; shape (n, 2)."""
    height_m: Numbers
    """Above the sea; NaN for unknown."""
    velocity: Numbers
    """North, east, up, m/s; shape (n, 3)."""
    home: Numbers
    """Degrees, NaN for unknown; shape (n, 2)."""


class Nearest(msgspec.Struct, frozen=True):
    """The nearest other of some of the vehicles, as arrays of one length."""

    other: Rows
    """Its row."""
    in_s: Numbers
    flat_m: Numbers
    height_m: Numbers
    """NaN for unknown."""
    closing_mps: Numbers
    is_near: NDArray[np.bool_]


def movers_of(states: Iterable[VehicleState], now_s: float) -> list[Movers]:
    """Who flies, is heard, and tells place and velocity; by tree, since nothing simulated meets what is real.

    Args:
        states: of all vehicles.
        now_s: seconds on the station's clock, to which each is moved from its last place.
    """
    by_root: dict[str, list[VehicleState]] = {}
    for state in states:
        if moves(state, now_s):
            by_root.setdefault(state.key.root, []).append(state)
    return [_movers(some, now_s) for some in by_root.values()]


def moves(state: VehicleState, now_s: float) -> bool:
    """Whether it can be said where a vehicle flies to."""
    if state.is_flying is not True or not state.is_heard or velocity_of(state) is None:
        return False
    is_placed = state.position is not None and state.position.lat_deg is not None and state.position.lon_deg is not None
    is_fresh = state.freshness("velocity", now_s) is Freshness.FRESH
    return is_placed and is_fresh and state.freshness("position", now_s) is Freshness.FRESH


def velocity_of(state: VehicleState) -> tuple[float, float, float] | None:
    """North, east, up, m/s, as it was told last; a climb that nobody tells is none. None where the rest is not told."""
    told = state.velocity
    if told is None or told.north_mps is None or told.east_mps is None:
        return None
    return told.north_mps, told.east_mps, -(told.down_mps or 0.0)


def nearest(movers: Movers, first: int = 0, last: int | None = None) -> tuple[Nearest, list[Approach]]:
    """The nearest other of the vehicles in some rows, and who of them comes near somebody in a later row.

    Args:
        movers: two at least.
        first: row to begin with; a fleet of a thousand is looked at by some rows at a time.
        last: row behind the end; None for all.

    Returns:
        For each of the rows the soonest that comes near, else the nearest; and the pairs.
    """
    worth2 = _worth2(movers, slice(first, last))
    own = np.arange(worth2.shape[0])
    worth2[own, own + first] = np.inf
    other = np.argmin(worth2, axis=1)
    # all the rest is worked out for the few that may come near, and for the nearest of each
    row, column = np.nonzero(worth2 < LOOKED_AT_M**2)
    pairs = _pairs(movers, row + first, column)
    is_near = _are_near(movers, pairs)
    row, pairs = row[is_near], pairs.some(is_near)
    later_first = np.argsort(-pairs.in_s, kind="stable")
    other[row[later_first]] = pairs.other[later_first]
    chosen = _pairs(movers, own + first, other)
    found = Nearest(
        other, chosen.in_s, chosen.flat_m, chosen.height_m, chosen.closing_mps, np.isin(own, row, assume_unique=False)
    )
    return found, _approaches(movers, pairs.some(pairs.other > pairs.one))


def _worth2(movers: Movers, rows: slice) -> NDArray[np.float32]:
    """Squares of how near each of some rows comes to everybody, heights counted twice; shape (rows, n).

    In single precision, which is twice as fast and knows decimetres over 1,000 km: it only says who is looked at.
    """
    lat, lon = movers.place[:, 0], movers.place[:, 1]
    # from the first of them, so that small numbers are subtracted; over the date line too
    lat, lon = lat - lat[0], (lon - lon[0] + 180.0) % 360.0 - 180.0
    half = np.cos(np.radians(movers.place[:, 0])) * (METRES_PER_DEGREE / 2.0)
    is_high = ~np.isnan(movers.height_m)
    high = np.where(is_high, movers.height_m, 0.0) * HEIGHT_WORTH
    velocity = movers.velocity * (1.0, 1.0, HEIGHT_WORTH)
    north, east, up = (_minus(one, rows) for one in (lat * METRES_PER_DEGREE, lon, high))
    to_north, to_east, climb = (_minus(velocity[:, axis], rows) for axis in range(3))
    east *= half[None, :].astype(np.float32) + half[rows, None].astype(np.float32)
    if not is_high.all():
        # heights that can't be compared bring nobody nearer, and keep nobody apart
        are_high = is_high[None, :] & is_high[rows, None]
        up *= are_high
        climb *= are_high
    in_s = -(north * to_north + east * to_east + up * climb)
    in_s /= np.maximum(to_north * to_north + to_east * to_east + climb * climb, np.float32(1e-9))
    np.clip(in_s, 0.0, AHEAD_S, out=in_s)
    flat = np.square(north + to_north * in_s) + np.square(east + to_east * in_s)
    return np.asarray(flat + np.square(up + climb * in_s), dtype=np.float32)


def _minus(column: Numbers, rows: slice) -> NDArray[np.float32]:
    small = column.astype(np.float32)
    return small[None, :] - small[rows, None]


class _Pairs(NamedTuple):
    """Some pairs, as arrays of one length."""

    one: Rows
    other: Rows
    in_s: Numbers
    flat_m: Numbers
    height_m: Numbers
    """NaN for unknown."""
    closing_mps: Numbers

    def some(self, keep: NDArray[Any]) -> _Pairs:
        """Those of a mask, or of rows."""
        one, other, *numbers = self
        return _Pairs(one[keep], other[keep], *(column[keep] for column in numbers))


def _pairs(movers: Movers, one: Rows, other: Rows) -> _Pairs:
    flat = flat_between(movers.place[one], movers.place[other])
    up = movers.height_m[other] - movers.height_m[one]
    drift = movers.velocity[other] - movers.velocity[one]
    is_high = ~np.isnan(up)
    apart = np.column_stack((flat, np.where(is_high, up, 0.0)))
    drift[~is_high, 2] = 0.0
    worth = np.array((1.0, 1.0, HEIGHT_WORTH))
    dot, speed2 = (apart * drift * worth**2).sum(axis=1), ((drift * worth) ** 2).sum(axis=1)
    in_s = np.clip(-dot / np.maximum(speed2, 1e-9), 0.0, AHEAD_S)
    then = apart + drift * in_s[:, None]
    now_m = np.maximum(np.sqrt((apart**2).sum(axis=1)), 0.01)
    return _Pairs(
        one, other, in_s, np.hypot(then[:, 0], then[:, 1]), np.where(is_high, np.abs(then[:, 2]), np.nan),
        -(apart * drift).sum(axis=1) / now_m,
    )  # fmt: skip


def _are_near(movers: Movers, pairs: _Pairs) -> NDArray[np.bool_]:
    """Which of them come nearer than the margin, and are no neighbours at their homes."""
    is_near = (pairs.flat_m < MARGIN_M) & (np.nan_to_num(pairs.height_m) < MARGIN_HEIGHT_M)
    is_near &= (pairs.in_s > 0.0) & (pairs.closing_mps >= CLOSING_MPS)
    # who was put side by side comes as near where it starts and lands, as for alarms; a home that is not known, NaN,
    # is nowhere near
    least_m = HOME_SHARE * np.hypot(*flat_between(movers.home[pairs.one], movers.home[pairs.other]).T)
    out_m = np.maximum(*(_out_m(movers, rows, pairs.in_s) for rows in (pairs.one, pairs.other)))
    is_beside = (out_m <= HOME_ZONE_M) & (least_m < MARGIN_M) & (pairs.flat_m >= least_m)
    return np.asarray(is_near & ~is_beside)


def _out_m(movers: Movers, rows: Rows, in_s: Numbers) -> Numbers:
    away = flat_between(movers.home[rows], movers.place[rows]) + movers.velocity[rows, :2] * in_s[:, None]
    return np.asarray(np.hypot(away[:, 0], away[:, 1]))


def _approaches(movers: Movers, pairs: _Pairs) -> list[Approach]:
    soonest = pairs.some(np.argsort(pairs.in_s, kind="stable")[:MAX_APPROACHES])
    places = [_later(movers, rows, soonest.in_s).tolist() for rows in (soonest.one, soonest.other)]
    numbers = (column.tolist() for column in soonest)
    return [
        Approach(
            one=movers.states[one].key,
            other=movers.states[other].key,
            in_s=in_s,
            flat_m=flat_m,
            height_m=None if np.isnan(height_m) else height_m,
            one_place=tuple(one_place),
            other_place=tuple(other_place),
        )
        for one, other, in_s, flat_m, height_m, _, one_place, other_place in zip(*numbers, *places, strict=True)
    ]


def _movers(states: Sequence[VehicleState], now_s: float) -> Movers:
    place = np.array([_place(one) for one in states], dtype=np.float64).reshape(-1, 3)
    velocity = np.array([velocity_of(one) for one in states], dtype=np.float64).reshape(-1, 3)
    age_s = np.array([one.age_s("position", now_s) or 0.0 for one in states], dtype=np.float64)
    gone = velocity * age_s[:, None]
    return Movers(
        states, moved_places(place[:, :2], gone[:, :2]), place[:, 2] + gone[:, 2], velocity,
        np.array([_home(one) for one in states], dtype=np.float64).reshape(-1, 2),
    )  # fmt: skip


def moved_places(places: Numbers, gone_m: Numbers) -> Numbers:
    """Places some metres north and east of others, degrees; shapes (n, 2). For some kilometres at most."""
    north = gone_m[:, 0] / METRES_PER_DEGREE
    east = gone_m[:, 1] / (METRES_PER_DEGREE * np.maximum(np.cos(np.radians(places[:, 0])), 1e-6))
    return np.stack((places[:, 0] + north, (places[:, 1] + east + 180.0) % 360.0 - 180.0), axis=1)


def _later(movers: Movers, rows: Rows, in_s: Numbers) -> Numbers:
    return moved_places(movers.place[rows], movers.velocity[rows, :2] * in_s[:, None])


def flat_between(first: Numbers, second: Numbers) -> Numbers:
    """Metres north and east from one place to another, shape (n, 2); of use where both are near."""
    lon = (second[:, 1] - first[:, 1] + 180.0) % 360.0 - 180.0
    east = lon * np.cos(np.radians((first[:, 0] + second[:, 0]) / 2.0))
    return np.stack((second[:, 0] - first[:, 0], east), axis=1) * METRES_PER_DEGREE


def _place(state: VehicleState) -> tuple[float, float, float]:
    position = state.position
    if position is None or position.lat_deg is None or position.lon_deg is None:
        return np.nan, np.nan, np.nan
    height_m = state.height_amsl_m
    return position.lat_deg, position.lon_deg, np.nan if height_m is None else height_m


def _home(state: VehicleState) -> tuple[float, float]:
    home = state.home
    if home is None or home.lat_deg is None or home.lon_deg is None:
        return np.nan, np.nan
    return home.lat_deg, home.lon_deg
