# SPDX-License-Identifier: Apache-2.0
"""One order as vehicle by state. GUI thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import CommandState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import Tone, look_of, state_words, tone_role
from groundstation.ui.commands_panel.batch_log import BatchLog
from groundstation.ui.language.shown import percent
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.said import said_of
from groundstation.ui.theme.colours import vehicle_colour
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import local_time

STAGES = (
    CommandState.QUEUED,
    CommandState.SENT,
    CommandState.RECEIVED,
    CommandState.ACCEPTED,
    CommandState.IN_PROGRESS,
)
VEHICLE, END, WHY = 0, len(STAGES) + 1, len(STAGES) + 2
Index = QModelIndex | QPersistentModelIndex


class MatrixModel(QAbstractTableModel):
    """A row a vehicle, a column a state; signs beside colours."""

    def __init__(self, log: BatchLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self.batch: str | None = None
        self.records: list[CommandRecord] = []

    @property
    def titles(self) -> tuple[str, ...]:
        """Of the columns, in the language of now."""
        return (
            *(self.tr("Vehicle"), self.tr("Queued"), self.tr("Sent"), self.tr("Received"), self.tr("Accepted")),
            *(self.tr("Progress"), self.tr("End"), self.tr("Why")),
        )

    def show_batch(self, batch: str | None) -> None:
        """Show an order as it is now."""
        records = self._log.records(batch) if batch is not None else []
        # only a change: a reset would take the selection and the place where one reads
        if batch == self.batch and len(records) == len(self.records):
            if records != self.records:
                self.records = records
                self.dataChanged.emit(self.index(0, 0), self.index(len(records) - 1, WHY))
            return
        self.beginResetModel()
        self.batch, self.records = batch, records
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self.records)

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
        if not index.isValid() or index.row() >= len(self.records):
            return None
        record, column = self.records[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                found: Any = self._text(record, column)
            case Qt.ItemDataRole.DecorationRole:
                found = self._sign(record, column)
            case Qt.ItemDataRole.ForegroundRole:
                found = _colour(record, column)
            case Qt.ItemDataRole.ToolTipRole:
                found = plain_tip(self._tip(record, column))
            case Qt.ItemDataRole.AccessibleTextRole:
                found = f"{call_sign(record.key)} {self.titles[column]} {self._tip(record, column)}"
            case _:
                found = None
        return found

    def _text(self, record: CommandRecord, column: int) -> str:
        if column == VEHICLE:
            return call_sign(record.key)
        if column == END:
            return state_words(record.state, record.verb, record.reason) if record.is_over else ""
        if column == WHY:
            return said_of(record)
        is_here = STAGES[column - 1] is record.state
        return percent(record.progress) if is_here and record.progress is not None else ""

    def _sign(self, record: CommandRecord, column: int) -> Any:
        if column in (VEHICLE, WHY):
            return None
        if column == END:
            look = look_of(record.state)
            return icon(look.icon, tone_role(look.tone), tone_role(look.tone)) if record.is_over else None
        stage = STAGES[column - 1]
        if stage is record.state:
            colour = tone_role(look_of(stage).tone)
            return icon(look_of(stage).icon, colour, colour)
        # a state that came and went between two ticks was never seen: it is marked as passed over
        was_here = stage in self._log.steps(record) or stage is CommandState.QUEUED
        is_behind = record.is_over or STAGES.index(record.state) > column - 1
        if was_here:
            return icon("done", Ink.MUTED, Ink.MUTED)
        return icon("skipped", Ink.FAINT, Ink.FAINT) if is_behind else None

    def _tip(self, record: CommandRecord, column: int) -> str:
        if column in (VEHICLE, END, WHY):
            return self._text(record, column)
        at = self._log.steps(record).get(STAGES[column - 1])
        return local_time(at) if at is not None else ""


def _colour(record: CommandRecord, column: int) -> QColor:
    if column == VEHICLE:
        return vehicle_colour(record.key.id)
    look = look_of(record.state)
    if column in (END, WHY) and look.tone in (Tone.BAD, Tone.GOOD):
        return ink(tone_role(look.tone))
    return ink(Ink.MUTED if column == WHY else Ink.TEXT)
