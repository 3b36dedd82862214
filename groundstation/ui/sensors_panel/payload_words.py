# SPDX-License-Identifier: Apache-2.0
"""A payload for reading: laid out, as bytes, and what is different to the one before. Pure; bounded."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

from groundstation.fleet.hex_rows import hex_rows
from groundstation.fleet.sensors import PayloadKind
from groundstation.fleet.shown_text import harmless
from groundstation.transport.foreign import decode_json, is_text
from groundstation.transport.packed import decode_packed
from groundstation.transport.sparkplug.as_json import as_json
from groundstation.ui.language.shown import shown
from groundstation.ui.sensors_panel.topic_words import tr
from groundstation.ui.units import compact

HEX_BYTES = 4_096
TEXT_CHARACTERS = 64_000
MOST_LINES = 400
"""Of differences."""
LONGEST_CELL = 80
MAX_DEPTH = 12
_PACKED = (PayloadKind.CBOR, PayloadKind.MSGPACK)


def value_of(payload: bytes, kind: PayloadKind) -> Any:
    """What a payload with names holds; None where it is none."""
    if kind is PayloadKind.JSON:
        try:
            return decode_json(payload)
        except ValueError:
            return None
    if kind is PayloadKind.SPARKPLUG:
        return as_json(payload)
    found = decode_packed(payload) if kind in _PACKED else None
    return None if found is None else found[1]


def laid_out(payload: bytes, kind: PayloadKind) -> str:
    """A payload as one reads it: JSON and what is packed with a line for each value, bytes as a dump."""
    value = value_of(payload, kind)
    if value is not None:
        try:
            text = json.dumps(value, indent=2, ensure_ascii=False, default=_as_word, skipkeys=True)
        except (ValueError, RecursionError):
            return hex_dump(payload)
        return _readable(text)
    # random bytes as letters of all scripts are nothing to read, and slow to draw
    is_bytes = kind is PayloadKind.OVERSIZE and not is_text(payload[:HEX_BYTES])
    if is_bytes or kind in (PayloadKind.BINARY, PayloadKind.IMAGE, PayloadKind.SPARKPLUG, *_PACKED):
        return hex_dump(payload)
    return _readable(payload[: 4 * TEXT_CHARACTERS].decode(errors="replace"))


def hex_dump(payload: bytes) -> str:
    """Bytes in rows of sixteen: where, which, and as letters."""
    rows = hex_rows(payload[:HEX_BYTES])
    if len(payload) > HEX_BYTES:
        rows.append(tr("… {0} bytes more").format(f"{shown(len(payload) - HEX_BYTES):,}"))
    return "\n".join(rows)


def differences(before: bytes, before_kind: PayloadKind, after: bytes, after_kind: PayloadKind) -> list[str]:
    """What is different, a line each; empty where nothing is.

    Of what has names each value that changed, came or went; of a number by how much; of text its lines.
    """
    if before == after:
        return []
    if before_kind is after_kind is PayloadKind.NUMBER:
        return _of_values({"": _number(before)}, {"": _number(after)})
    old, new = value_of(before, before_kind), value_of(after, after_kind)
    if old is not None and new is not None:
        return _of_values(dict(_flat(old, "", 0)), dict(_flat(new, "", 0)))
    one, other = (laid_out(*told).splitlines()[:MOST_LINES] for told in ((before, before_kind), (after, after_kind)))
    lines = difflib.unified_diff(one, other, n=1, lineterm="")
    return [one for one in lines if not one.startswith(("---", "+++", "@@"))][:MOST_LINES]


def _of_values(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    rows = []
    for path in [*new, *(one for one in old if one not in new)]:
        name = f"{path}: " if path else ""
        if path not in old:
            rows.append(f"+ {name}{_cell(new[path])}")
        elif path not in new:
            rows.append(f"\N{MINUS SIGN} {name}{_cell(old[path])}")
        elif old[path] != new[path]:
            rows.append(f"{name}{_cell(old[path])} → {_cell(new[path])}{_by(old[path], new[path])}")
    return rows[:MOST_LINES]


def _by(old: Any, new: Any) -> str:
    both = (old, new)
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in both):
        return ""
    return f"  ({shown(new - old):+.6g})"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return compact(value)
    return harmless(str(value))[:LONGEST_CELL]


def _flat(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth >= MAX_DEPTH or not isinstance(value, dict | list) or not value:
        yield path, value
        return
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in items:
        yield from _flat(item, f"{path}.{name}" if path else str(name), depth + 1)


def _number(payload: bytes) -> float:
    return float(payload.strip(b" \t\r\n\0\xef\xbb\xbf").replace(b",", b"."))


def _as_word(value: object) -> str:
    return value.hex(" ") if isinstance(value, bytes) else str(value)


def _readable(text: str) -> str:
    """Without what steers the direction of writing or hides; ends of lines stay."""
    cut = text[:TEXT_CHARACTERS]
    lines = "\n".join(harmless(line.replace("\t", "    "), "\N{REPLACEMENT CHARACTER}") for line in cut.split("\n"))
    return lines if len(cut) == len(text) else f"{lines}\n{tr('… more')}"
