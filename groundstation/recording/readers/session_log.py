# SPDX-License-Identifier: Apache-2.0
"""The files of a recorded session as one log: a folder instead of a file. One thread at a time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import reduce
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np

from groundstation.recording import session
from groundstation.recording.log import (
    KEPT_DAMAGES,
    Columns,
    Damage,
    FrameRecord,
    LogError,
    LogFormat,
    LogInfo,
    LogVehicle,
    MessageInfo,
    Progress,
    part_of,
)
from groundstation.recording.log_lookup import find_message, find_vehicle
from groundstation.recording.readers.mcap_log import McapLog


class SessionLog:
    """An open session.

    Args:
        folder: of the session.
        on_progress: told how far the first reading is; may cancel.

    Raises:
        LogError: there is no recording in it.
        CancelledError: by `on_progress`.
    """

    def __init__(self, folder: Path, on_progress: Progress | None = None) -> None:
        paths = session.mcap_files(folder)
        if not paths:
            raise LogError(f"{folder} is a folder without a recording; give a file, or the folder of a session")
        self.files: list[McapLog] = []
        """Those with something in them."""
        self._stack = ExitStack()
        with ExitStack() as stack:
            for place, path in enumerate(paths):
                if path.stat().st_size:  # a recorder that was killed at once leaves an empty one
                    self.files.append(
                        stack.enter_context(
                            McapLog(path, part_of(on_progress, place / len(paths), (place + 1) / len(paths)))
                        )
                    )
            self._stack = stack.pop_all()
        if not self.files:
            raise LogError(f"{folder}: its files are empty; the recording never began")
        self._info = _joined(folder, [one.info for one in self.files])

    @property
    def info(self) -> LogInfo:
        """What is in all of its files."""
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
        found = [
            one.columns(message, fields, vehicle=kind.vehicle, begin_s=begin_s, end_s=end_s, on_progress=on_progress)
            for one in self.files
            if any(known.name == message and known.vehicle == kind.vehicle for known in one.info.messages)
        ]
        return reduce(_one_after_other, found)

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:
        """The MAVLink frames in the order of time; see `recording.log.Log.frames`."""
        if vehicle is not None:
            find_vehicle(self._info, vehicle)
        having = [
            one for one in self.files if vehicle is None or any(known.id == vehicle for known in one.info.vehicles)
        ]
        yield from heapq.merge(*(one.frames(vehicle, on_progress) for one in having), key=lambda one: one.time_us)

    def close(self) -> None:
        """Give the files back."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _joined(folder: Path, infos: list[LogInfo]) -> LogInfo:
    messages: dict[tuple[str, str], MessageInfo] = {}
    for one in (message for info in infos for message in info.messages):
        known = messages.get((one.vehicle, one.name))
        messages[one.vehicle, one.name] = one if known is None else _added(known, one)
    vehicles: dict[str, LogVehicle] = {}
    for someone in (vehicle for info in infos for vehicle in info.vehicles):
        vehicles.setdefault(someone.id, someone)
    begins = [one.begin_s for one in infos if one.begin_s is not None]
    ends = [one.end_s for one in infos if one.end_s is not None]
    return LogInfo(
        path=str(folder),
        format=LogFormat.MCAP,
        size_bytes=sum(one.size_bytes for one in infos),
        time_base=infos[0].time_base,
        begin_s=min(begins, default=None),
        end_s=max(ends, default=None),
        vehicles=tuple(vehicles[key] for key in sorted(vehicles)),
        messages=tuple(messages[key] for key in sorted(messages)),
        damage=reduce(_both, (one.damage for one in infos)),
    )


def _added(one: MessageInfo, other: MessageInfo) -> MessageInfo:
    fields = {field.name: field for field in (*other.fields, *one.fields)}
    begins = [time_s for time_s in (one.first_s, other.first_s) if time_s is not None]
    ends = [time_s for time_s in (one.last_s, other.last_s) if time_s is not None]
    return msgspec.structs.replace(
        one,
        count=one.count + other.count,
        first_s=min(begins, default=None),
        last_s=max(ends, default=None),
        fields=tuple(fields[name] for name in sorted(fields)),
    )


def _both(one: Damage, other: Damage) -> Damage:
    return Damage(
        parts=one.parts + other.parts,
        size_bytes=one.size_bytes + other.size_bytes,
        is_cut=one.is_cut or other.is_cut,
        refused_times=one.refused_times + other.refused_times,
        first=(one.first + other.first)[:KEPT_DAMAGES],
    )


def _one_after_other(one: Columns, other: Columns) -> Columns:
    """Rows of both in the order of time; fields that only one has are left out."""
    time_s = np.concatenate([one.time_s, other.time_s])
    order = np.argsort(time_s, kind="stable")
    values = {
        name: np.concatenate([column, other.values[name]])[order]
        for name, column in one.values.items()
        if name in other.values
    }
    return msgspec.structs.replace(one, time_s=time_s[order], values=values)
