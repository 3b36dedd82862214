# SPDX-License-Identifier: Apache-2.0
"""PX4's logs (ULog, `.ulg`) behind `logs/log.py`. One thread at a time."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.progress import Progress
from groundstation.logs.log import FieldInfo, LogError, LogFormat, LogInfo, LogVehicle, MessageInfo, Vocabulary
from groundstation.logs.log_lookup import gap_damage
from groundstation.logs.readers.array_log import ArrayLog, Excerpt, Values, in_order
from groundstation.logs.readers.ulog_format import (
    DATA_APPENDED,
    HEAD_BYTES,
    HEADER_BYTES,
    MAGIC,
    Topic,
    text_column,
)
from groundstation.logs.readers.ulog_index import (
    FIRST_OTHER,
    MAX_UTC_US,
    MIN_UTC_US,
    PARAMETER,
    TEXT,
    UlogIndex,
    is_cut_message,
)
from groundstation.logs.readers.ulog_texts import OWN, bodies, info_pairs, own_columns
from groundstation.mavlink.modes import vehicle_kind
from groundstation.mavlink.record_index import Slice, Span, Times
from groundstation.mavlink.record_walk import rows_of

VEHICLE = "vehicle"
_INFORMATION = ord("I")
_FLAGS = struct.Struct("<HB8s8s")
_GPS_TOPICS = ("vehicle_gps_position", "sensor_gps")
_FIX_3D = 3


class _Kind(NamedTuple):
    """A message as it is shown, and where it comes from."""

    codes: tuple[int, ...]
    """Kinds of `UlogIndex`."""
    fields: tuple[FieldInfo, ...]
    topic: Topic | None
    """None for messages of the log itself."""


class UlogLog(ArrayLog):
    """An open ULog.

    Nested fields have their paths as names, such as `esc[0].esc_rpm`. A bool is a number: damage can make it any.
    """

    def _open(self, path: Path, on_progress: Progress | None) -> None:
        _check(self._file.map[: HEADER_BYTES + _FLAGS.size], path)
        self._index = UlogIndex(self._file.bytes, on_progress)
        self._kinds = self._find_kinds()
        self._offset_s = self._read_offset()
        self._info = self._make_info(path)

    def _let_go(self) -> None:
        self._index = UlogIndex(np.empty(0, np.uint8))

    def _clock_offset_s(self) -> float:
        return self._offset_s or 0.0

    def _collect(self, vehicle: str, message: str, wanted: Excerpt) -> tuple[Times, Values]:
        del vehicle
        return self._collected(self._kinds[message], wanted)

    def _find_kinds(self) -> dict[str, _Kind]:
        found: dict[str, _Kind] = {}
        for number, topic in self._index.topics.items():
            if number not in self._index.spans:
                continue
            same = found.get(topic.shown)
            if same is not None and same.topic is not None and same.topic.dtype == topic.dtype:
                found[topic.shown] = same._replace(codes=(*same.codes, number))
            elif same is None:
                found[topic.shown] = _Kind((number,), _fields(topic), topic)
        for name, (codes, fields) in OWN.items():
            if any(code in self._index.spans for code in codes):
                found.setdefault(name, _Kind(codes, fields, None))
        return found

    def _collected(self, kind: _Kind, wanted: Excerpt) -> tuple[Times, Values]:
        times: list[Times] = [np.empty(0, np.uint64)]
        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in wanted.names}
        for code in kind.codes:
            for found in self._index.slices(code, wanted.begin_us, wanted.end_us, wanted.told):
                values, time_us = _values(found, code, kind.topic, wanted.names)
                rows = slice(None) if wanted.is_whole else np.flatnonzero(wanted.takes(time_us))
                times.append(time_us[rows])
                for name, part in parts.items():
                    part.append(values[name][rows])
        time_us = np.concatenate(times)
        columns = {name: _joined(parts[name], kind, name) for name in parts}
        # one id after the other was read, so only several are out of order
        return in_order(time_us, columns) if len(kind.codes) > 1 else (time_us, columns)

    def _read_offset(self) -> float | None:
        """Seconds from the log's clock to UTC by its first GPS message with a fix; None without one.

        Where the clock itself counts from 1970 and no receiver knows better, it is believed.
        """
        for name in _GPS_TOPICS:
            kind = self._kinds.get(name)
            wanted = ("time_utc_usec", "fix_type")
            if kind is None or not {one.name for one in kind.fields} >= set(wanted):
                continue
            time_us, values = self._collected(kind, Excerpt(wanted))
            utc_us = values["time_utc_usec"]
            # before its first fix a receiver may tell any date
            good = (values["fix_type"] >= _FIX_3D) & (utc_us >= MIN_UTC_US) & (utc_us < MAX_UTC_US)
            if good.any():
                at = int(good.argmax())
                return (int(utc_us[at]) - int(time_us[at])) / 1e6
        return 0.0 if self._index.clock.is_unix else None

    def _make_info(self, path: Path) -> LogInfo:
        messages = tuple(self._message(name, kind) for name, kind in sorted(self._kinds.items()))
        clock, offset_s = self._index.clock, self._offset_s or 0.0
        # places in the index count from behind the header
        damage = gap_damage(self._index, self._file.size_bytes - HEADER_BYTES, is_cut_message)
        return LogInfo(
            path=str(path),
            format=LogFormat.ULOG,
            size_bytes=self._file.size_bytes,
            time_base=TimeBase.BOOT if self._offset_s is None else TimeBase.UTC,
            begin_s=None if clock.begin_us is None else clock.begin_us / 1e6 + offset_s,
            end_s=None if clock.end_us is None else clock.end_us / 1e6 + offset_s,
            vehicles=(self._vehicle(),),
            messages=messages,
            damage=damage,
            notes=() if self._offset_s is not None else ("the date is not known: no receiver told it",),
            outliers=clock.outliers,
        )

    def _message(self, name: str, kind: _Kind) -> MessageInfo:
        spans: list[Span] = [self._index.spans[code] for code in kind.codes if code in self._index.spans]
        offset_s = self._offset_s or 0.0
        return MessageInfo(
            name=name,
            vehicle=VEHICLE,
            vocabulary=Vocabulary.ULOG,
            count=sum(one.records for one in spans),
            first_s=min(one.first_us for one in spans) / 1e6 + offset_s,
            last_s=max(one.last_us for one in spans) / 1e6 + offset_s,
            fields=kind.fields,
        )

    def _vehicle(self) -> LogVehicle:
        said = dict(one for found in self._index.slices(FIRST_OTHER + _INFORMATION) for one in info_pairs(found))
        parameters = dict(one for found in self._index.slices(FIRST_OTHER + PARAMETER) for one in info_pairs(found))
        sysid, mav_type = parameters.get("MAV_SYS_ID"), parameters.get("MAV_TYPE")
        is_px4 = str(said.get("sys_name", "")).upper().startswith("PX4")
        return LogVehicle(
            id=VEHICLE,
            sysid=sysid if isinstance(sysid, int) and 1 <= sysid <= 255 else None,
            autopilot=Autopilot.PX4.value if is_px4 else "",
            kind=vehicle_kind(mav_type).value if isinstance(mav_type, int) else "",
        )


def _check(beginning: bytes, path: Path) -> None:
    if not beginning.startswith(MAGIC) or len(beginning) < HEADER_BYTES:
        raise LogError(f"{path} is no ULog: its first bytes are others; choose another")
    if len(beginning) < HEADER_BYTES + _FLAGS.size:
        return
    _, kind, _, flags = _FLAGS.unpack_from(beginning, HEADER_BYTES)
    # a reader has to refuse incompatible flags that it does not know (PX4 user guide, "Flag Bits Message")
    if kind == ord("B") and (flags[0] & ~DATA_APPENDED or any(flags[1:])):
        raise LogError(f"{path} is a ULog of a newer kind than can be read here; update groundstation")


def _fields(topic: Topic) -> tuple[FieldInfo, ...]:
    return tuple(
        FieldInfo(
            name=name,
            dtype="str" if topic.dtype[name].base.kind == "S" else topic.dtype[name].base.name,
            length=topic.dtype[name].shape[0] if topic.dtype[name].shape else 0,
        )
        for name in topic.dtype.names or ()
    )


def _values(
    found: Slice, code: int, topic: Topic | None, names: Sequence[str]
) -> tuple[dict[str, NDArray[Any]], Times]:
    """Columns of records of one kind in one window, and their times."""
    if topic is None:
        columns = own_columns(code, bodies(found))
        time_us = found.time_us
        if time_us is None:
            offset = HEAD_BYTES + (1 if code == FIRST_OTHER + TEXT else 3)
            time_us = rows_of(found.window.bytes, found.starts + offset, 8).view("<u8").astype(np.uint64)
        return columns, time_us
    rows = rows_of(found.window.bytes, found.starts + (HEAD_BYTES + 2), topic.dtype.itemsize).view(topic.dtype)
    time_us = rows["timestamp"].astype(np.uint64) if found.time_us is None else found.time_us
    return {name: rows[name] for name in names}, time_us


def _joined(parts: list[NDArray[Any]], kind: _Kind, name: str) -> NDArray[Any]:
    if not parts:
        info = next(one for one in kind.fields if one.name == name)
        dtype = "object" if info.dtype == "str" else info.dtype
        return np.empty((0, info.length) if info.length else 0, dtype)
    joined = np.concatenate(parts)
    return text_column(joined) if joined.dtype.kind == "S" else joined
