# SPDX-License-Identifier: Apache-2.0
"""Starts simulated vehicles with one press; what else there is stands in their dialog. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from groundstation.ui.choice_field import ChoiceField
from groundstation.ui.simulator.simulator_dialog import FLAVOURS
from groundstation.ui.simulator.simulator_dialog import tr as kind_words
from groundstation.ui.simulator.simulator_port import SimulatorAccess, SimulatorWish
from groundstation.ui.theme.icons import icon

NUMBERS = (("1", 1), ("3", 3), ("5", 5), ("20", 20))
FIRST = 2
LOOK_MS = 1_000


def tr(text: str) -> str:
    """A text of this card in the operator's language."""
    return QCoreApplication.translate("SimulatorCard", text)


class SimulatorCard(QWidget):
    """How many, of which kind, and go."""

    more_wanted = Signal()

    def __init__(self, access: SimulatorAccess | None, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            access: ways to simulators; None for a window without.
            parent: Qt's.
        """
        super().__init__(parent)
        self._access = access
        self.number = ChoiceField(tr("How many"), NUMBERS)
        self.number.setCurrentIndex(FIRST)
        self.kind = ChoiceField(tr("Kind of vehicle"), [(kind_words(words), value) for words, value in FLAVOURS])
        self.button = QPushButton(icon("play"), "")
        self.button.setProperty("role", "go")
        self.button.clicked.connect(self.start)
        self.more = QPushButton(tr("Wind, faults, real autopilots…"))
        self.more.clicked.connect(self.more_wanted)
        choice = QHBoxLayout()
        choice.addWidget(QLabel(tr("Vehicles")))
        choice.addWidget(self.number)
        choice.addSpacing(12)
        choice.addWidget(QLabel(tr("Kind")))
        choice.addWidget(self.kind, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.button)
        buttons.addWidget(self.more)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(choice)
        column.addLayout(buttons)
        column.addStretch(1)
        self.number.currentIndexChanged.connect(lambda _row: self._name())
        self._name()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    def _look(self) -> None:
        """One that could not be started, or has ended, can be started again."""
        if self._access is not None and not self._access.is_running():
            self._timer.stop()
            self.button.setEnabled(True)
            self._name()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: the page may come back long after a simulator ended."""
        super().showEvent(event)
        if not self.button.isEnabled():
            self._look()

    def _name(self) -> None:
        count = self.number.value
        words = tr("Start a drone") if count == 1 else tr("Start {count} drones").format(count=count)
        self.button.setText(words)

    def start(self) -> None:
        """Start them; they come as any vehicle does."""
        if self._access is None:
            return
        self.button.setEnabled(False)
        self.button.setText(tr("Starting…"))
        wish = SimulatorWish(flavours=self.kind.value, vehicles=self.number.value, is_autofly=True)
        self._access.start(wish, lambda _line: None)
        self._timer.start()
