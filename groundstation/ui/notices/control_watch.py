# SPDX-License-Identifier: Apache-2.0
"""Notices when control of a vehicle changes hands against our wish, and when our own wish is refused. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject

from groundstation.fleet.conditions import Level
from groundstation.fleet.control import Control, Outcome
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.commanding.desk import CommandDesk


class ControlWatch(QObject):
    """Compares who is in control with who was."""

    def __init__(self, desk: CommandDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._seen: dict[VehicleKey, Control] = {}
        desk.feed.vehicles_changed.connect(self._on_vehicles_changed)

    def _on_vehicles_changed(self, keys: frozenset[VehicleKey]) -> None:
        for key in keys:
            state = self._desk.feed.fleet.get(key)
            control = state.control if state is not None else None
            before = self._seen.get(key)
            if control is None or control is before:
                continue
            self._seen[key] = control
            if before is not None:
                self._compare(key, before, control)

    def _compare(self, key: VehicleKey, before: Control, now: Control) -> None:
        ours, last = self._desk.orders.actor.gs, now.last
        is_new = last is not None and last != before.last
        if before.is_held_by(ours) and not now.is_held_by(ours):
            self._tell_lost(key, before, now)
        elif is_new and last is not None and last.by is not None and last.by.gs == ours:
            self._tell_answer(key, now)

    def _tell_lost(self, key: VehicleKey, before: Control, now: Control) -> None:
        last = now.last
        is_wish = last is not None and last.outcome is Outcome.RELEASED
        was_given = last is not None and last.detail.startswith("granted by")
        if is_wish or was_given:
            return
        if now.owner is not None:
            words = self.tr("Control of {vehicle} went to {who}. {detail}")
        else:
            words = self.tr("Control of {vehicle} was lost. {detail}")
        detail = _sentence(last.detail) if last is not None else ""
        forced = "by force" in detail.lower()
        text = words.format(vehicle=key.id, who=now.owner, detail=detail).strip()
        self._desk.noticed.emit(text, Level.WARNING if forced else Level.CAUTION)
        del before

    def _tell_answer(self, key: VehicleKey, now: Control) -> None:
        last = now.last
        if last is None:
            return
        if last.outcome in (Outcome.DENIED, Outcome.REFUSED, Outcome.EXPIRED):
            words = self.tr("No control of {vehicle}: {detail}.")
            self._desk.noticed.emit(words.format(vehicle=key.id, detail=last.detail), Level.CAUTION)
        elif last.outcome is Outcome.ASKED:
            words = self.tr("Control of {vehicle}: {detail}.")
            self._desk.noticed.emit(words.format(vehicle=key.id, detail=last.detail), Level.ADVISORY)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
