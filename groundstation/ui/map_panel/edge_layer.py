# SPDX-License-Identifier: Apache-2.0
"""Arrows at the edge for vehicles outside the view: nobody is lost by zooming in. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from groundstation.fleet.conditions import Level
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import counted
from groundstation.ui.language.words import word
from groundstation.ui.map_panel.edge_signs import EdgeSign, edge_signs, rounded_m
from groundstation.ui.map_panel.label_placer import Box
from groundstation.ui.map_panel.level_shapes import SHAPES
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.theme.colours import level_role
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX
from groundstation.ui.units import way_text

ARROW = QPolygonF([QPointF(0, -10), QPointF(9, 7), QPointF(-9, 7)])
"""No notch, as vehicles have one."""
REACH = 14.0
"""Half of what an arrow takes, to each side."""
SHAPE_PX = 15
LINE_PX = 15
SHIFTS = (0.0, -0.45, 0.45)
"""Where its middle is taken, words stand along the edge to one side of their arrow."""
PAD_PX = 6
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class EdgeLayer(Layer):
    """A click on an arrow brings its vehicles into view."""

    def __init__(self) -> None:
        self.signs: list[tuple[EdgeSign, Box | None]] = []
        """What was painted last, with the ground of its words; None where there was no room for them."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them."""
        self.signs = placed(frame)
        for sign, box in self.signs:
            _paint_arrow(painter, sign)
            if box is not None:
                _paint_words(painter, frame, sign, box)

    def hit(self, frame: Frame, point: QPointF) -> EdgeSign | None:
        """The sign under a pixel."""
        del frame
        for sign, box in self.signs:
            on_arrow = abs(point.x() - sign.x) <= REACH and abs(point.y() - sign.y) <= REACH
            if on_arrow or (
                box is not None and box.left <= point.x() <= box.right and box.top <= point.y() <= box.bottom
            ):
                return sign
        return None


def placed(frame: Frame) -> list[tuple[EdgeSign, Box | None]]:
    """The signs of a frame with room for their words; the worst has the first choice."""
    signs = edge_signs(frame)
    taken = [arrow_box(sign) for sign in signs]
    found: list[tuple[EdgeSign, Box | None]] = []
    for number, sign in enumerate(signs):
        # its own arrow may be near
        others = [other for place, other in enumerate(taken) if place != number]
        boxes = (_words_box(frame, sign, shift) for shift in SHIFTS)
        box = next((one for one in boxes if not any(one.touches(other) for other in others)), None)
        if box is not None:
            taken.append(box)
        found.append((sign, box))
    return found


def arrow_box(sign: EdgeSign) -> Box:
    """What its arrow takes."""
    return Box(sign.x - REACH, sign.y - REACH, sign.x + REACH, sign.y + REACH)


def texts_of(sign: EdgeSign) -> tuple[str, str]:
    """Who, and how far in which direction."""
    count = len(sign.keys)
    many = counted("EdgeLayer", "{count} vehicle", "{count} vehicles", count).format(count=shown(count))
    return sign.title or many, f"{way_text(rounded_m(sign.distance_m), 1)} {word(sign.point)}"


def _words_box(frame: Frame, sign: EdgeSign, shift: float) -> Box:
    """Beside the arrow, towards the middle, moved along the edge by a share of its size."""
    first, second = texts_of(sign)
    width = max(metrics(SMALL_PX, 700).horizontalAdvance(first), metrics(TINY_PX, 500).horizontalAdvance(second))
    width += 2 * PAD_PX + (SHAPE_PX + 4 if sign.level >= Level.CAUTION else 0)
    height = 2 * LINE_PX + 4
    camera = frame.camera
    # beside it at the sides of the map, above or below it at the others
    across, down = sign.x - camera.width / 2, sign.y - camera.height / 2
    if abs(across) * camera.height > abs(down) * camera.width:
        left, top = sign.x - REACH - width if across > 0 else sign.x + REACH, sign.y - height / 2 + shift * height
    else:
        left, top = sign.x - width / 2 + shift * width, sign.y - REACH - height if down > 0 else sign.y + REACH
    left = min(max(left, 4.0), max(4.0, camera.width - width - 4.0))
    top = min(max(top, 4.0), max(4.0, camera.height - height - 4.0))
    return Box(left, top, left + width, top + height)


def _role(sign: EdgeSign) -> Ink:
    return level_role(sign.level) if sign.level >= Level.CAUTION else Ink.TEXT


def _paint_arrow(painter: QPainter, sign: EdgeSign) -> None:
    painter.save()
    painter.translate(sign.x, sign.y)
    painter.rotate(sign.turn_deg)
    painter.setPen(QPen(ink(Ink.BACKGROUND), 1.4))
    painter.setBrush(ink(_role(sign)))
    painter.drawPolygon(ARROW)
    painter.restore()


def _paint_words(painter: QPainter, frame: Frame, sign: EdgeSign, box: Box) -> None:
    left, top, right, bottom = box
    painter.setPen(QPen(ink(_role(sign) if sign.level >= Level.CAUTION else Ink.LINE), 1.0))
    painter.setBrush(veil(Ink.BACKGROUND, 215))
    painter.drawRoundedRect(QRectF(left, top, right - left, bottom - top), 4, 4)
    shape, left = SHAPES.get((sign.level, sign.is_known)), left + PAD_PX
    if shape is not None:
        middle = (top + bottom - SHAPE_PX) / 2
        painter.drawPixmap(QPointF(left, middle), pixmap(shape, SHAPE_PX, _role(sign), frame.ratio))
        left += SHAPE_PX + 4
    first, second = texts_of(sign)
    painter.setFont(font(SMALL_PX, 700))
    painter.setPen(ink(_role(sign)))
    painter.drawText(QRectF(left, top + 2, right - left, LINE_PX), _LEFT, first)
    painter.setFont(font(TINY_PX, 500))
    painter.setPen(ink(Ink.MUTED))
    painter.drawText(QRectF(left, top + 2 + LINE_PX, right - left, LINE_PX), _LEFT, second)
