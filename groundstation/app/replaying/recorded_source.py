# SPDX-License-Identifier: Apache-2.0
"""A recording of ours as it was said: the messages of its topics. One thread, as the log."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from mcap.records import Channel

from groundstation.app.replaying.played import Played
from groundstation.logs.log import Log
from groundstation.logs.mcap import channels, origin
from groundstation.logs.readers.recorded_messages import SAID_BEFORE, indexes_of, last_before, messages_in_order
from groundstation.transport import topics
from groundstation.transport.leaves import BRIDGE_CONN, EVT, PART, VEHICLE, Audience, Leaf, leaf_of


def leaf_played(topic: str) -> Leaf | None:
    """The row of what is played of a recording: what windows show. None for orders, frames, recorders, and others'.

    Args:
        topic: as recorded.
    """
    parsed = topics.parse(topic)
    leaf = leaf_of(parsed) if parsed is not None else None
    if leaf is None or leaf.content is None or leaf.audience not in (Audience.OVERVIEW, Audience.DETAIL):
        return None
    return leaf if leaf.owner == VEHICLE or leaf is BRIDGE_CONN else None


def _is_played(channel: Channel) -> bool:
    is_ours = channel.message_encoding == channels.JSON and origin.of(channel.metadata) is None
    return is_ours and leaf_played(channel.topic) is not None


def _is_known(channel: Channel) -> bool:
    return _is_played(channel) and leaf_played(channel.topic) not in (EVT, PART)


class RecordedSource:
    """Plays the messages of a session, or of one file of it."""

    what = "messages as recorded"

    def __init__(self, log: Log) -> None:
        self._log = log

    @staticmethod
    def is_in(log: Log) -> bool:
        """Whether a log has such messages."""
        channels_of = (index.channels.get(number) for index in indexes_of(log) for number in index.chunks_of)
        return any(one is not None and _is_played(one) for one in channels_of)

    def play(self, begin_s: float, end_s: float) -> Iterator[Played]:
        """See `Source.play`."""
        before = last_before(self._log, _is_known, begin_s, SAID_BEFORE)
        then = messages_in_order(self._log, _is_played, begin_s, end_s)
        return (Played(one.time_s, one.channel.topic, one.data) for one in itertools.chain(before, then))
