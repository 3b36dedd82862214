# SPDX-License-Identifier: Apache-2.0
"""What a channel of an MCAP file was in the log that it was imported from, so that reading it gives the same. Pure.

It stands in the channel's metadata, which other programs pass over.
"""

from __future__ import annotations

import msgspec

from groundstation.logs.log import FieldInfo, LogVehicle, Vocabulary

KEY = "groundstation.origin"
MAX_ROW_BYTES = 1 << 16
"""Of a message with all of its fields; no log that can be imported has longer ones."""
NUMBER_BYTES = {"float16": 2, "float32": 4, "float64": 8} | {
    f"{sign}int{bits}": bits // 8 for sign in ("", "u") for bits in (8, 16, 32, 64)
}


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one channel."""

    message: str
    """`MessageInfo.name`; empty for frames as they came."""
    vocabulary: Vocabulary
    vehicle: LogVehicle | None = None
    """Whose messages; None for nobody's."""
    fields: tuple[FieldInfo, ...] = ()
    is_copy: bool = False
    """The same messages are in the file as frames, which are exact; these are for other programs."""


_decoder = msgspec.json.Decoder(Origin)


def of(metadata: dict[str, str]) -> Origin | None:
    """What a channel's metadata tell; None where they don't, or make no sense."""
    text = metadata.get(KEY)
    if text is None:
        return None
    try:
        found = _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    lengths = [one.length for one in found.fields]
    # anybody may write this: room is made for columns by what it says of their types and lengths
    return found if min(lengths, default=0) >= 0 and _row_bytes(found) <= MAX_ROW_BYTES else None


def _row_bytes(origin: Origin) -> int:
    return sum(max(one.length, 1) * NUMBER_BYTES.get(one.dtype, 1) for one in origin.fields)


def metadata(origin: Origin) -> dict[str, str]:
    """As it stands in a channel."""
    return {KEY: msgspec.json.encode(origin).decode()}
