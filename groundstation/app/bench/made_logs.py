# SPDX-License-Identifier: Apache-2.0
"""Logs that `bench logs` makes for itself: a telemetry log of simulated vehicles, and a DataFlash log."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.app.bench.capture import Chunk, record
from groundstation.mavlink.frames import FrameParser

VEHICLES, SECONDS = 10, 60.0
"""Of the telemetry log: how many vehicles, and simulated seconds that are written again and again, each time later."""
_EPOCH_US = 1_700_000_000_000_000
_HEAD = [("head", "u1", 2), ("type", "u1")]
_GPS_WEEK, _WEEK_MS = 2_290, 604_800_000
_FORMATS = {
    "IMU": (140, 50, "QBffffffB", "TimeUS,I,GyrX,GyrY,GyrZ,AccX,AccY,AccZ,H"),
    "ATT": (141, 25, "QccccCC", "TimeUS,DesRoll,Roll,DesPitch,Pitch,DesYaw,Yaw"),
    "BARO": (142, 10, "QBfffc", "TimeUS,I,Alt,Press,CRt,Temp"),
    "GPS": (143, 5, "QBBIHBcLLeff", "TimeUS,I,Status,GMS,GWk,NSats,HDop,Lat,Lng,Alt,Spd,GCrs"),
    "MODE": (144, 1, "QMBB", "TimeUS,Mode,ModeNum,Rsn"),
}
"""By message: its type, how many come in a second, types and names of its fields (ArduPilot, AP_Logger)."""
_TYPES = {
    "Q": "<u8", "B": "u1", "M": "u1", "f": "<f4", "c": "<i2", "C": "<u2", "e": "<i4", "L": "<i4", "I": "<u4",
    "H": "<u2",
}  # fmt: skip


def make_tlog(path: Path, size_bytes: int, vehicles: int = VEHICLES, seconds: float = SECONDS) -> None:
    """Write a telemetry log of simulated vehicles.

    Args:
        path: where to.
        size_bytes: how large it is at least.
        vehicles: how many.
        seconds: simulated time that is repeated.
    """
    chunks_path = path.with_suffix(".chunks")
    record(vehicles, seconds, chunks_path)
    chunks = msgspec.msgpack.decode(chunks_path.read_bytes(), type=list[Chunk])
    chunks_path.unlink()
    parsers = [FrameParser() for _ in range(vehicles)]
    frames = [(one.at_s, frame.raw) for one in chunks for frame in parsers[one.vehicle].feed(one.data)]
    written, begin_us = 0, _EPOCH_US
    with path.open("wb") as file:
        while written < size_bytes:
            for at_s, raw in frames:
                written += file.write((begin_us + int(at_s * 1e6)).to_bytes(8, "big") + raw)
            # later than the last frame by a minute, so that times only go forward
            begin_us += int((seconds + 60) * 1e6)


def make_dataflash(path: Path, size_bytes: int) -> None:
    """Write a DataFlash log: a flight as long as it takes, with the usual messages at usual rates.

    Args:
        path: where to.
        size_bytes: how large it is at least.
    """
    second = _second()
    count = -(-size_bytes // second.itemsize)
    seconds = np.zeros(count, second)
    for name, (kind, rate, _, _) in _FORMATS.items():
        rows = seconds[name]
        rows["head"], rows["type"] = (0xA3, 0x95), kind
        at_s = np.arange(count)[:, None] + np.arange(rate) / rate
        rows["TimeUS"] = (at_s * 1e6).astype(np.uint64) + 1_000_000
        for number, field in enumerate(rows.dtype.names or ()):
            if field not in ("head", "type", "TimeUS", "I"):
                rows[field] = (1_000 * np.sin(at_s / (number + 3))).astype(np.int64) % 4_000
    gps = seconds["GPS"]
    # week and milliseconds in it: by these a DataFlash log tells its date
    gps["Status"], gps["GWk"], gps["NSats"] = 3, _GPS_WEEK, 14
    gps["GMS"] = (gps["TimeUS"] // 1_000).astype(np.uint32) % _WEEK_MS
    seconds["MODE"]["Mode"] = seconds["MODE"]["ModeNum"] = 3
    with path.open("wb") as file:
        file.write(_definitions())
        seconds.tofile(file)


def _second() -> np.dtype[np.void]:
    """All messages of one second, one behind the other."""
    return np.dtype([(name, _row(name), (rate,)) for name, (_, rate, _, _) in _FORMATS.items()])


def _row(name: str) -> np.dtype[np.void]:
    _, _, letters, labels = _FORMATS[name]
    fields = [(label, _TYPES[letter]) for letter, label in zip(letters, labels.split(","), strict=True)]
    return np.dtype([*_HEAD, *fields])


def _definitions() -> bytes:
    """The FMT messages, that of FMT itself first."""
    dtype = np.dtype([*_HEAD, ("of", "u1"), ("size", "u1"), ("name", "S4"), ("letters", "S16"), ("labels", "S64")])
    # a reader knows the type of FMT, 128, beforehand, and all others from FMT (ArduPilot, AP_Logger/LogStructure.h)
    rows = [((0xA3, 0x95), 128, 128, dtype.itemsize, "FMT", "BBnNZ", "Type,Length,Name,Format,Columns")]
    for name, (kind, _, letters, labels) in _FORMATS.items():
        rows.append(((0xA3, 0x95), 128, kind, _row(name).itemsize, name, letters, labels))
    table: NDArray[np.void] = np.array(rows, dtype)
    return table.tobytes()
