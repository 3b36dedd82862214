# SPDX-License-Identifier: Apache-2.0
"""A field for each kind of setting. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.errors import UsageError
from groundstation.fleet.folded import folded
from groundstation.fleet.settings.settings import Settings, value_of
from groundstation.ui.choice_field import ChoiceField
from groundstation.ui.number_field import NumberField
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.settings.rows import SettingRow, tr

FIELD_PX = 260
LIMITS = {"window.text_size_percent": (75.0, 200.0), "recording.limit_gb": (0.1, 100_000.0)} | {
    "map.cache_mb": (50.0, 100_000.0)
}


class SettingEditor(QWidget):
    """Title and help beside a field; what is changed takes effect at once."""

    later_changed = Signal()
    """One that waits for the next window."""

    def __init__(self, row: SettingRow, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            row: which setting.
            parent: Qt's.
        """
        super().__init__(parent)
        self.row = row
        self.title, self.help, self.problem = QLabel(tr(row.title)), QLabel(tr(row.help)), QLabel()
        self.title.setProperty("role", "strong")
        for label in (self.help, self.problem):
            label.setProperty("role", "small")
            label.setWordWrap(True)
        for label in (self.title, self.help, self.problem):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.hide()
        self.field = self._made()
        self.field.setFixedWidth(FIELD_PX)
        self.field.setAccessibleName(tr(row.title))
        self.field.setAccessibleDescription(tr(row.help))
        self.title.setBuddy(self.field)
        self.reset = QPushButton(tr("Reset"))
        self.reset.setProperty("role", "remedy")
        self.reset.setAccessibleName(tr("Reset {title}").format(title=tr(row.title)))
        self.reset.clicked.connect(lambda: self._take(value_of(Settings(), row.key)))
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self.title, self.help, self.problem):
            words.addWidget(label)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 6)
        layout.setSpacing(16)
        layout.addLayout(words, 1)
        layout.addWidget(self.field, 0, Qt.AlignmentFlag.AlignTop)
        if row.is_folder:
            layout.addWidget(self._browse(), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignTop)
        policy = self.reset.sizePolicy()
        # fields stay in one line whether there is something to be reset or not
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.show_value()

    def matches(self, wanted: str) -> bool:
        """Whether a folded text is found in its words."""
        choices = " ".join(words for words, _ in self.row.choices()) if isinstance(self.field, ChoiceField) else ""
        text = folded(f"{self.title.text()} {self.help.text()} {self.row.key} {choices}")
        return all(word in text for word in wanted.split())

    def show_value(self) -> None:
        """Show what is chosen now."""
        value = value_of(chosen().now, self.row.key)
        if isinstance(self.field, ChoiceField):
            stands_for = self.row.stands_for
            self.field.show_value(value or (stands_for() if stands_for is not None else value), str(value))
        elif isinstance(self.field, NumberField):
            self.field.blockSignals(True)
            self.field.setValue(float(value))
            self.field.blockSignals(False)
        elif isinstance(self.field, QLineEdit) and not self.field.isModified():
            self.field.setText(str(value))
        self.reset.setVisible(value != value_of(Settings(), self.row.key))

    def _made(self) -> QWidget:
        usual = value_of(Settings(), self.row.key)
        choices = self.row.choices()
        if choices:
            box = ChoiceField(tr(self.row.title), choices)
            box.activated.connect(lambda _at: self._take(box.value))
            return box
        if isinstance(usual, str):
            line = QLineEdit()
            line.editingFinished.connect(lambda: self._take_line(line))
            return line
        least, most = LIMITS[self.row.key]
        number = NumberField(tr(self.row.title), self.row.unit, least, most, 0 if isinstance(usual, int) else 1)
        number.valueChanged.connect(lambda value: self._take(type(usual)(value)))
        return number

    def _browse(self) -> QPushButton:
        button = QPushButton(tr("Choose…"))
        button.setProperty("role", "remedy")
        button.clicked.connect(self._ask_for_folder)
        return button

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, tr(self.row.title))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._take)
        dialog.open()

    def _take_line(self, line: QLineEdit) -> None:
        if line.isModified():
            line.setModified(False)
            self._take(line.text())

    def _take(self, value: object) -> None:
        try:
            chosen().change(self.row.key, value)
        except UsageError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self.problem.hide()
        self.show_value()
        if self.row.is_later:
            self.later_changed.emit()
