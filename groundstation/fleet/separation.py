# SPDX-License-Identifier: Apache-2.0
"""Whether an order brings vehicles too near to each other, and how a group is kept apart. Pure.

An autopilot knows nothing of the others: two copters that are sent to one point at one height meet there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil, sqrt

import msgspec

from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.geometry import distance_m, moved
from groundstation.fleet.identity import VehicleKey, VehicleKind
from groundstation.fleet.phrases import Phrase, say
from groundstation.fleet.vehicle import GROUND_KINDS, VehicleState

APART_M, APART_HEIGHT_M = 10.0, 5.0
"""Nearer than both, along the ground and in height, is too near: as far as a GPS may err, and a little."""
HOME_ZONE_M, HOME_SHARE = 40.0, 0.8
"""Within so far from its home a vehicle may come as near to one that is at its own as this share of what their homes
are apart: they were put there side by side. Plans and alarms go by the same."""
PLANE_CIRCLE_M = 80.0
"""A plane circles its point, 60 m by default on ArduPilot and 80 m on PX4 (WP_LOITER_RAD, NAV_LOITER_RAD)."""
TO_A_POINT = frozenset({Verb.GOTO, Verb.ORBIT})
"""Verbs that send a vehicle to a point that can be another's too."""

States = Callable[[VehicleKey], VehicleState | None]


def near_homes_m(homes_m: float, margin_m: float) -> float:
    """How far two have to stay apart while both are around their homes, metres.

    Args:
        homes_m: between their homes.
        margin_m: wanted elsewhere.
    """
    return min(margin_m, HOME_SHARE * homes_m)


class _Goal(msgspec.Struct, frozen=True):
    """Where a vehicle will be, or is."""

    key: VehicleKey
    lat_deg: float
    lon_deg: float
    height_amsl_m: float | None
    """None where it can't be told; then the place alone counts."""
    drives: bool
    radius_m: float = 0.0
    """Of the circle that it flies around the place; 0 for the place itself."""


def kept_apart(
    keys: Sequence[VehicleKey], args: Args, states: States, *, spread_m: float, height_step_m: float
) -> dict[VehicleKey, Args]:
    """Arguments of each vehicle of a group.

    Args:
        keys: the vehicles, in order.
        args: of the order, checked: each that the verb takes is there.
        states: gives the state of a vehicle.
        spread_m: metres between neighbours of a square grid around the point; 0 for all to the point itself.
        height_step_m: metres that each flies higher than the one before; 0 for none.
    """
    found = {key: dict(args) for key in keys}
    lat_deg, lon_deg = args.get("lat_deg"), args.get("lon_deg")
    if spread_m and isinstance(lat_deg, float) and isinstance(lon_deg, float):
        for key, (north_m, east_m) in zip(keys, _grid(len(keys), spread_m), strict=True):
            found[key]["lat_deg"], found[key]["lon_deg"] = moved(lat_deg, lon_deg, north_m, east_m)
    # what has no height, as hold, return and land, is given none
    if height_step_m and "height_m" in args:
        base_m = args["height_m"]
        if not isinstance(base_m, float):
            # no height was asked for: the steps count from where the first one is now
            first = states(keys[0]) if keys else None
            base_m = _present_m(first, args) if first is not None else None
        homes = [state.home_amsl_m if (state := states(key)) is not None else None for key in keys]
        is_amsl = args.get("frame", "home") == "amsl"
        for number, (key, home_m) in enumerate(zip(keys, homes, strict=True)):
            # each counts from its own home: what is a metre higher for one is none for its neighbour
            # heights above the sea have one zero for all; those above home have as many as there are homes
            is_known = home_m is not None and homes[0] is not None and not is_amsl
            lift_m = (homes[0] or 0.0) - (home_m or 0.0) if is_known else 0.0
            if isinstance(base_m, float):
                found[key]["height_m"] = round(base_m + number * height_step_m + lift_m, 2)
    return found


def _present_m(state: VehicleState, args: Args) -> float | None:
    """Height of a vehicle above what the arguments say that heights are above."""
    if args.get("frame", "home") == "amsl":
        return state.height_amsl_m
    return state.position.height_home_m if state.position is not None else None


def _grid(count: int, step_m: float) -> list[tuple[float, float]]:
    """North and east of each place, metres: a square grid around zero, row by row."""
    wide = max(1, ceil(sqrt(count)))
    rows = ceil(count / wide)
    return [
        (step_m * ((rows - 1) / 2 - number // wide), step_m * (number % wide - (wide - 1) / 2))
        for number in range(count)
    ]


def too_near(
    verb: Verb, orders: Mapping[VehicleKey, Args], states: States, others: Iterable[VehicleState] = ()
) -> Phrase | None:
    """Which vehicles would come too near to each other; None when all stay apart.

    Args:
        verb: what they are told.
        orders: arguments of each.
        states: gives the state of a vehicle.
        others: vehicles that are not among them, and may be in the way.
    """
    if verb not in TO_A_POINT:
        return None
    goals = [one for key, args in orders.items() if (one := _goal(key, args, states(key))) is not None]
    standing = [one for state in others if state.key not in orders and (one := _here(state)) is not None]
    for number, goal in enumerate(goals):
        for other in (*goals[number + 1 :], *standing):
            found = _meeting(goal, other)
            if found is not None:
                return found
    return None


def _meeting(one: _Goal, other: _Goal) -> Phrase | None:
    # a rover under a copter is in nobody's way, and simulated vehicles share no air with real ones
    if one.drives != other.drives or one.key.root != other.key.root:
        return None
    flat_m = _nearest_m(one, other)
    if flat_m >= APART_M:
        return None
    # heights that can't be compared keep nobody apart
    if one.drives or one.height_amsl_m is None or other.height_amsl_m is None:
        return say("too_near", one=one.key.id, other=other.key.id, distance_m=flat_m)
    high_m = abs(one.height_amsl_m - other.height_amsl_m)
    if high_m >= APART_HEIGHT_M:
        return None
    return say("too_near", one=one.key.id, other=other.key.id, distance_m=flat_m, height_m=high_m)


def _nearest_m(one: _Goal, other: _Goal) -> float:
    """How near two places, or circles around them, come to each other along the ground, metres."""
    between_m = distance_m(one.lat_deg, one.lon_deg, other.lat_deg, other.lon_deg)
    outside_m = between_m - one.radius_m - other.radius_m
    # a small circle may lie inside a large one without touching it
    inside_m = abs(one.radius_m - other.radius_m) - between_m
    return max(outside_m, inside_m, 0.0)


def _goal(key: VehicleKey, args: Args, state: VehicleState | None) -> _Goal | None:
    lat_deg, lon_deg = args.get("lat_deg"), args.get("lon_deg")
    if not isinstance(lat_deg, float) or not isinstance(lon_deg, float):
        return None
    radius_m = args.get("radius_m")
    radius_m = abs(radius_m) if isinstance(radius_m, float) else _circles_m(state)
    return _Goal(key, lat_deg, lon_deg, height_ordered_m(args, state), _drives(state), radius_m)


def _circles_m(state: VehicleState | None) -> float:
    """How wide a vehicle flies around a point that it was sent to, metres; 0 for one that stops there."""
    kind = state.info.kind if state is not None and state.info is not None else None
    return PLANE_CIRCLE_M if kind is VehicleKind.PLANE else 0.0


def height_ordered_m(args: Args, state: VehicleState | None) -> float | None:
    """Height above the sea that an order leads to: the present one where it names none."""
    height_m = args.get("height_m")
    if isinstance(height_m, float) and args.get("frame", "home") == "amsl":
        return height_m
    # without a height in the order autopilots keep the present one
    if state is None or not isinstance(height_m, float):
        return state.height_amsl_m if state is not None else None
    return None if state.home_amsl_m is None else state.home_amsl_m + height_m


def _here(state: VehicleState) -> _Goal | None:
    """Where another vehicle is, if it flies."""
    position = state.position
    if state.is_flying is not True or position is None or position.lat_deg is None or position.lon_deg is None:
        return None
    return _Goal(state.key, position.lat_deg, position.lon_deg, state.height_amsl_m, _drives(state))


def _drives(state: VehicleState | None) -> bool:
    return state is not None and state.info is not None and state.info.kind in GROUND_KINDS
