# SPDX-License-Identifier: Apache-2.0
"""Takes commands for one vehicle, and keeps what is under way. Bridge thread; no I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from msgspec.structs import replace

from groundstation.bridge import endings
from groundstation.bridge.command_gate import CommandGate, ttl_ms
from groundstation.bridge.command_memory import CommandMemory
from groundstation.bridge.control_desk import ControlDesk, ControlNews
from groundstation.bridge.execution import Execution
from groundstation.bridge.external_control import mode_event
from groundstation.bridge.facts import Facts
from groundstation.fleet.commands import (
    END_STATES,
    MAX_ID,
    Actor,
    Args,
    CommandQuery,
    CommandReport,
    CommandRequest,
    CommandState,
    Reason,
    Verb,
)
from groundstation.fleet.control import Control
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.link import ConnReason
from groundstation.fleet.phrases import Words, joined, say
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import Mode
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import EMERGENCY_VERBS, PARAM_VERBS, PLAN_VERBS, URGENT_VERBS, VERBS, checked_args
from groundstation.mavlink import encode, orders
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.handshakes import ANSWER_S, COMMAND_ACK, MavResult
from groundstation.mavlink.orders import Order
from groundstation.mavlink.plan_send import Upload
from groundstation.mavlink.recipes import ANY_MODE, CannotOrderError
from groundstation.mavlink.stream_requests import Outbound
from groundstation.mavlink.verb_table import verb_table
from groundstation.transport.leaves import CMD_ACK, CTL, MSN_ACK, PAR_ACK, Leaf

TICK_S = 0.1
CAUSED_S = 5.0
"""A change to a mode that a command of ours leads to is ours for so long after it."""
MAX_CAUSED = 20
LACKS_MODE = ("No such mode", "Q_ENABLE 0")
"""How ArduPilot refuses a mode that it was built without, or a hovering one of a plane that can't hover."""
KEEP_VERB = frozenset({Verb.MAV_CMD, Verb.CALIBRATE, Verb.CANCEL, Verb.MODE, *EMERGENCY_VERBS})
"""Unsupported depends on the arguments of these; and an emergency is always worth another try."""


class DeskVehicle(Protocol):
    """What a desk needs of its vehicle."""

    def facts(self) -> Facts:
        """The vehicle as it is now."""

    def say(self, leaf: Leaf, content: Any) -> int:
        """Publish under the vehicle."""

    def tell(self, event: Event) -> None:
        """Publish an event."""


class Elsewhere(Protocol):
    """Orders that are under way at another desk of the same vehicle."""

    def giver(self, command_id: str) -> Actor | None:
        """Who gave an order that is under way there; None for one that is not."""

    def cancel(self, now_s: float) -> None:
        """End it."""


class CommandDesk:
    """Commands and control of one vehicle."""

    def __init__(self, vehicle: DeskVehicle, limits: Limits, clock: Callable[[], float]) -> None:
        """Begin with nothing under way.

        Args:
            vehicle: whose.
            limits: how far it may be sent.
            clock: the bridge's clock, monotonic seconds.
        """
        self._vehicle, self._clock = vehicle, clock
        self.control = ControlDesk(self._publish_control, self._tell_control)
        self.memory = CommandMemory(self._publish)
        """What became of each command."""
        self._gate = CommandGate(self.control, limits, self._is_own)
        self._live: list[Execution] = []
        self.elsewhere: tuple[Elsewhere, ...] = ()
        """The desks of plans and parameters: a cancel names its order by id alone."""
        self._caused: deque[tuple[float, frozenset[str]]] = deque(maxlen=MAX_CAUSED)
        """Modes that commands which are over may have brought, and until when that is believed."""
        self._owed: dict[int, tuple[int, float]] = {}
        """MAV_CMDs whose answers may still come although nobody waits for them any more: how many, and until when."""
        self._own_items: int | None = None
        """Items, home not counted, of a mission that we gave to the vehicle and did not take away again."""
        self._set_until_s: dict[str, float] = {}
        """Parameters that commands which are over have set, and until when an echo is believed to be theirs."""
        self._next_tick_s = 0.0
        self.unsupported: frozenset[Verb] = frozenset()
        """Verbs that the vehicle has answered as unknown to it."""
        self.lacking_modes: frozenset[str] = frozenset()
        """Modes that its firmware has in its tables no more, or was built without, as it answered."""

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._live)

    # ---- requests ----

    def take(self, request: CommandRequest, now_s: float, remark: Words = "") -> list[Outbound]:
        """A request came.

        Args:
            request: as it came.
            now_s: seconds on the bridge's clock.
            remark: what the operator has to know beside its outcome; empty for nothing.

        Returns:
            What to send to the vehicle.
        """
        # before every check: an id that has its fate must not get a second one, such as expired after succeeded
        if self.memory.answer_known(request.id):
            return []
        facts = self._vehicle.facts()
        objection = self._gate.objection(request, facts, now_s)
        if objection is not None:
            state = CommandState.EXPIRED if objection[0] is Reason.TOO_OLD else CommandState.REJECTED
            self._refuse(request, *objection, now_s, state=state)
            return []
        args = checked_args(request.verb, request.args)
        if request.verb is Verb.CANCEL and not request.dry:
            return self._cancel(request, str(args["command"]), facts, now_s)
        if request.sid != facts.state.session:
            remark = joined(remark, say("given_to_another_life"))
        return self._execute(request, args, facts, now_s, remark)

    def _is_own(self, request: CommandRequest) -> bool:
        """Whether somebody cancels what the same person ordered, perhaps from another terminal."""
        if request.verb is not Verb.CANCEL:
            return False
        wanted = str(request.args.get("command"))
        target = next((one for one in self._live if one.request.id == wanted), None)
        giver = target.request.by if target is not None else self._giver_elsewhere(wanted)
        return giver is not None and giver.op == request.by.op

    def _giver_elsewhere(self, command_id: str) -> Actor | None:
        desk = self._desk_of(command_id)
        return desk.giver(command_id) if desk is not None else None

    def _desk_of(self, command_id: str) -> Elsewhere | None:
        return next((one for one in self.elsewhere if one.giver(command_id) is not None), None)

    def _execute(
        self, request: CommandRequest, args: Args, facts: Facts, now_s: float, remark: Words
    ) -> list[Outbound]:
        if request.dry:
            return self._preview(request, args, facts, now_s)
        is_urgent = request.verb in URGENT_VERBS
        # COMMAND_ACK names no request: with two of one verb unanswered nobody knows whose answer comes
        busy = next((one for one in self._live if one.verb is request.verb and one.is_asking), None)
        if busy is not None and not is_urgent:
            self._refuse(request, Reason.BUSY, say("same_waits", who=str(busy.request.by)), now_s)
            return []
        recipe = _table(facts)[request.verb]
        # now and not at the next tick: a landing must know whether the mission on board is one of ours
        self._notice_uploads()
        spec = VERBS[request.verb]
        # after these an older order to fly has no effect to wait for
        if spec.is_motion or request.verb in (Verb.DISARM, Verb.FORCE_DISARM, Verb.REBOOT):
            self._supersede(request.verb, now_s)
        longest_s = now_s + ttl_ms(request) / 1000.0
        is_of_this_life = request.sid == facts.state.session
        # an emergency may claim a clock that is ahead: it is not repeated for longer than any other all the same
        deadline_s = min(longest_s, (request.ref_bms + ttl_ms(request)) / 1000.0) if is_of_this_life else longest_s
        # what is urgent does not wait until another order of the same MAV_CMD is answered
        execution = Execution(
            request, args, recipe, deadline_s, self._store, (lambda _: True) if is_urgent else self._is_free, remark
        )
        self._live.append(execution)
        return execution.begin(facts, now_s, self._without_own_mission(facts.state))

    def _notice_uploads(self) -> None:
        for one in self._live:
            if one.talk.uploaded is not None:
                self._own_items = one.talk.uploaded - 1 if one.talk.uploaded else None

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
                execution.end(endings.superseded(verb, is_unanswered=execution.is_asking), now_s)

    def _owe(self, execution: Execution, now_s: float) -> None:
        if execution.awaits:
            # each saying may bring an answer: a command that comes twice is acknowledged twice (observed)
            self._owed[execution.awaits] = execution.talk.tries, now_s + ANSWER_S

    def _is_free(self, command: int) -> bool:
        return all(one.awaits != command for one in self._live)

    def _preview(self, request: CommandRequest, args: Args, facts: Facts, now_s: float) -> list[Outbound]:
        """A dry run: what would be sent now, to the end of the recipe as far as it can be told."""
        situation = facts.situation(args, facts.state)
        sends: list[str] = []
        for step in _table(facts).get(request.verb, ()):
            try:
                order = step.make(situation)
            except CannotOrderError as error:
                self._refuse(request, Reason.PRECONDITION, say("at_step", step=step.label, said=error.said), now_s)
                return []
            sends.append(f"{step.label}: {_described(order)}")
            if step.otherwise is not None and order is not None:
                sends[-1] += f"; if that is refused: {_described(step.otherwise.make(situation))}"
        report = self._report_on(request, CommandState.SUCCEEDED, Reason.DRY_RUN, say("dry_run_sent_nothing"), now_s)
        self._store(replace(report, args=args, sends=tuple(sends)))
        return []

    def _cancel(self, request: CommandRequest, command_id: str, facts: Facts, now_s: float) -> list[Outbound]:
        target = next((one for one in self._live if one.request.id == command_id), None)
        desk = self._desk_of(command_id) if target is None else None
        if desk is not None:
            desk.cancel(now_s)
            self._store(self._report_on(request, CommandState.SUCCEEDED, Reason.NONE, "", now_s))
            return []
        if target is None:
            self._refuse(request, Reason.PRECONDITION, say("no_such_command"), now_s)
            return []
        command, is_told = target.awaits, target.is_long_running
        self._owe(target, now_s)
        target.end(endings.cancelled(is_told=is_told), now_s)
        self._store(self._report_on(request, CommandState.SUCCEEDED, Reason.NONE, "", now_s))
        # COMMAND_CANCEL is for what is in progress; an order that was only sent can't be taken back
        if not is_told:
            return []
        fields = {"target_system": facts.sysid, "target_component": facts.compid, "command": command}
        return [encode.payload("COMMAND_CANCEL", **fields)]

    def _refuse(
        self,
        request: CommandRequest,
        reason: Reason,
        detail: Words,
        now_s: float,
        *,
        state: CommandState = CommandState.REJECTED,
    ) -> None:
        said = say("dry_run", said=detail) if request.dry else detail
        self._store(self._report_on(request, state, reason, said, now_s))

    @staticmethod
    def _report_on(
        request: CommandRequest, state: CommandState, reason: Reason, detail: Words, now_s: float
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

    def _store(self, report: CommandReport) -> None:
        self.memory.store(report, self._clock())
        # only by an answer of the vehicle: what our tables lack says nothing of its firmware
        if report.state in END_STATES and report.reason is Reason.UNSUPPORTED and report.result is not None:
            self.unsupported |= {report.verb} - KEEP_VERB
        if report.verb is Verb.MODE and report.state in END_STATES and str(report.detail).startswith(LACKS_MODE):
            self.lacking_modes |= {str(report.args["mode"])}

    def _publish(self, report: CommandReport) -> None:
        # the fate of orders about lists is kept here too: an id is one order's, whatever it is for
        self._vehicle.say(_ACKS.get(report.verb, CMD_ACK), report)

    def answer_query(self, query: CommandQuery, now_s: float) -> None:
        """A station asks what became of commands."""
        self.memory.answer_query(query, self._vehicle.facts().state.session, now_s)

    # ---- the vehicle speaks ----

    @property
    def hears(self) -> frozenset[int]:
        """Ids of the messages that something under way waits for, and late answers that are still to be counted off."""
        owed = frozenset({COMMAND_ACK}) if self._owed else frozenset[int]()
        return owed.union(*(one.hears for one in self._live))

    def is_setting(self, name: str) -> bool:
        """Whether a command that is under way, or was a moment ago, sets a parameter."""
        return any(name in one.talk.sets for one in self._live) or self._clock() < self._set_until_s.get(name, 0.0)

    def hear(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """A message of the vehicle that is addressed to us.

        Returns:
            Whether one of our commands waited for it, and what to send.
        """
        if msgid == COMMAND_ACK:
            return self._on_ack(fields, now_s)
        facts = self._vehicle.facts()
        waiting = [one for one in self._live if msgid in one.hears]
        messages = [message for one in waiting for message in one.take(msgid, fields, facts, now_s)]
        return bool(waiting), messages

    def _on_ack(self, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        command = fields["command"]
        is_owed = self._take_owed(command, now_s)
        waiting = next((one for one in self._live if one.awaits == command and one.awaits), None)
        if waiting is None:
            return False, []
        is_refusal = fields["result"] not in (MavResult.ACCEPTED, MavResult.IN_PROGRESS)
        if is_owed and (is_refusal or VERBS[waiting.verb].is_emergency):
            # the answer to the order before it, which it superseded; its own comes next, or it is said again
            return True, []
        return True, waiting.take(COMMAND_ACK, fields, self._vehicle.facts(), now_s)

    def _take_owed(self, command: int, now_s: float) -> bool:
        """Whether an answer may be the one to an order that was superseded or cancelled; it is counted off."""
        count, until_s = self._owed.pop(command, (0, 0.0))
        if now_s >= until_s:
            return False
        if count > 1:
            self._owed[command] = count - 1, until_s
        return True

    def on_text(self, text: str, severity: Severity) -> None:
        """A STATUSTEXT of the autopilot."""
        now_s = self._clock()
        for one in self._live:
            one.on_text(text, severity, now_s)

    def external_mode(self, old: Mode, new: Mode, autopilot: Autopilot) -> Event | None:
        """What to tell of a mode change by somebody else's hand; None when it is ours, or the autopilot's own."""
        if any(self._causes(names, new) for until_s, names in self._caused if new.at_s < until_s):
            return None
        if any(self._causes(one.causes, new) for one in self._live):
            return None
        return mode_event(old, new, autopilot, is_controlled=self.control.control.owner is not None)

    @staticmethod
    def _causes(names: frozenset[str], mode: Mode) -> bool:
        return mode.name in names or ANY_MODE in names

    def forget(self) -> None:
        """What is under way ends by `on_new_life`."""

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """A new session began."""
        for one in self._live:
            one.on_new_life(reason, now_s)
        self.unsupported, self._own_items = frozenset(), None
        self.lacking_modes = frozenset()
        self.control.publish_again(now_s)

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""
        if now_s < self._next_tick_s:
            return []
        self._next_tick_s = now_s + TICK_S
        self.control.tick(now_s)
        if not self._live:
            return []
        facts = self._vehicle.facts()
        messages = [message for one in list(self._live) for message in one.tick(facts, now_s)]
        self._notice_uploads()
        for one in self._live:
            if one.is_over:
                # the echo goes to every link, and PX4 sends it twice (observed): one may come when the command is over
                self._set_until_s |= dict.fromkeys(one.talk.sets, now_s + CAUSED_S)
            # PX4 shows a new mode in its next heartbeat, up to 1 s after its answer (observed)
            if one.is_over and one.causes:
                self._caused.append(((one.ended_s or now_s) + CAUSED_S, one.causes))
        self._live = [one for one in self._live if not one.is_over]
        return messages

    def publish_again(self, now_s: float) -> None:
        """Somebody asked for everything."""
        self.control.publish_again(now_s)

    def end(self, now_s: float) -> None:
        """The bridge stops: what is under way has an outcome that nobody will see."""
        for one in self._live:
            one.end(endings.ABANDONED, now_s)

    # ---- control ----

    def _publish_control(self, control: Control) -> None:
        self._vehicle.say(CTL, control)

    def _tell_control(self, news: ControlNews) -> None:
        severity = Severity.ALERT if news.is_forced else Severity.NOTICE
        at_s = round(self._clock(), 3)
        self._vehicle.tell(Event(at_s=at_s, kind=EventKind.CONTROL, severity=severity, text=news.text))


_ACKS: dict[Verb, Leaf] = {**dict.fromkeys(PLAN_VERBS, MSN_ACK), **dict.fromkeys(PARAM_VERBS, PAR_ACK)}
"""Where the fate of an order is told that is no command."""


def _described(order: Order | Upload | None) -> str:
    if order is None:
        return "nothing to do"
    return f"a mission of {len(order.items)} items" if isinstance(order, Upload) else orders.described(order)


def _table(facts: Facts) -> dict[Verb, Any]:
    info = facts.state.info
    return verb_table(info.autopilot, info.kind) if info is not None else {}
