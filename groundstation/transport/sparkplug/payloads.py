# SPDX-License-Identifier: Apache-2.0
"""Reads and writes payloads of Sparkplug B. Any thread; what is read is bounded.

What is known of values only with a birth (names, types) is none of this file's: `fleet/sparkplug/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundstation.fleet.sparkplug.payload import (
    MAX_COLUMNS,
    MAX_DEPTH,
    MAX_METRICS,
    MAX_NAME,
    MAX_PROPERTIES,
    MAX_ROWS,
    MAX_TEXT,
    REBIRTH,
    DataSet,
    DataType,
    Metric,
    Payload,
    Plain,
    Raw,
    Template,
)
from groundstation.transport.sparkplug.schema import payload_class

WRAP_MS = 1 << 63
"""Times from here on are none: they are nearly three hundred million years away."""


_FIELDS = frozenset((1, 2, 3))
"""Time, metrics, number: each message has one of them (chapter 6)."""


class SparkplugError(ValueError):
    """Bytes that are no payload."""


def decode(data: bytes) -> Payload:
    """What a message says.

    Args:
        data: all of it.

    Raises:
        SparkplugError: it is no payload of Sparkplug B.
    """
    found = payload_class()()
    try:
        found.ParseFromString(data)
        return _Reader().payload(found, len(data))
    except Exception as error:  # the library raises errors of its own, of Unicode, of recursion; all mean the same
        raise SparkplugError(str(error)) from error


def rebirth_command(at_ms: int) -> bytes:
    """What asks a node for its births (NCMD); by name, since this metric has no alias.

    Args:
        at_ms: of now, milliseconds since 1970.
    """
    made = payload_class()(timestamp=at_ms)
    made.metrics.add(name=REBIRTH, timestamp=at_ms, datatype=int(DataType.BOOLEAN), boolean_value=True)
    data: bytes = made.SerializeToString()
    return data


class _Reader:
    """Reads one message; counts what is left out."""

    def __init__(self) -> None:
        self._room = MAX_METRICS
        self._left_out = 0

    def payload(self, found: Any, size_bytes: int) -> Payload:
        # any bytes may be fields that nobody knows
        if not any(one.number in _FIELDS for one, _ in found.ListFields()):
            raise SparkplugError("none of its fields is of Sparkplug B")
        metrics = self._metrics(found.metrics, 0)
        return Payload(
            seq=found.seq if found.HasField("seq") else None,
            at_ms=_time(found),
            metrics=metrics,
            left_out=self._left_out,
            size_bytes=size_bytes,
        )

    def _metrics(self, found: Any, depth: int) -> tuple[Metric, ...]:
        taken = []
        for one in found:
            # those within templates count, too
            if self._room <= 0:
                break
            self._room -= 1
            taken.append(self._metric(one, depth))
        self._left_out += len(found) - len(taken)
        return tuple(taken)

    def _metric(self, found: Any, depth: int) -> Metric:
        return Metric(
            name=found.name[: MAX_NAME + 1],
            alias=found.alias if found.HasField("alias") else None,
            datatype=found.datatype if found.HasField("datatype") else None,
            at_ms=_time(found),
            is_historical=found.is_historical,
            is_transient=found.is_transient,
            is_null=found.is_null,
            properties=self._properties(found.properties) if found.HasField("properties") else {},
            raw=self._raw(found, depth),
        )

    def _raw(self, found: Any, depth: int) -> Raw:
        which = found.WhichOneof("value")
        if which is None:
            return None
        value = getattr(found, which)
        if which == "dataset_value":
            return self._table(value)
        if which == "template_value":
            return self._template(value, depth)
        kept: Raw = value[:MAX_TEXT] if isinstance(value, str) else value
        return kept

    def _template(self, found: Any, depth: int) -> Template:
        is_too_deep = depth >= MAX_DEPTH
        self._left_out += len(found.metrics) if is_too_deep else 0
        return Template(
            ref=found.template_ref[:MAX_NAME],
            is_definition=found.is_definition,
            metrics=() if is_too_deep else self._metrics(found.metrics, depth + 1),
            parameters={one.name[:MAX_NAME]: _plain(one) for one in found.parameters[:MAX_PROPERTIES]},
        )

    def _table(self, found: Any) -> DataSet:
        columns = tuple(one[:MAX_NAME] for one in found.columns[:MAX_COLUMNS])
        types = (*found.types[: len(columns)], *(0 for _ in range(len(columns) - len(found.types))))
        rows = tuple(
            tuple(_plain(one) for one in row.elements[: len(columns)])
            for row in found.rows[:MAX_ROWS]
            if len(row.elements) == len(found.columns)
        )
        self._left_out += len(found.rows) - len(rows) + len(found.columns) - len(columns)
        return DataSet(columns=columns, types=types, rows=rows)

    def _properties(self, found: Any) -> dict[str, Plain]:
        taken: dict[str, Plain] = {}
        for path, value in _flat(found, "", 0):
            if len(taken) >= MAX_PROPERTIES:
                self._left_out += 1
                break
            taken[path[:MAX_NAME]] = value
        return taken


def _flat(found: Any, above: str, depth: int) -> Iterator[tuple[str, Plain]]:
    """Properties by their path, those of sets within sets too."""
    # as many keys as values, says the specification; of two lists the shorter one counts
    for key, value in zip(found.keys, getattr(found, "values"), strict=False):  # noqa: B009 - `values` is a field
        path, which = f"{above}{key}", value.WhichOneof("value")
        if which == "propertyset_value" and depth < MAX_DEPTH:
            yield from _flat(value.propertyset_value, f"{path}.", depth + 1)
        elif which == "propertysets_value" and depth < MAX_DEPTH:
            for place, one in enumerate(value.propertysets_value.propertyset[:MAX_PROPERTIES]):
                yield from _flat(one, f"{path}.{place}.", depth + 1)
        else:
            yield path, None if value.is_null else _plain(value)


def _plain(found: Any) -> Plain:
    which = found.WhichOneof("value")
    if which is None or which.startswith("property"):
        return None
    value: Plain = getattr(found, which)
    return value[:MAX_TEXT] if isinstance(value, str) else value


def _time(found: Any) -> int | None:
    return found.timestamp if found.HasField("timestamp") and found.timestamp < WRAP_MS else None
