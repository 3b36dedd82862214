# SPDX-License-Identifier: Apache-2.0
"""One flight as it was flown: where it was at each moment of its own clock, and what happened. Pure."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.vehicle import GROUND_KINDS

Numbers = NDArray[np.float64]

METRES_PER_DEGREE = 111_319.4908
"""Of latitude on the sphere that ArduPilot flies on; a flight spans some kilometres."""
LEAST_AIR_S = 2.0
"""A height that jumps for a moment is no flight."""
DOWN_S = 2.0
"""So long on the ground at the end of its way it has landed, whatever it does in the last centimetres."""
UP_M = 1.0
"""Higher than this over the ground where it began or ended, or lower below it, it is in the air."""


class NothingFlownError(ValueError):
    """A flight that never left the ground, or whose way is not known."""


@dataclass(frozen=True)
class Way:
    """Where a vehicle was. All arrays have shape (n,), float64, times rise."""

    time_s: Numbers
    """By the vehicle's clock, 0 when it was armed."""
    north_m: Numbers
    """Of the place that the way is told from."""
    east_m: Numbers
    height_m: Numbers
    """Above home."""
    speed_mps: Numbers
    """Over ground."""
    heading_deg: Numbers
    """Where its nose points; NaN where that is not known."""

    def __len__(self) -> int:
        return len(self.time_s)

    def part(self, first: int, last: int) -> Way:
        """From one sample up to another, the latter left out."""
        return Way(*(getattr(self, one.name)[first:last] for one in dataclasses.fields(self)))

    def at(self, time_s: Numbers) -> Way:
        """Where it was at other moments, between two samples on a straight line; before and after it stands still."""
        known = np.isfinite(self.heading_deg)
        heading_deg = np.full(len(time_s), np.nan)
        if known.any():
            turns = np.unwrap(np.radians(self.heading_deg[known]))
            heading_deg = np.degrees(np.interp(time_s, self.time_s[known], turns)) % 360.0
        return Way(
            time_s,
            np.interp(time_s, self.time_s, self.north_m),
            np.interp(time_s, self.time_s, self.east_m),
            np.interp(time_s, self.time_s, self.height_m),
            np.interp(time_s, self.time_s, self.speed_mps),
            heading_deg,
        )

    def steps_m(self) -> Numbers:
        """Metres over ground from each sample to the next, shape (n - 1,)."""
        return np.asarray(np.hypot(np.diff(self.north_m), np.diff(self.east_m)), dtype=np.float64)


@dataclass(frozen=True)
class Event:
    """Something that happened in a flight."""

    time_s: float
    """By the vehicle's clock, 0 when it was armed."""
    what: str
    """What two flights are compared by: ``arm``, ``mode RTL``, ``take-off``, ``failsafe Battery Failsafe``."""


@dataclass(frozen=True)
class FlownFlight:
    """One flight with all that it takes to fly it again."""

    name: str
    """Of the vehicle, as its log calls it."""
    kind: VehicleKind
    autopilot: str
    """``ardupilot``, ``px4`` or empty."""
    origin: Place
    """What `way` is told from: where it took off."""
    origin_amsl_m: float | None
    """Height of home above the sea."""
    way: Way
    armed_unix_s: float | None
    """When it was armed, on one clock for all vehicles of a log, which begins with its date; None where it has none."""
    is_ended: bool
    """It was disarmed in the log, or stood on the ground where that ends."""
    log_s: Numbers | None = None
    """When each sample of `way` came, by the log's own clock, shape (n,); None where there is no log."""
    events: tuple[Event, ...] = ()
    items: tuple[PlanItem, ...] = ()
    """The mission that it had and flew, as the log tells it; empty for none."""
    wind_speed_mps: float | None = None
    """Mean of what it estimated in the air."""
    wind_from_deg: float | None = None
    charge_begin: float | None = None
    """Of its battery, 0 to 1."""
    charge_used: float | None = None
    notes: tuple[str, ...] = ()
    """What was left out or assumed, in words."""

    @property
    def under_way(self) -> slice:
        """The samples from its take-off to its landing; of what drives, from its first to its last movement.

        Raises:
            NothingFlownError: there are none.
        """
        return span_of(self.way, self.kind, is_ended=self.is_ended)

    def place(self, index: int) -> Place:
        """Where it was at a sample."""
        return place_of(self.origin, float(self.way.north_m[index]), float(self.way.east_m[index]))


def place_of(origin: Place, north_m: float, east_m: float) -> Place:
    """Degrees of a place so many metres from another."""
    lat_deg = origin.lat_deg + north_m / METRES_PER_DEGREE
    lon_deg = origin.lon_deg + east_m / (METRES_PER_DEGREE * math.cos(math.radians(origin.lat_deg)))
    return Place(lat_deg, (lon_deg + 180.0) % 360.0 - 180.0)


def metres_from(origin: Place, lat_deg: Numbers, lon_deg: Numbers) -> tuple[Numbers, Numbers]:
    """Metres north and east of a place, shape (n,) each, the short way around longitude 180."""
    east_deg = (lon_deg - origin.lon_deg + 180.0) % 360.0 - 180.0
    scale = METRES_PER_DEGREE * math.cos(math.radians(origin.lat_deg))
    return (lat_deg - origin.lat_deg) * METRES_PER_DEGREE, east_deg * scale


def span_of(way: Way, kind: VehicleKind, *, is_ended: bool) -> slice:
    """What of a way was flown, or driven.

    Args:
        way: all of it.
        kind: of the vehicle.
        is_ended: it was disarmed where the way ends.

    Raises:
        NothingFlownError: it never left its place.
    """
    return moving(way) if kind in GROUND_KINDS else in_air(way, is_ended=is_ended)


def moving(way: Way) -> slice:
    """From the last sample at the place where it began to the first one after which it stood.

    Raises:
        NothingFlownError: it never drove.
    """
    away = np.flatnonzero(np.hypot(way.north_m - way.north_m[0], way.east_m - way.east_m[0]) > UP_M)
    if not len(away):
        raise NothingFlownError(
            f"it never was more than {UP_M:g} m away from where it began: there is nothing to drive"
        )
    still = np.hypot(way.north_m - way.north_m[-1], way.east_m - way.east_m[-1]) <= UP_M
    moved = np.flatnonzero(~still)
    last = int(moved[-1]) if len(moved) else int(away[-1])
    return slice(max(int(away[0]) - 1, 0), min(last + 2, len(way)))


def in_air(way: Way, *, is_ended: bool) -> slice:
    """From the last sample on the ground before it to the first one after it; all of it where it never lands.

    Args:
        way: all of it.
        is_ended: it was disarmed where the way ends: there is ground, be it higher or lower than that of its beginning.

    Raises:
        NothingFlownError: it was never up.
    """
    up = _off(way, float(way.height_m[0]))
    if not len(up) or way.time_s[up[-1]] - way.time_s[up[0]] < LEAST_AIR_S:
        raise NothingFlownError(
            f"it never was more than {UP_M:g} m above the ground for {LEAST_AIR_S:g} s: there is nothing to fly again"
        )
    last = int(up[-1])
    if is_ended and last == len(way) - 1:
        # heights drift: only who never came back to the first ground stands on another one
        down = _off(way, float(way.height_m[-1]))
        last = int(down[-1]) if len(down) else last
    return slice(max(int(up[0]) - 1, 0), min(last + 2, len(way)))


def is_down(way: Way, air: slice) -> bool:
    """Whether it stood on the ground for a while after what was flown: a log may end before it is disarmed."""
    return bool(air.stop < len(way) and way.time_s[-1] - way.time_s[air.stop - 1] >= DOWN_S)


def _off(way: Way, ground_m: float) -> NDArray[np.intp]:
    """Samples that are not on a ground of this height."""
    return np.flatnonzero(np.abs(way.height_m - ground_m) > UP_M)
