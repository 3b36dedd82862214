# SPDX-License-Identifier: Apache-2.0
"""What all simulated ArduPilots take from a link, and what they do of their own accord after power-on. Sans-I/O."""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.simulator.ardupilot.arming import ArduPilotArming
from groundstation.simulator.ardupilot.commands import take_command, take_mode
from groundstation.simulator.ardupilot.copter import CopterGuidance
from groundstation.simulator.ardupilot.failsafes import ArduPilotFailsafes
from groundstation.simulator.ardupilot.flavours import COPTER_FLAVOUR, PLANE_FLAVOUR
from groundstation.simulator.ardupilot.mission_transfer import ArduPilotMissionTransfer
from groundstation.simulator.ardupilot.plane import PlaneGuidance
from groundstation.simulator.ardupilot.streams import set_group
from groundstation.simulator.ardupilot.telemetry import BUILDERS
from groundstation.simulator.engine.boot import INFO
from groundstation.simulator.engine.flavour import Flavour
from groundstation.simulator.engine.guidance import Guidance
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.microservices import MISSION_HANDLERS, take_file_transfer, take_timesync
from groundstation.simulator.engine.parameters import ParameterSet
from groundstation.simulator.engine.vehicle import Firmware, Vehicle
from groundstation.simulator.engine.wire import Message

_TIMESYNC = 111
_TIMESYNC_S = 10.0
_RUNTIME_S = 30.0
_PARAMETER_READ_S = 0.095
"""A single parameter is answered that late."""
_RELATIVE_FRAMES = frozenset({3, 6, 10, 11})
_IGNORE_POSITION = 0b111
"""POSITION_TARGET_TYPEMASK: x, y and z ignored."""
_IGNORE_YAW = 0x400
_GCS_TYPE = 6


def take(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Take a frame that is for it or for all, whatever the component; forward what is for others."""
    target = message.target_system
    # ArduPilot routes: a station on one link reaches what is behind another one
    if target != vehicle.system:
        for other in vehicle.links:
            if other is not link:
                other.forward(message.frame)
    if target not in (0, vehicle.system):
        return
    handler = MESSAGE_HANDLERS.get(message.number)
    if handler is not None:
        handler(vehicle, link, message)


def begin(vehicle: Vehicle) -> None:
    """Start a life: clock messages and the count of running time, in step with the age."""
    age_s = max(vehicle.age_s, 0.0)
    vehicle.at_age((age_s // _TIMESYNC_S + 1.0) * _TIMESYNC_S, lambda: _tell_clock(vehicle))
    vehicle.at_age((age_s // _RUNTIME_S + 1.0) * _RUNTIME_S, lambda: _count_runtime(vehicle))


def _tell_clock(vehicle: Vehicle) -> None:
    vehicle.broadcast(_TIMESYNC, tc1=0, ts1=int(vehicle.age_s * 1e9) + 1)
    vehicle.later(_TIMESYNC_S, lambda: _tell_clock(vehicle))


def _count_runtime(vehicle: Vehicle) -> None:
    parameters = vehicle.parameters
    runtime = parameters.store("STAT_RUNTIME", parameters.value("STAT_RUNTIME") + _RUNTIME_S)
    if runtime is not None:
        vehicle.echo_parameter(runtime)
    vehicle.later(_RUNTIME_S, lambda: _count_runtime(vehicle))


# --- conversations --------------------------------------------------


def _heartbeat(vehicle: Vehicle, _link: Link, message: Message) -> None:
    """A HEARTBEAT of the station whose id is SYSID_MYGCS feeds the failsafe."""
    if message.system == int(vehicle.parameters.value("SYSID_MYGCS")) and message.values["type"] == _GCS_TYPE:
        vehicle.failsafes.heard_station()


def _data_stream(vehicle: Vehicle, link: Link, message: Message) -> None:
    """REQUEST_DATA_STREAM: obeyed, never acknowledged."""
    values = message.values
    rate_hz = values["req_message_rate"] if values["start_stop"] else 0
    set_group(link.schedule, values["req_stream_id"], rate_hz, vehicle.now_s)


def _list_parameters(vehicle: Vehicle, link: Link, _message: Message) -> None:
    for text in (vehicle.flavour.title, vehicle.uid.hex()[:32], vehicle.flavour.frame_text):
        vehicle.say(INFO, text)
    vehicle.list_parameters(link)


def _read_parameter(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Answer by index or by name; silence for what doesn't exist."""
    index = message.values["param_index"]
    parameters = vehicle.parameters
    found = parameters.at(index) if index >= 0 else parameters.find(message.values["param_id"])
    if found is None:
        return
    # the value is looked up when the answer leaves, as it may have been set meanwhile
    name, shown = found.name, found.index if index >= 0 else 65535

    def answer() -> None:
        parameter = parameters.find(name)
        if parameter is not None:
            vehicle.echo_parameter(parameter, link, index=shown)

    vehicle.later(_PARAMETER_READ_S, answer)


def _set_parameter(vehicle: Vehicle, _link: Link, message: Message) -> None:
    """Store without a check and echo on every link; the declared type doesn't matter."""
    stored = vehicle.parameters.store(message.values["param_id"], message.values["param_value"])
    if stored is not None:
        vehicle.echo_parameter(stored)


def _guided_target(vehicle: Vehicle, _link: Link, message: Message) -> None:
    """SET_POSITION_TARGET_GLOBAL_INT: only in the guided mode; a plane takes the height alone. No answer."""
    values = message.values
    if vehicle.mode != vehicle.flavour.guided_mode or values["type_mask"] & _IGNORE_POSITION == _IGNORE_POSITION:
        return
    if not (math.isfinite(values["alt"]) and math.isfinite(values["yaw"])):
        return
    guidance = vehicle.guidance
    down_m = guidance.down_of(values["alt"], is_relative=values["coordinate_frame"] in _RELATIVE_FRAMES)
    if isinstance(guidance, PlaneGuidance):
        guidance.change_height(down_m)
        return
    if not guidance.is_airborne:
        return
    spot = vehicle.field.spot(values["lat_int"] * 1e-7, values["lon_int"] * 1e-7, 0.0)
    guidance.go_to(spot._replace(down_m=down_m))
    if isinstance(guidance, CopterGuidance) and not values["type_mask"] & _IGNORE_YAW:
        guidance.turn_to(values["yaw"], math.radians(60.0))


MESSAGE_HANDLERS: dict[int, Callable[[Vehicle, Link, Message], None]] = {
    **MISSION_HANDLERS,
    0: _heartbeat,
    11: take_mode,  # SET_MODE
    20: _read_parameter,  # PARAM_REQUEST_READ
    21: _list_parameters,  # PARAM_REQUEST_LIST
    23: _set_parameter,  # PARAM_SET
    66: _data_stream,  # REQUEST_DATA_STREAM
    75: take_command,  # COMMAND_INT
    76: take_command,  # COMMAND_LONG
    86: _guided_target,  # SET_POSITION_TARGET_GLOBAL_INT
    110: take_file_transfer,  # FILE_TRANSFER_PROTOCOL
    111: take_timesync,
}
"""Message id to what takes it; the rest is not for an autopilot, or ignored."""


def _firmware(flavour: Flavour, guidance: Callable[[Vehicle], Guidance]) -> Firmware:
    return Firmware(
        flavour=flavour,
        arming=ArduPilotArming,
        failsafes=ArduPilotFailsafes,
        guidance=guidance,
        transfer=ArduPilotMissionTransfer,
        parameters=ParameterSet,
        builders=BUILDERS,
        begin=begin,
        take=take,
    )


COPTER = _firmware(COPTER_FLAVOUR, CopterGuidance)
PLANE = _firmware(PLANE_FLAVOUR, PlaneGuidance)
