# SPDX-License-Identifier: Apache-2.0
"""The messages of a log in its own words, at a moment and over time. Used by one thread at a time, as the log is.

Nothing is read until it is asked for. Of a message that is looked at the times are kept, and of each moment one row is
read; of a field that is drawn its values are kept. What is kept is bounded: the longest unused goes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.past import PastValues
from groundstation.fleet.raw import RawField, RawMessage, RawRow, raw_path
from groundstation.fleet.shown_text import harmless
from groundstation.logs.log import FieldInfo, Log, LogError, MessageInfo
from groundstation.logs.series import ValueSeries
from groundstation.logs.sources import Numbers, numbers

MOST_ITEMS = 64
"""Of an array; PX4 and ArduPilot have none that is longer and looked at item by item."""
MOST_KEPT = 8_000_000
"""Numbers that are kept, 64 MB."""
MOST_TEXT = 200
"""Characters of a text, or of the bytes of a blob in hexadecimal."""
ROW_S = 1e-6
"""Times of logs are whole microseconds."""


class RawValues:
    """The messages of one vehicle."""

    def __init__(self, log: Log, vehicle: str) -> None:
        """Look up what there is; nothing is read.

        Args:
            log: an open one; stays open as long as this is used.
            vehicle: `LogVehicle.id`.
        """
        self._log, self._vehicle = log, vehicle
        # what has no time is of no moment: formats, parameters that were written before the clock
        timed = (one for one in log.info.messages if one.vehicle == vehicle and one.count and one.first_s is not None)
        self._infos = {one.name: one for one in timed}
        self.messages = tuple(RawMessage(name, tuple(_fields(one))) for name, one in self._infos.items())
        self._places = {
            raw_path(one.name, field.name): (one.name, field.name) for one in self.messages for field in one.fields
        }
        self._times: OrderedDict[str, Numbers] = OrderedDict()
        self._series: OrderedDict[str, ValueSeries] = OrderedDict()

    def at(self, at_s: float, names: frozenset[str]) -> tuple[RawRow, ...]:
        """The newest of some messages up to a moment, one for each that there is."""
        return tuple(self._newest(one, at_s) for one in self.messages if one.name in names)

    def between(self, path: str, begin_s: float, end_s: float) -> PastValues:
        """A field between two times, both included; nothing for an address that leads nowhere, or to texts."""
        if path not in self._places:
            return PastValues.nothing()
        if path not in self._series:
            self._series[path] = self._read_series(*self._places[path])
            _shrink(self._series, lambda one: 2 * one.time_s.size)
        self._series.move_to_end(path)
        found = self._series[path].between(begin_s, end_s)
        return PastValues(found.time_s, found.values) if found is not None else PastValues.nothing()

    def _newest(self, message: RawMessage, at_s: float) -> RawRow:
        times = self._times_of(message.name)
        place = int(np.searchsorted(times, at_s, side="right")) - 1
        if place < 0:
            return RawRow(message.name, None)
        time_s = float(times[place])
        try:
            row = self._log.columns(message.name, vehicle=self._vehicle, begin_s=time_s, end_s=time_s + ROW_S)
        except LogError:
            return RawRow(message.name, None)
        if not row.time_s.size:
            return RawRow(message.name, None)
        # of several at one time the last one is the newest
        told = {name: column[-1] for name, column in row.values.items()}
        return RawRow(message.name, time_s, tuple(_value(told, field.name) for field in message.fields))

    def _times_of(self, name: str) -> Numbers:
        if name not in self._times:
            try:
                times = self._log.columns(name, (), vehicle=self._vehicle).time_s
            except LogError:
                times = np.empty(0)
            self._times[name] = np.sort(times[np.isfinite(times)])
            _shrink(self._times, lambda one: one.size)
        self._times.move_to_end(name)
        return self._times[name]

    def _read_series(self, message: str, field: str) -> ValueSeries:
        own, item = _split(field, {one.name for one in self._infos[message].fields})
        try:
            columns = self._log.columns(message, (own,), vehicle=self._vehicle)
        except LogError:
            return ValueSeries(np.empty(0), np.empty(0))
        column = columns.values.get(own)
        values = _numbers(column, item) if column is not None else np.full(columns.time_s.size, np.nan)
        order = np.argsort(columns.time_s, kind="stable")
        time_s, values = columns.time_s[order], values[order]
        # of several at one time the last one counts, as at a moment
        is_last = np.append(np.diff(time_s) > 0, True) if time_s.size else np.empty(0, np.bool_)
        is_good = np.isfinite(time_s) & is_last
        return ValueSeries(time_s[is_good], values[is_good])


def _fields(info: MessageInfo) -> Iterator[RawField]:
    for one in info.fields:
        unit = harmless(one.unit or "")
        if not _is_array(one):
            yield RawField(one.name, unit)
            continue
        for item in range(min(one.length, MOST_ITEMS)):
            yield RawField(f"{one.name}[{item}]", unit)


def _is_array(one: FieldInfo) -> bool:
    return one.length > 0 and one.dtype not in ("str", "bytes")


def _split(name: str, fields: set[str]) -> tuple[str, int | None]:
    """A field of the log, and which item of it. Nested fields have brackets in their own names."""
    if name in fields:
        return name, None
    own, _, item = name.rpartition("[")
    return own, int(item.rstrip("]"))


def _numbers(column: NDArray[Any], item: int | None) -> Numbers:
    if item is not None:
        column = column[:, item] if column.ndim > 1 and column.shape[1] > item else np.full(len(column), np.nan)
    return numbers(column) if column.ndim == 1 and column.dtype.kind in "biufO" else np.full(len(column), np.nan)


def _value(told: dict[str, Any], field: str) -> object:
    name, item = _split(field, set(told)) if field in told or field.endswith("]") else (field, None)
    value = told.get(name)
    if item is not None:
        value = value[item] if isinstance(value, np.ndarray) and item < value.size else None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes | bytearray):
        return value[: MOST_TEXT // 2].hex()
    if value is None or isinstance(value, bool | int | float):
        return value
    return harmless(str(value)[:MOST_TEXT])


def _shrink(kept: OrderedDict[str, Any], size: Any) -> None:
    while len(kept) > 1 and sum(size(one) for one in kept.values()) > MOST_KEPT:
        kept.popitem(last=False)
