# SPDX-License-Identifier: Apache-2.0
"""A column that floats over the panels, at the upper or the lower edge of their area. GUI thread.

A panel in a window of its own stands above the main window: the column keeps clear of it, and where it can't, that
window goes aside. A question that nobody sees is no question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

WIDTH = 500
MARGIN = 12


class Overlay(QWidget):
    """Its height follows the widgets in it that are shown; it hides when none is."""

    def __init__(
        self,
        over: QWidget,
        parent: QWidget,
        *,
        is_low: bool = False,
        gap: int = MARGIN,
        pushes: bool = True,
        windows: Callable[[], Sequence[QWidget]] = tuple,
    ) -> None:
        """Float.

        Args:
            over: the area at whose edge it floats.
            parent: of which it is a child; above all its other children.
            is_low: at the lower edge instead of the upper one.
            gap: so far from that edge, pixels.
            pushes: whether windows that cover it wherever it stands are moved aside.
            windows: those that stand above the main one.
        """
        super().__init__(parent)
        self._over, self._above, self._is_low, self._gap = over, parent, is_low, gap
        self._pushes = pushes
        self._widgets: list[QWidget] = []
        self._windows = windows
        self._was_shown = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.setFixedWidth(WIDTH)
        # it is no child of that area's layout, and so is not told of its size
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
        self._was_shown = shown
        if not shown:
            return
        self._column.activate()
        column = self._column
        # notices wrap their text: how high they are depends on the width
        wanted = column.totalHeightForWidth(WIDTH) if column.hasHeightForWidth() else column.sizeHint().height()
        self.resize(WIDTH, min(wanted, self._over.height() - self._gap - MARGIN))
        places = self._places()
        above = [window.frameGeometry() for window in self._windows() if window.isVisible()]
        # `min` takes the first of equals: the usual place as long as it is free
        best = min(places, key=lambda place: _covered(self._on_screen(place), above))
        self.move(best)
        self.raise_()
        # a window that somebody holds must not be moved under his hand
        is_dragging = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if self._pushes and _covered(self._on_screen(best), above) and not is_dragging:
            self._send_aside(self._on_screen(best))

    def keep_clear(self) -> None:
        """A window above may have been moved: look again."""
        if self._was_shown:
            self.settle()

    def _places(self) -> list[QPoint]:
        """Corners where it may stand, the usual one first."""
        corner = self._over.mapTo(self._above, QPoint(0, 0))
        low, high = self._over.height() - self.height() - self._gap, self._gap
        lines = (low, high) if self._is_low else (high, low)
        right = self._over.width() - WIDTH - MARGIN
        columns = ((self._over.width() - WIDTH) // 2, max(MARGIN, right), MARGIN)
        return [corner + QPoint(across, down) for down in lines for across in columns]

    def _on_screen(self, place: QPoint) -> QRect:
        return QRect(self._above.mapToGlobal(place), self.size())

    def _send_aside(self, place: QRect) -> None:
        """Move windows off the column: the shortest way on which they stay on their screen, else below everything."""
        for window in self._windows():
            frame = window.frameGeometry()
            if not window.isVisible() or not frame.intersects(place):
                continue
            room = window.screen().availableGeometry()
            ways = (
                QPoint(place.left() - MARGIN - frame.right(), 0),
                QPoint(place.right() + MARGIN - frame.left(), 0),
                QPoint(0, place.top() - MARGIN - frame.bottom()),
                QPoint(0, place.bottom() + MARGIN - frame.top()),
            )
            fitting = [way for way in ways if room.contains(frame.translated(way))]
            # where no way leaves it whole on the screen, its title at least stays in reach
            way = min(fitting or ways, key=lambda one: abs(one.x()) + abs(one.y()))
            window.move(window.pos() + way)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: follows the area and what is in it."""
        kinds = _AREA if watched is self._over else _CONTENT
        if event.type() in kinds:
            self.settle()
        return False


def _covered(place: QRect, above: Sequence[QRect]) -> int:
    """Square pixels of a place that windows cover."""
    hidden = (place.intersected(one) for one in above)
    return sum(one.width() * one.height() for one in hidden if not one.isEmpty())


_AREA = frozenset({QEvent.Type.Resize, QEvent.Type.Move})
_CONTENT = frozenset({QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.LayoutRequest})
