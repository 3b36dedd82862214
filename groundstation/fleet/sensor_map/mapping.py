# SPDX-License-Identifier: Apache-2.0
"""The file that says what topics of other devices mean: its types, and what is wrong with it. Pure."""

from __future__ import annotations

import math
import string
from typing import Annotated, Any

import msgspec
import yaml

from groundstation.fleet.errors import UsageError
from groundstation.fleet.yaml_file import from_yaml

MAX_ROWS = 2_000
MAX_VALUES = 200
MAX_PLACES = 20_000
Word = Annotated[str, msgspec.Meta(max_length=200)]
Latitude = Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)]


class ValueRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one number of a payload means."""

    name: Word = ""
    """For people; empty for its path."""
    unit: Word = ""
    """Of the number as it is shown."""
    factor: float = 1.0
    """The number that is shown is the one that is sent times this, plus `offset`."""
    offset: float = 0.0
    low: float | None = None
    """What is shown by the colour of least; None for the least that there is."""
    high: float | None = None


class PlaceRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where such devices are: fixed, in the payload, or by a level of the topic."""

    lat_deg: Latitude | None = None
    lon_deg: Longitude | None = None
    lat_path: Word = ""
    """Path of the latitude in the payload, degrees."""
    lon_path: Word = ""
    by: Word = ""
    """Which word of the topic names a row of `at`, as `{1}`: what stands at the first `+`."""
    at: Annotated[dict[Word, tuple[Latitude, Longitude]], msgspec.Meta(max_length=MAX_PLACES)] = {}
    """Latitude and longitude by that word."""


class SensorRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What topics of one pattern mean; of several rows the first one that fits counts."""

    topics: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    """A topic, or a filter with `+` and `#`."""
    name: Word = ""
    """For people; `{1}` is what stands at the first `+`, and so on. Empty for the topic."""
    kind: Word = ""
    """A word for all of this kind: `humidity`."""
    values: Annotated[dict[str, ValueRow], msgspec.Meta(max_length=MAX_VALUES)] = {}
    """By path; the path of a payload that is a plain number is empty."""
    main: Word = ""
    """Path of the value that the map shows; empty for the first of `values`."""
    place: PlaceRow | None = None
    period_s: Annotated[float, msgspec.Meta(gt=0.0, le=1e8)] | None = None
    """How often such a device speaks; None for as it has done."""


class SensorMapFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file."""

    sensors: Annotated[tuple[SensorRow, ...], msgspec.Meta(max_length=MAX_ROWS)]


def read_map(name: str, data: bytes) -> SensorMapFile:
    """Read a file.

    Args:
        name: of the file, for messages.
        data: all of it, YAML.

    Raises:
        YamlFileError: it is none; says where.
        UsageError: a row means nothing; says which and why.
    """
    found = from_yaml(name, data, SensorMapFile, "map of sensors", "sensors")
    for number, row in enumerate(found.sensors, start=1):
        problem = problem_of(row)
        if problem:
            raise UsageError(f"{name}, row {number} ({row.topics[:80]}): {problem}")
    return found


def write_map(found: SensorMapFile) -> bytes:
    """A file that reads back equal."""
    text: str = yaml.safe_dump(msgspec.to_builtins(found), sort_keys=False, width=10_000, allow_unicode=True)
    return text.encode()


def json_schema() -> dict[str, Any]:
    """The file's form as JSON Schema, for editors."""
    schema: dict[str, Any] = msgspec.json.schema(SensorMapFile)
    return schema


def problem_of(row: SensorRow) -> str:
    """What is wrong with a row; empty for nothing."""
    levels = row.topics.split("/")
    if any("+" in one and one != "+" for one in levels) or "#" in "/".join(levels[:-1]) or "\0" in row.topics:
        return "'+' stands alone between slashes, and '#' alone at the end"
    if "#" in levels[-1] and levels[-1] != "#":
        return "'#' stands alone at the end"
    words = levels.count("+")
    place = row.place
    for text in (row.name, place.by if place is not None else ""):
        problem = _problem_of_words(text, words)
        if problem:
            return problem
    for path, value in row.values.items():
        problem = _problem_of_value(value)
        if problem:
            return f"values: '{path[:60]}': {problem}"
    if row.main and row.values and row.main not in row.values:
        return f"main: '{row.main}' is none of its values"
    return _problem_of_place(place) if place is not None else ""


def _problem_of_value(value: ValueRow) -> str:
    if not all(math.isfinite(one) for one in (value.factor, value.offset, value.low or 0.0, value.high or 0.0)):
        return "factor, offset, low and high are finite numbers"
    if value.low is not None and value.high is not None and value.low >= value.high:
        return f"low ({value.low:g}) must be below high ({value.high:g})"
    return "factor: every number would be the same" if value.factor == 0.0 else ""


def _problem_of_words(text: str, words: int) -> str:
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
    except ValueError:
        return f"'{text[:60]}': a brace is not closed; {{1}} is what stands at the first +"
    for field in fields:
        if not field.isdecimal() or not 1 <= int(field[:3]) <= words:
            return f"'{{{field[:20]}}}': there are {words} '+' in the topics; {{1}} is the first"
    return ""


def _problem_of_place(place: PlaceRow) -> str:
    ways = [
        place.lat_deg is not None or place.lon_deg is not None,
        bool(place.lat_path or place.lon_path),
        bool(place.by or place.at),
    ]
    if sum(ways) != 1:
        return "place: give lat_deg and lon_deg, or lat_path and lon_path, or by and at"
    whole = (
        place.lat_deg is not None and place.lon_deg is not None,
        bool(place.lat_path and place.lon_path),
        bool(place.by and place.at),
    )
    return "" if any(whole) else "place: the other half is missing"
