# SPDX-License-Identifier: Apache-2.0
"""The buttons on the map: tools above, what is shown below. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QFrame, QMenu, QToolButton, QWidget

from groundstation.ui.theme.dress import set_style
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink

MARGIN = 12
TOP = 28
"""Below the labels of the grid."""
LEFT_OUT = 44
"""At the lower edge, for the scale."""


class MapBar(QFrame):
    """Stands upright at the right edge; in a low map its two halves stand beside each other."""

    def __init__(self, halves: Sequence[Sequence[QAction]], layers: QMenu, parent: QWidget) -> None:
        """Build the buttons.

        Args:
            halves: what the buttons do; the layers come last.
            layers: opens from the last button.
            parent: the map.
        """
        super().__init__(parent)
        self._map = parent
        self.setObjectName("mapBar")
        set_style(self, "#mapBar { background: $surface; border: 1px solid $line; border-radius: 6px; }")
        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._columns.setContentsMargins(4, 4, 4, 4)
        self._columns.setSpacing(4)
        self._rule = QFrame()
        self._rule.setObjectName("rule")
        self._rule.setFixedHeight(1)
        for number, actions in enumerate(halves):
            if number:
                self._columns.addWidget(self._rule)
            column = QBoxLayout(QBoxLayout.Direction.TopToBottom)
            column.setSpacing(4)
            for action in actions:
                button = self._button()
                button.setDefaultAction(action)
                column.addWidget(button)
            self._columns.addLayout(column)
        column.addWidget(self._layers(layers))
        column.addStretch(1)

    def place(self) -> None:
        """Back into its corner."""
        room = self._map.height() - TOP - LEFT_OUT
        self._arrange(QBoxLayout.Direction.TopToBottom)
        # a low map: the lower half would cover the scale
        if self.sizeHint().height() > room:
            self._arrange(QBoxLayout.Direction.LeftToRight)
        self.adjustSize()
        self.move(self._map.width() - self.width() - MARGIN, TOP)

    def _arrange(self, direction: QBoxLayout.Direction) -> None:
        self._columns.setDirection(direction)
        self._rule.setVisible(direction == QBoxLayout.Direction.TopToBottom)
        # at once: the size hint below is asked for before Qt lays out by itself
        self._columns.activate()

    def _button(self) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        return button

    def _layers(self, menu: QMenu) -> QToolButton:
        button = self._button()
        button.setIcon(icon("layers", Ink.TEXT))
        button.setToolTip(self.tr("What the map shows"))
        button.setAccessibleName(self.tr("Layers"))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button
