# SPDX-License-Identifier: Apache-2.0
"""Follows the numbers of every topic: what came twice, what is missing, when to ask for it. Sans-I/O, one thread.

For a recorder, which wants every message; a window, which wants the newest, has `sequence_check.py`.

Numbers run from 0 in each session of a topic (`sid`). A gap is asked for a moment after it is seen, again when no
answer comes, and given up when the writer says that it has nothing more. Only what came is refused as a repeat: a
number that was given up, or skipped by a forged one, is taken whenever it comes.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict

import msgspec

from groundstation.transport.number_ranges import NumberRanges

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
MAX_JUMP = 10_000
"""A number may be so far ahead at once,"""
NUMBERS_PER_S = 1_000
"""and by so many more for each second of silence before it: no writer of ours is quicker."""
MAX_CLAIM = 5_000_000
"""A writer keeps no more messages of one topic: what claims to is no word of it."""
RESTORED_S = 3_600.0
"""Numbers may have run on for so long while a recorder was not there."""
MAX_AHEAD = 20_000
"""Messages that came out of turn, whose content is remembered for telling a repeat from another with its number."""


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
    """First and last of each gap that is still asked for."""
    had: tuple[tuple[int, int], ...] = ()
    """First and last of each range that came."""


class _Hole:
    """A gap and when it is asked for next."""

    __slots__ = ("ask_s", "asked", "first", "last", "wait_s")

    def __init__(self, first: int, last: int, ask_s: float) -> None:
        self.first, self.last, self.ask_s, self.wait_s = first, last, ask_s, ASK_AGAIN_S
        self.asked = 0


class _Run:
    """One session of one topic."""

    __slots__ = ("had", "heard_s", "holes", "next_seq", "rival", "start")

    def __init__(self, start: int, now_s: float) -> None:
        self.start = self.next_seq = start
        self.had = NumberRanges(MAX_GAPS)
        self.holes: list[_Hole] = []
        self.heard_s = now_s
        self.rival: int | None = None
        """A number too far away to be believed; where the next ones agree with it, the count goes on there."""

    def may_jump(self, now_s: float) -> int:
        """How far a number may be from those before it."""
        return MAX_JUMP + int(NUMBERS_PER_S * max(0.0, now_s - self.heard_s))


class Sequences:
    """The numbers of all topics."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[str, str], _Run] = OrderedDict()
        self._with_holes: set[tuple[str, str]] = set()
        self._ahead: OrderedDict[tuple[str, str, int], int] = OrderedDict()
        self.kept: set[str] = set()
        """Topics whose missing messages can be asked for; gaps of the others are remembered, and no loss."""
        self.duplicates = 0
        """Messages that had come before."""
        self.recovered = 0
        """Missing messages that came after all."""
        self.lost = 0
        """Numbers that were given up."""
        self.implausible = 0
        """Numbers that can't be, of messages or of a writer's word; and numbers that two different messages have."""

    @property
    def missing(self) -> int:
        """Numbers that are still hoped for."""
        return sum(
            hole.last - hole.first + 1
            for key in self._with_holes
            if key[0] in self.kept
            for hole in self._runs[key].holes
        )

    def keep(self, topic: str) -> None:
        """The writer of a topic can be asked for what is missing."""
        if len(self.kept) < MAX_RUNS:
            self.kept.add(topic)

    def take(self, topic: str, sid: str, seq: int, now_s: float, payload: bytes = b"") -> bool:
        """A message came. What was before the first one is no loss of ours, unless `expect` tells that it can be had.

        Args:
            topic: of the message.
            sid: its session.
            seq: its number.
            now_s: seconds on the monotonic clock.
            payload: its content, which tells a repeat from another message that has its number.

        Returns:
            False for one that came before.
        """
        key = (topic, sid)
        known_run = self._runs.get(key)
        is_in_turn = known_run is not None and seq == known_run.next_seq
        run = self._run(key, seq, now_s)
        # the ranges alone say what came: a forged number may have pushed `next_seq` ahead
        if not run.had.add(seq):
            if self._fill(key, run, seq):
                # the ranges are bounded: they took a gap for what had come, that is still asked for
                self.recovered += 1
                return True
            known = self._ahead.get((topic, sid, seq))
            if known is None or known == zlib.crc32(payload):
                self.duplicates += 1
                return False
            self.implausible += 1
            if is_in_turn:
                # a forged one had its number already; the count goes on all the same
                run.next_seq, run.heard_s = seq + 1, now_s
            return True
        if not is_in_turn:
            self._ahead[topic, sid, seq] = zlib.crc32(payload)
            # only of those out of turn: in turn nothing had the number before
            if len(self._ahead) > MAX_AHEAD:
                self._ahead.popitem(last=False)
        self._follow(key, run, seq, now_s)
        return True

    def expect(
        self, topic: str, sid: str, first: int, following: int, now_s: float, *, oldest: int | None = None
    ) -> None:
        """The writer says how far it is: what it still has and we don't is missing.

        Args:
            topic: of the messages.
            sid: their session.
            first: the earliest number of this extent that the writer still has.
            following: the number behind its last.
            now_s: seconds on the monotonic clock.
            oldest: the earliest number of all extents of the session; None when this is the only one.
        """
        # a writer may be wrong, or somebody else: by its word we would ask for millions of numbers
        if not 0 <= first <= following <= first + MAX_CLAIM:
            self.implausible += 1
            return
        key = (topic, sid)
        run = self._runs.get(key)
        if run is not None and following - run.next_seq > run.may_jump(now_s):
            self.implausible += 1
            return
        self.keep(topic)
        earliest = first if oldest is None else oldest
        if run is not None:
            self.lost += max(0, earliest - run.next_seq)
        run = self._run(key, first, now_s)
        known = (run.start, run.next_seq)
        run.start = min(run.start, first)
        if following > run.next_seq:
            run.next_seq, run.heard_s = following, now_s
        wanted = NumberRanges(2 * MAX_GAPS)
        for begin, end in (*run.had, *((hole.first, hole.last) for hole in run.holes)):
            wanted.add_range(begin, end)
        for begin, end in wanted.gaps(first, following - 1):
            # what was given up, and can be had after all
            again = min(end, known[1] - 1) - max(begin, known[0]) + 1
            self.lost -= min(self.lost, max(0, again))
            self._miss(key, run, begin, end, now_s)
        self._give_up_below(key, run, earliest)

    def snapshot(self) -> list[RunState]:
        """Everything that is known, for a later life."""
        return [
            RunState(
                *key, run.start, run.next_seq, tuple((hole.first, hole.last) for hole in run.holes), tuple(run.had)
            )
            for key, run in self._runs.items()
        ]

    def restore(self, states: list[RunState], now_s: float) -> None:
        """Go on where an earlier life ended; what it missed is asked for again."""
        for state in states:
            key = (state.topic, state.sid)
            run = self._run(key, state.start, now_s)
            run.start, run.next_seq = min(run.start, state.start), max(run.next_seq, state.next_seq)
            # as if last heard an hour ago: numbers that ran on meanwhile are no jump
            run.heard_s = now_s - RESTORED_S
            for first, last in state.had:
                run.had.add_range(first, last)
            for first, last in state.holes:
                self._miss(key, run, first, last, now_s)

    def due(self, now_s: float) -> list[Gap]:
        """Gaps to ask for now; each is due again later unless it closes. Call it only while somebody can answer."""
        found = []
        # a list, since `_note` takes runs without holes out of the set
        for key in [one for one in self._with_holes if one[0] in self.kept]:
            run = self._runs[key]
            for hole in [one for one in run.holes if now_s >= one.ask_s]:
                if hole.asked >= MAX_ASKED:
                    self.lost += hole.last - hole.first + 1
                    run.holes.remove(hole)
                    continue
                hole.asked += 1
                hole.ask_s = now_s + hole.wait_s
                # who does not answer is busy or gone: asked again each time later
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
        # the answer may be to another recorder, and holes have shrunk since: only what both have in common is meant
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

    def _run(self, key: tuple[str, str], start: int, now_s: float) -> _Run:
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = _Run(start, now_s)
            if len(self._runs) > MAX_RUNS:
                oldest, gone = self._runs.popitem(last=False)
                self._lose(oldest[0], sum(hole.last - hole.first + 1 for hole in gone.holes))
                self._with_holes.discard(oldest)
        else:
            self._runs.move_to_end(key)
        return run

    def _follow(self, key: tuple[str, str], run: _Run, seq: int, now_s: float) -> None:
        """A number that had not come before: what is missing beside it, and what it fills."""
        if max(seq - run.next_seq, run.start - seq) > run.may_jump(now_s):
            self._doubt(key, run, seq, now_s)
            return
        run.heard_s, run.rival = now_s, None
        if seq >= run.next_seq:
            self._miss(key, run, run.next_seq, seq - 1, now_s)
            run.next_seq = seq + 1
        elif seq < run.start:
            self._miss(key, run, seq + 1, run.start - 1, now_s)
            run.start = seq
        elif self._fill(key, run, seq):
            self.recovered += 1
        elif key[0] in self.kept:
            # it was given up, and came after all
            self.recovered += 1
            self.lost -= min(self.lost, 1)

    def _doubt(self, key: tuple[str, str], run: _Run, seq: int, now_s: float) -> None:
        """A number that is too far away. It is believed when the next one agrees, since one alone may be forged."""
        self.implausible += 1
        rival = run.rival
        if rival is None or not 0 < seq - rival <= MAX_JUMP:
            run.rival = seq
            return
        run.start, run.next_seq, run.heard_s, run.rival = rival, seq + 1, now_s, None
        # those before it belong to numbers that were perhaps forged, and nobody will answer for them
        run.holes = [hole for hole in run.holes if hole.last >= rival]
        self._miss(key, run, rival + 1, seq - 1, now_s)
        self._note(key, run)

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
