# SPDX-License-Identifier: Apache-2.0
"""A column that floats over the panels, at the upper or the lower edge of their area. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QVBoxLayout, QWidget

WIDTH = 500
MARGIN = 12


class Overlay(QWidget):
    """As large as what is shown in it, and gone when that is nothing."""

    def __init__(self, over: QWidget, parent: QWidget, *, is_low: bool = False) -> None:
        """Float.

        Args:
            over: the area at whose edge it floats.
            parent: of which it is a child; above all its other children.
            is_low: at the lower edge instead of the upper one.
        """
        super().__init__(parent)
        self._over, self._above, self._is_low = over, parent, is_low
        self._widgets: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.setFixedWidth(WIDTH)
        over.installEventFilter(self)

    def add(self, widget: QWidget) -> None:
        """Put something below what is there."""
        self._widgets.append(widget)
        self._column.addWidget(widget)
        widget.installEventFilter(self)
        self.settle()

    def settle(self) -> None:
        """Find size and place again."""
        shown = any(not widget.isHidden() for widget in self._widgets)
        self.setVisible(shown)
        if not shown:
            return
        self._column.activate()
        column = self._column
        wanted = column.totalHeightForWidth(WIDTH) if column.hasHeightForWidth() else column.sizeHint().height()
        self.resize(WIDTH, min(wanted, self._over.height() - 2 * MARGIN))
        corner = self._over.mapTo(self._above, QPoint(0, 0))
        down = self._over.height() - self.height() - MARGIN if self._is_low else MARGIN
        self.move(corner.x() + (self._over.width() - WIDTH) // 2, corner.y() + down)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: follows the area and what is in it."""
        kinds = _AREA if watched is self._over else _CONTENT
        if event.type() in kinds:
            self.settle()
        return False


_AREA = frozenset({QEvent.Type.Resize, QEvent.Type.Move})
_CONTENT = frozenset({QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.LayoutRequest})
