# SPDX-License-Identifier: Apache-2.0
"""CRC-16/MCRF4XX, the checksum of MAVLink frames, of many frames at a time. Pure.

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


def checksums(rows: NDArray[np.uint8], lengths: NDArray[np.int64], extras: NDArray[np.uint8]) -> Words:
    """Checksum of each row and one more byte.

    Args:
        rows: shape (n, width), contiguous, width even: the checked bytes of frames, and anything behind them.
        lengths: shape (n,), ascending: how many bytes of each row are checked.
        extras: shape (n,): the last checked byte, which is not in the frame (CRC_EXTRA).

    Returns:
        Shape (n,), uint16.
    """
    state = np.full(rows.shape[0], _START, np.uint16)
    mixed = np.empty_like(state)
    table = _word_steps()
    words = rows.view("<u2")
    counts = lengths // 2
    # those that are at their end stand before those that go on
    firsts = np.searchsorted(counts, np.arange(1, int(counts[-1]) + 1 if counts.size else 1)).tolist()
    for place, first in enumerate(firsts):
        going, word = state[first:], mixed[first:]
        np.bitwise_xor(going, words[first:, place], out=word)
        # every 16-bit index is inside; "clip" only spares numpy a copy
        np.take(table, word, out=going, mode="clip")
    odd = np.flatnonzero(lengths % 2)
    if odd.size:
        state[odd] = _after_byte(state[odd], rows[odd, lengths[odd] - 1])
    return _after_byte(state, extras)
