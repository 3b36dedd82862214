# SPDX-License-Identifier: Apache-2.0
"""The rows of what operators say. GUI thread."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from groundstation.fleet.folded import folded
from groundstation.fleet.operators.conversation import Conversation
from groundstation.fleet.operators.said import OperatorMessage
from groundstation.ui.operators.operators_port import OperatorsAccess
from groundstation.ui.operators.said_words import about_text, body_text, head_text, state_text, when_text
from groundstation.ui.timeline import local_time

MOST_SHOWN = 500
"""The newest; a search looks at all."""
SaidRole = Qt.ItemDataRole.UserRole + 1


class SaidRow(NamedTuple):
    """One message as it is shown."""

    message: OperatorMessage
    when: str
    head: str
    body: str
    about: str
    state: str
    is_mine: bool
    is_unread: bool


class SaidModel(QAbstractListModel):
    """Messages that this operator may see, the earliest first."""

    def __init__(self, access: OperatorsAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self.rows: list[SaidRow] = []
        self._shown: tuple[object, ...] = ()
        self.looked = 0
        """How often rows were made."""

    def show(self, conversation: Conversation, now_unix_s: float, text: str) -> None:
        """Show everything as it is now.

        Args:
            conversation: what is known.
            now_unix_s: for dates.
            text: what rows must contain; empty for all.
        """
        # asked twice a second: rows are made when something that stands in them is new
        own = tuple(self._access.delivery(row.message.id) for row in self.rows if row.is_mine)
        shown = conversation.revision, text, local_time(now_unix_s, "%Y-%m-%d"), own
        if shown == self._shown:
            return
        self._fill(conversation, now_unix_s, text)
        own = tuple(self._access.delivery(row.message.id) for row in self.rows if row.is_mine)
        self._shown = (*shown[:3], own)
        self.looked += 1

    def _fill(self, conversation: Conversation, now_unix_s: float, text: str) -> None:
        me = self._access.me.op
        mine = [one for one in conversation.all() if one.is_for(me)]
        rows = [self._row(one, conversation, now_unix_s) for one in (mine if text else mine[-MOST_SHOWN:])]
        if text:
            wanted = folded(text)
            rows = [one for one in rows if any(wanted in folded(words) for words in one[2:5])][-MOST_SHOWN:]
        before, after = [one.message.id for one in self.rows], [one.message.id for one in rows]
        if before == after:
            if rows != self.rows:
                self.rows = rows
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        elif before and after[: len(before)] == before:
            # mostly: what is selected and scrolled to stays
            self.beginInsertRows(QModelIndex(), len(before), len(after) - 1)
            self.rows = rows
            self.endInsertRows()
            self.dataChanged.emit(self.index(0), self.index(len(before) - 1))
        else:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def _row(self, one: OperatorMessage, conversation: Conversation, now_unix_s: float) -> SaidRow:
        me = self._access.me.op
        return SaidRow(
            one,
            when_text(one.at_unix_s, now_unix_s),
            head_text(one, me),
            body_text(one, conversation),
            about_text(one, now_unix_s),
            state_text(one, conversation, me, self._access.delivery(one.id)),
            one.is_by(me),
            not one.is_by(me) and not conversation.is_read(one.id, me),
        )

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """Qt: how many."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: a row, or its words for a screen reader."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == SaidRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(one for one in (row.when, row.head, row.body, row.about, row.state) if one)
        return None
