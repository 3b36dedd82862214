# SPDX-License-Identifier: Apache-2.0
"""A number with a word beside it, coloured when it is not zero. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.tokens import PALETTE, TITLE_PX


class Readout(QWidget):
    """Shows a count and what is counted."""

    def __init__(
        self, caption: str, alarm_icon: str = "", alarm_colour: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._alarm_icon, self._alarm_colour = alarm_icon, alarm_colour
        self._style = ""
        self._icon, self.value, self.caption = QLabel(), QLabel("0"), QLabel(caption)
        self._icon.hide()
        for label in (self.value, self.caption):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.caption.setProperty("role", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        for label in (self._icon, self.value, self.caption):
            layout.addWidget(label)
        self._paint(PALETTE.text)

    def show_number(self, number: int, more: str = "") -> None:
        """Show a count; one that counts alarms takes its colour when it is not zero."""
        self.value.setText(f"{number}{more}")
        if self._alarm_colour:
            self._icon.setVisible(number > 0)
            if number and self._icon.pixmap().isNull():
                ratio = self.devicePixelRatioF()
                self._icon.setPixmap(pixmap(self._alarm_icon, 16, self._alarm_colour, ratio))
            self._paint(self._alarm_colour if number else PALETTE.muted)

    def show_text(self, text: str, caption: str) -> None:
        """Show a text and a word beside it."""
        self.value.setText(text)
        self.caption.setText(caption)

    def show_caption(self, caption: str) -> None:
        """Change the word."""
        self.caption.setText(caption)

    def _paint(self, colour: str) -> None:
        style = f"color: {colour}; font-size: {TITLE_PX}px; font-weight: 600;"
        if style != self._style:
            self._style = style
            self.value.setStyleSheet(style)
