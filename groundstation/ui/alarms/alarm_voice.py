# SPDX-License-Identifier: Apache-2.0
"""Alarms to the ear: the most urgent first, one after the other, never two at once. GUI thread; no widgets.

A warning that nobody acknowledges is said again. What is muted is silent, but for a warning, of which a muted one too
is told every ten minutes.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.alarms.alarm import Alarm
from groundstation.fleet.alarms.book import Change
from groundstation.fleet.conditions import Level
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.alarm_words import names_of, spoken
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.settings.chosen import chosen

GAP_S, SECONDS_A_LETTER = 2.5, 0.085
"""Between two texts: what a voice takes for a text, and a breath."""
REMIND_S = 30.0
MUTED_REMIND_S = 600.0
MAX_WAITING = 200
SILENCE_S = 20.0
"""What could not be said for so long is news no more, unless it is a warning."""


class AlarmVoice(QObject):
    """Says what is new, and again what nobody takes notice of."""

    mutes_changed = Signal()

    def __init__(self, feed: FleetView, access: AlarmAccess, parent: QObject | None = None) -> None:
        """Begin with nothing to say.

        Args:
            feed: what is known.
            access: ways to a voice and a tone.
            parent: Qt's.
        """
        super().__init__(parent)
        self._feed, self._access = feed, access
        self._waiting: dict[str, float] = {}
        self._said_s: dict[str, float] = {}
        self._free_s = float("-inf")
        self.muted_rules: set[str] = set()
        self.muted_sources: set[str] = set()
        feed.timeline.passed.connect(self.look)

    @property
    def mutes(self) -> list[str]:
        """What is muted, to be remembered."""
        return [f"rule:{one}" for one in sorted(self.muted_rules)] + [
            f"source:{one}" for one in sorted(self.muted_sources)
        ]

    def restore(self, mutes: Iterable[str]) -> None:
        """What was remembered."""
        for one in mutes:
            kind, _, name = one.partition(":")
            if kind in ("rule", "source") and name:
                (self.muted_rules if kind == "rule" else self.muted_sources).add(name)

    def mute(self, *, rule: str = "", source: str = "", is_muted: bool = True) -> None:
        """Silence a rule, or a vehicle or sensor; or no longer."""
        for name, muted in ((rule, self.muted_rules), (source, self.muted_sources)):
            if name:
                (muted.add if is_muted else muted.discard)(name)
        self.mutes_changed.emit()

    def is_muted(self, alarm: Alarm) -> bool:
        """Whether nobody wants to hear it."""
        rules = self._feed.fleet.alarms.rules
        silent = rules is not None and any(one.name == alarm.rule and one.is_silent for one in rules.rules)
        return silent or alarm.rule in self.muted_rules or alarm.source in self.muted_sources

    def look(self, now_s: float) -> None:
        """Take in what is new, and say the next thing if nothing is being said.

        Args:
            now_s: seconds on this station's monotonic clock.
        """
        book = self._feed.fleet.alarms
        for change in book.take_news():
            if _asks_anew(change) and not self.is_muted(change.alarm) and len(self._waiting) < MAX_WAITING:
                self._waiting.setdefault(change.alarm.key, now_s)
        for alarm in book:
            if alarm.worst is Level.WARNING and alarm.is_active and self._is_due(alarm, now_s):
                self._waiting.setdefault(alarm.key, now_s)
        self._said_s = {key: at_s for key, at_s in self._said_s.items() if book.get(key) is not None}
        if now_s >= self._free_s:
            self._say_next(now_s)

    def _is_due(self, alarm: Alarm, now_s: float) -> bool:
        """Whether a warning is to be said again."""
        is_quiet = alarm.shelf is not None or self.is_muted(alarm)
        if not alarm.waits and alarm.shelf is None:
            return False
        # from now on, where it never was said here: a station that was opened just now
        said_s = self._said_s.setdefault(alarm.key, now_s)
        return now_s - said_s >= (MUTED_REMIND_S if is_quiet else REMIND_S)

    def _say_next(self, now_s: float) -> None:
        book = self._feed.fleet.alarms
        candidates = []
        for key, since_s in list(self._waiting.items()):
            alarm = book.get(key)
            is_stale = alarm is not None and alarm.worst < Level.WARNING and now_s - since_s > SILENCE_S
            if alarm is None or is_stale or not (alarm.waits or alarm.shelf is not None):
                del self._waiting[key]
            else:
                candidates.append(alarm)
        if not candidates:
            return
        alarm = min(candidates, key=lambda one: one.urgency)
        del self._waiting[alarm.key]
        self._said_s[alarm.key] = now_s
        names = names_of(self._feed)
        text = spoken(alarm, names)
        sounds, is_warning = chosen().now.sounds.alarms, alarm.worst is Level.WARNING
        if self._access.play is not None and (is_warning or sounds != "warnings"):
            self._access.play("warning" if is_warning else "caution")
        # without a tone the voice is all there is
        if self._access.speak is not None and (sounds == "voice" or (is_warning and self._access.play is None)):
            self._access.speak(text)
        self._free_s = now_s + GAP_S + SECONDS_A_LETTER * len(text)


def _asks_anew(change: Change) -> bool:
    """Whether somebody has to take notice of something that nobody was asked about before."""
    alarm, before = change.alarm, change.before
    if not alarm.waits or not alarm.is_active or alarm.worst < Level.CAUTION:
        return False
    return before is None or not before.waits or not before.is_active or alarm.worst > before.worst
