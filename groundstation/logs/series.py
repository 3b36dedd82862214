# SPDX-License-Identifier: Apache-2.0
"""Values of a vehicle over time, by their address (`fleet/value_path.py`), out of a log of any format.

What a log calls a value is in `vocabularies/`. Used by one thread at a time, as the log is.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.value_path import INSTEAD
from groundstation.logs.log import Columns, Log, LogError, LogInfo, MessageInfo, Vocabulary
from groundstation.logs.log_lookup import find_vehicle
from groundstation.logs.sources import LARGEST, Numbers, Source, Table
from groundstation.logs.vocabularies import dataflash, mavlink, streams, ulog

ORDER = (Vocabulary.STREAMS, Vocabulary.MAVLINK, Vocabulary.DATAFLASH, Vocabulary.ULOG)
"""Of the vocabularies of one vehicle the first counts first."""
TABLES: dict[Vocabulary, Table] = {
    Vocabulary.MAVLINK: mavlink.SOURCES,
    Vocabulary.DATAFLASH: dataflash.SOURCES,
    Vocabulary.ULOG: ulog.SOURCES,
}
RADIO = "radio"
"""`LogVehicle.role` of a telemetry radio."""
RADIO_MESSAGES = frozenset(("RADIO_STATUS", "RADIO"))


class ValueSeries(NamedTuple):
    """One value over time, at least once; its unit follows from its address."""

    time_s: Numbers
    """Shape (n,), float64, seconds, never falling; see `LogInfo.time_base`."""
    values: Numbers
    """Shape (n,), float64, finite."""

    def between(self, begin_s: float, end_s: float) -> ValueSeries | None:
        """What is from one time to another, both included; None when that is nothing."""
        low, high = np.searchsorted(self.time_s, begin_s), np.searchsorted(self.time_s, end_s, side="right")
        return ValueSeries(self.time_s[low:high], self.values[low:high]) if high > low else None


class _Told(NamedTuple):
    """A value over time, with and without the times at which it was unknown."""

    known: ValueSeries
    told: ValueSeries
    """NaN where unknown; the same as `known` where it always was known."""


class SeriesOf:
    """The values of one vehicle. Each value is read when it is first asked for, and kept."""

    def __init__(self, log: Log, vehicle: str) -> None:
        """Look up what the log has of a vehicle.

        Args:
            log: an open one; stays open as long as this is used.
            vehicle: `LogVehicle.id`.

        Raises:
            LogError: no such vehicle.
        """
        self.log = log
        self.vehicle = find_vehicle(log.info, vehicle)
        self.messages: dict[str, MessageInfo] = {one.name: one for one in log.info.messages if one.vehicle == vehicle}
        self._of_link = _of_link(log.info)
        self._kept: dict[str, _Told | None] = {}

    @property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """Those that this vehicle's messages are named in, the preferred first."""
        found = {one.vocabulary for one in self.messages.values()}
        return tuple(one for one in ORDER if one in found)

    def get(self, path: str) -> ValueSeries | None:
        """A value over time, or what tells the same; None when the log tells neither.

        Args:
            path: the value's address; the names of `CODES` come as their numbers.
        """
        found = self._of(path)
        return found.known if found is not None else None

    def told(self, path: str) -> ValueSeries | None:
        """The same with NaN where the vehicle said that it is unknown: what was known before holds no longer then."""
        found = self._of(path)
        return found.told if found is not None else None

    def columns(self, message: str, fields: tuple[str, ...]) -> Columns | None:
        """Fields of a message of this vehicle, in the order asked for; None when the log lacks one, or has no row."""
        info = self.messages.get(message) or self._of_link.get(message)
        if info is None or not info.count:
            return None
        if info.fields and not set(fields) <= {one.name for one in info.fields}:
            return None
        try:
            found = self.log.columns(message, fields, vehicle=info.vehicle)
        except LogError:
            return None
        # a field may be named in the log, and have no value in any row
        if not len(found.time_s) or not set(fields) <= set(found.values):
            return None
        return msgspec.structs.replace(found, values={name: found.values[name] for name in fields})

    def last_s(self, default_s: float) -> float:
        """Time of the newest message of this vehicle, seconds."""
        ends = [one.last_s for one in self.messages.values() if one.last_s is not None]
        return max([*ends, float(default_s)])

    def _of(self, path: str) -> _Told | None:
        if path not in self._kept:
            self._kept[path] = self._find(path)
        return self._kept[path]

    def _find(self, path: str) -> _Told | None:
        for vocabulary in self.vocabularies:
            # the vocabulary decides before the address: the best names of a log are preferred even for a value in place
            # of another
            for address, factor in ((path, 1.0), *INSTEAD.get(path, ())):
                for source in self._sources(vocabulary, address):
                    found = self._read(source, factor)
                    if found is None:
                        continue
                    # a message of ours has any of its values: what it lacks it says nothing of
                    is_any = source.is_of_many or vocabulary is Vocabulary.STREAMS
                    return found._replace(told=found.known) if is_any else found
        return None

    def _sources(self, vocabulary: Vocabulary, path: str) -> tuple[Source, ...]:
        if vocabulary is not Vocabulary.STREAMS:
            return TABLES[vocabulary].get(path, ())
        fields = {one.name: (field.name for field in one.fields) for one in self.messages.values()}
        return streams.sources(path, fields)

    def _read(self, source: Source, factor: float) -> _Told | None:
        if source.autopilot and source.autopilot != self.vehicle.autopilot:
            return None
        info = self.messages.get(source.message) or self._of_link.get(source.message)
        names = {one.name for one in info.fields} if info else set()
        wheres = [one for one in source.where if not names or one.field in names]
        wanted = tuple(dict.fromkeys((*source.fields, *(one.field for one in wheres))))
        columns = self.columns(source.message, wanted)
        if columns is None:
            return None
        rows = np.ones(len(columns.time_s), dtype=np.bool_)
        is_known = rows.copy()
        for where in wheres:
            (is_known if where.is_of_value else rows)[~where.rows(columns.values[where.field])] = False
        is_known &= rows
        if not is_known.any():
            return None
        values = np.full(len(rows), np.nan)
        values[is_known] = source.read(tuple(columns.values[name][is_known] for name in source.fields)) * factor
        return _told(columns.time_s[rows], values[rows])


def _of_link(info: LogInfo) -> dict[str, MessageInfo]:
    """What telemetry radios say: it is of the link that all vehicles of a log came over, whatever number they have."""
    radios = {one.id for one in info.vehicles if one.role == RADIO}
    told = [one for one in info.messages if one.vehicle in radios and one.name in RADIO_MESSAGES]
    # of several radios the one that said most, which comes last
    return {one.name: one for one in sorted(told, key=lambda one: one.count)}


def _told(time_s: NDArray[np.float64], values: Numbers) -> _Told | None:
    """Values in order of time; None when not one is known."""
    known = tidy(time_s, values)
    if known is None:
        return None
    is_timed = np.isfinite(time_s)
    if len(known.time_s) == is_timed.sum():
        return _Told(known, known)
    time_s, values = time_s[is_timed], values[is_timed]
    with np.errstate(invalid="ignore"):
        values = np.where(np.abs(values) < LARGEST, values, np.nan)
    order = np.argsort(time_s, kind="stable")
    return _Told(known, ValueSeries(time_s[order], values[order]))


def tidy(time_s: NDArray[np.float64], values: Numbers) -> ValueSeries | None:
    """Values in order of time without what is unknown, shape (n,) each; None when nothing is left."""
    with np.errstate(invalid="ignore"):
        # a comparison with NaN warns, and is false, which is what is wanted
        is_good = np.isfinite(time_s) & (np.abs(values) < LARGEST)
    time_s, values = time_s[is_good], values[is_good]
    if not len(time_s):
        return None
    # rows of one time stay in the order of the log
    order = np.argsort(time_s, kind="stable")
    return ValueSeries(time_s[order], values[order])
