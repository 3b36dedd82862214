# SPDX-License-Identifier: Apache-2.0
"""Where every button, key and menu of the window brings what the operator wants. GUI thread.

It decides what goes out at once and what needs the sheet with arguments and confirmation, and tells what was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from PySide6.QtCore import QObject, Signal

from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import Args, Role, Verb
from groundstation.fleet.conditions import Level
from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.operations import AT_ONCE, NO_ITEMS, NO_VALUES, GroupPolicy
from groundstation.fleet.parameters.parameter_entries import ParamEntry
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import TRANSFER_VERBS, VERBS, Risk
from groundstation.ui.commanding.words import by_name, label_of, order_text, reasons_text, vehicles_text
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.orders import Orders
from groundstation.ui.said import said_by
from groundstation.ui.selection import Selection

MOST_LOOKED_AT = 100
MAX_BATCHES = 50
"""Of our own orders that are kept for the matrix."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is not given yet."""

    verb: Verb
    keys: tuple[VehicleKey, ...]
    """For whom, in order; they stay whatever is selected meanwhile."""
    args: Args = {}
    """What is known of its arguments."""


class OperatorDesk(QObject):
    """Sends at once what is harmless, asks for the sheet where it is not, and tells why nothing was sent."""

    draft_wanted = Signal(object)
    """A `Draft` for the sheet."""
    noticed = Signal(str, object)
    """Words for the operator, and their `Level`."""
    sketched = Signal()
    """`sketch` changed."""
    point_offered = Signal(float, float)
    """Latitude and longitude that the operator clicked on the map."""

    def __init__(self, orders: Orders, feed: FleetFeed, selection: Selection, parent: QObject | None = None) -> None:
        """Begin.

        Args:
            orders: give commands.
            feed: what is known of the fleet.
            selection: shared by the window.
            parent: Qt's.
        """
        super().__init__(parent)
        self.orders, self.feed, self.selection = orders, feed, selection
        self._remembered: dict[Verb, Args] = {}
        self._latest: dict[VehicleKey, CommandRecord] = {}
        self.sketch: tuple[tuple[VehicleKey, ...], float, float] | None = None
        """Vehicles and the place in the fields of the order that is being made."""
        self.is_past_shown = False
        """Whether the window shows the past: then an emergency is for those alone that are heard now."""
        self.is_asking: Callable[[], bool] = lambda: False
        """Whether a question stands over the panels: then nothing moves under the hand that answers it."""
        self.batches: list[str] = []
        """Ids of our newest orders, oldest first."""
        # kept by vehicle: `book.latest` goes through all records, and this is asked for each of a thousand vehicles
        orders.changed.connect(self._on_changed)
        orders.ordered.connect(self._on_ordered)

    @property
    def is_observer(self) -> bool:
        """Whether this station may only look."""
        return self.orders.actor.role is not Role.OPERATOR

    def state(self, key: VehicleKey) -> VehicleState | None:
        """A vehicle as it is now."""
        return self.feed.fleet.get(key)

    def objection(self, key: VehicleKey, verb: Verb, args: Args | None = None) -> str | None:
        """Why a vehicle can't be given a command now; None when it can."""
        state = self.state(key)
        if state is None:
            return self.tr("it was not heard yet")
        # half of the arguments are no arguments yet: then only the verb is looked at
        given = args if args is not None and self._is_complete(verb, args) else None
        return self.orders.objection(state, verb, given)

    def split(
        self, keys: Iterable[VehicleKey], verb: Verb, args: Args | None = None
    ) -> tuple[list[VehicleKey], list[tuple[VehicleKey, str]]]:
        """Those who can be given a command now, and the others with the reason."""
        able, left_out = [], []
        for key in keys:
            reason = self.objection(key, verb, args)
            if reason is None:
                able.append(key)
            else:
                left_out.append((key, reason))
        return able, left_out

    def latest(self, key: VehicleKey) -> CommandRecord | None:
        """The newest command to a vehicle, of any station; None when there is none. Cancels don't count."""
        return self._latest.get(key)

    def verbs_of(self, keys: Sequence[VehicleKey]) -> list[Verb]:
        """Verbs that one of the vehicles has, in the order of the table."""
        found: set[Verb] = set()
        for key in keys:
            state = self.state(key)
            if state is not None:
                found.update(self.orders.verbs_of(state))
        # plans have a panel of their own, which knows what is to be given
        return [verb for verb in VERBS if verb in found and verb is not Verb.CANCEL and verb not in TRANSFER_VERBS]

    def reason_of(self, keys: Sequence[VehicleKey], verb: Verb, args: Args | None = None) -> str:
        """Why a command can be given to none of the vehicles; empty when it can to one, or when they are very many.

        It is asked three times a second for each button; who is left out of very many is told when one is pressed.
        """
        left_out = []
        # asked three times a second for each button
        for key in keys[:MOST_LOOKED_AT]:
            reason = self.objection(key, verb, args)
            if reason is None:
                return ""
            left_out.append((key, reason))
        if len(keys) > MOST_LOOKED_AT:
            return ""
        if not keys:
            return self.tr("no vehicle is selected")
        return left_out[0][1] if len({reason for _, reason in left_out}) == 1 else reasons_text(left_out)

    def set_sketch(self, sketch: tuple[tuple[VehicleKey, ...], float, float] | None) -> None:
        """Tell the map what place stands in the fields."""
        if sketch != self.sketch:
            self.sketch = sketch
            self.sketched.emit()

    def remembered(self, verb: Verb) -> Args:
        """Arguments that were given with a verb the last time."""
        return self._remembered.get(verb, {})

    def ask(self, verb: Verb, keys: Sequence[VehicleKey], args: Args | None = None) -> None:
        """A button, key or menu asks for a command: it goes out, or the sheet opens, or it is told why neither.

        Args:
            verb: what.
            keys: for whom, in order.
            args: what is known of its arguments already.
        """
        if not keys:
            self.noticed.emit(self.tr("{verb}: no vehicle is selected.").format(verb=label_of(verb)), Level.ADVISORY)
            return
        able, left_out = self.split(keys, verb, args)
        if not able:
            self._tell_nobody(label_of(verb), left_out)
        # counted by those who would be told: who is left out makes it no more dangerous
        elif self.orders.risk(verb, able) is Risk.NONE and self._is_complete(verb, args or {}):
            self.give(able, verb, args or {})
        else:
            # with those who can't be told now: it may have changed before it is confirmed, and the sheet says why they
            # are left out
            self.draft_wanted.emit(Draft(verb=verb, keys=tuple(keys), args=args or {}))

    def give(
        self,
        keys: Sequence[VehicleKey],
        verb: Verb,
        args: Args,
        policy: GroupPolicy = AT_ONCE,
        items: Mapping[VehicleKey, tuple[PlanItem, ...]] = NO_ITEMS,
        values: Mapping[VehicleKey, tuple[ParamEntry, ...]] = NO_VALUES,
    ) -> str | None:
        """Give a confirmed command.

        Args:
            keys: to whom.
            verb: what.
            args: how.
            policy: how a group goes.
            items: what a plan order gives to each.
            values: what an order about parameters writes to each.

        Returns:
            Id of the batch; None when the arguments are wrong, which is told.
        """
        try:
            batch = self.orders.give(keys, verb, args, policy, items, values)
        except UsageError as error:
            self.noticed.emit(said_by(error), Level.CAUTION)
            return None
        # a place is not remembered: the fields begin with where the vehicle is (`start_values`)
        self._remembered[verb] = {name: value for name, value in args.items() if name not in ("lat_deg", "lon_deg")}
        return batch

    def emergency(self, verb: Verb, keys: Sequence[VehicleKey]) -> None:
        """Give an emergency command at once to those that it makes sense for, and tell who was left out."""
        # by name, since it is read out in the notice
        able, left_out = self.split(by_name(keys), verb)
        if self.is_past_shown:
            # chosen in a picture of another time: one that is not there now is told, and nothing is sent for it
            away = self.tr("it is not heard now")
            left_out = [*left_out, *((key, away) for key in able if not self._is_heard(key))]
            able = [key for key in able if self._is_heard(key)]
        if not keys:
            self.noticed.emit(self.tr("{verb}: nobody to send it to.").format(verb=label_of(verb)), Level.CAUTION)
        elif not able:
            self._tell_nobody(label_of(verb), left_out)
        elif self.give(able, verb, {}) is not None:
            words = self.tr("{verb} sent to {vehicles}.").format(
                verb=order_text(verb, {}), vehicles=vehicles_text(able)
            )
            if left_out:
                words += " " + self.tr("Left out: {reasons}.").format(reasons=reasons_text(left_out))
            self.noticed.emit(words, Level.ADVISORY)

    def _is_heard(self, key: VehicleKey) -> bool:
        state = self.state(key)
        return state is not None and state.is_heard

    def everybody(self) -> list[VehicleKey]:
        """Every vehicle that is heard and not known to be disarmed; replays are not vehicles."""
        # unknown counts as armed: an emergency that leaves out one that flies is worse than one too many
        return [state.key for state in self.feed.fleet if state.is_heard and _may_be_armed(state)]

    def _on_ordered(self, batch: str) -> None:
        # the orders of a procedure share one
        others = [one for one in self.batches if one != batch]
        self.batches = [*others[-(MAX_BATCHES - 1) :], batch]
        self._keep(self.orders.book.of_batch(batch))

    def _on_changed(self, transitions: list[Transition]) -> None:
        self._keep(one.record for one in transitions)

    def _keep(self, records: Iterable[CommandRecord]) -> None:
        for record in records:
            known = self._latest.get(record.key)
            # reports of other stations come late, and by their own clocks
            is_newer = known is None or known.id == record.id or record.began_unix_s >= known.began_unix_s
            if record.verb is not Verb.CANCEL and is_newer:
                self._latest[record.key] = record

    def _tell_nobody(self, what: str, left_out: list[tuple[VehicleKey, str]]) -> None:
        words = self.tr("{verb}: nothing was sent. {reasons}.")
        self.noticed.emit(words.format(verb=what, reasons=reasons_text(left_out)), Level.CAUTION)

    @staticmethod
    def _is_complete(verb: Verb, args: Args) -> bool:
        return all(args.get(one.name) is not None for one in VERBS[verb].args if one.is_required)


def _may_be_armed(state: VehicleState) -> bool:
    is_armed = state.armed.is_armed if state.armed is not None else None
    return is_armed is not False and state.key.root != Root.REPLAY.value
