# SPDX-License-Identifier: Apache-2.0
"""Parameters as they travel over the bus, and what became of each that was written. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated

import msgspec

from groundstation.fleet.parameters.parameter import MAX_PARAMETERS, Parameter, ParamType, value_text
from groundstation.fleet.phrases import Words
from groundstation.fleet.sample import Name, Whole

ParamName = Annotated[str, msgspec.Meta(max_length=64)]
"""As it came: what no vehicle can have is refused with its name, and not with the whole request."""
_TYPES: dict[int, ParamType] = {one.value: one for one in ParamType}


class ParamEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One parameter: `["WPNAV_SPEED", 500.0, 9]`, since a vehicle has more than a thousand."""

    name: ParamName
    value: float | None = None
    """None is no number (NaN, infinity), which JSON does not have; where one is asked for, nothing."""
    type: Whole | None = None
    """MAV_PARAM_TYPE; None where it is not known."""


Entries = Annotated[tuple[ParamEntry, ...], msgspec.Meta(max_length=MAX_PARAMETERS)]


class ParamEnd(Name):
    """What became of one parameter."""

    UNKNOWN = "unknown"
    READ = "read"
    """It was asked for, and told."""
    STORED = "stored"
    """Read back equal."""
    OTHERWISE = "otherwise"
    """Read back, and another value than the wanted one."""
    REFUSED = "refused"
    """The vehicle said that it does not take it."""
    UNSENT = "unsent"
    """Nothing was sent: it can't be said on the wire, or its turn never came."""
    NO_ANSWER = "no_answer"
    """Whether it was stored is not known."""
    NOT_THERE = "not_there"
    """The vehicle did not tell of it when it was asked: it has none, or keeps silent."""


class ParamResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What became of one parameter of an order."""

    name: ParamName
    end: ParamEnd
    wanted: float | None = None
    """None where it was only asked for."""
    found: float | None = None
    """What the vehicle has; None where it did not say, or says no number."""
    type: Whole | None = None
    """MAV_PARAM_TYPE of `found`."""
    said: Words = ""
    """One line for the operator."""


Results = Annotated[tuple[ParamResult, ...], msgspec.Meta(max_length=MAX_PARAMETERS)]


def entry_of(one: Parameter) -> ParamEntry:
    """A parameter as it travels: in the fewest digits that give its value again."""
    kind = None if one.type is None else one.type.value
    return ParamEntry(one.name, number_of(one), kind)


def number_of(one: Parameter) -> float | None:
    """A value as it travels; None for what is no number."""
    return float(value_text(one.value, one.type)) if math.isfinite(one.value) else None


def parameter_of(entry: ParamEntry) -> Parameter:
    """A parameter that travelled; NaN for what is no number."""
    value = math.nan if entry.value is None else entry.value
    return Parameter(entry.name, value, _TYPES.get(entry.type or 0))


def entries_of(parameters: Iterable[Parameter]) -> tuple[ParamEntry, ...]:
    """Parameters as they travel, in their order."""
    return tuple(entry_of(one) for one in parameters)


def parameters_of(entries: Iterable[ParamEntry]) -> tuple[Parameter, ...]:
    """Parameters that travelled, in their order."""
    return tuple(parameter_of(one) for one in entries)
