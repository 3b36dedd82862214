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

CHECKSUM_BYTES = 2
"""In a frame."""

_POLYNOMIAL = 0x8408
"""0x1021 with its bits turned round."""
_START = 0xFFFF


@cache
def byte_steps() -> Words:
    """Not to be changed. State after a byte by (state XOR byte) & 0xFF, to be XORed with state >> 8. Shape (256,)."""
    table = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ _POLYNOMIAL, table >> 1).astype(np.uint16)
    return table


@cache
def _word_steps() -> Words:
    """State after two bytes by state XOR word. Shape (65536,)."""
    first = byte_steps()
    # the first byte leaves its step, of which the second takes the low half; what each of them does adds up
    low = first[first & 0xFF] ^ (first >> 8)
    steps: Words = np.bitwise_xor.outer(first, low).ravel()
    return steps


def _after_byte(state: Words, byte: NDArray[np.uint8]) -> Words:
    steps: Words = byte_steps()[(state ^ byte) & 0xFF] ^ (state >> 8)
    return steps


def checksums(rows: NDArray[np.uint8], lengths: NDArray[np.uint16]) -> Words:
    """Checksum of each row.

    Args:
        rows: shape (n, width), contiguous, width even: the checked bytes of frames, and anything behind them.
        lengths: shape (n,), ascending: how many bytes of each row are checked.

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
        # every 16-bit index is inside; "wrap" only spares numpy a copy, and a comparison more than "clip"
        table.take(word, out=going, mode="wrap")
    odd = np.flatnonzero(lengths & 1)
    if odd.size:
        last = rows.ravel().take(odd * rows.shape[1] + (lengths[odd] - 1))
        state[odd] = _after_byte(state[odd], last)
    return state
