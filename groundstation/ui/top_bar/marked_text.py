# SPDX-License-Identifier: Apache-2.0
"""An icon and one line, in one colour. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.tokens import PALETTE

ICON_PX = 18


class MarkedText(QWidget):
    """Says how something is; what is normal is neutral and not bold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self.text = QLabel(), ElidingLabel()
        self._look: tuple[str, str, str] = ("", "", "")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._icon)
        layout.addWidget(self.text)

    def show_marked(self, icon_name: str, colour: str, text: str, icon_colour: str = "") -> None:
        """Show a line.

        Args:
            icon_name: see `theme/icons.py`.
            colour: of the text; the usual colour of text for what is normal.
            text: plain text.
            icon_colour: of the icon; empty for that of the text, muted where that is normal.
        """
        self.text.setText(text)
        icon_colour = icon_colour or (PALETTE.muted if colour == PALETTE.text else colour)
        look = (icon_name, colour, icon_colour)
        if look != self._look:
            self._look = look
            self._icon.setPixmap(pixmap(icon_name, ICON_PX, icon_colour, self.devicePixelRatioF()))
            weight = 400 if colour == PALETTE.text else 600
            self.text.setStyleSheet(f"color: {colour}; font-weight: {weight};")
