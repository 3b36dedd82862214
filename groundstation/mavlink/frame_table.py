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

from groundstation.mavlink.checksums import CHECKSUM_BYTES, checksums
from groundstation.mavlink.dialect import CRC_EXTRAS
from groundstation.mavlink.frame_chain import Chain, wrong_blocks
from groundstation.mavlink.frames import MAGIC_V1, MAGIC_V2, MAX_FRAME_BYTES, SIGNATURE_BYTES, SIGNED_FLAG
from groundstation.mavlink.record_walk import Bytes, Flags, Places, Walk, Window, first_matches, rows_of, walk

STAMP_BYTES = 8
MIN_US, MAX_US = 946_684_800_000_000, 4_102_444_800_000_000
"""Years 2000 to 2100."""
HEAD_V1_BYTES, HEAD_V2_BYTES = 6, 10
LEAST_RECORD_BYTES = STAMP_BYTES + HEAD_V1_BYTES + CHECKSUM_BYTES
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

BLOCK_BYTES = 1 << 16
"""So many are compared together: their matches stay in the cache of a processor, in memory that is used again."""
SEEN_SHARE = 63 / 64
"""Of a window, at least, for what was seen in it to count."""
NEAR_BYTES = 64
"""Within so many bytes of any place the next record begins, as a rule."""
TOGETHER = 8_192
"""Frames of which the headers are read together, and of several lengths that are compared together, at most."""
_UNKNOWN = 256
"""In place of CRC_EXTRA for a message that the dialect doesn't have."""
_EXTRAS = np.full(max(CRC_EXTRAS) + 2, _UNKNOWN, np.uint16)
"""CRC_EXTRA by message id; the last one stands for all higher ids."""
for _msgid, _extra in CRC_EXTRAS.items():
    _EXTRAS[_msgid] = _extra[0]

_LOW_MAGIC = np.uint8(min(MAGIC_V1, MAGIC_V2))
_STEADY = range(3)
"""The highest bytes of a stamp, which change every 12 days."""
_TOLD_BY = _STEADY[1:]
"""Those of them that tell anything: the highest is nought, as many others."""
_STAMPED = re.compile(rb"(?s)(?=\x00[\x03-\x0e].{6}[\xfd\xfe])")
"""Where a stamp of the years 2000 to 2100 seems to stand before a frame (the higher bytes of `MIN_US` and `MAX_US`)."""
_STAMPED_ANYHOW = re.compile(rb"(?s)(?=\x00[\x00-\x0e].{6}[\xfd\xfe])")
"""The same of the years from 1970 on: of a computer whose clock was not set."""


class FrameHeaders(NamedTuple):
    """What stands before the payload of frames; arrays of shape (n,), as narrow as can be: memory costs time."""

    starts: Places
    """Where each record begins: its stamp."""
    time_us: NDArray[np.uint64]
    """As written, not checked."""
    head_bytes: NDArray[np.uint8]
    """Bytes of stamp and header: where the payload begins behind the start."""
    payload_bytes: NDArray[np.uint8]
    sizes: NDArray[np.uint16]
    """Bytes of the whole record, 0 where no frame can begin."""
    sysids: NDArray[np.uint8]
    compids: NDArray[np.uint8]
    msgids: NDArray[np.uint32]

    def chosen(self, which: Flags | slice) -> FrameHeaders:
        """Only some of them.

        Args:
            which: shape (n,), or from where to where.
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
        """What was read last."""

    def sizes(self, window: Window, places: Places) -> NDArray[np.uint16]:
        """Size by magic, length and the flag of a signature."""
        data = window.bytes
        magic = data.take(places + STAMP_BYTES, mode="clip")
        lengths = data.take(places + (STAMP_BYTES + 1), mode="clip")
        flags = data.take(places + (STAMP_BYTES + 2), mode="clip")
        return _sizes(magic, lengths, flags, places, window.end)

    def size(self, window: Window, place: int) -> int:
        """The same of one place."""
        if place + LEAST_RECORD_BYTES > window.end:
            return 0
        head = window.bytes[place + STAMP_BYTES : place + STAMP_BYTES + 3].tobytes()
        if head[0] == MAGIC_V1:
            size = STAMP_BYTES + HEAD_V1_BYTES + head[1] + CHECKSUM_BYTES
        # other flags mean a frame that can not be read (MAVLink guide, "Incompatibility Flags")
        elif head[0] == MAGIC_V2 and head[2] <= SIGNED_FLAG:
            size = STAMP_BYTES + HEAD_V2_BYTES + head[1] + CHECKSUM_BYTES + SIGNATURE_BYTES * head[2]
        else:
            return 0
        return size if place + size <= window.end else 0

    def seen(self, window: Window, begin: int) -> Places | None:
        """Frames behind stamps of one time, if they are nearly all there is."""
        near = self.next_good(window, begin)
        if near >= window.limit:
            return None
        stop = min(window.limit, window.end)
        headers = read_headers(window, _like(window.bytes, near, begin, min(stop, window.end - STAMP_BYTES)))
        # what isn't seen is stepped through one by one
        if int(headers.sizes.sum()) < (stop - begin) * SEEN_SHARE:
            return None
        self.headers = headers
        return headers.starts

    def candidates(self, window: Window, places: Places, width: int) -> Places:
        """Places where a stamp of nearly the same time as the window's first one stands before a frame."""
        data = window.bytes
        first = int(places[0]) - 1
        # the stamp of a record close by tells which bytes the others must begin with
        near = self.next_good(window, max(first - MAX_RECORD_BYTES, 0))
        if near >= window.limit:
            return np.full(places.size, -1)
        found = _stamped(data, places, near, min(width, NEAR_BYTES))
        # most records are short, so that few places need a look at all of it
        far = np.flatnonzero(found < 0)
        if far.size and width > NEAR_BYTES:
            found[far] = _stamped(data, places[far] + NEAR_BYTES, near, width - NEAR_BYTES)
        return found

    def are_good(self, window: Window, starts: Places) -> tuple[NDArray[np.uint16], Flags]:
        """Size and verdict of each record."""
        if self.headers is None or self.headers.starts is not starts:
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
        window: a part of the file, followed by twice `MAX_RECORD_BYTES` more, as far as there are.
        begin: where the first record is expected.
        least_us: the least that a stamp can be.
    """
    rules = TlogRules(least_us)
    found = walk(rules, window, begin)
    headers = rules.headers
    # where all went well, as far as to an end that is cut, the headers were read already
    if headers is None or not np.array_equal(headers.starts[: found.starts.size], found.starts):
        headers = read_headers(window, found.starts)
    elif found.starts.size < headers.starts.size:
        headers = headers.chosen(slice(found.starts.size))
    return FrameTable(headers, found)


def read_headers(window: Window, starts: Places) -> FrameHeaders:
    """Headers of the records at `starts`, good or not.

    Args:
        window: see `read_frames`.
        starts: shape (n,), ascending.
    """
    of_bytes, count = np.uint8, starts.size
    found = FrameHeaders(
        starts,
        np.empty(count, np.uint64),
        np.empty(count, of_bytes),
        np.empty(count, of_bytes),
        np.empty(count, np.uint16),
        np.empty(count, of_bytes),
        np.empty(count, of_bytes),
        np.empty(count, np.uint32),
    )
    for begin in range(0, count, TOGETHER):
        _fill(window, found.chosen(slice(begin, begin + TOGETHER)))
    return found


def _fill(window: Window, headers: FrameHeaders) -> None:
    """Read headers of which the starts are known."""
    rows = rows_of(window.bytes, headers.starts, HEADER.itemsize).view(HEADER)
    magic, high = rows["magic"], rows["msgid_high"]
    headers.time_us[:] = rows["time_us"]
    headers.head_bytes[:] = STAMP_BYTES + HEAD_V2_BYTES
    headers.payload_bytes[:] = rows["length"]
    headers.sizes[:] = _sizes(magic, headers.payload_bytes, rows["flags"], headers.starts, window.end)
    headers.sysids[:] = rows["sysid"]
    headers.compids[:] = rows["compid"]
    headers.msgids[:] = rows["msgid_low"]
    if high.any():
        headers.msgids[:] |= high.astype(np.uint32) << 16
    is_v1 = magic == MAGIC_V1
    if is_v1.any():
        np.copyto(headers.sysids, rows["compat"], where=is_v1)
        np.copyto(headers.compids, rows["seq"], where=is_v1)
        np.copyto(headers.msgids, rows["sysid"], where=is_v1)
        headers.head_bytes[is_v1] = STAMP_BYTES + HEAD_V1_BYTES


def _like(data: Bytes, near: int, begin: int, stop: int) -> Places:
    """All places from `begin` on and before `stop` where a stamp like that at `near` stands before a frame."""
    found: list[Places] = []
    for first in range(begin, stop, BLOCK_BYTES):
        last = min(first + BLOCK_BYTES, stop)
        # both magics in one comparison: other bytes are further above the lower of them, or below it, which wraps
        matches = data[first + STAMP_BYTES : last + STAMP_BYTES] - _LOW_MAGIC < 2
        for place in _TOLD_BY:
            matches &= data[first + place : last + place] == data[near + place]
        places = matches.nonzero()[0]
        places += first
        found.append(places)
    return np.concatenate(found)


def _stamped(data: Bytes, places: Places, near: int, width: int) -> Places:
    """The first place within `width` bytes of each where a stamp like that at `near` stands before a frame, else -1."""
    span = width + STAMP_BYTES
    lanes = rows_of(data, places, span).view(np.uint8).reshape(-1, span)
    magics = lanes[:, STAMP_BYTES:]
    matches = (magics == MAGIC_V2) | (magics == MAGIC_V1)
    for place in _STEADY:
        matches &= lanes[:, place : place + width] == data[near + place]
    return first_matches(matches, places)


def _extras_of(msgids: NDArray[np.uint32]) -> NDArray[np.uint16]:
    return _EXTRAS.take(msgids, mode="clip")


def _sizes(magic: Bytes, lengths: Bytes, flags: Bytes, places: Places, end: int) -> NDArray[np.uint16]:
    """Sizes of records at ascending places; 0 where the magic, a flag or the end of the file forbid one."""
    is_v2 = magic == MAGIC_V2
    sizes = lengths.astype(np.uint16)
    sizes += STAMP_BYTES + HEAD_V2_BYTES + CHECKSUM_BYTES
    plain = is_v2 & (flags == 0)
    if not plain.all():
        is_v1 = magic == MAGIC_V1
        sizes[is_v1] -= HEAD_V2_BYTES - HEAD_V1_BYTES
        sizes[is_v2 & (flags == SIGNED_FLAG)] += SIGNATURE_BYTES
        sizes[~(is_v1 | (is_v2 & (flags <= SIGNED_FLAG)))] = 0
    late = int(places.searchsorted(end - MAX_RECORD_BYTES))
    if late < places.size:
        sizes[late:][places[late:] + sizes[late:] > end] = 0
    return sizes


def _are_good(window: Window, headers: FrameHeaders) -> Flags:
    """Checksums compared: of many frames together, where they lie one behind the other and are right; else of each."""
    good = headers.sizes > 0
    extras = _extras_of(headers.msgids)
    is_unknown = extras == _UNKNOWN
    ends = headers.starts + headers.sizes
    if is_unknown.any():
        good[is_unknown] &= _are_followed(window, ends[is_unknown])
    if headers.starts.size and headers.sizes.all() and np.array_equal(ends[:-1], headers.starts[1:]):
        behind = headers.payload_bytes.astype(np.uint16)
        behind += headers.head_bytes
        chain = Chain(headers.starts, behind, headers.sizes, extras, is_unknown)
        doubtful = list(wrong_blocks(window.bytes, chain))
    else:
        doubtful = [slice(None)]
    for rows in doubtful:
        _check_each(window, headers.chosen(rows), extras[rows], good[rows])
    return good


def _check_each(window: Window, headers: FrameHeaders, extras: NDArray[np.uint16], good: Flags) -> None:
    """Take back `good` where a checksum is wrong. Frames of nearly one length are compared at a time."""
    # whatever their version: bytes from behind the magic to the checksum; 16 bits: numpy sorts those by radix
    spans = headers.payload_bytes.astype(np.uint16)
    spans += headers.head_bytes
    spans -= STAMP_BYTES + 1
    # nought is never compared: no span of a frame is
    spans[(extras == _UNKNOWN) | ~good] = 0
    order = np.argsort(spans, kind="stable")
    for begin, end in _groups(np.bincount(spans)):
        group = order[begin:end]
        good[group] = _match(window.bytes, headers.starts[group], spans[group], extras[group])


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
            longest = 2 * span
        end += count
    if end > begin:
        yield begin, end


def _match(data: Bytes, starts: Places, spans: NDArray[np.uint16], extras: NDArray[np.uint16]) -> Flags:
    width = int(spans[-1]) + CHECKSUM_BYTES
    width += width % 2
    rows = rows_of(data, starts + (STAMP_BYTES + 1), width).view(np.uint8)
    behind = np.arange(0, rows.size, width)
    behind += spans
    written = rows.take(behind + 1).astype(np.uint16)
    written <<= 8
    written |= rows.take(behind)
    # the last checked byte is not in the frame
    rows[behind] = extras
    match: Flags = checksums(rows.reshape(-1, width), spans + np.uint16(1)) == written
    return match


def _are_followed(window: Window, ends: Places) -> Flags:
    magic = window.bytes.take(ends + STAMP_BYTES, mode="clip")
    followed: Flags = (magic == MAGIC_V2) | (magic == MAGIC_V1)
    followed &= ends < window.end - STAMP_BYTES
    followed |= ends >= window.end
    return followed


def _is_followed(window: Window, end: int) -> bool:
    return bool(_are_followed(window, np.array([end]))[0])
