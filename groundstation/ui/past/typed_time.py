# SPDX-License-Identifier: Apache-2.0
"""A time that an operator types: of a day, or how long ago. Pure."""

from __future__ import annotations

import re
from datetime import datetime

_CLOCK = re.compile(r"(?:(\d{4})-(\d{2})-(\d{2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?")
_AGO = re.compile(r"-\s*(?:(\d+):)?(\d+):(\d{1,2})|-\s*(\d+)\s*(s|min|m|h)?")
_UNITS = {"s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def time_from_text(text: str, now_s: float, shown_s: float | None) -> float | None:
    """The moment that an operator typed.

    Args:
        text: `10:12:06.4`, with a date before it or not; `-14:20`, `-90 s` or `-5 min` before now.
        now_s: now, or the end of the recording, seconds since 1970.
        shown_s: the moment that is shown, whose day is meant where none is typed; None for now.

    Returns:
        Seconds since 1970 in this computer's zone; None for what is no time.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    ago = _AGO.fullmatch(text)
    if ago is not None:
        hours, minutes, seconds, count, unit = ago.groups()
        if count is not None:
            return now_s - float(count) * _UNITS[unit or ""]
        return now_s - (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds))
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return None
    year, month, day, hour, minute, second, part = clock.groups()
    try:
        today = datetime.fromtimestamp(shown_s if shown_s is not None else now_s)  # noqa: DTZ006 - of this computer's zone
        date = (int(year), int(month), int(day)) if year else (today.year, today.month, today.day)
        whole = datetime(*date, int(hour), int(minute), int(second or 0)).timestamp()  # noqa: DTZ001 - the same
    except (OverflowError, ValueError, OSError):
        return None
    return whole + float(f"0.{part}") if part else whole


def seconds_from_text(text: str) -> float | None:
    """A time since the start: `1:02:03`, `62.5`."""
    try:
        parts = [float(one) for one in text.strip().split(":")]
    except ValueError:
        return None
    return sum(part * 60**place for place, part in enumerate(reversed(parts))) if len(parts) <= 3 else None
