# SPDX-License-Identifier: Apache-2.0
"""Asks for a value that follows from others. GUI thread; beside the window, not in its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.derived import SIGN, parse_derived
from groundstation.fleet.expression_text import MAX_LETTERS, ExpressionError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_names import fields_named
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.call_signs import call_sign

WIDTH = 520
EXAMPLE = "ground_speed_mps - airspeed_mps"
_SIGNS = " +-*/(),"


class FormulaDialog(QDialog):
    """What is wrong is told while it is written; Enter plots it."""

    def __init__(
        self,
        keys: Sequence[VehicleKey],
        on_plot: Callable[[list[ValueRef]], None],
        text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """Ask.

        Args:
            keys: vehicles that it may be plotted of, the likeliest last.
            on_plot: given a value of each.
            text: what is written there at first.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Plot a computed value"))
        self.setMinimumWidth(WIDTH)
        self._keys, self._on_plot = list(keys), on_plot
        self.box = QLineEdit(text)
        self.box.setMaxLength(MAX_LETTERS)
        self.box.setPlaceholderText(EXAMPLE)
        self.box.setAccessibleName(self.tr("Formula"))
        self.box.textEdited.connect(self._on_edited)
        self.box.textChanged.connect(self._judge)
        self._completer = QCompleter(QStringListModel(list(fields_named()), self), self)
        self._completer.setWidget(self.box)
        self._completer.activated.connect(self._complete)
        self.verdict = QLabel()
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setWordWrap(True)
        self.verdict.setProperty("role", "muted")
        self.verdict.setMinimumHeight(2 * self.verdict.fontMetrics().lineSpacing())
        self.whose = QComboBox()
        self.whose.setAccessibleName(self.tr("Of which vehicles"))
        if self._keys:
            self.whose.addItem(call_sign(self._keys[-1]))
        if len(self._keys) > 1:
            self.whose.addItem(self.tr("All {n} selected").format(n=len(self._keys)))
        self.plot_button, cancel = QPushButton(self.tr("Plot")), QPushButton(self.tr("Cancel"))
        self.plot_button.setDefault(True)
        self.plot_button.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        self._place((self.whose, cancel, self.plot_button))
        self._judge(text)

    def _place(self, below: Sequence[QWidget]) -> None:
        row = QHBoxLayout()
        for one in below:
            row.addWidget(one)
        row.insertStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        about = QLabel(self.tr("+ - * /, abs, min, max, sqrt, of addresses of values or names of their fields, in SI"))
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        for one in (self.box, self.verdict, about):
            layout.addWidget(one)
        layout.addLayout(row)

    def accept(self) -> None:
        """Qt: Enter, or the button."""
        if not self.plot_button.isEnabled():
            return
        keys = self._keys if self.whose.currentIndex() == 1 else self._keys[-1:]
        self._on_plot([ValueRef(key, f"{SIGN} {self.box.text().strip()}") for key in keys])
        super().accept()

    def _judge(self, text: str) -> None:
        words, is_right = "", False
        if not self._keys:
            words = self.tr("Select a vehicle first")
        elif text.strip():
            words, is_right = self._verdict(text)
        self.verdict.setText(words)
        self.plot_button.setEnabled(is_right)

    def _verdict(self, text: str) -> tuple[str, bool]:
        try:
            formula = parse_derived(text)
        except ExpressionError as error:
            return str(error), False
        unit = formula.symbol or self.tr("a number without a unit")
        return self.tr("{names}: {unit}").format(names=", ".join(formula.names), unit=unit), True

    def _word(self) -> str:
        before = self.box.text()[: self.box.cursorPosition()]
        return before[max(before.rfind(sign) for sign in _SIGNS) + 1 :]

    def _on_edited(self) -> None:
        word = self._word()
        self._completer.setCompletionPrefix(word)
        known = self._completer.completionCount()
        if len(word) > 1 and known and self._completer.currentCompletion() != word:
            self._completer.complete()
        else:
            popup = self._completer.popup()
            if popup is not None:
                popup.hide()

    def _complete(self, text: str) -> None:
        end, word = self.box.cursorPosition(), self._word()
        whole = self.box.text()
        self.box.setText(whole[: end - len(word)] + text + whole[end:])
        self.box.setCursorPosition(end - len(word) + len(text))
