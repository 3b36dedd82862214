# SPDX-License-Identifier: Apache-2.0
"""The commands a simulated ArduPilot understands, with the results and refusals that were seen of 4.5.7.

A table from MAV_CMD to a function that does it and returns a MAV_RESULT. What isn't in the table is answered
with UNSUPPORTED, on purpose: a simulator that can do more than the vehicle hides bugs. Sans-I/O.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.simulator.ardupilot.arming import UNCHECKED_MAGIC
from groundstation.simulator.ardupilot.copter import CopterGuidance
from groundstation.simulator.ardupilot.plane import PlaneGuidance
from groundstation.simulator.ardupilot.service_commands import SERVICE_COMMANDS
from groundstation.simulator.engine.boot import INFO, WARNING
from groundstation.simulator.engine.commands import COMMAND_ACK, FORCE_MAGIC, Answer, Command, MavResult, read_command
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.microservices import acknowledge
from groundstation.simulator.engine.missions import MISSION, Nav
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.engine.wire import Message

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
    command = read_command(link, message)
    do = COMMANDS.get(command.number)
    result = MavResult.UNSUPPORTED if do is None else do(vehicle, command)
    if result is not None:
        acknowledge(vehicle, command, result)


def take_mode(vehicle: Vehicle, link: Link, message: Message) -> None:
    """SET_MODE, the old message: works, and is answered by a COMMAND_ACK for "command 11"."""
    values = message.values
    result = _enter_mode(vehicle, values["base_mode"], values["custom_mode"])
    link.answer(message, COMMAND_ACK, command=_SET_MODE, result=result)


# --- arming and modes -----------------------------------------------


def _arm_disarm(vehicle: Vehicle, command: Command) -> Answer:
    wish, magic = command.params[0], command.params[1]
    if wish == 1.0:
        return vehicle.arming.arm(force=magic == UNCHECKED_MAGIC)
    if wish == 0.0:
        return vehicle.arming.disarm(force=magic in (UNCHECKED_MAGIC, FORCE_MAGIC))
    return MavResult.UNSUPPORTED


def _enter_mode(vehicle: Vehicle, base: int, number: int) -> MavResult:
    if not base & _CUSTOM_MODE:
        return MavResult.DENIED
    disabled = vehicle.flavour.disabled_modes.get(number)
    if disabled is not None:
        vehicle.say(INFO, disabled)
        return MavResult.FAILED
    mode = vehicle.flavour.modes.get(number)
    if mode is None or mode.name == "INITIALISING":
        vehicle.say(WARNING, f"No such mode {number}")
        return MavResult.FAILED
    refusal = vehicle.guidance.can_enter(number)
    if refusal:
        vehicle.say(WARNING, f"Mode change to {mode.name} failed: {refusal}")
        return MavResult.FAILED
    vehicle.set_mode(number)
    return MavResult.ACCEPTED


def _set_mode(vehicle: Vehicle, command: Command) -> Answer:
    return _enter_mode(vehicle, int(command.params[0]), int(command.params[1]))


def _return_to_launch(vehicle: Vehicle, _command: Command) -> Answer:
    return _enter_mode(vehicle, _CUSTOM_MODE, vehicle.flavour.rtl_mode)


def _loiter(vehicle: Vehicle, _command: Command) -> Answer:
    return _enter_mode(vehicle, _CUSTOM_MODE, vehicle.flavour.loiter_mode)


def _take_off(vehicle: Vehicle, command: Command) -> Answer:
    """NAV_TAKEOFF: a plane finds fault with a COMMAND_INT before it refuses."""
    if command.is_int and vehicle.flavour.airframe.is_plane:
        return MavResult.DENIED
    return vehicle.guidance.take_off(command.height_m)


def _land(vehicle: Vehicle, _command: Command) -> Answer:
    return vehicle.guidance.land()


def _start_landing(vehicle: Vehicle, _command: Command) -> Answer:
    """DO_LAND_START: go to the landing of the mission, if there is one."""
    items = vehicle.plans[MISSION].items
    seq = next((seq for seq, item in enumerate(items) if item.command == Nav.DO_LAND_START), None)
    if seq is not None and _enter_mode(vehicle, _CUSTOM_MODE, vehicle.flavour.auto_mode) == MavResult.ACCEPTED:
        vehicle.guidance.mission.set_current(seq)
        return MavResult.ACCEPTED
    vehicle.say(WARNING, "Unable to start landing sequence")
    if not vehicle.flavour.airframe.is_plane:
        vehicle.say(WARNING, "Mode change to AUTO RTL failed: No landing sequence found")
    return MavResult.FAILED


def _start_mission(vehicle: Vehicle, _command: Command) -> Answer:
    result = _enter_mode(vehicle, _CUSTOM_MODE, vehicle.flavour.auto_mode)
    if result != MavResult.ACCEPTED:
        return result
    guidance = vehicle.guidance
    if not guidance.mission.has_items and not vehicle.armed:
        vehicle.say(2, "PreArm: Mode requires mission")
    elif vehicle.armed:
        guidance.start_mission()
    return MavResult.ACCEPTED


def _pause_continue(vehicle: Vehicle, command: Command) -> Answer:
    guidance = vehicle.guidance
    if not isinstance(guidance, CopterGuidance):
        return MavResult.UNSUPPORTED
    result = guidance.pause(is_paused=command.params[0] == 0.0)
    if result != MavResult.ACCEPTED:
        vehicle.say(INFO, "Failed to pause")
    return result


# --- going somewhere ------------------------------------------------


def _spot(vehicle: Vehicle, command: Command) -> Spot:
    """Return the place of a command; 0/0 is here."""
    here = vehicle.position
    down_m = vehicle.guidance.down_of(command.height_m, is_relative=_ALTITUDE_FRAMES.get(command.frame, True))
    if command.latitude_deg == 0.0 and command.longitude_deg == 0.0:
        return here._replace(down_m=down_m)
    spot = vehicle.field.spot(command.latitude_deg, command.longitude_deg, 0.0)
    if command.frame in _TERRAIN_FRAMES and isinstance(vehicle.guidance, CopterGuidance):
        # accepted, and without terrain data flown into the ground
        down_m = _UNDERGROUND_M
    return spot._replace(down_m=down_m)


def _reposition(vehicle: Vehicle, command: Command) -> Answer:
    """DO_REPOSITION: by COMMAND_INT only, no distance is too far, even on the ground; 0/0 is no place."""
    if not command.is_int:
        return MavResult.UNSUPPORTED
    flavour = vehicle.flavour
    is_guided = vehicle.mode == flavour.guided_mode
    may_go = is_guided or bool(int(command.params[1]) & 1)
    if not (may_go or flavour.airframe.is_plane) or not _is_place(vehicle, command):
        return MavResult.DENIED
    if not may_go or not (is_guided or _enter_mode(vehicle, _CUSTOM_MODE, flavour.guided_mode) == MavResult.ACCEPTED):
        return MavResult.FAILED
    vehicle.guidance.go_to(_spot(vehicle, command))
    return MavResult.ACCEPTED


def _is_place(vehicle: Vehicle, command: Command) -> bool:
    """Is the frame known, and are the coordinates on the earth and other than 0/0."""
    if command.frame not in _ALTITUDE_FRAMES:
        vehicle.say(INFO, f"Unknown mavlink coordinate frame {command.frame}")
        return False
    is_on_earth = abs(command.latitude_deg) <= 90.0 and abs(command.longitude_deg) <= 180.0
    return is_on_earth and (command.latitude_deg, command.longitude_deg) != (0.0, 0.0)


def _change_speed(vehicle: Vehicle, command: Command) -> Answer:
    return vehicle.guidance.change_speed(int(command.params[0]), command.params[1])


def _condition_yaw(vehicle: Vehicle, command: Command) -> Answer:
    guidance = vehicle.guidance
    if not isinstance(guidance, CopterGuidance):
        return MavResult.UNSUPPORTED
    angle_deg, rate_dps, direction, is_relative = command.params
    heading = math.radians(angle_deg)
    if is_relative:
        heading = vehicle.motion.yaw_rad + math.copysign(heading, direction or 1.0)
    guidance.turn_to(heading, math.radians(rate_dps) if rate_dps > 0 else math.radians(7.0))
    return MavResult.ACCEPTED


def _set_home(vehicle: Vehicle, command: Command) -> Answer:
    """DO_SET_HOME: here (at the present height, even in the air) or there; nothing is checked."""
    if command.params[0] == 1.0:
        vehicle.set_home(vehicle.position)
        return MavResult.ACCEPTED
    is_relative = _ALTITUDE_FRAMES.get(command.frame, False) if command.is_int else False
    spot = vehicle.field.spot(command.latitude_deg, command.longitude_deg, 0.0)
    vehicle.set_home(spot._replace(down_m=vehicle.guidance.down_of(command.height_m, is_relative=is_relative)))
    return MavResult.ACCEPTED


def _look_at(vehicle: Vehicle, command: Command) -> Answer:
    vehicle.guidance.roi = _spot(vehicle, command)
    return MavResult.ACCEPTED


def _look_ahead(vehicle: Vehicle, _command: Command) -> Answer:
    vehicle.guidance.roi = None
    return MavResult.ACCEPTED


def _guided(vehicle: Vehicle) -> PlaneGuidance | MavResult:
    """Return the guidance of a plane in its guided mode, else the refusal of a command for it."""
    guidance = vehicle.guidance
    if not isinstance(guidance, PlaneGuidance):
        return MavResult.UNSUPPORTED
    return guidance if vehicle.mode == vehicle.flavour.guided_mode else MavResult.FAILED


def _guided_height(vehicle: Vehicle, command: Command) -> Answer:
    """GUIDED_CHANGE_ALTITUDE (43001): frames 0 and 3 only, and neither 0 nor -1."""
    guidance = _guided(vehicle)
    if isinstance(guidance, MavResult):
        return guidance
    if command.frame not in _GUIDED_FRAMES or command.height_m in (0.0, -1.0):
        return MavResult.DENIED
    guidance.change_height(guidance.down_of(command.height_m, is_relative=_GUIDED_FRAMES[command.frame]))
    return MavResult.ACCEPTED


def _guided_speed(vehicle: Vehicle, command: Command) -> Answer:
    """GUIDED_CHANGE_SPEED (43000): an airspeed (type 0) that the plane can fly, without a text."""
    guidance = _guided(vehicle)
    if isinstance(guidance, MavResult):
        return guidance
    if int(command.params[0]) != 0 or not guidance.can_fly_at(command.params[1]):
        return MavResult.DENIED
    guidance.set_airspeed(command.params[1])
    return MavResult.ACCEPTED


def _guided_heading(vehicle: Vehicle, command: Command) -> Answer:
    """GUIDED_CHANGE_HEADING (43002): a course (type 0) or a heading (type 1) below 360 degrees."""
    guidance = _guided(vehicle)
    if isinstance(guidance, MavResult):
        return guidance
    kind, heading_deg = int(command.params[0]), command.params[1]
    if kind not in (0, 1) or not 0.0 <= heading_deg < 360.0:
        return MavResult.DENIED
    guidance.hold_course(math.radians(heading_deg))
    return MavResult.ACCEPTED


def _set_mission_item(vehicle: Vehicle, command: Command) -> Answer:
    return MavResult.ACCEPTED if vehicle.guidance.mission.set_current(int(command.params[0])) else MavResult.DENIED


COMMANDS: dict[int, Callable[[Vehicle, Command], Answer]] = {
    **SERVICE_COMMANDS,
    17: _loiter,  # NAV_LOITER_UNLIM
    20: _return_to_launch,  # NAV_RETURN_TO_LAUNCH
    21: _land,  # NAV_LAND
    22: _take_off,  # NAV_TAKEOFF
    115: _condition_yaw,  # CONDITION_YAW
    176: _set_mode,  # DO_SET_MODE
    178: _change_speed,  # DO_CHANGE_SPEED
    179: _set_home,  # DO_SET_HOME
    189: _start_landing,  # DO_LAND_START
    192: _reposition,  # DO_REPOSITION
    193: _pause_continue,  # DO_PAUSE_CONTINUE
    195: _look_at,  # DO_SET_ROI_LOCATION
    197: _look_ahead,  # DO_SET_ROI_NONE
    224: _set_mission_item,  # DO_SET_MISSION_CURRENT
    300: _start_mission,  # MISSION_START
    400: _arm_disarm,  # COMPONENT_ARM_DISARM
    43000: _guided_speed,  # GUIDED_CHANGE_SPEED
    43001: _guided_height,  # GUIDED_CHANGE_ALTITUDE
    43002: _guided_heading,  # GUIDED_CHANGE_HEADING
}
"""MAV_CMD to what does it."""
