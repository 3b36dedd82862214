# SPDX-License-Identifier: Apache-2.0
"""Parameters of one or several vehicles as rows, in groups, as the operator filters them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from PySide6.QtCore import QCoreApplication

from groundstation.fleet.folded import folded
from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.parameters.parameter import Parameter, is_same_value, value_text
from groundstation.fleet.shown_text import harmless

OTHERS = ""
"""Group of what stands alone by its name."""
MOST_CHOICES = 4
"""Values with a meaning that are told in a cell; the editor has all of them."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator wants to see."""

    text: str = ""
    """Words that are searched for in name, title and unit."""
    only_changed: bool = False
    """What was changed here, and not written yet."""
    only_other: bool = False
    """What is known to be otherwise than its default."""
    only_favourites: bool = False


class ParamRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One parameter."""

    name: str
    held: tuple[Parameter | None, ...]
    """By vehicle, in the order in which they are shown; None where one has none."""
    edit: float | None = None
    """What it shall be; None where it was not changed here."""
    facts: ParameterFacts | None = None
    is_favourite: bool = False

    @property
    def first(self) -> Parameter | None:
        """Of the first vehicle that has it."""
        return next((one for one in self.held if one is not None), None)

    @property
    def agreed(self) -> float | None:
        """What all have that have it; None where they differ, or none has it."""
        there = [one for one in self.held if one is not None]
        if not there or any(not is_same_value(one.value, there[0].value, one.type) for one in there[1:]):
            return None
        return there[0].value

    @property
    def value(self) -> str:
        """As it is on the vehicles."""
        texts = list(dict.fromkeys("\N{EM DASH}" if one is None else shown_value(one, self.facts) for one in self.held))
        more = len(texts) - 3
        return " | ".join(texts[:3]) + (f" +{more}" if more > 0 else "")

    @property
    def wanted(self) -> str:
        """What it shall be."""
        first = self.first
        kind = first.type if first is not None else None
        return "" if self.edit is None else shown_value(Parameter(self.name, self.edit, kind), self.facts)

    @property
    def default(self) -> str:
        """Its default; empty where that is not known."""
        known = self.facts.default if self.facts is not None else None
        kind = self.first.type if self.first is not None else None
        return "" if known is None else shown_value(Parameter(self.name, known, kind), self.facts)

    @property
    def is_default(self) -> bool | None:
        """Whether every vehicle has its default; None where that is not known."""
        known = self.facts.default if self.facts is not None else None
        if known is None:
            return None
        return all(one is None or is_same_value(one.value, known, one.type, is_rounded=True) for one in self.held)

    @property
    def range(self) -> str:
        """What it may be, by its metadata."""
        facts = self.facts
        if facts is None:
            return ""
        if facts.values:
            told = ", ".join(f"{value_text(value)} {harmless(words)}" for value, words in facts.values[:MOST_CHOICES])
            return told + (", …" if len(facts.values) > MOST_CHOICES else "")
        if facts.bits:
            return QCoreApplication.translate("Parameters", "{count} bits").format(count=len(facts.bits))
        return facts.range


def shown_value(one: Parameter, facts: ParameterFacts | None) -> str:
    """A value, with the word for it where there is one."""
    text = value_text(one.value, one.type)
    words = facts.meaning(one.value) if facts is not None else ""
    return f"{text} {harmless(words)}" if words else text


class ParamGroup(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Rows that belong together."""

    name: str
    rows: tuple[ParamRow, ...]


def rows_of(
    held: Iterable[Mapping[str, Parameter]],
    edits: Mapping[str, float],
    facts: Mapping[str, ParameterFacts],
    favourites: frozenset[str],
) -> tuple[ParamRow, ...]:
    """A row for each parameter that one of the vehicles has, or that was changed here, by name.

    Args:
        held: parameters by name, of each vehicle.
        edits: what was changed here.
        facts: what metadata tells.
        favourites: names that the operator wants first.
    """
    sets = tuple(held)
    names = sorted({name for one in sets for name in one} | set(edits))
    return tuple(
        ParamRow(
            name=name,
            held=tuple(one.get(name) for one in sets),
            edit=edits.get(name),
            facts=facts.get(name),
            is_favourite=name in favourites,
        )
        for name in names
    )


def groups_of(rows: Iterable[ParamRow], shown: Shown) -> tuple[ParamGroup, ...]:
    """Rows that the operator wants to see, in groups: of their metadata, else by the beginning of their names.

    Args:
        rows: all of them.
        shown: what is wanted.
    """
    words = folded(shown.text).split()
    every = tuple(rows)
    sizes = Counter(_group(row) for row in every)
    found: dict[str, list[ParamRow]] = {}
    for row in every:
        if not _is_shown(row, shown, words):
            continue
        group = _group(row)
        # a group of one is no group
        found.setdefault(group if sizes[group] > 1 else OTHERS, []).append(row)
    order = sorted(found, key=lambda name: (name == OTHERS, name))
    return tuple(ParamGroup(name=name, rows=tuple(found[name])) for name in order)


def _group(row: ParamRow) -> str:
    told = row.facts.group.rstrip("_") if row.facts is not None else ""
    # ArduPilot puts whatever has no prefix into a group that is called as the vehicle
    return told if told and row.name.startswith(told) else row.name.partition("_")[0]


def _is_shown(row: ParamRow, shown: Shown, words: list[str]) -> bool:
    if shown.only_changed and row.edit is None:
        return False
    if shown.only_other and row.is_default is not False:
        return False
    if shown.only_favourites and not row.is_favourite:
        return False
    if not words:
        return True
    facts = row.facts
    text = folded(f"{row.name} {facts.short} {facts.unit}" if facts is not None else row.name)
    return all(word in text for word in words)
