# SPDX-License-Identifier: Apache-2.0
"""A fence as shapes, and as the items that MAVLink makes of them. Pure.

Source: MAVLink mission protocol, MAV_CMD 5000 to 5004: corners of a polygon follow one another, and each says in
parameter 1 how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from groundstation.fleet.plans.files.plan_checks import MIN_CORNERS, check_place
from groundstation.fleet.plans.files.plan_file import Notes, PlanFileError, Spot
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, PlanItem

POLYGONS: dict[bool, Cmd] = {True: Cmd.FENCE_POLYGON_IN, False: Cmd.FENCE_POLYGON_OUT}
CIRCLES: dict[bool, Cmd] = {True: Cmd.FENCE_CIRCLE_IN, False: Cmd.FENCE_CIRCLE_OUT}
FENCE_COMMANDS = frozenset((Cmd.FENCE_RETURN, *POLYGONS.values(), *CIRCLES.values()))
SAME_PLACE_DEG = 1e-7
"""How near the last corner of a ring is to the first to be the same one: a centimetre, as MAVLink counts."""


class Polygon(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where to stay, or where not to go."""

    corners: tuple[Spot, ...]
    is_inside: bool
    """Whether vehicles stay in it; else they keep out."""
    group: float | None = 0.0


class Circle(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The same, round."""

    centre: Spot
    radius_m: float
    is_inside: bool
    group: float | None = 0.0


class ReturnPoint(msgspec.Struct, frozen=True, gc=False):
    """Where a vehicle goes that has left its fence."""

    spot: Spot


Shape = Polygon | Circle | ReturnPoint


def items_of(shape: Shape) -> tuple[PlanItem, ...]:
    """The items of a shape, in frames that both autopilots take."""
    if isinstance(shape, ReturnPoint):
        return (_item(Cmd.FENCE_RETURN, shape.spot, 0.0, 0.0, FRAME_RELATIVE),)
    if isinstance(shape, Circle):
        return (_item(CIRCLES[shape.is_inside], shape.centre, shape.radius_m, shape.group),)
    # each corner says how many there are: autopilots find the end of a polygon by it
    command, count = POLYGONS[shape.is_inside], float(len(shape.corners))
    return tuple(_item(command, corner, count, shape.group) for corner in shape.corners)


def _item(command: Cmd, spot: Spot, first: float, group: float | None, frame: int = FRAME_GLOBAL) -> PlanItem:
    return PlanItem(
        command=int(command),
        frame=frame,
        params=(first, group, 0.0, 0.0),
        x=spot.lat_deg,
        y=spot.lon_deg,
        z=spot.height_m or 0.0,
    )


def shapes_of(items: Iterable[PlanItem]) -> list[Shape]:
    """The shapes of a fence list, in its order.

    Raises:
        PlanFileError: it is no fence: a polygon's corners are not as many as they say, or an item belongs elsewhere.
    """
    # taken by number, since a polygon takes several of them at once
    waiting = list(items)
    found: list[Shape] = []
    at = 0
    while at < len(waiting):
        one, where = waiting[at], f"fence item {at + 1}"
        spot = _spot(one, where)
        if one.command == Cmd.FENCE_RETURN:
            found.append(ReturnPoint(spot))
        elif one.command in CIRCLES.values():
            found.append(_circle(one, spot, where))
        elif one.command in POLYGONS.values():
            corners = _corners(waiting, at)
            spots = tuple(_spot(item, f"fence item {at + 1 + number}") for number, item in enumerate(corners))
            is_inside = one.command == Cmd.FENCE_POLYGON_IN
            found.append(Polygon(corners=spots, is_inside=is_inside, group=one.params[1]))
            at += len(corners) - 1
        else:
            raise PlanFileError(f"{where}: command {one.command} is no fence; take it out of the fence")
        at += 1
    return found


def _spot(item: PlanItem, where: str) -> Spot:
    return Spot(*check_place(item.x, item.y, where), item.z)


def _circle(item: PlanItem, centre: Spot, where: str) -> Circle:
    return Circle(
        centre=centre,
        radius_m=checked_radius(item.params[0], where),
        is_inside=item.command == Cmd.FENCE_CIRCLE_IN,
        group=item.params[1],
    )


def checked_radius(radius_m: float | None, where: str) -> float:
    """A radius that encloses something.

    Raises:
        PlanFileError: it is unknown, zero or negative.
    """
    if radius_m is None or radius_m <= 0.0:
        raise PlanFileError(f"{where}: the radius of a circle is more than 0 m; give it one")
    return radius_m


def _corners(items: list[PlanItem], at: int) -> list[PlanItem]:
    first = items[at]
    count = first.params[0] or 0.0
    corners = items[at : at + int(count)] if MIN_CORNERS <= count <= len(items) else []
    is_whole = bool(corners) and len(corners) == count
    # ArduPilot refuses the whole fence then ('Incorrect item count')
    if not is_whole or any((one.command, one.params[0]) != (first.command, count) for one in corners):
        raise PlanFileError(
            f"fence item {at + 1}: parameter 1 says {count:g} corners, and as many, {MIN_CORNERS} at least, "
            "do not follow; set it to the number of corners in each of them"
        )
    return corners


def opened(ring: list[Spot], where: str, notes: Notes | None = None) -> tuple[Spot, ...]:
    """The corners of a ring without the first one again at its end.

    Args:
        ring: corners.
        where: for the error and the note.
        notes: told if the ring was not closed; None where it need not be.

    Raises:
        PlanFileError: fewer than three corners are left.
    """
    is_closed = len(ring) > 1 and is_same_place(ring[0], ring[-1])
    if not is_closed and ring and notes is not None:
        notes.add(f"{where}: its last corner is not its first; it was closed")
    corners = ring[:-1] if is_closed else ring
    if len(corners) < MIN_CORNERS:
        raise PlanFileError(f"{where}: {len(corners)} corners enclose nothing; give it {MIN_CORNERS} at least")
    return tuple(corners)


def is_same_place(one: Spot, other: Spot) -> bool:
    """Whether two corners are one and the same."""
    # half of the last digit more, since differences of decimal numbers are not exact
    most = SAME_PLACE_DEG * 1.5
    return abs(one.lat_deg - other.lat_deg) < most and abs(one.lon_deg - other.lon_deg) < most
