# SPDX-License-Identifier: Apache-2.0
"""Other devices that have a place: coloured by value, those that would cover each other as one disc. GUI thread."""

from __future__ import annotations

import functools
from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from groundstation.fleet.kinds import Freshness
from groundstation.fleet.sensor_map.placed import PlacedSensors
from groundstation.fleet.shown_text import harmless
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import counted
from groundstation.ui.map_panel.map_layer import Frame, Layer
from groundstation.ui.map_panel.sensor_groups import Group, groups, on_mercator, together_with
from groundstation.ui.map_panel.sprites import SPRITE_PX, sprite
from groundstation.ui.theme.colours import error_colour
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink, veil, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TINY_PX
from groundstation.ui.units import age_text, at_a_glance

CLICK_PX = 14.0
SHADES = 16
LABELLED = 40
"""Of so many discs in view single devices have their value beside them."""
LONGEST_NAME = 60


class SensorSpot(NamedTuple):
    """Devices under the mouse."""

    topics: tuple[str, ...]
    places: tuple[tuple[float, float], ...] = ()
    """Where they are, Mercator metres, in the same order."""


class SensorLayer(Layer):
    """Draws them below everything that flies."""

    def __init__(self, feed: FleetView) -> None:
        """Begin with what is known.

        Args:
            feed: knows the devices, and what their topics mean.
        """
        self._feed = feed
        self.placed = PlacedSensors(feed.meanings)
        self.placed.fold(feed.sensors.topics(), feed.sensors)
        feed.sensors_changed.connect(self._on_changed)
        feed.meanings_changed.connect(self._on_meanings)
        self.groups: list[Group] = []
        """What was painted last."""
        self.labelled: list[int] = []
        """Rows whose value stands beside them."""
        self._moved, self._places = -1, on_mercator(self.placed)

    def _on_changed(self, topics: frozenset[str]) -> None:
        self.placed.fold(topics, self._feed.sensors)

    def _on_meanings(self) -> None:
        self.placed.use(self._feed.meanings, self._feed.sensors)

    def stale(self, frame: Frame) -> Hashable:
        """Something was heard, the view has moved, or a second has passed, by which values grow old."""
        return (self.placed.revision, frame.camera, int(frame.now_s)) if len(self.placed) else None

    def renew(self, frame: Frame) -> None:
        """See who stands where."""
        if not len(self.placed):
            self.groups = []
            return
        old = self.placed.old(frame.now_s)
        if self._moved != self.placed.moved:
            self._moved, self._places = self.placed.moved, on_mercator(self.placed)
        self.groups = groups(self._places, self.placed.shares(), old, frame.camera)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw every disc, and what the one under the mouse says."""
        theme, ratio = wearing().theme.key, frame.ratio
        for one in self.groups:
            is_old = self._is_old(one) if one.number == 1 else one.is_old
            shade = None if one.share is None else min(SHADES - 1, int(one.share * SHADES))
            pixels = _disc(_count_text(one.number), shade, is_old, ratio, theme)
            painter.drawPixmap(QPointF(one.x - SPRITE_PX / 2, one.y - SPRITE_PX / 2), pixels)
        if len(self.groups) <= LABELLED:
            self._paint_values(painter)
        under = self._under(frame.mouse) if frame.mouse is not None else None
        if under is not None:
            self._paint_words(painter, frame, under)

    def hit(self, frame: Frame, point: QPointF) -> SensorSpot | None:
        """The devices under a pixel: one, or those of a disc."""
        found = self._under(point)
        # what is known may be newer than what was painted
        if found is None or len(self._places) != len(self.placed):
            return None
        rows = [found.row] if found.number == 1 else together_with(found.row, self._places, frame.camera).tolist()
        return SensorSpot(
            tuple(self.placed.topics[row] for row in rows),
            tuple((float(x_m), float(y_m)) for x_m, y_m in self._places[rows]),
        )

    def places(self) -> list[tuple[float, float]]:
        """Where all of them are, Mercator metres."""
        return [(float(x_m), float(y_m)) for x_m, y_m in on_mercator(self.placed)]

    def name_of(self, topic: str) -> str:
        """What a device is called, with its value."""
        row = self.placed.row_of(topic)
        value = self._value_text(row) if row is not None else ""
        return "  ".join(one for one in (harmless(_short(self.placed.meanings.of(topic).name)), value) if one)

    def _under(self, point: QPointF) -> Group | None:
        near = [((one.x - point.x()) ** 2 + (one.y - point.y()) ** 2, one) for one in self.groups]
        found = min(near, key=lambda pair: pair[0], default=None)
        # what is painted may be older than the devices that are known
        is_there = found is not None and found[0] <= CLICK_PX**2 and found[1].row < len(self.placed)
        return found[1] if found is not None and is_there else None

    def _is_old(self, one: Group) -> bool:
        if one.row >= len(self.placed):
            return True
        told = self._feed.sensors.freshness(self.placed.topics[one.row], self._feed.now_s())
        return told is not Freshness.FRESH

    def _value_text(self, row: int) -> str:
        meaning = self.placed.meanings.of(self.placed.topics[row])
        value = float(self.placed.values[row])
        if not np.isfinite(value):
            return ""
        reading = self._feed.sensors.get(self.placed.topics[row])
        path = meaning.main_path(reading.numbers) if reading is not None else None
        return f"{at_a_glance(value)} {meaning.unit(path) if path is not None else ''}".rstrip()

    def _paint_values(self, painter: QPainter) -> None:
        """Beside each single one, where nothing else stands."""
        taken = [
            QRectF(one.x - _radius(one), one.y - _radius(one), 2 * _radius(one), 2 * _radius(one))
            for one in self.groups
        ]
        self.labelled = []
        for one in self.groups:
            text = self._value_text(one.row) if one.number == 1 and one.row < len(self.placed) else ""
            place = QPointF(one.x + 10.0, one.y - 9.0)
            box = words_box(place, [text])
            if text and not any(box.intersects(other) for other in taken):
                # a number that may not be so any more must not look as if it were
                _words(painter, place, [text], role=Ink.MUTED if self._is_old(one) else Ink.TEXT)
                taken.append(box)
                self.labelled.append(one.row)

    def _paint_words(self, painter: QPainter, frame: Frame, one: Group) -> None:
        room = QSizeF(frame.camera.width, frame.camera.height)
        if one.number > 1:
            words = counted("SensorLayer", "{count} sensor", "{count} sensors", one.number)
            words = words.format(count=f"{shown(one.number):,}")
            _words(painter, QPointF(one.x + 12.0, one.y + 8.0), [words], room)
            return
        topic = self.placed.topics[one.row]
        meaning, heard_s = self.placed.meanings.of(topic), float(self.placed.heard_s[one.row])
        unknown = QCoreApplication.translate("SensorLayer", "of unknown age")
        age = age_text(max(0.0, frame.now_s - heard_s)) if np.isfinite(heard_s) else unknown
        lines = [harmless(_short(meaning.name)), "  ".join(part for part in (self._value_text(one.row), age) if part)]
        _words(painter, QPointF(one.x + 12.0, one.y + 8.0), lines, room, Ink.MUTED if self._is_old(one) else Ink.TEXT)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"…{name[-LONGEST_NAME:]}"


def _radius(one: Group) -> float:
    text = _count_text(one.number)
    return 10.0 + len(text) if text else 5.0


def _count_text(count: int) -> str:
    if count < 2:
        return ""
    return str(count) if count < 1_000 else f"{count / 1_000:.0f}k"


@functools.lru_cache(maxsize=2048)
def _disc(text: str, shade: int | None, is_old: bool, ratio: float, theme: str) -> QPixmap:
    """A disc; hollow where nothing was heard lately, with a number where it is several."""
    del theme  # by whose colours it is kept
    pixels, painter = sprite(ratio)
    radius = 10.0 + len(text) if text else 5.0
    colour = ink(Ink.MUTED) if shade is None else error_colour(shade / (SHADES - 1))
    painter.setPen(QPen(ink(Ink.BACKGROUND), 2.4))
    painter.setBrush(veil(Ink.BACKGROUND, 190) if is_old or text else colour)
    painter.drawEllipse(QPointF(0, 0), radius, radius)
    if not is_old and not text:
        # the bright end of the scale would be lost on a light ground
        painter.setPen(QPen(ink(Ink.ERROR_EDGE), 1.0))
        painter.drawEllipse(QPointF(0, 0), radius, radius)
    if is_old or text:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2.0, Qt.PenStyle.DotLine if is_old else Qt.PenStyle.SolidLine))
        painter.drawEllipse(QPointF(0, 0), radius - 1.0, radius - 1.0)
    if text:
        painter.setFont(font(TINY_PX, 600))
        painter.setPen(ink(Ink.MUTED if is_old else Ink.TEXT))
        painter.drawText(QRectF(-16, -16, 32, 32), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return pixels


def words_box(place: QPointF, lines: list[str], room: QSizeF | None = None) -> QRectF:
    """Where lines go: left of and above their place where there is no room.

    Args:
        place: pixels.
        lines: what is written.
        room: of the map; None for no edges.
    """
    wide = max((metrics(SMALL_PX, 500).horizontalAdvance(one) for one in lines), default=0) + 10.0
    high = 17.0 * len(lines) + 2.0
    left, top = place.x(), place.y()
    if room is not None and left + wide > room.width():
        left = max(0.0, left - wide - 24.0)
    if room is not None and top + high > room.height():
        top = max(0.0, top - high - 16.0)
    return QRectF(left, top, wide, high)


def _words(
    painter: QPainter, place: QPointF, lines: list[str], room: QSizeF | None = None, role: Ink = Ink.TEXT
) -> None:
    """Lines on a ground of their own."""
    lines = [one for one in lines if one]
    box = words_box(place, lines, room)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil(Ink.BACKGROUND, 200))
    painter.drawRoundedRect(box, 3, 3)
    painter.setFont(font(SMALL_PX, 500))
    painter.setPen(ink(role))
    for number, line in enumerate(lines):
        row = QRectF(box.left() + 5.0, box.top() + 1.0 + 17.0 * number, box.width(), 17.0)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
