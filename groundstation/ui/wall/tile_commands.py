# SPDX-License-Identifier: Apache-2.0
"""What one vehicle of the wall can be told, in a row of buttons. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from groundstation.fleet.commands import Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.call_signs import call_sign
from groundstation.ui.command_bar.verb_button import VerbButton
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.verb_menus import fill_verbs
from groundstation.ui.focus import guarded
from groundstation.ui.wall.glance import tr

BUTTONS_HEIGHT = 28
VERBS = (Verb.HOLD, Verb.RTL, Verb.LAND, Verb.GOTO, Verb.MODE)


class TileCommands(QWidget):
    """Stays with its vehicle, whatever is selected."""

    def __init__(self, desk: OperatorDesk, key: VehicleKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._key = desk, key
        self.buttons = [VerbButton(verb) for verb in VERBS]
        self.more = guarded(QPushButton(tr("More")))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in self.buttons:
            button.wanted.connect(lambda verb: desk.ask(verb, (key,)))
            row.addWidget(button)
        menu = QMenu(self.more)

        def fill() -> None:
            menu.clear()
            fill_verbs(menu, desk, (key,), without=VERBS)

        # filled when it opens: what a vehicle can be told changes with it
        menu.aboutToShow.connect(fill)
        self.more.setMenu(menu)
        self.more.setProperty("role", "verb")
        self.more.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.more.setAccessibleName(tr("More commands for {vehicle}").format(vehicle=call_sign(key)))
        row.addWidget(self.more)

    def refresh(self) -> None:
        """Show what can be done now."""
        for button in self.buttons:
            button.show_verb(button.verb, self._desk.reason_of((self._key,), button.verb))
