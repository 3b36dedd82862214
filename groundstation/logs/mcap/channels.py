# SPDX-License-Identifier: Apache-2.0
"""On which channel of a file a message stands: one for each topic and way of delivery. Pure.

The payload is stored as it came. QoS, retain, properties and whether it was late are told by the channel's metadata,
since a message of MCAP has no room for them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from groundstation.logs import large_payloads
from groundstation.logs.mcap import schemas
from groundstation.transport import frame_batches
from groundstation.transport.bus import Message
from groundstation.transport.leaves import Leaf
from groundstation.transport.stamps import Stamp

JSON = "json"
TEXT = "text/plain"
BYTES = "application/octet-stream"
MAX_SHAPES = 16
"""Kinds of JSON of one topic that get a schema of their own; more are stored as text."""
MAX_SHAPED_BYTES = 64 * 1024
"""Larger payloads are stored, and not looked into."""
MAX_PROPERTY_SETS = 1_000
"""Sets of properties that are told apart; what is more is stored with the mark that its properties are not."""
MAX_CUTS = 1_000
"""Sizes and hashes of large payloads that are told apart, likewise; the list beside the session has all."""
MAX_TOPICS = 20_000
"""Topics whose shapes are remembered."""

_json = msgspec.json.Decoder()


class ChannelSpec(NamedTuple):
    """What a channel is made of."""

    topic: str
    encoding: str
    metadata: tuple[tuple[str, str], ...]
    schema_name: str
    schema: bytes | None


class Channels:
    """Remembers the shapes of strangers' JSON."""

    def __init__(self) -> None:
        self._shapes: dict[str, list[dict[str, Any]]] = {}
        self._property_sets: set[tuple[tuple[str, str], ...]] = set()
        self._cuts: set[tuple[int, str]] = set()

    def place(
        self, topic: str, leaf: Leaf | None, message: Message, stamp: Stamp | None, *, is_late: bool
    ) -> ChannelSpec:
        """Where a message belongs.

        Args:
            topic: that it was first sent on.
            leaf: its row; None for one that is not ours.
            message: as it came.
            stamp: its number; None where it has none.
            is_late: whether it was sent again.
        """
        encoding, name, schema = self._kind(topic, leaf, message, stamp)
        return ChannelSpec(topic, encoding, self._metadata(message, is_late=is_late), name, schema)

    def _kind(
        self, topic: str, leaf: Leaf | None, message: Message, stamp: Stamp | None
    ) -> tuple[str, str, bytes | None]:
        if leaf is not None and leaf.content is None and stamp is not None:
            return frame_batches.CONTENT_TYPE, "", None
        # it was cut to its beginning, and half a JSON is none
        if message.size_bytes != len(message.payload):
            return BYTES, "", None
        known = schemas.schema_of_leaf(leaf) if leaf is not None else None
        if known is not None and leaf is not None and (stamp is not None or _object(message.payload) is not None):
            return JSON, leaf.schema_name, known
        value = _object(message.payload)
        if value is None:
            return (TEXT if _is_text(message.payload) else BYTES), "", None
        shape = self._shape(topic, value)
        return (JSON, topic, schemas.schema_bytes(shape)) if shape is not None else (TEXT, "", None)

    def _shape(self, topic: str, value: dict[str, Any]) -> dict[str, Any] | None:
        """A schema that a stranger's object fits, made at its first coming; None when there are too many."""
        shapes = self._shapes.get(topic)
        if shapes is None:
            if len(self._shapes) >= MAX_TOPICS:
                return None
            shapes = self._shapes[topic] = []
        for shape in shapes:
            if schemas.fits(value, shape):
                return shape
        if len(shapes) >= MAX_SHAPES:
            return None
        shapes.append(schemas.schema_of_value(value))
        return shapes[-1]

    def _metadata(self, message: Message, *, is_late: bool) -> tuple[tuple[str, str], ...]:
        told = [("qos", str(message.qos)), ("retain", _word(message.retain)), ("late", _word(is_late))]
        if is_late:
            # others in the file have the time of their reception; this tells a reader why this one has not
            told.append(("log_time", "of publishing"))
        if message.size_bytes != len(message.payload):
            told += self._cut(message.size_bytes, message.sha256)
        if message.properties:
            told += self._properties(message.properties)
        return tuple(told)

    def _cut(self, size_bytes: int, sha256: str) -> list[tuple[str, str]]:
        """How long it is as a whole, and where that lies."""
        if (size_bytes, sha256) not in self._cuts:
            # each is a channel, of which a file has 65,535 at most
            if len(self._cuts) >= MAX_CUTS:
                return [("cut_from_bytes", "not kept: too many different ones")]
            self._cuts.add((size_bytes, sha256))
        told = [("cut_from_bytes", str(size_bytes))]
        if sha256:
            told += [("sha256", sha256), ("whole", f"{large_payloads.FOLDER}/{large_payloads.file_name(sha256)}")]
        return told

    def _properties(self, properties: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
        if properties not in self._property_sets:
            if len(self._property_sets) >= MAX_PROPERTY_SETS:
                return [("mqtt_properties", "not kept: too many different ones")]
            self._property_sets.add(properties)
        return [("mqtt_properties", msgspec.json.encode(properties).decode())]


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def _object(payload: bytes) -> dict[str, Any] | None:
    """The payload as a JSON object; None for anything else."""
    if not payload or payload[:1] not in b"{ \t\r\n" or len(payload) > MAX_SHAPED_BYTES:
        return None
    try:
        value = _json.decode(payload)
    # RecursionError: strangers may nest as deep as they like
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_text(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    # a NUL is valid UTF-8, but no text has one
    return b"\0" not in payload
