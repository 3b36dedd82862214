# SPDX-License-Identifier: Apache-2.0
"""Shouts when an emergency order of ours fails: in a notice, at the vehicle, and by sound. GUI thread; plain text only.

Hold, return and land go out without a question, so nobody looks at a sheet when one of many does not do it.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import Reason, Verb
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GOOD_ENDS
from groundstation.fleet.verbs import EMERGENCY_VERBS
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import label_of
from groundstation.ui.said import said_of

SHOUTED_S = 120.0
"""So long it stands at the vehicle, unless another emergency order to it goes well before."""
INSTEAD = {Verb.LAND: Verb.RTL, Verb.RTL: Verb.LAND, Verb.HOLD: Verb.RTL}
"""What to try where one does not work; a plane can't land where it is, and not every vehicle has all of them."""
_NO_FAILURE = frozenset({Reason.SUPERSEDED, Reason.ASKED})


class EmergencyWatch(QObject):
    """Follows the emergency orders of this station to their ends."""

    def __init__(self, desk: OperatorDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.shouted: set[VehicleKey] = set()
        """Vehicles that did not obey the last of them."""
        desk.orders.changed.connect(self._on_changed)

    def _on_changed(self, transitions: list[Transition]) -> None:
        failed: list[CommandRecord] = []
        for record in (one.record for one in transitions):
            if not self._is_ours(record) or not record.is_over or record.reason in _NO_FAILURE:
                continue
            # another emergency order did what this one did not
            if record.state in GOOD_ENDS:
                self._calm(record.key)
            else:
                failed.append(record)
        for record in failed:
            self._shout(record)
        # one sound for all of a group
        if failed:
            QApplication.beep()

    def _is_ours(self, record: CommandRecord) -> bool:
        is_ours = record.by is not None and record.by.gs == self._desk.orders.actor.gs
        return is_ours and record.verb in EMERGENCY_VERBS

    def _shout(self, record: CommandRecord) -> None:
        words = self.tr("{verb} of {vehicle} FAILED: {why}.").format(
            verb=label_of(record.verb), vehicle=call_sign(record.key), why=said_of(record) or record.state.value
        )
        instead = INSTEAD[record.verb]
        state = self._desk.state(record.key)
        if state is not None and state.info is not None and instead.value in state.info.verbs:
            words += " " + self.tr("Try {verb}.").format(verb=label_of(instead))
        self._desk.noticed.emit(words, Level.WARNING)
        self.shouted.add(record.key)
        text = self.tr("{verb} failed").format(verb=label_of(record.verb))
        self._desk.feed.shout(record.key, text, self._desk.feed.now_s() + SHOUTED_S)

    def _calm(self, key: VehicleKey) -> None:
        if key in self.shouted:
            self.shouted.discard(key)
            self._desk.feed.shout(key, "", 0.0)
