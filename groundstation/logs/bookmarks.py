# SPDX-License-Identifier: Apache-2.0
"""The bookmarks in a recording. One thread, as the log."""

from __future__ import annotations

from groundstation.fleet.bookmark import Bookmark, Bookmarks
from groundstation.logs.log import Log
from groundstation.logs.readers.recorded_messages import messages_in_order
from groundstation.transport import payloads, topics
from groundstation.transport.leaves import STATION_MARK, leaf_of
from groundstation.transport.payloads import PayloadError


def is_mark(topic: str) -> bool:
    """Whether bookmarks are told on a topic."""
    parsed = topics.parse(topic)
    return parsed is not None and leaf_of(parsed) is STATION_MARK


def bookmarks_of(log: Log, begin_s: float = 0.0, end_s: float = float("inf")) -> list[Bookmark]:
    """The bookmarks of a recording with their newest notes, the earliest moment first; none in logs of other formats.

    Args:
        log: open.
        begin_s: the earliest moment that they may mean, seconds since 1970.
        end_s: the latest.
    """
    board = Bookmarks()
    # all of the recording: a moment is marked after it, and its note is changed later still
    for one in messages_in_order(log, lambda channel: is_mark(channel.topic)):
        try:
            board.fold(payloads.decode(STATION_MARK, one.data).d)
        except PayloadError:
            continue  # of a forger, or of a newer version; it is in the recording as it came
    return [one for one in board.all() if begin_s <= one.at_unix_s <= end_s]
