# SPDX-License-Identifier: Apache-2.0
"""All frames of a telemetry log at once: where they lie, whose they are, and whether their checksum is right. Sans-I/O.

Layout of a tlog: each frame behind 8 bytes, big-endian microseconds since 1970 (as MAVProxy, Mission Planner and
QGroundControl write it). Frames: MAVLink guide, "Packet Serialization". Both versions; a signature is stepped over, not
checked. A frame of an unknown message can't be checked; it is believed when another one, or the end, follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from fastcrc.crc16 import mcrf4xx
from numpy.typing import NDArray

from groundstation.mavlink.checksums import checksums
from groundstation.mavlink.dialect import CRC_EXTRAS
from groundstation.mavlink.frames import MAGIC_V1, MAGIC_V2, MAX_FRAME_BYTES, SIGNATURE_BYTES, SIGNED_FLAG
from groundstation.mavlink.record_walk import Bytes, Flags, Places, Walk, Window, first_matches, rows_of, walk

STAMP_BYTES = 8
MIN_US, MAX_US = 946_684_800_000_000, 4_102_444_800_000_000
"""Years 2000 to 2100."""
HEAD_V1_BYTES, HEAD_V2_BYTES = 6, 10
CHECKSUM_BYTES = 2
MAX_RECORD_BYTES = STAMP_BYTES + MAX_FRAME_BYTES

HEADER = np.dtype(
    [
        ("time_us", ">u8"),
        ("magic", "u1"),
        ("length", "u1"),
        ("flags", "u1"),
        ("compat", "u1"),
        ("seq", "u1"),
        ("sysid", "u1"),
        ("compid", "u1"),
        ("msgid_low", "<u2"),
        ("msgid_high", "u1"),
    ]
)
"""Stamp and header of MAVLink 2; in version 1 `flags` is seq, `compat` sysid, `seq` compid, `sysid` the message id."""

TOGETHER = 8_192
"""Frames of several lengths that are compared together at most."""
_UNKNOWN = 256
"""In place of CRC_EXTRA for a message that the dialect doesn't have."""
_EXTRAS = np.full(max(CRC_EXTRAS) + 2, _UNKNOWN, np.uint16)
"""CRC_EXTRA by message id; the last one stands for all higher ids."""
for _msgid, _extra in CRC_EXTRAS.items():
    _EXTRAS[_msgid] = _extra[0]

_STAMPED = re.compile(rb"(?s)(?=\x00[\x03-\x0e].{6}[\xfd\xfe])")
"""Where a stamp of the years 2000 to 2100 seems to stand before a frame (the higher bytes of `MIN_US` and `MAX_US`)."""
_STAMPED_ANYHOW = re.compile(rb"(?s)(?=\x00[\x00-\x0e].{6}[\xfd\xfe])")
"""The same of the years from 1970 on: of a computer whose clock was not set."""


class FrameHeaders(NamedTuple):
    """What stands before the payload of frames; arrays of shape (n,)."""

    starts: Places
    """Where each record begins: its stamp."""
    time_us: NDArray[np.uint64]
    """As written, not checked."""
    head_bytes: NDArray[np.int64]
    """Bytes of stamp and header: where the payload begins behind the start."""
    payload_bytes: NDArray[np.int64]
    sizes: NDArray[np.int64]
    """Bytes of the whole record, 0 where no frame can begin."""
    sysids: NDArray[np.uint8]
    compids: NDArray[np.uint8]
    msgids: NDArray[np.int64]

    def chosen(self, which: Flags) -> FrameHeaders:
        """Only some of them.

        Args:
            which: shape (n,).
        """
        columns: list[Any] = [column[which] for column in self]
        return FrameHeaders(*columns)


class FrameTable(NamedTuple):
    """The frames of a window."""

    headers: FrameHeaders
    """Of the good ones, in the order of the file."""
    walk: Walk
    """How they lie."""


class TlogRules:
    """How the records of a tlog look; see `record_walk.RecordRules`."""

    margin = MAX_RECORD_BYTES

    def __init__(self, least_us: int = MIN_US) -> None:
        self._least_us = least_us
        self._stamped = _STAMPED if least_us >= MIN_US else _STAMPED_ANYHOW
        self.headers: FrameHeaders | None = None
        """What `are_good` read last."""

    def sizes(self, window: Window, places: Places) -> Places:
        """Size by magic, length and the flag of a signature."""
        data = window.bytes
        magic = data.take(places + STAMP_BYTES, mode="clip")
        sizes = data.take(places + (STAMP_BYTES + 1), mode="clip").astype(np.int64)
        flags = data.take(places + (STAMP_BYTES + 2), mode="clip")
        return _sizes(magic, sizes, flags, places, window.end)

    def size(self, window: Window, place: int) -> int:
        """The same of one place."""
        head = window.bytes[place + STAMP_BYTES : place + STAMP_BYTES + 3].tobytes()
        if head[0] == MAGIC_V1:
            size = STAMP_BYTES + HEAD_V1_BYTES + head[1] + CHECKSUM_BYTES
        # other flags mean a frame that can not be read (MAVLink guide, "Incompatibility Flags")
        elif head[0] == MAGIC_V2 and head[2] <= SIGNED_FLAG:
            size = STAMP_BYTES + HEAD_V2_BYTES + head[1] + CHECKSUM_BYTES + SIGNATURE_BYTES * head[2]
        else:
            return 0
        return size if place + size <= window.end else 0

    def candidates(self, window: Window, places: Places, width: int) -> Places:
        """Places where a stamp of nearly the same time as the window's first one stands before a frame."""
        data = window.bytes
        first = int(places[0]) - 1
        # the stamp of a record close by tells which bytes the others must begin with
        near = self.next_good(window, max(first - MAX_RECORD_BYTES, 0))
        if near >= window.limit:
            return np.full(places.size, -1)
        span = width + STAMP_BYTES
        lanes = rows_of(data, places, span).view(np.uint8).reshape(-1, span)
        matches = (lanes[:, 8:] == MAGIC_V2) | (lanes[:, 8:] == MAGIC_V1)
        for place in range(3):  # the three highest bytes of the stamp change every 12 days
            matches &= lanes[:, place : place + width] == data[near + place]
        return first_matches(matches, places)

    def are_good(self, window: Window, starts: Places) -> tuple[Places, Flags]:
        """Size and verdict of each record."""
        self.headers = read_headers(window, starts)
        return self.headers.sizes, _are_good(window, self.headers)

    def good_size(self, window: Window, place: int) -> int:
        """Size of the record at a place; 0 when its frame is none."""
        size = self.size(window, place)
        if not size:
            return 0
        frame = window.bytes[place + STAMP_BYTES : place + size].tobytes()
        is_v2 = frame[0] == MAGIC_V2
        msgid = int.from_bytes(frame[7:10], "little") if is_v2 else frame[5]
        extra = CRC_EXTRAS.get(msgid)
        if extra is None:
            return size if _is_followed(window, place + size) else 0
        body = (HEAD_V2_BYTES if is_v2 else HEAD_V1_BYTES) + frame[1]
        return size if mcrf4xx(frame[1:body] + extra) == frame[body] | frame[body + 1] << 8 else 0

    def next_good(self, window: Window, place: int) -> int:
        """The first place from `place` on where stamp and frame make sense; the limit if there is none."""
        data = window.bytes
        # a pattern in C skips damage much faster than a look at each byte
        for found in self._stamped.finditer(data.data, place, min(window.limit + STAMP_BYTES + 1, window.end)):
            start: int = found.start()
            if start >= window.limit:
                break
            stamp_us = int.from_bytes(data[start : start + STAMP_BYTES].tobytes(), "big")
            if self._least_us <= stamp_us <= MAX_US and self.good_size(window, start):
                return start
        return window.limit


def read_frames(window: Window, begin: int, least_us: int = MIN_US) -> FrameTable:
    """Find the good frames of a window.

    Args:
        window: a part of the file, followed by twice `MAX_RECORD_BYTES` more (zeros behind its end).
        begin: where the first record is expected.
        least_us: the least that a stamp can be.
    """
    rules = TlogRules(least_us)
    found = walk(rules, window, begin)
    headers = rules.headers
    # where all went well the headers were read already: the same array says so
    if headers is None or headers.starts is not found.starts:
        headers = read_headers(window, found.starts)
    return FrameTable(headers, found)


def read_headers(window: Window, starts: Places) -> FrameHeaders:
    """Headers of the records at `starts`, good or not.

    Args:
        window: see `read_frames`.
        starts: shape (n,), ascending.
    """
    rows = rows_of(window.bytes, starts, HEADER.itemsize).view(HEADER)
    magic = rows["magic"]
    sizes = _sizes(magic, rows["length"].astype(np.int64), rows["flags"], starts, window.end)
    sysids, compids = rows["sysid"], rows["compid"]
    msgids = rows["msgid_low"] + (rows["msgid_high"].astype(np.int64) << 16)
    head_bytes = np.full(starts.size, STAMP_BYTES + HEAD_V2_BYTES)
    is_v1 = magic == MAGIC_V1
    if is_v1.any():
        sysids, compids = np.where(is_v1, rows["compat"], sysids), np.where(is_v1, rows["seq"], compids)
        msgids = np.where(is_v1, rows["sysid"], msgids)
        head_bytes[is_v1] = STAMP_BYTES + HEAD_V1_BYTES
    return FrameHeaders(
        starts,
        rows["time_us"].astype(np.uint64),
        head_bytes,
        rows["length"].astype(np.int64),
        sizes,
        np.ascontiguousarray(sysids),
        np.ascontiguousarray(compids),
        msgids,
    )


def _extras_of(msgids: NDArray[np.int64]) -> NDArray[np.uint16]:
    return _EXTRAS.take(msgids, mode="clip")


def _sizes(magic: Bytes, lengths: NDArray[np.int64], flags: Bytes, places: Places, end: int) -> NDArray[np.int64]:
    """Sizes of records; 0 where the magic, a flag or the end of the file forbid one. Uses up `lengths`."""
    is_v2 = magic == MAGIC_V2
    sizes = lengths
    sizes += STAMP_BYTES + HEAD_V2_BYTES + CHECKSUM_BYTES
    plain = is_v2 & (flags == 0)
    if not plain.all():
        is_v1 = magic == MAGIC_V1
        sizes[is_v1] -= HEAD_V2_BYTES - HEAD_V1_BYTES
        sizes[is_v2 & (flags == SIGNED_FLAG)] += SIGNATURE_BYTES
        sizes[~(is_v1 | (is_v2 & (flags <= SIGNED_FLAG)))] = 0
    sizes[places + sizes > end] = 0
    return sizes


def _are_good(window: Window, headers: FrameHeaders) -> Flags:
    """Checksums compared, frames of nearly one length at a time."""
    good = headers.sizes > 0
    extras = _extras_of(headers.msgids)
    is_unknown = extras == _UNKNOWN
    if is_unknown.any():
        good[is_unknown] &= _are_followed(window, (headers.starts + headers.sizes)[is_unknown])
    checked = good & ~is_unknown
    # whatever their version: bytes from behind the magic to the checksum
    spans = headers.head_bytes + headers.payload_bytes - (STAMP_BYTES + 1)
    # nought is never compared: no span of a frame is
    spans[~checked] = 0
    # 16 bits: numpy sorts those by radix
    order = np.argsort(spans.astype(np.uint16), kind="stable")
    for begin, end in _groups(np.bincount(spans)):
        group = order[begin:end]
        good[group] = _match(window.bytes, headers.starts[group], spans[group], extras[group])
    return good


def _groups(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """From and to which place of frames sorted by length are compared together.

    Args:
        counts: how many frames there are of each length; those of nought are left out.
    """
    begin = end = int(counts[0]) if counts.size else 0
    longest = 0
    for span in (np.flatnonzero(counts[1:]) + 1).tolist():
        count = int(counts[span])
        # few frames of many lengths: steps cost more than the bytes that are read in vain
        if end > begin and (span > longest or end - begin + count > TOGETHER):
            yield begin, end
            begin = end
        if end == begin:
            longest = span + span // 2
        end += count
    if end > begin:
        yield begin, end


def _match(data: Bytes, starts: Places, spans: NDArray[np.int64], extras: NDArray[np.uint16]) -> Flags:
    width = int(spans[-1]) + CHECKSUM_BYTES
    width += width % 2
    rows = rows_of(data, starts + (STAMP_BYTES + 1), width).view(np.uint8)
    behind = np.arange(spans.size) * width + spans
    written = rows.take(behind) | rows.take(behind + 1).astype(np.uint16) << 8
    match: Flags = checksums(rows.reshape(-1, width), spans, extras.astype(np.uint8)) == written
    return match


def _are_followed(window: Window, ends: Places) -> Flags:
    magic = window.bytes.take(ends + STAMP_BYTES, mode="clip")
    followed: Flags = (ends >= window.end) | (magic == MAGIC_V2) | (magic == MAGIC_V1)
    return followed


def _is_followed(window: Window, end: int) -> bool:
    return bool(_are_followed(window, np.array([end]))[0])
