# SPDX-License-Identifier: Apache-2.0
"""For how long an alarm is out of the way, and why. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from groundstation.fleet.alarms.alarm import MAX_NOTE

_MINUTES = (5, 15, 60, 240, 480)
FIRST = 15
MOST_NAMED = 5


class ShelveDialog(QDialog):
    """Asks; it is no modal one: what happens meanwhile is seen."""

    shelved = Signal(float, str)
    """Seconds and the reason."""

    def __init__(self, names: Sequence[str], is_worst: bool, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            names: what the alarms are called.
            is_worst: whether a warning is among them.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shelve"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        about = QLabel(
            self.tr("Out of the way for every station; back by itself, and at once when it becomes worse.")
            + (" " + self.tr("A warning is told again every ten minutes meanwhile.") if is_worst else "")
        )
        about.setTextFormat(Qt.TextFormat.PlainText)
        about.setWordWrap(True)
        self.minutes = QComboBox()
        for minutes in _MINUTES:
            words = self.tr("{n} min").format(n=minutes) if minutes < 60 else self.tr("{n} h").format(n=minutes // 60)
            self.minutes.addItem(words, minutes)
        self.minutes.setCurrentIndex(_MINUTES.index(FIRST))
        self.why = QLineEdit()
        self.why.setMaxLength(MAX_NOTE)
        self.why.setPlaceholderText(self.tr("for who comes after you"))
        form = QFormLayout()
        which = QLabel("\n".join(names[:MOST_NAMED]) + ("\n…" if len(names) > MOST_NAMED else ""))
        which.setTextFormat(Qt.TextFormat.PlainText)
        form.addRow(self.tr("Alarm") if len(names) == 1 else self.tr("Alarms"), which)
        form.addRow(self.tr("For"), self.minutes)
        form.addRow(self.tr("Because"), self.why)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(self.tr("Shelve"))
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(about)
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(380)

    def _on_accepted(self) -> None:
        self.shelved.emit(60.0 * self.minutes.currentData(), self.why.text().strip())
        self.accept()
