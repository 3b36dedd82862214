# SPDX-License-Identifier: Apache-2.0
"""One message of many vehicles read at once: what a reading costs besides its bytes is then paid once. One thread."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.logs.readers.array_log import Values, Whole
from groundstation.mavlink.dialect import DEFINITIONS
from groundstation.mavlink.frame_columns import row_bytes, text_names, texts
from groundstation.mavlink.frame_index import FrameIndex, Source
from groundstation.mavlink.frame_payloads import FramePayloads

FEW = 2
"""So many messages are read by themselves; who asks for more is taken for one who asks for all."""
KEPT_BYTES = 32 << 20
"""Of columns that are there and were not asked for yet."""


class _Ready(NamedTuple):
    """What was read of a source."""

    time_s: NDArray[np.float64]
    """Of all that were read together."""
    values: Values
    """The same; texts are bytes."""
    rows: slice
    """Which of them are this source's."""
    size_bytes: int
    """Of these."""


class ColumnsTogether:
    """Whole messages by their source, for who reads all of a short log; who asks for few only pays for these.

    Args:
        index: of the frames.
    """

    def __init__(self, index: FrameIndex) -> None:
        self._index = index
        self._sources: dict[int, list[Source]] = {}
        # in a long log the bytes cost more
        for one in index.sources if index.is_short else ():
            # what is unknown has one column, and is rare
            if one.msgid in DEFINITIONS:
                self._sources.setdefault(one.msgid, []).append(one)
        self._alone: set[Source] = set()
        self._ready: dict[Source, _Ready] = {}
        self._kept = 0
        self._payloads: FramePayloads | None = None

    def take(self, source: Source) -> Whole | None:
        """All columns of what a source says in a message that the dialect has.

        Returns:
            Times in seconds and columns, which are nobody else's; None where it must be read by itself.
        """
        if source in self._alone or len(self._alone) < FEW:
            self._alone.add(source)
            return None
        if source.msgid in self._sources:
            if self._payloads is None:
                self._index.fetch()
                self._payloads = FramePayloads(self._index)
            # what was given is not asked for again
            wanted = [one for one in self._sources.pop(source.msgid) if one not in self._alone]
            if wanted == [source]:
                time_s, values = self._payloads.columns(wanted)
                return time_s, _with_texts(source.msgid, values)
            self._read(self._payloads, wanted)
        # given once: what somebody has he may change
        ready = self._ready.pop(source, None)
        if ready is None:
            return None
        self._kept -= ready.size_bytes
        values = {name: column[ready.rows] for name, column in ready.values.items()}
        return ready.time_s[ready.rows], _with_texts(source.msgid, values)

    def _read(self, payloads: FramePayloads, sources: list[Source]) -> None:
        ends = list(accumulate(self._index.sources[one].records for one in sources))
        size = row_bytes(sources[0].msgid)
        if self._kept + ends[-1] * size > KEPT_BYTES:
            return
        self._kept += ends[-1] * size
        time_s, values = payloads.columns(sources)
        for source, begin, end in zip(sources, [0, *ends], ends, strict=False):
            self._ready[source] = _Ready(time_s, values, slice(begin, end), (end - begin) * size)


def _with_texts(msgid: int, values: Values) -> Values:
    for name in text_names(msgid):
        values[name] = texts(values[name])
    return values
