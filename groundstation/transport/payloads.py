# SPDX-License-Identifier: Apache-2.0
"""Payloads of the fleet's tree: the envelope, and the domain's types in it, to JSON bytes and back.

`{"v": 1, "sid": ..., "seq": ..., "ts": ..., "bms": ..., "d": ...}`; unknown fields are ignored, a breaking change
raises `v`. No thread, no I/O.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from groundstation.fleet.commands import CommandRequest
from groundstation.fleet.control import ControlRequest
from groundstation.fleet.link_table import LinkRequest
from groundstation.fleet.sample import Whole
from groundstation.transport.leaves import LEAVES, Leaf, SyncRequest
from groundstation.transport.parts import Part

VERSION = 1
MAX_PAYLOAD_BYTES = 96_000
"""A larger payload on the fleet's tree is not ours; it is counted and dropped before it is parsed. What is larger
than `parts.WHOLE_BYTES` comes in parts."""

Content = TypeVar("Content")


class Envelope(msgspec.Struct, Generic[Content], frozen=True, gc=False):
    """What every message of the tree is wrapped in."""

    sid: str
    """Session of the writer: one life of a vehicle on one bridge, or of a bridge."""
    seq: Whole
    """Number of the message on its topic, from 0 in each session; a gap is a loss."""
    ts: Whole
    """Wall clock of the writer, milliseconds since 1970 UTC; may be wrong."""
    bms: Whole
    """Monotonic clock of the bridge, milliseconds; only comparable within a bridge's life."""
    d: Content
    """The content."""
    v: Whole = VERSION
    """Version of this format."""


def type_of(leaf: Leaf) -> Any:
    """Type of a whole payload: an envelope with the content in it, or a request as it is.

    Args:
        leaf: of JSON.
    """
    envelope: Any = Envelope
    return leaf.content if leaf.is_request else envelope[leaf.content]


# one for all: it keeps nothing from message to message
_encoder = msgspec.json.Encoder()
_DECODERS: dict[tuple[Any, bool], msgspec.json.Decoder[Any]] = {
    (one.content, one.is_request): msgspec.json.Decoder(type_of(one)) for one in LEAVES if one.content is not None
}
"""By content, and whether it stands without an envelope: a part goes either way."""

Request = TypeVar("Request", CommandRequest, ControlRequest, SyncRequest, LinkRequest, Part)


class PayloadError(ValueError):
    """A payload that is not what its topic promises. Counted by the receiver, never shown as data."""


def encode(envelope: Envelope[Any]) -> bytes:
    """An envelope as JSON bytes. NaN and infinity become null."""
    return _encoder.encode(envelope)


def decode(leaf: Leaf, payload: bytes, limit_bytes: int = MAX_PAYLOAD_BYTES) -> Envelope[Any]:
    """An envelope from bytes.

    Args:
        leaf: its row; of a leaf with an envelope.
        payload: the bytes.
        limit_bytes: of a payload that is believed; more for one that came in parts.

    Raises:
        PayloadError: too large, malformed, or of a newer format.
    """
    envelope: Envelope[Any] = _decoded((leaf.content, leaf.is_request), payload, limit_bytes)
    return envelope


def _decoded(kind: tuple[Any, bool], payload: bytes, limit_bytes: int) -> Any:
    if len(payload) > limit_bytes:
        raise PayloadError(f"{len(payload)} bytes are too many")
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise PayloadError("it has no JSON of ours")
    try:
        found = decoder.decode(payload)
    # msgspec bounds its depth by the recursion limit of Python, and says so with its error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(str(error)) from error
    version = getattr(found, "v", VERSION)
    if version != VERSION:
        raise PayloadError(f"format version {version} is not known here")
    return found


def encode_request(request: CommandRequest | ControlRequest | SyncRequest | LinkRequest | Part) -> bytes:
    """A request as JSON bytes. Requests carry no envelope: they name the session that they are for."""
    return _encoder.encode(request)


def decode_request(kind: type[Request], payload: bytes, limit_bytes: int = MAX_PAYLOAD_BYTES) -> Request:
    """A request from bytes; an empty one asks for nothing in particular.

    Args:
        kind: which.
        payload: the bytes.
        limit_bytes: as of `decode`.

    Raises:
        PayloadError: too large, malformed, or of a newer format.
    """
    # mosquitto_pub -n sends nothing at all, which is the simplest way to ask everybody to speak
    request: Request = _decoded((kind, True), payload or b"{}", limit_bytes)
    return request
