# SPDX-License-Identifier: Apache-2.0
"""Every check that a command passes before it is carried out, as a table. Bridge thread; no I/O."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.bridge.control_desk import ControlDesk
from groundstation.bridge.facts import Facts
from groundstation.fleet.commands import MAX_ID, CommandRequest, Reason, Role
from groundstation.fleet.phrases import RefusedError, Words, say
from groundstation.fleet.preconditions import Limits, refusal
from groundstation.fleet.verbs import VERBS, checked_args

LONGEST_TTL_MS = 60_000
"""A request that wants to live longer lives so long."""
AHEAD_MS = 250
"""A station can't have heard a clock that is further ahead than this."""
MAX_STATIONS = 1_000
"""Stations whose order of commands is followed."""


def is_emergency(request: CommandRequest) -> bool:
    """Whether it is HOLD, RTL or LAND, which are never refused for identity, order, control or session (ADR 0016)."""
    return not request.dry and request.verb in VERBS and VERBS[request.verb].is_emergency


Objection = tuple[Reason, Words] | None
"""Why a command may not be looked at any further; None when it may."""


def ttl_ms(request: CommandRequest) -> int:
    """How long a request lives, milliseconds."""
    return min(request.ttl_ms, LONGEST_TTL_MS)


class CommandGate:
    """The checks for one vehicle."""

    def __init__(
        self, control: ControlDesk, limits: Limits, is_own: Callable[[CommandRequest], bool] = lambda _: False
    ) -> None:
        """Begin.

        Args:
            control: who may command the vehicle.
            limits: how far it may be sent.
            is_own: whether a request is about a command of the same operator, at whichever station.
        """
        self._control, self._limits, self._is_own = control, limits, is_own
        self._counts: dict[str, tuple[int, float]] = {}
        """The highest count of each station, and when it came, seconds on the bridge's clock."""

    def objection(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        """The first objection to a request."""
        found = (check(self, request, facts, now_s) for check in _CHECKS)
        return next((one for one in found if one is not None), None)

    def _form(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        del facts, now_s
        if 0 < len(request.id) <= MAX_ID and request.verb in VERBS:
            return None
        return Reason.MALFORMED, say("no_id_or_verb")

    def _session(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        del now_s
        if request.sid == facts.state.session or is_emergency(request):
            return None
        return Reason.WRONG_SESSION, say("former_life")

    def _age(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        """An emergency that was given by another life's clock has no age that could be told."""
        if is_emergency(request) and request.sid != facts.state.session:
            return None
        age_ms = now_s * 1000.0 - request.ref_bms
        # dated ahead, a request would stay valid for longer than it may
        if age_ms < -AHEAD_MS and not is_emergency(request):
            return Reason.MALFORMED, say("clock_ahead")
        if age_ms <= ttl_ms(request):
            return None
        return Reason.TOO_OLD, say("came_too_late", age_s=age_ms / 1000.0, valid_s=request.ttl_ms / 1000.0)

    def _order(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        """What was overtaken is younger than its own time: a count that was claimed earlier forbids nothing."""
        del facts
        count, at_s = self._counts.get(request.by.gs, (-1, now_s))
        is_overtaken = request.count <= count and now_s - at_s <= ttl_ms(request) / 1000.0
        if is_overtaken and not is_emergency(request):
            return Reason.OUT_OF_ORDER, say("out_of_order")
        # the count stays: an emergency that was overtaken must not let older orders pass behind it
        if is_overtaken:
            return None
        # ids of stations come from outside, any number of them
        if len(self._counts) >= MAX_STATIONS and request.by.gs not in self._counts:
            self._counts.pop(next(iter(self._counts)))
        self._counts[request.by.gs] = request.count, now_s
        return None

    def _authority(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        del facts, now_s
        if request.by.role is not Role.OPERATOR:
            return Reason.OBSERVER, say("observer_cannot_command")
        # a dry run sends nothing, and an emergency needs no control (docs/adr/0009)
        if request.dry or is_emergency(request) or self._is_own(request) or not VERBS[request.verb].needs_control:
            return None
        return self._control.objection(request.by, request.lease)

    def _args(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        try:
            args = checked_args(request.verb, request.args)
        except RefusedError as error:
            return Reason.ARGUMENTS, error.said
        # autopilots don't check this: a place 1000 km away was accepted (observed)
        found = refusal(request.verb, args, facts.state, self._limits, now_s)
        return None if found is None else (found.reason, found.said)


_CHECKS: tuple[Callable[[CommandGate, CommandRequest, Facts, float], Objection], ...] = (
    CommandGate._form,  # noqa: SLF001 - this module's own
    CommandGate._session,  # noqa: SLF001
    CommandGate._age,  # noqa: SLF001
    CommandGate._order,  # noqa: SLF001
    CommandGate._authority,  # noqa: SLF001
    CommandGate._args,  # noqa: SLF001
)
"""In this order; a repeated id has been answered before the first."""
