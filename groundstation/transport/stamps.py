# SPDX-License-Identifier: Apache-2.0
"""Session, number and time of a message of the tree, whatever is in it. No thread, no I/O."""

from __future__ import annotations

import msgspec

from groundstation.fleet.sample import Whole
from groundstation.transport import frame_batches, payloads, topics


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """What an envelope or the header of a batch says of its message; see `payloads.Envelope`."""

    sid: str
    seq: Whole
    ts: Whole
    bms: Whole = 0


_decoder = msgspec.json.Decoder(Stamp)
MAX_SEQ = 1 << 53
"""More is no count of messages."""


def stamp_of(leaf: str, payload: bytes) -> Stamp | None:
    """The stamp of a message; None where there is none: a request, damage, a stranger's.

    Args:
        leaf: what the topic ends with.
        payload: as received.
    """
    if leaf == topics.RAW_FRAMES:
        batch = frame_batches.decode(payload)
        return None if batch is None else Stamp(batch.sid, batch.seq, batch.ts, batch.bms)
    # a recorder looks at every message: what is no message of ours must not cost a parse
    if len(payload) > payloads.MAX_PAYLOAD_BYTES:
        return None
    try:
        stamp = _decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return stamp if 0 <= stamp.seq < MAX_SEQ and len(stamp.sid) <= 64 else None
