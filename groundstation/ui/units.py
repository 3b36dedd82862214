# SPDX-License-Identifier: Apache-2.0
"""Texts of values, in the units that the operator has chosen; which there are, `fleet/settings/measures.py` says.

GUI thread; no widgets.
"""

from __future__ import annotations

import math

from groundstation.fleet.settings.coordinates import place_text
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.units import Unit
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import speaking
from groundstation.ui.language.words import word
from groundstation.ui.settings.chosen import chosen

DASH = "\N{EM DASH}"
"""Stands for unknown, wherever a value would stand."""


def unit_shown(field: str) -> Unit:
    """The unit in which a field is shown now, by its name."""
    return chosen().measures.unit(field)


def in_unit(value: float | None, unit: Unit, digits: int | None = None, sign: str = "") -> str:
    """A number of SI in a unit, without its symbol; a dash for unknown.

    Args:
        value: in SI, as it travels.
        unit: of what is shown.
        digits: behind the point; None for those of the unit.
        sign: `+` for a number that always has one.
    """
    if value is None:
        return DASH
    text = fixed(value * unit.factor + unit.offset, unit.digits if digits is None else digits)
    return f"+{text}" if sign and not text.startswith("-") else text


def quantity(value: float | None, what: Dimension, digits: int | None = None, sign: str = "") -> str:
    """A number with its unit: `12.5 m`, `41 ft`; a dash for unknown.

    Args:
        value: in SI.
        what: it measures.
        digits: behind the point where it is shown in SI; None for the usual ones.
        sign: `+` for a number that always has one.
    """
    unit = chosen().measures.of(what)
    text = in_unit(value, unit, digits if unit.factor == 1.0 else None, sign)
    return text if value is None else f"{text} {unit.symbol}"


def way_text(metres: float | None, digits: int = 2) -> str:
    """A length as one tells it: `850 m`, `1.25 km`, `0.68 NM`; a dash for unknown.

    Args:
        metres: the length.
        digits: behind the point, of kilometres and miles.
    """
    if metres is None:
        return DASH
    unit = chosen().measures.length(metres)
    is_long = unit == chosen().measures.long()
    return f"{shown(metres * unit.factor):,.{digits if is_long else 0}f} {unit.symbol}"


def place_shown(lat_deg: float, lon_deg: float) -> str:
    """A place in the format that the operator has chosen, with the signs and letters of the language."""
    letters = "".join((word("N"), word("S"), word("E"), word("W")))
    return place_text(lat_deg, lon_deg, chosen().now.units.coordinates, speaking().numerals.written, letters)


def place_copied(lat_deg: float, lon_deg: float) -> str:
    """A place in that format for other programs, which know a point and the letters of English alone."""
    return place_text(lat_deg, lon_deg, chosen().now.units.coordinates)


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
        unit = unit_shown(field)
        return in_unit(value, unit, 0) if unit.factor != 1.0 or unit.offset else str(value)
    if isinstance(value, float):
        return in_unit(value, unit_shown(field))
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
    """A length for scale bars and grids, see `round_length`."""
    measures = chosen().measures
    usual = measures.length(metres)
    # the second line of a grid of 2,000 ft is at 4,000 ft, and at no round number of miles
    units = (usual, measures.of(Dimension.DISTANCE), measures.long())
    unit = next((one for one in units if _is_round(metres * one.factor)), usual)
    return f"{shown(float(f'{metres * unit.factor:.3g}')):g} {unit.symbol}"


def _is_round(number: float) -> bool:
    return abs(number - float(f"{number:.3g}")) <= 1e-9 * abs(number)


def round_length(metres: float) -> float:
    """A length that is a round number in the unit in which it is told, metres.

    Args:
        metres: about as long as it is to be: as long, or less.
    """
    unit = chosen().measures.length(metres)
    number = metres * unit.factor
    size = 10.0 ** math.floor(math.log10(number)) if number > 0.0 else 1.0
    return next((step for step in (5.0, 2.0) if step * size <= number), 1.0) * size / unit.factor


def length_text(seconds: float | None) -> str:
    """A length of time as a clock has it: `0:07`, `12:34`, `1:02:03`; a dash for unknown."""
    if seconds is None:
        return DASH
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
