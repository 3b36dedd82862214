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
from groundstation.logs.log import Columns, FrameRecord, LogInfo, MessageInfo
from groundstation.logs.log_lookup import find_message, wanted_fields
from groundstation.logs.readers.mapped_file import MappedFile

Values = dict[str, NDArray[Any]]
"""Columns by field name, see `Columns.values`."""

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
        names = wanted_fields(kind, fields)
        offset_s = self._clock_offset_s()
        begin_us = -np.inf if begin_s is None else (begin_s - offset_s) * 1e6 - SLACK_US
        end_us = np.inf if end_s is None else (end_s - offset_s) * 1e6 - SLACK_US
        time_us, values = self._collect(kind.vehicle, message, Excerpt(names, begin_us, end_us, on_progress))
        return Columns(
            message=message,
            vehicle=kind.vehicle,
            # times that mean nothing are unknown, and not 0
            time_s=time_us / 1e6 + offset_s if self._has_times() else np.full(len(time_us), np.nan),
            values=values,
            units={one.name: one.unit for one in kind.fields if one.unit is not None and one.name in names},
        )

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
        return find_message(self._info, message, vehicle)

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

    @abstractmethod
    def _collect(self, vehicle: str, message: str, wanted: Excerpt) -> tuple[NDArray[Any], Values]:
        """Times in microseconds of the file, and columns of a message."""
