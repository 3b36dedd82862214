# SPDX-License-Identifier: Apache-2.0
"""What of a log is wanted, and how it is gone through without holding all of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from groundstation.logs.log import Log, LogError, LogInfo, MessageInfo
from groundstation.logs.log_lookup import find_vehicle

ROWS = 50_000
"""About so many rows of all messages together are held at once."""
BYTES = 32 << 20
"""And about so many bytes of the log at most, since rows may be pictures."""

FRAMES_BEFORE, ROWS_BEFORE = 8, 30
"""Of each message before the beginning: one may tell of several packs or receivers in turn, or of several events."""


class ExportScope(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a log; with nothing said, all of it."""

    vehicle: str | None = None
    """`LogVehicle.id`; None for all."""
    messages: tuple[str, ...] = ()
    """Names; none for all."""
    begin_s: float | None = None
    """Leave out what is earlier, in the log's time; None for the beginning."""
    end_s: float | None = None
    """Leave out what is this late or later; None for the end."""
    has_before: bool = False
    """In a recording: what was said last before the beginning too, so that all is known at it."""
    is_exact: bool = False
    """Texts in CSV as they are, letter by letter."""

    def includes_time(self, time_s: float) -> bool:
        """Whether a moment is in it."""
        is_late = self.begin_s is None or time_s >= self.begin_s
        return is_late and (self.end_s is None or time_s < self.end_s)


def wanted_messages(info: LogInfo, selection: ExportScope) -> tuple[MessageInfo, ...]:
    """The messages of a selection; those with a name that nobody has are an error.

    Raises:
        LogError: no such vehicle or message.
    """
    if selection.vehicle is not None:
        find_vehicle(info, selection.vehicle)
    of_vehicle = [one for one in info.messages if selection.vehicle in (None, one.vehicle)]
    for name in selection.messages:
        if not any(one.name == name for one in of_vehicle):
            raise LogError(f"no message '{name}' in this log; 'groundstation log info' lists them")
    found = tuple(one for one in of_vehicle if not selection.messages or one.name in selection.messages)
    if not found:
        raise LogError("nothing of that is in this log")
    return found


def spans(log: Log, messages: tuple[MessageInfo, ...], selection: ExportScope) -> Iterator[tuple[float, float, float]]:
    """Stretches of time with about `ROWS` rows each, or `BYTES` of the log; the last one without an end.

    Yields:
        Begin and end in seconds, and which share of the work is done with it.
    """
    begin_s, end_s = log.info.begin_s, log.info.end_s
    if begin_s is None or end_s is None:
        # no message has a time: what is asked for by time is not there
        if selection.begin_s is None and selection.end_s is None:
            yield -np.inf, np.inf, 1.0
        return
    begin_s = begin_s if selection.begin_s is None else max(begin_s, selection.begin_s)
    last_s = end_s if selection.end_s is None else min(end_s, selection.end_s)
    if last_s < begin_s:
        return
    # nobody knows the bytes of a message: a share of the rows counts as the same share of the file
    share = sum(one.count for one in messages) / max(sum(one.count for one in log.info.messages), 1)
    count = max(1, sum(one.count for one in messages) // ROWS, round(share * log.info.size_bytes / BYTES))
    edges = np.linspace(begin_s, last_s, count + 1).tolist()
    # a log may hold messages whose time is before its beginning
    edges[0] = -np.inf if selection.begin_s is None else begin_s
    edges[-1] = np.inf if selection.end_s is None else selection.end_s
    for number in range(count):
        yield edges[number], edges[number + 1], (number + 1) / count
