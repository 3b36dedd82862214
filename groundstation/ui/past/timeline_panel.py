# SPDX-License-Identifier: Apache-2.0
"""The timeline at the foot of the window: buttons above, the recording below. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from groundstation.ui.past.canvas import TimelineCanvas
from groundstation.ui.past.compare_bar import CompareBar
from groundstation.ui.past.transport_bar import TransportBar
from groundstation.ui.selection import Selection


class TimelinePanel(QFrame):
    """One line while now is shown; with lanes while the past is."""

    def __init__(self, selection: Selection, parent: QWidget | None = None) -> None:
        """Empty.

        Args:
            selection: shared by the window.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setObjectName("panel")
        self.bar, self.canvas, self.compare = TransportBar(), TimelineCanvas(selection), CompareBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.compare)
        layout.addWidget(self.canvas)
        self.canvas.hide()
        self.compare.hide()

    def show_past(self, *, is_past: bool) -> None:
        """Show lanes, or the whole recording alone."""
        self.canvas.set_lanes_shown(is_past)
