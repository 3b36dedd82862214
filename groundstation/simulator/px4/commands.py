# SPDX-License-Identifier: Apache-2.0
"""The commands a simulated PX4 understands, with the results and refusals that were seen between 1.13 and 1.14.

A table from MAV_CMD to a function that does it and returns a MAV_RESULT. What isn't in the table is answered with
UNSUPPORTED. PX4 answers more than it should (commands for others, nonsense) and sometimes not at all. Sans-I/O.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from groundstation.simulator.engine.boot import CRITICAL, INFO
from groundstation.simulator.engine.commands import COMMAND_ACK, FORCE_MAGIC, Answer, Command, MavResult, read_command
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.microservices import acknowledge
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.engine.wire import Message
from groundstation.simulator.px4 import modes
from groundstation.simulator.px4.arming import arming_of
from groundstation.simulator.px4.guidance import pilot_of
from groundstation.simulator.px4.service_commands import SERVICE_COMMANDS

_SET_MODE = 176
_CUSTOM_MODE, _AUTO, _GUIDED, _MANUAL_INPUT, _STABILIZE = 1, 4, 8, 64, 16
"""MAV_MODE_FLAG."""
_TO_ALL = frozenset({512, 519})
"""Answered when they are addressed to every system."""
_OWN_COMPONENTS = (0, 1)
_KNOWN_MAINS = frozenset(range(1, 8))
_UNSET_PLACE = 2**31 - 1
"""x and y of a COMMAND_INT that leaves the place open."""


def take_command(vehicle: Vehicle, link: Link, message: Message) -> None:
    """COMMAND_LONG or COMMAND_INT: do it and answer; one that is for somebody else is answered with FAILED."""
    command = read_command(link, message, keeps_unset=True)
    if message.values.get("x") == message.values.get("y") == _UNSET_PLACE:
        command = replace(command, latitude_deg=math.nan, longitude_deg=math.nan)
    system, component = message.values["target_system"], message.values["target_component"]
    is_ours = system == vehicle.system and component in _OWN_COMPONENTS
    if not (is_ours or (command.number in _TO_ALL and system in (0, vehicle.system))):
        acknowledge(vehicle, command, MavResult.FAILED)
        return
    if command.number in _UNANSWERED:
        return
    do = COMMANDS.get(command.number)
    result = MavResult.UNSUPPORTED if do is None else do(vehicle, command)
    if result is not None:
        acknowledge(vehicle, command, result)


def take_mode(vehicle: Vehicle, link: Link, message: Message) -> None:
    """SET_MODE, the old message: answered as if it were DO_SET_MODE."""
    custom = message.values["custom_mode"]
    result = _enter(vehicle, message.values["base_mode"], custom >> 16 & 0xFF, custom >> 24)
    link.answer(message, COMMAND_ACK, command=_SET_MODE, result=result)


def _say(vehicle: Vehicle, text: str, severity: int = CRITICAL) -> None:
    """Say something behind the acknowledgement."""
    vehicle.later(0.0, lambda: vehicle.say(severity, f"{text}\t"))


# --- arming and modes -----------------------------------------------


def _arm_disarm(vehicle: Vehicle, command: Command) -> Answer:
    """COMPONENT_ARM_DISARM; a wish that is neither gets a text and no answer at all."""
    wish, magic = command.params[0], command.params[1]
    if wish not in (0.0, 1.0):
        _say(vehicle, f"Unsupported ARM_DISARM param: {wish:.3f}")
        return None
    is_forced = magic == FORCE_MAGIC
    return vehicle.arming.arm(force=is_forced) if wish else vehicle.arming.disarm(force=is_forced)


def _change_mode(vehicle: Vehicle, mode: int) -> bool:
    """Go to a mode when its conditions hold; the mode it is in counts as gone to."""
    if vehicle.guidance.can_enter(mode):
        return False
    if mode != vehicle.mode:
        vehicle.set_mode(mode)
    return True


def _enter(vehicle: Vehicle, base: int, main: int, sub: int) -> MavResult:
    """DO_SET_MODE: an unknown main mode, or none at all, is accepted and nothing happens."""
    mode: int | None = None
    if not base & _CUSTOM_MODE:
        mode = _by_flags(base)
    elif main == modes.MAIN_AUTO:
        mode = modes.custom_mode(main, sub or 4)
        if mode not in vehicle.flavour.modes:
            _say(vehicle, "Unsupported auto mode")
            return MavResult.TEMPORARILY_REJECTED
    elif main in _KNOWN_MAINS:
        mode = modes.custom_mode(main)
    if mode is None or _change_mode(vehicle, mode):
        return MavResult.ACCEPTED
    return MavResult.TEMPORARILY_REJECTED


def _by_flags(base: int) -> int | None:
    """Return the mode that MAV_MODE_FLAGs without a custom mode mean, ``None`` for none."""
    if base & _AUTO:
        return modes.MISSION
    if not base & _MANUAL_INPUT:
        return None
    if base & _GUIDED:
        return modes.POSCTL
    return modes.STABILIZED if base & _STABILIZE else modes.MANUAL


def _byte(value: float) -> int:
    return int(value) & 0xFF if math.isfinite(value) else 0


def _set_mode(vehicle: Vehicle, command: Command) -> Answer:
    base, main, sub, _ = command.params
    return _enter(vehicle, _byte(base), _byte(main), _byte(sub))


def _return_to_launch(vehicle: Vehicle, _command: Command) -> Answer:
    """NAV_RETURN_TO_LAUNCH: denied when it is on its way already."""
    if vehicle.mode == modes.RTL or vehicle.guidance.can_enter(modes.RTL):
        _say(vehicle, "Return to launch denied")
        return MavResult.TEMPORARILY_REJECTED
    _say(vehicle, "Returning to launch", INFO)
    vehicle.set_mode(modes.RTL)
    return MavResult.ACCEPTED


def _take_off(vehicle: Vehicle, command: Command) -> Answer:
    """NAV_TAKEOFF: the height is above sea level; while disarmed only the mode changes."""
    if vehicle.guidance.can_enter(modes.TAKEOFF):
        _say(vehicle, "Takeoff denied! Please disarm and retry")
        return MavResult.TEMPORARILY_REJECTED
    return vehicle.guidance.take_off(command.height_m)


def _land(vehicle: Vehicle, _command: Command) -> Answer:
    if not _change_mode(vehicle, modes.LAND):
        _say(vehicle, "Landing denied! Please land manually")
        return MavResult.TEMPORARILY_REJECTED
    _say(vehicle, "Landing at current position", INFO)
    return MavResult.ACCEPTED


def _start_mission(vehicle: Vehicle, command: Command) -> Answer:
    """MISSION_START: arms by itself and takes off."""
    mission = pilot_of(vehicle).mission
    if vehicle.guidance.can_enter(modes.MISSION):
        _say(vehicle, "Mission start denied! No valid mission")
        return MavResult.DENIED
    if not -1 <= command.params[0] < len(mission.items):
        return MavResult.DENIED
    is_there = _change_mode(vehicle, modes.MISSION)
    if not is_there or vehicle.arming.arm(text="Armed by mission start\t") != MavResult.ACCEPTED:
        _say(vehicle, "Mission start denied")
        return MavResult.TEMPORARILY_REJECTED
    return MavResult.ACCEPTED


# --- going somewhere ------------------------------------------------


def _spot(vehicle: Vehicle, command: Command) -> Spot:
    """Return the place of a command; what isn't set is here, and the height is above sea level in every frame."""
    spot = vehicle.position
    if math.isfinite(command.latitude_deg) and math.isfinite(command.longitude_deg):
        place = vehicle.field.spot(command.latitude_deg, command.longitude_deg, 0.0)
        spot = place._replace(down_m=spot.down_m)
    if math.isfinite(command.height_m):
        spot = spot._replace(down_m=vehicle.guidance.down_of(command.height_m, is_relative=False))
    return spot


def _reposition(vehicle: Vehicle, command: Command) -> Answer:
    """DO_REPOSITION: LOITER over there, no distance is too far; without the flag only when it is in LOITER."""
    if _byte(command.params[1]) & 1 and not _change_mode(vehicle, modes.HOLD):
        _say(vehicle, "Reposition command rejected")
        return MavResult.TEMPORARILY_REJECTED
    if vehicle.mode == modes.HOLD and vehicle.armed and vehicle.guidance.is_airborne:
        vehicle.guidance.go_to(_spot(vehicle, command))
    return MavResult.ACCEPTED


def _change_speed(vehicle: Vehicle, command: Command) -> Answer:
    speed_mps = command.params[1] if math.isfinite(command.params[1]) else 0.0
    return vehicle.guidance.change_speed(_byte(command.params[0]), speed_mps)


def _orbit(vehicle: Vehicle, command: Command) -> Answer:
    vehicle.set_mode(modes.ORBIT)
    pilot_of(vehicle).orbit(_spot(vehicle, command), command.params[0], command.params[1])
    return MavResult.ACCEPTED


def _set_home(vehicle: Vehicle, command: Command) -> Answer:
    """DO_SET_HOME: here or there; nothing but the numbers is checked."""
    if command.params[0] > 0.5:
        if not vehicle.has_position:
            return MavResult.TEMPORARILY_REJECTED
        vehicle.set_home(vehicle.position)
        return MavResult.ACCEPTED
    if not all(math.isfinite(value) for value in (command.latitude_deg, command.longitude_deg, command.height_m)):
        return MavResult.DENIED
    if not vehicle.has_position:
        return MavResult.TEMPORARILY_REJECTED
    arming_of(vehicle).has_manual_home = True
    vehicle.set_home(_spot(vehicle, command))
    return MavResult.ACCEPTED


def _look_at(vehicle: Vehicle, command: Command) -> Answer:
    vehicle.guidance.roi = _spot(vehicle, command)
    return MavResult.ACCEPTED


def _look_ahead(vehicle: Vehicle, _command: Command) -> Answer:
    vehicle.guidance.roi = None
    return MavResult.ACCEPTED


_UNANSWERED = frozenset({0, 93, 189, 191, 203, 204, 205, 206, 214, 2003, 2510, 2511, 3000, 31010, 31011, 31012})
"""Nobody on board answers these: other parts would (a camera, a gimbal), and there are none."""

COMMANDS: dict[int, Callable[[Vehicle, Command], Answer]] = {
    **SERVICE_COMMANDS,
    20: _return_to_launch,  # NAV_RETURN_TO_LAUNCH
    21: _land,  # NAV_LAND
    22: _take_off,  # NAV_TAKEOFF
    34: _orbit,  # DO_ORBIT
    176: _set_mode,  # DO_SET_MODE
    178: _change_speed,  # DO_CHANGE_SPEED
    179: _set_home,  # DO_SET_HOME
    192: _reposition,  # DO_REPOSITION
    195: _look_at,  # DO_SET_ROI_LOCATION
    197: _look_ahead,  # DO_SET_ROI_NONE
    201: _look_at,  # DO_SET_ROI
    300: _start_mission,  # MISSION_START
    400: _arm_disarm,  # COMPONENT_ARM_DISARM
}
"""MAV_CMD to what does it."""
