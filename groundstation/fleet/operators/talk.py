# SPDX-License-Identifier: Apache-2.0
"""One station's part in what operators say: until it is kept, it is said again. Sans-I/O; one thread owns it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from groundstation.fleet.commands import Actor
from groundstation.fleet.operators.conversation import Conversation
from groundstation.fleet.operators.said import MAX_IDS, OperatorMessage, ReadMarks, SaidKind, SaidWish

AGAIN_S = 5.0
"""What no store has confirmed is said again, and what was asked for is asked again."""
MAX_PENDING = 200
"""Own messages that wait; the earliest give way, and are counted."""

Word = OperatorMessage | ReadMarks | SaidWish


class Talk:
    """What this station says and asks for."""

    def __init__(self, actor: Actor, conversation: Conversation, new_id: Callable[[], str]) -> None:
        """Begin with nothing said.

        Args:
            actor: who speaks.
            conversation: what is known; own words are put into it at once.
            new_id: makes an id that is unique for ever.
        """
        self.actor, self._conversation, self._new_id = actor, conversation, new_id
        self._pending: dict[str, tuple[OperatorMessage, float]] = {}
        self._marks: list[str] = []
        self._connections = 0
        self._leader, self._is_answered, self._asked_s = "", False, float("-inf")
        self._answers = 0
        self.dropped = 0
        """Own messages that were given up: too many waited."""

    @property
    def pending(self) -> tuple[OperatorMessage, ...]:
        """Own messages that no store has confirmed yet."""
        return tuple(one for one, _ in self._pending.values())

    def is_waiting(self, own_id: str) -> bool:
        """Whether an own message has not gone out on this connection yet."""
        found = self._pending.get(own_id)
        return found is not None and found[1] == float("-inf")

    def restore(self, messages: Iterable[OperatorMessage]) -> None:
        """Own messages of an earlier life that were not confirmed then."""
        for one in messages:
            self._conversation.fold(one)
            self._wait(one)

    def say(self, text: str, now_unix_s: float, kind: SaidKind = SaidKind.SAY, **more: Any) -> OperatorMessage:
        """Say something; it goes out with the next tick.

        Args:
            text: plain text.
            now_unix_s: by this computer's clock.
            kind: what it is.
            more: further fields of an `OperatorMessage`.
        """
        number = self._conversation.next_number(now_unix_s)
        one = OperatorMessage(
            id=self._new_id(), number=number, at_unix_s=now_unix_s, by=self.actor, kind=kind, text=text, **more
        )
        self._conversation.fold(one)
        self._wait(one)
        return one

    def read(self, ids: Iterable[str]) -> None:
        """The operator has read some messages."""
        new = list(ids)
        self._marks += new
        self._conversation.fold_marks(ReadMarks(by=self.actor, ids=tuple(new[:MAX_IDS])))

    def tick(self, now_s: float, leader: str, connections: int, *, is_connected: bool) -> list[Word]:
        """What is to be published now.

        Args:
            now_s: monotonic seconds.
            leader: name of the engine that leads, whose store answers; empty while none does.
            connections: how often the connection was made.
            is_connected: whether there is one.
        """
        self._pending = {
            own_id: found for own_id, found in self._pending.items() if not self._conversation.is_kept(own_id)
        }
        if not is_connected:
            return []
        if connections != self._connections:
            self._connections, self._is_answered = connections, False
            self._pending = {own_id: (one, float("-inf")) for own_id, (one, _) in self._pending.items()}
        words: list[Word] = [*self._again(now_s, has_store=bool(leader)), *self._asked(now_s, leader)]
        if self._marks:
            some, self._marks = self._marks[:MAX_IDS], self._marks[MAX_IDS:]
            words.append(ReadMarks(by=self.actor, ids=tuple(some)))
        return words

    def _wait(self, one: OperatorMessage) -> None:
        self._pending[one.id] = one, float("-inf")
        if len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]
            self.dropped += 1

    def _again(self, now_s: float, *, has_store: bool) -> list[OperatorMessage]:
        """Those that were not said on this connection, or are not confirmed though there is a store."""
        due = [
            one
            for one, said_s in self._pending.values()
            if said_s == float("-inf") or (has_store and now_s - said_s >= AGAIN_S)
        ]
        for one in due:
            self._pending[one.id] = one, now_s
        return due

    def _asked(self, now_s: float, leader: str) -> list[SaidWish]:
        """What was said while this station was away; each new leader is asked."""
        answers = self._conversation.answered(self.actor.gs)
        if answers != self._answers:
            self._answers, self._is_answered = answers, True
        if leader != self._leader:
            self._leader, self._is_answered, self._asked_s = leader, False, float("-inf")
        if not leader or self._is_answered or now_s - self._asked_s < AGAIN_S:
            return []
        self._asked_s = now_s
        # what is not confirmed is not named: that the store tells it is its confirmation
        known = (one for one in self._conversation.newest_ids() if one not in self._pending)
        return [SaidWish(known=tuple(known))]


def encoded(messages: Iterable[OperatorMessage]) -> str:
    """Messages as text, to be remembered."""
    return msgspec.json.encode(tuple(messages)).decode()


def decoded(text: str) -> tuple[OperatorMessage, ...]:
    """Messages that were remembered; none where that is damaged, or of another version."""
    try:
        return msgspec.json.decode(text, type=tuple[OperatorMessage, ...])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ()
