# SPDX-License-Identifier: Apache-2.0
"""How well the parameters of a vehicle are known, in a line. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Sequence

from groundstation.fleet.parameters.parameter_status import SetState
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import vehicle_count
from groundstation.ui.language.speaking import counted
from groundstation.ui.parameters.param_model import tr
from groundstation.ui.said import said
from groundstation.ui.units import age_text


def short_words(state: VehicleState) -> str:
    """The same for one of several, as short as can be."""
    status = state.parameters
    if status is None or status.count is None or status.state is SetState.UNKNOWN:
        return tr("not read")
    if status.state in (SetState.READING, SetState.WRITING):
        return tr("being read") if status.state is SetState.READING else tr("being written")
    return (
        tr("{count}, out of date").format(count=status.count)
        if status.state is SetState.OUTDATED
        else str(status.count)
    )


def set_words(state: VehicleState, now_s: float) -> str:
    """How well they are known.

    Args:
        state: the vehicle.
        now_s: seconds on the clock of the view.
    """
    status = state.parameters
    if status is None:
        return tr("not read")
    if status.state in (SetState.READING, SetState.WRITING):
        return tr("being read") if status.state is SetState.READING else tr("being written")
    why = said(status.why)
    if status.state is SetState.UNKNOWN or status.count is None:
        return tr("not read") + (f": {why}" if why else "")
    age = ""
    if status.read_at_s is not None and state.clock_offset_s is not None:
        age = age_text(max(0.0, now_s - (status.read_at_s + state.clock_offset_s)))
    words = counted("Parameters", "{count} parameter", "{count} parameters", status.count)
    words = words.format(count=status.count)
    words += tr(", read {age} ago").format(age=age) if age else ""
    if status.by is not None:
        words += tr(", written by {who}").format(who=status.by)
    return f"{tr('out of date')}: {why} ({words})" if status.state is SetState.OUTDATED else words


MOST_VEHICLES = 50
"""Of which parameters are shown side by side; who selects more sees the first of them."""


def name_words(states: Sequence[VehicleState], count: int) -> str:
    """Whose parameters are shown.

    Args:
        states: the vehicles that are shown.
        count: how many are selected.
    """
    if not states:
        return tr("No vehicle is selected")
    return call_sign(states[0].key) if len(states) == 1 else vehicle_count(count)


def head_words(states: Sequence[VehicleState], now_s: float) -> tuple[str, str]:
    """How well the parameters of all are known, in a line, and the same at length.

    Args:
        states: the vehicles that are shown.
        now_s: seconds on the clock of the view.
    """
    words = [set_words(one, now_s) for one in states]
    told = [f"{call_sign(one.key)}: {word}" for one, word in zip(states, words, strict=True)]
    several = ",  ".join(f"{call_sign(one.key)} {short_words(one)}" for one in states)
    return words[0] if len(set(words)) == 1 else several, "\n".join(told)
