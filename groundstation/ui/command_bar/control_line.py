# SPDX-License-Identifier: Apache-2.0
"""Who is in control of a vehicle or of several, and buttons to take and give it. GUI thread; plain text only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from groundstation.fleet.commands import Actor
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import actor_text
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.focus import guarded
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.dress import set_mark
from groundstation.ui.theme.roles import Ink

LEAST_REASON = 3
"""Characters of a reason; bridges refuse a shorter one."""


class ControlLine(QWidget):
    """One line, and a second one to write the reason for force in."""

    def __init__(self, desk: OperatorDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._keys: tuple[VehicleKey, ...] = ()
        self._look = ("", "")
        self._icon, self.text = QLabel(), ElidingLabel()
        self._icon.setFixedSize(18, 18)
        self.take = self._button(self.tr("Take control"), self._on_take)
        self.release = self._button(self.tr("Release"), self._on_release)
        self.force = self._button(self.tr("Force…"), self._on_force_wanted)
        self.force.setCheckable(True)
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self._icon)
        first.addWidget(self.text, 1)
        for button in (self.take, self.release, self.force):
            first.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addWidget(self._reason_row())

    def show_keys(self, keys: Sequence[VehicleKey]) -> None:
        """Show who is in control of these vehicles."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self._fold()
        mine, free, others, asked = 0, 0, [], False
        ours = self._desk.orders.actor.gs
        for key in keys:
            state = self._desk.state(key)
            control = state.control if state is not None else None
            # its bridge has not told yet: that is neither free nor somebody's
            if control is None:
                continue
            mine += control.is_held_by(ours)
            free += control.owner is None
            if control.owner is not None and control.owner.gs != ours:
                others.append(control.owner)
                asked = asked or (control.pending is not None and control.pending.gs == ours)
        self._say(mine, free, others, asked=asked)
        is_ours = not self._desk.is_observer
        self.take.setVisible(is_ours and (free > 0 or (bool(others) and not asked)))
        self.take.setText(self.tr("Take control") if free or not others else self.tr("Ask"))
        self.release.setVisible(is_ours and mine > 0)
        self.force.setVisible(is_ours and bool(others))
        # it became free meanwhile: force, and the reason that was begun, are for nobody now
        if not others:
            self._fold()

    def _say(self, mine: int, free: int, others: list[Actor], *, asked: bool) -> None:
        unknown = len(self._keys) - mine - free - len(others)
        if self._desk.is_observer:
            icon, text = "control_free", self.tr("This station only observes")
            if others:
                text = self.tr("Observing; {who} is in control").format(who=actor_text(others[0]))
        elif len(self._keys) > 1:
            icon, text = self._of_many(mine, free, others, unknown)
        elif mine:
            icon, text = "control_mine", self.tr("You are in control")
        elif others:
            words = self.tr("{who} is asked…") if asked else self.tr("{who} is in control")
            icon, text = "control_other", words.format(who=actor_text(others[0]))
        elif free:
            icon, text = "control_free", self.tr("Nobody is in control")
        else:
            icon, text = "control_free", self.tr("Control: not known yet")
        # looked at three times a second: a label that is set anew is laid out anew
        if (icon, text) != self._look:
            self._look = (icon, text)
            set_mark(self._icon, icon, 16, Ink.ACCENT if icon == "control_mine" else Ink.MUTED)
            self.text.setText(text)
            self.text.setToolTip(plain_tip(text))
            self.setAccessibleName(text)

    def _of_many(self, mine: int, free: int, others: list[Actor], unknown: int) -> tuple[str, str]:
        parts = (
            (mine, self.tr("{count} yours")),
            (free, self.tr("{count} free")),
            (len(others), self.tr("{count} others'")),
            (unknown, self.tr("{count} unknown")),
        )
        text = self.tr("Control: ") + ", ".join(words.format(count=count) for count, words in parts if count)
        icon = "control_other" if others else "control_mine" if mine == len(self._keys) else "control_free"
        return icon, text

    def _button(self, text: str, slot: object) -> QToolButton:
        button = guarded(QToolButton())
        button.setText(text)
        button.setProperty("role", "compact")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.clicked.connect(slot)
        return button

    def _reason_row(self) -> QWidget:
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Why by force? The other station is told."))
        self.reason.setAccessibleName(self.tr("Reason for taking control by force"))
        # as long as a bridge takes, see `commands.ShortText`
        self.reason.setMaxLength(200)
        self.take_by_force = self._button(self.tr("Take by force"), self._on_force)
        self.take_by_force.setEnabled(False)
        self.reason.textChanged.connect(
            # blanks are no reason
            lambda text: self.take_by_force.setEnabled(len(" ".join(text.split())) >= LEAST_REASON)
        )
        row.addWidget(self.reason, 1)
        row.addWidget(self.take_by_force)
        self._row.hide()
        return self._row

    def _on_take(self) -> None:
        self._desk.orders.take_control(self._keys)

    def _on_release(self) -> None:
        self._desk.orders.release_control(self._keys)

    def _on_force_wanted(self, is_on: bool) -> None:
        self._row.setVisible(is_on)
        if is_on:
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_force(self) -> None:
        reason = " ".join(self.reason.text().split())
        if len(reason) >= LEAST_REASON and not self._desk.is_observer:
            self._desk.orders.take_control(self._keys, reason)
            self._fold()

    def _fold(self) -> None:
        self.force.setChecked(False)
        self._row.hide()
        self.reason.clear()
