# SPDX-License-Identifier: Apache-2.0
"""Which topic was heard longest ago, and whose payload goes first. Pure; each step costs the same for any number."""

from __future__ import annotations

import sys
from array import array
from typing import NamedTuple

KEPT_EACH_BYTES = 64 * 1024
"""Of one payload, its beginning."""


class Kept(NamedTuple):
    """The newest message of a topic, as far as it is kept."""

    payload: bytes
    """The payload, or its beginning."""
    properties: tuple[tuple[str, str], ...] = ()
    """MQTT 5 properties by name; empty where none came, or none can."""


class HearingOrder:
    """Topics in the order in which they were heard, with their payloads as far as a bound allows.

    A chain through two arrays, whose ends meet at node 0. No topic that was heard before `_first_kept` has a payload:
    so whose is to go next is known without a look at the others.
    """

    def __init__(self, kept_bytes: int) -> None:
        """Begin with nobody.

        Args:
            kept_bytes: of all payloads together, what Python needs for them included.
        """
        self._limit = kept_bytes
        self._older, self._newer = array("i", (0,)), array("i", (0,))
        self._kept: list[bytes | Kept | None] = [None]
        self._first_kept = 0
        self.kept_bytes = 0
        """Of all payloads, with what Python needs for them."""
        self.dropped_payloads = 0
        """Payloads that made room for newer ones."""

    @property
    def oldest(self) -> int:
        """The topic heard longest ago; 0 for none."""
        return self._newer[0]

    def add(self) -> None:
        """One node more, which is not in the chain."""
        self._older.append(0)
        self._newer.append(0)
        self._kept.append(None)

    def heard(self, node: int, *, is_new: bool) -> None:
        """A topic is now the newest."""
        older, newer = self._older, self._newer
        last = older[0]
        if last == node:
            return
        if not is_new:
            self._take_out(node)
            last = older[0]
        older[node], newer[node] = last, 0
        newer[last] = older[0] = node

    def remove(self, node: int) -> None:
        """A topic is forgotten, with its payload."""
        self._take_out(node)
        self._put(node, None)

    def keep(self, node: int, payload: bytes, properties: tuple[tuple[str, str], ...]) -> None:
        """Keep the newest message of the topic that was just heard; the oldest payloads make room."""
        payload = payload if len(payload) <= KEPT_EACH_BYTES else payload[:KEPT_EACH_BYTES]
        # nearly every message is plain, and a pair of objects for each would double what a number takes
        self._put(node, Kept(payload, properties) if properties else payload)
        if self._first_kept == 0:
            self._first_kept = node
        while self.kept_bytes > self._limit and self._first_kept not in (0, node):
            gone = self._first_kept
            self._first_kept = self._newer[gone]
            self.dropped_payloads += self._kept[gone] is not None
            self._put(gone, None)

    def kept(self, node: int) -> Kept | None:
        """The newest message of a topic; None where it made room for others, or none came."""
        found = self._kept[node]
        return Kept(found) if isinstance(found, bytes) else found

    def has_kept(self, node: int) -> bool:
        """Whether a payload is there."""
        return self._kept[node] is not None

    def _take_out(self, node: int) -> None:
        older, newer = self._older, self._newer
        before, after = older[node], newer[node]
        newer[before], older[after] = after, before
        if self._first_kept == node:
            self._first_kept = after

    def _put(self, node: int, what: bytes | Kept | None) -> None:
        self.kept_bytes += _cost(what) - _cost(self._kept[node])
        self._kept[node] = what


def _cost(what: bytes | Kept | None) -> int:
    if what is None:
        return 0
    if isinstance(what, bytes):
        return sys.getsizeof(what)
    words = sum(sys.getsizeof(one) for pair in what.properties for one in pair)
    return sys.getsizeof(what) + sys.getsizeof(what.payload) + words + 56 * len(what.properties)
