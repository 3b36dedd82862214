# SPDX-License-Identifier: Apache-2.0
"""The newest recordings, and ways to others. GUI thread; the disk is looked at on thread `recent-logs`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.shown_text import harmless
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.language.shown import shown, shown_time
from groundstation.ui.start.start_port import RecentLog, StartAccess
from groundstation.ui.task import Ended, Tasks

MOST = 4
MEGABYTE = 1_000_000


def tr(text: str) -> str:
    """A text of this card in the operator's language."""
    return QCoreApplication.translate("RecentCard", text)


class RecentCard(QWidget):
    """Rows that open, a button that browses, one that shows the logbook."""

    log_wanted = Signal(str)
    logbook_wanted = Signal()

    def __init__(self, access: StartAccess, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            access: knows the recordings.
            parent: Qt's.
        """
        super().__init__(parent)
        self._access = access
        self._tasks = Tasks("recent-logs", tr("recordings can't be looked for"), self)
        self.browse, self.logbook = QPushButton(tr("Browse…")), QPushButton(tr("Logbook"))
        self.browse.clicked.connect(lambda: self.log_wanted.emit(""))
        self.logbook.clicked.connect(self.logbook_wanted)
        self.note = QLabel(tr("No recording yet: the first begins with the first vehicle."))
        self.note.setProperty("role", "small")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(20)
        self._grid.setColumnStretch(0, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.browse)
        buttons.addWidget(self.logbook)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addWidget(self.note)
        column.addLayout(buttons)
        self.openers: list[QPushButton] = []

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: looks what there is."""
        super().showEvent(event)
        self._tasks.run_task(lambda _task: self._access.recent(), self._on_found)

    def _on_found(self, ended: Ended[Sequence[RecentLog]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.openers = []
        found = list(ended.value or ())[:MOST]
        self.note.setVisible(not found or bool(ended.problem))
        if ended.problem:
            self.note.setText(ended.problem)
        for row, one in enumerate(found):
            self._add(row, one)

    def _add(self, row: int, one: RecentLog) -> None:
        name, when, size = ElidingLabel(), QLabel(), QLabel()
        name.setText(harmless(one.path.name))
        name.setProperty("role", "strong")
        when.setText(shown_time(one.when_unix_s, "%Y-%m-%d %H:%M"))
        size.setText(f"{shown(one.size_bytes / MEGABYTE):.1f} MB")
        size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label in (when, size):
            label.setProperty("role", "muted")
        button = QPushButton(tr("Open"))
        button.setProperty("role", "remedy")
        button.setAccessibleName(tr("Open {name}").format(name=harmless(one.path.name)))
        button.clicked.connect(partial(self.log_wanted.emit, str(one.path)))
        self.openers.append(button)
        for column, widget in enumerate((name, when, size, button)):
            self._grid.addWidget(widget, row, column)
