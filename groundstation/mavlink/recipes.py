# SPDX-License-Identifier: Apache-2.0
"""What a recipe is, and the pieces that the verb table is made of. Pure: a situation in, orders out.

A recipe is a few steps; each may find that there is nothing to do (armed already), and each has its own proof, so that
the next one is sent only when telemetry shows that the one before had its effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from groundstation.fleet import proofs
from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.phrases import RefusedError, say
from groundstation.fleet.proofs import Proof, Seen
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink import orders
from groundstation.mavlink.modes import MAV_AUTOPILOT_PX4, mode_number
from groundstation.mavlink.orders import FRAME_GLOBAL, FRAME_RELATIVE, NAN, Form, Order
from groundstation.mavlink.plan_send import Upload

DO_SET_MODE, DO_REPOSITION, ARM_DISARM = 176, 192, 400
CUSTOM_MODE = 1
"""DO_SET_MODE.param1: MAV_MODE_FLAG_CUSTOM_MODE_ENABLED."""
FORCE = 21196
"""COMPONENT_ARM_DISARM.param2 that stops motors in the air (MAVLink common.xml)."""
CHANGE_MODE = 1
"""DO_REPOSITION.param2: MAV_DO_REPOSITION_FLAGS_CHANGE_MODE."""

ARM_S, MODE_S = 3.0, 3.0
"""HEARTBEAT shows both up to a second later; twice and a bit."""


class CannotOrderError(RefusedError):
    """A step can't be made: something that it needs is not known. It says what."""


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a step looks at when its turn comes."""

    state: VehicleState
    """Now."""
    first: VehicleState
    """When the command began."""
    args: Args
    mav_type: int
    mav_autopilot: int
    parameters: Mapping[str, float] = MappingProxyType({})
    """Parameters that were read for this command."""

    def number(self, name: str, default: float | None = None) -> float:
        """A number among the arguments.

        Raises:
            CannotOrderError: it is not there and has no default.
        """
        value = self.args.get(name)
        if isinstance(value, float):
            return value
        if default is None:
            raise CannotOrderError(say("is_missing", arg=name))
        return default

    @property
    def height_home_of_sea_m(self) -> float:
        """Height of home above mean sea level, metres."""
        height_m = self.state.home_amsl_m
        if height_m is None:
            raise CannotOrderError(say("home_height_not_known"))
        return height_m


Make = Callable[[Situation], Order | Upload | None]
"""Makes the order of a step; None when there is nothing to do."""


class Step(msgspec.Struct, frozen=True):
    """One step of a recipe."""

    label: str
    """What it does, for the words of a failure."""
    make: Make
    proof: Proof
    otherwise: Step | None = None
    """What is done instead when the vehicle refuses it; the command has failed then, and says what was done."""
    is_optional: bool = False
    """Whether the command goes on without it when no answer comes."""
    is_tidying: bool = False
    """Whether the command has succeeded before it: it may come after the deadline, and its failure is only told."""


Recipe = tuple[Step, ...]
"""Steps in order; the last one's proof is the command's."""

CHANGE_MODES = frozenset({*range(16, 96), 176, 192, 193, 300})
"""MAV_CMDs that may change the mode: NAV_..., DO_SET_MODE, DO_REPOSITION, DO_PAUSE_CONTINUE, MISSION_START."""
ANY_MODE = "*"


def causes(verb: Verb, args: Args, recipe: Recipe) -> frozenset[str]:
    """Names of the modes that a vehicle may come into by a command; `ANY_MODE` for any."""
    if verb is Verb.MAV_CMD:
        return frozenset({ANY_MODE} if args["command"] in CHANGE_MODES else ())
    asked = [str(args["mode"])] if verb is Verb.MODE else []
    steps = [one for step in recipe for one in (step, step.otherwise) if one is not None]
    return frozenset((*asked, *(mode for step in steps for mode in step.proof.enters)))


UNPROVEN = Proof(look=proofs.nothing_tells, window_s=0.0)
"""No telemetry shows the effect."""
ALREADY = Proof(look=lambda _: Seen(is_done=True), window_s=0.0)
"""The step before has shown it; this one tidies up."""
ARMED = Proof(look=proofs.armed, window_s=ARM_S)
DISARMED = Proof(look=proofs.disarmed, window_s=ARM_S)


def fixed(order: Order) -> Make:
    """The same order always."""
    return lambda _: order


def single(label: str, make: Make, proof: Proof = UNPROVEN) -> Recipe:
    """A recipe of one step."""
    return (Step(label, make, proof),)


def mode_proof(*names: str) -> Proof:
    """HEARTBEAT shows one of these modes."""
    return Proof(look=proofs.in_mode(*names), window_s=MODE_S, enters=names)


def mode_order(situation: Situation, name: str) -> Order:
    """DO_SET_MODE to a named mode.

    Raises:
        CannotOrderError: this vehicle has no such mode.
    """
    number = mode_number(situation.mav_type, situation.mav_autopilot, name)
    if number is None:
        raise CannotOrderError(say("has_no_mode", mode=name))
    if situation.mav_autopilot == MAV_AUTOPILOT_PX4:
        return orders.long(DO_SET_MODE, CUSTOM_MODE, number >> 16 & 0xFF, number >> 24 & 0xFF)
    return orders.long(DO_SET_MODE, CUSTOM_MODE, number)


def to_mode(name: str) -> Make:
    """Set a mode, whatever it is in."""
    return lambda situation: mode_order(situation, name)


def to_mode_if_needed(name: str) -> Make:
    """Set a mode unless it is in it."""

    def make(situation: Situation) -> Order | None:
        mode = situation.state.mode
        return None if mode is not None and mode.name == name else mode_order(situation, name)

    return make


def to_asked_mode(situation: Situation) -> Order:
    """Set the mode of the arguments."""
    return mode_order(situation, str(situation.args["mode"]))


def arm_if_needed(situation: Situation) -> Order | None:
    """Arm unless it is armed."""
    armed = situation.state.armed
    return None if armed is not None and armed.is_armed else orders.long(ARM_DISARM, 1)


def set_parameter(name: str, argument: str) -> Make:
    """Set a parameter (ArduPilot) to an argument's value."""

    def make(situation: Situation) -> Order:
        value = situation.number(argument)
        return Order(form=Form.PARAM_SET, parameter=name, params=(value, 0, 0, 0, 0, 0, 0), is_query=True)

    return make


def read_parameter(name: str) -> Make:
    """Ask for a parameter; its value is in `Situation.parameters` and `Look.parameters` of what follows."""
    return fixed(Order(form=Form.PARAM_READ, parameter=name, is_query=True))


def place(situation: Situation) -> tuple[float, float]:
    """Latitude and longitude: of the arguments, else of where it is.

    Raises:
        CannotOrderError: neither is known.
    """
    lat_deg, lon_deg = situation.args.get("lat_deg"), situation.args.get("lon_deg")
    if isinstance(lat_deg, float) and isinstance(lon_deg, float):
        return lat_deg, lon_deg
    position = situation.state.position
    if position is None or position.lat_deg is None or position.lon_deg is None:
        raise CannotOrderError(say("position_not_known"))
    return position.lat_deg, position.lon_deg


def height_as_asked(situation: Situation) -> tuple[float, int]:
    """Height and MAV_FRAME, relative to home or above the sea as the arguments say; the present height without any.

    Raises:
        CannotOrderError: there is no height to keep.
    """
    position, height_m = situation.state.position, situation.args.get("height_m")
    if isinstance(height_m, float):
        is_amsl = situation.args.get("frame", "home") == "amsl"
        return height_m, FRAME_GLOBAL if is_amsl else FRAME_RELATIVE
    if position is None or position.height_home_m is None:
        raise CannotOrderError(say("height_not_known"))
    return position.height_home_m, FRAME_RELATIVE


def height_above_sea(situation: Situation) -> tuple[float, int]:
    """The same height, always above the sea, which is the only one that PX4 takes."""
    height_m, frame = height_as_asked(situation)
    return (height_m if frame == FRAME_GLOBAL else height_m + situation.height_home_of_sea_m), FRAME_GLOBAL


HeightOf = Callable[[Situation], tuple[float, int]]


def reposition(height_of: HeightOf, *, has_radius: bool = False) -> Make:
    """DO_REPOSITION by COMMAND_INT, changing to the mode that obeys it.

    Args:
        height_of: gives height and frame.
        has_radius: whether param3 is the radius of a circle; ArduPlane ignores a negative one, and takes the
            direction from param4: anything but 0 and NaN is anticlockwise.
    """

    def make(situation: Situation) -> Order:
        lat_deg, lon_deg = place(situation)
        z, frame = height_of(situation)
        radius_m = situation.number("radius_m") if has_radius else 0.0
        # outside GUIDED ArduPilot refuses it without the flag to change the mode (observed)
        first = (-1.0, CHANGE_MODE, abs(radius_m), 1.0 if radius_m < 0 else NAN)
        # as COMMAND_LONG ArduPilot answers that it does not know it (observed)
        return orders.at_place(DO_REPOSITION, first, lat_deg, lon_deg, z, frame)

    return make
