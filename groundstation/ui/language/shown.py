# SPDX-License-Identifier: Apache-2.0
"""Numbers and moments as the operator's language writes them. Any thread; no widgets.

`f"{shown(1.5):.1f} m"` is "1,5 m" in Turkish. What goes into a file, a message or another program is not passed here.
"""

from __future__ import annotations

from typing import overload

from PySide6.QtCore import QDate, QDateTime, QLocale

from groundstation.ui.language.speaking import ENGLISH, speaking
from groundstation.ui.timeline import local_time

MOST_S = 1e11
"""No calendar has a moment further from 1970, see `local_time`."""


class _Float(float):
    def __format__(self, layout: str) -> str:
        return speaking().numerals.written(super().__format__(layout))


class _Int(int):
    def __format__(self, layout: str) -> str:
        return speaking().numerals.written(super().__format__(layout))


@overload
def shown(value: int) -> int: ...
@overload
def shown(value: float) -> float: ...
def shown(value: float) -> float:
    """A number that is formatted with the signs of the language, in f-strings and by `str.format`."""
    return _Int(value) if isinstance(value, int) else _Float(value)


def percent(fraction: float, digits: int = 0) -> str:
    """A share: `50 %`, or `%50` where the language has the sign in front."""
    return speaking().numerals.percent(f"{shown(fraction * 100.0):.{digits}f}")


def long_moment(unix_s: float) -> str:
    """A moment with the name of its day and month, in this computer's zone."""
    if speaking().language == ENGLISH:
        return local_time(unix_s, "%A %d %B %Y  %H:%M:%S")
    # `strftime` speaks the language of the process, which stays English
    day = QDateTime.fromSecsSinceEpoch(int(unix_s)).date() if abs(unix_s) < MOST_S else QDate()
    return f"{QLocale().toString(day, QLocale.FormatType.LongFormat)}  {local_time(unix_s)}".strip()


def shown_time(unix_s: float, layout: str = "%H:%M:%S") -> str:
    """A moment in this computer's zone, with its date as the language writes it.

    Args:
        unix_s: seconds since 1970.
        layout: as of `strftime`, dates in ISO's order.

    Returns:
        The text; empty for a moment that no calendar has.
    """
    return local_time(unix_s, speaking().numerals.layout(layout))
