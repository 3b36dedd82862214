# SPDX-License-Identifier: Apache-2.0
"""One parameter of a vehicle, and when two values of it are the same. Pure.

Source: MAVLink parameter protocol, MAV_PARAM_TYPE; names are 1 to 16 characters of ASCII (PARAM_VALUE.param_id).
"""

from __future__ import annotations

import enum
import math
import re
import struct
import zlib
from collections.abc import Iterable

import msgspec

MAX_PARAMETERS = 10_000
"""Of one vehicle or file; an ArduPilot has 1,400, and a stranger may claim 65,535."""
MAX_NAME = 16
"""Characters (PARAM_VALUE.param_id)."""
LARGEST = 3.4028234663852886e38
"""What a float32 can hold at most."""
PX4_VOLATILE = re.compile(
    r"LND_FLIGHT_T_(HI|LO)|COM_FLIGHT_UUID|SENS_DPRES_OFF|EKF2_MAG_DECL|ASPD_SCALE_\d"
    r"|CAL_(ACC|GYRO|MAG)\d_[XYZ](OFF|SCALE|DIAG|ODIAG|COMP)",
    re.ASCII,
)
"""Names that a PX4 1.13 left out of its hash (found by trying which of them make its hash); newer metadata tells."""
PLAIN_NAME = re.compile(r"[A-Z0-9_]{1,16}", re.ASCII)
RELATIVE_TOLERANCE = 1e-6
"""Between a value and what a program wrote of it in seven digits."""
SIX_DECIMALS_TOLERANCE = 5.0001e-7
"""Half of the sixth decimal, which `%f` rounds to, and what comparing in binary costs."""


class ParamType(enum.IntEnum):
    """Type of a value, by number of MAV_PARAM_TYPE; 64 bits do not fit in PARAM_VALUE."""

    UINT8 = 1
    INT8 = 2
    UINT16 = 3
    INT16 = 4
    UINT32 = 5
    INT32 = 6
    REAL32 = 9
    REAL64 = 10


FORMATS: dict[ParamType, str] = {
    ParamType.UINT8: "<B",
    ParamType.INT8: "<b",
    ParamType.UINT16: "<H",
    ParamType.INT16: "<h",
    ParamType.UINT32: "<I",
    ParamType.INT32: "<i",
}
"""How whole numbers are laid out in bytes; types that are not here are real."""


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """One parameter."""

    name: str
    value: float
    """In the units of its metadata; whole numbers of 32 bits are exact."""
    type: ParamType | None = None
    """None where only a file without types told of it."""


def is_plain_name(name: str) -> bool:
    """Whether a name is what autopilots use; others are kept, and told."""
    return PLAIN_NAME.fullmatch(name) is not None


def is_possible_name(name: str) -> bool:
    """Whether PARAM_VALUE.param_id can carry a name: 1 to 16 visible characters of ASCII."""
    return 0 < len(name) <= MAX_NAME and name.isascii() and name.isprintable() and " " not in name


def is_whole(kind: ParamType | None) -> bool:
    """Whether values of a type are whole numbers; one that is not known is none."""
    return kind in FORMATS


def float32(value: float) -> float:
    """The nearest number that a float32 holds; infinity beyond its largest."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def is_same_value(one: float, other: float, kind: ParamType | None, *, is_rounded: bool = False) -> bool:
    """Whether two values of a parameter are the same.

    Whole numbers are the same when they are equal; real ones when they are as float32, which is what vehicles keep.

    Args:
        one: a value.
        other: another one.
        kind: of the parameter; None compares as real.
        is_rounded: whether one of them comes from a file of rounded decimals: seven digits, or six behind the point.
    """
    if is_whole(kind):
        return one == other
    first, second = float32(one), float32(other)
    if first == second or (math.isnan(first) and math.isnan(second)):
        return True
    # an infinite difference is within no tolerance, but infinity times anything is
    if not is_rounded or not (math.isfinite(first) and math.isfinite(second)):
        return False
    most = max(RELATIVE_TOLERANCE * max(abs(first), abs(second)), SIX_DECIMALS_TOLERANCE)
    return abs(first - second) <= most


def value_text(value: float, kind: ParamType | None = None) -> str:
    """A value in the fewest digits that give the same value again: `5`, `0.1`, `1.5e-07`."""
    if kind is ParamType.REAL64 or not math.isfinite(value):
        return repr(float(value))
    if value.is_integer() and abs(value) < 2**53 and (is_whole(kind) or abs(value) < 1e9):
        return str(int(value)) if value or math.copysign(1.0, value) > 0.0 else "-0.0"
    wanted = float32(value)
    # nine digits tell every float32 apart (IEEE 754)
    texts = (f"{value:.{digits}g}" for digits in range(6, 10))
    return next((text for text in texts if float32(float(text)) == wanted), repr(float(value)))


def hash_of(parameters: Iterable[Parameter], without: frozenset[str] = frozenset()) -> int:
    """What speaks for a set: names and values, in the order in which they are given.

    In the order of their indices it is PX4's `_HASH_CHECK`: a CRC32 that begins with 0 and is not inverted at its end,
    over the name and the four bytes of the value of each used parameter (PX4 `param_hash_check`, NuttX `crc32part`; a
    real one's comes out). All but the oldest leave out what they call volatile.

    Args:
        parameters: the set.
        without: names that are left out.

    Returns:
        32 bits.
    """
    # zlib inverts before and after; done twice it is undone
    state = 0xFFFFFFFF
    for one in parameters:
        if one.name not in without:
            state = zlib.crc32(_bytes_of(one), zlib.crc32(one.name.encode(), state))
    return state ^ 0xFFFFFFFF


def _bytes_of(one: Parameter) -> bytes:
    if one.type is not None and one.type in FORMATS:
        bits = FORMATS[one.type]
        try:
            return struct.pack(bits, int(one.value)).ljust(4, b"\0")
        except (struct.error, ValueError, OverflowError):
            # a file's value that its type can't hold still makes a difference
            pass
    return struct.pack("<f", float32(one.value))
