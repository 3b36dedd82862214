# SPDX-License-Identifier: Apache-2.0
"""The menu of themes: one of them is worn, and remembered. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from groundstation.ui.panel_types import tr
from groundstation.ui.theme.inks import wearing
from groundstation.ui.theme.switch import wear
from groundstation.ui.theme.theme import Theme
from groundstation.ui.theme.themes import THEMES, theme_named

THEME = "window/theme"


def wear_remembered(settings: QSettings) -> None:
    """Wear what was chosen last; the first of all where nothing was."""
    wear(theme_named(str(settings.value(THEME, ""))))


class ThemeMenu(QMenu):
    """An entry for each table there is."""

    def __init__(self, settings: QSettings, parent: QWidget) -> None:
        """Fill it.

        Args:
            settings: what is remembered.
            parent: the window.
        """
        super().__init__(tr("&Theme"), parent)
        self._settings, self._group = settings, QActionGroup(self)
        for theme in THEMES:
            self._add(theme)
        self._mark()
        # the theme may be changed elsewhere
        wearing().changed.connect(self._mark)

    def _add(self, theme: Theme) -> None:
        action = QAction(tr(theme.title), self)
        action.setCheckable(True)
        action.setData(theme.key)
        action.triggered.connect(lambda _checked=False: self._choose(theme))
        self._group.addAction(action)
        self.addAction(action)

    def _choose(self, theme: Theme) -> None:
        self._settings.setValue(THEME, theme.key)
        wear(theme)

    def _mark(self) -> None:
        for action in self._group.actions():
            action.setChecked(action.data() == wearing().theme.key)
