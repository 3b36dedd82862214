# SPDX-License-Identifier: Apache-2.0
"""A number with a word beside it, coloured when it is not zero. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from groundstation.ui.theme.dress import set_mark, set_style
from groundstation.ui.theme.roles import Ink

GAP = 5


class Readout(QWidget):
    """Shows a count and what is counted."""

    pressed = Signal()

    def __init__(
        self, caption: str, alarm_icon: str = "", alarm_role: Ink | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._alarm_icon, self._alarm_role = alarm_icon, alarm_role
        self._number = 0
        self.has_room = False
        """Whether there is room for its shape where it counts nothing."""
        self._icon, self.value, self.caption = QLabel(), QLabel("0"), QLabel(caption)
        self._icon.hide()
        for label in (self.value, self.caption):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.caption.setProperty("role", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for label in (self._icon, self.value, self.caption):
            layout.addWidget(label)
        self._paint(Ink.TEXT)

    def show_number(self, number: int, more: str = "") -> None:
        """Show a count; one that counts alarms takes its colour when it is not zero."""
        self.value.setText(f"{number}{more}")
        self._number = number
        if self._alarm_role is not None:
            self._paint(self._alarm_role if number else Ink.MUTED)
            self.show_mark()

    @property
    def mark_px(self) -> int:
        """What a shape takes that gives way."""
        return self._icon.sizeHint().width() + GAP if self._number == 0 and not self._icon.isHidden() else 0

    def show_mark(self) -> None:
        """Its shape stands beside it where there is something, and where there is no room for its word."""
        if self._alarm_role is None:
            return
        self._icon.setVisible(self._number > 0 or (self.caption.isHidden() and self.has_room))
        set_mark(self._icon, self._alarm_icon, 16, self._alarm_role if self._number else Ink.MUTED)

    def show_text(self, text: str, caption: str) -> None:
        """Show a text and a word beside it."""
        self.value.setText(text)
        self.caption.setText(caption)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: pressed."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()
        super().mouseReleaseEvent(event)

    def show_caption(self, caption: str) -> None:
        """Change the word."""
        self.caption.setText(caption)

    def _paint(self, role: Ink) -> None:
        set_style(self.value, f"color: ${role.value}; font-size: ${{title_px}}px; font-weight: 600;")
