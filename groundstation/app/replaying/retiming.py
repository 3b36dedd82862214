# SPDX-License-Identifier: Apache-2.0
"""Times in what was recorded, moved to the clock of who plays it (docs/adr/0030). Pure.

Content stays as it was written, unknown fields of newer bridges included; only its times change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groundstation.transport.leaves import CTL, LINK, TLM_SUM, Leaf

_AT = "at_s"
_AGES: dict[Leaf, frozenset[str]] = {
    TLM_SUM: frozenset({"age_s", "mode_age_s"}),
    LINK: frozenset({"heartbeat_age_s"}),
}
"""Ages at the moment of writing, by leaf."""
_UNTIL_MS = "until_bms"
_OTHERS_WORDS = frozenset({"args", "detail"})
"""What holds arguments of orders and phrases, whose names mean other things."""

MAX_DEPTH = 30
MAX_PARTS = 64
"""Packs, receivers and the like of one kind that are remembered."""

Moved = Callable[[float], float]


def retimed(leaf: Leaf, content: dict[str, Any], moment: Moved, age: Moved) -> dict[str, Any]:
    """Content with its times moved.

    Args:
        leaf: what it is.
        content: as recorded.
        moment: gives a moment of the recorded clock, seconds, on ours.
        age: gives an age at the recorded writing, seconds, as it is now.
    """
    moved: dict[str, Any] = _moved(content, moment, age, _AGES.get(leaf, frozenset()))
    until_ms = content.get(_UNTIL_MS)
    if leaf is CTL and isinstance(until_ms, int | float):
        moved[_UNTIL_MS] = int(moment(until_ms / 1000.0) * 1000.0)
    return moved


def _moved(value: Any, moment: Moved, age: Moved, ages: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _field(name, one, moment, age, ages) for name, one in value.items()}
    return [_moved(one, moment, age, ages) for one in value] if isinstance(value, list) else value


def _field(name: str, value: Any, moment: Moved, age: Moved, ages: frozenset[str]) -> Any:
    if name == _AT and _is_number(value):
        return round(moment(value), 6)
    if name in ages and _is_number(value):
        return round(max(0.0, age(value)), 6)
    return value if name in _OTHERS_WORDS else _moved(value, moment, age, ages)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_deep(value: Any, depth: int = 0) -> bool:
    """Whether content holds itself deeper than anything of ours does."""
    if depth > MAX_DEPTH:
        return True
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(is_deep(one, depth + 1) for one in inside)


def merged(known: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """Samples with newer ones in their place, kind by kind; of packs and receivers one by one."""
    found = dict(known)
    for kind, value in news.items():
        old = known.get(kind)
        if isinstance(value, list) and isinstance(old, list):
            by_index = {_index(one): one for one in (*old, *value)}
            found[kind] = list(by_index.values())[:MAX_PARTS]
        else:
            found[kind] = value
    return found


def _index(sample: Any) -> Any:
    found = sample.get("index") if isinstance(sample, dict) else None
    return found if isinstance(found, int) else None
