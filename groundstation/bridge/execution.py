# SPDX-License-Identifier: Apache-2.0
"""One command being carried out: its steps, their answers, their proofs, until one end. Bridge thread; no I/O."""

from __future__ import annotations

import enum
from collections.abc import Callable

import msgspec

from groundstation.fleet.commands import END_STATES, Args, CommandReport, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.proofs import Look, Seen
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.handshakes import Handshake, Verdict
from groundstation.mavlink.mission_upload import MissionUpload, Upload
from groundstation.mavlink.orders import Order
from groundstation.mavlink.recipes import CannotOrderError, Recipe, Situation
from groundstation.mavlink.stream_requests import Outbound

TEXTS_S = 0.3
"""How long after a refusal the vehicle's words may still come; PX4's second one was seen after 52 ms."""
HEARTBEAT_S = 1.5
"""So old may be what says that a refused vehicle does already what it was told."""
MAX_TEXTS = 8
BEGUN = 0.05
"""Progress from which on telemetry shows that it has begun, answer or not."""
LEAST_STEP = 0.001
"""Less growth is no progress; a slow vehicle on a long way makes 10 m of 10 km in a stall's time."""
SHOWN_STEP, SHOWN_PERIOD_S = 0.02, 0.5
"""Progress is told when it has grown by so much, and not more often."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution needs to know of its vehicle at one moment."""

    state: VehicleState
    link: LinkState
    sysid: int
    compid: int
    mav_type: int
    mav_autopilot: int


class _Phase(enum.Enum):
    ASKING = "asking"
    HEARING_WHY = "hearing why"
    PROVING = "proving"
    OVER = "over"


Reporter = Callable[[CommandReport], None]


def _conversation(order: Order | Upload, facts: Facts) -> Handshake | MissionUpload:
    if isinstance(order, Upload):
        return MissionUpload(order, facts.sysid, facts.compid)
    return Handshake(order, facts.sysid, facts.compid)


class Execution:
    """A request that passed every check."""

    def __init__(
        self,
        request: CommandRequest,
        args: Args,
        recipe: Recipe,
        deadline_s: float,
        report: Reporter,
        is_free: Callable[[int], bool],
        remark: str = "",
    ) -> None:
        """Prepare; `begin` sends the first order.

        Args:
            request: as it came.
            args: its arguments, checked.
            recipe: how this vehicle is told.
            deadline_s: nothing is sent later than this, seconds on the bridge's clock.
            report: takes each step in its life.
            is_free: whether no other execution waits for an answer to a MAV_CMD.
            remark: said with its end, whatever that is; empty for nothing.
        """
        self.request, self.args = request, args
        self._recipe, self._deadline_s = recipe, deadline_s
        self._report, self._is_free, self._remark = report, is_free, remark
        self._at = -1
        self._phase = _Phase.ASKING
        self._handshake: Handshake | MissionUpload | None = None
        self._first: VehicleState | None = None
        self._verdict: Verdict | None = None
        self._before: VehicleState | None = None
        self._sent_s = self._since_s = self._progress_s = 0.0
        self._best = 0.0
        self._shown: tuple[CommandState, float | None, float] = (CommandState.RECEIVED, None, 0.0)
        self._steps = 0
        self._was_in_mode = False
        self._texts: list[str] = []
        self.uploaded: int | None = None
        """Items of the mission that it has given to the vehicle; None when it gave none."""
        self.ended_s: float | None = None
        """When it ended, seconds on the bridge's clock; None while it lives."""

    @property
    def verb(self) -> Verb:
        """What is done."""
        return self.request.verb

    @property
    def is_over(self) -> bool:
        """Whether it has its end state."""
        return self._phase is _Phase.OVER

    @property
    def awaits(self) -> int:
        """MAV_CMD whose answer it waits for; 0 for none."""
        return self._handshake.command if self._handshake is not None and self._phase is _Phase.ASKING else 0

    @property
    def is_asking(self) -> bool:
        """Whether an answer of the vehicle is outstanding."""
        return self._phase is _Phase.ASKING

    @property
    def is_long_running(self) -> bool:
        """Whether the vehicle said that it is at it (IN_PROGRESS)."""
        return self._handshake is not None and self._handshake.has_progressed and self._phase is _Phase.ASKING

    # ---- its life ----

    def begin(self, facts: Facts, now_s: float, first: VehicleState | None = None) -> list[Outbound]:
        """Send the first order.

        Args:
            facts: the vehicle now.
            now_s: seconds on the bridge's clock.
            first: the state that counts as the one before the command; None for the present one.
        """
        self._first = first or facts.state
        self._tell(CommandState.RECEIVED, now_s)
        return self._next(facts, now_s)

    def on_ack(self, result: int, percent: int, facts: Facts, now_s: float) -> list[Outbound]:
        """A COMMAND_ACK of the command that it waits for."""
        if self._handshake is None or self._phase is not _Phase.ASKING:
            return []
        messages = self._handshake.on_ack(result, percent, now_s)
        if messages and now_s > self._deadline_s:
            words = "the vehicle wants it in another form, and its time was over"
            self._end(CommandState.EXPIRED, Reason.TOO_OLD, self._in_step(words), now_s)
            return []
        if self._handshake.has_progressed and not self._handshake.is_over:
            self._show(Seen(progress=self._handshake.progress, detail="the vehicle is at it"), now_s)
        return [*messages, *self._judge(facts, now_s)]

    def on_parameter(self, name: str, value: float, facts: Facts, now_s: float) -> list[Outbound]:
        """A PARAM_VALUE came."""
        if self._handshake is None or self._phase is not _Phase.ASKING:
            return []
        self._handshake.on_parameter(name, value)
        return self._judge(facts, now_s)

    def on_mission(self, msgid: int, fields: Fields, facts: Facts, now_s: float) -> list[Outbound]:
        """A message of the mission protocol came."""
        if self._handshake is None or self._phase is not _Phase.ASKING:
            return []
        return [*self._handshake.on_mission(msgid, fields, now_s), *self._judge(facts, now_s)]

    def on_text(self, text: str) -> None:
        """The vehicle said something while it was at it."""
        if self._phase is not _Phase.OVER and text not in self._texts:
            self._texts = [*self._texts, text][-MAX_TEXTS:]

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """The autopilot restarted, or came back after it was given up."""
        if self.verb is Verb.REBOOT and reason is ConnReason.REBOOTED:
            self._end(CommandState.SUCCEEDED, Reason.NONE, "", now_s)
        elif self.verb is Verb.REBOOT:
            self._end(CommandState.ACCEPTED_UNVERIFIED, Reason.NONE, "it came back after a silence", now_s)
        else:
            self._end(CommandState.UNKNOWN, Reason.REBOOTED, "the autopilot restarted meanwhile", now_s)

    def supersede(self, verb: Verb, now_s: float) -> None:
        """A newer command decides where the vehicle goes."""
        detail = f"superseded by {verb.value}"
        if self.is_asking:
            detail += "; it had been sent and not answered yet"
        self._end(CommandState.CANCELLED, Reason.SUPERSEDED, detail, now_s)

    def abandon(self, now_s: float) -> None:
        """The bridge stops."""
        self._end(CommandState.UNKNOWN, Reason.BRIDGE_LOST, "the bridge was stopped meanwhile", now_s)

    def cancel(self, now_s: float) -> None:
        """The operator wants no more of it."""
        told = (
            "the vehicle was told to stop it" if self.is_long_running else "not watched any more; hold stops a vehicle"
        )
        self._end(CommandState.CANCELLED, Reason.ASKED, told, now_s)

    def tick(self, facts: Facts, now_s: float) -> list[Outbound]:
        """Time passed, and telemetry may have come."""
        if self._phase is _Phase.ASKING and self._handshake is not None:
            messages = self._handshake.tick(now_s)
            if messages:
                return messages if now_s <= self._deadline_s else []
            return self._judge(facts, now_s)
        if self._phase is _Phase.HEARING_WHY and now_s - self._since_s >= TEXTS_S:
            self._end_refused(facts, now_s)
        elif self._phase is _Phase.PROVING:
            return self._prove(facts, now_s)
        return []

    # ---- asking ----

    def _next(self, facts: Facts, now_s: float) -> list[Outbound]:
        """Go to the next step that has something to send."""
        while self._at + 1 < len(self._recipe):
            self._at += 1
            step = self._recipe[self._at]
            try:
                order = step.make(self._situation(facts))
            except CannotOrderError as error:
                self._end(CommandState.REJECTED, Reason.PRECONDITION, self._in_step(str(error)), now_s)
                return []
            is_last = self._at + 1 == len(self._recipe)
            if order is None and not is_last:
                continue
            self._before, self._sent_s, self._was_in_mode = facts.state, now_s, False
            if order is None:
                self._start_proving(now_s)
                return []
            if now_s > self._deadline_s and not step.is_tidying:
                self._end(CommandState.EXPIRED, Reason.TOO_OLD, self._in_step("its time was over"), now_s)
                return []
            if isinstance(order, Order) and order.command and not self._is_free(order.command):
                self._end(CommandState.REJECTED, Reason.BUSY, self._in_step("an answer to another is awaited"), now_s)
                return []
            self._phase = _Phase.ASKING
            self._handshake = _conversation(order, facts)
            messages = self._handshake.start(now_s)
            return [*messages, *self._judge(facts, now_s)]
        return []

    def _situation(self, facts: Facts) -> Situation:
        return Situation(
            state=facts.state,
            first=self._first or facts.state,
            args=self.args,
            mav_type=facts.mav_type,
            mav_autopilot=facts.mav_autopilot,
        )

    def _judge(self, facts: Facts, now_s: float) -> list[Outbound]:
        """Look at what came of the order, if it is over."""
        handshake = self._handshake
        if handshake is None or not handshake.is_over or self._phase is not _Phase.ASKING:
            return []
        verdict = handshake.verdict
        if verdict is None:
            return self._unanswered(facts, now_s)
        if verdict.state is CommandState.ACCEPTED:
            if isinstance(handshake, MissionUpload):
                self.uploaded = handshake.size
            if self._shown[0] is CommandState.RECEIVED:
                self._tell(CommandState.ACCEPTED, now_s, detail=self._label if len(self._recipe) > 1 else "")
            self._start_proving(now_s)
            return self._prove(facts, now_s)
        self._verdict, self._phase, self._since_s = verdict, _Phase.HEARING_WHY, now_s
        return []

    def _unanswered(self, facts: Facts, now_s: float) -> list[Outbound]:
        """No answer is no failure: the request or the answer was lost. Telemetry may know."""
        seen = self._seen(facts, now_s)
        if seen.is_done or (seen.progress or 0.0) >= BEGUN:
            self._start_proving(now_s)
            return self._prove(facts, now_s)
        assert self._handshake is not None  # noqa: S101 - asked by _judge
        if self._handshake.has_progressed:
            words = "no word for 10 s since it was in progress"
            self._end(CommandState.UNKNOWN, Reason.NO_ANSWER, self._in_step(words), now_s)
        elif facts.link is LinkState.ONLINE:
            words = "no answer in time; whether it was done is not known"
            self._end(CommandState.TIMEOUT, Reason.NO_ANSWER, self._in_step(words), now_s)
        else:
            words = "the link was lost before an answer came"
            self._end(CommandState.UNKNOWN, Reason.LINK_LOST, self._in_step(words), now_s)
        return []

    def _end_refused(self, facts: Facts, now_s: float) -> None:
        """The vehicle said no, and why; PX4 says it too to a second return while it returns."""
        verdict = self._verdict
        assert verdict is not None  # noqa: S101 - set with the phase
        if VERBS[self.verb].is_emergency and self._seen(facts, now_s, self._sent_s - HEARTBEAT_S).is_done:
            self._end(CommandState.SUCCEEDED, Reason.NONE, "it does so already", now_s)
        else:
            self._end(verdict.state, verdict.reason, self._in_step(self._why(verdict)), now_s)

    def _why(self, verdict: Verdict) -> str:
        return "; ".join(self._texts) if self._texts else verdict.words

    # ---- proving ----

    def _start_proving(self, now_s: float) -> None:
        self._phase, self._since_s, self._progress_s, self._best = _Phase.PROVING, now_s, now_s, 0.0

    def _seen(self, facts: Facts, now_s: float, since_s: float | None = None) -> Seen:
        """What the proof of this step sees in samples since it was sent, or since another moment."""
        assert self._before is not None  # noqa: S101 - set with each order
        look = Look(
            before=self._before,
            now=facts.state,
            args=self.args,
            sent_s=self._sent_s if since_s is None else since_s,
            now_s=now_s,
            texts=tuple(self._texts),
        )
        return self._recipe[self._at].proof.look(look)

    def _prove(self, facts: Facts, now_s: float) -> list[Outbound]:
        proof = self._recipe[self._at].proof
        seen = self._seen(facts, now_s)
        if seen.is_done:
            return self._proven(facts, now_s)
        if self._is_taken_over(facts):
            mode = facts.state.mode
            words = f"the mode became {mode.name or mode.custom_mode if mode is not None else 'another'} meanwhile"
            self._end(CommandState.FAILED, Reason.EXTERNAL, self._in_step(words), now_s)
        elif facts.link is LinkState.OFFLINE and self.verb is not Verb.REBOOT:
            self._end(CommandState.UNKNOWN, Reason.LINK_LOST, self._in_step("the link was lost meanwhile"), now_s)
        elif seen.progress is not None and proof.stall_s is not None:
            self._watch_progress(seen, proof.stall_s, now_s)
        elif now_s - self._since_s >= proof.window_s:
            return self._give_up_proving(seen, facts, now_s)
        return []

    def _watch_progress(self, seen: Seen, stall_s: float, now_s: float) -> None:
        progress = seen.progress or 0.0
        if progress > self._best + LEAST_STEP:
            self._best, self._progress_s = progress, now_s
        patience_s = stall_s if self._best >= BEGUN else max(stall_s, self._recipe[self._at].proof.window_s)
        if now_s - self._progress_s >= patience_s:
            words = f"no progress for {patience_s:.0f} s" + (f", {seen.detail}" if seen.detail else "")
            self._end(CommandState.FAILED, Reason.STALLED, self._in_step(words), now_s)
        else:
            self._show(seen, now_s)

    def _is_taken_over(self, facts: Facts) -> bool:
        """Whether the vehicle left the mode in which it does this."""
        modes, mode = self._recipe[self._at].proof.modes, facts.state.mode
        if not modes or mode is None or mode.at_s < self._sent_s:
            return False
        if mode.name in modes:
            self._was_in_mode = True
        return self._was_in_mode and mode.name not in modes

    def _proven(self, facts: Facts, now_s: float) -> list[Outbound]:
        if self._at + 1 < len(self._recipe):
            return self._next(facts, now_s)
        has_answer = self._handshake is None or self._handshake.result is not None
        detail = "" if has_answer else "seen by telemetry; its answer was lost"
        self._end(CommandState.SUCCEEDED, Reason.NONE, detail, now_s)
        return []

    def _give_up_proving(self, seen: Seen, facts: Facts, now_s: float) -> list[Outbound]:
        is_last = self._at + 1 == len(self._recipe)
        if seen.against:
            words = f"accepted, yet {seen.against} after {now_s - self._sent_s:.0f} s"
            self._end(CommandState.FAILED, Reason.NO_EFFECT, self._in_step(words), now_s)
        elif not is_last:
            return self._next(facts, now_s)
        else:
            self._end(
                CommandState.ACCEPTED_UNVERIFIED, Reason.NONE, "the vehicle accepted it; no telemetry shows it", now_s
            )
        return []

    # ---- telling ----

    @property
    def _label(self) -> str:
        return self._recipe[max(self._at, 0)].label

    def _in_step(self, words: str) -> str:
        """Words with the step that they are about, where there are several."""
        return f"{self._label}: {words}" if len(self._recipe) > 1 else words

    def _show(self, seen: Seen, now_s: float) -> None:
        """Tell progress when it is worth a message."""
        state, progress, at_s = self._shown
        grown = (seen.progress or 0.0) - (progress or 0.0)
        is_first = state is not CommandState.IN_PROGRESS
        if is_first or (grown >= SHOWN_STEP and now_s - at_s >= SHOWN_PERIOD_S):
            self._tell(CommandState.IN_PROGRESS, now_s, detail=self._in_step(seen.detail), progress=seen.progress)

    def _end(self, state: CommandState, reason: Reason, detail: str, now_s: float) -> None:
        if self._phase is _Phase.OVER:
            return
        if state is not CommandState.SUCCEEDED and self._at >= 0 and self._recipe[self._at].is_tidying:
            state, reason, detail = CommandState.SUCCEEDED, Reason.NONE, f"done, but then: {detail}"
        self._phase, self.ended_s = _Phase.OVER, now_s
        progress = 1.0 if state is CommandState.SUCCEEDED else None
        detail = "; ".join(one for one in (detail, self._remark) if one)
        self._tell(state, now_s, reason=reason, detail=detail, progress=progress)

    def _tell(
        self,
        state: CommandState,
        now_s: float,
        *,
        reason: Reason = Reason.NONE,
        detail: str = "",
        progress: float | None = None,
    ) -> None:
        self._shown = (state, progress, now_s)
        handshake = self._handshake
        report = CommandReport(
            id=self.request.id,
            state=state,
            step=self._steps,
            verb=self.verb,
            args=self.args,
            by=self.request.by,
            batch=self.request.batch,
            reason=reason,
            detail=detail,
            texts=tuple(self._texts) if state in END_STATES else (),
            progress=None if progress is None else round(progress, 3),
            result=handshake.result if handshake is not None else None,
            at_s=round(now_s, 3),
        )
        self._steps += 1
        self._report(report)
