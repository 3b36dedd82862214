# SPDX-License-Identifier: Apache-2.0
"""The files of a recorded session as one log: a folder instead of a file. One thread at a time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import reduce
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.progress import Progress, part_of
from groundstation.logs import session_folder
from groundstation.logs.log import (
    KEPT_DAMAGES,
    Columns,
    Damage,
    DamagedPart,
    FieldInfo,
    FrameRecord,
    LogError,
    LogFormat,
    LogInfo,
    LogVehicle,
    MessageInfo,
)
from groundstation.logs.log_lookup import find_message, find_vehicle, wanted_fields
from groundstation.logs.readers.array_log import OpenLog
from groundstation.logs.readers.mcap_log import McapLog

MAX_CLOCK_NOTES = 10


class SessionLog(OpenLog):
    """An open session.

    Args:
        folder: of the session.
        on_progress: told how far the first reading is; may cancel.

    Raises:
        LogError: there is no recording in it.
        CancelledError: by `on_progress`.
    """

    def __init__(self, folder: Path, on_progress: Progress | None = None) -> None:
        paths = session_folder.mcap_files(folder)
        if not paths:
            raise LogError(f"{folder} is a folder without a recording; give a file, or the folder of a session")
        self.files: list[McapLog] = []
        """Those with something in them."""
        self._unread: list[tuple[Path, LogError]] = []
        self._stack = ExitStack()
        with ExitStack() as stack:
            for place, path in enumerate(paths):
                part = part_of(on_progress, place / len(paths), (place + 1) / len(paths))
                if path.stat().st_size:  # a recorder that was killed at once leaves an empty one
                    self._open(stack, path, part)
            # once all are open: until then a fault closes those that are
            self._stack = stack.pop_all()
        if not self.files:
            raise (
                self._unread[0][1]
                if self._unread
                else LogError(f"{folder}: its files are empty; the recording never began")
            )
        damages = [one.info.damage for one in self.files] + [_lost(path) for path, _ in self._unread]
        self._info = _joined(folder, [one.info for one in self.files], damages)

    def _open(self, stack: ExitStack, path: Path, part: Progress | None) -> None:
        """Open one file; the others are read without one that can't be."""
        try:
            self.files.append(stack.enter_context(McapLog(path, part)))
        except LogError as error:
            self._unread.append((path, error))

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
        """Values of a message as arrays; see `logs.log.Log.columns`."""
        kind = find_message(self._info, message, vehicle)
        having = [one for one in self.files if _has(one, kind)]

        def read(one: McapLog, names: Sequence[str] | None) -> Columns:
            vehicle = kind.vehicle
            return one.columns(message, names, vehicle=vehicle, begin_s=begin_s, end_s=end_s, on_progress=on_progress)

        if len(having) == 1 or fields is None:
            return reduce(_one_after_other, (read(one, fields) for one in having))
        # a file may lack a field that another one has, and would refuse to be asked for it
        whole = reduce(_one_after_other, (read(one, None) for one in having))
        names = wanted_fields(_with_fields(kind, whole), fields)
        return msgspec.structs.replace(whole, values={name: whole.values[name] for name in names})

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:
        """The MAVLink frames in the order of time; see `logs.log.Log.frames`."""
        if vehicle is not None:
            find_vehicle(self._info, vehicle)
        having = [
            one for one in self.files if vehicle is None or any(known.id == vehicle for known in one.info.vehicles)
        ]
        yield from heapq.merge(*(one.frames(vehicle, on_progress) for one in having), key=lambda one: one.time_us)

    def close(self) -> None:
        """Give the files back."""
        self._stack.close()


def _joined(folder: Path, infos: list[LogInfo], damages: list[Damage]) -> LogInfo:
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
        # one recorder wrote them all, by one clock
        time_base=infos[0].time_base,
        begin_s=min(begins, default=None),
        end_s=max(ends, default=None),
        vehicles=tuple(vehicles[key] for key in sorted(vehicles)),
        messages=tuple(messages[key] for key in sorted(messages)),
        damage=reduce(_both, damages),
        notes=(*infos[0].notes, *_clock_notes(folder)),
    )


def _clock_notes(folder: Path) -> tuple[str, ...]:
    """What the recorder said of its computer's clock."""
    manifest = session_folder.load(folder)
    notes = manifest.notes if manifest is not None else ()
    return tuple(one.text for one in notes if one.text.startswith(session_folder.CLOCK_SET))[:MAX_CLOCK_NOTES]


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


def _lost(path: Path) -> Damage:
    size = path.stat().st_size
    return Damage(parts=1, size_bytes=size, first=(DamagedPart(0, size, f"all of {path.name}"),))


def _both(one: Damage, other: Damage) -> Damage:
    return Damage(
        parts=one.parts + other.parts,
        size_bytes=one.size_bytes + other.size_bytes,
        is_cut=one.is_cut or other.is_cut,
        refused_times=one.refused_times + other.refused_times,
        first=(one.first + other.first)[:KEPT_DAMAGES],
    )


def _has(log: McapLog, kind: MessageInfo) -> bool:
    return any((one.name, one.vehicle) == (kind.name, kind.vehicle) for one in log.info.messages)


def _with_fields(kind: MessageInfo, found: Columns) -> MessageInfo:
    """A message with the fields that were found, those included that no example had."""
    return msgspec.structs.replace(kind, fields=tuple(FieldInfo(name=one, dtype="") for one in found.values))


def _one_after_other(one: Columns, other: Columns) -> Columns:
    """Rows of both in the order of time; a field that only one has is unknown in the other's."""
    time_s = np.concatenate([one.time_s, other.time_s])
    order = np.argsort(time_s, kind="stable")
    values = {}
    for name in dict.fromkeys((*one.values, *other.values)):
        first = one.values[name] if name in one.values else _unknown(other.values[name], one.time_s.size)
        then = other.values[name] if name in other.values else _unknown(one.values[name], other.time_s.size)
        values[name] = _both_columns(first, then)[order]
    return msgspec.structs.replace(one, time_s=time_s[order], values=values, units={**other.units, **one.units})


def _both_columns(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """One behind the other; as objects where one has texts, or arrays of another length."""
    is_alike = one.shape[1:] == other.shape[1:] and (one.dtype == object) == (other.dtype == object)
    return np.concatenate([one, other] if is_alike else [_objects(one), _objects(other)])


def _objects(column: NDArray[Any]) -> NDArray[Any]:
    found = np.empty(len(column), object)
    found[:] = [str(value) if value is not None else None for value in column.tolist()]
    return found


def _unknown(like: NDArray[Any], count: int) -> NDArray[Any]:
    """Rows of a column in which nothing is known."""
    shape = (count, *like.shape[1:])
    return np.full(shape, None, object) if like.dtype == object else np.full(shape, np.nan)
