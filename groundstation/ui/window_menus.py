# SPDX-License-Identifier: Apache-2.0
"""Menus and keys of the window: those of the panels come from their rows. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from groundstation.ui.panel_types import VIEW, MenuEntry, Panel, tr
from groundstation.ui.workspace import Workspace

PANEL = "panel"
"""Property of an action that shows and hides a panel."""


class WindowMenus:
    """Fills the menu bar. The keys work wherever the keyboard is, in a panel with a window of its own too."""

    def __init__(
        self, bar: QMenuBar, window: QWidget, workspace: Workspace, extra: list[QMenu], first: QMenu | None = None
    ) -> None:
        """Add what belongs to panels.

        Args:
            bar: of the window.
            window: owns the actions.
            workspace: all panels.
            extra: other menus, which stand behind the one of the panels.
            first: one that stands before it; None for none.
        """
        self._bar, self._window, self._workspace = bar, window, workspace
        self._menus: dict[str, QMenu] = {}
        if first is not None:
            bar.addMenu(first)
        self.view = self.menu(VIEW)
        self._panels_end = self.view.addSeparator()
        for menu in extra:
            bar.addMenu(menu)
        # panels are made and closed meanwhile
        self.view.aboutToShow.connect(self.list_panels)
        self.list_panels()
        for row in workspace.rows:
            self._add_row(row)

    def menu(self, title: str) -> QMenu:
        """A menu of the bar by its English title; made when it is first wanted."""
        if title not in self._menus:
            self._menus[title] = self._bar.addMenu(tr(title))
        return self._menus[title]

    def add(self, menu: QMenu, text: str, keys: str, slot: Callable[[], object]) -> None:
        """Add an entry."""
        action = self._action(text, keys, slot)
        menu.addAction(action)

    def list_panels(self) -> None:
        """Put every panel there is at this moment into the menu of the panels."""
        shown = [dock.toggleViewAction() for dock in self._workspace.docks.values()]
        for action in [one for one in self.view.actions() if one.property(PANEL) and one not in shown]:
            self.view.removeAction(action)
        for action in shown:
            action.setProperty(PANEL, True)
            self.view.insertAction(self._panels_end, action)

    def _add_row(self, row: Panel[Any]) -> None:
        name, panel = row.name, self._workspace.named(row.name)
        self._action(tr(row.title), self._workspace.keys[name], lambda: self._workspace.focus(name))
        if row.again is not None:
            self.add(self.view, tr(row.again.text), row.again.keys, lambda: self._workspace.add(row))
        for entry in row.entries:
            if entry.is_offered(panel):
                self.add(self.menu(entry.menu), tr(entry.text), entry.keys, self._slot(row, entry))

    def _slot(self, row: Panel[Any], entry: MenuEntry[Any]) -> Callable[[], object]:
        def act() -> None:
            if entry.brings:
                self._workspace.bring(row.name)
            # of the past where that is shown: what it has not, as buttons to command with, is not offered
            panel = self._workspace.shown(row.name)
            if entry.is_offered(panel):
                entry.act(panel)

        return act

    def _action(self, text: str, keys: str, slot: Callable[[], object]) -> QAction:
        action = QAction(text, self._window)
        if keys:
            action.setShortcut(QKeySequence(keys))
            # wherever the keyboard is, also in a panel with a window of its own
            action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        action.triggered.connect(lambda _checked=False: slot())
        # an action has no key before a widget has it
        self._window.addAction(action)
        return action
