# SPDX-License-Identifier: Apache-2.0
"""One plot: curves over the common time axis with their legend. GUI thread; drawn only when told to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import (
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QToolTip, QWidget

from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.call_signs import call_sign
from groundstation.ui.history import History
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.plots.curve import Curve, free_look
from groundstation.ui.plots.event_marks import Mark
from groundstation.ui.plots.for_selection import is_for_each
from groundstation.ui.plots.legend import Legend
from groundstation.ui.plots.mark_layer import MarkLayer
from groundstation.ui.plots.number_axis import NumberAxis
from groundstation.ui.plots.older_runs import OlderRuns, Span
from groundstation.ui.plots.shades import Shades
from groundstation.ui.plots.time_axis import TimeAxis
from groundstation.ui.plots.time_box import TimeBox
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TINY_PX
from groundstation.ui.timeline import local_time
from groundstation.ui.value_drag import refs_from_mime

MAX_CURVES = 24
FEW_CURVES = 8
"""Of more, each has less time to be painted."""
AXIS_WIDTH = 52
LEAST_SPAN = 1e-3
LEAST_HEIGHT = 90
SCROLL_BAR = 10
LEAST_LEGEND = 130
"""Otherwise the legend takes half of a narrow plot at most."""


class PlotLane(QWidget):
    """The plots panel is a stack of these."""

    refs_dropped = Signal(object, bool)
    """A list of `ValueRef` dropped on this plot, and whether they are meant of every vehicle that is selected."""
    hovered = Signal()
    """Values may be dropped on it."""
    removing = Signal()
    """A curve is about to be taken away by hand."""
    cursor_moved = Signal(object)
    """Seconds under the mouse on the clock of the view's timeline, or None."""
    emptied = Signal()
    changed = Signal()

    def __init__(
        self,
        history: History,
        older: OlderRuns,
        wall_offset_s: Callable[[], float],
        meanings: Callable[[], SensorMap] = SensorMap,
        parent: QWidget | None = None,
    ) -> None:
        """Begin without curves.

        Args:
            history: where values are.
            older: what was read of before.
            wall_offset_s: tells what to add to the view's clock to have seconds since 1970.
            meanings: tells what topics mean.
            parent: Qt's.
        """
        super().__init__(parent)
        self._history, self._older, self._meanings = history, older, meanings
        self.curves: list[Curve] = []
        self._is_target = False
        self._wall_offset_s = wall_offset_s
        self.told = ""
        """What happened where the mouse is, as it is told."""
        self._held_values: tuple[float, float] | None = None
        self._mouse: QPointF | None = None
        self.setAcceptDrops(True)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.legend = Legend()
        self.legend.remove_requested.connect(self._remove_by_hand)
        self.box = TimeBox()
        self.axis = TimeAxis(wall_offset_s)
        self.plot = self._make_plot()
        self.shades, self.marks = Shades(), MarkLayer()
        self._line, self.playhead = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)
        self.playhead.setZValue(20)
        for mark in (self.marks, self.shades, self._line, self.playhead):
            # else the axis would stretch to wherever the mouse is
            self.plot.addItem(mark, ignoreBounds=True)
        self._line.hide()
        self.playhead.hide()
        # keys of the plots are heard after a click on one
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._legend_area())
        self._dress()
        wearing().changed.connect(self._dress)

    def _dress(self) -> None:
        """Plots keep what they are drawn with, so they are told of another theme."""
        self.plot.setBackground(ink(Ink.SURFACE))
        for name in ("left", "bottom"):
            self.plot.getAxis(name).setPen(pg.mkPen(ink(Ink.LINE)))
            self.plot.getAxis(name).setTextPen(pg.mkPen(ink(Ink.MUTED)))
        self._line.setPen(pg.mkPen(ink(Ink.MUTED), width=1, style=Qt.PenStyle.DashLine))
        self.playhead.setPen(pg.mkPen(ink(Ink.PAST), width=2))
        self.box.dress()
        for curve in self.curves:
            curve.dress()

    def _legend_area(self) -> QScrollArea:
        """A legend that is longer than its plot is high scrolls; it hides no value and no title."""
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._scroll.setWidget(self.legend)
        return self._scroll

    @property
    def refs(self) -> list[ValueRef]:
        """What is plotted."""
        return [curve.ref for curve in self.curves]

    def add(self, ref: ValueRef, place: int | None = None) -> bool:
        """Plot a value; False when it is there already or the plot is full.

        Args:
            ref: which.
            place: among the curves; None for the last.
        """
        if ref in self.refs or len(self.curves) >= MAX_CURVES:
            return False
        look = free_look(ref, [curve.look for curve in self.curves])
        curve = Curve(ref, self._history.track(ref), look, self._older, self._meanings())
        self.curves.insert(len(self.curves) if place is None else place, curve)
        self.plot.addItem(curve.item)
        self.changed.emit()
        return True

    def add_all(self, refs: Sequence[ValueRef]) -> None:
        """Plot values, each at its place in this order; what is there already stays as it is."""
        for place, ref in enumerate(refs):
            self.add(ref, place)

    def use_meanings(self) -> None:
        """Another file says what topics mean."""
        for curve in self.curves:
            curve.use(self._meanings())
        self.changed.emit()

    def remove(self, ref: ValueRef) -> None:
        """Take a curve away."""
        for curve in [curve for curve in self.curves if curve.ref == ref]:
            self.curves.remove(curve)
            self.plot.removeItem(curve.item)
            # else the value would be kept at full rate, and its vehicle followed in detail, for nobody
            self._history.untrack(ref)
        self.changed.emit()
        if not self.curves:
            self.emptied.emit()

    def _remove_by_hand(self, ref: ValueRef) -> None:
        self.removing.emit()
        self.remove(ref)

    def clear(self) -> None:
        """Take every curve away."""
        for ref in self.refs:
            self.remove(ref)

    def refresh(
        self,
        begin_s: float,
        end_s: float,
        playhead_s: float | None = None,
        unread: Sequence[Span] = (),
        *,
        is_past: bool = False,
    ) -> None:
        """Draw this span of time, and fit the values of it.

        Args:
            begin_s: where it begins, seconds on the clock of the view's timeline.
            end_s: where it ends.
            playhead_s: what came after is faint; None for no playhead.
            unread: where something is still to be read, seconds.
            is_past: whether nothing counts but what was read.
        """
        columns = max(1, int(self.box.width()))
        for curve in self.curves:
            curve.is_past = is_past
            curve.refresh(begin_s, end_s, columns)
        self.plot.setXRange(begin_s, end_s, padding=0)
        self.shades.show_spans(unread, playhead_s)
        self.playhead.setVisible(playhead_s is not None)
        if playhead_s is not None:
            self.playhead.setPos(playhead_s)
        self.axis.show_playhead(playhead_s)
        self._fit(begin_s, end_s, columns)

    def hold_values(self, low: float, high: float) -> None:
        """Show these values, in the unit of the axis, and not those there are."""
        self._held_values = (low, max(high, low + LEAST_SPAN))

    def fit_values(self) -> None:
        """Show the values there are."""
        self._held_values = None

    def show_cursor(self, time_s: float | None, now_s: float) -> None:
        """Show the common cursor and the values at it."""
        self._line.setVisible(time_s is not None)
        if time_s is not None:
            self._line.setPos(time_s)
        self.legend.show_curves(self.curves, time_s, now_s)
        is_cut = self.legend.minimumHeight() > self.height()
        self.legend.fit(max(LEAST_LEGEND, self.width() // 2) - SCROLL_BAR * is_cut)
        self._scroll.setFixedWidth(self.legend.width() + SCROLL_BAR * is_cut)

    def show_axis(self, is_shown: bool) -> None:
        """Only the lowest plot carries the times."""
        self.plot.getAxis("bottom").setStyle(showValues=is_shown)
        self.plot.getAxis("bottom").setHeight(24 if is_shown else 4)

    def _make_plot(self) -> pg.PlotWidget:
        plot = pg.PlotWidget(viewBox=self.box, axisItems={"bottom": self.axis, "left": NumberAxis()})
        # drops are for the lane: pyqtgraph would take the event and do nothing with it
        plot.setAcceptDrops(False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(x=True, y=True, alpha=0.12)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.setStyle(tickFont=font(TINY_PX), tickLength=0, tickTextOffset=6)
        plot.getAxis("left").setWidth(AXIS_WIDTH)
        # pyqtgraph would write k and m before our units
        plot.getAxis("left").enableAutoSIPrefix(False)
        # a click is one however long it takes: what moves is a drag
        plot.sceneObj.minDragTime = math.inf
        plot.sceneObj.sigMouseMoved.connect(self._on_mouse_moved)
        # pyqtgraph tells where the mouse is, and not that it has left
        plot.viewport().installEventFilter(self)
        return plot

    def _fit(self, begin_s: float, end_s: float, columns: int) -> None:
        found = [one for one in (curve.extremes(begin_s, end_s) for curve in self.curves) if one is not None]
        if self._held_values is not None:
            low, high = self._held_values
        elif found:
            low, high = min(low for low, _ in found), max(high for _, high in found)
            # a value that stands still needs a range too, or its axis has no height
            room = max((high - low) * 0.12, abs(high) * 0.01, LEAST_SPAN)
            low, high = low - room, high + room
        else:
            return
        self.plot.setYRange(low, high, padding=0)
        share = min(1.0, FEW_CURVES / max(1, len(self.curves))) / self.devicePixelRatioF() ** 2
        for curve in self.curves:
            curve.fit_line(columns, self.box.height(), (low, high), share)

    def point_again(self) -> None:
        """The axis was moved under the mouse: it points at another time."""
        if self._mouse is not None:
            self._on_mouse_moved(self._mouse)

    def _on_mouse_moved(self, point: QPointF) -> None:
        self._mouse = QPointF(point) if self.box.sceneBoundingRect().contains(point) else None
        time_s = None if self._mouse is None else float(self.box.mapSceneToView(self._mouse).x())
        self.cursor_moved.emit(time_s)
        self._tell_marks(time_s)

    def _tell_marks(self, time_s: float | None) -> None:
        """What happened where the mouse is."""
        begin_s, end_s = self.box.viewRange()[0]
        second_px = self.box.width() / max(end_s - begin_s, 1e-9)
        found = self.marks.near(time_s, second_px) if time_s is not None else []
        text = "\n".join(self._words_of(one) for one in found)
        if text != self.told:
            self.told = text
            QToolTip.showText(QCursor.pos(), plain_tip(text) if text else "", self)

    def _words_of(self, mark: Mark) -> str:
        who = f"{call_sign(mark.key)}: " if mark.key is not None else ""
        return f"{local_time(mark.at_s + self._wall_offset_s())}  {who}{mark.text}"

    def _set_target(self, is_target: bool) -> None:
        self._is_target = is_target
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the cursor goes when the mouse leaves the plot."""
        if event.type() is QEvent.Type.Leave:
            self._mouse = None
            self.cursor_moved.emit(None)
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: values may be dropped."""
        if refs_from_mime(event.mimeData()):
            self._set_target(True)
            self.hovered.emit()
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Qt: everywhere on it."""
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Qt: not here after all."""
        del event
        self._set_target(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: values were dropped."""
        self._set_target(False)
        refs = refs_from_mime(event.mimeData())
        if refs:
            event.acceptProposedAction()
            self.refs_dropped.emit(refs, is_for_each(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: a frame while something hovers to be dropped."""
        super().paintEvent(event)
        if self._is_target:
            painter = QPainter(self)
            painter.setPen(QPen(ink(Ink.ACCENT), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
            painter.end()
