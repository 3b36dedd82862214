# SPDX-License-Identifier: Apache-2.0
"""One curve of a plot: its value, its colour, its line. GUI thread."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.series import Series
from groundstation.ui.theme.colours import vehicle_colour
from groundstation.ui.units import Unit, compact, field_of, fixed, label_of, unit_of
from groundstation.ui.value_ref import ValueRef

OLD_S = 6.0
"""Every stream comes once a second at least; a value older than this is crossed out."""
_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
"""Several values of one vehicle share its colour and differ by the line."""


class Curve:
    """A line that is drawn again only when its series grew."""

    def __init__(self, ref: ValueRef, series: Series, style: int) -> None:
        self.ref, self.series = ref, series
        self.colour = curve_colour(ref)
        self.style = _STYLES[style % len(_STYLES)]
        self.item = pg.PlotCurveItem(
            pen=pg.mkPen(self.colour, width=1.6, style=self.style), connect="finite", antialias=True
        )
        self._drawn = -1

    @property
    def unit(self) -> Unit:
        """The unit of its value."""
        return ref_unit(self.ref)

    def refresh(self) -> bool:
        """Draw what is new; True when there was something."""
        if self._drawn == self.series.version:
            return False
        self._drawn = self.series.version
        self.item.setData(self.series.times.copy(), self.series.values * self.unit.factor)
        return True

    def is_old(self, now_s: float) -> bool:
        """Whether its newest value came too long ago to be shown as a value of now."""
        newest = self.series.newest
        return newest is not None and now_s - newest[0] > OLD_S

    def text_at(self, time_s: float | None) -> str:
        """The value at a moment, or the newest, as text without unit."""
        if time_s is not None:
            value = self.series.at(time_s)
        else:
            newest = self.series.newest
            value = None if newest is None or math.isnan(newest[1]) else newest[1]
        if isinstance(self.ref.source, str):
            return compact(value)
        return fixed(value, self.unit.digits, self.unit.factor)


def ref_unit(ref: ValueRef) -> Unit:
    """The unit of a value; a sensor's is known by its field's name only."""
    return unit_of(field_of(ref.path))


def curve_colour(ref: ValueRef) -> QColor:
    """A vehicle's colour; a sensor's from its topic."""
    if isinstance(ref.source, VehicleKey):
        return vehicle_colour(ref.source.id)
    return vehicle_colour(f"{ref.source}\N{WORD JOINER}{ref.path}x")


def curve_title(ref: ValueRef) -> str:
    """Whose value it is."""
    if isinstance(ref.source, VehicleKey):
        return ref.source.id
    return ref.source.rsplit("/", 1)[-1] or ref.source


def curve_label(ref: ValueRef) -> str:
    """Which value it is."""
    if isinstance(ref.source, str):
        return ref.path
    kind, *rest = ref.path.split(".")
    number = f" {int(rest[0]) + 1}" if len(rest) > 1 and rest[0].isdecimal() else ""
    name = label_of(field_of(ref.path))
    return f"{label_of(kind)}{number} {name[:1].lower()}{name[1:]}" if number else name
