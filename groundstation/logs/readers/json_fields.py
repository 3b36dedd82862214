# SPDX-License-Identifier: Apache-2.0
"""Values in JSON messages as columns, each named by its path: `position.lat_deg`, `battery.0.voltage_v`. Pure.

Of our envelopes the content counts, whose values have the addresses that they have everywhere
(`fleet/value_path.py`). A payload that is a plain number has the one field `value`, any other text `text`.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.kinds import INDEXED_KINDS
from groundstation.fleet.value_path import BEST, LINK
from groundstation.logs.log import FieldInfo
from groundstation.transport.foreign import PARSED_BYTES, decode_json, plain_number
from groundstation.transport.packed import decode_packed, numbers_in_csv

MAX_DEPTH = 8
MAX_ITEMS = 64
"""Of a list so many are columns."""
MAX_FIELDS = 1_000
"""Of one kind of message."""
MAX_NODES = 10 * MAX_FIELDS
"""Members and places in it, those that hold no value included."""
VALUE, TEXT, PAYLOAD = "value", "text", "payload"
ENVELOPE = frozenset({"v", "sid", "seq", "d"})
"""Members that make an object one of our envelopes."""
NUMBER_TYPES = frozenset({"bool", "float16", "float32", "float64"}) | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
MAX_LENGTH = 4_096
"""Of an array; a longer one is no array of a log."""
BOOL, NUMBER, STRING, BYTES = "bool", "float64", "str", "bytes"
_KINDS: dict[type, str] = {bool: BOOL, int: NUMBER, float: NUMBER, bytes: BYTES}
_PLACES = frozenset(map(str, range(MAX_ITEMS)))

Steps = tuple[str | int, ...]
"""Names and places that lead to a value."""


def content(data: bytes) -> Any:
    """What a payload says: the content of an envelope, else the whole; bytes that are no text stay bytes."""
    try:
        value = decode_json(data)
    except ValueError:
        return _other_content(data)
    if isinstance(value, dict):
        if isinstance(value.get("d"), dict) and value.keys() >= ENVELOPE:
            return _by_index(value["d"])
        return value
    return {VALUE: value}


def _other_content(data: bytes) -> Any:
    number = plain_number(data)
    if number is not None:
        return {VALUE: number}
    # the same as a station makes of it (`transport/foreign.py`)
    packed = decode_packed(data) if len(data) <= PARSED_BYTES else None
    text = _text(data)
    words = text.get(TEXT)
    columns = numbers_in_csv(words) if isinstance(words, str) and len(data) <= PARSED_BYTES else None
    if columns is not None:
        return columns
    if packed is not None and (TEXT not in text or data[:1] > b"\x7f"):
        return packed[1] if isinstance(packed[1], dict) else {VALUE: packed[1]}
    return text


def _by_index(said: dict[str, Any]) -> dict[str, Any]:
    """Packs, receivers and their like by their index: a message may carry the second one alone."""
    for kind in INDEXED_KINDS & said.keys():
        listed = said[kind]
        if isinstance(listed, list) and all(isinstance(one, dict) for one in listed):
            said[kind] = {str(one.get("index", 0)): one for one in listed}
    return _by_link(said)


def _by_link(said: dict[str, Any]) -> dict[str, Any]:
    """How a vehicle is heard by the link's text, and once more on the one that is best: links come and go."""
    listed = said.get("links")
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and isinstance(one.get("link"), str) for one in listed
    ):
        return said
    by_link: dict[str, Any] = {one["link"]: one for one in listed}
    best = next((one for one in listed if one.get("is_best") is True), None)
    rest = {name: one for name, one in said.items() if name != "links"}
    return {**rest, LINK: by_link if best is None else {**by_link, BEST: best}}


def _text(data: bytes) -> dict[str, str | bytes]:
    try:
        return {TEXT: data.decode()}
    except UnicodeDecodeError:
        return {PAYLOAD: data}


class _Node:
    """A member or a place in what was learnt."""

    __slots__ = ("children", "kind", "name", "steps")

    def __init__(self, steps: Steps) -> None:
        self.steps, self.name = steps, ".".join(map(str, steps))
        self.kind = ""
        """Of the values that were seen here last; empty before there was one."""
        self.children: dict[str | int, _Node] = {}


class Fields:
    """The fields of one kind of message, learnt from examples."""

    def __init__(self) -> None:
        self.steps: dict[str, Steps] = {}
        """The way to each."""
        self._dtypes: dict[str, str] = {}
        self._root, self._nodes = _Node(()), 0

    def learn(self, value: Any) -> None:
        """One more example, see `content`."""
        self._learn(value, self._root, 0)

    def infos(self) -> tuple[FieldInfo, ...]:
        """What was learnt, sorted by name."""
        return tuple(FieldInfo(name=name, dtype=self._dtypes[name]) for name in sorted(self.steps))

    def _learn(self, value: Any, node: _Node, depth: int) -> bool:
        """Whether there is room for more. Most examples are as those before them: nothing is made for such."""
        items: Iterable[tuple[str | int, Any]]
        sort = type(value)
        if sort is dict:
            items = value.items()
        elif sort is list:
            items = enumerate(value[:MAX_ITEMS])
        else:
            kind = _KINDS.get(sort, STRING)
            # nearly always the same kind again: then nothing is looked up by name
            return node.kind == kind or self._see(node, kind)
        children = node.children
        for step, one in items:
            # null tells nothing about what a value is where there is one
            if one is None or depth >= MAX_DEPTH:
                continue
            child = children.get(step)
            if child is None:
                if self._nodes >= MAX_NODES:
                    return False
                self._nodes += 1
                child = children[step] = _Node((*node.steps, step))
            if not self._learn(one, child, depth + 1):
                return False
        return True

    def _see(self, node: _Node, kind: str) -> bool:
        """A value of a kind that was not the last one there."""
        known = self._dtypes.get(node.name)
        if known is None:
            if len(self.steps) >= MAX_FIELDS:
                return False
            self.steps[node.name], self._dtypes[node.name] = node.steps, kind
        elif known != kind:
            self._dtypes[node.name] = NUMBER if {known, kind} <= {BOOL, NUMBER} else STRING
        node.kind = kind
        return True


class FieldColumns:
    """Collects columns of one kind of message.

    Args:
        ways: wanted fields by name and the way to each.
    """

    def __init__(self, ways: dict[str, Steps]) -> None:
        self._ways = [(steps, []) for steps in ways.values()]  # type: list[tuple[Steps, list[Any]]]
        self._names = tuple(ways)

    def add(self, value: Any) -> None:
        """One more message, see `content`; it has a row, whatever it has of the fields."""
        for steps, column in self._ways:
            column.append(_at(value, steps))

    def values(self, fields: Iterable[FieldInfo]) -> dict[str, NDArray[Any]]:
        """Columns by name.

        Args:
            fields: of the message; those with a `length` or a dtype of their own come in it.
        """
        known = {one.name: one for one in fields}
        return {
            name: column_of(column, known.get(name)) for name, (_, column) in zip(self._names, self._ways, strict=True)
        }


def _at(value: Any, steps: Steps) -> Any:
    """What is there; a place in a list is also a member of that name, since both have one path."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and str(step) in _PLACES:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def column_of(values: Sequence[Any], field: FieldInfo | None) -> NDArray[Any]:
    """Values as an array of shape (n,), or (n, length) for a field with one.

    Args:
        values: None for unknown: NaN among numbers, None among texts.
        field: tells the dtype; None for whatever the values are.
    """
    if field is not None and (field.length or field.dtype not in (BOOL, NUMBER, STRING, BYTES)):
        return _typed(values, field)
    if field is not None and field.dtype == BYTES:
        return _objects(_bytes(one) for one in values)
    kinds = {type(one) for one in values}
    # a mixture of bool and number is numbers, as it is in a foreign device that writes 0 and false
    if kinds == {bool}:
        return np.array(values, np.bool_)
    if kinds <= {bool, int, float, type(None)}:
        return np.fromiter((math.nan if one is None else _float(one) for one in values), np.float64, len(values))
    return _objects(_plain(one) for one in values)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 300 digits
        return math.inf if value > 0 else -math.inf


def _plain(value: Any) -> str | bytes | None:
    """A text as it is; what stands among texts and is none, as text."""
    return value if value is None or isinstance(value, str | bytes) else msgspec.json.encode(value).decode()


def _objects(values: Iterable[Any]) -> NDArray[Any]:
    listed = list(values)
    # `np.array` would look into the values, and make a table of lists of one length
    found = np.empty(len(listed), object)
    found[:] = listed
    return found


def _bytes(value: Any) -> bytes:
    """Bytes as they are, or from the hexadecimal text that an import made of them."""
    if isinstance(value, bytes):
        return value
    try:
        return bytes.fromhex(value)
    except (TypeError, ValueError):
        return b""


def _typed(values: Sequence[Any], field: FieldInfo) -> NDArray[Any]:
    """Numbers of a type that an imported log had; what is unknown or does not fit is NaN, zero among whole numbers."""
    dtype = np.dtype(field.dtype) if field.dtype in NUMBER_TYPES else None
    if dtype is None or field.length > MAX_LENGTH:
        return _objects(_plain(one) for one in values)
    missing = math.nan if dtype.kind == "f" else 0
    shaped = [_shaped(one, field.length, missing) for one in values]
    shape = (len(values), field.length) if field.length else (len(values),)
    try:
        # all at once where they fit; else one by one, so that one bad value costs itself
        return np.array(shaped, dtype).reshape(shape)
    except (TypeError, ValueError, OverflowError):
        return _one_by_one(shaped, np.full(shape, missing, dtype))


def _one_by_one(values: Sequence[Any], found: NDArray[Any]) -> NDArray[Any]:
    for place, value in enumerate(values):
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            found[place] = value
    return found


def _shaped(value: Any, length: int, missing: float) -> Any:
    if not length:
        return missing if value is None else value
    listed = value if isinstance(value, list) else []
    whole = [missing if one is None else one for one in listed][:length]
    return whole + [missing] * (length - len(whole))
