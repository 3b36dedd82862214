# SPDX-License-Identifier: Apache-2.0
"""A note about a moment. GUI thread; beside the window, not in its way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.bookmark import MAX_NOTE
from groundstation.ui.language.shown import shown_time
from groundstation.ui.timeline import DATE

WIDTH = 420


def tr(text: str) -> str:
    """A text of this dialog in the operator's language."""
    return QCoreApplication.translate("BookmarkDialog", text)


class BookmarkDialog(QDialog):
    """Enter sets the bookmark, with a note or without; the moment is that of the key, however long the note takes."""

    def __init__(self, at_s: float, about: str, on_set: Callable[[str], None], parent: QWidget | None = None) -> None:
        """Ask.

        Args:
            at_s: the moment, seconds since 1970.
            about: the vehicle that is meant; empty for none.
            on_set: told the note.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Bookmark"))
        self.setMinimumWidth(WIDTH)
        self._on_set = on_set
        what = f"{shown_time(at_s, DATE)}  {about}".strip()
        title = QLabel(tr("Something happened: {what}").format(what=what))
        title.setTextFormat(Qt.TextFormat.PlainText)
        self.note = QLineEdit()
        self.note.setMaxLength(MAX_NOTE)
        self.note.setPlaceholderText(tr("Note for every station and for the recording"))
        self.note.setAccessibleName(tr("Note"))
        keep, cancel = QPushButton(tr("Set bookmark")), QPushButton(tr("Cancel"))
        keep.setDefault(True)
        keep.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(self.note)
        layout.addLayout(buttons)

    def accept(self) -> None:
        """Qt: Enter, or the button."""
        self._on_set(self.note.text().strip())
        super().accept()
