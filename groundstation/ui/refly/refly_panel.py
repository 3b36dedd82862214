# SPDX-License-Identifier: Apache-2.0
"""The panel of flights that were flown again: runs, differences, events; the one under way. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QCoreApplication, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.plans.fleet_check import clock_text
from groundstation.fleet.refly.error_way import error_ways
from groundstation.fleet.refly.news import FlightNews, RecordedWay
from groundstation.fleet.shown_text import shown_path
from groundstation.ui.choice_field import ChoiceField
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.language.shown import shown
from groundstation.ui.refly.difference_view import DifferenceView
from groundstation.ui.refly.refly_dialog import ReflyDialog
from groundstation.ui.refly.refly_port import Both, Outcome, ReflyAccess, ReflyWish
from groundstation.ui.refly.result_tables import EventsTable, RunsTable
from groundstation.ui.refly.under_way import UnderWay
from groundstation.ui.refly.verdict import verdict
from groundstation.ui.task import Ended, Task, Tasks
from groundstation.ui.theme.dress import set_style
from groundstation.ui.theme.icons import icon

POLL_MS = 200


def tr(text: str) -> str:
    """A text of this panel in the operator's language."""
    return QCoreApplication.translate("ReflyPanel", text)


class ReflyPanel(QWidget):
    """The panel of the `refly` dock."""

    both_wanted = Signal(object)
    """A `Both`: record and flight that are to be looked at together."""

    def __init__(self, access: ReflyAccess, parent: QWidget | None = None) -> None:
        """Build the panel.

        Args:
            access: ways to flying again.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setObjectName("panel")
        self._access = access
        self._tasks = Tasks("refly", tr("it can't be flown again"), self)
        self.task: Task | None = None
        """The flight that is under way; None while there is none."""
        self._news: FlightNews | None = None
        """The newest of what is under way."""
        self._ways: tuple[RecordedWay, ...] = ()
        self._about = ""
        self.outcome: Outcome | None = None
        """What is shown."""
        self.dialog: ReflyDialog | None = None
        """The one that was opened last."""
        self._build()
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._show_progress)
        self._show_outcome()

    # ---- making ----

    def _build(self) -> None:
        self.verdict, self.notes = QLabel(), QLabel()
        for label, margins in ((self.verdict, (12, 0, 12, 6)), (self.notes, (12, 2, 12, 6))):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setContentsMargins(*margins)
        self.notes.setProperty("role", "muted")
        self.under_way = UnderWay()
        self.under_way.cancel_wanted.connect(self.give_up)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head())
        layout.addWidget(self.under_way, 2)
        layout.addWidget(self.verdict)
        layout.addWidget(self._result(), 3)
        layout.addWidget(self.notes)

    def _head(self) -> QHBoxLayout:
        self.title = ElidingLabel()
        set_style(self.title, "font-weight: 600;")
        self.vehicle: ChoiceField[int] = ChoiceField(tr("Vehicle"), [])
        self.vehicle.activated.connect(self._on_vehicle)
        self.worst = _button("goto", "", tr("Show both at the moment at which it was farthest aside"))
        self.both = _button("history", tr("Show both"), tr("Look at record and flight together, aligned by take-off"))
        self.report = _button("report", tr("Report"), tr("Open the printable comparison"))
        self.open = _button("open", tr("Open…"), tr("Open an earlier comparison"))
        self.worst.clicked.connect(self._on_worst)
        self.both.clicked.connect(self._on_both)
        self.report.clicked.connect(self._on_report)
        self.open.clicked.connect(self._on_open)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 4)
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        for one in (self.vehicle, self.worst, self.both, self.report, self.open):
            head.addWidget(one)
        return head

    def _result(self) -> QWidget:
        self.runs, self.events = RunsTable(), EventsTable()
        self.runs.itemSelectionChanged.connect(self._show_run)
        self.view = DifferenceView()
        self.view.moment_wanted.connect(self._show_moment)
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self.runs)
        left.addWidget(self.events)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(left)
        self.split.addWidget(self.view)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setSizes([540, 360])
        return self.split

    # ---- flying ----

    def ask(self, files: Sequence[Path], vehicle: str = "", number: int | None = None, about: str = "") -> None:
        """Ask how something is to be flown again.

        Args:
            files: logs.
            vehicle: of the log; empty for all.
            number: which flight of it, from 1; None for the longest.
            about: the flight in words; empty for the names of the logs.
        """
        self.dialog = ReflyDialog(files, about, self._access.programs(), self.fly, self.window())
        self.dialog.vehicle, self.dialog.number = vehicle, number
        show_beside(self.dialog)

    def fly(self, wish: ReflyWish) -> None:
        """Fly it; one at a time."""
        if self.task is not None:
            self.notes.setText(tr("One flight is under way; cancel it first, or wait for its end."))
            return

        def work(task: Task) -> Outcome:
            def told(news: FlightNews) -> None:
                # frozen values, of which the window looks at the newest alone
                self._ways = news.ways or self._ways
                self._news = news
                task.told(news.share)

            return self._access.fly(wish, told)

        self._news, self._ways = None, ()
        self._about = ", ".join(shown_path(one.name) for one in wish.files)
        self.under_way.begin()
        self.notes.setText("")
        self.task = self._tasks.run_task(work, self._on_flown)
        self._timer.start()
        self._show_progress()

    def give_up(self) -> None:
        """Give up what is under way."""
        if self.task is not None:
            self.task.cancel()
            self.under_way.end()
            self._show_progress()

    def stop(self) -> None:
        """The window closes."""
        self.give_up()

    def _on_flown(self, ended: Ended[Outcome]) -> None:
        self._timer.stop()
        self.task = None
        if ended.value is not None:
            self.outcome = ended.value
            self._show_outcome()
        else:
            self._show_outcome()
            self.notes.setText(ended.problem or tr("It was given up."))

    def _show_progress(self) -> None:
        is_flying = self.task is not None
        self.under_way.setVisible(is_flying)
        self.open.setVisible(not is_flying)
        news = self._news
        if not is_flying or news is None:
            return
        if self.outcome is None:
            self.title.setText(tr("{names}, being flown again: SIM").format(names=self._about))
        # a run's ways are told once, and newer news may have come since
        self.under_way.show_news(msgspec.structs.replace(news, ways=self._ways))

    # ---- showing ----

    def show_result(self, folder: Path) -> None:
        """Show an earlier result."""
        read = self._access.read
        self._tasks.run_task(lambda _task: read(folder), self._on_flown)

    def _show_outcome(self) -> None:
        self._show_progress()
        outcome = self.outcome
        for one in (self.both, self.worst, self.verdict, self.report, self.vehicle, self.split):
            one.setVisible(outcome is not None)
        if outcome is None:
            self.title.setText(tr("Nothing was flown again yet"))
            self.notes.setText(tr("Choose a flight in the logbook, or look at a log, and press Fly again."))
            return
        result = outcome.result
        names = ", ".join(shown_path(Path(one).name) for one in result.files)
        simulator = tr("built-in simulator") if result.simulator == "built-in" else result.simulator
        self.title.setText(tr("{names}, flown again: SIM, {simulator}").format(names=names, simulator=simulator))
        vehicles = [one.vehicle for one in result.runs[0].vehicles] if result.runs else []
        self.vehicle.show_choices([(name, index) for index, name in enumerate(vehicles)])
        self.vehicle.setVisible(len(vehicles) > 1)
        self.runs.show_runs(result.runs, self._vehicle)
        self.notes.setText("\n".join(result.notes))
        self.runs.selectRow(0)
        self._show_run()

    def _on_vehicle(self) -> None:
        if self.outcome is not None:
            self.runs.show_runs(self.outcome.result.runs, self._vehicle)
            self._show_run()

    @property
    def _vehicle(self) -> int:
        return max(self.vehicle.currentIndex(), 0)

    @property
    def _chosen(self) -> int:
        """Place of the chosen run; there is one."""
        count = len(self.outcome.result.runs) if self.outcome is not None else 1
        return min(max(self.runs.currentRow(), 0), count - 1)

    def _show_run(self) -> None:
        outcome = self.outcome
        if outcome is None or not outcome.result.runs:
            return
        runs = outcome.result.runs
        chosen = self._chosen
        self.view.show_runs(runs, self._vehicle, chosen)
        self.verdict.setText(verdict(runs[chosen], self._vehicle))
        largest = runs[chosen].vehicles[self._vehicle].cross_track
        words = tr("Worst place: {error:.1f} m at {time}")
        self.worst.setText(words.format(error=shown(largest.max), time=clock_text(largest.max_at_s)))
        self.events.show_events(runs[chosen].vehicles[self._vehicle].events)

    # ---- wishes ----

    def _on_worst(self) -> None:
        if self.outcome is not None:
            run = self.outcome.result.runs[self._chosen]
            self._show_moment(run.vehicles[self._vehicle].cross_track.max_at_s)

    def _show_moment(self, at_s: float) -> None:
        """Show both at so many seconds of the vehicle after the record's take-off."""
        if self.outcome is None:
            return
        result = self.outcome.result
        # several logs are laid over each other by their take-offs, on the clock of the first one
        place = self._vehicle if len(result.files) == 1 else 0
        curves = result.runs[self._chosen].curves
        moment_s = curves[place].log_moment_s(at_s) if place < len(curves) else None
        if moment_s is None:
            self.notes.setText(tr("This comparison is of an earlier version and has no moments; both are shown whole."))
        self._show_both(moment_s)

    def _on_both(self) -> None:
        self._show_both(None)

    def _show_both(self, at_s: float | None) -> None:
        """Show record and chosen run, at a moment of the record's log; None for the beginning of the flight."""
        if self.outcome is None:
            return
        result, chosen = self.outcome.result, self._chosen
        try:
            again = self.outcome.recording(chosen)
        except GroundStationError as error:
            self.notes.setText(str(error))
            return
        files = (*(Path(one) for one in result.files), again)
        self.both_wanted.emit(Both(files=files, ways=error_ways(result.runs[chosen]), at_s=at_s))

    def _on_report(self) -> None:
        if self.outcome is not None:
            path = self.outcome.folder / "report.html"
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
                self.notes.setText(self.tr("no browser opens the report; it is {path}").format(path=path))

    def _on_open(self) -> None:
        dialog = QFileDialog(self.window(), tr("Folder of a comparison"))
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setDirectory(str(self._access.folder))
        dialog.fileSelected.connect(lambda name: self.show_result(Path(name)))
        dialog.show()


def _button(icon_name: str, text: str, tip: str) -> QPushButton:
    button = QPushButton(icon(icon_name), text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
