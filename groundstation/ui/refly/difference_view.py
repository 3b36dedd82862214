# SPDX-License-Identifier: Apache-2.0
"""Differences of a flight that was flown again over the time of the record, painted one below the other. GUI thread."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from groundstation.fleet.plans.fleet_check import clock_text as clock
from groundstation.fleet.refly.comparison import Comparison, Figures
from groundstation.fleet.refly.result import PlainCurves, Run
from groundstation.ui.language.shown import shown
from groundstation.ui.plans.profile_view import steps_of
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX, TITLE_PX

LEFT, RIGHT, BOTTOM, HEAD, GAP = 46.0, 168.0, 22.0, 20.0, 6.0
NARROW_PX = 460
"""Below it the figures beside the curves have no room."""
LEAST = 0.5
WITH_LARGEST_PX = 44.0
"""A lower curve has its p95 alone beside it."""


class Kind(NamedTuple):
    """One kind of difference."""

    label: str
    unit: str
    figures: str
    curve: str


KINDS = (
    Kind("Aside", "m", "cross_track", "cross_track_m"),
    Kind("Height", "m", "height", "height_m"),
    Kind("Speed", "m/s", "speed", "speed_mps"),
    Kind("Late", "s", "time", "late_s"),
)


def tr(text: str) -> str:
    """A text of this view in the operator's language."""
    return QCoreApplication.translate("DifferenceView", text)


class DifferenceView(QWidget):
    """Curves of all runs of one vehicle; the chosen run is bright. A press on a largest value goes to its moment."""

    moment_wanted = Signal(float)
    """Seconds of the vehicle after the record's take-off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(220, 160)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Differences over time"))
        self._runs: tuple[Run, ...] = ()
        self._vehicle, self._chosen = 0, 0
        self._mouse_x: float | None = None

    def show_runs(self, runs: tuple[Run, ...], vehicle: int, chosen: int) -> None:
        """Show a vehicle.

        Args:
            runs: all of them.
            vehicle: index of the vehicle.
            chosen: index of the run whose figures stand beside the curves.
        """
        self._runs, self._vehicle, self._chosen = runs, vehicle, chosen
        self.update()

    # ---- geometry ----

    @property
    def _right(self) -> float:
        return RIGHT if self.width() >= NARROW_PX else 8.0

    @property
    def _last_s(self) -> float:
        ends = [curves.time_s[-1] for _, curves in self._curves() if curves.time_s]
        return float(max([*ends, 1.0]))

    def _curves(self) -> list[tuple[int, PlainCurves]]:
        """Of each run with its place, the chosen one last, so that it lies on top."""
        found = [(place, run.curves[self._vehicle]) for place, run in enumerate(self._runs) if run.curves]
        return sorted(found, key=lambda one: one[0] == self._chosen)

    def _room(self, place: int) -> QRectF:
        height = (self.height() - BOTTOM) / len(KINDS)
        return QRectF(LEFT, place * height + HEAD, max(self.width() - LEFT - self._right, 10.0), height - HEAD - GAP)

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw it."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), ink(Ink.SURFACE))
        if not self._curves():
            painter.setPen(ink(Ink.MUTED))
            painter.setFont(font(SMALL_PX))
            words = tr("Nothing was flown again yet.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        for place, kind in enumerate(KINDS):
            self._chart(painter, place, kind)
        self._times(painter)

    def _chart(self, painter: QPainter, place: int, kind: Kind) -> None:
        room = self._room(place)
        values: list[float] = [
            one for _, curves in self._curves() for one in getattr(curves, kind.curve) if one is not None
        ]
        most = max([abs(one) for one in values] + [LEAST])

        def y_of(value: float) -> float:
            return room.center().y() - value / most * room.height() / 2.0

        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.TEXT))
        head = QRectF(LEFT, room.top() - HEAD, room.width(), HEAD)
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(head, align, f"{tr(kind.label)}  {kind.unit}")
        painter.setFont(font(TINY_PX))
        step = steps_of(2.0 * most, max(2, int(room.height() / 18)))
        for number in range(math.ceil(-most / step), math.floor(most / step) + 1):
            y = y_of(number * step)
            painter.setPen(QPen(ink(Ink.LINE_STRONG if number == 0 else Ink.LINE), 1.0))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(ink(Ink.MUTED))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - 8, LEFT - 6, 16), right, f"{shown(number * step):g}")
        for index, curves in self._curves():
            is_chosen = index == self._chosen
            painter.setPen(QPen(ink(Ink.ACCENT if is_chosen else Ink.SIMULATED), 1.6 if is_chosen else 1.0))
            for piece in _pieces(curves.time_s, getattr(curves, kind.curve)):
                painter.drawPolyline(QPolygonF([QPointF(self._x(room, at), y_of(value)) for at, value in piece]))
        self._figures(painter, room, kind)
        self._pointer(painter, room, kind)

    def _x(self, room: QRectF, at_s: float) -> float:
        return room.left() + at_s / self._last_s * room.width()

    def _figures(self, painter: QPainter, room: QRectF, kind: Kind) -> None:
        """The chosen run's figures beside its curve."""
        if self._right < RIGHT:
            return
        comparison: Comparison = self._runs[self._chosen].vehicles[self._vehicle]
        figures: Figures = getattr(comparison, kind.figures)
        left = room.right() + 14.0
        painter.setFont(font(TINY_PX))
        painter.setPen(ink(Ink.MUTED))
        painter.drawText(QPointF(left, room.top() - 6.0), "p95")
        painter.setFont(font(TITLE_PX, 600))
        painter.setPen(ink(Ink.TEXT))
        painter.drawText(QPointF(left, room.top() + 14.0), f"{shown(figures.p95):.2f}")
        painter.setFont(font(TINY_PX))
        painter.setPen(ink(Ink.MUTED))
        box = self._largest(room)
        if box is not None:
            words = tr("max {value:.2f} at {time}").format(value=shown(figures.max), time=clock(figures.max_at_s))
            painter.setFont(font(TINY_PX, 600))
            painter.setPen(ink(Ink.ACCENT))
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            painter.setFont(font(TINY_PX))
            painter.setPen(ink(Ink.MUTED))
            painter.drawText(QPointF(left, room.top() + 44.0), tr("mean {value:.2f}").format(value=shown(figures.mean)))

    def _largest(self, room: QRectF) -> QRectF | None:
        """Where the largest value stands beside a curve; None where it has no room."""
        if self._right < RIGHT or room.height() < WITH_LARGEST_PX:
            return None
        return QRectF(room.right() + 14.0, room.top() + 19.0, RIGHT - 18.0, 15.0)

    def _figures_at(self, place: QPointF) -> Figures | None:
        """Whose largest value is under the mouse; None for none."""
        if not self._curves():
            return None
        for number, kind in enumerate(KINDS):
            box = self._largest(self._room(number))
            if box is not None and box.contains(place):
                found: Figures = getattr(self._runs[self._chosen].vehicles[self._vehicle], kind.figures)
                return found
        return None

    def _pointer(self, painter: QPainter, room: QRectF, kind: Kind) -> None:
        """The value where the mouse is."""
        if self._mouse_x is None or not room.left() <= self._mouse_x <= room.right():
            return
        at_s = (self._mouse_x - room.left()) / room.width() * self._last_s
        painter.setPen(QPen(ink(Ink.PAST), 1.0))
        painter.drawLine(QPointF(self._mouse_x, room.top()), QPointF(self._mouse_x, room.bottom()))
        curves = self._curves()[-1][1]
        nearest = min(range(len(curves.time_s)), key=lambda one: abs(curves.time_s[one] - at_s))
        value = getattr(curves, kind.curve)[nearest]
        words = "\N{EM DASH}" if value is None else f"{shown(value):+.2f} {kind.unit}"
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.PAST))
        box = QRectF(room.left(), room.top() - HEAD, room.width(), HEAD)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{clock(at_s)}  {words}")

    def _times(self, painter: QPainter) -> None:
        room = self._room(len(KINDS) - 1)
        painter.setFont(font(TINY_PX))
        painter.setPen(ink(Ink.MUTED))
        step = next(
            (one for one in (5, 10, 15, 30, 60, 120, 300, 600) if self._last_s / one <= room.width() / 60), 1800
        )
        for number in range(int(self._last_s / step) + 1):
            x = self._x(room, number * step)
            box = QRectF(x - 30, self.height() - BOTTOM + 2, 60, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, clock(number * step))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: the value under the mouse is told."""
        self._mouse_x = event.position().x()
        is_link = self._figures_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a largest value goes to its moment."""
        figures = self._figures_at(event.position())
        if figures is not None and event.button() == Qt.MouseButton.LeftButton:
            self.moment_wanted.emit(figures.max_at_s)

    def leaveEvent(self, event: object) -> None:
        """Qt: no longer."""
        del event
        self._mouse_x = None
        self.update()


def _pieces(time_s: tuple[float, ...], values: tuple[float | None, ...]) -> list[list[tuple[float, float]]]:
    """Parts of a curve without a gap."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for at, value in zip(time_s, values, strict=True):
        if value is not None:
            pieces[-1].append((at, value))
        elif pieces[-1]:
            pieces.append([])
    return [one for one in pieces if one]
