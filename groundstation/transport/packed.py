# SPDX-License-Identifier: Apache-2.0
"""Payloads of other devices that are packed or in columns: CBOR, MessagePack, CSV, pictures. Pure; any thread.

None of these says by itself what it is. A payload counts as one only where all of it is read and it holds a map or a
list: four random bytes are a valid number in any of them.
"""

from __future__ import annotations

import io
import math
from typing import Any

import cbor2
import msgspec

PICTURES = ((b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"RIFF", "WebP"))
"""First bytes, and what they begin."""
MAX_ROWS, MAX_CELLS = 5_000, 200
LEAST_NUMBERS = 2
MAX_DEPTH = 12
_DELIMITERS = (";", "\t", ",")
_msgpack = msgspec.msgpack.Decoder()


def decode_packed(payload: bytes) -> tuple[str, Any] | None:
    """A map or a list, with the name of its packing; None for anything else.

    Args:
        payload: all of it.

    Returns:
        `msgpack` or `cbor`, and what it holds.
    """
    # of what both can read a map is more likely than a list
    found = [
        (name, value)
        for name, value in (("msgpack", _from_msgpack(payload)), ("cbor", _from_cbor(payload)))
        if isinstance(value, dict | list) and value
    ]
    if not found:
        return None
    name, value = min(found, key=lambda one: isinstance(one[1], list))
    return name, _named(value, 0)


def _named(value: Any, depth: int) -> Any:
    """With names that are texts, as in JSON: CBOR and MessagePack have maps by number too."""
    if depth >= MAX_DEPTH or not isinstance(value, dict | list):
        return value
    if isinstance(value, list):
        return [_named(one, depth + 1) for one in value]
    return {name if isinstance(name, str) else str(name): _named(one, depth + 1) for name, one in value.items()}


def _from_msgpack(payload: bytes) -> Any:
    try:
        return _msgpack.decode(payload)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _from_cbor(payload: bytes) -> Any:
    file = io.BytesIO(payload)
    try:
        value = cbor2.load(file)
    except Exception:  # noqa: BLE001 - a stranger's tags lead into dates, fractions and patterns, each with its own errors
        return None
    return value if file.tell() == len(payload) else None


def picture_kind(payload: bytes) -> str | None:
    """Which kind of picture a payload begins like; None for none."""
    return next((name for begin, name in PICTURES if payload.startswith(begin)), None)


def numbers_in_csv(text: str) -> dict[str, float] | None:
    """Numbers of the last row by the names of the first, or by their place from 0; None where it is no CSV.

    Args:
        text: one row, or several below each other; with `;`, tabs or commas between its cells.
    """
    rows = [line for line in text.splitlines() if line.strip()][-MAX_ROWS:]
    if not rows:
        return None
    for delimiter in _DELIMITERS:
        if delimiter not in rows[-1]:
            continue
        names, cells = rows[0].split(delimiter), rows[-1].split(delimiter)
        is_named = (
            len(rows) > 1 and len(names) == len(cells) and all(_number(name, delimiter) is None for name in names)
        )
        found = {
            (names[place].strip() or str(place)) if is_named else str(place): number
            for place, cell in enumerate(cells[:MAX_CELLS])
            if (number := _number(cell, delimiter)) is not None
        }
        # a name or a time may stand first; a sentence with a number in it is no row
        others = sum(bool(cell.strip()) for cell in cells[:MAX_CELLS]) - len(found)
        return found if len(found) >= LEAST_NUMBERS and others <= 1 else None
    return None


def _number(cell: str, delimiter: str) -> float | None:
    text = cell.strip().strip('"')
    if delimiter != ",":
        text = text.replace(",", ".")
    if not text or not text.isascii() or text[-1] not in "0123456789." or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
