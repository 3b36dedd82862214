# SPDX-License-Identifier: Apache-2.0
"""Makes sense of payloads that are not ours: numbers, JSON, what is packed, text. Called on the worker thread; no I/O.

Bounded on purpose: a payload is parsed up to `PARSED_BYTES`, and yields at most `MAX_NUMBERS` numbers.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import msgspec

from groundstation.fleet.sensors import PayloadKind, SensorReading
from groundstation.fleet.shown_text import harmless
from groundstation.fleet.sparkplug.address import parse
from groundstation.transport.bus import Message
from groundstation.transport.packed import decode_packed, numbers_in_csv, picture_kind
from groundstation.transport.sparkplug.as_json import words_of

PARSED_BYTES = 64 * 1024
"""Larger payloads are shown by their beginning and not parsed."""
MAX_NUMBERS = 500
MAX_DEPTH = 12
MAX_NUMBER_CHARACTERS = 32
SHOWN_CHARACTERS = 400

LOOKED_AT_BYTES = 64
"""Of what is too large, to see whether it is text."""
MAX_DIGITS = 400
"""Of a whole number in JSON; no float is larger."""
_AROUND = b" \t\r\n\0\xef\xbb\xbf"
"""Around what a device says: blanks, the end of a text in C, a mark of the encoding."""
_json = msgspec.json.Decoder()


def reading_from_message(message: Message) -> SensorReading:
    """A reading from any message by itself; never fails.

    What nodes of Sparkplug B say needs what they said before (`sparkplug/listener.py`): here it has words alone.
    """
    told = words_of(message) if parse(message.topic) is not None else None
    if told is None:
        return plain_reading(message)
    return SensorReading(
        topic=message.topic,
        received_s=message.received_s,
        kind=PayloadKind.SPARKPLUG,
        size_bytes=message.size_bytes,
        text=harmless(told[:SHOWN_CHARACTERS]),
        numbers={},
        is_retained=message.retain,
    )


def plain_reading(message: Message) -> SensorReading:
    """A reading by the payload alone; never fails."""
    kind, numbers, text = _understood(message)
    return SensorReading(
        topic=message.topic,
        received_s=message.received_s,
        kind=kind,
        size_bytes=message.size_bytes,
        text=text if text is not None else _shown(message.payload, kind),
        numbers=numbers,
        is_retained=message.retain,
    )


_Understood = tuple[PayloadKind, dict[str, float], str | None]
"""What it is, its numbers, and its words where they are not its own bytes."""


def _understood(message: Message) -> _Understood:
    payload = message.payload
    if message.size_bytes == 0:
        return PayloadKind.EMPTY, {}, None
    picture = picture_kind(payload)
    if picture is not None:
        return PayloadKind.IMAGE, {}, picture
    if message.size_bytes > PARSED_BYTES:
        return PayloadKind.OVERSIZE, {}, None
    # before JSON: a decimal comma is no JSON, and a bare number is what most sensors say
    number = plain_number(payload)
    if number is not None:
        return PayloadKind.NUMBER, {"": number}, None
    try:
        return PayloadKind.JSON, dict(_numbers(decode_json(payload), "", 0)), None
    except ValueError:
        return _of_text(payload) if is_text(payload) else _of_bytes(payload)


def _of_text(payload: bytes) -> _Understood:
    numbers = numbers_in_csv(payload.decode(errors="replace"))
    # what is packed may look like text: a map of short names and small numbers has no other bytes
    packed = _of_bytes(payload) if numbers is None and payload[:1] > b"\x7f" else None
    if packed is not None and packed[0] is not PayloadKind.BINARY:
        return packed
    return (PayloadKind.TEXT, {}, None) if numbers is None else (PayloadKind.CSV, numbers, None)


def _of_bytes(payload: bytes) -> _Understood:
    found = decode_packed(payload)
    if found is None:
        return PayloadKind.BINARY, {}, None
    name, value = found
    return PayloadKind(name), dict(_numbers(value, "", 0)), _as_words(value)


def _as_words(value: object) -> str:
    """A map or a list as JSON would be read, as far as there is room."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str, skipkeys=True)
    except (ValueError, RecursionError):
        text = str(type(value).__name__)
    return harmless(text[:SHOWN_CHARACTERS])


def decode_json(payload: bytes) -> Any:
    """A payload as JSON, also where one value in it is odd: NaN as Python writes it, a byte of another encoding.

    Args:
        payload: any bytes.

    Raises:
        ValueError: it is no JSON, or not even nearly.
    """
    try:
        return _json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    # only the larger payload is worth it: an odd value alone is no JSON
    bare = payload.strip(_AROUND)
    if bare[:1] not in (b"{", b"["):
        raise ValueError("no JSON")
    try:
        return json.loads(bare.decode("utf-8", "replace"), parse_int=_whole, strict=False)
    except RecursionError:
        raise ValueError("JSON of too many levels") from None


def _whole(digits: str) -> float:
    """A whole number; one of thousands of digits is none."""
    return int(digits) if len(digits) <= MAX_DIGITS else math.inf


_NUMBER = re.compile(rb"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")


def plain_number(payload: bytes) -> float | None:
    """A number as devices write it, a decimal comma and blanks around it allowed."""
    text = payload.strip(_AROUND)
    if len(text) > MAX_NUMBER_CHARACTERS or _NUMBER.fullmatch(text) is None:
        return None
    return _finite(float(text.replace(b",", b".")))


def _numbers(value: object, path: str, depth: int) -> Iterator[tuple[str, float]]:
    """Numbers of a JSON value by their path, at most `MAX_NUMBERS`, depth first."""
    stack: list[tuple[str, object, int]] = [(path, value, depth)]
    found = 0
    while stack and found < MAX_NUMBERS:
        path, value, depth = stack.pop()
        # before int, which a bool is in Python
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
            # the depth is bounded, and the width below: a payload of 64 kB may have thousands of either
            below = [(f"{path}.{name}" if path else str(name), item, depth + 1) for name, item in items]
            # a stack and no recursion; reversed, so that the first item is taken first
            stack.extend(reversed(below[:MAX_NUMBERS]))


def _finite(value: float) -> float | None:
    try:
        # JSON knows whole numbers of any length, a float ends at 1e308
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def is_text(payload: bytes) -> bool:
    """Valid UTF-8 that says something: what a device makes of its own is mostly control characters, if it is valid."""
    try:
        # what was cut may end inside a letter
        text = codecs.getincrementaldecoder("utf-8")().decode(payload)
    except UnicodeDecodeError:
        return False
    text = text[:SHOWN_CHARACTERS]
    controls = sum(unicodedata.category(letter) == "Cc" and letter not in "\r\n\t" for letter in text)
    return bool(text) and controls <= len(text) - controls


def _shown(payload: bytes, kind: PayloadKind) -> str:
    if kind is PayloadKind.BINARY or (kind is PayloadKind.OVERSIZE and not is_text(payload[:LOOKED_AT_BYTES])):
        return payload[: SHOWN_CHARACTERS // 4].hex(" ")
    return harmless(payload[: SHOWN_CHARACTERS * 4].decode(errors="replace")[:SHOWN_CHARACTERS])
