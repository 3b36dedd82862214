# SPDX-License-Identifier: Apache-2.0
"""Reads and writes parameter files of QGroundControl, Mission Planner, MAVProxy and ArduPilot. Pure.

Whose file it is its content decides: endings are shared. No line is passed over in silence: those programs do that, and
an operator takes half of a file for the whole.
"""

from __future__ import annotations

import codecs
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.parameters.file_lines import BadLineError, FileKind, Line, line_of
from groundstation.fleet.parameters.parameter import (
    MAX_PARAMETERS,
    Parameter,
    ParamType,
    is_possible_name,
    is_whole,
    value_text,
)
from groundstation.fleet.shown_text import harmless

MAX_BYTES = 4_000_000
"""A full file has less than 100,000."""
MAX_LINES = 50_000
AUTOPILOT = 1
"""MAV_COMP_ID_AUTOPILOT1."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class ParameterFileError(GroundStationError):
    """A file, or a set to be written, that can't be used."""


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A line that says no parameter."""

    line: int
    """Its number, from 1."""
    reason: str
    """One line of plain text."""


class ParameterFile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a file holds."""

    kind: FileKind
    """Whose form most of its lines have."""
    parameters: tuple[Parameter, ...]
    """By name, each once."""
    refused: tuple[Refused, ...] = ()
    """Every line that was not taken."""
    notes: tuple[str, ...] = ()
    """What was passed over in lines that were taken."""
    is_rounded: bool = False
    """Whether its values may be rounded ones; see `is_same_value`."""
    sysid: int | None = None
    """System id of the vehicle that it was read from; None where it does not say."""


def read_parameters(data: bytes) -> ParameterFile:
    """The parameters of a file.

    Args:
        data: the whole file.

    Raises:
        ParameterFileError: it is no text, too large, or has no parameter at all.
    """
    lines: list[tuple[int, Line]] = []
    refused: list[Refused] = []
    # not splitlines: a form feed in a comment begins no line in an editor
    for number, text in enumerate(_LINE_END.split(_text_of(data)), 1):
        if number > MAX_LINES:
            raise ParameterFileError(f"more than {MAX_LINES} lines; this is no parameter file of one vehicle")
        told = text.strip()
        if not told or told.startswith("#"):
            continue
        try:
            lines.append((number, line_of(told)))
        except BadLineError as error:
            refused.append(Refused(number, str(error)))
    return _file_of(lines, refused)


def _text_of(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise ParameterFileError(f"larger than {MAX_BYTES / 1e6:.0f} MB; this is no parameter file")
    encoding = next((name for mark, name in _BOMS.items() if data.startswith(mark)), "utf-8")
    # names and numbers are ASCII: whatever else a comment is written in need not be known
    text = data.decode(encoding, "replace")
    if "\0" in text:
        raise ParameterFileError("this is no text; choose a file of parameters")
    return text


def _file_of(lines: list[tuple[int, Line]], refused: list[Refused]) -> ParameterFile:
    if not lines:
        why = f"; line {refused[0].line}: {refused[0].reason}" if refused else ""
        raise ParameterFileError(f"the file has no parameter{why}; choose a file of parameters")
    component = _component(lines)
    sysid = next((line.sysid for _, line in lines if line.sysid is not None), None)
    found: dict[str, Parameter] = {}
    notes: list[str] = []
    for number, line in lines:
        one = line.parameter
        if line.sysid is not None and (line.sysid, line.compid) != (sysid, component):
            reason = f"{one.name} is of component {line.compid} of vehicle {line.sysid}, not of this autopilot"
            refused.append(Refused(number, reason))
            continue
        if line.note:
            notes.append(f"line {number}: {line.note}")
        if one.name in found and found[one.name].value != one.value:
            notes.append(f"line {number}: {one.name} stands here again with another value, which counts")
        found[one.name] = one
    if len(found) > MAX_PARAMETERS:
        raise ParameterFileError(f"more than {MAX_PARAMETERS} parameters; this is no file of one vehicle")
    return ParameterFile(
        kind=Counter(line.kind for _, line in lines).most_common(1)[0][0],
        parameters=tuple(found[name] for name in sorted(found)),
        refused=tuple(sorted(refused, key=lambda one: one.line)),
        notes=tuple(notes),
        is_rounded=all(line.is_rounded for _, line in lines),
        sysid=sysid,
    )


def _component(lines: list[tuple[int, Line]]) -> int | None:
    """Whose parameters are meant in a file that has those of cameras and gimbals too."""
    compids = [line.compid for _, line in lines if line.compid is not None]
    return AUTOPILOT if AUTOPILOT in compids or not compids else compids[0]


def write_parameters(
    parameters: Iterable[Parameter], kind: FileKind, *, comment: str = "", sysid: int = 1, compid: int = AUTOPILOT
) -> bytes:
    """A file of parameters, sorted by name, that gives each value again exactly.

    Args:
        parameters: what to write; a value that is no number is told in a comment instead.
        kind: whose form.
        comment: lines for its head, of any text.
        sysid: system id of the vehicle, for QGroundControl.
        compid: component id of its autopilot, for the same.

    Raises:
        ParameterFileError: a name can't stand in a file, or QGroundControl's form needs a type that is not known.
    """
    row = _ROWS[kind]
    head = [f"# {harmless(line)}" for line in comment.splitlines()]
    rows = [_row(one, row, (sysid, compid)) for one in sorted(parameters, key=lambda one: one.name)]
    titles = ["#", "# Vehicle-Id Component-Id Name Value Type"] if kind is FileKind.QGC else []
    return "".join(f"{line}\n" for line in (*head, *titles, *rows)).encode()


def _row(one: Parameter, row: Callable[[Parameter, str, tuple[int, int]], str], source: tuple[int, int]) -> str:
    # what would be read as a comment, a command or two fields
    if not is_possible_name(one.name) or one.name[0] in "#@" or "," in one.name:
        raise ParameterFileError(f"the name '{harmless(one.name)}' can't stand in a file; leave it out")
    if not math.isfinite(one.value):
        return f"# {one.name} is no number ({one.value})"
    if is_whole(one.type) and not one.value.is_integer():
        raise ParameterFileError(f"{one.name} is {one.value:g}, and its type is whole; correct it")
    return row(one, value_text(one.value, one.type), source)


def _of_qgc(one: Parameter, value: str, source: tuple[int, int]) -> str:
    if one.type is None:
        raise ParameterFileError(
            f"the type of {one.name} is not known; read the vehicle, or write another kind of file"
        )
    return f"{source[0]}\t{source[1]}\t{one.name}\t{value}\t{ParamType(one.type).value}"


_ROWS: dict[FileKind, Callable[[Parameter, str, tuple[int, int]], str]] = {
    FileKind.QGC: _of_qgc,
    FileKind.MISSION_PLANNER: lambda one, value, _source: f"{one.name},{value}",
    # its own `%f` would lose what is smaller than half a millionth
    FileKind.MAVPROXY: lambda one, value, _source: f"{one.name:<16} {value}",
}
