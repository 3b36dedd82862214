# SPDX-License-Identifier: Apache-2.0
"""Long work on what the GUI thread owns, in slices between which the window answers. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from groundstation.ui.timeline import monotonic_s

SLICE_S = 0.008


class Slices(QObject):
    """One work at a time; a new one takes the place of that before."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._turn)
        self._step: Callable[[], bool] | None = None
        self._at_end: Callable[[], None] = _nothing

    def run(self, step: Callable[[], bool], at_end: Callable[[], None]) -> None:
        """Begin, with a first slice at once: what is short is done when this returns.

        Args:
            step: does a little; returns whether there is more.
            at_end: called once it is done.
        """
        self._step, self._at_end = step, at_end
        self._timer.start()
        self._turn()

    def stop(self) -> None:
        """Leave it."""
        self._step = None
        self._timer.stop()

    def _turn(self) -> None:
        until_s = monotonic_s() + SLICE_S
        while self._step is not None:
            if not self._step():
                self.stop()
                self._at_end()
            elif monotonic_s() >= until_s:
                return


def _nothing() -> None:
    pass
