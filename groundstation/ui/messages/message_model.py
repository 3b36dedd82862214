# SPDX-License-Identifier: Apache-2.0
"""The part of the log that passes a filter, for a view. GUI thread."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

from groundstation.fleet.conditions import Level
from groundstation.fleet.folded import folded
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.call_signs import call_sign
from groundstation.ui.messages.message_log import LogEntry, MessageLog

EntryRole = Qt.ItemDataRole.UserRole + 1
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


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
        wanted = folded(self.text)
        return wanted in folded(entry.text) or wanted in folded(f"{entry.key.id} {call_sign(entry.key)}")


class MessageModel(QStandardItemModel):
    """Entries that pass, oldest first.

    Rows are Qt's own: a list view asks for the number of rows at each row that it lays out, at each message. Asked of
    Python, that was the dearest thing the window did with 500 vehicles.
    """

    def __init__(self, log: MessageLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._filter = MessageFilter()
        self._on_appended(log.entries)
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
        self._filter = wanted
        # one change for whoever looks: a list that seemed empty for a moment would be hidden and lose the keyboard
        self.blockSignals(True)
        self.removeRows(0, self.rowCount())
        self._on_appended(self._log.entries)
        self.blockSignals(False)
        self.beginResetModel()
        self.endResetModel()

    def _on_appended(self, entries: list[LogEntry]) -> None:
        passing = [_item(entry) for entry in entries if self._filter.passes(entry)]
        if passing:
            self.invisibleRootItem().appendRows(passing)

    def _on_trimmed(self, count: int) -> None:
        """The oldest went: of the rows those that are too many."""
        del count
        # how many of the dropped ones were shown is known by those that are left
        left = sum(self._filter.passes(entry) for entry in self._log.entries)
        self.removeRows(0, self.rowCount() - left)

    def _on_repeated(self) -> None:
        if self.rowCount():
            # where the repeated ones stand nobody knows; a view draws what is seen
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, 0))


def _item(entry: LogEntry) -> QStandardItem:
    """The entry for the painter, one line for copying and screen readers."""
    made = QStandardItem(f"{call_sign(entry.key)} {entry.severity} {entry.text}")
    made.setData(entry, EntryRole)
    made.setFlags(_FLAGS)
    return made
