# SPDX-License-Identifier: Apache-2.0
"""Messages that an operator publishes by hand to other devices: what may be said, and what never. Pure.

Vehicles, alarms, control and everything else of ours are commanded in ways that are checked and proven. A message by
hand would go around them, so nothing is published below the fleet's own roots, whoever asks.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import msgspec

from groundstation.fleet.errors import UsageError
from groundstation.transport.bus import Outgoing
from groundstation.transport.topics import MAX_TOPIC_BYTES, ROOTS

MAX_BYTES = 64 * 1024
MAX_TEMPLATES = 50
UTC, UNIX_S = "{{utc}}", "{{unix_s}}"
"""In a payload: replaced by the moment at which it is sent."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is sent again and again."""

    name: str
    topic: str
    """Byte for byte; spaces belong to it."""
    payload: str = ""
    qos: int = 0
    retain: bool = False


_RULES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda topic: not topic, "write a topic, such as site/room/lamp"),
    (lambda topic: "+" in topic or "#" in topic, "'+' and '#' are for subscribing; a message has one topic"),
    (
        lambda topic: any(letter == "\0" or unicodedata.category(letter) in ("Cc", "Cs") for letter in topic),
        "it holds a character that MQTT forbids or brokers refuse",
    ),
    (lambda topic: len(topic.encode()) > MAX_TOPIC_BYTES, "it is longer than 65535 bytes"),
    (lambda topic: topic.startswith("$"), "what begins with '$' belongs to the broker"),
    (
        lambda topic: topic.partition("/")[0] in ROOTS,
        "fleet/, sim/, replay/ belong to vehicles and alarms: use their commands",
    ),
)


def objection(topic: str) -> str | None:
    """Why nothing may be published there; None where it may."""
    return next((problem for is_broken, problem in _RULES if is_broken(topic)), None)


def message_of(template: Template, unix_s: float) -> Outgoing:
    """The message to be sent.

    Args:
        template: what.
        unix_s: now, for `UTC` and `UNIX_S` in the payload.

    Raises:
        UsageError: it may not be sent, and why.
    """
    problem = objection(template.topic)
    if problem is not None:
        raise UsageError(problem)
    if template.qos not in (0, 1):
        raise UsageError("QoS is 0 or 1")
    utc = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix_s))
    try:
        payload = template.payload.replace(UTC, utc).replace(UNIX_S, f"{unix_s:.3f}").encode()
    except UnicodeEncodeError as error:
        # half of a pair, as a paste from elsewhere can bring
        raise UsageError("the payload holds a character that is none; write it again") from error
    if len(payload) > MAX_BYTES:
        raise UsageError("a message by hand has 64 kB at most")
    # an empty retained message takes back what the broker keeps, which is asked for by its own name
    if template.retain and not payload:
        raise UsageError("an empty kept message would clear what the broker keeps: use 'Clear what the broker keeps'")
    return Outgoing(template.topic, payload, template.qos, template.retain)


def clearing(topic: str) -> Outgoing:
    """The message after which the broker keeps none for a topic (MQTT 5, section 3.3.1.3).

    Raises:
        UsageError: it may not be sent, and why.
    """
    problem = objection(topic)
    if problem is not None:
        raise UsageError(problem)
    return Outgoing(topic, b"", 1, retain=True)
