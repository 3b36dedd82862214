# SPDX-License-Identifier: Apache-2.0
"""One curve of a plot: its value, its colour, its line. GUI thread."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Collection, Sequence
from typing import NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.units import Unit, label_of
from groundstation.fleet.value_path import ValueRef, label_of_path, unit_of_path
from groundstation.ui.sensors_panel.topic_text import visible_level
from groundstation.ui.series import PlotSeries
from groundstation.ui.theme.colours import COLOURS, vehicle_place
from groundstation.ui.theme.inks import vehicle_ink
from groundstation.ui.units import compact, fixed

SILENT = 3.0
"""So many usual pauses of a sensor make its value an old one."""
OLD_S = 6.0
"""Every stream comes once a second at least; a value older than this is crossed out."""
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
"""Several values of one vehicle share its colour and differ by the line."""


class CurveLook(NamedTuple):
    """Places in the tables of colours and of dashes."""

    colour: int
    style: int


class Curve:
    """A line that is drawn again only when its series grew."""

    def __init__(self, ref: ValueRef, series: PlotSeries, look: CurveLook) -> None:
        self.ref, self.series, self.look = ref, series, look
        self.style = STYLES[look.style]
        self.item = pg.PlotCurveItem(connect="finite", antialias=True)
        self.dress()
        self._drawn = -1

    @property
    def colour(self) -> QColor:
        """Its colour in the theme of now."""
        return vehicle_ink(self.look.colour)

    def dress(self) -> None:
        """Draw it in the colours of now; they are asked for once only."""
        self.item.setPen(pg.mkPen(self.colour, width=1.6, style=self.style))

    @property
    def unit(self) -> Unit:
        """The unit of its value."""
        return ref_unit(self.ref)

    def refresh(self) -> bool:
        """Draw what is new; True when there was something."""
        if self._drawn == self.series.version:
            return False
        self._drawn = self.series.version
        # pyqtgraph keeps what it is given, and the series goes on writing into its arrays
        self.item.setData(self.series.times.copy(), self.series.values * self.unit.factor)
        return True

    def is_old(self, now_s: float) -> bool:
        """Whether its newest value came too long ago to be shown as a value of now."""
        newest = self.series.newest
        # a sensor may speak once a minute: it is judged by its own pace
        old_s = OLD_S if self.series.pace_s is None else max(OLD_S, SILENT * self.series.pace_s)
        return newest is not None and now_s - newest[0] > old_s

    def text_at(self, time_s: float | None) -> str:
        """The value at a moment, or the newest, as text without unit."""
        if time_s is not None:
            value = self.series.at(time_s)
        else:
            newest = self.series.newest
            # a gap is kept as NaN
            value = None if newest is None or math.isnan(newest[1]) else newest[1]
        if isinstance(self.ref.source, str):
            return compact(value)
        return fixed(value, self.unit.digits, self.unit.factor)


def ref_unit(ref: ValueRef) -> Unit:
    """The unit of a value; a sensor's is known by its field's name only."""
    return unit_of_path(ref.path)


def free_look(ref: ValueRef, taken: Collection[CurveLook]) -> CurveLook:
    """Colour and dash of a curve that no other of its plot has, as long as there are any.

    A vehicle keeps its colour and differs by the dash; a sensor takes the next free colour after its topic's own.
    """
    if isinstance(ref.source, VehicleKey):
        place = vehicle_place(ref.source.id)
        colours, first = [place % COLOURS], place // COLOURS
    else:
        # by its name, and not by hash(), which differs from run to run: a sensor has the same colour tomorrow
        start = zlib.crc32(f"{ref.source}/{ref.path}".encode())
        colours, first = [(start + step) % COLOURS for step in range(COLOURS)], 0
    styles = [(first + step) % len(STYLES) for step in range(len(STYLES))]
    every = [CurveLook(colour, style) for style in styles for colour in colours]
    return next((one for one in every if one not in taken), every[len(taken) % len(every)])


def curve_titles(refs: Sequence[ValueRef]) -> list[str]:
    """Whose values they are; sensors of one name are told apart by the level of their topics in which they differ."""
    names = [ref.source.id if isinstance(ref.source, VehicleKey) else _last_level(ref.source) for ref in refs]
    for name in {name for name in names if names.count(name) > 1}:
        rows = [row for row, one in enumerate(names) if one == name and isinstance(refs[row].source, str)]
        topics = list(dict.fromkeys(str(refs[row].source) for row in rows))
        places = dict(zip(topics, _places(topics), strict=True))
        for row in rows:
            place = places[str(refs[row].source)]
            names[row] = f"{place} / {name}" if place else name
    return names


def _last_level(topic: str) -> str:
    return visible_level(topic.rsplit("/", 1)[-1])


def _places(topics: list[str]) -> list[str]:
    """The level, counted from the end, that differs in all; where none does, all levels that differ in some."""
    if len(topics) < 2:
        return ["" for _ in topics]
    # from behind and without the last level, which is the name itself
    levels = [topic.split("/")[-2::-1] for topic in topics]
    columns = list(itertools.zip_longest(*levels, fillvalue=""))
    single = next((column for column in columns if len(set(column)) == len(topics)), None)
    varying = [single] if single is not None else [column for column in reversed(columns) if len(set(column)) > 1]
    parts = list(zip(*varying, strict=True)) or [("",) for _ in topics]
    return [" / ".join(visible_level(level) for level in part if level) for part in parts]


def curve_label(ref: ValueRef) -> str:
    """Which value it is."""
    if isinstance(ref.source, str):
        return ref.path
    kind, *rest = ref.path.split(".")
    number = f" {int(rest[0]) + 1}" if len(rest) > 1 and rest[0].isdecimal() else ""
    name = label_of_path(ref.path)
    return f"{label_of(kind)}{number} {name[:1].lower()}{name[1:]}" if number else name
