# SPDX-License-Identifier: Apache-2.0
"""What a vehicle, or several, can be told, who is in control, and what became of the newest command. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from groundstation.fleet.commands import Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.plan_progress import flown_number, start_number
from groundstation.ui.command_bar.control_line import ControlLine
from groundstation.ui.command_bar.progress_line import ProgressLine
from groundstation.ui.command_bar.verb_button import VerbButton
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.verb_menus import fill_verbs
from groundstation.ui.focus import focus_keeper, guarded

WIDE, NARROW = 300, 180
"""From the first width on five buttons stand in a row, below the second two."""
FIXED = (Verb.TAKEOFF, Verb.GOTO, Verb.MODE, Verb.HOLD, Verb.RTL, Verb.LAND)


class CommandBar(QWidget):
    """Told by its panel for whom it is and when to look again."""

    def __init__(self, desk: OperatorDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._keys: tuple[VehicleKey, ...] = ()
        self._columns = 0
        self.arm = VerbButton(Verb.ARM)
        self.mission = VerbButton(Verb.MISSION_START)
        self.buttons: dict[Verb, VerbButton] = {verb: VerbButton(verb) for verb in FIXED}
        """Buttons whose verb stays."""
        self.more = guarded(QPushButton(self.tr("More")))
        self.control = ControlLine(desk)
        self.progress = ProgressLine(desk)
        self._build()

    @property
    def keys(self) -> tuple[VehicleKey, ...]:
        """For whom it is."""
        return self._keys

    @property
    def verb_buttons(self) -> list[VerbButton]:
        """Every button of a verb, in order."""
        held = self.buttons
        return [
            *(self.arm, held[Verb.TAKEOFF], held[Verb.GOTO], self.mission),
            *(held[Verb.MODE], held[Verb.HOLD], held[Verb.RTL], held[Verb.LAND]),
        ]

    def set_keys(self, keys: Sequence[VehicleKey]) -> None:
        """Be for these from now on."""
        # asked several times a second; what is explained of a button belongs to the vehicles of before
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.progress.explain("")
            self.refresh()

    def refresh(self) -> None:
        """Show what can be done now, and what became of the newest command."""
        for verb, button in self.buttons.items():
            button.show_verb(verb, self._desk.reason_of(self._keys, verb))
        for button, verb in ((self.arm, self._arm_verb()), (self.mission, self._mission_verb())):
            button.show_verb(verb, self._desk.reason_of(self._keys, verb))
        self.control.show_keys(self._keys)
        self.progress.show_keys(self._keys)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.control)
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        layout.addLayout(self._grid)
        for button in self.verb_buttons:
            button.wanted.connect(lambda verb: self._desk.ask(verb, self._keys))
            button.explained.connect(self.progress.explain)
        menu = QMenu(self.more)
        # filled when it opens: what a vehicle can be told changes with it and with its state
        menu.aboutToShow.connect(lambda: self._fill_more(menu))
        self.more.setMenu(menu)
        self.more.setProperty("role", "verb")
        # a word that is longer in another language must not widen the panel
        self.more.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.more.setAccessibleName(self.tr("More commands"))
        layout.addWidget(self.progress)
        self._arrange(5)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        place = 0
        for button in self._in_rows(columns):
            # what it will do are two words, "Resume mission"
            width = 2 if button is self.mission else 1
            self._grid.addWidget(button, place // columns, place % columns, 1, width)
            place += width
        self._grid.addWidget(self.more, place // columns, place % columns, 1, columns - place % columns)
        # columns that were used before keep their stretch in Qt, and would take room for nothing
        for column in range(5):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _in_rows(self, columns: int) -> list[VerbButton]:
        """The buttons so that no row has a gap."""
        every, mode = self.verb_buttons, self.buttons[Verb.MODE]
        if columns == 2:
            every.remove(mode)
            every.insert(every.index(self.mission), mode)
        return every

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        fill_verbs(menu, self._desk, self._keys, without=(*FIXED, self.arm.verb, self.mission.verb))

    def _arm_verb(self) -> Verb:
        """Arm, or disarm where all are armed."""
        states = [self._desk.state(key) for key in self._keys]
        armed = [state is not None and state.armed is not None and state.armed.is_armed is True for state in states]
        return Verb.DISARM if armed and all(armed) else Verb.ARM

    def _mission_verb(self) -> Verb:
        """Start on the ground, before the first item and behind the last; pause where one is flown; resume else."""
        states = [state for key in self._keys if (state := self._desk.state(key)) is not None]
        flying = [state for state in states if state.is_flying]
        # of a mixed group those on the ground decide: pausing means nothing to them
        if not flying or len(flying) < len(states):
            return Verb.MISSION_START
        if any(flown_number(state) is not None for state in flying):
            return Verb.MISSION_PAUSE
        # before the first item, and behind the last one, nothing is resumed
        is_left = any((start_number(state) or 1) > 1 for state in flying)
        return Verb.MISSION_RESUME if is_left else Verb.MISSION_START

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: fewer buttons in a row where there is little room."""
        super().resizeEvent(event)
        self._arrange(5 if self.width() >= WIDE else 3 if self.width() >= NARROW else 2)

    def focus_first(self) -> None:
        """Give the keyboard to the first button."""
        # by `give`, since the operator asked for it: by itself a button that commands hands the keyboard back
        focus_keeper().give(self.arm)
