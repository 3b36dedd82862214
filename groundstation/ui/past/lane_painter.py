# SPDX-License-Identifier: Apache-2.0
"""Paints the timeline: the whole recording, the part that is shown, alarms, bookmarks, lanes. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from groundstation.fleet.bands import Band, BandKind
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.language.speaking import speaking
from groundstation.ui.past.lane_data import LaneData
from groundstation.ui.past.lane_scale import LaneScale
from groundstation.ui.series import Numbers
from groundstation.ui.theme.colours import paint_dot, vehicle_colour, vehicle_sign
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX
from groundstation.ui.timeline import local_time

OVERVIEW_H, AXIS_H, ALARMS_H, BOOKMARKS_H, LANE_H = 14, 20, 16, 15, 16
GUTTER = 118
BAR_PX = 7
FIGURE_GAP = 10
WORD_PX = 16
"""A narrower band has no word."""
LATER = 130
"""How strong the veil over what came after the moment is, of 255."""
ARMED_ALPHA = 0.4
"""How strong a block is: every vehicle's colour lets words be read on it, in each theme; its edge has all of it."""
EDGE_H = 2
ONE_ARMED = 0.35
"""How strong one armed vehicle is in the whole."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_FLAG = ((0.0, 2.0), (7.0, 2.0), (7.0, 12.0), (3.5, 9.0), (0.0, 12.0))
LEVELS = ((Level.CAUTION, Ink.CAUTION), (Level.WARNING, Ink.WARNING))


class Word(NamedTuple):
    """What is written on a lane."""

    box: QRectF
    text: str
    role: Ink


class LanePainter:
    """Paints one timeline, with what is looked up of it."""

    def __init__(self, painter: QPainter, scale: LaneScale, data: LaneData, *, has_moment: bool) -> None:
        """Begin.

        Args:
            painter: on the widget, or on what is kept of it.
            scale: where a moment stands.
            data: what is to be painted.
            has_moment: whether a moment of the past is shown.
        """
        self._painter, self._scale, self._data, self._has_moment = painter, scale, data, has_moment
        self.words: list[Word] = []
        """What was written on lanes so far."""

    # ---- the whole ----

    def overview(self, top: int, read_until_s: float) -> None:
        """All of the recording: alarms as bars, what is not read yet hatched."""
        painter, scale = self._painter, self._scale
        area = QRectF(scale.left, top, scale.right - scale.left, OVERVIEW_H - 4)
        painter.fillRect(area, ink(Ink.LINE))
        self._armed_of_all(area)
        read_x: float = scale.x_whole(read_until_s)
        if read_x < scale.right - 1:
            painter.fillRect(QRectF(read_x, top, scale.right - read_x, area.height()), ink(Ink.SURFACE))
            painter.fillRect(QRectF(read_x, top, scale.right - read_x, area.height()), _hatch())
        for level, role in LEVELS:
            for x in self._columns(self._data.alarms(level)):
                painter.fillRect(QRectF(x, top - 1, 3, area.height() + 2), ink(role))
        for x in self._columns(np.array([one.at_s for one in self._data.bookmarks])):
            painter.fillRect(QRectF(x, top - 1, 2, area.height() + 2), ink(Ink.PAST))

    def frame(self, top: int) -> None:
        """What is shown of the recording."""
        painter, scale = self._painter, self._scale
        painter.setPen(QPen(ink(Ink.PAST if self._has_moment else Ink.ACCENT), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        left, right = (scale.x_whole(one) for one in scale.part)
        painter.drawRoundedRect(QRectF(left, top - 2, max(4.0, right - left), OVERVIEW_H), 3, 3)

    def _armed_of_all(self, area: QRectF) -> None:
        """When anybody was armed: the brighter the more of them."""
        begins, ends = self._data.armed()
        if not len(begins):
            return
        # a day has tens of thousands of bands, and the screen two thousand columns
        steps = np.zeros(int(area.width()) + 2)
        left = np.clip(self._scale.x_whole(begins) - area.left(), 0, area.width()).astype(int)
        right = np.clip(self._scale.x_whole(ends) - area.left(), 0, area.width()).astype(int)
        np.add.at(steps, left, 1)
        np.add.at(steps, np.maximum(right, left + 1), -1)
        counts = np.cumsum(steps).astype(int)
        edges = np.flatnonzero(np.diff(counts, prepend=0))
        for first, last in zip(edges.tolist(), [*edges[1:].tolist(), len(counts)], strict=True):
            if counts[first] > 0:
                colour = veil(Ink.MUTED, int(255 * (1 - (1 - ONE_ARMED) ** int(counts[first]))))
                self._painter.fillRect(
                    QRectF(area.left() + first, area.top() + 2, last - first, area.height() - 4), colour
                )

    # ---- the part ----

    def axis(self, top: int, bottom: int, *, has_date: bool) -> None:
        """Times, with fine lines down to `bottom`."""
        painter, scale = self._painter, self._scale
        painter.setFont(font(TINY_PX))
        painter.setPen(QPen(veil(Ink.LINE, 160), 1))
        for at_s in scale.marks()[0]:
            painter.drawLine(QPointF(scale.x(at_s), top + AXIS_H), QPointF(scale.x(at_s), bottom))
        painter.setPen(ink(Ink.MUTED))
        for (left, width), text in _figures(scale, has_date=has_date):
            painter.drawText(QRectF(left, top, width + 2, AXIS_H), _LEFT, text)

    def alarms(self, top: int) -> None:
        """How many vehicles came into a caution or a warning, by time: the higher the more."""
        painter, scale = self._painter, self._scale
        edges = np.arange(scale.left, scale.right + BAR_PX, BAR_PX, dtype=np.float64)
        times = scale.part[0] + (edges - scale.left) / (scale.right - scale.left) * scale.span_s
        floor = np.zeros(len(edges) - 1)
        counts = {level: np.diff(np.searchsorted(self._data.alarms(level), times)) for level, _ in LEVELS}
        most = max(3.0, float(sum(counts.values()).max())) if len(floor) else 3.0  # type: ignore[union-attr]
        for level, role in reversed(LEVELS):
            heights = counts[level] / most * (ALARMS_H - 3)
            for number in np.flatnonzero(heights).tolist():
                high = max(3.0, float(heights[number]))
                bar = QRectF(edges[number] + 0.5, top + ALARMS_H - 1 - floor[number] - high, BAR_PX - 1, high)
                painter.fillRect(bar, ink(role))
                floor[number] += high

    def bookmarks(self, top: int) -> None:
        """What operators noted."""
        painter, end, flag = self._painter, -1e9, -1e9
        painter.setFont(font(TINY_PX))
        colour = ink(Ink.PAST)
        for one in self._data.bookmarks:
            x = self._scale.x(one.at_s)
            # two flags at one place are one
            if not self._scale.left <= x <= self._scale.right or x - flag < 1:
                continue
            flag = x
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(QPolygonF([QPointF(x + right, top + down) for right, down in _FLAG]))
            if x + 11 <= end:
                continue
            text = f"{one.said} ({one.by})" if one.by else str(one.said)
            text = metrics(TINY_PX).elidedText(text, Qt.TextElideMode.ElideRight, 220)
            width = metrics(TINY_PX).horizontalAdvance(text)
            # a text never covers another one; the flag stays
            if x + 11 + width < self._scale.right:
                painter.setPen(colour)
                painter.drawText(QRectF(x + 11, top, width + 4, BOOKMARKS_H), _LEFT, text)
                end = x + 15 + width

    def lane(self, top: int, key: VehicleKey, name: str, *, is_chosen: bool) -> None:
        """One vehicle."""
        painter = self._painter
        if is_chosen:
            painter.fillRect(QRectF(4, top, GUTTER - 8, LANE_H), ink(Ink.ACCENT_SURFACE))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(vehicle_colour(key.id))
        # where two vehicles share a colour, their marks differ
        paint_dot(painter, QRectF(10, top + LANE_H / 2 - 4, 8, 8), vehicle_sign(key.id))
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.TEXT))
        text = metrics(SMALL_PX, 600).elidedText(name, Qt.TextElideMode.ElideRight, GUTTER - 34)
        painter.drawText(QRectF(24, top, GUTTER - 30, LANE_H), _LEFT, text)
        # all of a kind at once: a quarter of an hour of a busy vehicle has a hundred bands
        shown = self._shown(key)
        self._blocks(top, key, [(x, max(1.0, wide)) for x, wide, one in shown if one.kind is BandKind.ARMED])
        painter.setBrush(ink(Ink.FAINT))
        painter.drawRects(
            [QRectF(x, top + LANE_H / 2, wide, 1) for x, wide, one in shown if one.kind is BandKind.DISARMED]
        )
        painter.setPen(QPen(ink(Ink.MUTED), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects(
            [
                QRectF(x + 0.5, top + 3.5, max(2.0, wide - 1), LANE_H - 7)
                for x, wide, one in shown
                if one.kind is BandKind.GAP
            ]
        )
        self._words(top, shown)

    def _blocks(self, top: int, key: VehicleKey, spans: list[tuple[float, float]]) -> None:
        """When it was armed: pale enough to be written on, with an edge that says whose it is."""
        painter, fill = self._painter, vehicle_colour(key.id)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRects([QRectF(x, top + LANE_H - 2 - EDGE_H, wide, EDGE_H) for x, wide in spans])
        fill.setAlphaF(ARMED_ALPHA)
        painter.setBrush(fill)
        painter.drawRects([QRectF(x, top + 2, wide, LANE_H - 4 - EDGE_H) for x, wide in spans])

    def _shown(self, key: VehicleKey) -> list[tuple[float, float, Band]]:
        """Left edge and width of each band that is seen; of what is narrower than a pixel the first is shown."""
        scale, found = self._scale, []
        low, high = float(scale.left), float(scale.right)
        # a day that is seen whole has thousands of changes
        done = -1
        for band in self._data.bands(key, *scale.part):
            end = scale.x(band.end_s)
            if int(end) > done:
                done = int(end)
                left, right = max(low, scale.x(band.begin_s)), min(high, end)
                if right > left:
                    found.append((left, right - left, band))
        return found

    def _words(self, top: int, shown: list[tuple[float, float, Band]]) -> None:
        width = metrics(TINY_PX, 600).horizontalAdvance
        found = []
        for left, wide, band in shown:
            word = "gap" if band.kind is BandKind.GAP else band.mode if band.kind is BandKind.ARMED else ""
            if word and wide > WORD_PX and width(word) + 8 < wide:
                role = Ink.MUTED if band.kind is BandKind.GAP else Ink.TEXT
                found.append(Word(QRectF(left + 5, top, wide - 6, LANE_H - EDGE_H), word, role))
        _write(self._painter, found)
        self.words += found

    # ---- small things ----

    def caption(self, top: int, height: int, text: str) -> None:
        """What a row is."""
        self._painter.setFont(font(TINY_PX))
        self._painter.setPen(ink(Ink.MUTED))
        self._painter.drawText(QRectF(8, top, GUTTER - 12, height), _LEFT, text)

    def _columns(self, times: Numbers) -> list[int]:
        """Pixels of many moments where all is shown, each once."""
        columns: list[int] = np.unique(self._scale.x_whole(times).astype(int) // 2 * 2).tolist()
        return columns


def _figures(scale: LaneScale, *, has_date: bool) -> list[tuple[tuple[float, float], str]]:
    """Left edge and width of each figure of the axis, and what it says."""
    marks, step_s = scale.marks()
    found: list[tuple[tuple[float, float], str]] = []
    for at_s in marks:
        text = time_text(at_s, step_s, has_date=has_date)
        width = metrics(TINY_PX).horizontalAdvance(text)
        left = min(max(float(scale.left), scale.x(at_s) - width / 2), float(scale.right - width))
        # those at the ends are moved inwards, and would touch their neighbours
        if not found or left >= sum(found[-1][0]) + FIGURE_GAP:
            found.append(((left, float(width)), text))
    return found


def _write(painter: QPainter, words: Sequence[Word]) -> None:
    painter.setFont(font(TINY_PX, 600))
    for one in words:
        painter.setPen(ink(one.role))
        painter.drawText(one.box, _LEFT, one.text)


def paint_moment(
    painter: QPainter,
    scale: LaneScale,
    at_s: float,
    rows: tuple[int, int],
    words: Sequence[Word] = (),
    *,
    has_date: bool,
) -> None:
    """The moment that is shown, with its time; what came after it is faint: it is known, but later.

    Args:
        painter: on the widget.
        scale: where a moment stands.
        at_s: the moment.
        rows: top of the axis, and the bottom.
        words: on the lanes; they are to be read in what came after the moment, too.
        has_date: whether times have a date.
    """
    top, bottom = rows
    here = scale.x_whole(at_s)
    painter.fillRect(QRectF(here - 1, top - OVERVIEW_H - 3, 2, OVERVIEW_H + 2), ink(Ink.PAST))
    x = min(max(scale.x(at_s), float(scale.left)), float(scale.right))
    if at_s <= scale.part[1]:
        later = QRectF(x, top + AXIS_H, scale.right - x, bottom - top - AXIS_H)
        painter.fillRect(later, veil(Ink.SURFACE, LATER))
        painter.save()
        painter.setClipRect(later)
        _write(painter, [one for one in words if one.box.right() > x])
        painter.restore()
    if not scale.part[0] <= at_s <= scale.part[1]:
        return
    text = time_text(at_s, 0.1, has_date=has_date)
    width = metrics(SMALL_PX, 700).horizontalAdvance(text) + 14
    left = min(max(scale.left, x - width / 2), scale.right - width)
    # no figure of the axis may look out from behind it
    for box, _ in _figures(scale, has_date=has_date):
        if box[0] < left + width and box[0] + box[1] > left:
            painter.fillRect(QRectF(box[0] - 1, top, box[1] + 3, AXIS_H - 1), ink(Ink.SURFACE))
    painter.fillRect(QRectF(x - 1, top + AXIS_H - 2, 2, bottom - top - AXIS_H + 2), ink(Ink.PAST))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.PAST))
    painter.drawRoundedRect(QRectF(left, top + 1, width, AXIS_H - 3), 3, 3)
    painter.setFont(font(SMALL_PX, 700))
    painter.setPen(ink(Ink.PAST_SURFACE))
    painter.drawText(QRectF(left, top + 1, width, AXIS_H - 3), _CENTRE, text)


def time_text(at_s: float, step_s: float, *, has_date: bool) -> str:
    """A moment as finely as it is needed; where no date is known, since the start."""
    if not has_date:
        sign, whole = ("-", -at_s) if at_s < 0 else ("", at_s)
        text = f"{sign}{int(whole // 3600)}:{int(whole // 60 % 60):02d}:{int(whole % 60):02d}"
    else:
        text = local_time(at_s, "%H:%M" if step_s >= 60 else "%H:%M:%S")
    return f"{text}{speaking().numerals.decimal}{int(at_s % 1 * 10)}" if step_s < 1 else text


def _hatch() -> QColor:
    return veil(Ink.MUTED, 40)
