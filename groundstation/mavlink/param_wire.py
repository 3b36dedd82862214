# SPDX-License-Identifier: Apache-2.0
"""Parameters as the messages of the parameter protocol carry them, there and back. Pure.

Source: MAVLink parameter protocol, "Parameter encoding". ArduPilot sends a whole number as the float of the same
value, PX4 as the bytes of the number in place of the float: 4 reads as 5.6e-45 there, and -1 as NaN (observed).
"""

from __future__ import annotations

import enum
import math
import struct
from typing import NamedTuple

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.parameters.parameter import (
    FORMATS,
    Parameter,
    ParamType,
    float32,
    is_possible_name,
    value_text,
)
from groundstation.fleet.phrases import Phrase, say
from groundstation.fleet.shown_text import harmless
from groundstation.mavlink import encode
from groundstation.mavlink.dialect import PARAM_BITS, Fields
from groundstation.mavlink.stream_requests import Outbound

BYTEWISE_BIT, C_CAST_BIT = 16, 131_072
"""MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_BYTEWISE and _C_CAST (AUTOPILOT_VERSION.capabilities)."""
BY_NAME = -1
"""PARAM_REQUEST_READ.param_index of one that is asked for by its name."""
UNINDEXED = 65_535
"""PARAM_VALUE.param_index of an echo or of an answer by name (observed)."""
HASH_NAME = "_HASH_CHECK"
"""Name under which PX4 tells a hash of all others; it is no parameter."""
_TYPES: dict[int, ParamType] = {one.value: one for one in ParamType}


class Encoding(enum.Enum):
    """How PARAM_VALUE.param_value holds a whole number."""

    C_CAST = enum.auto()
    """As the float of the same value; not exact above 2^24."""
    BYTEWISE = enum.auto()
    """Its bytes."""


class ParamTarget(NamedTuple):
    """Whose parameters."""

    sysid: int
    compid: int

    @property
    def fields(self) -> dict[str, int]:
        """As every message of the protocol has them."""
        return {"target_system": self.sysid, "target_component": self.compid}


def encoding_of(capabilities: int | None, autopilot: Autopilot) -> Encoding:
    """How a vehicle encodes its parameters.

    Args:
        capabilities: AUTOPILOT_VERSION.capabilities; None before it came.
        autopilot: whose firmware, for those that set neither bit or both: they are older than the bits (2022).
    """
    told = (capabilities or 0) & (BYTEWISE_BIT | C_CAST_BIT)
    by_habit = Encoding.BYTEWISE if autopilot is Autopilot.PX4 else Encoding.C_CAST
    return {BYTEWISE_BIT: Encoding.BYTEWISE, C_CAST_BIT: Encoding.C_CAST}.get(told, by_habit)


def parameter_of(fields: Fields, encoding: Encoding) -> Parameter:
    """The parameter that a PARAM_VALUE tells.

    Args:
        fields: of PARAM_VALUE; without `PARAM_BITS` a few negative numbers below -4,194,304 come out wrong.
        encoding: of the vehicle.
    """
    # 64 bits fit in no float: who says so all the same sends the float of the number
    kind = _TYPES.get(fields["param_type"], ParamType.REAL32)
    value = float(fields["param_value"])
    if encoding is Encoding.BYTEWISE and kind in FORMATS:
        bits = _bits_of(fields)
        value = float(struct.unpack_from(FORMATS[kind], bits)[0])
    return Parameter(fields["param_id"], value, kind)


def hash_bits(fields: Fields) -> int:
    """The hash that a PARAM_VALUE of `HASH_NAME` tells, 32 bits."""
    return int.from_bytes(_bits_of(fields), "little")


def _bits_of(fields: Fields) -> bytes:
    bits = fields.get(PARAM_BITS)
    return struct.pack("<f", fields["param_value"]) if bits is None else int(bits).to_bytes(4, "little")


def why_not(parameter: Parameter, encoding: Encoding) -> Phrase | None:
    """Why a parameter can't be sent as it is; None where it can.

    ArduPilot and PX4 keep silent about NaN, and store what a type can't hold as something else (observed).
    """
    name, value, kind = parameter.name, parameter.value, parameter.type
    if not is_possible_name(name) or name == HASH_NAME:
        return say("param_no_name", name=harmless(name))
    if not math.isfinite(value) or not math.isfinite(float32(value)):
        return say("param_no_number", name=name)
    if kind is None:
        return say("param_no_type", name=name)
    if kind in FORMATS and not _is_kept(value, kind, encoding):
        return say("param_not_exact", name=name, wanted=value_text(value))
    return None


def _is_kept(value: float, kind: ParamType, encoding: Encoding) -> bool:
    if encoding is Encoding.C_CAST:
        # what the type then makes of it is the vehicle's to say, and is read back
        return not value.is_integer() or float32(value) == value
    try:
        return value.is_integer() and bool(struct.pack(FORMATS[kind], int(value)))
    except struct.error:
        return False


def set_message(parameter: Parameter, target: ParamTarget, encoding: Encoding) -> Outbound:
    """PARAM_SET.

    Args:
        parameter: one that `why_not` has nothing against.
        target: whose.
        encoding: of the vehicle.
    """
    kind = parameter.type or ParamType.REAL32
    if encoding is Encoding.BYTEWISE and kind in FORMATS:
        bits = struct.pack(FORMATS[kind], int(parameter.value)).ljust(4, b"\0")
    else:
        bits = struct.pack("<f", parameter.value)
    return _with_bits(parameter.name, kind, bits, target)


def hash_message(value: int, target: ParamTarget) -> Outbound:
    """PARAM_SET of `HASH_NAME`: we have the set that this hash is of, which ends the list (PX4)."""
    return _with_bits(HASH_NAME, ParamType.UINT32, value.to_bytes(4, "little"), target)


def _with_bits(name: str, kind: ParamType, bits: bytes, target: ParamTarget) -> Outbound:
    msgid, payload = encode.whole_payload("PARAM_SET", **target.fields, param_id=name, param_type=kind.value)
    # param_value is its first field; a float of Python's does not keep all bits
    return msgid, bits + payload[4:]


def list_request(target: ParamTarget) -> Outbound:
    """PARAM_REQUEST_LIST."""
    return encode.payload("PARAM_REQUEST_LIST", **target.fields)


def read_by_index(index: int, target: ParamTarget) -> Outbound:
    """PARAM_REQUEST_READ of a place in the list."""
    return encode.whole_payload("PARAM_REQUEST_READ", **target.fields, param_index=index)


def read_by_name(name: str, target: ParamTarget) -> Outbound:
    """PARAM_REQUEST_READ of a name, which is answered with silence where there is none such (observed)."""
    return encode.whole_payload("PARAM_REQUEST_READ", **target.fields, param_index=BY_NAME, param_id=name)
