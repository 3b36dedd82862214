# SPDX-License-Identifier: Apache-2.0
"""A log in memory, of any vocabulary, for tests of what reads logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np

from groundstation.fleet.flight import TimeBase
from groundstation.logs.log import (
    Columns,
    Damage,
    FieldInfo,
    FrameRecord,
    LogError,
    LogFormat,
    LogInfo,
    LogVehicle,
    MessageInfo,
    Vocabulary,
)


class MemoryLog:
    """Columns by vehicle and message, as `add` got them."""

    def __init__(self, path: str = "memory.tlog", log_format: LogFormat = LogFormat.TLOG) -> None:
        self.path, self.format = path, log_format
        self.vehicles: list[LogVehicle] = []
        self.kept: dict[tuple[str, str], Columns] = {}
        self.vocabularies: dict[tuple[str, str], Vocabulary] = {}
        self.records: list[tuple[str, FrameRecord]] = []

    def vehicle(self, name: str, /, **more: Any) -> Self:
        self.vehicles.append(LogVehicle(id=name, **more))
        return self

    def add(
        self,
        vehicle: str,
        message: str,
        time_s: Any,
        units: dict[str, str] | None = None,
        vocabulary: Vocabulary = Vocabulary.MAVLINK,
        **values: Any,
    ) -> Self:
        times = np.asarray(time_s, dtype=np.float64)
        arrays = {name.replace("__", "."): _array(one, len(times)) for name, one in values.items()}
        key = (vehicle, message)
        self.kept[key] = Columns(message=message, vehicle=vehicle, time_s=times, values=arrays, units=units or {})
        self.vocabularies[key] = vocabulary
        return self

    @property
    def info(self) -> LogInfo:
        messages = tuple(
            MessageInfo(
                name=one.message,
                vehicle=one.vehicle,
                vocabulary=self.vocabularies[key],
                count=len(one.time_s),
                first_s=float(one.time_s[0]) if len(one.time_s) else None,
                last_s=float(one.time_s[-1]) if len(one.time_s) else None,
                fields=tuple(FieldInfo(name=name, dtype=str(array.dtype)) for name, array in one.values.items()),
            )
            for key, one in sorted(self.kept.items())
        )
        times = [at for one in messages for at in (one.first_s, one.last_s) if at is not None]
        return LogInfo(
            path=self.path,
            format=self.format,
            size_bytes=0,
            time_base=TimeBase.UTC,
            begin_s=min(times, default=None),
            end_s=max(times, default=None),
            vehicles=tuple(self.vehicles),
            messages=messages,
            damage=Damage(),
        )

    def columns(
        self,
        message: str,
        fields: Sequence[str] | None = None,
        *,
        vehicle: str | None = None,
        begin_s: float | None = None,
        end_s: float | None = None,
        on_progress: Any = None,
    ) -> Columns:
        owners = [one for one, name in self.kept if name == message and vehicle in (None, one)]
        if len(owners) != 1:
            raise LogError(f"no or several {message}")
        whole = self.kept[owners[0], message]
        rows = np.ones(len(whole.time_s), dtype=bool)
        if begin_s is not None:
            rows &= whole.time_s >= begin_s
        if end_s is not None:
            rows &= whole.time_s < end_s
        names = list(whole.values) if fields is None else list(fields)
        if not set(names) <= set(whole.values):
            raise LogError(f"no such field of {message}")
        return Columns(
            message=message,
            vehicle=whole.vehicle,
            time_s=whole.time_s[rows],
            values={name: whole.values[name][rows] for name in names},
            units=whole.units,
        )

    def frames(self, vehicle: str | None = None, on_progress: Any = None) -> Iterator[FrameRecord]:
        return (record for owner, record in self.records if vehicle in (None, owner))

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _array(value: Any, count: int) -> np.ndarray[Any, Any]:
    if isinstance(value, (int, float)):
        return np.full(count, value)
    if len(value) and isinstance(value[0], str):
        return np.array(value, dtype=object)
    return np.asarray(value)


START_S = 1_700_000_000.0


def square_flight(
    vehicle: str = "1", *, is_ended: bool = True, armed_s: tuple[float, float] = (10.0, 90.0)
) -> MemoryLog:
    """A copter that flies a square of 100 m at 20 m, 10 m/s, armed from 10 s to 90 s of 100 s."""
    end_s = 100.0 if is_ended else armed_s[1]
    time = np.arange(0.0, end_s, 0.1)
    way = np.clip((time - 30.0) * 10.0, 0.0, 400.0)
    north = np.interp(way, [0, 100, 200, 300, 400], [0, 100, 100, 0, 0])
    east = np.interp(way, [0, 100, 200, 300, 400], [0, 0, 100, 100, 0])
    height = np.interp(time, [0, 15, 25, 75, 88, 100], [0, 0, 20, 20, 0, 0])
    is_moving = (time >= 30.0) & (time < 70.0)
    beat = np.arange(0.0, end_s, 1.0)
    is_armed = (beat >= armed_s[0]) & (beat < armed_s[1])
    log = MemoryLog().vehicle(vehicle, sysid=1, autopilot="ardupilot", kind="multicopter")
    log.add(
        vehicle,
        "GLOBAL_POSITION_INT",
        START_S + time,
        lat=np.round((41.0 + north / 111_195.0) * 1e7).astype(np.int32),
        lon=np.round((39.7 + east / (111_195.0 * np.cos(np.radians(41.0)))) * 1e7).astype(np.int32),
        alt=((500 + height) * 1000).astype(np.int32),
        relative_alt=(height * 1000).astype(np.int32),
        vx=np.where(is_moving, 1000, 0).astype(np.int16),
        vy=np.zeros(len(time), dtype=np.int16),
        vz=np.zeros(len(time), dtype=np.int16),
        hdg=np.zeros(len(time), dtype=np.uint16),
    )
    log.add(
        vehicle,
        "HEARTBEAT",
        START_S + beat,
        type=2,
        autopilot=3,
        base_mode=np.where(is_armed, 209, 81),
        custom_mode=np.where(beat < 30, 4, np.where(beat < 70, 3, 9)),
    )
    share = np.clip(beat, 10, 90) - 10
    log.add(vehicle, "BATTERY_STATUS", START_S + beat, id=0, current_consumed=100 + share * 5, current_battery=1500)
    log.add(
        vehicle,
        "SYS_STATUS",
        START_S + beat,
        voltage_battery=16800 - share * 10,
        current_battery=1500,
        battery_remaining=100 - share / 4,
    )
    log.add(
        vehicle,
        "VIBRATION",
        START_S + beat,
        vibration_x=3.0,
        vibration_y=4.0,
        vibration_z=np.where(is_armed, 12.0, 0.1),
        clipping_0=0,
        clipping_1=0,
        clipping_2=0,
    )
    log.add(
        vehicle,
        "GPS_RAW_INT",
        START_S + beat,
        fix_type=4,
        satellites_visible=14,
        eph=80,
        lat=410000000,
        lon=397000000,
        alt=500000,
        vel=0,
    )
    log.add(
        vehicle,
        "EKF_STATUS_REPORT",
        START_S + beat,
        velocity_variance=0.1,
        pos_horiz_variance=0.2,
        pos_vert_variance=0.1,
        compass_variance=0.3,
        flags=831,
    )
    log.add(
        vehicle,
        "STATUSTEXT",
        START_S + np.array([5.0, 40.0]),
        severity=[6, 2],
        text=["EKF3 ready", "<b>Motor & 1</b> failing"],
    )
    log.add(
        vehicle,
        "PARAM_VALUE",
        START_S + np.array([1.0, 2.0, 50.0]),
        param_id=["WPNAV_SPEED", "RTL_ALT", "WPNAV_SPEED"],
        param_value=[500.0, 1500.0, 1000.0],
        param_type=9,
    )
    return log
