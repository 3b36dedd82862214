# SPDX-License-Identifier: Apache-2.0
"""A set of whole numbers as few ranges: which messages of a topic came. Sans-I/O, one thread."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator


class NumberRanges:
    """Numbers that came. Bounded: beyond its bound the two ranges that are nearest to each other become one."""

    __slots__ = ("_edges", "_max_ranges")

    def __init__(self, max_ranges: int) -> None:
        """Begin empty.

        Args:
            max_ranges: bound of what is kept apart.
        """
        self._max_ranges = max_ranges
        self._edges: list[int] = []
        """First number of a range, number behind its last, first of the next ...: always rising."""

    def __contains__(self, number: int) -> bool:
        # edges alternate between begin and end: an odd place is inside of a range
        return bisect_right(self._edges, number) % 2 == 1

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """First and last of each range, rising."""
        edges = self._edges
        return ((edges[place], edges[place + 1] - 1) for place in range(0, len(edges), 2))

    def add(self, number: int) -> bool:
        """Put a number in; False when it is in already."""
        edges = self._edges
        # nearly always: the next number in turn, without a search
        if edges and edges[-1] == number:
            edges[-1] = number + 1
            return True
        place = bisect_right(edges, number)
        if place % 2 == 1:
            return False
        touches_before = place > 0 and edges[place - 1] == number
        touches_behind = place < len(edges) and edges[place] == number + 1
        if touches_before and touches_behind:
            del edges[place - 1 : place + 1]
        elif touches_before:
            edges[place - 1] = number + 1
        elif touches_behind:
            edges[place] = number
        else:
            edges[place:place] = (number, number + 1)
            self._bound()
        return True

    def add_range(self, first: int, last: int) -> None:
        """Put all numbers from `first` to `last` in."""
        edges = self._edges
        # one farther on each side, so that ranges which only touch become one
        begin, end = bisect_right(edges, first - 1), bisect_right(edges, last + 1)
        start = edges[begin - 1] if begin % 2 == 1 else first
        behind = edges[end] if end % 2 == 1 else last + 1
        edges[begin - begin % 2 : end + end % 2] = (start, max(behind, last + 1))
        self._bound()

    def gaps(self, first: int, last: int) -> list[tuple[int, int]]:
        """What of `first` to `last` is not in, as first and last of each gap, rising."""
        if first > last:
            return []
        edges = self._edges
        found = []
        place = bisect_right(edges, first)
        start = edges[place] if place % 2 == 1 else first
        place += place % 2
        while start <= last:
            end = edges[place] - 1 if place < len(edges) else last
            if start <= min(end, last):
                found.append((start, min(end, last)))
            if place >= len(edges):
                break
            start = edges[place + 1]
            place += 2
        return found

    def _bound(self) -> None:
        edges = self._edges
        if len(edges) <= 2 * self._max_ranges:
            return
        # the smallest gap is given up: it costs the fewest numbers that are then taken for had
        place = min(range(1, len(edges) - 1, 2), key=lambda one: edges[one + 1] - edges[one])
        del edges[place : place + 2]
