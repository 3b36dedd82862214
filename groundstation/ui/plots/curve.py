# SPDX-License-Identifier: Apache-2.0
"""One curve of a plot: its value, its colour, its line. GUI thread."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from groundstation.fleet.derived import SIGN, formula_of, is_derived
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.raw import is_raw
from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.units import Unit
from groundstation.fleet.value_path import ValueRef, field_of, unit_of_path
from groundstation.ui.call_signs import call_sign
from groundstation.ui.language.letters import small
from groundstation.ui.language.words import path_name, value_name
from groundstation.ui.plots.older_runs import OlderRuns, is_gap
from groundstation.ui.plots.pyramid import thinned
from groundstation.ui.plots.span_totals import Part
from groundstation.ui.sensors_panel.topic_text import visible_level
from groundstation.ui.series import Numbers, PlotSeries
from groundstation.ui.theme.colours import COLOURS, vehicle_place
from groundstation.ui.theme.inks import vehicle_ink
from groundstation.ui.units import compact, in_unit, unit_shown

SILENT = 3.0
"""So many usual pauses of a sensor make its value an old one."""
OLD_S = 6.0
"""Every stream comes once a second at least; a value older than this is crossed out."""
REACH_S = 5.0
"""So far back a value still says something of a moment, as `PlotSeries.at`."""
WIDTH, HAIRLINE = 1.6, 0.0
"""Of lines, pixels; 0 is one pixel of the screen, which Qt paints a hundred times as fast where it is rough."""
MOST_BROAD = 4_000
"""Points, and pixels up and down, of a line that is no hairline: some 4 ms to paint."""
FILLED = 0.1
"""Share of its height that a line goes up and down in each column of pixels, from which on its edges are left rough."""
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
"""Several values of one vehicle share its colour and differ by the line."""


class CurveLook(NamedTuple):
    """Places in the tables of colours and of dashes."""

    colour: int
    style: int


class Curve:
    """A line that is drawn again only when what is shown of it changed."""

    def __init__(
        self,
        ref: ValueRef,
        series: PlotSeries,
        look: CurveLook,
        older: OlderRuns | None = None,
        meanings: SensorMap | None = None,
    ) -> None:
        """Nothing is drawn yet.

        Args:
            ref: its value.
            series: the newest of it.
            look: how it is told from others.
            older: what was read of before; None for nothing, ever.
            meanings: what topics mean; None for nobody has said.
        """
        self.ref, self.series, self.look = ref, series, look
        self._drawn: tuple[float, ...] = ()
        self.use(meanings)
        self.style = STYLES[look.style]
        self.is_past = False
        """Whether its moment is over, and all of it comes from what was read: what came live is of any time."""
        self.item = pg.PlotCurveItem(connect="finite", antialias=True)
        self._older = older if older is not None else OlderRuns()
        self._is_thin = False
        self.dress()

    @property
    def colour(self) -> QColor:
        """Its colour in the theme of now."""
        return vehicle_ink(self.look.colour)

    @property
    def is_thin(self) -> bool:
        """Whether it is so rough that it is drawn as a hairline."""
        return self._is_thin

    def dress(self) -> None:
        """Draw it in the colours of now; they are asked for once only."""
        self.item.setPen(pg.mkPen(self.colour, width=HAIRLINE if self._is_thin else WIDTH, style=self.style))

    def use(self, meanings: SensorMap | None) -> None:
        """Go by what topics mean now."""
        self.unit = ref_unit(self.ref, meanings)
        self._factor, self._offset = self.unit.factor, self.unit.offset
        if meanings is not None and isinstance(self.ref.source, str):
            row = meanings.of(self.ref.source).value(self.ref.path)
            self._factor = row.factor * self.unit.factor
            self._offset = row.offset * self.unit.factor + self.unit.offset
        self._drawn = ()

    @property
    def begin_s(self) -> float:
        """From then on it is in memory, and not to be read."""
        return float(self.series.times[0]) if len(self.series) and not self.is_past else math.inf

    def refresh(self, begin_s: float, end_s: float, columns: int) -> bool:
        """Draw what is known of a span of time; False when that is drawn already.

        Args:
            begin_s: where the span begins, seconds on the clock of the view's timeline.
            end_s: where it ends.
            columns: how many pixels it is wide.
        """
        self.series.renew()
        wanted = (self.series.version, self._older.version, begin_s, end_s, columns, self.is_past)
        if self._drawn == wanted:
            # it is still in use
            self._older.runs(self.ref, begin_s, end_s)
            return False
        self._drawn = wanted
        times, values = self._shown(begin_s, end_s, columns)
        self.item.setData(times, values * self._factor + self._offset)
        return True

    def extremes(self, begin_s: float, end_s: float) -> tuple[float, float] | None:
        """The least and the greatest of what is drawn of a span, in its unit; None when nothing is."""
        times, values = self.item.getData()
        values = values[slice(*np.searchsorted(times, (begin_s, end_s)).tolist())]
        # gaps are NaN
        values = values[np.isfinite(values)]
        return (float(values.min()), float(values.max())) if len(values) else None

    def fit_line(self, columns: int, rows: float, values_shown: tuple[float, float], share: float = 1.0) -> None:
        """Be a hairline where there is much to paint: a broader line would take up to seconds.

        Args:
            columns: how many pixels the plot is wide.
            rows: and high.
            values_shown: at its lower and its upper edge, in the unit of the axis.
            share: of the usual time that it may take to paint; less where there are many curves, or fine pixels.
        """
        low, high = values_shown
        _, values = self.item.getData()
        # out of the plot nothing is painted
        steps = np.abs(np.diff(np.clip(values, low, high)))
        travel = float(steps[np.isfinite(steps)].sum()) * rows / (high - low)
        most = MOST_BROAD * share
        # not to and fro where it is in between
        is_thin = len(values) + travel > (most * 0.7 if self._is_thin else most)
        # where it fills columns from end to end there are no edges to be smoothed
        self.item.opts["antialias"] = travel < FILLED * rows * columns
        if is_thin != self._is_thin:
            self._is_thin = is_thin
            self.dress()

    def is_old(self, now_s: float) -> bool:
        """Whether its newest value came too long ago to be shown as a value of now."""
        newest = self._newest(now_s)
        # a sensor may speak once a minute: it is judged by its own pace
        old_s = OLD_S if self.series.pace_s is None else max(OLD_S, SILENT * self.series.pace_s)
        return newest is not None and now_s - newest[0] > old_s

    def text_at(self, time_s: float | None, now_s: float) -> str:
        """The value at a moment, or the newest at now, as text without unit."""
        if time_s is None:
            newest = self._newest(now_s)
            value = None if newest is None else newest[1]
        elif time_s >= self.begin_s:
            value = self.series.at(time_s)
        else:
            read = self._older.value_at(self.ref, time_s)
            value = None if read is None or time_s - read[0] > REACH_S else read[1]
        # a gap is kept as NaN
        value = None if value is None or math.isnan(value) else value
        if isinstance(self.ref.source, str):
            return compact(None if value is None else value * self._factor + self._offset)
        return in_unit(value, self.unit)

    def parts(self, begin_s: float, end_s: float) -> list[Part]:
        """All its points about a span of time, the oldest first; to be looked at and not kept."""
        front_s, found = self.begin_s, []
        for run in self._older.runs(self.ref, begin_s, end_s):
            stop = int(np.searchsorted(run.pyramid.times, front_s))
            if stop:
                found.append(Part(run.pyramid.times[:stop], run.pyramid.values[:stop], run.pyramid))
        if not self.is_past and len(self.series):
            found.append(Part(self.series.times, self.series.values))
        for number, (one, other) in enumerate(itertools.pairwise(found)):
            next_s = float(other.times[0])
            found[number] = one._replace(next_s=None if is_gap(one.times, next_s, self.series) else next_s)
        return found

    def in_its_unit(self, value: float) -> float:
        """A number of its series as it is drawn."""
        return value * self._factor + self._offset

    def difference_in_its_unit(self, value: float) -> float:
        """The same of how far two of them are apart."""
        return value * self._factor

    def from_its_unit(self, value: float) -> float:
        """A number on the axis as one of its series."""
        return (value - self._offset) / self._factor

    def _newest(self, now_s: float) -> tuple[float, float] | None:
        return self._older.value_at(self.ref, now_s) if self.is_past else self.series.newest

    def _shown(self, begin_s: float, end_s: float, columns: int) -> tuple[Numbers, Numbers]:
        """What was read, then what came live, which counts where both tell of a moment."""
        front_s = self.begin_s
        parts = [
            run.pyramid.view(begin_s, end_s, columns, front_s)
            for run in self._older.runs(self.ref, begin_s, end_s)
            if run.begin_s < front_s
        ]
        if not self.is_past:
            parts.append(thinned(self.series.times, self.series.values, begin_s, end_s, columns))
        times, values = np.empty(0), np.empty(0)
        for more_s, more in parts:
            if len(more_s) and is_gap(times, float(more_s[0]), self.series):
                times, values = np.append(times, np.nextafter(times[-1], math.inf)), np.append(values, math.nan)
            times, values = np.concatenate((times, more_s)), np.concatenate((values, more))
        return times, values


def ref_unit(ref: ValueRef, meanings: SensorMap | None = None) -> Unit:
    """The unit of a value; a sensor's is said by the file of what topics mean, or by its field's name."""
    if is_derived(ref.path):
        return derived_unit(ref.path)
    if meanings is not None and isinstance(ref.source, str):
        symbol = meanings.of(ref.source).unit(ref.path)
        if symbol:
            return Unit(symbol, 1)
    # what other devices tell stays in the units in which they tell it
    is_ours = isinstance(ref.source, VehicleKey) and not is_raw(ref.path)
    return unit_shown(field_of(ref.path)) if is_ours else unit_of_path(ref.path)


def derived_unit(path: str) -> Unit:
    """The unit in which a formula is shown: that of its values where it is the same."""
    formula = formula_of(path)
    symbol = formula.symbol if formula is not None else ""
    alike = {"m": "distance_m", "m/s": "speed_mps"}
    if formula is None or symbol not in alike:
        return Unit(symbol, 1 if symbol in {"°", "%", "°C", "°/s", "m/s²"} else 2)
    fields = [field_of(name) for name in formula.names if unit_of_path(name).symbol == symbol]
    return unit_shown(fields[0] if fields else alike[symbol])


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
    names = [call_sign(ref.source) if isinstance(ref.source, VehicleKey) else _last_level(ref.source) for ref in refs]
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
    if is_derived(ref.path):
        return ref.path.removeprefix(SIGN).strip()
    kind, *rest = ref.path.split(".")
    number = f" {int(rest[0]) + 1}" if len(rest) > 1 and rest[0].isdecimal() else ""
    name = path_name(ref.path)
    return f"{value_name(kind)}{number} {small(name[:1])}{name[1:]}" if number else name
