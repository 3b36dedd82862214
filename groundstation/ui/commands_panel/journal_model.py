# SPDX-License-Identifier: Apache-2.0
"""Every command that was seen, filtered, newest last. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon

from groundstation.fleet.commands import END_STATES
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import Tone, look_of, tone_role
from groundstation.ui.commands_panel.journal_entry import EntryKey, JournalEntry
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.colours import vehicle_colour
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import local_time

MAX_ENTRIES = 20_000
DROPPED_AT_ONCE = 2_000
TIME, VEHICLE, ORDER, BY, STATE, WHY = range(6)
Index = QModelIndex | QPersistentModelIndex


class JournalFilter(msgspec.Struct, frozen=True):
    """What is let through."""

    words: tuple[str, ...] = ()
    """Must all occur, folded."""
    kind: str = "all"
    """`all`, `bad` for what ended badly, `running` for what has not ended."""
    keys: frozenset[VehicleKey] | None = None
    """These vehicles; None for all."""

    def passes(self, entry: JournalEntry) -> bool:
        """Whether an entry is shown."""
        if self.keys is not None and entry.key not in self.keys:
            return False
        if self.kind == "bad" and look_of(entry.state).tone is not Tone.BAD:
            return False
        if self.kind == "running" and entry.state in END_STATES:
            return False
        return all(word in entry.haystack for word in self.words)


class JournalModel(QAbstractTableModel):
    """One row a command."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: dict[EntryKey, JournalEntry] = {}
        self._shown: list[JournalEntry] = []
        self._rows: dict[EntryKey, int] = {}
        self._filter = JournalFilter()

    @property
    def titles(self) -> tuple[str, ...]:
        """Of the columns, in the language of now."""
        return (
            *(self.tr("Time"), self.tr("Vehicle"), self.tr("Command"), self.tr("By"), self.tr("State")),
            self.tr("Why, and the vehicle's own words"),
        )

    @property
    def total(self) -> int:
        """Commands before the filter."""
        return len(self._all)

    def set_filter(self, wanted: JournalFilter) -> None:
        """Let something else through."""
        if wanted != self._filter:
            self._filter = wanted
            self._sieve()

    def set_entries(self, entries: Iterable[JournalEntry]) -> None:
        """Know these and no others."""
        # by time: what was read from disk and what is in memory overlap
        self._all = {one.address: one for one in sorted(entries, key=lambda one: one.at_unix_s)}
        self._sieve()

    def update(self, entries: Iterable[JournalEntry]) -> None:
        """Something happened to these; new ones come at the end."""
        new: list[JournalEntry] = []
        changed: list[int] = []
        # a command may come into several states in one tick: the last one is shown
        for entry in {one.address: one for one in entries}.values():
            row, passes = self._rows.get(entry.address), self._filter.passes(entry)
            self._all[entry.address] = entry
            if row is not None:
                # what was shown stays until the filter changes: rows must not go from under the mouse
                self._shown[row] = entry
                changed.append(row)
            elif passes:
                new.append(entry)
        if changed:
            # one signal for all, whatever lies between: a view draws visible rows only
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), WHY))
        if new:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._rows.update({one.address: first + number for number, one in enumerate(new)})
            self._shown += new
            self.endInsertRows()
        if len(self._all) > MAX_ENTRIES:
            for address in list(self._all)[:DROPPED_AT_ONCE]:
                # some thousand at once: the rows are made anew after it, which must not happen with each entry
                del self._all[address]
            self._sieve()

    def entry_at(self, row: int) -> JournalEntry | None:
        """What stands in a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _sieve(self) -> None:
        self.beginResetModel()
        self._shown = [one for one in self._all.values() if self._filter.passes(one)]
        self._rows = {one.address: row for row, one in enumerate(self._shown)}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of columns."""
        return 0 if parent.isValid() else len(self.titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: titles."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: texts, colours and signs."""
        entry = self.entry_at(index.row()) if index.isValid() else None
        if entry is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(entry, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _colour_of(entry, column)
        if role == Qt.ItemDataRole.DecorationRole and column == STATE:
            return _sign_of(entry)
        if role == Qt.ItemDataRole.ToolTipRole and column in (ORDER, BY, WHY):
            return plain_tip(f"{text_of(entry, column)}\n{entry.by}" if column == ORDER else text_of(entry, column))
        return None


def text_of(entry: JournalEntry, column: int) -> str:
    """The text of a cell."""
    if column == TIME:
        return local_time(entry.at_unix_s)
    return (call_sign(entry.key), entry.order, entry.by, entry.state_text, entry.words)[column - 1]


def _colour_of(entry: JournalEntry, column: int) -> QColor:
    if column == VEHICLE:
        return vehicle_colour(entry.key.id)
    look = look_of(entry.state)
    if column == STATE or (column == WHY and look.tone is Tone.BAD):
        return ink(Ink.TEXT if look.tone is Tone.BUSY else tone_role(look.tone))
    return ink(Ink.TEXT if column == ORDER else Ink.MUTED)


def _sign_of(entry: JournalEntry) -> QIcon:
    look = look_of(entry.state)
    return icon(look.icon, tone_role(look.tone), tone_role(look.tone))
