# SPDX-License-Identifier: Apache-2.0
"""The menu of themes: one of them is worn, and remembered. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from groundstation.ui.panel_types import tr
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.theme.inks import wearing
from groundstation.ui.theme.light import LIGHT
from groundstation.ui.theme.switch import wear
from groundstation.ui.theme.theme import Theme
from groundstation.ui.theme.themes import THEMES, theme_named

THEME = "window.theme"
"""Key of the setting."""
FORMER_THEME = "window/theme"
"""Where it was remembered before there was a file of settings."""
SYSTEM = "system"
"""Dark or light, as the system is at every moment."""


def wear_remembered(settings: QSettings) -> None:
    """Wear what was chosen last; the first of all where nothing was."""
    wear(theme_for(chosen().now.window.theme or str(settings.value(FORMER_THEME, ""))))


def theme_for(key: str) -> Theme:
    """The theme of a key as settings have it; the first of all for what is none."""
    return system_theme() if key == SYSTEM else theme_named(key)


def system_theme() -> Theme:
    """The theme of the system's look; the first of all where it does not tell."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme is Qt.ColorScheme.Light else THEMES[0]


class ThemeMenu(QMenu):
    """An entry for each table there is."""

    def __init__(self, parent: QWidget) -> None:
        """Fill it.

        Args:
            parent: the window.
        """
        super().__init__(tr("&Theme"), parent)
        self._group = QActionGroup(self)
        self._add(tr("Like the system"), SYSTEM, self._choose_system)
        for theme in THEMES:
            self._add(tr(theme.title), theme.key, partial(self._choose, theme))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._mark()
        # the theme may be changed elsewhere
        wearing().changed.connect(self._mark)

    def _add(self, words: str, key: str, choose: Callable[[], None]) -> None:
        action = QAction(words, self)
        action.setCheckable(True)
        action.setData(key)
        action.triggered.connect(lambda _checked=False: choose())
        self._group.addAction(action)
        self.addAction(action)

    def _choose(self, theme: Theme) -> None:
        chosen().change(THEME, theme.key)
        wear(theme)
        self._mark()

    def _choose_system(self) -> None:
        chosen().change(THEME, SYSTEM)
        wear(system_theme())
        self._mark()

    def _on_system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if chosen().now.window.theme == SYSTEM:
            wear(system_theme())

    def _mark(self) -> None:
        is_system = chosen().now.window.theme == SYSTEM
        key = SYSTEM if is_system else wearing().theme.key
        for action in self._group.actions():
            action.setChecked(action.data() == key)
