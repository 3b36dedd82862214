# SPDX-License-Identifier: Apache-2.0
"""A flight that is flown again, while it flies: the recorded way, the vehicle, and its pale shadow. GUI thread.

It flies in a world of its own, so it is on no map of the fleet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.refly.flown import METRES_PER_DEGREE
from groundstation.fleet.refly.news import Beside, FlightNews, RecordedWay
from groundstation.ui.language.shown import shown
from groundstation.ui.theme.colours import vehicle_colour
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX
from groundstation.ui.units import distance_text, round_length

LEAST_SIZE_PX = (220, 150)
EDGE_PX, LEGEND_PX = 28.0, 36.0
"""Room around the way; that of the legend is above it."""
LEAST_SPAN_M = 20.0
MOST_POINTS = 2000
"""Of each way that is flown; a longer one is thinned to its half."""
SHADOW = 120
"""How pale it is, of 255."""
DOT_PX, RING_PX = 5.0, 7.5
LEAST_LINE_PX = 3.0
BAR_PX = 110.0
MOST_NAME_PX = 120


def tr(text: str) -> str:
    """A text of the panel in the operator's language."""
    return QCoreApplication.translate("ReflyPanel", text)


class BesideView(QWidget):
    """North is up; all of the recorded way is seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(*LEAST_SIZE_PX)
        self.setAccessibleName(tr("Where it is, and where it was in the record"))
        self._ways: tuple[RecordedWay, ...] = ()
        self._now: tuple[Beside | None, ...] = ()
        self._run = -1
        self.flown: list[list[Place]] = []
        """Where each vehicle was since the take-off of this run."""

    def clear(self) -> None:
        """Nothing flies."""
        self._ways, self._now, self._run, self.flown = (), (), -1, []
        self.update()

    def show_news(self, news: FlightNews) -> None:
        """Show where all of them are."""
        if news.ways:
            self._ways = news.ways
        if news.run != self._run:
            self._run, self.flown = news.run, []
        self._now = news.vehicles
        while len(self.flown) < len(news.vehicles):
            self.flown.append([])
        for way, one in zip(self.flown, news.vehicles, strict=False):
            here = None if one is None or one.distance_m is None else Place(one.lat_deg, one.lon_deg)
            if here is not None and (not way or way[-1] != here):
                way.append(here)
                if len(way) > MOST_POINTS:
                    del way[1::2]
        self.update()

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw it."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), ink(Ink.BACKGROUND))
        if not self._ways:
            painter.setPen(ink(Ink.MUTED))
            painter.setFont(font(SMALL_PX))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("The way is shown once the log is read."))
            return
        fit = self.fit()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink(Ink.PAST), 1.4, Qt.PenStyle.DashLine))
        for way in self._ways:
            places = [Place(lat, lon) for lat, lon in zip(way.lat_deg, way.lon_deg, strict=True)]
            painter.drawPolyline(fit.polygon(places))
        for number, flown in enumerate(self.flown):
            painter.setPen(QPen(vehicle_colour(_vehicle(number)), 2.0))
            painter.drawPolyline(fit.polygon(flown))
        for number, one in enumerate(self._now):
            if one is not None:
                self._pair(painter, fit, number, one)
        for box, words in self.labels(fit):
            _label(painter, box, words)
        self._legend(painter)
        self._scale(painter, fit)

    def _pair(self, painter: QPainter, fit: Fit, number: int, one: Beside) -> None:
        """The vehicle, its shadow, and the line between them."""
        here = fit.point(Place(one.lat_deg, one.lon_deg))
        shadow = fit.point(Place(one.recorded_lat_deg, one.recorded_lon_deg))
        if math.hypot(here.x() - shadow.x(), here.y() - shadow.y()) > LEAST_LINE_PX:
            painter.setPen(QPen(ink(Ink.PAST), 1.2, Qt.PenStyle.DotLine))
            painter.drawLine(shadow, here)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(veil(Ink.PAST, SHADOW))
        painter.drawEllipse(shadow, RING_PX, RING_PX)
        painter.setPen(QPen(ink(Ink.BACKGROUND), 1.0))
        painter.setBrush(vehicle_colour(_vehicle(number)))
        painter.drawEllipse(here, DOT_PX, DOT_PX)

    def fit(self) -> Fit:
        """Where places are; there is a way."""
        return Fit(self._ways, QRectF(self.rect()).adjusted(0.0, LEGEND_PX, 0.0, 0.0))

    def labels(self, fit: Fit) -> list[tuple[QRectF, str]]:
        """Distances beside their vehicles; where there is no room for all, those of the farthest ones."""
        now = enumerate(self._now)
        far = [(one.distance_m, number, one) for number, one in now if one is not None and one.distance_m is not None]
        found: list[tuple[QRectF, str]] = []
        for distance_m, number, one in sorted(far, key=lambda row: -row[0]):
            words = f"{shown(distance_m):.1f} m"
            if len(self._ways) > max(number, 1):
                name = metrics(SMALL_PX, 600).elidedText(
                    self._ways[number].name, Qt.TextElideMode.ElideRight, MOST_NAME_PX
                )
                words = f"{name}  {words}"
            box = self._box(fit.point(Place(one.lat_deg, one.lon_deg)), words)
            if not any(box.intersects(taken) for taken, _ in found):
                found.append((box, words))
        return found

    def _box(self, here: QPointF, words: str) -> QRectF:
        """Beside a point, and within the picture."""
        wide = metrics(SMALL_PX, 600).horizontalAdvance(words) + 6.0
        right = here.x() + 9.0
        left = right if right + wide < self.width() else max(here.x() - 9.0 - wide, 2.0)
        return QRectF(left, min(here.y() + 6.0, self.height() - 20.0), wide, 18.0)

    def _legend(self, painter: QPainter) -> None:
        """Which is which, in the upper left corner."""
        painter.setFont(font(TINY_PX))
        x, y = 12.0, 12.0
        rows = ((tr("recorded, at the same moment"), RING_PX), (tr("flying now, simulated"), DOT_PX))
        for words, radius in rows:
            is_shadow = radius == RING_PX
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(veil(Ink.PAST, SHADOW) if is_shadow else vehicle_colour(_vehicle(0)))
            painter.drawEllipse(QPointF(x, y), radius - 1.5, radius - 1.5)
            painter.setPen(ink(Ink.MUTED))
            align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(x + 12.0, y - 8.0, self.width() - x - 16.0, 16.0), align, words)
            y += 16.0

    def _scale(self, painter: QPainter, fit: Fit) -> None:
        length_m = round_length(BAR_PX / fit.px_per_m)
        wide, y = length_m * fit.px_per_m, self.height() - 12.0
        painter.setPen(QPen(ink(Ink.MUTED), 1.2))
        painter.drawPolyline(
            [QPointF(12.0, y - 5.0), QPointF(12.0, y), QPointF(12.0 + wide, y), QPointF(12.0 + wide, y - 5.0)]
        )
        painter.setFont(font(TINY_PX))
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(18.0 + wide, y - 12.0, 80.0, 16.0), align, distance_text(length_m))


class Fit:
    """Places to pixels: the recorded ways with room around them, both axes alike."""

    def __init__(self, ways: Sequence[RecordedWay], room: QRectF) -> None:
        """Fit ways into a room.

        Args:
            ways: one or more, each with points.
            room: of the picture, pixels.
        """
        lat = [one for way in ways for one in way.lat_deg]
        self._origin = Place(lat[0], ways[0].lon_deg[0])
        self._east_scale = METRES_PER_DEGREE * math.cos(math.radians(self._origin.lat_deg))
        points = [self._metres(Place(*one)) for way in ways for one in zip(way.lat_deg, way.lon_deg, strict=True)]
        norths, easts = [one[0] for one in points], [one[1] for one in points]
        self._middle = ((min(norths) + max(norths)) / 2.0, (min(easts) + max(easts)) / 2.0)
        span_m = (max(max(norths) - min(norths), LEAST_SPAN_M), max(max(easts) - min(easts), LEAST_SPAN_M))
        wide, high = max(room.width() - 2.0 * EDGE_PX, 10.0), max(room.height() - 2.0 * EDGE_PX, 10.0)
        self.px_per_m = min(high / span_m[0], wide / span_m[1])
        self._centre = room.center()

    def _metres(self, place: Place) -> tuple[float, float]:
        # the short way around longitude 180
        east_deg = (place.lon_deg - self._origin.lon_deg + 180.0) % 360.0 - 180.0
        return (place.lat_deg - self._origin.lat_deg) * METRES_PER_DEGREE, east_deg * self._east_scale

    def point(self, place: Place) -> QPointF:
        """Where a place is in the picture, pixels."""
        north_m, east_m = self._metres(place)
        return QPointF(
            self._centre.x() + (east_m - self._middle[1]) * self.px_per_m,
            self._centre.y() - (north_m - self._middle[0]) * self.px_per_m,
        )

    def polygon(self, places: Sequence[Place]) -> QPolygonF:
        """The same of several, in their order."""
        return QPolygonF([self.point(one) for one in places])


def _label(painter: QPainter, box: QRectF, words: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil(Ink.BACKGROUND, 200))
    painter.drawRoundedRect(box, 3.0, 3.0)
    painter.setFont(font(SMALL_PX, 600))
    painter.setPen(ink(Ink.TEXT))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _vehicle(number: int) -> str:
    """Its id in its world."""
    return f"uav-{number + 1}"
