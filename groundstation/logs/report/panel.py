# SPDX-License-Identifier: Apache-2.0
"""One chart with its labels at the left, on the time axis that all charts of a page share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from groundstation.logs.report import paper, scales
from groundstation.logs.report.chart_table import FIXES, THREE_DIMENSIONS, Axis, Chart, Line
from groundstation.logs.report.scales import Scale
from groundstation.logs.report.sheet import Sheet
from groundstation.logs.report.strokes import stroke
from groundstation.logs.series import SeriesOf, ValueSeries

LABELS_MM = 36.5
MARKS_MM = 10.0
"""Room of the numbers at either side."""
PLOT_LEFT_MM = paper.LEFT_MM + LABELS_MM + MARKS_MM
PLOT_RIGHT_MM = paper.RIGHT_MM - MARKS_MM
HEAD_MM = 3.4
ENTRY_MM = 2.9
LEAST_MM = 11.0
MOST_MM = 27.0
BETWEEN_MM = 1.8
SWATCH_MM = 5.0
THROUGHOUT = " throughout"
"""Said of a value that never changed, where there is room."""
MOST_MARKS = 4
"""Of one side."""
_NEAR_LIMIT = 0.5
"""A limit is drawn when the values come to this share of it."""


class Drawn(NamedTuple):
    """A line that the log has."""

    line: Line
    unit: str
    series: ValueSeries
    colour: str
    dash: str
    is_right: bool

    @property
    def span(self) -> str:
        """Lowest and highest value as text."""
        low, high = (scales.figure(float(one) * self.line.factor) for one in (self._low, self._high))
        return low + THROUGHOUT if low == high else f"{low} … {high}"

    @property
    def _low(self) -> float:
        return float(self.series.values.min())

    @property
    def _high(self) -> float:
        return float(self.series.values.max())

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value in the unit of the axis."""
        return self._low * self.line.factor, self._high * self.line.factor


class Panel(NamedTuple):
    """A chart with the lines that the log has, at least one."""

    chart: Chart
    lines: tuple[Drawn, ...]
    fix: ValueSeries | None
    has_limit: bool

    @property
    def least_mm(self) -> float:
        """Height that its labels need."""
        entries = len(self.lines) + (self.fix is not None) + self.has_limit
        return max(LEAST_MM, HEAD_MM + ENTRY_MM * entries + 0.6)


def prepared(chart: Chart, series: SeriesOf, begin_s: float, end_s: float) -> Panel | None:
    """What a chart shows between two times; None when the log tells nothing of it."""
    lines: list[Drawn] = []
    for axis in (chart.left, chart.right):
        for one in axis.lines if axis else ():
            whole = series.get(one.path)
            part = whole.between(begin_s, end_s) if whole else None
            if whole is None or part is None or axis is None or is_unmeasured(one, whole):
                continue
            look = paper.LINES[len(lines) % len(paper.LINES)]
            lines.append(Drawn(one, axis.unit, part, *look, axis is chart.right))
    if not lines:
        return None
    if all(one.is_right for one in lines) and chart.right is not None:
        # the limit goes with the left side, which it belongs to
        chart = chart._replace(left=chart.right, right=None, limit=None)
        lines = [one._replace(is_right=False) for one in lines]
    fix = series.get("gps.0.fix") if chart.has_fix else None
    return Panel(chart, tuple(lines), fix.between(begin_s, end_s) if fix else None, _has_limit(chart, lines, series))


def is_unmeasured(line: Line, whole: ValueSeries) -> bool:
    """Whether a log says zero all along where a real value never is."""
    return line.is_never_zero and not whole.values.any()


def _has_limit(chart: Chart, lines: list[Drawn], series: SeriesOf) -> bool:
    left = [one.bounds[1] for one in lines if not one.is_right]
    if chart.limit is None or not left or chart.limit_of not in ("", series.vehicle.autopilot):
        return False
    return chart.has_limit_always or max(left) >= chart.limit * _NEAR_LIMIT


def draw(panel: Panel, sheet: Sheet, across: Scale, top: float, height: float) -> None:
    """Draw a chart.

    Args:
        panel: what it shows.
        sheet: where to.
        across: the scale of time of the page.
        top: upper edge, mm.
        height: of the whole, mm; at least `least_mm`.
    """
    bottom = top + height
    _shade_lost_fixes(panel, sheet, across, top, height)
    ranges = _ranges(panel)
    for is_right, (low, high) in ranges.items():
        up = Scale(low, high, bottom, top)
        _marks(panel, sheet, up, is_right=is_right, has_grid=not is_right or False not in ranges)
    if panel.has_limit and panel.chart.limit is not None:
        y = Scale(*ranges[False], bottom, top).at(panel.chart.limit)
        sheet.line(PLOT_LEFT_MM, y, PLOT_RIGHT_MM, y, colour=paper.WARNING, width=0.2)
    for one in panel.lines:
        up = Scale(*ranges[one.is_right], bottom, top)
        drawn = stroke(one.series, one.line.factor, across, up)
        sheet.area(drawn.envelope, fill=one.colour, opacity=0.35)
        sheet.path(drawn.line, colour=one.colour, width=0.28, dash=one.dash)
        for x, y in drawn.dots:
            sheet.circle(x, y, 0.3, fill=one.colour, line="none", width=0.0)
    for y in (top, bottom):
        sheet.line(PLOT_LEFT_MM, y, PLOT_RIGHT_MM, y, colour=paper.FRAME, width=0.15)
    _labels(panel, sheet, top)


def _ranges(panel: Panel) -> dict[bool, tuple[float, float]]:
    """The scale of each side that has lines; `True` is the right one."""
    found = {}
    for is_right, axis in ((False, panel.chart.left), (True, panel.chart.right)):
        lines = [one for one in panel.lines if one.is_right == is_right]
        if lines and axis is not None:
            limits = (panel.chart.limit,) if panel.has_limit and panel.chart.limit and not is_right else ()
            found[is_right] = _range(axis, [*axis.always, *limits, *(edge for one in lines for edge in one.bounds)])
    if panel.chart.is_right_shifted and len(found) == 2:
        found = _shifted(panel, found)
    return found


def _range(axis: Axis, values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    if axis.ceiling is not None:
        high = min(high, axis.ceiling)
        low = min(low, axis.ceiling - axis.least_span)
    if high - low < axis.least_span:
        missing = axis.least_span - (high - low)
        # what is never negative has its zero at the bottom
        down = 0.0 if low in axis.always else missing / 2
        low, high = low - down, high + missing - down
    margin = 0.06 * (high - low)
    return low - (margin if low not in axis.always or low < 0 else margin / 3), high + margin


def _shifted(panel: Panel, found: dict[bool, tuple[float, float]]) -> dict[bool, tuple[float, float]]:
    """Both sides with the same span, so that two measures of one thing lie upon each other."""
    left, right = (next(one for one in panel.lines if one.is_right == side) for side in (False, True))
    beside = np.interp(left.series.time_s, right.series.time_s, right.series.values)
    # the median: single wrong values must not move the whole axis
    shift = float(np.median(beside - left.series.values))
    low, high = found[False]
    both = min(low, found[True][0] - shift), max(high, found[True][1] - shift)
    # they don't run alike: one span for both would flatten both
    if both[1] - both[0] > 2.0 * (high - low):
        return found
    return {False: both, True: (both[0] + shift, both[1] + shift)}


def _marks(panel: Panel, sheet: Sheet, up: Scale, *, is_right: bool, has_grid: bool) -> None:
    """Round numbers at a side, in the colour of the line when it is the only one there."""
    most = min(MOST_MARKS, max(2, int(abs(up.end_mm - up.begin_mm) / 4.0)))
    marks = scales.ticks(up.low, up.high, most)
    colours = [one.colour for one in panel.lines if one.is_right == is_right]
    colour = colours[0] if len(colours) == 1 else paper.MUTED
    step = marks[1] - marks[0] if len(marks) > 1 else scales.step_for(up.high - up.low, most)
    last = ""
    for value in marks:
        y, words = up.at(value), scales.label(value, step)
        # steps finer than the digits that are shown would repeat a mark
        if words == last:
            continue
        last = words
        if has_grid:
            sheet.line(PLOT_LEFT_MM, y, PLOT_RIGHT_MM, y, colour=paper.FRAME if value == 0 else paper.GRID, width=0.15)
        x, anchor = (PLOT_RIGHT_MM + 1.0, "start") if is_right else (PLOT_LEFT_MM - 1.0, "end")
        # a base line so far below a mark centres its figures on it
        sheet.text(x, y + paper.SMALL_MM * 0.36, words, size=paper.SMALL_MM, colour=colour, anchor=anchor)


def _shade_lost_fixes(panel: Panel, sheet: Sheet, across: Scale, top: float, height: float) -> None:
    if panel.fix is None:
        return
    is_lost = panel.fix.values < THREE_DIMENSIONS
    steps = np.diff(np.concatenate(([0], is_lost.astype(np.int8), [0])))
    for begin, end in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
        left = across.at(float(panel.fix.time_s[begin]))
        # a lost fix lasts until the next word of it
        right = across.at(float(panel.fix.time_s[min(int(end), len(is_lost) - 1)]))
        sheet.box(left, top, max(0.2, right - left), height, fill=paper.CAUTION_SURFACE)


def _labels(panel: Panel, sheet: Sheet, top: float) -> None:
    """Title and entries; a unit is told once where all lines have it, else at each."""
    units = {one.unit for one in panel.lines if one.unit}
    unit = units.pop() if len(units) == 1 else ""
    title = f"{panel.chart.title}, {unit}" if unit else panel.chart.title
    sheet.text(paper.LEFT_MM, top + 2.4, title, size=paper.HEADING_MM, weight=paper.BOLD)
    for row, (words, span, colour, dash) in enumerate(_entries(panel, has_units=not unit)):
        y = top + HEAD_MM + ENTRY_MM * row + 2.0
        if colour:
            middle = y - 0.75
            if colour == paper.CAUTION_SURFACE:
                sheet.box(paper.LEFT_MM, middle - 0.9, SWATCH_MM, 1.8, fill=colour)
            else:
                sheet.line(
                    paper.LEFT_MM, middle, paper.LEFT_MM + SWATCH_MM, middle, colour=colour, width=0.4, dash=dash
                )
        sheet.text(paper.LEFT_MM + SWATCH_MM + 1.2, y, words, size=paper.SMALL_MM)
        room = LABELS_MM - SWATCH_MM - 3.4 - paper.text_width_mm(words, paper.SMALL_MM)
        value = span
        if paper.text_width_mm(span, paper.SMALL_MM) > room:
            value = span.removesuffix(THROUGHOUT).replace(" … ", "…")
        sheet.text(paper.LEFT_MM + LABELS_MM - 1.0, y, value, size=paper.SMALL_MM, colour=paper.MUTED, anchor="end")


def _entries(panel: Panel, *, has_units: bool) -> Iterator[tuple[str, str, str, str]]:
    """Label, value, colour and dashes of each row."""
    for one in panel.lines:
        words = f"{one.line.label}, {one.unit}" if has_units and one.unit else one.line.label
        yield words, one.span, one.colour, one.dash
    if panel.has_limit and panel.chart.limit is not None:
        yield "limit", scales.figure(panel.chart.limit), paper.WARNING, ""
    if panel.fix is not None:
        low, high = (FIXES[min(len(FIXES) - 1, max(0, int(one)))] for one in _bounds(panel.fix))
        is_lost = bool((panel.fix.values < THREE_DIMENSIONS).any())
        span = low + THROUGHOUT if low == high else f"{low} … {high}"
        yield "fix", span, paper.CAUTION_SURFACE if is_lost else "", ""


def _bounds(series: ValueSeries) -> tuple[float, float]:
    return float(series.values.min()), float(series.values.max())
