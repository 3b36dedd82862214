# SPDX-License-Identifier: Apache-2.0
"""Sea, land and borders, kept as pixels with a margin while the map moves: soft coasts take long. GUI thread."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.mercator import Camera, Points
from groundstation.ui.map_panel.outlines import outlines
from groundstation.ui.map_panel.polygon import polygon_from_points
from groundstation.ui.map_tiles.map_tiles import MapTiles
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink

MARGIN_PX = 160
"""So far a picture goes beyond the view on each side."""
ALIKE = 0.05
"""Share by which the scale may differ from that of the picture while the view moves: less is not seen in a coast."""


class LandPicture:
    """The ground below the grid, for one map."""

    def __init__(self, tiles: MapTiles | None = None) -> None:
        """Nothing is painted yet.

        Args:
            tiles: lie on the land; None for a map without.
        """
        self._tiles = tiles
        self._laid: Hashable = None
        """Which tiles lie on the picture."""
        self._land: QPixmap | None = None
        """The picture without tiles: they come one after the other, and the coasts need not be drawn again."""
        self._picture: QPixmap | None = None
        self._camera: Camera | None = None
        """Of the picture, with its margin."""
        self._look: tuple[float, str] | None = None
        self._last: Camera | None = None
        """Of what was painted last."""
        self.is_rough = False
        """Whether that was painted from a picture of another scale."""
        self._wishes = 0
        self._wished: Camera | None = None

    def wishes(self, frame: Frame) -> int:
        """Another number where a view rests on what was painted at another scale: it could be sharper."""
        if self.is_rough and frame.camera == self._last != self._wished:
            self._wished = self._last
            self._wishes += 1
        return self._wishes

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw it: a view that moves on is cut from the picture, one that jumps is drawn by itself."""
        camera, look = frame.camera, (frame.ratio, wearing().theme.key)
        is_at_rest, goes_on = camera == self._last, self._last is not None and _is_alike(self._last, camera)
        self._last, self.is_rough, self._wished = camera, False, None
        sharp = camera.scale_m if is_at_rest else None
        if look == self._look and self._covers(camera, sharp):
            self._lay()
            self._cut(painter, camera)
        elif goes_on:
            self._renew(frame, look)
            self._lay()
            self._cut(painter, camera)
        else:
            self._picture = self._land = self._camera = self._look = None
            _paint(painter, camera)
            if self._tiles is not None:
                self._tiles.paint(painter, camera)

    def _covers(self, camera: Camera, scale_m: float | None) -> bool:
        """Whether a view lies within the picture, at about its scale, or exactly at one that is given."""
        kept = self._camera
        if kept is None or not _is_alike(kept, camera) or scale_m not in (None, kept.scale_m):
            return False
        west, south, east, north = camera.bounds
        kept_west, kept_south, kept_east, kept_north = kept.bounds
        return kept_west <= west and kept_south <= south and east <= kept_east and north <= kept_north

    def _renew(self, frame: Frame, look: tuple[float, str]) -> None:
        camera = frame.camera
        wide = replace(camera, width=camera.width + 2 * MARGIN_PX, height=camera.height + 2 * MARGIN_PX)
        picture = QPixmap(round(wide.width * frame.ratio), round(wide.height * frame.ratio))
        picture.setDevicePixelRatio(frame.ratio)
        inner = QPainter(picture)
        inner.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint(inner, wide)
        inner.end()
        self._picture = self._land = picture
        self._camera, self._look, self._laid = wide, look, None

    def _lay(self) -> None:
        """Tiles on the land, where there are others than those that lie there."""
        tiles, land, camera = self._tiles, self._land, self._camera
        if tiles is None or land is None or camera is None or tiles.now == self._laid:
            return
        self._laid, self._picture = tiles.now, land
        if tiles.info is not None:
            self._picture = land.copy()
            inner = QPainter(self._picture)
            tiles.paint(inner, camera)
            inner.end()

    def _cut(self, painter: QPainter, camera: Camera) -> None:
        if self._picture is None or self._camera is None:
            return
        left, top = self._camera.screen(*camera.world(0.0, 0.0))
        if camera.scale_m == self._camera.scale_m:
            # by whole pixels: between two of them a coast would be blurred
            painter.drawPixmap(-round(left), -round(top), self._picture)
            return
        self.is_rough = True
        share, ratio = camera.scale_m / self._camera.scale_m, self._picture.devicePixelRatio()
        source = QRectF(left * ratio, top * ratio, camera.width * share * ratio, camera.height * share * ratio)
        painter.drawPixmap(QRectF(0, 0, camera.width, camera.height), self._picture, source)


def _is_alike(one: Camera, other: Camera) -> bool:
    return abs(other.scale_m / one.scale_m - 1.0) <= ALIKE


def _paint(painter: QPainter, camera: Camera) -> None:
    painter.fillRect(QRectF(0, 0, camera.width, camera.height), ink(Ink.SEA))
    _paint_land(painter, camera)


def path_of(lines: list[Points], *, closed: bool) -> QPainterPath:
    """Lines in screen coordinates as one path."""
    path = QPainterPath()
    for line in lines:
        path.addPolygon(polygon_from_points(line))
        if closed:
            path.closeSubpath()
    return path


def _paint_land(painter: QPainter, camera: Camera) -> None:
    world = outlines()
    land = path_of(world.land(camera), closed=True)
    is_near = camera.ground_scale_m < 300
    if is_near:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        glow = ink(Ink.COAST)
        for width, alpha in ((22, 18), (11, 26)):
            glow.setAlpha(alpha)
            painter.setPen(QPen(glow, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPath(land)
    painter.setBrush(ink(Ink.LAND))
    painter.setPen(QPen(ink(Ink.COAST), 1.2))
    painter.drawPath(land)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink(Ink.BORDER), 1, Qt.PenStyle.DashLine))
    painter.drawPath(path_of(world.borders(camera), closed=False))
