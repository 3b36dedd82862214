# SPDX-License-Identifier: Apache-2.0
"""A procedure without its doing: what holds now, and what would be ordered, asked and said. Pure; nothing goes out."""

from __future__ import annotations

from collections.abc import Sequence

from groundstation.fleet.commands import Reason
from groundstation.fleet.fleet_filter import Condition
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import say
from groundstation.fleet.preconditions import Limits, refusal
from groundstation.fleet.procedures.procedure import Procedure, Step, StepKind
from groundstation.fleet.procedures.progress import Cell, StepState
from groundstation.fleet.procedures.run import Look
from groundstation.fleet.procedures.seen import seen, values_told
from groundstation.fleet.summary import VehicleSummary

_NEVER = frozenset({Reason.UNSUPPORTED, Reason.NOT_HEARD, Reason.IDENTITY_CONFLICT})
"""Why an order can't be given whatever the steps before have done; the rest they may change."""


def rehearsed(procedure: Procedure, keys: Sequence[VehicleKey], look: Look) -> list[dict[VehicleKey, Cell]]:
    """Each step for each vehicle.

    Args:
        procedure: what would be gone through.
        keys: with whom.
        look: at this moment.

    Returns:
        A row for each step: done where it holds now, failed where it does not or can't be, skipped where it would be
        done, asked, waited for or said.
    """
    # of each vehicle once: a hundred of them in a hundred steps are looked at while a window waits
    ones = {key: seen(look.state(key), look.now_s) for key in keys}
    rows = []
    for step in procedure.steps:
        test = step.test if step.kind in (StepKind.CHECK, StepKind.WAIT) else None
        rows.append({key: _tested(step, test, ones[key]) if test else _told(step, key, look) for key in keys})
    return rows


def _told(step: Step, key: VehicleKey, look: Look) -> Cell:
    if step.kind is StepKind.CONFIRM:
        return Cell(StepState.SKIPPED, say("step_would_ask", text=step.text))
    if step.kind is StepKind.SAY:
        return Cell(StepState.SKIPPED, say("step_would_say", text=step.text))
    return _ordered(step, key, look)


def _tested(step: Step, test: Condition, one: VehicleSummary | None) -> Cell:
    if one is None:
        return Cell(StepState.FAILED, say("step_not_heard", within_s=0.0))
    verdict, values = test(one), values_told(step.text, one)
    if verdict is True:
        return Cell(StepState.DONE, say("step_holds", values=values))
    if step.kind is StepKind.WAIT:
        return Cell(StepState.SKIPPED, say("step_would_wait", within_s=step.limit_s, values=values))
    if verdict is None:
        return Cell(StepState.FAILED, say("step_not_known", values=values, within_s=0.0))
    return Cell(StepState.FAILED, say("step_holds_not", values=values, within_s=0.0))


def _ordered(step: Step, key: VehicleKey, look: Look) -> Cell:
    verb, args = step.order
    state = look.state(key)
    if state is None:
        return Cell(StepState.FAILED, say("not_heard"))
    found = refusal(verb, args, state, Limits(), look.now_s)
    if found is not None and found.reason in _NEVER:
        return Cell(StepState.FAILED, found.said)
    why = found.said if found is not None else None
    return Cell(StepState.SKIPPED, say("step_would_order", order=step.text, why=why))
