# SPDX-License-Identifier: Apache-2.0
"""Where the lines of a DataFlash log in text form lie. Sans-I/O, one thread at a time.

A line is the name of a message and its values with commas between; FMT lines say which (ArduPilot, AP_Logger; the form
that Mission Planner writes and old autopilots gave out).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundstation.logs.readers.dataflash_format import FMT, TIME_STEPS_US, MessageFormat, parsed_format
from groundstation.logs.readers.dataflash_index import believed_with_lent
from groundstation.mavlink.record_index import Found, RecordIndex, Slice, Times, Told
from groundstation.mavlink.record_walk import Bytes, Flags, Gap, Places, Window, distinct, rows_of

MAX_LINE_BYTES = 4096
NAME_BYTES = 4
MAX_DIGITS = 20
"""Of a time in microseconds."""
_NEWLINE, _COMMA, _SPACE = 0x0A, 0x2C, 0x20
_ZERO = 0x30


class TextIndex(RecordIndex):
    """The lines of one log, by message.

    Args:
        data: shape (n,), uint8: the whole file; see `RecordIndex`.
        told: how far the first going-through is.
    """

    def __init__(self, data: Bytes, told: Told | None = None) -> None:
        self.formats: list[MessageFormat] = [FMT]
        """In the order of the file; the place of a format is the kind of its lines."""
        self._codes = {_key(FMT.name): 0}
        super().__init__(data, MAX_LINE_BYTES, told)

    def times(self, found: Slice, one: MessageFormat) -> Times:
        """Microseconds of lines of one message.

        Args:
            found: the lines.
            one: their format.
        """
        if found.time_us is not None or one.time_field is None:
            return np.zeros(0, np.uint64) if found.time_us is None else found.time_us
        return _read_times(found.window, found.starts + (len(one.name) + 1), one)

    def _untimed(self) -> Flags:
        return np.array([one.time_field is None for one in self.formats])

    def _find(self, window: Window, last_us: int | None) -> Found:
        limit = min(window.limit, window.end)
        newlines = np.flatnonzero(window.bytes[: window.end] == _NEWLINE)
        starts = np.concatenate([np.zeros(1, np.int64), newlines + 1])
        starts = starts[starts < limit]
        ends = newlines[: starts.size]
        rest = int(starts[-1]) if ends.size < starts.size else int(ends[-1]) + 1
        starts = starts[: ends.size]
        keys, name_bytes = _keys(window, starts, ends)
        self._learn(window, starts[keys == _key(FMT.name)])
        codes = self._codes_of(keys)
        good = codes >= 0
        # a line that is too short was cut; one of too many commas has them in its last text
        good[good] &= _commas(window, starts, ends)[good] >= self._column_counts()[codes[good]]
        formats = starts[keys == _key(FMT.name)]
        # a title stands before the first format of a file, and so in the first window only
        title_end = int(formats[0]) if formats.size and not self._parts else 0
        gaps = _gaps(window, starts[~good], ends[~good] + 1, title_end)
        if rest < limit and (rest == 0 or window.end <= window.limit):  # cut, or a line without end
            gaps.append(Gap(rest, limit))
            rest = limit
        starts, codes = starts[good], codes[good]
        time_us = self._times(window, starts, codes, name_bytes[good])
        believed = believed_with_lent(time_us, self._untimed()[codes], last_us)
        return Found(codes.astype(np.int32), time_us, starts, believed, gaps, rest)

    def _column_counts(self) -> NDArray[np.int64]:
        return np.array([len(one.columns) for one in self.formats])

    def _codes_of(self, keys: NDArray[np.uint32]) -> NDArray[np.int64]:
        kinds = distinct(keys)
        return np.array([self._codes.get(key, -1) for key in kinds.tolist()], np.int64)[np.searchsorted(kinds, keys)]

    def _learn(self, window: Window, starts: Places) -> None:
        for start in starts.tolist():
            line = window.bytes[start : start + MAX_LINE_BYTES].tobytes().split(b"\n", 1)[0].decode("latin-1")
            # the last part is all column names with the commas between them
            parts = [one.strip() for one in line.split(",", 5)][1:]
            if len(parts) < len(FMT.columns) or not (parts[0].isdecimal() and parts[1].isdecimal()):
                continue
            one = parsed_format(int(parts[0]), int(parts[1]), parts[2], parts[3], parts[4].replace(" ", ""))
            if one is not None and _key(one.name) not in self._codes:
                self._codes[_key(one.name)] = len(self.formats)
                self.formats.append(one)

    def _times(self, window: Window, starts: Places, codes: NDArray[np.int64], name_bytes: NDArray[np.int64]) -> Times:
        """Microseconds by the field that is the time; 0 for lines without one."""
        time_us = np.zeros(starts.size, np.uint64)
        for code, one in enumerate(self.formats):
            lines = np.flatnonzero(codes == code) if one.time_field is not None else np.empty(0, np.int64)
            if not lines.size or one.time_field is None:
                continue
            time_us[lines] = _read_times(window, starts[lines] + name_bytes[lines] + 1, one)
        return time_us


def _read_times(window: Window, places: Places, one: MessageFormat) -> Times:
    """Microseconds of lines of a message whose values begin at the places."""
    if one.time_field is None:
        raise AssertionError(f"{one.name} has no time")
    for _ in range(one.columns.index(one.time_field)):
        places = _behind_comma(window, places)
    return _numbers(window, places) * np.uint64(TIME_STEPS_US[one.time_field])


def _key(name: str) -> int:
    return int.from_bytes(name.encode("latin-1"), "little")


def _keys(window: Window, starts: Places, ends: Places) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The name of each line as a number, 0 for none, and its length."""
    width = NAME_BYTES + 1
    rows = rows_of(window.bytes, starts, width).view(np.uint8).reshape(-1, width)
    commas = rows == _COMMA
    lengths = commas.argmax(axis=1)
    lengths[(starts + lengths) >= ends] = 0
    names = np.where(np.arange(NAME_BYTES) < lengths[:, None], rows[:, :NAME_BYTES], 0).astype(np.uint8)
    return names.view("<u4").reshape(-1), lengths


def _commas(window: Window, starts: Places, ends: Places) -> NDArray[np.int64]:
    """How many commas are in each line."""
    commas = np.flatnonzero(window.bytes == _COMMA)
    return np.searchsorted(commas, ends) - np.searchsorted(commas, starts)


def _behind_comma(window: Window, places: Places) -> Places:
    """The first place behind the next comma; within `MAX_LINE_BYTES`."""
    data = window.bytes
    return np.array([_find(data, place) for place in places.tolist()], np.int64)


def _find(data: Bytes, place: int) -> int:
    found = data[place : place + 64].tobytes().find(b",")
    return place + found + 1 if found >= 0 else place


def _numbers(window: Window, places: Places) -> Times:
    """Whole numbers that begin at the places, behind spaces; as far as they are digits."""
    width = MAX_DIGITS + 2
    rows = rows_of(window.bytes, places, width).view(np.uint8).reshape(-1, width)
    numbers = np.zeros(places.size, np.uint64)
    going = np.ones(places.size, np.bool_)
    began = np.zeros(places.size, np.bool_)
    for column in rows.T:
        # unsigned: what is below "0" becomes large, so that one comparison is enough
        digits = column - np.uint8(_ZERO)
        is_digit = digits <= 9
        going &= is_digit | (~began & (column == _SPACE))
        began |= is_digit
        np.copyto(numbers, numbers * np.uint64(10) + digits, where=going & is_digit)
        if not going.any():
            break
    return numbers


def _gaps(window: Window, starts: Places, ends: Places, title_end: int) -> list[Gap]:
    """Lines that are no messages; blank ones, and the title before the first format, are no damage."""
    gaps = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        line = window.bytes[start:end].tobytes().strip()
        if line and not (start < title_end and line.isascii()):
            gaps.append(Gap(start, end))
    return gaps
