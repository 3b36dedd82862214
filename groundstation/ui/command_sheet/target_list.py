# SPDX-License-Identifier: Apache-2.0
"""For whom an order is: each vehicle with its state, and why it is left out if it is. GUI thread; plain text only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from groundstation.ui.commanding.words import tr
from groundstation.ui.theme.colours import paint_dot, vehicle_colour, vehicle_sign
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX

ROW = 24
ROWS_SHOWN = 6
Row = tuple[str, str, str, str]
"""Id, state, and why it is left out (empty when it is not)."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class _Rows(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name_width = max((metrics(TEXT_PX, 600).horizontalAdvance(row[3]) for row in self.rows), default=0)
        name_width = min(name_width, 140) + 14
        for number, row in enumerate(self.rows):
            rect = QRect(0, number * ROW, self.width(), ROW)
            # a group of hundreds scrolls: only what is seen is drawn
            if rect.intersects(event.rect()):
                self._paint_row(painter, rect, row, name_width)
        painter.end()

    @staticmethod
    def _paint_row(painter: QPainter, rect: QRect, row: Row, name_width: int) -> None:
        vehicle_id, condition, reason, name = row
        colour = vehicle_colour(vehicle_id)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush if reason else colour)
        paint_dot(painter, QRectF(2, rect.top() + 8, 8, 8), vehicle_sign(vehicle_id))
        painter.setFont(font(TEXT_PX, 600))
        painter.setPen(ink(Ink.MUTED if reason else Ink.TEXT))
        shown = metrics(TEXT_PX, 600).elidedText(name, Qt.TextElideMode.ElideRight, name_width - 8)
        painter.drawText(rect.adjusted(18, 0, 0, 0), _LEFT, shown)
        left = 18 + name_width
        painter.setFont(font(SMALL_PX))
        if reason:
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(left, rect.top() + 5, pixmap("stopped", 14, Ink.MUTED, ratio))
            left += 20
        painter.setPen(ink(Ink.MUTED))
        words = tr("left out: {reason}").format(reason=reason) if reason else condition
        text = metrics(SMALL_PX).elidedText(words, Qt.TextElideMode.ElideRight, rect.width() - left - 4)
        painter.drawText(rect.adjusted(left, 0, 0, 0), _LEFT, text)


class TargetList(QScrollArea):
    """A few rows; scrolls when there are more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = _Rows()
        self._rows.setObjectName("panel")
        self.setWidget(self._rows)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows.rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these."""
        shown = tuple(rows)
        # asked three times a second
        if shown == self._rows.rows:
            return
        is_resized = len(shown) != len(self._rows.rows)
        self._rows.rows = shown
        self._rows.setMinimumHeight(ROW * len(shown))
        self.setAccessibleDescription("\n".join(f"{name}: {reason or state}" for _, state, reason, name in shown))
        self._rows.setToolTip("")
        if is_resized:
            self.setFixedHeight(ROW * min(len(shown), ROWS_SHOWN) + 2)
            # without anything to scroll it would be an empty stop of the Tab key
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if len(shown) > ROWS_SHOWN else Qt.FocusPolicy.NoFocus)
        self._rows.update()

    def sizeHint(self) -> QSize:
        """Qt: as high as what is shown."""
        return QSize(300, ROW * min(len(self.rows), ROWS_SHOWN) + 2)
