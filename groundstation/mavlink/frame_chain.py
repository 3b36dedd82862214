# SPDX-License-Identifier: Apache-2.0
"""Checksums of frames that lie one behind the other, some dozens at a time. Pure.

A CRC runs on: from any state, the two right bytes lead to any other. In a copy of the file each stamp is written over
with what leads from nought to a checksum's beginning, and each checksum with what leads from the state that it stands
for back to nought. So native code goes over a whole block at once, and ends at nought exactly if the errors in it add
up to nought. In a block this short no two or three wrong bits do, nor a burst of up to 16, as in a frame alone: the
polynomial has the factor x + 1, and repeats itself only after 32,767 bits. Of anything else one in 65,536 passes, of a
block as of a frame. Who gets another number than nought looks at each frame of the block.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from fastcrc.crc16 import mcrf4xx
from numpy.typing import NDArray

from groundstation.mavlink.checksums import CHECKSUM_BYTES, Words, byte_steps
from groundstation.mavlink.frames import SIGNATURE_BYTES
from groundstation.mavlink.record_walk import Bytes, Flags, Places

BLOCK_BYTES = 3_700
"""From begin to begin of blocks: with the rest of its last record one is shorter than 4,095 bytes."""
PIECE_BLOCKS = 32
"""So many are copied at once: memory that is used again costs less than such that is touched for the first time."""
_WORD = np.dtype("<u2")
_BEGIN = np.frombuffer(b"\0\0\0\0\0\0\0!\xf3", np.uint8)
"""In place of stamp and magic: leads from nought to 0xFFFF."""
_SEAM = np.dtype((np.void, CHECKSUM_BYTES + _BEGIN.size))
"""Checksum of a record, stamp and magic of the one behind it: written over in one go."""
_SIGNED_SEAM = np.concatenate([np.zeros(SIGNATURE_BYTES, np.uint8), _BEGIN])
_OVERHANG_BYTES = CHECKSUM_BYTES + _SIGNED_SEAM.size
"""What is written over behind the last record of a piece, at most."""


class Chain(NamedTuple):
    """Records each of which begins where the one before it ends; arrays of shape (n,)."""

    starts: Places
    """Where each begins."""
    behind: NDArray[np.uint16]
    """Bytes of each before its checksum."""
    sizes: NDArray[np.uint16]
    extras: Words
    """CRC_EXTRA of each."""
    is_left_out: Flags
    """Those that can't be checked."""

    def part(self, which: slice, begin: int) -> Chain:
        """Some of them.

        Args:
            which: from and to which one.
            begin: where their bytes begin, from which their places count.
        """
        columns: list[Any] = [column[which] for column in self[1:]]
        return Chain(self.starts[which] - begin, *columns)


def wrong_blocks(data: Bytes, chain: Chain) -> Iterator[slice]:
    """Stretches of records in which a checksum is wrong.

    Args:
        data: what they are in.
        chain: the records, at least one.

    Yields:
        From and to which record.
    """
    first, last = int(chain.starts[0]), int(chain.starts[-1])
    edges = chain.starts.searchsorted(np.arange(first, last + 1, BLOCK_BYTES))
    places = [*chain.starts[edges].tolist(), last + int(chain.sizes[-1])]
    rows = [*edges.tolist(), chain.starts.size]
    is_plain = not chain.is_left_out.any() and int((chain.sizes - chain.behind).max()) == CHECKSUM_BYTES
    pieces = range(0, len(edges), PIECE_BLOCKS)
    ends = [min(number + PIECE_BLOCKS, len(edges)) for number in pieces]
    room = _Room(
        max(places[end] - places[number] for number, end in zip(pieces, ends, strict=True)),
        max(rows[end] - rows[number] for number, end in zip(pieces, ends, strict=True)),
    )
    for number, end in zip(pieces, ends, strict=True):
        begin = places[number]
        part = chain.part(slice(rows[number], rows[end]), begin)
        view = room.written_over(data[begin : places[end]], part, is_plain).data
        for block in range(number, end):
            if mcrf4xx(view[places[block] - begin : places[block + 1] - begin], 0):
                yield slice(rows[block], rows[block + 1])


class _Room:
    """Room for a copy of some records, one piece after the other.

    Args:
        size_bytes: of the longest piece.
        count: of records in a piece, at most.
    """

    def __init__(self, size_bytes: int, count: int) -> None:
        self._copy = np.empty(size_bytes + _OVERHANG_BYTES, np.uint8)
        self._seams = np.empty(count, _SEAM)
        self._seams.view(np.uint8).reshape(-1, _SEAM.itemsize)[:, CHECKSUM_BYTES:] = _BEGIN
        self._ends = np.ndarray((count,), _WORD, self._seams, 0, (_SEAM.itemsize,))

    def written_over(self, found: Bytes, chain: Chain, is_plain: bool) -> Bytes:
        """A copy of records in which each leads from nought to nought where its checksum is right.

        Args:
            found: the records.
            chain: how they lie there.
            is_plain: whether there is nothing in them that no checksum covers.

        Returns:
            The copy, until the next one is made.
        """
        copy, count = self._copy, chain.starts.size
        copy[: found.size] = found
        behind = chain.starts + chain.behind
        written = found.take(behind + 1).astype(np.uint16)
        written <<= 8
        written |= found.take(behind)
        self._ends[:count] = _ends(written, chain.extras)
        copy[: _BEGIN.size] = _BEGIN
        _overlapping(copy, _SEAM)[behind] = self._seams[:count]
        if not is_plain:
            _leave_out(copy, chain)
        return copy


def _leave_out(copy: Bytes, chain: Chain) -> None:
    """Noughts, which change nothing, for what no checksum covers: signatures, which have their own, and whole records.

    Args:
        copy: the bytes of the records.
        chain: how they lie.
    """
    signed = np.flatnonzero(chain.sizes - chain.behind == CHECKSUM_BYTES + SIGNATURE_BYTES)
    places = (chain.starts + chain.behind)[signed] + CHECKSUM_BYTES
    seam = _SIGNED_SEAM.view((np.void, _SIGNED_SEAM.size))
    _overlapping(copy, seam.dtype)[places] = seam
    left_out = np.flatnonzero(chain.is_left_out)
    for start, size in zip(chain.starts[left_out].tolist(), chain.sizes[left_out].tolist(), strict=True):
        copy[start : start + size] = 0


def _overlapping(data: Bytes, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Values of a type, one a byte, not copied."""
    return np.ndarray((max(data.size - dtype.itemsize + 1, 0),), dtype, data, 0, (1,))


def _ends(written: Words, extras: Words) -> Words:
    """What leads each record to nought if its checksum is right: the state before CRC_EXTRA.

    Args:
        written: shape (n,), the checksums.
        extras: shape (n,).
    """
    ends: Words = written << np.uint16(8)
    ends ^= _befores().take(written >> 8)
    ends ^= extras
    return ends


@cache
def _befores() -> Words:
    """The state before a byte nought, by the high byte of that behind it, whose low byte is nought: shape (256,)."""
    steps = byte_steps()
    found = np.empty(256, np.uint16)
    # all high bytes of the table are different ones
    found[steps >> 8] = (steps << 8) | np.arange(256, dtype=np.uint16)
    return found
