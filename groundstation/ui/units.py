# SPDX-License-Identifier: Apache-2.0
"""Labels and texts of values, from the names of their fields. GUI thread; no widgets."""

from __future__ import annotations

from typing import NamedTuple

DASH = "\N{EM DASH}"
"""Stands for unknown, wherever a value would stand."""


class Unit(NamedTuple):
    """How a kind of number is shown."""

    symbol: str
    digits: int
    factor: float = 1.0


_BY_SUFFIX = {
    "_mps2": Unit("m/s²", 1),
    "_mps": Unit("m/s", 1),
    "_dps": Unit("°/s", 1),
    "_deg": Unit("°", 1),
    "_mah": Unit("mAh", 0),
    "_wh": Unit("Wh", 1),
    "_hpa": Unit("hPa", 1),
    "_ms": Unit("ms", 0),
    "_us": Unit("µs", 0),
    "_fraction": Unit("%", 0, 100.0),
    "_bytes": Unit("B", 0),
    "_m": Unit("m", 1),
    "_v": Unit("V", 2),
    "_a": Unit("A", 1),
    "_c": Unit("°C", 1),
    "_s": Unit("s", 1),
}
_BY_NAME = {
    "lat_deg": Unit("°", 6),
    "lon_deg": Unit("°", 6),
    "unix_s": Unit("s", 0),
    "rpm": Unit("rpm", 0),
    "messages_per_s": Unit("1/s", 1),
    "bytes_per_s": Unit("B/s", 0),
    "hdop": Unit("", 2),
    "vdop": Unit("", 2),
}
_NO_UNIT = Unit("", 2)


def unit_of(field: str) -> Unit:
    """The unit of a field by its name, such as `m/s` for `ground_speed_mps`."""
    named = _BY_NAME.get(field)
    if named is not None:
        return named
    return next((unit for suffix, unit in _BY_SUFFIX.items() if field.endswith(suffix)), _NO_UNIT)


def field_of(path: str) -> str:
    """The field that gives a path its unit: the last part that is a name."""
    return next((part for part in reversed(path.split(".")) if not part.isdecimal()), path)


_WORDS = {
    "amsl": "AMSL",
    "hdop": "HDOP",
    "vdop": "VDOP",
    "gps": "GPS",
    "rc": "RC",
    "rtt": "RTT",
    "esc": "ESC",
    "rssi": "RSSI",
    "rpm": "RPM",
    "lat": "Latitude",
    "lon": "Longitude",
}


def label_of(field: str) -> str:
    """A field's name for reading: `ground_speed_mps` is `Ground speed`."""
    bare = field.removesuffix("_per_s")
    if bare == field:
        suffix = next((suffix for suffix in _BY_SUFFIX if field.endswith(suffix)), "")
        bare = field.removesuffix(suffix)
    bare = bare.removeprefix("is_").removeprefix("has_")
    words = [_WORDS.get(word, word) for word in bare.split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def fixed(value: float | None, digits: int = 1, factor: float = 1.0) -> str:
    """A number with so many digits after the point, or a dash. Never `-0`."""
    if value is None:
        return DASH
    text = f"{value * factor:.{digits}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def text_of(value: object, field: str) -> str:
    """Any value as text without its unit; a dash for unknown."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
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
    return str(int(value)) if value == int(value) and abs(value) < 1e12 else f"{value:.7g}"


def age_text(age_s: float | None) -> str:
    """An age in words of fixed habit: `0.4 s`, `38 s`, `12 min`, `3 h`."""
    if age_s is None:
        return DASH
    if age_s < 9.95:
        return f"{age_s:.1f} s"
    if age_s < 120:
        return f"{age_s:.0f} s"
    return f"{age_s / 60:.0f} min" if age_s < 7200 else f"{age_s / 3600:.0f} h"


def distance_text(metres: float) -> str:
    """A length for scale bars and grids."""
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def length_text(seconds: float | None) -> str:
    """A length of time as a clock has it: `0:07`, `12:34`, `1:02:03`; a dash for unknown."""
    if seconds is None:
        return DASH
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
