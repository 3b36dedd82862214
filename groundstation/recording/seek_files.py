# SPDX-License-Identifier: Apache-2.0
"""What a seek needs, beside a recorded file: keyframes, where in the file each stands, and rows once a second.

In the folder `seek` of a session, for `sim-uav-1.mcap`:

    sim-uav-1.keys      one record of `KEY` for each keyframe: when, where in the file what came later begins
    sim-uav-1.states    what was known then, packed; a record of `keys` says where
    sim-uav-1.rows      one record of `ROW` a second for each vehicle: its place and its core values

All of it only grows while it is written, and can be made anew from the recorded file: whatever is damaged or does not
fit is left alone and built again (`keyframes.py`). Writing: the thread of the recorder. Reading: any one thread.
"""

from __future__ import annotations

import bisect
import contextlib
import math
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from groundstation.fleet.core_values import CORE_PATHS
from groundstation.logs.own_files import no_links
from groundstation.logs.session_folder import SUFFIX
from groundstation.recording.fold import Kept

FOLDER = "seek"
FORMAT = 1
"""Of everything in the folder; another one is built anew."""
GROUP = 12
"""Keyframes that are packed by the first of them: they differ in some numbers."""
SPARE_ROWS = 64
"""Read before and behind those that are expected at a place."""
MAX_STATE_BYTES = 64 * 1024 * 1024
KEY = np.dtype(
    [
        ("format", "<u4"),
        ("crc", "<u4"),
        ("at_ns", "<u8"),
        ("offset", "<u8"),
        ("body", "<u8"),
        ("body_bytes", "<u4"),
        ("base", "<u4"),
        ("is_by_time", "<u4"),
        ("late_first_ns", "<u8"),
        ("late_last_ns", "<u8"),
    ]
)
"""`at_ns` nanoseconds since 1970; `offset` of the recorded file, where what came after the keyframe begins; `body` and
`body_bytes` in the file of states, `crc` of these; `base` is how many records before this one the state stands that it
is packed by, 0 for none; `is_by_time` is 1 where the chunk at `offset` begins with messages that are in the keyframe:
those up to its time; from `late_first_ns` to `late_last_ns`, 0 for none, are the times of messages that were recorded
between the keyframe before and this one and had been sent earlier."""
ROW = np.dtype([("at_s", "<f8"), ("lat_deg", "<f8"), ("lon_deg", "<f8"), ("core", "<f4", (len(CORE_PATHS),))])

_F64 = struct.Struct("<d")

Keys = NDArray[np.void]
Rows = NDArray[np.void]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Kept)


class SeekPaths(NamedTuple):
    """The helpers of one recorded file."""

    keys: Path
    states: Path
    rows: Path

    @classmethod
    def of(cls, folder: Path, name: str) -> SeekPaths:
        """Of a recorded file.

        Args:
            folder: where helpers are: `seek` in the session's folder, or a place of the reader's own.
            name: of the recorded file.
        """
        stem = folder / name.removesuffix(SUFFIX)
        return cls(*(stem.with_name(f"{stem.name}.{kind}") for kind in ("keys", "states", "rows")))


class SeekWriter:
    """Writes the helpers of one file. None of them stays open: a recorder has hundreds of files already."""

    def __init__(self, paths: SeekPaths, end_offset: int | None = None) -> None:
        """Begin, or go on behind what is there.

        Args:
            paths: of the helpers; their folder exists.
            end_offset: length of the recorded file, whose keyframes beyond it are cut off; None to begin anew.

        Raises:
            OSError: they can't be written.
        """
        self._paths = paths
        keys = read_keys(paths, end_offset) if end_offset is not None else np.empty(0, KEY)
        self._count = len(keys)
        self._states_bytes = int((keys["body"] + keys["body_bytes"]).max()) if len(keys) else 0
        self._rows_bytes = _rows_until(paths, int(keys[-1]["at_ns"]) / 1e9) * ROW.itemsize if len(keys) else 0
        self.last = keys[-1].copy() if len(keys) else None
        """The last keyframe; None before there is one."""
        self._base: tuple[int, zstandard.ZstdCompressor] | None = None
        self._waiting = bytearray()
        """Rows."""
        for path, size_bytes in self._sizes():
            _append(path, size_bytes, b"")

    def put(
        self, at_ns: int, offset: int, kept: Kept, late_ns: tuple[int, int] = (0, 0), *, is_by_time: bool = False
    ) -> int:
        """Write one keyframe, with the rows that wait.

        Args:
            at_ns: of the newest message that is in it, nanoseconds since 1970.
            offset: of the recorded file; where what came later begins.
            kept: what was known.
            late_ns: first and last time of messages since the last keyframe that had been sent earlier; zeros for none.
            is_by_time: whether messages up to `at_ns` that stand behind `offset` are in it.

        Returns:
            Bytes of the packed state.

        Raises:
            OSError: the disk does not take it; what is there stays whole.
        """
        data, base = _encoder.encode(kept), 0
        if self._base is not None and self._count - self._base[0] < GROUP:
            base = self._count - self._base[0]
            body = self._base[1].compress(data)
        else:
            body = zstandard.ZstdCompressor(level=3).compress(data)
            self._base = (self._count, zstandard.ZstdCompressor(level=3, dict_data=_prefix(data)))
        key = np.zeros(1, KEY)
        key[0] = (FORMAT, zlib.crc32(body), at_ns, offset, self._states_bytes, len(body), base, is_by_time, *late_ns)
        # the state before the key that tells of it: a cut between them costs the state alone
        self._states_bytes = _append(self._paths.states, self._states_bytes, body)
        self._rows_bytes = _append(self._paths.rows, self._rows_bytes, bytes(self._waiting))
        self._waiting.clear()
        _append(self._paths.keys, self._count * KEY.itemsize, key.tobytes())
        self._count += 1
        self.last = key[0]
        return len(body)

    def add_row(self, at_s: float, place: tuple[float, float], core: list[float]) -> None:
        """One more row; it is written with the next keyframe."""
        row = np.zeros(1, ROW)
        row[0] = (at_s, *place, core)
        self._waiting += row.tobytes()

    def _sizes(self) -> tuple[tuple[Path, int], ...]:
        sizes = (self._count * KEY.itemsize, self._states_bytes, self._rows_bytes)
        return tuple(zip(self._paths, sizes, strict=True))


def read_keys(paths: SeekPaths, end_offset: int) -> Keys:
    """The keyframes of a file that fit it, oldest first; none where there are no helpers, or of another format.

    Args:
        paths: of the helpers.
        end_offset: length of the recorded file; keyframes beyond it are of something that was cut off.
    """
    keys = _records(paths.keys, KEY)
    if not len(keys):
        return keys
    try:
        states_bytes = paths.states.stat().st_size
    except OSError:
        return keys[:0]
    is_good = (keys["format"] == FORMAT) & (keys["offset"] <= end_offset)
    is_good &= keys["body"] + keys["body_bytes"] <= states_bytes
    is_good[1:] &= (keys["at_ns"][1:] >= keys["at_ns"][:-1]) & (keys["offset"][1:] >= keys["offset"][:-1])
    # up to the first that makes no sense: what is behind it can't be placed
    return keys if is_good.all() else keys[: int(np.argmin(is_good))]


def read_rows(paths: SeekPaths, begin_s: float, end_s: float) -> Rows:
    """The rows of a file from one time to another, both included; none where there are none.

    Args:
        paths: of the helpers.
        begin_s: seconds since 1970.
        end_s: seconds since 1970.
    """
    with _opened(paths.rows) as file:
        times = _Times(file)
        if not len(times):
            return np.empty(0, ROW)
        first, last = _expected(times, begin_s, end_s)
        rows = times.rows(first, last)
        is_begin = first == 0 or (len(rows) > 0 and rows[0]["at_s"] < begin_s)
        is_end = last == len(times) or (len(rows) > 0 and rows[-1]["at_s"] > end_s)
        if not (is_begin and is_end):
            rows = times.rows(bisect.bisect_left(times, begin_s), bisect.bisect_right(times, end_s))
    at_s = rows["at_s"]
    return rows[np.searchsorted(at_s, begin_s) : np.searchsorted(at_s, end_s, side="right")]


def _expected(times: _Times, begin_s: float, end_s: float) -> tuple[int, int]:
    """Which rows to read where they stand evenly, as they do but for gaps.

    One look instead of thirty: each lets another thread take the interpreter, and has to wait for it then.
    """
    count, first_s, last_s = len(times), times[0], times[len(times) - 1]
    if count <= SPARE_ROWS:
        return 0, count
    by_s = (count - 1) / max(last_s - first_s, 1e-3)
    # clamped as numbers: who wants all of it asks up to infinity
    first = math.floor(min(max((begin_s - first_s) * by_s, 0.0), count)) - SPARE_ROWS
    last = math.ceil(min(max((end_s - first_s) * by_s, 0.0), count)) + SPARE_ROWS
    return max(0, first), min(last, count)


def _rows_until(paths: SeekPaths, at_s: float) -> int:
    """How many rows there are up to a time, with those of that very time."""
    with _opened(paths.rows) as file:
        return bisect.bisect_right(_Times(file), at_s)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A file for reading, as the system numbers it; -1 where there is none."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:
        yield -1
        return
    try:
        yield file
    finally:
        os.close(file)


class _Times(Sequence[float]):
    """Times of the rows of an open file: looked up in it, since a day of a vehicle has ten megabytes of them."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._count = os.fstat(file).st_size // ROW.itemsize if file >= 0 else 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: Any) -> Any:
        found: tuple[float] = _F64.unpack(os.pread(self._file, _F64.size, number * ROW.itemsize))
        return found[0]

    def rows(self, first: int, last: int) -> Rows:
        """Whole rows, from one up to another that is left out."""
        data = os.pread(self._file, max(0, last - first) * ROW.itemsize, first * ROW.itemsize)
        return np.frombuffer(data[: len(data) // ROW.itemsize * ROW.itemsize], ROW)


def read_state(paths: SeekPaths, keys: Keys, number: int) -> Kept | None:
    """What was known at a keyframe; None where that is damaged.

    Args:
        paths: of the helpers.
        keys: of the file.
        number: of the keyframe.
    """
    key = keys[number]
    base = int(key["base"])
    return state_at(paths.states, keys[number - base], key) if base <= number else None


def state_before(paths: SeekPaths, keys: Keys, number: int) -> tuple[Kept, int] | None:
    """What was known at a keyframe, or where that is damaged at the one before; with its time, nanoseconds since 1970.

    Args:
        paths: of the helpers.
        keys: of the file.
        number: of the keyframe; -1 for the beginning of the file.
    """
    for one in range(number, -1, -1):
        kept = read_state(paths, keys, one)
        if kept is not None:
            return kept, int(keys[one]["at_ns"])
    return None


def expect_state(path: Path, first: np.void, key: np.void) -> None:
    """Let the system read what `state_at` reads next; see `expect`."""
    with _opened(path) as file:
        if file >= 0:
            begin = int(first["body"])
            expect(file, begin, int(key["body"]) + int(key["body_bytes"]) - begin)


def expect(file: int, begin: int, size_bytes: int) -> None:
    """Let the system read a part of a file, where it can, and wait for nothing: of many files it reads many at once."""
    with contextlib.suppress(AttributeError, OSError):
        os.posix_fadvise(file, begin, max(1, size_bytes), os.POSIX_FADV_WILLNEED)


def state_at(path: Path, first: np.void, key: np.void) -> Kept | None:
    """What was known at a keyframe; None where that is damaged.

    Args:
        path: of the file of states.
        first: record of the keyframe that it is packed by; its own where it is packed by none.
        key: its record.
    """
    begin, end = int(first["body"]), int(key["body"]) + int(key["body_bytes"])
    if not 0 <= end - begin <= MAX_STATE_BYTES:
        return None
    try:
        with _opened(path) as file:
            # with the few between the two: one look of a seek that looks into many files
            data = os.pread(file, end - begin, begin)
        unpacker = zstandard.ZstdDecompressor()
        if key["base"]:
            unpacker = zstandard.ZstdDecompressor(dict_data=_prefix(_unpacked(data, begin, first, unpacker)))
        return _decoder.decode(_unpacked(data, begin, key, unpacker))
    except (OSError, ValueError, zstandard.ZstdError, msgspec.DecodeError, MemoryError):
        return None


def _unpacked(data: bytes, begin: int, key: np.void, unpacker: zstandard.ZstdDecompressor) -> bytes:
    start = int(key["body"]) - begin
    body = data[start : start + int(key["body_bytes"])]
    # a copy by somebody else, or half a write: what is not what was written is no state
    if zlib.crc32(body) != int(key["crc"]) or zstandard.frame_content_size(body) > MAX_STATE_BYTES:
        raise ValueError("damaged")
    return unpacker.decompress(body)


def _prefix(data: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _records(path: Path, layout: np.dtype[np.void]) -> NDArray[np.void]:
    try:
        # read and not mapped: a recorder that mends cuts its files, and a map would take this process along
        return np.fromfile(path, layout)
    except OSError:
        return np.empty(0, layout)


def _append(path: Path, size_bytes: int, data: bytes) -> int:
    """Write behind what is known to be whole; returns the new size.

    Raises:
        OSError: the disk does not take it; half of it is cut off again, or overwritten by the next try.
    """
    # unbuffered: a buffer would write the rest of what was cut off again when the file is closed
    with open(path, "ab", buffering=0, opener=no_links) as file:
        file.truncate(size_bytes)
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
    return size_bytes + len(data)
