# SPDX-License-Identifier: Apache-2.0
"""Numbers and moments as the operator's language writes them. Any thread; no widgets.

`f"{shown(1.5):.1f} m"` is "1,5 m" in Turkish. What goes into a file, a message or another program is not passed here.
"""

from __future__ import annotations

from typing import overload

from groundstation.ui.language.speaking import speaking
from groundstation.ui.timeline import local_time


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


def shown_time(unix_s: float, layout: str = "%H:%M:%S") -> str:
    """A moment in this computer's zone, with its date as the language writes it.

    Args:
        unix_s: seconds since 1970.
        layout: as of `strftime`, dates in ISO's order.

    Returns:
        The text; empty for a moment that no calendar has.
    """
    return local_time(unix_s, speaking().numerals.layout(layout))
