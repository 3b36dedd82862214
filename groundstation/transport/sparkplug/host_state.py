# SPDX-License-Identifier: Apache-2.0
"""What a host application says of itself (Sparkplug 3.0, chapters 4 and 5), and what it asks of nodes. Any thread."""

from __future__ import annotations

import re

import msgspec

from groundstation.fleet.errors import UsageError
from groundstation.fleet.sparkplug.address import Kind, NodeKey, state_topic, topic_of
from groundstation.transport.bus import Outgoing
from groundstation.transport.sparkplug.payloads import rebirth_command

_ID = re.compile(r"[^+#/\0]{1,100}")


class HostState(msgspec.Struct, frozen=True):
    """Payload of `spBv1.0/STATE/<host>`."""

    online: bool
    timestamp: int
    """Milliseconds since 1970: of the birth and its will when the connection was begun, of a death that is said now."""


_decoder = msgspec.json.Decoder(HostState)


def checked_host(text: str) -> str:
    """The id of a host application.

    Raises:
        UsageError: it can't stand in a topic.
    """
    if _ID.fullmatch(text) is None:
        raise UsageError(f"--host '{text}': an id has 1 to 100 letters, and no '+', '#' or '/'")
    return text


def state_message(host: str, at_ms: int, *, is_online: bool) -> Outgoing:
    """The birth of a host, its death, and the will that says it for it."""
    payload = msgspec.json.encode(HostState(online=is_online, timestamp=at_ms))
    return Outgoing(state_topic(host), payload, qos=1, retain=True)


def is_offline(payload: bytes) -> bool:
    """Whether a STATE says that its host is gone; False for what can't be read."""
    try:
        return not _decoder.decode(payload).online
    except (msgspec.DecodeError, UnicodeError):
        return False


def rebirth_message(key: NodeKey, at_ms: int) -> Outgoing:
    """Asks a node for its births, and those of its devices."""
    return Outgoing(topic_of(key, Kind.NCMD), rebirth_command(at_ms), qos=0)
