# SPDX-License-Identifier: Apache-2.0
"""One line of a parameter file, of whichever program: what it says, or why it says nothing. Pure.

Sources: QGroundControl `ParameterManager::writeParametersToStream`, Mission Planner `ParamFile.cs`, pymavlink
`mavparm.py`, ArduPilot `defaults.parm`. They differ in what divides a line, so that is looked at line by line.
"""

from __future__ import annotations

import enum
import re
import struct

import msgspec

from groundstation.fleet.parameters.parameter import (
    LARGEST,
    MAX_NAME,
    Parameter,
    ParamType,
    is_plain_name,
    is_possible_name,
)
from groundstation.fleet.shown_text import harmless

MAX_LINE = 500
"""Characters; the longest of a real file has less than a hundred."""
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,8}", re.ASCII)
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_DIGITS_OF = re.compile(r"[eE].*|[^0-9]", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)


class FileKind(enum.Enum):
    """Whose file it is."""

    QGC = "qgroundcontrol"
    """Vehicle, component, name, value, type between tabs; `.params`."""
    MISSION_PLANNER = "mission planner"
    """`NAME,value`; `.param`."""
    MAVPROXY = "mavproxy"
    """`NAME             value`; `.parm`, and ArduPilot's defaults."""


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one line says."""

    kind: FileKind
    parameter: Parameter
    is_rounded: bool
    """Whether its value may be a rounded one: it has seven digits or fewer, or six behind the point."""
    note: str = ""
    """What was passed over; empty when nothing was."""
    sysid: int | None = None
    """System id of the vehicle it was read from; None where the file does not say."""
    compid: int | None = None
    """Component id; None where the file does not say."""


class BadLineError(ValueError):
    """A line that says no parameter; its text is the reason."""


def line_of(text: str) -> Line:
    """What a line says that is neither blank nor a comment.

    Raises:
        BadLineError: it is no parameter.
    """
    if len(text) > MAX_LINE:
        raise BadLineError(f"it is longer than {MAX_LINE} characters")
    if text.startswith("@"):
        raise BadLineError(f"'{_shown(text)}' is not followed; put its parameters into this file")
    parts = text.replace(",", " ").split()
    if len(parts) == 5 and all(_WHOLE.fullmatch(parts[place]) for place in (0, 1, 4)):
        return _of_qgc(parts)
    return _plain(text, parts)


def _of_qgc(parts: list[str]) -> Line:
    sysid, compid, name, value, number = parts
    kind = _TYPES.get(int(number))
    return Line(
        kind=FileKind.QGC,
        parameter=Parameter(_name(name), _value(value), kind),
        is_rounded=_is_rounded(value),
        note=_name_note(name) if kind is not None else f"{name}: type {number} is not known, and was left out",
        sysid=int(sysid),
        compid=int(compid),
    )


def _plain(text: str, parts: list[str]) -> Line:
    if len(parts) < 2:
        raise BadLineError(f"'{_shown(text)}' has no value")
    name, value, *rest = parts
    if rest and _WHOLE.fullmatch(name):
        raise BadLineError(f"'{_shown(text)}': vehicle, component, name, value (with a point), type are five fields")
    # 1,5 is one number in half of the world: whoever reads 1 flies with another value
    if _COMMA_NUMBER.search(text) and rest and _DECIMAL.fullmatch(rest[0]):
        raise BadLineError(f"'{_shown(text)}': two numbers, or one with a comma; write it with a point")
    name_end = text.find(name) + len(name)
    return Line(
        kind=FileKind.MISSION_PLANNER if text[name_end:].lstrip(" ").startswith(",") else FileKind.MAVPROXY,
        parameter=Parameter(_name(name), _value(value)),
        is_rounded=_is_rounded(value),
        note=_rest_note(name, rest) or _name_note(name),
    )


def _rest_note(name: str, rest: list[str]) -> str:
    if not rest or rest[0].startswith(("#", "//")):
        return ""
    if rest[0].upper() == "@READONLY":
        return f"{name}: @READONLY was passed over; only its own firmware can lock it"
    return f"{name}: '{_shown(' '.join(rest))}' behind its value was passed over"


def _name_note(name: str) -> str:
    return "" if is_plain_name(name) else f"'{_shown(name)}' is no name that autopilots use"


def _name(name: str) -> str:
    # a row of QGroundControl that lost a field would else give a value to '1'
    if not is_possible_name(name) or _DECIMAL.fullmatch(name):
        raise BadLineError(f"'{_shown(name)}' can be no name: 1 to {MAX_NAME} plain characters")
    return name


def _value(text: str) -> float:
    # float() alone also takes 1_000, digits of other scripts and nan
    if _HEX.fullmatch(text):
        return float(int(text, 16))
    if not _DECIMAL.fullmatch(text):
        raise BadLineError(f"'{_shown(text)}' is no number")
    value = float(text)
    if abs(value) <= LARGEST:
        return value
    try:
        # eight digits of the largest one are a hair above it, and mean it
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        raise BadLineError(f"{_shown(text)} is beyond what a vehicle can hold") from None


def _is_rounded(text: str) -> bool:
    _, point, behind = text.partition(".")
    digits = _DIGITS_OF.sub("", text).lstrip("0")
    return (bool(point) and len(behind) == 6 and behind.isdigit()) or len(digits) <= 7


def _shown(text: str) -> str:
    return harmless(text if len(text) <= 40 else text[:39] + "…")


_TYPES: dict[int, ParamType] = {one.value: one for one in ParamType}
