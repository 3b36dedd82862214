# SPDX-License-Identifier: Apache-2.0
"""Frames that lie in batches all over a recording, as if they were the bytes of one telemetry log. One thread; no I/O.

Only what is looked at is unpacked, so that a recording may be larger than memory.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.frame_table import MAX_US, MIN_US
from groundstation.mavlink.record_walk import Bytes
from groundstation.transport.frame_batches import FrameBatch

FAR_S = 1.0
"""A bridge's clock further from the recorder's than this is another clock; less is the time on the way."""
MIN_MS, MAX_MS = MIN_US // 1000, MAX_US // 1000
"""What shows another time is no clock."""


class Batches:
    """Collects where the batches of one topic are."""

    def __init__(self) -> None:
        self._chunks, self._begins, self._sizes = array("Q"), array("Q"), array("Q")
        self._sessions: dict[str, int] = {}
        self._session, self._seq, self._log_ns = array("Q"), array("Q"), array("Q")
        self._offsets_s: list[float] = []
        """By session."""

    def add(self, chunk: int, begin: int, batch: FrameBatch, log_ns: int) -> None:
        """One more batch.

        Args:
            chunk: number of the chunk that it is in.
            begin: where in the chunk's content its records begin.
            batch: it itself.
            log_ns: when it was received, nanoseconds since 1970.
        """
        number = self._sessions.setdefault(batch.sid, len(self._sessions))
        for column, value in (
            (self._chunks, chunk),
            (self._begins, begin),
            (self._sizes, len(batch.body)),
            (self._session, number),
            (self._seq, batch.seq),
            (self._log_ns, log_ns),
        ):
            column.append(value)
        if number == len(self._offsets_s):
            self._offsets_s.append(math.inf)
        if MIN_MS <= batch.ts < MAX_MS:
            # the least of a session is that of the message that was on its way for the shortest time
            self._offsets_s[number] = min(self._offsets_s[number], log_ns / 1e9 - batch.ts / 1e3)

    def joined(
        self, content: Callable[[int], bytes], *, has_one_clock: bool = False
    ) -> Iterator[tuple[float, BatchBytes]]:
        """All of them, those of one clock together: each session in the order of its numbers, sessions in that of time.

        Args:
            content: gives the content of a chunk.
            has_one_clock: whether they are all by the recorder's clock, whatever they say.

        Yields:
            Seconds from the clock of who stamped the frames to that of the recorder, 0 where they agree; and the bytes.
        """
        order, session = self._order()
        columns = [np.asarray(one, np.int64)[order] for one in (self._chunks, self._begins, self._sizes)]
        offsets_s = np.array([0.0 if has_one_clock or not _is_far(one) else one for one in self._offsets_s])
        for offset_s in dict.fromkeys(offsets_s.tolist()):
            is_of_it = offsets_s[session] == offset_s
            yield float(offset_s), BatchBytes(content, *(one[is_of_it] for one in columns))

    def _order(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """The order of the batches, and the session of each in it; a late one stands behind the number before it."""
        session, seq, log_ns = (np.asarray(one, np.uint64) for one in (self._session, self._seq, self._log_ns))
        # the last key of `lexsort` counts first
        by_number = np.lexsort((seq, session))
        ends = np.flatnonzero(np.diff(session[by_number])) + 1
        parts = [np.maximum.accumulate(one) for one in np.split(log_ns[by_number], ends)]
        order = by_number[np.argsort(np.concatenate(parts), kind="stable")]
        return order, session[order]


def _is_far(offset_s: float) -> bool:
    return FAR_S < abs(offset_s) < math.inf


class BatchBytes:
    """Bytes that are put together when they are looked at.

    Args:
        content: gives the content of a chunk.
        chunks: shape (n,), numbers of chunks.
        begins: shape (n,), first byte of each part in its chunk.
        sizes: shape (n,), bytes of each part.
    """

    def __init__(
        self,
        content: Callable[[int], bytes],
        chunks: NDArray[np.int64],
        begins: NDArray[np.int64],
        sizes: NDArray[np.int64],
    ) -> None:
        self._content, self._chunks, self._begins = content, chunks, begins
        self._ends = np.cumsum(sizes)
        self._sizes = sizes
        self.size = int(self._ends[-1]) if sizes.size else 0
        """Bytes in all."""

    def __getitem__(self, wanted: slice) -> Bytes:
        begin, end, _ = wanted.indices(self.size)
        first = int(np.searchsorted(self._ends, begin, side="right"))
        parts = []
        for number in range(first, len(self._ends)):
            from_byte = int(self._ends[number] - self._sizes[number])
            if from_byte >= end:
                break
            start = int(self._begins[number])
            part = self._content(int(self._chunks[number]))[start : start + int(self._sizes[number])]
            parts.append(part[max(begin - from_byte, 0) : end - from_byte])
        return np.frombuffer(b"".join(parts), np.uint8)
