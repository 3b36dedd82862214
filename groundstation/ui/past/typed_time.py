# SPDX-License-Identifier: Apache-2.0
"""A time that an operator types: of a day, or how long ago. Pure."""

from __future__ import annotations

import re
from datetime import datetime

_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?=[ T])")
_CLOCK = re.compile(r"(?:(\d{4})-(\d{2})-(\d{2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?")
_AGO = re.compile(r"-\s*(?:(\d+):)?(\d+):(\d{1,2})|-\s*(\d+)\s*(s|min|m|h)?")
_SINCE = re.compile(r"(?:(?:(\d+):)?(\d+):)?\d+(?:[.,]\d+)?")
LONGEST = 40
"""A text of more letters is no time, and its number none that can be counted with."""
_UNITS = {"s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def time_from_text(text: str, now_s: float, shown_s: float | None) -> float | None:
    """The moment that an operator typed.

    Args:
        text: `10:12:06.4`, with a date before it or not (`2026-03-14` or `14.03.2026`); `-14:20`, `-90 s` or `-5 min`
            before now.
        now_s: now, or the end of the recording, seconds since 1970.
        shown_s: the moment that is shown, whose day is meant where none is typed; None for now.

    Returns:
        Seconds since 1970 in this computer's zone; None for what is no time.
    """
    # the window itself writes the long minus, which may be pasted back
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    ago_s = _ago(text)
    if ago_s is not None or len(text) > LONGEST:
        return None if ago_s is None else now_s - ago_s
    # a day that is written first, as in most languages; a month is never
    text = _DAY_FIRST.sub(lambda day: f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}", text)
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return None
    year, month, day, hour, minute, second, part = clock.groups()
    try:
        # who looks at a flight of yesterday means the clock of yesterday
        today = datetime.fromtimestamp(shown_s if shown_s is not None else now_s)  # noqa: DTZ006 - of this computer's zone
        date = (int(year), int(month), int(day)) if year else (today.year, today.month, today.day)
        whole = datetime(*date, int(hour), int(minute), int(second or 0)).timestamp()  # noqa: DTZ001 - the same
    # the 30th of February, a year beyond what the system can count
    except (OverflowError, ValueError, OSError):
        return None
    return whole + float(f"0.{part}") if part else whole


def seconds_from_text(text: str, end_s: float = 0.0) -> float | None:
    """A time since the start: `1:02:03`, `62.5`; or before the end: `-14:20`, `-90 s`.

    Args:
        text: what was typed.
        end_s: end of the recording, seconds since its start.

    Returns:
        Seconds since the start; None for what is no time.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    ago_s = _ago(text)
    if ago_s is not None:
        return end_s - ago_s
    if _SINCE.fullmatch(text) is None or len(text) > LONGEST:
        return None
    parts = [float(one) for one in text.replace(",", ".").split(":")]
    return sum(part * 60.0**place for place, part in enumerate(reversed(parts)))


def _ago(text: str) -> float | None:
    """Seconds of how long ago something was; None for what says no such thing."""
    ago = _AGO.fullmatch(text) if len(text) <= LONGEST else None
    if ago is None:
        return None
    hours, minutes, seconds, count, unit = ago.groups()
    if count is not None:
        return float(count) * _UNITS[unit or ""]
    return float(int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds))
