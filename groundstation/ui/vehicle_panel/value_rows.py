# SPDX-License-Identifier: Apache-2.0
"""Every value of a vehicle as rows under groups. Pure; GUI thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from groundstation.fleet.awareness.derived import AWARENESS
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS, Freshness
from groundstation.fleet.sample import Sample
from groundstation.fleet.value_path import field_of
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.language.words import value_name, word

_HIDDEN = frozenset({"at_s", "invalid", "index"})


class ValueRow(NamedTuple):
    """One value."""

    path: str
    label: str
    value: object
    is_invalid: bool
    unit: str | None = None
    """As a log tells it of a value in its own words; None where the unit follows from the field."""

    @property
    def field(self) -> str:
        """What its unit follows from."""
        return field_of(self.path)


class ValueGroup(NamedTuple):
    """Values that were measured together."""

    path: str
    label: str
    age_s: float | None
    freshness: Freshness
    rows: tuple[ValueRow, ...]


def value_groups(state: VehicleState, now_s: float) -> tuple[ValueGroup, ...]:
    """All that is known of a vehicle: groups in order of `KINDS`, then links, last what is worked out."""
    return (*_kind_groups(state, now_s), *_link_groups(state, now_s), *_derived_groups(state, now_s))


def _derived_groups(state: VehicleState, now_s: float) -> Iterator[ValueGroup]:
    """What the vehicle did not tell stands apart, and says so."""
    if state.awareness is None:
        return
    label = word("{name}, worked out here").format(name=value_name(AWARENESS))
    age_s, freshness = state.age_s(AWARENESS, now_s), state.freshness(AWARENESS, now_s)
    yield ValueGroup(AWARENESS, label, age_s, freshness, tuple(_rows(state.awareness, AWARENESS)))


def _kind_groups(state: VehicleState, now_s: float) -> Iterator[ValueGroup]:
    for kind in KINDS:
        content = getattr(state, kind)
        if not content:
            continue
        freshness = state.freshness(kind, now_s)
        if kind not in INDEXED_KINDS:
            rows = tuple(_rows(content, kind))
            yield ValueGroup(kind, value_name(kind), state.age_s(kind, now_s), freshness, rows)
            continue
        for sample in content:
            path = f"{kind}.{sample.index}"
            # each pack has its own age; `state.age_s` is that of the newest
            age_s = max(0.0, now_s - sample.at_s - (state.clock_offset_s or 0.0))
            yield ValueGroup(
                path, f"{value_name(kind)} {sample.index + 1}", age_s, freshness, tuple(_rows(sample, path))
            )


def _link_groups(state: VehicleState, now_s: float) -> Iterator[ValueGroup]:
    if state.link is None or state.link_received_s is None:
        return
    age_s = max(0.0, now_s - state.link_received_s)
    freshness = Freshness.FRESH if age_s < 5.0 else Freshness.STALE if age_s < 15.0 else Freshness.EXPIRED
    for link in state.link.links:
        path = f"link.{link.link}"
        rows = tuple(row for row in _rows(link, path) if not row.path.endswith(".link"))
        yield ValueGroup(path, word("Link {name}").format(name=link.link), age_s, freshness, rows)


def _rows(sample: Sample, path: str) -> Iterator[ValueRow]:
    for name in sample.__struct_fields__:
        if name in _HIDDEN:
            continue
        value = getattr(sample, name)
        # lists of names are one text; numbers can be plotted one by one
        if isinstance(value, tuple) and value and not isinstance(value[0], str):
            yield from _items(value, f"{path}.{name}", value_name(name))
        else:
            yield ValueRow(f"{path}.{name}", value_name(name), value, name in sample.invalid)


def _items(values: tuple[object, ...], path: str, label: str) -> Iterator[ValueRow]:
    for number, item in enumerate(values):
        if isinstance(item, msgspec.Struct):
            yield ValueRow(f"{path}.{number}.is_healthy", str(getattr(item, "name", number)), _health_text(item), False)
        else:
            yield ValueRow(f"{path}.{number}", f"{label} {number + 1}", item, False)


def _health_text(item: msgspec.Struct) -> object:
    """A part of the vehicle in one word."""
    if not getattr(item, "is_enabled", True):
        return "off"
    return "healthy" if getattr(item, "is_healthy", None) else "unhealthy"
