# SPDX-License-Identifier: Apache-2.0
"""How much flows through each node of a tree of topics. Pure; numbers in plain arrays, 52 bytes a node."""

from __future__ import annotations

from array import array

WINDOW_S = 10.0
"""Rates are of the last so many seconds."""
LEAST_WINDOW_S = 1.0
"""Of a tree that has just begun."""
_32_BITS = 0xFFFFFFFF


class Flows:
    """Counts, bytes and rates by the number of a node.

    A rate needs no times of messages: of two spans of `WINDOW_S` the messages are counted, and of the older one the
    share is taken that the window still covers.
    """

    def __init__(self, began_s: float) -> None:
        """Begin with no node.

        Args:
            began_s: since when messages are heard, seconds on the station's monotonic clock.
        """
        self._began_s = began_s
        self.counts = array("Q")
        self.bytes = array("Q")
        self.last_s = array("d")
        self.sizes = array("I")
        # what the totals were when the span began, and the one before it; of 32 bits, since only differences count
        self._at_begin, self._before = array("I"), array("I")
        self._bytes_at_begin, self._bytes_before = array("I"), array("I")
        self._begins = (self._at_begin, self._before, self._bytes_at_begin, self._bytes_before)

    def add(self) -> None:
        """One node more."""
        for whole in (self.counts, self.bytes, self.sizes, *self._begins):
            whole.append(0)
        self.last_s.append(0.0)

    def clear(self, node: int) -> None:
        """A node begins anew."""
        for whole in (self.counts, self.bytes, self.sizes, *self._begins):
            whole[node] = 0
        self.last_s[node] = 0.0

    def heard(self, node: int, parents: array[int], size_bytes: int, at_s: float) -> None:
        """A message came at a node: it counts there and at each node above.

        Args:
            node: the topic's.
            parents: of each node; -1 above the root.
            size_bytes: of the whole payload.
            at_s: seconds on the station's monotonic clock.
        """
        # the hottest loop of the tree: three numbers a level, the rest once in ten seconds
        counts, volumes, last_s = self.counts, self.bytes, self.last_s
        begin_s = at_s - at_s % WINDOW_S
        self.sizes[node] = min(size_bytes, _32_BITS)
        while node >= 0:
            if last_s[node] < begin_s:
                self._begin_span(node, is_next=last_s[node] >= begin_s - WINDOW_S)
            last_s[node] = at_s
            counts[node] += 1
            volumes[node] += size_bytes
            node = parents[node]

    def _begin_span(self, node: int, *, is_next: bool) -> None:
        count, volume = self.counts[node] & _32_BITS, self.bytes[node] & _32_BITS
        self._before[node] = self._at_begin[node] if is_next else count
        self._bytes_before[node] = self._bytes_at_begin[node] if is_next else volume
        self._at_begin[node], self._bytes_at_begin[node] = count, volume

    def rate_hz(self, node: int, now_s: float) -> float:
        """Messages a second over the last `WINDOW_S`."""
        return self._rate(node, now_s, self.counts[node], self._at_begin[node], self._before[node])

    def bytes_per_s(self, node: int, now_s: float) -> float:
        """Payload bytes a second over the last `WINDOW_S`."""
        return self._rate(node, now_s, self.bytes[node], self._bytes_at_begin[node], self._bytes_before[node])

    def _rate(self, node: int, now_s: float, total: int, at_begin: int, before: int) -> float:
        passed = now_s // WINDOW_S - self.last_s[node] // WINDOW_S
        newer, older = (total - at_begin) & _32_BITS, (at_begin - before) & _32_BITS
        if passed > 0.0:
            # the span of the last message is over: it is the older one by now, or older than that
            newer, older = 0, newer if passed == 1.0 else 0
        since_s = now_s - self._began_s
        if since_s < WINDOW_S:
            return (newer + older) / max(LEAST_WINDOW_S, since_s)
        return (newer + older * (1.0 - now_s % WINDOW_S / WINDOW_S)) / WINDOW_S
