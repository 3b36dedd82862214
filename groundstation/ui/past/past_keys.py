# SPDX-License-Identifier: Apache-2.0
"""Keys that play the past. They work wherever no text is written, and only while the past is shown. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTreeView,
    QWidget,
)

WRITES = (QLineEdit, QAbstractSpinBox, QComboBox, QAbstractSlider)
"""Where letters, arrows and the space bar mean something else."""


class PastKeys(QObject):
    """Shortcuts that are switched on and off together."""

    def __init__(self, window: QWidget) -> None:
        """None yet.

        Args:
            window: owns them; they work in its panels with windows of their own, too.
        """
        super().__init__(window)
        self._window = window
        self._shortcuts: list[QShortcut] = []
        self._is_on = False

    def add(self, keys: str, act: Callable[[], object], *, always: bool = False, repeats: bool = False) -> None:
        """One more.

        Args:
            keys: as of `QKeySequence`.
            act: what it does.
            always: whether it works while now is shown, too.
            repeats: whether it is done again and again while the key is held down.
        """
        shortcut = QShortcut(QKeySequence(keys), self._window)
        # a panel that was taken out of the window has one of its own, and the keys are wanted there too
        shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        shortcut.setAutoRepeat(repeats)
        shortcut.activated.connect(act)
        if not always:
            shortcut.setEnabled(False)
            self._shortcuts.append(shortcut)

    def switch(self, *, is_on: bool) -> None:
        """On while the past is shown."""
        if is_on == self._is_on:
            return
        self._is_on = is_on
        for one in self._shortcuts:
            one.setEnabled(is_on)
        application = QApplication.instance()
        if application is not None:
            if is_on:
                # Qt asks the widget with the keyboard first; it is answered here, since most widgets would say no
                application.installEventFilter(self)
            else:
                application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: a key goes to what has the keyboard, where it means something there."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_meant(event):
            event.accept()
            return True
        return super().eventFilter(watched, event)


def _is_meant(event: QKeyEvent) -> bool:
    focus = QApplication.focusWidget()
    # with Ctrl or Alt nothing is written: those keys are always the player's
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    key = Qt.Key(event.key())
    if isinstance(focus, QAbstractButton):
        return key == Qt.Key.Key_Space
    if isinstance(focus, QAbstractItemView):
        # in a tree left and right open and close a branch
        is_tree = isinstance(focus, QTreeView) and key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        return is_tree or key in (Qt.Key.Key_Home, Qt.Key.Key_End)
    letters = (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
    is_letter = key in letters or bool(event.text().strip())
    return isinstance(focus, WRITES) and is_letter and not Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35
