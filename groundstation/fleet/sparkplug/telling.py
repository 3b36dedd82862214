# SPDX-License-Identifier: Apache-2.0
"""Makes values by path out of the metrics of a message, by what the birth said of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from groundstation.fleet.sensors import Quality, ValueNote
from groundstation.fleet.sparkplug.faults import Fault, Faults
from groundstation.fleet.sparkplug.node import Definition, Member
from groundstation.fleet.sparkplug.payload import MAX_DEPTH, MAX_NAME, DataSet, DataType, Metric, Template
from groundstation.fleet.sparkplug.values import MistypedError, Told, quality_code, told, unit_of

MAX_VALUES = 10_000
"""Of a message: tables and arrays have several for one metric."""
SHOWN = 8
"""Of a message in one line."""
UNKNOWN = "\N{EN DASH}"
_QUALITIES = {None: Quality.GOOD, 192: Quality.GOOD, 0: Quality.BAD, 500: Quality.STALE}


class Values(msgspec.Struct):
    """What a message tells."""

    numbers: dict[str, float] = {}
    notes: dict[str, ValueNote] = {}
    renewed: list[str] = []
    words: list[str] = []
    """The first of them, for one line."""

    @property
    def is_full(self) -> bool:
        """Whether there is room for no more."""
        return len(self.numbers) + len(self.notes) >= 2 * MAX_VALUES


def definitions_of(metrics: tuple[Metric, ...], faults: Faults, above: str = "", depth: int = 0) -> list[Definition]:
    """What a birth says of its metrics, those of templates by their path; the types of templates are left out."""
    found: list[Definition] = []
    for one in metrics:
        if not 0 < len(one.name) <= MAX_NAME:
            faults[Fault.UNNAMED] += 1
            continue
        if isinstance(one.raw, Template) and one.raw.is_definition:
            continue
        path = f"{above}{one.name}"
        alias = one.alias if not above else None
        found.append(Definition(path, alias, one.datatype or 0, unit_of(one.properties)))
        if isinstance(one.raw, Template) and depth < MAX_DEPTH:
            found += definitions_of(one.raw.metrics, faults, f"{path}.", depth + 1)
    return found


def values_of(metrics: tuple[Metric, ...], member: Member, faults: Faults) -> Values:
    """What metrics tell, by path."""
    values = Values()
    for metric in metrics:
        name = metric.name
        if not name and metric.alias is not None:
            name = member.names.get(metric.alias, "")
            if not name:
                faults[Fault.UNKNOWN_ALIAS] += 1
                continue
        if not 0 < len(name) <= MAX_NAME:
            faults[Fault.UNNAMED] += 1
            continue
        if metric.is_historical:
            faults[Fault.HISTORICAL] += 1
            continue
        if values.is_full:
            faults[Fault.LEFT_OUT] += 1
            continue
        _tell(values, name, metric, member, faults, 0)
    return values


def _tell(values: Values, path: str, metric: Metric, member: Member, faults: Faults, depth: int) -> None:
    known = member.definitions.get(path)
    datatype = known.datatype if known is not None and known.datatype else metric.datatype
    unit = unit_of(metric.properties) or (known.unit if known is not None else "")
    quality = _QUALITIES.get(quality_code(metric.properties), Quality.OTHER)
    if metric.is_null:
        values.renewed.append(path)
        _note(values, Told(path, None, ""), unit, Quality.NONE)
    elif isinstance(metric.raw, Template):
        if datatype not in (None, 0, DataType.TEMPLATE):
            _mistyped(values, path, unit, faults)
        elif not metric.raw.is_definition and depth < MAX_DEPTH:
            _tell_template(values, path, metric.raw, member, faults, depth)
    else:
        if isinstance(metric.raw, DataSet | bytes):
            values.renewed.append(path)
        try:
            for one in told(path, metric.raw, datatype):
                _note(values, one, unit, quality)
        except MistypedError:
            _mistyped(values, path, unit, faults)


def _tell_template(values: Values, path: str, told_: Template, member: Member, faults: Faults, depth: int) -> None:
    for one in told_.metrics:
        if not 0 < len(one.name) <= MAX_NAME:
            faults[Fault.UNNAMED] += 1
        elif values.is_full:
            faults[Fault.LEFT_OUT] += 1
        else:
            _tell(values, f"{path}.{one.name}", one, member, faults, depth + 1)
    for name, parameter in told_.parameters.items():
        # sent with a type of its own, which says no more than the field it came in
        for found in _untyped(f"{path}.{name}", parameter):
            _note(values, found, "", Quality.GOOD)


def _untyped(path: str, raw: object) -> Iterator[Told]:
    if isinstance(raw, bool | int | float | str):
        yield from told(path, raw, None)


def _mistyped(values: Values, path: str, unit: str, faults: Faults) -> None:
    """What it says is not known; that it said something is."""
    faults[Fault.MISTYPED] += 1
    _note(values, Told(path, None, ""), unit, Quality.BAD)


def _note(values: Values, one: Told, unit: str, quality: Quality) -> None:
    text = one.text
    if one.number is not None and quality is Quality.GOOD:
        values.numbers[one.path] = one.number
    elif one.number is not None and not text:
        text = f"{one.number:.6g}"
    if text or unit or quality is not Quality.GOOD or one.number is None:
        values.notes[one.path] = ValueNote(text=text, unit=unit, quality=quality)
    if len(values.words) < SHOWN:
        shown = text or (UNKNOWN if one.number is None else f"{one.number:.6g}")
        marks = "" if quality in (Quality.GOOD, Quality.NONE) else f" ({quality.value})"
        values.words.append(f"{one.path} {shown}{f' {unit}' if unit and shown != UNKNOWN else ''}{marks}")
