# SPDX-License-Identifier: Apache-2.0
"""The panel of heights over the way, with time, length, battery and what they are reckoned with. GUI thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from groundstation.fleet.plans.fleet_check import clock_text
from groundstation.fleet.plans.ground_under import GroundUnder
from groundstation.fleet.plans.pace import Wind
from groundstation.fleet.plans.plan_flight import FlightEnd
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.flow_layout import FlowLayout
from groundstation.ui.language.shown import percent
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.number_field import NumberField
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_names import part_name
from groundstation.ui.plans.plan_study import PlanStudy, Terms
from groundstation.ui.plans.profile_view import ProfileView
from groundstation.ui.plans.small_button import small_button
from groundstation.ui.units import way_text

REFRESH_MS = 300
ENDS = {FlightEnd.FOR_EVER: "and on, until it is called back", FlightEnd.IN_AIR: "then it hangs there"}


class ProfilePanel(LivePanel):
    """The panel of the `profile` dock."""

    def __init__(self, document: PlanDocument, study: PlanStudy, parent: QWidget | None = None) -> None:
        """Build the panel.

        Args:
            document: the plans on the screen.
            study: flies them in thought.
            parent: Qt's.
        """
        super().__init__(REFRESH_MS, parent)
        self._document, self._study = document, study
        self.summary = ElidingLabel()
        self.wind = NumberField(self.tr("Wind speed"), Dimension.SPEED, 0.0, 40.0, 0)
        self.wind_from = NumberField(self.tr("Direction that the wind comes from, degrees"), "°", 0.0, 360.0, 0)
        self.margin = NumberField(self.tr("Wanted between two vehicles"), Dimension.DISTANCE, 1.0, 1_000.0, 0)
        self.minutes = NumberField(
            self.tr("Minutes that a full battery lasts; 0 for what is usual"), "min", 0.0, 600.0, 0
        )
        self.minutes.setSpecialValueText(self.tr("usual"))
        self.clearance = NumberField(self.tr("Wanted above the ground"), Dimension.HEIGHT, 0.0, 1_000.0, 0)
        self.ground = small_button(self.tr("Ground…"), self._on_ground)
        self.ground.setToolTip(self.tr("A folder with tiles of heights (SRTM, N40E039.hgt)"))
        self._show_terms(study.terms)
        self.view = ProfileView()
        row = FlowLayout()
        row.setContentsMargins(12, 2, 12, 2)
        for title, box in (
            (self.tr("wind"), self.wind),
            (self.tr("from"), self.wind_from),
            (self.tr("apart"), self.margin),
            (self.tr("battery"), self.minutes),
            (self.tr("above ground"), self.clearance),
        ):
            label = QLabel(title)
            label.setProperty("role", "small")
            label.setBuddy(box)
            pair = QWidget()
            side = QHBoxLayout(pair)
            side.setContentsMargins(0, 0, 0, 0)
            side.addWidget(label)
            side.addWidget(box)
            row.addWidget(pair)
            box.valueChanged.connect(self._on_terms)
        row.addWidget(self.ground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 12, 0)
        head.addWidget(self.summary, 1)
        layout.addLayout(head)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        self.view.item_chosen.connect(lambda number: document.choose((number,)))
        study.changed.connect(self._on_study)
        document.chosen_changed.connect(self._on_study)

    def refresh(self) -> None:
        """Show the plan that is worked on as it is reckoned now."""
        self._study.look()
        document, study = self._document, self._study
        flight = study.flight if document.plan.mission else None
        under = study.under_of(document.index) if not study.is_behind else None
        self.view.show_flight(flight, document.chosen, under, study.terms.clearance_m, self._note(under))
        if flight is None or not flight.moments:
            self.summary.setText("")
            return
        name = part_name(document.part, document.index)
        words = f"{name}   {way_text(flight.length_m)}   {clock_text(flight.duration_s)}"
        if flight.end in ENDS:
            words += f" {self.tr(ENDS[flight.end])}"
        flyer = study.flyer_of(document.index)
        if flyer is not None and flyer.pace.endurance_s:
            used = flight.duration_s / flyer.pace.endurance_s
            words += "   " + self.tr("battery {used}").format(used=percent(used))
            if not flyer.pace.endurance_is_told:
                minutes = flyer.pace.endurance_s / 60.0
                words += " " + self.tr("of a usual {minutes:.0f} min").format(minutes=minutes)
        self.summary.setText(words)

    def _note(self, under: GroundUnder | None) -> str:
        """What is to be said of the ground."""
        if self._study.ground_problem:
            return self._study.ground_problem
        if self._study.terms.ground is None:
            return self.tr("Heights of the ground are not known: choose a folder with tiles (Ground…)")
        if under is None:
            return ""
        return self.tr("the ground is not known everywhere: a tile is missing") if under.is_partly_unknown else ""

    def _on_ground(self) -> None:
        """Ask for a folder; where there is one, whether another or none."""
        if self._study.terms.ground is None:
            self.choose_ground()
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Another folder…")).triggered.connect(self.choose_ground)
        menu.addAction(self.tr("No ground")).triggered.connect(lambda: self.use_ground(""))
        menu.popup(self.ground.mapToGlobal(self.ground.rect().bottomLeft()))

    def choose_ground(self) -> None:
        """Ask for the folder with tiles."""
        dialog = QFileDialog(
            self, self.tr("Folder with tiles of heights"), str(self._study.terms.ground or Path.home())
        )
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.use_ground)
        dialog.open()

    def use_ground(self, name: str) -> None:
        """Take the ground from a folder; empty for none."""
        self._study.set_terms(self._study.terms._replace(ground=Path(name) if name else None))

    @property
    def ground_folder(self) -> str:
        """What settings remember of it."""
        folder = self._study.terms.ground
        return str(folder) if folder is not None else ""

    def _on_study(self) -> None:
        # hidden panels do no work
        if self.isVisible():
            self.refresh()

    # ---- what it is reckoned with ----

    @property
    def terms(self) -> list[float]:
        """What settings remember: wind, its direction, margin, minutes, height above the ground."""
        return [box.value() for box in self._boxes]

    @property
    def _boxes(self) -> tuple[NumberField, ...]:
        return self.wind, self.wind_from, self.margin, self.minutes, self.clearance

    def restore_terms(self, values: list[float]) -> None:
        """Back from settings; what is out of bounds is brought within."""
        for box, value in zip(self._boxes, values, strict=False):
            box.setValue(value)

    def _show_terms(self, terms: Terms) -> None:
        self.wind.setValue(terms.wind.speed_mps)
        self.wind_from.setValue(terms.wind.from_deg)
        self.margin.setValue(terms.margin_m)
        self.minutes.setValue((terms.endurance_s or 0.0) / 60.0)
        self.clearance.setValue(terms.clearance_m)

    def _on_terms(self) -> None:
        wind = Wind(self.wind.value(), self.wind_from.value()) if self.wind.value() > 0.0 else Wind()
        endurance_s = self.minutes.value() * 60.0 or None
        self._study.set_terms(
            self._study.terms._replace(
                margin_m=self.margin.value(),
                wind=wind,
                endurance_s=endurance_s,
                clearance_m=self.clearance.value(),
            )
        )
