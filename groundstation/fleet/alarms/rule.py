# SPDX-License-Identifier: Apache-2.0
"""When an alarm is raised: the rules, as they are written, travel and are kept. Pure.

A rule is about vehicles or about topics of other devices. Its condition is in the language of the fleet list's filter
(docs/adr/0018); `.age` behind an address is how old a value is in seconds, `.rate` how fast it changes, a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from groundstation.fleet.alarms.subjects import SENSOR_WORDS, VEHICLE_WORDS, Seen
from groundstation.fleet.conditions import Level
from groundstation.fleet.errors import UsageError
from groundstation.fleet.expressions import Number, Test, parse
from groundstation.fleet.sample import Whole
from groundstation.fleet.sensors import matches

MAX_RULES = 200
LONGEST_S = 24 * 3600.0
_COMPARED = re.compile(r"""(?:"([^"]+)"|'([^']+)'|([^\s<>=:!()\"']+))\s*(?:<|>|=)""")
Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=LONGEST_S)]
Expression = Annotated[str, msgspec.Meta(max_length=2_000)]


class AlarmRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    """Unique; part of what identifies an alarm."""
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """What is wrong, in a few words."""
    when: Expression = ""
    """Raises where it holds. Empty for a rule that takes over `conditions`."""
    until: Expression = ""
    """Returns where it holds; empty for where `when` no longer does. `battery < 20` until `battery > 25`."""
    conditions: tuple[str, ...] = ()
    """Codes of what every station finds itself (`fleet/conditions.py`); their level counts."""
    vehicles: Expression = ""
    """Which vehicles, as in the filter of the list: `armed`, `root == fleet`; empty for all."""
    topics: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """Topic filter of other devices (`Kabin+/Nem`); empty for a rule about vehicles."""
    level: Level = Level.CAUTION
    after_s: Seconds = 0.0
    """It must have been so for so long."""
    off_after_s: Seconds = 0.0
    """It must have been otherwise for so long before it counts as returned."""
    advice: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """What to do."""
    shown: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Address of the number that is told with it (`battery.0.voltage_v`, `value`)."""
    is_on: bool = True
    is_silent: bool = False
    """Neither sound nor voice."""

    @property
    def is_of_topics(self) -> bool:
        """Whether it is about other devices."""
        return bool(self.topics)


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """All rules of an engine (topic `_alm/<engine>/rules`)."""

    rules: Annotated[tuple[AlarmRule, ...], msgspec.Meta(max_length=MAX_RULES)] = ()
    revision: Whole = 0
    """Grows with each change; the higher one counts."""
    v: Whole = 1
    """Version of this format."""


class ReadRule:
    """A rule that was understood."""

    def __init__(self, rule: AlarmRule) -> None:
        """Understand it.

        Raises:
            UsageError: something in it means nothing; names the rule.
        """
        self.rule = rule
        words: Any = SENSOR_WORDS if rule.is_of_topics else VEHICLE_WORDS
        try:
            self._check(rule)
            self.holds: Test[Seen] | None = parse(rule.when, words) if rule.when else None
            self.ends: Test[Seen] | None = parse(rule.until, words) if rule.until else None
            self._concerns: Test[Seen] | None = parse(rule.vehicles, words) if rule.vehicles else None
            self.number = _number(words, rule.shown) or _first_number(words, rule.when)
        except UsageError as error:
            raise UsageError(f"rule '{rule.name}': {error}") from error

    @staticmethod
    def _check(rule: AlarmRule) -> None:
        if bool(rule.when) == bool(rule.conditions):
            raise UsageError("give 'when', or 'conditions', and not both")
        if rule.is_of_topics and (rule.conditions or rule.vehicles):
            raise UsageError("a rule about topics has 'when', and neither 'conditions' nor 'vehicles'")
        if rule.until and rule.conditions:
            raise UsageError("'until' goes with 'when'")
        if rule.level is Level.NORMAL:
            raise UsageError("its level is 1 (advisory), 2 (caution) or 3 (warning)")

    def concerns(self, seen: Seen) -> bool:
        """Whether it is about this vehicle; where nobody knows it is."""
        return self._concerns is None or self._concerns(seen) is not False

    def is_about(self, topic: str) -> bool:
        """Whether it is about this topic."""
        return self.rule.is_of_topics and matches(self.rule.topics, topic)


def _first_number(words: Any, when: str) -> Number[Seen] | None:
    """What a condition compares first: the number that is told where no other is asked for."""
    for name in _COMPARED.findall(when.casefold()):
        found: Number[Seen] | None = words.number("".join(name))
        if found is not None:
            return found
    return None


def _number(words: Any, address: str) -> Number[Seen] | None:
    if not address:
        return None
    found: Number[Seen] | None = words.number(address.casefold())
    if found is None:
        raise UsageError(f"'{address}' is the address of no value")
    return found


def understood(rules: Iterable[AlarmRule]) -> list[ReadRule]:
    """All of them.

    Raises:
        UsageError: one means nothing, two have one name, or there are too many.
    """
    found = [ReadRule(one) for one in rules]
    names = [one.rule.name for one in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"two rules are called '{twice}'")
    if len(found) > MAX_RULES:
        raise UsageError(f"{len(found)} rules are too many; at most {MAX_RULES}")
    return found
