# SPDX-License-Identifier: Apache-2.0
"""Topics of Sparkplug B: who speaks, and what kind of message it is. Pure.

Source: Sparkplug 3.0, chapter 4 (topics and messages).
"""

from __future__ import annotations

import enum
from typing import NamedTuple

NAMESPACE = "spBv1.0"
_BEGIN = f"{NAMESPACE}/"
ALL = f"{NAMESPACE}/#"
"""The filter of all nodes and hosts."""


class Kind(enum.StrEnum):
    """What a message is, by the third level of its topic; N is of a node, D of a device behind one."""

    NBIRTH = "NBIRTH"
    NDATA = "NDATA"
    NDEATH = "NDEATH"
    NCMD = "NCMD"
    DBIRTH = "DBIRTH"
    DDATA = "DDATA"
    DDEATH = "DDEATH"
    DCMD = "DCMD"

    @property
    def is_birth(self) -> bool:
        """Whether a life begins."""
        return self in (Kind.NBIRTH, Kind.DBIRTH)

    @property
    def is_command(self) -> bool:
        """Whether it is told to a node, and not by one."""
        return self in (Kind.NCMD, Kind.DCMD)


_KINDS = frozenset(Kind)


class NodeKey(NamedTuple):
    """Which node: a pair that is unique on a broker."""

    group: str
    node: str


class Address(NamedTuple):
    """Who says what."""

    key: NodeKey
    kind: Kind
    device: str | None
    """None for the node itself."""


def parse(topic: str) -> Address | None:
    """Who speaks on a topic; None for a host's STATE and for what is none of Sparkplug's topics."""
    # asked of every message of another device
    if not topic.startswith(_BEGIN):
        return None
    levels = topic.split("/")
    if not 4 <= len(levels) <= 5 or not all(levels) or levels[2] not in _KINDS:
        return None
    kind = Kind(levels[2])
    if (len(levels) == 5) is not kind.startswith("D"):
        return None
    return Address(NodeKey(levels[1], levels[3]), kind, levels[4] if len(levels) == 5 else None)


def topic_of(key: NodeKey, kind: Kind, device: str | None = None) -> str:
    """The topic of a message."""
    return "/".join((NAMESPACE, key.group, kind.value, key.node, *((device,) if device is not None else ())))


def data_topic(key: NodeKey, device: str | None) -> str:
    """Where the values of a node or device are said, whoever said them first: their address here."""
    return topic_of(key, Kind.NDATA if device is None else Kind.DDATA, device)


def state_topic(host: str) -> str:
    """Where a host application says that it is there (3.0)."""
    return f"{NAMESPACE}/STATE/{host}"
