# SPDX-License-Identifier: Apache-2.0
"""What was said between operators, as one station knows it. Pure; one thread owns it."""

from __future__ import annotations

import bisect
from collections import OrderedDict
from collections.abc import Iterable

from groundstation.fleet.operators.names import name_key
from groundstation.fleet.operators.said import (
    MAX_IDS,
    MAX_READERS,
    OperatorMessage,
    ReadMarks,
    SaidAnswer,
    SaidKind,
)

MAX_MESSAGES = 5_000
"""That a station remembers; the earliest go first."""
MAX_ANSWERED = 200
"""Stations that are remembered to have been answered."""
COUNTED_MS = 3_786_912_000_000
"""From any number up to this (the year 2090) one counts on, also from a clock that is wrong: else all that is said
would stand before its words until their time has come. Behind it there must be room to count."""


class Conversation:
    """Messages in their order, and who has read them."""

    def __init__(self) -> None:
        self._known: dict[str, OperatorMessage] = {}
        self._order: list[tuple[int, str]] = []
        self._readers: dict[str, dict[str, str]] = {}
        """Names by their keys."""
        self._kept: set[str] = set()
        self._answers: dict[str, list[OperatorMessage]] = {}
        """To handovers, by their ids; an answer may come before what it answers."""
        self._answered: OrderedDict[str, int] = OrderedDict()
        self.revision = 0
        """Grows with each change."""
        self._unread: tuple[int, str, list[OperatorMessage]] = (-1, "", [])
        self.ignored = 0
        """Messages that are not shown: repeats, and times that can't be."""

    def __len__(self) -> int:
        return len(self._order)

    def fold(self, one: OperatorMessage) -> bool:
        """Take a message in; False for what is no news."""
        if one.id in self._known or not one.is_plausible:
            self.ignored += 1
            return False
        self._known[one.id] = one
        bisect.insort(self._order, one.order)
        if one.kind in (SaidKind.ACCEPTED, SaidKind.DECLINED):
            self._answers.setdefault(one.about, []).append(one)
        if len(self._order) > MAX_MESSAGES:
            self._forget(self._order.pop(0)[1])
        self.revision += 1
        return True

    def fold_marks(self, marks: ReadMarks) -> None:
        """Take in what somebody has read."""
        self._read(marks.by.op, marks.ids)

    def fold_answer(self, answer: SaidAnswer) -> list[OperatorMessage]:
        """Take in what a store tells, whoever asked for it; what was not known."""
        new = [one for one in answer.messages if self.fold(one)]
        for readers in answer.readers:
            for operator in readers.ops:
                self._read(operator, (readers.id,))
        if answer.is_all:
            self._answered[answer.to] = self._answered.pop(answer.to, 0) + 1
            if len(self._answered) > MAX_ANSWERED:
                self._answered.popitem(last=False)
        kept = [one for one in (*answer.kept, *(one.id for one in answer.messages)) if one in self._known]
        if not self._kept.issuperset(kept):
            self._kept.update(kept)
            self.revision += 1
        return new

    def all(self) -> list[OperatorMessage]:
        """All of them, the earliest first."""
        return [self._known[own_id] for _, own_id in self._order]

    def newest(self, count: int) -> list[OperatorMessage]:
        """So many of them at most, the earliest first."""
        return [self._known[own_id] for _, own_id in self._order[-count:]]

    def get(self, own_id: str) -> OperatorMessage | None:
        """One by its id; None for one that is not known."""
        return self._known.get(own_id)

    def newest_ids(self) -> tuple[str, ...]:
        """Those that a store is told not to tell again."""
        return tuple(own_id for _, own_id in self._order[-MAX_IDS:])

    def readers(self, own_id: str) -> list[str]:
        """Who has read a message, by name."""
        return sorted(self._readers.get(own_id, {}).values())

    def is_read(self, own_id: str, operator: str) -> bool:
        """Whether an operator has read a message."""
        return name_key(operator) in self._readers.get(own_id, ())

    def is_kept(self, own_id: str) -> bool:
        """Whether a store has a message on its disk."""
        return own_id in self._kept

    def end_of(self, own_id: str) -> OperatorMessage | None:
        """How a handover ended: the first answer of the one whom it was for; None while it is open."""
        handover = self._known.get(own_id)
        if handover is None:
            return None
        # who was not asked can't sign, nor can who hands over; a second answer changes nothing
        asked = {name_key(one) for one in handover.to} - {name_key(handover.by.op)}
        answers = [one for one in self._answers.get(own_id, ()) if name_key(one.by.op) in asked]
        return min(answers, key=lambda one: one.order, default=None)

    def answered(self, station: str) -> int:
        """How often a store has answered a station to the end."""
        return self._answered.get(station, 0)

    def unread(self, operator: str) -> list[OperatorMessage]:
        """What is for an operator, was said by others and was not read, the earliest first."""
        revision, asked, found = self._unread
        # asked for several times a second, and mostly nothing has changed
        if (revision, asked) != (self.revision, operator):
            found = [one for one in self.all() if one.is_news_for(operator) and not self.is_read(one.id, operator)]
            self._unread = self.revision, operator, found
        return list(found)

    def next_number(self, now_unix_s: float) -> int:
        """Number of what is said next: behind all that is known here.

        Args:
            now_unix_s: by this station's clock.
        """
        now_ms = int(now_unix_s * 1000)
        known = bisect.bisect_left(self._order, (COUNTED_MS + 1, ""))
        return max(now_ms, self._order[known - 1][0] + 1) if known else now_ms

    def _read(self, operator: str, ids: Iterable[str]) -> None:
        key = name_key(operator)
        for own_id in ids:
            found = self._readers.setdefault(own_id, {}) if own_id in self._known else None
            if found is not None and key not in found:
                # one who reads it now must not read it again and again for want of room
                if len(found) >= MAX_READERS:
                    del found[next(iter(found))]
                found[key] = operator
                self.revision += 1

    def _forget(self, own_id: str) -> None:
        gone = self._known.pop(own_id)
        self._readers.pop(own_id, None)
        self._kept.discard(own_id)
        left = [one for one in self._answers.pop(gone.about, ()) if one.id != own_id]
        if left:
            self._answers[gone.about] = left
