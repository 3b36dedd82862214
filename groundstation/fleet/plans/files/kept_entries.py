# SPDX-License-Identifier: Apache-2.0
"""Which items of an edited mission came from which entries of the plan that it was read from. Pure.

Complex items are found by all of their items, wherever these are now; simple ones as a comparison of two texts finds
lines. What is left between two that were found is taken for the same, changed, where the command is the same.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import msgspec

from groundstation.fleet.plans.files.qgc_plan import Entry
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem

MAX_COMPARED = 1_000_000
"""Pairs of items: a comparison takes a step for each of them at worst, and a second in all."""


class Match(msgspec.Struct, frozen=True, gc=False):
    """Items that follow one another, and the entry that they came from."""

    items: tuple[PlanItem, ...]
    entry: Entry | None
    """None for items that are new."""
    is_same: bool
    """Whether they are what the entry says."""


def matched(items: tuple[PlanItem, ...], entries: list[Entry]) -> list[Match]:
    """All items in their order, each in one match; entries without items stand behind the one before them.

    Args:
        items: of the mission as it is now.
        entries: of the mission as it was read.
    """
    owners: list[int | None] = [None] * len(items)
    runs = _find_complex(items, entries, owners)
    _find_simple(items, entries, owners)
    return list(_in_order(items, entries, owners, runs))


def _find_complex(items: tuple[PlanItem, ...], entries: list[Entry], owners: list[int | None]) -> set[int]:
    places: dict[PlanItem, list[int]] = {}
    for at, item in enumerate(items):
        places.setdefault(item, []).append(at)
    runs: set[int] = set()
    for number, entry in enumerate(entries):
        if entry.is_simple or not entry.items:
            continue
        length = len(entry.items)
        for at in places.get(entry.items[0], ()):
            # compared first, which is C: a stranger's list may have ten thousand places to look at
            is_equal = items[at : at + length] == entry.items
            if is_equal and all(owner is None for owner in owners[at : at + length]):
                owners[at : at + length] = [number] * length
                runs.add(at)
                break
    return runs


def _find_simple(items: tuple[PlanItem, ...], entries: list[Entry], owners: list[int | None]) -> None:
    now = [at for at, owner in enumerate(owners) if owner is None]
    then = [number for number, entry in enumerate(entries) if entry.is_simple]
    new, old = [_told(items[at]) for at in now], [_told(entries[number].items[0]) for number in then]
    start = end = 0
    # most missions are changed in one place: what stands before and behind it need not be searched for
    while start < min(len(new), len(old)) and new[start] == old[start]:
        start += 1
    while end < min(len(new), len(old)) - start and new[-1 - end] == old[-1 - end]:
        end += 1
    blocks = [(0, 0, start), *_between(old, new, start, end), (len(old) - end, len(new) - end, end)]
    before_old = before_new = 0
    for old_at, new_at, length in blocks:
        for step in range(length):
            owners[now[new_at + step]] = then[old_at + step]
        # what lies between two that were found
        changed = zip(then[before_old:old_at], now[before_new:new_at], strict=False)
        for number, at in changed:
            if entries[number].items[0].command == items[at].command:
                owners[at] = number
        before_old, before_new = old_at + length, new_at + length


def _between(old: list[PlanItem], new: list[PlanItem], start: int, end: int) -> list[tuple[int, int, int]]:
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if len(old) * len(new) > MAX_COMPARED:
        return []
    found = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return [(block.a + start, block.b + start, block.size) for block in found if block.size]


def _told(item: PlanItem) -> PlanItem:
    # the number of a jump's target changes as items are put in before it
    return msgspec.structs.replace(item, params=(0.0, *item.params[1:])) if item.command == Cmd.JUMP else item


def _in_order(
    items: tuple[PlanItem, ...], entries: list[Entry], owners: list[int | None], runs: set[int]
) -> Iterator[Match]:
    empty = _empty_after(entries, {owner for owner in owners if owner is not None})
    yield from (Match((), entries[number], is_same=True) for number in empty.get(-1, ()))
    at = 0
    while at < len(items):
        owner = owners[at]
        entry = None if owner is None else entries[owner]
        length = len(entry.items) if entry is not None and at in runs else 1
        said = items[at : at + length]
        yield Match(said, entry, is_same=entry is not None and said == entry.items)
        if owner is not None:
            yield from (Match((), entries[number], is_same=True) for number in empty.get(owner, ()))
        at += length


def _empty_after(entries: list[Entry], used: set[int]) -> dict[int, list[int]]:
    """Entries without items, by the entry that they follow; -1 for the beginning."""
    found: dict[int, list[int]] = {}
    behind = -1
    for number, entry in enumerate(entries):
        if not entry.items:
            found.setdefault(behind, []).append(number)
        elif number in used:
            behind = number
    return found
