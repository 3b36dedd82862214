# SPDX-License-Identifier: Apache-2.0
"""Lays out one vehicle's comparison on a sheet: its figures, both ways, differences over time, events, all runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from groundstation import __version__
from groundstation.fleet.refly.comparison import Comparison, Curves, Figures
from groundstation.fleet.refly.flown import FlownFlight, Numbers
from groundstation.logs.report import paper, scales
from groundstation.logs.report.scales import Scale
from groundstation.logs.report.sheet import Sheet, Words, polyline

if TYPE_CHECKING:
    from groundstation.app.refly.refly import Flown
    from groundstation.fleet.refly.result import Run

MAP_MM, EVENTS_MM = 104.0, 78.0
MAP_HIGH_MM = 74.0
CHART_MM = 24.0
MOST_EVENTS = 17
MOST_RUNS = 12
RECORDED = ("#8a5227", "1.3 .7")
"""Colour and dashes of the record; those of the runs are `paper.LINES`."""
MOST_POINTS = 1_500
NONE = "-"
"""Where there is no figure."""


class Kind(NamedTuple):
    """One kind of difference."""

    label: str
    unit: str
    figures: str
    """Field of a `Comparison`."""
    curve: str
    """Field of `Curves`."""


KINDS = (
    Kind("Aside", "m", "cross_track", "cross_track_m"),
    Kind("Along the way", "m", "along_track", "along_track_m"),
    Kind("Height", "m", "height", "height_m"),
    Kind("Speed", "m/s", "speed", "speed_mps"),
    Kind("Later at the same place", "s", "time", "late_s"),
)


def draw_page(found: Flown, index: int, footer: str) -> str:
    """One page as SVG.

    Args:
        found: everything.
        index: of the vehicle.
        footer: its place among the pages.
    """
    flight, runs = found.recorded[index], found.result.runs
    sheet = Sheet(f"{flight.name}, flown again")
    y = _head(found, flight, sheet)
    y = _figures(runs[0].vehicles[index], sheet, y)
    again = [found.again[run.name][index] for run in runs]
    _ways(flight, again, sheet, y)
    _events(runs[0].vehicles[index], sheet, y)
    y += MAP_HIGH_MM + paper.GAP_MM
    y = _charts(runs, [found.curves[run.name][index] for run in runs], index, sheet, y)
    _runs(runs, index, sheet, y)
    words = (
        f"{PurePath(found.result.files[min(index, len(found.result.files) - 1)]).name}  ·  groundstation {__version__}"
    )
    sheet.text(paper.LEFT_MM, paper.FOOTER_MM, words, size=paper.SMALL_MM, colour=paper.MUTED)
    sheet.text(paper.RIGHT_MM, paper.FOOTER_MM, footer, size=paper.SMALL_MM, colour=paper.MUTED, anchor="end")
    return sheet.svg()


def _head(found: Flown, flight: FlownFlight, sheet: Sheet) -> float:
    words = paper.fitted(f"{flight.name}, flown again", 120.0, paper.TITLE_MM, paper.BOLD)
    sheet.text(paper.LEFT_MM, paper.TOP_MM + 5.0, words, size=paper.TITLE_MM, weight=paper.BOLD)
    simulator = "built-in simulator" if found.result.simulator == "built-in" else found.result.simulator
    told = f"SIM: {simulator}, {found.result.speed:g} times real time"
    sheet.text(paper.RIGHT_MM, paper.TOP_MM + 5.0, told, size=3.2, weight=paper.BOLD, anchor="end")
    y = paper.TOP_MM + 9.6
    made = "its recorded mission" if flight.items else "a mission made of its way"
    wind = (
        "the log knows no wind: calm"
        if flight.wind_speed_mps is None
        else f"wind {flight.wind_speed_mps:.1f} m/s from {flight.wind_from_deg:.0f}°"
    )
    who = f"{flight.autopilot or 'unknown autopilot'} {flight.kind.value}"
    line = f"{who}, {made}, {wind}; differences are again minus recorded"
    sheet.text(paper.LEFT_MM, y, paper.fitted(line, paper.WIDTH_MM, paper.BODY_MM), colour=paper.MUTED)
    for note in (*flight.notes, *found.result.runs[0].notes):
        y += 3.6
        sheet.text(paper.LEFT_MM, y, paper.fitted(note, paper.WIDTH_MM, paper.BODY_MM), colour=paper.CAUTION)
    y += 2.6
    sheet.line(paper.LEFT_MM, y, paper.RIGHT_MM, y, colour=paper.INK, width=0.3)
    return y


def _figures(one: Comparison, sheet: Sheet, top: float) -> float:
    width = paper.WIDTH_MM / len(KINDS)
    for place, kind in enumerate(KINDS):
        x, figures = paper.LEFT_MM + width * place, _figures_of(one, kind)
        sheet.text(x, top + 4.2, f"{kind.label}, p95", size=paper.SMALL_MM, colour=paper.MUTED)
        value = Words(f"{figures.p95:.2f}", paper.VALUE_MM, paper.INK, paper.BOLD)
        sheet.texts(x, top + 9.2, (value, Words(kind.unit, paper.SMALL_MM, paper.MUTED)))
        words = f"mean {figures.mean:.2f}, max {figures.max:.2f} at {scales.clock(figures.max_at_s)}"
        sheet.text(x, top + 12.6, words, size=paper.SMALL_MM, colour=paper.MUTED)
    y = top + 15.5
    sheet.line(paper.LEFT_MM, y, paper.RIGHT_MM, y, colour=paper.FRAME, width=0.15)
    return y + paper.GAP_MM


def _figures_of(one: Comparison, kind: Kind) -> Figures:
    figures: Figures = getattr(one, kind.figures)
    return figures


def _look(place: int) -> tuple[str, str]:
    return paper.LINES[place % len(paper.LINES)]


def _ways(flight: FlownFlight, again: Sequence[FlownFlight], sheet: Sheet, top: float) -> None:
    """All ways, one over the other, the record dashed on top."""
    sheet.box(paper.LEFT_MM, top, MAP_MM, MAP_HIGH_MM, fill="#fbfcfd", line=paper.FRAME)
    ways = [_air(one) for one in (flight, *again)]
    north, east = (np.concatenate([one[part] for one in ways]) for part in (0, 1))
    span_m = max(float(np.ptp(east)) / (MAP_MM - 12.0), float(np.ptp(north)) / (MAP_HIGH_MM - 14.0), 1e-3)
    middle = (float(east.max() + east.min()) / 2.0, float(north.max() + north.min()) / 2.0)

    def data(way: tuple[Numbers, Numbers]) -> str:
        x = paper.LEFT_MM + MAP_MM / 2.0 + (way[1] - middle[0]) / span_m
        y = top + MAP_HIGH_MM / 2.0 - (way[0] - middle[1]) / span_m
        step = max(len(x) // MOST_POINTS, 1)
        return polyline(list(zip(x[::step].tolist(), y[::step].tolist(), strict=True)))

    for place in reversed(range(len(again))):
        colour, dash = _look(place)
        sheet.path(data(ways[place + 1]), colour=colour, width=0.6, dash=dash)
    sheet.path(data(ways[0]), colour=RECORDED[0], width=0.35, dash=RECORDED[1])
    length_m = scales.step_for(span_m * 30.0, 1)
    y = top + MAP_HIGH_MM - 3.0
    sheet.line(paper.LEFT_MM + 3.0, y, paper.LEFT_MM + 3.0 + length_m / span_m, y, colour=paper.INK, width=0.4)
    sheet.text(paper.LEFT_MM + 3.0, y - 1.2, f"{length_m:g} m", size=paper.SMALL_MM)
    sheet.text(
        paper.LEFT_MM + MAP_MM - 3.0, top + 4.0, "north is up", size=paper.SMALL_MM, anchor="end", colour=paper.MUTED
    )


def _air(flight: FlownFlight) -> tuple[Numbers, Numbers]:
    air = flight.under_way
    return flight.way.north_m[air], flight.way.east_m[air]


def _events(one: Comparison, sheet: Sheet, top: float) -> None:
    x = paper.LEFT_MM + MAP_MM + 6.0
    columns = (x + 46.0, x + 61.0, paper.RIGHT_MM)
    odd = sum(not pair.is_alike for pair in one.events)
    heading = f"Events: {len(one.events) - odd} alike, {odd} in one only"
    sheet.text(x, top + 2.4, heading, size=paper.HEADING_MM, weight=paper.BOLD)
    for at, words in zip(columns, ("recorded", "again", "difference"), strict=True):
        sheet.text(at, top + 6.4, words, size=paper.SMALL_MM, colour=paper.MUTED, anchor="end")
    y = top + 6.4
    for pair in one.events[:MOST_EVENTS]:
        y += 3.7
        weight = paper.REGULAR if pair.is_alike else paper.BOLD
        sheet.text(x, y, paper.fitted(pair.what, 34.0, paper.BODY_MM, weight), weight=weight)
        for at, value in zip(columns, (pair.recorded_s, pair.again_s), strict=False):
            sheet.text(at, y, NONE if value is None else f"{value:.1f} s", anchor="end")
        words = "in one only"
        if pair.recorded_s is not None and pair.again_s is not None:
            words = f"{pair.again_s - pair.recorded_s:+.1f} s"
        sheet.text(columns[2], y, words, weight=weight, anchor="end")
    if len(one.events) > MOST_EVENTS:
        words = f"and {len(one.events) - MOST_EVENTS} more"
        sheet.text(x, y + 3.7, words, size=paper.SMALL_MM, colour=paper.MUTED)


def _charts(runs: Sequence[Run], curves: Sequence[Curves], index: int, sheet: Sheet, top: float) -> float:
    """A chart for each kind of difference, over the time of the record from its take-off."""
    del index
    last_s = max(float(one.time_s[-1]) for one in curves)
    across = Scale(0.0, max(last_s, 1.0), paper.LEFT_MM + 12.0, paper.RIGHT_MM)
    marks = scales.time_ticks(0.0, last_s, 9)
    y = _legend(runs, sheet, top)
    for kind in KINDS:
        _chart(kind, curves, across, marks, sheet, y)
        y += CHART_MM + 1.5
    for one in marks:
        sheet.text(across.at(one), y + 1.5, scales.clock(one), size=paper.SMALL_MM, colour=paper.MUTED, anchor="middle")
    return y + 6.0


def _legend(runs: Sequence[Run], sheet: Sheet, top: float) -> float:
    x, y = paper.LEFT_MM, top + 2.0
    looks = [("recorded", RECORDED), *((run.title, _look(place)) for place, run in enumerate(runs))]
    for name, (colour, dash) in looks[: MOST_RUNS + 1]:
        words = paper.fitted(name, 44.0, paper.SMALL_MM)
        wide = 8.0 + paper.text_width_mm(words, paper.SMALL_MM) + 4.0
        if x + wide > paper.RIGHT_MM:
            x, y = paper.LEFT_MM, y + 3.6
        sheet.line(x, y - 0.8, x + 6.0, y - 0.8, colour=colour, width=0.6, dash=dash)
        sheet.text(x + 7.5, y, words, size=paper.SMALL_MM)
        x += wide
    return y + 3.0


def _chart(
    kind: Kind, curves: Sequence[Curves], across: Scale, marks: Sequence[float], sheet: Sheet, top: float
) -> None:
    values = [getattr(one, kind.curve) for one in curves]
    known = np.concatenate([one[np.isfinite(one)] for one in values])
    most = max(float(np.abs(known).max()) if len(known) else 0.0, 0.5)
    up = Scale(-most, most, top + CHART_MM - 1.0, top + 4.6)
    sheet.text(paper.LEFT_MM, top + 2.6, kind.label, size=paper.HEADING_MM, weight=paper.BOLD)
    width = paper.text_width_mm(kind.label, paper.HEADING_MM, paper.BOLD)
    sheet.text(paper.LEFT_MM + width + 2.0, top + 2.6, kind.unit, size=paper.SMALL_MM, colour=paper.MUTED)
    for one in marks:
        sheet.line(across.at(one), top + 4.6, across.at(one), top + CHART_MM - 1.0, colour=paper.GRID, width=0.15)
    step = scales.step_for(2.0 * most, 4)
    for mark in scales.ticks(-most, most, 4):
        colour = paper.FRAME if abs(mark) < step / 2.0 else paper.GRID
        sheet.line(across.begin_mm, up.at(mark), across.end_mm, up.at(mark), colour=colour, width=0.15)
        words = scales.label(mark, step)
        sheet.text(
            across.begin_mm - 1.5, up.at(mark) + 0.8, words, size=paper.SMALL_MM, colour=paper.MUTED, anchor="end"
        )
    for place in reversed(range(len(curves))):
        colour, dash = _look(place)
        for piece in _pieces(curves[place].time_s, values[place]):
            points = [(across.at(float(at)), up.at(float(value))) for at, value in piece]
            sheet.path(polyline(points), colour=colour, width=0.35, dash=dash)


def _pieces(time_s: Numbers, values: Numbers) -> Iterator[list[tuple[float, float]]]:
    """Parts without a gap, thinned."""
    step = max(len(time_s) // MOST_POINTS, 1)
    piece: list[tuple[float, float]] = []
    for at, value in zip(time_s[::step].tolist(), values[::step].tolist(), strict=True):
        if np.isfinite(value):
            piece.append((at, value))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _runs(runs: Sequence[Run], index: int, sheet: Sheet, top: float) -> None:
    """A row a run."""
    right = paper.RIGHT_MM
    columns = ("aside p95", "max", "height p95", "speed p95", "late p95", "duration", "battery", "wanted")
    at = [right - 15.5 * place for place in range(len(columns))][::-1]
    sheet.text(paper.LEFT_MM, top, "Runs", size=paper.HEADING_MM, weight=paper.BOLD)
    for x, words in zip(at, columns, strict=True):
        sheet.text(x, top, words, size=paper.SMALL_MM, colour=paper.MUTED, anchor="end")
    y = top
    for run in runs[:MOST_RUNS]:
        one = run.vehicles[index]
        y += 3.7
        sheet.text(paper.LEFT_MM, y, paper.fitted(run.title, 58.0, paper.BODY_MM))
        for x, words in zip(at, _row(run, one), strict=True):
            sheet.text(x, y, words, anchor="end")
    separations = [run for run in runs if run.separation_p95_m is not None]
    if separations:
        words = f"Distances between the vehicles differ by {separations[0].separation_p95_m:.2f} m (p95), at most "
        words += f"{separations[0].separation_max_m:.2f} m."
        sheet.text(paper.LEFT_MM, y + 4.6, words)


def _row(run: Run, one: Comparison) -> tuple[str, ...]:
    met = NONE if not run.expected else "met" if all(is_met for _, is_met in run.expected) else "not met"
    battery = NONE if one.again_charge is None else f"{100.0 * one.again_charge:.0f} %"
    figures = (one.cross_track.p95, one.cross_track.max, one.height.p95, one.speed.p95, one.time.p95)
    return (*(f"{value:.2f}" for value in figures), f"{one.again_s - one.recorded_s:+.1f} s", battery, met)
