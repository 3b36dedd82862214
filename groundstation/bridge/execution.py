# SPDX-License-Identifier: Apache-2.0
"""One command being carried out: its steps, their answers, their proofs, until one end. Bridge thread; no I/O."""

from __future__ import annotations

import enum
from collections.abc import Callable

from groundstation.bridge import endings
from groundstation.bridge.endings import Ending
from groundstation.bridge.facts import Facts
from groundstation.bridge.proof_watch import Finding, ProofWatch
from groundstation.bridge.step_list import StepList
from groundstation.bridge.step_talk import StepTalk
from groundstation.bridge.telling import Reporter, Telling
from groundstation.bridge.words_heard import TEXTS_S, WordsHeard
from groundstation.fleet.commands import Args, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.link import ConnReason
from groundstation.fleet.phrases import Words, joined, say
from groundstation.fleet.proofs import Seen
from groundstation.fleet.sample import Severity
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS
from groundstation.mavlink.conversation import Outcome
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.orders import Order
from groundstation.mavlink.plan_send import Upload
from groundstation.mavlink.recipes import CannotOrderError, Recipe, Step, causes
from groundstation.mavlink.stream_requests import Outbound

STEPS_S = 10.0
"""A command that has begun may take so much longer for its further steps than it was valid for: half a take-off is an
armed vehicle."""


class _Phase(enum.Enum):
    ASKING = "asking"
    HEARING_WHY = "hearing why"
    PROVING = "proving"
    OVER = "over"


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
        remark: Words = "",
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
        self.talk = StepTalk()
        """With the autopilot, about the present step."""
        self._first: VehicleState
        self._refusal: Outcome
        self._waits: Words = ""
        self._proof: ProofWatch
        """Watches for the effect of the present step, set with each."""
        self._sent_s = self._since_s = 0.0
        self._state: VehicleState | None = None
        """As it was seen last."""
        self._words = WordsHeard()
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
        return self.talk.command if self.is_asking else 0

    @property
    def is_asking(self) -> bool:
        """Whether an answer of the vehicle is outstanding."""
        return self._phase is _Phase.ASKING

    @property
    def is_long_running(self) -> bool:
        """Whether the vehicle said that it is at it (IN_PROGRESS)."""
        return self.is_asking and self.talk.has_progressed

    @property
    def hears(self) -> frozenset[int]:
        """Ids of the messages that the present step waits for."""
        return self.talk.hears if self.is_asking else frozenset()

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
        if not self.is_asking:
            return []
        messages = self.talk.take(msgid, fields, now_s)
        # in another form it is sent anew, and nothing is sent after the deadline
        if messages and self.talk.command and now_s > self._deadline_s:
            self._end_step(Ending(CommandState.EXPIRED, Reason.TOO_OLD, say("another_form_too_late")), now_s)
            return []
        if self.talk.has_progressed and not self.talk.is_over:
            self._show(Seen(progress=self.talk.progress, detail=say("vehicle_is_at_it")), now_s)
        return [*messages, *self._judge(facts, now_s)]

    def on_text(self, text: str, severity: Severity, now_s: float) -> None:
        """The vehicle said something while it was at it."""
        if self._phase is not _Phase.OVER:
            self._words.take(text, severity, now_s)

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """The autopilot restarted, or came back after it was given up: an emergency that nobody answered is said on."""
        if self._again_until_s is None or not self.is_asking:
            self.end(endings.new_life(self.verb, reason), now_s)

    def tick(self, facts: Facts, now_s: float) -> list[Outbound]:
        """Time passed, and telemetry may have come."""
        self._state = facts.state
        if self.is_asking:
            messages = self.talk.tick(now_s)
            is_said_again = bool(messages) and self._again_until_s is not None
            if is_said_again and self._proof.has_come(facts, self._words.texts, now_s):
                # nobody answered and it is done all the same: no need to say it again
                return self._start_proving(facts, now_s)
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
                order = step.make(facts.situation(self.args, self._first, self.talk.parameters))
            except CannotOrderError as error:
                if step.otherwise is not None:
                    return self._do_instead(step.otherwise, error.said, facts, now_s)
                self._end_step(Ending(CommandState.REJECTED, Reason.PRECONDITION, error.said), now_s)
                return []
            if order is None and self._steps.has_more:
                continue
            self._watch(step, facts, now_s)
            if order is None:
                self._await_effect(now_s)
                return []
            return self._send_in_time(order, step, facts, now_s)
        return []

    def _send_in_time(self, order: Order | Upload, step: Step, facts: Facts, now_s: float) -> list[Outbound]:
        """Send a step, unless its time is over or another order waits for the same answer."""
        if now_s > self._deadline_s + STEPS_S * self._steps.has_done and not step.is_tidying:
            self.talk.drop()
            self._end_step(Ending(CommandState.EXPIRED, Reason.TOO_OLD, say("time_was_over")), now_s)
        elif isinstance(order, Order) and order.command and not self._is_free(order.command):
            self._end_step(Ending(CommandState.REJECTED, Reason.BUSY, say("another_awaited")), now_s)
        else:
            return self._ask(order, facts, now_s)
        return []

    def _ask(self, order: Order | Upload, facts: Facts, now_s: float) -> list[Outbound]:
        self._phase = _Phase.ASKING
        messages = self.talk.begin(order, facts, self._again_until_s, now_s)
        return [*messages, *self._judge(facts, now_s)]

    @property
    def _again_until_s(self) -> float | None:
        """Until when it is said again and again; None for what is said once."""
        return self._deadline_s if VERBS[self.verb].is_emergency else None

    def _judge(self, facts: Facts, now_s: float) -> list[Outbound]:
        """Look at what came of the order, if it is over."""
        if not self.talk.is_over or not self.is_asking:
            return []
        outcome = self.talk.outcome
        if outcome is None:
            return self._unanswered(facts, now_s)
        if outcome.state is CommandState.ACCEPTED:
            self.talk.mark_taken()
            if self._telling.state is CommandState.RECEIVED and not self._steps.present.is_optional:
                self._tell(CommandState.ACCEPTED, now_s, self._steps.label)
            return self._start_proving(facts, now_s)
        # the reason may follow the answer: PX4's second text came 52 ms after it (observed)
        self._refusal, self._phase, self._since_s = outcome, _Phase.HEARING_WHY, now_s
        return []

    def _unanswered(self, facts: Facts, now_s: float) -> list[Outbound]:
        """No answer is no failure: request or answer was lost. Telemetry may know, by what has changed since."""
        if self._steps.present.is_optional:
            return self._next(facts, now_s)
        if self._proof.has_come(facts, self._words.texts, now_s):
            return self._start_proving(facts, now_s)
        if self._steps.present.otherwise is not None:
            return self._do_instead(self._steps.present.otherwise, say("no_answer"), facts, now_s)
        was_so = self._proof.was_so_before(facts)
        self._end_step(endings.unanswered(facts.link, self.talk.has_progressed, was_so), now_s)
        return []

    def _end_refused(self, facts: Facts, now_s: float) -> list[Outbound]:
        """The vehicle said no, and why; PX4 says it too to a second return while it returns."""
        step, verdict = self._steps.present, self._refusal
        why = self._words.reason(self._since_s) or verdict.said
        if step.otherwise is not None:
            return self._do_instead(step.otherwise, why, facts, now_s)
        if VERBS[self.verb].is_emergency and self._proof.is_so_already(facts, self._words.texts, now_s):
            self.end(endings.DOES_SO_ALREADY, now_s)
        else:
            self._end_step(Ending(verdict.state, verdict.reason, why), now_s)
        return []

    def _do_instead(self, step: Step, why: Words, facts: Facts, now_s: float) -> list[Outbound]:
        """Refused, and something must be done all the same."""
        said = self._steps.do_instead(step, why)
        self._watch(step, facts, now_s)
        self._tell(CommandState.IN_PROGRESS, now_s, said)
        order = step.make(facts.situation(self.args, self._first, self.talk.parameters))
        return self._ask(order, facts, now_s) if order is not None else []

    # ---- proving ----

    def _watch(self, step: Step, facts: Facts, now_s: float) -> None:
        """A step is about to be sent: what is shown from now on may be its effect."""
        self._sent_s = now_s
        self._proof = ProofWatch(step.proof, facts.state, now_s, self.args, self.talk.parameters)

    def _start_proving(self, facts: Facts, now_s: float) -> list[Outbound]:
        self._await_effect(now_s)
        return self._prove(facts, now_s)

    def _await_effect(self, now_s: float) -> None:
        self._phase = _Phase.PROVING
        self._proof.start(now_s)

    def _prove(self, facts: Facts, now_s: float) -> list[Outbound]:
        found = self._proof.turn(self.verb, facts, self._words.texts, now_s)
        if found.finding is Finding.DONE:
            return self._proven(facts, now_s)
        if found.finding is Finding.NOT_SHOWN:
            return self._give_up_proving(found.seen, facts, now_s)
        if found.end is not None:
            self._end_step(found.end, now_s)
        elif found.finding is Finding.PROGRESS:
            self._show(found.seen, now_s)
        elif found.seen.progress is None and found.seen.detail not in ("", self._waits):
            # nothing can be measured of it: what it waits for is told, each once
            self._waits = found.seen.detail
            self._tell(CommandState.IN_PROGRESS, now_s, self._steps.named(self._waits))
        return []

    def _proven(self, facts: Facts, now_s: float) -> list[Outbound]:
        if self._steps.is_instead:
            self.end(endings.done_instead(self._steps), now_s)
            return []
        if self.talk.is_sent:
            self._steps.mark_done()
        if self._steps.has_more:
            return self._next(facts, now_s)
        has_answer = not self.talk.is_sent or self.talk.result is not None
        self.end(endings.SUCCEEDED if has_answer else endings.SEEN_ALONE, now_s)
        return []

    def _give_up_proving(self, seen: Seen, facts: Facts, now_s: float) -> list[Outbound]:
        if seen.against:
            self._end_step(endings.against(seen.against, now_s - self._sent_s), now_s)
        elif self._steps.has_more and not self._steps.is_instead:
            if self.talk.is_sent:
                self._steps.mark_done()
            return self._next(facts, now_s)
        else:
            self.end(endings.NOT_SHOWN, now_s)
        return []

    # ---- telling ----

    def _show(self, seen: Seen, now_s: float) -> None:
        """Tell progress when it is worth a message."""
        if self._telling.is_worth(seen, now_s):
            self._tell(CommandState.IN_PROGRESS, now_s, self._steps.named(seen.detail), seen.progress)

    def _tell(self, state: CommandState, now_s: float, said: Words = "", progress: float | None = None) -> None:
        self._telling.tell(state, now_s, detail=said, progress=progress, result=self.talk.result)

    def _end_step(self, end: Ending, now_s: float) -> None:
        """The present step ends the command."""
        self.end(end._replace(said=self._steps.named(end.said)), now_s)

    def end(self, end: Ending, now_s: float) -> None:
        """It is over, by its own doing or somebody else's; an end is the end."""
        if self._phase is _Phase.OVER:
            return
        self._phase, self.ended_s = _Phase.OVER, now_s
        state, reason, said = endings.as_executed(end, self._steps, self._state, is_sent=self.talk.is_sent)
        self._telling.tell(
            state,
            now_s,
            reason=reason,
            detail=joined(said, self._remark),
            progress=1.0 if state is CommandState.SUCCEEDED else None,
            result=self.talk.result,
            texts=self._words.texts,
        )
