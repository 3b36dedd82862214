# SPDX-License-Identifier: Apache-2.0
"""The plans on the screen, over those that vehicles have: what is worked on is the brightest of them. GUI thread.

Beside it the others in the colours of their vehicles, areas that were drawn, and where two come too close to each
other.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from groundstation.fleet.plans.files.plan_file import Area, Line
from groundstation.fleet.plans.fleet_check import clock_text
from groundstation.fleet.plans.fleet_plan import PlanPart
from groundstation.fleet.plans.plan_conflicts import Conflict
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.survey_plan import Survey
from groundstation.fleet.plans.survey.survey_task import CorridorTask
from groundstation.fleet.plans.survey.task_edit import corners_of
from groundstation.fleet.plans.survey.task_edit import rings_of as rings_of_task
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.map_panel.long_line import draw_line
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import Points, mercator_from_degrees
from groundstation.ui.map_panel.mission_layer import number_disc, on_screen, with_room
from groundstation.ui.map_panel.plan_shapes import Ring, Way, line_of, rings_of, way_of
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.map_panel.sprites import SPRITE_PX
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_names import part_name
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.theme.colours import vehicle_colour
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink, veil, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX
from groundstation.ui.units import quantity

OTHERS = 0.55
"""Opacity of the plans that are not worked on."""
GROUND = 217
"""Opacity of what stands behind words, of 255."""
VEIL = 26
"""Opacity of the parts of a survey, of 255."""
RING_PX = 13.0
MOST_RINGS = 20
NAME_ABOVE = QPointF(0.0, -22.0)
HANDLE_PX = 8.0
"""Around a corner that can be moved, where no name stands."""
NAMED_POINTS = 24
"""Of each way, when places for names are looked for."""


class _Shape:
    """A part as it is drawn, made anew when its lists are others."""

    def __init__(self, part: PlanPart) -> None:
        plan = part.plan
        self.mission: tuple[PlanItem, ...] = plan.mission
        self.fence: tuple[PlanItem, ...] = plan.fence
        self.drawn: tuple[tuple[Area, ...], tuple[Line, ...]] = plan.areas, plan.lines
        home = Place(plan.home.lat_deg, plan.home.lon_deg) if plan.home is not None else None
        self.way: Way | None = way_of(plan.mission, home)
        self.rings: tuple[Ring, ...] = rings_of(plan.fence)
        self.rallies = [(number, Place(one.x or 0.0, one.y or 0.0)) for number, one in enumerate(plan.rally, 1)]
        self.rally = plan.rally
        outlines = [ring for area in plan.areas for ring in (area.outer, *area.holes)]
        self.outlines: list[Points] = [line_of([*ring, ring[0]]) for ring in outlines if len(ring) > 1]
        self.outlines += [line_of(one.spots) for one in plan.lines if len(one.spots) > 1]

    def is_of(self, part: PlanPart) -> bool:
        """Whether a part still looks so: an edit of another one makes nothing anew."""
        plan = part.plan
        return (
            plan.mission is self.mission
            and plan.fence is self.fence
            and plan.rally is self.rally
            and (plan.areas, plan.lines) == self.drawn
        )


class DraftLayer(Layer):
    """Draws the document's parts; nothing where there is none."""

    def __init__(self, document: PlanDocument | None, study: PlanStudy | None = None) -> None:
        self._document, self._study = document, study
        self._shapes: list[_Shape] = []
        self._lonely: list[tuple[int, Points]] = []
        """Of each part places for its name, the best first; they stay while nothing but the view changes."""
        self._lonely_of: list[_Shape] = []
        self.names: list[QRectF] = []
        """Where names of parts stand, as painted last."""

    def stale(self, frame: Frame) -> Hashable:
        """The document has changed, another item is chosen, or something else is to be said."""
        del frame
        document, study = self._document, self._study
        if document is None:
            return None
        return document.revision, document.chosen, id(study.fleet_check) if study is not None else 0

    def is_empty(self, frame: Frame) -> bool:
        """There is no document, or nothing in it."""
        del frame
        document = self._document
        if document is None:
            return True
        fleet, plan = document.fleet, document.fleet.parts[0].plan if document.fleet.parts else None
        is_blank = plan is None or not (plan.mission or plan.fence or plan.rally or plan.areas or plan.lines)
        return len(fleet.parts) < 2 and is_blank and not fleet.surveys

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw them, what is worked on last."""
        document = self._document
        if document is None:
            return
        parts = document.fleet.parts
        self._shapes = [
            self._shapes[at] if at < len(self._shapes) and self._shapes[at].is_of(part) else _Shape(part)
            for at, part in enumerate(parts)
        ]
        for survey in document.fleet.surveys:
            self._survey(painter, frame, survey, is_worked_on=survey is document.survey)
        order = sorted(range(len(parts)), key=lambda at: at == document.index)
        for at in order:
            self._part(painter, frame, at, parts[at], is_worked_on=at == document.index)
        if len(parts) > 1:
            self._names(painter, frame, parts)
        if self._study is not None and not self._study.is_behind:
            for approach in self._study.fleet_check.approaches[:MOST_RINGS]:
                self._conflict(painter, frame, approach.conflict, document.index)

    def _part(self, painter: QPainter, frame: Frame, at: int, part: PlanPart, *, is_worked_on: bool) -> None:
        shape = self._shapes[at]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colour = ink(Ink.TEXT)
        if not is_worked_on:
            colour = vehicle_colour(part.vehicle.id) if part.vehicle is not None else ink(Ink.MUTED)
            colour.setAlphaF(OTHERS)
        painter.setPen(QPen(colour, 1.6))
        for ring in shape.rings:
            painter.drawPolygon(polygon_from_points(on_screen(frame, ring.points)))
        painter.setPen(QPen(colour, 1.2, Qt.PenStyle.DashLine))
        for outline in shape.outlines:
            painter.drawPolyline(polygon_from_points(on_screen(frame, outline)))
        if shape.way is not None:
            points = on_screen(frame, shape.way.points)
            self._line(painter, points, colour, is_worked_on=is_worked_on)
            if is_worked_on and self._document is not None:
                self._numbers(painter, frame, points, shape.way, self._document.chosen)
        if is_worked_on:
            self._rallies(painter, frame, shape.rallies)

    @staticmethod
    def _survey(painter: QPainter, frame: Frame, survey: Survey, *, is_worked_on: bool) -> None:
        """Whose each part is as a veil in the vehicle's colour, and the outline that can be moved."""
        painter.setPen(Qt.PenStyle.NoPen)
        for flight in survey.flights:
            colour = vehicle_colour(flight.vehicle.id) if flight.vehicle is not None else ink(Ink.MUTED)
            colour.setAlpha(VEIL)
            painter.setBrush(colour)
            for outline in flight.outlines:
                painter.drawPath(_path(frame, outline))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink(Ink.TEXT if is_worked_on else Ink.MUTED), 1.2, Qt.PenStyle.DashLine))
        for number, ring in enumerate(rings_of_task(survey.task)):
            is_open = number == 0 and isinstance(survey.task, CorridorTask)
            spots = ring if is_open else (*ring, *ring[:1])
            if len(spots) > 1:
                painter.drawPolyline(polygon_from_points(on_screen(frame, line_of(spots))))

    @staticmethod
    def _line(painter: QPainter, points: Points, colour: QColor, *, is_worked_on: bool) -> None:
        # with an edge in the other colour, so that it is seen on any plan below it
        if is_worked_on:
            draw_line(painter, points, ink(Ink.BACKGROUND), 5.0)
        draw_line(painter, points, colour, 2.2 if is_worked_on else 1.0)

    @staticmethod
    def _numbers(painter: QPainter, frame: Frame, points: Points, way: Way, chosen: frozenset[int]) -> None:
        camera = frame.camera
        inside = (points[:, 0] > -20) & (points[:, 0] < camera.width + 20)
        inside &= (points[:, 1] > -20) & (points[:, 1] < camera.height + 20) & np.array(way.is_own)
        places = np.flatnonzero(inside).tolist()
        if chosen:
            places.sort(key=lambda one: way.numbers[one] not in chosen)
        for place in with_room(points, places)[::-1]:
            x, y = (float(one) for one in points[place])
            number = way.numbers[place]
            pixels = number_disc(number, "", False, number in chosen, frame.ratio, wearing().theme.key)
            painter.drawPixmap(QPointF(x - SPRITE_PX / 2, y - SPRITE_PX / 2), pixels)

    def _names(self, painter: QPainter, frame: Frame, parts: tuple[PlanPart, ...]) -> None:
        """Whose each is and how long it takes, where its way is farthest from all others."""
        if self._lonely_of != self._shapes:
            self._lonely, self._lonely_of = _lonely_first(self._shapes), list(self._shapes)
        # corners are taken hold of where they are seen
        taken, self.names = self._handles(frame), []
        for at, spots in self._lonely:
            part = parts[at]
            # while plans are reckoned anew a time may be that of another one
            is_known = self._study is not None and not self._study.is_behind
            flight = self._study.flight_of(at) if self._study is not None and is_known else None
            words = part_name(part, at)
            if flight is not None and flight.moments:
                words += f"  {clock_text(flight.duration_s)}"
            # one after the other, until one is free: mostly the first
            points = on_screen(frame, spots).tolist()
            boxes = (_label_box(painter, QPointF(*point) + NAME_ABOVE, words) for point in points)
            # where all places are taken the chip in the panel has to do
            box = next((one for one in boxes if not any(one.intersects(other) for other in taken)), None)
            if box is not None:
                taken.append(box)
                self.names.append(box)
                colour = vehicle_colour(part.vehicle.id) if part.vehicle is not None else ink(Ink.MUTED)
                _label(painter, box.center(), words, colour)

    def _handles(self, frame: Frame) -> list[QRectF]:
        """Around the corners of the survey that is worked on, and the middles of its sides."""
        survey = self._document.survey if self._document is not None else None
        corners = corners_of(survey.task) if survey is not None else ()
        spots = (QPointF(*frame.camera.screen(*mercator_from_degrees(*one.place))) for one in corners)
        return [QRectF(spot.x() - HANDLE_PX, spot.y() - HANDLE_PX, 2 * HANDLE_PX, 2 * HANDLE_PX) for spot in spots]

    @staticmethod
    def _rallies(painter: QPainter, frame: Frame, rallies: list[tuple[int, Place]]) -> None:
        painter.setFont(font(SMALL_PX))
        for number, place in rallies:
            spot = QPointF(*frame.camera.screen(*mercator_from_degrees(*place)))
            painter.setPen(QPen(ink(Ink.TEXT), 1.6))
            painter.setBrush(ink(Ink.BACKGROUND))
            painter.drawEllipse(spot, 8, 8)
            painter.drawLine(spot + QPointF(-2, 5), spot + QPointF(-2, -5))
            painter.drawPolygon([spot + QPointF(-2, -5), spot + QPointF(5, -2.5), spot + QPointF(-2, 0)])
            painter.drawText(spot + QPointF(12, 4), str(number))

    def _conflict(self, painter: QPainter, frame: Frame, conflict: Conflict, index: int) -> None:
        """A ring where two come too close; that of the plan that is worked on is told in words."""
        spot = QPointF(*frame.camera.screen(*mercator_from_degrees(conflict.lat_deg, conflict.lon_deg)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role, width in ((Ink.BACKGROUND, 5.0), (Ink.TEXT, 2.4)):
            painter.setPen(QPen(ink(role), width))
            painter.drawEllipse(spot, RING_PX, RING_PX)
        if index in (conflict.one, conflict.other):
            words = f"{quantity(conflict.apart_m, Dimension.DISTANCE, 0)}  {clock_text(conflict.at_s)}"
            _label(painter, spot + QPointF(0, RING_PX + 14), words, ink(Ink.TEXT))


def _lonely_first(shapes: list[_Shape]) -> list[tuple[int, Points]]:
    """Some points of each part's way with its number, what is farthest from all others first."""
    ways = [(at, one.way.points) for at, one in enumerate(shapes) if one.way is not None]
    some = [(at, points[:: max(1, len(points) // NAMED_POINTS)]) for at, points in ways]
    found = []
    for at, points in some:
        others = [other for number, other in some if number != at]
        away = np.zeros(len(points))
        if others:
            away = np.linalg.norm(points[:, None] - np.concatenate(others)[None], axis=2).min(axis=1)
        found.append((at, points[np.argsort(-away, kind="stable")]))
    return found


def _path(frame: Frame, area: Area) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for ring in (area.outer, *area.holes):
        if len(ring) > 2:
            path.addPolygon(polygon_from_points(on_screen(frame, line_of([*ring, ring[0]]))))
    return path


def _label_box(painter: QPainter, middle: QPointF, words: str) -> QRectF:
    painter.setFont(font(SMALL_PX))
    width = painter.fontMetrics().horizontalAdvance(words) + 14
    return QRectF(middle.x() - width / 2, middle.y() - 10, width, 20)


def _label(painter: QPainter, middle: QPointF, words: str, colour: QColor) -> None:
    box = _label_box(painter, middle, words)
    painter.setBrush(veil(Ink.BACKGROUND, GROUND))
    painter.setPen(QPen(colour, 1.0))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(ink(Ink.TEXT))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
