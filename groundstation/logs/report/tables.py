# SPDX-License-Identifier: Apache-2.0
"""What the vehicle said and which parameters changed, as lists on a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from groundstation.logs.flight_events import Change, Text
from groundstation.logs.report import paper, scales
from groundstation.logs.report.sheet import Sheet, Words

AROUND_S = 2.0
"""Texts so long before arming and after disarming belong to the flight: telemetry tells both late."""
UNKNOWN_SEVERITY = 6
"""A text of unknown severity counts as information."""
_SEVERITIES = (
    ("emergency", paper.WARNING),
    ("alert", paper.WARNING),
    ("critical", paper.WARNING),
    ("error", paper.WARNING),
    ("warning", paper.CAUTION),
    ("notice", paper.INK),
    ("", paper.MUTED),
    ("", paper.MUTED),
)
_TIME_MM = 9.5
_COLUMN_GAP_MM = 5.0
_COLUMNS = 3
_DIGITS = (7, 6, 5, 4, 3)
"""Digits that are tried one after the other; more mean nothing, since a parameter is a float of 32 bits."""


def important(found: Sequence[Text], most: int, zero_s: float) -> list[Text]:
    """The most important texts, in order of time; of equal ones those since arming, and of these the earliest.

    Who took control when is told where the vehicle's own words leave room: else a busy station would crowd them out.
    """
    ranked = sorted(found, key=lambda one: (not one.is_own, _rank(one), one.time_s < zero_s, one.time_s))[:most]
    return sorted(ranked, key=lambda one: one.time_s)


def draw_texts(
    found: Sequence[Text], zero_s: float, sheet: Sheet, corner: tuple[float, float], size: tuple[float, float]
) -> None:
    """Draw texts below a heading.

    Args:
        found: all of the flight.
        zero_s: what times are told from.
        sheet: where to.
        corner: left and upper edge, mm.
        size: width and height, mm.
    """
    left, top = corner
    sheet.text(left, top + 2.4, "Messages", size=paper.HEADING_MM, weight=paper.BOLD)
    if not found:
        sheet.text(left, top + 2.4 + paper.ROW_MM, "none in this log", colour=paper.MUTED)
        return
    rows = max(1, int((size[1] - 3.6) / paper.ROW_MM))
    # so wide only where no track stands beside it
    columns = 2 if size[0] > 140.0 else 1
    most = rows * columns
    # the last row is kept for how many were left out
    shown = important(found, most if len(found) <= most else most - 1, zero_s)
    width = (size[0] - _COLUMN_GAP_MM * (columns - 1)) / columns
    for place, one in enumerate(shown):
        x = left + (place // rows) * (width + _COLUMN_GAP_MM)
        _draw_text(one, zero_s, sheet, x, top + 3.0 + paper.ROW_MM * (place % rows + 1), width)
    if len(shown) < len(found):
        x = left + (len(shown) // rows) * (width + _COLUMN_GAP_MM)
        y = top + 3.0 + paper.ROW_MM * (len(shown) % rows + 1)
        words = f"{len(found) - len(shown):,} of {len(found):,} left out: less important, or later"
        sheet.text(x + _TIME_MM, y, words, size=paper.SMALL_MM, colour=paper.MUTED)


class Net(NamedTuple):
    """All changes of one parameter."""

    name: str
    time_s: float
    """Of the last one."""
    before: float
    after: float
    times: int


def net(found: Sequence[Change]) -> tuple[Net, ...]:
    """One entry for each parameter, in order of its last change."""
    known: dict[str, Net] = {}
    for one in found:
        # taken out and put in again at the end, since the last change decides the order
        last = known.pop(one.name, Net(one.name, one.time_s, one.before, one.after, 0))
        known[one.name] = Net(one.name, one.time_s, last.before, one.after, last.times + 1)
    return tuple(known.values())


def draw_changes(found: Sequence[Net], zero_s: float, sheet: Sheet, top: float, bottom: float) -> None:
    """Draw changed parameters in columns below a heading, from one height to another, mm."""
    sheet.text(paper.LEFT_MM, top + 2.4, "Parameters changed", size=paper.HEADING_MM, weight=paper.BOLD)
    most = max(1, int((bottom - top - 3.0) / paper.ROW_MM)) * _COLUMNS
    shown = found if len(found) <= most else found[: most - 1]
    width = (paper.WIDTH_MM - _COLUMN_GAP_MM * (_COLUMNS - 1)) / _COLUMNS
    rows = -(-min(len(found), most) // _COLUMNS)
    for place, one in enumerate(shown):
        x, y = _cell(place, rows, width, top)
        _draw_change(one, zero_s, sheet, x, y, width)
    if len(shown) < len(found):
        x, y = _cell(len(shown), rows, width, top)
        words = f"and {len(found) - len(shown):,} more of {len(found):,}"
        sheet.text(x + _TIME_MM, y, words, size=paper.SMALL_MM, colour=paper.MUTED)


def _draw_change(one: Net, zero_s: float, sheet: Sheet, x: float, y: float, width: float) -> None:
    sheet.text(x, y, scales.clock(one.time_s - zero_s), size=paper.SMALL_MM, colour=paper.MUTED)
    room = width - _TIME_MM - 1.5
    value = _change(one, room - paper.text_width_mm(one.name, paper.SMALL_MM))
    room -= paper.text_width_mm(value, paper.SMALL_MM)
    sheet.text(x + _TIME_MM, y, paper.fitted(one.name, room, paper.SMALL_MM), size=paper.SMALL_MM)
    sheet.text(x + width, y, value, size=paper.SMALL_MM, anchor="end")


def _change(one: Net, room: float) -> str:
    """Both values with as many digits as there is room for, but enough to be told apart."""
    times = f" ({one.times}\N{MULTIPLICATION SIGN})" if one.times > 1 else ""
    shown = ""
    for digits in _DIGITS:
        before, after = _value(one.before, digits), _value(one.after, digits)
        if shown and before == after and one.before != one.after:
            break
        shown = f"{before} → {after}{times}"
        if paper.text_width_mm(shown, paper.SMALL_MM) <= room:
            break
    return shown


def changes_mm(count: int, most_mm: float) -> float:
    """Height that so many changed parameters take, at most so much."""
    return min(most_mm, 4.0 + paper.ROW_MM * -(-count // _COLUMNS))


def _cell(place: int, rows: int, width: float, top: float) -> tuple[float, float]:
    x = paper.LEFT_MM + (place // rows) * (width + _COLUMN_GAP_MM)
    return x, top + 3.0 + paper.ROW_MM * (place % rows + 1)


def _draw_text(one: Text, zero_s: float, sheet: Sheet, x: float, y: float, width: float) -> None:
    word, colour = _SEVERITIES[_rank(one)]
    sheet.text(
        x + _TIME_MM - 2.0, y, scales.clock(one.time_s - zero_s), size=paper.SMALL_MM, colour=paper.MUTED, anchor="end"
    )
    parts = []
    room = width - _TIME_MM
    if word:
        parts.append(Words(word, paper.BODY_MM, colour, paper.BOLD))
        room -= paper.text_width_mm(f"{word} ", paper.BODY_MM, paper.BOLD)
    parts.append(Words(paper.fitted(one.text, room, paper.BODY_MM), paper.BODY_MM, paper.INK))
    sheet.texts(x + _TIME_MM, y, parts)


def _rank(one: Text) -> int:
    return UNKNOWN_SEVERITY if one.severity is None else min(max(one.severity, 0), len(_SEVERITIES) - 1)


def _value(value: float, digits: int) -> str:
    """Whole numbers as they are."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e9 else f"{value:.{digits}g}"
