# SPDX-License-Identifier: Apache-2.0
"""Gives the plan on the screen to vehicles, and tells how far each is. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import END_STATES, Args, CommandState, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.verbs import PLAN_VERBS
from groundstation.ui.commanding.desk import OperatorDesk

ORDER = (PlanKind.FENCE, PlanKind.RALLY, PlanKind.MISSION)
"""Lists in the order in which they are given: what keeps a vehicle safe is there before it can be started."""
AT_ONCE = 10
"""Vehicles that are given a plan side by side: their links and the broker are shared."""


class Given(NamedTuple):
    """A list that a vehicle is given."""

    kind: PlanKind
    items: tuple[PlanItem, ...] = ()


class PlanOrders(QObject):
    """The last plan order of this window."""

    changed = Signal()
    """A vehicle is further, or through."""

    def __init__(self, desk: OperatorDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._batches: list[str] = []
        """Of the order of now: one for each list that is given."""
        self._verb = Verb.PLAN_READ
        self._replaces = False
        self._todo: dict[VehicleKey, tuple[Given, ...]] = {}
        """Lists that each vehicle has not taken yet, the one under way first."""
        self._counted: set[str] = set()
        """Orders whose success has been taken from `_todo`."""
        self._is_stopped = False
        desk.orders.changed.connect(self._on_changed)

    @property
    def records(self) -> list[CommandRecord]:
        """What became of it: the newest of each vehicle."""
        book = self._desk.orders.book
        newest = {record.key: record for batch in self._batches for record in book.of_batch(batch)}
        return list(newest.values())

    @property
    def failed(self) -> list[VehicleKey]:
        """Vehicles that it was not carried out by."""
        return [one.key for one in self.records if one.is_over and one.state is not CommandState.SUCCEEDED]

    @property
    def is_busy(self) -> bool:
        """Whether a vehicle has no end yet, or lists that are to come."""
        if any(one.state not in END_STATES for one in self.records):
            return True
        return bool(self._coming())

    def objection(self, key: VehicleKey, verb: Verb, kind: PlanKind, *, may_replace: bool) -> str | None:
        """Why a vehicle can't be given it now; None when it can."""
        return self._desk.objection(key, verb, _args(verb, kind, may_replace=may_replace))

    def forget(self) -> None:
        """Nothing was given yet, as far as is told; orders that went out stay in the journal."""
        self._batches, self._todo = [], {}
        self._counted.clear()
        self.changed.emit()

    def upload(self, given: Mapping[VehicleKey, tuple[Given, ...]], *, may_replace: bool) -> None:
        """Give vehicles their lists, one list after the other; a vehicle that fails holds no other up.

        Args:
            given: what each is given.
            may_replace: whether a mission that is flown may be replaced.
        """
        self._begin(Verb.PLAN_UPLOAD, given, may_replace=may_replace)

    def read(self, keys: Sequence[VehicleKey], kind: PlanKind) -> None:
        """Read a list of vehicles again."""
        self._begin(Verb.PLAN_READ, dict.fromkeys(keys, (Given(kind),)), may_replace=False)

    def clear(self, keys: Sequence[VehicleKey], kind: PlanKind, *, may_replace: bool) -> None:
        """Take a list out of vehicles."""
        self._begin(Verb.PLAN_CLEAR, dict.fromkeys(keys, (Given(kind),)), may_replace=may_replace)

    def retry(self) -> None:
        """The same once more, for those alone by whom it was not carried out."""
        failed = self.failed
        if failed and not self.is_busy:
            self._is_stopped = False
            self._next(failed)

    def cancel(self) -> None:
        """Stop what is under way, and don't begin the others."""
        self._is_stopped = True
        for batch in self._batches:
            self._desk.orders.stop(batch)
        for record in self.records:
            if not record.is_over:
                self._desk.orders.cancel(record)

    def _begin(self, verb: Verb, given: Mapping[VehicleKey, tuple[Given, ...]], *, may_replace: bool) -> None:
        self._verb, self._replaces, self._batches, self._is_stopped = verb, may_replace, [], False
        self._counted.clear()
        order = {kind: place for place, kind in enumerate(ORDER)}
        self._todo = {key: tuple(sorted(lists, key=lambda one: order[one.kind])) for key, lists in given.items()}
        self._next(list(self._todo))

    def _next(self, keys: Sequence[VehicleKey]) -> None:
        """Give the first list that is left to all that wait for one of that kind."""
        first = {key: self._todo[key][0] for key in keys if self._todo.get(key)}
        for kind in ORDER:
            whose = [key for key, one in first.items() if one.kind is kind]
            if not whose:
                continue
            is_upload = self._verb is Verb.PLAN_UPLOAD
            items = {key: first[key].items for key in whose} if is_upload else {}
            args = _args(self._verb, kind, may_replace=self._replaces)
            batch = self._desk.give(whose, self._verb, args, GroupPolicy(at_once=AT_ONCE), items)
            if batch is not None:
                self._batches.append(batch)
        self.changed.emit()

    def _coming(self) -> list[VehicleKey]:
        """Vehicles that took a list and have another one to come."""
        if self._is_stopped:
            return []
        return [
            one.key
            for one in self.records
            if one.state is CommandState.SUCCEEDED and len(self._todo.get(one.key, ())) > 0
        ]

    def _on_changed(self, transitions: list[Transition]) -> None:
        if not any(one.record.verb in PLAN_VERBS for one in transitions):
            return
        done = []
        mine = set(self._batches)
        for one in transitions:
            record = one.record
            is_done = record.batch in mine and record.state is CommandState.SUCCEEDED
            if is_done and record.id not in self._counted and self._todo.get(record.key):
                self._counted.add(record.id)
                self._todo[record.key] = self._todo[record.key][1:]
                if self._todo[record.key] and not self._is_stopped:
                    done.append(record.key)
        if done:
            self._next(done)
        self.changed.emit()


def _args(verb: Verb, kind: PlanKind, *, may_replace: bool) -> Args:
    if verb is Verb.PLAN_READ:
        return {"list": kind.value}
    return {"list": kind.value, "replace": "yes" if may_replace else "no"}
