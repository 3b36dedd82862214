# SPDX-License-Identifier: Apache-2.0
"""A broker that does not let us in: for what reason, in which words, and when to ask again. Pure."""

from __future__ import annotations

from groundstation.transport.backoff import AFTER_REFUSAL_S, Backoff
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState
from groundstation.transport.causes import hangs_up

WRONG_PROTOCOL = "Unsupported protocol version"
"""The reason by its name in MQTT 5, section 3.2.2.2; ours too for a broker that hangs up or says nothing."""
_FOR_GOOD = frozenset({"Bad user name or password", "Not authorized", "Banned", "Bad authentication method"})


class RefusedError(Exception):
    """The broker answered the CONNECT with a refusal, whose reason this carries."""


def judged(reason: str, url: BrokerUrl, backoff: Backoff) -> tuple[BusState, str, float]:
    """What a refusal means, once both versions were tried where it is about the version.

    Returns:
        The state, one line about it, and the seconds to wait before the next try.
    """
    if reason in _FOR_GOOD:
        words = f"the broker refused us: {reason.lower()}; check user and password"
        return BusState.REFUSED, words, AFTER_REFUSAL_S
    # one that hangs up without a word did so in both versions
    is_wrong = reason == WRONG_PROTOCOL
    words = hangs_up(url) if is_wrong else f"the broker refused the connection: {reason.lower()}"
    return BusState.LOST, words, backoff.next_s()


def end_words(reason: str, client_id: str) -> str:
    """One line about a broker that ends a connection; empty where it only says that something went wrong.

    Args:
        reason: by its name in MQTT 5, section 3.14.2.1.
        client_id: ours.
    """
    if reason == "Session taken over":
        return f"another client uses our id '{client_id}'; stop it or start this one anew"
    return "" if reason == "Unspecified error" else f"the broker ended the connection: {reason.lower()}"
