# SPDX-License-Identifier: Apache-2.0
"""Batches of MAVLink frames as they came (leaf `raw/_mav`): a header of ours, then the records of a telemetry log.

A record is 8 bytes, big-endian microseconds since 1970, and the frame, as MAVProxy, Mission Planner and QGroundControl
write it: the bodies of all batches, one behind the other, are a tlog. No thread, no I/O.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

MAGIC = b"MAVB"
VERSION = 1
CONTENT_TYPE = "application/vnd.mavlink.v2"
_HEADER = struct.Struct("<4sB3x16sQQQ")
HEADER_BYTES = _HEADER.size
STAMP_BYTES = 8


class FrameBatch(NamedTuple):
    """A batch taken apart; sid, seq, ts and bms mean what they mean in an `Envelope`."""

    sid: str
    seq: int
    ts: int
    bms: int
    body: bytes
    """Records of a telemetry log."""


def encode(batch: FrameBatch) -> bytes:
    """A batch as bytes; the session id is cut to 16 letters, which is what ours have."""
    # a fixed header in place of JSON: frames are bytes, which JSON could only hold as text, a third longer
    header = _HEADER.pack(MAGIC, VERSION, batch.sid.encode("ascii", "replace")[:16], batch.seq, batch.ts, batch.bms)
    return header + batch.body


def decode(payload: bytes) -> FrameBatch | None:
    """A batch from bytes; None for what is none."""
    if len(payload) < HEADER_BYTES:
        return None
    magic, version, sid, seq, ts, bms = _HEADER.unpack_from(payload)
    if magic != MAGIC or version != VERSION:
        return None
    return FrameBatch(sid.rstrip(b"\0").decode("ascii", "replace"), seq, ts, bms, payload[HEADER_BYTES:])


def record(time_us: int, frame: bytes) -> bytes:
    """One record of a telemetry log.

    Args:
        time_us: microseconds since 1970 UTC.
        frame: the whole frame.
    """
    return time_us.to_bytes(STAMP_BYTES, "big") + frame
