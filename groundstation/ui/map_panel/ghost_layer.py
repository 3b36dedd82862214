# SPDX-License-Identifier: Apache-2.0
"""Where vehicles may be that are not heard any more: hollow, dashed, within their doubt. GUI thread.

Nothing of it is ever under the mouse: a ghost is no vehicle, and nobody sends an order to one.
"""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from groundstation.fleet.awareness.ghost import Ghost, ghost_of
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.call_signs import call_sign
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.label_placer import LabelPlacer, Wanted, Written
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.vehicle_layer import ARROW
from groundstation.ui.map_panel.worked_out import EDGE_PX, HEIGHT_PX, beside, in_view, paint_words, pixel_of, radius_px
from groundstation.ui.theme.colours import level_role, vehicle_colour
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX
from groundstation.ui.units import age_text, quantity

KEY = "ghosts"
LOOK_S = 0.5
MOST = 100
"""With a broker a whole fleet is lost at once: of more the first are drawn."""
CROSS_PX, MARK_PX = 5.0, 14.0
DASHES = (4.0, 3.0)


class GhostLayer(Layer):
    """Draws an estimate for each."""

    def __init__(self, feed: FleetView, written: Written | None = None) -> None:
        """Begin with none.

        Args:
            feed: what is known of the fleet.
            written: told where words stand; None where nobody asks.
        """
        self._feed, self._written = feed, written or Written()
        self._placer = LabelPlacer()
        self._looked: Hashable = None
        self.ghosts: list[tuple[Ghost, Level]] = []
        """Those that are drawn, and how bad it is with each."""

    def stale(self, frame: Frame) -> Hashable:
        """Twice a second, and at once after a jump into another time."""
        return frame.now_s // LOOK_S

    def renew(self, frame: Frame) -> None:
        """Work all of them out anew."""
        self._looked = self.stale(frame)
        self.ghosts = []
        for mark in frame.marks:
            state = self._feed.fleet.get(mark.key) if not mark.is_live else None
            ghost = ghost_of(state, frame.now_s) if state is not None else None
            if ghost is not None:
                self.ghosts.append((ghost, mark.level))
            if len(self.ghosts) >= MOST:
                break

    def forget(self) -> None:
        """Hidden: labels may stand there again."""
        self._written.put(KEY, ())

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them, then their words."""
        if self._looked != self.stale(frame):
            self.renew(frame)
        wanted, pixels = [], {}
        painter.setFont(font(SMALL_PX))
        for ghost, level in self.ghosts:
            x, y = pixels[ghost.key] = _paint_ghost(painter, frame, ghost, level)
            width = metrics(SMALL_PX).horizontalAdvance(words_of(ghost)) + 2 * EDGE_PX
            wanted.append(Wanted(ghost.key, x, y, width, HEIGHT_PX))
        placed = self._placer.place(wanted, self._written.others(KEY)) if wanted else {}
        boxes = in_view(frame.camera, placed)
        self._written.put(KEY, boxes.values())
        for ghost, level in self.ghosts:
            if ghost.key in boxes:
                paint_words(painter, words_of(ghost), _role(level), boxes[ghost.key], pixels[ghost.key])


def words_of(ghost: Ghost) -> str:
    """Who, since when, and how far it may be from there: `uav-6? 38 s ±140 m`."""
    doubt = quantity(ghost.doubt_m, Dimension.DISTANCE, 0)
    return f"{call_sign(ghost.key)}? {age_text(ghost.age_s)} ±{doubt}"


def _role(level: Level) -> Ink:
    # red and amber only where there is an alarm
    return level_role(level) if level >= Level.CAUTION else Ink.MUTED


def _paint_ghost(painter: QPainter, frame: Frame, ghost: Ghost, level: Level) -> tuple[float, float]:
    """Returns where it stands."""
    camera = frame.camera
    colour = _colour(ghost.key)
    here = pixel_of(camera, ghost.place)
    points = [beside(camera, here, pixel_of(camera, one)) for one in ghost.way]
    _pen(painter, colour, 1.2)
    painter.drawPolyline([QPointF(*one) for one in points])
    _pen(painter, ink(_role(level)), 1.2)
    fill = ink(_role(level))
    fill.setAlphaF(0.08)
    painter.setBrush(fill)
    radius = radius_px(camera, ghost.place, ghost.doubt_m)
    painter.drawEllipse(QPointF(*here), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _paint_cross(painter, points[0], colour)
    painter.save()
    painter.translate(*here)
    _pen(painter, colour, 1.6)
    if ghost.heading_deg is None:
        painter.drawEllipse(QPointF(0.0, 0.0), 7.0, 7.0)
    else:
        painter.rotate(ghost.heading_deg)
        painter.drawPolygon(ARROW)
    painter.restore()
    return here


def _paint_cross(painter: QPainter, at: tuple[float, float], colour: QColor) -> None:
    """Where it was heard last."""
    for pen in (QPen(ink(Ink.BACKGROUND), 4.0), QPen(colour, 2.0)):
        painter.setPen(pen)
        for turn in (1.0, -1.0):
            painter.drawLine(
                QPointF(at[0] - CROSS_PX, at[1] - turn * CROSS_PX), QPointF(at[0] + CROSS_PX, at[1] + turn * CROSS_PX)
            )


def _pen(painter: QPainter, colour: QColor, width: float) -> None:
    pen = QPen(colour, width)
    pen.setDashPattern(DASHES)
    painter.setPen(pen)


def _colour(key: VehicleKey) -> QColor:
    return vehicle_colour(key.id)
