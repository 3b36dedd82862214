# SPDX-License-Identifier: Apache-2.0
"""A message of Sparkplug B as it was said, before names and types are known: data messages tell neither. Pure.

Source: Sparkplug 3.0, chapter 6 (payloads).
"""

from __future__ import annotations

import enum

import msgspec

MAX_METRICS = 5_000
"""Of a message, those within templates too; more are left out and counted."""
MAX_DEPTH = 8
"""Templates and property sets within each other."""
MAX_NAME = 300
"""Letters of the name of a metric; one with more is left out and counted."""
MAX_PROPERTIES = 32
MAX_ROWS, MAX_COLUMNS = 200, 50
MAX_TEXT = 4_000
"""Letters of a text that are kept."""


class DataType(enum.IntEnum):
    """How a value is to be read (chapter 6, "Data Types")."""

    UNKNOWN = 0
    INT8, INT16, INT32, INT64 = 1, 2, 3, 4
    UINT8, UINT16, UINT32, UINT64 = 5, 6, 7, 8
    FLOAT, DOUBLE, BOOLEAN = 9, 10, 11
    STRING, DATETIME, TEXT, UUID = 12, 13, 14, 15
    DATASET, BYTES, FILE, TEMPLATE = 16, 17, 18, 19
    INT8_ARRAY, INT16_ARRAY, INT32_ARRAY, INT64_ARRAY = 22, 23, 24, 25
    UINT8_ARRAY, UINT16_ARRAY, UINT32_ARRAY, UINT64_ARRAY = 26, 27, 28, 29
    FLOAT_ARRAY, DOUBLE_ARRAY, BOOLEAN_ARRAY, STRING_ARRAY, DATETIME_ARRAY = 30, 31, 32, 33, 34


class DataSet(msgspec.Struct, frozen=True):
    """A table."""

    columns: tuple[str, ...]
    types: tuple[int, ...]
    rows: tuple[tuple[Plain, ...], ...]
    """Each as long as `columns`; others are left out and counted."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """Metrics that belong together: what there is (a definition), or one of them."""

    ref: str = ""
    """Name of its definition; empty for a definition."""
    is_definition: bool = False
    metrics: tuple[Metric, ...] = ()
    parameters: dict[str, Plain] = {}


Plain = bool | int | float | str | None
Raw = bool | int | float | str | bytes | DataSet | Template | None
"""As it was sent: whole numbers without their sign, which their type tells."""


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One value as it was sent."""

    name: str = ""
    """Empty where only the alias was said."""
    alias: int | None = None
    datatype: int | None = None
    """A `DataType` or a number that is none; None where it was not said."""
    at_ms: int | None = None
    """Milliseconds since 1970 by the node's clock; None where it was not said."""
    is_historical: bool = False
    is_transient: bool = False
    is_null: bool = False
    properties: dict[str, Plain] = {}
    """What is said of it; sets within sets by their path, `a.b`."""
    raw: Raw = None


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """One message."""

    seq: int | None = None
    """0 to 255; None in deaths of nodes and commands."""
    at_ms: int | None = None
    """Milliseconds since 1970 by the node's clock."""
    metrics: tuple[Metric, ...] = ()
    left_out: int = 0
    """Metrics, rows and properties beyond the bounds, and what was too deep."""
    size_bytes: int = 0


BDSEQ = "bdSeq"
"""Metric of births and deaths that says which belong together."""
REBIRTH = "Node Control/Rebirth"
"""Metric with which a host asks for births; the only one that has no alias."""


def bdseq_of(payload: Payload) -> int | None:
    """Number of the life that it begins or ends; None where it is not told."""
    for one in payload.metrics:
        if one.name == BDSEQ and isinstance(one.raw, int) and not isinstance(one.raw, bool):
            return one.raw
    return None
