# SPDX-License-Identifier: Apache-2.0
"""The ground: sea, land, tiles, grid, names. GUI thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPen

from groundstation.ui.language.shown import shown
from groundstation.ui.language.words import word
from groundstation.ui.map_panel.land_picture import LandPicture
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.mercator import (
    EARTH_RADIUS_M,
    Camera,
    degrees_from_mercator,
    mercator_from_degrees,
    near,
    nice_length,
    normalised_lon,
    stretch,
)
from groundstation.ui.map_panel.places import Place, places
from groundstation.ui.map_tiles.map_tiles import MapTiles
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX, TINY_PX
from groundstation.ui.units import distance_text, round_length

GRID_PIXELS = 90.0
"""Least distance of two lines of the grid."""
METRIC_BELOW_M = 50_000.0
"""Grids finer than this are in metres from home, coarser ones in degrees."""
_RANK_FROM_M = {0: 30_000.0, 1: 9_000.0, 2: 1_800.0, 3: 600.0, 4: 60.0}
"""Ground metres in a pixel up to which a name of this rank is shown."""
HIGHEST_LINE_DEG = 80.0
_DEGREE_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)


class WorldLayer(Layer):
    """The coarse world that comes along, with a grid in metres from the first home, or in degrees."""

    def __init__(self, *, is_past: bool = False, tiles: MapTiles | None = None) -> None:
        """Ready.

        Args:
            is_past: whether it is of the past, whose ground has no colour.
            tiles: lie between land and grid; None for a map without.
        """
        self._is_past, self._tiles = is_past, tiles
        self._land = LandPicture(tiles)

    def stale(self, frame: Frame) -> Hashable:
        """The grid begins at a home; the land of a view that was moving is drawn sharp once it rests."""
        # any home would do, but the same one each time: the grid must not jump
        tiles = self._tiles.look(frame.camera, frame.ratio) if self._tiles is not None else None
        return min(frame.homes, default=None), self._land.wishes(frame), tiles

    @property
    def is_rough(self) -> bool:
        """Whether the coasts are those of another scale, as while the map is zoomed."""
        return self._land.is_rough or (self._tiles is not None and self._tiles.is_rough)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the ground."""
        if not self._is_past:
            self._paint(painter, frame)
            return
        ratio = painter.device().devicePixelRatio()
        size = QSizeF(frame.camera.width, frame.camera.height) * ratio
        image = QImage(size.toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        inner = QPainter(image)
        inner.setRenderHints(painter.renderHints())
        self._paint(inner, frame)
        inner.end()
        grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
        grey.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(0, 0), grey)

    def _paint(self, painter: QPainter, frame: Frame) -> None:
        camera = frame.camera
        self._land.paint(painter, frame)
        grid = _Grid(painter, is_on_tiles=self._tiles is not None and self._tiles.memory.size_bytes > 0)
        _paint_grid(grid, camera, min(frame.homes, default=None))
        _paint_names(painter, camera, self._tiles.covers if self._tiles is not None else _is_bare)


def _is_bare(x_m: float, y_m: float) -> bool:
    del x_m, y_m
    return False


class _Grid:
    """Lines and what they are; on tiles, which may have any colour, the text stands on a ground of its own."""

    def __init__(self, painter: QPainter, *, is_on_tiles: bool) -> None:
        self._painter, self._is_on_tiles = painter, is_on_tiles

    def line(self, start: QPointF, end: QPointF, is_origin: bool) -> None:
        if self._is_on_tiles:
            colour = veil(Ink.TEXT, 120 if is_origin else 50)
        else:
            colour = ink(Ink.LINE_STRONG if is_origin else Ink.GRID)
        self._painter.setPen(QPen(colour, 1))
        self._painter.drawLine(start, end)

    def label(self, box: QRectF, text: str) -> None:
        painter, left = self._painter, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(TINY_PX - 1, 500))
        if self._is_on_tiles and text:
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.fillRect(QRectF(box.x() - 3, box.y(), width + 6, box.height()), veil(Ink.BACKGROUND, 150))
        painter.setPen(ink(Ink.TEXT if self._is_on_tiles else Ink.GRID_TEXT))
        painter.drawText(box, left, text)


def _paint_grid(grid: _Grid, camera: Camera, home: tuple[float, float] | None) -> None:
    step_m = round_length(camera.ground_scale_m * GRID_PIXELS * 2)
    if home is not None and step_m < METRIC_BELOW_M:
        _paint_metric_grid(grid, camera, mercator_from_degrees(*home), step_m)
    else:
        _paint_graticule(grid, camera)


def _paint_metric_grid(grid: _Grid, camera: Camera, origin: tuple[float, float], step_m: float) -> None:
    """Lines each so many metres on the ground east and north of home."""
    # a metre on the ground is longer in Mercator, the more the farther from the equator
    pace = step_m * stretch(origin[1])
    origin = near(origin[0], camera.x_m), origin[1]
    west, south, east, north = camera.bounds
    for number in range(math.ceil((west - origin[0]) / pace), math.floor((east - origin[0]) / pace) + 1):
        x, _ = camera.screen(origin[0] + number * pace, 0)
        grid.line(QPointF(x, 0), QPointF(x, camera.height), number == 0)
        text = f"{distance_text(abs(number) * step_m)} {word('E' if number > 0 else 'W')}" if number else ""
        grid.label(QRectF(x + 4, 4, 80, 14), text)
    for number in range(math.ceil((south - origin[1]) / pace), math.floor((north - origin[1]) / pace) + 1):
        _, y = camera.screen(0, origin[1] + number * pace)
        grid.line(QPointF(0, y), QPointF(camera.width, y), number == 0)
        text = f"{distance_text(abs(number) * step_m)} {word('N' if number > 0 else 'S')}" if number else ""
        if y > 24:
            grid.label(QRectF(6, y + 2, 80, 14), text)


def _paint_graticule(grid: _Grid, camera: Camera) -> None:
    """Lines each so many degrees."""
    degree_pixels = math.radians(1) * EARTH_RADIUS_M / camera.scale_m
    step = next((step for step in _DEGREE_STEPS if step * degree_pixels > GRID_PIXELS), _DEGREE_STEPS[-1])
    if step == _DEGREE_STEPS[0] and degree_pixels * step > 8 * GRID_PIXELS:
        step = nice_length(GRID_PIXELS * 2 / degree_pixels)
    west, south, east, north = camera.bounds
    metres = math.radians(step) * EARTH_RADIUS_M
    for number in range(math.ceil(west / metres), math.floor(east / metres) + 1):
        x = camera.width / 2 + (number * metres - camera.x_m) / camera.scale_m
        grid.line(QPointF(x, 0), QPointF(x, camera.height), False)
        lon = round(normalised_lon(number * step), 9)
        letter = "" if lon in (0.0, -180.0) else word("E" if lon > 0 else "W")
        grid.label(QRectF(x + 4, 4, 80, 14), f"{shown(abs(lon)):g}°{letter}")
    low_deg, high_deg = (degrees_from_mercator(0.0, y_m)[0] for y_m in (south, north))
    first, last = max(low_deg, -HIGHEST_LINE_DEG), min(high_deg, HIGHEST_LINE_DEG)
    for number in range(math.ceil(first / step), math.floor(last / step) + 1):
        _, y = camera.screen(0, mercator_from_degrees(number * step, 0)[1])
        grid.line(QPointF(0, y), QPointF(camera.width, y), False)
        letter = word("N" if number > 0 else "S") if number else ""
        if y > 24:
            grid.label(QRectF(6, y + 2, 80, 14), f"{shown(abs(number) * step):g}°{letter}")


def _paint_names(painter: QPainter, camera: Camera, is_covered: Callable[[float, float], bool]) -> None:
    """Names that don't touch each other, the important ones first; tiles have names of their own."""
    taken: list[QRectF] = []
    for place in places():
        if camera.ground_scale_m > _RANK_FROM_M[place.rank] or (place.rank == 0 and camera.ground_scale_m < 150):
            continue
        x, y = camera.screen(place.x_m, place.y_m)
        if not (-40 < x < camera.width + 40 and -10 < y < camera.height + 10):
            continue
        if is_covered(place.x_m, place.y_m):
            continue
        face = _face(place)
        width = metrics(face.pixelSize(), face.weight()).horizontalAdvance(place.name) + 30
        box = QRectF(x - width / 2, y - 8, width, 30)
        # places come by rank, so that the more important one has the room
        if any(box.intersects(other) for other in taken):
            continue
        taken.append(box)
        _paint_name(painter, place, x, y, face)


def _face(place: Place) -> QFont:
    if place.rank == 0:
        made = QFont(font(TEXT_PX))
        made.setItalic(True)
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 2.5)
        return made
    return font(SMALL_PX if place.rank < 3 else TINY_PX, 500)


def _paint_name(painter: QPainter, place: Place, x: float, y: float, face: QFont) -> None:
    painter.setFont(face)
    if place.rank == 0:
        painter.setPen(ink(Ink.SEA_TEXT))
        painter.drawText(QRectF(x - 150, y - 10, 300, 20), Qt.AlignmentFlag.AlignCenter, place.name)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.PLACE))
    painter.drawEllipse(QPointF(x, y), 2.2, 2.2)
    painter.setPen(ink(Ink.PLACE_TEXT))
    painter.drawText(
        QRectF(x - 100, y + 4, 200, 16), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, place.name
    )
