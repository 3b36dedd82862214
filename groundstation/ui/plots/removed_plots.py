# SPDX-License-Identifier: Apache-2.0
"""What was taken away from the plots by hand, for a while with its values, so that it comes back whole. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.history import History

KEPT_MS = 30_000
"""So long a button offers it, and values that were removed are still kept at full rate."""
MOST = 20
"""Removals that can be taken back, one after the other."""

Plots = list[list[ValueRef]]


class RemovedPlots(QObject):
    """The plots as they were before each removal, the last one last."""

    changed = Signal()
    """Whether it is offered changed."""

    def __init__(self, history: History, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._before: list[Plots] = []
        self._held: list[ValueRef] = []
        self._timer = QTimer(self, interval=KEPT_MS, singleShot=True)
        self._timer.timeout.connect(self.let_go)

    @property
    def is_offered(self) -> bool:
        """Whether something was removed a short while ago."""
        return self._timer.isActive()

    def keep(self, plots: Plots) -> None:
        """Something is about to be removed from these."""
        if not any(plots):
            return
        self._before = [*self._before, plots][-MOST:]
        self._release()
        # else what was kept of a value at full rate would be gone with its curve
        self._held = [ref for refs in plots for ref in refs]
        for ref in self._held:
            self._history.track(ref)
        self._timer.start()
        self.changed.emit()

    def take(self) -> Plots | None:
        """The plots as they were before the last removal, which counts as taken back; None when there was none."""
        found = self._before.pop() if self._before else None
        if not self._before:
            self._timer.stop()
        self.changed.emit()
        return found

    def let_go(self) -> None:
        """It was long ago, or is back: its values are kept for nobody any more."""
        self._timer.stop()
        self._release()
        self.changed.emit()

    def _release(self) -> None:
        for ref in self._held:
            self._history.untrack(ref)
        self._held = []
