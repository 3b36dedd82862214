# SPDX-License-Identifier: Apache-2.0
"""The part of the log that passes a filter, for a view. GUI thread."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from groundstation.fleet.conditions import Level
from groundstation.fleet.folded import folded
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.call_signs import call_sign
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.messages.message_store import LogEntry
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.timeline import DATE, local_time

EntryRole = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


class MessageFilter(msgspec.Struct, frozen=True):
    """What is let through."""

    level: Level = Level.NORMAL
    """The least bad one shown."""
    keys: frozenset[VehicleKey] | None = None
    """These vehicles; None for all."""
    text: str = ""
    """Found in text, id or call sign, upper and lower case alike."""

    def passes(self, entry: LogEntry) -> bool:
        """Whether an entry is shown."""
        if entry.level < self.level or (self.keys is not None and entry.key not in self.keys):
            return False
        if not self.text:
            return True
        wanted = folded(self.text)
        return wanted in folded(entry.text) or wanted in folded(f"{entry.key.id} {call_sign(entry.key)}")


class MessageModel(QAbstractListModel):
    """Entries that pass, oldest first: their positions, and nothing of them until somebody looks."""

    def __init__(self, log: MessageLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._filter = MessageFilter()
        self._positions = np.empty(1_024, np.int64)
        self._count, self._seen = 0, log.entries.first
        self._take_new()
        log.appended.connect(self._on_appended)
        log.repeated.connect(self._on_repeated)
        log.trimmed.connect(self._on_trimmed)

    @property
    def filter(self) -> MessageFilter:
        """What is let through."""
        return self._filter

    def set_filter(self, wanted: MessageFilter) -> None:
        """Let something else through."""
        if wanted == self._filter:
            return
        # one change for whoever looks: a list that seemed empty for a moment would be hidden and lose the keyboard
        self.beginResetModel()
        self._filter = wanted
        self._count, self._seen = 0, self._log.entries.first
        self._take_new()
        self.endResetModel()

    def entry(self, row: int) -> LogEntry:
        """What stands in a row."""
        return self._log.entries.at(int(self._positions[row]))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Qt: how many."""
        return 0 if parent.isValid() else self._count

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Qt: all of one kind."""
        del index
        return _FLAGS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: the entry for the painter, one line for copying and screen readers."""
        if not index.isValid() or index.row() >= self._count:
            return None
        if role == EntryRole:
            return self.entry(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            entry = self.entry(index.row())
            return f"{call_sign(entry.key)} {entry.severity} {entry.text}"
        if role == Qt.ItemDataRole.ToolTipRole:
            entry = self.entry(index.row())
            return plain_tip(f"{local_time(entry.last_s, DATE)}  {call_sign(entry.key)}\n{entry.text}")
        return None

    def _new(self) -> Any:
        wanted = self._filter
        return self._log.entries.matching(self._seen, wanted.level, wanted.keys, wanted.text)

    def _take_new(self, new: Any = None) -> None:
        new = self._new() if new is None else new
        self._seen = self._log.entries.end
        wanted = self._count + len(new)
        if wanted > len(self._positions):
            room = np.empty(max(2 * len(self._positions), wanted), np.int64)
            room[: self._count] = self._positions[: self._count]
            self._positions = room
        self._positions[self._count : wanted] = new
        self._count = wanted

    def _on_appended(self) -> None:
        new = self._new()
        if not len(new):
            self._seen = self._log.entries.end
            return
        self.beginInsertRows(QModelIndex(), self._count, self._count + len(new) - 1)
        self._take_new(new)
        self.endInsertRows()

    def _on_trimmed(self, _count: int) -> None:
        """The oldest went: of the rows those that were of them."""
        gone = int(np.searchsorted(self._positions[: self._count], self._log.entries.first))
        if not gone:
            return
        self.beginRemoveRows(QModelIndex(), 0, gone - 1)
        self._positions[: self._count - gone] = self._positions[gone : self._count].copy()
        self._count -= gone
        self.endRemoveRows()

    def _on_repeated(self) -> None:
        if self._count:
            # where the repeated ones stand nobody knows; a view draws what is seen
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, 0))
