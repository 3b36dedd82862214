# SPDX-License-Identifier: Apache-2.0
"""Keeps what operators say, in the process of an engine, and tells it to who was away (docs/adr/0042).

Every engine keeps; the one that leads answers. `take` is called on `mqtt-worker`, the rest on the main thread.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from groundstation.app.said_store import SaidStore
from groundstation.fleet.operators.said import (
    MAX_IDS,
    OperatorMessage,
    ReadMarks,
    SaidAnswer,
    SaidWish,
    answers,
)
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message, Outgoing
from groundstation.transport.leaves import ENGINE_SAID, Leaf, leaf_of

log = logging.getLogger("groundstation.said")

MAX_WAITING = 2_000
"""Messages that wait for the next turn."""
MAX_WISHES = 1_000
"""Who waits for an answer; who asks again is one."""
MAX_ANSWERS = 200
"""Who is answered at once."""
ANSWER_S = 1.0
"""Between two answers: every station hears each of them, and all ask at once when a broker comes back."""
ASK_S = 10.0
"""One who follows asks the leader again after so long without an answer."""

Wrap = Callable[[str, Any], Outgoing]


class SaidDesk:
    """One engine's part in it."""

    def __init__(self, name: str, store: SaidStore, wrap: Wrap, publish: Callable[[list[Outgoing]], object]) -> None:
        """Begin.

        Args:
            name: of the engine.
            store: where it is kept.
            wrap: makes a message of ours for a topic.
            publish: puts messages on the bus.
        """
        self._name, self._store, self._wrap, self._publish = name, store, wrap, publish
        self._waiting: deque[tuple[topics.ServiceTopic, Any]] = deque()
        self._lock = threading.Lock()
        self._wishes: dict[tuple[str, str], SaidWish] = {}
        self._answered_s = float("-inf")
        self._asked: str = ""
        self._asked_s = float("-inf")
        self.dropped = 0
        """Messages for which there was no room."""

    def take(self, topic: topics.ServiceTopic, message: Message) -> bool:
        """Take a message if it is about what operators say; False for another one. Worker thread."""
        leaf = leaf_of(topic)
        if leaf is None or not message.payload or not _is_ours(leaf):
            return False
        try:
            content = payloads.decode(leaf, message.payload).d
        except payloads.PayloadError as error:
            log.warning("a word of an operator can't be read: %s", error)
            return True
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append((topic, content))
        return True

    def tick(self, leader: str, now_s: float) -> None:
        """Keep what came, and answer where this engine leads.

        Args:
            leader: name of the engine that leads; empty while none does.
            now_s: monotonic seconds.
        """
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        self._store.tick(now_s)
        kept = self._keep([content for topic, content in waiting if topic.id != self._name])
        for topic, content in waiting:
            if isinstance(content, SaidWish) and topic.id != self._name:
                self._wish(topic, content)
        if leader == self._name:
            if kept:
                self._tell(SaidAnswer(kept=tuple(kept[:MAX_IDS])))
            self._answer(now_s)
        else:
            # whoever asks again is answered by the one that leads
            self._wishes.clear()
            self._ask(leader, now_s)
        if any(isinstance(one, SaidAnswer) and one.to == self._name and one.is_all for _, one in waiting):
            self._asked = leader

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def _keep(self, contents: list[Any]) -> list[str]:
        """Ids of what was said just now and is on the disk."""
        said = [one for one in contents if isinstance(one, OperatorMessage)]
        told = [one for answer in contents if isinstance(answer, SaidAnswer) for one in answer.messages]
        kept = self._store.add(said) if said else []
        if told:
            self._store.add(told)
        for one in contents:
            if isinstance(one, ReadMarks):
                self._store.add_marks(one)
            elif isinstance(one, SaidAnswer) and one.readers:
                self._store.add_readers(one.readers)
        return kept

    def _wish(self, topic: topics.ServiceTopic, wish: SaidWish) -> None:
        self._wishes[topic.service, topic.id] = wish
        if len(self._wishes) > MAX_WISHES:
            del self._wishes[next(iter(self._wishes))]
            self.dropped += 1

    def _answer(self, now_s: float) -> None:
        """Tell what they lack to all who ask, once: who lacks nothing of it knows what comes twice."""
        some = list(self._wishes.items())[:MAX_ANSWERS]
        if not some or now_s - self._answered_s < ANSWER_S:
            return
        self._answered_s = now_s
        newest = self._store.newest()
        readers = self._store.readers([one.id for one in newest])
        known = set.intersection(*(set(wish.known) for _, wish in some))
        for answer in answers(some[0][0][1], [one for one in newest if one.id not in known], readers):
            self._tell(answer)
        for key, _ in some[1:]:
            self._tell(SaidAnswer(to=key[1], is_all=True))
        for key, _ in some:
            del self._wishes[key]

    def _ask(self, leader: str, now_s: float) -> None:
        """What was said while this engine was not there; asked of each new leader until it has answered."""
        if not leader or leader == self._asked or now_s - self._asked_s < ASK_S:
            return
        self._asked_s = now_s
        known = tuple(one.id for one in self._store.newest())
        self._publish([self._wrap(topics.engine(self._name, topics.SAID_REQ), SaidWish(known=known))])

    def _tell(self, answer: SaidAnswer) -> None:
        self._publish([self._wrap(topics.engine(self._name, topics.SAID), answer)])


def _is_ours(leaf: Leaf) -> bool:
    return leaf is ENGINE_SAID or leaf.content in (OperatorMessage, ReadMarks, SaidWish)
