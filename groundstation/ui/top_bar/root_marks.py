# SPDX-License-Identifier: Apache-2.0
"""Marks that tell real vehicles from simulated and replayed ones. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from groundstation.ui.theme.dress import set_style
from groundstation.ui.theme.roles import Ink

_LOOKS = {
    "fleet": ("LIVE", Ink.ACCENT, Ink.ACCENT_SURFACE),
    "sim": ("SIM", Ink.SIMULATED, Ink.SIMULATED_SURFACE),
    "replay": ("REPLAY", Ink.TEXT, Ink.LINE),
}


class RootMarks(QWidget):
    """One mark for each kind of vehicle that is heard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks = {root: QLabel(self.tr(text)) for root, (text, _, _) in _LOOKS.items()}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for root, label in self.marks.items():
            _, role, back = _LOOKS[root]
            label.setFixedHeight(24)
            set_style(
                label,
                f"color: ${role.value}; background: ${back.value}; "
                "border-radius: 4px; padding: 0 10px; font-weight: 700;",
            )
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
            label.hide()

    def show_roots(self, roots: set[str]) -> None:
        """Mark these roots: of `fleet`, `sim` and `replay`."""
        for root, label in self.marks.items():
            label.setVisible(root in roots)
