# SPDX-License-Identifier: Apache-2.0
"""What a telemetry log holds: frames by system and message. Sans-I/O, one thread at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.dialect import DEFINITIONS
from groundstation.mavlink.frame_table import (
    MAX_RECORD_BYTES,
    MAX_US,
    MIN_US,
    STAMP_BYTES,
    FrameHeaders,
    read_frames,
    read_headers,
)
from groundstation.mavlink.frames import MAGIC_V1, MAGIC_V2
from groundstation.mavlink.record_index import (
    ByteSource,
    Found,
    RecordIndex,
    Slice,
    Span,
    Times,
    Told,
    believed_times,
    starts_of,
)
from groundstation.mavlink.record_walk import Places, Window, distinct

MAX_SPEAKERS = 2_000
"""Systems and components told apart; frames of further ones, which only an attack brings, are all the last one's."""
FEW_SPEAKERS = 4
"""So many new ones in a window are looked for one after the other."""
MAX_UNKNOWN = 128
"""Unknown message ids told apart; frames of further ones are all `OTHER_ID`."""
OTHER_ID = -1

_KNOWN = sorted(DEFINITIONS)
_KINDS = len(_KNOWN) + MAX_UNKNOWN + 1
"""Numbers for messages of one system: known ones, unknown ones as they came, and all the others."""
_NO_KIND = np.uint16(0xFFFF)
_KIND_OF = np.full(_KNOWN[-1] + 2, _NO_KIND, np.uint16)
_KIND_OF[_KNOWN] = np.arange(len(_KNOWN))


class Source(NamedTuple):
    """Whose and which message."""

    sysid: int
    msgid: int
    """`OTHER_ID` for unknown ones beyond `MAX_UNKNOWN`."""
    compid: int = 1
    """Of the component that sent it."""


class FrameIndex(RecordIndex):
    """The frames of one log.

    Args:
        data: shape (n,), uint8: the whole file; see `RecordIndex`.
        told: how far the first going-through is.
        least_us: the least that a stamp can be; 0 for those of a computer whose clock was not set.
    """

    wants_zeros = False
    keeps_times = True

    def __init__(self, data: ByteSource, told: Told | None = None, least_us: int = MIN_US) -> None:
        self._unknown: dict[int, int] = {}
        self._speakers: dict[int, int] = {}
        # noughts, since of these only those take memory, and time for it, that are touched
        self._speaker_of = np.zeros(1 << 16, np.int16)
        self._least_us = least_us
        super().__init__(data, MAX_RECORD_BYTES, told)
        self._codes = dict(sorted(zip(self._sources(self.spans), self.spans, strict=True)))
        self.sources: dict[Source, Span] = {one: self.spans[code] for one, code in self._codes.items()}
        """What there is, sorted by system."""

    def slices_of(
        self, source: Source, begin_us: float = -np.inf, end_us: float = np.inf, told: Told | None = None
    ) -> Iterator[Slice]:
        """The frames of a source; see `RecordIndex.slices`."""
        return self.slices(self._codes[source], begin_us, end_us, told)

    def slice_of_sources(self, sources: Sequence[Source]) -> Slice:
        """The frames of several sources; see `RecordIndex.slice_of_all`."""
        return self.slice_of_all([self._codes[one] for one in sources])

    def by_source(self) -> tuple[Window, Places, Times, dict[Source, slice]]:
        """All frames of a log that is short, those of one source together.

        Returns:
            What they are in, where they begin, their times in microseconds, and which of them are of which source, in
            the order in which they stand there.
        """
        window, starts, time_us = self.whole_by_kind()
        if time_us is None:
            raise AssertionError("a short log keeps its times")
        source_of = {code: one for one, code in self._codes.items()}
        return window, starts, time_us, {source_of[code]: rows for code, rows in self.bounds().items()}

    def frames(
        self, sysid: int | None = None, told: Told | None = None, compid: int | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """Time in microseconds and bytes of every frame, in the order of the file.

        Args:
            sysid: only of this system; None for all.
            told: how far it is.
            compid: only of this component of it; None for all.
        """
        for window, starts, _ in self.all_slices(told):
            headers = read_headers(window, starts)
            if sysid is not None:
                headers = headers.chosen(headers.sysids == sysid)
            if compid is not None:
                headers = headers.chosen(headers.compids == compid)
            data = window.bytes.tobytes()
            columns = (headers.time_us, headers.starts + STAMP_BYTES, headers.starts + headers.sizes)
            for time_us, begin, end in zip(*(one.tolist() for one in columns), strict=True):
                yield time_us, data[begin:end]

    def placed(self) -> Iterator[tuple[int, FrameHeaders]]:
        """Every believed frame in the order of the file, window by window: where it begins, and the headers in it."""
        for part in self._parts:
            starts = np.sort(starts_of(self._whole(part))).astype(np.int64)
            yield part.begin, read_headers(self._window(part.begin), starts)

    def _find(self, window: Window, last_us: int | None) -> Found:
        headers, found = read_frames(window, 0, self._least_us)
        # speaker and message in one number, so that one sort puts a source together
        pairs = headers.sysids.astype(np.uint16)
        pairs <<= 8
        pairs |= headers.compids
        codes = self._numbers_of(pairs).astype(np.int32)
        codes *= _KINDS
        codes += self._kinds(headers.msgids)
        believed = believed_times(headers.time_us, last_us, self._least_us, MAX_US)
        return Found(codes, headers.time_us, headers.starts, believed, found.gaps, found.end)

    def _numbers_of(self, pairs: NDArray[np.uint16]) -> NDArray[np.int16]:
        """A number for each speaker, which is a system and a component, in the order in which they came."""
        found = self._speaker_of.take(pairs)
        said = pairs[found == 0] if self._speakers else pairs
        if said.size:
            # most logs have a handful: they are taken out one by one, which needs no sorting
            for _ in range(FEW_SPEAKERS):
                if said.size:
                    self._add_speaker(said.item(0))
                    said = said[said != said[0]]
            for pair in distinct(said).tolist():
                self._add_speaker(pair)
            found = self._speaker_of.take(pairs)
        found -= 1
        return found

    def _add_speaker(self, pair: int) -> None:
        # kept apart only so far: noise makes up as many speakers as there are numbers
        known = pair if len(self._speakers) < MAX_SPEAKERS else next(reversed(self._speakers))
        self._speaker_of[pair] = self._speakers.setdefault(known, len(self._speakers)) + 1

    def _kinds(self, msgids: NDArray[np.uint32]) -> NDArray[np.uint16]:
        # ids beyond the table are clipped to its last row, which says unknown
        kinds = _KIND_OF.take(msgids, mode="clip")
        strange = kinds == _NO_KIND
        if strange.any():
            kinds[strange] = [self._unknown_kind(msgid) for msgid in msgids[strange].tolist()]
        return kinds

    def _unknown_kind(self, msgid: int) -> int:
        if msgid not in self._unknown and len(self._unknown) < MAX_UNKNOWN:
            self._unknown[msgid] = len(_KNOWN) + len(self._unknown)
        return self._unknown.get(msgid, _KINDS - 1)

    def _sources(self, codes: Iterable[int]) -> Iterator[Source]:
        """What codes stand for."""
        pairs, msgids = list(self._speakers), [*_KNOWN, *self._unknown]
        for code in codes:
            speaker, kind = divmod(code, _KINDS)
            pair = pairs[speaker]
            yield Source(pair >> 8, msgids[kind] if kind < len(msgids) else OTHER_ID, pair & 0xFF)


def is_cut_record(tail: bytes) -> bool:
    """Whether bytes at the end of a file are the beginning of a record that goes on.

    Args:
        tail: what is behind the last record.
    """
    if not tail or len(tail) >= MAX_RECORD_BYTES:
        return False
    stamp, frame = tail[:STAMP_BYTES], tail[STAMP_BYTES:]
    low_us = int.from_bytes(stamp.ljust(STAMP_BYTES, b"\0"), "big")
    # a stamp that is cut can still be anything between zeros and ones behind it
    high_us = int.from_bytes(stamp.ljust(STAMP_BYTES, b"\xff"), "big")
    return high_us >= MIN_US and low_us <= MAX_US and (not frame or frame[0] in (MAGIC_V1, MAGIC_V2))
