# SPDX-License-Identifier: Apache-2.0
"""What is said to a broker and waits for its way: what matters first, and no more at once than the way carries.

Any thread puts; the connection's thread takes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from groundstation.transport.bus import Outgoing
from groundstation.transport.lanes import Lanes
from groundstation.transport.pace import Pace


class Departures:
    """Messages that wait, and how fast they may go."""

    def __init__(self, is_open: Callable[[], bool]) -> None:
        """Begin.

        Args:
            is_open: whether anything may be taken: nothing is kept for a connection that is to come.
        """
        self._is_open = is_open
        self._lanes = Lanes()
        self._pace = Pace(0.0)
        self._lock = threading.Lock()
        self.sent = 0
        """Messages that were taken for sending."""
        self.refused = 0
        """Messages that were not taken, or were given up with the connection."""

    def put(self, messages: list[Outgoing], now_s: float) -> tuple[int, bool]:
        """Let messages wait. Any thread.

        Args:
            messages: in order.
            now_s: seconds on the monotonic clock.

        Returns:
            How many were taken, and whether nothing had waited before.
        """
        # it is asked inside of the lock: else a connection that ends meanwhile clears the lanes before this fills them,
        # and what was said to the old connection would be sent on the next one
        with self._lock:
            was_empty = not self._lanes
            taken = self._lanes.put(messages, now_s) if self._is_open() else 0
            self.refused += len(messages) - taken
        return taken, was_empty

    def clear(self) -> None:
        """The connection ended: what waits is given up, and counted as refused."""
        with self._lock:
            self.refused += self._lanes.clear()

    # ---- the connection's thread ----

    def __len__(self) -> int:
        return len(self._lanes)

    @property
    def thinned(self) -> int:
        """Messages that gave way to newer ones of their topic."""
        return self._lanes.thinned

    @property
    def is_slow(self) -> bool:
        """Whether the way carries less than is said."""
        return self._pace.is_slow

    @property
    def bytes_per_s(self) -> float | None:
        """What the way carries while it is slow; None while it is not."""
        return self._pace.bytes_per_s

    def begin(self, now_s: float, trip_s: float) -> None:
        """A new connection, whose first answer took so long, seconds."""
        self._pace = Pace(now_s, trip_s)

    def take(self, given_bytes: int, queued_bytes: int, room_acks: int, now_s: float) -> list[Outgoing]:
        """What is to be sent now.

        Args:
            given_bytes: so many the system was given since the connection began.
            queued_bytes: so many of them it still has, as far as it tells.
            room_acks: so many more may wait for the broker's word.
            now_s: seconds on the monotonic clock.
        """
        room_bytes = self._pace.room(given_bytes, queued_bytes, now_s)
        with self._lock:
            batch = list(self._lanes.take(room_bytes, room_acks, now_s))
        self.sent += len(batch)
        return batch

    def gave(self, given_bytes: int, refused: int) -> None:
        """So many bytes of it went to the system, and so many messages found no room there after all."""
        self._pace.gave(given_bytes, is_short=bool(self._lanes))
        if refused:
            with self._lock:
                self.refused += refused

    def came_back(self, trip_s: float, now_s: float) -> None:
        """An echo took so long, seconds: from this the way's pace is learnt."""
        self._pace.came_back(trip_s, now_s)
