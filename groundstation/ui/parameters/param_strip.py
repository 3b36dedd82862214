# SPDX-License-Identifier: Apache-2.0
"""The row below the parameters: how far an order is, buttons, and the question before anything is written.

GUI thread; nothing goes out unasked.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import CommandState
from groundstation.fleet.parameters.parameter_entries import ParamEnd
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import state_words
from groundstation.ui.focus import guarded
from groundstation.ui.parameters.param_model import tr
from groundstation.ui.said import said

MOST_LINES = 400
RESULTS_HEIGHT = 96
MOST_STATUS = 3
"""Lines about vehicles; those under way and those that failed come first."""


def record_text(record: CommandRecord) -> str:
    """How far a vehicle is, in a line."""
    words = said(record.detail)
    state = state_words(record.state, record.verb, record.reason)
    return f"{call_sign(record.key)}: {state}{'. ' if words else ''}{words}"


def result_lines(records: list[CommandRecord]) -> list[str]:
    """What became of each parameter, the bad ones first."""
    bad: list[str] = []
    good: list[str] = []
    for record in records:
        for one in record.results:
            is_good = one.end in (ParamEnd.STORED, ParamEnd.READ)
            sign = "\N{CHECK MARK}" if is_good else "\N{BALLOT X}"
            (good if is_good else bad).append(f"{sign} {call_sign(record.key)}  {said(one.said) or one.name}")
    found = [*bad, *good]
    return (
        [*found[:MOST_LINES], tr("and {more} more").format(more=len(found) - MOST_LINES)]
        if len(found) > MOST_LINES
        else found
    )


class ParamStrip(QWidget):
    """Progress, results, buttons, question."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setProperty("role", "small")
        self.status.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(4)
        self.bar.setRange(0, 1000)
        self.results = QPlainTextEdit()
        self.results.setReadOnly(True)
        self.results.setAccessibleName(self.tr("What became of each parameter"))
        self.question = QLabel()
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.question.setWordWrap(True)
        self.write = QPushButton(self.tr("Write"))
        self.write.setProperty("role", "go")
        self.read, self.cancel = QPushButton(self.tr("Read")), QPushButton(self.tr("Cancel"))
        self.discard = QPushButton(self.tr("Discard"))
        self.yes, self.no = QPushButton(), QPushButton(self.tr("No"))
        self.yes.setProperty("role", "go")
        self._act: Callable[[], None] = lambda: None
        # what reaches vehicles is pressed on purpose alone, never by a keyboard that Qt moved there
        for button in (self.write, self.cancel, self.yes):
            guarded(button)
        self.yes.clicked.connect(self._confirmed)
        self.no.clicked.connect(self.forget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 8)
        layout.setSpacing(4)
        for widget in (self.status, self.bar, self.results, self.question):
            layout.addWidget(widget)
        self._usual = _row(layout, self.write, self.discard, self.read, self.cancel)
        self._asking = _row(layout, self.yes, self.no)
        self.forget()
        self.show_records([], is_busy=False)

    def ask(self, question: str, button: str, act: Callable[[], None]) -> None:
        """Ask before something is written.

        Args:
            question: in words, with what and to whom.
            button: what the yes says.
            act: done when it is pressed.
        """
        self.question.setText(question)
        self.yes.setText(button)
        self._act = act
        self.question.show()
        self._asking.show()
        self._usual.hide()
        # not on the yes: a space bar that was meant for another field writes nothing
        self.no.setFocus()

    @property
    def is_asking(self) -> bool:
        """Whether a question waits."""
        return not self._asking.isHidden()

    def forget(self) -> None:
        """No question any more."""
        self._act = lambda: None
        self.question.hide()
        self._asking.hide()
        self._usual.show()

    def _confirmed(self) -> None:
        act = self._act
        self.forget()
        act()

    def show_records(self, records: list[CommandRecord], *, is_busy: bool) -> None:
        """Show how far an order is."""
        self.bar.setVisible(is_busy)
        self.cancel.setVisible(is_busy)
        # in a narrow dock there is no room for those that can't be pressed meanwhile
        for button in (self.write, self.read):
            button.setVisible(not is_busy)
        if records:
            shares = [1.0 if one.is_over else one.progress or 0.0 for one in records]
            self.bar.setValue(round(1000 * sum(shares) / len(shares)))
        wrong = [one for one in records if one.is_over and one.state is not CommandState.SUCCEEDED]
        open_ = [one for one in records if not one.is_over]
        told = result_lines(records) if not is_busy else []
        is_worth_it = len(told) > 1 or bool(wrong and told)
        # what stands in the list below is not said above too
        shown = [*wrong] if is_worth_it else [*open_, *wrong, *records]
        lines = list(dict.fromkeys(record_text(one) for one in shown))[:MOST_STATUS]
        self.status.setText("\n".join(lines))
        self.status.setVisible(bool(lines))
        if is_worth_it and self.results.toPlainText() != "\n".join(told):
            self.results.setPlainText("\n".join(told))
            height = self.results.fontMetrics().lineSpacing() * len(told)
            frame = 2 * round(self.results.document().documentMargin()) + 2 * self.results.frameWidth() + 4
            self.results.setFixedHeight(min(RESULTS_HEIGHT, height + frame))
        self.results.setVisible(is_worth_it)


def _row(layout: QVBoxLayout, *buttons: QPushButton) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    for button in buttons:
        line.addWidget(button)
    line.addStretch(1)
    layout.addWidget(row)
    return row
