# SPDX-License-Identifier: Apache-2.0
"""CRC-16/MCRF4XX, the checksum of MAVLink frames, of many frames of one length at a time. Pure.

Definition: MAVLink guide, "Packet Serialization" (polynomial 0x1021 reflected, starts with 0xFFFF). Two bytes go in at
each step: the state after a word is one look-up of (state XOR word), since the checksum is linear.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint16]

_POLYNOMIAL = 0x8408
"""0x1021 with its bits turned round."""
_START = 0xFFFF


@cache
def _byte_steps() -> Words:
    """State after a byte by (state XOR byte) & 0xFF, to be XORed with state >> 8. Shape (256,)."""
    table = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ _POLYNOMIAL, table >> 1).astype(np.uint16)
    return table


@cache
def _word_steps() -> Words:
    """State after two bytes by state XOR word. Shape (65536,)."""
    state = np.arange(65_536, dtype=np.uint16)
    for _ in range(2):
        state = _byte_steps()[state & 0xFF] ^ (state >> 8)
    return state


def _after_byte(state: Words, byte: NDArray[np.uint8]) -> Words:
    steps: Words = _byte_steps()[(state ^ byte) & 0xFF] ^ (state >> 8)
    return steps


def checksums(rows: NDArray[np.uint8], extras: NDArray[np.uint8]) -> Words:
    """Checksum of each row and one more byte.

    Args:
        rows: shape (n, length): the checked bytes of frames of one length.
        extras: shape (n,): the last checked byte, which is not in the frame (CRC_EXTRA).

    Returns:
        Shape (n,), uint16.
    """
    length = rows.shape[1]
    state = np.full(rows.shape[0], _START, np.uint16)
    mixed = np.empty_like(state)
    table = _word_steps()
    even = rows[:, : length - length % 2]
    words = np.ascontiguousarray(even).view("<u2")
    for place in range(words.shape[1]):
        np.bitwise_xor(state, words[:, place], out=mixed)
        # every 16-bit index is inside; "clip" only spares numpy a copy
        np.take(table, mixed, out=state, mode="clip")
    if length % 2:
        state = _after_byte(state, rows[:, -1])
    return _after_byte(state, extras)
