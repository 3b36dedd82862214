# SPDX-License-Identifier: Apache-2.0
"""Where and when vehicles cross their fence as they fly on: a line to the point, and the seconds. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.fleet.awareness.breach import Breach
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.label_placer import Box, LabelPlacer, Wanted, Written
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.worked_out import EDGE_PX, HEIGHT_PX, OLD_S, beside, in_view, paint_words, pixel_of
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX
from groundstation.ui.units import fixed

KEY = "breaches"
SOON_S = 30.0
"""Of who crosses sooner it is drawn without being asked for."""
MOST = 20
DASHES = (1.0, 3.0)
STOP_PX, MARK_PX = 5.0, 14.0


class BreachLayer(Layer):
    """Of selected vehicles, and of those that cross soon."""

    def __init__(self, feed: FleetView, written: Written | None = None) -> None:
        """Begin with none.

        Args:
            feed: what is known of the fleet.
            written: told where words stand; None where nobody asks.
        """
        self._feed, self._written = feed, written or Written()
        self._placer = LabelPlacer()

    def drawn(self, frame: Frame) -> list[tuple[Breach, tuple[float, float]]]:
        """Those that are drawn, the soonest first, and where their vehicles are, Mercator metres."""
        watch = self._feed.awareness
        past_s = frame.now_s - watch.looked_s
        if not watch.breaches or abs(past_s) > OLD_S:
            return []
        marks = {mark.key: mark for mark in frame.marks if mark.is_live}
        found = [
            (breach, (marks[key].x_m, marks[key].y_m))
            for key, breach in watch.breaches.items()
            # one that is outside already is told by its own alarm
            if key in marks and breach.in_s > 0.0 and (key in frame.selected or breach.in_s < SOON_S)
        ]
        return sorted(found, key=lambda one: one[0].in_s)[:MOST]

    def forget(self) -> None:
        """Hidden: labels may stand there again."""
        self._written.put(KEY, ())

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them, then their words."""
        past_s = max(0.0, frame.now_s - self._feed.awareness.looked_s)
        drawn = self.drawn(frame)
        wanted, marks, points = [], [], {}
        painter.setFont(font(SMALL_PX))
        for breach, place in drawn:
            here = frame.camera.screen(*place)
            there = points[breach.key] = beside(frame.camera, here, pixel_of(frame.camera, breach.place))
            _paint_line(painter, here, there)
            marks.append(Box(here[0] - MARK_PX, here[1] - MARK_PX, here[0] + MARK_PX, here[1] + MARK_PX))
            width = metrics(SMALL_PX).horizontalAdvance(words_of(breach, past_s)) + 2 * EDGE_PX
            wanted.append(Wanted(breach.key, *there, width, HEIGHT_PX))
        placed = self._placer.place(wanted, self._written.others(KEY), marks) if wanted else {}
        boxes = in_view(frame.camera, placed)
        self._written.put(KEY, boxes.values())
        for breach, _ in drawn:
            if breach.key in boxes:
                paint_words(painter, words_of(breach, past_s), Ink.TEXT, boxes[breach.key], points[breach.key])


def words_of(breach: Breach, past_s: float) -> str:
    """What happens there, and when."""
    text = _tr("highest height in {seconds} s") if breach.is_height else _tr("fence in {seconds} s")
    return text.format(seconds=fixed(max(0.0, breach.in_s - past_s), 0))


def _paint_line(painter: QPainter, here: tuple[float, float], there: tuple[float, float]) -> None:
    way = QPen(ink(Ink.TEXT), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    way.setDashPattern(DASHES)
    for pen in (QPen(veil(Ink.BACKGROUND, 160), 3.2), way):
        painter.setPen(pen)
        painter.drawLine(QPointF(*here), QPointF(*there))
    # a square, told from the rings of who comes near whom
    for pen in (QPen(ink(Ink.BACKGROUND), 4.0), QPen(ink(Ink.TEXT), 1.8)):
        painter.setPen(pen)
        painter.drawRect(int(there[0] - STOP_PX), int(there[1] - STOP_PX), int(2 * STOP_PX), int(2 * STOP_PX))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Map", text)
