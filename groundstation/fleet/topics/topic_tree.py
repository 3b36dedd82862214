# SPDX-License-Identifier: Apache-2.0
"""A tree of up to a million topics in bounded memory. Pure; one thread owns it.

A node is a number: what is known of it stands in arrays at that place, 90 bytes and no object of its own. A topic costs
so much, its last level's name if no other has that name, a place in the table of what it is under, and its payload. A
message costs a step for each of its levels, however many topics there are.
"""

from __future__ import annotations

import sys
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from typing import Literal

from groundstation.fleet.topics.flow import Flows
from groundstation.fleet.topics.hearing_order import HearingOrder, Kept

MAX_TOPICS = 1_000_000
MAX_NODES = 2 * MAX_TOPICS
"""Topics and what they are under."""
MAX_NAME_BYTES = 256 * 1024 * 1024
"""Of the names of all levels: a single topic may have 65 kB."""
KEPT_BYTES = 96 * 1024 * 1024
"""Of all payloads."""
MAX_LEVELS = 32
"""What is deeper stays together as one level."""
COMMON_NAMES = 65_536
"""Names of levels that are kept once for all nodes."""
ROOT = 0
_FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")
_TOPIC, _RETAINED, _OF_THE_BROKER, _PAUSED, _TWIN = 1, 2, 4, 8, 16


PathTest = Callable[[str], bool]


class TopicTree:
    """Nodes by number; 0 is the root. A number is used again once its topic was forgotten, see `is_at`."""

    def __init__(
        self,
        began_s: float,
        *,
        max_topics: int = MAX_TOPICS,
        max_nodes: int = MAX_NODES,
        max_name_bytes: int = MAX_NAME_BYTES,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        """Begin with nothing.

        Args:
            began_s: now, seconds on the station's monotonic clock.
            max_topics: more push out the one heard longest ago.
            max_nodes: as above, of topics and what they are under.
            max_name_bytes: as above, of all names.
            kept_bytes: of all payloads; more push out the payload of the topic heard longest ago, not the topic.
        """
        self._most = max_topics, max_nodes, max_name_bytes
        self.flows = Flows(began_s)
        """Counts and rates by node."""
        self._order = HearingOrder(kept_bytes)
        self._parents = array("i", (-1,))
        self._flags = bytearray(1)
        self._below = array("I", (0,))
        self._names = [""]
        self._kids: list[dict[str, int] | None] = [None]
        self._free = array("i")
        self._common: dict[str, str] = {}
        self._paused: dict[str, float] = {}
        self._name_bytes = 0
        self.flows.add()
        self.forgotten = 0
        """Topics dropped because there were too many."""
        self.twins = 0
        """Nodes beside which another one differs by its Unicode form alone."""
        self.watched: set[int] = set()
        """Nodes whose children somebody shows."""
        self._changed: set[int] = set()

    def __len__(self) -> int:
        """How many topics."""
        return self._below[ROOT]

    @property
    def nodes(self) -> int:
        """Topics and what they are under, without the root."""
        return len(self._names) - 1 - len(self._free)

    @property
    def kept_bytes(self) -> int:
        """Of all payloads that are kept."""
        return self._order.kept_bytes

    @property
    def dropped_payloads(self) -> int:
        """Payloads that made room for newer ones; their topics are still there."""
        return self._order.dropped_payloads

    # ---- what comes ----

    def take(
        self,
        topic: str,
        payload: bytes,
        size_bytes: int,
        at_s: float,
        *,
        is_retained: bool = False,
        properties: tuple[tuple[str, str], ...] = (),
    ) -> int:
        """A message came.

        Args:
            topic: exactly as received.
            payload: all of it, or its beginning.
            size_bytes: of the whole payload.
            at_s: seconds on the station's monotonic clock.
            is_retained: whether the broker had kept it.
            properties: of MQTT 5, by name.

        Returns:
            The topic's node.
        """
        node = self._node_of(topic)
        flags = self._flags
        is_new = not flags[node] & _TOPIC
        if is_new:
            self._begin_topic(node)
        if is_retained:
            flags[node] |= _RETAINED | _OF_THE_BROKER
        elif size_bytes == 0:
            # that is how a retained one is taken back (MQTT 5, section 3.3.1.3)
            flags[node] &= ~(_OF_THE_BROKER | _RETAINED)
        elif flags[node] & _OF_THE_BROKER:
            flags[node] &= ~_OF_THE_BROKER
        self.flows.heard(node, self._parents, size_bytes, at_s)
        self._order.heard(node, is_new=is_new)
        if not (self._paused and self._order.has_kept(node) and self.paused_s(node) is not None):
            self._order.keep(node, payload, properties)
        if is_new:
            self._make_room(node)
        return node

    def forget(self, node: int) -> None:
        """Drop a topic, and what it was under if nothing else is there."""
        if not self._flags[node] & _TOPIC:
            return
        self._order.remove(node)
        self._flags[node] &= ~(_TOPIC | _RETAINED | _OF_THE_BROKER)
        at = node
        while at >= 0:
            self._below[at] -= 1
            at = self._parents[at]
        while node != ROOT and not self._below[node]:
            node = self._cut_off(node)

    def pruning(self, keeps: PathTest) -> Iterator[None]:
        """Drop all topics but those that are still wanted, in steps: one topic a step.

        Args:
            keeps: whether a topic is, asked with the topic.
        """
        for node in list(self._topics()):
            if self._flags[node] & _TOPIC and not keeps(self.path(node)):
                self.forget(node)
            yield

    def pause(self, node: int, at_s: float) -> None:
        """Payloads at and below a node stay as they are; counts go on.

        Args:
            node: a branch or a topic.
            at_s: now, seconds on the station's monotonic clock.
        """
        self._paused[self.path(node)] = at_s
        self._flags[node] |= _PAUSED

    def resume(self, node: int) -> None:
        """Payloads follow again, from the next message on."""
        self._paused.pop(self.path(node), None)
        self._flags[node] &= ~_PAUSED

    # ---- what is asked ----

    def find(self, topic: str) -> int | None:
        """The node of a topic or of what topics are under; None where there is none."""
        node = ROOT
        for level in topic.split("/", MAX_LEVELS - 1):
            found = (self._kids[node] or {}).get(level)
            if found is None:
                return None
            node = found
        return node

    def path(self, node: int) -> str:
        """The topic, byte for byte."""
        levels: list[str] = []
        while node > ROOT:
            levels.append(self._names[node])
            node = self._parents[node]
        return "/".join(reversed(levels))

    def name(self, node: int) -> str:
        """Its last level, byte for byte."""
        return self._names[node]

    def parent(self, node: int) -> int:
        """What it is under; -1 for the root, and for a number that is not used."""
        return self._parents[node]

    def children(self, node: int) -> dict[str, int]:
        """What is under it by name, in the order of arrival; not to be changed."""
        return self._kids[node] or {}

    def is_at(self, node: int, parent: int, name: str) -> bool:
        """Whether a number still means what it meant."""
        return self._parents[node] == parent and self._names[node] == name

    def is_topic(self, node: int) -> bool:
        """Whether messages came on it, and not only below it."""
        return bool(self._flags[node] & _TOPIC)

    def topics_below(self, node: int) -> int:
        """How many topics are at and below a node."""
        return self._below[node]

    def is_retained(self, node: int) -> bool:
        """Whether the broker has kept a message for it, as far as one can know.

        It says so only of what it sends after a subscription: what is kept later looks like any other message.
        """
        return bool(self._flags[node] & _RETAINED)

    def is_of_the_broker(self, node: int) -> bool:
        """Whether the newest message is one that the broker had kept: of unknown age."""
        return bool(self._flags[node] & _OF_THE_BROKER)

    def is_paused(self, node: int) -> bool:
        """Whether it is paused by itself, and not by what it is under."""
        return bool(self._flags[node] & _PAUSED)

    def paused_s(self, node: int) -> float | None:
        """Since when its payload holds still; None while it follows."""
        if not self._paused:
            return None
        while node >= 0:
            if self._flags[node] & _PAUSED:
                return self._paused.get(self.path(node))
            node = self._parents[node]
        return None

    def kept(self, node: int) -> Kept | None:
        """The newest message; None where it made room for those of others, or none came on this node."""
        return self._order.kept(node)

    def has_twin(self, node: int) -> bool:
        """Whether a name beside it differs from its own by the Unicode form alone."""
        return bool(self._flags[node] & _TWIN)

    def twins_of(self, node: int) -> list[str]:
        """Such names, byte for byte."""
        name, beside = self._names[node], self.children(self._parents[node])
        forms = {unicodedata.normalize(form, name) for form in _FORMS}
        return sorted(one for one in forms if one != name and one in beside)

    def take_changed(self) -> set[int]:
        """Nodes of `watched` with children that came or went since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def _topics(self) -> Iterator[int]:
        return (node for node in range(1, len(self._flags)) if self._flags[node] & _TOPIC)

    # ---- nodes ----

    def _node_of(self, topic: str) -> int:
        node, kids = ROOT, self._kids
        for level in topic.split("/", MAX_LEVELS - 1):
            below = kids[node]
            found = below.get(level) if below is not None else None
            node = self._grow(node, level) if found is None else found
        return node

    def _begin_topic(self, node: int) -> None:
        self._flags[node] |= _TOPIC
        while node >= 0:
            self._below[node] += 1
            node = self._parents[node]

    def _grow(self, parent: int, level: str) -> int:
        """A new node."""
        name = self._common.get(level)
        if name is None:
            if len(self._common) >= COMMON_NAMES:
                self._common.clear()
            name = self._common[level] = level
        node = self._free.pop() if self._free else self._add()
        self._parents[node], self._names[node] = parent, name
        self._name_bytes += sys.getsizeof(name)
        below = self._kids[parent]
        if below is None:
            below = self._kids[parent] = {}
        below[name] = node
        if parent in self.watched:
            self._changed.add(parent)
        if not name.isascii():
            self._look_for_twins(node)
        if self._paused and self.path(node) in self._paused:
            self._flags[node] |= _PAUSED
        return node

    def _add(self) -> int:
        self._parents.append(-1)
        self._flags.append(0)
        self._below.append(0)
        self._names.append("")
        self._kids.append(None)
        self.flows.add()
        self._order.add()
        return len(self._names) - 1

    def _cut_off(self, node: int) -> int:
        """Take a node out that nothing is under; returns its parent."""
        parent, name = self._parents[node], self._names[node]
        below = self._kids[parent]
        assert below is not None  # noqa: S101 - it was found there
        beside = self.twins_of(node) if self._flags[node] & _TWIN else []
        self.twins -= bool(beside)
        del below[name]
        if not below:
            self._kids[parent] = None
        self._name_bytes -= sys.getsizeof(name)
        self._parents[node], self._names[node], self._flags[node], self._kids[node] = -1, "", 0, None
        self.flows.clear(node)
        self._free.append(node)
        self.watched.discard(node)
        self._changed.discard(node)
        if parent in self.watched:
            self._changed.add(parent)
        for other in beside:
            self._look_alone(below[other])
        return parent

    def _look_for_twins(self, node: int) -> None:
        below = self.children(self._parents[node])
        for one in (node, *(below[name] for name in self.twins_of(node))):
            is_one = bool(self.twins_of(one)) or one != node
            self.twins += is_one and not self._flags[one] & _TWIN
            self._flags[one] |= _TWIN if is_one else 0

    def _look_alone(self, node: int) -> None:
        if self._flags[node] & _TWIN and not self.twins_of(node):
            self._flags[node] &= ~_TWIN
            self.twins -= 1

    def _make_room(self, newest: int) -> None:
        topics, nodes, name_bytes = self._most
        while self._below[ROOT] > topics or self.nodes > nodes or self._name_bytes > name_bytes:
            oldest = self._order.oldest
            if oldest in (ROOT, newest):
                return
            self.forget(oldest)
            self.forgotten += 1
