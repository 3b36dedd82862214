# SPDX-License-Identifier: Apache-2.0
"""HOLD, RTL and LAND, always in reach: one click or one key, no question. GUI thread.

A button never goes silent: pressed when there is nobody to send to, it says why.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from groundstation.fleet.commands import Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.verbs import EMERGENCY_VERBS, VERBS
from groundstation.ui.call_signs import CUT, call_sign
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import label_of, reasons_text, vehicle_count, vehicles_text
from groundstation.ui.focus import guarded
from groundstation.ui.language.words import verb_help
from groundstation.ui.units import quantity

KEYS = {Verb.HOLD: "F5", Verb.RTL: "F6", Verb.LAND: "F7"}
"""Of the selection; with Shift of all."""
KILL_KEY = "Ctrl+F8"
_NAMES = {Verb.HOLD: "HOLD", Verb.RTL: "RTL", Verb.LAND: "LAND"}
NAME_WIDTH = 88
PAST_WIDTH = 190
"""Of the same with what it does now."""
ALL_WIDTH = 58
"""Wide enough for any number, so that the strip keeps its width."""
DIM = "dim"
LOOKED_AT = 50
"""Of more vehicles than this the strip only tells the number; each is looked at when the button is pressed."""


class EmergencyStrip(QFrame):
    """Three verbs and whom they are for."""

    def __init__(self, desk: OperatorDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emergency")
        self._desk = desk
        self.buttons: dict[Verb, QPushButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for verb in EMERGENCY_VERBS:
            layout.addWidget(self._button(verb))
        layout.addSpacing(4)
        self.selected, self.all = self._target(), self._target()
        self.selected.setChecked(True)
        self.selected.setMinimumWidth(NAME_WIDTH + 18)
        self.all.setMinimumWidth(ALL_WIDTH)
        group = QButtonGroup(self)
        inner = QHBoxLayout()
        inner.setSpacing(0)
        for side, button in (("left", self.selected), ("right", self.all)):
            button.setProperty("segment", side)
            group.addButton(button)
            inner.addWidget(button)
        group.buttonToggled.connect(self._on_target_toggled)
        layout.addLayout(inner)
        layout.addWidget(self._kill_button())
        # never squeezed: the bar hides other parts before
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetFixedSize)
        for verb, key in KEYS.items():
            self._key(key, lambda verb=verb: desk.emergency(verb, desk.selection.keys))
            self._key(f"Shift+{key}", lambda verb=verb: desk.emergency(verb, desk.everybody()))
        self._key(KILL_KEY, lambda: desk.ask(Verb.FORCE_DISARM, desk.selection.keys))
        desk.selection.changed.connect(self.refresh)
        desk.feed.timeline.passed.connect(self.refresh)
        self.refresh()

    @property
    def targets(self) -> list[VehicleKey]:
        """For whom a click is."""
        return self._desk.everybody() if self.all.isChecked() else list(self._desk.selection.keys)

    def refresh(self) -> None:
        """Say for whom the buttons are at this moment."""
        keys, everybody = self._desk.selection.keys, self._desk.everybody()
        chosen = self.tr("{count} selected").format(count=len(keys))
        if len(keys) < 2:
            chosen = self._one(keys[0]) if keys else self.tr("none selected")
        width = PAST_WIDTH if self._desk.is_past_shown else NAME_WIDTH
        self.selected.setText(self.selected.fontMetrics().elidedText(chosen, CUT, width))
        self.selected.setToolTip(vehicles_text(keys) if keys else self.tr("No vehicle is selected"))
        self.all.setText(self.tr("all {count}").format(count=len(everybody)))
        self.all.setToolTip(self.tr("Every vehicle that is heard and armed"))
        targets = self.targets
        for verb, button in self.buttons.items():
            self._show(button, verb, targets)

    def _one(self, key: VehicleKey) -> str:
        """A vehicle by its name; while the past is shown, with what it does now: that is whom a key would reach."""
        if not self._desk.is_past_shown:
            return call_sign(key)
        state = self._desk.state(key)
        if state is None or not state.is_heard:
            return self.tr("{name}: not heard now").format(name=call_sign(key))
        height_m = state.height.height_m
        mode = state.mode.name if state.mode is not None else ""
        height = "" if height_m is None else quantity(height_m, Dimension.HEIGHT, 0)
        return self.tr("{name} now {what}").format(name=call_sign(key), what=f"{mode} {height}".strip())

    def _on_target_toggled(self) -> None:
        self.refresh()

    def _show(self, button: QPushButton, verb: Verb, targets: list[VehicleKey]) -> None:
        # three times a second for three buttons
        able, left_out = self._desk.split(targets[:LOOKED_AT], verb)
        spec, key = VERBS[verb], KEYS[verb]
        keys = self.tr("{key}: the selected, Shift+{key}: all that are armed").format(key=key)
        if len(targets) > LOOKED_AT:
            able, whom = targets, self.tr("Now: {vehicles}").format(vehicles=vehicle_count(len(targets)))
        elif able:
            whom = self.tr("Now: {vehicles}").format(vehicles=vehicles_text(able))
        elif targets:
            whom = self.tr("Now nobody: {reasons}").format(reasons=reasons_text(left_out))
        else:
            whom = (
                self.tr("Now nobody: none is armed")
                if self.all.isChecked()
                else self.tr("Now nobody: none is selected")
            )
        button.setToolTip(f"{verb_help(spec.verb)}\n{whom}\n{keys}")
        button.setAccessibleDescription(f"{verb_help(spec.verb)} {whom}")
        # polishing a style is dear: only when it looks different
        if button.property(DIM) != (not able):
            button.setProperty(DIM, not able)
            button.style().polish(button)

    def _button(self, verb: Verb) -> QPushButton:
        button = guarded(QPushButton(f"{_NAMES[verb]}  {KEYS[verb]}"))
        button.setProperty("role", "emergency")
        button.setAccessibleName(label_of(verb))
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._desk.emergency(verb, self.targets))
        self.buttons[verb] = button
        return button

    def _target(self) -> QPushButton:
        button = guarded(QPushButton())
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setProperty("role", "segment")
        return button

    def _kill_button(self) -> QPushButton:
        self.kill = guarded(QPushButton(self.tr("KILL…")))
        self.kill.setProperty("role", "kill")
        self.kill.setAutoDefault(False)
        self.kill.setAccessibleName(self.tr("Kill motors"))
        self.kill.setToolTip(
            self.tr("Stop the motors, even in the air. A word has to be typed. {key}: the selected").format(
                key=KILL_KEY
            )
        )
        self.kill.clicked.connect(lambda: self._desk.ask(Verb.FORCE_DISARM, self.targets))
        return self.kill

    def _key(self, keys: str, slot: object) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        # also in panels with a window of their own, and while a dialog is open
        shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        # a key that is held down is one order
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(slot)
