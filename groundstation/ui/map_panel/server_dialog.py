# SPDX-License-Identifier: Apache-2.0
"""Asks for a tile server. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from groundstation.fleet.tiles.address import MOST_ZOOM
from groundstation.fleet.tiles.template import checked_template, credit_of
from groundstation.fleet.tiles.tile_file import TileError
from groundstation.ui.map_panel.layer_menu import tr
from groundstation.ui.map_tiles.sources import SERVER_ZOOM, Source

WIDTH = 520


class ServerDialog(QDialog):
    """Not modal: emergency keys work while it is open. Nothing is contacted before it is accepted."""

    chosen = Signal(object)
    """A `Source`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Add a tile server"))
        self.setMinimumWidth(WIDTH)
        self.address, self.name, self.credit = QLineEdit(), QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("https://tiles.example.org/{z}/{x}/{y}.png")
        self.zoom = QSpinBox()
        self.zoom.setRange(1, MOST_ZOOM)
        self.zoom.setValue(SERVER_ZOOM)
        form = QFormLayout()
        for words, field in (
            (tr("Address"), self.address),
            (tr("Name"), self.name),
            (tr("Credit"), self.credit),
            (tr("Nearest zoom"), self.zoom),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words)
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(tr("Show"))
        self.ok.setProperty("role", "go")
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self.address.textChanged.connect(lambda _text: self._look())
        self._look()

    def _look(self) -> None:
        """Say what is wrong, or what will be done."""
        text = self.address.text()
        try:
            template = checked_template(text)
        except TileError as error:
            self.ok.setEnabled(False)
            self.note.setText(str(error) if text else tr("Ask who runs the server whether you may use it."))
            return
        self.ok.setEnabled(True)
        self.credit.setPlaceholderText(credit_of(template))
        self.note.setText(tr("Only tiles that are looked at are asked for, and kept on this computer, up to 500 MB."))

    def _on_accepted(self) -> None:
        try:
            template = checked_template(self.address.text())
        except TileError:
            return
        name, credit = self.name.text().strip(), self.credit.text().strip()
        self.chosen.emit(Source(template=template, name=name, credit=credit, most_zoom=self.zoom.value()))
        self.accept()
