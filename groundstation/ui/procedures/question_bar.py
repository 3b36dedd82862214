# SPDX-License-Identifier: Apache-2.0
"""What an operator is asked now, with the two answers. GUI thread; plain text only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from groundstation.fleet.procedures.progress import Question
from groundstation.ui.call_signs import call_sign
from groundstation.ui.focus import guarded


class QuestionBar(QWidget):
    """The first of the questions that are open; hidden while there is none."""

    answered = Signal(object, bool)
    """The `Question`, and whether it is confirmed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question: Question | None = None
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        # guarded: a stray Space must not let vehicles take off
        self.confirm = guarded(QPushButton(self.tr("Confirm")))
        self.decline = guarded(QPushButton(self.tr("No")))
        self.confirm.clicked.connect(lambda: self._answer(is_so=True))
        self.decline.clicked.connect(lambda: self._answer(is_so=False))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.text, 1)
        for button in (self.confirm, self.decline):
            button.setAutoDefault(False)
            layout.addWidget(button)
        self.ask(())

    def ask(self, questions: Sequence[Question]) -> None:
        """Show what is asked.

        Args:
            questions: all that are open.
        """
        first = questions[0] if questions else None
        if first is not None:
            whom = f"{call_sign(first.key)}: " if first.key is not None else ""
            more = self.tr("  ({count} more)").format(count=len(questions) - 1) if len(questions) > 1 else ""
            self.text.setText(f"{whom}{first.text}{more}")
        self._question = first
        self.setVisible(first is not None)

    def _answer(self, *, is_so: bool) -> None:
        # the one that is read at this moment, not whatever came into its place
        if self._question is not None:
            self.answered.emit(self._question, is_so)
