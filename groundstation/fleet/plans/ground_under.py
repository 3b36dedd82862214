# SPDX-License-Identifier: Apache-2.0
"""The ground under a plan: how high it is over the way, how near the plan comes to it, what would help. Pure.

All heights are above home, whose ground is the zero: what a tile is wrong by at home it is mostly wrong by nearby.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from msgspec.structs import replace

from groundstation.fleet.phrases import say
from groundstation.fleet.plans.ground_tiles import Floats
from groundstation.fleet.plans.plan_check import TAKEOFFS, Finding
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Cmd
from groundstation.fleet.plans.plan_flight import Flight, Moment
from groundstation.fleet.plans.plan_items import FRAME_TERRAIN, PlanItem, plain_frame
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.plan_remedies import Remedy

WANTED_M = 20.0
STEP_M = 30.0
"""Between two looks at the ground: samples of one arc second are as far apart."""
MOST_SAMPLES = 20_000
NEAR_M = 15.0
"""So near to where a flight begins and ends it is on its way from and to the ground."""
M_IN_DEGREE = 111_195.0
"""Of a great circle of a sphere of 6,371 km: near enough for fifteen metres."""
LIFT_STEP_M = 5.0
LANDINGS = frozenset({Cmd.LAND, Cmd.VTOL_LAND})
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Heights = Callable[[Floats, Floats], Floats]
"""Heights of the ground above the sea at latitudes and longitudes, NaN for not known."""


class Sample(msgspec.Struct, frozen=True, gc=False):
    """The ground at one place of the way."""

    way_m: float
    height_m: float
    """Of the vehicle, above home."""
    ground_m: float | None
    """Above home; None where it is not known."""
    number: int
    """Of the item that is flown, from 1."""
    is_measured: bool
    """Whether the distance to the ground counts: not on the way from and to it."""


class GroundUnder(msgspec.Struct, frozen=True, kw_only=True):
    """The ground under a flight."""

    samples: tuple[Sample, ...] = ()
    lowest: Sample | None = None
    """Where it comes nearest to the ground; None where that is nowhere known."""

    @property
    def is_partly_unknown(self) -> bool:
        """Whether there are places of which nothing is known."""
        return any(one.ground_m is None for one in self.samples)


def clearance_m(sample: Sample) -> float:
    """How far above the ground; infinite where that is not known."""
    return math.inf if sample.ground_m is None else sample.height_m - sample.ground_m


def ground_under(flight: Flight, items: Sequence[PlanItem], home: Place | None, heights: Heights) -> GroundUnder:
    """Look at the ground under a flight.

    Args:
        flight: of these items.
        items: home not among them.
        home: whose ground is the zero.
        heights: of the ground.
    """
    moments = flight.moments
    if len(moments) < 2 or home is None:
        return GroundUnder()
    ways = np.array([one.way_m for one in moments])
    step_m = max(STEP_M, float(ways[-1]) / MOST_SAMPLES)
    counts = np.maximum(1, np.ceil(np.diff(ways) / step_m).astype(np.intp))
    leg = np.repeat(np.arange(len(counts)), counts)
    share = (np.arange(len(leg)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[leg]
    leg, share = np.append(leg, len(counts) - 1), np.append(share, 1.0)

    def between(values: Floats) -> Floats:
        # between the two ends of each leg
        found: Floats = values[leg] + (values[leg + 1] - values[leg]) * share
        return found

    lats, lons = (np.array([getattr(one, name) for one in moments]) for name in ("lat_deg", "lon_deg"))
    zero = float(heights(np.array([home.lat_deg]), np.array([home.lon_deg]))[0])
    ground, nodes = heights(between(lats), between(lons)) - zero, heights(lats, lons) - zero
    over = _over_ground(moments, items)
    told = np.array([one.height_m for one in moments])
    high, above = _nodes(moments, items, over, nodes)
    # to an item above the ground it flies along the ground
    height = np.where(over[leg + 1] & np.isfinite(ground), between(above) + ground, between(high))
    height = np.where(np.isfinite(height), height, between(told))
    is_measured = _is_measured(moments, items)[leg] & _is_away(between(lats), between(lons), moments)
    numbers = [one.number for one in moments]
    samples = tuple(
        Sample(float(way), float(up), float(low) if math.isfinite(low) else None, numbers[at + 1], bool(counted))
        for way, up, low, at, counted in zip(between(ways), height, ground, leg.tolist(), is_measured, strict=True)
    )
    counted = [one for one in samples if one.is_measured and one.ground_m is not None]
    return GroundUnder(samples=samples, lowest=min(counted, key=clearance_m, default=None))


def _nodes(moments: Sequence[Moment], items: Sequence[PlanItem], over: Flags, ground: Floats) -> tuple[Floats, Floats]:
    """How high it is at each moment, above home and above the ground.

    A flight counts heights above the ground as if they were above home, and one leg may begin with the one and end with
    the other: from its start to its end it goes evenly.
    """
    high = np.array([one.height_m for one in moments])
    above = high - ground
    begin = 1
    while begin < len(moments):
        end = begin
        while end + 1 < len(moments) and moments[end + 1].number == moments[begin].number:
            end += 1
        start, item = begin - 1, _item(items, moments[begin].number)
        has_height = item is not None and _has_height(item)
        long_m = moments[end].way_m - moments[start].way_m
        off_m = high[start] - moments[start].height_m
        from_m = above[start] if math.isfinite(above[start]) else moments[end].height_m
        for at in range(begin, end + 1):
            share = (moments[at].way_m - moments[start].way_m) / long_m if long_m > 0.0 else 0.0
            if over[at]:
                above[at] = from_m + (moments[end].height_m - from_m) * (share if long_m > 0.0 else 1.0)
                high[at] = above[at] + ground[at] if math.isfinite(ground[at]) else moments[at].height_m
            else:
                # what says no height, as a return, goes on as high as it was, until it goes down at its end
                left = 1.0 - share if has_height else float(share < 1.0)
                high[at] = moments[at].height_m + off_m * left
                above[at] = high[at] - ground[at]
        begin = end + 1
    return high, above


def _item(items: Sequence[PlanItem], number: int) -> PlanItem | None:
    return items[number - 1] if 0 < number <= len(items) else None


def _over_ground(moments: Sequence[Moment], items: Sequence[PlanItem]) -> Flags:
    found = (_item(items, one.number) for one in moments)
    return np.array([one is not None and plain_frame(one.frame) == FRAME_TERRAIN for one in found])


def _is_measured(moments: Sequence[Moment], items: Sequence[PlanItem]) -> Flags:
    """For each leg: not straight up and down, nor a take-off or landing."""
    counts = []
    for before, after in itertools.pairwise(moments):
        item = _item(items, after.number)
        is_vertical = after.way_m - before.way_m <= 0.0
        counts.append(not is_vertical and not (item is not None and item.command in {*TAKEOFFS, *LANDINGS}))
    return np.array(counts)


def _is_away(lats: Floats, lons: Floats, moments: Sequence[Moment]) -> Flags:
    away = np.ones(len(lats), dtype=bool)
    for end in (moments[0], moments[-1]):
        north_m = (lats - end.lat_deg) * M_IN_DEGREE
        east_m = (lons - end.lon_deg) * M_IN_DEGREE * math.cos(math.radians(end.lat_deg))
        away &= np.hypot(north_m, east_m) > NEAR_M
    return away


def ground_finding(under: GroundUnder, items: Sequence[PlanItem], wanted_m: float) -> tuple[Finding, list[Remedy]]:
    """What is to be said of the lowest place, and what would help; see `is_too_low`.

    Args:
        under: of these items.
        items: home not among them.
        wanted_m: above the ground.
    """
    lowest = under.lowest
    assert lowest is not None  # noqa: S101 - the caller looked, by `is_too_low`
    apart_m = clearance_m(lowest)
    way_km = lowest.way_m / 1000.0
    said = say("check_near_ground", apart_m=apart_m, way_km=way_km, wanted_m=wanted_m)
    if apart_m < 0.0:
        said = say("check_into_ground", below_m=-apart_m, way_km=way_km)
    finding = Finding(item=lowest.number or None, said=said, holds=apart_m < 0.0)
    raised = _raised(under, items, wanted_m)
    return finding, [raised] if raised is not None else []


def is_too_low(under: GroundUnder, wanted_m: float) -> bool:
    """Whether it comes nearer to the ground than is wanted."""
    return under.lowest is not None and clearance_m(under.lowest) < wanted_m


def _raised(under: GroundUnder, items: Sequence[PlanItem], wanted_m: float) -> Remedy | None:
    """Both ends of each leg that is too low, raised by what the lowest of them lacks."""
    low = [one for one in under.samples if one.is_measured and clearance_m(one) < wanted_m]
    by_m = math.ceil((wanted_m - min(map(clearance_m, low))) / LIFT_STEP_M) * LIFT_STEP_M
    numbers: set[int] = set()
    for number in {one.number for one in low}:
        ends = [at for at in range(number, 0, -1) if _has_height(items[at - 1])][:2] if number <= len(items) else []
        # a return flies at a height of its own, which no item says
        if not ends or ends[0] != number:
            return None
        numbers |= set(ends)
    mission = tuple(
        replace(one, z=one.z + by_m) if at in numbers and one.z is not None else one
        for at, one in enumerate(items, start=1)
    )
    return Remedy(said=say("remedy_raise", first=min(numbers), last=max(numbers), by_m=by_m), mission=mission)


def _has_height(item: PlanItem) -> bool:
    row = BY_COMMAND.get(item.command)
    return row is not None and row.has_height and item.z is not None and item.command not in LANDINGS
