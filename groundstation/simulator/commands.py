# SPDX-License-Identifier: Apache-2.0
"""The commands a simulated ArduPilot understands, with the results and refusals that were seen of 4.5.7.

A table from MAV_CMD to a function that does it and returns a MAV_RESULT. What isn't in the table is answered
with UNSUPPORTED, on purpose: a simulator that can do more than the vehicle hides bugs. Sans-I/O.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from groundstation.simulator.arming import FORCE_DISARM_MAGIC, FORCE_MAGIC
from groundstation.simulator.boot import INFO, WARNING
from groundstation.simulator.copter import CopterGuidance
from groundstation.simulator.missions import MISSION, Nav
from groundstation.simulator.orders import (
    ACCEPTED,
    COMMAND_ACK,
    DENIED,
    FAILED,
    UNSUPPORTED,
    acknowledge,
    read_order,
)
from groundstation.simulator.plane import PlaneGuidance
from groundstation.simulator.upkeep import UPKEEP

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.simulator.autopilot import Vehicle
    from groundstation.simulator.field import Spot
    from groundstation.simulator.links import Link
    from groundstation.simulator.orders import Order, Result
    from groundstation.simulator.wire import Message

_SET_MODE = 11
_CUSTOM_MODE = 1
"""MAV_MODE_FLAG_CUSTOM_MODE_ENABLED."""
_ALTITUDE_FRAMES = {0: False, 3: True, 5: False, 6: True, 10: True, 11: True}
"""MAV_FRAME to whether its height counts from home (terrain is flat here)."""
_TERRAIN_FRAMES, _UNDERGROUND_M = (10, 11), 10.0
_GUIDED_FRAMES = {0: False, 3: True}
"""The same, for GUIDED_CHANGE_ALTITUDE."""


def take_command(vehicle: Vehicle, link: Link, message: Message) -> None:
    """COMMAND_LONG or COMMAND_INT: do it and answer; any target component is answered."""
    order = read_order(link, message)
    do = COMMANDS.get(order.number)
    result = UNSUPPORTED if do is None else do(vehicle, order)
    if result is not None:
        acknowledge(vehicle, order, result)


def take_mode(vehicle: Vehicle, link: Link, message: Message) -> None:
    """SET_MODE, the old message: works, and is answered by a COMMAND_ACK for "command 11"."""
    values = message.values
    result = _enter_mode(vehicle, values["base_mode"], values["custom_mode"])
    link.say(
        COMMAND_ACK,
        command=_SET_MODE,
        result=result,
        target_system=message.system,
        target_component=message.component,
    )


# --- arming and modes -----------------------------------------------


def _arm_disarm(vehicle: Vehicle, order: Order) -> Result:
    wish, magic = order.params[0], order.params[1]
    if wish == 1.0:
        return vehicle.arming.arm(force=magic == FORCE_MAGIC)
    if wish == 0.0:
        return vehicle.arming.disarm(force=magic in (FORCE_MAGIC, FORCE_DISARM_MAGIC))
    return UNSUPPORTED


def _enter_mode(vehicle: Vehicle, base: int, number: int) -> int:
    if not base & _CUSTOM_MODE:
        return DENIED
    disabled = vehicle.flavour.disabled_modes.get(number)
    if disabled is not None:
        vehicle.say(INFO, disabled)
        return FAILED
    mode = vehicle.flavour.modes.get(number)
    if mode is None or mode.name == "INITIALISING":
        vehicle.say(WARNING, f"No such mode {number}")
        return FAILED
    refusal = vehicle.guidance.can_enter(number)
    if refusal:
        vehicle.say(WARNING, f"Mode change to {mode.name} failed: {refusal}")
        return FAILED
    vehicle.set_mode(number)
    return ACCEPTED


def _set_mode(vehicle: Vehicle, order: Order) -> Result:
    return _enter_mode(vehicle, int(order.params[0]), int(order.params[1]))


def _return_to_launch(vehicle: Vehicle, _order: Order) -> Result:
    return _enter_mode(vehicle, _CUSTOM_MODE, vehicle.flavour.rtl_mode)


def _loiter(vehicle: Vehicle, _order: Order) -> Result:
    return _enter_mode(vehicle, _CUSTOM_MODE, vehicle.flavour.loiter_mode)


def _take_off(vehicle: Vehicle, order: Order) -> Result:
    """NAV_TAKEOFF: a plane finds fault with a COMMAND_INT before it refuses."""
    if order.is_int and vehicle.flavour.airframe.is_plane:
        return DENIED
    return vehicle.guidance.take_off(order.height_m)


def _land(vehicle: Vehicle, _order: Order) -> Result:
    return vehicle.guidance.land()


def _start_landing(vehicle: Vehicle, _order: Order) -> Result:
    """DO_LAND_START: go to the landing of the mission, if there is one."""
    items = vehicle.plans[MISSION].items
    seq = next((seq for seq, item in enumerate(items) if item.command == Nav.DO_LAND_START), None)
    if seq is not None and _enter_mode(vehicle, _CUSTOM_MODE, vehicle.flavour.auto_mode) == ACCEPTED:
        vehicle.guidance.mission.set_current(seq)
        return ACCEPTED
    vehicle.say(WARNING, "Unable to start landing sequence")
    if not vehicle.flavour.airframe.is_plane:
        vehicle.say(WARNING, "Mode change to AUTO RTL failed: No landing sequence found")
    return FAILED


def _start_mission(vehicle: Vehicle, _order: Order) -> Result:
    result = _enter_mode(vehicle, _CUSTOM_MODE, vehicle.flavour.auto_mode)
    if result != ACCEPTED:
        return result
    guidance = vehicle.guidance
    if not guidance.mission.has_items and not vehicle.armed:
        vehicle.say(2, "PreArm: Mode requires mission")
    elif vehicle.armed:
        guidance.start_mission()
    return ACCEPTED


def _pause_continue(vehicle: Vehicle, order: Order) -> Result:
    guidance = vehicle.guidance
    if not isinstance(guidance, CopterGuidance):
        return UNSUPPORTED
    result = guidance.pause(is_paused=order.params[0] == 0.0)
    if result != ACCEPTED:
        vehicle.say(INFO, "Failed to pause")
    return result


# --- going somewhere ------------------------------------------------


def _spot(vehicle: Vehicle, order: Order) -> Spot:
    """Return the place of a command; 0/0 is here."""
    here = vehicle.position
    down_m = vehicle.guidance.down_of(order.height_m, is_relative=_ALTITUDE_FRAMES.get(order.frame, True))
    if order.latitude_deg == 0.0 and order.longitude_deg == 0.0:
        return here._replace(down_m=down_m)
    spot = vehicle.field.spot(order.latitude_deg, order.longitude_deg, 0.0)
    if order.frame in _TERRAIN_FRAMES and isinstance(vehicle.guidance, CopterGuidance):
        # accepted, and without terrain data flown into the ground
        down_m = _UNDERGROUND_M
    return spot._replace(down_m=down_m)


def _reposition(vehicle: Vehicle, order: Order) -> Result:
    """DO_REPOSITION: by COMMAND_INT only, no distance is too far, even on the ground; 0/0 is no place."""
    if not order.is_int:
        return UNSUPPORTED
    flavour = vehicle.flavour
    is_guided = vehicle.mode == flavour.guided_mode
    may_go = is_guided or bool(int(order.params[1]) & 1)
    if not (may_go or flavour.airframe.is_plane) or not _is_place(vehicle, order):
        return DENIED
    if not may_go or not (is_guided or _enter_mode(vehicle, _CUSTOM_MODE, flavour.guided_mode) == ACCEPTED):
        return FAILED
    vehicle.guidance.go_to(_spot(vehicle, order))
    return ACCEPTED


def _is_place(vehicle: Vehicle, order: Order) -> bool:
    """Is the frame known, and are the coordinates on the earth and other than 0/0."""
    if order.frame not in _ALTITUDE_FRAMES:
        vehicle.say(INFO, f"Unknown mavlink coordinate frame {order.frame}")
        return False
    is_on_earth = abs(order.latitude_deg) <= 90.0 and abs(order.longitude_deg) <= 180.0
    return is_on_earth and (order.latitude_deg, order.longitude_deg) != (0.0, 0.0)


def _change_speed(vehicle: Vehicle, order: Order) -> Result:
    return vehicle.guidance.change_speed(int(order.params[0]), order.params[1])


def _condition_yaw(vehicle: Vehicle, order: Order) -> Result:
    guidance = vehicle.guidance
    if not isinstance(guidance, CopterGuidance):
        return UNSUPPORTED
    angle_deg, rate_dps, direction, is_relative = order.params
    heading = math.radians(angle_deg)
    if is_relative:
        heading = vehicle.motion.yaw_rad + math.copysign(heading, direction or 1.0)
    guidance.turn_to(heading, math.radians(rate_dps) if rate_dps > 0 else math.radians(7.0))
    return ACCEPTED


def _set_home(vehicle: Vehicle, order: Order) -> Result:
    """DO_SET_HOME: here (at the present height, even in the air) or there; nothing is checked."""
    if order.params[0] == 1.0:
        vehicle.set_home(vehicle.position)
        return ACCEPTED
    is_relative = _ALTITUDE_FRAMES.get(order.frame, False) if order.is_int else False
    spot = vehicle.field.spot(order.latitude_deg, order.longitude_deg, 0.0)
    vehicle.set_home(spot._replace(down_m=vehicle.guidance.down_of(order.height_m, is_relative=is_relative)))
    return ACCEPTED


def _look_at(vehicle: Vehicle, order: Order) -> Result:
    vehicle.guidance.roi = _spot(vehicle, order)
    return ACCEPTED


def _look_ahead(vehicle: Vehicle, _order: Order) -> Result:
    vehicle.guidance.roi = None
    return ACCEPTED


def _guided(vehicle: Vehicle) -> PlaneGuidance | int:
    """Return the guidance of a plane in its guided mode, else the refusal of a command for it."""
    guidance = vehicle.guidance
    if not isinstance(guidance, PlaneGuidance):
        return UNSUPPORTED
    return guidance if vehicle.mode == vehicle.flavour.guided_mode else FAILED


def _guided_height(vehicle: Vehicle, order: Order) -> Result:
    """GUIDED_CHANGE_ALTITUDE (43001): frames 0 and 3 only, and neither 0 nor -1."""
    guidance = _guided(vehicle)
    if isinstance(guidance, int):
        return guidance
    if order.frame not in _GUIDED_FRAMES or order.height_m in (0.0, -1.0):
        return DENIED
    guidance.change_height(guidance.down_of(order.height_m, is_relative=_GUIDED_FRAMES[order.frame]))
    return ACCEPTED


def _guided_speed(vehicle: Vehicle, order: Order) -> Result:
    """GUIDED_CHANGE_SPEED (43000): an airspeed (type 0) that the plane can fly, without a text."""
    guidance = _guided(vehicle)
    if isinstance(guidance, int):
        return guidance
    if int(order.params[0]) != 0 or not guidance.can_fly_at(order.params[1]):
        return DENIED
    guidance.set_airspeed(order.params[1])
    return ACCEPTED


def _guided_heading(vehicle: Vehicle, order: Order) -> Result:
    """GUIDED_CHANGE_HEADING (43002): a course (type 0) or a heading (type 1) below 360 degrees."""
    guidance = _guided(vehicle)
    if isinstance(guidance, int):
        return guidance
    kind, heading_deg = int(order.params[0]), order.params[1]
    if kind not in (0, 1) or not 0.0 <= heading_deg < 360.0:
        return DENIED
    guidance.hold_course(math.radians(heading_deg))
    return ACCEPTED


def _set_mission_item(vehicle: Vehicle, order: Order) -> Result:
    return ACCEPTED if vehicle.guidance.mission.set_current(int(order.params[0])) else DENIED


COMMANDS: dict[int, Callable[[Vehicle, Order], Result]] = {
    **UPKEEP,
    17: _loiter,
    20: _return_to_launch,
    21: _land,
    22: _take_off,
    115: _condition_yaw,
    176: _set_mode,
    178: _change_speed,
    179: _set_home,
    189: _start_landing,
    192: _reposition,
    193: _pause_continue,
    195: _look_at,
    197: _look_ahead,
    224: _set_mission_item,
    300: _start_mission,
    400: _arm_disarm,
    43000: _guided_speed,
    43001: _guided_height,
    43002: _guided_heading,
}
"""MAV_CMD to what does it."""

MESSAGE_HANDLERS: dict[int, Callable[[Vehicle, Link, Message], None]] = {
    11: take_mode,
    75: take_command,
    76: take_command,
}
"""Message id to what takes it."""
