# SPDX-License-Identifier: Apache-2.0
"""What nodes of Sparkplug B say, as readings of devices: who is born, who is dead, what values are. Pure; one thread.

It asks nobody for anything: what it wants to hear again is in `wanting` (docs/adr/0041). Values stand under the topic
on which their node or device says data, also those that its birth told.

Source of the rules: Sparkplug 3.0, chapters 5 and 6.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from groundstation.fleet.sensors import Life, Liveness, PayloadKind, SensorReading
from groundstation.fleet.shown_text import harmless
from groundstation.fleet.sparkplug import node as nodes
from groundstation.fleet.sparkplug.address import Address, Kind, NodeKey, data_topic, topic_of
from groundstation.fleet.sparkplug.faults import Fault, Faults
from groundstation.fleet.sparkplug.node import KeptNode, Member, Node
from groundstation.fleet.sparkplug.payload import Payload, bdseq_of
from groundstation.fleet.sparkplug.sequence import Verdict
from groundstation.fleet.sparkplug.telling import Values, definitions_of, values_of
from groundstation.fleet.sparkplug.values import texts_of

MAX_NODES = 2_000
MAX_DEFINITIONS = 200_000
"""Of all nodes together; of too many the node heard longest ago goes."""
MAX_NEWER = 10_000
SHOWN_CHARACTERS = 400


class Said(NamedTuple):
    """What is known of a message beside its content."""

    received_s: float
    """Seconds on this station's monotonic clock."""
    size_bytes: int
    is_retained: bool = False
    """Whether the broker had kept it: no node's message may be."""


class SparkplugHost:
    """All nodes that are heard."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._nodes: OrderedDict[NodeKey, Node] = OrderedDict()
        self._weights: dict[NodeKey, int] = {}
        self._weight = 0
        self._take: dict[Kind, Callable[[Node, Address, Payload, Said], list[SensorReading]]] = {
            Kind.NBIRTH: self._node_birth,
            Kind.DBIRTH: self._device_birth,
            Kind.NDATA: self._data,
            Kind.DDATA: self._data,
            Kind.NDEATH: self._node_death,
            Kind.DDEATH: self._device_death,
        }

    # ---- messages ----

    def take(self, address: Address, payload: Payload, said: Said) -> list[SensorReading]:
        """One message.

        Args:
            address: whose.
            payload: its content.
            said: when it came.

        Returns:
            What is new: of the topic itself, and of all whose life it changes.
        """
        self.faults[Fault.LEFT_OUT] += payload.left_out
        if address.kind.is_command:
            return [self._literal(address, said, self._command_words(address, payload))]
        node = self._node(address.key)
        before = self._own_liveness(node, said)
        found = self._take[address.kind](node, address, payload, said)
        # what its devices say may show that messages of the node are missing
        changed = node.back + ([node.own] if self._own_liveness(node, said) != before else [])
        node.back = []
        told = {one.topic for one in found} if changed else set()
        for member in dict.fromkeys(changed):
            if data_topic(node.key, member.device) not in told:
                found.append(self._liveness(node, member, said))
        self._weigh(node)
        return found

    def take_unreadable(self, address: Address, said: Said, fault: Fault) -> list[SensorReading]:
        """A message that can't be read; what it may have changed is not known any more.

        Args:
            address: whose.
            said: when it came.
            fault: why.
        """
        self.faults[fault] += 1
        node = self._nodes.get(address.key)
        if node is None or not address.kind.is_birth or said.is_retained:
            return []
        # aliases may mean something else from here on: better no value than another one's
        lost = list(node.members.values()) if address.device is None else [node.member(address.device, Life.UNBORN)[0]]
        if address.device is None:
            node.sequence = None
        node.wants = "a birth that can't be read"
        for member in lost:
            node.define(member, [])
            member.life = Life.UNBORN
        self._weigh(node)
        return [self._liveness(node, member, said) for member in lost]

    def lost_touch(self, now_s: float) -> list[SensorReading]:
        """The way to the broker is cut: nobody knows who still lives.

        Args:
            now_s: seconds on this station's monotonic clock.
        """
        found = []
        for node in self._nodes.values():
            for member in node.members.values():
                if member.life in (Life.ALIVE, Life.UNBORN, Life.ABSENT):
                    member.before, member.life = member.life, Life.UNSURE
                    found.append(self._liveness(node, member, Said(now_s, 0)))
        return found

    # ---- what a rebirth would mend ----

    def wanting(self) -> dict[NodeKey, str]:
        """Nodes whose births are wanted again, and why; those that are dead can't be asked."""
        return {
            key: node.wants or "messages are missing"
            for key, node in self._nodes.items()
            if (node.wants or node.is_incomplete) and node.own.life is not Life.DEAD
        }

    # ---- recordings ----

    def kept(self) -> tuple[KeptNode, ...]:
        """All that is to be known to go on at a moment."""
        return tuple(nodes.kept(one) for one in self._nodes.values())

    def put_back(self, known: Iterable[KeptNode]) -> None:
        """What `kept` told; what is known of others stays."""
        for one in known:
            node = nodes.put_back(one)
            self._nodes[node.key] = node
            self._weigh(node)

    # ---- births ----

    def _node_birth(self, node: Node, address: Address, payload: Payload, said: Said) -> list[SensorReading]:
        if said.is_retained and node.sequence is not None:
            self.faults[Fault.LATE] += 1
            return [self._literal(address, said, "kept by the broker, of an earlier life")]
        if node.begin(bdseq_of(payload), payload.seq, payload.at_ms, said.received_s):
            self.faults[Fault.TWICE] += 1
        readings = [self._born(node, node.own, payload, said)]
        for member in node.members.values():
            if member.device is None:
                continue
            node.define(member, [])
            if member.life not in (Life.DEAD, Life.ABSENT):
                # they are born after their node, each by itself (chapter 5)
                member.life = Life.ABSENT
                readings.append(self._liveness(node, member, said))
        return [*readings, self._literal(address, said, _birth_words(payload, node.bdseq))]

    def _device_birth(self, node: Node, address: Address, payload: Payload, said: Said) -> list[SensorReading]:
        if not self._follow(node, payload, said):
            return [self._literal(address, said, "late: left out")]
        member, gone = node.member(address.device, Life.UNBORN)
        self.faults[Fault.FORGOTTEN] += gone
        return [
            self._born(node, member, payload, said),
            self._literal(address, said, _birth_words(payload, None)),
        ]

    def _born(self, node: Node, member: Member, payload: Payload, said: Said) -> SensorReading:
        self.faults[Fault.ALIAS_TWICE] += node.define(member, definitions_of(payload.metrics, self.faults))
        member.life = Life.UNSURE if said.is_retained else Life.ALIVE
        values = values_of(payload.metrics, member, self.faults)
        return self._reading(node, member, said, values)

    # ---- data ----

    def _data(self, node: Node, address: Address, payload: Payload, said: Said) -> list[SensorReading]:
        is_overtaken = False
        if not said.is_retained:
            missing = len(node.sequence.missing) if node.sequence is not None else 0
            if not self._follow(node, payload, said):
                return [self._unchanged(node, address, said)]
            is_overtaken = node.sequence is not None and len(node.sequence.missing) < missing
        member, gone = node.member(address.device, Life.UNBORN)
        self.faults[Fault.FORGOTTEN] += gone
        if said.is_retained or member.life is Life.UNSURE:
            member.life = Life.UNSURE
        elif member.life is not Life.ALIVE:
            self.faults[Fault.UNBORN] += 1
            member.life, node.wants = Life.UNBORN, "data without a birth"
        unknown = self.faults[Fault.UNKNOWN_ALIAS]
        values = values_of(payload.metrics, member, self.faults)
        if self.faults[Fault.UNKNOWN_ALIAS] != unknown:
            node.wants = node.wants or "an alias without a name"
        self._order(node, member, values, is_overtaken=is_overtaken)
        return [self._reading(node, member, said, values, is_partial=True)]

    def _follow(self, node: Node, payload: Payload, said: Said) -> bool:
        """Go by the number of a message; False for one that is to be left out."""
        if node.sequence is None or payload.seq is None or said.is_retained:
            return True
        verdict, missing = node.sequence.take(payload.seq, payload.at_ms)
        if verdict is Verdict.LATE:
            self.faults[Fault.LATE] += 1
            return False
        self.faults[Fault.MISSING] += missing - (verdict is Verdict.FILLS)
        if verdict is Verdict.NEXT:
            # nothing was said while the way to the broker was cut: all is as it was
            node.back = [one for one in node.members.values() if one.life is Life.UNSURE]
            for member in node.back:
                member.life = member.before
        return True

    @staticmethod
    def _order(node: Node, member: Member, values: Values, *, is_overtaken: bool) -> None:
        """Values that were overtaken by newer ones of the same metric go."""
        if is_overtaken:
            for told in (values.numbers, values.notes):
                for path in [one for one in told if (member.device, one) in node.newer]:
                    del told[path]
        if not node.is_incomplete:
            node.newer.clear()
        elif not is_overtaken and len(node.newer) < MAX_NEWER:
            node.newer.update((member.device, path) for path in (*values.numbers, *values.notes))

    # ---- deaths ----

    def _node_death(self, node: Node, address: Address, payload: Payload, said: Said) -> list[SensorReading]:
        if said.is_retained or not node.end(bdseq_of(payload), payload.at_ms):
            # the will of a connection that the node has replaced meanwhile
            self.faults[Fault.LATE_DEATH] += 1
            return [self._literal(address, said, "death of an earlier life: left out")]
        readings = []
        for member in node.members.values():
            wanted = Life.DEAD if member.device is None else Life.FALLEN
            if member.life not in (wanted, Life.DEAD):
                member.life = wanted
                readings.append(self._liveness(node, member, said))
        node.wants = ""
        return [*readings, self._literal(address, said, "dead")]

    def _device_death(self, node: Node, address: Address, payload: Payload, said: Said) -> list[SensorReading]:
        if said.is_retained or not self._follow(node, payload, said):
            self.faults[Fault.LATE_DEATH] += 1
            return [self._literal(address, said, "late: left out")]
        member, gone = node.member(address.device, Life.UNBORN)
        self.faults[Fault.FORGOTTEN] += gone
        member.life = Life.DEAD
        return [self._liveness(node, member, said), self._literal(address, said, "dead")]

    # ---- readings ----

    def _own_liveness(self, node: Node, said: Said) -> Liveness:
        return Liveness(
            life=node.own.life, is_incomplete=node.is_incomplete, is_contested=node.is_contested(said.received_s)
        )

    def _liveness_of(self, node: Node, member: Member, said: Said) -> Liveness:
        return self._own_liveness(node, said) if member.device is None else Liveness(life=member.life)

    def _liveness(self, node: Node, member: Member, said: Said) -> SensorReading:
        """Only how it stands with it is new."""
        return SensorReading(
            topic=data_topic(node.key, member.device),
            received_s=said.received_s,
            kind=PayloadKind.SPARKPLUG,
            size_bytes=0,
            text=member.life.value,
            numbers={},
            liveness=self._liveness_of(node, member, said),
            is_partial=True,
            is_derived=True,
        )

    def _unchanged(self, node: Node, address: Address, said: Said) -> SensorReading:
        """A message that is left out: it is there, and changes nothing."""
        member = node.members.get(address.device) or Member(address.device, Life.UNBORN)
        return self._liveness(node, member, said)

    def _reading(
        self, node: Node, member: Member, said: Said, values: Values, *, is_partial: bool = False
    ) -> SensorReading:
        return SensorReading(
            topic=data_topic(node.key, member.device),
            received_s=said.received_s,
            kind=PayloadKind.SPARKPLUG,
            size_bytes=said.size_bytes,
            text=harmless(", ".join(values.words)[:SHOWN_CHARACTERS]) or "nothing of now",
            numbers=values.numbers,
            is_retained=said.is_retained,
            notes=values.notes,
            liveness=self._liveness_of(node, member, said),
            is_partial=is_partial,
            renewed=tuple(values.renewed) if is_partial else (),
        )

    @staticmethod
    def _literal(address: Address, said: Said, words: str) -> SensorReading:
        """What is shown on the topic of a birth, a death or a command."""
        return SensorReading(
            topic=topic_of(address.key, address.kind, address.device),
            received_s=said.received_s,
            kind=PayloadKind.SPARKPLUG,
            size_bytes=said.size_bytes,
            text=harmless(words[:SHOWN_CHARACTERS]),
            numbers={},
            is_retained=said.is_retained,
        )

    def _command_words(self, address: Address, payload: Payload) -> str:
        node = self._nodes.get(address.key)
        member = node.members.get(address.device) if node is not None else None
        names = member.names if member is not None else {}
        return ", ".join(
            f"{one.name or names.get(one.alias or 0) or f'alias {one.alias}'} {texts_of(one)}"
            for one in payload.metrics[:8]
        )

    # ---- bounds ----

    def _node(self, key: NodeKey) -> Node:
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node(key)
        self._nodes.move_to_end(key)
        return node

    def _weigh(self, node: Node) -> None:
        """Somebody could make up nodes without end: of too many the one heard longest ago goes."""
        weight = node.weight
        self._weight += weight - self._weights.get(node.key, 0)
        self._weights[node.key] = weight
        while len(self._nodes) > MAX_NODES or (self._weight > MAX_DEFINITIONS and len(self._nodes) > 1):
            gone, _ = self._nodes.popitem(last=False)
            self._weight -= self._weights.pop(gone, 0)
            self.faults[Fault.FORGOTTEN] += 1


def _birth_words(payload: Payload, bdseq: int | None) -> str:
    words = f"born with {len(payload.metrics)} metrics"
    if bdseq is not None:
        words += f", life {bdseq}"
    return words + (f", {payload.left_out} more left out" if payload.left_out else "")
