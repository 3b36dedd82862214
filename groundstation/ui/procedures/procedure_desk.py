# SPDX-License-Identifier: Apache-2.0
"""The procedures of a window: turned by its feed, ordered by its orders like anything else. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import Args, Role, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.phrases import RefusedError, say
from groundstation.fleet.procedures.procedure import Procedure
from groundstation.fleet.procedures.progress import Question
from groundstation.fleet.procedures.run import Look, Run
from groundstation.fleet.procedures.runs import Runs
from groundstation.transport.commander import new_id
from groundstation.ui.commanding.desk import OperatorDesk

FOLLOWED = "procedures"
"""Their vehicles are looked at closely: conditions ask for values that no overview has."""


class ProcedureDesk(QObject):
    """Starts, answers and stops; tells at most once a tick."""

    changed = Signal()
    """Something came into another state."""

    def __init__(self, desk: OperatorDesk, utter: Callable[[str], object], parent: QObject | None = None) -> None:
        """Begin with none.

        Args:
            desk: orders and the fleet.
            utter: says a word to all operators.
            parent: Qt's.
        """
        super().__init__(parent)
        self._desk, self._utter = desk, utter
        self.runs = Runs(desk.orders.actor, self, new_id)
        """Those under way and the last that are over."""
        self._news: list[CommandRecord] = []
        desk.orders.changed.connect(self._on_changed)
        desk.feed.timeline.passed.connect(self.tick)

    @property
    def look(self) -> Look:
        """What is known now."""
        orders, feed = self._desk.orders, self._desk.feed
        return Look(feed.fleet.get, orders.book.get, feed.now_s(), feed.timeline.now_unix_s)

    # ---- what the operator wants ----

    def start(self, procedure: Procedure, keys: Sequence[VehicleKey]) -> Run:
        """Begin a procedure.

        Args:
            procedure: what.
            keys: with whom, whatever is selected later.

        Raises:
            RefusedError: this window only looks, there is no vehicle, there are too many, or one is busy with another.
        """
        if self._desk.orders.actor.role is not Role.OPERATOR:
            raise RefusedError(say("procedure_only_looks"))
        run = self.runs.start(procedure, keys, self._desk.orders.book)
        self.tick()
        return run

    def confirm(self, run: Run, question: Question, *, is_so: bool) -> None:
        """Answer what is asked."""
        run.confirm(question.key, self.look, is_so=is_so, by=self._desk.orders.actor)
        self.tick()

    def stop(self, run: Run) -> None:
        """Nothing new goes out; what is under way is cancelled."""
        self.runs.stop(run, say("procedure_stopped", who=str(self._desk.orders.actor)), self.look)
        self._tell()

    def close(self) -> None:
        """The window closes: all stop, and nothing goes out any more."""
        self.runs.close(say("procedure_closed"), self.look)
        self._tell()

    # ---- time ----

    def tick(self, now_s: float | None = None) -> None:
        """Time passed: three times a second, and at once where the operator did something."""
        del now_s
        news, self._news = self._news, []
        if not self.runs.under_way:
            return
        self.runs.tick(news, self.look)
        self._tell()

    def _tell(self) -> None:
        notes = self.runs.take_notes()
        self._desk.feed.followed.show(FOLLOWED, [key for run in self.runs.under_way for key in run.keys])
        if notes:
            self._desk.orders.write_down(notes)
        self.changed.emit()

    def _on_changed(self, transitions: list[Transition]) -> None:
        # without one under way nobody asks what others do
        if self.runs.under_way:
            self._news += [one.record for one in transitions]

    # ---- what procedures wish (`Carrier`) ----

    def give(
        self, keys: Sequence[VehicleKey], verb: Verb, args: Args, policy: GroupPolicy, batch: str
    ) -> list[CommandRecord]:
        """Give a command; returns its records.

        Raises:
            UsageError: nothing was given; says why.
        """
        orders = self._desk.orders
        before = {one.id for one in orders.book.of_batch(batch)}
        orders.give(keys, verb, args, policy, batch=batch)
        return [one for one in orders.book.of_batch(batch) if one.id not in before]

    def stop_waiting(self, batch: str, *, is_failure: bool) -> None:
        """Don't send what of a batch was not sent yet."""
        self._desk.orders.stop(batch, is_failure=is_failure)

    def utter(self, text: str) -> None:
        """Say a word to all operators."""
        self._utter(text)
