# SPDX-License-Identifier: Apache-2.0
"""Answers recorders that missed something: the same bytes once more, on `late/<leaf>`. Bridge thread; no I/O.

Slowly enough that live telemetry is not held up, and only while the broker is there: who still misses something asks
again. See docs/adr/0011.
"""

from __future__ import annotations

from collections import deque

from groundstation.bridge.outbox import Found, Outbox
from groundstation.bridge.publisher import Publisher
from groundstation.fleet.recorder import LateEnd, LateMarks, Mark, Missed
from groundstation.transport import topics
from groundstation.transport.leaves import LATE_END, LATE_MARKS

MESSAGES_PER_S = 800
BYTES_PER_S = 1_000_000
MAX_ASKED = 10_000
"""Gaps that wait; more are forgotten, and asked for again."""
MARKS_S = 10.0
MARKS_A_MESSAGE = 300
MAX_MARKS = 3_000
STORE_PATIENCE_S = 30.0
"""A disk that does not answer for so long has nothing for us."""


class _Open:
    """A gap that is being answered."""

    def __init__(self, owner: str, gap: Missed) -> None:
        self.owner, self.gap = owner, gap
        self.found: deque[Found] = deque()
        self.sent = 0
        self.asked_s: float | None = None
        self.is_complete = False

    @property
    def topic(self) -> str:
        return f"{self.owner}/{self.gap.leaf}"


class Backfill:
    """Gaps that were asked for, and how far every leaf is."""

    def __init__(self, outbox: Outbox, publisher: Publisher, session: str) -> None:
        """Begin with nothing asked.

        Args:
            outbox: what can be had.
            publisher: what answers with.
            session: of this bridge.
        """
        self._outbox, self._publisher, self._session = outbox, publisher, session
        self._asked: deque[_Open] = deque()
        self._tokens: dict[int, _Open] = {}
        self._next_token = 0
        self._messages_left = self._bytes_left = 0.0
        self._last_s: float | None = None
        self._next_marks_s = 0.0
        self.sent = 0
        """Messages sent again."""

    def ask(self, owner: str, gaps: tuple[Missed, ...]) -> None:
        """A recorder misses something.

        Args:
            owner: root and id, as `fleet/uav-1` or `fleet/_bridge/b1`.
            gaps: what; a range of any length costs no more than what is there of it. Sessions that we know nothing of
                are left to the bridge that does.
        """
        for gap in gaps:
            is_ours = self._outbox.knows(f"{owner}/{gap.leaf}", gap.sid)
            if is_ours and len(self._asked) < MAX_ASKED and 0 <= gap.first <= gap.last:
                self._asked.append(_Open(owner, gap))

    def forget(self) -> None:
        """Drop all requests, since answers can't be sent without a broker; recorders ask again."""
        self._asked.clear()
        self._tokens.clear()

    def tick(self, now_s: float) -> None:
        """Send a part of what is asked for; tell now and then how far every leaf is."""
        self._take_from_store()
        # at most a second: a loop that was held up does not make up for it at once
        elapsed_s = 0.0 if self._last_s is None else min(1.0, now_s - self._last_s)
        self._last_s = now_s
        self._messages_left = min(MESSAGES_PER_S / 4, self._messages_left + elapsed_s * MESSAGES_PER_S)
        self._bytes_left = min(BYTES_PER_S / 4, self._bytes_left + elapsed_s * BYTES_PER_S)
        # one gap after the other: who asked first is through first, and the disk reads in order
        while self._asked and self._messages_left >= 1 and self._bytes_left > 0:
            if not self._go_on(self._asked[0], now_s):
                break
        if now_s >= self._next_marks_s:
            self._next_marks_s = now_s + MARKS_S
            self.publish_marks()

    def publish_marks(self) -> None:
        """Tell how far every leaf is, so that nothing is missed unseen at an end."""
        if self._outbox.store is not None:
            # looked up on the thread of the disk: what is told now is as of the last look
            self._outbox.store.refresh()
        by_owner: dict[str, list[Mark]] = {}
        for extent in self._outbox.extents():
            owner, leaf = topics.owner_and_leaf(extent.topic)
            by_owner.setdefault(owner, []).append(Mark(leaf, extent.sid, extent.first, extent.following))
        for owner, marks in by_owner.items():
            topic = f"{owner}/{topics.LATE_MARKS}"
            for start in range(0, min(len(marks), MAX_MARKS), MARKS_A_MESSAGE):
                # in parts, since a payload has a bound, see `payloads.py`
                told = LateMarks(marks=tuple(marks[start : start + MARKS_A_MESSAGE]))
                self._publisher.say(topic, LATE_MARKS, self._session, told)

    def _go_on(self, one: _Open, now_s: float) -> bool:
        """Send one message of a gap, or end it; False to wait for the disk."""
        if one.asked_s is None:
            self._begin(one, now_s)
        if one.found:
            message = one.found.popleft()
            self._publisher.again(topics.late(one.topic), message.payload, qos=1)
            one.sent += 1
            self.sent += 1
            self._messages_left -= 1
            self._bytes_left -= len(message.payload)
            return True
        if not one.is_complete and now_s - (one.asked_s or now_s) < STORE_PATIENCE_S:
            return False
        self._asked.popleft()
        gap = one.gap
        end = LateEnd(gaps=(Missed(gap.leaf, gap.sid, gap.first, gap.last, one.sent),))
        self._publisher.say(f"{one.owner}/{topics.LATE_END}", LATE_END, self._session, end)
        return True

    def _begin(self, one: _Open, now_s: float) -> None:
        """Take what is in memory; ask the disk for what was before."""
        gap = one.gap
        one.asked_s = now_s
        one.found.extend(self._outbox.in_memory(one.topic, gap.sid, gap.first, gap.last))
        before = one.found[0].seq - 1 if one.found else gap.last
        store = self._outbox.store
        # numbers are without gaps in memory: what is missing below the first of them is older
        one.is_complete = before < gap.first or store is None
        if not one.is_complete and store is not None:
            self._next_token += 1
            self._tokens[self._next_token] = one
            if not store.fetch(self._next_token, one.topic, gap.sid, gap.first, before):
                one.is_complete = True

    def _take_from_store(self) -> None:
        store = self._outbox.store
        for token, messages in store.take_fetched() if store is not None else ():
            # an answer to a gap that was forgotten with the broker finds nobody
            one = self._tokens.pop(token, None)
            if one is not None:
                one.found.extend(Found(*message) for message in messages)
                one.is_complete = True
