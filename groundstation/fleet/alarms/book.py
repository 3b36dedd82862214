# SPDX-License-Identifier: Apache-2.0
"""What a station knows of alarms: those there are, what happened to them, and whether an engine leads. Pure.

One thread owns an `AlarmBook`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from groundstation.fleet.alarms.alarm import Alarm, AlarmState, EngineState
from groundstation.fleet.alarms.lease import LEASE_S
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.conditions import Condition, Level
from groundstation.fleet.identity import VehicleKey

MAX_ALARMS = 5_000
MAX_HISTORY = 20_000
MAX_ENGINES = 50


class Change(msgspec.Struct, frozen=True):
    """One thing that happened to an alarm."""

    alarm: Alarm
    """As it was afterwards."""
    before: Alarm | None
    """None for one that was new here."""
    at_s: float
    """When it was heard, seconds on this station's monotonic clock."""


class AlarmBook:
    """All alarms that were heard."""

    def __init__(self) -> None:
        self._alarms: dict[str, Alarm] = {}
        self._of_source: dict[str, set[str]] = {}
        self._engines: dict[str, tuple[EngineState, float]] = {}
        self.history: deque[Change] = deque(maxlen=MAX_HISTORY)
        """What happened, in order."""
        self._news: deque[Change] = deque(maxlen=MAX_HISTORY)
        self.rules: RuleSet | None = None
        """Those of the engine that leads; None until it told them."""
        self.revision = 0
        """Grows with each change of anything."""
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._alarms)

    def __iter__(self) -> Iterator[Alarm]:
        return iter(self._alarms.values())

    def get(self, key: str) -> Alarm | None:
        """An alarm by its key."""
        return self._alarms.get(key)

    def of_vehicle(self, key: VehicleKey) -> list[Alarm]:
        """Those of a vehicle, and groups that cover it, in no order."""
        return [self._alarms[one] for one in self._of_source.get(str(key), ())]

    def beside_conditions(self, key: VehicleKey) -> tuple[Condition, ...]:
        """What rules find wrong with a vehicle that is no condition of it; without what is shelved."""
        return tuple(
            Condition(one.level, one.title)
            for one in self.of_vehicle(key)
            # what was said by code is a condition, which every station finds by itself
            if one.is_active and one.shelf is None and not one.said
        )

    def is_known(self, key: VehicleKey) -> bool:
        """Whether every alarm of a vehicle that goes on was acknowledged, and there is one."""
        going_on = [one for one in self.of_vehicle(key) if one.is_active and one.level >= Level.CAUTION]
        return bool(going_on) and all(one.state is AlarmState.ACKNOWLEDGED for one in going_on)

    def levels(self) -> dict[str, Level]:
        """How bad it is with everything that has an alarm now, by its name; without what is shelved."""
        found: dict[str, Level] = {}
        for alarm in self._alarms.values():
            if alarm.is_active and alarm.shelf is None:
                for source in alarm.members or (alarm.source,):
                    found[source] = max(alarm.level, found.get(source, Level.NORMAL))
        return found

    def sorted(self) -> list[Alarm]:
        """All of them, the most urgent first."""
        return sorted(self._alarms.values(), key=lambda one: one.urgency)

    def fold(self, alarm: Alarm, at_s: float) -> None:
        """What is said about an alarm.

        Args:
            alarm: as it is now.
            at_s: when it was heard, this station's monotonic clock.
        """
        before = self._alarms.get(alarm.key)
        if before == alarm or (before is None and alarm.state is AlarmState.OVER):
            return
        if before is None and len(self._alarms) >= MAX_ALARMS:
            self.dropped += 1
            return
        self._forget(alarm.key)
        if alarm.state is not AlarmState.OVER:
            self._alarms[alarm.key] = alarm
            for source in alarm.members or (alarm.source,):
                self._of_source.setdefault(source, set()).add(alarm.key)
        change = Change(alarm, before, at_s)
        self.history.append(change)
        self._news.append(change)
        self.revision += 1

    def put_back(self, alarms: Iterable[Alarm], at_s: float) -> None:
        """What there was at a moment of a recording; what is known goes, and nothing of it is news."""
        for key in list(self._alarms):
            self._forget(key)
        for alarm in alarms:
            self.fold(alarm, at_s)
        self._news.clear()
        self.history.clear()
        self.revision += 1

    def _forget(self, key: str) -> None:
        gone = self._alarms.pop(key, None)
        for source in () if gone is None else gone.members or (gone.source,):
            keys = self._of_source.get(source, set())
            keys.discard(key)
            if not keys:
                self._of_source.pop(source, None)

    def fold_engine(self, name: str, said: EngineState, at_s: float) -> None:
        """An engine was heard."""
        if not said.is_online:
            self._engines.pop(name, None)
        elif name in self._engines or len(self._engines) < MAX_ENGINES:
            self._engines[name] = said, at_s
        self.revision += 1

    def fold_rules(self, rules: RuleSet) -> None:
        """An engine told its rules: the newest count."""
        if self.rules is None or rules.revision >= self.rules.revision:
            self.rules = rules
            self.revision += 1

    def leader(self, now_s: float) -> str | None:
        """The engine that leads; None when none was heard lately: nobody would raise or acknowledge anything."""
        leads = [
            (said.term, name)
            for name, (said, at_s) in self._engines.items()
            if said.leads and now_s - at_s <= LEASE_S + 1.0
        ]
        return max(leads)[1] if leads else None

    def counts(self) -> dict[Level, int]:
        """How many wait to be acknowledged, by the worst level of each."""
        found: dict[Level, int] = {}
        for alarm in self._alarms.values():
            if alarm.waits:
                found[alarm.worst] = found.get(alarm.worst, 0) + 1
        return found

    def take_news(self) -> list[Change]:
        """What has happened since the last call, in order."""
        news, self._news = list(self._news), deque(maxlen=MAX_HISTORY)
        return news
