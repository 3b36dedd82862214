# SPDX-License-Identifier: Apache-2.0
"""Many alarms of one cause at once are one alarm that says how many it covers. Pure; one thread owns a `Flood`.

Five of one rule within three seconds become a group, which takes up all that follow as long as nobody has acknowledged
it: "Bridge lost, 100 affected". What comes after that is news, and a card of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from groundstation.fleet.alarms.alarm import MAX_MEMBERS, Alarm, AlarmState, alarm_key

GROUP_FROM = 5
GROUP_S = 3.0
GROUP = "group"
"""The source of a group."""
MAX_RECENT = 5_000


class Gathered(NamedTuple):
    """A group that was made or has grown."""

    group: Alarm
    merged: list[str]
    """Keys of alarms that stand in it from now on, and no longer by themselves."""


class Flood:
    """What was raised lately, and what stands in groups."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, str]] = deque(maxlen=MAX_RECENT)
        self._members: dict[str, dict[str, str]] = {}
        """Of each group: keys and sources of what it covers."""
        self._group_of: dict[str, str] = {}

    def raised(self, key: str, now_s: float) -> None:
        """An alarm was raised by itself."""
        self._recent.append((now_s, key))

    def group_of(self, key: str) -> str | None:
        """The group that covers an alarm; None for none."""
        return self._group_of.get(key)

    def gather(self, alarms: Mapping[str, Alarm], now_s: float) -> list[Gathered]:
        """Groups that what was raised lately makes, or enlarges.

        Args:
            alarms: all that there are, by key.
            now_s: seconds on the clock of `raised`.
        """
        while self._recent and now_s - self._recent[0][0] > GROUP_S:
            self._recent.popleft()
        by_rule: dict[str, list[Alarm]] = {}
        for _, key in self._recent:
            alarm = alarms.get(key)
            if alarm is not None and alarm.state is AlarmState.ACTIVE and alarm.shelf is None:
                by_rule.setdefault(alarm.rule, []).append(alarm)
        found = []
        for rule, fresh in by_rule.items():
            known = alarms.get(alarm_key(rule, GROUP))
            is_open = known is not None and known.state is AlarmState.ACTIVE
            if is_open or len(fresh) >= GROUP_FROM:
                found.append(self._gathered(rule, fresh, known))
        return found

    def _gathered(self, rule: str, fresh: list[Alarm], known: Alarm | None) -> Gathered:
        key = alarm_key(rule, GROUP)
        members = self._members.setdefault(key, {})
        for one in fresh:
            members[one.key] = one.source
            self._group_of[one.key] = key
        level = max(one.level for one in (*fresh, *((known,) if known is not None else ())))
        first = known or msgspec.structs.replace(fresh[0], key=key, source=GROUP, value=None, unit="", revision=-1)
        group = msgspec.structs.replace(
            first,
            level=level,
            worst=max(level, first.worst),
            state=AlarmState.ACTIVE,
            acknowledged=None,
            returned_unix_s=None,
            said=fresh[-1].said,
            members=tuple(members.values())[:MAX_MEMBERS],
            affected=len(members),
            revision=first.revision + 1,
        )
        return Gathered(group, [one.key for one in fresh])

    def leave(self, key: str) -> tuple[str, tuple[str, ...], int] | None:
        """An alarm that stood in a group is no longer so.

        Returns:
            The group's key, whom it still covers, and how many; None where it stood in none.
        """
        group = self._group_of.pop(key, None)
        if group is None:
            return None
        members = self._members.get(group, {})
        members.pop(key, None)
        return group, tuple(members.values())[:MAX_MEMBERS], len(members)

    def forget(self, group: str) -> None:
        """A group is over."""
        for key in self._members.pop(group, {}):
            self._group_of.pop(key, None)

    def adopt(self, group: Alarm) -> None:
        """A group as another engine told it."""
        self.forget(group.key)
        members = {alarm_key(group.rule, source): source for source in group.members}
        self._members[group.key] = members
        self._group_of.update(dict.fromkeys(members, group.key))
