# SPDX-License-Identifier: Apache-2.0
"""What the readers of mapped files have in common: to open, to give columns, to give back. One thread at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.progress import Progress
from groundstation.logs.log import Columns, FieldInfo, FrameRecord, LogInfo, MessageInfo
from groundstation.logs.log_lookup import find_message, wanted_fields
from groundstation.logs.readers.mapped_file import MappedFile

Values = dict[str, NDArray[Any]]
"""Columns by field name, see `Columns.values`."""
Whole = tuple[NDArray[np.float64], Values]
"""All of a message: its times in seconds, as they are given out, and its columns."""

SLACK_US = 0.4
"""Seconds since 1970 are this exact as float64: a time that was given out must be found again when it is asked for."""


class Excerpt(NamedTuple):
    """What is wanted of one message."""

    names: Sequence[str]
    """Fields."""
    begin_us: float = -np.inf
    """Leave out what is earlier; microseconds, on the clock of the file."""
    end_us: float = np.inf
    """Leave out what is this late or later."""
    told: Progress | None = None
    """Told how far it is; may cancel."""

    @property
    def is_whole(self) -> bool:
        """From the beginning to the end, so that no time needs to be looked at."""
        return self.begin_us == -np.inf and self.end_us == np.inf

    def takes(self, time_us: NDArray[Any]) -> NDArray[np.bool_]:
        """Which times are wanted, shape of `time_us`."""
        return (time_us >= self.begin_us) & (time_us < self.end_us)


def in_order(time_us: NDArray[Any], values: Values) -> tuple[NDArray[Any], Values]:
    """Rows in the order of time; those of one time stay as they were."""
    order = np.argsort(time_us, kind="stable")
    return time_us[order], {name: column[order] for name, column in values.items()}


class OpenLog(ABC):
    """A log that says what is in it, and is given back at the end of a `with`."""

    _info: LogInfo

    @property
    def info(self) -> LogInfo:
        """What is in it and what is damaged."""
        return self._info

    @abstractmethod
    def close(self) -> None:
        """Give back what is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class ArrayLog(OpenLog):
    """An open log that is mapped into memory.

    Args:
        path: of the file.
        on_progress: told how far the first reading is; may cancel.

    Raises:
        LogError: it can't be read, or is not of this format.
        CancelledError: by `on_progress`.
    """

    def __init__(self, path: Path, on_progress: Progress | None = None) -> None:
        self._file = MappedFile(path)
        self._keyed: tuple[tuple[MessageInfo, ...], dict[tuple[str, str], MessageInfo]] = (), {}
        self._units: dict[int, tuple[tuple[FieldInfo, ...], dict[str, str]]] = {}
        """By the identity of fields, which are kept beside them so that it stays theirs."""
        try:
            self._open(path, on_progress)
        # also of a cancel: who opens a log that fails has nothing that could be closed
        except BaseException:
            self.close()
            raise

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
        kind = self._kind(message, vehicle, fields)
        is_whole = fields is None and begin_s is None and end_s is None and on_progress is None
        found = self._whole(kind) if is_whole else None
        if found is None:
            found = self._excerpt(kind, wanted_fields(kind, fields), begin_s, end_s, on_progress)
        time_s, values = found
        units = self._units_of(kind)
        if fields is not None:
            units = {name: unit for name, unit in units.items() if name in fields}
        return Columns(message=message, vehicle=kind.vehicle, time_s=time_s, values=values, units=units)

    def _excerpt(
        self,
        kind: MessageInfo,
        names: Sequence[str],
        begin_s: float | None,
        end_s: float | None,
        told: Progress | None,
    ) -> Whole:
        offset_s = self._clock_offset_s()
        begin_us = -np.inf if begin_s is None else (begin_s - offset_s) * 1e6 - SLACK_US
        end_us = np.inf if end_s is None else (end_s - offset_s) * 1e6 - SLACK_US
        time_us, values = self._collect(kind.vehicle, kind.name, Excerpt(names, begin_us, end_us, told))
        # times that mean nothing are unknown, and not 0
        time_s = time_us / 1e6 if self._has_times() else np.full(len(time_us), np.nan)
        if offset_s:
            time_s += offset_s
        return time_s, values

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:
        """None: most formats have no MAVLink frames."""
        del vehicle, on_progress
        return iter(())

    def close(self) -> None:
        """Give the file back."""
        self._let_go()
        self._file.close()

    def _kind(self, message: str, vehicle: str | None, fields: Sequence[str] | None) -> MessageInfo:
        """The message that is meant, with all its fields, or at least the wanted ones."""
        del fields
        # who asks for all messages of many vehicles would look through all of them for each
        found = None if vehicle is None else self._by_key().get((vehicle, message))
        return find_message(self._info, message, vehicle) if found is None else found

    def _units_of(self, kind: MessageInfo) -> dict[str, str]:
        # vehicles that send the same message share its fields
        found = self._units.get(id(kind.fields))
        if found is None:
            units = {one.name: one.unit for one in kind.fields if one.unit is not None}
            found = self._units[id(kind.fields)] = kind.fields, units
        return found[1].copy()

    def _by_key(self) -> dict[tuple[str, str], MessageInfo]:
        """The messages by vehicle and name; none where that tells them not apart."""
        messages = self._info.messages
        if self._keyed[0] is not messages:
            keyed = {(one.vehicle, one.name): one for one in messages}
            self._keyed = messages, keyed if len(keyed) == len(messages) else {}
        return self._keyed[1]

    @abstractmethod
    def _open(self, path: Path, on_progress: Progress | None) -> None:
        """Find out what is in the file, and set `_info`."""

    @abstractmethod
    def _let_go(self) -> None:
        """Drop every view of the file; called before it is closed, also when opening failed."""

    @abstractmethod
    def _clock_offset_s(self) -> float:
        """Seconds from the times in the file to those that are given out."""

    def _has_times(self) -> bool:
        """Whether the times of the file mean anything."""
        return True

    def _whole(self, kind: MessageInfo) -> Whole | None:
        """All of a message, where there is a shorter way to it; None for none."""
        del kind
        return None

    @abstractmethod
    def _collect(self, vehicle: str, message: str, wanted: Excerpt) -> tuple[NDArray[Any], Values]:
        """Times in microseconds of the file, and columns of a message."""
