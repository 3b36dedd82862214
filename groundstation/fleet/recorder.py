# SPDX-License-Identifier: Apache-2.0
"""How recording goes, and how what was missed is asked for: the types that travel. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from groundstation.fleet.sample import Name, Whole
from groundstation.fleet.updates import ServiceUpdate


class RecorderState(Name):
    """What a recorder does."""

    UNKNOWN = "unknown"
    RECORDING = "recording"
    TROUBLE = "trouble"
    """What arrives can't be written; it is kept as long as memory allows."""
    ENDED = "ended"


class RecorderStatus(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A recorder's report on itself (topic `_recorder/<id>/conn`, once a second, and its MQTT will)."""

    state: RecorderState
    problem: str = ""
    """One line: what is wrong and what helps; empty when all is well."""
    warning: str = ""
    """One line: what will soon be wrong, such as a disk that is full in ten minutes; empty when nothing."""
    folder: str = ""
    """Where it records, on its own computer."""
    session: str = ""
    """Name of the session's folder."""
    elapsed_s: float | None = None
    """Time since the session began; None before."""
    vehicles: Whole = 0
    """Vehicles with a file."""
    messages: Whole = 0
    """Messages written."""
    size_bytes: Whole = 0
    """Bytes written."""
    waiting: Whole = 0
    """Messages that wait for the disk."""
    dropped: Whole = 0
    """Messages that memory could not keep while the disk did not take them; they are asked for again."""
    missing: Whole = 0
    """Numbered messages that did not come yet."""
    recovered: Whole = 0
    """Missing messages that came later."""
    lost: Whole = 0
    """Messages that never come: nobody has them any more."""
    implausible: Whole = 0
    """Numbers and times that can't be: forged, or a writer's fault; what carried them is recorded all the same."""
    large: Whole = 0
    """Payloads too large for memory that were put whole beside the session."""
    large_lost: Whole = 0
    """Such payloads of which only the beginning could be recorded."""
    large_dropped: Whole = 0
    """Such payloads that were deleted to make room for newer ones."""
    free_bytes: Whole | None = None
    """Room left on the disk; None when it can't be told."""
    left_s: float | None = None
    """Time until the disk is full at the present rate; None when nothing is written."""
    pid: Whole = 0
    """Process, on its own computer."""
    host: str = ""
    """That computer."""


class Missed(msgspec.Struct, frozen=True):
    """Numbers that a recorder missed, or what became of the request for them."""

    leaf: str
    """What the topic ends with."""
    sid: str
    """Session of the writer."""
    first: Whole
    last: Whole
    """Included."""
    found: Whole = 0
    """In an answer: how many of them were sent."""


class LateEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of these that could be had has been sent on `late/<leaf>`; the rest is gone (topic `late/end`)."""

    gaps: tuple[Missed, ...]


class Mark(msgspec.Struct, frozen=True):
    """How far one leaf is in one session."""

    leaf: str
    sid: str
    first: Whole
    """The earliest number that can still be had."""
    following: Whole
    """The number that the next message will have."""


class LateMarks(msgspec.Struct, frozen=True, kw_only=True):
    """How far each leaf is, so that a recorder sees what it misses at an end too (topic `late/marks`)."""

    marks: tuple[Mark, ...]


class StationSensors(msgspec.Struct, frozen=True, kw_only=True):
    """What else a station listens to (topic `_gs/<gid>/sensors`); recorders on the broker record it too."""

    filters: tuple[str, ...] = ()
    """Topic filters, byte for byte."""


SILENT_S = 3.5
"""A recorder that was not heard for so long is not believed any more; it reports once a second."""


class RecordingNow(msgspec.Struct, frozen=True, kw_only=True):
    """All recorders together, in the words of the worst."""

    is_recording: bool
    """True while at least one writes."""
    is_heard: bool = True
    """False when no recorder was heard lately."""
    elapsed_s: float | None = None
    """Time since the longest session began; None when nothing is written."""
    problem: str = ""
    """One line: what is wrong and what helps."""
    warning: str = ""
    """One line: what will soon be wrong."""


def recording_now(recorders: Iterable[ServiceUpdate], now_s: float) -> RecordingNow:
    """What is to be said about recording.

    Args:
        recorders: the newest report of each.
        now_s: seconds on this station's monotonic clock.
    """
    # a recorder that was killed says nothing more: its last word must not stand as REC for ever
    fresh = [one for one in recorders if now_s - one.received_s <= SILENT_S]
    if not fresh:
        return RecordingNow(is_recording=False, is_heard=False)
    writing = [one for one in fresh if one.content.state is RecorderState.RECORDING]
    # reports come once a second; the clock that is shown goes on between them
    elapsed = [one.content.elapsed_s + now_s - one.received_s for one in writing if one.content.elapsed_s is not None]
    return RecordingNow(
        is_recording=bool(writing),
        elapsed_s=max(elapsed, default=None),
        problem=next((one.content.problem for one in fresh if one.content.problem), ""),
        warning=next((one.content.warning for one in fresh if one.content.warning), ""),
    )
