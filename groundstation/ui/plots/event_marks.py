# SPDX-License-Identifier: Apache-2.0
"""What happened, for plots: arming, modes, warnings, commands, bookmarks. GUI thread; no widgets."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Collection, Iterable

import msgspec
from PySide6.QtCore import QObject

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.events import EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.fleet.sample import Severity
from groundstation.ui.commanding.words import label_of
from groundstation.ui.fleet_view import FleetView, LoggedEvent
from groundstation.ui.past.past_view import PastView
from groundstation.ui.theme.roles import Ink

MOST_KEPT = 5_000
"""Of what is live; the oldest go."""
MOST_SHOWN = 400
"""In one plot: of more the newest, and worse ones before others."""
_INKS = {
    **dict.fromkeys((Severity.EMERGENCY, Severity.ALERT, Severity.CRITICAL, Severity.ERROR), Ink.WARNING),
    Severity.WARNING: Ink.CAUTION,
}
_CHANGES = frozenset({EventKind.MODE, EventKind.ARMED, EventKind.FAILSAFE, EventKind.REBOOT, EventKind.LANDED})


class Mark(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened."""

    at_s: float
    """Seconds on the clock of the view's timeline."""
    key: VehicleKey | None
    """Which vehicle; None for none."""
    text: str
    """Plain text, from outside."""
    ink: Ink = Ink.MUTED


Commands = Callable[[], Iterable[CommandRecord]]


class EventMarks(QObject):
    """Gathers what comes live; a view of the past is asked."""

    def __init__(self, feed: FleetView, commands: Commands = tuple, parent: QObject | None = None) -> None:
        """Nothing happened yet.

        Args:
            feed: what is known of the fleet.
            commands: of this station and others, as far as they are known.
            parent: Qt's.
        """
        super().__init__(parent)
        self._feed, self._commands = feed, commands
        self._live: deque[Mark] = deque(maxlen=MOST_KEPT)
        if feed.is_live:
            feed.events_arrived.connect(self._on_events)

    def within(self, begin_s: float, end_s: float, keys: Collection[VehicleKey]) -> list[Mark]:
        """What happened in a span, in the order of time, at most `MOST_SHOWN`.

        Args:
            begin_s: where it begins, seconds.
            end_s: where it ends.
            keys: of whom; what is of no vehicle is always there.
        """
        found = [
            one
            for one in (*self._kept(begin_s, end_s), *self._ordered())
            if begin_s <= one.at_s <= end_s and (one.key is None or one.key in keys)
        ]
        if len(found) > MOST_SHOWN:
            found.sort(key=lambda one: (one.ink is not Ink.MUTED, one.at_s))
            found = found[-MOST_SHOWN:]
        return sorted(found, key=lambda one: one.at_s)

    def _kept(self, begin_s: float, end_s: float) -> Iterable[Mark]:
        if not isinstance(self._feed, PastView):
            return self._live
        events, noted = self._feed.happened(begin_s, end_s)
        marks = (mark_of_event(one) for one in events)
        return itertools.chain((one for one in marks if one is not None), (_mark_of_note(one) for one in noted))

    def _ordered(self) -> Iterable[Mark]:
        for one in self._commands():
            began_s = one.changed_s - (one.changed_unix_s - one.began_unix_s)
            yield Mark(began_s, one.key, label_of(one.verb), Ink.ACCENT)

    def _on_events(self, events: list[LoggedEvent]) -> None:
        self._live.extend(mark for mark in map(mark_of_event, events) if mark is not None)


def mark_of_event(one: LoggedEvent) -> Mark | None:
    """How an event is marked; None for what is only told."""
    ink = _INKS.get(one.event.severity)
    if ink is None and one.event.kind not in _CHANGES:
        return None
    return Mark(one.received_s, one.key, one.event.words, ink or Ink.MUTED)


def _mark_of_note(one: Landmark) -> Mark:
    if one.kind is LandmarkKind.BOOKMARK:
        return Mark(one.at_s, one.key, str(one.said), Ink.PAST)
    verb = one.report.verb if one.report is not None else None
    return Mark(one.at_s, one.key, label_of(verb) if verb is not None else "", Ink.ACCENT)
