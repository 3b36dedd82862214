# SPDX-License-Identifier: Apache-2.0
"""The question before the window closes while it is in control of armed vehicles. GUI thread; plain text only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import by_name, names_text
from groundstation.ui.focus import guarded


def held_and_armed(desk: OperatorDesk) -> list[VehicleKey]:
    """Vehicles that this station is in control of and that are armed, or may be, by name."""
    return by_name(
        state.key
        for state in desk.feed.fleet
        # what is not known to be disarmed may be flying
        if desk.orders.is_mine(state) and (state.armed is None or state.armed.is_armed is not False)
    )


def asks_before_closing(desk: OperatorDesk, window: QWidget, leave: Callable[[], None]) -> bool:
    """Ask, one question at a time, when this station is in control of armed vehicles.

    Args:
        desk: knows what is in control.
        window: that is to be closed.
        leave: called when the operator means it.

    Returns:
        Whether it asks; False when nothing speaks against closing.
    """
    keys = held_and_armed(desk)
    if keys:
        # who clicks the cross again is asked about the vehicles of now, once
        for asked in window.findChildren(CloseQuestion):
            asked.close()
        question = CloseQuestion(keys, window)
        question.confirmed.connect(leave)
        question.show()
        question.activateWindow()
    return bool(keys)


class CloseQuestion(QDialog):
    """A dialog that is not modal, so that the emergency keys work while it asks."""

    confirmed = Signal()

    def __init__(self, keys: list[VehicleKey], parent: QWidget) -> None:
        """Ask.

        Args:
            keys: vehicles in control.
            parent: the window.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Close the ground station?"))
        self.text = QLabel(
            self.tr(
                "You are in control of {vehicles}, armed.\nThey fly on by themselves when this window is closed, and "
                "nobody is in control of them."
            ).format(vehicles=names_text(keys))
        )
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.stay = QPushButton(self.tr("Stay"))
        self.leave = guarded(QPushButton(self.tr("Close anyway")))
        # Enter and Escape stay: leaving has to be meant
        self.stay.setDefault(True)
        self.leave.setAutoDefault(False)
        self.stay.clicked.connect(self.close)
        self.leave.clicked.connect(self._on_leave)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(16)
        layout.addWidget(self.text)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.stay)
        layout.addLayout(buttons)
        self.setMinimumWidth(420)
        self.stay.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_leave(self) -> None:
        self.confirmed.emit()
        self.close()
