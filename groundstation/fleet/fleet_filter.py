# SPDX-License-Identifier: Apache-2.0
"""Which vehicles a text chooses: the filter box of the fleet list, `groundstation command`, alarms. Pure.

The grammar is in `expressions.py`. Numbers: `battery` (percent, of the emptiest pack), `height`, `speed`, `age`. Texts:
`mode`, `id`, `name`, `root`, `is` (a condition). Questions: `armed`, `flying`, `alarm`, `lost` ... Any other word is
looked for in name, id, mode and conditions. `group:north` are those of a group (`groups.py`).
`3-7` and `1,4,8-10` are vehicles by the number that their ids end with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from groundstation.fleet.awareness.derived import AWARENESS
from groundstation.fleet.conditions import Level
from groundstation.fleet.errors import UsageError
from groundstation.fleet.expression_text import ExpressionError
from groundstation.fleet.expressions import Number, Set, Words, parse
from groundstation.fleet.groups import NO_GROUPS, GroupBook
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.summary import VehicleSummary
from groundstation.fleet.value_names import address_named
from groundstation.fleet.value_path import getter, number, unit_of_path

Test = Callable[[VehicleSummary], bool]
Condition = Callable[[VehicleSummary], bool | None]
"""Whether something holds of a vehicle; None where nobody knows."""


def _turned(value: bool | None) -> bool | None:
    return None if value is None else not value


def _address(path: str) -> Number[VehicleSummary] | None:
    """Any value of a vehicle by its address, or the name of its field, in the unit that it is shown in."""
    try:
        named = address_named(path)
    except UsageError:
        # of several values none is meant
        return None
    if named is None:
        return None
    path = named
    get, unit = getter(path), unit_of_path(path)

    def value(one: VehicleSummary) -> float | None:
        found = number(get(one.state)) if one.state is not None else None
        return None if found is None else found * unit.factor

    # in the unit that is shown: who reads 30 % writes 30, though 0.3 travels
    return Number(value, unit.symbol)


def _aware(field: str, factor: float = 1.0) -> Callable[[VehicleSummary], float | None]:
    """What the station works out about a vehicle, by its short name."""
    get = getter(f"{AWARENESS}.{field}")

    def value(one: VehicleSummary) -> float | None:
        found = number(get(one.state)) if one.state is not None else None
        return None if found is None else found * factor

    return value


WORDS: Words[VehicleSummary] = Words(
    numbers={
        "battery": Number(lambda one: None if one.charge_fraction is None else one.charge_fraction * 100, "%"),
        "height": Number(lambda one: one.height_home_m, "m"),
        "speed": Number(lambda one: one.ground_speed_mps, "m/s"),
        "age": Number(lambda one: one.heard_age_s, "s"),
        # worked out here; the long address is awareness.closest_m
        "closest_m": Number(_aware("closest_m"), "m"),
        "closest_in_s": Number(_aware("closest_in_s"), "s"),
        "traffic_m": Number(_aware("traffic_m"), "m"),
        "breach_in_s": Number(_aware("breach_in_s"), "s"),
        "reach_m": Number(_aware("reach_m"), "m"),
        "return_margin": Number(_aware("return_margin_fraction", 100.0), "%"),
    },
    texts={
        "mode": lambda one: one.mode,
        "id": lambda one: one.key.id,
        "name": lambda one: one.name,
        "root": lambda one: one.key.root,
        "is": lambda one: " ".join(str(condition.said) for condition in one.conditions),
    },
    questions={
        "armed": lambda one: one.is_armed,
        "disarmed": lambda one: _turned(one.is_armed),
        "flying": lambda one: one.is_flying,
        "ground": lambda one: _turned(one.is_flying),
        "alarm": lambda one: one.level >= Level.CAUTION,
        "lost": lambda one: not one.is_heard,
        "stale": lambda one: one.is_stale,
        "sim": lambda one: one.is_simulated,
    },
    anywhere=lambda one: (one.key.id, one.name, one.mode or "", *(str(condition.said) for condition in one.conditions)),
    address=_address,
)
MOST_NESTED = 8
"""Groups whose rules ask for other groups."""
_NO_NAME = re.compile(r"""[\s<>=:!()"']""")


_NUMBERS = re.compile(r"\s*\d{1,5}\s*(-\s*\d{1,5}\s*)?(,\s*\d{1,5}\s*(-\s*\d{1,5}\s*)?)*")
_LAST_NUMBER = re.compile(r"(\d{1,9})\D*$")


def numbers_of(text: str) -> tuple[range, ...]:
    """Ranges of numbers of vehicles: `3-7`, `1,4,8-10`; none for what is no such text.

    Args:
        text: what the operator wrote; a single number is a word like any other.
    """
    if not _NUMBERS.fullmatch(text) or not ("-" in text or "," in text):
        return ()
    ends = [[int(one) for one in part.split("-")] for part in text.split(",")]
    return tuple(range(min(one), max(one) + 1) for one in ends)


def keys_of_numbers(text: str, summaries: Iterable[VehicleSummary]) -> list[VehicleKey]:
    """Vehicles by numbers that are being typed: `3`, `3-7`, `1,4,8-10`.

    Args:
        text: what is written so far: a sign at its end waits for its number.
        summaries: the vehicles, whose order is kept.
    """
    whole = text.strip().rstrip("-,").strip()
    ranges = numbers_of(whole)
    if not ranges and re.fullmatch(r"[0-9]{1,9}", whole):
        ranges = (range(int(whole), int(whole) + 1),)
    return [one.key for one in summaries if ranges and _has_number(one.key.id, ranges)]


def _has_number(identity: str, ranges: tuple[range, ...]) -> bool:
    found = _LAST_NUMBER.search(identity)
    return found is not None and any(int(found.group(1)) in one_range for one_range in ranges)


def _by_numbers(ranges: tuple[range, ...], text: str) -> Test:
    def test(one: VehicleSummary) -> bool:
        # an id may look like a range
        if text.strip() in (one.key.id, one.name):
            return True
        return _has_number(one.key.id, ranges)

    return test


def parse_filter(text: str, groups: GroupBook = NO_GROUPS) -> Test:
    """A test from what the operator wrote; an empty text lets everything through.

    Args:
        text: as written.
        groups: what `group:` may mean.

    Raises:
        ExpressionError: it means nothing; tells where, and what would.
    """
    return _parsed(text, groups, ())


def _parsed(text: str, groups: GroupBook, inside: tuple[str, ...]) -> Test:
    ranges = numbers_of(text)
    if ranges:
        return _by_numbers(ranges, text)
    test = parse(text, WORDS._replace(sets={GROUP: _group_words(groups, inside)}))
    # where nobody knows, the vehicle is not chosen: an order must not go to it by chance
    return lambda one: test(one) is True


GROUP = "group"


def _group_words(groups: GroupBook, inside: tuple[str, ...]) -> Set[VehicleSummary]:
    """What `group:` means, within the rules of groups that are being read already."""

    def test(name: str) -> Condition | None:
        group = groups.get(name)
        if group is None:
            return None
        if not group.is_rule:
            members = frozenset(group.members)
            return lambda one: str(one.key) in members
        if group.name in inside:
            raise UsageError(f"the rule of group '{group.name}' asks for itself")
        if len(inside) >= MOST_NESTED:
            raise UsageError(f"more than {MOST_NESTED} groups within each other")
        try:
            return _parsed(group.rule, groups, (*inside, group.name))
        except ExpressionError as error:
            raise UsageError(f"the rule of group '{group.name}' can't be read: {error.words}") from error

    return Set(test, lambda: [one.name for one in groups.groups])


EXACT_WORDS = WORDS._replace(takes_any_word=False)


def parse_condition(text: str) -> Condition:
    """A test by which something is decided: there a word that is only looked for would be a slip of the keyboard.

    Raises:
        ExpressionError: it means nothing; tells where, and what would.
    """
    return parse(text, EXACT_WORDS)


def is_filter(text: str) -> bool:
    """Whether a text chooses by what vehicles do; False where it can only be the name of one."""
    return _NO_NAME.search(text) is not None or text.casefold() in WORDS.questions
