# SPDX-License-Identifier: Apache-2.0
"""One order to an autopilot: a MAVLink command, or a message that does the work of one. Pure.

COMMAND_LONG and COMMAND_INT carry the same seven parameters; which form an autopilot takes is a matter of the table,
and of its answer (MAV_RESULT_COMMAND_LONG_ONLY, MAV_RESULT_COMMAND_INT_ONLY).
"""

from __future__ import annotations

import enum
import math

import msgspec
from pymavlink.dialects.v20 import ardupilotmega as _dialect

from groundstation.mavlink import encode
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS
from groundstation.mavlink.stream_requests import Outbound

FRAME_GLOBAL, FRAME_RELATIVE = 0, 3
"""MAV_FRAME_GLOBAL: heights above mean sea level; MAV_FRAME_GLOBAL_RELATIVE_ALT: above home."""
OTHER_FRAME = {0: 5, 5: 0, 3: 6, 6: 3}
"""The frame of the same meaning with the other number (the _INT ones are deprecated, and some take only those)."""
NAN = math.nan
INT32_MAX = 2**31 - 1
"""In COMMAND_INT.x and y this stands for NaN, never zero, which is a place."""
DEGREES = 1e7


class Form(enum.Enum):
    """Which message carries it."""

    LONG = "COMMAND_LONG"
    INT = "COMMAND_INT"
    MISSION_SET_CURRENT = "MISSION_SET_CURRENT"
    PARAM_SET = "PARAM_SET"
    PARAM_READ = "PARAM_REQUEST_READ"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent."""

    command: int = 0
    """MAV_CMD; 0 for messages that aren't commands."""
    params: tuple[float, float, float, float, float, float, float] = (0, 0, 0, 0, 0, 0, 0)
    """param1 to param7; 5 and 6 in degrees where they are a place."""
    form: Form = Form.LONG
    """Which message."""
    frame: int = FRAME_GLOBAL
    """MAV_FRAME, for COMMAND_INT."""
    is_place: bool = False
    """Whether params 5 and 6 are latitude and longitude."""
    is_query: bool = False
    """May be sent again when no answer comes: it changes nothing the second time."""
    parameter: str = ""
    """For PARAM_SET and PARAM_READ: its name; the value to set is param1."""

    @property
    def is_answered(self) -> bool:
        """Whether an answer is to be expected."""
        return self.form is not Form.MISSION_SET_CURRENT


def long(command: int, *params: float) -> Order:
    """A COMMAND_LONG; params not given are zero."""
    return Order(command=command, params=_seven(params))


def at_place(command: int, first: tuple[float, ...], lat_deg: float, lon_deg: float, z: float, frame: int) -> Order:
    """A COMMAND_INT to a place."""
    params = (*_seven(first)[:4], lat_deg, lon_deg, z)
    return Order(command=command, params=params, form=Form.INT, frame=frame, is_place=True)


def _seven(params: tuple[float, ...]) -> tuple[float, float, float, float, float, float, float]:
    p1, p2, p3, p4, p5, p6, p7 = (*params, *(0.0,) * (7 - len(params)))
    return p1, p2, p3, p4, p5, p6, p7


def message(order: Order, sysid: int, compid: int, confirmation: int = 0) -> Outbound:
    """Message id and payload of an order.

    Args:
        order: what.
        sysid: of the vehicle.
        compid: of its autopilot.
        confirmation: how often it was sent before (COMMAND_LONG.confirmation).
    """
    if order.form is Form.INT:
        return _command_int(order, sysid, compid)
    if order.form is Form.MISSION_SET_CURRENT:
        item = int(order.params[0])
        return encode.payload("MISSION_SET_CURRENT", target_system=sysid, target_component=compid, seq=item)
    if order.form is Form.PARAM_SET:
        return _param_set(order, sysid, compid)
    if order.form is Form.PARAM_READ:
        return _param_read(order, sysid, compid)
    fields = {f"param{number}": value for number, value in enumerate(order.params, 1)}
    return encode.command_long(sysid, compid, order.command, confirmation=confirmation, **fields)


def _command_int(order: Order, sysid: int, compid: int) -> Outbound:
    p1, p2, p3, p4, x, y, z = order.params
    return encode.payload(
        "COMMAND_INT",
        target_system=sysid,
        target_component=compid,
        frame=order.frame,
        command=order.command,
        param1=p1,
        param2=p2,
        param3=p3,
        param4=p4,
        x=_int32(x, order),
        y=_int32(y, order),
        z=z,
    )


def _int32(value: float, order: Order) -> int:
    if math.isnan(value):
        return INT32_MAX
    # without a place params 5 and 6 are sent as whole numbers (MAVLink common, COMMAND_INT)
    scaled = round(value * DEGREES) if order.is_place else round(value)
    # what is out of range is the autopilot's to refuse: an exception here would say nothing to the operator
    return max(-INT32_MAX - 1, min(INT32_MAX, scaled))


def _param_set(order: Order, sysid: int, compid: int) -> Outbound:
    """PARAM_SET with a number as ArduPilot takes it (MAV_PARAM_TYPE_REAL32)."""
    definition = DEFINITIONS[MSGIDS["PARAM_SET"]]
    values = {
        "param_value": order.params[0],
        "target_system": sysid,
        "target_component": compid,
        "param_id": order.parameter.encode("ascii")[:16],
        "param_type": 9,
    }
    return definition.msgid, definition.layout.pack(*(values[name] for name, _, _ in definition.fields))


def _param_read(order: Order, sysid: int, compid: int) -> Outbound:
    """PARAM_REQUEST_READ by name; an index of -1 says that the name counts."""
    definition = DEFINITIONS[MSGIDS["PARAM_REQUEST_READ"]]
    name = order.parameter.encode("ascii")[:16]
    values = {"param_index": -1, "target_system": sysid, "target_component": compid, "param_id": name}
    return definition.msgid, definition.layout.pack(*(values[name] for name, _, _ in definition.fields))


def command_name(command: int) -> str:
    """Name of a MAV_CMD without its prefix, its number where it has none."""
    entry = _dialect.enums["MAV_CMD"].get(command)
    return entry.name.removeprefix("MAV_CMD_") if entry is not None else f"command {command}"


def described(order: Order) -> str:
    """An order for a dry run and for logs."""
    if order.form is Form.PARAM_SET:
        return f"PARAM_SET {order.parameter} = {order.params[0]:g}"
    if order.form is Form.PARAM_READ:
        return f"PARAM_REQUEST_READ {order.parameter}"
    if order.form is Form.MISSION_SET_CURRENT:
        return f"MISSION_SET_CURRENT {order.params[0]:.0f}"
    # zeros at the end say nothing; one between two values must stand, to keep the places
    last = max((number for number, value in enumerate(order.params, 1) if value != 0), default=0)
    values = ", ".join(
        f"{value:.7f}" if 4 < number < 7 and order.is_place else f"{value:g}"
        for number, value in enumerate(order.params[:last], 1)
    )
    frame = f" frame {order.frame}" if order.form is Form.INT else ""
    return f"{order.form.value} {command_name(order.command)} ({order.command}){frame}: {values or 'no parameters'}"
