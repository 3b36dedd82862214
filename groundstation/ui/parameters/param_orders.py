# SPDX-License-Identifier: Apache-2.0
"""Reads and writes parameters of vehicles for the panel, and tells how far each is. GUI thread; no widgets.

Before a writing what is there is kept on disk, on a thread of its own; without that nothing is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import END_STATES, Verb
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.parameters.parameter import Parameter, ParamType
from groundstation.fleet.parameters.parameter_entries import ParamEnd, ParamResult, entries_of
from groundstation.fleet.verbs import PARAM_VERBS
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.parameters.param_port import Changes, ParamAccess
from groundstation.ui.task import Ended, Tasks

AT_ONCE = 5
"""Vehicles that are read or written side by side: a list fills a link."""
STORED_ENDS = frozenset({ParamEnd.STORED, ParamEnd.OTHERWISE})
"""After these the vehicle has another value than before."""


def parameter_in(result: ParamResult) -> Parameter:
    """What a vehicle has, as it told by a result."""
    kind = next((one for one in ParamType if one.value == result.type), None)
    return Parameter(result.name, math.nan if result.found is None else result.found, kind)


class ParamOrders(QObject):
    """The last order about parameters of this window."""

    changed = Signal()
    """A vehicle is further, or through."""
    written = Signal(object)
    """Records of a writing that is over."""

    def __init__(self, desk: OperatorDesk, access: ParamAccess | None, parent: QObject | None = None) -> None:
        """Begin with nothing.

        Args:
            desk: to order with.
            access: ways to disk; None for a window that keeps nothing.
            parent: Qt's.
        """
        super().__init__(parent)
        self._desk, self._access = desk, access
        self._tasks = Tasks("parameters", self.tr("parameters can't be kept"), self)
        self._batch = ""
        self._before: dict[VehicleKey, Mapping[str, Parameter]] = {}
        self._is_preparing = self._is_writing = self._is_cancelled = False
        desk.orders.changed.connect(self._on_changed)

    @property
    def records(self) -> list[CommandRecord]:
        """What became of it, a vehicle each."""
        return self._desk.orders.book.of_batch(self._batch) if self._batch else []

    @property
    def is_busy(self) -> bool:
        """Whether a vehicle has no end yet."""
        return self._is_preparing or any(one.state not in END_STATES for one in self.records)

    def objection(self, key: VehicleKey, verb: Verb) -> str | None:
        """Why a vehicle can't be given it now; None when it can."""
        return self._desk.objection(key, verb)

    def read(self, keys: Sequence[VehicleKey]) -> None:
        """Read all parameters of vehicles."""
        if not self.is_busy:
            self._give(keys, Verb.PARAM_READ, {})

    def ask_known(self, keys: Sequence[VehicleKey]) -> None:
        """Ask bridges for what they know already; vehicles hear nothing of it."""
        self._desk.orders.ask_parameters(keys)

    def write(
        self,
        wanted: Mapping[VehicleKey, tuple[Parameter, ...]],
        before: Mapping[VehicleKey, tuple[Parameter, ...]],
    ) -> None:
        """Keep what is there, then write.

        Args:
            wanted: what to write, by vehicle.
            before: all that each of them has.
        """
        if self.is_busy:
            return
        self._before = {key: {one.name: one for one in found} for key, found in before.items()}
        infos = {key: state.info for key in wanted if (state := self._desk.state(key)) is not None}
        access = self._access

        def keep(_task: object) -> None:
            for key in wanted:
                if access is not None and before.get(key):
                    access.keep_whole(key, before[key], infos.get(key))

        def go_on(ended: Ended[None]) -> None:
            self._is_preparing = False
            if ended.problem:
                words = self.tr("Nothing was written, since what is there could not be kept: {why}")
                self._desk.noticed.emit(words.format(why=ended.problem), Level.CAUTION)
            elif not self._is_cancelled:
                self._is_writing = True
                self._give(tuple(wanted), Verb.PARAM_WRITE, wanted)
            self.changed.emit()

        self._is_preparing, self._is_cancelled = True, False
        self._tasks.run_task(keep, go_on)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop what is under way, and don't begin the others."""
        # while a disk is slow nothing was ordered yet, and what was ordered before is over
        self._is_cancelled = True
        self._desk.orders.stop(self._batch)
        for record in self.records:
            if not record.is_over:
                self._desk.orders.cancel(record)

    def _give(self, keys: Sequence[VehicleKey], verb: Verb, values: Mapping[VehicleKey, tuple[Parameter, ...]]) -> None:
        given = {key: entries_of(found) for key, found in values.items()}
        batch = self._desk.give(keys, verb, {}, GroupPolicy(at_once=AT_ONCE), values=given)
        if batch is None:
            self._is_writing = False
            return
        self._batch = batch
        self.changed.emit()

    def _on_changed(self, transitions: list[Transition]) -> None:
        if not any(one.record.verb in PARAM_VERBS for one in transitions):
            return
        records = self.records
        if self._is_writing and records and not self.is_busy:
            self._is_writing = False
            self._keep_writings(records)
            self.written.emit(records)
        self.changed.emit()

    def _keep_writings(self, records: list[CommandRecord]) -> None:
        found: list[tuple[VehicleKey, Changes]] = []
        for record in records:
            held = self._before.get(record.key, {})
            stored = (parameter_in(one) for one in record.results if one.end in STORED_ENDS)
            changes = tuple((held.get(one.name), one) for one in stored)
            if changes:
                found.append((record.key, changes))
        access, who = self._access, self._desk.orders.actor.op
        if access is None or not found:
            return

        def keep(_task: object) -> None:
            for key, changes in found:
                access.keep_writing(key, f"{who}: window", changes)

        self._tasks.run_task(keep, self._on_kept)

    def _on_kept(self, ended: Ended[None]) -> None:
        if ended.problem:
            words = self.tr("It was written, and can't be undone later: {why}")
            self._desk.noticed.emit(words.format(why=ended.problem), Level.CAUTION)
