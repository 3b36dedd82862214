# SPDX-License-Identifier: Apache-2.0
"""Whether the way from the broker to a station carries what it asked for; when to ask for less or more. Sans-I/O."""

from __future__ import annotations

import enum

from groundstation.transport.bus import BusState, BusStatus

LATE_MS = 1_500.0
"""An echo that takes so much longer than the quickest waits behind telemetry."""
LATE_FOR_S = 6.0
"""Late for so long it is no hiccup."""
TRY_AGAIN_S = 60.0
LONGEST_S = 960.0


class Wish(enum.Enum):
    """What a station should ask for from now on."""

    OVERVIEW = enum.auto()
    """One short message a second and vehicle."""
    EVERYTHING = enum.auto()


class SlowWay:
    """Watches a station's echo."""

    def __init__(self) -> None:
        self.is_slow = False
        """Whether only the overview is asked for."""
        self._quickest_ms: float | None = None
        self._late_since_s: float | None = None
        self._again_s = 0.0
        """When everything is asked for next, or was."""
        self._wait_s = TRY_AGAIN_S
        self._connections = 0

    def look(self, status: BusStatus, now_s: float) -> Wish | None:
        """Look at the connection, about once a second.

        Args:
            status: of the connection.
            now_s: seconds on the monotonic clock.

        Returns:
            What to ask for from now on; None for no change.
        """
        if status.state is not BusState.CONNECTED:
            self._late_since_s = None
            return None
        if status.connections > self._connections:
            # another connection may go another way; the one that we asked for ourselves was counted below
            self._connections, self._quickest_ms = status.connections, None
        took_ms = status.rtt_ms
        if took_ms is not None:
            self._quickest_ms = took_ms if self._quickest_ms is None else min(self._quickest_ms, took_ms)
        is_late = took_ms is not None and self._quickest_ms is not None and took_ms - self._quickest_ms > LATE_MS
        if not is_late:
            self._late_since_s = None
        elif self._late_since_s is None:
            self._late_since_s = now_s
        if not self.is_slow and self._late_since_s is not None and now_s - self._late_since_s >= LATE_FOR_S:
            self.is_slow, self._late_since_s = True, None
            self._again_s = now_s + self._wait_s
            self._wait_s = min(self._wait_s * 2, LONGEST_S)
            self._connections += 1
            return Wish.OVERVIEW
        if self.is_slow and not is_late and now_s >= self._again_s:
            self.is_slow, self._again_s = False, now_s
            self._connections += 1
            return Wish.EVERYTHING
        if not self.is_slow and not is_late and now_s - self._again_s > LONGEST_S:
            self._wait_s = TRY_AGAIN_S  # it carried everything for so long: the next hiccup is another one
        return None
