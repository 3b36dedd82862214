# SPDX-License-Identifier: Apache-2.0
"""What the frames of an index are to a reader: messages with fields, vehicles, columns. One thread at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS
from groundstation.mavlink.frame_columns import FrameColumns, field_shapes, units
from groundstation.mavlink.frame_index import OTHER_ID, FrameIndex, Source
from groundstation.mavlink.frame_table import read_headers
from groundstation.mavlink.modes import (
    MAV_AUTOPILOT_INVALID,
    MAV_TYPE_GCS,
    vehicle_kind,
)
from groundstation.mavlink.modes import autopilot as autopilot_of
from groundstation.mavlink.record_index import Span, Times
from groundstation.mavlink.record_walk import Places, Window, distinct
from groundstation.recording.log import FieldInfo, LogVehicle, MessageInfo, Progress, Vocabulary
from groundstation.recording.readers.array_log import Values

PAYLOAD = "payload"
"""The one field of an unknown message: its payload as bytes."""
_HEARTBEAT = MSGIDS["HEARTBEAT"]


def collect(
    index: FrameIndex,
    sources: Sequence[Source],
    names: Sequence[str],
    begin_us: float,
    end_us: float,
    told: Progress | None,
) -> tuple[Times, Values]:
    """Times and columns of one message.

    Args:
        index: of the frames.
        sources: the systems that it comes from, at least one; all of one message.
        names: wanted fields.
        begin_us: leave out what is earlier, microseconds.
        end_us: leave out what is this late or later.
        told: how far it is.
    """
    msgid = sources[0].msgid
    most = sum(index.sources[one].records for one in sources)
    collected: FrameColumns | _Payloads = FrameColumns(msgid, names, most) if msgid in DEFINITIONS else _Payloads()
    for source in sources:
        for window, starts, _ in index.slices_of(source, begin_us, end_us, told):
            collected.add(window, starts, begin_us, end_us)
    return collected.time_us(), collected.values()


def vehicles_of(index: FrameIndex) -> tuple[LogVehicle, ...]:
    """The systems of an index, each by what its heartbeats say."""
    return tuple(vehicle_of(sysid, said_by(index, sysid)) for sysid in sorted({one.sysid for one in index.sources}))


def said_by(index: FrameIndex, sysid: int) -> set[tuple[int, int]]:
    """Pairs of HEARTBEAT.autopilot and HEARTBEAT.type of a system."""
    source = Source(sysid, _HEARTBEAT)
    if source not in index.sources:
        return set()
    _, values = collect(index, [source], ("autopilot", "type"), -np.inf, np.inf, None)
    pairs = distinct(values["autopilot"].astype(np.uint16) << 8 | values["type"])
    return {(pair >> 8, pair & 0xFF) for pair in pairs.tolist()}


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
