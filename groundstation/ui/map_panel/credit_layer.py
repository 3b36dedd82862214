# SPDX-License-Identifier: Apache-2.0
"""Whose map it is, and what of it can't be had, lower right. GUI thread."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from groundstation.ui.map_panel.layer_menu import tr
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_tiles.map_tiles import MapTiles
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX

EDGE_PX = 8
LINE_PX = 18
MOST_SHARE = 0.6
"""Of the width; longer lines end in dots."""


class CreditLayer(Layer):
    """Always visible: who made the map wants to be named, and who flies by it wants to know what is missing."""

    def __init__(self, tiles: MapTiles | None) -> None:
        """Ready.

        Args:
            tiles: under the map; None for a map without, which names nobody.
        """
        self._tiles = tiles
        self.lines: list[tuple[str, Ink]] = []
        """What is written, the lowest first."""

    def stale(self, frame: Frame) -> Hashable:
        """It is only text."""
        return frame.now_s, self._said()

    def renew(self, frame: Frame) -> None:
        """What there is to say."""
        del frame
        self.lines = self._said()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw it."""
        bottom = frame.camera.height - EDGE_PX
        for number, (text, role) in enumerate(self.lines):
            painter.setFont(font(SMALL_PX if number else TINY_PX, 500))
            metrics = painter.fontMetrics()
            room = round(frame.camera.width * (MOST_SHARE if number else 1.0)) - 3 * EDGE_PX
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(shown) + 12
            box = QRectF(frame.camera.width - EDGE_PX - width, bottom - LINE_PX, width, LINE_PX)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(veil(Ink.BACKGROUND, 190))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(ink(role))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
            bottom -= LINE_PX + 3

    def _said(self) -> list[tuple[str, Ink]]:
        tiles = self._tiles
        if tiles is None or tiles.chosen is None:
            return []
        said = [(tiles.credit or tiles.chosen.title, Ink.MUTED)]
        trouble, name = tiles.trouble, tiles.chosen.title
        if tiles.problem:
            said.append((tr("No map: {reason}").format(reason=tiles.problem), Ink.TEXT))
        elif trouble.missing:
            words = tr("{name}: {count} tiles missing, {reason}")
            said.append((words.format(name=name, count=trouble.missing, reason=trouble.reason), Ink.TEXT))
        return said
