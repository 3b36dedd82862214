# SPDX-License-Identifier: Apache-2.0
"""The menu of the window with every command for the selected vehicles, control, and what is done about others' wishes.

GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from groundstation.fleet.commands import Verb
from groundstation.fleet.control import Takeover
from groundstation.fleet.verbs import EMERGENCY_VERBS
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.verb_menus import fill_verbs
from groundstation.ui.commanding.words import label_of, vehicles_text
from groundstation.ui.focus import GUARDED

HEADING = "heading"
"""Property of an action that is only a title."""
POLICIES = (Takeover.AUTO, Takeover.ASK, Takeover.NO)


class CommandsMenu(QMenu):
    """Filled anew each time it opens."""

    def __init__(
        self,
        desk: OperatorDesk,
        emergency_keys: dict[Verb, str],
        on_takeover: Callable[[Takeover], None],
        parent: QWidget,
    ) -> None:
        """Prepare.

        Args:
            desk: takes wishes.
            emergency_keys: keys of the emergency verbs, to be shown.
            on_takeover: told what the operator wants to happen when another station asks.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setTitle(self.tr("&Commands"))
        # the palette lists what is in here as commands, which it never chooses by itself
        self.setProperty(GUARDED, True)
        self._desk, self._keys, self._on_takeover = desk, emergency_keys, on_takeover
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """As things are now."""
        self.clear()
        desk, keys = self._desk, self._desk.selection.keys
        title = vehicles_text(keys, 3) if keys else self.tr("No vehicle is selected")
        if desk.is_observer:
            title = self.tr("This station only observes")
        # Qt takes a single & for the letter of a shortcut
        heading = self.addAction(title.replace("&", "&&"))
        heading.setEnabled(False)
        heading.setProperty(HEADING, True)
        self.addSeparator()
        at_once = self.addMenu(self.tr("Emergency, at once"))
        for verb in EMERGENCY_VERBS:
            for whom, text, keys_text in (
                (lambda: desk.selection.keys, self.tr("{verb}: the selected"), self._keys[verb]),
                (desk.everybody, self.tr("{verb}: all that are armed"), f"Shift+{self._keys[verb]}"),
            ):
                # behind a tab Qt writes what belongs to the right: the keys are those of the strip, and are only named
                # here
                action = at_once.addAction(f"{text.format(verb=label_of(verb))}\t{keys_text}")
                # asked when it is chosen: who is armed may have changed while the menu was open
                action.triggered.connect(lambda _checked=False, verb=verb, whom=whom: desk.emergency(verb, whom()))
        self.addSeparator()
        fill_verbs(self, desk, keys, without=EMERGENCY_VERBS)
        self.addSeparator()
        self._add_control()
        self._add_policy()

    def _add_control(self) -> None:
        desk, keys = self._desk, self._desk.selection.keys
        states = [state for key in keys if (state := desk.state(key)) is not None]
        mine = [state.key for state in states if desk.orders.is_mine(state)]
        take = self.addAction(self.tr("Take control"))
        take.setEnabled(not desk.is_observer and len(mine) < len(states))
        take.triggered.connect(lambda: desk.orders.take_control(keys))
        release = self.addAction(self.tr("Release control"))
        release.setEnabled(bool(mine))
        release.triggered.connect(lambda: desk.orders.release_control(mine))

    def _add_policy(self) -> None:
        menu = self.addMenu(self.tr("When another station asks for control"))
        menu.setEnabled(not self._desk.is_observer)
        group = QActionGroup(menu)
        names = (self.tr("Give it at once"), self.tr("Ask me"), self.tr("Keep it"))
        for policy, name in zip(POLICIES, names, strict=True):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(self._desk.orders.takeover is policy)
            action.setData(policy.value)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, policy=policy: self._on_takeover(policy))
