# SPDX-License-Identifier: Apache-2.0
"""The map itself: a pyqtgraph view in Web Mercator metres with painted layers. GUI thread.

pyqtgraph's view box is the camera: it pans by dragging and zooms by the wheel. What is drawn stands in `layers.py`,
what a click means in `tools.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.box_select import BoxSelect
from groundstation.ui.map_panel.crowd import Cluster, Crowds, zoom_step
from groundstation.ui.map_panel.edge_signs import EdgeSign
from groundstation.ui.map_panel.ground_menu import map_file_of
from groundstation.ui.map_panel.layer_stack import LayerStack
from groundstation.ui.map_panel.layers import LAYERS
from groundstation.ui.map_panel.map_layer import Frame, MapContext, MapLayer, badness_of, places_of
from groundstation.ui.map_panel.map_marks import MapMark, home_of, mark_of
from groundstation.ui.map_panel.map_tool import Click, Tool
from groundstation.ui.map_panel.mercator import (
    Camera,
    degrees_from_mercator,
    mercator_from_degrees,
    near,
    together,
)
from groundstation.ui.map_panel.pointer_tool import PointerTool
from groundstation.ui.map_panel.sensor_layer import SensorLayer, SensorSpot
from groundstation.ui.right_of_way import right_of_way

FIRST_VIEW = (mercator_from_degrees(20.0, 0.0), mercator_from_degrees(62.0, 70.0))
"""South-west and north-east corner before any vehicle is heard."""
FIT_SHARE = 0.75
"""Half of what a fit shows, as a share of the fleet's extent: room to fly before the view must change again."""
EDGE_SHARE = 0.03
"""A vehicle so near to the edge is about to leave the view."""
LEAST_SPAN_M = 350.0
"""Fitting the fleet never zooms closer than this."""
REST_MS = 120
"""After the last frame of a movement, what was painted quickly is painted sharply."""
TURN_MS = 4
"""Between two parts of what is drawn anew; whatever else there is to do comes in between."""
ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
"""With one of these a click adds to what is selected."""
HOMES_S = 0.5
"""Homes are looked for so often."""


class MapView(pg.GraphicsView):
    """Draws the fleet; told when to by its panel."""

    menu_wanted = Signal(QPoint, float, float)
    """Where on the screen, and which place."""
    several_wanted = Signal(object, QPoint)
    """A `SensorSpot` with several devices was pressed, and where on the screen."""
    cluster_wanted = Signal(object, QPoint)
    """A `Cluster` was pressed, and where on the screen."""
    map_dropped = Signal(object)
    """The path of a file of tiles."""
    said = Signal(str)
    """A line for the operator."""
    moved_by_hand = Signal()
    tool_done = Signal()
    """The tool in the hand has done its work, or was put away with Escape."""

    def __init__(self, context: MapContext, rows: Sequence[MapLayer] = LAYERS, parent: QWidget | None = None) -> None:
        """Build the view with the pointer in the hand.

        Args:
            context: what layers are made of.
            rows: the layers, the lowest first.
            parent: Qt's.
        """
        super().__init__(parent, background=None)
        self._context, self.stack = context, LayerStack(rows, context)
        self.tool: Tool = PointerTool(context)
        self.marks: list[MapMark] = []
        self._crowds = Crowds()
        self._ordered: tuple[Hashable, Frame] | None = None
        """What the order of drawing was made of, and a frame with it, its places and who stands alone."""
        self._refreshed = 0
        """How often the marks were taken anew."""
        self._now_s = context.feed.now_s()
        self._homes: frozenset[tuple[float, float]] = frozenset()
        self._homes_s = -1.0
        self._mouse: QPointF | None = None
        self._box_select = BoxSelect()
        self._is_holding = False
        """Whether the tool has something in its hand."""
        self.box = pg.ViewBox(lockAspect=True, enableMenu=False)
        self.setCentralItem(self.box)
        # else pyqtgraph would choose the view by items of its own, of which there are none
        self.box.disableAutoRange()
        # nearer than a room, and farther than the world, there is nothing to see
        self.box.setLimits(minXRange=60.0, minYRange=40.0, maxXRange=6e7, maxYRange=6e7)
        (west, south), (east, north) = FIRST_VIEW
        self.box.setRange(xRange=(west, east), yRange=(south, north), padding=0)
        self.box.sigRangeChangedManually.connect(self.moved_by_hand)
        self.box.sigRangeChanged.connect(self.repaint_soon)
        self.sceneObj.sigMouseClicked.connect(self._on_mouse_clicked)
        self._turns = QTimer(self, interval=TURN_MS, singleShot=True)
        self._turns.setTimerType(Qt.TimerType.PreciseTimer)
        self._turns.timeout.connect(self._on_turn)
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self.repaint_soon)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Map"))

    @property
    def camera(self) -> Camera:
        """What is shown."""
        rect = self.box.viewRect()
        width, height = max(1, self.viewport().width()), max(1, self.viewport().height())
        return Camera(rect.center().x(), rect.center().y(), rect.width() / width, width, height)

    def refresh(self, now_s: float) -> None:
        """Take the fleet as it is now and draw it."""
        feed, self._now_s = self._context.feed, now_s
        found = (mark_of(state, feed.summary(state), now_s) for state in feed.fleet)
        self.marks = [mark for mark in found if mark is not None]
        self._refreshed += 1
        # homes move seldom: going through the fleet for them in each frame would be felt
        if now_s - self._homes_s > HOMES_S:
            self._homes_s = now_s
            self._homes = frozenset(home for state in feed.fleet if (home := home_of(state)) is not None)
        self.repaint_soon()

    def fit(self, keys: tuple[VehicleKey, ...] = ()) -> bool:
        """Show all vehicles, or these; where there is none, other devices. False when none has a known place."""
        marks = [mark for mark in self.marks if not keys or mark.key in keys]
        if marks or keys:
            return self.fit_places([(mark.x_m, mark.y_m) for mark in marks])
        # a broker of sensors alone
        return self.fit_places([place for layer in self.stack.shown(SensorLayer) for place in layer.places()])

    def fit_places(self, places: Sequence[tuple[float, float]], least_m: float = LEAST_SPAN_M) -> bool:
        """Show some places; False for none.

        Args:
            places: Mercator metres.
            least_m: so much is shown to each side of their middle at least.
        """
        if not places:
            return False
        # what is on both sides of longitude 180 is near to itself
        xs, ys = together([x_m for x_m, _ in places]), [y_m for _, y_m in places]
        middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        half_x = max((max(xs) - min(xs)) * FIT_SHARE, least_m)
        half_y = max((max(ys) - min(ys)) * FIT_SHARE, least_m)
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

    def bring_into_view(self, keys: Sequence[VehicleKey]) -> bool:
        """Move so that these are seen, at the same zoom or from farther away; False when none has a known place."""
        found = [(mark.x_m, mark.y_m) for mark in self.marks if mark.key in set(keys)]
        if not found:
            return False
        rect = self.box.viewRect()
        return self.fit_places(found, min(rect.width(), rect.height()) / 2)

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

    def frame(self) -> Frame:
        """What there is to draw at this moment."""
        selected, camera = frozenset(self._context.selection.keys), self.camera
        held, step = self._ordered, zoom_step(camera.scale_m)
        made_of = (self._refreshed, selected, step)
        # a thousand vehicles sorted in each frame of a movement would be felt
        if held is None or held[0] != made_of:
            # the last is drawn on top
            order = sorted(self.marks, key=lambda one: (one.key in selected, one.level, one.key))
            made = Frame(camera, self._now_s, order, selected, places=places_of(order), badness=badness_of(order))
            held = self._ordered = (made_of, made._replace(crowd=self._crowds.of(order, step, selected)))
        ratio = self.devicePixelRatioF()
        return held[1]._replace(camera=camera, now_s=self._now_s, homes=self._homes, mouse=self._mouse, ratio=ratio)

    def repaint_soon(self) -> None:
        """Something of what is drawn has changed."""
        self.viewport().update()

    def take(self, tool: Tool) -> None:
        """Another tool is in the hand; the last one forgets what it had begun."""
        self.tool.put_away()
        self.tool = tool
        self.viewport().setCursor(tool.cursor)
        self.repaint_soon()

    def _on_mouse_clicked(self, event: pg.MouseClickEvent) -> None:
        point = QPointF(event.scenePos().x(), event.scenePos().y())
        if event.button() == Qt.MouseButton.RightButton:
            self._want_menu(point)
        # the second half of a double click is no click of its own
        if event.button() == Qt.MouseButton.LeftButton and not event.double():
            self._click(point, adds=bool(event.modifiers() & ADDING))

    def _click(self, point: QPointF, *, adds: bool) -> None:
        hit = self.stack.hit(self.frame(), point)
        if not self.tool.click(Click(point, *self._place_at(point), hit, adds)):
            self.tool_done.emit()
        elif isinstance(self.tool, PointerTool):
            self._go_to(hit, point, adds=adds)
        self.repaint_soon()

    def _go_to(self, hit: object, point: QPointF, *, adds: bool) -> None:
        """What stands for several was pressed with nothing but the pointer in the hand."""
        if isinstance(hit, SensorSpot) and len(hit.topics) > 1:
            self.several_wanted.emit(hit, self.mapToGlobal(point.toPoint()))
        elif isinstance(hit, Cluster) and not adds:
            self.cluster_wanted.emit(hit, self.mapToGlobal(point.toPoint()))
        elif isinstance(hit, EdgeSign) and self.bring_into_view(hit.keys):
            self.moved_by_hand.emit()

    def _place_at(self, point: QPointF) -> tuple[float, float]:
        """Latitude and longitude under a pixel."""
        return degrees_from_mercator(*self.camera.world(point.x(), point.y()))

    def _want_menu(self, point: QPointF) -> None:
        self.menu_wanted.emit(self.mapToGlobal(point.toPoint()), *self._place_at(point))

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Qt: draws every layer in screen coordinates, and what is in the hand."""
        del rect
        with right_of_way.painting():
            frame = self.frame()
            painter.save()
            # layers draw in pixels; pyqtgraph has set up metres
            painter.resetTransform()
            self.stack.paint(painter, frame)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.tool.paint(painter, frame)
            self._box_select.paint(painter)
            painter.restore()
            self._go_on()

    def _on_turn(self) -> None:
        """Trails of a large fleet are drawn a few at a time; they are seen when all of them are there."""
        if self.stack.work():
            self.repaint_soon()
        self._go_on()

    def _go_on(self) -> None:
        if self.stack.is_busy and self.isVisible() and not self._turns.isActive():
            self._turns.start()
        if self.stack.is_rough:
            # begun anew with each frame of a movement
            self._rest.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: the tool may take hold of something; else the map is moved."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_with_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_left and is_with_shift and isinstance(self.tool, PointerTool):
            self._box_select.begin(event.position())
            event.accept()
            return
        self._is_holding = is_left and self.tool.grab(event.position(), self.frame())
        if self._is_holding:
            event.accept()
        else:
            super().mousePressEvent(event)
        self.repaint_soon()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: what was held is let go."""
        if self._box_select.is_held and event.button() == Qt.MouseButton.LeftButton:
            self._select_box(event)
            return
        if not self._is_holding:
            super().mouseReleaseEvent(event)
            return
        self._is_holding = False
        self.tool.drop(*self._place_at(event.position()))
        event.accept()
        self.repaint_soon()

    def _select_box(self, event: QMouseEvent) -> None:
        """Who is in the rectangle is selected, with Ctrl beside those that are; an empty one changes nothing."""
        self._box_select.drag(event.position())
        found = self._box_select.end(self.frame())
        if found is None:
            self._click(event.position(), adds=True)
        elif found:
            selection = self._context.selection
            adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            selection.select((*selection.keys, *(key for key in found if key not in selection)) if adds else found)
        event.accept()
        self.repaint_soon()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: the place under the mouse is shown, and what is held follows."""
        if self._box_select.is_held:
            self._box_select.drag(event.position())
        elif self._is_holding:
            self.tool.drag(*self._place_at(event.position()))
        else:
            super().mouseMoveEvent(event)
        self._mouse = event.position()
        self.viewport().update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: a map may be dropped here; what else is dragged is for the window."""
        event.setAccepted(_map_in(event) is not None)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Qt: the same."""
        event.setAccepted(_map_in(event) is not None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: it is shown."""
        path = _map_in(event)
        event.setAccepted(path is not None)
        if path is not None:
            self.map_dropped.emit(path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: the menu key asks for the menu where the mouse is, or in the middle; Escape puts the tool away."""
        if event.key() == Qt.Key.Key_Menu:
            self._want_menu(self._mouse or QPointF(self.rect().center()))
        elif event.key() == Qt.Key.Key_Escape and self._box_select.is_held:
            self._box_select.cancel()
            self.repaint_soon()
        elif event.key() == Qt.Key.Key_Escape:
            self.tool_done.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.tool.finish():
            self.repaint_soon()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: the mouse is gone."""
        super().leaveEvent(event)
        self._mouse = None
        self.viewport().update()


def _map_in(event: QDropEvent) -> Path | None:
    return map_file_of([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])
