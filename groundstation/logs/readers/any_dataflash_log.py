# SPDX-License-Identifier: Apache-2.0
"""What ArduPilot's DataFlash logs have in common, binary or text: their facts and their clock. One thread at a time."""

from __future__ import annotations

from collections.abc import Sequence

from groundstation.logs.readers.array_log import ArrayLog, Excerpt, Values
from groundstation.logs.readers.dataflash_facts import VEHICLE, DataflashFacts
from groundstation.mavlink.record_index import RecordIndex, Times


class AnyDataflashLog(ArrayLog):
    """An open DataFlash log; whoever opens it sets its index and its facts."""

    _index: RecordIndex
    _facts: DataflashFacts

    def _clock_offset_s(self) -> float:
        return self._facts.offset_s

    def _has_times(self) -> bool:
        return self._index.has_times

    def _read(self, message: str, names: Sequence[str]) -> tuple[Times, Values]:
        return self._collect(VEHICLE, message, Excerpt(names))
