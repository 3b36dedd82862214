# SPDX-License-Identifier: Apache-2.0
"""The messages of a recording in the order of time, over all of its files, and what was said last before a moment.

What was sent again later stands in its file behind what was newer by then; here it comes at its time. A chunk of each
file is held at a time, and those that overlap it, up to a bound. One thread at a time, as the log.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mcap.records import Channel

from groundstation.fleet.flight import TimeBase
from groundstation.logs.log import Log
from groundstation.logs.readers.mcap_index import MAX_NS, McapIndex, McapMessage
from groundstation.logs.readers.mcap_log import McapLog
from groundstation.logs.readers.session_log import SessionLog

HELD_BYTES = 32 * 1024 * 1024
"""Of messages of one file that wait for their turn; of a file whose chunks overlap more, some come out of order."""
SAID_BEFORE = 30
"""Messages of each channel that tell what was known at a moment: a stream tells each second only what is new."""
LOOKED_BACK = 2_000
"""Chunks that are looked into, of each channel, for what was said last."""

SLACK_NS = 1_000
"""Seconds since 1970 as a float are exact to a quarter of a microsecond: a message at a moment is at it."""
_LATEST_S = MAX_NS / 1e9

Wanted = Callable[[Channel], bool]


class RecordedMessage(NamedTuple):
    """One message as it was recorded."""

    log_ns: int
    """When it was recorded, nanoseconds, as `LogInfo.time_base` counts."""
    publish_ns: int
    channel: Channel
    number: int
    data: bytes

    @property
    def time_s(self) -> float:
        """When it was recorded, seconds."""
        return self.log_ns / 1e9


def indexes_of(log: Log) -> list[McapIndex]:
    """The indexes of a recording's files; none for a log of another format."""
    if isinstance(log, McapLog):
        return [log.index]
    return [one.index for one in log.files] if isinstance(log, SessionLog) else []


def messages_in_order(
    log: Log, wanted: Wanted, begin_s: float = 0.0, end_s: float = float("inf")
) -> Iterator[RecordedMessage]:
    """Messages of a recording from one moment to another, both included, the earliest first.

    Args:
        log: an MCAP file or a session, open.
        wanted: which channels.
        begin_s: the earliest, seconds as `LogInfo.time_base` counts.
        end_s: the latest.
    """
    is_utc, span = log.info.time_base is TimeBase.UTC, (_ns(begin_s) - SLACK_NS, _ns(end_s) + SLACK_NS)
    files = [_of_file(index, _channels(index, wanted), span, is_utc=is_utc) for index in indexes_of(log)]
    yield from heapq.merge(*files, key=lambda one: one.log_ns)


def last_before(log: Log, wanted: Wanted, time_s: float, depth: int = 1) -> list[RecordedMessage]:
    """What each channel said last before a moment, the earliest first.

    Args:
        log: an MCAP file or a session, open.
        wanted: which channels.
        time_s: the moment, seconds as `LogInfo.time_base` counts.
        depth: how many messages of each channel.
    """
    is_utc = log.info.time_base is TimeBase.UTC
    found: list[RecordedMessage] = []
    for index in indexes_of(log):
        for channel in _channels(index, wanted).values():
            found += newest_before(index, channel, time_s, depth, is_utc=is_utc)
    return sorted(found, key=lambda one: one.log_ns)


def _ns(time_s: float) -> int:
    return int(min(time_s, _LATEST_S) * 1e9)


def _channels(index: McapIndex, wanted: Wanted) -> dict[int, Channel]:
    # ids count within a file; a channel whose definition was lost has no topic
    known = ((number, index.channels.get(number)) for number in index.chunks_of)
    return {number: one for number, one in known if one is not None and wanted(one)}


def _of_file(
    index: McapIndex, channels: dict[int, Channel], span: tuple[int, int], *, is_utc: bool
) -> Iterator[RecordedMessage]:
    begin_ns, end_ns = span
    ids = frozenset(channels)
    # by their beginnings: a chunk that begins later has nothing that is earlier
    numbers = sorted(index.chunks_between(ids, begin_ns, end_ns + 1), key=index.span_ns)
    waiting: list[tuple[int, int, RecordedMessage]] = []
    held = order = 0
    for number in numbers:
        first_ns, _ = index.span_ns(number)
        while waiting and (waiting[0][0] < first_ns or held > HELD_BYTES):
            one = heapq.heappop(waiting)[2]
            held -= len(one.data)
            yield one
        for message in index.messages(number, ids):
            if begin_ns <= message.log_ns <= end_ns and index.is_utc(message) == is_utc:
                # those of one moment stay in the order of the file
                order += 1
                held += len(message.data)
                heapq.heappush(waiting, (message.log_ns, order, _recorded(message, channels)))
    while waiting:
        yield heapq.heappop(waiting)[2]


def newest_before(
    index: McapIndex, channel: Channel, time_s: float, depth: int, *, is_utc: bool
) -> list[RecordedMessage]:
    """What one channel of one file said last before a moment, the earliest first.

    Args:
        index: of the file.
        channel: of that file.
        time_s: the moment, seconds.
        depth: how many messages.
        is_utc: whether those with a date count, or the others.
    """
    ids, time_ns = frozenset((channel.id,)), _ns(time_s) - SLACK_NS
    before = [one for one in index.chunks_of[channel.id] if index.span_ns(one)[0] < time_ns]
    # the latest end first: what was sent again stands in late chunks, and is old
    before.sort(key=lambda one: min(index.span_ns(one)[1], time_ns), reverse=True)
    found: list[RecordedMessage] = []
    for number in before[:LOOKED_BACK]:
        if len(found) >= depth and index.span_ns(number)[1] <= found[0].log_ns:
            break
        messages = (one for one in index.messages(number, ids) if index.is_utc(one) == is_utc)
        found += [_recorded(one, {channel.id: channel}) for one in messages if one.log_ns < time_ns]
        found = sorted(found, key=lambda one: one.log_ns)[-depth:]
    return found


def _recorded(message: McapMessage, channels: dict[int, Channel]) -> RecordedMessage:
    return RecordedMessage(
        message.log_ns, message.publish_ns, channels[message.channel_id], message.number, message.data
    )
