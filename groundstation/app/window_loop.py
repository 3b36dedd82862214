# SPDX-License-Identifier: Apache-2.0
"""Serves a window until it is closed, and ends what it began, whatever fails. GUI thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from groundstation.app.slot_faults import SlotFaults
from groundstation.app.wiring import calm_collector
from groundstation.ui.garbage import GarbageTurn
from groundstation.ui.main_window import MainWindow

STOP_POLL_MS = 100


class WindowLoop:
    """The loop of one window."""

    def __init__(
        self,
        application: QApplication,
        window: MainWindow,
        on_tick: Callable[[], None] | None = None,
        at_end: Callable[[], None] | None = None,
        *,
        ends_on_fault: bool = False,
    ) -> None:
        """Prepare.

        Args:
            application: Qt's.
            window: what is served.
            on_tick: called ten times a second; what it raises ends the window.
            at_end: called when the window is closed, while it still can be painted.
            ends_on_fault: nobody looks at this window, so it ends with the first fault in any part of it.
        """
        self._application, self._window = application, window
        self._on_tick, self._at_end = on_tick, at_end
        self._failed: list[BaseException] = []
        self._faults = SlotFaults(ends=ends_on_fault)

    def run(self, stop: threading.Event, start: Callable[[], None], ends: Sequence[Callable[[], None]]) -> None:
        """Serve until the window is closed or `stop` is set.

        Args:
            stop: set by a signal handler; looked at ten times a second, which also lets Python see the signal.
            start: shows the window and begins what feeds it.
            ends: called backwards at the end, in any case.

        Raises:
            Exception: what `on_tick` or `at_end` raised, or with `ends_on_fault` any part of the window.
        """
        watch = QTimer()
        watch.setInterval(STOP_POLL_MS)
        watch.timeout.connect(lambda: self._look(stop))
        watch.start()
        with contextlib.ExitStack() as ending, self._faults:
            for end in (*ends, watch.stop):
                ending.callback(end)
            start()
            calm_collector()
            garbage = GarbageTurn(self._application)
            self._application.exec()
            garbage.deleteLater()
            # Ctrl-C: nobody closed the window, so it has not remembered how it looks
            if self._window.isVisible():
                self._window.leave()
            if self._at_end is not None and not self._failed and self._faults.first is None:
                self._at_end()
        for error in (*self._failed, self._faults.first):
            if error is not None:
                raise error

    def _look(self, stop: threading.Event) -> None:
        # nothing in here may raise on its way to the end: Qt would call it again for ever
        try:
            if self._on_tick is not None and not stop.is_set():
                self._on_tick()
        except BaseException as error:  # noqa: BLE001 - SystemExit of a closed pipe too; raised again at the end
            self._failed.append(error)
        if self._failed or self._faults.first is not None or stop.is_set():
            # `quit` would ask the windows, and one that fails in its answer keeps the process alive
            QApplication.exit(0)
