# SPDX-License-Identifier: Apache-2.0
"""Starts simulated vehicles beside the living ones, lets things go wrong with them, and ends them. GUI thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings, Qt, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.choice_field import ChoiceField
from groundstation.ui.language.words import word
from groundstation.ui.number_field import NumberField
from groundstation.ui.simulator.program_field import ProgramField
from groundstation.ui.simulator.simulator_port import SimulatorAccess, SimulatorWish
from groundstation.ui.task import Ended, Tasks
from groundstation.ui.timeline import monotonic_s

WIDTH, LOG_HEIGHT = 520, 150
MOST_LINES = 500
POLL_MS = 200
SETTINGS = "simulator"
FLAVOURS = (
    ("Copters", ("copter",)),
    ("Planes", ("plane",)),
    ("PX4 quadrotors", ("px4",)),
    ("Of each", ("copter", "plane", "px4")),
)


def tr(text: str) -> str:
    """A text of this dialog in the operator's language."""
    return QCoreApplication.translate("SimulatorDialog", text)


class SimulatorDialog(QDialog):
    """One simulator of this window; it goes on when the dialog is closed, and ends with the window."""

    def __init__(
        self,
        access: SimulatorAccess,
        settings: QSettings,
        parent: QWidget | None = None,
        states: Callable[[], Sequence[VehicleState]] = tuple,
    ) -> None:
        """Build it.

        Args:
            access: ways to simulators.
            settings: what was chosen last time.
            states: the simulated vehicles as they are now, for a scenario.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Simulator"))
        self.setMinimumWidth(WIDTH)
        self._access, self._settings, self._states = access, settings, states
        self._tasks = Tasks("scenario", tr("the scenario can't be written"), self)
        self._faults: list[str] = []
        """Those that began since it was started, with their seconds."""
        self._started_s = monotonic_s()
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        """Appended on another thread, taken here."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self._what())
        layout.addLayout(self._buttons())
        layout.addWidget(self._failing())
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(MOST_LINES)
        self.log.setMinimumHeight(LOG_HEIGHT)
        self.log.setAccessibleName(tr("What the simulator says"))
        layout.addWidget(self.log, 1)
        self._restore()
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.look()

    # ---- making ----

    def _what(self) -> QFormLayout:
        self.program = ProgramField(tr("What is simulated"), self._access.programs())
        self.program.chosen.connect(self._show_program)
        self.flavours = ChoiceField(tr("Kind of vehicle"), [(tr(name), value) for name, value in FLAVOURS])
        self.vehicles = QSpinBox()
        self.vehicles.setRange(1, 50)
        self.vehicles.setValue(3)
        self.vehicles.setAccessibleName(tr("How many"))
        self.home = QLineEdit()
        self.home.setPlaceholderText("40.994,39.771,80,353")
        self.home.setAccessibleName(tr("Place of the first one"))
        self.home.setToolTip(tr("Degrees north and east, metres above the sea, heading; or right-click on the map"))
        self.wind = NumberField(tr("Wind speed"), Dimension.SPEED, 0.0, 60.0)
        self.wind.setValue(3.0)
        self.wind_from = NumberField(tr("Where it comes from, degrees"), "°", 0.0, 360.0, 0)
        self.wind_from.setValue(290.0)
        self.speed = NumberField(tr("Simulated seconds for each real one"), "\N{MULTIPLICATION SIGN}", 0.1, 20.0)
        self.speed.setValue(1.0)
        self.autofly = QCheckBox(tr("each flies missions by itself"))
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow(tr("simulator"), self.program)
        form.addRow(tr("vehicles"), _row(self.vehicles, self.flavours))
        form.addRow(tr("place"), self.home)
        form.addRow(tr("wind"), _row(self.wind, QLabel(tr("from")), self.wind_from))
        form.addRow(tr("time goes"), _row(self.speed, self.autofly))
        return form

    def _buttons(self) -> QHBoxLayout:
        self.state = QLabel()
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.start_button, self.stop_button = QPushButton(tr("Start")), QPushButton(tr("Stop"))
        self.save_button = QPushButton(tr("Save as scenario…"))
        self.save_button.setToolTip(
            tr("Vehicles, plans, wind and faults so far, as a file that 'simulate --scenario' flies")
        )
        self.save_button.setAutoDefault(False)
        self.save_button.clicked.connect(self._on_save)
        self.start_button.setDefault(True)
        self.start_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(self.stop)
        row = QHBoxLayout()
        row.addWidget(self.state, 1)
        row.addWidget(self.save_button)
        row.addWidget(self.stop_button)
        row.addWidget(self.start_button)
        return row

    def _failing(self) -> QWidget:
        """What goes wrong, now."""
        self.kind: ChoiceField[str] = ChoiceField(
            tr("What goes wrong"), [(word(name.replace("_", " ")), name) for name, _ in self._access.kinds()]
        )
        self.kind.setMinimumContentsLength(14)
        self.kind.currentIndexChanged.connect(self._show_values)
        self.values = QLineEdit()
        self.values.setAccessibleName(tr("How much"))
        self.number = QSpinBox()
        self.number.setRange(1, 50)
        self.number.setAccessibleName(tr("Of which vehicle, by its system id"))
        self.begin, self.end = QPushButton(tr("Fail")), QPushButton(tr("Mend"))
        for button, begins in ((self.begin, True), (self.end, False)):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, begins=begins: self._on_fault(begins=begins))
        self.failing = _row(self.kind, self.values, QLabel(tr("of vehicle")), self.number, self.begin, self.end)
        self._show_values()
        return self.failing

    # ---- doing ----

    @property
    def wish(self) -> SimulatorWish:
        """What is to be simulated."""
        return SimulatorWish(
            program=self.program.value,
            flavours=self.flavours.value,
            vehicles=self.vehicles.value(),
            home=self.home.text().strip(),
            wind=f"{self.wind.value():g},{self.wind_from.value():g}",
            speed=self.speed.value(),
            is_autofly=self.autofly.isChecked() and self.program.value is None,
        )

    @property
    def fault_text(self) -> str:
        """The fault that is chosen, from now on."""
        much = f"={self.values.text().strip()}" if self._needs() else ""
        return f"{self.kind.value}{much}:{self.number.value()}@0"

    def start(self) -> None:
        """Start it, or start it anew."""
        self._keep()
        self.log.clear()
        self._lines.clear()
        self._faults.clear()
        self._started_s = monotonic_s()
        self._access.start(self.wish, self._lines.append)
        self.look()

    def stop(self) -> None:
        """End it."""
        self._access.stop()
        self.look()

    def place(self, lat_deg: float, lon_deg: float) -> None:
        """Take a place of the map for the first vehicle; height and heading stay."""
        rest = self.home.text().split(",")[2:]
        self.home.setText(",".join([f"{lat_deg:.6f}", f"{lon_deg:.6f}", *rest]))

    def look(self) -> None:
        """Show how it goes."""
        is_running = self._access.is_running()
        self.state.setText(tr("runs, under sim/") if is_running else tr("does not run"))
        self.start_button.setText(tr("Start anew") if is_running else tr("Start"))
        self.stop_button.setEnabled(is_running)
        self.save_button.setEnabled(is_running)
        self.failing.setEnabled(is_running)
        while self._lines:
            self.log.appendPlainText(self._lines.popleft())
            self.log.moveCursor(QTextCursor.MoveOperation.End)

    def _on_fault(self, *, begins: bool) -> None:
        self._access.fault(self.fault_text, begins)
        if begins and len(self._faults) < MOST_LINES:
            after_s = max(0, round((monotonic_s() - self._started_s) * self.speed.value()))
            self._faults.append(f"{self.fault_text.removesuffix('@0')}@{after_s}")
        verb = tr("fails: {what}") if begins else tr("is mended: {what}")
        self.log.appendPlainText(verb.format(what=self.fault_text.removesuffix("@0")))

    def save_to(self, path: Path) -> None:
        """Write the scenario to a file."""
        states, wish, faults = tuple(self._states()), self.wish, tuple(self._faults)
        self._tasks.run_task(
            lambda _task: self._access.save(states, wish, faults, path), lambda end: self._saved(end, path)
        )

    def _saved(self, ended: Ended[None], path: Path) -> None:
        self.log.appendPlainText(ended.problem or tr("saved {path}").format(path=path))

    def _on_save(self) -> None:
        dialog = QFileDialog(self, tr("Save as scenario"))
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{tr('Scenarios')} (*.yaml)")
        dialog.setDefaultSuffix("yaml")
        dialog.selectFile("scenario.yaml")
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.show()

    def _needs(self) -> tuple[str, ...]:
        return dict(self._access.kinds())[self.kind.value]

    def _show_values(self) -> None:
        needs = self._needs()
        self.values.setVisible(bool(needs))
        self.values.setPlaceholderText(", ".join(needs))
        self.values.setToolTip(", ".join(needs))
        self.values.setText("10,290" if len(needs) == 2 else "50" if needs else "")

    def _show_program(self) -> None:
        for field in (self.flavours, self.autofly):
            field.setEnabled(self.program.value is None)
        self.speed.setEnabled(not self.program.keeps_to_our_time)
        if self.program.keeps_to_our_time:
            self.speed.setValue(1.0)

    # ---- remembering ----

    def _keep(self) -> None:
        wish = self.wish
        kept = {
            "program": str(wish.program or ""),
            "flavours": self.flavours.currentIndex(),
            "vehicles": wish.vehicles,
            "home": wish.home,
            "wind": wish.wind,
            "speed": wish.speed,
        }
        for name, value in kept.items():
            self._settings.setValue(f"{SETTINGS}/{name}", value)

    def _restore(self) -> None:
        """What is remembered may be damaged: what can't be stays as it is."""
        told = {name: str(self._settings.value(f"{SETTINGS}/{name}", "")) for name in ("program", "home", "wind")}
        if told["program"] and Path(told["program"]).is_file():
            self.program.choose(Path(told["program"]))
        self.home.setText(told["home"])
        for name, field in (("flavours", self.flavours.setCurrentIndex), ("vehicles", self.vehicles.setValue)):
            text = str(self._settings.value(f"{SETTINGS}/{name}", ""))
            if text.isdecimal() and int(text) < 1_000:
                field(int(text))
        try:
            speed_mps, from_deg = (float(one) for one in told["wind"].split(","))
            self.wind.setValue(speed_mps)
            self.wind_from.setValue(from_deg)
        except ValueError:
            pass
        self._show_program()


def _row(*widgets: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for one in widgets:
        row.addWidget(one)
    return box
