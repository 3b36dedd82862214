# SPDX-License-Identifier: Apache-2.0
"""A note to an alarm, and to whom it is given. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from groundstation.fleet.alarms.alarm import MAX_NOTE


class NoteDialog(QDialog):
    """Asks for both; what was not changed is not said again."""

    noted = Signal(str)
    assigned = Signal(str)

    def __init__(self, note: str, operator: str, parent: QWidget | None = None) -> None:
        """Build it with what there is."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Note and operator"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._before = note, operator
        self.note, self.operator = QLineEdit(note), QLineEdit(operator)
        self.note.setMaxLength(MAX_NOTE)
        self.operator.setMaxLength(100)
        self.operator.setPlaceholderText(self.tr("nobody"))
        form = QFormLayout()
        form.addRow(self.tr("Note"), self.note)
        form.addRow(self.tr("Given to"), self.operator)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(420)

    def _on_accepted(self) -> None:
        note, operator = self.note.text().strip(), self.operator.text().strip()
        if note != self._before[0]:
            self.noted.emit(note)
        if operator != self._before[1]:
            self.assigned.emit(operator)
        self.accept()
