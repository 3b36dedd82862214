# SPDX-License-Identifier: Apache-2.0
"""What a channel of an MCAP file was in the log that it was imported from, so that reading it gives the same. Pure.

It stands in the channel's metadata, which other programs pass over.
"""

from __future__ import annotations

import msgspec

from groundstation.recording.log import FieldInfo, LogVehicle, Vocabulary

KEY = "groundstation.origin"


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
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def metadata(origin: Origin) -> dict[str, str]:
    """As it stands in a channel."""
    return {KEY: msgspec.json.encode(origin).decode()}
