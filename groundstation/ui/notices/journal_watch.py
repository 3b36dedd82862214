# SPDX-License-Identifier: Apache-2.0
"""Tells when the journal of commands can't be written, and when it can again. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject

from groundstation.fleet.conditions import Level
from groundstation.ui.commanding.desk import OperatorDesk


class JournalWatch(QObject):
    """Looks at the journal's own word a few times a second."""

    def __init__(self, desk: OperatorDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._problem = desk, ""
        desk.feed.timeline.passed.connect(self._on_aged)

    def _on_aged(self) -> None:
        problem = self._desk.orders.journal_problem
        # looked at three times a second, told when it changes
        if problem == self._problem:
            return
        self._problem = problem
        if problem:
            words = self.tr("Commands go on, but {problem}.").format(problem=problem)
            self._desk.noticed.emit(words, Level.CAUTION)
        else:
            self._desk.noticed.emit(self.tr("The journal is written again."), Level.NORMAL)
