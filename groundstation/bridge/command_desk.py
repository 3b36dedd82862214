# SPDX-License-Identifier: Apache-2.0
"""Takes commands for one vehicle: every check before a byte goes out, and what is under way. Bridge thread; no I/O."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from groundstation.bridge.control_desk import ControlDesk, ControlNews
from groundstation.bridge.execution import Execution, Facts
from groundstation.fleet.commands import (
    END_STATES,
    MAX_ID,
    Args,
    CommandQuery,
    CommandReport,
    CommandRequest,
    CommandState,
    Reason,
    Role,
    Verb,
)
from groundstation.fleet.control import Control
from groundstation.fleet.errors import UsageError
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.link import ConnReason
from groundstation.fleet.preconditions import Limits, refusal
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import Mode
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import EMERGENCY_VERBS, URGENT_VERBS, VERBS, checked_args
from groundstation.mavlink import encode, orders
from groundstation.mavlink.handshakes import ANSWER_S, MavResult
from groundstation.mavlink.mission_upload import Upload
from groundstation.mavlink.orders import Order
from groundstation.mavlink.recipes import CannotOrderError, Situation
from groundstation.mavlink.stream_requests import Outbound
from groundstation.mavlink.verb_table import verb_table
from groundstation.transport import topics

KEPT_IDS, KEPT_S = 10_000, 600.0
"""Commands remembered against repetition: at least so many, and each at least so long."""
MOST_IDS = 100_000
"""However many come, no more than this."""
LONGEST_TTL_MS = 60_000
"""A request that wants to live longer lives so long."""
AHEAD_MS = 250
"""A station can't have heard a clock that is further ahead than this."""
MAX_STATIONS = 1_000
"""Stations whose order of commands is followed."""
MAX_QUERY = 100
"""Commands asked for in one query."""
_OF_A_FORMER_LIFE = (CommandState.UNKNOWN, Reason.BRIDGE_LOST)
TICK_S = 0.1
CAUSED_S = 5.0
"""A mode change this long after a command of ours is ours."""
FOREIGN_S = 10.0
"""Another station's doings are told this often at most, for each command."""
KEEP_VERB = frozenset({Verb.MAV_CMD, Verb.CALIBRATE, Verb.CANCEL, Verb.MODE, *EMERGENCY_VERBS})
"""Unsupported depends on the arguments of these; and an emergency is always worth another try."""
BY_ITSELF: frozenset[tuple[Autopilot, str, str]] = frozenset(
    {
        *((Autopilot.PX4, mode, "LOITER") for mode in ("MANUAL", "TAKEOFF", "MISSION", "LAND", "RTL", "ORBIT")),
        (Autopilot.PX4, "MISSION", "RTL"),
        (Autopilot.PX4, "RTL", "LAND"),
        (Autopilot.ARDUPILOT, "AUTO", "RTL"),
        (Autopilot.ARDUPILOT, "INITIALISING", "MANUAL"),
    }
)
"""Mode changes that autopilots make by themselves at the end of what they were told."""


class DeskVehicle(Protocol):
    """What a desk needs of its vehicle."""

    def facts(self) -> Facts:
        """The vehicle as it is now."""

    def say(self, leaf: str, content: Any, *, qos: int = 0, retain: bool = False) -> int:
        """Publish under the vehicle."""

    def tell(self, event: Event) -> None:
        """Publish an event."""


class _Stored(msgspec.Struct):
    """What is known of a command's fate."""

    report: CommandReport
    at_s: float


Objection = tuple[Reason, str] | None


class CommandDesk:
    """Commands and control of one vehicle."""

    def __init__(self, vehicle: DeskVehicle, limits: Limits, clock: Callable[[], float]) -> None:
        """Begin with nothing under way.

        Args:
            vehicle: whose.
            limits: how far it may be sent.
            clock: the bridge's clock, monotonic seconds.
        """
        self._vehicle, self._limits, self._clock = vehicle, limits, clock
        self.control = ControlDesk(self._publish_control, self._tell_control)
        self._stored: OrderedDict[str, _Stored] = OrderedDict()
        self._live: list[Execution] = []
        self._counts: dict[str, int] = {}
        self._moved_s = -1e9
        """When a command of ours last decided on the mode."""
        self._foreign: dict[tuple[int, int], float] = {}
        self._owed: dict[int, float] = {}
        """MAV_CMDs whose answer may still come although nobody waits for it any more, and until when."""
        self._own_items: int | None = None
        """Items, home not counted, of a mission that we gave to the vehicle and did not take away again."""
        self._next_tick_s = 0.0
        self.unsupported: frozenset[Verb] = frozenset()
        """Verbs that the vehicle has answered as unknown to it."""
        self.unexpected_acks = 0
        """Answers that nobody waited for."""

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._live)

    # ---- requests ----

    def take(self, request: CommandRequest, now_s: float) -> list[Outbound]:
        """A request came; returns what to send to the vehicle."""
        known = self._stored.get(request.id)
        if known is not None:
            self._publish(known.report)
            return []
        facts = self._vehicle.facts()
        for check in _CHECKS:
            objection = check(self, request, facts, now_s)
            if objection is not None:
                state = CommandState.EXPIRED if objection[0] is Reason.TOO_OLD else CommandState.REJECTED
                self._refuse(request, *objection, now_s, state=state)
                return []
        args = checked_args(request.verb, request.args)
        if request.verb is Verb.CANCEL and not request.dry:
            return self._cancel(request, str(args["command"]), facts, now_s)
        return self._execute(request, args, facts, now_s)

    # each check: why it may not be looked at any further, or None

    def _check_form(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        del facts, now_s
        if 0 < len(request.id) <= MAX_ID and request.verb in VERBS:
            return None
        return Reason.MALFORMED, "no id, or a verb that is not known here"

    def _check_session(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        del now_s
        if request.sid == facts.state.session:
            return None
        return Reason.WRONG_SESSION, "it was meant for a former life of this vehicle or of its bridge"

    def _check_age(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        del facts
        age_ms = now_s * 1000.0 - request.ref_bms
        if age_ms < -AHEAD_MS:
            return Reason.MALFORMED, "it claims to know a clock that this bridge has not shown yet"
        if age_ms <= min(request.ttl_ms, LONGEST_TTL_MS):
            return None
        valid_s = request.ttl_ms / 1000
        return Reason.TOO_OLD, f"it came {age_ms / 1000:.1f} s after it was given; it was valid for {valid_s:g} s"

    def _check_order(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        del facts, now_s
        if request.count <= self._counts.get(request.by.gs, -1):
            return Reason.OUT_OF_ORDER, "a later command of the same station came before it"
        if len(self._counts) >= MAX_STATIONS and request.by.gs not in self._counts:
            self._counts.pop(next(iter(self._counts)))
        self._counts[request.by.gs] = request.count
        return None

    def _check_authority(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        del facts, now_s
        if request.by.role is not Role.OPERATOR:
            return Reason.OBSERVER, "an observer can't command"
        if request.dry or VERBS[request.verb].is_emergency:
            return None
        return self.control.objection(request.by, request.lease)

    def _check_args(self, request: CommandRequest, facts: Facts, now_s: float) -> Objection:
        try:
            args = checked_args(request.verb, request.args)
        except UsageError as error:
            return Reason.ARGUMENTS, str(error)
        found = refusal(request.verb, args, facts.state, self._limits, now_s)
        return None if found is None else (found.reason, found.text)

    def _execute(self, request: CommandRequest, args: Args, facts: Facts, now_s: float) -> list[Outbound]:
        if request.dry:
            return self._preview(request, args, facts, now_s)
        is_urgent = request.verb in URGENT_VERBS
        busy = next((one for one in self._live if one.verb is request.verb and one.is_asking), None)
        if busy is not None and not is_urgent:
            words = f"the same command of {busy.request.by} waits for its answer"
            self._refuse(request, Reason.BUSY, words, now_s)
            return []
        recipe = _table(facts)[request.verb]
        self._notice_uploads()
        spec = VERBS[request.verb]
        if spec.is_motion or request.verb in (Verb.DISARM, Verb.FORCE_DISARM, Verb.REBOOT):
            self._supersede(request.verb, now_s)
        if spec.is_motion:
            self._moved_s = now_s
        ttl_ms = min(request.ttl_ms, LONGEST_TTL_MS)
        deadline_s = (request.ref_bms + ttl_ms) / 1000.0
        execution = Execution(
            request, args, recipe, deadline_s, self._store, (lambda _: True) if is_urgent else self._is_free
        )
        self._live.append(execution)
        return execution.begin(facts, now_s, self._without_own_mission(facts.state))

    def _notice_uploads(self) -> None:
        for one in self._live:
            if one.uploaded is not None:
                self._own_items = one.uploaded - 1 if one.uploaded else None

    def _without_own_mission(self, state: VehicleState) -> VehicleState:
        """A landing of ours that was broken off is no mission that the operator wants to keep."""
        mission = state.mission_progress
        if self._own_items is None or mission is None or mission.items != self._own_items:
            return state
        return replace(state, mission_progress=replace(mission, items=0, state="no_mission"))

    def _supersede(self, verb: Verb, now_s: float) -> None:
        for execution in self._live:
            if VERBS[execution.verb].is_motion or execution.verb is verb:
                self._owe(execution, now_s)
                execution.supersede(verb, now_s)

    def _owe(self, execution: Execution, now_s: float) -> None:
        if execution.awaits:
            self._owed[execution.awaits] = now_s + ANSWER_S

    def _is_free(self, command: int) -> bool:
        return all(one.awaits != command for one in self._live)

    def _preview(self, request: CommandRequest, args: Args, facts: Facts, now_s: float) -> list[Outbound]:
        """A dry run: what would be sent now, to the end of the recipe as far as it can be told."""
        situation = Situation(
            state=facts.state, first=facts.state, args=args, mav_type=facts.mav_type, mav_autopilot=facts.mav_autopilot
        )
        sends: list[str] = []
        for step in _table(facts).get(request.verb, ()):
            try:
                order = step.make(situation)
            except CannotOrderError as error:
                self._refuse(request, Reason.PRECONDITION, f"{step.label}: {error}", now_s)
                return []
            sends.append(f"{step.label}: {_described(order)}")
        report = self._report_on(request, CommandState.SUCCEEDED, Reason.DRY_RUN, "a dry run: nothing was sent", now_s)
        self._store(replace(report, args=args, sends=tuple(sends)))
        return []

    def _cancel(self, request: CommandRequest, command_id: str, facts: Facts, now_s: float) -> list[Outbound]:
        target = next((one for one in self._live if one.request.id == command_id), None)
        if target is None:
            self._refuse(request, Reason.PRECONDITION, "no such command is under way", now_s)
            return []
        command, is_told = target.awaits, target.is_long_running
        self._owe(target, now_s)
        target.cancel(now_s)
        self._store(self._report_on(request, CommandState.SUCCEEDED, Reason.NONE, "", now_s))
        if not is_told:
            return []
        fields = {"target_system": facts.sysid, "target_component": facts.compid, "command": command}
        return [encode.payload("COMMAND_CANCEL", **fields)]

    def refuse_unread(self, command_id: str, reason: Reason, detail: str, now_s: float) -> None:
        """A request that could not be read, or was retained: its id alone is known."""
        if 0 < len(command_id) <= MAX_ID and command_id not in self._stored:
            self._store(_bare_report(command_id, CommandState.REJECTED, reason, detail, now_s))

    def _refuse(
        self,
        request: CommandRequest,
        reason: Reason,
        detail: str,
        now_s: float,
        *,
        state: CommandState = CommandState.REJECTED,
    ) -> None:
        words = f"a dry run: {detail}" if request.dry else detail
        self._store(self._report_on(request, state, reason, words, now_s))

    @staticmethod
    def _report_on(
        request: CommandRequest, state: CommandState, reason: Reason, detail: str, now_s: float
    ) -> CommandReport:
        return CommandReport(
            id=request.id[:MAX_ID],
            state=state,
            step=0,
            verb=request.verb,
            args=request.args,
            by=request.by,
            batch=request.batch,
            reason=reason,
            detail=detail,
            at_s=round(now_s, 3),
        )

    # ---- memory ----

    def _store(self, report: CommandReport) -> None:
        """Remember and publish a step; what is remembered is what a repeated request is answered with."""
        now_s = self._clock()
        self._stored[report.id] = _Stored(report, now_s)
        self._stored.move_to_end(report.id)
        self._forget_old(now_s)
        if report.state in END_STATES and report.reason is Reason.UNSUPPORTED and report.result is not None:
            self.unsupported |= {report.verb} - KEEP_VERB
        self._publish(report)

    def _forget_old(self, now_s: float) -> None:
        while len(self._stored) > KEPT_IDS:
            oldest = next(iter(self._stored.values()))
            if now_s - oldest.at_s < KEPT_S and len(self._stored) <= MOST_IDS:
                return
            self._stored.popitem(last=False)

    def _publish(self, report: CommandReport) -> None:
        self._vehicle.say(topics.CMD_ACK, report, qos=1)

    def answer_query(self, query: CommandQuery, now_s: float) -> None:
        """Tell what became of commands; one that never came is refused from now on, so that "expired" stays true."""
        is_this_life = query.sid == self._vehicle.facts().state.session
        state, reason = (CommandState.EXPIRED, Reason.NEVER_ARRIVED) if is_this_life else _OF_A_FORMER_LIFE
        detail = (
            "it never came to the bridge, and will not be executed if it still does"
            if is_this_life
            else "it was meant for a former life of this vehicle or of its bridge, of which nothing is known"
        )
        for command_id in query.ids[:MAX_QUERY]:
            known = self._stored.get(command_id)
            if known is not None:
                self._publish(known.report)
            elif 0 < len(command_id) <= MAX_ID:
                self._store(_bare_report(command_id, state, reason, detail, now_s))

    # ---- the vehicle speaks ----

    def on_ack(self, fields: dict[str, Any], now_s: float) -> tuple[bool, list[Outbound]]:
        """A COMMAND_ACK addressed to us.

        Returns:
            Whether one of our commands waited for it, and what to send.
        """
        command = fields["command"]
        is_owed = now_s < self._owed.pop(command, -1e9)
        waiting = next((one for one in self._live if one.awaits == command and one.awaits), None)
        if waiting is None:
            return False, []
        if is_owed and fields["result"] not in (MavResult.ACCEPTED, MavResult.IN_PROGRESS):
            # the order before it, which it superseded, was refused; its own answer comes next
            return True, []
        return True, waiting.on_ack(fields["result"], fields["progress"], self._vehicle.facts(), now_s)

    def on_foreign_ack(self, fields: dict[str, Any], now_s: float) -> None:
        """A COMMAND_ACK that is meant for another station."""
        self._tell_foreign(fields["target_system"], fields["command"], fields["result"], now_s)

    def on_unexpected_ack(self, fields: dict[str, Any]) -> None:
        """A COMMAND_ACK for us that nothing waits for: late, double, or caused by another station with our id."""
        del fields
        self.unexpected_acks += 1

    def _tell_foreign(self, system: int, command: int, result: int, now_s: float) -> None:
        key = (system, command)
        if (
            result not in (MavResult.ACCEPTED, MavResult.IN_PROGRESS)
            or now_s - self._foreign.get(key, -1e9) < FOREIGN_S
        ):
            return
        if len(self._foreign) > 1_000:
            self._foreign.clear()
        self._foreign[key] = now_s
        words = f"another station (system {system}) commands: {orders.command_name(command)}"
        self._tell_event(EventKind.EXTERNAL_CONTROL, Severity.WARNING, words, now_s)

    def on_parameter(self, name: str, value: float, now_s: float) -> list[Outbound]:
        """A PARAM_VALUE."""
        facts = self._vehicle.facts()
        return [message for one in self._live for message in one.on_parameter(name, value, facts, now_s)]

    def on_mission(self, msgid: int, fields: dict[str, Any], now_s: float) -> list[Outbound]:
        """A message of the mission protocol."""
        facts = self._vehicle.facts()
        return [message for one in self._live for message in one.on_mission(msgid, fields, facts, now_s)]

    def on_text(self, text: str) -> None:
        """A STATUSTEXT."""
        for one in self._live:
            one.on_text(text)

    def external_mode(self, old: Mode, new: Mode, autopilot: Autopilot) -> Event | None:
        """What to tell of a mode change by somebody else's hand; None when it is ours, or the autopilot's own."""
        names = [one.name or str(one.custom_mode) for one in (old, new)]
        is_ours = new.at_s - self._moved_s < CAUSED_S or any(VERBS[one.verb].is_motion for one in self._live)
        if is_ours or old.custom_mode == new.custom_mode or (autopilot, names[0], names[1]) in BY_ITSELF:
            return None
        severity = Severity.NOTICE if self.control.control.owner is None else Severity.WARNING
        words = f"mode {names[1]}, was {names[0]}: by no command of ours, but by pilot, failsafe or another station"
        return Event(at_s=new.at_s, kind=EventKind.EXTERNAL_CONTROL, severity=severity, text=words)

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """A new session began."""
        for one in self._live:
            one.on_new_life(reason, now_s)
        self.unsupported, self._own_items = frozenset(), None
        self.control.publish_again(now_s)

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""
        if now_s < self._next_tick_s:
            return []
        self._next_tick_s = now_s + TICK_S
        facts = self._vehicle.facts()
        messages = [message for one in list(self._live) for message in one.tick(facts, now_s)]
        self._notice_uploads()
        for one in self._live:
            if one.is_over and VERBS[one.verb].is_motion:
                self._moved_s = max(self._moved_s, one.ended_s or 0.0)
        self._live = [one for one in self._live if not one.is_over]
        return messages

    def end(self, now_s: float) -> None:
        """The bridge stops: what is under way has an outcome that nobody will see."""
        for one in self._live:
            one.abandon(now_s)

    # ---- control ----

    def _publish_control(self, control: Control) -> None:
        self._vehicle.say(topics.CTL, control, qos=1, retain=True)

    def _tell_control(self, news: ControlNews) -> None:
        severity = Severity.ALERT if news.is_forced else Severity.NOTICE
        self._tell_event(EventKind.CONTROL, severity, news.text, self._clock())

    def _tell_event(self, kind: EventKind, severity: Severity, text: str, now_s: float) -> None:
        self._vehicle.tell(Event(at_s=round(now_s, 3), kind=kind, severity=severity, text=text))


_CHECKS: tuple[Callable[[CommandDesk, CommandRequest, Facts, float], Objection], ...] = (
    CommandDesk._check_form,  # noqa: SLF001 - this module's own
    CommandDesk._check_session,  # noqa: SLF001
    CommandDesk._check_age,  # noqa: SLF001
    CommandDesk._check_order,  # noqa: SLF001
    CommandDesk._check_authority,  # noqa: SLF001
    CommandDesk._check_args,  # noqa: SLF001
)
"""In this order; a repeated id has been answered before the first."""


def _bare_report(command_id: str, state: CommandState, reason: Reason, detail: str, now_s: float) -> CommandReport:
    return CommandReport(
        id=command_id,
        state=state,
        step=0,
        verb=Verb.UNKNOWN,
        reason=reason,
        detail=detail,
        at_s=round(now_s, 3),
    )


def _described(order: Order | Upload | None) -> str:
    if order is None:
        return "nothing to do"
    return f"a mission of {len(order.items)} items" if isinstance(order, Upload) else orders.described(order)


def _table(facts: Facts) -> dict[Verb, Any]:
    info = facts.state.info
    return verb_table(info.autopilot, info.kind) if info is not None else {}
