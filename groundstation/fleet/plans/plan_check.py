# SPDX-License-Identifier: Apache-2.0
"""Looks at a plan before it is given: what would be refused, what would surprise, each with its item. Pure.

A finding that holds keeps the plan from being sent, one that asks lets it be sent after a question; the others are
advice. What is not known is no finding.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import msgspec
import shapely

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.phrases import Phrase, say
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, shapes_of
from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.plan_commands import Cmd, is_flown, label_of
from groundstation.fleet.plans.plan_heights import height_home_m
from groundstation.fleet.plans.plan_items import FRAME_TERRAIN, PlanItem, plain_frame
from groundstation.fleet.plans.plan_path import WITHOUT_PLACE, PathPoint, Place, path_of
from groundstation.fleet.plans.plan_support import Support, support_of
from groundstation.fleet.vehicle import GROUND_KINDS

STEEP = 0.7
"""Height over ground track; planes climb at a tenth of it, copters at any, but who draws such a leg seldom means it."""
STEEP_M = 20.0
"""Less height than this is no climb to speak of."""
UPRIGHT_M = 1.0
ROTOR_KINDS = frozenset({VehicleKind.MULTICOPTER, VehicleKind.HELICOPTER})
TAKEOFFS = frozenset({Cmd.TAKEOFF, Cmd.VTOL_TAKEOFF})
LANDINGS = frozenset({Cmd.LAND, Cmd.VTOL_LAND, Cmd.RETURN})
PX4_LEAST_TAKEOFF_M = 1.0


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was noticed."""

    item: int | None
    """Number from 1; None for the whole plan."""
    said: Phrase
    holds: bool = False
    """Whether the plan should not be sent with it."""
    asks: bool = False
    """Whether it is sent only after a question that names it."""

    @property
    def rank(self) -> tuple[int, int]:
        """What holds before what asks before advice, each by item."""
        return 0 if self.holds else 1 if self.asks else 2, self.item or 0


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with what is known of whom it is for."""

    items: tuple[PlanItem, ...]
    """The mission, home not among them."""
    fence: tuple[PlanItem, ...] = ()
    """The fence that will hold: the plan's own, else the vehicle's."""
    home: Place | None = None
    home_amsl_m: float | None = None
    autopilot: Autopilot = Autopilot.UNKNOWN
    kind: VehicleKind = VehicleKind.UNKNOWN
    has_vehicle: bool = True
    """Whether it is for anybody; without one only what is so for every vehicle is looked at."""
    farthest_m: float = 10_000.0
    """From home, metres."""
    highest_m: float = 500.0
    """Above home, metres."""

    @property
    def path(self) -> tuple[PathPoint, ...]:
        """Where it goes."""
        return path_of(self.items, self.home)


def findings(plan: Checked) -> tuple[Finding, ...]:
    """Everything that was noticed, what holds the plan first, then by item."""
    checks = CHECKS if plan.has_vehicle else FOR_ANYBODY
    found = [one for check in checks for one in check(plan)]
    return tuple(sorted(found, key=lambda one: one.rank))


def _vehicle(plan: Checked) -> Iterator[Finding]:
    # drawings alone are given to nobody
    if plan.items:
        yield Finding(item=None, said=say("check_no_vehicle"), holds=True)


def _support(plan: Checked) -> Iterator[Finding]:
    for number, item in enumerate(plan.items, start=1):
        support = support_of(item.command, plan.autopilot, plan.kind)
        if support is Support.REFUSED:
            yield Finding(item=number, said=say("check_refused", command=label_of(item.command)), holds=True)
        elif support is Support.PASSED_OVER:
            yield Finding(item=number, said=say("check_passed_over", command=label_of(item.command)))


def _frames(plan: Checked) -> Iterator[Finding]:
    for point in plan.path:
        if plan.autopilot is Autopilot.PX4 and point.is_own and plain_frame(point.item.frame) == FRAME_TERRAIN:
            yield Finding(item=point.number, said=say("check_no_terrain"), holds=True)


def _places(plan: Checked) -> Iterator[Finding]:
    """PX4 takes latitude and longitude 0 for the place that they are, far away: it refuses the mission."""
    for number, item in enumerate(plan.items, start=1):
        if plan.autopilot is Autopilot.PX4 and item.command in WITHOUT_PLACE and not is_flown(item):
            yield Finding(item=number, said=say("check_needs_place", command=label_of(item.command)), holds=True)


def _begins(plan: Checked) -> Iterator[Finding]:
    """No take-off, or one that is too late."""
    if plan.kind in GROUND_KINDS or not plan.path:
        return
    first = plan.path[0]
    if first.item.command not in TAKEOFFS:
        has_one = any(one.command in TAKEOFFS for one in plan.items)
        said = say("check_late_takeoff") if has_one else say("check_no_takeoff")
        # in the air it begins anywhere; on the ground PX4 does not take it, and an ArduPilot stays there
        yield Finding(item=first.number, said=said)
    height_m = height_home_m(first.item, plan.home_amsl_m)
    if first.item.command in TAKEOFFS and height_m is not None and height_m <= PX4_LEAST_TAKEOFF_M:
        yield Finding(item=first.number, said=say("check_low_takeoff", height_m=height_m), holds=True)


def _ends(plan: Checked) -> Iterator[Finding]:
    if plan.kind in GROUND_KINDS or not plan.items:
        return
    if not any(one.command in LANDINGS or one.command == Cmd.LOITER_UNLIMITED for one in plan.items):
        yield Finding(item=len(plan.items), said=say("check_no_landing"))
    for number, item in enumerate(plan.items, start=1):
        if plan.kind is VehicleKind.PLANE and item.command == Cmd.LAND and number > 1:
            before = next((one for one in reversed(plan.path) if one.number < number), None)
            if before is None or before.item.command in TAKEOFFS:
                yield Finding(item=number, said=say("check_no_approach"))


def _unreached(plan: Checked) -> Iterator[Finding]:
    """What stands behind a return or a landing is flown only where something leads there."""
    led = {int(one.params[0] or 0.0) for one in plan.items if one.command == Cmd.JUMP and one.params[0]}
    ended: int | None = None
    for number, item in enumerate(plan.items, start=1):
        if number in led or item.command == Cmd.LAND_START:
            ended = None
        if ended is not None and is_flown(item) and item.command not in LANDINGS | TAKEOFFS:
            yield Finding(item=number, said=say("check_unreached", after=float(ended)))
            return
        # who lands to take something up takes off again
        if item.command == Cmd.RETURN:
            ended = number


def _jumps(plan: Checked) -> Iterator[Finding]:
    for number, item in enumerate(plan.items, start=1):
        if item.command != Cmd.JUMP:
            continue
        target, times = item.params[0] or 0.0, item.params[1] or 0.0
        if not 1 <= target <= len(plan.items):
            yield Finding(item=number, said=say("check_jump_nowhere", target=target), holds=True)
        elif target == number:
            yield Finding(item=number, said=say("check_jump_itself"), holds=True)
        elif times < 0 and target < number:
            yield Finding(item=number, said=say("check_jump_for_ever", target=target))


def _heights(plan: Checked) -> Iterator[Finding]:
    for point in plan.path:
        height_m = height_home_m(point.item, plan.home_amsl_m)
        if not point.is_own or height_m is None or plan.kind in GROUND_KINDS:
            continue
        if height_m > plan.highest_m:
            yield Finding(
                item=point.number, said=say("check_high", height_m=height_m, limit_m=plan.highest_m), holds=True
            )
        elif height_m <= 0.0 and point.item.command not in LANDINGS | TAKEOFFS:
            yield Finding(item=point.number, said=say("check_low", height_m=height_m))


def _distances(plan: Checked) -> Iterator[Finding]:
    if plan.home is None:
        return
    for point in plan.path:
        away_m = distance_m(*plan.home, *point.place)
        if away_m > plan.farthest_m:
            said = say("check_far", away_km=away_m / 1000.0, limit_km=plan.farthest_m / 1000.0)
            yield Finding(item=point.number, said=said, holds=True)


def _slopes(plan: Checked) -> Iterator[Finding]:
    heights = ((point, height_home_m(point.item, plan.home_amsl_m)) for point in plan.path)
    path = [(point, height_m) for point, height_m in heights if height_m is not None]
    for (before, before_m), (point, height_m) in itertools.pairwise(path):
        rise_m = abs(height_m - before_m)
        # first of all: of most legs nothing else needs to be reckoned
        if rise_m < STEEP_M or point.item.command in LANDINGS | TAKEOFFS or before.item.command in TAKEOFFS:
            continue
        way_m = distance_m(*before.place, *point.place)
        # straight up is what somebody wanted; a circle climbs as gently as it has to
        if point.item.command == Cmd.LOITER_TO_ALT or (way_m < UPRIGHT_M and plan.kind in ROTOR_KINDS):
            continue
        if rise_m > STEEP * way_m:
            yield Finding(item=point.number, said=say("check_steep", rise_m=rise_m, way_m=way_m))


def _fence(plan: Checked) -> Iterator[Finding]:
    """Every leg against the fence, on a plane around its first corner: a fence is some kilometres wide."""
    path = plan.path
    if not plan.fence or not path:
        return
    try:
        shapes = shapes_of(plan.fence)
    except PlanFileError as error:
        yield Finding(item=None, said=say("check_bad_fence", why=str(error)), holds=True)
        return
    plane = _Plane(path[0].place)
    bounds = [(one, plane.area(one)) for one in shapes if isinstance(one, Polygon | Circle)]
    start = plan.home or path[0].place
    for before, point in zip((None, *path), path, strict=False):
        leg = shapely.LineString([plane.point(before.place if before is not None else start), plane.point(point.place)])
        if any(_is_crossed(shape, area, leg) for shape, area in bounds):
            yield Finding(item=point.number, said=say("check_beyond_fence"), holds=True)


def _is_crossed(shape: Polygon | Circle, area: shapely.Geometry, leg: shapely.LineString) -> bool:
    return not shapely.covers(area, leg) if shape.is_inside else bool(shapely.intersects(area, leg))


class _Plane:
    """Metres east and north of a place."""

    def __init__(self, origin: Place) -> None:
        self._origin = origin
        self._north_m = 111_195.0
        self._east_m = distance_m(origin.lat_deg, 0.0, origin.lat_deg, 0.01) * 100.0

    def point(self, place: Place) -> tuple[float, float]:
        # over longitude 180 it is a short way, not one round the world
        across = (place.lon_deg - self._origin.lon_deg + 180.0) % 360.0 - 180.0
        return across * self._east_m, (place.lat_deg - self._origin.lat_deg) * self._north_m

    def area(self, shape: Polygon | Circle) -> shapely.Geometry:
        if isinstance(shape, Circle):
            centre = Place(shape.centre.lat_deg, shape.centre.lon_deg)
            return shapely.Point(self.point(centre)).buffer(shape.radius_m)
        corners = [self.point(Place(one.lat_deg, one.lon_deg)) for one in shape.corners]
        return shapely.make_valid(shapely.Polygon(corners))


CHECKS: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    _support,
    _frames,
    _places,
    _begins,
    _ends,
    _unreached,
    _jumps,
    _heights,
    _distances,
    _slopes,
    _fence,
)
"""Everything that is looked at."""
FOR_ANYBODY: tuple[Callable[[Checked], Iterator[Finding]], ...] = (_vehicle, _unreached, _jumps, _distances, _fence)
"""What needs no vehicle: neither its firmware, nor its kind, nor its home."""
