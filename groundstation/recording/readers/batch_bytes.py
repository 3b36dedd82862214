# SPDX-License-Identifier: Apache-2.0
"""Frames that lie in batches all over a recording, as if they were the bytes of one telemetry log. One thread; no I/O.

Only what is looked at is unpacked, so that a recording may be larger than memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.record_walk import Bytes
from groundstation.transport.frame_batches import FrameBatch

FAR_S = 1.0
"""A bridge's clock further from the recorder's than this is another clock; less is the time on the way."""


class Batches:
    """Collects where the batches of one topic are."""

    def __init__(self) -> None:
        self._chunks, self._begins, self._sizes = array("Q"), array("Q"), array("Q")
        self._sessions: dict[str, int] = {}
        self._first_ns: list[int] = []
        """When each session was first heard."""
        self._session, self._seq = array("Q"), array("Q")
        self._offsets_s: dict[str, float] = {}

    def add(self, chunk: int, begin: int, batch: FrameBatch, log_ns: int) -> None:
        """One more batch.

        Args:
            chunk: number of the chunk that it is in.
            begin: where in the chunk's content its records begin.
            batch: it itself.
            log_ns: when it was received, nanoseconds since 1970.
        """
        self._chunks.append(chunk)
        self._begins.append(begin)
        self._sizes.append(len(batch.body))
        number = self._sessions.setdefault(batch.sid, len(self._sessions))
        if number == len(self._first_ns):
            self._first_ns.append(log_ns)
        self._first_ns[number] = min(self._first_ns[number], log_ns)
        self._session.append(number)
        self._seq.append(batch.seq)
        offset_s = log_ns / 1e9 - batch.ts / 1e3
        self._offsets_s[batch.sid] = min(self._offsets_s.get(batch.sid, offset_s), offset_s)

    @property
    def clock_offset_s(self) -> float:
        """Seconds from the clock of who stamped the frames to that of the recorder; 0 where they agree."""
        last = next(reversed(self._offsets_s.values()), 0.0)
        return last if abs(last) > FAR_S else 0.0

    def joined(self, content: Callable[[int], bytes]) -> BatchBytes:
        """All of them, session by session in the order of their numbers, late ones where they belong.

        Args:
            content: gives the content of a chunk.
        """
        firsts = np.array(self._first_ns, np.uint64)[np.asarray(self._session, np.int64)]
        order = np.lexsort((np.asarray(self._seq), np.asarray(self._session), firsts))
        columns = (self._chunks, self._begins, self._sizes)
        return BatchBytes(content, *(np.asarray(one, np.int64)[order] for one in columns))


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
