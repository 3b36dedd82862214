# SPDX-License-Identifier: Apache-2.0
"""A vehicle as conditions of a procedure see it: what is too old to be believed is not known. Pure."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from groundstation.fleet.fleet_filter import EXACT_WORDS
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS, Freshness
from groundstation.fleet.summary import VehicleSummary, summary_of
from groundstation.fleet.vehicle import VehicleState

_WORD = re.compile(r"""["'][^"']*["']|[^\s<>=:!()"']+""")
_MOST = 4
"""Values that are told of one condition."""


def seen(state: VehicleState | None, now_s: float) -> VehicleSummary | None:
    """What is known of a vehicle at this moment; None of one that is not heard.

    Args:
        state: the vehicle; None for one that nobody knows.
        now_s: seconds on this station's monotonic clock.
    """
    if state is None or not state.is_heard:
        return None
    old: dict[str, Any] = {}
    for kind in KINDS:
        if state.freshness(kind, now_s) is Freshness.EXPIRED:
            # a charge of ten minutes ago must not let a vehicle take off
            old[kind] = () if kind in INDEXED_KINDS else None
    return summary_of(replace(state, **old) if old else state, now_s)


def values_told(condition: str, one: VehicleSummary) -> str:
    """What a condition looks at, with what it is now: `battery 43 %, mode LOITER`; empty where nothing is known.

    Args:
        condition: as written.
        one: the vehicle.
    """
    found: dict[str, str] = {}
    for word in _WORD.findall(condition.casefold()):
        number = EXACT_WORDS.number(word)
        if number is not None and (value := number.get(one)) is not None:
            found[word] = f"{word} {value:.4g} {number.unit}".rstrip()
        elif word in EXACT_WORDS.texts and (text := EXACT_WORDS.texts[word](one)):
            found[word] = f"{word} {text}"
        elif word in EXACT_WORDS.questions and (answer := EXACT_WORDS.questions[word](one)) is not None:
            found[word] = f"{word} {'yes' if answer else 'no'}"
    return ", ".join(list(found.values())[:_MOST])
