# SPDX-License-Identifier: Apache-2.0
"""Telemetry logs (tlog) behind `logs/log.py`. One thread at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import Progress
from groundstation.logs.log import FrameRecord, LogError, LogFormat, LogInfo, MessageInfo
from groundstation.logs.log_lookup import find_vehicle, gap_damage
from groundstation.logs.readers.array_log import ArrayLog, Excerpt, Values, Whole
from groundstation.logs.readers.columns_together import ColumnsTogether
from groundstation.logs.readers.frame_messages import collect, crew_of, message_infos, speaker_of
from groundstation.logs.readers.stamp_clock import read_stamps
from groundstation.mavlink.frame_index import FrameIndex, is_cut_record
from groundstation.mavlink.record_index import Times

_NOTHING = FrameIndex(np.empty(0, np.uint8))
"""Of a log that is closed."""


class TlogLog(ArrayLog):
    """An open tlog; there is a frame in it."""

    def _open(self, path: Path, on_progress: Progress | None) -> None:
        self._index, self._base, self._steps = read_stamps(self._file.bytes, on_progress)
        _check(self._index, path)
        self._crew = crew_of(self._index)
        self._together = ColumnsTogether(self._index)
        self._info = self._make_info(path)

    def _let_go(self) -> None:
        self._index = _NOTHING
        self._together = ColumnsTogether(_NOTHING)

    def _clock_offset_s(self) -> float:
        return 0.0

    def _collect(self, vehicle: str, message: str, wanted: Excerpt) -> tuple[Times, Values]:
        return collect(self._index, self._crew.messages[vehicle, message], wanted)

    def _whole(self, kind: MessageInfo) -> Whole | None:
        sources = self._crew.messages[kind.vehicle, kind.name]
        return self._together.take(sources[0]) if len(sources) == 1 else None

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:
        """The MAVLink frames in order of the file; see `logs.log.Log.frames`."""
        sysid, compid = (None, None) if vehicle is None else speaker_of(find_vehicle(self._info, vehicle).id)
        for time_us, raw in self._index.frames(sysid, on_progress, compid):
            yield FrameRecord(time_us, raw)

    def _make_info(self, path: Path) -> LogInfo:
        spans = self._index.sources.values()
        return LogInfo(
            path=str(path),
            format=LogFormat.TLOG,
            size_bytes=self._file.size_bytes,
            time_base=self._base,
            begin_s=min((one.first_us for one in spans), default=0) / 1e6 if spans else None,
            end_s=max((one.last_us for one in spans), default=0) / 1e6 if spans else None,
            vehicles=self._crew.vehicles,
            messages=message_infos(self._index, self._crew),
            damage=gap_damage(self._index, self._file.size_bytes, is_cut_record),
            notes=_notes(self._base, self._steps),
        )


def _check(index: FrameIndex, path: Path) -> None:
    # frames with absurd times are frames: then it is a telemetry log, if a damaged one
    if not index.sources and not index.refused_times:
        raise LogError(
            f"{path} is no telemetry log: there is no MAVLink frame behind a time in it; choose another file"
        )


def _notes(base: TimeBase, steps: int) -> tuple[str, ...]:
    found = []
    if base is not TimeBase.UTC:
        found.append("the date is not known: the computer that wrote this had no clock")
    if steps:
        often = "once" if steps == 1 else f"{steps} times"
        found.append(f"the clock of the computer that wrote this was set {often}; the vehicle's own carries the times")
    return tuple(found)
