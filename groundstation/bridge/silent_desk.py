# SPDX-License-Identifier: Apache-2.0
"""In place of the command desk of a vehicle that is a recording: it has no way to take a command. Bridge thread.

Nothing here can be given an order, so that nobody can forget to ask whether the vehicle is real.
"""

from __future__ import annotations

from groundstation.fleet.commands import Verb
from groundstation.fleet.events import Event
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.link import ConnReason
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import Mode
from groundstation.mavlink.stream_requests import Outbound


class SilentDesk:
    """Hears what a recorded vehicle said, and does nothing about it."""

    is_busy = False
    """Nothing is ever under way."""
    unsupported: frozenset[Verb] = frozenset(Verb)
    """It has no verbs at all."""
    lacking_modes: frozenset[str] = frozenset()
    """Nobody asks it for a mode."""

    def on_text(self, text: str, severity: Severity) -> None:
        """Ignore it: no order is under way that it could explain."""

    def external_mode(self, old: Mode, new: Mode, autopilot: Autopilot) -> Event | None:
        """Tell nothing: a mode change in a recording is no interference with a station of today."""
        del old, new, autopilot
        return None

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """Nothing is under way."""

    def publish_again(self, now_s: float) -> None:
        """Publish nothing: a recording has no control to tell of."""

    def tick(self, now_s: float) -> list[Outbound]:
        """Send nothing, ever."""
        del now_s
        return []

    def end(self, now_s: float) -> None:
        """The bridge stops."""
