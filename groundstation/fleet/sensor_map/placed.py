# SPDX-License-Identifier: Apache-2.0
"""Devices that have a place, as columns: ten thousand of them are drawn as one table. Pure; one thread owns it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.sensors import LEAST_STALE_S, MISSED, UNKNOWN_STALE_S, SensorBoard, SensorReading

Numbers = NDArray[np.float64]
FIRST_ROOM = 256


class _Fixed(NamedTuple):
    """How to take in what one says that stays where it is."""

    row: int
    path: str
    factor: float
    offset: float


class PlacedSensors:
    """The newest place and value of each."""

    def __init__(self, meanings: SensorMap) -> None:
        """Begin with nobody.

        Args:
            meanings: what topics mean.
        """
        self.meanings = meanings
        self._rows: dict[str, int] = {}
        self._topics: list[str] = []
        self._kinds: dict[str, int] = {}
        self._kind_of: list[str] = []
        """Of each row."""
        self._forgotten = 0
        self._fixed: dict[str, _Fixed] = {}
        """Those whose place a file says."""
        self.moved = 0
        """Grows when a place is another one, or a row somebody else's."""
        self._columns = np.zeros((8, FIRST_ROOM))
        self.revision = 0
        """Grows with each change."""

    def __len__(self) -> int:
        return len(self._topics)

    @property
    def topics(self) -> list[str]:
        """Whose the rows are."""
        return self._topics

    def row_of(self, topic: str) -> int | None:
        """Which row a topic has; None for none."""
        return self._rows.get(topic)

    @property
    def places(self) -> Numbers:
        """Latitude and longitude, degrees, shape (n, 2)."""
        return self._columns[:2, : len(self._topics)].T

    @property
    def values(self) -> Numbers:
        """The value that the map shows, shape (n,); not a number where there is none."""
        return self._columns[2, : len(self._topics)]

    @property
    def heard_s(self) -> Numbers:
        """When each was heard last, monotonic seconds, shape (n,); minus infinity for what the broker had kept."""
        return self._columns[3, : len(self._topics)]

    def old(self, now_s: float) -> NDArray[np.bool_]:
        """Which were not heard for longer than a file promises, or for long where none does; shape (n,).

        Args:
            now_s: monotonic seconds.
        """
        return np.asarray(now_s - self.heard_s > self._columns[7, : len(self._topics)])

    def use(self, meanings: SensorMap, board: SensorBoard) -> None:
        """Another file: everything is looked at anew."""
        self.meanings = meanings
        self._rows, self._topics, self._kinds, self._kind_of, self._fixed = {}, [], {}, [], {}
        self.moved += 1
        self.fold(board.topics(), board)
        self.revision += 1

    def fold(self, changed: Iterable[str], board: SensorBoard) -> None:
        """Take in what was heard of some topics."""
        for topic in changed:
            reading = board.get(topic)
            if reading is None:
                self._drop(topic)
            else:
                self._take(topic, reading)
        # what a board forgot for want of room is told by nobody
        if board.forgotten != self._forgotten:
            self._forgotten = board.forgotten
            for topic in [one for one in self._topics if board.get(one) is None]:
                self._drop(topic)

    def _take(self, topic: str, reading: SensorReading) -> None:
        fixed = self._fixed.get(topic)
        if fixed is not None:
            # mostly: it stays where a file says, and says one number
            number = reading.numbers.get(fixed.path)
            if number is not None:
                self._columns[2, fixed.row] = number * fixed.factor + fixed.offset
            self._columns[3, fixed.row] = -np.inf if reading.is_retained else reading.received_s
            self.revision += 1
            return
        meaning = self.meanings.of(topic)
        place = meaning.place(reading.numbers)
        row = self._rows.get(topic)
        # one that says where it is only now and then stays where it was
        if place is None and row is None:
            return
        if row is None:
            row = self._rows[topic] = len(self._topics)
            self._topics.append(topic)
            self._kind_of.append("")
            if row == self._columns.shape[1]:
                self._columns = np.hstack([self._columns, np.zeros_like(self._columns)])
            self._columns[2:6, row] = np.nan
            self._describe(row, topic, reading)
        path = meaning.main_path(reading.numbers)
        # of one that has told no number until now nobody knew what it is to be compared with
        if path is not None and np.isnan(self._columns[2, row]):
            self._describe(row, topic, reading)
        if place is not None and tuple(self._columns[:2, row]) != place:
            self._columns[:2, row] = place
            self.moved += 1
        # one that tells several things in turn keeps what it told of this one
        if path is not None:
            self._columns[2, row] = meaning.shown(path, reading.numbers[path])
        self._columns[3, row] = -np.inf if reading.is_retained else reading.received_s
        self.revision += 1
        if meaning.lat_deg is not None and path is not None:
            value = meaning.value(path)
            self._fixed[topic] = _Fixed(row, path, value.factor, value.offset)

    def _describe(self, row: int, topic: str, reading: SensorReading) -> None:
        """What is compared with each other: a kind of the file, else values of one name."""
        meaning = self.meanings.of(topic)
        path = meaning.main_path(reading.numbers) or ""
        kind = meaning.kind or path
        value = meaning.value(path)
        low = np.nan if value.low is None else value.low
        high = np.nan if value.high is None else value.high
        self._kind_of[row] = kind
        # devices come and go, and with them their words
        if len(self._kinds) > 2 * len(self._topics) + FIRST_ROOM:
            self._kinds = {}
            for other, word in enumerate(self._kind_of):
                self._columns[6, other] = self._kinds.setdefault(word, len(self._kinds))
        promised_s = meaning.period_s
        self._columns[4:, row] = (
            low,
            high,
            self._kinds.setdefault(kind, len(self._kinds)),
            UNKNOWN_STALE_S if promised_s is None else max(LEAST_STALE_S, MISSED * promised_s),
        )

    def shares(self) -> Numbers:
        """How high each value is, from 0 to 1: by the file, else among its kind; shape (n,), not a number for none."""
        values, (lows, highs, kinds) = self.values, self._columns[4:7, : len(self._topics)]
        number, own = kinds.astype(np.intp), np.isfinite(values)
        # in one pass: there may be as many kinds as devices
        least, most = np.full(len(self._kinds), np.inf), np.full(len(self._kinds), -np.inf)
        np.minimum.at(least, number[own], values[own])
        np.maximum.at(most, number[own], values[own])
        lows, highs = np.where(np.isnan(lows), least[number], lows), np.where(np.isnan(highs), most[number], highs)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            found = np.clip((values - lows) / (highs - lows), 0.0, 1.0)
        # all the same: the middle
        return np.where(own, np.where(highs > lows, found, 0.5), np.nan)

    def _drop(self, topic: str) -> None:
        row = self._rows.pop(topic, None)
        if row is None:
            return
        # rows go to others
        self._fixed, self.moved = {}, self.moved + 1
        last = len(self._topics) - 1
        # the last one takes its row
        self._columns[:, row] = self._columns[:, last]
        self._topics[row], self._kind_of[row] = self._topics[last], self._kind_of[last]
        if row != last:
            self._rows[self._topics[row]] = row
        self._topics.pop()
        self._kind_of.pop()
        self.revision += 1
