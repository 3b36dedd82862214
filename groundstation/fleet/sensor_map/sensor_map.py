# SPDX-License-Identifier: Apache-2.0
"""Finds what a topic means, by the file, and where it is sure by itself. Pure; one thread owns a `SensorMap`."""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec

from groundstation.fleet.sensor_map.mapping import PlaceRow, SensorRow, ValueRow
from groundstation.fleet.sensors import matches

MAX_KEPT = 20_000
"""Topics whose meaning is kept; the one asked for longest ago goes first."""
_MARK = re.compile(r"\{(\d{1,3})\}")
NO_VALUE = ValueRow()
PLACES = (("lat_deg", "lon_deg"), ("latitude", "longitude"), ("lat", "lon"), ("lat", "lng"), ("lat", "long"))
"""Names of two numbers in one object that can be nothing but a place."""
UNITS = {
    "temperature_c": "°C",
    "temp_c": "°C",
    "humidity_pct": "%",
    "humidity_percent": "%",
    "pressure_hpa": "hPa",
    "pressure_pa": "Pa",
    "co2_ppm": "ppm",
    "pm25_ugm3": "µg/m³",
    "pm10_ugm3": "µg/m³",
}
"""Of names that are sure without a file; most tell a unit by their end (`fleet/units.py`)."""


class Meaning(msgspec.Struct, frozen=True):
    """What one topic means."""

    name: str
    """For people; the topic where nobody gave it one."""
    kind: str = ""
    values: Mapping[str, ValueRow] = {}
    main: str | None = None
    """Path of the value that the map shows; None for the first that comes."""
    period_s: float | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    lat_path: str = ""
    lon_path: str = ""
    is_mapped: bool = True
    """False for what the file does not speak of."""

    def value(self, path: str) -> ValueRow:
        """What a number of it means; nothing particular where nobody said."""
        return self.values.get(path, NO_VALUE)

    def shown(self, path: str, number: float) -> float:
        """A number as it is shown."""
        row = self.values.get(path)
        return number if row is None else number * row.factor + row.offset

    def unit(self, path: str) -> str:
        """Its unit: by the file, or by a name that is sure; empty where nobody knows."""
        row = self.values.get(path)
        if row is not None and row.unit:
            return row.unit
        return UNITS.get(path.rpartition(".")[2].casefold(), "")

    def label(self, path: str) -> str:
        """What a number of it is called."""
        row = self.values.get(path)
        return row.name if row is not None and row.name else path

    def main_path(self, numbers: Mapping[str, float]) -> str | None:
        """Which of its numbers the map shows; None for none."""
        if self.main is not None:
            return self.main if self.main in numbers else None
        places = {self.lat_path, self.lon_path} if self.lat_path else set()
        return next((path for path in numbers if path not in places and not _is_of_a_place(path)), None)

    def place(self, numbers: Mapping[str, float]) -> tuple[float, float] | None:
        """Latitude and longitude in degrees: by the file, else by the payload where it is sure; None for nowhere."""
        if self.lat_deg is not None and self.lon_deg is not None:
            return self.lat_deg, self.lon_deg
        if self.lat_path:
            return _place(numbers.get(self.lat_path), numbers.get(self.lon_path))
        return guessed_place(numbers)


class SensorMap:
    """Rows of a file, asked by topic."""

    def __init__(self, rows: Sequence[SensorRow] = ()) -> None:
        """Begin.

        Args:
            rows: the first one that fits counts.
        """
        self._exact: dict[str, tuple[int, SensorRow]] = {}
        self._patterns: list[tuple[int, SensorRow]] = []
        for number, row in enumerate(rows):
            if "+" in row.topics or row.topics.endswith("#"):
                self._patterns.append((number, row))
            else:
                self._exact.setdefault(row.topics, (number, row))
        self._known: OrderedDict[str, Meaning] = OrderedDict()

    def of(self, topic: str) -> Meaning:
        """What a topic means, exactly as received."""
        found = self._known.get(topic)
        if found is None:
            found = self._known[topic] = self._meaning(topic)
            if len(self._known) > MAX_KEPT:
                self._known.popitem(last=False)
        return found

    def _meaning(self, topic: str) -> Meaning:
        exact = self._exact.get(topic)
        pattern = next((one for one in self._patterns if matches(one[1].topics, topic)), None)
        rows = [one for one in (exact, pattern) if one is not None]
        if not rows:
            return Meaning(topic, is_mapped=False)
        _, row = min(rows, key=lambda one: one[0])
        words = _words(row.topics, topic)
        lat_deg, lon_deg = _fixed_place(row.place, words)
        place = row.place if row.place is not None else PlaceRow()
        return Meaning(
            name=_filled(row.name, words) or topic,
            kind=row.kind,
            values=row.values,
            main=row.main if row.main or "" in row.values else next(iter(row.values), None),
            period_s=row.period_s,
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            lat_path=place.lat_path,
            lon_path=place.lon_path,
        )


def guessed_place(numbers: Mapping[str, float]) -> tuple[float, float] | None:
    """A place in a payload that nobody described: two numbers of one object whose names can mean nothing else."""
    if not any(_is_of_a_place(path) for path in numbers):
        return None
    named = {}
    for path, number in numbers.items():
        above, _, name = path.rpartition(".")
        named[above, name.casefold()] = number
    for (above, name), number in named.items():
        for lat_name, lon_name in PLACES if name in _LATITUDES else ():
            found = _place(number, named.get((above, lon_name))) if name == lat_name else None
            if found is not None:
                return found
    return None


_LATITUDES = frozenset(lat for lat, _ in PLACES)
_NAMES = frozenset(name for pair in PLACES for name in pair)


def _is_of_a_place(path: str) -> bool:
    return path.rpartition(".")[2].casefold() in _NAMES


def _place(lat_deg: float | None, lon_deg: float | None) -> tuple[float, float] | None:
    """Two numbers as a place; None where they are none. 0, 0 is what a receiver without a fix says."""
    if lat_deg is None or lon_deg is None or not (math.isfinite(lat_deg) and math.isfinite(lon_deg)):
        return None
    if abs(lat_deg) > 90.0 or abs(lon_deg) > 180.0 or (lat_deg == 0.0 and lon_deg == 0.0):
        return None
    return lat_deg, lon_deg


def _words(pattern: str, topic: str) -> list[str]:
    """What stands at each `+`."""
    pairs = zip(pattern.split("/"), topic.split("/"), strict=False)
    return [given for wanted, given in pairs if wanted == "+"]


def _filled(text: str, words: list[str]) -> str:
    # in one pass: a level of a topic may look like another mark
    return _MARK.sub(lambda mark: words[int(mark[1]) - 1] if int(mark[1]) <= len(words) else mark[0], text)


def _fixed_place(place: PlaceRow | None, words: list[str]) -> tuple[float | None, float | None]:
    if place is None:
        return None, None
    if place.by:
        return place.at.get(_filled(place.by, words), (None, None))
    return place.lat_deg, place.lon_deg
