# SPDX-License-Identifier: Apache-2.0
"""Payloads of the fleet's tree: the envelope, and the domain's types in it, to JSON bytes and back.

`{"v": 1, "sid": ..., "seq": ..., "ts": ..., "bms": ..., "d": ...}`; unknown fields are ignored, a breaking change
raises `v`. No thread, no I/O.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from groundstation.fleet.commands import CommandQuery, CommandReport, CommandRequest
from groundstation.fleet.control import Control, ControlRequest, StationPresence
from groundstation.fleet.events import Event
from groundstation.fleet.identity import VehicleInfo
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import BridgePresence, Connection, LinkReport
from groundstation.fleet.recorder import LateEnd, LateMarks, Missed, RecorderStatus, StationSensors
from groundstation.fleet.sample import Whole
from groundstation.transport import topics

VERSION = 1
MAX_PAYLOAD_BYTES = 64 * 1024
"""A larger payload on the fleet's tree is not ours; it is counted and dropped before it is parsed."""

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


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The overview of a vehicle in under 400 bytes (topic `tlm/sum`), for lists of hundreds over weak links."""

    lat_deg: float | None = None
    """WGS 84 latitude, degrees north."""
    lon_deg: float | None = None
    """WGS 84 longitude, degrees east."""
    height_home_m: float | None = None
    """Height above home, metres."""
    heading_deg: float | None = None
    """Direction of the nose, degrees from true north."""
    ground_speed_mps: float | None = None
    """Metres per second."""
    charge_fraction: float | None = None
    """Lowest charge of its packs, 0 to 1."""
    mode: str | None = None
    """Flight mode."""
    is_armed: bool | None = None
    """Whether its motors may turn."""
    landed: str | None = None
    """`on_ground`, `in_air`, `taking_off`, `landing`."""
    worst: str | None = None
    """The worst of its conditions in words; None when there is none."""
    age_s: float | None = None
    """Age of the position at the moment of writing, seconds."""


ENVELOPES: dict[str, Any] = {
    topics.CONN: Envelope[Connection],
    topics.INFO: Envelope[VehicleInfo],
    topics.STATE: Envelope[Samples],
    topics.LINK: Envelope[LinkReport],
    topics.EVT: Envelope[Event],
    topics.TLM: Envelope[Samples],
    topics.TLM_SUM: Envelope[Summary],
    topics.CTL: Envelope[Control],
    topics.CMD_ACK: Envelope[CommandReport],
    topics.BRIDGE: Envelope[BridgePresence],
    topics.STATION: Envelope[StationPresence],
    topics.RECORDER: Envelope[RecorderStatus],
    topics.SENSORS: Envelope[StationSensors],
    topics.LATE_END: Envelope[LateEnd],
    topics.LATE_MARKS: Envelope[LateMarks],
}
"""Envelope with its content by the end of the topic; for the `conn` of a service by the service."""

_encoder = msgspec.json.Encoder()
_CONTENT: dict[str, msgspec.json.Decoder[Any]] = {
    leaf: msgspec.json.Decoder(envelope) for leaf, envelope in ENVELOPES.items()
}


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of `sync/req`; may be empty."""

    from_event: Whole | None = None
    """Number of the first event that the asker misses."""
    commands: CommandQuery | None = None
    """Commands whose fate is asked for."""
    gaps: tuple[Missed, ...] = ()
    """Messages that a recorder missed; answered on `late/<leaf>` and `late/end`."""


Request = TypeVar("Request", CommandRequest, ControlRequest, SyncRequest)
_REQUESTS: dict[type[Any], msgspec.json.Decoder[Any]] = {
    one: msgspec.json.Decoder(one) for one in (CommandRequest, ControlRequest, SyncRequest)
}


class PayloadError(ValueError):
    """A payload that is not what its topic promises. Counted by the receiver, never shown as data."""


def encode(envelope: Envelope[Any]) -> bytes:
    """An envelope as JSON bytes. NaN and infinity become null."""
    return _encoder.encode(envelope)


def decode(leaf: str, payload: bytes) -> Envelope[Any]:
    """An envelope from bytes.

    Args:
        leaf: what the topic ends with; `_bridge`, `_gs` or `_recorder` for the `conn` of one of these.
        payload: the bytes.

    Raises:
        PayloadError: too large, malformed, of a newer format, or of a leaf that has no format.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise PayloadError(f"{len(payload)} bytes are too many")
    decoder = _CONTENT.get(leaf) or (_CONTENT[topics.TLM] if leaf.startswith("tlm/") else None)
    if decoder is None:
        raise PayloadError(f"no format for '{leaf[:40]}'")
    try:
        envelope: Envelope[Any] = decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(str(error)) from error
    if envelope.v != VERSION:
        raise PayloadError(f"format version {envelope.v} is not known here")
    return envelope


def encode_request(request: CommandRequest | ControlRequest | SyncRequest) -> bytes:
    """A request as JSON bytes. Requests carry no envelope: they name the session that they are for."""
    return _encoder.encode(request)


def decode_request(kind: type[Request], payload: bytes) -> Request:
    """A request from bytes.

    Args:
        kind: which.
        payload: the bytes.

    Raises:
        PayloadError: too large, malformed, or of a newer format.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise PayloadError(f"{len(payload)} bytes are too many")
    try:
        request: Request = _REQUESTS[kind].decode(payload or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(str(error)) from error
    if getattr(request, "v", VERSION) != VERSION:
        raise PayloadError("this format version is not known here")
    return request
