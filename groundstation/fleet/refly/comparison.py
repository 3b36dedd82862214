# SPDX-License-Identifier: Apache-2.0
"""How a flight that was flown again differs from the one that was recorded. Differences are again minus recorded. Pure.

Each sample of the second flight belongs to the nearest place of the first one's way that lies not far from where the
sample before it belonged: a way that crosses itself, or goes out and back, is not mixed up. Aside, in height and in
speed they are compared at that place; along the way at the same time; in time at the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.refly.flown import Event, FlownFlight, Numbers, Way, metres_from, place_of

STEP_S = 0.2
"""Both ways are looked at so often."""
AHEAD_S = 10.0
"""How much later than expected a place may be passed."""
AHEAD_M = 15.0
BEHIND_M = 5.0
END_SAMPLES = 2
STANDS_MPS = 0.3
"""Slower than this a place says nothing about time."""
P95 = 95.0
ALIKE_S = 30.0
"""Events of one name are the same event when they are no farther apart."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of difference over a whole flight, without its sign."""

    mean: float
    p95: float
    max: float
    max_at_s: float
    """When, by the clock of the recorded flight from its take-off."""
    max_lat_deg: float
    max_lon_deg: float


class EventPair(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in one of both, or in both; seconds from the take-off of each."""

    what: str
    recorded_s: float | None = None
    again_s: float | None = None

    @property
    def is_alike(self) -> bool:
        """It happened in both."""
        return self.recorded_s is not None and self.again_s is not None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All that two flights differ in."""

    vehicle: str
    cross_track: Figures
    """Metres aside."""
    along_track: Figures
    """Metres ahead or behind along the way, at the same time since take-off."""
    height: Figures
    speed: Figures
    """m/s over ground."""
    time: Figures
    """Seconds later or earlier at the same place."""
    recorded_s: float
    """From take-off to landing."""
    again_s: float
    recorded_m: float
    """Length of the way."""
    again_m: float
    events: tuple[EventPair, ...] = ()
    recorded_charge: float | None = None
    """Of the battery, used, 0 to 1."""
    again_charge: float | None = None


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """The differences over time, for plots; all of shape (n,), float64."""

    time_s: Numbers
    """Of the recorded flight, from its take-off, by place."""
    cross_track_m: Numbers
    """Positive to the right."""
    along_track_m: Numbers
    height_m: Numbers
    speed_mps: Numbers
    late_s: Numbers
    """NaN where it stood."""
    lat_deg: Numbers
    """Where the second flight was."""
    lon_deg: Numbers
    recorded_lat_deg: Numbers
    """The place of the recorded way that it belongs to."""
    recorded_lon_deg: Numbers
    log_s: Numbers | None = None
    """When the record was there, by the clock of its log; None where there is none."""


def compared(recorded: FlownFlight, again: FlownFlight) -> tuple[Comparison, Curves]:
    """Two flights of one way.

    Args:
        recorded: the first one.
        again: the second one; may begin somewhere else, its places count.

    Raises:
        NothingFlownError: one of them was never in the air.
    """
    first, second = _air(recorded, recorded.origin), _air(again, recorded.origin)
    at = _matched(first, second)
    if not recorded.is_ended:
        # the record ends in the air: what the second one does after that place is compared with nothing
        count = int(np.searchsorted(at, len(first) - 1 - END_SAMPLES)) + 1
        at, second = at[:count], second.part(0, count)
    along_m = np.concatenate(([0.0], np.cumsum(first.steps_m())))
    place = first.at(np.interp(at, np.arange(len(first)), first.time_s))
    curves = _curves(first, second, place, np.interp(at, np.arange(len(first)), along_m), along_m, recorded)

    def figures(values: Numbers) -> Figures:
        return _figures(values, curves)

    comparison = Comparison(
        vehicle=recorded.name,
        cross_track=figures(curves.cross_track_m),
        along_track=figures(curves.along_track_m),
        height=figures(curves.height_m),
        speed=figures(curves.speed_mps),
        time=figures(curves.late_s),
        recorded_s=float(first.time_s[-1]),
        again_s=float(second.time_s[-1]),
        recorded_m=float(first.steps_m().sum()),
        again_m=float(second.steps_m().sum()),
        events=paired(_from_takeoff(recorded), _from_takeoff(again)),
        recorded_charge=recorded.charge_used,
        again_charge=again.charge_used,
    )
    return comparison, curves


def _air(flight: FlownFlight, origin: Place) -> Way:
    """What was flown, at even times from the take-off on, seen from one place."""
    air = flight.under_way
    way = flight.way.part(air.start, air.stop)
    count = max(int((way.time_s[-1] - way.time_s[0]) / STEP_S), 1) + 1
    way = way.at(way.time_s[0] + np.arange(count) * STEP_S)
    north_m, east_m = metres_from(origin, np.array([flight.origin.lat_deg]), np.array([flight.origin.lon_deg]))
    return Way(
        way.time_s - way.time_s[0],
        way.north_m + north_m[0],
        way.east_m + east_m[0],
        way.height_m,
        way.speed_mps,
        way.heading_deg,
    )


def _matched(first: Way, second: Way) -> Numbers:
    """Which place of the first way each sample of the second belongs to, as fractions of samples; never falls."""
    along_m = np.concatenate(([0.0], np.cumsum(np.sqrt(first.steps_m() ** 2 + np.diff(first.height_m) ** 2))))
    found = np.empty(len(second))
    low, step = 0, round(AHEAD_S / STEP_S)
    for index in range(len(second)):
        # as far on as it may have come: by time, or by metres where the first one stood for long
        high = max(low + step, int(np.searchsorted(along_m, along_m[low] + AHEAD_M)))
        found[index] = _nearest(first, second, index, low, min(high + 1, len(first)))
        low = int(found[index])
    return found


def _nearest(first: Way, second: Way, index: int, low: int, high: int) -> float:
    """The nearest point of the first way's part to a sample: a sample of it and how far towards the next."""
    north, east, up = (
        getattr(first, name)[low:high] - getattr(second, name)[index] for name in ("north_m", "east_m", "height_m")
    )
    if len(north) < 2:
        return float(low)
    steps = np.diff(north), np.diff(east), np.diff(up)
    squares = sum(one**2 for one in steps)
    ahead = -(north[:-1] * steps[0] + east[:-1] * steps[1] + up[:-1] * steps[2])
    share = np.clip(np.divide(ahead, squares, out=np.zeros_like(ahead), where=squares > 1e-9), 0.0, 1.0)
    off = sum((part[:-1] + share * step) ** 2 for part, step in zip((north, east, up), steps, strict=True))
    # of places that are equally near the first: who stands stays where it is
    best = int(np.argmin(np.asarray(off) + 1e-6 * np.arange(len(share))))
    return low + best + float(share[best])


def _curves(first: Way, second: Way, place: Way, at_m: Numbers, along_m: Numbers, recorded: FlownFlight) -> Curves:
    """All differences, at each sample of the second way."""
    half_s = 0.5
    ahead, behind = first.at(place.time_s + half_s), first.at(place.time_s - half_s)
    course = np.arctan2(ahead.east_m - behind.east_m, ahead.north_m - behind.north_m)
    north, east = second.north_m - place.north_m, second.east_m - place.east_m
    aside = east * np.cos(course) - north * np.sin(course)
    # where it stands or climbs there is no right and left: only how far
    off = np.hypot(north, east)
    moves = np.hypot(ahead.north_m - behind.north_m, ahead.east_m - behind.east_m) > STANDS_MPS
    expected_m = np.interp(second.time_s, first.time_s, along_m)
    late_s = np.where(place.speed_mps > STANDS_MPS, second.time_s - place.time_s, np.nan)
    lat_deg, lon_deg = _degrees(second, recorded.origin)
    recorded_lat_deg, recorded_lon_deg = _degrees(place, recorded.origin)
    since_arming_s = place.time_s + recorded.way.time_s[recorded.under_way.start]
    log_s = None if recorded.log_s is None else np.interp(since_arming_s, recorded.way.time_s, recorded.log_s)
    return Curves(
        time_s=place.time_s,
        cross_track_m=np.where(moves, np.copysign(off, aside), off),
        along_track_m=at_m - expected_m,
        height_m=second.height_m - place.height_m,
        speed_mps=second.speed_mps - place.speed_mps,
        late_s=late_s,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        recorded_lat_deg=recorded_lat_deg,
        recorded_lon_deg=recorded_lon_deg,
        log_s=log_s,
    )


def _degrees(way: Way, origin: Place) -> tuple[Numbers, Numbers]:
    """Latitudes and longitudes of a way."""
    places = [place_of(origin, float(n), float(e)) for n, e in zip(way.north_m, way.east_m, strict=True)]
    return np.array([one.lat_deg for one in places]), np.array([one.lon_deg for one in places])


def _figures(values: Numbers, curves: Curves) -> Figures:
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return Figures(mean=0.0, p95=0.0, max=0.0, max_at_s=0.0, max_lat_deg=0.0, max_lon_deg=0.0)
    sizes = np.abs(values[known])
    worst = int(known[int(np.argmax(sizes))])
    return Figures(
        mean=float(sizes.mean()),
        p95=float(np.percentile(sizes, P95)),
        max=float(sizes.max()),
        max_at_s=float(curves.time_s[worst]),
        max_lat_deg=float(curves.lat_deg[worst]),
        max_lon_deg=float(curves.lon_deg[worst]),
    )


def _from_takeoff(flight: FlownFlight) -> list[Event]:
    off_s = float(flight.way.time_s[flight.under_way.start])
    return [Event(one.time_s - off_s, one.what) for one in flight.events]


def paired(recorded: Sequence[Event], again: Sequence[Event]) -> tuple[EventPair, ...]:
    """Events of both flights, the same ones side by side, in order of time."""
    left = list(again)
    found = []
    for one in recorded:
        same = [other for other in left if other.what == one.what and abs(other.time_s - one.time_s) <= ALIKE_S]
        nearest = min(same, key=lambda other, at_s=one.time_s: abs(other.time_s - at_s), default=None)  # type: ignore[misc]
        if nearest is not None:
            left.remove(nearest)
        found.append(
            EventPair(what=one.what, recorded_s=one.time_s, again_s=None if nearest is None else nearest.time_s)
        )
    found += [EventPair(what=one.what, again_s=one.time_s) for one in left]
    return tuple(
        sorted(found, key=lambda pair: pair.recorded_s if pair.recorded_s is not None else pair.again_s or 0.0)
    )


def separation_m(flights: Sequence[FlownFlight], offsets_s: Sequence[float], step_s: float = STEP_S) -> Numbers:
    """Distance between two vehicles over time, while both are in the air; shape (n,).

    Args:
        flights: two of them.
        offsets_s: when each was armed, on one clock.
        step_s: how often.
    """
    spans = []
    for flight, offset_s in zip(flights, offsets_s, strict=True):
        air = flight.under_way
        spans.append((flight.way.time_s[air.start] + offset_s, flight.way.time_s[air.stop - 1] + offset_s))
    begin_s, end_s = max(one for one, _ in spans), min(one for _, one in spans)
    times = np.arange(begin_s, max(end_s, begin_s), step_s)
    first, second = (flight.way.at(times - offset_s) for flight, offset_s in zip(flights, offsets_s, strict=True))
    north_m, east_m = metres_from(
        flights[0].origin, np.array([flights[1].origin.lat_deg]), np.array([flights[1].origin.lon_deg])
    )
    return np.asarray(
        np.sqrt(
            (first.north_m - second.north_m - north_m[0]) ** 2
            + (first.east_m - second.east_m - east_m[0]) ** 2
            + (first.height_m - second.height_m) ** 2
        ),
        dtype=np.float64,
    )


FIGURES: dict[str, Callable[[Comparison], float]] = {
    f"{name}_{part}": (lambda one, name=name, part=part: float(getattr(getattr(one, name), part)))
    for name in ("cross_track", "along_track", "height", "speed", "time")
    for part in ("mean", "p95", "max")
} | {
    "duration": lambda one: abs(one.again_s - one.recorded_s),
    "events": lambda one: float(sum(not pair.is_alike for pair in one.events)),
}
"""What may be expected of a comparison, by name: metres, m/s, seconds; ``events`` is how many only one flight has."""
