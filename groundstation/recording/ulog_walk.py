# SPDX-License-Identifier: Apache-2.0
"""Goes over a ULog from message to message and says where it makes no sense. Sans-I/O.

Layout: PX4 guide, "ULog File Format": 16 bytes of header, then messages of two bytes size, one byte type, payload.
"""

from __future__ import annotations

import struct

from groundstation.recording.log import Progress
from groundstation.recording.log_lookup import DamageCount

MAGIC = b"\x55\x4c\x6f\x67\x01\x12\x35"
HEADER_BYTES = 16
_SYNC = b"\x2f\x73\x13\x20\x25\x0c\xbb\x12"
_SYNC_RECORD = b"\x08\x00S" + _SYNC
_TYPES = frozenset(b"BFIMPQARSOLCD")
_HEAD = struct.Struct("<HB")
_TOLD_EVERY = 1 << 17


def ulog_damage(data: bytes, on_progress: Progress | None = None) -> DamageCount:
    """Find what is no message.

    Args:
        data: the whole file; anything that can be sliced and searched.
        on_progress: told how far it is; may cancel.
    """
    count = DamageCount()
    place, end, told = HEADER_BYTES, len(data), 0
    unpack = _HEAD.unpack_from
    while place + 3 <= end:
        size, kind = unpack(data, place)
        after = place + 3 + size
        if kind in _TYPES and after <= end:
            place = after
            if on_progress is not None and place - told > _TOLD_EVERY:
                told = place
                on_progress(place / end)
            continue
        found = data.find(_SYNC_RECORD, place)
        if found < 0:
            break
        count.add(place, found - place, "no ULog message")
        place = found
    _judge_end(count, data, place)
    return count


def _judge_end(count: DamageCount, data: bytes, place: int) -> None:
    rest = len(data) - place
    if rest <= 0:
        return
    if rest < 3 or data[place + 2] in _TYPES:
        count.cut(rest)
    else:
        count.add(place, rest, "no ULog message")
