# SPDX-License-Identifier: Apache-2.0
"""The one way for all that is large: a payload above 64 KiB goes in parts, each with the hash of the whole. Sans-I/O.

Parts travel on a leaf of their own, at QoS 1, behind everything that is urgent (`Lane.BULK`): a mission of a thousand
items must not stand before an order to hold. Retained leaves are never so large; who comes later asks for the content.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Annotated

import msgspec

from groundstation.fleet.sample import Whole

WHOLE_BYTES = 64 * 1024
"""A payload of up to so many bytes travels as it is."""
SLICE_BYTES = 64 * 1024
"""Of the payload in one part: 87 kB in base64, and 96 kB with everything around it."""
MAX_CONTENT_BYTES = 8 * 1024 * 1024
"""A larger payload is not sent, and no receiver takes it; nothing of ours is so large."""
MAX_OPEN_BYTES = 16 * 1024 * 1024
"""Of payloads that are not complete, what came of them together; the one heard longest ago gives way."""
PATIENCE_S = 60.0
"""A payload of which no part came for so long is given up."""
HASH_LETTERS = 64


class Part(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A slice of a payload (leaves `part`, and `part/req` for requests)."""

    leaf: Annotated[str, msgspec.Meta(max_length=64)]
    """Leaf on which the whole would have been published, such as `cmd/ack`."""
    hash: Annotated[str, msgspec.Meta(min_length=HASH_LETTERS, max_length=HASH_LETTERS)]
    """SHA-256 of the whole payload, hexadecimal."""
    size: Whole
    """Bytes of the whole payload."""
    number: Whole
    """Which slice, from 0; all but the last have `SLICE_BYTES`."""
    data: bytes
    """The slice; base64 in JSON."""
    v: Whole = 1
    """Version of this format."""


def is_large(payload: bytes) -> bool:
    """Whether a payload goes in parts."""
    return WHOLE_BYTES < len(payload) <= MAX_CONTENT_BYTES


def split(leaf: str, payload: bytes) -> list[Part]:
    """A payload in parts.

    Args:
        leaf: on which it would be published.
        payload: of more than `WHOLE_BYTES` bytes.
    """
    digest, size = hashlib.sha256(payload).hexdigest(), len(payload)
    return [
        Part(leaf=leaf, hash=digest, size=size, number=number, data=payload[begin : begin + SLICE_BYTES])
        for number, begin in enumerate(range(0, size, SLICE_BYTES))
    ]


class _Open(msgspec.Struct):
    """A payload that is not complete."""

    size: int
    slices: dict[int, bytes]
    heard_s: float


class Joiner:
    """Puts payloads together, in whatever order their parts come; bounded in memory and time. Its owner's thread."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str, str, int], _Open] = OrderedDict()
        self.spoiled = 0
        """Parts that contradict themselves or others, and payloads that are not what their hash promises."""
        self.given_up = 0
        """Payloads that did not become complete."""

    def take(self, owner: str, part: Part, now_s: float) -> bytes | None:
        """A part came.

        Args:
            owner: whose it is: two vehicles may say the same.
            part: as it came.
            now_s: seconds on a monotonic clock.

        Returns:
            The whole payload with its last part; None while some are missing.
        """
        self._forget(now_s)
        if not _is_plausible(part):
            self.spoiled += 1
            return None
        # two sizes of one hash: one of them is made up, and it must not keep the true one out
        key = owner, part.leaf, part.hash, part.size
        if key not in self._open:
            self.spoiled += any(other[:3] == key[:3] for other in self._open)
        found = self._open.setdefault(key, _Open(part.size, {}, now_s))
        self._open.move_to_end(key)
        found.heard_s = now_s
        found.slices[part.number] = part.data
        if len(found.slices) < _count(part.size):
            self._make_room()
            return None
        del self._open[key]
        payload = b"".join(found.slices[number] for number in range(len(found.slices)))
        if hashlib.sha256(payload).hexdigest() != part.hash:
            self.spoiled += 1
            return None
        return payload

    def _forget(self, now_s: float) -> None:
        while self._open:
            key, oldest = next(iter(self._open.items()))
            if now_s - oldest.heard_s <= PATIENCE_S:
                return
            del self._open[key]
            self.given_up += 1

    def _make_room(self) -> None:
        # by what came, each slice as a whole one: who announces much and sends little neither takes memory nor drives
        # out others
        held = sum(len(one.slices) for one in self._open.values())
        while len(self._open) > 1 and held * SLICE_BYTES > MAX_OPEN_BYTES:
            held -= len(next(iter(self._open.values())).slices)
            self._open.popitem(last=False)
            self.given_up += 1


def _count(size: int) -> int:
    return -(-size // SLICE_BYTES)


def _is_plausible(part: Part) -> bool:
    if not WHOLE_BYTES < part.size <= MAX_CONTENT_BYTES or part.number >= _count(part.size):
        return False
    return len(part.data) == min(SLICE_BYTES, part.size - part.number * SLICE_BYTES)
