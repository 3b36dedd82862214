# SPDX-License-Identifier: Apache-2.0
"""Payloads of many frames of one message as columns of values. Sans-I/O.

Layout: MAVLink guide, "Packet Serialization" (little-endian, in wire order; MAVLink 2 leaves out zeros at the end).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.dialect import DEFINITIONS, field_units
from groundstation.mavlink.frame_table import HEAD_V1_BYTES, HEAD_V2_BYTES, HEADER, STAMP_BYTES
from groundstation.mavlink.frames import MAGIC_V1
from groundstation.mavlink.record_walk import Bytes, Places, Window, rows_of

_NAMES = {
    "b": "int8", "B": "uint8", "h": "int16", "H": "uint16", "i": "int32", "I": "uint32", "q": "int64", "Q": "uint64",
    "f": "float32", "d": "float64",
}  # fmt: skip
"""numpy's names of types by letters of `struct`: `dtype.name` puts each together anew."""
_SCALARS = {letter: np.dtype("<" + letter) for letter in _NAMES}
"""numpy's types by the same, each one object."""
_UNSPREAD = {"s": "S", "c": "S1"}
"""numpy's letters where they differ from those of `struct`."""
_SAME = re.compile(r"([A-Za-z])\1*")
_CODE = re.compile(r"(\d*)([A-Za-z])")
FEW_TEXTS = 4_096
"""Among so many it isn't looked for equal ones."""
_HEAD_BYTES = HEADER.itemsize
_EDGE_AT = _HEAD_BYTES + 255
_EDGE = np.repeat(np.array([0xFF, 0], np.uint8), _EDGE_AT)
"""Ones that end at `_EDGE_AT`, and noughts: what is cut out of it is a mask for a row of any length."""
TOGETHER = 1_024
"""Rows that are cut together: their masks stay in the cache of a processor."""
_TIME = HEADER["time_us"]
_MAGIC_AT, _LENGTH_AT = STAMP_BYTES, STAMP_BYTES + 1


class _Place(NamedTuple):
    """Where a field is, and of which type."""

    dtype: np.dtype[Any]
    offset: int
    """Bytes from the beginning of the payload."""
    length: int
    """Values in an array; 0 for scalars and texts."""
    is_text: bool


class _Run(NamedTuple):
    """Wanted scalars of one type that stand one behind the other, so that they are copied together; or one field."""

    place: _Place
    """Of the first one."""
    names: Sequence[str]


@cache
def _codes(layout: struct.Struct) -> list[tuple[str, str]]:
    """Count and letter of each field of a layout such as `<i10HB50s`."""
    return _CODE.findall(layout.format)


def field_shapes(msgid: int) -> list[tuple[str, str, int]]:
    """The columns of a message in wire order.

    Args:
        msgid: id of a message in `DEFINITIONS`.

    Returns:
        Name; numpy's name of the type, `str` for text; values in an array, 0 for a scalar and for text.
    """
    definition = DEFINITIONS[msgid]
    if definition.scalar_names is not None:
        letters = definition.layout.format[1:]
        return [(name, _NAMES[letter], 0) for name, letter in zip(definition.scalar_names, letters, strict=True)]
    return [
        (name, "str" if is_text else _NAMES[letter], length)
        for (name, length, is_text), (_, letter) in zip(definition.fields, _codes(definition.layout), strict=True)
    ]


def units(msgid: int) -> dict[str, str]:
    """Units by field name as the dialect spells them, without the brackets that pymavlink adds to some."""
    return {name: unit.strip("[]") for name, unit in field_units(msgid).items() if unit}


_dtype = cache(np.dtype)


@cache
def _places(msgid: int) -> dict[str, _Place]:
    """The fields of a message in wire order, which has no gaps."""
    definition = DEFINITIONS[msgid]
    found: dict[str, _Place] = {}
    offset = 0
    for (name, length, is_text), (count, letter) in zip(definition.fields, _codes(definition.layout), strict=True):
        dtype = _dtype(_UNSPREAD[letter] + (count if letter == "s" else "")) if is_text else _SCALARS[letter]
        found[name] = _Place(dtype, offset, length, is_text)
        offset += dtype.itemsize * (length or 1)
    return found


@cache
def _all_runs(msgid: int) -> tuple[tuple[str, ...], list[_Run]]:
    """All fields of a message: their names, and how they are copied."""
    definition = DEFINITIONS[msgid]
    names = definition.scalar_names
    if names is None:
        names = tuple(_places(msgid))
        return names, _runs(msgid, names)
    # most messages have nothing but scalars: then the layout has a letter for each
    runs: list[_Run] = []
    offset = place = 0
    for letters in _SAME.finditer(definition.layout.format, 1):
        dtype, end = _SCALARS[letters[1]], letters.end() - 1
        runs.append(_Run(_Place(dtype, offset, 0, False), names[place:end]))
        offset += dtype.itemsize * (end - place)
        place = end
    return names, runs


def _runs(msgid: int, names: Iterable[str]) -> list[_Run]:
    """Neighbours of one type put together."""
    places = _places(msgid)
    runs: list[_Run] = []
    together: list[str] = []
    dtype, goes_on_at = None, -1
    for name in names:
        place = places[name]
        is_scalar = not (place.length or place.is_text)
        # types are cached, so that one type is one object
        if is_scalar and place.dtype is dtype and place.offset == goes_on_at:
            together.append(name)
        else:
            together = [name]
            runs.append(_Run(place, together))
        dtype, goes_on_at = (place.dtype, place.offset + place.dtype.itemsize) if is_scalar else (None, -1)
    return runs


class Payloads(NamedTuple):
    """Where the payloads of some frames of one message are."""

    data: Bytes
    """What they are in."""
    begins: Places
    """Shape (n,)."""
    lengths: NDArray[np.uint8]
    """Shape (n,): bytes of each."""
    shortest: int
    """The least of them."""
    longest: int
    """The most of them."""


def payload_columns(msgid: int, payloads: Payloads) -> dict[str, NDArray[Any]]:
    """All fields of frames, which are read once; see `FrameColumns` for others.

    Args:
        msgid: id of a message in `DEFINITIONS`.
        payloads: of this message, at least one.

    Returns:
        Columns by name: shape (n,) or (n, length); texts as bytes.
    """
    data, begins, lengths, shortest, longest = payloads
    size = DEFINITIONS[msgid].layout.size
    rows = _bytes_of(data, begins, size)
    # what stands behind a shortened payload is checksum and next record: it must read as the zeros that were cut
    if shortest < size:
        if shortest == longest:
            rows[:, longest:] = 0
        else:
            _cut(rows, lengths, 0)
    count = begins.size
    found: dict[str, NDArray[Any]] = {}
    for (dtype, offset, length, _), names in _all_runs(msgid)[1]:
        step = dtype.itemsize
        if length:
            found[names[0]] = np.ndarray((count, length), dtype, rows, offset, (size, step)).copy()
        elif len(names) == 1:
            found[names[0]] = np.ndarray(count, dtype, rows, offset, size).copy()
        else:
            found.update(zip(names, np.ndarray((len(names), count), dtype, rows, offset, (step, size)).copy()))  # noqa: B905
    return found


def row_bytes(msgid: int) -> int:
    """Bytes of one frame in all columns, time included, at most.

    Args:
        msgid: id of a message in `DEFINITIONS`.
    """
    return _HEAD_BYTES + DEFINITIONS[msgid].layout.size


@cache
def text_names(msgid: int) -> tuple[str, ...]:
    """The fields of a message that are texts.

    Args:
        msgid: id of a message in `DEFINITIONS`.
    """
    return tuple(names[0] for place, names in _all_runs(msgid)[1] if place.is_text)


class FrameColumns:
    """Collects columns of one message from the windows of a log.

    Args:
        msgid: id of a message in `DEFINITIONS`.
        names: wanted fields.
        most: how many frames there are at most.
    """

    def __init__(self, msgid: int, names: Sequence[str], most: int) -> None:
        every, runs = _all_runs(msgid)
        self._runs = runs if names == every else _runs(msgid, dict.fromkeys(names))
        self._payload_bytes = DEFINITIONS[msgid].layout.size
        self._most = most
        self._time_us: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._rooms: list[NDArray[Any]] = []
        self._columns: list[tuple[str, NDArray[Any]]] = []
        self._text_names = [names[0] for place, names in self._runs if place.is_text]
        self._count = 0

    def add(self, window: Window, starts: Places, begin_us: float = -np.inf, end_us: float = np.inf) -> None:
        """Take frames in.

        Args:
            window: see `frame_table.read_frames`.
            starts: shape (n,), beginnings of records of this message.
            begin_us: leave out what is earlier.
            end_us: leave out what is this late or later.
        """
        if not starts.size:
            return
        rows = self._rows(window, starts)
        time_us = _column(rows, _TIME, 0)
        # all at once, as in a short log: each step counts
        if len(rows) == self._most and begin_us == -np.inf and end_us == np.inf:
            self._count = self._most
            self._time_us = time_us.astype(np.uint64)
            self._rooms = [one.copy() for one in self._blocks(rows)]
            return
        if begin_us > -np.inf or end_us < np.inf:
            wanted = (time_us >= begin_us) & (time_us < end_us)
            rows = rows[wanted]
            if not rows.size:
                return
            time_us = _column(rows, _TIME, 0)
        self._make_room()
        begin = self._count
        self._count = end = begin + len(rows)
        self._time_us[begin:end] = time_us
        for (place, _), room, block in zip(self._runs, self._rooms, self._blocks(rows), strict=True):
            if place.length:
                room[begin:end] = block
            else:
                room[:, begin:end] = block

    def _make_room(self) -> None:
        """Room for all at once: thousands of small arrays would be copied again in the end."""
        if not self._time_us.size:
            self._time_us = np.empty(self._most, np.uint64)
            self._rooms = [
                np.empty((self._most, place.length) if place.length else (len(names), self._most), place.dtype)
                for place, names in self._runs
            ]

    def _blocks(self, rows: NDArray[np.uint8]) -> Iterator[NDArray[Any]]:
        """What goes into each room, not copied."""
        for place, names in self._runs:
            block = _block(rows, place.dtype, _HEAD_BYTES + place.offset, place.length or len(names))
            yield block if place.length else block.T

    def time_us(self) -> NDArray[np.uint64]:
        """Microseconds since 1970 of what was taken in: shape (n,)."""
        return self._time_us[: self._count]

    def values(self) -> dict[str, NDArray[Any]]:
        """Columns by name: shape (n,) or (n, length); texts as `object` array of str, cut at the first NUL."""
        columns = self._named()
        found = dict(columns)
        if self._count < self._most:
            found = {name: column[: self._count] for name, column in columns}
        for name in self._text_names:
            found[name] = texts(found[name])
        return found

    def _named(self) -> list[tuple[str, NDArray[Any]]]:
        """All columns with their names, texts as bytes."""
        if not self._columns:
            self._make_room()
            for (place, names), room in zip(self._runs, self._rooms, strict=True):
                if len(names) == 1:
                    self._columns.append((names[0], room if place.length else room[0]))
                else:
                    self._columns += zip(names, room, strict=True)
        return self._columns

    def _rows(self, window: Window, starts: Places) -> NDArray[np.uint8]:
        """Headers and payloads, a frame a row, what was left out at their ends filled with zeros."""
        head, size = _HEAD_BYTES, self._payload_bytes
        rows = _bytes_of(window.bytes, starts, head + size)
        # a frame of version 1 has a header that is four bytes shorter: its payload begins earlier in the row
        if MAGIC_V1 in rows[:, _MAGIC_AT].tobytes():
            is_v1 = rows[:, _MAGIC_AT] == MAGIC_V1
            begins = starts + np.where(is_v1, head - (HEAD_V2_BYTES - HEAD_V1_BYTES), head)
            rows[:, head:] = _bytes_of(window.bytes, begins, size)
        # what stands behind a shortened payload is checksum and next record: it must read as the zeros that were cut
        lengths = rows[:, _LENGTH_AT].tobytes()
        longest = lengths[0]
        # as a rule they are all of one length, which is found out the fastest so
        if lengths.count(longest) == len(lengths):
            rows[:, head + longest :] = 0
        elif lengths.count(size) != len(lengths):
            _cut(rows, np.frombuffer(lengths, np.uint8))
        return rows


def _cut(rows: NDArray[np.uint8], lengths: NDArray[np.uint8], head: int = _HEAD_BYTES) -> None:
    """Zeros behind the payload of each row.

    Args:
        rows: shape (n, size), contiguous.
        lengths: shape (n,): bytes of each payload.
        head: bytes before it.
    """
    masks = _masks(rows.shape[1] - head, head)
    for begin in range(0, len(rows), TOGETHER):
        # whole rows are put together far faster than the ends of rows
        rows[begin : begin + TOGETHER] &= masks.take(lengths[begin : begin + TOGETHER], 0, mode="clip")


@cache
def _masks(size: int, head: int) -> NDArray[np.uint8]:
    """Ones for what is kept of a row, and noughts, by the length of its payload: shape (size + 1, head + size)."""
    return np.ndarray((size + 1, head + size), np.uint8, _EDGE, _EDGE_AT - head, (-1, 1)).copy()


def _bytes_of(data: Bytes, starts: Places, size: int) -> NDArray[np.uint8]:
    """Shape (n, size): copies of the bytes from each start."""
    return np.ndarray((starts.size, size), np.uint8, rows_of(data, starts, size))


def _column(rows: NDArray[np.uint8], dtype: np.dtype[Any], offset: int) -> NDArray[Any]:
    """Values of one type in rows of bytes, not copied: shape (n,)."""
    return np.ndarray((len(rows),), dtype, rows, offset, (rows.shape[1],))


def _block(rows: NDArray[np.uint8], dtype: np.dtype[Any], offset: int, count: int) -> NDArray[Any]:
    """The same of neighbours: shape (n, count)."""
    return np.ndarray((len(rows), count), dtype, rows, offset, (rows.shape[1], dtype.itemsize))


def texts(raw: NDArray[np.bytes_]) -> NDArray[np.object_]:
    """Texts of fixed width as str: up to the first NUL, what is no UTF-8 replaced.

    Args:
        raw: shape (n,), bytes.
    """
    listed = raw.tolist()
    if len(listed) <= FEW_TEXTS:
        return np.fromiter(_decoded(listed), object, len(listed))
    # each once: what is said a million times takes the room of one
    known = list(dict.fromkeys(listed))
    found = dict(zip(known, _decoded(known), strict=True))
    return np.fromiter(map(found.__getitem__, listed), object, len(listed))


def _decoded(raw: list[bytes]) -> list[str]:
    if not raw:
        return []
    # all in one go, with the one byte between them that no text has
    joined = b"\0".join(raw)
    if joined.count(b"\0") != len(raw) - 1:
        joined = b"\0".join([one.partition(b"\0")[0] for one in raw])
    return joined.decode("utf-8", "replace").split("\0")
