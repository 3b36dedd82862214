# SPDX-License-Identifier: Apache-2.0
"""The stamps of a telemetry log put right where the computer that wrote it had no clock, or set it meanwhile. Pure.

A vehicle's own clock since boot runs on whatever a computer's does. Where the two step apart, the computer's clock was
set: all stamps then count from the clock that knew the date, else from the vehicle's start.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.flight import TimeBase
from groundstation.logs.readers.array_log import Excerpt
from groundstation.logs.readers.frame_messages import collect
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.frame_index import FrameIndex, Source
from groundstation.mavlink.frame_table import MAX_US, MIN_US, STAMP_BYTES, FrameHeaders
from groundstation.mavlink.record_index import ByteSource, Told
from groundstation.mavlink.record_walk import Flags

STEP_US = 10_000_000
"""A link holds frames back for less."""
CLOCKS = ("SYSTEM_TIME", "GLOBAL_POSITION_INT", "ATTITUDE", "LOCAL_POSITION_NED")
"""Messages that tell it."""
BOOT, UTC = "time_boot_ms", "time_unix_usec"
_CLOCK_IDS = frozenset(MSGIDS[name] for name in CLOCKS)


class Stamps(NamedTuple):
    """A log whose stamps make sense."""

    frames: FrameIndex
    base: TimeBase
    """What they count from."""
    steps: int
    """How often the computer's clock was set."""


class _Told(NamedTuple):
    """What a vehicle's clock said, in the order of the file; arrays of shape (n,)."""

    source: Source
    stamp_us: NDArray[np.int64]
    boot_us: NDArray[np.int64]
    utc_us: NDArray[np.int64]
    """0 for unknown."""


def read_stamps(data: ByteSource, told: Told | None = None) -> Stamps:
    """Find the frames of a telemetry log, and times for them.

    Args:
        data: the whole file.
        told: how far it is.
    """
    index = frames_in(data, told)
    clock = _clock(index)
    if clock is None:
        is_set = not any(one.first_us < MIN_US for one in index.sources.values())
        return Stamps(index, TimeBase.UTC if is_set else TimeBase.UNSET, 0)
    steps = _steps(clock)
    is_set = bool((clock.stamp_us >= MIN_US).any())
    if is_set and not steps.size:
        return Stamps(index, TimeBase.UTC, 0)
    shifts_us, base = _shifts(clock, steps)
    return Stamps(FrameIndex(_put_right(index, data, clock, steps, shifts_us), told, least_us=0), base, steps.size)


def frames_in(data: ByteSource, told: Told | None = None) -> FrameIndex:
    """The frames behind stamps, those of a computer whose clock was not set included.

    Args:
        data: see `read_stamps`.
        told: how far it is.
    """
    index = FrameIndex(data, told)
    if index.sources and not index.refused_times:
        return index
    # stamps of 1970 look like damage until they are asked for
    anyhow = FrameIndex(data, told, least_us=0)
    return anyhow if _count(anyhow) > _count(index) else index


def _count(index: FrameIndex) -> int:
    return sum(one.records for one in index.sources.values())


def _clock(index: FrameIndex) -> _Told | None:
    """The vehicle's clock by the message that tells it with the least work; None where nothing tells it."""
    clocks = [one for one in index.sources if one.msgid in _CLOCK_IDS and index.sources[one].records > 1]
    if not clocks:
        return None
    said: Counter[int] = Counter()
    for one, span in index.sources.items():
        said[one.sysid] += span.records
    sysid = max({one.sysid for one in clocks}, key=lambda one: said[one])
    source = min((one for one in clocks if one.sysid == sysid), key=lambda one: index.sources[one].records)
    names = (BOOT, UTC) if source.msgid == MSGIDS["SYSTEM_TIME"] else (BOOT,)
    times, values = collect(index, [source], Excerpt(names))
    utc_us = values[UTC].astype(np.int64) if UTC in values else np.zeros(times.size, np.int64)
    # an autopilot may send it before it knows the date
    utc_us = np.where((utc_us >= MIN_US) & (utc_us <= MAX_US), utc_us, 0)
    return _Told(source, times.astype(np.int64), values[BOOT].astype(np.int64) * 1000, utc_us)


def _steps(clock: _Told) -> NDArray[np.int64]:
    """Rows before which the computer's clock was set. A vehicle that restarted tells nothing of it."""
    by_stamp, by_boot = np.diff(clock.stamp_us), np.diff(clock.boot_us)
    apart = np.abs(by_stamp - by_boot)
    # time that is simulated runs faster or slower all the time
    return np.flatnonzero((by_boot >= 0) & (apart > np.maximum(STEP_US, by_boot))) + 1


def _shifts(clock: _Told, steps: NDArray[np.int64]) -> tuple[NDArray[np.int64], TimeBase]:
    """What is added to the stamps of each stretch, and what they count from then."""
    begins = np.append(0, steps)
    before = begins[1:] - 1
    jumps = (clock.stamp_us[steps] - clock.stamp_us[before]) - (clock.boot_us[steps] - clock.boot_us[before])
    # so that all run on as the first stretch does
    shifts = -np.append(0, np.cumsum(jumps))
    stretch = np.searchsorted(begins, np.arange(clock.stamp_us.size), side="right") - 1
    knows = np.flatnonzero(clock.utc_us)
    if knows.size:
        at = knows[0]
        return shifts + (clock.utc_us[at] - clock.stamp_us[at] - shifts[stretch[at]]), TimeBase.UTC
    dated = np.flatnonzero(clock.stamp_us >= MIN_US)
    if dated.size:
        # a clock is set in order to be right: the last one counts
        return shifts - shifts[stretch[dated[-1]]], TimeBase.UTC
    return shifts + (clock.boot_us[0] - clock.stamp_us[0]), TimeBase.BOOT


def _put_right(
    index: FrameIndex, data: ByteSource, clock: _Told, steps: NDArray[np.int64], shifts_us: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """The file with other stamps."""
    placed = [(begin + one.starts, one.time_us.astype(np.int64), _is_of(one, clock)) for begin, one in index.placed()]
    places, stamps, is_clock = (np.concatenate(one) for one in zip(*placed, strict=True))
    rows = np.flatnonzero(is_clock)
    edges = [_edge(stamps, int(rows[step - 1]), int(rows[step])) for step in steps.tolist()]
    stretch = np.searchsorted(edges, np.arange(places.size), side="right")
    right = np.maximum(stamps + shifts_us[stretch], 0).astype(">u8").view(np.uint8).reshape(-1, STAMP_BYTES)
    # a copy, since the file itself is mapped for reading
    found = np.array(data[0 : data.size])
    for byte in range(STAMP_BYTES):
        found[places + byte] = right[:, byte]
    return found


def _is_of(headers: FrameHeaders, clock: _Told) -> Flags:
    source = clock.source
    found: Flags = (headers.sysids == source.sysid) & (headers.compids == source.compid)
    found &= headers.msgids == source.msgid
    return found


def _edge(stamps: NDArray[np.int64], before: int, after: int) -> int:
    """The first frame behind a step, which lies between two words of the vehicle's clock."""
    # where its stamps jump most
    return before + 1 + int(np.abs(np.diff(stamps[before : after + 1])).argmax())
