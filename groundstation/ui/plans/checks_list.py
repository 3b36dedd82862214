# SPDX-License-Identifier: Apache-2.0
"""What is to be said of a plan, each with its remedies as buttons. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.plans.plan_remedies import Remedy
from groundstation.ui.plans.plan_study import Noted
from groundstation.ui.said import said

MOST_SHOWN = 4
MOST_REMEDIES = 2


class ChecksList(QWidget):
    """A block for each finding, what holds the upload first."""

    remedy_wanted = Signal(object)
    """A `Remedy` that was pressed."""
    item_wanted = Signal(int)
    """Number of an item that is to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Noted, ...] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 4, 12, 4)
        self._column.setSpacing(2)
        self.hide()

    @property
    def text(self) -> str:
        """All that is said, a line each."""
        return "\n".join(one.text() for one in self.findChildren(QLabel) if not one.isHidden())

    @property
    def buttons(self) -> list[QPushButton]:
        """The remedies, from above."""
        return [one for one in self.findChildren(QPushButton) if one.property("role") == "remedy"]

    def show_noted(self, noted: Sequence[Noted]) -> None:
        """Show other findings; the same once more changes nothing under the mouse."""
        found = tuple(noted)
        if found == self._shown:
            return
        self._shown = found
        while (entry := self._column.takeAt(0)) is not None:
            widget = entry.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        for one in found[:MOST_SHOWN]:
            self._column.addWidget(self._block(one))
        more = len(found) - MOST_SHOWN
        if more > 0:
            self._column.addWidget(_label(self.tr("and {more} more").format(more=more), "small"))
        self.setVisible(bool(found))

    def _block(self, noted: Noted) -> QWidget:
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        finding = noted.finding
        where = "" if finding.item is None else self.tr("Item {number}: ").format(number=finding.item)
        held, asked, advice = self.tr("HOLDS  "), self.tr("ASKS  "), self.tr("Advice  ")
        sign = held if finding.holds else asked if finding.asks else advice
        # white and in words, never red: it is a plan, and nobody is in danger yet
        line = _label(f"{sign}{where}{said(finding.said)}", "strong" if finding.holds or finding.asks else "small")
        line.setWordWrap(True)
        column.addWidget(line)
        if noted.remedies:
            # one below the other: side by side a narrow panel would cut whose they are
            for remedy in noted.remedies[:MOST_REMEDIES]:
                column.addWidget(self._button(remedy), 0, Qt.AlignmentFlag.AlignLeft)
        return block

    def _button(self, remedy: Remedy) -> QPushButton:
        words = said(remedy.said)
        button = QPushButton(words)
        button.setProperty("role", "remedy")
        button.setAccessibleName(words)
        button.setToolTip(self.tr("One step to be undone"))
        button.clicked.connect(lambda: self.remedy_wanted.emit(remedy))
        return button


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    return label
