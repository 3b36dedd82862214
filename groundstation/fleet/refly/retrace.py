# SPDX-License-Identifier: Apache-2.0
"""A mission that follows a way that was flown: take-off, legs with their speeds, stops with their headings, landing.

The way is cut where the vehicle stood still. Between two stops the fewest waypoints are taken from which no sample is
farther away than a tolerance in metres, nor earlier or later than one in seconds. Pure.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_MISSION, PlanItem
from groundstation.fleet.refly.flown import FlownFlight, Numbers, Way, place_of
from groundstation.fleet.vehicle import GROUND_KINDS

STILL_MPS = 0.6
STILL_S = 2.0
"""So long below that speed is a stop."""
SMOOTH_S = 0.6
MOST_POINTS = 300
WIDER = 1.5
LANDING_SPEED_MPS = 1.0
ACCELERATION_MPS2 = {Autopilot.ARDUPILOT: 2.0, Autopilot.PX4: 2.5}
"""How a multicopter gains speed between two stops: WPNAV_ACCEL is 2.5 m/s2 and eased in; MPC_ACC_HOR is 3."""
LEAST_SPEED_MPS = 0.5
SPEED_STEP_MPS = 0.3
"""A smaller change of speed is no item."""
WING_LEAST_MPS, WING_STEP_MPS = 14.0, 2.0
"""What has wings: slowest speed that is asked for, and smallest change of it."""
WING_TAKEOFF_M = 20.0
TURNED_DEG = 15.0
"""A nose that points farther aside than this of where it flew to is told."""
STEEP = 1.5
"""Metres up for each over ground from which on a leg is a climb."""
LEAST_TAKEOFF_M = 2.0
WING_TOLERANCE_M = 5.0
"""What has wings can't follow closer bends."""
WINGS = frozenset((VehicleKind.PLANE, VehicleKind.VTOL))


@dataclass(frozen=True)
class Tolerance:
    """How far the mission may be from the way."""

    metres: float = 1.0
    seconds: float = 2.0


@dataclass(frozen=True)
class Retraced:
    """A mission made from a way."""

    items: tuple[PlanItem, ...]
    tolerance: Tolerance
    """What was needed to stay below `MOST_POINTS`."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Node:
    """A sample that becomes an item."""

    index: int
    hold_s: float = 0.0
    heading_deg: float | None = None


def retraced(flight: FlownFlight, tolerance: Tolerance) -> Retraced:
    """The mission that follows a flight.

    Args:
        flight: what was flown.
        tolerance: how closely.

    Raises:
        NothingFlownError: it never left the ground.
    """
    is_ground = flight.kind in GROUND_KINDS
    is_wing = flight.kind in WINGS
    if is_wing:
        tolerance = Tolerance(max(tolerance.metres, WING_TOLERANCE_M), max(tolerance.seconds, WING_TOLERANCE_M))
    air = flight.under_way
    way = flight.way.part(air.start, air.stop)
    begin = 0 if is_ground else _end_of_climb(way, tolerance)
    lands = not is_ground and flight.is_ended
    end = _begin_of_descent(way, tolerance) if lands else len(way) - 1
    end = max(end, begin)
    nodes, used = _nodes(way, begin, end, tolerance, is_wing=is_wing)
    writer = _Writer(flight, way)
    items = [] if is_ground else [writer.takeoff(begin)]
    items += writer.legs(begin, nodes)
    if lands:
        items += writer.landing()
    elif not is_ground:
        items.append(PlanItem(command=Cmd.RETURN, frame=FRAME_MISSION))
    notes = [] if lands or is_ground else ["the log ends in the air: after it the vehicle returns"]
    if used != tolerance:
        notes.append(f"more than {MOST_POINTS} points: followed within {used.metres:.1f} m and {used.seconds:.1f} s")
    return Retraced(tuple(items), used, tuple(notes))


def _smoothed(way: Way) -> tuple[Numbers, Numbers]:
    """Speed in all directions and its rise, m/s, without the noise of single samples; shape (n,) each."""
    half_s = SMOOTH_S / 2.0
    before, after = way.at(way.time_s - half_s), way.at(way.time_s + half_s)
    span_s = np.minimum(way.time_s + half_s, way.time_s[-1]) - np.maximum(way.time_s - half_s, way.time_s[0])
    span_s = np.maximum(span_s, 1e-3)
    north, east = after.north_m - before.north_m, after.east_m - before.east_m
    rise = after.height_m - before.height_m
    return np.sqrt(north**2 + east**2 + rise**2) / span_s, rise / span_s


def _away_m(way: Way, index: int) -> Numbers:
    return np.asarray(np.hypot(way.north_m - way.north_m[index], way.east_m - way.east_m[index]), dtype=np.float64)


def _end_of_climb(way: Way, tolerance: Tolerance) -> int:
    """The sample at which the take-off is over: it goes aside, or no higher."""
    _, rise_mps = _smoothed(way)
    is_aside = _away_m(way, 0) > max(tolerance.metres, LEAST_TAKEOFF_M)
    is_up = np.abs(way.height_m - way.height_m[0]) > LEAST_TAKEOFF_M
    over = np.flatnonzero(is_aside | (is_up & (rise_mps < STILL_MPS / 2.0)))
    return int(over[0]) if len(over) else int(np.argmax(way.height_m))


def _begin_of_descent(way: Way, tolerance: Tolerance) -> int:
    """The last sample that is not above the place of its landing, or from which it did not sink."""
    last = len(way) - 1
    is_aside = _away_m(way, last) > max(tolerance.metres, LEAST_TAKEOFF_M)
    is_up = way.height_m - way.height_m[last] > LEAST_TAKEOFF_M
    _, rise_mps = _smoothed(way)
    before = np.flatnonzero(is_aside | (is_up & (rise_mps > -STILL_MPS / 2.0)))
    return int(before[-1]) if len(before) else 0


def _nodes(way: Way, begin: int, end: int, tolerance: Tolerance, *, is_wing: bool) -> tuple[list[_Node], Tolerance]:
    """Samples that become waypoints, `begin` itself left out unless it stops there."""
    stops = [] if is_wing else _stops(way, begin, end)
    while True:
        nodes: list[_Node] = []
        place = begin
        for first, last in stops:
            nodes += [_Node(index) for index in _simplified(way, place, first, tolerance)[1:]]
            middle = (first + last) // 2
            if nodes and nodes[-1].index == first:
                nodes.pop()
            nodes.append(_Node(middle, float(way.time_s[last] - way.time_s[first]), float(way.heading_deg[middle])))
            place = last
        nodes += [_Node(index) for index in _simplified(way, place, end, tolerance)[1:]]
        if len(nodes) <= MOST_POINTS:
            return nodes, tolerance
        tolerance = Tolerance(tolerance.metres * WIDER, tolerance.seconds * WIDER)


def _stops(way: Way, begin: int, end: int) -> list[tuple[int, int]]:
    """First and last sample of each stop."""
    speed_mps, _ = _smoothed(way)
    still = speed_mps < STILL_MPS
    still[:begin] = still[end + 1 :] = False
    edges = np.flatnonzero(np.diff(np.concatenate(([False], still, [False])).astype(np.int8)))
    pairs = zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True)
    return [(first, last) for first, last in pairs if way.time_s[last] - way.time_s[first] >= STILL_S]


def _simplified(way: Way, first: int, last: int, tolerance: Tolerance) -> list[int]:
    """Samples between two, both included, that are enough to tell the way: the worst is added, again and again."""
    kept, waiting = {first, last}, [(first, last)]
    while waiting and len(kept) <= MOST_POINTS + 1:
        low, high = waiting.pop()
        worst, off = _worst(way, low, high, tolerance)
        if off > 1.0:
            kept.add(worst)
            waiting += [(low, worst), (worst, high)]
    return sorted(kept)


def _worst(way: Way, low: int, high: int, tolerance: Tolerance) -> tuple[int, float]:
    """The sample that is farthest from a straight leg at one speed, and how far in units of the tolerance."""
    if high - low < 2:
        return low, 0.0
    inner = slice(low + 1, high)
    points = np.stack((way.north_m[inner], way.east_m[inner], way.height_m[inner]))
    start = np.array((way.north_m[low], way.east_m[low], way.height_m[low]))
    leg = np.array((way.north_m[high], way.east_m[high], way.height_m[high])) - start
    length_m = float(np.linalg.norm(leg))
    rest = points - start[:, None]
    share = np.clip(leg @ rest / length_m**2, 0.0, 1.0) if length_m > 1e-6 else np.zeros(points.shape[1])
    off_m = np.linalg.norm(rest - leg[:, None] * share, axis=0)
    whole_s = way.time_s[high] - way.time_s[low]
    off_s = np.abs(way.time_s[inner] - way.time_s[low] - share * whole_s)
    off = np.maximum(off_m / tolerance.metres, off_s / tolerance.seconds)
    worst = int(np.argmax(off))
    return low + 1 + worst, float(off[worst])


class _Writer:
    """Makes items of samples."""

    def __init__(self, flight: FlownFlight, way: Way) -> None:
        self._flight, self._way = flight, way
        self._is_wing = flight.kind in WINGS
        self._is_px4 = flight.autopilot == Autopilot.PX4.value
        self._ground_m = float(way.height_m[0])
        self._speed_mps: float | None = None
        self._climb_mps: dict[int, float] = {}
        self._acceleration = ACCELERATION_MPS2[Autopilot.PX4 if self._is_px4 else Autopilot.ARDUPILOT]

    def _at(
        self, command: Cmd, index: int, params: tuple[float, float, float, float | None], height_m: float
    ) -> PlanItem:
        place = place_of(self._flight.origin, float(self._way.north_m[index]), float(self._way.east_m[index]))
        return PlanItem(command=command, params=params, x=place.lat_deg, y=place.lon_deg, z=round(height_m, 2))

    def takeoff(self, index: int) -> PlanItem:
        """Up to where it began to go aside."""
        height_m = max(float(self._way.height_m[index]), WING_TAKEOFF_M if self._is_wing else LEAST_TAKEOFF_M)
        return self._at(Cmd.TAKEOFF, 0, (15.0 if self._is_wing else 0.0, 0.0, 0.0, None), height_m)

    def landing(self) -> Iterator[PlanItem]:
        """Down where it came down."""
        last = len(self._way) - 1
        # ArduPilot reads a heading of none back as 1
        yield self._at(Cmd.LAND, last, (0.0, 0.0, 0.0, None if self._is_px4 else 0.0), 0.0)

    def legs(self, begin: int, nodes: list[_Node]) -> Iterator[PlanItem]:
        """A waypoint for each node, with the speed that it was come to with."""
        for before, node in itertools.pairwise([_Node(begin), *nodes]):
            yield from self._speeds(before, node, self._stops(before, node))
            yield self._at(Cmd.WAYPOINT, node.index, self._params(node), float(self._way.height_m[node.index]))
            yield from self._turn(node)

    def _stops(self, before: _Node, node: _Node) -> float:
        """How much of two full stops the ends of a leg cost: to slow down from v to w costs (v - w)^2 / (2 a v)."""
        speeds = self._way.speed_mps[before.index : node.index + 1]
        fastest = float(speeds.max())
        if fastest < LEAST_SPEED_MPS:
            return 2.0
        ends = (0.0 if one.hold_s else float(self._way.speed_mps[one.index]) for one in (before, node))
        return sum(((fastest - one) / fastest) ** 2 for one in ends)

    def _params(self, node: _Node) -> tuple[float, float, float, float | None]:
        hold_s = float(round(node.hold_s)) if not self._is_wing else 0.0
        near_m = 1.0 if self._is_px4 and not self._is_wing else 0.0
        is_turned = self._is_px4 and self._aside_deg(node) is not None
        return hold_s, near_m, 0.0, node.heading_deg if is_turned else None

    def _turn(self, node: _Node) -> Iterator[PlanItem]:
        heading_deg = self._aside_deg(node)
        if heading_deg is not None and not self._is_px4 and not self._is_wing:
            yield PlanItem(
                command=Cmd.CONDITION_YAW, frame=FRAME_MISSION, params=(round(heading_deg, 1), 0.0, 0.0, 0.0)
            )

    def _aside_deg(self, node: _Node) -> float | None:
        """Where its nose pointed while it stood, where that is not the way on which it came."""
        if node.heading_deg is None or not math.isfinite(node.heading_deg) or node.index < 2:
            return None
        way, index = self._way, node.index
        earlier = int(np.searchsorted(way.time_s, way.time_s[index] - node.hold_s / 2.0 - 2.0))
        north = way.north_m[index] - way.north_m[earlier]
        east = way.east_m[index] - way.east_m[earlier]
        if math.hypot(north, east) < 1.0:
            return None
        course_deg = math.degrees(math.atan2(east, north))
        off_deg = abs((node.heading_deg - course_deg + 180.0) % 360.0 - 180.0)
        return node.heading_deg % 360.0 if off_deg > TURNED_DEG else None

    def _speeds(self, before: _Node, node: _Node, stops: float) -> Iterator[PlanItem]:
        """What it takes to be there in the time that it took."""
        way = self._way
        # a stop is told by its middle
        leg_s = float(way.time_s[node.index] - way.time_s[before.index]) - (before.hold_s + node.hold_s) / 2.0
        across_m = float(
            math.hypot(
                way.north_m[node.index] - way.north_m[before.index], way.east_m[node.index] - way.east_m[before.index]
            )
        )
        up_m = float(way.height_m[node.index] - way.height_m[before.index])
        if leg_s <= 0.0:
            return
        if abs(up_m) > STEEP * across_m:
            yield from self._rise_speed(abs(up_m), leg_s, 2.0, kind=2 if up_m > 0 else 3)
        elif across_m > LEAST_SPEED_MPS:
            speed = max(self._cruise_mps(across_m, leg_s, stops), LEAST_SPEED_MPS)
            # slower than it can fly it hovered, as a VTOL does, which its wings can't follow
            if self._is_wing and speed < WING_LEAST_MPS:
                return
            step = WING_STEP_MPS if self._is_wing else SPEED_STEP_MPS
            if self._speed_mps is None or abs(speed - self._speed_mps) >= step:
                self._speed_mps = speed
                yield _change_speed(0 if self._is_wing else 1, speed)

    def _rise_speed(self, up_m: float, leg_s: float, stops: float, kind: int) -> Iterator[PlanItem]:
        # PX4 and planes have no item for it
        if self._is_px4 or self._is_wing:
            return
        speed = max(self._cruise_mps(up_m, leg_s, stops), LEAST_SPEED_MPS)
        if abs(self._climb_mps.get(kind, 0.0) - speed) >= SPEED_STEP_MPS:
            self._climb_mps[kind] = speed
            yield _change_speed(kind, speed)

    def _cruise_mps(self, length_m: float, leg_s: float, stops: float) -> float:
        """The speed between gaining and losing it, so that the whole leg takes its time."""
        if self._is_wing or stops < 0.01:
            return length_m / leg_s
        # stops / (2 a) v^2 - t v + l = 0: each stop costs v / (2 a) seconds
        half = stops / (2.0 * self._acceleration)
        room = leg_s**2 - 4.0 * half * length_m
        return (leg_s - math.sqrt(room)) / (2.0 * half) if room > 0.0 else leg_s / (2.0 * half)


def _change_speed(kind: int, speed_mps: float) -> PlanItem:
    params = (float(kind), round(speed_mps, 1), -1.0, 0.0)
    return PlanItem(command=Cmd.CHANGE_SPEED, frame=FRAME_MISSION, params=params)
