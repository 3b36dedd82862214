# SPDX-License-Identifier: Apache-2.0
"""What values mean by their types, and their numbers by path. Pure.

Signed numbers travel in unsigned fields, arrays in bytes (Sparkplug 3.0, chapter 6, "Data Types").
"""

from __future__ import annotations

import datetime as dt
import math
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from groundstation.fleet.shown_text import harmless
from groundstation.fleet.sparkplug.payload import DataSet, DataType, Metric, Plain, Raw, Template

MAX_ITEMS = 100
"""Of an array that have a path of their own."""
EXACT = 1 << 53
"""Up to here each whole number has a float of its own."""
MAX_CELLS = 500
"""Of a table."""
MAX_LETTERS = 200
"""Of a text that is shown."""


class MistypedError(ValueError):
    """A value that is not what its type says."""


class Told(NamedTuple):
    """One value under its path."""

    path: str
    number: float | None
    """None for what is none."""
    text: str
    """As it is shown; empty where the number says all."""


Typed = bool | int | float | str | bytes | tuple[bool | int | float | str, ...]
_WIDTH = dict(
    zip(
        (
            *(DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64),
            *(DataType.UINT8, DataType.UINT16, DataType.UINT32, DataType.UINT64),
        ),
        (8, 16, 32, 64) * 2,
        strict=True,
    )
)
_SIGNED = frozenset({DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64})
_ITEM = dict(
    zip(
        (
            *(DataType.INT8_ARRAY, DataType.INT16_ARRAY, DataType.INT32_ARRAY, DataType.INT64_ARRAY),
            *(DataType.UINT8_ARRAY, DataType.UINT16_ARRAY, DataType.UINT32_ARRAY, DataType.UINT64_ARRAY),
            *(DataType.FLOAT_ARRAY, DataType.DOUBLE_ARRAY, DataType.DATETIME_ARRAY),
        ),
        "bhiqBHIQfdq",
        strict=True,
    )
)
"""Letters of `struct`."""


def whole(raw: Raw, datatype: DataType) -> int:
    """A whole number with its sign.

    Raises:
        MistypedError: it is none, or has no room in its type.
    """
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise MistypedError
    width = _WIDTH[datatype]
    if datatype not in _SIGNED:
        if raw >> width:
            raise MistypedError
        return raw
    # some write eight bits, others all of the field: -5 is 0xfb, 0xfffffffb, and the same with 64 bits
    for bits in sorted({width, 32, 64}):
        if bits >= width and not raw >> bits:
            signed = raw - (1 << bits) if raw >> (bits - 1) else raw
            if -(1 << (width - 1)) <= signed < 1 << (width - 1):
                return signed
    raise MistypedError


def _number(raw: Raw, _: DataType) -> float:
    # before int, which a bool is in Python; a whole number here would be bits or a value, nobody knows
    if not isinstance(raw, float):
        raise MistypedError
    return raw


def _truth(raw: Raw, _: DataType) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int) and raw in (0, 1):
        return bool(raw)
    raise MistypedError


def _text(raw: Raw, _: DataType) -> str:
    if not isinstance(raw, str):
        raise MistypedError
    return raw


def _time_ms(raw: Raw, _: DataType) -> int:
    return whole(raw, DataType.INT64)


def _bytes(raw: Raw, _: DataType) -> bytes:
    if not isinstance(raw, bytes):
        raise MistypedError
    return raw


def _array(raw: Raw, datatype: DataType) -> tuple[bool | int | float | str, ...]:
    found = _bytes(raw, datatype)
    if datatype is DataType.STRING_ARRAY:
        if found and not found.endswith(b"\0"):
            raise MistypedError
        return tuple(one.decode(errors="replace") for one in found.split(b"\0")[:-1][: MAX_ITEMS + 1])
    if datatype is DataType.BOOLEAN_ARRAY:
        count = int.from_bytes(found[:4], "little")
        if len(found) < 4 or count > 8 * (len(found) - 4):
            raise MistypedError
        return tuple(bool(found[4 + place // 8] >> (7 - place % 8) & 1) for place in range(min(count, MAX_ITEMS + 1)))
    item = _ITEM[datatype]
    size = struct.calcsize(f"<{item}")
    if len(found) % size:
        raise MistypedError
    count = min(len(found) // size, MAX_ITEMS + 1)
    return struct.unpack(f"<{count}{item}", found[: count * size])


_READ: dict[DataType, Callable[[Raw, DataType], Typed]] = {
    **dict.fromkeys(_WIDTH, whole),
    **dict.fromkeys((DataType.FLOAT, DataType.DOUBLE), _number),
    DataType.BOOLEAN: _truth,
    **dict.fromkeys((DataType.STRING, DataType.TEXT, DataType.UUID), _text),
    DataType.DATETIME: _time_ms,
    **dict.fromkeys((DataType.BYTES, DataType.FILE), _bytes),
    **dict.fromkeys((*_ITEM, DataType.BOOLEAN_ARRAY, DataType.STRING_ARRAY), _array),
}


def typed(raw: Raw, datatype: int | None) -> Typed:
    """A plain value or an array by its type; where none is known by what was sent.

    Raises:
        MistypedError: it is not what its type says, or the type is none.
    """
    if raw is None or isinstance(raw, DataSet | Template):
        raise MistypedError
    if not datatype:
        return raw
    read = _READ.get(DataType(datatype)) if datatype in _KNOWN else None
    if read is None:
        raise MistypedError
    return read(raw, DataType(datatype))


_KNOWN = frozenset(DataType)


def told(path: str, raw: Raw, datatype: int | None) -> Iterator[Told]:
    """A value that is no template, by its path and those below it.

    Raises:
        MistypedError: it is not what its type says.
    """
    if isinstance(raw, DataSet):
        if datatype not in (None, 0, DataType.DATASET):
            raise MistypedError
        yield from _table(path, raw)
        return
    value = typed(raw, datatype)
    if isinstance(value, tuple):
        yield Told(path, None, _listed(value, datatype))
        for place, one in enumerate(value[:MAX_ITEMS]):
            yield _plain(f"{path}.{place}", one)
    elif datatype == DataType.DATETIME and isinstance(value, int):
        yield Told(path, float(value), _moment(value))
    else:
        yield _plain(path, value)


def _plain(path: str, value: bool | float | str | bytes) -> Told:
    if isinstance(value, bool):
        return Told(path, float(value), "true" if value else "false")
    if isinstance(value, int) and abs(value) > EXACT:
        return Told(path, float(value), str(value))
    if isinstance(value, int | float):
        # NaN and infinity are no numbers that could be drawn or compared
        return Told(path, float(value), "") if math.isfinite(value) else Told(path, None, str(value))
    if isinstance(value, bytes):
        return Told(path, None, f"{len(value)} bytes {value[:16].hex(' ')}")
    return Told(path, None, harmless(value[:MAX_LETTERS]))


def _listed(items: tuple[bool | int | float | str, ...], datatype: int | None) -> str:
    show: Callable[[Any], str] = _moment if datatype == DataType.DATETIME_ARRAY else _word
    text = harmless(", ".join(show(one) for one in items[:MAX_ITEMS]))
    is_cut = len(items) > MAX_ITEMS or len(text) > MAX_LETTERS
    return f"[{text[:MAX_LETTERS]}{', …' if is_cut else ''}]"


def _word(item: bool | float | str) -> str:
    return str(item).lower() if isinstance(item, bool) else str(item)


def _moment(at_ms: int) -> str:
    try:
        moment = dt.datetime.fromtimestamp(at_ms / 1000.0, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return f"{at_ms} ms"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _table(path: str, table: DataSet) -> Iterator[Told]:
    yield Told(path, None, harmless(f"{len(table.rows)} rows of {', '.join(table.columns)}"[:MAX_LETTERS]))
    cells = 0
    for number, row in enumerate(table.rows):
        for place, value in enumerate(row):
            cells += 1
            if cells > MAX_CELLS:
                return
            try:
                found = next(told(f"{path}.{number}.{table.columns[place]}", value, table.types[place]))
            except MistypedError:
                continue
            yield found


def texts_of(metric: Metric) -> str:
    """A value as it was sent, for who has no names and types."""
    if metric.is_null:
        return "null"
    if isinstance(metric.raw, Template):
        return f"{len(metric.raw.metrics)} members of {metric.raw.ref or 'a definition'}"
    try:
        first = next(told("", metric.raw, metric.datatype))
    except MistypedError:
        return str(metric.raw)[:MAX_LETTERS]
    return first.text or f"{first.number:g}"


UNIT_NAMES = frozenset(("engunit", "engunits", "engineering units", "unit", "units"))
"""Names that the property for a unit has; the specification gives none."""
MAX_UNIT = 20
QUALITY = "quality"
"""Property of chapter 6: 0 bad, 192 good, 500 stale; none is good."""


def unit_of(properties: dict[str, Plain]) -> str:
    """In what a value is measured; empty where that is not said."""
    found = next((one for name, one in properties.items() if name.casefold() in UNIT_NAMES), None)
    return harmless(found.strip()[:MAX_UNIT]) if isinstance(found, str) else ""


def quality_code(properties: dict[str, Plain]) -> int | None:
    """How far a value can be relied on; None where that is not said."""
    found = next((one for name, one in properties.items() if name.casefold() == QUALITY), None)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
