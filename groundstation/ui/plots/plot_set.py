# SPDX-License-Identifier: Apache-2.0
"""A set of plots with a name, for any vehicle: JSON that can be read, compared and given to others. Pure."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Annotated

import msgspec

from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import MAX_REFS, ValueRef
from groundstation.ui.layouts.layout_file import NAME

MOST_BYTES = 200_000
MOST_PLOTS = 16


class Whose(enum.Enum):
    """For whom the variable of a set stands."""

    ONE = "selected"
    EACH = "each selected"


class SetValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One value of it."""

    path: Annotated[str, msgspec.Meta(max_length=2_100)]
    topic: Annotated[str, msgspec.Meta(max_length=1_000)] | None = None
    """Of another device; None for the variable."""


class PlotSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file."""

    plots_named: str
    span_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 120
    whose: Whose = Whose.ONE
    plots: Annotated[
        tuple[Annotated[tuple[SetValue, ...], msgspec.Meta(max_length=MAX_REFS)], ...],
        msgspec.Meta(max_length=MOST_PLOTS),
    ] = ()


def checked_set_name(text: str) -> str:
    """A name that can be one of a file.

    Raises:
        UsageError: it can't; says why.
    """
    name = text.strip().rstrip(".")
    if not NAME.fullmatch(name):
        raise UsageError('the name of plots has 1 to 60 letters, and none of / \\ : * ? " < > |')
    return name


def set_of(name: str, plots: Sequence[Sequence[ValueRef]], span_s: int, whose: Whose) -> PlotSet:
    """What is plotted, whoever it is of; the same value of several vehicles counts once in a plot.

    Raises:
        UsageError: that is no name.
    """
    values = (
        tuple(dict.fromkeys(SetValue(one.path, one.source if isinstance(one.source, str) else None) for one in refs))
        for refs in plots
    )
    return PlotSet(plots_named=checked_set_name(name), span_s=span_s, whose=whose, plots=tuple(values))


def plots_of(one: PlotSet, keys: Sequence[VehicleKey]) -> list[list[ValueRef]]:
    """What is plotted for some vehicles.

    Args:
        one: the set.
        keys: whom the variable stands for: of all of them the last, or each.
    """
    meant = list(keys) if one.whose is Whose.EACH else list(keys[-1:])
    found = [
        [ValueRef(source, value.path) for value in values for source in ([value.topic] if value.topic else meant)]
        for values in one.plots
    ]
    return [refs for refs in found if refs]


def read_set(name: str, data: bytes) -> PlotSet:
    """Read a file.

    Args:
        name: of the file, for messages.
        data: all of it.

    Raises:
        UsageError: it is none; says why.
    """
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name} has {len(data):,} bytes; saved plots have at most {MOST_BYTES:,}")
    try:
        found = msgspec.json.decode(data, type=PlotSet)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{name} has no plots of this program ({error})") from error
    return msgspec.structs.replace(found, plots_named=checked_set_name(found.plots_named))


def write_set(one: PlotSet) -> bytes:
    """A file that reads back equal."""
    return msgspec.json.format(msgspec.json.encode(one), indent=2) + b"\n"
