# SPDX-License-Identifier: Apache-2.0
"""Holds back a flood of events: a vehicle that says thousands of texts a second must not drown the others. Pure.

What is urgent has a share of its own, and so have changes that the bridge saw, of mode or arming say: a flood of texts
mutes neither. What was left out is told as a number; the frames themselves are recorded all the same.
"""

from __future__ import annotations

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.sample import Severity

PER_S = 10.0
"""Events a second and vehicle in the long run,"""
BURST = 100.0
"""and so many at once: a boot says some fifty."""
TELL_S = 1.0
"""What was left out is told so often at most."""
_OF_THE_BRIDGE = frozenset({EventKind.LINK, EventKind.IDENTITY})
"""Kinds that only the bridge makes. They are never held back, since no vehicle can flood with them."""
_URGENT = frozenset({Severity.EMERGENCY, Severity.ALERT, Severity.CRITICAL, Severity.ERROR})


class FloodGate:
    """Of one vehicle."""

    def __init__(self, now_s: float) -> None:
        self._room = [BURST, BURST, BURST]
        """Of the other texts, of the urgent ones, of changes."""
        self._at_s = now_s
        self._told_s = now_s
        self._left_out = 0
        self.left_out = 0
        """Events that were held back since the beginning."""

    def lets_through(self, event: Event, now_s: float) -> bool:
        """Whether an event may be told; counted where not.

        Args:
            event: what happened.
            now_s: seconds on the bridge's monotonic clock.
        """
        if event.kind in _OF_THE_BRIDGE:
            return True
        grown = max(0.0, now_s - self._at_s) * PER_S
        self._at_s = max(self._at_s, now_s)
        self._room = [min(BURST, room + grown) for room in self._room]
        # a bucket of its own for each: what is urgent must not find an empty one
        share = int(event.severity in _URGENT) if event.kind is EventKind.STATUS_TEXT else 2
        if self._room[share] < 1.0:
            self._left_out += 1
            self.left_out += 1
            return False
        self._room[share] -= 1.0
        return True

    def note(self, now_s: float) -> Event | None:
        """What is to be said of events that were left out since the last note; None for nothing yet."""
        if not self._left_out or now_s - self._told_s < TELL_S:
            return None
        count, self._left_out, self._told_s = self._left_out, 0, now_s
        text = f"{count} messages left out: the vehicle says more than {PER_S:.0f} a second"
        return Event(at_s=round(now_s, 3), kind=EventKind.STATUS_TEXT, severity=Severity.WARNING, text=text)
