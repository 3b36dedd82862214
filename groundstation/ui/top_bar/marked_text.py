# SPDX-License-Identifier: Apache-2.0
"""An icon and one line, in one colour. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.theme.dress import set_mark, set_style
from groundstation.ui.theme.roles import Ink

ICON_PX = 18


class MarkedText(QWidget):
    """Says how something is; what is normal is neutral and not bold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self.text = QLabel(), ElidingLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._icon)
        layout.addWidget(self.text)

    def show_marked(self, icon_name: str, role: Ink, text: str, icon_role: Ink | None = None) -> None:
        """Show a line.

        Args:
            icon_name: see `theme/icons.py`.
            role: of the text; `TEXT` for what is normal.
            text: plain text.
            icon_role: of the icon; None for that of the text, muted where that is normal.
        """
        self.text.setText(text)
        is_normal = role is Ink.TEXT
        set_mark(self._icon, icon_name, ICON_PX, icon_role or (Ink.MUTED if is_normal else role))
        set_style(self.text, f"color: ${role.value}; font-weight: {400 if is_normal else 600};")
