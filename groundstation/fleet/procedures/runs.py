# SPDX-License-Identifier: Apache-2.0
"""All procedures of a station: who may begin, and what they wish is carried out. Sans-I/O; one thread owns it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Actor, Args, Verb
from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.phrases import RefusedError, Words, say
from groundstation.fleet.procedures.procedure import MAX_VEHICLES, Procedure
from groundstation.fleet.procedures.progress import CancelOrder, GiveOrder, StepNote, StopWaiting, Utter, Wish
from groundstation.fleet.procedures.run import Look, Run

MAX_RUNS = 20
"""Runs that are kept; the oldest that are over give way."""


class Carrier(Protocol):
    """A station that gives orders, as for any other order: control, journal and preconditions are its matter."""

    def give(
        self, keys: Sequence[VehicleKey], verb: Verb, args: Args, policy: GroupPolicy, batch: str
    ) -> list[CommandRecord]:
        """Give a command; returns its records.

        Raises:
            UsageError: nothing was given; says why.
        """

    def stop_waiting(self, batch: str, *, is_failure: bool) -> None:
        """Don't send what of a batch was not sent yet."""

    def utter(self, text: str) -> None:
        """Say a word to all operators."""


class Runs:
    """The procedures of one station."""

    def __init__(self, by: Actor, carrier: Carrier, new_id: Callable[[], str]) -> None:
        """Begin with none.

        Args:
            by: who runs them.
            carrier: carries out what they wish.
            new_id: makes an id that is unique for ever.
        """
        self._by, self._carrier, self._new_id = by, carrier, new_id
        self._runs: list[Run] = []
        self._notes: list[StepNote] = []

    @property
    def all(self) -> tuple[Run, ...]:
        """Those under way and the last that are over, the oldest first."""
        return tuple(self._runs)

    @property
    def under_way(self) -> tuple[Run, ...]:
        """Those that have no end yet."""
        return tuple(one for one in self._runs if one.ending is None)

    def start(self, procedure: Procedure, keys: Sequence[VehicleKey], known: Iterable[CommandRecord] = ()) -> Run:
        """Begin a procedure; its first step comes with the next tick.

        Args:
            procedure: what.
            keys: with whom, whatever is chosen later.
            known: commands of every station until now.

        Raises:
            RefusedError: there is no vehicle, there are too many, or one is in a procedure already.
        """
        keys = tuple(dict.fromkeys(keys))
        if not keys:
            raise RefusedError(say("procedure_no_vehicle"))
        if len(keys) > MAX_VEHICLES:
            raise RefusedError(say("procedure_many_vehicles", count=len(keys), most=MAX_VEHICLES))
        for one in self.under_way:
            both = next((key for key in keys if key in one.keys), None)
            if both is not None:
                raise RefusedError(say("procedure_busy", vehicle=str(both), procedure=one.procedure.shown))
        earlier = frozenset(one.id for one in known if not one.is_over)
        run = Run(procedure, keys, self._new_id(), self._by, earlier)
        self._runs.append(run)
        while len(self._runs) > MAX_RUNS and (over := next((r for r in self._runs if r.ending is not None), None)):
            self._runs.remove(over)
        return run

    def tick(self, records: Iterable[CommandRecord], look: Look) -> None:
        """Time passed.

        Args:
            records: commands that came into a state since the last tick, of every station.
            look: at this moment.
        """
        news = list(records)
        for run in self.under_way:
            run.heard(news, look)
            self._carry_out(run, run.tick(look), look)
            self._notes += run.take_notes()

    def stop(self, run: Run, said: Words, look: Look) -> list[str]:
        """Stop one: nothing new goes out, what is under way is cancelled.

        Args:
            run: which.
            said: why.
            look: at this moment.

        Returns:
            Ids of the commands that cancel others, to wait for.
        """
        cancels = self._carry_out(run, run.stop(said, look), look)
        self._notes += run.take_notes()
        return cancels

    def close(self, said: Words, look: Look) -> None:
        """The station ends: all stop, and nothing goes out any more, not even what would cancel.

        Args:
            said: why.
            look: at this moment.
        """
        for run in self.under_way:
            run.stop(said, look)
            self._carrier.stop_waiting(run.name, is_failure=False)
            self._notes += run.take_notes()

    def take_notes(self) -> list[StepNote]:
        """What happened since the last call, in order."""
        taken, self._notes = self._notes, []
        return taken

    def _carry_out(self, run: Run, wishes: Iterable[Wish], look: Look) -> list[str]:
        cancels = []
        # first what is not to go out: all orders of a run share one batch, and what is ordered now has to go
        for one in sorted(wishes, key=lambda one: not isinstance(one, StopWaiting)):
            if isinstance(one, GiveOrder):
                self._give(run, one, look)
            elif isinstance(one, CancelOrder):
                cancels += self._cancel(run, one)
            elif isinstance(one, StopWaiting):
                self._carrier.stop_waiting(run.name, is_failure=one.is_failure)
            elif isinstance(one, Utter):
                self._carrier.utter(one.text)
        return cancels

    def _give(self, run: Run, wish: GiveOrder, look: Look) -> None:
        try:
            records = self._carrier.give(wish.keys, wish.verb, wish.args, wish.policy, run.name)
        except UsageError as error:
            run.refused(wish.number, error.said if isinstance(error, RefusedError) else str(error), look)
            return
        run.ordered(wish.number, {record.key: record.id for record in records})

    def _cancel(self, run: Run, wish: CancelOrder) -> list[str]:
        args: Args = {"command": wish.command}
        return [one.id for one in self._carrier.give((wish.key,), Verb.CANCEL, args, GroupPolicy(), run.name)]
