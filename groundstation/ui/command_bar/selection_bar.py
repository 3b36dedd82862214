# SPDX-License-Identifier: Apache-2.0
"""Commands for several selected vehicles, under the fleet list. GUI thread; hidden for less than two."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from groundstation.ui.command_bar.command_bar import CommandBar
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import by_name, vehicles_text
from groundstation.ui.eliding_label import ElidingLabel


class SelectionBar(QFrame):
    """Follows the selection; works only while it is visible."""

    def __init__(self, desk: OperatorDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("selectionBar")
        self._desk = desk
        self.title = ElidingLabel()
        self.title.setProperty("role", "strong")
        self.bar = CommandBar(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.bar)
        desk.selection.changed.connect(self._on_selection_changed)
        desk.feed.timeline.passed.connect(self._refresh)
        self._on_selection_changed()

    def _on_selection_changed(self) -> None:
        keys = self._desk.selection.keys
        # one vehicle has its buttons in its own panel
        self.setVisible(len(keys) > 1)
        if len(keys) > 1:
            self.title.setText(vehicles_text(by_name(keys), len(keys)))
            self.title.setToolTip(self.title.text())
            self.bar.set_keys(keys)

    def _refresh(self) -> None:
        if self.isVisible():
            self.bar.refresh()
