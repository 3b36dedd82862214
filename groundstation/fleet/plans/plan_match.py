# SPDX-License-Identifier: Apache-2.0
"""Whether a vehicle has the list that it was given: no firmware keeps all that it takes. Pure.

What each keeps was seen on real autopilots: ArduPilot cuts heights to centimetres and many parameters to whole numbers,
drops those that it has no use for, and gives items without a place back in another frame; PX4 keeps what it takes, in
single precision, and gives integer frames back.
"""

from __future__ import annotations

import math

import msgspec

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Cmd, has_place
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind, plain_frame

PLACE_DEG = 1.5e-7
"""Whole numbers of 1e-7 degrees travel; this is one of them, and rounding."""
HEIGHT_M = 0.011
"""ArduPilot keeps centimetres and cuts."""
SINGLE = 1e-5
"""Relative: single precision, there and back."""
ZERO_ABS = 1e-3

MEANT: dict[int, tuple[int, ...]] = {
    Cmd.LOITER_TURNS: (1,),
    Cmd.LOITER_TIME: (1,),
    Cmd.DELAY: (1,),
    Cmd.CONDITION_DELAY: (1,),
    Cmd.CONDITION_DISTANCE: (1,),
    Cmd.CONDITION_YAW: (1, 3, 4),
    Cmd.JUMP: (1, 2),
    Cmd.CHANGE_SPEED: (1, 2),
    Cmd.SET_SERVO: (1, 2),
    Cmd.SET_RELAY: (1, 2),
    Cmd.CAMERA_DISTANCE: (1,),
    Cmd.CAMERA_INTERVAL: (1,),
    Cmd.GRIPPER: (1, 2),
    Cmd.FENCE_POLYGON_IN: (1,),
    Cmd.FENCE_POLYGON_OUT: (1,),
    Cmd.FENCE_CIRCLE_IN: (1,),
    Cmd.FENCE_CIRCLE_OUT: (1,),
    Cmd.VTOL_TRANSITION: (1,),
}
"""Parameters without which the command means something else: dropped ones are a difference, not a loss."""


SIGNS = frozenset(((Cmd.LAND, 4),))
"""Of these ArduPilot keeps alone whether they are negative, and gives 1 or -1 back (AP_Mission, deepstall's turn)."""


def _sign(value: float | None) -> float:
    return -1.0 if value is not None and value < 0.0 else 1.0


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in which two lists differ."""

    item: int
    """Number from 1; 0 where the lists have not the same length."""
    field: str
    """`count`, `command`, `frame`, `place`, `height` or `param1` to `param4`."""
    wanted: float | None = None
    found: float | None = None
    is_loss: bool = False
    """The firmware has no use for it and drops it, always: the list is the one that was given."""


def differences(
    wanted: tuple[PlanItem, ...], found: tuple[PlanItem, ...], kind: PlanKind, autopilot: Autopilot
) -> list[Difference]:
    """In what a list that a vehicle has differs from the one that was wanted.

    Args:
        wanted: as it was given, without home.
        found: as it was read, without home.
        kind: which list.
        autopilot: whose firmware kept it.
    """
    if len(wanted) != len(found):
        return [Difference(item=0, field="count", wanted=float(len(wanted)), found=float(len(found)))]
    told: list[Difference] = []
    for number, (one, other) in enumerate(zip(wanted, found, strict=True), start=1):
        told += item_differences(number, one, other, kind, autopilot)
    return told


def is_same(wanted: tuple[PlanItem, ...], found: tuple[PlanItem, ...], kind: PlanKind, autopilot: Autopilot) -> bool:
    """Whether a vehicle has what was wanted, but for what its firmware never keeps."""
    return all(one.is_loss for one in differences(wanted, found, kind, autopilot))


def item_differences(
    number: int, wanted: PlanItem, found: PlanItem, kind: PlanKind, autopilot: Autopilot
) -> list[Difference]:
    """In what one item differs from another; see `differences`."""
    if wanted.command != found.command:
        return [_difference(number, "command", wanted.command, found.command)]
    told = [_params(number, place, wanted, found, autopilot) for place in range(4)]
    is_placed = has_place(wanted.command, wanted.frame)
    if is_placed:
        told += [_place(number, wanted, found), _height(number, wanted, found, kind)]
        # a fence has no height (ArduPilot gives its items back in any frame), nor has what has no place
        if kind is not PlanKind.FENCE and plain_frame(wanted.frame) != plain_frame(found.frame):
            told.append(_difference(number, "frame", wanted.frame, found.frame))
    return [one for one in told if one is not None]


def _place(number: int, wanted: PlanItem, found: PlanItem) -> Difference | None:
    for one, other in ((wanted.x, found.x), (wanted.y, found.y)):
        if abs((one or 0.0) - (other or 0.0)) > PLACE_DEG:
            return _difference(number, "place", one, other)
    return None


def _height(number: int, wanted: PlanItem, found: PlanItem, kind: PlanKind) -> Difference | None:
    row = BY_COMMAND.get(wanted.command)
    if kind is PlanKind.FENCE or (row is not None and not row.has_height):
        return None
    one, other = wanted.z or 0.0, found.z or 0.0
    is_same = abs(one - other) <= max(HEIGHT_M, SINGLE * abs(one))
    return None if is_same else _difference(number, "height", one, other)


def _params(number: int, place: int, wanted: PlanItem, found: PlanItem, autopilot: Autopilot) -> Difference | None:
    one, other = wanted.params[place], found.params[place]
    if autopilot is Autopilot.ARDUPILOT and (wanted.command, place + 1) in SIGNS and other == _sign(one):
        # a heading of its own is lost; none and zero were no heading
        return _difference(number, f"param{place + 1}", one, other, is_loss=True) if one else None
    if one is None or other is None:
        # NaN is "as you like": ArduPilot has zero for it
        return None if (one or 0.0) == (other or 0.0) else _difference(number, f"param{place + 1}", one, other)
    is_near = math.isclose(one, other, rel_tol=SINGLE, abs_tol=ZERO_ABS)
    # ArduPilot cuts to whole numbers what it keeps in one or two bytes
    is_cut = autopilot is Autopilot.ARDUPILOT and math.trunc(one) == other
    if is_near or (is_cut and other != 0.0):
        return None
    is_turn = place == 3 and math.isclose(math.remainder(one - other, 360.0), 0.0, abs_tol=ZERO_ABS)
    if is_turn and _is_heading(wanted.command):
        return None
    is_dropped = other == 0.0 and place + 1 not in MEANT.get(wanted.command, ())
    # of a loiter's radius, or a landing's heading, some keep the direction alone (observed)
    is_sign = abs(other) == 1.0 and one * other > 0.0 and place + 1 not in MEANT.get(wanted.command, ())
    return _difference(number, f"param{place + 1}", one, other, is_loss=is_dropped or is_sign)


def _is_heading(command: int) -> bool:
    row = BY_COMMAND.get(command)
    return row is not None and any(one.number == 4 and one.unit == "°" for one in row.params)


def _difference(
    number: int, field: str, wanted: float | None, found: float | None, *, is_loss: bool = False
) -> Difference:
    return Difference(item=number, field=field, wanted=wanted, found=found, is_loss=is_loss)
