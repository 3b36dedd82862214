# SPDX-License-Identifier: Apache-2.0
"""The map itself: a pyqtgraph view in Web Mercator metres with painted layers. GUI thread.

pyqtgraph's view box is the camera: it pans by dragging and zooms by the wheel. The ground and the trails are kept as
pixels and drawn again when the view changes or twice a second; vehicles are drawn each tick.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.map_panel.base_painter import paint_base
from groundstation.ui.map_panel.fleet_painter import FleetPainter, paint_homes
from groundstation.ui.map_panel.map_marks import MapMark, home_of, mark_of
from groundstation.ui.map_panel.mercator import (
    Camera,
    degrees_from_mercator,
    mercator_from_degrees,
    near,
    nice_length,
    together,
)
from groundstation.ui.map_panel.target_painter import MapTarget, paint_targets
from groundstation.ui.map_panel.trail_layer import TrailLayer
from groundstation.ui.selection import Selection
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.tokens import PALETTE, SMALL_PX
from groundstation.ui.units import distance_text

FIRST_VIEW = (mercator_from_degrees(20.0, 0.0), mercator_from_degrees(62.0, 70.0))
"""South-west and north-east corner before any vehicle is heard."""
CLICK_PIXELS = 22.0
FIT_SHARE = 0.75
"""Half of what a fit shows, as a share of the fleet's extent: room to fly before the view must change again."""
EDGE_SHARE = 0.03
"""A vehicle so near to the edge is about to leave the view."""
LEAST_SPAN_M = 350.0
"""Fitting the fleet never zooms closer than this."""
SLOW_S = 0.5
TRAIL_S = 1.0
"""Trails have a point a second."""


class MapView(pg.GraphicsView):
    """Draws the fleet; told when to by its panel."""

    vehicle_clicked = Signal(object, bool)
    """A `VehicleKey` or None for empty ground; True with Ctrl or Shift held."""
    ground_clicked = Signal(float, float)
    """Latitude and longitude of a click beside every vehicle."""
    menu_wanted = Signal(QPoint, float, float)
    """Where on the screen, and which place."""
    moved_by_hand = Signal()

    def __init__(self, feed: FleetFeed, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self._feed, self._selection = feed, selection
        self._fleet_painter = FleetPainter()
        self.marks: list[MapMark] = []
        self.targets: list[MapTarget] = []
        """Places that vehicles were told."""
        self.trail_s = 180.0
        self._homes: set[tuple[float, float]] = set()
        self._trails = TrailLayer(feed.history)
        self._wants_trails = False
        self._ground: QPixmap | None = None
        self._ground_key: object = None
        self._slow_s = self._trails_s = -1.0
        self._mouse: QPointF | None = None
        self.box = pg.ViewBox(lockAspect=True, enableMenu=False)
        self.setCentralItem(self.box)
        self.box.disableAutoRange()
        self.box.setLimits(minXRange=60.0, minYRange=40.0, maxXRange=6e7, maxYRange=6e7)
        (west, south), (east, north) = FIRST_VIEW
        self.box.setRange(xRange=(west, east), yRange=(south, north), padding=0)
        self.box.sigRangeChangedManually.connect(self.moved_by_hand)
        self.box.sigRangeChanged.connect(self._on_range_changed)
        self.sceneObj.sigMouseClicked.connect(self._on_mouse_clicked)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Map"))

    @property
    def camera(self) -> Camera:
        """What is shown."""
        rect = self.box.viewRect()
        width, height = max(1, self.viewport().width()), max(1, self.viewport().height())
        return Camera(rect.center().x(), rect.center().y(), rect.width() / width, width, height)

    @property
    def shows_labels(self) -> bool:
        """Whether vehicles carry labels."""
        return self._fleet_painter.shows_labels

    @shows_labels.setter
    def shows_labels(self, wanted: bool) -> None:
        self._fleet_painter.shows_labels = wanted
        self.viewport().update()

    def refresh(self, now_s: float) -> None:
        """Take the fleet as it is now and draw it."""
        found = (mark_of(state, self._feed.summary(state), now_s) for state in self._feed.fleet)
        self.marks = [mark for mark in found if mark is not None]
        if now_s - self._slow_s > SLOW_S:
            self.refresh_slow(now_s)
        self.viewport().update()

    def refresh_slow(self, now_s: float) -> None:
        """Labels, trails and homes: what needs no thirty frames a second."""
        self._slow_s = now_s
        self._homes = {home for state in self._feed.fleet if (home := home_of(state)) is not None}
        if now_s - self._trails_s > TRAIL_S:
            self._trails_s = now_s
            self._wants_trails = True
        self._place_labels()

    def fit(self, keys: tuple[VehicleKey, ...] = ()) -> bool:
        """Show all vehicles, or these; False when none of them has a known place."""
        marks = [mark for mark in self.marks if not keys or mark.key in keys]
        if not marks:
            return False
        xs, ys = together([mark.x_m for mark in marks]), [mark.y_m for mark in marks]
        middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        half_x = max((max(xs) - min(xs)) * FIT_SHARE, LEAST_SPAN_M)
        half_y = max((max(ys) - min(ys)) * FIT_SHARE, LEAST_SPAN_M)
        self.box.setRange(
            xRange=(middle_x - half_x, middle_x + half_x), yRange=(middle_y - half_y, middle_y + half_y), padding=0
        )
        return True

    def shows_all(self) -> bool:
        """Whether every vehicle with a known place is in view, with a little room around it."""
        rect = self.box.viewRect()
        margin_x, margin_y = rect.width() * EDGE_SHARE, rect.height() * EDGE_SHARE
        inner = rect.adjusted(margin_x, margin_y, -margin_x, -margin_y)
        middle = rect.center().x()
        return all(inner.contains(near(mark.x_m, middle), mark.y_m) for mark in self.marks)

    def centre_on(self, key: VehicleKey) -> None:
        """Move so that a vehicle is in the middle, at the same zoom."""
        mark = next((mark for mark in self.marks if mark.key == key), None)
        if mark is not None:
            rect = self.box.viewRect()
            across = near(mark.x_m, rect.center().x()) - rect.center().x()
            self.box.translateBy(x=across, y=mark.y_m - rect.center().y())

    def zoom(self, factor: float) -> None:
        """Show so many times as much; by the keyboard."""
        self.box.scaleBy((factor, factor))
        self.moved_by_hand.emit()

    def pan(self, across: float, down: float) -> None:
        """Move by shares of the screen; by the keyboard."""
        rect = self.box.viewRect()
        self.box.translateBy(x=across * rect.width(), y=-down * rect.height())
        self.moved_by_hand.emit()

    def view_state(self) -> tuple[float, float, float]:
        """Middle and scale, for settings."""
        camera = self.camera
        return camera.x_m, camera.y_m, camera.scale_m

    def restore_view(self, x_m: float, y_m: float, scale_m: float) -> None:
        """Back to a view from settings."""
        half_x, half_y = self.viewport().width() * scale_m / 2, self.viewport().height() * scale_m / 2
        self.box.setRange(xRange=(x_m - half_x, x_m + half_x), yRange=(y_m - half_y, y_m + half_y), padding=0)

    def _selected(self) -> frozenset[VehicleKey]:
        return frozenset(self._selection.keys)

    def _place_labels(self) -> None:
        self._fleet_painter.place_labels(self.marks, self.camera, self._selected())

    def _on_range_changed(self) -> None:
        self._place_labels()
        self.viewport().update()

    def _on_mouse_clicked(self, event: pg.MouseClickEvent) -> None:
        point, camera = event.scenePos(), self.camera
        if event.button() == Qt.MouseButton.RightButton:
            self._want_menu(QPointF(point.x(), point.y()))
        if event.button() != Qt.MouseButton.LeftButton:
            return
        nearest: tuple[float, VehicleKey | None] = (CLICK_PIXELS, None)
        for mark in self.marks:
            x, y = camera.screen(mark.x_m, mark.y_m)
            distance = ((x - point.x()) ** 2 + (y - point.y()) ** 2) ** 0.5
            nearest = min(nearest, (distance, mark.key), key=lambda one: one[0])
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        self.vehicle_clicked.emit(nearest[1], bool(event.modifiers() & modifiers))
        if nearest[1] is None:
            self.ground_clicked.emit(*self._place_at(QPointF(point.x(), point.y())))

    def _place_at(self, point: QPointF) -> tuple[float, float]:
        """Latitude and longitude under a pixel."""
        return degrees_from_mercator(*self.camera.world(point.x(), point.y()))

    def _want_menu(self, point: QPointF) -> None:
        self.menu_wanted.emit(self.mapToGlobal(point.toPoint()), *self._place_at(point))

    def _ground_pixels(self, camera: Camera) -> QPixmap:
        """Sea, land, grid and names: drawn again only when the view changes."""
        home = min(self._homes, default=None)
        address = (camera, home, self.devicePixelRatioF())
        if self._ground is None or self._ground_key != address:
            self._ground = self._empty_pixels(camera)
            painter = QPainter(self._ground)
            paint_base(painter, camera, home)
            painter.end()
            self._ground_key = address
        return self._ground

    def _base_pixels(self, camera: Camera) -> QPixmap:
        """The ground with the trails on it."""
        ground = self._ground_pixels(camera)
        if self.trail_s <= 0:
            return ground
        since_s = self._feed.now_s() - self.trail_s
        keys = [mark.key for mark in self.marks]
        if self._wants_trails:
            self._wants_trails = False
            self._trails.renew(ground, keys, since_s)
        return self._trails.pixels(camera, ground, keys, self._selected(), since_s)

    def _empty_pixels(self, camera: Camera) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixels = QPixmap(round(camera.width * ratio), round(camera.height * ratio))
        pixels.setDevicePixelRatio(ratio)
        return pixels

    def _paint_scale(self, painter: QPainter, camera: Camera) -> None:
        """Scale bar and the place under the mouse, lower left."""
        length_m = nice_length(camera.ground_scale_m * 140)
        pixels = length_m / camera.ground_scale_m
        y = camera.height - 18
        painter.setFont(font(SMALL_PX, 500))
        text = distance_text(length_m)
        place = ""
        if self._mouse is not None:
            lat, lon = degrees_from_mercator(*camera.world(self._mouse.x(), self._mouse.y()))
            place = f"{abs(lat):.5f}° {'N' if lat >= 0 else 'S'}  {abs(lon):.5f}° {'E' if lon >= 0 else 'W'}"
        back = QColor(PALETTE.background)
        back.setAlpha(170)
        width = pixels + 24 + painter.fontMetrics().horizontalAdvance(text + place) + (28 if place else 12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(QRectF(8, y - 13, width, 24), 4, 4)
        painter.setPen(QPen(QColor(PALETTE.text), 1.4))
        painter.drawPolyline(
            [QPointF(18, y - 4), QPointF(18, y + 3), QPointF(18 + pixels, y + 3), QPointF(18 + pixels, y - 4)]
        )
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(26 + pixels, y - 12, 100, 22), left, text)
        painter.setPen(QColor(PALETTE.muted))
        painter.drawText(QRectF(width - painter.fontMetrics().horizontalAdvance(place), y - 12, 300, 22), left, place)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Qt: draws every layer in screen coordinates."""
        del rect
        camera = self.camera
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._base_pixels(camera))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_homes(painter, camera, self._homes)
        paint_targets(painter, camera, self.targets, self.marks)
        self._fleet_painter.paint(painter, camera, self.marks, self._selected())
        self._paint_scale(painter, camera)
        painter.restore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: the place under the mouse is shown."""
        super().mouseMoveEvent(event)
        self._mouse = event.position()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: the menu key asks for the menu where the mouse is, or in the middle."""
        if event.key() == Qt.Key.Key_Menu:
            self._want_menu(self._mouse or QPointF(self.rect().center()))
            return
        super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: the mouse is gone."""
        super().leaveEvent(event)
        self._mouse = None
        self.viewport().update()
