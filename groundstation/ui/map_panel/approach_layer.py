# SPDX-License-Identifier: Apache-2.0
"""Who comes near whom: how each flies on until they are nearest, and how near and when that is. GUI thread."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.fleet.awareness.approach import Approach
from groundstation.fleet.conditions import APPROACH_ALARM_S
from groundstation.fleet.separation import APART_HEIGHT_M, APART_M
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.label_placer import Box, LabelPlacer, Wanted, Written
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.map_panel.worked_out import EDGE_PX, HEIGHT_PX, OLD_S, beside, in_view, paint_words, pixel_of
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX
from groundstation.ui.units import fixed, quantity

KEY = "approaches"
MOST_WORDS = 12
"""The soonest have words; more of them would be a grey wall."""
MARK_PX = 14.0
_DASHES = (4.0, 4.0)


class Drawn(NamedTuple):
    """One pair on the screen."""

    words: str
    is_alarm: bool
    """Whether the alarm of separation is about them: amber belongs to alarms alone."""
    one: tuple[float, float]
    other: tuple[float, float]
    one_then: tuple[float, float]
    other_then: tuple[float, float]


class ApproachLayer(Layer):
    """Draws what the view has worked out."""

    def __init__(self, feed: FleetView, written: Written | None = None) -> None:
        """Begin with nothing.

        Args:
            feed: what is known of the fleet.
            written: told where words stand; None where nobody asks.
        """
        self._feed, self._written = feed, written or Written()
        self._placer = LabelPlacer()

    def drawn(self, frame: Frame) -> list[Drawn]:
        """The pairs that are drawn, the soonest first."""
        watch = self._feed.awareness
        past_s = frame.now_s - watch.looked_s
        if not watch.approaches or not -OLD_S <= past_s <= OLD_S:
            return []
        # a line to where one was last heard would look like one of now
        places = {mark.key: (mark.x_m, mark.y_m) for mark in frame.marks if mark.is_live}
        pairs = (one for one in watch.approaches if one.one in places and one.other in places)
        return [_drawn(frame.camera, one, past_s, places[one.one], places[one.other]) for one in pairs]

    def forget(self) -> None:
        """Hidden: labels may stand there again."""
        self._written.put(KEY, ())

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them."""
        found = self.drawn(frame)
        if not found:
            self._written.put(KEY, ())
            return
        for one in reversed(found):
            _paint_lines(painter, one)
        painter.setFont(font(SMALL_PX, 600))
        boxes = self._boxes(frame, found)
        self._written.put(KEY, boxes.values())
        for number, one in enumerate(found):
            if number in boxes:
                _paint_words(painter, one, boxes[number])

    def _boxes(self, frame: Frame, found: list[Drawn]) -> dict[int, Box]:
        wanted = []
        for number, one in enumerate(found[:MOST_WORDS]):
            x, y = _middle(one.one_then, one.other_then)
            width = metrics(SMALL_PX, 600).horizontalAdvance(one.words) + 2 * EDGE_PX
            wanted.append(Wanted(number, x, y, width, HEIGHT_PX, one.is_alarm))
        marks = [
            Box(x - MARK_PX, y - MARK_PX, x + MARK_PX, y + MARK_PX) for one in found for x, y in (one.one, one.other)
        ]
        placed = self._placer.place(wanted, self._written.others(KEY), marks)
        return {int(str(key)): box for key, box in in_view(frame.camera, placed).items()}


def _drawn(
    camera: Camera, pair: Approach, past_s: float, one_m: tuple[float, float], other_m: tuple[float, float]
) -> Drawn:
    in_s = max(0.0, pair.in_s - past_s)
    is_low = pair.height_m is None or pair.height_m < APART_HEIGHT_M
    one = camera.screen(*one_m)
    near = [beside(camera, one, camera.screen(*other_m))]
    near += [beside(camera, one, pixel_of(camera, place)) for place in (pair.one_place, pair.other_place)]
    words = f"{quantity(pair.closest_m, Dimension.DISTANCE, 0)} · {fixed(in_s, 0)} s"
    return Drawn(words, is_low and pair.flat_m < APART_M and in_s <= APPROACH_ALARM_S, one, *near)


def _middle(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0]) / 2.0, (one[1] + other[1]) / 2.0


def _role(one: Drawn) -> Ink:
    return Ink.CAUTION if one.is_alarm else Ink.TEXT


def _paint_lines(painter: QPainter, one: Drawn) -> None:
    colour = ink(_role(one))
    way = QPen(colour, 1.2)
    way.setDashPattern(_DASHES)
    bar = QPen(colour, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    # with an edge in the other colour, so that it is seen on any ground
    for pen in (QPen(veil(Ink.BACKGROUND, 160), 3.2), way):
        painter.setPen(pen)
        painter.drawLine(QPointF(*one.one), QPointF(*one.one_then))
        painter.drawLine(QPointF(*one.other), QPointF(*one.other_then))
    painter.setPen(bar)
    painter.drawLine(QPointF(*one.one_then), QPointF(*one.other_then))
    painter.setBrush(ink(Ink.BACKGROUND))
    painter.setPen(QPen(colour, 1.4))
    for place in (one.one_then, one.other_then):
        painter.drawEllipse(QPointF(*place), 2.5, 2.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_words(painter: QPainter, one: Drawn, box: Box) -> None:
    paint_words(painter, one.words, _role(one), box, _middle(one.one_then, one.other_then))
