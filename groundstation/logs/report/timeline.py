# SPDX-License-Identifier: Apache-2.0
"""The charts of a page below each other on one axis of time, under the flight modes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundstation.fleet.flight import ModeSpan
from groundstation.logs.report import panel, paper, reported_flight, scales
from groundstation.logs.report.chart_table import CHARTS, Line
from groundstation.logs.report.colours import mode_colour, mode_surface
from groundstation.logs.report.panel import BETWEEN_MM, MOST_MM, PLOT_LEFT_MM, PLOT_RIGHT_MM, Panel
from groundstation.logs.report.reported_flight import Subject
from groundstation.logs.report.scales import Scale
from groundstation.logs.report.sheet import Sheet
from groundstation.logs.series import SeriesOf

BAND_MM = 4.4
AXIS_MM = 4.6
LEAST_SPAN_S = 1.0
"""A flight of no time at all still has an axis."""
MOST_CHANGES = 30
"""More changes of mode than these are not drawn down the charts: they would hide them."""


def panels(about: Subject) -> tuple[Panel, ...]:
    """The charts that the log tells something of."""
    flight = about.flight
    found = (panel.prepared(one, about.series, flight.begin_s, flight.end_s) for one in CHARTS)
    return tuple(one for one in found if one is not None)


def missing(about: Subject, drawn: Sequence[Panel]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Charts and lines that the log does not have, and those of which it says zero all along."""
    known = {line.line.path for one in drawn for line in one.lines}
    absent: list[str] = []
    zeros: list[str] = []
    for chart in CHARTS:
        lines = [line for axis in (chart.left, chart.right) if axis for line in axis.lines]
        unknown = [one for one in lines if one.path not in known]
        for said, is_zero in ((absent, False), (zeros, True)):
            names = [one.name for one in unknown if _is_unmeasured(about.series, one) is is_zero]
            # a chart of which nothing is there is named as a whole, not line by line
            said.extend([chart.name] if len(names) == len(lines) else names)
    return tuple(absent), tuple(zeros)


def _is_unmeasured(series: SeriesOf, line: Line) -> bool:
    whole = series.get(line.path)
    return whole is not None and panel.is_unmeasured(line, whole)


def least_mm(drawn: Sequence[Panel]) -> float:
    """Height that modes, charts and axis need."""
    return BAND_MM + BETWEEN_MM + AXIS_MM + sum(one.least_mm + BETWEEN_MM for one in drawn)


def most_mm(drawn: Sequence[Panel]) -> float:
    """Height beyond which they don't grow."""
    return BAND_MM + BETWEEN_MM + AXIS_MM + (MOST_MM + BETWEEN_MM) * len(drawn)


def draw(about: Subject, drawn: Sequence[Panel], sheet: Sheet, top: float, height: float) -> float:
    """Draw modes, charts and axis.

    Args:
        about: the flight.
        drawn: its charts.
        sheet: where to.
        top: upper edge, mm.
        height: room, mm; charts don't grow beyond their largest.

    Returns:
        The lower edge, mm.
    """
    flight = about.flight
    end_s = max(flight.end_s, flight.begin_s + LEAST_SPAN_S)
    across = Scale(flight.begin_s, end_s, PLOT_LEFT_MM, PLOT_RIGHT_MM)
    y = top
    if flight.modes:
        _bands(flight.modes, sheet, across, y)
        y += BAND_MM + BETWEEN_MM
    first = y
    heights = _heights(drawn, height - (y - top) - AXIS_MM)
    marks = scales.time_ticks(0.0, end_s - flight.begin_s, 11)
    for one, high in zip(drawn, heights, strict=True):
        _draw_one(one, sheet, across, y, high, marks)
        y += high + BETWEEN_MM
    last = y - BETWEEN_MM
    if drawn:
        _changes(flight.modes, sheet, across, first, last)
    _axis(about, sheet, across, last, marks)
    return last + AXIS_MM


def _draw_one(one: Panel, sheet: Sheet, across: Scale, top: float, height: float, marks: Iterable[float]) -> None:
    for at in marks:
        x = across.at(across.low + at)
        sheet.line(x, top, x, top + height, colour=paper.GRID, width=0.15)
    panel.draw(one, sheet, across, top, height)


def _heights(drawn: Sequence[Panel], room: float) -> list[float]:
    """What is left after what each needs is shared out, the smallest first."""
    heights = [one.least_mm for one in drawn]
    left = room - sum(heights) - BETWEEN_MM * len(heights)
    while left > 0.1 and min(heights, default=MOST_MM) < MOST_MM:
        low = min(heights)
        lowest = [place for place, one in enumerate(heights) if one == low]
        above = min([one for one in heights if one > low] + [MOST_MM])
        more = min(above - low, left / len(lowest))
        for place in lowest:
            heights[place] += more
        left -= more * len(lowest)
    return heights


def _bands(spans: Sequence[ModeSpan], sheet: Sheet, across: Scale, top: float) -> None:
    """A coloured strip for each mode with its name where there is room."""
    names = tuple(dict.fromkeys(one.name for one in spans))
    y = top + BAND_MM / 2 + paper.SMALL_MM * 0.36
    sheet.text(paper.LEFT_MM, y, "Flight mode", size=paper.HEADING_MM, weight=paper.BOLD)
    drawn_to = PLOT_LEFT_MM - 1.0
    for one in spans:
        left, right = across.at(one.begin_s), across.at(one.end_s)
        # narrower than paper shows
        if right - drawn_to < 0.1:
            continue
        drawn_to = right
        sheet.box(left, top, max(0.1, right - left), BAND_MM, fill=mode_surface(names, one.name))
        sheet.line(left, top, left, top + BAND_MM, colour=mode_colour(names, one.name), width=0.3)
        if right - left > paper.text_width_mm(one.name, paper.SMALL_MM, paper.BOLD) + 1.4:
            colour = mode_colour(names, one.name)
            sheet.text(left + 1.0, y, one.name, size=paper.SMALL_MM, colour=colour, weight=paper.BOLD)


def _changes(spans: Sequence[ModeSpan], sheet: Sheet, across: Scale, top: float, bottom: float) -> None:
    """Fine lines down the charts where the mode changed."""
    last = PLOT_LEFT_MM
    for one in spans[1:] if len(spans) <= MOST_CHANGES else ():
        x = across.at(one.begin_s)
        if x - last > 0.5:
            sheet.line(x, top, x, bottom, colour=paper.FRAME, width=0.15, dash=".6 .6")
            last = x


def _axis(about: Subject, sheet: Sheet, across: Scale, y: float, marks: Sequence[float]) -> None:
    baseline = y + 3.0
    for at in marks:
        x = across.at(across.low + at)
        sheet.line(x, y, x, y + 0.8, colour=paper.FRAME, width=0.2)
        sheet.text(x, baseline, scales.clock(at), size=paper.SMALL_MM, colour=paper.MUTED, anchor="middle")
    words = paper.fitted(
        f"0:00 is {reported_flight.zero(about)}", panel.LABELS_MM + panel.MARKS_MM - 4.0, paper.SMALL_MM
    )
    sheet.text(paper.LEFT_MM, baseline, words, size=paper.SMALL_MM, colour=paper.MUTED)


def axis_of(series: SeriesOf) -> tuple[float, float]:
    """First and last moment of a vehicle in its log, seconds."""
    times = [(one.first_s, one.last_s) for one in series.messages.values()]
    begins = [begin for begin, _ in times if begin is not None]
    ends = [end for _, end in times if end is not None]
    return (min(begins), max(ends)) if begins and ends else (0.0, 0.0)
