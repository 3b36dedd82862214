# SPDX-License-Identifier: Apache-2.0
"""Notices when control of a vehicle changes hands against our wish, and when our own wish is refused. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject

from groundstation.fleet.conditions import Level
from groundstation.fleet.control import Control, Outcome
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import Words, code_of
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import actor_text, by_name, vehicles_text
from groundstation.ui.language.letters import capital
from groundstation.ui.said import said

REGAIN_S = 4.0
"""So long a loss is not told: a station that is back takes again what it holds."""


class ControlWatch(QObject):
    """Compares who is in control with who was."""

    def __init__(self, desk: OperatorDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._seen: dict[VehicleKey, Control] = {}
        self._lost: dict[VehicleKey, tuple[str, float]] = {}
        """Vehicles that nobody is in control of although we were: why, and when that is told."""
        desk.feed.vehicles_changed.connect(self._on_vehicles_changed)
        desk.feed.timeline.passed.connect(self._on_aged)

    def _on_vehicles_changed(self, keys: frozenset[VehicleKey]) -> None:
        for key in keys:
            state = self._desk.feed.fleet.get(key)
            control = state.control if state is not None else None
            before = self._seen.get(key)
            # the same object: something else of the vehicle has changed
            if control is None or control is before:
                continue
            self._seen[key] = control
            if before is not None:
                self._compare(key, before, control)

    def _compare(self, key: VehicleKey, before: Control, now: Control) -> None:
        ours, last = self._desk.orders.actor.gs, now.last
        # a bridge repeats its newest decision with each word about control
        is_new = last is not None and last != before.last
        if before.is_held_by(ours) and not now.is_held_by(ours):
            self._tell_lost(key, before, now)
        elif is_new and last is not None and last.by is not None and last.by.gs == ours:
            self._tell_answer(key, now)

    def _tell_lost(self, key: VehicleKey, before: Control, now: Control) -> None:
        last = now.last
        is_wish = last is not None and last.outcome is Outcome.RELEASED
        was_given = last is not None and _says(last.detail, "granted_by", "granted by ")
        # it was our own doing
        if is_wish or was_given:
            return
        detail = _sentence(said(last.detail)) if last is not None else ""
        if now.owner is None:
            # not told yet: with a broker that is back the keeper takes it again within seconds
            self._lost[key] = (detail, self._desk.feed.now_s() + REGAIN_S)
            return
        words = self.tr("Control of {vehicle} went to {who}. {detail}")
        forced = last is not None and _says(last.detail, "taken_by_force", "taken by force ")
        text = words.format(vehicle=call_sign(key), who=actor_text(now.owner), detail=detail).strip()
        self._desk.noticed.emit(text, Level.WARNING if forced else Level.CAUTION)
        del before

    def _on_aged(self, now_s: float) -> None:
        """Tell what is still lost, all vehicles in one notice: with a broker that is back control comes back."""
        due: dict[str, list[VehicleKey]] = {}
        for key, (detail, due_s) in list(self._lost.items()):
            state = self._desk.feed.fleet.get(key)
            is_free = state is not None and state.control is not None and state.control.owner is None
            if not is_free or now_s >= due_s:
                del self._lost[key]
            if is_free and now_s >= due_s:
                due.setdefault(detail, []).append(key)
        for detail, keys in due.items():
            words = self.tr("Control of {vehicles} was lost. {detail}")
            text = words.format(vehicles=vehicles_text(by_name(keys)), detail=detail).strip()
            self._desk.noticed.emit(text, Level.CAUTION)

    def _tell_answer(self, key: VehicleKey, now: Control) -> None:
        last = now.last
        if last is None:
            return
        if last.outcome in (Outcome.DENIED, Outcome.REFUSED, Outcome.EXPIRED):
            words = self.tr("No control of {vehicle}: {detail}.")
            self._desk.noticed.emit(words.format(vehicle=call_sign(key), detail=said(last.detail)), Level.CAUTION)
        elif last.outcome is Outcome.ASKED:
            words = self.tr("Control of {vehicle}: {detail}.")
            self._desk.noticed.emit(words.format(vehicle=call_sign(key), detail=said(last.detail)), Level.ADVISORY)


def _says(detail: Words, code: str, before: str) -> bool:
    """Whether it is said, by its code or, by a bridge of before, in words that begin so."""
    return code_of(detail) == code or (isinstance(detail, str) and detail.startswith(before))


def _sentence(text: str) -> str:
    return f"{capital(text)}." if text else ""
