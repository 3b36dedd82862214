# SPDX-License-Identifier: Apache-2.0
"""What a simulated ArduPilot answers besides commands: parameters, missions, clock, files, guided targets.

Sans-I/O.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from groundstation.simulator.boot import INFO
from groundstation.simulator.copter import CopterGuidance
from groundstation.simulator.plane import PlaneGuidance

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.simulator.autopilot import Vehicle
    from groundstation.simulator.links import Link
    from groundstation.simulator.wire import Message

_TIMESYNC, _FTP = 111, 110
_PARAMETER_READ_S = 0.095
"""A single parameter is answered that late."""
_RELATIVE_FRAMES = frozenset({3, 6, 10, 11})
_IGNORE_POSITION = 0b111
"""POSITION_TARGET_TYPEMASK: x, y and z ignored."""
_IGNORE_YAW = 0x400
_FTP_HEADER = struct.Struct("<HBBBBBBI")
_FTP_ACK, _FTP_NAK, _FTP_FILE_NOT_FOUND = 128, 129, 10
_FTP_CLOSING = frozenset({1, 2})
"""TerminateSession, ResetSessions."""
_GCS_TYPE = 6


def _heartbeat(vehicle: Vehicle, _link: Link, message: Message) -> None:
    """A HEARTBEAT of the station whose id is SYSID_MYGCS feeds the failsafe."""
    if message.system == int(vehicle.parameters.value("SYSID_MYGCS")) and message.values["type"] == _GCS_TYPE:
        vehicle.failsafes.heard_station()


def _data_stream(vehicle: Vehicle, link: Link, message: Message) -> None:
    """REQUEST_DATA_STREAM: obeyed, never acknowledged."""
    values = message.values
    rate_hz = values["req_message_rate"] if values["start_stop"] else 0
    link.schedule.set_group(values["req_stream_id"], rate_hz, vehicle.now_s)


def _timesync(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Answer a request (tc1 0); an answer to ours is not needed."""
    if message.values["tc1"] == 0:
        link.say(_TIMESYNC, tc1=int(vehicle.age_s * 1e9), ts1=message.values["ts1"])


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


def _file_transfer(_vehicle: Vehicle, link: Link, message: Message) -> None:
    """MAVLink FTP: there are no files here, said at once (silence costs MAVProxy twelve seconds)."""
    request = bytes(message.values["payload"])
    sequence, session, opcode, _size, _asked, _burst, _pad, _offset = _FTP_HEADER.unpack_from(request)
    is_closing = opcode in _FTP_CLOSING
    answer = _FTP_HEADER.pack(
        (sequence + 1) & 0xFFFF,
        session,
        _FTP_ACK if is_closing else _FTP_NAK,
        0 if is_closing else 1,
        opcode,
        0,
        0,
        0,
    )
    if not is_closing:
        answer += bytes((_FTP_FILE_NOT_FOUND,))
    link.say(
        _FTP,
        target_system=message.system,
        target_component=message.component,
        payload=answer.ljust(251, b"\0"),
    )


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
    0: _heartbeat,
    20: _read_parameter,
    21: _list_parameters,
    23: _set_parameter,
    38: lambda vehicle, link, message: vehicle.transfer.partial(link, message),
    39: lambda vehicle, link, message: vehicle.transfer.item(link, message),
    40: lambda vehicle, link, message: vehicle.transfer.request(link, message),
    41: lambda vehicle, link, message: vehicle.transfer.set_current(link, message),
    43: lambda vehicle, link, message: vehicle.transfer.request_list(link, message),
    44: lambda vehicle, link, message: vehicle.transfer.count(link, message),
    45: lambda vehicle, link, message: vehicle.transfer.clear(link, message),
    51: lambda vehicle, link, message: vehicle.transfer.request(link, message),
    66: _data_stream,
    73: lambda vehicle, link, message: vehicle.transfer.item(link, message),
    86: _guided_target,
    110: _file_transfer,
    111: _timesync,
}
"""Message id to what takes it; the rest is not for an autopilot, or ignored."""
