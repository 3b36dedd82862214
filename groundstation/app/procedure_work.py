# SPDX-License-Identifier: Apache-2.0
"""Goes through a procedure on a station without a window: turns it, shows it, asks on the terminal. Main thread."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from groundstation.app.operators_cli import talking
from groundstation.app.ordering import TICK_S, Desk
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import Words, say
from groundstation.fleet.procedures.carrier import OperationsCarrier
from groundstation.fleet.procedures.procedure import CHECK_S, Procedure
from groundstation.fleet.procedures.progress import Cell, Ending, Question, StepState
from groundstation.fleet.procedures.rehearsal import rehearsed
from groundstation.fleet.procedures.run import Look, Run
from groundstation.fleet.procedures.runs import Runs
from groundstation.transport.commander import new_id

CANCEL_S = 5.0
"""How long it is waited for what is cancelled at a stop."""
YES, NO = ("y", "yes"), ("n", "no")


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A step came into a state for a vehicle; a line for a script."""

    at_unix_s: float
    procedure: str
    vehicle: str
    step: int
    steps: int
    kind: str
    text: str
    """Title, or what the step is about."""
    state: str
    detail: str
    """In words."""


Show = Callable[[StepLine], None]
Ask = Callable[[Question], bool | None]
"""Asks once, and says each time it is called whether there is an answer: True, False, or None for none yet.

Raises EOFError where nobody is there.
"""


def look_of(desk: Desk) -> Look:
    """What a station knows now."""
    return Look(desk.fleet.get, desk.commander.operations.book.get, time.monotonic(), time.time())


def rehearse(desk: Desk, procedure: Procedure, keys: Sequence[VehicleKey], show: Show, stop: threading.Event) -> bool:
    """Show what would be done; nothing is sent.

    Args:
        desk: connected.
        procedure: what.
        keys: with whom.
        show: called with each step of each vehicle.
        stop: ends the waiting for telemetry.

    Returns:
        Whether nothing speaks against it now.
    """

    def has_all() -> bool:
        rows = rehearsed(procedure, keys, look_of(desk))
        return all(one.state is not StepState.FAILED for row in rows for one in row.values())

    # what is not known yet may come with the next second
    desk.turn_until(has_all, CHECK_S, stop)
    rows = rehearsed(procedure, keys, look_of(desk))
    for number, row in enumerate(rows, 1):
        for key in keys:
            show(_line(procedure, number, key, row[key]))
    return all(one.state is not StepState.FAILED for row in rows for one in row.values())


def go_through(
    desk: Desk,
    procedure: Procedure,
    keys: Sequence[VehicleKey],
    show: Show,
    ask: Ask,
    stop: threading.Event,
    confirmed_how: str = "",
) -> Ending:
    """Go through a procedure to its end.

    Args:
        desk: connected.
        procedure: what.
        keys: with whom.
        show: called with each state of each step of each vehicle.
        ask: asks an operator.
        stop: stops it: nothing new goes out, what is under way is cancelled.
        confirmed_how: written down behind the name of who confirms; empty for by looking.

    Raises:
        EOFError: there was a question and nobody to ask; it was stopped.
    """
    talk, say_on = talking(desk)
    operations = desk.commander.operations

    def utter(text: str) -> None:
        talk.say(text, time.time())

    carrier = OperationsCarrier(operations, time.monotonic, desk.fleet, utter)
    runs = Runs(desk.actor, carrier, new_id)
    run = runs.start(procedure, keys, operations.book)
    shown: dict[tuple[int, VehicleKey], StepState] = {}
    try:
        while run.ending is None:
            _, transitions = desk.turn()
            say_on()
            runs.tick([one.record for one in transitions], look_of(desk))
            desk.commander.write_down(runs.take_notes())
            _show_news(run, shown, show)
            _answer(desk, run, ask, confirmed_how)
            if stop.wait(TICK_S):
                break
        if run.ending is None:
            _stop(desk, runs, run, say("procedure_stopped", who=str(desk.actor)))
    except EOFError:
        _stop(desk, runs, run, say("procedure_unasked"))
        raise
    finally:
        desk.commander.write_down(runs.take_notes())
        _show_news(run, shown, show)
    # what its last step ordered because it failed, and its last word, have to go out
    desk.turn_until(lambda: (say_on(), desk.commander.is_idle)[1], CANCEL_S)
    return run.ending or Ending.STOPPED


def _answer(desk: Desk, run: Run, ask: Ask, confirmed_how: str) -> None:
    by = msgspec.structs.replace(desk.actor, op=f"{desk.actor.op}{confirmed_how}")
    for question in run.questions[:1]:
        is_so = ask(question)
        if is_so is not None:
            run.confirm(question.key, look_of(desk), is_so=is_so, by=by)


def _stop(desk: Desk, runs: Runs, run: Run, said: Words) -> None:
    cancels = runs.stop(run, said, look_of(desk))
    book = desk.commander.operations.book

    def are_over() -> bool:
        found = [one for one in book.of_batch(run.name) if one.id in cancels]
        return all(one.is_over for one in found)

    desk.turn_until(are_over, CANCEL_S)


def _show_news(run: Run, shown: dict[tuple[int, VehicleKey], StepState], show: Show) -> None:
    for number in range(1, len(run.procedure.steps) + 1):
        for key in run.keys:
            cell = run.cell(number, key)
            if shown.get((number, key), StepState.WAITING) is not cell.state:
                shown[number, key] = cell.state
                show(_line(run.procedure, number, key, cell))


def _line(procedure: Procedure, number: int, key: VehicleKey, cell: Cell) -> StepLine:
    step = procedure.steps[number - 1]
    return StepLine(
        at_unix_s=round(time.time(), 3),
        procedure=procedure.name,
        vehicle=str(key),
        step=number,
        steps=len(procedure.steps),
        kind=step.kind.value,
        text=step.shown,
        state=cell.state.value,
        detail=str(cell.said),
    )


class Terminal:
    """Asks on the terminal beside the turning: telemetry and control must not wait for a finger."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Nothing is asked.

        Args:
            write: shows a line.
        """
        self._write = write
        self._lines: queue.Queue[str] = queue.Queue(1)
        self._asked: Question | None = None
        self._is_reading = False

    def ask(self, question: Question) -> bool | None:
        """See `Ask`."""
        if not sys.stdin.isatty():
            raise EOFError
        if question != self._asked:
            self._asked = question
            self._put(question)
        if not self._is_reading:
            self._is_reading = True
            threading.Thread(target=self._read, name="answer", daemon=True).start()
        try:
            line = self._lines.get_nowait()
        except queue.Empty:
            return None
        self._is_reading = False
        if not line:
            raise EOFError
        word = line.strip().casefold()
        if word in YES or word in NO:
            self._asked = None
            return word in YES
        self._put(question)
        return None

    def _put(self, question: Question) -> None:
        whom = f"{question.key}: " if question.key is not None else ""
        self._write(f"{whom}{question.text}  [y/n]")

    def _read(self) -> None:
        self._lines.put(sys.stdin.readline())
