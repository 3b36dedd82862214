# SPDX-License-Identifier: Apache-2.0
"""The panel of procedures: choose one, try it dry, start it, answer it, stop it. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.procedures.procedure import Procedure
from groundstation.fleet.procedures.progress import Ending, Question
from groundstation.fleet.procedures.rehearsal import rehearsed
from groundstation.fleet.procedures.run import Run
from groundstation.ui.command_sheet.hold_button import HoldButton
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import by_name, vehicles_text
from groundstation.ui.focus import guarded
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.procedures.procedure_desk import ProcedureDesk
from groundstation.ui.procedures.procedure_model import STEP, WHAT, ProcedureModel
from groundstation.ui.procedures.procedure_port import ProcedureAccess
from groundstation.ui.procedures.question_bar import QuestionBar
from groundstation.ui.said import said_by
from groundstation.ui.task import Ended, Tasks
from groundstation.ui.theme.icons import icon
from groundstation.ui.timeline import local_time

PERIOD_MS = 300
ROW_HEIGHT = 24
STEP_PX, LEAST_WHAT_PX = 84, 150
WIDEST = 200
"""Of a vehicle's column, pixels; its tool tip has all."""


class ProceduresPanel(LivePanel):
    """The panel of the `procedures` dock."""

    def __init__(
        self, desk: OperatorDesk, procedures: ProcedureDesk, access: ProcedureAccess, parent: QWidget | None = None
    ) -> None:
        """Build the panel.

        Args:
            desk: the selection, and who this operator is.
            procedures: goes through them.
            access: ways to files.
            parent: Qt's.
        """
        super().__init__(PERIOD_MS, parent)
        self._desk, self.procedures, self._access = desk, procedures, access
        self._tasks = Tasks("procedure-reader", self.tr("the file can't be read"), self)
        self._run: Run | None = None
        self._wanted = ""
        """Name of the procedure that is to be chosen; it may stand in a file that is not read yet."""
        self.file: Path | None = None
        """The operator's own file; None for those that come along alone."""
        self.model = ProcedureModel(self)
        self._build()
        procedures.changed.connect(self._on_changed)
        desk.selection.changed.connect(self._on_selected)
        self._tasks.run_task(lambda _: self._read_bundled(), self._on_bundled)
        self.refresh()

    # ---- building ----

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._choice_bar())
        layout.addLayout(self._act_bar())
        self.notice = _plain(QLabel(), "small")
        self.notice.setWordWrap(True)
        self.notice.setContentsMargins(12, 0, 12, 6)
        self.notice.hide()
        layout.addWidget(self.notice)
        self.question = QuestionBar()
        self.question.answered.connect(self._on_answered)
        layout.addWidget(self.question)
        layout.addWidget(self._make_table(), 1)

    def _choice_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(8)
        self.procedure_box = _box(self.tr("Procedure"))
        self.procedure_box.currentIndexChanged.connect(self._on_chosen)
        self.open_button = QToolButton()
        self.open_button.setIcon(icon("open"))
        self.open_button.setToolTip(self.tr("Open a file of procedures…"))
        self.open_button.setAccessibleName(self.tr("Open a file of procedures"))
        self.open_button.clicked.connect(self.open_file)
        self.run_box = _box(self.tr("Under way, and over"))
        self.run_box.currentIndexChanged.connect(self._on_run_chosen)
        bar.addWidget(self.procedure_box, 1)
        bar.addWidget(self.open_button)
        bar.addWidget(self.run_box, 1)
        return bar

    def _act_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 0, 12, 8)
        bar.setSpacing(8)
        self.whom = _plain(QLabel(), "muted")
        self.whom.setSizePolicy(self.whom.sizePolicy().Policy.Ignored, self.whom.sizePolicy().verticalPolicy())
        self.dry_button = QPushButton(self.tr("Dry run"))
        self.dry_button.setToolTip(self.tr("What holds now and what would be done; nothing is sent"))
        self.dry_button.clicked.connect(self.rehearse)
        self.start_button = HoldButton()
        guarded(self.start_button)
        self.start_button.setText(self.tr("Hold to start"))
        self.start_button.setMinimumWidth(120)
        self.start_button.held.connect(self.start)
        self.stop_button = guarded(QPushButton(self.tr("Stop")))
        self.stop_button.setToolTip(self.tr("Nothing new goes out, what is under way is cancelled"))
        self.stop_button.clicked.connect(self.stop_run)
        bar.addWidget(self.whom, 1)
        for button in (self.dry_button, self.start_button, self.stop_button):
            button.setAutoDefault(False)
            bar.addWidget(button)
        return bar

    def _make_table(self) -> QTableView:
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Procedure, step by vehicle"))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setIconSize(QSize(14, 14))
        # else the Tab key never leaves the table
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        rows = self.table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setDefaultSectionSize(WIDEST)
        self.model.modelReset.connect(self._set_widths)
        return self.table

    def _set_widths(self) -> None:
        self.table.setColumnWidth(STEP, STEP_PX)
        wide = self.table.sizeHintForColumn(WHAT) + 12
        # whatever vehicles leave
        room = self.table.viewport().width() - STEP_PX - len(self.model.keys) * WIDEST
        self.table.setColumnWidth(WHAT, max(LEAST_WHAT_PX, min(wide, room)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: what a step says takes the room that there is."""
        super().resizeEvent(event)
        self._set_widths()

    # ---- files ----

    def _read_bundled(self) -> list[tuple[Path, Sequence[Procedure]]]:
        return [(path, self._access.read(path)) for path in self._access.bundled()]

    def _on_bundled(self, ended: Ended[list[tuple[Path, Sequence[Procedure]]]]) -> None:
        if ended.problem:
            self._tell(ended.problem)
        for path, found in ended.value or []:
            self._add(path, found)

    def open_file(self) -> None:
        """Ask for a file."""
        dialog = QFileDialog(self, self.tr("Procedures"), str(self.file.parent) if self.file is not None else "")
        dialog.setNameFilter(self.tr("Procedures (*.yaml *.yml)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.read_file(Path(path)))
        dialog.open()

    def read_file(self, path: Path, wanted: str = "") -> None:
        """Read a file beside the window; its procedures stand first then.

        Args:
            path: the file.
            wanted: name of the procedure that is chosen then, of this file or not; empty for the first of the file.
        """
        self._tell(self.tr("reads {name}…").format(name=path.name))
        self._tasks.run_task(lambda _: self._access.read(path), partial(self._on_read, path, wanted))

    def _on_read(self, path: Path, wanted: str, ended: Ended[Sequence[Procedure]]) -> None:
        self._tell(ended.problem)
        if ended.value is not None:
            self.file, self._wanted = path, wanted or ended.value[0].name
            self._add(path, ended.value)

    def _add(self, path: Path, found: Sequence[Procedure]) -> None:
        box = self.procedure_box
        box.blockSignals(True)
        for row in reversed(range(box.count())):
            if box.itemData(row)[0] == path:
                box.removeItem(row)
        is_own = path == self.file
        for place, one in enumerate(found):
            title = f"{one.shown}  ({path.name})"
            box.insertItem(place if is_own else box.count(), title, (path, one))
        names = [box.itemData(row)[1].name for row in range(box.count())]
        box.setCurrentIndex(names.index(self._wanted) if self._wanted in names else 0)
        box.blockSignals(False)
        # what is under way stays in view
        if self._run is None:
            self._show_chosen()

    # ---- what is remembered ----

    @property
    def memory(self) -> list[str]:
        """File and name of what is chosen."""
        chosen = self.chosen
        return [str(self.file or ""), self._wanted or (chosen.name if chosen is not None else "")]

    def restore(self, kept: list[str]) -> None:
        """Choose again what was remembered."""
        if len(kept) != 2:
            return
        self._wanted = kept[1][:100]
        if kept[0]:
            self.read_file(Path(kept[0]), self._wanted)

    # ---- acting ----

    @property
    def chosen(self) -> Procedure | None:
        """The procedure that is chosen; None where there is none."""
        data = self.procedure_box.currentData()
        return data[1] if data is not None else None

    def rehearse(self) -> None:
        """Show what holds now and what would be done; nothing is sent."""
        procedure, keys = self.chosen, tuple(by_name(self._desk.selection.keys))
        if procedure is None or not keys:
            self._tell(self.tr("Select vehicles first: in the list, or on the map."))
            return
        rows = rehearsed(procedure, keys, self.procedures.look)
        self._choose_run(None)
        self.model.show(procedure, keys, lambda number, key: rows[number - 1][key])
        self._tell(self.tr("Dry run with {vehicles}: nothing was sent.").format(vehicles=vehicles_text(keys)))

    def start(self) -> None:
        """Begin the chosen one with the vehicles that are selected now."""
        procedure = self.chosen
        if procedure is None:
            return
        try:
            run = self.procedures.start(procedure, by_name(self._desk.selection.keys))
        except UsageError as error:
            self._tell(said_by(error))
            return
        except GroundStationError as error:
            self._tell(str(error))
            return
        self._tell("")
        self._choose_run(run)

    def stop_run(self) -> None:
        """Stop the one that is shown."""
        if self._run is not None:
            self.procedures.stop(self._run)

    def stop(self) -> None:
        """The window closes: all stop."""
        self.procedures.close()

    def _on_answered(self, question: Question, is_so: bool) -> None:
        if self._run is not None:
            self.procedures.confirm(self._run, question, is_so=is_so)

    # ---- showing ----

    def refresh(self) -> None:
        """Show everything as it is now."""
        self._fill_runs()
        run = self._run
        if run is not None:
            self.model.show(run.procedure, run.keys, run.cell)
        self.question.ask(run.questions if run is not None else ())
        self.stop_button.setEnabled(run is not None and run.ending is None)
        is_able = self.chosen is not None and not self._desk.is_observer
        self.start_button.setEnabled(is_able and bool(self._desk.selection.keys))
        self.dry_button.setEnabled(self.chosen is not None)
        keys = run.keys if run is not None else tuple(by_name(self._desk.selection.keys))
        words = vehicles_text(keys) if keys else self.tr("no vehicle is selected")
        if run is not None:
            words = f"{self._state_words(run)} · {words}"
        self.whom.setText(words)
        self.whom.setToolTip(words)

    def _on_changed(self) -> None:
        asking = sum(bool(one.questions) for one in self.procedures.runs.under_way)
        count = len(self.procedures.runs.under_way)
        # told on the tab too: who asks must be found where the panel is behind another one
        title = self.tr("Procedures {count}").format(count=count) if count else self.tr("Procedures")
        title = self.tr("Procedures: asks") if asking else title
        if title != self.windowTitle():
            self.setWindowTitle(title)
        if self.isVisible():
            self.refresh()

    def _on_selected(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_chosen(self) -> None:
        if self.chosen is not None:
            self._wanted = self.chosen.name
        self._show_chosen()

    def _show_chosen(self) -> None:
        self._run = None
        self.model.show(self.chosen, ())
        self.refresh()

    def _fill_runs(self) -> None:
        runs = list(reversed(self.procedures.runs.all))
        known = [self.run_box.itemData(row) for row in range(self.run_box.count())]
        self.run_box.setVisible(bool(runs))
        self.run_box.blockSignals(True)
        if known != [None, *runs]:
            self.run_box.clear()
            self.run_box.addItem(self.tr("A new one"), None)
            for run in runs:
                self.run_box.addItem("", run)
        for row, run in enumerate(runs, 1):
            self.run_box.setItemText(row, f"{run.procedure.shown} · {self._state_words(run)}")
        self.run_box.setCurrentIndex(1 + runs.index(self._run) if self._run in runs else 0)
        self.run_box.blockSignals(False)

    def _on_run_chosen(self) -> None:
        self._run = self.run_box.currentData()
        if self._run is None:
            self.model.show(self.chosen, ())
        self.refresh()

    def _choose_run(self, run: Run | None) -> None:
        self._run = run
        self.refresh()

    def _state_words(self, run: Run) -> str:
        at = local_time(run.began_unix_s)
        if run.ending is None:
            place = self.tr("step {number} of {count}").format(number=run.number, count=len(run.procedure.steps))
            return f"{at} {place}"
        words = {
            Ending.DONE: self.tr("done"),
            Ending.FAILED: self.tr("failed"),
            Ending.STOPPED: self.tr("stopped"),
        }
        return f"{at} {words[run.ending]}"

    def _tell(self, words: str) -> None:
        self.notice.setText(words)
        self.notice.setVisible(bool(words))


def _plain(label: QLabel, role: str) -> QLabel:
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    return label


def _box(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    # the words of a procedure may be long, and must not make the panel as wide
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    return box
