# SPDX-License-Identifier: Apache-2.0
"""Lays a flight out on one sheet."""

from __future__ import annotations

import math
from pathlib import PurePath

from groundstation import __version__
from groundstation.logs import flight_events
from groundstation.logs.flight_events import Text
from groundstation.logs.report import ground_track, paper, reported_flight, tables, timeline
from groundstation.logs.report.panel import Panel
from groundstation.logs.report.reported_flight import Figure, Subject
from groundstation.logs.report.sheet import Sheet, Words
from groundstation.logs.report.tables import Net

FIGURES_MM = 15.5
MIDDLE_MM = 66.0
"""Height of track and messages, when the charts leave it."""
LEAST_MIDDLE_MM = 42.0
MOST_MIDDLE_MM = 110.0
CHANGES_MM = 18.0
"""Changed parameters take no more while there are charts."""
_NOTE_MM = 4.2


def draw(about: Subject, footer: str) -> str:
    """One page as SVG.

    Args:
        about: the flight.
        footer: its place among the pages.
    """
    flight = about.flight
    sheet = Sheet(f"{reported_flight.title(flight)}, {' '.join(reported_flight.when(flight))}")
    y = _figures(reported_flight.figures(about), sheet, _head(about, sheet))
    panels, changed = timeline.panels(about), _changes(about)
    # measured before the charts are drawn, which take the room that is left
    changes_mm = tables.changes_mm(len(changed), CHANGES_MM) if changed else _NOTE_MM
    room = paper.BOTTOM_MM - y - changes_mm - _NOTE_MM - 3 * paper.GAP_MM
    middle = _middle_mm(room, panels)
    _middle(about, sheet, y, middle)
    y += middle + paper.GAP_MM
    y = timeline.draw(about, panels, sheet, y, room - middle) + 2.5
    y = _missing(*timeline.missing(about, panels), sheet, y)
    _parameters(about, changed, sheet, y + 2.0)
    _foot(flight.path, footer, sheet)
    return sheet.svg()


def _middle_mm(room: float, panels: tuple[Panel, ...]) -> float:
    """Height of track and messages: what many charts leave, and more when they are few."""
    usual = min(MIDDLE_MM, max(LEAST_MIDDLE_MM, room - timeline.least_mm(panels)))
    return max(usual, min(MOST_MIDDLE_MM, room - timeline.most_mm(panels)))


def _head(about: Subject, sheet: Sheet) -> float:
    """Who, what, when and what is wrong with the log; the lower edge, mm."""
    begin, end = reported_flight.when(about.flight)
    words = paper.fitted(reported_flight.title(about.flight), 110.0, paper.TITLE_MM, paper.BOLD)
    sheet.text(paper.LEFT_MM, paper.TOP_MM + 5.0, words, size=paper.TITLE_MM, weight=paper.BOLD)
    sheet.text(paper.RIGHT_MM, paper.TOP_MM + 5.0, begin, size=3.6, weight=paper.BOLD, anchor="end")
    y = paper.TOP_MM + 9.6
    sheet.text(paper.RIGHT_MM, y, end, colour=paper.MUTED, anchor="end")
    room = paper.WIDTH_MM - paper.text_width_mm(end, paper.BODY_MM) - 4.0
    sheet.text(paper.LEFT_MM, y, paper.fitted(reported_flight.subtitle(about), room, paper.BODY_MM), colour=paper.MUTED)
    for words in reported_flight.warnings(about):
        y += 3.8
        sheet.polygon(
            ((paper.LEFT_MM, y), (paper.LEFT_MM + 2.2, y), (paper.LEFT_MM + 1.1, y - 2.0)), fill=paper.CAUTION
        )
        shown = paper.fitted(words, paper.WIDTH_MM - 3.4, paper.BODY_MM, paper.BOLD)
        sheet.text(paper.LEFT_MM + 3.4, y, shown, colour=paper.CAUTION, weight=paper.BOLD)
    y += 2.6
    sheet.line(paper.LEFT_MM, y, paper.RIGHT_MM, y, colour=paper.INK, width=0.3)
    return y


def _figures(found: tuple[Figure, ...], sheet: Sheet, top: float) -> float:
    width = paper.WIDTH_MM / 8
    for place, one in enumerate(found):
        x = paper.LEFT_MM + width * place
        sheet.text(x, top + 4.2, one.label, size=paper.SMALL_MM, colour=paper.MUTED)
        if not one.value:
            sheet.text(x, top + 9.2, "unknown", size=paper.HEADING_MM, colour=paper.MUTED)
            continue
        value = Words(one.value, paper.VALUE_MM, paper.INK, paper.BOLD)
        sheet.texts(x, top + 9.2, (value, Words(one.unit, paper.SMALL_MM, paper.MUTED)))
        sheet.text(x, top + 12.6, one.more, size=paper.SMALL_MM, colour=paper.MUTED)
    y = top + FIGURES_MM
    sheet.line(paper.LEFT_MM, y, paper.RIGHT_MM, y, colour=paper.FRAME, width=0.15)
    return y + paper.GAP_MM


def _middle(about: Subject, sheet: Sheet, top: float, height: float) -> None:
    """Track and messages beside each other; without a position the messages have all of it."""
    flight = about.flight
    left, width = paper.LEFT_MM, paper.WIDTH_MM
    track = ground_track.track_of(about.series, flight.begin_s, flight.end_s)
    if track is not None:
        size = (96.0, height)
        ground_track.draw(track, flight.modes, sheet, (left, top), size)
        left, width = left + size[0] + 6.0, width - size[0] - 6.0
    tables.draw_texts(_texts(about), flight.begin_s, sheet, (left, top), (width, height))


def _texts(about: Subject) -> list[Text]:
    begin_s, end_s = about.flight.begin_s - tables.AROUND_S, about.flight.end_s + tables.AROUND_S
    return [one for one in flight_events.texts(about.series) if one.text and begin_s <= one.time_s <= end_s]


def _changes(about: Subject) -> tuple[Net, ...]:
    found = flight_events.changes(about.series)
    inside = [one for one in found if about.flight.begin_s <= one.time_s <= about.flight.end_s]
    return tables.net([one for one in inside if math.isfinite(one.before) and math.isfinite(one.after)])


def _missing(absent: tuple[str, ...], zeros: tuple[str, ...], sheet: Sheet, y: float) -> float:
    parts = [f"Not in this log: {', '.join(absent)}."] if absent else []
    parts += [f"Zero all along, so not measured: {', '.join(zeros)}."] if zeros else []
    if not parts:
        return y
    both = "  ".join(parts)
    for words in [both] if paper.text_width_mm(both, paper.SMALL_MM) <= paper.WIDTH_MM else parts:
        shown = paper.fitted(words, paper.WIDTH_MM, paper.SMALL_MM)
        sheet.text(paper.LEFT_MM, y + 1.6, shown, size=paper.SMALL_MM, colour=paper.MUTED)
        y += paper.ROW_MM
    return y + 0.9


def _parameters(about: Subject, changed: tuple[Net, ...], sheet: Sheet, y: float) -> None:
    if changed:
        tables.draw_changes(changed, about.flight.begin_s, sheet, y, paper.BOTTOM_MM)
        return
    sheet.text(paper.LEFT_MM, y + 2.4, "Parameters changed", size=paper.HEADING_MM, weight=paper.BOLD)
    words = "none that this log tells of"
    sheet.text(paper.LEFT_MM + 30.0, y + 2.4, words, size=paper.SMALL_MM, colour=paper.MUTED)


def _foot(path: str, footer: str, sheet: Sheet) -> None:
    y = paper.FOOTER_MM
    name = paper.fitted(PurePath(path).name, 110.0, paper.SMALL_MM)
    sheet.text(paper.LEFT_MM, y, f"groundstation {__version__}  ·  {name}", size=paper.SMALL_MM, colour=paper.MUTED)
    sheet.text(paper.RIGHT_MM, y, footer, size=paper.SMALL_MM, colour=paper.MUTED, anchor="end")
