# SPDX-License-Identifier: Apache-2.0
"""A procedure as step by vehicle. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.procedures.procedure import Procedure
from groundstation.fleet.procedures.progress import Cell, StepState
from groundstation.ui.language.shown import shown
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.said import said
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink

STEP, WHAT, FIRST = 0, 1, 2
"""Columns: number and kind, what it is about, then the vehicles."""
Index = QModelIndex | QPersistentModelIndex


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("Procedures", text)


class StepLook(NamedTuple):
    """A state for people."""

    words: str
    icon: str
    colour: Ink


LOOKS = {
    StepState.WAITING: StepLook("waits", "waiting", Ink.FAINT),
    StepState.RUNNING: StepLook("under way", "busy", Ink.ACCENT),
    StepState.DONE: StepLook("done", "done", Ink.TEXT),
    StepState.FAILED: StepLook("failed", "failed", Ink.CAUTION),
    StepState.SKIPPED: StepLook("left out", "skipped", Ink.MUTED),
}
KINDS = {"check": "check", "confirm": "confirm", "do": "order", "wait": "wait", "say": "say"}


class ProcedureModel(QAbstractTableModel):
    """A row a step, a column a vehicle; signs and words beside colours."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.procedure: Procedure | None = None
        self.keys: tuple[VehicleKey, ...] = ()
        self._cell: Callable[[int, VehicleKey], Cell] = lambda _number, _key: Cell()

    def show(
        self,
        procedure: Procedure | None,
        keys: tuple[VehicleKey, ...],
        cell: Callable[[int, VehicleKey], Cell] = lambda _number, _key: Cell(),
    ) -> None:
        """Show a procedure.

        Args:
            procedure: which; None for none.
            keys: with whom.
            cell: gives a step, from 1, for a vehicle.
        """
        self._cell = cell
        # only a change: a reset would take the place where one reads
        if procedure is self.procedure and keys == self.keys:
            if procedure is not None and keys:
                last = self.index(len(procedure.steps) - 1, FIRST + len(keys) - 1)
                self.dataChanged.emit(self.index(0, FIRST), last)
            return
        self.beginResetModel()
        self.procedure, self.keys = procedure, keys
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell | None:
        """What stands there; None for what is no vehicle's."""
        if column < FIRST or self.procedure is None:
            return None
        return self._cell(row + 1, self.keys[column - FIRST])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of rows."""
        return 0 if parent.isValid() or self.procedure is None else len(self.procedure.steps)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: number of columns."""
        return 0 if parent.isValid() else FIRST + len(self.keys)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: titles."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (tr("Step"), tr("What"))[section] if section < FIRST else self.keys[section - FIRST].id

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: texts, colours and signs."""
        if not index.isValid() or self.procedure is None or index.row() >= len(self.procedure.steps):
            return None
        cell = self.cell(index.row(), index.column())
        look = LOOKS[cell.state] if cell is not None else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                found: Any = self._text(index.row(), index.column())
            case Qt.ItemDataRole.DecorationRole:
                found = icon(look.icon, look.colour, look.colour) if look is not None else None
            case Qt.ItemDataRole.ForegroundRole:
                found = ink(look.colour if look is not None else Ink.TEXT)
            case Qt.ItemDataRole.ToolTipRole:
                found = plain_tip(self._tip(index.row(), index.column()))
            case Qt.ItemDataRole.AccessibleTextRole:
                whose = self.headerData(index.column(), Qt.Orientation.Horizontal)
                found = f"{whose}: {self._tip(index.row(), index.column())}"
            case _:
                found = None
        return found

    def _text(self, row: int, column: int) -> str:
        cell = self.cell(row, column)
        if cell is not None:
            words = said(cell.said)
            return f"{tr(LOOKS[cell.state].words)} · {words}" if words else tr(LOOKS[cell.state].words)
        if self.procedure is None:
            return ""
        step = self.procedure.steps[row]
        return f"{row + 1}  {tr(KINDS[step.kind.value])}" if column == STEP else " ".join(step.shown.split())

    def _tip(self, row: int, column: int) -> str:
        if column != WHAT or self.procedure is None:
            return self._text(row, column)
        step = self.procedure.steps[row]
        limit = tr("within {seconds:g} s").format(seconds=shown(step.limit_s)) if step.limit_s is not None else ""
        fails = tr("on fail: {what}").format(what=tr(step.on_fail.value.replace("_", " ")))
        return "\n".join(part for part in (step.title, step.text, limit, fails) if part)
