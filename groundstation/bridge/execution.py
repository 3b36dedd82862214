# SPDX-License-Identifier: Apache-2.0
"""One command being carried out: its steps, their answers, their proofs, until one end. Bridge thread; no I/O."""

from __future__ import annotations

import enum
from collections.abc import Callable

from groundstation.bridge.facts import Facts
from groundstation.bridge.new_life import end_by_new_life
from groundstation.bridge.proof_watch import Finding, ProofWatch
from groundstation.bridge.step_list import StepList
from groundstation.bridge.telling import Reporter, Telling
from groundstation.bridge.words_heard import WordsHeard
from groundstation.fleet.commands import END_STATES, Args, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.proofs import Look, Seen
from groundstation.fleet.sample import Severity
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS
from groundstation.mavlink.conversation import Outcome
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.handshakes import Handshake
from groundstation.mavlink.mission_upload import MissionUpload, Upload, conversation
from groundstation.mavlink.orders import Form, Order
from groundstation.mavlink.recipes import CannotOrderError, Recipe, Situation, Step, causes
from groundstation.mavlink.stream_requests import Outbound

TEXTS_S = 0.3
"""How long after a refusal the vehicle's words may still come; PX4's second one was seen after 52 ms."""
HEARTBEAT_S = 1.5
"""So old may be what says that a refused vehicle does already what it was told."""
STEPS_S = 10.0
"""A command that has begun may take so much longer for its further steps than it was valid for: half a take-off is an
armed vehicle."""


class _Phase(enum.Enum):
    ASKING = "asking"
    HEARING_WHY = "hearing why"
    PROVING = "proving"
    OVER = "over"


_UNDONE = frozenset(END_STATES) - {CommandState.SUCCEEDED, CommandState.ACCEPTED_UNVERIFIED}


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
        self.causes = causes(request.verb, args, recipe)
        """Modes that the vehicle may come into by it."""
        self._steps, self._deadline_s = StepList(recipe), deadline_s
        self._telling = Telling(request, args, report)
        self._is_free, self._remark = is_free, remark
        self._phase = _Phase.ASKING
        self._talk: Handshake | MissionUpload | None = None
        """The conversation of the present step."""
        self._first: VehicleState | None = None
        self._refusal: Outcome | None = None
        self._proof: ProofWatch | None = None
        """Watches for the effect of the present step."""
        self._sent_s = self._since_s = 0.0
        self._parameters: dict[str, float] = {}
        self._state: VehicleState | None = None
        """The vehicle as it was seen last."""
        self._words = WordsHeard()
        self.sets: set[str] = set()
        """Parameters that it has set."""
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
        return self._talk.command if isinstance(self._talk, Handshake) and self.is_asking else 0

    @property
    def unanswered(self) -> int:
        """How often it was said without an answer yet: so many may still come."""
        return self._talk.tries if isinstance(self._talk, Handshake) and self.awaits else 0

    @property
    def is_asking(self) -> bool:
        """Whether an answer of the vehicle is outstanding."""
        return self._phase is _Phase.ASKING

    @property
    def is_long_running(self) -> bool:
        """Whether the vehicle said that it is at it (IN_PROGRESS)."""
        return self.is_asking and self._has_progressed

    @property
    def _has_progressed(self) -> bool:
        return isinstance(self._talk, Handshake) and self._talk.has_progressed

    @property
    def hears(self) -> frozenset[int]:
        """Ids of the messages that the present step waits for."""
        return self._talk.hears if self._talk is not None and self.is_asking else frozenset()

    # ---- its life ----

    def begin(self, facts: Facts, now_s: float, first: VehicleState | None = None) -> list[Outbound]:
        """Send the first order.

        Args:
            facts: the vehicle now.
            now_s: seconds on the bridge's clock.
            first: the state that counts as the one before the command; None for the present one.
        """
        self._first = first or facts.state
        self._state = facts.state
        self._tell(CommandState.RECEIVED, now_s)
        return self._next(facts, now_s)

    def take(self, msgid: int, fields: Fields, facts: Facts, now_s: float) -> list[Outbound]:
        """A message that it hears came.

        Args:
            msgid: its id.
            fields: what it says.
            facts: the vehicle now.
            now_s: seconds on the bridge's clock.

        Returns:
            What to answer.
        """
        talk = self._talk
        if talk is None or not self.is_asking:
            return []
        messages = talk.take(msgid, fields, now_s)
        if isinstance(talk, Handshake):
            if messages and now_s > self._deadline_s:
                words = "the vehicle wants it in another form, and its time was over"
                self._end(CommandState.EXPIRED, Reason.TOO_OLD, self._steps.named(words), now_s)
                return []
            if talk.value is not None:
                self._parameters[fields["param_id"]] = talk.value
            if talk.has_progressed and not talk.is_over:
                self._show(Seen(progress=talk.progress, detail="the vehicle is at it"), now_s)
        return [*messages, *self._judge(facts, now_s)]

    def on_text(self, text: str, severity: Severity, now_s: float) -> None:
        """The vehicle said something while it was at it."""
        if self._phase is not _Phase.OVER:
            self._words.take(text, severity, now_s)

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """The autopilot restarted, or came back after it was given up: an emergency that nobody answered is said on."""
        if self._again_until_s is None or not self.is_asking:
            self._end(*end_by_new_life(self.verb, reason), now_s)

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
        told = "the vehicle was told to stop it" if self.is_long_running else "not watched any more; hold stops it"
        self._end(CommandState.CANCELLED, Reason.ASKED, told, now_s)

    def tick(self, facts: Facts, now_s: float) -> list[Outbound]:
        """Time passed, and telemetry may have come."""
        self._state = facts.state
        if self.is_asking and self._talk is not None:
            messages = self._talk.tick(now_s)
            if messages and self._again_until_s is not None and self._step.proof.has_come(self._look(facts, now_s)):
                # nobody answered and it is done all the same: no need to say it again
                self._start_proving(now_s)
                return self._prove(facts, now_s)
            if messages:
                return messages if now_s <= self._deadline_s else []
            return self._judge(facts, now_s)
        if self._phase is _Phase.HEARING_WHY and now_s - self._since_s >= TEXTS_S:
            return self._end_refused(facts, now_s)
        return self._prove(facts, now_s) if self._phase is _Phase.PROVING else []

    # ---- asking ----

    def _next(self, facts: Facts, now_s: float) -> list[Outbound]:
        """Go to the next step that has something to send."""
        while self._steps.has_more:
            step = self._steps.advance()
            try:
                order = step.make(self._situation(facts))
            except CannotOrderError as error:
                if step.otherwise is not None:
                    return self._do_instead(step.otherwise, str(error), facts, now_s)
                self._end(CommandState.REJECTED, Reason.PRECONDITION, self._steps.named(str(error)), now_s)
                return []
            if order is None and self._steps.has_more:
                continue
            self._watch(step, facts, now_s)
            if order is None:
                self._start_proving(now_s)
                return []
            return self._send_in_time(order, step, facts, now_s)
        return []

    def _send_in_time(self, order: Order | Upload, step: Step, facts: Facts, now_s: float) -> list[Outbound]:
        """Send a step, unless its time is over or another order waits for the same answer."""
        if now_s > self._deadline_s + STEPS_S * self._steps.has_done and not step.is_tidying:
            self._talk = None
            self._end(CommandState.EXPIRED, Reason.TOO_OLD, self._steps.named("its time was over"), now_s)
        elif isinstance(order, Order) and order.command and not self._is_free(order.command):
            self._end(CommandState.REJECTED, Reason.BUSY, self._steps.named("an answer to another is awaited"), now_s)
        else:
            return self._ask(order, facts, now_s)
        return []

    def _ask(self, order: Order | Upload, facts: Facts, now_s: float) -> list[Outbound]:
        self._phase = _Phase.ASKING
        if isinstance(order, Order) and order.form is Form.PARAM_SET:
            self.sets.add(order.parameter)
        self._talk = conversation(order, facts.sysid, facts.compid, self._again_until_s)
        messages = self._talk.start(now_s)
        return [*messages, *self._judge(facts, now_s)]

    @property
    def _again_until_s(self) -> float | None:
        """Until when it is said again and again; None for what is said once."""
        return self._deadline_s if VERBS[self.verb].is_emergency else None

    @property
    def _step(self) -> Step:
        return self._steps.present

    def _situation(self, facts: Facts) -> Situation:
        return Situation(
            state=facts.state,
            first=self._first or facts.state,
            args=self.args,
            mav_type=facts.mav_type,
            mav_autopilot=facts.mav_autopilot,
            parameters=self._parameters,
        )

    def _judge(self, facts: Facts, now_s: float) -> list[Outbound]:
        """Look at what came of the order, if it is over."""
        talk = self._talk
        if talk is None or not talk.is_over or not self.is_asking:
            return []
        outcome = talk.outcome
        if outcome is None:
            return self._unanswered(facts, now_s)
        if outcome.state is CommandState.ACCEPTED:
            if isinstance(talk, MissionUpload):
                self.uploaded = talk.size
            if self._telling.state is CommandState.RECEIVED and not self._step.is_optional:
                self._tell(CommandState.ACCEPTED, now_s, detail=self._step.label if self._steps.has_several else "")
            self._start_proving(now_s)
            return self._prove(facts, now_s)
        self._refusal, self._phase, self._since_s = outcome, _Phase.HEARING_WHY, now_s
        return []

    def _unanswered(self, facts: Facts, now_s: float) -> list[Outbound]:
        """No answer is no failure: request or answer was lost. Telemetry may know, by what has changed since."""
        if self._step.is_optional:
            return self._next(facts, now_s)
        look = self._look(facts, now_s)
        if self._step.proof.has_come(look):
            self._start_proving(now_s)
            return self._prove(facts, now_s)
        if self._step.otherwise is not None:
            return self._do_instead(self._step.otherwise, "no answer in time", facts, now_s)
        was_so = self._step.proof.look(look.at_sending()).is_done
        if self._has_progressed:
            words = "no word for 10 s since it was in progress"
            self._end(CommandState.UNKNOWN, Reason.NO_ANSWER, self._steps.named(words), now_s)
        elif facts.link is LinkState.ONLINE:
            words = "no answer in time; whether it was done is not known"
            if was_so:
                words = "no answer in time; it shows what it showed before, which tells nothing"
            self._end(CommandState.TIMEOUT, Reason.NO_ANSWER, self._steps.named(words), now_s)
        else:
            words = "the link was lost before an answer came"
            self._end(CommandState.UNKNOWN, Reason.LINK_LOST, self._steps.named(words), now_s)
        return []

    def _end_refused(self, facts: Facts, now_s: float) -> list[Outbound]:
        """The vehicle said no, and why; PX4 says it too to a second return while it returns."""
        verdict = self._refusal
        assert verdict is not None  # noqa: S101 - set with the phase
        step = self._step
        if step.otherwise is not None:
            return self._do_instead(step.otherwise, self._why(verdict), facts, now_s)
        if (
            VERBS[self.verb].is_emergency
            and step.proof.look(self._look(facts, now_s, self._sent_s - HEARTBEAT_S)).is_done
        ):
            self._end(CommandState.SUCCEEDED, Reason.NONE, "it does so already", now_s)
        else:
            self._end(verdict.state, verdict.reason, self._steps.named(self._why(verdict)), now_s)
        return []

    def _do_instead(self, step: Step, why: str, facts: Facts, now_s: float) -> list[Outbound]:
        """Refused, and something must be done all the same."""
        words = self._steps.do_instead(step, why)
        self._watch(step, facts, now_s)
        self._tell(CommandState.IN_PROGRESS, now_s, detail=words)
        order = step.make(self._situation(facts))
        return self._ask(order, facts, now_s) if order is not None else []

    def _why(self, verdict: Outcome) -> str:
        return self._words.reason(self._since_s) or verdict.words

    # ---- proving ----

    def _watch(self, step: Step, facts: Facts, now_s: float) -> None:
        """A step is about to be sent: what is shown from now on may be its effect."""
        self._sent_s = now_s
        self._proof = ProofWatch(step.proof, facts.state, now_s, self.args, self._parameters)

    @property
    def _watched(self) -> ProofWatch:
        assert self._proof is not None  # noqa: S101 - set with each step
        return self._proof

    def _start_proving(self, now_s: float) -> None:
        self._phase = _Phase.PROVING
        self._watched.start(now_s)

    def _look(self, facts: Facts, now_s: float, since_s: float | None = None) -> Look:
        return self._watched.look(facts, self._words.texts, now_s, since_s)

    def _prove(self, facts: Facts, now_s: float) -> list[Outbound]:
        found = self._watched.turn(self.verb, facts, self._words.texts, now_s)
        if found.finding is Finding.DONE:
            return self._proven(facts, now_s)
        if found.finding is Finding.NOT_SHOWN:
            return self._give_up_proving(found.seen, facts, now_s)
        if found.finding is Finding.BROKEN_OFF:
            self._end(found.state, found.reason, self._steps.named(found.words), now_s)
        elif found.finding is Finding.PROGRESS:
            self._show(found.seen, now_s)
        return []

    def _proven(self, facts: Facts, now_s: float) -> list[Outbound]:
        if self._steps.is_instead:
            words = f"{self._steps.instead_words}, which telemetry shows"
            self._end(CommandState.FAILED, Reason.VEHICLE_DENIED, words, now_s)
            return []
        if self._talk is not None:
            self._steps.mark_done()
        if self._steps.has_more:
            return self._next(facts, now_s)
        has_answer = self._talk is None or self._talk.result is not None
        detail = "" if has_answer else "seen by telemetry; its answer was lost"
        self._end(CommandState.SUCCEEDED, Reason.NONE, detail, now_s)
        return []

    def _give_up_proving(self, seen: Seen, facts: Facts, now_s: float) -> list[Outbound]:
        is_last = not self._steps.has_more or self._steps.is_instead
        if seen.against:
            words = f"accepted, yet {seen.against} after {now_s - self._sent_s:.0f} s"
            self._end(CommandState.FAILED, Reason.NO_EFFECT, self._steps.named(words), now_s)
        elif not is_last:
            if self._talk is not None:
                self._steps.mark_done()
            return self._next(facts, now_s)
        else:
            words = "the vehicle accepted it; no telemetry shows it"
            self._end(CommandState.ACCEPTED_UNVERIFIED, Reason.NONE, words, now_s)
        return []

    # ---- telling ----

    def _show(self, seen: Seen, now_s: float) -> None:
        """Tell progress when it is worth a message."""
        if self._telling.is_worth(seen, now_s):
            self._tell(CommandState.IN_PROGRESS, now_s, detail=self._steps.named(seen.detail), progress=seen.progress)

    def _end(self, state: CommandState, reason: Reason, detail: str, now_s: float) -> None:
        if self._phase is _Phase.OVER:
            return
        if state is not CommandState.SUCCEEDED and self._steps.is_tidying:
            state, reason, detail = CommandState.SUCCEEDED, Reason.NONE, f"done, but then: {detail}"
        if self._steps.has_done and state in _UNDONE:
            # something was executed: it can't be called refused or expired
            state = CommandState.FAILED if state in (CommandState.EXPIRED, CommandState.REJECTED) else state
            detail = f"{detail}; {self._steps.so_far(self._state, is_sent=self._talk is not None)}"
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
        result = self._talk.result if self._talk is not None else None
        texts = self._words.texts if state in END_STATES else ()
        self._telling.tell(state, now_s, reason=reason, detail=detail, progress=progress, result=result, texts=texts)
