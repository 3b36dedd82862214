# SPDX-License-Identifier: Apache-2.0
"""Looks at one source by one rule, moment after moment: delays and hysteresis. Pure; one thread.

Where nobody knows whether a condition holds, nothing changes: an alarm does not go because a value is not told any
more, and none is raised for it. For that there are ages.
"""

from __future__ import annotations

from groundstation.fleet.alarms.alarm import alarm_key
from groundstation.fleet.alarms.life import Sight
from groundstation.fleet.alarms.rule import ReadRule
from groundstation.fleet.alarms.subjects import Seen
from groundstation.fleet.phrases import code_of


class Watch:
    """One rule and one source."""

    def __init__(self, rule: ReadRule, source: str) -> None:
        self.rule, self.source, self.key = rule, source, alarm_key(rule.rule.name, source)
        self.sight: Sight | None = None
        """What was seen last while it held; stays while it counts as raised."""
        self.is_raised = False
        self._since_s: float | None = None
        """Since when it is otherwise than `is_raised` says."""

    @property
    def is_moving(self) -> bool:
        """Whether it is about to change: to be looked at again though nothing new is told."""
        return self.is_raised or self._since_s is not None

    def look(self, seen: Seen) -> bool:
        """Look once.

        Returns:
            Whether `is_raised` has changed.
        """
        sight = self._sight(seen)
        if sight is not None:
            self.sight = sight
        is_other = self._ends(seen, sight) if self.is_raised else sight is not None
        if not is_other:
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = seen.now_s
        told = self.rule.rule
        if seen.now_s - self._since_s < (told.off_after_s if self.is_raised else told.after_s):
            return False
        self.is_raised, self._since_s = not self.is_raised, None
        return True

    def adopt(self) -> None:
        """Somebody else raised it: it counts as raised until it is seen to be otherwise."""
        self.is_raised, self._since_s = True, None

    def _ends(self, seen: Seen, sight: Sight | None) -> bool:
        rule = self.rule
        if not rule.concerns(seen):
            return True
        if rule.ends is not None:
            return rule.ends(seen) is True
        if rule.holds is not None:
            return rule.holds(seen) is False
        return sight is None

    def _sight(self, seen: Seen) -> Sight | None:
        rule = self.rule
        if not rule.concerns(seen):
            return None
        if rule.holds is None:
            return self._condition(seen)
        if rule.holds(seen) is not True:
            return None
        number = rule.number
        if number is None:
            return Sight(level=rule.rule.level)
        unit = number.told_unit(seen) if number.told_unit is not None else number.unit
        return Sight(level=rule.rule.level, value=number.get(seen), unit=unit)

    def _condition(self, seen: Seen) -> Sight | None:
        meant = [one for one in seen.conditions if code_of(one.said) in self.rule.rule.conditions]
        return Sight(level=meant[0].level, said=meant[0].said) if meant else None
