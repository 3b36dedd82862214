# SPDX-License-Identifier: Apache-2.0
"""A single payload of Sparkplug B for reading, without what was said before: aliases stay numbers. Any thread."""

from __future__ import annotations

from typing import Any

from groundstation.fleet.sparkplug.payload import DataSet, Metric, Payload, Raw, Template
from groundstation.fleet.sparkplug.values import MistypedError, texts_of, typed
from groundstation.transport.bus import Message
from groundstation.transport.sparkplug.payloads import SparkplugError, decode

SHOWN = 8
MARKS = ("is_historical", "is_transient", "is_null")


def words_of(message: Message) -> str | None:
    """A message in one line; None where it can't be read."""
    if not message.size_bytes or message.size_bytes > len(message.payload):
        return None
    try:
        payload = decode(message.payload)
    except SparkplugError:
        return None
    return ", ".join(f"{_name(one)} {texts_of(one)}" for one in payload.metrics[:SHOWN]) or "no metrics"


def as_json(data: bytes) -> dict[str, Any] | None:
    """A payload as what JSON holds; None where it can't be read."""
    try:
        payload: Payload = decode(data)
    except SparkplugError:
        return None
    told: dict[str, Any] = {"timestamp": payload.at_ms, "seq": payload.seq, "metrics": _metrics(payload.metrics)}
    if payload.left_out:
        told["left_out"] = payload.left_out
    return {name: value for name, value in told.items() if value is not None}


def _metrics(metrics: tuple[Metric, ...]) -> dict[str, Any]:
    return {_name(one): _metric(one) for one in metrics}


def _name(metric: Metric) -> str:
    return metric.name or f"alias {metric.alias}"


def _metric(metric: Metric) -> Any:
    value = None if metric.is_null else _value(metric.raw, metric.datatype)
    beside: dict[str, Any] = {name: True for name in MARKS if getattr(metric, name)}
    if metric.alias is not None and metric.name:
        beside["alias"] = metric.alias
    if metric.datatype:
        beside["datatype"] = metric.datatype
    if metric.properties:
        beside["properties"] = metric.properties
    return {"value": value, **beside} if beside else value


def _value(raw: Raw, datatype: int | None) -> Any:
    if isinstance(raw, Template):
        return {"template": raw.ref, **raw.parameters, **_metrics(raw.metrics)}
    if isinstance(raw, DataSet):
        return {"columns": list(raw.columns), "rows": [list(one) for one in raw.rows]}
    try:
        value = typed(raw, datatype)
    except MistypedError:
        return f"{raw!r}, which is not of its type" if raw is not None else None
    return list(value) if isinstance(value, tuple) else value
