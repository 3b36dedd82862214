# SPDX-License-Identifier: Apache-2.0
"""What a DataFlash log, binary or text, says about its vehicle, its units and the date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.logs.log import Damage, LogFormat, LogInfo, LogVehicle, MessageInfo, Vocabulary
from groundstation.logs.readers.dataflash_format import MessageFormat, Units, utc_of_gps
from groundstation.logs.readers.dataflash_values import field_infos
from groundstation.mavlink.record_index import Span, Times

VEHICLE = "vehicle"
"""`LogVehicle.id` of the one vehicle of such a log."""
FIX_3D = 3
"""GPS.Status of a fix whose time can be trusted (ArduPilot, AP_GPS)."""
_MIN_UTC_S, _MAX_UTC_S = 946_684_800, 4_102_444_800
_WEEKS = (("GPS", "GWk", "GMS"), ("GPS", "Week", "TimeMS"), ("GPS2", "GWk", "GMS"))
"""Message with a date, its field of GPS week and of milliseconds in it; old logs call them otherwise."""
_KINDS = {
    "Copter": VehicleKind.MULTICOPTER,
    "Plane": VehicleKind.PLANE,
    "Rover": VehicleKind.ROVER,
    "Sub": VehicleKind.SUBMARINE,
    "Blimp": VehicleKind.AIRSHIP,
}
"""Kind by a word in the firmware's first message, such as `ArduCopter V4.5.7`."""

Read = Callable[[str, Sequence[str]], tuple[Times, dict[str, NDArray[Any]]]]
"""Reads fields of a message: microseconds since boot, and columns by name."""


class DataflashFacts:
    """Facts of one log.

    Args:
        formats: by message, of those that occur.
        read: reads columns.
        is_text: whether the log is in text form.
    """

    def __init__(self, formats: Mapping[str, MessageFormat], read: Read, *, is_text: bool = False) -> None:
        self._is_text = is_text
        self._formats = formats
        self._read = read
        self._units = self._read_units()
        offset_s = self._read_offset()
        self.time_base = TimeBase.BOOT if offset_s is None else TimeBase.UTC
        self.offset_s = offset_s or 0.0
        """Seconds from the autopilot's clock to `time_base`."""

    def info(
        self,
        path: Path,
        log_format: LogFormat,
        size_bytes: int,
        spans: Mapping[str, Span],
        damage: Damage,
        *,
        has_times: bool,
    ) -> LogInfo:
        """What is in the log.

        Args:
            path: of the file.
            log_format: binary or text.
            size_bytes: of the file.
            spans: how many of each message, and from when to when.
            damage: what could not be read.
            has_times: whether any record carries its time.
        """
        timed = list(spans.values()) if has_times else []
        return LogInfo(
            path=str(path),
            format=log_format,
            size_bytes=size_bytes,
            time_base=self.time_base,
            begin_s=self._time_s(min(one.first_us for one in timed)) if timed else None,
            end_s=self._time_s(max(one.last_us for one in timed)) if timed else None,
            vehicles=(self._vehicle(),),
            messages=tuple(self._message(name, spans[name], has_times=has_times) for name in sorted(spans)),
            damage=damage,
            notes=self._notes(has_times=has_times),
        )

    def _time_s(self, time_us: int) -> float:
        return time_us / 1e6 + self.offset_s

    def _notes(self, *, has_times: bool) -> tuple[str, ...]:
        if not has_times:
            return ("no message of this log tells its time",)
        return () if self.time_base is TimeBase.UTC else ("the date is not known: no receiver told it",)

    def _message(self, name: str, span: Span, *, has_times: bool) -> MessageInfo:
        one = self._formats[name]
        return MessageInfo(
            name=name,
            vehicle=VEHICLE,
            vocabulary=Vocabulary.DATAFLASH,
            count=span.records,
            first_s=self._time_s(span.first_us) if has_times else None,
            last_s=self._time_s(span.last_us) if has_times else None,
            fields=field_infos(one, self._units.of(one), is_text=self._is_text),
        )

    def _columns(self, message: str, *names: str) -> tuple[list[Any], ...]:
        """Columns of a message as lists; empty ones when the log has no such message with all of them."""
        one = self._formats.get(message)
        if one is None or any(name not in one.columns for name in names):
            return tuple([] for _ in names)
        _, values = self._read(message, names)
        return tuple(values[name].tolist() for name in names)

    def _read_units(self) -> Units:
        units = Units()
        for letter, label in zip(*self._columns("UNIT", "Id", "Label"), strict=True):
            # logged as a signed byte
            units.add_unit(chr(letter & 0xFF), label)
        for letter, value in zip(*self._columns("MULT", "Id", "Mult"), strict=True):
            units.add_multiplier(chr(letter & 0xFF), value)
        for kind, unit_ids, multiplier_ids in zip(*self._columns("FMTU", "FmtType", "UnitIds", "MultIds"), strict=True):
            units.add_format(kind, unit_ids, multiplier_ids)
        return units

    def _read_offset(self) -> float | None:
        """From the first GPS message with a fix and a date; None without one."""
        for message, week, week_ms in _WEEKS:
            one = self._formats.get(message)
            if one is None or one.time_field is None or week not in one.columns or week_ms not in one.columns:
                continue
            has_status = "Status" in one.columns
            time_us, values = self._read(message, (week, week_ms, *(("Status",) if has_status else ())))
            # 0 as long as the receiver does not know the date
            has_date = values[week] > 0
            if has_status:
                has_date &= values["Status"] >= FIX_3D
            # the first one that can be, since damage makes dates too
            for at in np.flatnonzero(has_date).tolist():
                utc_s = utc_of_gps(int(values[week][at]), int(values[week_ms][at]))
                if _MIN_UTC_S <= utc_s < _MAX_UTC_S:
                    return utc_s - int(time_us[at]) / 1e6
        return None

    def _vehicle(self) -> LogVehicle:
        (texts,) = self._columns("MSG", "Message")
        kind = next((kind for text in texts for word, kind in _KINDS.items() if word in text), VehicleKind.UNKNOWN)
        names, values = self._columns("PARM", "Name", "Value")
        sysids = [value for name, value in zip(names, values, strict=True) if name in ("SYSID_THISMAV", "MAV_SYSID")]
        return LogVehicle(
            id=VEHICLE,
            # the last one: it may have been changed while the log ran
            sysid=int(sysids[-1]) if sysids and 1 <= sysids[-1] <= 255 else None,
            autopilot=Autopilot.ARDUPILOT.value,
            kind="" if kind is VehicleKind.UNKNOWN else kind.value,
        )
