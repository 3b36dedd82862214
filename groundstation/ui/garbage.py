# SPDX-License-Identifier: Apache-2.0
"""Cycles are collected on the GUI thread alone. GUI thread.

Python collects on whichever thread happens to make the next object. Widgets that are only kept by a cycle, as those of
a panel that was closed, would then be taken apart on the thread of MQTT or of a work: Qt waits there for the GUI thread
for ever, or the process ends.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

TURN_MS = 1_000


class GarbageTurn(QObject):
    """Takes the collector's work over, at its own thresholds, once a second at most."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin.

        Args:
            parent: Qt's; the application.
        """
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=TURN_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()


def collect_due() -> int | None:
    """Collect what the collector would have collected by now.

    Returns:
        The oldest generation that was looked at; None where nothing was due.
    """
    due = [
        number
        for number, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
        if count > most
    ]
    if not due:
        return None
    gc.collect(due[-1])
    return due[-1]
