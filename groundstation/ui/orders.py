# SPDX-License-Identifier: Apache-2.0
"""What widgets use to command: gives orders, says what can be ordered and why not, tells what happened. GUI thread.

Turned by the feed's tick; tells at most once a tick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.command_book import CommandBook, CommandRecord
from groundstation.fleet.commands import Actor, Args, Role, Verb
from groundstation.fleet.control import Takeover
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.operations import AT_ONCE, NO_ITEMS, NO_VALUES, GroupPolicy, bridge_clock_ms
from groundstation.fleet.parameters.parameter_entries import ParamEntry
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.preconditions import Limits, refusal
from groundstation.fleet.procedures.progress import StepNote
from groundstation.fleet.roster import Fleet
from groundstation.fleet.updates import Update
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS, Risk, checked_args, risk_of
from groundstation.transport.commander import Commander
from groundstation.ui.commanding.words import actor_text
from groundstation.ui.said import said
from groundstation.ui.timeline import monotonic_s


class Orders(QObject):
    """Commands of this station, for widgets."""

    changed = Signal(object)
    """A list of `Transition` in order: what happened to commands, of this station and others."""
    ordered = Signal(str)
    """Id of a batch that was just given."""

    def __init__(
        self,
        commander: Commander,
        fleet: Fleet,
        clock: Callable[[], float] = monotonic_s,
        parent: QObject | None = None,
    ) -> None:
        """Begin.

        Args:
            commander: of this station.
            fleet: the feed's.
            clock: monotonic seconds.
            parent: Qt's.
        """
        super().__init__(parent)
        self._commander, self._fleet, self._clock = commander, fleet, clock
        self._limits = Limits()

    @property
    def actor(self) -> Actor:
        """Who we are."""
        return self._commander.operations.actor

    @property
    def book(self) -> CommandBook:
        """Every command that was seen."""
        return self._commander.operations.book

    @property
    def is_connected(self) -> bool:
        """Whether there is a broker."""
        return self._commander.is_connected

    @property
    def journal_problem(self) -> str:
        """Why commands can't be written down; empty when all is well."""
        return self._commander.journal_problem

    def tick(self, updates: Sequence[Update]) -> None:
        """Called by the feed once a tick, after folding."""
        transitions = self._commander.tick(updates, self._fleet)
        if transitions:
            self.changed.emit(transitions)

    # ---- commands ----

    def give(
        self,
        keys: Iterable[VehicleKey],
        verb: Verb,
        args: Args,
        policy: GroupPolicy = AT_ONCE,
        items: Mapping[VehicleKey, tuple[PlanItem, ...]] = NO_ITEMS,
        values: Mapping[VehicleKey, tuple[ParamEntry, ...]] = NO_VALUES,
        batch: str = "",
    ) -> str:
        """Give a command; returns the id of the batch.

        Args:
            keys: to whom.
            verb: what.
            args: how.
            policy: how a group goes.
            items: what a plan order gives to each.
            values: what an order about parameters writes to each.
            batch: id that it shares with other orders; empty for one of its own.

        Raises:
            UsageError: the arguments are wrong; nothing was given.
        """
        batch = self._commander.operations.order(
            keys, verb, args, self._clock(), policy, fleet=self._fleet, items=items, values=values, batch=batch
        )
        self.ordered.emit(batch)
        return batch

    def stop(self, batch: str, *, is_failure: bool = False) -> None:
        """Don't send what of a batch was not sent yet; because one of it failed, or because an operator wants it."""
        self._commander.operations.stop(batch, self._clock(), is_failure=is_failure)

    def write_down(self, notes: Sequence[StepNote]) -> None:
        """Put what happened in procedures into the journal."""
        self._commander.write_down(notes)

    def ask_parameters(self, keys: Sequence[VehicleKey]) -> None:
        """Ask bridges for the parameters that they know already; nothing is said to a vehicle."""
        self._commander.ask_parameters(keys)

    def ask_metadata(self, key: VehicleKey) -> None:
        """Ask a bridge for the file with which a vehicle describes its parameters."""
        self._commander.ask_metadata(key)

    def cancel(self, record: CommandRecord) -> None:
        """Stop watching a command, and tell the vehicle to stop it where it can."""
        self.give((record.key,), Verb.CANCEL, {"command": record.id})

    def objection(self, state: VehicleState, verb: Verb, args: Args | None = None) -> str | None:
        """Why a verb can't be given to a vehicle now, in words; None when it can.

        Control is not among the reasons where it is free, since it is taken with the first command.

        Args:
            state: the vehicle.
            verb: what.
            args: how; None to ask about the verb alone.

        Raises:
            UsageError: the arguments are wrong for any vehicle.
        """
        # what is sent now can't go out later: an order is never kept for a connection
        if not self.is_connected:
            return self.tr("the broker is away")
        if self.actor.role is Role.OBSERVER:
            return self.tr("this station only observes")
        if bridge_clock_ms(state, self._clock()) is None:
            return self.tr("its bridge is not heard")
        # before the vehicle is looked at: wrong arguments are wrong for each of them
        checked = checked_args(verb, args) if args is not None else {}
        found = refusal(verb, checked, state, self._limits, self._clock())
        if found is not None:
            return said(found.said)
        owner = state.control.owner if state.control is not None else None
        # emergencies need no control, see docs/adr/0016
        if owner is not None and owner.gs != self.actor.gs and not VERBS[verb].is_emergency:
            return self.tr("{owner} is in control").format(owner=actor_text(owner))
        return None

    def verbs_of(self, state: VehicleState) -> list[Verb]:
        """Verbs that such a vehicle has at all, in the order of the table."""
        names = frozenset(state.info.verbs) if state.info is not None else frozenset()
        return [verb for verb in VERBS if verb.value in names]

    def risk(self, verb: Verb, keys: Sequence[VehicleKey]) -> Risk:
        """What the operator has to do before it goes out."""
        states = [self._fleet.get(key) for key in keys]
        # unknown counts as flying: the order is confirmed once more often, not once less
        any_flying = any(state is not None and state.is_flying is not False for state in states)
        are_simulated = bool(keys) and all(key.root == Root.SIM.value for key in keys)
        return risk_of(verb, len(keys), any_flying=any_flying, are_simulated=are_simulated)

    # ---- control ----

    def is_mine(self, state: VehicleState) -> bool:
        """Whether this station is in control of a vehicle."""
        return state.control is not None and state.control.is_held_by(self.actor.gs)

    def take_control(self, keys: Iterable[VehicleKey], force_reason: str = "") -> None:
        """Ask for control of vehicles, or take it by force for a reason; the answer shows in their states."""
        for key in keys:
            state = self._fleet.get(key)
            if state is not None and not self.is_mine(state):
                self._commander.operations.keeper.want(state, self._clock(), force_reason=force_reason)

    def release_control(self, keys: Iterable[VehicleKey]) -> None:
        """Give control back."""
        for key in keys:
            state = self._fleet.get(key)
            if state is not None and self.is_mine(state):
                self._commander.operations.keeper.release(state)

    def answer(self, key: VehicleKey, *, grant: bool) -> None:
        """Answer a station that asks for a vehicle of ours."""
        state = self._fleet.get(key)
        if state is not None:
            self._commander.operations.keeper.answer(state, grant=grant)

    @property
    def takeover(self) -> Takeover:
        """What happens when another station asks for what we hold."""
        return self._commander.operations.keeper.takeover

    @takeover.setter
    def takeover(self, wanted: Takeover) -> None:
        self._commander.operations.keeper.takeover = wanted
