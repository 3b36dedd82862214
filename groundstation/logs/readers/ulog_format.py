# SPDX-License-Identifier: Apache-2.0
"""What a ULog says about itself: header, formats, subscriptions. Pure; nothing hostile makes it large.

Source: PX4 user guide, "ULog File Format".
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAGIC = b"ULog\x01\x12\x35"
HEADER_BYTES = 16
HEAD_BYTES = 3
"""Size and type before each message."""
SYNC = b"\x2f\x73\x13\x20\x25\x0c\xbb\x12"
DATA_APPENDED = 1
"""The one incompatible flag that is known: data were added behind the end, as after a crash."""
MAX_FIELDS = 4096
MAX_DEPTH = 8
TIMESTAMP = "timestamp"

TYPES = {
    "int8_t": "i1",
    "uint8_t": "u1",
    "int16_t": "<i2",
    "uint16_t": "<u2",
    "int32_t": "<i4",
    "uint32_t": "<u4",
    "int64_t": "<i8",
    "uint64_t": "<u8",
    "float": "<f4",
    "double": "<f8",
    "bool": "?",
    "char": "S1",
}
"""numpy's names of the basic types."""

_FIELD = re.compile(r"([A-Za-z0-9_]+)(?:\[(\d{1,5})\])? ([A-Za-z0-9_]+)")
_FORMAT = re.compile(r"([A-Za-z0-9_\-/]+):(.*)", re.DOTALL)


class RawField(NamedTuple):
    """A field as a format names it."""

    type: str
    length: int
    """0 for a scalar."""
    name: str


class Topic(NamedTuple):
    """What is logged under one message id."""

    name: str
    instance: int
    dtype: np.dtype[np.void]
    """A record's data, packed, without what pads its end."""
    most_bytes: int
    """With the padding."""

    @property
    def shown(self) -> str:
        """Name of the message: the topic, and the instance where it is not the first."""
        return f"{self.name}[{self.instance}]" if self.instance else self.name

    @property
    def time_offset(self) -> int | None:
        """Where the time is in the data; None for a topic without one."""
        found = dict(self.dtype.fields or {}).get(TIMESTAMP)
        return int(found[1]) if found is not None and found[0] == np.dtype("<u8") else None


class Definitions:
    """Formats by name, and what they make of a topic."""

    def __init__(self) -> None:
        self._formats: dict[str, list[RawField]] = {}

    def add(self, text: str) -> None:
        """Take a format in; nonsense is left out.

        Args:
            text: such as `vehicle_land_detected:uint64_t timestamp;bool landed;`.
        """
        match = _FORMAT.fullmatch(text)
        if match is None:
            return
        found = [_FIELD.fullmatch(one.strip()) for one in match[2].split(";") if one.strip()]
        if all(found) and len(found) <= MAX_FIELDS:
            self._formats[match[1]] = [RawField(one[1], int(one[2] or 0), one[3]) for one in found if one is not None]

    def __contains__(self, name: str) -> bool:
        return name in self._formats

    def topic(self, name: str, instance: int) -> Topic | None:
        """What is logged of a topic; None for an unknown one, and for one that is not laid out sensibly."""
        fields: list[tuple[str, str, int]] = []
        if not self._flatten("", name, fields, 0):
            return None
        # numpy takes no two fields of one name
        names = [one[0] for one in fields]
        if len(set(names)) != len(names):
            return None
        whole = _dtype(fields)
        # padding at the end of a message may be left out by who writes it
        while fields and fields[-1][0].startswith("_padding"):
            fields.pop()
        if not fields:
            return None
        return Topic(name, instance, _dtype(fields), whole.itemsize)

    def _flatten(self, prefix: str, name: str, into: list[tuple[str, str, int]], depth: int) -> bool:
        if name not in self._formats or depth > MAX_DEPTH:
            return False
        for kind, length, field in self._formats[name]:
            if kind in TYPES:
                into.append((prefix + field, TYPES[kind], length))
                continue
            places = [f"{prefix}{field}[{place}]." for place in range(length)] if length else [f"{prefix}{field}."]
            for place in places:
                if len(into) > MAX_FIELDS or not self._flatten(place, kind, into, depth + 1):
                    return False
        return len(into) <= MAX_FIELDS


def _dtype(fields: list[tuple[str, str, int]]) -> np.dtype[np.void]:
    return np.dtype([_field_dtype(name, kind, length) for name, kind, length in fields if name])


def _field_dtype(name: str, kind: str, length: int) -> tuple[str, str] | tuple[str, str, tuple[int]]:
    if kind == "S1":
        return name, f"S{length or 1}"
    # a damaged byte must not become a bool that is neither true nor false
    kind = "u1" if kind == "?" else kind
    return (name, kind, (length,)) if length else (name, kind)


def info_value(data: bytes) -> tuple[str, str | int | float | None]:
    """Name and value of an information or parameter message; the value None for a type that is not looked at.

    Args:
        data: behind the head: length of the key, key as `char[4] sys_name`, value.
    """
    key = data[1 : 1 + data[0]].decode("utf-8", "replace") if data else ""
    raw = data[1 + data[0] :] if data else b""
    kind, _, name = key.partition(" ")
    if kind.startswith("char["):
        return name, raw.decode("utf-8", "replace")
    codes = {"int32_t": "<i", "uint32_t": "<I", "float": "<f"}
    code = codes.get(kind)
    return name, struct.unpack(code, raw)[0] if code and len(raw) == struct.calcsize(code) else None


def text_column(raw: NDArray[np.bytes_]) -> NDArray[np.object_]:
    """Texts of fixed width as str, up to the first NUL.

    Args:
        raw: shape (n,), bytes.
    """
    return np.fromiter((one.split(b"\0", 1)[0].decode("utf-8", "replace") for one in raw.tolist()), object, raw.size)
