# SPDX-License-Identifier: Apache-2.0
"""A flight that was flown again, on its way: the brighter and the wider, the farther aside of the record. GUI thread.

One scale for all vehicles, from dark blue to white, with what it means in the lower right corner; the recorded way is
dashed. Nothing is moved: how far aside it was is told by colour and width, and not by another place.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from groundstation.fleet.refly.error_way import ErrorWay, scale_top_m, worst
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.shown import shown
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import WORLD_M, Camera, Points, mercator_from_places, near
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.theme.colours import error_colour
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX

SHADES = 8
"""So many colours and widths: more are not told apart, and cost a line each."""
WIDTHS_PX = (3.0, 7.0)
"""Of no error, and of where the scale ends."""
EDGE_PX = 1.2
LEGEND_PX = (196.0, 52.0)
MARGIN = 8.0
NARROW_PX = 440.0
"""On a narrower map the scale has no room beside it."""
SCALE_PX = 34.0
RING_PX = 7.0
BACK = 215
"""How much of the map is kept from words on it, of 255."""


def tr(text: str) -> str:
    """A text of the map in the operator's language."""
    return QCoreApplication.translate("Map", text)


class ErrorLayer(Layer):
    """Ways of all vehicles of the run that is shown."""

    def __init__(self, feed: FleetView) -> None:
        """Nothing is drawn as long as the view has no such ways.

        Args:
            feed: knows them.
        """
        self._feed = feed
        self._ways: tuple[ErrorWay, ...] = ()
        self._points: list[tuple[Points, Points]] = []
        """Flown and recorded, Mercator metres, shape (n, 2)."""
        self._top_m = 1.0
        self._pixels: QPixmap | None = None

    def stale(self, frame: Frame) -> Hashable:
        """Another run is shown, the view has moved, or another theme is worn."""
        ways = self._feed.error_ways
        return (id(ways), frame.camera, frame.ratio, wearing().theme.key) if ways else None

    def renew(self, frame: Frame) -> None:
        """Draw it into pixels of its own: no map without such ways has the cost of a layer that is kept."""
        self._take(self._feed.error_ways)
        self._pixels = None
        if not self._ways:
            return
        camera = frame.camera
        self._pixels = QPixmap(round(camera.width * frame.ratio), round(camera.height * frame.ratio))
        self._pixels.setDevicePixelRatio(frame.ratio)
        self._pixels.fill(veil(Ink.BACKGROUND, 0))
        painter = QPainter(self._pixels)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter, frame)
        painter.end()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw all of them, and the legend."""
        del frame
        if self._pixels is not None:
            painter.drawPixmap(0, 0, self._pixels)

    def _draw(self, painter: QPainter, frame: Frame) -> None:
        for way, points in zip(self._ways, self._points, strict=True):
            flown, recorded = (frame.camera.screen_points(_near(one, frame.camera.x_m)) for one in points)
            self._paint_way(painter, flown, np.array(way.aside_m) / self._top_m)
            pen = QPen(ink(Ink.PAST), 1.2, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawPolyline(polygon_from_points(recorded))
        self._paint_worst(painter, frame)
        self._paint_legend(painter, frame)

    def _take(self, ways: tuple[ErrorWay, ...]) -> None:
        if ways is self._ways:
            return
        self._ways, self._top_m = ways, scale_top_m(ways)
        self._points = [
            (_mercator(one.lat_deg, one.lon_deg), _mercator(one.recorded_lat_deg, one.recorded_lon_deg)) for one in ways
        ]

    def _paint_way(self, painter: QPainter, points: Points, shares: Points) -> None:
        """Pieces of one shade each, all edges first: no edge lies over a neighbour."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pieces = [(shade, polygon_from_points(points[start:stop])) for shade, start, stop in runs_of(shades_of(shares))]
        for is_edge in (True, False):
            for shade, polygon in pieces:
                share = shade / (SHADES - 1)
                colour = ink(Ink.ERROR_EDGE) if is_edge else error_colour(share)
                pen = QPen(colour, width_px(share) + 2.0 * EDGE_PX * is_edge)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
                painter.setPen(pen)
                painter.drawPolyline(polygon)

    def _paint_worst(self, painter: QPainter, frame: Frame) -> None:
        """Where it was farthest aside."""
        found = worst(self._ways)
        if found is None:
            return
        place, index = found
        x, y = frame.camera.screen_points(_near(self._points[place][0][index : index + 1], frame.camera.x_m))[0]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((ink(Ink.ERROR_EDGE), 3.5), (ink(Ink.ERROR_MOST), 1.6)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(QPointF(x, y), RING_PX, RING_PX)
        words = tr("largest {error:.1f} m").format(error=shown(self._ways[place].aside_m[index]))
        wide = metrics(SMALL_PX, 600).horizontalAdvance(words) + 12.0
        left = x + RING_PX + 6.0 if x + wide + 20.0 < frame.camera.width else x - RING_PX - 6.0 - wide
        box = QRectF(left, y + RING_PX, wide, 20.0)
        _plate(painter, box)
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.TEXT))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_legend(self, painter: QPainter, frame: Frame) -> None:
        """What colours and widths mean."""
        box = legend_box(frame.camera)
        _plate(painter, box)
        painter.setFont(font(TINY_PX))
        inner = box.adjusted(12.0, 5.0, -12.0, -4.0)
        painter.setPen(ink(Ink.MUTED))
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, tr("aside of the record"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, "m")
        painter.setPen(Qt.PenStyle.NoPen)
        middle = inner.top() + 22.0
        painter.setBrush(ink(Ink.ERROR_EDGE))
        painter.drawPolygon(_wedge(inner, middle, 0.0, 1.0, EDGE_PX))
        for shade in range(SHADES):
            painter.setBrush(error_colour(shade / (SHADES - 1)))
            painter.drawPolygon(_wedge(inner, middle, shade / SHADES, (shade + 1) / SHADES, 0.0))
        painter.setPen(ink(Ink.TEXT))
        more = "+" if max(max(one.aside_m) for one in self._ways) > self._top_m else ""
        for text, align in (
            ("0", Qt.AlignmentFlag.AlignLeft),
            (f"{shown(self._top_m / 2.0):g}", Qt.AlignmentFlag.AlignHCenter),
            (f"{shown(self._top_m):g}{more}", Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(inner, align | Qt.AlignmentFlag.AlignBottom, text)


def legend_box(camera: Camera) -> QRectF:
    """Where the legend stands: in the lower right corner, above the scale where there is no room beside that."""
    wide, high = LEGEND_PX
    bottom = camera.height - MARGIN - (SCALE_PX if camera.width < NARROW_PX else 0.0)
    return QRectF(camera.width - MARGIN - wide, bottom - high, wide, high)


def shades_of(shares: Points) -> list[int]:
    """Which shade each place has, by its error as a share of where the scale ends."""
    found: list[int] = np.clip((shares * SHADES).astype(int), 0, SHADES - 1).tolist()
    return found


def runs_of(shades: list[int]) -> list[tuple[int, int, int]]:
    """Shade, first place and the one after the last of each piece; a piece reaches to the first place of the next."""
    found, start = [], 0
    for index in range(1, len(shades) + 1):
        if index == len(shades) or shades[index] != shades[start]:
            found.append((shades[start], start, min(index + 1, len(shades))))
            start = index
    return found


def width_px(share: float) -> float:
    """How wide a line is, by its error as a share of where the scale ends."""
    return WIDTHS_PX[0] + (WIDTHS_PX[1] - WIDTHS_PX[0]) * min(max(share, 0.0), 1.0)


def _wedge(room: QRectF, middle: float, begin: float, end: float, edge: float) -> QPolygonF:
    """A part of the legend's line, which grows wider as lines on the map do."""
    left, right = room.left() + begin * room.width() - edge, room.left() + end * room.width() + edge
    low, high = width_px(begin) / 2.0 + edge, width_px(end) / 2.0 + edge
    return QPolygonF(
        [
            QPointF(left, middle - low),
            QPointF(right, middle - high),
            QPointF(right, middle + high),
            QPointF(left, middle + low),
        ]
    )


def _plate(painter: QPainter, box: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil(Ink.BACKGROUND, BACK))
    painter.drawRoundedRect(box, 4.0, 4.0)


def _mercator(lat_deg: tuple[float, ...], lon_deg: tuple[float, ...]) -> Points:
    points = mercator_from_places(np.column_stack([lat_deg, lon_deg]))
    # a step over longitude 180 is a short way, not one round the world
    points[:, 0] = np.unwrap(points[:, 0], period=WORLD_M)
    return points


def _near(points: Points, around_m: float) -> Points:
    """The copy of a way that begins nearest to the middle of the view."""
    moved = points.copy()
    first = float(points[0, 0])
    moved[:, 0] += near(first, around_m) - first
    return moved
