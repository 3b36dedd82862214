# SPDX-License-Identifier: Apache-2.0
"""Draws areas, circles, points and ways on the map, and moves the corners of what is there. GUI thread.

What is drawn next is chosen in the panel of plans. A click on the first corner, or on the last one again, ends a shape.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.plans import fence_edit
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.task_edit import Corner, corners_of
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.map_tool import Click, Tool
from groundstation.ui.map_panel.mercator import degrees_from_mercator, mercator_from_degrees
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX

REACH_PX = 12.0
CORNER_PX, MIDDLE_PX = 4.5, 3.5
HINT_AWAY_PX, HINT_PAD_PX, HINT_HIGH_PX = 14.0, 4.0, 20.0
"""Of the words beside the mouse."""
MOST_CORNERS = 250
"""Of an area: ArduPilot counts the corners of a polygon in a byte."""


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("DrawTool", text)


class _Held(NamedTuple):
    """A corner in the hand."""

    kind: PlanKind
    number: int
    corner: Corner | None = None
    """Of a survey; None for an item of a list."""


class DrawTool(Tool):
    """Draws what `PlanDocument.drawing` says."""

    def __init__(self, document: PlanDocument) -> None:
        self._document = document
        self.corners: list[Place] = []
        """Of the shape that was begun."""
        self._spots: list[QPointF] = []
        """Where they were on the screen when it was painted last."""
        self._held: _Held | None = None
        self._at: Place | None = None
        document.drawing_changed.connect(self.corners.clear)

    # ---- clicks ----

    def click(self, click: Click) -> bool:
        """One more corner, or the end of the shape."""
        drawing = self._document.drawing
        if self._is_end(click.point):
            self._end()
            return True
        self.corners.append(Place(click.lat_deg, click.lon_deg))
        is_full = drawing.is_point or (drawing.is_circle and len(self.corners) == 2)
        if is_full or len(self.corners) >= MOST_CORNERS:
            self._end()
        return True

    def _is_end(self, point: QPointF) -> bool:
        """Whether a click closes what is drawn: on its first corner, or on its last one once more."""
        drawing = self._document.drawing
        if len(self.corners) < drawing.least or len(self._spots) < len(self.corners):
            return False
        ends = (self._spots[0], self._spots[len(self.corners) - 1]) if drawing.is_area else (self._spots[-1],)
        return any(_away(point, spot) <= REACH_PX for spot in ends)

    def _end(self) -> None:
        corners = list(self.corners)
        self.corners.clear()
        self._spots = []
        if len(corners) >= self._document.drawing.least:
            self._document.take_drawn(corners)

    def undo(self) -> bool:
        """The last corner of what was begun goes."""
        if not self.corners:
            return False
        self.corners.pop()
        return True

    def remove(self) -> bool:
        """The same, for who presses Delete or Backspace."""
        return self.undo()

    def put_away(self) -> None:
        """Another tool, or Escape: what was begun is gone."""
        self.corners.clear()
        self._held = self._at = None

    # ---- dragging ----

    def grab(self, point: QPointF, frame: Frame) -> bool:
        """Take hold of a corner, a centre or a rally point."""
        if self.corners:
            return False
        found = [(_away(point, _screen(frame, place)), held) for held, place in self._handles()]
        away_px, held = min(found, key=lambda one: one[0], default=(REACH_PX + 1.0, None))
        self._held = held if away_px <= REACH_PX else None
        return self._held is not None

    def _handles(self) -> list[tuple[_Held, Place]]:
        plan, survey = self._document.plan, self._document.survey
        corners = corners_of(survey.task) if survey is not None else ()
        found = [(_Held(PlanKind.MISSION, at, one), one.place) for at, one in enumerate(corners)]
        return found + [
            (_Held(kind, number), Place(one.x, one.y))
            for kind in (PlanKind.FENCE, PlanKind.RALLY)
            for number, one in enumerate(plan.items(kind), start=1)
            if one.x is not None and one.y is not None
        ]

    def drag(self, lat_deg: float, lon_deg: float) -> None:
        """The hand moved."""
        self._at = Place(lat_deg, lon_deg)

    def drop(self, lat_deg: float, lon_deg: float) -> None:
        """The hand let go: one edit, unless it never moved."""
        held, is_moved, self._held = self._held, self._at is not None, None
        self._at = None
        if held is None or not is_moved:
            return
        if held.corner is not None:
            self._document.corner_moved.emit(held.corner, Place(lat_deg, lon_deg))
            return
        items = fence_edit.moved_to(self._document.plan.items(held.kind), held.number, Place(lat_deg, lon_deg))
        words = tr("move a rally point") if held.kind is PlanKind.RALLY else tr("move a corner of the fence")
        self._document.edit_list(held.kind, items, words)

    # ---- painting ----

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the corners that can be moved, and the shape that was begun up to the mouse."""
        for held, place in self._handles():
            at = self._at if held == self._held and self._at is not None else place
            is_new = held.corner is not None and held.corner.is_new
            # the middle of a side becomes a corner when it is dragged
            painter.setPen(QPen(ink(Ink.TEXT if is_new else Ink.BACKGROUND), 1.0))
            painter.setBrush(ink(Ink.BACKGROUND if is_new else Ink.TEXT))
            size_px = MIDDLE_PX if is_new else CORNER_PX
            painter.drawEllipse(_screen(frame, at), size_px, size_px)
        drawing = self._document.drawing
        self._spots = [_screen(frame, one) for one in self.corners]
        spots = [*self._spots, *([frame.mouse] if frame.mouse is not None and self._spots else [])]
        if not spots:
            self._hint(painter, frame, tr(drawing.value))
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role, width in ((Ink.BACKGROUND, 4.0), (Ink.ACCENT, 2.0)):
            painter.setPen(QPen(ink(role), width))
            self._shape(painter, spots)
        painter.setBrush(ink(Ink.ACCENT))
        for spot in self._spots:
            painter.drawEllipse(spot, CORNER_PX, CORNER_PX)
        self._hint(painter, frame, self._words(frame))

    def _shape(self, painter: QPainter, spots: list[QPointF]) -> None:
        drawing = self._document.drawing
        if drawing.is_circle and len(spots) > 1:
            radius = _away(spots[0], spots[-1])
            painter.drawEllipse(spots[0], radius, radius)
        elif drawing.is_area and len(spots) > 2:
            painter.drawPolygon(QPolygonF(spots))
        else:
            painter.drawPolyline(QPolygonF(spots))

    def _words(self, frame: Frame) -> str:
        """What the next click does."""
        drawing = self._document.drawing
        if frame.mouse is not None and self.corners:
            here = Place(*degrees_from_mercator(*frame.camera.world(*frame.mouse.toTuple())))
            if drawing.is_circle:
                return tr("{radius:.0f} m").format(radius=distance_m(*self.corners[0], *here))
        if len(self.corners) < drawing.least:
            return tr("{what}: click the next corner").format(what=tr(drawing.value))
        end = tr("the first corner") if drawing.is_area else tr("the last corner again")
        return tr("{what}: click {end} to end it").format(what=tr(drawing.value), end=end)

    @staticmethod
    def _hint(painter: QPainter, frame: Frame, words: str) -> None:
        """Beside the mouse, in both colours."""
        if frame.mouse is None:
            return
        painter.setFont(font(SMALL_PX))
        room = hint_box(frame, painter.fontMetrics().horizontalAdvance(words))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(Ink.SURFACE))
        painter.drawRoundedRect(room, 3, 3)
        painter.setPen(ink(Ink.TEXT))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)


def hint_box(frame: Frame, wide_px: int) -> QRectF:
    """Where words beside the mouse stand, whole: below and as far right as there is room, at the foot of the map above.

    Args:
        frame: with the mouse.
        wide_px: of the words.
    """
    mouse, camera = frame.mouse or QPointF(), frame.camera
    wide, high = wide_px + 2.0 * HINT_PAD_PX, HINT_HIGH_PX
    # a map that is narrower than the words shows their beginning
    left = max(HINT_PAD_PX, min(mouse.x() + HINT_AWAY_PX, camera.width - HINT_PAD_PX - wide))
    top = mouse.y() + HINT_AWAY_PX / 2.0
    if top + high > camera.height - HINT_PAD_PX:
        top = mouse.y() - HINT_AWAY_PX / 2.0 - high
    return QRectF(left, max(HINT_PAD_PX, top), wide, high)


def _screen(frame: Frame, place: Place) -> QPointF:
    return QPointF(*frame.camera.screen(*mercator_from_degrees(*place)))


def _away(one: QPointF, other: QPointF) -> float:
    return float(((one.x() - other.x()) ** 2 + (one.y() - other.y()) ** 2) ** 0.5)
