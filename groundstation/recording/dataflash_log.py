# SPDX-License-Identifier: Apache-2.0
"""ArduPilot's binary DataFlash logs (`.bin`) behind `recording/log.py`. One thread at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.record_index import Times
from groundstation.mavlink.record_walk import rows_of
from groundstation.recording.dataflash_facts import DataflashFacts
from groundstation.recording.dataflash_format import TIME_STEPS_US, MessageFormat
from groundstation.recording.dataflash_index import DataflashIndex, is_cut_record
from groundstation.recording.dataflash_values import DataflashColumns
from groundstation.recording.log import (
    Columns,
    Damage,
    FrameRecord,
    LogError,
    LogFormat,
    LogInfo,
    Progress,
)
from groundstation.recording.log_lookup import find_message, gap_damage, wanted_fields
from groundstation.recording.mapped_file import MappedFile


class DataflashLog:
    """An open DataFlash log.

    Args:
        path: of the file.
        on_progress: told how far the first reading is; may cancel.

    Raises:
        LogError: it can't be read, or there is no record in it.
        CancelledError: by `on_progress`.
    """

    def __init__(self, path: Path, on_progress: Progress | None = None) -> None:
        self._file = MappedFile(path)
        try:
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
            )
        except BaseException:
            self.close()
            raise

    @property
    def info(self) -> LogInfo:
        """What is in it and what is damaged."""
        return self._info

    def columns(
        self,
        message: str,
        fields: Sequence[str] | None = None,
        *,
        vehicle: str | None = None,
        begin_s: float | None = None,
        end_s: float | None = None,
        on_progress: Progress | None = None,
    ) -> Columns:
        """Values of a message as arrays; see `recording.log.Log.columns`."""
        kind = find_message(self._info, message, vehicle)
        names = wanted_fields(kind, fields)
        offset_s = self._facts.offset_s
        begin_us = -np.inf if begin_s is None else (begin_s - offset_s) * 1e6
        end_us = np.inf if end_s is None else (end_s - offset_s) * 1e6
        time_us, values = self._collect(message, names, begin_us, end_us, on_progress)
        return Columns(
            message=message,
            vehicle=kind.vehicle,
            time_s=time_us / 1e6 + offset_s,
            values=values.values(),
            units={one.name: one.unit for one in kind.fields if one.unit is not None and one.name in names},
        )

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:
        """None: there are no frames in a DataFlash log."""
        del vehicle, on_progress
        return iter(())

    def close(self) -> None:
        """Give the file back."""
        self._index = DataflashIndex(np.empty(0, np.uint8))
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, message: str, names: Sequence[str]) -> tuple[Times, dict[str, NDArray[Any]]]:
        time_us, found = self._collect(message, names, -np.inf, np.inf, None)
        return time_us, found.values()

    def _collect(
        self, message: str, names: Sequence[str], begin_us: float, end_us: float, told: Progress | None
    ) -> tuple[Times, DataflashColumns]:
        one = self._messages[message]
        found = DataflashColumns(one, names, self._index.spans[one.type].records)
        times: list[Times] = [np.empty(0, np.uint64)]
        step_us = TIME_STEPS_US[one.time_field] if one.time_field is not None else 0
        for window, starts, lent_us in self._index.slices(one.type, begin_us, end_us, told):
            rows = rows_of(window.bytes, starts, one.size_bytes).view(one.dtype)
            time_us = rows[one.time_field].astype(np.uint64) * np.uint64(step_us) if lent_us is None else lent_us
            if begin_us > -np.inf or end_us < np.inf:
                wanted = (time_us >= begin_us) & (time_us < end_us)
                rows, time_us = rows[wanted], time_us[wanted]
            found.add(rows)
            times.append(time_us)
        return np.concatenate(times), found

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
