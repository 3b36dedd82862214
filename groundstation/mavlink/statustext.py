# SPDX-License-Identifier: Apache-2.0
"""Joins the chunks of long STATUSTEXT messages. Sans-I/O; one joiner for each component of a vehicle.

Source: MAVLink common, STATUSTEXT.id and chunk_seq: id 0 is a text of its own; chunks of one text share an id, and it
ends with the first chunk that holds a NUL. PX4 counts the id up on every text, chunked or not.
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.sample import Severity

CHUNK_BYTES = 50
PATIENCE_S = 1.0
"""How long to wait for the next chunk, seconds."""
MAX_OPEN = 16
"""Unfinished texts kept at once."""

_SEVERITIES = (
    Severity.EMERGENCY,
    Severity.ALERT,
    Severity.CRITICAL,
    Severity.ERROR,
    Severity.WARNING,
    Severity.NOTICE,
    Severity.INFO,
    Severity.DEBUG,
)


class Text(msgspec.Struct, frozen=True):
    """A whole text of a vehicle."""

    severity: Severity
    """How urgent the vehicle holds it."""
    text: str
    """The words, trailing blanks and tabs (PX4) removed."""
    is_complete: bool
    """False when a chunk is missing."""
    at_s: float
    """When its first chunk came."""


class _Open(msgspec.Struct):
    severity: int
    at_s: float
    chunks: dict[int, bytes]
    last: int | None = None


def severity(number: int) -> Severity:
    """MAV_SEVERITY as ours; unknown numbers stay unknown."""
    return _SEVERITIES[number] if 0 <= number < len(_SEVERITIES) else Severity.UNKNOWN


class TextJoiner:
    """Payloads of STATUSTEXT in, texts out."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}

    def feed(self, payload: bytes, at_s: float) -> list[Text]:
        """Take one STATUSTEXT in.

        Args:
            payload: severity, 50 characters, id (uint16), chunk_seq (uint8); MAVLink 1 has no id.
            at_s: when it came.

        Returns:
            The texts completed by it.
        """
        # MAVLink 2 cuts zeros at the end, MAVLink 1 has no id: both read as id 0
        padded = payload[:54].ljust(54, b"\0")
        number, chunk = padded[0], padded[1:51]
        text_id, place = int.from_bytes(padded[51:53], "little"), padded[53]
        is_last = b"\0" in chunk
        # the common case: nothing is kept, and a chunk that was lost can not delay it
        if text_id == 0 or (is_last and place == 0):
            return [_text(number, [chunk], at_s, is_complete=True)]
        texts = self._evicted()
        # by the id alone: chunks may come in any order, and twice
        part = self._open.setdefault(text_id, _Open(number, at_s, {}))
        part.chunks[place] = chunk
        if is_last:
            part.last = place
        if part.last is not None and len(part.chunks) == part.last + 1:
            texts.append(self._closed(text_id))
        return texts

    def tick(self, now_s: float) -> list[Text]:
        """Texts whose missing chunk has not come in time."""
        if not self._open:
            return []
        late = [text_id for text_id, part in self._open.items() if now_s - part.at_s > PATIENCE_S]
        return [self._closed(text_id) for text_id in late]

    def _evicted(self) -> list[Text]:
        return [self._closed(next(iter(self._open)))] if len(self._open) >= MAX_OPEN else []

    def _closed(self, text_id: int) -> Text:
        part = self._open.pop(text_id)
        places = sorted(part.chunks)
        # A text of exactly 50 characters has no NUL to end it: alone and first, it is whole.
        is_whole = places == list(range(len(places))) and (part.last is not None or places == [0])
        return _text(part.severity, [part.chunks[place] for place in places], part.at_s, is_complete=is_whole)


def _text(number: int, chunks: list[bytes], at_s: float, *, is_complete: bool) -> Text:
    joined = b"".join(chunk.split(b"\0", 1)[0] for chunk in chunks)
    return Text(severity(number), joined.decode("utf-8", "replace").rstrip(), is_complete, at_s)
