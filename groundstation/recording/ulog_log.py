# SPDX-License-Identifier: Apache-2.0
"""PX4's logs (ULog) behind `recording/log.py`, read by pyulog. The only module that knows pyulog. One thread at a time.

Times count from the start of the autopilot; where a GPS told the date they are moved to UTC.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyulog import ULog

from groundstation.recording.array_log import ArrayLog, Table
from groundstation.recording.log import CancelledError, LogError, LogFormat, LogVehicle, Progress, TimeBase, Vocabulary
from groundstation.recording.log_lookup import DamageCount
from groundstation.recording.mapped_file import MappedFile
from groundstation.recording.ulog_walk import HEADER_BYTES, MAGIC, ulog_damage

VEHICLE = "vehicle"
"""Id of the one vehicle."""
WALK_SHARE = 0.15
"""Of the time goes into the search for damage."""
MAX_AWAY_US = 30 * 86_400_000_000
"""Times further from the middle of the log are absurd."""
READ_TIMES = 16
"""So often every byte may be read before a file is given up; a sound one is read once."""
_INDEXED = re.compile(r"(.+)\[(\d+)\]")
_MIN_UTC_US, _MAX_UTC_US = 946_684_800_000_000, 4_102_444_800_000_000
"""Years 2000 to 2100."""


def open_ulog(path: Path, on_progress: Progress | None = None) -> ArrayLog:
    """Read a ULog; see `recording.log.LogReader`."""
    file = MappedFile(path)
    try:
        if bytes(file.map[: len(MAGIC)]) != MAGIC or file.size_bytes < HEADER_BYTES:
            raise LogError(f"{path} is no ULog: its first bytes are others")
        data = file.map[:]
        damage = ulog_damage(data, None if on_progress is None else lambda share: on_progress(share * WALK_SHARE))
        log = _parsed(path, data, on_progress)
    finally:
        file.close()
    tables = {_name(one.name, one.multi_id): _table(one) for one in log.data_list if "timestamp" in one.data}
    tables |= {name: table for name, table in _extra_tables(log).items() if table.time_s.size}
    base = _settle_times(tables, damage)
    if log.file_corruption and not damage.parts:
        damage.add(len(data), 0, "pyulog met messages whose content makes no sense")
    vehicle = LogVehicle(id=VEHICLE, sysid=_sysid(log), autopilot="px4")
    return ArrayLog(str(path), LogFormat.ULOG, len(data), base, vehicle, Vocabulary.ULOG, tables, damage.damage())


class _GuardedBytes(io.BytesIO):
    """A file in memory for pyulog: tells how far it is read, and ends what would never end.

    Where a damaged size points behind the end, pyulog goes back by more than it has read, for ever.
    """

    def __init__(self, data: bytes, on_progress: Progress | None) -> None:
        super().__init__(data)
        self._size = len(data)
        self._on_progress = on_progress
        self._reads = 0
        self._missing = 0
        self._budget = READ_TIMES * len(data) + (64 << 20)

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self._missing = max((size or 0) - len(found), 0)
        self._reads += 1
        self._budget -= len(found) + 1
        if self._budget < 0:
            raise LogError("too much of it is damaged")
        if self._on_progress is not None and self._reads & 0x3FFF == 0:
            self._on_progress(WALK_SHARE + (1 - WALK_SHARE) * min(self.tell() / self._size, 1.0))
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        missing, self._missing = self._missing, 0
        return super().seek(offset + missing if whence == 1 and offset < 0 else offset, whence)


def _parsed(path: Path, data: bytes, on_progress: Progress | None) -> ULog:
    """What pyulog makes of it; whatever a damaged file makes it raise is one line."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it finds wrong
            return ULog(_GuardedBytes(data, on_progress))
    except CancelledError:
        raise
    except Exception as error:
        raise LogError(
            f"{path} can't be read as ULog ({error or type(error).__name__}); its head is damaged"
        ) from error


def _name(name: str, instance: int) -> str:
    return f"{name}[{instance}]" if instance else name


def _table(one: Any) -> Table:
    """The columns of a topic, `q[0]`, `q[1]` ... put together."""
    kinds = {field.field_name: field.type_str for field in one.field_data}
    groups: dict[str, list[str]] = {}
    for name in one.data:
        found = _INDEXED.fullmatch(name)
        groups.setdefault(found[1] if found else name, []).append(name)
    values: dict[str, NDArray[Any]] = {}
    for name, members in groups.items():
        if name == "timestamp" or name.startswith("_padding"):
            continue
        column = one.data[members[0]] if members == [name] else np.stack([one.data[each] for each in members], axis=1)
        values[name] = _typed(column, kinds.get(members[0], ""))
    return Table(time_s=one.data["timestamp"].astype(np.float64), values=values)


def _typed(column: NDArray[Any], kind: str) -> NDArray[Any]:
    if kind == "bool":
        return column.astype(np.bool_)
    if kind == "char" and column.ndim > 1:
        return _texts([row.tobytes().split(b"\0", 1)[0].decode("utf-8", "replace") for row in column])
    return column


def _texts(values: list[str]) -> NDArray[np.object_]:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _extra_tables(log: ULog) -> dict[str, Table]:
    """Texts and parameters, which are no topics."""
    said = log.logged_messages
    parameters = [(log.start_timestamp, name, value) for name, value in log.initial_parameters.items()]
    parameters += log.changed_parameters
    parameters = [one for one in parameters if isinstance(one[2], int | float)]  # a damaged key makes it bytes
    return {
        "logged_message": Table(
            time_s=np.array([one.timestamp for one in said], np.float64),
            values={
                "level": _texts([one.log_level_str() for one in said]),
                "message": _texts([one.message for one in said]),
            },
        ),
        "parameter": Table(
            time_s=np.array([one[0] for one in parameters], np.float64),
            values={
                "name": _texts([one[1] for one in parameters]),
                "value": np.array([one[2] for one in parameters], np.float64),
            },
        ),
    }


def _settle_times(tables: dict[str, Table], damage: DamageCount) -> TimeBase:
    """Leave absurd times out; from microseconds since the start to seconds, UTC where known."""
    if tables:
        middle = float(np.median(np.concatenate([table.time_s for table in tables.values()])))
        for table in tables.values():
            good = np.abs(table.time_s - middle) <= MAX_AWAY_US
            if not good.all():
                damage.refused_times += int(good.size - good.sum())
                table.time_s = table.time_s[good]
                table.values = {name: column[good] for name, column in table.values.items()}
    offset_us = _utc_offset_us(tables)
    for table in tables.values():
        table.time_s = (table.time_s + (offset_us or 0.0)) / 1e6
    return TimeBase.BOOT if offset_us is None else TimeBase.UTC


def _utc_offset_us(tables: dict[str, Table]) -> float | None:
    """UTC less the time since the start, by the first fix of a GPS."""
    for name in ("vehicle_gps_position", "sensor_gps"):
        table = tables.get(name)
        if table is None or not {"time_utc_usec", "fix_type"} <= table.values.keys():
            continue
        utc = table.values["time_utc_usec"].astype(np.float64)
        told = np.flatnonzero((table.values["fix_type"] >= 3) & (utc > _MIN_UTC_US) & (utc < _MAX_UTC_US))
        if told.size:
            return float(utc[told[0]] - table.time_s[told[0]])
    return None


def _sysid(log: ULog) -> int | None:
    value = log.initial_parameters.get("MAV_SYS_ID")
    return int(value) if isinstance(value, int | float) and 0 < value < 256 else None
