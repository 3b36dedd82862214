# SPDX-License-Identifier: Apache-2.0
"""Messages that a ULog has of its own: texts, parameters, dropouts. Under names that no topic has. Pure.

Source: PX4 user guide, "ULog File Format".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.logs.log import FieldInfo
from groundstation.logs.readers.ulog_format import HEAD_BYTES, info_value
from groundstation.logs.readers.ulog_index import DROPOUT, FIRST_OTHER, PARAMETER, TAGGED_TEXT, TEXT
from groundstation.mavlink.record_index import Slice

OWN: dict[str, tuple[tuple[int, ...], tuple[FieldInfo, ...]]] = {
    "logged_messages": (
        (FIRST_OTHER + TEXT, FIRST_OTHER + TAGGED_TEXT),
        (
            FieldInfo(name="log_level", dtype="uint8"),
            FieldInfo(name="tag", dtype="uint16"),
            FieldInfo(name="message", dtype="str"),
        ),
    ),
    "dropouts": ((FIRST_OTHER + DROPOUT,), (FieldInfo(name="duration", dtype="uint16", unit="ms"),)),
    "parameters": (
        (FIRST_OTHER + PARAMETER,),
        (FieldInfo(name="name", dtype="str"), FieldInfo(name="value", dtype="float64")),
    ),
}
"""Kinds of `UlogIndex` and fields by name."""


def own_columns(code: int, found: list[bytes]) -> dict[str, NDArray[Any]]:
    """Columns of messages of one kind.

    Args:
        code: one of the kinds in `OWN`.
        found: the messages without their heads.
    """
    return _READERS[code](found)


def bodies(found: Slice) -> list[bytes]:
    """Messages without their heads."""
    data = found.window.bytes.data
    begins = (found.starts + HEAD_BYTES).tolist()
    # the size of a message stands in two bytes before its type
    return [data[begin : begin + (data[begin - 3] | data[begin - 2] << 8)].tobytes() for begin in begins]


def info_pairs(found: Slice) -> Iterator[tuple[str, str | int | float | None]]:
    """Names and values of information or parameter messages."""
    return (info_value(body) for body in bodies(found))


def _texts(bodies: list[bytes], tag_bytes: int) -> dict[str, NDArray[Any]]:
    # level, tag, and a time of 8 bytes stand before the text
    head = 1 + tag_bytes + 8
    return {
        "log_level": np.array([body[0] & 0x0F for body in bodies], np.uint8),  # written as a digit
        "tag": np.array([int.from_bytes(body[1 : 1 + tag_bytes], "little") for body in bodies], np.uint16),
        "message": np.fromiter((body[head:].decode("utf-8", "replace") for body in bodies), object, len(bodies)),
    }


def _parameters(bodies: list[bytes]) -> dict[str, NDArray[Any]]:
    pairs = [info_value(body) for body in bodies]
    return {
        "name": np.fromiter((name for name, _ in pairs), object, len(pairs)),
        "value": np.array([value if isinstance(value, int | float) else np.nan for _, value in pairs], np.float64),
    }


def _dropouts(bodies: list[bytes]) -> dict[str, NDArray[Any]]:
    return {"duration": np.array([int.from_bytes(body[:2], "little") for body in bodies], np.uint16)}


_READERS: dict[int, Callable[[list[bytes]], dict[str, NDArray[Any]]]] = {
    FIRST_OTHER + TEXT: lambda bodies: _texts(bodies, 0),
    FIRST_OTHER + TAGGED_TEXT: lambda bodies: _texts(bodies, 2),
    FIRST_OTHER + DROPOUT: _dropouts,
    FIRST_OTHER + PARAMETER: _parameters,
}
