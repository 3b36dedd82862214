# SPDX-License-Identifier: Apache-2.0
"""Play, step, jump, speed, a time to go to: the buttons above the timeline. GUI thread; no data."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from groundstation.ui.language.shown import shown
from groundstation.ui.past.lane_data import Jump
from groundstation.ui.past.past_timeline import RATES
from groundstation.ui.theme.dress import set_style
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink

HEIGHT = 40
FIELD_WIDTH = 150


def tr(text: str) -> str:
    """A text of this bar in the operator's language."""
    return QCoreApplication.translate("TransportBar", text)


JUMPS = {
    Jump.ANY: "any event",
    Jump.ARMING: "arm, disarm",
    Jump.MODE: "mode change",
    Jump.WARNING: "warning",
    Jump.COMMAND: "command",
    Jump.BOOKMARK: "bookmark",
}


class TransportBar(QFrame):
    """What a recorder of any kind has, and what an operator needs besides."""

    play_wanted = Signal()
    reverse_wanted = Signal()
    step_wanted = Signal(bool)
    """Forwards or not."""
    jump_wanted = Signal(bool)
    rate_wanted = Signal(float)
    """How fast, above 0."""
    time_typed = Signal(str)
    live_wanted = Signal()
    back_wanted = Signal()
    """Look back from now."""
    bookmark_wanted = Signal()
    incident_wanted = Signal()
    refly_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        layout = QHBoxLayout(self)
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self.setMinimumWidth(1)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(4)
        self._past: list[QWidget] = []
        """What has no sense while now is shown."""
        self._spare: list[QWidget] = []
        """What gives way in a narrow window, the first first."""
        self.look_back = QPushButton(icon("history"), tr("Look back  F9"))
        self.look_back.setToolTip(tr("Show the whole window as it was; what flies goes on, and is recorded"))
        self.look_back.clicked.connect(self.back_wanted)
        layout.addWidget(self.look_back)
        self.back_jump = self._tool("previous", tr("Previous event (Ctrl+Left)"), lambda: self.jump_wanted.emit(False))
        self.back_step = self._tool("step_back", tr("Previous message (Left)"), lambda: self.step_wanted.emit(False))
        self.reverse = self._tool("reverse", tr("Play backwards (J)"), self.reverse_wanted.emit)
        self.play = self._tool("play", tr("Play (Space)"), self.play_wanted.emit)
        self.step = self._tool("step", tr("Next message (Right)"), lambda: self.step_wanted.emit(True))
        self.jump = self._tool("next", tr("Next event (Ctrl+Right)"), lambda: self.jump_wanted.emit(True))
        for one in (self.back_jump, self.back_step, self.reverse, self.play, self.step, self.jump):
            layout.addWidget(one)
        self._add_jumps(layout)
        self._add_speed(layout)
        self._add_field(layout)
        layout.addStretch(1)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(self.note)
        self._spare.append(self.note)
        self.bookmark = QPushButton(icon("bookmark"), tr("Bookmark  B"))
        self.bookmark.setToolTip(tr("Note that something happened, for every station and for the recording"))
        self.bookmark.clicked.connect(self.bookmark_wanted)
        self.incident = QPushButton(icon("incident"), tr("Incident…"))
        self.incident.setToolTip(tr("Pack the time around this moment into a file for somebody else"))
        self.incident.clicked.connect(self.incident_wanted)
        self.refly = QPushButton(icon("refly"), tr("Fly again…"))
        self.refly.setToolTip(tr("Fly what is shown again in a simulator, and compare"))
        self.refly.clicked.connect(self.refly_wanted)
        self.live = QPushButton(tr("Back to live  F9"))
        self.live.clicked.connect(self.live_wanted)
        set_style(
            self.live,
            "QPushButton { background: $past_surface; color: $past; border: 1px solid $past; font-weight: 600; }"
            "QPushButton:focus { border: 2px solid $accent; }",
        )
        for button in (self.bookmark, self.incident, self.refly, self.live):
            button.setAutoDefault(False)
            layout.addWidget(button)
        self._past += [self.incident, self.refly, self.live]
        self._spare += [self.incident, self.bookmark, self.refly]
        self.show_state(is_past=False, rate=0.0, is_forward=True)

    # ---- making ----

    def _tool(self, name: str, tip: str, act: object) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name, Ink.TEXT))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFixedSize(28, 28)
        button.clicked.connect(act)
        self._past.append(button)
        return button

    def _label(self, layout: QHBoxLayout, text: str) -> None:
        label = QLabel(text)
        label.setProperty("role", "muted")
        layout.addSpacing(8)
        layout.addWidget(label)
        self._past.append(label)
        self._spare.append(label)

    def _add_jumps(self, layout: QHBoxLayout) -> None:
        self._label(layout, tr("jump by"))
        self.jump_box = QComboBox()
        self.jump_box.setAccessibleName(tr("What previous and next jump to"))
        for jump, text in JUMPS.items():
            self.jump_box.addItem(tr(text), jump)
        self._past.append(self.jump_box)
        self._spare.append(self.jump_box)
        layout.addWidget(self.jump_box)

    def _add_speed(self, layout: QHBoxLayout) -> None:
        self._label(layout, tr("speed"))
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setRange(0, len(RATES) - 1)
        self.speed.setPageStep(1)
        self.speed.setFixedWidth(110)
        self.speed.setAccessibleName(tr("Speed"))
        self.speed.setToolTip(tr("Comma and full stop halve and double it"))
        self.speed.valueChanged.connect(lambda place: self.rate_wanted.emit(RATES[place]))
        self.rate = QLabel()
        self.rate.setFixedWidth(48)
        for one in (self.speed, self.rate):
            layout.addWidget(one)
            self._past.append(one)
        self._spare.append(self.speed)

    def _add_field(self, layout: QHBoxLayout) -> None:
        self._label(layout, tr("go to"))
        self.field = QLineEdit()
        self.field.setFixedWidth(FIELD_WIDTH)
        self.field.setPlaceholderText(tr("10:12:06 or -14:20"))
        self.field.setAccessibleName(tr("A time to go to"))
        self.field.setToolTip(tr("A time of day, with its date where it needs one, or how long ago; Ctrl+G"))
        self.field.returnPressed.connect(lambda: self.time_typed.emit(self.field.text()))
        self.field.textEdited.connect(lambda: self.show_wrong(is_wrong=False))
        layout.addWidget(self.field)

    # ---- showing ----

    def show_state(self, *, is_past: bool, rate: float, is_forward: bool) -> None:
        """Show whether the past is shown and how it runs.

        Args:
            is_past: whether it is shown at all.
            rate: seconds of the recording a second; 0 while it stands.
            is_forward: which way it runs, or would.
        """
        for one in self._past:
            one.setProperty("wanted", is_past)
        self.look_back.setVisible(not is_past)
        self.play.setIcon(icon("pause" if rate > 0 else "play", Ink.TEXT))
        self.reverse.setIcon(icon("pause" if rate < 0 else "reverse", Ink.TEXT))
        del is_forward
        self._make_room()

    def show_rate(self, rate: float) -> None:
        """Show how fast it would be played."""
        self.rate.setText(f"{shown(rate):g}\N{MULTIPLICATION SIGN}")
        self.speed.blockSignals(True)
        self.speed.setValue(min(range(len(RATES)), key=lambda place: abs(RATES[place] - rate)))
        self.speed.blockSignals(False)

    def show_note(self, text: str) -> None:
        """Show a few words: how much is shown, what is being read, why there is nothing."""
        if self.note.text() != text:
            self.note.setText(text)
            self._make_room()

    def show_wrong(self, *, is_wrong: bool) -> None:
        """Mark a time that can't be read."""
        if bool(self.field.property("wrong")) != is_wrong:
            self.field.setProperty("wrong", is_wrong)
            self.field.style().polish(self.field)

    def _make_room(self) -> None:
        """Hide what matters least until the rest fits: the way back never gives way."""
        layout = self.layout()
        if layout is None:
            return
        for one in self._past:
            one.setVisible(bool(one.property("wanted")))
        self.note.setVisible(bool(self.note.text()))
        self.bookmark.show()
        for one in self._spare:
            layout.invalidate()
            if layout.sizeHint().width() <= self.width():
                return
            one.hide()

    def resizeEvent(self, event: object) -> None:
        """Qt: another width."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._make_room()
