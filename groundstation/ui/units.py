# SPDX-License-Identifier: Apache-2.0
"""Texts of values; their units and names are in `fleet/units.py`. GUI thread; no widgets."""

from __future__ import annotations

from groundstation.fleet.units import unit_of
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import speaking
from groundstation.ui.language.words import word

DASH = "\N{EM DASH}"
"""Stands for unknown, wherever a value would stand."""


def fixed(value: float | None, digits: int = 1, factor: float = 1.0) -> str:
    """A number with so many digits after the point, or a dash. Never `-0`."""
    if value is None:
        return DASH
    text = f"{value * factor:.{digits}f}"
    # rounding makes -0.0 of a small negative number
    return speaking().numerals.written(text[1:] if text.startswith("-") and not text.strip("-0.") else text)


def text_of(value: object, field: str) -> str:
    """Any value as text without its unit; a dash for unknown."""
    if value is None:
        return DASH
    # before int, which a bool is too
    if isinstance(value, bool):
        return word("yes") if value else word("no")
    if isinstance(value, int):
        unit = unit_of(field)
        return fixed(value, 0, unit.factor) if unit.factor != 1.0 else str(value)
    if isinstance(value, float):
        unit = unit_of(field)
        return fixed(value, unit.digits, unit.factor)
    if isinstance(value, tuple):
        return ", ".join(text_of(item, field) for item in value) or DASH
    return str(value)


def compact(value: float | None) -> str:
    """A number of unknown kind in at most seven significant digits."""
    if value is None:
        return DASH
    return str(int(value)) if value == int(value) and abs(value) < 1e12 else f"{shown(value):.7g}"


def at_a_glance(value: float) -> str:
    """A number of unknown kind in about four digits, so that one that is always moving can be read."""
    size = abs(value)
    if value == int(value) and size < 1e6:
        return str(int(value))
    if not 0.01 <= size < 1e6:
        return speaking().numerals.written(f"{value:.3g}")
    return fixed(value, 0 if size >= 1000 else 1 if size >= 100 else 2)


def age_text(age_s: float | None) -> str:
    """An age in words of fixed habit: `0.4 s`, `38 s`, `12 min`, `3 h`."""
    if age_s is None:
        return DASH
    if age_s < 9.95:
        return f"{shown(age_s):.1f} s"
    if age_s < 120:
        return f"{age_s:.0f} s"
    return f"{age_s / 60:.0f} min" if age_s < 7200 else f"{age_s / 3600:.0f} h"


def distance_text(metres: float) -> str:
    """A length for scale bars and grids."""
    return f"{shown(metres / 1000):g} km" if metres >= 1000 else f"{shown(metres):g} m"


def length_text(seconds: float | None) -> str:
    """A length of time as a clock has it: `0:07`, `12:34`, `1:02:03`; a dash for unknown."""
    if seconds is None:
        return DASH
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
