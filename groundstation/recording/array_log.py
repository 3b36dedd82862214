# SPDX-License-Identifier: Apache-2.0
"""A log that is wholly in memory, as arrays by message: for formats whose readers take all in at once. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.recording.log import (
    Columns,
    Damage,
    FieldInfo,
    FrameRecord,
    LogFormat,
    LogInfo,
    LogVehicle,
    MessageInfo,
    Progress,
    TimeBase,
    Vocabulary,
)
from groundstation.recording.log_lookup import find_message, wanted_fields


class Table(msgspec.Struct, kw_only=True):
    """All of one message."""

    time_s: NDArray[np.float64]
    """Shape (n,), float64, seconds."""
    values: dict[str, NDArray[Any]]
    """By field: shape (n,) or (n, length); texts as `object` arrays of str."""
    units: dict[str, str] = {}


class ArrayLog:
    """A log in memory.

    Args:
        path: of the file.
        format_: of the file.
        size_bytes: of the file.
        time_base: of all tables.
        vehicle: whose log it is.
        vocabulary: of the messages.
        tables: by message name.
        damage: what could not be read.
    """

    def __init__(
        self,
        path: str,
        format_: LogFormat,
        size_bytes: int,
        time_base: TimeBase,
        vehicle: LogVehicle,
        vocabulary: Vocabulary,
        tables: dict[str, Table],
        damage: Damage,
    ) -> None:
        self._tables = tables
        messages = tuple(_message_info(name, vehicle.id, vocabulary, tables[name]) for name in sorted(tables))
        self._info = LogInfo(
            path=path,
            format=format_,
            size_bytes=size_bytes,
            time_base=time_base,
            begin_s=min((one.first_s for one in messages if one.first_s is not None), default=None),
            end_s=max((one.last_s for one in messages if one.last_s is not None), default=None),
            vehicles=(vehicle,),
            messages=messages,
            damage=damage,
        )

    @property
    def info(self) -> LogInfo:
        """What is in it and what is damaged."""
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
        names = wanted_fields(kind, fields)
        table = self._tables[message]
        times, values = table.time_s, {name: table.values[name] for name in names}
        if begin_s is not None or end_s is not None:
            wanted = (times >= (-np.inf if begin_s is None else begin_s)) & (
                times < (np.inf if end_s is None else end_s)
            )
            times, values = times[wanted], {name: column[wanted] for name, column in values.items()}
        if on_progress is not None:
            on_progress(1.0)
        return Columns(
            message=message,
            vehicle=kind.vehicle,
            time_s=times,
            values={name: np.ascontiguousarray(column) for name, column in values.items()},
            units={name: unit for name, unit in table.units.items() if name in names},
        )

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:  # noqa: ARG002
        """None: there are no MAVLink frames in it."""
        return iter(())

    def close(self) -> None:
        """Let go of the arrays."""
        self._tables = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _message_info(name: str, vehicle: str, vocabulary: Vocabulary, table: Table) -> MessageInfo:
    times = table.time_s
    return MessageInfo(
        name=name,
        vehicle=vehicle,
        vocabulary=vocabulary,
        count=times.size,
        first_s=float(times.min()) if times.size else None,
        last_s=float(times.max()) if times.size else None,
        fields=tuple(
            FieldInfo(
                name=field,
                dtype="str" if column.dtype == object else column.dtype.name,
                length=column.shape[1] if column.ndim > 1 else 0,
                unit=table.units.get(field),
            )
            for field, column in table.values.items()
        ),
    )
