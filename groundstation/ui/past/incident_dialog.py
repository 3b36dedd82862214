# SPDX-License-Identifier: Apache-2.0
"""Packs the time around a moment into a file for somebody else. GUI thread; the packing runs on one of its own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from groundstation.ui.past.player_port import SaveIncident
from groundstation.ui.task import Ended, Task, Tasks
from groundstation.ui.timeline import local_time

BEFORE_S, AFTER_S, MOST_S = 120, 60, 3_600
POLL_MS = 200
WIDTH = 460


def tr(text: str) -> str:
    """A text of this dialog in the operator's language."""
    return QCoreApplication.translate("IncidentDialog", text)


class IncidentDialog(QDialog):
    """Asks how much, and where to."""

    def __init__(self, source: Path, at_s: float, save: SaveIncident, parent: QWidget | None = None) -> None:
        """Ask.

        Args:
            source: the recording.
            at_s: the moment, on its clock.
            save: packs it.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Incident"))
        self.setMinimumWidth(WIDTH)
        self._source, self._at_s, self._save = source, at_s, save
        self._tasks = Tasks("incident", tr("the incident can't be packed"), self)
        self.task: Task | None = None
        """The packing; None before it began."""
        self.before, self.after = _seconds(BEFORE_S), _seconds(AFTER_S)
        form = QFormLayout()
        form.addRow(tr("seconds before"), self.before)
        form.addRow(tr("seconds after"), self.after)
        self.words = QLabel(
            tr("Messages of that time with what was known before, bookmarks, commands and versions, in one zip.")
        )
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.hide()
        self.go, self.stop = QPushButton(tr("Save…")), QPushButton(tr("Cancel"))
        self.go.setDefault(True)
        self.go.clicked.connect(self._ask_where)
        self.stop.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        for one in (self.words, self.progress):
            layout.addWidget(one)
        layout.insertLayout(1, form)
        layout.addLayout(buttons)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._show_progress)

    def save_to(self, target: Path) -> None:
        """Begin to pack."""
        source, at_s, before_s, after_s = self._source, self._at_s, self.before.value(), self.after.value()
        self.go.setEnabled(False)
        self.progress.show()
        self._timer.start()

        def work(task: Task) -> None:
            self._save(source, at_s, float(before_s), float(after_s), target, task.told)

        self.task = self._tasks.run_task(work, lambda ended: self._on_end(ended, target))

    def _ask_where(self) -> None:
        name = f"incident-{local_time(self._at_s, '%Y-%m-%d_%H-%M-%S')}.zip"
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Save the incident"), name, f"{tr('Zip files')} (*.zip)")
        if chosen:
            self.save_to(Path(chosen))

    def _show_progress(self) -> None:
        if self.task is not None:
            self.progress.setValue(int(self.task.share * 100))

    def _on_end(self, ended: Ended[None], target: Path) -> None:
        self._timer.stop()
        self.progress.hide()
        self.go.setEnabled(True)
        if ended.problem:
            self.words.setText(ended.problem)
        elif not ended.is_cancelled:
            self.words.setText(tr("Saved {path}. It opens by dropping it on a window.").format(path=target))
            self.stop.setText(tr("Close"))

    def reject(self) -> None:
        """Qt: cancelled, or closed."""
        if self.task is not None:
            self.task.cancel()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: what is under way is given up."""
        if self.task is not None:
            self.task.cancel()
        super().closeEvent(event)


def _seconds(value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(0, MOST_S)
    box.setValue(value)
    return box
