# SPDX-License-Identifier: Apache-2.0
"""Addresses of values: which vehicle or sensor, and which number of it. GUI thread; no widgets.

A vehicle's paths are `kind.field`, `kind.index.field` for kinds of which there can be several, a third or fourth part
for an item of a list, and `link.<text of the link>.<field>`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QMimeData

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS
from groundstation.fleet.vehicle import VehicleState

MIME_TYPE = "application/x-groundstation-values"
MAX_DRAGGED = 64


class ValueRef(msgspec.Struct, frozen=True):
    """Names one value."""

    source: VehicleKey | str
    """A vehicle, or a sensor's topic exactly as received."""
    path: str
    """Which value of it; empty for a sensor that sends a plain number."""


_codec = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[ValueRef])


def mime_from_refs(refs: list[ValueRef]) -> QMimeData:
    """What a drag carries."""
    mime = QMimeData()
    mime.setData(MIME_TYPE, _codec.encode(refs[:MAX_DRAGGED]))
    mime.setText("\n".join(f"{ref.source} {ref.path}".strip() for ref in refs[:MAX_DRAGGED]))
    return mime


def refs_from_mime(mime: QMimeData) -> list[ValueRef]:
    """The values that a drag carries; empty when it carries something else."""
    if not mime.hasFormat(MIME_TYPE):
        return []
    return refs_from_json(bytes(mime.data(MIME_TYPE).data()))


def json_from_refs(refs: list[ValueRef]) -> bytes:
    """For settings."""
    return _codec.encode(refs)


def refs_from_json(data: bytes | str) -> list[ValueRef]:
    """Back from settings or a drag; damaged data gives none."""
    try:
        return _decoder.decode(data)[:MAX_DRAGGED]
    except msgspec.DecodeError:
        return []


Getter = Callable[[VehicleState], object]


@functools.lru_cache(maxsize=8192)
def getter(path: str) -> Getter:
    """A function that reads a vehicle's value; it answers None for what is unknown."""
    if path.startswith("link."):
        link, _, field = path[5:].rpartition(".")
        return functools.partial(_link_value, link=link, field=field)
    kind, *rest = path.split(".")
    if kind not in KINDS or not rest:
        return lambda _state: None
    if kind in INDEXED_KINDS:
        index = int(rest[0]) if rest[0].isdecimal() else -1
        return functools.partial(_indexed_value, kind=kind, index=index, rest=tuple(rest[1:]))
    return functools.partial(_kind_value, kind=kind, rest=tuple(rest))


def kind_of(path: str) -> str:
    """The kind of sample that a path reads; `link` for link reports."""
    return path.partition(".")[0]


def number(value: object) -> float | None:
    """What of a value can be drawn: numbers, and booleans as 0 and 1."""
    return float(value) if isinstance(value, int | float) else None


def _below(value: object, rest: tuple[str, ...]) -> object:
    for name in rest:
        if isinstance(value, tuple):
            value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        else:
            value = getattr(value, name, None)
    return value


def _kind_value(state: VehicleState, kind: str, rest: tuple[str, ...]) -> object:
    return _below(getattr(state, kind), rest)


def _indexed_value(state: VehicleState, kind: str, index: int, rest: tuple[str, ...]) -> object:
    for sample in getattr(state, kind):
        if sample.index == index:
            return _below(sample, rest)
    return None


def _link_value(state: VehicleState, link: str, field: str) -> object:
    for one in state.link.links if state.link is not None else ():
        if one.link == link:
            return getattr(one, field, None)
    return None
