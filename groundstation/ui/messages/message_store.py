# SPDX-License-Identifier: Apache-2.0
"""A million lines in columns: a line costs 34 bytes, and a text that is said again nothing more. GUI thread; no Qt.

Lines are known by their position since the beginning, which stays when the oldest go.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.conditions import Level
from groundstation.fleet.events import EventKind
from groundstation.fleet.folded import folded
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.sample import Severity
from groundstation.ui.call_signs import call_sign
from groundstation.ui.theme.colours import severity_level

Positions = NDArray[np.int64]

BLOCK = 2_048
"""Texts that are searched at once: a search goes through a long text faster than through many short ones."""
SPARE = 4_096
"""Texts that nobody has any more are forgotten when there are so many, and as many as others."""
_COLUMNS: dict[str, Any] = {
    "key": np.int32,
    "text": np.int32,
    "severity": np.int8,
    "level": np.int8,
    "kind": np.int8,
    "first_s": np.float64,
    "last_s": np.float64,
    "count": np.int32,
}
_SEVERITIES, _KINDS = tuple(Severity), tuple(EventKind)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log as it is now."""

    key: VehicleKey
    text: str
    severity: Severity
    kind: EventKind
    first_s: float
    """Wall clock, seconds since 1970."""
    last_s: float
    """Wall clock of the newest repeat."""
    count: int = 1

    @property
    def level(self) -> Level:
        """How bad it is."""
        return severity_level(self.severity)


class _Numbered:
    """Values, each with a number by which columns know it."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self.values)
            self.values.append(value)
        return found


class MessageStore:
    """Lines in order of arrival."""

    def __init__(self) -> None:
        self._columns = {name: np.empty(1_024, dtype) for name, dtype in _COLUMNS.items()}
        self._count = 0
        self.first = 0
        """Position of the oldest line that is kept."""
        self._keys = _Numbered()
        self._forget_texts()

    def _forget_texts(self) -> None:
        self._texts = _Numbered()
        self._folded: list[str] = []
        self._blocks: dict[int, str] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def end(self) -> int:
        """Position behind the newest line."""
        return self.first + self._count

    def add(self, entry: LogEntry) -> int:
        """Keep a line; returns its position."""
        self._make_room()
        row, columns = self._count, self._columns
        columns["key"][row] = self._keys.number(entry.key)
        columns["text"][row] = self._text(entry.text)
        columns["severity"][row] = _SEVERITIES.index(entry.severity)
        columns["level"][row] = int(entry.level)
        columns["kind"][row] = _KINDS.index(entry.kind)
        columns["first_s"][row], columns["last_s"][row] = entry.first_s, entry.last_s
        columns["count"][row] = entry.count
        self._count += 1
        return self.first + row

    def repeat(self, position: int, at_s: float) -> None:
        """A line was said again."""
        row = position - self.first
        if 0 <= row < self._count:
            self._columns["count"][row] += 1
            # they may come out of order
            self._columns["last_s"][row] = max(at_s, self._columns["last_s"][row])

    def at(self, position: int) -> LogEntry:
        """A line.

        Raises:
            IndexError: it is not kept, or was never there.
        """
        row = position - self.first
        if not 0 <= row < self._count:
            raise IndexError(f"no line {position}")
        one = {name: column[row] for name, column in self._columns.items()}
        return LogEntry(
            self._keys.values[one["key"]],
            self._texts.values[one["text"]],
            _SEVERITIES[one["severity"]],
            _KINDS[one["kind"]],
            float(one["first_s"]),
            float(one["last_s"]),
            int(one["count"]),
        )

    def __iter__(self) -> Iterator[LogEntry]:
        return (self.at(position) for position in range(self.first, self.end))

    def drop(self, count: int) -> None:
        """Let the oldest go; room for as many is free again."""
        count = min(count, self._count)
        for column in self._columns.values():
            column[: self._count - count] = column[count : self._count].copy()
        self._count -= count
        self.first += count
        self._tidy()

    def matching(
        self, begin: int, level: Level = Level.NORMAL, keys: frozenset[VehicleKey] | None = None, text: str = ""
    ) -> Positions:
        """Positions of lines that pass, in order.

        Args:
            begin: position of the first that is looked at.
            level: the least bad one.
            keys: of these vehicles; None for all.
            text: found in the text, the id or the call sign, upper and lower case alike; empty for any.
        """
        rows = slice(max(0, begin - self.first), self._count)
        passing = self._columns["level"][rows] >= int(level)
        if keys is not None:
            chosen = np.fromiter((one in keys for one in self._keys.values), np.bool_, len(self._keys.values))
            passing &= chosen[self._columns["key"][rows]]
        wanted = folded(text)
        if wanted:
            names = (wanted in folded(f"{one.id} {call_sign(one)}") for one in self._keys.values)
            named = np.fromiter(names, np.bool_, len(self._keys.values))
            told = self._columns["text"][rows]
            # few new lines are looked at by themselves, not with all texts that there ever were
            found = self._found(wanted) if rows.stop - rows.start > BLOCK else self._found_of(wanted, told)
            passing &= found[told] | named[self._columns["key"][rows]]
        return np.flatnonzero(passing) + self.first + rows.start

    def _found(self, wanted: str) -> NDArray[np.bool_]:
        """Which texts have it in them."""
        found = np.zeros(len(self._folded), np.bool_)
        for begin in range(0, len(self._folded), BLOCK):
            texts = self._folded[begin : begin + BLOCK]
            if wanted in self._block(begin, texts):
                told = map(operator.contains, texts, itertools.repeat(wanted))
                found[begin : begin + len(texts)] = np.fromiter(told, np.bool_, len(texts))
        return found

    def _found_of(self, wanted: str, numbers: NDArray[np.int32]) -> NDArray[np.bool_]:
        found = np.zeros(len(self._folded), np.bool_)
        for number in set(numbers.tolist()):
            found[number] = wanted in self._folded[number]
        return found

    def _block(self, begin: int, texts: list[str]) -> str:
        """Texts as one; kept where it is full, since more will be searched."""
        joined = self._blocks.get(begin)
        if joined is None:
            # no text has a line break in it, so nothing is found across two
            joined = "\n".join(texts)
            if len(texts) == BLOCK:
                self._blocks[begin] = joined
        return joined

    def _text(self, text: str) -> int:
        number = self._texts.number(text)
        if number == len(self._folded):
            self._folded.append(folded(text).replace("\n", " "))
        return number

    def _make_room(self) -> None:
        room = len(self._columns["key"])
        if self._count < room:
            return
        for name, column in self._columns.items():
            self._columns[name] = np.concatenate((column, np.empty(room, column.dtype)))

    def _tidy(self) -> None:
        """Texts of lines that went are forgotten, now and then."""
        told = self._columns["text"][: self._count]
        used = np.unique(told)
        if len(self._texts.values) < 2 * len(used) + SPARE:
            return
        before = self._texts.values
        self._forget_texts()
        numbers = np.empty(len(before), np.int32)
        for old, new in zip(used.tolist(), itertools.count(), strict=False):
            numbers[old] = new
            self._text(before[old])
        told[:] = numbers[told]
