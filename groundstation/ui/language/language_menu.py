# SPDX-License-Identifier: Apache-2.0
"""The menu of languages: one of them is spoken, at once, and remembered. GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from groundstation.ui.language.speaking import languages, speaking
from groundstation.ui.language.switch import LANGUAGE, speak
from groundstation.ui.panel_types import tr
from groundstation.ui.settings.chosen import chosen


class LanguageMenu(QMenu):
    """An entry for each file there is; languages are called what they call themselves."""

    def __init__(self, parent: QWidget) -> None:
        """Fill it.

        Args:
            parent: the window.
        """
        super().__init__(tr("&Language"), parent)
        self._group = QActionGroup(self)
        for language, name in languages().items():
            action = QAction(name, self)
            action.setCheckable(True)
            action.setData(language)
            action.triggered.connect(lambda _checked=False, language=language: self._choose(language))
            self._group.addAction(action)
            self.addAction(action)
        self._mark()
        # it may be changed elsewhere
        speaking().changed.connect(self._mark)

    def _choose(self, language: str) -> None:
        chosen().change(LANGUAGE, language)
        speak(language)
        self._mark()

    def _mark(self) -> None:
        for action in self._group.actions():
            action.setChecked(action.data() == speaking().language)
