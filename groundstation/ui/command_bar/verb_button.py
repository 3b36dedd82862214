# SPDX-License-Identifier: Apache-2.0
"""A button for a verb. It is never dead: one that can't be used now looks dim, and says why when asked. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from groundstation.fleet.commands import Verb
from groundstation.ui.commanding.words import label_of
from groundstation.ui.focus import guarded
from groundstation.ui.language.words import verb_help
from groundstation.ui.plain_text import plain_tip

DIM = "dim"


class VerbButton(QPushButton):
    """What it does may change with the vehicle: arm or disarm, start or pause."""

    wanted = Signal(object)
    """Pressed; carries the `Verb`."""
    explained = Signal(str)
    """What is to be said of it while mouse or keyboard is on it; empty when they leave."""

    def __init__(self, verb: Verb, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verb, self.reason = verb, ""
        self._fixed_text = text
        self.setProperty("role", "verb")
        # in a dialog Qt would press it with Enter
        self.setAutoDefault(False)
        # buttons of a row are of one width, whatever is written on them
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        guarded(self)
        self.clicked.connect(self._on_clicked)
        self.show_verb(verb, "")

    @property
    def explanation(self) -> str:
        """What it does, or why it can't."""
        name = label_of(self.verb)
        return f"{name}: {self.reason}" if self.reason else f"{name}: {verb_help(self.verb)}"

    def show_verb(self, verb: Verb, reason: str) -> None:
        """What it does now.

        Args:
            verb: that.
            reason: why it can't; empty when it can.
        """
        # asked three times a second for each button: polishing a style is dear
        is_new = (verb, reason) != (self.verb, self.reason) or not self.text()
        self.verb, self.reason = verb, reason
        if not is_new:
            return
        text = self._fixed_text or label_of(verb)
        if self.text() != text:
            self.setText(text)
        self.setToolTip(plain_tip(self.explanation))
        self.setAccessibleName(label_of(verb))
        self.setAccessibleDescription(self.explanation)
        if self.property(DIM) != bool(reason):
            self.setProperty(DIM, bool(reason))
            # a style sheet looks at properties only when it is told to
            self.style().polish(self)
        # the reason changed under the hand of somebody who is reading it
        if self.hasFocus() or self.underMouse():
            self.explained.emit(self.explanation if reason else "")

    def _on_clicked(self) -> None:
        if self.reason:
            self.explained.emit(self.explanation)
        else:
            self.wanted.emit(self.verb)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Qt: says what it is."""
        super().enterEvent(event)
        self.explained.emit(self.explanation if self.reason else "")

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: no longer."""
        super().leaveEvent(event)
        self.explained.emit("")

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: says what it is."""
        super().focusInEvent(event)
        self.explained.emit(self.explanation if self.reason else "")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt: no longer."""
        super().focusOutEvent(event)
        self.explained.emit("")
