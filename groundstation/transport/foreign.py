# SPDX-License-Identifier: Apache-2.0
"""Makes sense of payloads that are not ours: numbers, JSON, text, anything. Called on the worker thread; no I/O.

Bounded on purpose: a payload is parsed up to `PARSED_BYTES`, and yields at most `MAX_NUMBERS` numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import msgspec

from groundstation.fleet.sensors import PayloadKind, SensorReading
from groundstation.transport.bus import Message

PARSED_BYTES = 64 * 1024
"""Larger payloads are shown by their beginning and not parsed."""
MAX_NUMBERS = 500
MAX_DEPTH = 12
MAX_NUMBER_CHARACTERS = 32
SHOWN_CHARACTERS = 400

_json = msgspec.json.Decoder()


def reading_from_message(message: Message) -> SensorReading:
    """A reading from any message; never fails."""
    kind, numbers = _understood(message)
    return SensorReading(
        topic=message.topic,
        received_s=message.received_s,
        kind=kind,
        size_bytes=message.size_bytes,
        text=_shown(message.payload, kind),
        numbers=numbers,
        is_retained=message.retain,
    )


def _understood(message: Message) -> tuple[PayloadKind, dict[str, float]]:
    payload = message.payload
    if message.size_bytes == 0:
        return PayloadKind.EMPTY, {}
    if message.size_bytes > PARSED_BYTES:
        return PayloadKind.OVERSIZE, {}
    number = _plain_number(payload)
    if number is not None:
        return PayloadKind.NUMBER, {"": number}
    try:
        return PayloadKind.JSON, dict(_numbers(_json.decode(payload), "", 0))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return (PayloadKind.TEXT if _is_text(payload) else PayloadKind.BINARY), {}


_NUMBER = re.compile(rb"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")


def _plain_number(payload: bytes) -> float | None:
    """A number as devices write it, a decimal comma and blanks around it allowed."""
    text = payload.strip()
    if len(text) > MAX_NUMBER_CHARACTERS or _NUMBER.fullmatch(text) is None:
        return None
    return _finite(float(text.replace(b",", b".")))


def _numbers(value: object, path: str, depth: int) -> Iterator[tuple[str, float]]:
    """Numbers of a JSON value by their path, at most `MAX_NUMBERS`, depth first."""
    stack: list[tuple[str, object, int]] = [(path, value, depth)]
    found = 0
    while stack and found < MAX_NUMBERS:
        path, value, depth = stack.pop()
        if isinstance(value, bool):
            found += 1
            yield path, float(value)
        elif isinstance(value, int | float):
            number = _finite(value)
            if number is not None:
                found += 1
                yield path, number
        elif depth < MAX_DEPTH and isinstance(value, dict | list):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            below = [(f"{path}.{name}" if path else str(name), item, depth + 1) for name, item in items]
            stack.extend(reversed(below[:MAX_NUMBERS]))


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _is_text(payload: bytes) -> bool:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t" for letter in text[:SHOWN_CHARACTERS])


def _shown(payload: bytes, kind: PayloadKind) -> str:
    if kind is PayloadKind.BINARY or (kind is PayloadKind.OVERSIZE and not _is_text(payload[:64])):
        return payload[: SHOWN_CHARACTERS // 4].hex(" ")
    text = payload[: SHOWN_CHARACTERS * 4].decode(errors="replace")[:SHOWN_CHARACTERS]
    return "".join(letter if letter.isprintable() else " " for letter in text)
