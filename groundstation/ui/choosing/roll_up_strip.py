# SPDX-License-Identifier: Apache-2.0
"""The strip of counts: a press shows those that are counted, another press all of them again. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.roll_up import Life, RollUp, level_key, life_key, mode_key
from groundstation.ui.flow_layout import FlowLayout
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import counted, speaking
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink

MOST_MODES = 8
"""Modes that are counted one by one; the least frequent of more are left out."""
LEAST_WIDTH = 420
"""A narrower strip, as over the list at the side, leaves modes out: the rows need the height."""
ICON_PX = 14


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("RollUp", text)


Words = Callable[[int], str]
_LIVES: dict[Life, Words] = {
    Life.FLYING: lambda _: tr("flying"),
    Life.GROUND: lambda _: tr("on ground"),
    Life.UNSURE: lambda _: tr("not known"),
    Life.LOST: lambda _: tr("not heard"),
}
_LEVELS: dict[Level, tuple[Words, str, Ink]] = {
    Level.WARNING: (lambda count: counted("RollUp", "warning", "warnings", count), "warning", Ink.WARNING),
    Level.CAUTION: (lambda count: counted("RollUp", "caution", "cautions", count), "caution", Ink.CAUTION),
}
_MARKED = {level_key(level) for level in _LEVELS}
STANDING = {life_key(life) for life in _LIVES if life is not Life.UNSURE} | {level_key(level) for level in _LEVELS}
"""Counts that stay where they are when they are zero: what a hand is about to press must not move."""


class RollUpStrip(QWidget):
    """One count at a time filters."""

    chosen_changed = Signal()
    """`chosen` is another one, by the operator's hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen = ""
        """The filter that is pressed, see `roll_up.passes`; empty for none."""
        self.buttons: dict[str, QToolButton] = {}
        """By filter."""
        self._counts: dict[str, int] = {}
        self._was_narrow = False
        self._flow = FlowLayout(self, 4)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(tr("Counts of the fleet"))
        speaking().changed.connect(self._on_language)

    def show_counts(self, found: RollUp) -> None:
        """Show these."""
        most = MOST_MODES if self.width() >= LEAST_WIDTH else 0
        modes = [mode_key(mode) for mode, _ in found.modes[:most]]
        keys = [level_key(level) for level in _LEVELS] + [life_key(life) for life in _LIVES] + modes
        counts = {key: found.counts.get(key, 0) for key in keys}
        # one that is pressed stays until it is released, though nobody is left of it
        if self.chosen:
            counts.setdefault(self.chosen, found.counts.get(self.chosen, 0))
        is_narrow = self.width() < LEAST_WIDTH
        shown_now = {key: n for key, n in counts.items() if n or key in STANDING or key == self.chosen}
        if shown_now == self._counts and is_narrow == self._was_narrow:
            return
        self._was_narrow = is_narrow
        if list(shown_now) != list(self._counts):
            self._make(list(shown_now))
        self._counts = shown_now
        for key, number in shown_now.items():
            self._dress(self.buttons[key], key, number)

    def _on_language(self) -> None:
        """The same counts, in other words."""
        for key, number in self._counts.items():
            self._dress(self.buttons[key], key, number)

    def release(self) -> None:
        """No count filters any more."""
        if self.chosen:
            self._press(self.chosen)

    def choose(self, key: str) -> None:
        """Filter by a count, as it was remembered."""
        if key != self.chosen:
            self.chosen = key
            self.chosen_changed.emit()

    def _make(self, keys: list[str]) -> None:
        """Buttons in this order; those that there are stay, with the keyboard on them."""
        for key in [key for key in self.buttons if key not in keys]:
            gone = self.buttons.pop(key)
            self._flow.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for key in keys:
            button = self.buttons.get(key)
            if button is None:
                button = self.buttons[key] = QToolButton(self)
                button.setCheckable(True)
                button.setProperty("role", "count")
                button.setIconSize(QSize(ICON_PX, ICON_PX))
                button.clicked.connect(partial(self._press, key))
            else:
                self._flow.removeWidget(button)
            self._flow.addWidget(button)
            button.show()
        self.updateGeometry()

    def _dress(self, button: QToolButton, key: str, number: int) -> None:
        words = self._words(key, number)
        # a single & would be the letter of a key
        # in a narrow strip the mark of a level says what it is
        text = f"{shown(number)}" if self.width() < LEAST_WIDTH and key in _MARKED else f"{shown(number)} {words}"
        button.setText(text.replace("&", "&&"))
        button.setAccessibleName(f"{number} {words}")
        button.setToolTip(plain_tip(tr("Show these alone: {what}").format(what=words)))
        button.setChecked(key == self.chosen)
        for level, (_, mark, role) in _LEVELS.items():
            if key == level_key(level):
                # a level that nobody has is no alarm
                shade = role if number else Ink.MUTED
                button.setIcon(icon(mark, shade, shade))
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    @staticmethod
    def _words(key: str, number: int) -> str:
        for level, (words, _, _) in _LEVELS.items():
            if key == level_key(level):
                return words(number)
        for life, words in _LIVES.items():
            if key == life_key(life):
                return words(number)
        return key.partition(":")[2] or tr("no mode")

    def _press(self, key: str) -> None:
        self.chosen = "" if key == self.chosen else key
        for one, button in self.buttons.items():
            button.setChecked(one == self.chosen)
        self.chosen_changed.emit()
