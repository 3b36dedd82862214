# SPDX-License-Identifier: Apache-2.0
"""What the operator has to do before an order goes out: click, hold, or type. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.folded import folded
from groundstation.fleet.verbs import Risk
from groundstation.ui.command_sheet.hold_button import HoldButton
from groundstation.ui.focus import focus_keeper, guarded

GUARD_S = 0.4
"""A click so soon after the sheet came was meant for what was there before."""


class ConfirmArea(QWidget):
    """Names what will happen on the button that makes it happen."""

    confirmed = Signal()
    finished = Signal()
    """After `confirmed`: the hand is off the button."""

    def __init__(self, risk: Risk, clock: Callable[[], float], parent: QWidget | None = None) -> None:
        """Build for a risk.

        Args:
            risk: how much has to be done.
            clock: monotonic seconds.
            parent: Qt's.
        """
        super().__init__(parent)
        self.risk, self._clock = risk, clock
        self._began_s = clock()
        self._is_possible = False
        self._sign = ""
        self.type_box: QLineEdit | None = None
        self.button: QPushButton = guarded(HoldButton(clock) if risk is Risk.HOLD else QPushButton())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.hint = QLabel()
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setProperty("role", "small")
        self.hint.setWordWrap(True)
        if risk is Risk.TYPE:
            self.type_box = QLineEdit()
            self.type_box.textChanged.connect(self._apply)
            self.type_box.returnPressed.connect(self._on_return)
            layout.addWidget(self.hint)
            layout.addWidget(self.type_box)
        layout.addWidget(self.button)
        self.button.setAutoDefault(False)
        self.button.setProperty("role", "go")
        if isinstance(self.button, HoldButton):
            layout.addWidget(self.hint)
            self.hint.setText(self.tr("Press and hold for a second: mouse button, space bar or Enter."))
            self.button.held.connect(self.confirmed)
            self.button.let_go_after.connect(self.finished)
        else:
            self.button.clicked.connect(self._on_clicked)

    @property
    def is_possible(self) -> bool:
        """Whether there is somebody to send it to."""
        return self._is_possible

    def show_order(self, words: str, sign: str, reason: str) -> None:
        """Say what will happen.

        Args:
            words: verb, arguments, vehicles.
            sign: what has to be typed where something has to be.
            reason: why it can't happen now; empty when it can.
        """
        # the order changed under the hand: what was held so far was for another one
        if words != self.button.text() and isinstance(self.button, HoldButton):
            self.button.let_go()
        self._is_possible, self._sign = not reason, sign
        self.button.setText(words)
        self.button.setAccessibleName(words)
        self.button.setAccessibleDescription(reason or self.hint.text())
        if self.type_box is not None:
            self.hint.setText(
                self.tr(
                    "Type \N{LEFT DOUBLE QUOTATION MARK}{sign}\N{RIGHT DOUBLE QUOTATION MARK} to unlock the button."
                ).format(sign=sign)
            )
            self.type_box.setAccessibleName(self.hint.text())
        self._apply()

    def _apply(self) -> None:
        # an empty word unlocks nothing
        is_typed = self.type_box is None or _bare(self.type_box.text()) == _bare(self._sign) != ""
        self.button.setEnabled(self._is_possible and is_typed)

    def _on_return(self) -> None:
        """Enter goes on to the button, and never presses it."""
        if self.button.isEnabled():
            focus_keeper().give(self.button)

    def _on_clicked(self) -> None:
        if self._clock() - self._began_s >= GUARD_S:
            self.confirmed.emit()
            self.finished.emit()


def _bare(text: str) -> str:
    """Capitals and spaces don't matter: what is typed must be meant, not be neat."""
    return "".join(folded(text).split())
