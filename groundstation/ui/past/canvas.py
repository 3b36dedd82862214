# SPDX-License-Identifier: Apache-2.0
"""The timeline itself: looked at, dragged, zoomed. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.call_signs import call_sign
from groundstation.ui.language.speaking import speaking
from groundstation.ui.past.lane_data import LaneData
from groundstation.ui.past.lane_painter import (
    ALARMS_H,
    AXIS_H,
    BOOKMARKS_H,
    GUTTER,
    LANE_H,
    OVERVIEW_H,
    LanePainter,
    Word,
    paint_moment,
    time_text,
)
from groundstation.ui.past.lane_scale import LaneScale
from groundstation.ui.selection import Selection
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink

MOST_LANES, LEAST_LANES = 7, 2
"""So many are seen at once, the others are scrolled to."""
LOW_PX, LANE_PX = 624, 32
"""So high is a window with no room for lanes; each that is shown needs so much more of it."""
MARGIN = 6
EDGE_PX = 6
ZOOM = 1.25


class TimelineCanvas(QWidget):
    """Paints a recording, and says which moment the operator wants."""

    moment_wanted = Signal(float)
    """Seconds on the recording's clock."""
    part_changed = Signal()
    """Another part of it is shown."""

    def __init__(self, selection: Selection, parent: QWidget | None = None) -> None:
        """Empty.

        Args:
            selection: shared by the window.
            parent: Qt's.
        """
        super().__init__(parent)
        self.scale, self.data = LaneScale(), LaneData()
        self._selection = selection
        self.name_of: Callable[[VehicleKey], str] = call_sign
        self._at_s: float | None = None
        self._read_until_s = 0.0
        self._first_lane = 0
        self._has_lanes, self._has_date = False, True
        self._still: QPixmap | None = None
        """All that does not move with the moment; None before it was painted."""
        self._still_of: tuple[object, ...] = ()
        self._words: list[Word] = []
        """On the lanes of those pixels."""
        self._whole: QPixmap | None = None
        """The strip of the whole recording, which is another one only when that grows."""
        self._whole_of: tuple[object, ...] = ()
        self._revision = 0
        self._drag: Callable[[QPoint], None] | None = None
        self.setMouseTracking(True)
        # what plays has the keyboard, and no field or list that would take its keys
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Timeline"))
        selection.changed.connect(self.update)
        wearing().changed.connect(self.renew)
        speaking().changed.connect(self.renew)
        self._fit()

    # ---- what is shown ----

    def show_recording(self, begin_s: float, end_s: float, read_until_s: float, *, has_date: bool) -> None:
        """How far the recording goes, and how much of it is read."""
        self.scale.set_whole(begin_s, end_s)
        self._read_until_s, self._has_date = read_until_s, has_date
        self._fit()
        self.update()

    def show_moment(self, at_s: float | None) -> None:
        """The moment that is shown; None for now."""
        self._at_s = at_s
        # while the hand holds it, the timeline must not move away under the hand
        if at_s is not None and self._drag is None and self.scale.reach(at_s):
            self.part_changed.emit()
        self.update()

    def set_lanes_shown(self, has_lanes: bool) -> None:
        """Whether lanes, alarms and bookmarks are shown, or the whole alone."""
        self._has_lanes = has_lanes
        self._fit()

    @property
    def lanes(self) -> list[VehicleKey]:
        """Vehicles in their order: the chosen ones on top."""
        keys = list(self.data.lanes)
        # of fifty lanes seven are seen: who is chosen is among them without scrolling
        chosen = [one for one in keys if one in self._selection]
        is_scrolled = len(keys) > self.lanes_seen
        return [*chosen, *(one for one in keys if one not in self._selection)] if is_scrolled else keys

    @property
    def lanes_seen(self) -> int:
        """How many lanes are seen at once: a low window needs its height for the map and the panels."""
        return min(MOST_LANES, max(LEAST_LANES, (self.window().height() - LOW_PX) // LANE_PX))

    def fit_to_window(self) -> None:
        """The window has another height."""
        self._fit()

    def _lanes_top(self) -> int:
        return MARGIN + OVERVIEW_H + AXIS_H + ALARMS_H + BOOKMARKS_H

    def _fit(self) -> None:
        height = MARGIN + OVERVIEW_H
        if self._has_lanes:
            height = self._lanes_top() + LANE_H * min(self.lanes_seen, max(1, len(self.data.lanes))) + 4
        # Qt lays the whole window out anew for each fixed height, even the same one
        if self.height() != height or self.minimumHeight() != height:
            self.setFixedHeight(height)
        self._first_lane = min(self._first_lane, max(0, len(self.data.lanes) - self.lanes_seen))
        self.scale.left, self.scale.right = GUTTER, max(GUTTER + 10, self.width() - 14)

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: what stands still is kept as pixels, the moment that is shown is painted over them."""
        del event
        looks = (self.size(), self.scale.part, self.scale.whole, self._first_lane, self._has_lanes)
        wanted = (*looks, self._selection.keys, self._read_until_s, self._at_s is not None, self._revision)
        if self._still is None or wanted != self._still_of:
            self._still, self._still_of = self._paint_still(), wanted
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still)
        if self._at_s is not None and self._has_lanes:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            rows = (MARGIN + OVERVIEW_H, self.height() - 2)
            paint_moment(painter, self.scale, self._at_s, rows, self._words, has_date=self._has_date)
        painter.end()

    def _paint_still(self) -> QPixmap:
        wanted = (self.size(), self.scale.whole, self._read_until_s, self._revision)
        if self._whole is None or wanted != self._whole_of:
            self._whole, self._whole_of = self._pixels(QSize(self.width(), MARGIN + OVERVIEW_H)), wanted
            painter, paint = self._begin(self._whole)
            paint.caption(MARGIN - 3, OVERVIEW_H, self.tr("session"))
            paint.overview(MARGIN, self._read_until_s)
            painter.end()
        pixels = self._pixels(self.size())
        painter, paint = self._begin(pixels)
        painter.drawPixmap(0, 0, self._whole)
        paint.frame(MARGIN)
        if self._has_lanes:
            self._paint_lanes(painter, paint, MARGIN + OVERVIEW_H)
        self._words = paint.words
        painter.end()
        return pixels

    def _pixels(self, size: QSize) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixels = QPixmap(size * ratio)
        pixels.setDevicePixelRatio(ratio)
        pixels.fill(ink(Ink.SURFACE))
        return pixels

    def _begin(self, pixels: QPixmap) -> tuple[QPainter, LanePainter]:
        painter = QPainter(pixels)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter, LanePainter(painter, self.scale, self.data, has_moment=self._at_s is not None)

    def renew(self) -> None:
        """What is shown of the recording changed, or the colours or the language did."""
        self._revision += 1
        self.update()

    def _paint_lanes(self, painter: QPainter, paint: LanePainter, top: int) -> None:
        paint.axis(top, self.height() - 2, has_date=self._has_date)
        row = top + AXIS_H
        paint.caption(row, ALARMS_H, self.tr("alarms"))
        paint.alarms(row)
        row += ALARMS_H
        paint.caption(row, BOOKMARKS_H, self.tr("bookmarks"))
        paint.bookmarks(row)
        row += BOOKMARKS_H
        lanes = self.lanes
        for key in lanes[self._first_lane : self._first_lane + self.lanes_seen]:
            paint.lane(row, key, self.name_of(key), is_chosen=key in self._selection)
            row += LANE_H
        if len(lanes) > self.lanes_seen:
            self._paint_scroll_mark(painter, len(lanes))

    def _paint_scroll_mark(self, painter: QPainter, count: int) -> None:
        area = QRect(self.width() - 7, self._lanes_top(), 4, LANE_H * self.lanes_seen)
        painter.fillRect(area, ink(Ink.RAISED))
        high = max(12, area.height() * self.lanes_seen // count)
        top = area.top() + (area.height() - high) * self._first_lane // max(1, count - self.lanes_seen)
        painter.fillRect(QRect(area.left(), top, area.width(), high), ink(Ink.LINE_STRONG))

    # ---- the hand ----

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: takes hold of what is under the mouse."""
        place = event.position().toPoint()
        self._drag = self._hold(place, event)
        if self._drag is not None:
            self._drag(place)
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: what is held follows."""
        place = event.position().toPoint()
        if self._drag is not None:
            self._drag(place)
        self.setCursor(Qt.CursorShape.SplitHCursor if self._edge_at(place) is not None else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: lets go."""
        del event
        self._drag = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: zooms around the mouse; over the names it scrolls the lanes, sideways or with Shift it moves."""
        place, turned = event.position(), event.angleDelta()
        by = turned.y() or turned.x()
        if not by:
            return
        if place.x() < GUTTER and self._has_lanes:
            most = max(0, len(self.data.lanes) - self.lanes_seen)
            self._first_lane = min(max(0, self._first_lane - (1 if by > 0 else -1)), most)
        elif turned.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.scale.move(-by / 120 * self.scale.span_s * 0.1)
        else:
            self.scale.zoom(ZOOM ** (-by / 120), self.scale.at(place.x()))
        self.part_changed.emit()
        self.update()
        event.accept()

    def _edge_at(self, place: QPoint) -> int | None:
        """Which edge of the part that is shown is under the mouse: 0, 1 or None."""
        if place.y() > MARGIN + OVERVIEW_H:
            return None
        edges = [abs(place.x() - self.scale.x_whole(one)) for one in self.scale.part]
        near = min(range(2), key=lambda number: edges[number])
        return near if edges[near] <= EDGE_PX else None

    def _hold(self, place: QPoint, event: QMouseEvent) -> Callable[[QPoint], None] | None:
        is_over = place.y() <= MARGIN + OVERVIEW_H
        edge = self._edge_at(place)
        if place.x() < GUTTER:
            self._choose(place, event)
            return None
        if event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton) or (
            event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            return self._mover(place)
        if event.button() != Qt.MouseButton.LeftButton:
            return None
        if is_over and edge is not None and self._has_lanes:
            return lambda to: self._pull(edge, self.scale.at_whole(to.x()))
        if is_over:
            return lambda to: self._want(self.scale.at_whole(to.x()))
        return lambda to: self._want(self.scale.at(to.x()))

    def _mover(self, place: QPoint) -> Callable[[QPoint], None]:
        # the moment under the hand stays under the hand, however the scale is moved meanwhile
        held_s = self.scale.at(place.x())

        def move(to: QPoint) -> None:
            self.scale.move(held_s - self.scale.at(to.x()))
            self.part_changed.emit()
            self.update()

        return move

    def _pull(self, edge: int, at_s: float) -> None:
        begin_s, end_s = self.scale.part
        # the two edges never meet: a part without length could not be taken hold of again
        if edge == 0:
            self.scale.show(min(at_s, end_s - 2.0), end_s)
        else:
            self.scale.show(begin_s, max(at_s, begin_s + 2.0))
        self.part_changed.emit()
        self.update()

    def _want(self, at_s: float) -> None:
        # a hand that leaves the widget sideways goes on dragging
        low, high = self.scale.whole
        self.moment_wanted.emit(min(max(at_s, low), high))

    def _choose(self, place: QPoint, event: QMouseEvent) -> None:
        key = self._lane_at(place)
        if key is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._selection.toggle(key)
        else:
            self._selection.select((key,))

    def _lane_at(self, place: QPoint) -> VehicleKey | None:
        number = (place.y() - self._lanes_top()) // LANE_H + self._first_lane
        lanes = self.lanes
        return lanes[number] if self._has_lanes and place.y() >= self._lanes_top() and number < len(lanes) else None

    # ---- Qt ----

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the scale has other pixels."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Qt: tells what is under the mouse."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(event.pos()), self)
            return True
        return super().event(event)

    def _tip(self, place: QPoint) -> str:
        if place.x() < GUTTER or not self._has_lanes:
            return ""
        at_s = self.scale.at(place.x())
        if place.y() <= MARGIN + OVERVIEW_H:
            at_s = self.scale.at_whole(place.x())
        words = [time_text(at_s, 1, has_date=self._has_date)]
        key = self._lane_at(place)
        bands = self.data.bands(key, at_s, at_s) if key is not None else ()
        name = self.name_of(key) if key is not None else ""
        under = (one for one in bands if one.begin_s <= at_s < one.end_s)
        words += [f"{name}: {one.kind.value} {one.mode}".strip() for one in under]
        near = [one for one in self.data.bookmarks if abs(self.scale.x(one.at_s) - place.x()) < 12]
        words += [f"{one.said} ({one.by})" if one.by else str(one.said) for one in near]
        # what others wrote is shown as text, never as markup
        return "\n".join(words).replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")
