# SPDX-License-Identifier: Apache-2.0
"""What ArduPilot's logs say about themselves: FMT, UNIT, MULT, FMTU. Pure, of both the binary and the text form.

Source: ArduPilot, libraries/AP_Logger (LogStructure.h): format letters with their multipliers, `#` as the unit of the
number that tells instances apart.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np

HEAD_BYTES = 3
"""0xA3, 0x95, type."""
FMT_TYPE = 0x80
FMT_BYTES = 89
TIME_STEPS_US = {"TimeUS": 1, "TimeMS": 1000, "T": 1000}
"""Microseconds in one step of the field that is a message's time, by name."""
GPS_EPOCH_S = 315_964_800
"""6 January 1980, in seconds since 1970."""
WEEK_S = 604_800
LEAP_S = 18
"""GPS time is so far ahead of UTC (since 2017)."""


class Letter(NamedTuple):
    """What a letter of a format stands for."""

    dtype: str
    """numpy's, little-endian."""
    length: int = 0
    """Values in an array; 0 for a scalar."""
    divisor: int = 0
    """The number is so many times too large; 0 for as it is."""


LETTERS: dict[str, Letter] = {
    "a": Letter("<i2", 32),
    "b": Letter("i1"),
    "B": Letter("u1"),
    "g": Letter("<f2"),
    "h": Letter("<i2"),
    "H": Letter("<u2"),
    "i": Letter("<i4"),
    "I": Letter("<u4"),
    "f": Letter("<f4"),
    "d": Letter("<f8"),
    "n": Letter("S4"),
    "N": Letter("S16"),
    "Z": Letter("S64"),
    "c": Letter("<i2", divisor=100),
    "C": Letter("<u2", divisor=100),
    "e": Letter("<i4", divisor=100),
    "E": Letter("<u4", divisor=100),
    "L": Letter("<i4", divisor=10_000_000),
    "M": Letter("i1"),
    "q": Letter("<i8"),
    "Q": Letter("<u8"),
}

_NAME = re.compile(r"[A-Za-z0-9_]{1,4}")
_PREFIXES = {1e-1: "d", 1e-2: "c", 1e-3: "m", 1e-6: "µ", 1e-9: "n"}
"""What stands before a unit for a multiplier; others are written as a number."""


class MessageFormat(NamedTuple):
    """One FMT: how a message is laid out."""

    type: int
    """Third byte of its records."""
    size_bytes: int
    """Of a whole record."""
    name: str
    letters: str
    columns: tuple[str, ...]

    @property
    def dtype(self) -> np.dtype[np.void]:
        """A whole record as a packed structure; the head is `_head`."""
        return _dtype(self.letters, self.columns)

    @property
    def time_field(self) -> str | None:
        """The field that is the message's time since boot; None where it has none.

        Logs that count in milliseconds have the time of week in GPS.TimeMS, and their own clock in GPS.T.
        """
        first = self.columns[0] if self.columns else ""
        # times are unsigned; another first field may be called T and be a temperature
        if first in TIME_STEPS_US and self.letters[0] in "IQ":
            return first
        return "T" if self.name in ("GPS", "GPS2") and "I" in self.letters_of("T") else None

    def letters_of(self, column: str) -> str:
        """The letter of a column, empty for one that is not there."""
        return self.letters[self.columns.index(column)] if column in self.columns else ""


FMT = MessageFormat(FMT_TYPE, FMT_BYTES, "FMT", "BBnNZ", ("Type", "Length", "Name", "Format", "Columns"))
"""The format of formats, known beforehand."""


@cache
def _dtype(letters: str, columns: tuple[str, ...]) -> np.dtype[np.void]:
    fields = [(name, LETTERS[one].dtype, _shape(one)) for name, one in zip(columns, letters, strict=True)]
    return np.dtype([("_head", "u1", (HEAD_BYTES,)), *fields])


def _shape(letter: str) -> tuple[int, ...]:
    return (LETTERS[letter].length,) if LETTERS[letter].length else ()


def parsed_format(kind: int, size_bytes: int, name: str, letters: str, columns: str) -> MessageFormat | None:
    """A format as a log tells it; None when it contradicts itself, as after damage.

    Args:
        kind: the type.
        size_bytes: of a binary record of it.
        name: of the message.
        letters: one for each column.
        columns: names with commas between.
    """
    names = tuple(columns.split(",")) if columns else ()
    if not _NAME.fullmatch(name) or any(one not in LETTERS for one in letters) or len(names) != len(letters):
        return None
    # numpy needs a name for each field, and no two alike
    if len(set(names)) != len(names) or not all(names):
        return None
    return MessageFormat(kind, size_bytes, name, letters, names)


def checked_format(kind: int, size_bytes: int, name: str, letters: str, columns: str) -> MessageFormat | None:
    """As `parsed_format`, of a binary log: the letters must come to the size."""
    found = parsed_format(kind, size_bytes, name, letters, columns)
    return found if found is not None and found.dtype.itemsize == size_bytes else None


def utc_of_gps(week: int, week_ms: int) -> float:
    """Seconds since 1970 UTC of a GPS week and the milliseconds in it."""
    return GPS_EPOCH_S + week * WEEK_S + week_ms * 1e-3 - LEAP_S


class Units:
    """UNIT, MULT and FMTU of one log."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._multipliers: dict[str, float] = {}
        self._ids: dict[int, tuple[str, str]] = {}

    def add_unit(self, letter: str, name: str) -> None:
        """UNIT: the unit that a letter stands for."""
        self._names[letter] = name

    def add_multiplier(self, letter: str, value: float) -> None:
        """MULT: the multiplier that a letter stands for."""
        self._multipliers[letter] = float(f"{value:.7g}")  # logged as float32

    def add_format(self, kind: int, unit_ids: str, multiplier_ids: str) -> None:
        """FMTU: letters of unit and multiplier for each column of a message."""
        self._ids[kind] = unit_ids, multiplier_ids

    def of(self, message: MessageFormat) -> dict[str, str]:
        """Units by field name as the values are given out; fields without one are left out."""
        unit_ids, multiplier_ids = self._ids.get(message.type, ("", ""))
        found = {}
        for place, (name, letter) in enumerate(zip(message.columns, message.letters, strict=True)):
            unit = self._names.get(unit_ids[place : place + 1], "")
            multiplier = self._multipliers.get(multiplier_ids[place : place + 1], 0.0)
            # what a letter divides by is in the value already
            if unit and not LETTERS[letter].divisor:
                unit = _with_multiplier(unit, multiplier)
            if unit:
                found[name] = unit
        return found


def _with_multiplier(unit: str, multiplier: float) -> str:
    if multiplier in (0.0, 1.0):
        return unit
    return _PREFIXES[multiplier] + unit if multiplier in _PREFIXES else f"{multiplier:.4g} {unit}"
