# SPDX-License-Identifier: Apache-2.0
"""Keeps a window and the file of settings with what is chosen. GUI thread; the file is written on thread `settings`."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from groundstation.fleet.settings.settings import Settings
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.settings.settings_dialog import SettingsDialog
from groundstation.ui.settings.settings_port import SettingsAccess
from groundstation.ui.settings.taking_effect import take_effect
from groundstation.ui.task import Ended, Tasks


class SettingsKeeper(QObject):
    """One for each window."""

    told = Signal(str)
    """What is wrong with the file, a line."""

    def __init__(self, feed: FleetView, access: SettingsAccess | None, window: QWidget) -> None:
        """Nothing is written yet.

        Args:
            feed: knows which vehicles may be named.
            access: ways to the file; None for settings that last as long as the window.
            window: whose they are.
        """
        super().__init__(window)
        self._feed, self._access, self._window = feed, access, window
        fault = QCoreApplication.translate("Settings", "settings can't be written")
        self._tasks = Tasks("settings", fault, self)
        self._wanted: Settings | None = None
        self._is_writing = False
        self.dialog: SettingsDialog | None = None
        """The one that was opened last."""
        chosen().changed.connect(self._on_changed)

    def tell(self, say: Callable[[str], None]) -> None:
        """Say what was wrong in the file, and from now on what is."""
        self.told.connect(say)
        for problem in self._access.problems if self._access is not None else ():
            say(problem)

    def open(self) -> SettingsDialog:
        """Show the dialog; one at a time."""
        dialog = self.dialog
        if dialog is None or not isValid(dialog):
            dialog = self.dialog = SettingsDialog(self._feed, self._access, self._window)
        show_beside(dialog)
        return dialog

    def _on_changed(self, before: Settings, now: Settings) -> None:
        take_effect(before, now)
        self._wanted = now
        self._write()

    def _write(self) -> None:
        """One after the other: of several changes while the disk is busy the last one is written."""
        if self._access is None or self._is_writing or self._wanted is None:
            return
        wanted, write = self._wanted, self._access.write
        self._wanted, self._is_writing = None, True
        self._tasks.run_task(lambda _task: write(wanted), self._on_written)

    def _on_written(self, ended: Ended[None]) -> None:
        self._is_writing = False
        if ended.problem:
            self.told.emit(ended.problem)
        self._write()
