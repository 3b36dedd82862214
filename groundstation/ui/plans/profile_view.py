# SPDX-License-Identifier: Apache-2.0
"""The heights of a plan over its way, painted. GUI thread."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from groundstation.fleet.plans.fleet_check import clock_text
from groundstation.fleet.plans.ground_under import WANTED_M, GroundUnder, Sample, clearance_m
from groundstation.fleet.plans.plan_flight import Flight, Moment
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.language.shown import shown
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX
from groundstation.ui.units import quantity, way_text

LEFT, RIGHT, TOP, BOTTOM = 44.0, 14.0, 24.0, 22.0
DISC_PX = 8.0
LEAST_SPAN_M = 10.0
REACH_PX = 12.0
MOST_TICKS = 8
MOST_DRAWN = 4_000
"""Points of the line; a longer plan is drawn by the highest and lowest of those that follow each other."""


class Stop(NamedTuple):
    """Where an item is reached."""

    number: int
    way_m: float
    height_m: float


def stops_of(flight: Flight) -> list[Stop]:
    """Where each item is reached the first time, along the way."""
    times = [one.time_s for one in flight.moments]
    found = []
    seen: set[int] = set()
    for number, time_s in sorted(flight.arrivals_s.items(), key=lambda one: (one[1], one[0])):
        at = min(bisect.bisect_left(times, time_s - 1e-6), len(times) - 1)
        moment = flight.moments[at]
        # what does something stands where the vehicle is then: one mark for all of them
        if moment.number == number and number not in seen:
            found.append(Stop(number, moment.way_m, moment.height_m))
            seen.add(number)
    return found


def thinned(moments: Sequence[Moment | Sample], most: int) -> list[Moment | Sample]:
    """No more moments than that, or a few: of each stretch the lowest and the highest, so that no peak is lost."""
    if len(moments) <= most:
        return list(moments)
    long = math.ceil(2 * len(moments) / most)
    found = [moments[0]]
    for begin in range(0, len(moments), long):
        stretch = moments[begin : begin + long]
        low, high = (pick(stretch, key=lambda one: one.height_m) for pick in (min, max))
        found += sorted((low, high), key=lambda one: one.way_m)
    return [*found, moments[-1]]


def steps_of(span: float, most: int) -> float:
    """A round step that divides a span into no more than so many."""
    if span <= 0.0 or not math.isfinite(span):
        return 1.0
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= rough - 1e-12)


class ProfileView(QWidget):
    """Draws a flight; a press on an item chooses it."""

    item_chosen = Signal(int)
    """Number of an item that was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setMinimumHeight(110)
        self.setAccessibleName(self.tr("Heights over the way"))
        self._flight: Flight | None = None
        self._stops: list[Stop] = []
        self._chosen: frozenset[int] = frozenset()
        self._under: GroundUnder | None = None
        self._wanted_m, self._note = WANTED_M, ""
        self._mouse_x: float | None = None
        self._low_m, self._high_m = 0.0, LEAST_SPAN_M

    def show_flight(
        self,
        flight: Flight | None,
        chosen: frozenset[int],
        under: GroundUnder | None = None,
        wanted_m: float = WANTED_M,
        note: str = "",
    ) -> None:
        """Show a flight.

        Args:
            flight: None for one that is not reckoned yet.
            chosen: numbers of the items that are chosen.
            under: the ground under it; None where nothing is known of it.
            wanted_m: above the ground.
            note: what is said of the ground in words.
        """
        if flight is not self._flight or (under, wanted_m, note) != (self._under, self._wanted_m, self._note):
            self._under, self._wanted_m, self._note = under, wanted_m, note
            self._flight = flight if flight is not None and len(flight.moments) > 1 else None
            self._stops = stops_of(self._flight) if self._flight is not None else []
            self._stops = [self._lifted(one) for one in self._stops]
            heights = [one.height_m for one in self._way()] if self._flight is not None else [0.0]
            ground = [one.ground_m for one in under.samples if one.ground_m is not None] if under is not None else []
            self._low_m = min(0.0, *heights, *ground)
            self._high_m = max(self._low_m + LEAST_SPAN_M, max(*heights, *ground, 0.0) * 1.1)
        elif chosen == self._chosen:
            return
        self._chosen = chosen
        self.update()

    def _way(self) -> Sequence[Moment | Sample]:
        """Where it flies, as high as it does: over ground that is known what is above the ground stands right."""
        if self._under is not None:
            return self._under.samples
        return self._flight.moments if self._flight is not None else ()

    def _lifted(self, stop: Stop) -> Stop:
        samples = self._under.samples if self._under is not None else ()
        at = bisect.bisect_left(samples, stop.way_m, key=lambda one: one.way_m)
        return stop._replace(height_m=samples[at].height_m) if at < len(samples) else stop

    # ---- places ----

    @property
    def _room(self) -> QRectF:
        return QRectF(LEFT, TOP, max(1.0, self.width() - LEFT - RIGHT), max(1.0, self.height() - TOP - BOTTOM))

    @property
    def _length_m(self) -> float:
        return max(1.0, self._flight.length_m) if self._flight is not None else 1.0

    def _x(self, way_m: float) -> float:
        return self._room.left() + way_m / self._length_m * self._room.width()

    def _y(self, height_m: float) -> float:
        share = (height_m - self._low_m) / (self._high_m - self._low_m)
        return self._room.bottom() - share * self._room.height()

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw it."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), ink(Ink.SURFACE))
        if self._flight is None:
            painter.setPen(ink(Ink.MUTED))
            painter.setFont(font(SMALL_PX))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("No way yet: add items with a place."))
            return
        self._axes(painter)
        self._line(painter)
        self._ground(painter)
        self._marks(painter)
        self._pointer(painter)

    def _axes(self, painter: QPainter) -> None:
        room = self._room
        painter.setFont(font(TINY_PX))
        height = chosen().measures.of(Dimension.HEIGHT)
        step = steps_of((self._high_m - self._low_m) * height.factor, max(2, int(room.height() / 26))) / height.factor
        number = math.ceil(self._low_m / step)
        while number * step <= self._high_m:
            y = self._y(number * step)
            painter.setPen(QPen(ink(Ink.LINE_STRONG if number == 0 else Ink.LINE), 1.0))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(ink(Ink.MUTED))
            box = QRectF(0, y - 8, LEFT - 6, 16)
            painter.drawText(
                box,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                f"{shown(round(number * step * height.factor, 6)):g}",
            )
            number += 1
        unit = chosen().measures.length(self._length_m)
        step = steps_of(self._length_m * unit.factor, MOST_TICKS) / unit.factor
        for at in range(int(self._length_m / step) + 1):
            way_m = at * step
            words = f"{shown(float(f'{way_m * unit.factor:.4g}')):g} {unit.symbol}"
            x = self._x(way_m)
            box = QRectF(x - 40, room.bottom() + 3, 80, 16)
            # the last one must not be cut at the edge
            if box.right() <= self.width() + 20:
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)

    def _line(self, painter: QPainter) -> None:
        flight = self._flight
        if flight is None:
            return
        points = [QPointF(self._x(one.way_m), self._y(one.height_m)) for one in thinned(self._way(), MOST_DRAWN)]
        base = self._y(self._low_m)
        area = QPolygonF([QPointF(points[0].x(), base), *points, QPointF(points[-1].x(), base)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(Ink.RAISED))
        # with ground below it the room between is what counts, and stays empty
        if self._under is None:
            painter.drawPolygon(area)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink(Ink.TEXT), 1.8))
        painter.drawPolyline(QPolygonF(points))

    def _ground(self, painter: QPainter) -> None:
        """The ground, how far above it is wanted, and the lowest place; in words where nothing is known."""
        under = self._under
        if under is not None:
            for run in self._runs(under.samples):
                self._ground_run(painter, run)
            if under.lowest is not None:
                self._lowest(painter, under.lowest)
        if self._note:
            painter.setFont(font(TINY_PX))
            painter.setPen(ink(Ink.MUTED))
            box = QRectF(self._room.left() + 4, self._room.bottom() - 16, self._room.width() - 8, 14)
            words = painter.fontMetrics().elidedText(self._note, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, words)

    @staticmethod
    def _runs(samples: Sequence[Sample]) -> list[list[Sample]]:
        """Stretches of known ground; what is not known leaves a gap."""
        found: list[list[Sample]] = [[]]
        for one in samples:
            if one.ground_m is None:
                found.append([])
            else:
                found[-1].append(one)
        return [run for run in found if len(run) > 1]

    def _ground_run(self, painter: QPainter, run: list[Sample]) -> None:
        few = run[:: max(1, len(run) // MOST_DRAWN)]
        few = few if few[-1] is run[-1] else [*few, run[-1]]
        points = [QPointF(self._x(one.way_m), self._y(one.ground_m or 0.0)) for one in few]
        base = self._room.bottom()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(Ink.LINE))
        painter.drawPolygon(QPolygonF([QPointF(points[0].x(), base), *points, QPointF(points[-1].x(), base)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink(Ink.MUTED), 1.2))
        painter.drawPolyline(QPolygonF(points))
        wanted = [QPointF(self._x(one.way_m), self._y((one.ground_m or 0.0) + self._wanted_m)) for one in few]
        painter.setPen(QPen(ink(Ink.MUTED), 1.0, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF(wanted))

    def _lowest(self, painter: QPainter, lowest: Sample) -> None:
        """A line from the ground to the vehicle where they are nearest, with its length."""
        x, top, bottom = self._x(lowest.way_m), self._y(lowest.height_m), self._y(lowest.ground_m or 0.0)
        painter.setPen(QPen(ink(Ink.ACCENT), 1.4))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        for y in (top, bottom):
            painter.drawLine(QPointF(x - 4, y), QPointF(x + 4, y))
        words = f"{clearance_m(lowest):.0f} m"
        painter.setFont(font(SMALL_PX))
        width = painter.fontMetrics().horizontalAdvance(words) + 10
        # on the side on which there is room
        left = x + 6 if x + 6 + width < self._room.right() else x - 6 - width
        box = QRectF(left, (top + bottom) / 2 - 9, width, 18)
        painter.setPen(QPen(ink(Ink.ACCENT), 1.0))
        painter.setBrush(ink(Ink.BACKGROUND))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(ink(Ink.TEXT))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _marks(self, painter: QPainter) -> None:
        """A disc for each item above the line, as many as have room; the chosen ones first."""
        painter.setFont(font(TINY_PX))
        taken: list[float] = []
        for stop in sorted(self._stops, key=lambda one: one.number not in self._chosen):
            x = self._x(stop.way_m)
            if any(abs(x - one) < 2 * DISC_PX + 2 for one in taken):
                continue
            taken.append(x)
            is_chosen = stop.number in self._chosen
            painter.setPen(QPen(ink(Ink.ACCENT if is_chosen else Ink.LINE_STRONG), 1.2 if is_chosen else 0.8))
            painter.drawLine(QPointF(x, TOP - 4), QPointF(x, self._room.bottom()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(Ink.ACCENT if is_chosen else Ink.TEXT))
            painter.drawEllipse(QPointF(x, TOP - 13), DISC_PX, DISC_PX)
            painter.setPen(ink(Ink.BACKGROUND))
            box = QRectF(x - 14, TOP - 21, 28, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(stop.number))

    def _pointer(self, painter: QPainter) -> None:
        """Height, way and time where the mouse is."""
        flight, room = self._flight, self._room
        if flight is None or self._mouse_x is None or not room.left() <= self._mouse_x <= room.right():
            return
        way_m = (self._mouse_x - room.left()) / room.width() * self._length_m
        at = min(bisect.bisect_left([one.way_m for one in flight.moments], way_m), len(flight.moments) - 1)
        after, before = flight.moments[at], flight.moments[max(0, at - 1)]
        span = after.way_m - before.way_m
        share = (way_m - before.way_m) / span if span > 0.0 else 1.0
        height_m = before.height_m + (after.height_m - before.height_m) * share
        samples = self._under.samples if self._under is not None else ()
        near = min(bisect.bisect_left(samples, way_m, key=lambda one: one.way_m), len(samples) - 1) if samples else -1
        sample = samples[near] if samples else None
        height_m = sample.height_m if sample is not None else height_m
        time_s = before.time_s + (after.time_s - before.time_s) * share
        painter.setPen(QPen(ink(Ink.ACCENT), 1.0))
        painter.drawLine(QPointF(self._mouse_x, TOP), QPointF(self._mouse_x, room.bottom()))
        painter.setBrush(ink(Ink.ACCENT))
        painter.drawEllipse(QPointF(self._mouse_x, self._y(height_m)), 3.5, 3.5)
        words = f"{quantity(height_m, Dimension.HEIGHT, 0)}   {way_text(way_m)}   {clock_text(time_s)}"
        if sample is not None and sample.ground_m is not None:
            words += self.tr("   ground {height} below").format(
                height=quantity(clearance_m(sample), Dimension.HEIGHT, 0)
            )
        painter.setFont(font(SMALL_PX))
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        left = min(max(room.left(), self._mouse_x + 8), room.right() - width)
        box = QRectF(left, room.top() + 2, width, 18)
        painter.setPen(QPen(ink(Ink.LINE_STRONG), 1.0))
        painter.setBrush(ink(Ink.RAISED))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(ink(Ink.TEXT))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    # ---- mouse ----

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: point there."""
        self._mouse_x = event.position().x()
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Qt: point nowhere."""
        del event
        self._mouse_x = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: choose the item there."""
        x = event.position().x()
        near = min(self._stops, key=lambda one: abs(self._x(one.way_m) - x), default=None)
        if near is not None and abs(self._x(near.way_m) - x) <= REACH_PX:
            self.item_chosen.emit(near.number)
