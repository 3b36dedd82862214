# SPDX-License-Identifier: Apache-2.0
"""ArduPilot's binary DataFlash logs (`.bin`) behind `logs/log.py`. One thread at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from groundstation.fleet.progress import Progress
from groundstation.logs.log import Damage, LogError, LogFormat
from groundstation.logs.log_lookup import gap_damage
from groundstation.logs.readers.any_dataflash_log import AnyDataflashLog
from groundstation.logs.readers.array_log import Excerpt, Values
from groundstation.logs.readers.dataflash_facts import DataflashFacts
from groundstation.logs.readers.dataflash_format import TIME_STEPS_US, MessageFormat
from groundstation.logs.readers.dataflash_index import DataflashIndex, is_cut_record
from groundstation.logs.readers.dataflash_values import DataflashColumns
from groundstation.mavlink.record_index import Times
from groundstation.mavlink.record_walk import rows_of


class DataflashLog(AnyDataflashLog):
    """An open DataFlash log; there is a record in it."""

    _index: DataflashIndex

    def _open(self, path: Path, on_progress: Progress | None) -> None:
        self._index = DataflashIndex(self._file.bytes, on_progress)
        _check(self._index, path)
        self._messages = _named(self._index)
        self._facts = DataflashFacts(self._messages, self._read)
        self._info = self._facts.info(
            path,
            LogFormat.DATAFLASH,
            self._file.size_bytes,
            {name: self._index.spans[one.type] for name, one in self._messages.items()},
            self._damage(),
            has_times=self._index.has_times,
        )

    def _let_go(self) -> None:
        # the index looks into the file, which could not be closed
        self._index = DataflashIndex(np.empty(0, np.uint8))

    def _collect(self, vehicle: str, message: str, wanted: Excerpt) -> tuple[Times, Values]:
        del vehicle
        one = self._messages[message]
        found = DataflashColumns(one, wanted.names, self._index.spans[one.type].records)
        # `concatenate` needs one part at least, and there may be no record in the span
        times: list[Times] = [np.empty(0, np.uint64)]
        step_us = TIME_STEPS_US[one.time_field] if one.time_field is not None else 0
        for window, starts, lent_us in self._index.slices(one.type, wanted.begin_us, wanted.end_us, wanted.told):
            rows = rows_of(window.bytes, starts, one.size_bytes).view(one.dtype)
            time_us = rows[one.time_field].astype(np.uint64) * np.uint64(step_us) if lent_us is None else lent_us
            if not wanted.is_whole:
                taken = wanted.takes(time_us)
                rows, time_us = rows[taken], time_us[taken]
            found.add(rows)
            times.append(time_us)
        return np.concatenate(times), found.values()

    def _damage(self) -> Damage:
        return gap_damage(self._index, self._file.size_bytes, lambda tail: is_cut_record(self._index, tail))


def _check(index: DataflashIndex, path: Path) -> None:
    if not index.spans:
        raise LogError(f"{path} is no DataFlash log: there is no record with a known format in it; choose another")


def _named(index: DataflashIndex) -> dict[str, MessageFormat]:
    """Formats by the name of their message, told apart by the type where two have one name."""
    found: dict[str, MessageFormat] = {}
    for kind in index.spans:
        one = index.formats[kind]
        found[one.name if one.name not in found else f"{one.name}[{kind}]"] = one
    return found
