# SPDX-License-Identifier: Apache-2.0
"""What a file would change on a vehicle, looked at before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.parameters.parameter import Parameter, is_same_value
from groundstation.fleet.parameters.parameter_compare import is_own

NO_FACTS: Mapping[str, ParameterFacts] = {}


class LoadRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One parameter that would be written."""

    name: str
    now: Parameter | None
    """What the vehicle has; None where it has none of this name yet."""
    wanted: Parameter


class LoadPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a file would change."""

    rows: tuple[LoadRow, ...] = ()
    """By name; those that the vehicle does not have last, since others may bring them to light."""
    left_out: tuple[LoadRow, ...] = ()
    """What differs and belongs to one airframe alone, or is to be read only: not written unless that is asked for."""
    equal: int = 0
    """How many are there already."""

    @property
    def wanted(self) -> tuple[Parameter, ...]:
        """What is to be written, in order."""
        return tuple(one.wanted for one in self.rows)


def load_plan(
    held: Iterable[Parameter],
    wanted: Iterable[Parameter],
    *,
    is_rounded: bool = False,
    with_own: bool = False,
    facts: Mapping[str, ParameterFacts] = NO_FACTS,
) -> LoadPlan:
    """Look at what would be written.

    Args:
        held: of the vehicle.
        wanted: of a file.
        is_rounded: whether its values may be rounded ones; see `is_same_value`.
        with_own: whether what belongs to one airframe is written too.
        facts: metadata of the vehicle's firmware, which tells more of what belongs to one airframe.
    """
    known = {one.name: one for one in held}
    rows: list[LoadRow] = []
    left_out: list[LoadRow] = []
    equal = 0
    for one in sorted(wanted, key=lambda one: (one.name not in known, one.name)):
        now = known.get(one.name)
        kind = now.type if now is not None else one.type
        if now is not None and is_same_value(now.value, one.value, kind, is_rounded=is_rounded):
            equal += 1
            continue
        row = LoadRow(name=one.name, now=now, wanted=Parameter(one.name, one.value, kind))
        is_kept_back = not with_own and _is_kept_back(one.name, facts.get(one.name))
        (left_out if is_kept_back else rows).append(row)
    return LoadPlan(rows=tuple(rows), left_out=tuple(left_out), equal=equal)


def _is_kept_back(name: str, facts: ParameterFacts | None) -> bool:
    told = facts is not None and (facts.is_calibration or facts.is_read_only)
    return told or is_own(name)


def need_reboot(names: Iterable[str], facts: Mapping[str, ParameterFacts]) -> tuple[str, ...]:
    """Which of some parameters count only after the vehicle restarted, as far as metadata tells."""
    return tuple(name for name in names if name in facts and facts[name].needs_reboot)
