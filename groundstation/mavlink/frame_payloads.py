# SPDX-License-Identifier: Apache-2.0
"""The payloads of a short telemetry log, for who reads all of it message by message. Sans-I/O, one thread at a time.

Each step of numpy costs as much for one frame as for hundreds, and a short log has hundreds of each of its dozens of
messages: so times, lengths and places are read of all frames at once, and a message takes its part of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.frame_columns import Payloads, payload_columns
from groundstation.mavlink.frame_index import FrameIndex, Source
from groundstation.mavlink.frame_table import HEAD_V1_BYTES, HEAD_V2_BYTES, STAMP_BYTES
from groundstation.mavlink.frames import MAGIC_V1


class FramePayloads:
    """All frames of a log, those of one source together.

    Args:
        index: of a log that is short, with at least one frame.
    """

    def __init__(self, index: FrameIndex) -> None:
        window, starts, time_us, self._rows = index.by_source()
        self._data = data = window.bytes
        self._time_s = time_us / 1e6
        self._begins = starts + (STAMP_BYTES + HEAD_V2_BYTES)
        self._lengths = lengths = data.take(starts + (STAMP_BYTES + 1))
        is_v1 = data.take(starts + STAMP_BYTES) == MAGIC_V1
        if is_v1.any():
            self._begins -= is_v1 * (HEAD_V2_BYTES - HEAD_V1_BYTES)
        firsts = [one.start for one in self._rows.values()]
        extremes = (np.minimum.reduceat(lengths, firsts).tolist(), np.maximum.reduceat(lengths, firsts).tolist())
        self._extremes = dict(zip(self._rows, zip(*extremes, strict=True), strict=True))

    def columns(self, sources: Sequence[Source]) -> tuple[NDArray[np.float64], dict[str, NDArray[Any]]]:
        """What sources say in one message that the dialect has, one source after the other.

        Args:
            sources: at least one.

        Returns:
            Times in seconds, shape (n,), and columns as `frame_columns.payload_columns` has them. Whoever has them may
            change them, if each source is asked for once.
        """
        first = sources[0]
        # of a single one nothing is copied
        if len(sources) == 1:
            rows, (shortest, longest) = self._rows[first], self._extremes[first]
            payloads = Payloads(self._data, self._begins[rows], self._lengths[rows], shortest, longest)
            return self._time_s[rows], payload_columns(first.msgid, payloads)
        extremes = [self._extremes[one] for one in sources]
        payloads = Payloads(
            self._data,
            self._together(self._begins, sources),
            self._together(self._lengths, sources),
            min(shortest for shortest, _ in extremes),
            max(longest for _, longest in extremes),
        )
        return self._together(self._time_s, sources), payload_columns(first.msgid, payloads)

    def _together(self, column: NDArray[Any], sources: Sequence[Source]) -> NDArray[Any]:
        return np.concatenate([column[self._rows[one]] for one in sources])
