# SPDX-License-Identifier: Apache-2.0
"""Telemetry logs (tlog) behind `recording/log.py`. One thread at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS
from groundstation.mavlink.frame_columns import FrameColumns, field_shapes, units
from groundstation.mavlink.frame_index import OTHER_ID, FrameIndex, Source, is_cut_record
from groundstation.mavlink.frame_table import read_headers
from groundstation.mavlink.modes import (
    MAV_AUTOPILOT_INVALID,
    MAV_TYPE_GCS,
    vehicle_kind,
)
from groundstation.mavlink.modes import autopilot as autopilot_of
from groundstation.mavlink.record_index import Span, Times
from groundstation.mavlink.record_walk import Places, Window
from groundstation.recording.array_log import ArrayLog, Values
from groundstation.recording.log import (
    FieldInfo,
    FrameRecord,
    LogError,
    LogFormat,
    LogInfo,
    LogVehicle,
    MessageInfo,
    Progress,
    TimeBase,
    Vocabulary,
)
from groundstation.recording.log_lookup import gap_damage

PAYLOAD = "payload"
"""The one field of an unknown message: its payload as bytes."""
_HEARTBEAT = MSGIDS["HEARTBEAT"]


class TlogLog(ArrayLog):
    """An open tlog; there is a frame in it."""

    def _open(self, path: Path, on_progress: Progress | None) -> None:
        self._index = FrameIndex(self._file.bytes, on_progress)
        _check(self._index, path)
        self._sources = {(str(one.sysid), message_name(one.msgid)): one for one in self._index.sources}
        self._info = self._make_info(path)

    def _let_go(self) -> None:
        self._index = FrameIndex(np.empty(0, np.uint8))

    def _clock_offset_s(self) -> float:
        return 0.0

    def _collect(
        self,
        vehicle: str,
        message: str,
        names: Sequence[str],
        begin_us: float,
        end_us: float,
        told: Progress | None,
    ) -> tuple[Times, Values]:
        source = self._sources[vehicle, message]
        most = self._index.sources[source].records
        collected: FrameColumns | _Payloads = (
            FrameColumns(source.msgid, names, most) if source.msgid in DEFINITIONS else _Payloads()
        )
        for window, starts, _ in self._index.slices_of(source, begin_us, end_us, told):
            collected.add(window, starts, begin_us, end_us)
        return collected.time_us(), collected.values()

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:
        """The MAVLink frames in order of the file; see `recording.log.Log.frames`."""
        if vehicle is not None and vehicle not in {one.id for one in self._info.vehicles}:
            ids = ", ".join(one.id for one in self._info.vehicles)
            raise LogError(f"no vehicle '{vehicle}' in this log; there are {ids}")
        sysid = None if vehicle is None else int(vehicle)
        for time_us, raw in self._index.frames(sysid, on_progress):
            yield FrameRecord(time_us, raw)

    def _make_info(self, path: Path) -> LogInfo:
        spans = self._index.sources.values()
        return LogInfo(
            path=str(path),
            format=LogFormat.TLOG,
            size_bytes=self._file.size_bytes,
            time_base=TimeBase.UTC,
            begin_s=min((one.first_us for one in spans), default=0) / 1e6 if spans else None,
            end_s=max((one.last_us for one in spans), default=0) / 1e6 if spans else None,
            vehicles=tuple(self._vehicle(sysid) for sysid in sorted({one.sysid for one in self._index.sources})),
            messages=message_infos(self._index),
            damage=gap_damage(self._index, self._file.size_bytes, is_cut_record),
        )

    def _vehicle(self, sysid: int) -> LogVehicle:
        source = Source(sysid, _HEARTBEAT)
        said: set[tuple[int, int]] = set()
        if source in self._index.sources:
            beats = FrameColumns(_HEARTBEAT, ("autopilot", "type"), self._index.sources[source].records)
            for window, starts, _ in self._index.slices_of(source):
                beats.add(window, starts)
            values = beats.values()
            pairs = np.unique(values["autopilot"].astype(np.uint16) << 8 | values["type"])
            said = {(pair >> 8, pair & 0xFF) for pair in pairs.tolist()}
        return vehicle_of(sysid, said)


def _check(index: FrameIndex, path: Path) -> None:
    if not index.sources and not index.refused_times:
        raise LogError(
            f"{path} is no telemetry log: there is no MAVLink frame behind a time in it; choose another file"
        )


def message_name(msgid: int) -> str:
    """Name of a message by its id; `UNKNOWN_<id>` for one that the dialect doesn't have."""
    if msgid == OTHER_ID:
        return "UNKNOWN"
    definition = DEFINITIONS.get(msgid)
    return f"UNKNOWN_{msgid}" if definition is None else definition.name


def message_infos(index: FrameIndex) -> tuple[MessageInfo, ...]:
    """All messages of an index, the vehicles named by their system ids."""
    infos = [_message_info(source, span) for source, span in index.sources.items()]
    return tuple(sorted(infos, key=lambda one: (int(one.vehicle), one.name)))


@cache
def _fields(msgid: int) -> tuple[FieldInfo, ...]:
    if msgid not in DEFINITIONS:
        return (FieldInfo(name=PAYLOAD, dtype="bytes"),)
    unit = units(msgid)
    return tuple(
        FieldInfo(name=one.name, dtype=one.dtype, length=one.length, unit=unit.get(one.name))
        for one in field_shapes(msgid)
    )


def _message_info(source: Source, span: Span) -> MessageInfo:
    return MessageInfo(
        name=message_name(source.msgid),
        vehicle=str(source.sysid),
        vocabulary=Vocabulary.MAVLINK,
        count=span.records,
        first_s=span.first_us / 1e6,
        last_s=span.last_us / 1e6,
        fields=_fields(source.msgid),
    )


def vehicle_of(sysid: int, said: set[tuple[int, int]]) -> LogVehicle:
    """Who a system is by what its heartbeats say.

    Args:
        sysid: its system id.
        said: pairs of HEARTBEAT.autopilot and HEARTBEAT.type that came from it.
    """
    flown = sorted(one for one in said if one[0] != MAV_AUTOPILOT_INVALID and one[1] != MAV_TYPE_GCS)
    if not flown:
        return LogVehicle(id=str(sysid), sysid=sysid, is_station=True)
    autopilot, mav_type = flown[0]
    firmware, kind = autopilot_of(autopilot), vehicle_kind(mav_type)
    return LogVehicle(
        id=str(sysid),
        sysid=sysid,
        autopilot=firmware.value if firmware in (Autopilot.ARDUPILOT, Autopilot.PX4) else "",
        kind="" if kind is VehicleKind.UNKNOWN else kind.value,
    )


class _Payloads:
    """Collects the payloads of an unknown message."""

    def __init__(self) -> None:
        self._times: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
        self._payloads: list[bytes] = []

    def add(self, window: Window, starts: Places, begin_us: float, end_us: float) -> None:
        """Take frames in; see `FrameColumns.add`."""
        headers = read_headers(window, starts)
        headers = headers.chosen((headers.time_us >= begin_us) & (headers.time_us < end_us))
        self._times.append(headers.time_us)
        begins = headers.starts + headers.head_bytes
        for begin, end in zip(begins.tolist(), (begins + headers.payload_bytes).tolist(), strict=True):
            self._payloads.append(window.bytes[begin:end].tobytes())

    def time_us(self) -> NDArray[np.uint64]:
        """Microseconds since 1970 of what was taken in: shape (n,)."""
        return np.concatenate(self._times)

    def values(self) -> dict[str, NDArray[Any]]:
        """The one column: bytes objects."""
        return {PAYLOAD: np.fromiter(self._payloads, object, len(self._payloads))}
