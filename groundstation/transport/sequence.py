# SPDX-License-Identifier: Apache-2.0
"""Follows the numbers of every topic: what came twice, what is missing, when to ask for it. Sans-I/O, one thread.

Numbers run from 0 in each session of a topic (`sid`). A gap is asked for a moment after it is seen, again when no
answer comes, and given up when the writer says that it has nothing more.
"""

from __future__ import annotations

from collections import OrderedDict

import msgspec

PATIENCE_S = 0.5
"""Late and reordered messages have so long to come by themselves."""
ASK_AGAIN_S = 5.0
LONGEST_WAIT_S = 60.0
MAX_ASKED = 12
"""A gap that was asked for so often, over some minutes, without a word is given up."""
MAX_RUNS = 50_000
"""Sessions of topics that are followed; the one heard longest ago goes first."""
MAX_GAPS = 1_000
"""Gaps kept of one session of a topic; the oldest is given up."""
GAP_NUMBERS = 2_000
"""Numbers asked for at once: a long gap is asked for in parts."""


class Gap(msgspec.Struct, frozen=True):
    """Numbers that are missing."""

    topic: str
    sid: str
    first: int
    last: int
    """Included."""


class RunState(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one session of a topic."""

    topic: str
    sid: str
    start: int
    """The earliest number that is looked after."""
    next_seq: int
    holes: tuple[tuple[int, int], ...] = ()
    """First and last of each gap."""


class _Hole:
    """A gap and when it is asked for next."""

    __slots__ = ("ask_s", "asked", "first", "last", "wait_s")

    def __init__(self, first: int, last: int, ask_s: float) -> None:
        self.first, self.last, self.ask_s, self.wait_s = first, last, ask_s, ASK_AGAIN_S
        self.asked = 0


class _Run:
    """One session of one topic."""

    __slots__ = ("holes", "next_seq", "start")

    def __init__(self, start: int) -> None:
        self.start = self.next_seq = start
        self.holes: list[_Hole] = []


class Sequences:
    """The numbers of all topics."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[str, str], _Run] = OrderedDict()
        self._with_holes: set[tuple[str, str]] = set()
        self.kept: set[str] = set()
        """Topics whose missing messages can be asked for; gaps of the others are remembered, and no loss."""
        self.duplicates = 0
        """Messages that had come before."""
        self.recovered = 0
        """Missing messages that came after all."""
        self.lost = 0
        """Numbers that were given up."""

    @property
    def missing(self) -> int:
        """Numbers that are still hoped for."""
        return sum(
            hole.last - hole.first + 1
            for key in self._with_holes
            if key[0] in self.kept
            for hole in self._runs[key].holes
        )

    def take(self, topic: str, sid: str, seq: int, now_s: float) -> bool:
        """A message came. What was before the first one is no loss of ours, unless `expect` tells that it can be had.

        Returns:
            False for one that came before.
        """
        key = (topic, sid)
        run = self._run(key, seq)
        if seq >= run.next_seq:
            self._miss(key, run, run.next_seq, seq - 1, now_s)
            run.next_seq = seq + 1
            return True
        if seq < run.start:
            self._miss(key, run, seq + 1, run.start - 1, now_s)
            run.start = seq
            return True
        if self._fill(key, run, seq):
            self.recovered += 1
            return True
        self.duplicates += 1
        return False

    def expect(self, topic: str, sid: str, first: int, following: int, now_s: float) -> None:
        """The writer says how far it is: what it still has and we don't is missing.

        Args:
            topic: of the messages.
            sid: their session.
            first: the earliest number that the writer still has.
            following: the number behind the last that it has; of several extents the latest comes first.
            now_s: seconds on the monotonic clock.
        """
        key = (topic, sid)
        self.kept.add(topic)
        run = self._run(key, first)
        if first < run.start:
            self._miss(key, run, first, min(following, run.start) - 1, now_s)
            run.start = first
        if first > run.next_seq:
            self.lost += first - run.next_seq
            run.next_seq = first
        if following > run.next_seq:
            self._miss(key, run, run.next_seq, following - 1, now_s)
            run.next_seq = following
        self._give_up_below(key, run, first)

    def snapshot(self) -> list[RunState]:
        """Everything that is known, for a later life."""
        return [
            RunState(*key, run.start, run.next_seq, tuple((hole.first, hole.last) for hole in run.holes))
            for key, run in self._runs.items()
        ]

    def restore(self, states: list[RunState], now_s: float) -> None:
        """Go on where an earlier life ended; what it missed is asked for again."""
        for state in states:
            run = self._run((state.topic, state.sid), state.start)
            run.next_seq = state.next_seq
            for first, last in state.holes:
                self._miss((state.topic, state.sid), run, first, last, now_s)

    def due(self, now_s: float) -> list[Gap]:
        """Gaps to ask for now; each is due again later unless it closes. Call it only while somebody can answer."""
        found = []
        for key in [one for one in self._with_holes if one[0] in self.kept]:
            run = self._runs[key]
            for hole in [one for one in run.holes if now_s >= one.ask_s]:
                if hole.asked >= MAX_ASKED:
                    self.lost += hole.last - hole.first + 1
                    run.holes.remove(hole)
                    continue
                hole.asked += 1
                hole.ask_s = now_s + hole.wait_s
                hole.wait_s = min(hole.wait_s * 2, LONGEST_WAIT_S)
                found.append(Gap(*key, hole.first, min(hole.last, hole.first + GAP_NUMBERS - 1)))
            self._note(key, run)
        return found

    def answered(self, gap: Gap, found: int, now_s: float) -> None:
        """The writer has sent what it had of a gap: what is still missing of it never comes.

        Args:
            gap: what was asked for, by us or by another recorder.
            found: how many messages of it were sent; when more of them are missing than that leaves, some were lost
                on their way to us, and are asked for again.
            now_s: seconds on the monotonic clock.
        """
        key = (gap.topic, gap.sid)
        run = self._runs.get(key)
        if run is None:
            return
        parts = [(hole, max(hole.first, gap.first), min(hole.last, gap.last)) for hole in run.holes]
        parts = [(hole, first, last) for hole, first, last in parts if first <= last]
        missing = sum(last - first + 1 for _, first, last in parts)
        if missing > gap.last - gap.first + 1 - found:
            return
        self.lost += missing
        for hole, first, last in parts:
            self._cut(run, hole, first, last)
            hole.ask_s, hole.asked = min(hole.ask_s, now_s + PATIENCE_S), 0
        self._note(key, run)

    def hurry(self, now_s: float) -> None:
        """The connection is new: ask for everything again soon."""
        for key in self._with_holes:
            for hole in self._runs[key].holes:
                hole.ask_s, hole.wait_s, hole.asked = now_s + PATIENCE_S, ASK_AGAIN_S, 0

    def _run(self, key: tuple[str, str], start: int) -> _Run:
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = _Run(start)
            if len(self._runs) > MAX_RUNS:
                oldest, gone = self._runs.popitem(last=False)
                self._lose(oldest[0], sum(hole.last - hole.first + 1 for hole in gone.holes))
                self._with_holes.discard(oldest)
        else:
            self._runs.move_to_end(key)
        return run

    def _miss(self, key: tuple[str, str], run: _Run, first: int, last: int, now_s: float) -> None:
        if first > last:
            return
        run.holes.append(_Hole(first, last, now_s + PATIENCE_S))
        if len(run.holes) > MAX_GAPS:
            oldest = run.holes.pop(0)
            self._lose(key[0], oldest.last - oldest.first + 1)
        self._with_holes.add(key)

    def _lose(self, topic: str, count: int) -> None:
        if topic in self.kept:
            self.lost += count

    def _fill(self, key: tuple[str, str], run: _Run, seq: int) -> bool:
        for hole in run.holes:
            if hole.first <= seq <= hole.last:
                self._cut(run, hole, seq, seq)
                self._note(key, run)
                return True
        return False

    def _give_up_below(self, key: tuple[str, str], run: _Run, first: int) -> None:
        """What the writer no longer has never comes."""
        for hole in list(run.holes):
            if hole.first < first:
                last = min(hole.last, first - 1)
                self.lost += last - hole.first + 1
                self._cut(run, hole, hole.first, last)
        self._note(key, run)

    @staticmethod
    def _cut(run: _Run, hole: _Hole, first: int, last: int) -> None:
        """Take numbers out of a hole; one in its middle makes two of it."""
        if first > hole.first and last < hole.last:
            rest = _Hole(last + 1, hole.last, hole.ask_s)
            rest.wait_s, rest.asked = hole.wait_s, hole.asked
            run.holes.insert(run.holes.index(hole) + 1, rest)
            hole.last = first - 1
        elif first > hole.first:
            hole.last = first - 1
        elif last < hole.last:
            hole.first = last + 1
        else:
            run.holes.remove(hole)

    def _note(self, key: tuple[str, str], run: _Run) -> None:
        if run.holes:
            self._with_holes.add(key)
        else:
            self._with_holes.discard(key)
