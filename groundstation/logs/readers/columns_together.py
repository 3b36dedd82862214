# SPDX-License-Identifier: Apache-2.0
"""One message of many vehicles read at once: what a reading costs besides its bytes is then paid once. One thread."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from groundstation.logs.readers.array_log import Whole
from groundstation.mavlink.dialect import DEFINITIONS
from groundstation.mavlink.frame_columns import FrameColumns, names_of
from groundstation.mavlink.frame_index import FrameIndex, Source

FEW = 2
"""So many messages are read by themselves; who asks for more is taken for one who asks for all."""
KEPT_BYTES = 32 << 20
"""Of columns that are there and were not asked for yet."""


class _Ready(NamedTuple):
    """What was read of a source."""

    columns: FrameColumns
    """Of all that were read together."""
    rows: slice
    """Which of them are this source's."""


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
        self._is_fetched = False

    def take(self, source: Source) -> Whole | None:
        """All columns of what a source says in a message that the dialect has.

        Returns:
            Times in seconds and columns, which are nobody else's; None where it must be read by itself.
        """
        if source in self._alone or len(self._alone) < FEW:
            self._alone.add(source)
            return None
        if source.msgid in self._sources:
            if not self._is_fetched:
                self._index.fetch()
                self._is_fetched = True
            # what was given is not asked for again
            wanted = [one for one in self._sources.pop(source.msgid) if one not in self._alone]
            if wanted == [source]:
                return self._read_one(source)
            self._read(wanted)
        # given once: what somebody has he may change
        ready = self._ready.pop(source, None)
        if ready is None:
            return None
        columns, rows = ready
        self._kept -= (rows.stop - rows.start) * columns.row_bytes
        return columns.time_s(rows), columns.values(rows)

    def _read_one(self, source: Source) -> Whole:
        window, starts, _ = next(self._index.slices_of(source))
        columns = FrameColumns(source.msgid, names_of(source.msgid), starts.size)
        columns.add(window, starts)
        return columns.time_s(), columns.values()

    def _read(self, sources: list[Source]) -> None:
        msgid = sources[0].msgid
        ends = list(accumulate(self._index.sources[one].records for one in sources))
        columns = FrameColumns(msgid, names_of(msgid), ends[-1])
        if self._kept + ends[-1] * columns.row_bytes > KEPT_BYTES:
            return
        self._kept += ends[-1] * columns.row_bytes
        window, starts, _ = self._index.slice_of_sources(sources)
        columns.add(window, starts)
        for source, begin, end in zip(sources, [0, *ends], ends, strict=False):
            self._ready[source] = _Ready(columns, slice(begin, end))
