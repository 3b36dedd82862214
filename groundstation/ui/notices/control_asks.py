# SPDX-License-Identifier: Apache-2.0
"""Another station asks for what we hold: give or keep, with the time that is left. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.commands import Actor
from groundstation.fleet.control import ASK_S
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import actor_text, names_text
from groundstation.ui.focus import guarded
from groundstation.ui.theme.dress import set_mark, set_style
from groundstation.ui.theme.roles import Ink


class AskBar(QFrame):
    """One station that asks, for one vehicle or for several."""

    def __init__(self, desk: OperatorDesk, who: Actor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._who = desk, who
        self.keys: dict[VehicleKey, tuple[str, float]] = {}
        """Vehicles that are asked for: the request and when it was first seen."""
        self.setObjectName("ask")
        set_style(self, "#ask { background: $raised; border: 1px solid $accent; border-radius: 6px; }")
        mark = QLabel()
        set_mark(mark, "control_other", 18, Ink.ACCENT)
        self.text, self.time_left = QLabel(), QLabel()
        for label in (self.text, self.time_left):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.time_left.setProperty("role", "muted")
        self.time_left.setFixedWidth(30)
        self.time_left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.give, self.keep = guarded(QPushButton(self.tr("Give"))), guarded(QPushButton(self.tr("Keep")))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(mark)
        layout.addWidget(self.text, 1)
        for button, grant in ((self.give, True), (self.keep, False)):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, grant=grant: self._answer(grant=grant))
            layout.addWidget(button)
        layout.addWidget(self.time_left)

    def show_time(self, now_s: float) -> None:
        """Show who asks, for what, and how long they wait."""
        words = self.tr("{who} asks for control of {vehicles}").format(
            who=actor_text(self._who), vehicles=names_text(list(self.keys))
        )
        # the one that was asked for first runs out first
        left_s = max(0.0, min(seen_s for _, seen_s in self.keys.values()) + ASK_S - now_s)
        if words != self.text.text():
            self.text.setText(words)
            self.setAccessibleName(words)
        self.time_left.setText(f"{left_s:.0f} s")

    def _answer(self, *, grant: bool) -> None:
        for key in self.keys:
            self._desk.orders.answer(key, grant=grant)
        # a second answer to the same question would be refused by the bridge; a new question opens them again
        self.give.setEnabled(False)
        self.keep.setEnabled(False)


class ControlAsks(QWidget):
    """A bar for each station that asks."""

    def __init__(self, desk: OperatorDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.bars: dict[Actor, AskBar] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.hide()
        desk.feed.timeline.passed.connect(self.refresh)

    def refresh(self, now_s: float) -> None:
        """See who asks."""
        # by who asks: a station that wants ten vehicles is one question
        asking: dict[Actor, dict[VehicleKey, str]] = {}
        for state in self._desk.feed.fleet:
            control = state.control
            if control is not None and control.pending is not None and self._desk.orders.is_mine(state):
                asking.setdefault(control.pending, {})[state.key] = control.pending_request or ""
        for who in [who for who in self.bars if who not in asking]:
            bar = self.bars.pop(who)
            self._column.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
        for who, wanted in asking.items():
            self._show(who, wanted, now_s)
        self.setVisible(bool(self.bars))

    def _show(self, who: Actor, wanted: dict[VehicleKey, str], now_s: float) -> None:
        bar = self.bars.get(who)
        if bar is None:
            bar = self.bars[who] = AskBar(self._desk, who)
            self._column.addWidget(bar)
        fresh = {}
        for key, request in wanted.items():
            known = bar.keys.get(key)
            # a request that was answered and made again has all its time again
            is_known = known is not None and known[0] == request
            fresh[key] = known if is_known and known is not None else (request, now_s)
            if not is_known:
                bar.give.setEnabled(True)
                bar.keep.setEnabled(True)
        bar.keys = fresh
        bar.show_time(now_s)
