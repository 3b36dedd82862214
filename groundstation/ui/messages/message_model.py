# SPDX-License-Identifier: Apache-2.0
"""The part of the log that passes a filter, for a view. GUI thread."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.messages.message_log import LogEntry, MessageLog

EntryRole = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class MessageFilter(msgspec.Struct, frozen=True):
    """What is let through."""

    level: Level = Level.NORMAL
    """The least bad one shown."""
    keys: frozenset[VehicleKey] | None = None
    """These vehicles; None for all."""
    text: str = ""
    """Found in text or id, upper and lower case alike."""

    def passes(self, entry: LogEntry) -> bool:
        """Whether an entry is shown."""
        if entry.level < self.level or (self.keys is not None and entry.key not in self.keys):
            return False
        if not self.text:
            return True
        folded = self.text.casefold()
        return folded in entry.text.casefold() or folded in entry.key.id.casefold()


class MessageModel(QAbstractListModel):
    """Entries that pass, oldest first."""

    def __init__(self, log: MessageLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._filter = MessageFilter()
        self._entries = list(log.entries)
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
        self.beginResetModel()
        self._filter = wanted
        self._entries = [entry for entry in self._log.entries if wanted.passes(entry)]
        self.endResetModel()

    def entry_at(self, index: Index) -> LogEntry | None:
        """The entry of a row."""
        return self._entries[index.row()] if index.isValid() and index.row() < len(self._entries) else None

    def _on_appended(self, entries: list[LogEntry]) -> None:
        passing = [entry for entry in entries if self._filter.passes(entry)]
        if passing:
            first = len(self._entries)
            self.beginInsertRows(QModelIndex(), first, first + len(passing) - 1)
            self._entries += passing
            self.endInsertRows()

    def _on_repeated(self) -> None:
        if self._entries:
            self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))

    def _on_trimmed(self, count: int) -> None:
        del count
        self.beginResetModel()
        self._entries = [entry for entry in self._log.entries if self._filter.passes(entry)]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: the entry for the painter, one line for copying and screen readers."""
        entry = self.entry_at(index)
        if entry is None:
            return None
        if role == EntryRole:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{entry.key.id} {entry.severity} {entry.text}"
        return None
