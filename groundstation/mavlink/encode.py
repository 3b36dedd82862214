# SPDX-License-Identifier: Apache-2.0
"""Payloads of the messages that a station sends by itself: heartbeat, requests for streams, time. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS

GCS_SYSID = 255
"""System id of ground stations by habit, and ArduPilot's default SYSID_MYGCS."""
GCS_COMPID = 190
"""MAV_COMP_ID_MISSIONPLANNER, the component id of ground stations by habit."""
REQUEST_MESSAGE = 512
"""MAV_CMD_REQUEST_MESSAGE."""
SET_MESSAGE_INTERVAL = 511
"""MAV_CMD_SET_MESSAGE_INTERVAL."""


def payload(name: str, **fields: float) -> tuple[int, bytes]:
    """Message id and payload of a message without arrays or texts; fields not given are zero.

    Raises:
        TypeError: a field that the message doesn't have.
    """
    definition = DEFINITIONS[MSGIDS[name]]
    unknown = set(fields) - {field for field, _, _ in definition.fields}
    if unknown:
        raise TypeError(f"{name} has no field {sorted(unknown)}")
    # in wire order, which sorts fields by their size: not the order of the definition
    values = [fields.get(field, 0) for field, _, _ in definition.fields]
    return definition.msgid, definition.layout.pack(*values)


def whole_payload(name: str, **fields: float | str | bytes | Sequence[float]) -> tuple[int, bytes]:
    """Message id and payload of any message; fields not given are zero, texts and arrays are cut to their room.

    Raises:
        TypeError: a field that the message doesn't have.
    """
    definition = DEFINITIONS[MSGIDS[name]]
    unknown = set(fields) - {field for field, _, _ in definition.fields}
    if unknown:
        raise TypeError(f"{name} has no field {sorted(unknown)}")
    values: list[float | bytes] = []
    for field, length, is_text in definition.fields:
        value = fields.get(field, "" if is_text else ())
        if isinstance(value, str):
            values.append(value.encode())
        elif length:
            values += [*(value if isinstance(value, Sequence) else (value,)), *[0] * length][:length]
        else:
            values.append(0 if isinstance(value, Sequence) else value)
    return definition.msgid, definition.layout.pack(*values)


def heartbeat() -> tuple[int, bytes]:
    """HEARTBEAT of a ground station: MAV_TYPE_GCS, MAV_AUTOPILOT_INVALID, MAV_STATE_ACTIVE."""
    # mavlink_version 3 is the number of the protocol of both frame versions
    return payload("HEARTBEAT", type=6, autopilot=8, system_status=4, mavlink_version=3)


def command_long(sysid: int, compid: int, command: int, **params: float) -> tuple[int, bytes]:
    """COMMAND_LONG to one component."""
    return payload("COMMAND_LONG", target_system=sysid, target_component=compid, command=command, **params)


def set_message_interval(sysid: int, compid: int, msgid: int, interval_us: int) -> tuple[int, bytes]:
    """COMMAND_LONG SET_MESSAGE_INTERVAL; -1 stops the message, 0 is its default rate."""
    return command_long(sysid, compid, SET_MESSAGE_INTERVAL, param1=msgid, param2=interval_us)


def request_message(sysid: int, compid: int, msgid: int) -> tuple[int, bytes]:
    """COMMAND_LONG REQUEST_MESSAGE: once."""
    return command_long(sysid, compid, REQUEST_MESSAGE, param1=msgid)


def request_data_stream(sysid: int, compid: int, stream: int, rate_hz: int) -> tuple[int, bytes]:
    """REQUEST_DATA_STREAM, ArduPilot's older way; it has no answer."""
    return payload(
        "REQUEST_DATA_STREAM",
        target_system=sysid,
        target_component=compid,
        req_stream_id=stream,
        req_message_rate=rate_hz,
        start_stop=1 if rate_hz else 0,
    )


def timesync(our_ns: int) -> tuple[int, bytes]:
    """TIMESYNC request: tc1 0, ts1 our clock in nanoseconds; the answer returns ts1 and the vehicle's clock in tc1."""
    return payload("TIMESYNC", tc1=0, ts1=our_ns)
