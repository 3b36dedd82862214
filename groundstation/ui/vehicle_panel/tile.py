# SPDX-License-Identifier: Apache-2.0
"""A tile: one big number with its unit and a line or two of detail. GUI thread; draws plain text."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from groundstation.fleet.conditions import Level
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import RADIUS, SMALL_PX, VALUE_PX
from groundstation.ui.units import DASH

TILE_HEIGHT = 76
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
BAR_WIDTH = 64
"""Of the bar beside a value; there is none where it would be less than half as long."""


class TileContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a tile shows."""

    title: str
    icon: str
    value: str = DASH
    unit: str = ""
    note: str = ""
    """Beside the title, on the right: an age when old."""
    details: tuple[str, ...] = ()
    level: Level = Level.NORMAL
    is_stale: bool = False
    bar: float | None = None
    """Share of a bar under the value; None for no bar."""


_EDGES = {Level.CAUTION: Ink.CAUTION, Level.WARNING: Ink.WARNING}


class Tile(QWidget):
    """Shows a `TileContent`."""

    def __init__(self, content: TileContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._describe()

    def show_content(self, content: TileContent) -> None:
        """Show something else; nothing is drawn when it is the same."""
        # asked seven times a second, mostly for the same
        if content != self.content:
            is_resized = len(content.details) != len(self.content.details)
            self.content = content
            self._describe()
            if is_resized:
                self.updateGeometry()
            self.update()

    def _describe(self) -> None:
        one = self.content
        self.setAccessibleName(f"{one.title} {one.value} {one.unit} {' '.join(one.details)}")

    def _paint_title(self, painter: QPainter, area: QRect) -> None:
        one = self.content
        painter.drawPixmap(area.left(), area.top() + 1, pixmap(one.icon, 14, Ink.MUTED, self.devicePixelRatioF()))
        painter.setFont(font(SMALL_PX, 500))
        painter.setPen(ink(Ink.MUTED))
        painter.drawText(area.adjusted(20, 0, 0, 0), _LEFT, one.title)
        painter.drawText(area, _RIGHT, one.note)

    def _paint_value(self, painter: QPainter, area: QRect) -> None:
        one = self.content
        painter.setFont(font(VALUE_PX, 600))
        colour = ink(Ink.MUTED if one.is_stale else _EDGES.get(one.level, Ink.TEXT))
        painter.setPen(colour)
        width = metrics(VALUE_PX, 600).horizontalAdvance(one.value)
        painter.drawText(area, _LEFT, one.value)
        if one.is_stale and one.value != DASH:
            painter.setPen(QPen(ink(Ink.MUTED), 1))
            # struck through: colour is never the only sign
            painter.drawLine(area.left(), area.center().y() + 1, area.left() + width, area.center().y() + 1)
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.MUTED))
        painter.drawText(area.adjusted(width + 5, 4, 0, 0), _LEFT, one.unit)
        if one.bar is not None and not one.is_stale:
            used = width + 5 + metrics(SMALL_PX).horizontalAdvance(one.unit) + 8
            # shorter it tells nothing
            if area.width() - used < BAR_WIDTH / 2:
                return
            long = min(BAR_WIDTH, area.width() - used)
            bar = QRectF(area.right() + 1 - long, area.center().y(), long, 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(Ink.LINE_STRONG))
            painter.drawRoundedRect(bar, 2.5, 2.5)
            bar.setWidth(max(5.0, bar.width() * max(0.0, min(1.0, one.bar))))
            painter.setBrush(ink(_EDGES.get(one.level, Ink.MUTED)))
            painter.drawRoundedRect(bar, 2.5, 2.5)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws the tile."""
        del event
        one = self.content
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = _EDGES.get(one.level)
        painter.setPen(QPen(ink(edge or Ink.RAISED), 1))
        painter.setBrush(ink(Ink.RAISED))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        area = self.rect().adjusted(10, 7, -10, -7)
        self._paint_title(painter, QRect(area.left(), area.top(), area.width(), 16))
        self._paint_value(painter, QRect(area.left(), area.top() + 18, area.width(), 26))
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.MUTED))
        for number, text in enumerate(one.details):
            line = QRect(area.left(), area.top() + 45 + 17 * number, area.width(), 17)
            painter.drawText(line, _LEFT, metrics(SMALL_PX).elidedText(text, Qt.TextElideMode.ElideRight, line.width()))
        painter.end()

    def sizeHint(self) -> QSize:
        """Qt: as high as its lines of detail."""
        return QSize(150, TILE_HEIGHT + 17 * max(0, len(self.content.details) - 1))

    def minimumSizeHint(self) -> QSize:
        """Qt: a tile can get narrow."""
        return QSize(110, self.sizeHint().height())
