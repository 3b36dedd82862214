# SPDX-License-Identifier: Apache-2.0
"""Follows `seq`, which a node and its devices share: 0 to 255, then 0 again. Pure.

A number alone does not tell an old message from one after a long outage of ours; the node's own clock does, unless it
was set: so what seems old is let through once some of it came in a row.
"""

from __future__ import annotations

import enum

WRAP = 256
"""Numbers there are (Sparkplug 3.0, chapter 6)."""
HALF = WRAP // 2
IN_A_ROW = 3
"""So many messages of before that follow each other are of a node whose clock was set back."""
RECENT = 8
"""Where no time is told, one of so many numbers before the last one is late, and no other."""
SECOND_ROW = 5
"""So many messages that don't follow the others, but each other, are of a second node of that name."""
CALM_ROW = 20
"""After so many that follow each other there is one node."""


class Verdict(enum.Enum):
    """What a number says."""

    NEXT = enum.auto()
    """As it should be."""
    GAP = enum.auto()
    """Others are missing before it."""
    FILLS = enum.auto()
    """One that was missing: it was overtaken."""
    LATE = enum.auto()
    """Known already, or of an earlier life: to be left out."""


class NodeSequence:
    """The numbers of one life of a node."""

    def __init__(self, first: int, born_ms: int | None) -> None:
        """Begin.

        Args:
            first: of the birth; any, since the specification says both 0 and any.
            born_ms: when that was, by the node's clock; None where it was not told.
        """
        self.last = first % WRAP
        self.born_ms = born_ms
        self.newest_ms = born_ms
        """The newest time that was told with a number, by the node's clock."""
        self._oldest_ms = born_ms
        self.missing: set[int] = set()
        """Numbers that did not come; also once they come again in the next round, since what they said is not known."""
        self._refused, self._in_a_row = -1, 0
        self._second, self._of_second, self._calm = -1, 0, 0

    @property
    def has_second(self) -> bool:
        """Whether two count at once."""
        return self._of_second >= SECOND_ROW

    def take(self, seq: int, at_ms: int | None) -> tuple[Verdict, int]:
        """One more.

        Args:
            seq: its number.
            at_ms: when it was said, by the node's clock; None where that is not told.

        Returns:
            What it is, and how many are missing before it.
        """
        seq %= WRAP
        ahead = (seq - self.last - 1) % WRAP
        if seq in self.missing and ahead >= HALF and self._is_before(at_ms, self.newest_ms, or_same=True):
            self.missing.discard(seq)
            return Verdict.FILLS, 0
        self._look_for_second(seq, ahead)
        if self._is_late(ahead, at_ms) and not self._goes_on(seq):
            return Verdict.LATE, 0
        self._refused, self._in_a_row = -1, 0
        self._second = self.last if ahead else self._second
        self.missing.update((self.last + 1 + step) % WRAP for step in range(ahead))
        self.last = seq
        self.newest_ms = at_ms if at_ms is not None else self.newest_ms
        return (Verdict.GAP, ahead) if ahead else (Verdict.NEXT, 0)

    def _look_for_second(self, seq: int, ahead: int) -> None:
        if ahead == 0:
            self._calm += 1
            if self._calm >= CALM_ROW:
                self._of_second = 0
            return
        self._calm = 0
        self._of_second += seq == (self._second + 1) % WRAP
        self._second = seq

    def _is_late(self, ahead: int, at_ms: int | None) -> bool:
        if ahead == 0:
            # it follows: only one that was said before the birth is of another life
            return at_ms is not None and self._is_before(at_ms, self._oldest_ms)
        if at_ms is None:
            return ahead >= WRAP - RECENT
        # the number that came last: twice the same message, or 255 are missing
        return self._is_before(at_ms, self.newest_ms, or_same=ahead == WRAP - 1)

    def _goes_on(self, seq: int) -> bool:
        self._in_a_row = self._in_a_row + 1 if seq == (self._refused + 1) % WRAP else 1
        self._refused = seq
        if self._in_a_row < IN_A_ROW:
            return False
        self._oldest_ms = None
        return True

    @staticmethod
    def _is_before(at_ms: int | None, known_ms: int | None, *, or_same: bool = False) -> bool:
        """Whether it was said before that; without times whatever the number says counts."""
        if at_ms is None or known_ms is None:
            return or_same
        return at_ms < known_ms or (or_same and at_ms == known_ms)
