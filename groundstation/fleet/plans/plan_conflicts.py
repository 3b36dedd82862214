# SPDX-License-Identifier: Apache-2.0
"""Where and when vehicles that fly their plans at the same time come too close to each other. Pure.

Two straight, even motions are compared in closed form, and not at an instant alone: nobody flies to the second, so each
is taken to be early or late by up to `SLACK_S` or `SLACK_SHARE` of the time flown. Heights are above the home of each;
where all homes are known above the sea, they are compared above the sea.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from groundstation.fleet.geometry import METRES_PER_DEGREE, turn_deg
from groundstation.fleet.plans.plan_flight import Flight, FlightEnd, Moment, never_rest
from groundstation.fleet.separation import HOME_ZONE_M, near_homes_m

Floats = NDArray[np.float64]
MARGIN_M = 20.0
"""Between two vehicles with plain GNSS, along the ground."""
MARGIN_UP_M = 10.0
"""In height."""
SLACK_S, SLACK_SHARE = 5.0, 0.05
JOINED_S = 10.0
"""Approaches with less than this between them are told as one."""
MOST_PAIRS = 2_000_000
"""Of legs that are looked at closely; a fleet of long plans may have more."""
AT_ONCE = 65_536
"""Pairs of legs in a table."""
PARKED_M = 1.0
"""Lower than this over its home a vehicle stands, and is in nobody's way."""
HOME_ZONE = 2.0
"""Margins around a home within which `HOME_SHARE` counts; never farther than `HOME_ZONE_M`, where alarms begin."""
LONGER_S = 900.0
"""A change of a flight makes it longer by at most so much."""
STAY_STEPS = 20
STEP_S, LOOK_S = 0.5, 120.0
"""An approach is followed in such steps, so far to both sides."""


class Flown(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle and the flight of its plan."""

    name: str
    flight: Flight
    home_amsl_m: float | None = None
    starts_s: float = 0.0
    """After the first of them."""


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """An approach of two vehicles that is closer than the margins."""

    one: int
    """Index of a vehicle, as given; the lower one."""
    other: int
    at_s: float
    """When the one is there, since the first of all started."""
    early_s: float
    """How much earlier than planned the other has to be for that; negative for later, 0 for just as planned."""
    lasts_s: float
    """How long both are so close when everything goes as planned; 0 where it takes a delay."""
    apart_m: float
    """Along the ground, where they are closest."""
    apart_up_m: float
    number: int
    """Of the item that the one flies then."""
    other_number: int
    lat_deg: float
    """Where the one is then."""
    lon_deg: float


def conflicts(
    flights: Sequence[Flown], margin_m: float = MARGIN_M, margin_up_m: float = MARGIN_UP_M
) -> tuple[Conflict, ...]:
    """Every approach that is too close, by time.

    Args:
        flights: who flies what.
        margin_m: wanted between two vehicles along the ground.
        margin_up_m: wanted in height; either is enough.
    """
    return Sky(flights, margin_m, margin_up_m).conflicts()


class Sky:
    """Flights at the same time; asked again and again with one of them changed, while the others stay."""

    def __init__(self, flights: Sequence[Flown], margin_m: float = MARGIN_M, margin_up_m: float = MARGIN_UP_M) -> None:
        """Make the ways of all; see `conflicts`."""
        self._margin_m, self._up_scale = margin_m, margin_m / margin_up_m
        self._above = _common_heights(flights)
        begun = [one.flight.moments[0] for one in flights if one.flight.moments]
        self._origin = begun[0] if begun else None
        # one that is changed may be longer by a wait: who does not land is still there then
        longest_s = max((one.starts_s + one.flight.duration_s for one in flights), default=0.0)
        self._until_s = longest_s + LONGER_S
        self.ways = [self._way(at, one) for at, one in enumerate(flights)]
        """Of each; None for who does not move."""

    def _way(self, at: int, flown: Flown) -> _Way | None:
        if self._origin is None or len(flown.flight.moments) < 2:
            return None
        zone_m = min(HOME_ZONE * self._margin_m, HOME_ZONE_M)
        return _Way(flown, self._origin, self._above[at], self._up_scale, self._until_s, zone_m)

    def conflicts(self, rest: Callable[[], None] = never_rest) -> tuple[Conflict, ...]:
        """Every approach that is too close, by time.

        Args:
            rest: called about once a millisecond, where the work may stop for a moment.
        """
        found: list[Conflict] = []
        for (first, one), (second, other) in itertools.combinations(enumerate(self.ways), 2):
            if one is not None and other is not None:
                close = _too_close(one, other, self._margin_m, rest)
                found += _told(first, one, second, other, close) if close is not None else []
        return tuple(sorted(found, key=lambda one: one.at_s))

    def changed(self, at: int, flown: Flown) -> Sky:
        """The same with another flight in the place of one.

        Args:
            at: index of the one.
            flown: what it flies instead.
        """
        sky = copy.copy(self)
        sky.ways = [*self.ways[:at], self._way(at, flown), *self.ways[at + 1 :]]
        return sky

    def count(self, at: int, other: int) -> int:
        """How many approaches of two are too close."""
        one, two = self.ways[at], self.ways[other]
        if one is None or two is None:
            return 0
        close = _too_close(one, two, self._margin_m)
        return 0 if close is None else len(_groups(one, two, close))

    def is_clear(self, at: int, other: int) -> bool:
        """Whether two never come too close."""
        one, two = self.ways[at], self.ways[other]
        return one is None or two is None or _too_close(one, two, self._margin_m) is None


def _common_heights(flights: Sequence[Flown]) -> list[float]:
    """What to add to heights over the home of each, so that they can be compared."""
    known = [one.home_amsl_m for one in flights]
    if any(one is None for one in known):
        return [0.0] * len(flights)
    return [one for one in known if one is not None]


class _Way:
    """The legs of a flight as arrays, metres east, north, and up in the measure of the margin; a row a leg."""

    def __init__(
        self, flown: Flown, origin: Moment, above_m: float, up_scale: float, until_s: float, zone_m: float
    ) -> None:
        moments = flown.flight.moments
        hangs = bool(moments) and flown.flight.end is not FlightEnd.LANDED
        if hangs:
            # who does not land is still there when the others come
            last = moments[-1]
            moments = (*moments, replace(last, time_s=max(last.time_s, until_s - flown.starts_s)))
        self.origin, self.up_scale = origin, up_scale
        self.east_m = METRES_PER_DEGREE * max(0.01, float(np.cos(np.radians(origin.lat_deg))))
        spots = np.array(
            [
                (
                    turn_deg(origin.lon_deg, one.lon_deg) * self.east_m,
                    (one.lat_deg - origin.lat_deg) * METRES_PER_DEGREE,
                    (one.height_m + above_m) * up_scale,
                )
                for one in moments
            ]
        ).reshape(-1, 3)
        self.home: Floats = spots[0, :2]
        # a leg that leaves the surroundings of its home is two: nearer vehicles are expected there
        at = _cut_at_zone(spots, self.home, zone_m)
        whole = np.arange(len(spots), dtype=np.float64)
        spots = np.column_stack([np.interp(at, whole, spots[:, axis]) for axis in range(3)]).reshape(-1, 3)
        times = np.interp(at, whole, [one.time_s for one in moments]) if moments else np.zeros(0)
        times = times + flown.starts_s
        self.times, self.spots = times, spots
        is_up = spots[:, 2] / up_scale - above_m > PARKED_M
        long = (times[1:] > times[:-1]) & (is_up[:-1] | is_up[1:])
        self.start_s, self.end_s = times[:-1][long], times[1:][long]
        self.start, self.end = spots[:-1][long], spots[1:][long]
        numbers = np.array([one.number for one in moments], dtype=int)
        self.numbers = numbers[np.ceil(at[1:] - 1e-9).astype(int)][long]
        unsure_s = self.end_s - flown.starts_s
        if hangs and long[-1]:
            # how late it comes is unsure, and not how long it hangs there
            unsure_s[-1] = self.start_s[-1] - flown.starts_s
        self.slack_s = np.maximum(SLACK_S, SLACK_SHARE * unsure_s)
        middle = (self.start[:, :2] + self.end[:, :2]) / 2.0
        self.is_at_home = np.linalg.norm(middle - self.home, axis=1) <= zone_m

    def place_of(self, spot: Floats) -> tuple[float, float]:
        """Latitude and longitude of a spot."""
        lat_deg = self.origin.lat_deg + float(spot[1]) / METRES_PER_DEGREE
        return lat_deg, turn_deg(0.0, self.origin.lon_deg + float(spot[0]) / self.east_m)

    def at_times(self, times: Floats) -> Floats:
        """Where it is as planned, (times, 3)."""
        return np.column_stack([np.interp(times, self.times, self.spots[:, axis]) for axis in range(3)])

    @property
    def velocity(self) -> Floats:
        """Metres a second, (legs, 3)."""
        velocity: Floats = (self.end - self.start) / (self.end_s - self.start_s)[:, None]
        return velocity


def _cut_at_zone(spots: Floats, home: Floats, zone_m: float) -> Floats:
    """Where a way begins a new leg: at its spots, and where it crosses a circle around its home; 2.5 is half way."""
    whole = np.arange(len(spots), dtype=np.float64)
    step = spots[1:, :2] - spots[:-1, :2]
    away = spots[:-1, :2] - home
    square, mixed = (step * step).sum(1), (step * away).sum(1)
    root = mixed**2 - square * ((away * away).sum(1) - zone_m**2)
    crosses = (square > 1e-6) & (root > 0.0)
    found = [whole]
    for sign in (-1.0, 1.0):
        share = (-mixed[crosses] + sign * np.sqrt(root[crosses])) / square[crosses]
        inside = (share > 1e-6) & (share < 1.0 - 1e-6)
        found.append(whole[:-1][crosses][inside] + share[inside])
    return np.sort(np.concatenate(found))


class _Close(msgspec.Struct):
    """Pairs of legs that come too close."""

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    best: _Best
    wanted_m: Floats


def _too_close(one: _Way, other: _Way, margin_m: float, rest: Callable[[], None] = never_rest) -> _Close | None:
    pairs = _near_pairs(one, other, margin_m, rest)
    if not len(pairs):
        return None
    left, right = pairs[:, 0], pairs[:, 1]
    best = _closest(one, left, other, right)
    # side by side on the field they are as far apart as they were put, and a little less when they leave
    homes_m = float(np.linalg.norm(one.home - other.home))
    wanted = np.where(one.is_at_home[left] & other.is_at_home[right], near_homes_m(homes_m, margin_m), margin_m)
    close = best.apart_m < wanted
    if not close.any():
        return None
    return _Close(left[close], right[close], best.taken(close), wanted[close])


def _near_pairs(one: _Way, other: _Way, margin_m: float, rest: Callable[[], None]) -> NDArray[np.intp]:
    """Legs whose times and boxes come near enough to be worth a look, (pairs, 2)."""
    found: list[NDArray[np.intp]] = []
    count = 0
    low, high = np.minimum(other.start, other.end) - margin_m, np.maximum(other.start, other.end) + margin_m
    box_low, box_high = np.minimum(one.start, one.end), np.maximum(one.start, one.end)
    # so many rows at once that the tables stay in the cache
    rows = max(1, AT_ONCE // max(1, len(other.start_s)))
    for begin in range(0, len(one.start_s), rows):
        rest()
        part = slice(begin, begin + rows)
        slack = np.maximum(one.slack_s[part, None], other.slack_s)
        near = (other.start_s <= one.end_s[part, None] + slack) & (other.end_s >= one.start_s[part, None] - slack)
        for axis in range(3):
            near &= low[:, axis] <= box_high[part, axis, None]
            near &= high[:, axis] >= box_low[part, axis, None]
        hits = np.argwhere(near)
        hits[:, 0] += begin
        found.append(hits)
        count += len(hits)
        if count > MOST_PAIRS:
            break
    return np.concatenate(found) if found else np.zeros((0, 2), dtype=np.intp)


class _Best(msgspec.Struct):
    """For each pair of legs when they are closest, and how close."""

    one_s: Floats
    other_s: Floats
    apart_m: Floats

    def taken(self, which: NDArray[np.bool_]) -> _Best:
        return _Best(self.one_s[which], self.other_s[which], self.apart_m[which])


def _closest(one: _Way, left: NDArray[np.intp], other: _Way, right: NDArray[np.intp]) -> _Best:
    """The least distance of two legs, over all times of each that differ by no more than the slack.

    A quadratic over a polygon in the plane of both times, convex: its least is inside, or on one of six edges.
    """
    a0, a1, b0, b1 = one.start_s[left], one.end_s[left], other.start_s[right], other.end_s[right]
    slack = np.maximum(one.slack_s[left], other.slack_s[right])
    u, v = one.velocity[left], other.velocity[right]
    # positions at time 0 of each motion
    p = one.start[left] - u * a0[:, None]
    q = other.start[right] - v * b0[:, None]
    r = p - q
    candidates = [
        *_inner(r, u, v),
        *_edges(r, u, v, a0, a1, b0, b1, slack),
    ]
    best = _Best(a0.copy(), b0.copy(), np.full(len(a0), np.inf))
    for s, t in candidates:
        allowed = (s >= a0 - 1e-6) & (s <= a1 + 1e-6) & (t >= b0 - 1e-6) & (t <= b1 + 1e-6)
        allowed &= np.abs(s - t) <= slack + 1e-6
        apart = np.linalg.norm(r + u * s[:, None] - v * t[:, None], axis=1)
        better = allowed & (apart < best.apart_m)
        best.one_s[better], best.other_s[better], best.apart_m[better] = s[better], t[better], apart[better]
    return best


def _inner(r: Floats, u: Floats, v: Floats) -> list[tuple[Floats, Floats]]:
    """Where both derivatives are zero; parallel motions have no such place."""
    uu, vv, uv = (u * u).sum(1), (v * v).sum(1), (u * v).sum(1)
    ru, rv = (r * u).sum(1), (r * v).sum(1)
    det = uu * vv - uv**2
    safe = np.where(np.abs(det) > 1e-9, det, np.inf)
    return [((uv * rv - vv * ru) / safe, (uu * rv - uv * ru) / safe)]


def _edges(
    r: Floats, u: Floats, v: Floats, a0: Floats, a1: Floats, b0: Floats, b1: Floats, slack: Floats
) -> list[tuple[Floats, Floats]]:
    """The least on each edge: one of the times fixed, or their difference."""
    found: list[tuple[Floats, Floats]] = []
    for s in (a0, a1):
        t = _least(r + u * s[:, None], -v, np.maximum(b0, s - slack), np.minimum(b1, s + slack))
        found.append((s, t))
    for t in (b0, b1):
        s = _least(r - v * t[:, None], u, np.maximum(a0, t - slack), np.minimum(a1, t + slack))
        found.append((s, t))
    for shift in (-slack, np.zeros_like(slack), slack):
        # the other's time is the one's and the shift
        s = _least(r - v * shift[:, None], u - v, np.maximum(a0, b0 - shift), np.minimum(a1, b1 - shift))
        found.append((s, s + shift))
    return found


def _least(r: Floats, w: Floats, low: Floats, high: Floats) -> Floats:
    """Time at which |r + w t| is least, between two times."""
    ww = (w * w).sum(1)
    free: Floats = -(r * w).sum(1) / np.where(ww > 1e-12, ww, np.inf)
    return np.minimum(np.maximum(free, low), high)


def _groups(one: _Way, other: _Way, close: _Close) -> list[list[int]]:
    """Pairs of legs as approaches: those that follow each other are one."""
    groups: list[list[int]] = []
    reached_s = -np.inf
    for place in np.argsort(close.best.one_s):
        now_s = float(close.best.one_s[place])
        wanted_m = float(close.wanted_m[place])
        if groups and (now_s <= reached_s + JOINED_S or _stay_close(one, other, reached_s, now_s, wanted_m)):
            groups[-1].append(int(place))
        else:
            groups.append([int(place)])
        reached_s = max(reached_s, now_s)
    return groups


def _told(first: int, one: _Way, second: int, other: _Way, close: _Close) -> list[Conflict]:
    """Each approach where it is closest."""
    best = close.best
    told = []
    for group in _groups(one, other, close):
        # of those that are as close the one that takes the least delay
        at = min(
            group,
            key=lambda place: (round(float(best.apart_m[place]), 1), abs(best.one_s[place] - best.other_s[place])),
        )
        s, t = float(best.one_s[at]), float(best.other_s[at])
        i, j = close.left[at], close.right[at]
        here = one.start[i] + one.velocity[i] * (s - one.start_s[i])
        there = other.start[j] + other.velocity[j] * (t - other.start_s[j])
        lat_deg, lon_deg = one.place_of(here)
        told.append(
            Conflict(
                one=first,
                other=second,
                at_s=s,
                early_s=t - s,
                lasts_s=_lasts_s(one, other, s, float(close.wanted_m[at])),
                apart_m=float(np.hypot(*(here - there)[:2])),
                apart_up_m=float(abs(here[2] - there[2]) / one.up_scale),
                number=int(one.numbers[i]),
                other_number=int(other.numbers[j]),
                lat_deg=lat_deg,
                lon_deg=lon_deg,
            )
        )
    return told


def _stay_close(one: _Way, other: _Way, from_s: float, to_s: float, wanted_m: float) -> bool:
    """Whether two that are on time are too close all the while."""
    times = np.linspace(from_s, to_s, STAY_STEPS)
    return bool((np.linalg.norm(one.at_times(times) - other.at_times(times), axis=1) < wanted_m).all())


def _lasts_s(one: _Way, other: _Way, at_s: float, margin_m: float) -> float:
    """How long two are too close around a time when both are on time, seconds."""
    times = np.arange(at_s - LOOK_S, at_s + LOOK_S + STEP_S, STEP_S)
    is_close = np.linalg.norm(one.at_times(times) - other.at_times(times), axis=1) < margin_m
    middle = len(times) // 2
    near = np.flatnonzero(is_close[middle - 2 : middle + 3])
    if not len(near):
        return 0.0
    begin = end = middle - 2 + int(near[0])
    while begin > 0 and is_close[begin - 1]:
        begin -= 1
    while end + 1 < len(times) and is_close[end + 1]:
        end += 1
    return float((end - begin + 1) * STEP_S)
