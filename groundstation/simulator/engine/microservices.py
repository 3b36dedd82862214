# SPDX-License-Identifier: Apache-2.0
"""MAVLink's services that all firmwares serve alike: acknowledgements, time, files, missions' messages. Sans-I/O."""

from __future__ import annotations

import struct
from collections.abc import Callable

from groundstation.simulator.engine.commands import COMMAND_ACK, Command, MavResult
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.engine.wire import Message

_TIMESYNC, _FTP = 111, 110
_FTP_HEADER = struct.Struct("<HBBBBBBI")
_FTP_ACK, _FTP_NAK, _FTP_FILE_NOT_FOUND = 128, 129, 10
_FTP_CLOSING = frozenset({1, 2})
"""TerminateSession, ResetSessions."""


def acknowledge(vehicle: Vehicle, command: Command, result: MavResult) -> None:
    """Answer, on the asking link only."""
    if vehicle.is_mute:
        return
    fields = {"target_system": command.system, "target_component": command.component}

    def send() -> None:
        command.link.say(COMMAND_ACK, command=command.number, result=result, **fields)

    if vehicle.answer_delay_s > 0.0:
        vehicle.later(vehicle.answer_delay_s, send)
    else:
        send()


def take_timesync(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Answer a request (tc1 0); an answer to ours is not needed."""
    if message.values["tc1"] == 0:
        link.say(_TIMESYNC, tc1=int(vehicle.age_s * 1e9), ts1=message.values["ts1"])


def take_file_transfer(_vehicle: Vehicle, link: Link, message: Message) -> None:
    """MAVLink FTP: there are no files here, said at once (silence costs MAVProxy twelve seconds)."""
    request = bytes(message.values["payload"])
    sequence, session, opcode, *_ = _FTP_HEADER.unpack_from(request)
    is_closing = opcode in _FTP_CLOSING
    result, size = (_FTP_ACK, 0) if is_closing else (_FTP_NAK, 1)
    answer = _FTP_HEADER.pack((sequence + 1) & 0xFFFF, session, result, size, opcode, 0, 0, 0)
    if not is_closing:
        answer += bytes((_FTP_FILE_NOT_FOUND,))
    link.answer(message, _FTP, payload=answer.ljust(251, b"\0"))


# looked up at each call, since a reboot gives the vehicle a new transfer
MISSION_HANDLERS: dict[int, Callable[[Vehicle, Link, Message], None]] = {
    38: lambda vehicle, link, message: vehicle.transfer.partial(link, message),  # MISSION_WRITE_PARTIAL_LIST
    39: lambda vehicle, link, message: vehicle.transfer.item(link, message),  # MISSION_ITEM
    40: lambda vehicle, link, message: vehicle.transfer.request(link, message),  # MISSION_REQUEST
    41: lambda vehicle, link, message: vehicle.transfer.set_current(link, message),  # MISSION_SET_CURRENT
    43: lambda vehicle, link, message: vehicle.transfer.request_list(link, message),  # MISSION_REQUEST_LIST
    44: lambda vehicle, link, message: vehicle.transfer.count(link, message),  # MISSION_COUNT
    45: lambda vehicle, link, message: vehicle.transfer.clear(link, message),  # MISSION_CLEAR_ALL
    51: lambda vehicle, link, message: vehicle.transfer.request(link, message),  # MISSION_REQUEST_INT
    73: lambda vehicle, link, message: vehicle.transfer.item(link, message),  # MISSION_ITEM_INT
}
"""Message id of the mission protocol to what takes it."""
