# SPDX-License-Identifier: Apache-2.0
"""Our orders as a matrix above, all commands of all stations below. GUI thread; works only while visible."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QTabBar, QVBoxLayout, QWidget

from groundstation.fleet.command_book import Transition
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commands_panel.journal_port import JournalAccess
from groundstation.ui.commands_panel.journal_view import JournalView
from groundstation.ui.commands_panel.matrix_view import MatrixView

SIDE_BY_SIDE = 1100
"""From this width on the two stand beside each other."""
ABOVE_EACH_OTHER = 420
"""From this height on the two stand above each other."""


class CommandsPanel(QWidget):
    """The panel of the `commands` dock."""

    def __init__(self, desk: OperatorDesk, journal: JournalAccess | None = None, parent: QWidget | None = None) -> None:
        """Build the panel.

        Args:
            desk: knows orders.
            journal: ways to the journal on disk; None for this session's commands only.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setObjectName("panel")
        self._desk = desk
        self.matrix, self.journal = MatrixView(desk), JournalView(desk, journal)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.matrix)
        self._splitter.addWidget(self.journal)
        for index in range(2):
            self._splitter.setStretchFactor(index, 1)
        # Qt shares by proportion: any two equal numbers are halves
        self._splitter.setSizes([1000, 1000])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.pages = QTabBar()
        self.pages.addTab(self.tr("All commands"))
        self.pages.addTab(self.tr("Orders of this station"))
        self.pages.setExpanding(False)
        self.pages.setAccessibleName(self.tr("What is shown"))
        self.pages.currentChanged.connect(self._arrange)
        layout.addWidget(self.pages)
        layout.addWidget(self._splitter, 1)
        self._is_live = False
        self._arrange()

    @property
    def keyboard_target(self) -> QWidget:
        """What gets the keyboard first."""
        return self.journal.text_box

    def _on_changed(self, transitions: list[Transition]) -> None:
        self.journal.take(transitions)
        self._show_matrix()

    def _show_matrix(self) -> None:
        self.matrix.renew()
        self._arrange()

    def _arrange(self) -> None:
        """Both where there is room for both, else one at a time; no matrix before the first order."""
        is_wide = self.width() >= SIDE_BY_SIDE
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self._splitter.orientation() is not wanted:
            self._splitter.setOrientation(wanted)
        has_orders = self.matrix.batch_box.count() > 0
        is_tight = has_orders and not is_wide and self.height() < ABOVE_EACH_OTHER
        self.pages.setVisible(is_tight)
        self.matrix.setVisible(has_orders and (not is_tight or self.pages.currentIndex() == 1))
        self.journal.setVisible(not is_tight or self.pages.currentIndex() == 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: arranged by the room there is."""
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to work."""
        super().showEvent(event)
        # a show may come without a hide between: connected twice, each change would be taken twice
        if not self._is_live:
            self._is_live = True
            self._desk.orders.changed.connect(self._on_changed)
        # what happened while it was hidden was not heard
        self.journal.renew()
        self._show_matrix()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops working."""
        if self._is_live:
            self._is_live = False
            self._desk.orders.changed.disconnect(self._on_changed)
        super().hideEvent(event)
