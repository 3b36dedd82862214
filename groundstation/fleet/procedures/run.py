# SPDX-License-Identifier: Apache-2.0
"""One procedure under way with some vehicles. Sans-I/O; one thread owns it.

All vehicles are at the same step: the next begins when each of them has ended the one before. What is seen goes in
(`Look`), what is to be ordered, cancelled and said comes out (`Wish`), and notes of what happened (`StepNote`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Actor, CommandState, Reason
from groundstation.fleet.fleet_filter import Condition
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GOOD_ENDS
from groundstation.fleet.phrases import Words, say
from groundstation.fleet.procedures.hands import Hands
from groundstation.fleet.procedures.procedure import RESCUES, OnFail, Procedure, Step, StepKind
from groundstation.fleet.procedures.progress import (
    OVER,
    CancelOrder,
    Cell,
    Ending,
    GiveOrder,
    Question,
    StepNote,
    StepState,
    StopWaiting,
    Utter,
    Wish,
)
from groundstation.fleet.procedures.seen import seen, values_told
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import URGENT_VERBS, VERBS

ELSEWHERE = frozenset(
    {
        *(Reason.SUPERSEDED, Reason.EXTERNAL, Reason.FAILSAFE, Reason.ASKED),
        *(Reason.NOT_OWNER, Reason.STALE_LEASE, Reason.NOT_OWNER_AT_VEHICLE),
    }
)
"""Ends of commands that say: somebody else decides now. Then nothing more is ordered, not even what `on_fail` says."""
_NOT_CARRIED_OUT = frozenset({CommandState.REJECTED, CommandState.EXPIRED, CommandState.FAILED})
_TAKEN_UP = frozenset({CommandState.ACCEPTED, CommandState.IN_PROGRESS, *GOOD_ENDS})


class Look(NamedTuple):
    """What is known at a moment."""

    state: Callable[[VehicleKey], VehicleState | None]
    record: Callable[[VehicleKey, str], CommandRecord | None]
    """A command by its id; None for one that is no longer known."""
    now_s: float
    """Seconds on this station's monotonic clock."""
    unix_s: float


class Run:
    """A procedure under way."""

    def __init__(
        self,
        procedure: Procedure,
        keys: Sequence[VehicleKey],
        name: str,
        by: Actor,
        earlier: frozenset[str] = frozenset(),
    ) -> None:
        """Nothing has begun.

        Args:
            procedure: what is gone through.
            keys: with whom, in order; at least one.
            name: id of the run; commands that it gives have it as their batch.
            by: who runs it.
            earlier: ids of commands that were under way before: they are no sign that somebody else decides now.
        """
        self._earlier = earlier
        self.procedure, self.keys, self.name, self.by = procedure, tuple(keys), name, by
        self.number = 0
        """Of the step that is under way, from 1; 0 before the first tick."""
        self.ending: Ending | None = None
        """None while it is under way."""
        self._rows = [dict.fromkeys(self.keys, Cell()) for _ in procedure.steps]
        self.began_unix_s = 0.0
        """When its first step began, seconds since 1970; 0 before the first tick."""
        self._began_s = 0.0
        self._test: Condition | None = None
        self._ours: set[VehicleKey] = set()
        """Of whom this station had control."""
        self._left: set[VehicleKey] = set()
        self._hands = Hands()
        self._is_halting = False
        self._wishes: list[Wish] = []
        self._notes: list[StepNote] = []

    # ---- to look at ----

    def cell(self, number: int, key: VehicleKey) -> Cell:
        """A step, from 1, for a vehicle."""
        return self._rows[number - 1][key]

    @property
    def questions(self) -> tuple[Question, ...]:
        """What operators are asked now."""
        if self.ending is not None or not self.number or self._step.kind is not StepKind.CONFIRM:
            return ()
        open_ones = self._running()
        if not self._step.each and open_ones:
            return (Question(self.number, None, self._step.text),)
        return tuple(Question(self.number, key, self._step.text) for key in open_ones)

    def take_notes(self) -> list[StepNote]:
        """What happened since the last call, in order."""
        taken, self._notes = self._notes, []
        return taken

    # ---- what happens ----

    def tick(self, look: Look) -> list[Wish]:
        """Time passed; what is to be done now."""
        if self.ending is None and not self.number:
            self.began_unix_s = look.unix_s
            self._note_whole(StepState.RUNNING, "", look)
            self._begin(1, look)
        if self.ending is None:
            self._look_who_controls(look)
            self._look_whose_hand(look)
        # a step that is over at once, as a word, lets the next begin in the same moment
        while self.ending is None:
            self._turn(look)
            # what was wished for has to be carried out before it is known what comes of it
            if self._running() or any(isinstance(one, GiveOrder) for one in self._wishes):
                break
            self._go_on(look)
        taken, self._wishes = self._wishes, []
        return taken

    def ordered(self, number: int, commands: Mapping[VehicleKey, str]) -> None:
        """What was wished for was given.

        Args:
            number: of the step, from 1; 0 where no step waits for it.
            commands: their ids.
        """
        if number:
            row = self._rows[number - 1]
            row.update({key: Cell(StepState.RUNNING, row[key].said, one) for key, one in commands.items()})

    def refused(self, number: int, said: Words, look: Look) -> None:
        """What was wished for could not be given at all."""
        for key in self._running() if number == self.number else ():
            self._fail(key, said, look)

    def confirm(self, key: VehicleKey | None, look: Look, *, is_so: bool, by: Actor) -> None:
        """An operator answered a question that is open; else nothing happens.

        Args:
            key: about whom; None for all at once.
            look: at this moment.
            is_so: whether it is confirmed.
            by: who.
        """
        if all(one.key != key for one in self.questions):
            return
        for one in self._running() if key is None else (key,):
            if is_so:
                self._set(one, StepState.DONE, say("step_confirmed", who=str(by)), look, by)
            else:
                self._fail(one, say("step_declined", who=str(by)), look, by)

    def heard(self, records: Iterable[CommandRecord], look: Look) -> None:
        """Commands came into a state: who is told by somebody else what to do leaves the procedure.

        Args:
            records: as they are now, also our own.
            look: at this moment.
        """
        if self.ending is not None or not self.number:
            return
        for one in records:
            is_news = one.batch != self.name and one.id not in self._earlier
            if is_news and one.key in self.keys and _is_taken_elsewhere(one):
                who = str(one.by) if one.by is not None else "somebody"
                self._leave(one.key, say("step_ordered_elsewhere", who=who, verb=one.verb.value), look)

    def stop(self, said: Words, look: Look) -> list[Wish]:
        """Nothing new goes out; what is under way is to be cancelled.

        Args:
            said: why.
            look: at this moment.

        Returns:
            What to cancel.
        """
        if self.ending is not None:
            return []
        wishes: list[Wish] = [StopWaiting(is_failure=False)]
        for key in self._running() if self.number else ():
            wishes += self._cancelled(key, look)
            self._set(key, StepState.FAILED, said, look)
        self._wishes = []
        self._end(Ending.STOPPED, said, look)
        return wishes

    # ---- one step ----

    @property
    def _step(self) -> Step:
        return self.procedure.steps[self.number - 1]

    def _running(self) -> list[VehicleKey]:
        row = self._rows[self.number - 1]
        return [key for key in self.keys if row[key].state is StepState.RUNNING]

    def _begin(self, number: int, look: Look) -> None:
        self.number, self._began_s = number, look.now_s
        step = self._step
        keys = tuple(key for key in self.keys if self.cell(number, key).state is StepState.WAITING)
        self._test = step.test if step.kind in (StepKind.CHECK, StepKind.WAIT) else None
        for key in keys:
            asked = say("step_asked", text=step.text) if step.kind is StepKind.CONFIRM else ""
            self._set(key, StepState.RUNNING, asked, look)
        if step.kind is StepKind.DO and keys:
            verb, args = step.order
            self._wishes.append(GiveOrder(keys, verb, args, step.policy, number))
        elif step.kind is StepKind.SAY and keys:
            self._wishes.append(Utter(step.text))
            for key in keys:
                self._set(key, StepState.DONE, say("step_said"), look)

    def _turn(self, look: Look) -> None:
        """Look at each vehicle that is not through with the step."""
        if self._is_halting and self._step.kind in (StepKind.WAIT, StepKind.CONFIRM):
            # minutes of waiting, and questions, for what is not gone on with; orders are followed to their end
            for key in self._running():
                self._set(key, StepState.SKIPPED, say("procedure_halted", number=self.number), look)
        turns = {StepKind.CONFIRM: self._await_answer, StepKind.DO: self._follow}
        turn = turns.get(self._step.kind, self._test_condition)
        for key in self._running():
            turn(key, look)

    def _is_late(self, look: Look) -> bool:
        limit_s = self._step.limit_s
        return limit_s is not None and look.now_s - self._began_s > limit_s

    def _test_condition(self, key: VehicleKey, look: Look) -> None:
        one = seen(look.state(key), look.now_s)
        verdict = self._test(one) if one is not None and self._test is not None else None
        values = values_told(self._step.text, one) if one is not None else ""
        if self._is_late(look):
            self._fail(key, _why_late(one is not None, verdict, values, self._step.limit_s), look)
        elif verdict is True:
            self._set(key, StepState.DONE, say("step_holds", values=values), look)
        else:
            # shown while it is waited for, and not written down
            self._rows[self.number - 1][key] = Cell(StepState.RUNNING, values)

    def _await_answer(self, key: VehicleKey, look: Look) -> None:
        if self._is_late(look):
            self._fail(key, say("step_unanswered", within_s=self._step.limit_s), look)

    def _follow(self, key: VehicleKey, look: Look) -> None:
        """How far the command is that was given."""
        command = self.cell(self.number, key).command
        if not command:
            return
        record = look.record(key, command)
        if record is None:
            self._fail(key, say("step_forgotten"), look)
        elif record.state in GOOD_ENDS:
            self._set(key, StepState.DONE, record.words(), look)
        elif record.is_over and record.reason in ELSEWHERE:
            self._leave(key, record.words() or record.state.value, look)
        elif record.is_over:
            self._fail(key, record.words() or record.state.value, look)
        elif self._is_late(look):
            self._wishes += self._cancelled(key, look)
            self._fail(key, say("step_endless", within_s=self._step.limit_s), look)
        else:
            percent = None if record.progress is None else record.progress * 100.0
            said = say("step_follows", state=record.state.value.replace("_", " "), percent=percent, said=record.detail)
            self._rows[self.number - 1][key] = Cell(StepState.RUNNING, said, command)

    def _cancelled(self, key: VehicleKey, look: Look) -> list[Wish]:
        command = self.cell(self.number, key).command
        record = look.record(key, command) if command else None
        if record is None or record.is_over or record.state is CommandState.QUEUED:
            return []
        return [CancelOrder(key, command)]

    # ---- what goes wrong ----

    def _fail(self, key: VehicleKey, said: Words, look: Look, by: Actor | None = None) -> None:
        on_fail = self._step.on_fail
        rescue = RESCUES.get(on_fail)
        if rescue is not None:
            said = say("step_rescue", said=said, verb=rescue.value)
            self._wishes.append(GiveOrder((key,), rescue, {}))
        self._set(key, StepState.FAILED, said, look, by)
        if rescue is not None:
            self._skip_rest(key, look)
        elif on_fail is OnFail.STOP:
            self._halt()

    def _leave(self, key: VehicleKey, said: Words, look: Look) -> None:
        """Somebody else decides about a vehicle: its part is over, and it is told nothing more."""
        if key in self._left:
            return
        if self.cell(self.number, key).state is StepState.RUNNING:
            self._set(key, StepState.FAILED, said, look)
        self._skip_rest(key, look)
        if self._step.on_fail is OnFail.STOP:
            self._halt()

    def _halt(self) -> None:
        if not self._is_halting:
            self._is_halting = True
            self._wishes.append(StopWaiting(is_failure=True))

    def _look_who_controls(self, look: Look) -> None:
        for key in self.keys:
            state = look.state(key)
            owner = state.control.owner if state is not None and state.control is not None else None
            if owner is None:
                continue
            if owner.gs == self.by.gs:
                self._ours.add(key)
            elif key in self._ours:
                self._leave(key, say("step_control_taken", who=str(owner)), look)

    def _look_whose_hand(self, look: Look) -> None:
        """A pilot who takes the radio, or another ground station, decides from then on."""
        states = [state for key in self.keys if (state := look.state(key)) is not None]
        for key in self._hands.look(states, look.now_s):
            self._leave(key, say("step_other_hand"), look)

    def _skip_rest(self, key: VehicleKey, look: Look) -> None:
        self._left.add(key)
        said = say("procedure_left", number=self.number)
        for number in range(self.number + 1, len(self._rows) + 1):
            if self.cell(number, key).state is StepState.WAITING:
                self._set(key, StepState.SKIPPED, said, look, number=number)

    # ---- from step to step ----

    def _go_on(self, look: Look) -> None:
        if self._is_halting:
            self._end(Ending.FAILED, say("procedure_halted", number=self.number), look)
        elif self.number < len(self._rows):
            self._begin(self.number + 1, look)
        else:
            cells = [one for row in self._rows for one in row.values()]
            is_done = all(one.state is StepState.DONE for one in cells)
            self._end(Ending.DONE if is_done else Ending.FAILED, "", look)

    def _end(self, ending: Ending, said: Words, look: Look) -> None:
        for number, row in enumerate(self._rows, 1):
            for key in self.keys:
                if row[key].state not in OVER:
                    self._set(key, StepState.SKIPPED, said, look, number=number)
        self.ending = ending
        self._note_whole(StepState.DONE if ending is Ending.DONE else StepState.FAILED, said, look)

    def _set(
        self,
        key: VehicleKey,
        state: StepState,
        said: Words,
        look: Look,
        by: Actor | None = None,
        number: int | None = None,
    ) -> None:
        number = self.number if number is None else number
        row = self._rows[number - 1]
        row[key] = Cell(state, said, row[key].command)
        step = self.procedure.steps[number - 1]
        words = say(
            "procedure_step",
            procedure=self.procedure.shown,
            number=number,
            count=len(self._rows),
            kind=step.kind.value,
            text=step.shown,
            said=said,
        )
        self._write(key, state, words, look, by, number)

    def _note_whole(self, state: StepState, said: Words, look: Look) -> None:
        words = say("procedure_whole", procedure=self.procedure.shown, count=len(self._rows), said=said)
        for key in self.keys:
            self._write(key, state, words, look, None, 0)

    def _write(self, key: VehicleKey, state: StepState, said: Words, look: Look, by: Actor | None, number: int) -> None:
        step = self.procedure.steps[number - 1] if number else None
        self._notes.append(
            StepNote(
                at_unix_s=look.unix_s,
                run=self.name,
                procedure=self.procedure.name,
                number=number,
                kind=step.kind.value if step is not None else "",
                text=step.text if step is not None else "",
                key=key,
                by=by or self.by,
                state=state,
                said=said,
            )
        )


def _why_late(is_heard: bool, verdict: bool | None, values: str, waited_s: float | None) -> Words:
    if not is_heard:
        return say("step_not_heard", within_s=waited_s)
    if verdict is None:
        return say("step_not_known", values=values, within_s=waited_s)
    if verdict:
        return say("step_late", values=values, within_s=waited_s)
    return say("step_holds_not", values=values, within_s=waited_s)


def _is_taken_elsewhere(record: CommandRecord) -> bool:
    """Whether a command of somebody else decides where its vehicle goes."""
    if record.reason is Reason.DRY_RUN or record.state in _NOT_CARRIED_OUT:
        return False
    if record.verb in URGENT_VERBS:
        return True
    spec = VERBS.get(record.verb)
    return spec is not None and spec.is_motion and record.state in _TAKEN_UP
