# SPDX-License-Identifier: Apache-2.0
"""Asks how a flight is to be flown again. GUI thread; no data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.shown_text import shown_path
from groundstation.ui.number_field import NumberField
from groundstation.ui.refly.refly_port import ReflyWish
from groundstation.ui.simulator.program_field import ProgramField
from groundstation.ui.theme.dress import set_style

WIDTH = 480


def tr(text: str) -> str:
    """A text of this dialog in the operator's language."""
    return QCoreApplication.translate("ReflyDialog", text)


class ReflyDialog(QDialog):
    """What is flown, by what, and what is to be different in one more run each."""

    def __init__(
        self,
        files: Sequence[Path],
        about: str,
        programs: Sequence[Path],
        fly: Callable[[ReflyWish], object],
        parent: QWidget | None = None,
    ) -> None:
        """Ask.

        Args:
            files: logs; all their vehicles fly together.
            about: the flight in words; empty for all of the logs.
            programs: real autopilots that were found.
            fly: told what is wanted; the dialog is closed by then.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Fly again"))
        self.setMinimumWidth(WIDTH)
        self._files, self._fly = tuple(files), fly
        self.vehicle = ""
        """Of the log; empty for all."""
        self.number: int | None = None
        """Which flight of it; None for the longest."""
        self.program = ProgramField(tr("What flies it"), programs)
        self.program.chosen.connect(self._show_speed)
        self.speed = NumberField(tr("Simulated seconds for each real one"), "\N{MULTIPLICATION SIGN}", 0.1, 20.0)
        self.speed.setValue(5.0)
        self.tolerance = NumberField(tr("How far the mission may be from the way"), Dimension.DISTANCE, 0.2, 50.0)
        self.tolerance.setValue(1.0)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow(tr("simulator"), self.program)
        form.addRow(tr("time goes"), self.speed)
        form.addRow(tr("follow within"), self.tolerance)
        self.words = QLabel(about or ", ".join(shown_path(one.name) for one in files))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        set_style(self.words, "font-weight: 600;")
        hint = QLabel(
            tr(
                "The recorded mission, or one that follows the way, is flown from the recorded home in the recorded "
                "wind. It is recorded and compared; nothing of it reaches a real vehicle."
            )
        )
        hint.setTextFormat(Qt.TextFormat.PlainText)
        hint.setWordWrap(True)
        hint.setProperty("role", "muted")
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        for part in (self.words, hint):
            layout.addWidget(part)
        layout.addLayout(form)
        layout.addWidget(self._what_ifs())
        layout.addWidget(self.problem)
        layout.addLayout(self._buttons())

    def _what_ifs(self) -> QWidget:
        """One more run each."""
        box = QWidget()
        form = QFormLayout(box)
        form.setContentsMargins(0, 0, 0, 0)
        title = QLabel(tr("What if: one more run for each that is ticked"))
        title.setProperty("role", "muted")
        form.addRow(title)
        self.has_wind, self.has_fault = QCheckBox(tr("wind")), QCheckBox(tr("fault"))
        self.has_battery = QCheckBox(tr("battery"))
        self.wind = NumberField(tr("Wind of one more run"), Dimension.SPEED, 0.0, 60.0)
        self.wind.setValue(10.0)
        self.wind_from = NumberField(tr("Where it comes from, degrees"), "°", 0.0, 360.0, 0)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.wind)
        line.addWidget(QLabel(tr("from")))
        line.addWidget(self.wind_from)
        self.fault = QLineEdit("motor=60:1@20")
        self.fault.setAccessibleName(tr("Fault of one more run"))
        self.fault.setToolTip(tr("KIND:VEHICLE@SECONDS after take-off, such as gps_loss:1@20+10 or motor=60:1@20"))
        self.battery = QSpinBox()
        self.battery.setRange(1, 100)
        self.battery.setSuffix(" %")
        self.battery.setValue(50)
        self.battery.setAccessibleName(tr("Charge of one more run"))
        for check, field in ((self.has_wind, row), (self.has_fault, self.fault), (self.has_battery, self.battery)):
            field.setEnabled(False)
            check.toggled.connect(field.setEnabled)
            form.addRow(check, field)
        return box

    def _buttons(self) -> QHBoxLayout:
        self.go, self.stop = QPushButton(tr("Fly again")), QPushButton(tr("Cancel"))
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        self.stop.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.stop)
        row.addWidget(self.go)
        return row

    @property
    def wish(self) -> ReflyWish:
        """What is wanted."""
        return ReflyWish(
            files=self._files,
            vehicle=self.vehicle,
            number=self.number,
            program=self.program.value,
            tolerance_m=self.tolerance.value(),
            speed=self.speed.value(),
            wind=f"{self.wind.value():g},{self.wind_from.value():g}" if self.has_wind.isChecked() else "",
            fault=self.fault.text().strip() if self.has_fault.isChecked() else "",
            battery_percent=float(self.battery.value()) if self.has_battery.isChecked() else None,
        )

    def _show_speed(self) -> None:
        self.speed.setEnabled(not self.program.keeps_to_our_time)
        if self.program.keeps_to_our_time:
            self.speed.setValue(1.0)

    def _on_go(self) -> None:
        self.accept()
        self._fly(self.wish)
