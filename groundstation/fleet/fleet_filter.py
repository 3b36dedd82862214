# SPDX-License-Identifier: Apache-2.0
"""The filter box of the fleet list: what may be written in it, and which vehicles it lets through. Pure.

Terms are separated by blanks and must all hold: a bare word looks into name, id, mode and conditions; `battery<30`,
`height>50`, `speed>=10` compare; `mode:AUTO` and `id:07` look into one field; `armed`, `flying`, `alarm`, `lost`, `sim`
ask a question; `-` before a term turns it round.
"""

from __future__ import annotations

import operator
import re
import shlex
from collections.abc import Callable

from groundstation.fleet.conditions import Level
from groundstation.fleet.errors import UsageError
from groundstation.fleet.summary import VehicleSummary

Test = Callable[[VehicleSummary], bool]

_NUMBERS: dict[str, Callable[[VehicleSummary], float | None]] = {
    "battery": lambda one: None if one.charge_fraction is None else one.charge_fraction * 100,
    "height": lambda one: one.height_home_m,
    "speed": lambda one: one.ground_speed_mps,
    "age": lambda one: one.heard_age_s,
}
_TEXTS: dict[str, Callable[[VehicleSummary], str]] = {
    "mode": lambda one: one.mode or "",
    "id": lambda one: one.key.id,
    "name": lambda one: one.name,
    "root": lambda one: one.key.root,
    "is": lambda one: " ".join(condition.text for condition in one.conditions),
}
_QUESTIONS: dict[str, Test] = {
    "armed": lambda one: one.is_armed is True,
    "disarmed": lambda one: one.is_armed is False,
    "flying": lambda one: one.is_flying is True,
    "ground": lambda one: one.is_flying is False,
    "alarm": lambda one: one.level >= Level.CAUTION,
    "lost": lambda one: not one.is_heard,
    "stale": lambda one: one.is_stale,
    "sim": lambda one: one.is_simulated,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_COMPARED = re.compile(r"([a-z]+)(<=|>=|<|>|=)(.*)", re.DOTALL)


def parse_filter(text: str) -> Test:
    """A test from what the operator wrote; an empty text lets everything through.

    Raises:
        UsageError: a term means nothing; the message names it and what would.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError('a quotation mark is open; close it with "') from None
    tests = [_term(word) for word in words]
    return lambda one: all(test(one) for test in tests)


def _term(word: str) -> Test:
    if word.startswith("-") and len(word) > 1:
        inner = _term(word[1:])
        return lambda one: not inner(one)
    compared = _COMPARED.fullmatch(word.casefold())
    if compared is not None:
        return _comparison(*compared.groups())
    field, colon, wanted = word.partition(":")
    if colon:
        return _field(field.casefold(), wanted)
    return _QUESTIONS.get(word.casefold()) or _anywhere(word)


def _comparison(field: str, sign: str, limit: str) -> Test:
    if field not in _NUMBERS:
        raise UsageError(f"'{field}' is no number here; use {', '.join(_NUMBERS)}")
    try:
        number = float(limit.removesuffix("%"))
    except ValueError:
        raise UsageError(f"'{field}{sign}{limit}' needs a number, as in {field}{sign}30") from None
    get, compare = _NUMBERS[field], _COMPARISONS[sign]

    def holds(one: VehicleSummary) -> bool:
        value = get(one)
        return value is not None and compare(value, number)

    return holds


def _field(field: str, wanted: str) -> Test:
    if field not in _TEXTS:
        raise UsageError(f"'{field}:' is not known; use {', '.join(f'{name}:' for name in _TEXTS)}")
    get, folded = _TEXTS[field], wanted.casefold()
    return lambda one: folded in get(one).casefold()


def _anywhere(word: str) -> Test:
    folded = word.casefold()

    def holds(one: VehicleSummary) -> bool:
        texts = (one.key.id, one.name, one.mode or "", *(condition.text for condition in one.conditions))
        return any(folded in text.casefold() for text in texts)

    return holds
