# SPDX-License-Identifier: Apache-2.0
"""The events of one vehicle: told, held back in a flood, and kept for those who miss some. Bridge thread; no I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from groundstation.bridge.ear import Ear
from groundstation.bridge.flood import FloodGate
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.sample import Severity
from groundstation.mavlink.statustext import Text

KEPT_EVENTS = 1_000
"""Events kept for a station that missed some."""
TEXT_TWICE_S = 1.5
"""The same text within this time on another link is the same text."""


class EventLog:
    """Takes events, and texts of the autopilot."""

    def __init__(self, now_s: float, publish: Callable[[Event], tuple[int, bytes]]) -> None:
        """Begin with nothing said.

        Args:
            now_s: seconds on the bridge's clock.
            publish: publishes an event; returns its number and bytes.
        """
        self._publish = publish
        self._flood = FloodGate(now_s)
        self._told: deque[tuple[int, bytes]] = deque(maxlen=KEPT_EVENTS)
        self._recent_texts: deque[tuple[float, Severity, str, Ear | None]] = deque(maxlen=20)

    def tell(self, event: Event, now_s: float) -> None:
        """Publish an event and keep it; one of a flood is only counted."""
        if self._flood.lets_through(event, now_s):
            # as bytes: told again it is the same message with the same number, which stations know to be a repeat
            self._told.append(self._publish(event))

    def tick(self, now_s: float) -> None:
        """Time passed: tell how many were held back."""
        note = self._flood.note(now_s)
        if note is not None:
            self._told.append(self._publish(note))

    def since(self, number: int) -> list[bytes]:
        """Events that are kept, from a number on."""
        return [payload for seq, payload in self._told if seq >= number]

    def clear(self) -> None:
        """A new life: its events have numbers of their own."""
        self._told.clear()

    def is_repeated(self, text: Text, ear: Ear | None) -> bool:
        """Whether a text was heard a moment ago on another link; it is remembered.

        Args:
            text: what was said.
            ear: by whom it was heard; None where another component of the system said it.
        """
        for at_s, severity, words, heard_by in self._recent_texts:
            is_same = severity is text.severity and words == text.text
            # on one link the same text twice is said twice: autopilots repeat what is urgent
            if is_same and heard_by is not ear and abs(text.at_s - at_s) < TEXT_TWICE_S:
                return True
        self._recent_texts.append((text.at_s, text.severity, text.text, ear))
        return False


def event_of_text(text: Text, component: str) -> Event:
    """A STATUSTEXT as it is told.

    Args:
        text: what was said.
        component: who said it, as `gimbal (154)`; empty for the autopilot.
    """
    return Event(
        at_s=round(text.at_s, 3),
        kind=EventKind.STATUS_TEXT,
        severity=text.severity,
        text=text.text,
        component=component,
        is_complete=text.is_complete,
    )
