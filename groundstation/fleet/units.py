# SPDX-License-Identifier: Apache-2.0
"""Units and names of values, from the names of their fields: `ground_speed_mps` is in m/s. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """How a kind of number is shown."""

    symbol: str
    digits: int
    factor: float = 1.0
    offset: float = 0.0
    """Added behind the factor."""


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
    # first, since `_s` alone would be cut off and leave a `per` at the end
    bare = field.removesuffix("_per_s")
    if bare == field:
        suffix = next((suffix for suffix in _BY_SUFFIX if field.endswith(suffix)), "")
        bare = field.removesuffix(suffix)
    bare = bare.removeprefix("is_").removeprefix("has_")
    words = [_WORDS.get(word, word) for word in bare.split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]
