# SPDX-License-Identifier: Apache-2.0
"""Writes Sparkplug B payloads byte by byte, without protobuf and without anything of the program: another one's node.

Field numbers: Sparkplug 3.0, chapter 6; the wire format: protobuf's encoding guide.
"""

from __future__ import annotations

import struct

INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT, DOUBLE, BOOLEAN, STRING = range(1, 13)
DATETIME, TEXT, UUID, DATASET, BYTES, FILE, TEMPLATE = range(13, 20)
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def whole(field: int, number: int) -> bytes:
    return varint(field << 3 | _VARINT) + varint(number)


def some(field: int, data: bytes | str) -> bytes:
    """A text, bytes, or a message."""
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | _LENGTH) + varint(len(data)) + data


def single(field: int, number: float) -> bytes:
    return varint(field << 3 | _FIXED32) + struct.pack("<f", number)


def double(field: int, number: float) -> bytes:
    return varint(field << 3 | _FIXED64) + struct.pack("<d", number)


def value_of(datatype: int, value, first: int = 10) -> bytes:
    """A value in the field that its type has; signed ones cut to their width, as the specification's own code does."""
    if datatype in (INT8, INT16, INT32):
        return whole(first, value & (1 << (8, 16, 32)[datatype - INT8]) - 1)
    if datatype in (STRING, TEXT, UUID):
        return some(first + 5, value)
    write, place = _WRITERS.get(datatype, (some, 6))
    return write(first + place, value)


_WRITERS = {
    **dict.fromkeys((UINT8, UINT16), (whole, 0)), **dict.fromkeys((INT64, UINT32, UINT64, DATETIME), (whole, 1)),
    FLOAT: (single, 2), DOUBLE: (double, 3), BOOLEAN: (whole, 4),
}  # fmt: skip


def metric(name=None, datatype=None, value=None, *, alias=None, tells_type=True, at_ms=None, historical=False, unit=None,
           quality=None, raw=b"") -> bytes:  # fmt: skip
    """One metric; of one without a value it is said that there is none."""
    out = some(1, name) if name is not None else b""
    out += whole(2, alias) if alias is not None else b""
    out += whole(3, at_ms) if at_ms is not None else b""
    out += whole(4, datatype) if datatype is not None and tells_type else b""
    out += whole(5, 1) if historical else b""
    properties = [("engUnit", some(8, unit), STRING)] if unit is not None else []
    properties += [("Quality", whole(3, quality), INT32)] if quality is not None else []
    if properties:
        keys = b"".join(some(1, key) for key, _, _ in properties)
        out += some(9, keys + b"".join(some(2, whole(1, kind) + told) for _, told, kind in properties))
    if raw:
        return some(2, out + raw)
    return some(2, out + (whole(7, 1) if value is None else value_of(datatype, value)))


def payload(*metrics: bytes, seq=None, at_ms=1_000) -> bytes:
    return whole(1, at_ms) + b"".join(metrics) + (whole(3, seq) if seq is not None else b"")


def birth(*metrics: bytes, life=0, seq=0, at_ms=1_000) -> bytes:
    rebirth = metric("Node Control/Rebirth", BOOLEAN, value=False)
    return payload(metric("bdSeq", INT64, life), rebirth, *metrics, seq=seq, at_ms=at_ms)


def death(life=0, at_ms=1_000) -> bytes:
    return payload(metric("bdSeq", INT64, life), at_ms=at_ms)
