# SPDX-License-Identifier: Apache-2.0
"""Lays widgets side by side, and in another row where there is no more room: no word is cut. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Rows from the left, as many as are needed."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(QMargins())
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt: one more."""
        self._items.append(item)

    def count(self) -> int:
        """Qt: how many."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Qt: one of them; None beyond the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Qt: one of them, no longer here."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Qt: it needs no more room than it has."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Qt: the narrower the higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt: of all rows."""
        return self._lay(QRect(0, 0, width, 0), is_meant=False)

    def setGeometry(self, rect: QRect) -> None:
        """Qt: place them."""
        is_other = rect.width() != self.geometry().width()
        super().setGeometry(rect)
        self._lay(rect, is_meant=True)
        parent = self.parentWidget()
        if is_other and parent is not None:
            # at another width it needs another height, which Qt asks for only when it is told to
            parent.updateGeometry()

    def sizeHint(self) -> QSize:
        """Qt: all in one row."""
        shown = [one.sizeHint() for one in self._items if not one.isEmpty()]
        width = sum(one.width() for one in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(width, max((one.height() for one in shown), default=0))

    def minimumSize(self) -> QSize:
        """Qt: the widest of them in a row of its own, and all rows that are needed at the width that it has."""
        shown = [one.minimumSize() for one in self._items if not one.isEmpty()]
        width = max((one.width() for one in shown), default=0)
        return QSize(width, self.heightForWidth(max(width, self.geometry().width())) if self.geometry().width() else 0)

    def _lay(self, rect: QRect, *, is_meant: bool) -> int:
        """Go through the rows; returns how high they are."""
        margins = self.contentsMargins()
        top, rect = rect.y(), rect.marginsRemoved(margins)
        x, y, row_height = rect.x(), rect.y(), 0
        for one in self._items:
            # what is hidden takes no room
            if one.isEmpty():
                continue
            size = one.sizeHint()
            if x > rect.x() and x + size.width() > rect.x() + rect.width():
                x, y, row_height = rect.x(), y + row_height + self.spacing(), 0
            width = min(size.width(), rect.width())
            if is_meant:
                one.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += width + self.spacing()
            row_height = max(row_height, size.height())
        return y + row_height + margins.bottom() - top
