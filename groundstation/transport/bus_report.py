# SPDX-License-Identifier: Apache-2.0
"""How a connection to a broker reports on itself, again and again. The connection's thread; any thread may look."""

from __future__ import annotations

import logging
import time

from groundstation.transport.arrivals import Arrivals
from groundstation.transport.bus import BusState, BusStatus, StatusCallback
from groundstation.transport.departures import Departures

log = logging.getLogger("groundstation.mqtt")


class BusReport:
    """The newest report, and whoever is told of each."""

    def __init__(
        self, broker: str, departures: Departures, arrivals: Arrivals, on_status: StatusCallback | None
    ) -> None:
        """Nothing is connected yet.

        Args:
            broker: its URL without the password.
            departures: count what was said.
            arrivals: count what came.
            on_status: called with each report; None where nobody is.
        """
        self._departures, self._arrivals, self._on_status = departures, arrivals, on_status
        # replaced as a whole, so that a thread that looks never sees half of two reports
        self.status = BusStatus(broker=broker, since_s=time.monotonic())
        self.note = ""
        """Repeated in each report; its owner sets it, on any thread."""
        self.protocol = ""
        """The version that is spoken, or tried; told once there is a connection."""
        self.connections = 0
        """How often the connection was made."""

    def tell(self, state: BusState, reason: str = "") -> None:
        """Make a new report and tell it; a change is written to the log."""
        old, now_s = self.status, time.monotonic()
        is_same, is_connected = old.state is state, state is BusState.CONNECTED
        self.status = BusStatus(
            state=state,
            broker=old.broker,
            reason=reason,
            since_s=old.since_s if is_same else now_s,
            protocol=self.protocol if is_connected else "",
            rtt_ms=self._arrivals.echo.shown_ms(now_s) if is_connected else None,
            note=self.note,
            received=self._arrivals.received,
            sent=self._departures.sent,
            refused=self._departures.refused,
            oversize=self._arrivals.oversize,
            connections=self.connections,
            thinned=self._departures.thinned,
            is_slow=self._departures.is_slow,
            bytes_per_s=self._departures.bytes_per_s,
        )
        if not is_same:
            is_trouble = state in (BusState.LOST, BusState.REFUSED)
            log.log(logging.WARNING if is_trouble else logging.INFO, "%s: %s", old.broker, reason or state.value)
        if self._on_status is not None:
            self._on_status(self.status)
