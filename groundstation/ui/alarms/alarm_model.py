# SPDX-License-Identifier: Apache-2.0
"""The rows of the list of alarms. GUI thread."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from groundstation.fleet.alarms.alarm import Alarm
from groundstation.fleet.alarms.book import AlarmBook
from groundstation.fleet.folded import folded
from groundstation.ui.alarms.alarm_words import Names, age_words, detail_text, source_text, state_text
from groundstation.ui.said import translated

TIMES = "\N{MULTIPLICATION SIGN}"
CardRole = Qt.ItemDataRole.UserRole + 1


class Card(NamedTuple):
    """One alarm as it is shown."""

    alarm: Alarm
    source: str
    title: str
    detail: str
    state: str
    age: str
    can_acknowledge: bool


class AlarmModel(QAbstractListModel):
    """Alarms, the most urgent first."""

    def __init__(self, parent: QObject | None = None, *, can_act: bool = True) -> None:
        super().__init__(parent)
        self._cards: list[Card] = []
        self._can_act = can_act

    @property
    def cards(self) -> list[Card]:
        """What is shown, in order."""
        return self._cards

    def show(self, book: AlarmBook, names: Names, now_unix_s: float, text: str, *, shows_shelved: bool) -> None:
        """Show everything as it is now.

        Args:
            book: what is known.
            names: of vehicles and devices.
            now_unix_s: for ages.
            text: what cards must contain; empty for all.
            shows_shelved: whether those on the shelf are among them.
        """
        cards = [self._card(one, names, now_unix_s) for one in book.sorted() if shows_shelved or one.shelf is None]
        if text:
            wanted = folded(text)
            cards = [one for one in cards if any(wanted in folded(words) for words in one[1:5])]
        before = [one.alarm.key for one in self._cards]
        after = [one.alarm.key for one in cards]
        if before == after:
            self._cards = cards
            if cards:
                self.dataChanged.emit(self.index(0), self.index(len(cards) - 1))
            return
        self.layoutAboutToBeChanged.emit()
        # who is selected stays so wherever it goes
        old = self.persistentIndexList()
        keys = [before[index.row()] for index in old]
        self._cards = cards
        rows = {key: row for row, key in enumerate(after)}
        self.changePersistentIndexList(old, [self.index(rows[key]) if key in rows else QModelIndex() for key in keys])
        self.layoutChanged.emit()

    def _card(self, alarm: Alarm, names: Names, now_unix_s: float) -> Card:
        return Card(
            alarm,
            source_text(alarm, names),
            translated(alarm.title) + (f" {TIMES}{alarm.count}" if alarm.count > 1 else ""),
            detail_text(alarm),
            state_text(alarm),
            age_words(now_unix_s - alarm.raised_unix_s),
            self._can_act and alarm.waits,
        )

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """Qt: how many."""
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: a card, or its words for a screen reader."""
        if not index.isValid() or index.row() >= len(self._cards):
            return None
        card = self._cards[index.row()]
        if role == CardRole:
            return card
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            level = card.alarm.level.name.lower()
            return ", ".join(one for one in (level, card.source, card.title, card.detail, card.state, card.age) if one)
        if role == Qt.ItemDataRole.ToolTipRole and card.alarm.members:
            # Qt takes what looks like HTML for HTML
            return "\n".join(card.alarm.members[:30]).replace("<", "(")
        return None
