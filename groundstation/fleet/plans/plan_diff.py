# SPDX-License-Identifier: Apache-2.0
"""In what two plans differ, item by item, as a person would say it. Pure.

Items are found again by what they do and where, as a comparison of two texts finds lines: one that was put in makes no
difference of all behind it. What firmware never keeps is none (see `plan_match.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import msgspec

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.phrases import Words, say
from groundstation.fleet.plans.plan_commands import has_place, label_of
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.plans.plan_match import Difference, item_differences

Items = tuple[PlanItem, ...]
MAX_COMPARED = 4_000_000
"""Pairs of items: a comparison takes a step for each of them at worst, and a second or two in all."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference."""

    item: int | None
    """Number in the first plan, from 1; None where it has no such item."""
    other: int | None
    """Number in the second plan."""
    said: Words


def compared(
    mine: Items, other: Items, kind: PlanKind = PlanKind.MISSION, autopilot: Autopilot = Autopilot.UNKNOWN
) -> tuple[Change, ...]:
    """In what a plan differs from another one; nothing where both fly the same.

    Args:
        mine: the first.
        other: the second.
        kind: which list both are.
        autopilot: whose firmware kept the second one; unknown for one of a file.
    """
    return tuple(_changes(mine, other, kind, autopilot))


def _changes(mine: Items, other: Items, kind: PlanKind, autopilot: Autopilot) -> Iterator[Change]:
    for begin, end, from_, to in _stretches(mine, other):
        both = min(end - begin, to - from_)
        for at in range(both):
            one, two = mine[begin + at], other[from_ + at]
            found = item_differences(begin + at + 1, one, two, kind, autopilot)
            said = _said(one, two, [each for each in found if not each.is_loss])
            if said:
                yield Change(item=begin + at + 1, other=from_ + at + 1, said=said)
        for at in range(begin + both, end):
            yield Change(item=at + 1, other=None, said=say("diff_only_here", what=label_of(mine[at].command)))
        for at in range(from_ + both, to):
            yield Change(item=None, other=at + 1, said=say("diff_only_there", what=label_of(other[at].command)))


def _stretches(mine: Items, other: Items) -> Iterator[tuple[int, int, int, int]]:
    """Parts of both that belong together, in their order."""
    if len(mine) * len(other) > MAX_COMPARED:
        yield 0, len(mine), 0, len(other)
        return
    matcher = difflib.SequenceMatcher(None, [_key(one) for one in mine], [_key(one) for one in other], autojunk=False)
    for _, begin, end, from_, to in matcher.get_opcodes():
        yield begin, end, from_, to


def _key(item: PlanItem) -> tuple[float, ...]:
    """By what an item is found again: what it does and where, to some metres."""
    if not has_place(item.command, item.frame):
        return (float(item.command),)
    return float(item.command), round(item.x or 0.0, 5), round(item.y or 0.0, 5)


def _said(one: PlanItem, two: PlanItem, found: list[Difference]) -> Words:
    parts = tuple(_part(one, two, each) for each in found)
    return say("diff_item", what=label_of(one.command), parts=parts) if parts else ""


def _part(one: PlanItem, two: PlanItem, found: Difference) -> Words:
    if found.field == "command":
        return say("diff_command", other=label_of(two.command))
    if found.field == "place":
        away_m = distance_m(one.x or 0.0, one.y or 0.0, two.x or 0.0, two.y or 0.0)
        return say("diff_place", away_m=away_m)
    if found.field == "height":
        return say("diff_height", height_m=one.z or 0.0, other_m=two.z or 0.0)
    if found.field == "frame":
        return say("diff_frame", frame=float(one.frame), other=float(two.frame))
    place = int(found.field.removeprefix("param"))
    wanted, there = (f"{value:g}" if value is not None else "as it likes" for value in (found.wanted, found.found))
    return say("diff_param", param=float(place), wanted=wanted, there=there)
