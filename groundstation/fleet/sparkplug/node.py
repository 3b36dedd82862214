# SPDX-License-Identifier: Apache-2.0
"""What is known of one node and its devices. Pure; one thread."""

from __future__ import annotations

from collections import Counter, deque

import msgspec

from groundstation.fleet.sensors import Life
from groundstation.fleet.sparkplug.address import NodeKey
from groundstation.fleet.sparkplug.sequence import WRAP, NodeSequence

MAX_DEVICES = 1_000
"""Of a node; the one heard longest ago goes first."""
CALM_S = 30.0
"""So long after the last birth of a second one a node counts as the only one of its name."""
MAX_LIVES = 8


class Definition(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a birth says of a metric: messages of data tell neither its name nor its type."""

    name: str
    """Of a template's member with all that is above it, `motor.speed`."""
    alias: int | None = None
    datatype: int = 0
    unit: str = ""


class Member:
    """The node itself, or a device behind it."""

    def __init__(self, device: str | None, life: Life) -> None:
        self.device, self.life = device, life
        self.before = life
        """Where it was before the way to the broker was cut."""
        self.definitions: dict[str, Definition] = {}
        self.names: dict[int, str] = {}
        """By alias."""

    def define(self, definitions: list[Definition]) -> int:
        """It was born: what was known goes. Of a node's member `Node.define` is to be called.

        Returns:
            How many aliases stand for two names; they stand for none.
        """
        self.definitions = {one.name: one for one in definitions}
        self.names, twice = {}, set()
        for one in definitions:
            if one.alias is None:
                continue
            if self.names.setdefault(one.alias, one.name) != one.name:
                twice.add(one.alias)
        for alias in twice:
            del self.names[alias]
        return len(twice)


class Node:
    """One node."""

    def __init__(self, key: NodeKey) -> None:
        self.key = key
        self.members: dict[str | None, Member] = {None: Member(None, Life.UNBORN)}
        self.bdseq: int | None = None
        """Of the birth that counts; None before one, and of one that had none."""
        self.sequence: NodeSequence | None = None
        """None while no birth is known."""
        self.newer: set[tuple[str | None, str]] = set()
        """What was told behind a gap: what fills the gap is older."""
        self.wants = ""
        """Why births are wanted again; empty while they are not."""
        self.back: list[Member] = []
        """Who turned out to be as it was before the way to the broker was cut."""
        self.weight = 1
        """How many definitions it holds, each member counted too."""
        self._aliases = Counter[int]()
        self._lives: dict[int, None] = {}
        """Numbers of lives that did not end."""
        self._seconds_s: deque[float] = deque(maxlen=2)

    @property
    def own(self) -> Member:
        """The node itself."""
        return self.members[None]

    @property
    def is_incomplete(self) -> bool:
        """Whether messages are missing."""
        return self.sequence is not None and bool(self.sequence.missing)

    def is_contested(self, now_s: float) -> bool:
        """Whether two have its name."""
        if self.sequence is not None and self.sequence.has_second:
            return True
        # once may be a node that began to count anew, and whose death was not heard
        return len(self._seconds_s) == 2 and now_s - self._seconds_s[0] < CALM_S

    def define(self, member: Member, definitions: list[Definition]) -> int:
        """A member was born, or nothing is known of it any more.

        Returns:
            How many aliases stand for two metrics. Each member has a table of its own, so that of two members' one
            each goes by its own; of one member's it stands for none.
        """
        self.weight += len(definitions) - len(member.definitions)
        self._aliases.subtract(member.names.keys())
        twice = member.define(definitions)
        self._aliases.update(member.names.keys())
        return twice + sum(self._aliases[one] > 1 for one in member.names)

    def begin(self, bdseq: int | None, seq: int | None, born_ms: int | None, now_s: float) -> bool:
        """A birth.

        Returns:
            Whether a life goes on that another one followed, while neither has ended: two have one name.
        """
        is_second = bdseq is not None and bdseq != self.bdseq and bdseq in self._lives
        if is_second:
            self._seconds_s.append(now_s)
        if bdseq is not None:
            self._lives.pop(bdseq, None)
            self._lives[bdseq] = None
            while len(self._lives) > MAX_LIVES:
                del self._lives[next(iter(self._lives))]
        self.bdseq, self.wants = bdseq, ""
        self.sequence = NodeSequence(seq or 0, born_ms)
        self.newer.clear()
        return is_second

    def end(self, bdseq: int | None, at_ms: int | None) -> bool:
        """A death.

        Args:
            bdseq: number of the life that ends.
            at_ms: when its will was made, or when it was said, by the node's clock.

        Returns:
            Whether it is of the life that counts, or of the one behind that.
        """
        if bdseq is not None:
            self._lives.pop(bdseq, None)
        if self.bdseq is None or bdseq == self.bdseq:
            return True
        # some count on before they say goodbye; and a life may have been missed as a whole. A late will of before has a
        # time from before the birth, since it was made when its connection was
        born_ms = self.sequence.born_ms if self.sequence is not None else None
        is_next = bdseq is not None and bdseq == (self.bdseq + 1) % WRAP
        return is_next and at_ms is not None and born_ms is not None and at_ms > born_ms

    def member(self, device: str | None, life: Life) -> tuple[Member, int]:
        """One of them, made where it is new; and how many made room for it."""
        found = self.members.pop(device, None)
        if found is None:
            found = Member(device, life)
            self.weight += 1
        self.members[device] = found
        gone = 0
        while len(self.members) > MAX_DEVICES + 1:
            oldest = next(one for one in self.members if one is not None)
            self.define(self.members[oldest], [])
            del self.members[oldest]
            self.weight -= 1
            gone += 1
        return found, gone


class KeptMember(msgspec.Struct, frozen=True, array_like=True):
    """One of a node, for a recording."""

    device: str | None
    life: Life
    definitions: tuple[Definition, ...]


class KeptNode(msgspec.Struct, frozen=True, array_like=True):
    """A node, for a recording."""

    group: str
    node: str
    bdseq: int | None
    last_seq: int | None
    newest_ms: int | None
    missing: tuple[int, ...]
    members: tuple[KeptMember, ...]


def kept(node: Node) -> KeptNode:
    """What is to be known of it to go on at a moment."""
    sequence = node.sequence
    return KeptNode(
        *node.key,
        bdseq=node.bdseq,
        last_seq=sequence.last if sequence is not None else None,
        newest_ms=sequence.newest_ms if sequence is not None else None,
        missing=tuple(sorted(sequence.missing)) if sequence is not None else (),
        members=tuple(
            KeptMember(one.device, one.life, tuple(one.definitions.values())) for one in node.members.values()
        ),
    )


def put_back(known: KeptNode) -> Node:
    """What `kept` told."""
    node = Node(NodeKey(known.group, known.node))
    if known.last_seq is not None:
        node.begin(known.bdseq, known.last_seq, known.newest_ms, 0.0)
    if node.sequence is not None:
        node.sequence.missing.update(known.missing)
    for one in known.members:
        member, _ = node.member(one.device, one.life)
        member.life = member.before = one.life
        node.define(member, list(one.definitions))
    return node
