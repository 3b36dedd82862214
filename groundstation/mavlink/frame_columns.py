# SPDX-License-Identifier: Apache-2.0
"""Payloads of many frames of one message as columns of values. Sans-I/O.

Layout: MAVLink guide, "Packet Serialization" (little-endian, in wire order; MAVLink 2 leaves out zeros at the end).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.dialect import DEFINITIONS, MessageDefinition, field_units
from groundstation.mavlink.frame_table import HEAD_V1_BYTES, HEAD_V2_BYTES, HEADER
from groundstation.mavlink.frames import MAGIC_V1
from groundstation.mavlink.record_walk import Places, Window, rows_of

_NAMES = {
    "b": "int8", "B": "uint8", "h": "int16", "H": "uint16", "i": "int32", "I": "uint32", "q": "int64", "Q": "uint64",
    "f": "float32", "d": "float64",
}  # fmt: skip
"""numpy's names of types by letters of `struct`: `dtype.name` puts each together anew."""
_UNSPREAD = {"s": "S", "c": "S1"}
"""numpy's letters where they differ from those of `struct`."""


class FieldShape(NamedTuple):
    """How the column of a field looks."""

    name: str
    dtype: str
    """numpy's name of the type; `str` for text."""
    length: int
    """Values in an array; 0 for a scalar and for text."""


@cache
def message_dtype(msgid: int) -> np.dtype[np.void]:
    """The payload of a message as a packed structure.

    Args:
        msgid: id of a message in `DEFINITIONS`.
    """
    definition = DEFINITIONS[msgid]
    return np.dtype([_field_dtype(definition, place) for place in range(len(definition.fields))])


def _field_dtype(definition: MessageDefinition, place: int) -> tuple[Any, ...]:
    name, length, is_text = definition.fields[place]
    count, letter = _codes(definition.layout)[place]
    if is_text:
        return name, _UNSPREAD[letter] + (count if letter == "s" else "")
    return (name, "<" + letter, (length,)) if length else (name, "<" + letter)


@cache
def _codes(layout: struct.Struct) -> tuple[tuple[str, str], ...]:
    """Count and letter of each field of a layout such as `<i10HB50s`."""
    codes: list[tuple[str, str]] = []
    digits = ""
    for letter in layout.format[1:]:
        if letter.isdigit():
            digits += letter
        else:
            codes.append((digits, letter))
            digits = ""
    return tuple(codes)


@cache
def field_shapes(msgid: int) -> tuple[FieldShape, ...]:
    """The columns of a message in wire order.

    Args:
        msgid: id of a message in `DEFINITIONS`.
    """
    definition = DEFINITIONS[msgid]
    return tuple(
        FieldShape(name, "str" if is_text else _NAMES[letter], length)
        for (name, length, is_text), (_, letter) in zip(definition.fields, _codes(definition.layout), strict=True)
    )


def units(msgid: int) -> dict[str, str]:
    """Units by field name as the dialect spells them, without the brackets that pymavlink adds to some."""
    return {name: unit.strip("[]") for name, unit in field_units(msgid).items() if unit}


class FrameColumns:
    """Collects columns of one message from the windows of a log.

    Args:
        msgid: id of a message in `DEFINITIONS`.
        names: wanted fields.
        most: how many frames there are at most.
    """

    def __init__(self, msgid: int, names: Sequence[str], most: int) -> None:
        payload = message_dtype(msgid)
        self._dtype = np.dtype([("head", HEADER), ("payload", payload)])
        self._texts = {name for name, _, is_text in DEFINITIONS[msgid].fields if is_text}
        self._time_us = np.empty(most, np.uint64)
        self._columns: dict[str, NDArray[Any]] = {
            # room for all at once: thousands of small arrays would be copied again in the end
            name: np.empty((most, *payload[name].shape), payload[name].base)
            for name in names
        }
        self._count = 0

    def add(self, window: Window, starts: Places, begin_us: float = -np.inf, end_us: float = np.inf) -> None:
        """Take frames in.

        Args:
            window: see `frame_table.read_frames`.
            starts: shape (n,), beginnings of records of this message.
            begin_us: leave out what is earlier.
            end_us: leave out what is this late or later.
        """
        rows = self._rows(window, starts)
        time_us = rows["head"]["time_us"]
        if begin_us > -np.inf or end_us < np.inf:
            wanted = (time_us >= begin_us) & (time_us < end_us)
            rows, time_us = rows[wanted], time_us[wanted]
        span = slice(self._count, self._count + rows.size)
        self._count += rows.size
        self._time_us[span] = time_us
        payload = rows["payload"]
        for name, values in self._columns.items():
            values[span] = payload[name]

    def time_us(self) -> NDArray[np.uint64]:
        """Microseconds since 1970 of what was taken in: shape (n,)."""
        return self._time_us[: self._count]

    def values(self) -> dict[str, NDArray[Any]]:
        """Columns by name: shape (n,) or (n, length); texts as `object` array of str, cut at the first NUL."""
        found = {name: column[: self._count] for name, column in self._columns.items()}
        return {name: texts(column) if name in self._texts else column for name, column in found.items()}

    def _rows(self, window: Window, starts: Places) -> NDArray[np.void]:
        """Headers and payloads, what was left out at their ends filled with zeros."""
        head, size = HEADER.itemsize, self._dtype["payload"].itemsize
        rows = rows_of(window.bytes, starts, head + size).view(self._dtype)
        row_bytes = rows.view(np.uint8).reshape(-1, head + size)
        is_v1 = rows["head"]["magic"] == MAGIC_V1
        # a frame of version 1 has a header that is four bytes shorter: its payload begins earlier in the row
        if is_v1.any():
            begins = starts + np.where(is_v1, head - (HEAD_V2_BYTES - HEAD_V1_BYTES), head)
            row_bytes[:, head:] = rows_of(window.bytes, begins, size).view(np.uint8).reshape(-1, size)
        lengths = rows["head"]["length"]
        shortest = int(lengths.min(initial=size))
        if shortest < size:
            # what stands behind a shortened payload is checksum and next record: it must read as the zeros that were
            # cut
            row_bytes[:, head + shortest :] *= np.arange(shortest, size) < lengths[:, None]
        return rows


class _Texts(dict[bytes, str]):
    """Texts by their bytes, each decoded once: up to the first NUL, what is no UTF-8 replaced."""

    def __missing__(self, raw: bytes) -> str:
        text = self[raw] = raw.split(b"\0", 1)[0].decode("utf-8", "replace")
        return text


def texts(raw: NDArray[np.bytes_]) -> NDArray[np.object_]:
    """Texts of fixed width as str: up to the first NUL, what is no UTF-8 replaced.

    Args:
        raw: shape (n,), bytes.
    """
    return np.fromiter(map(_Texts().__getitem__, raw.tolist()), object, raw.size)
