# SPDX-License-Identifier: Apache-2.0
"""Begins surveys, and shows what comes of the one that is worked on. GUI thread; each change is one step to undo."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QVBoxLayout, QWidget

from groundstation.fleet.plans.files.plan_file import Area, Line
from groundstation.fleet.plans.survey.survey_plan import Survey, SurveyFlight
from groundstation.fleet.plans.survey.survey_task import By
from groundstation.ui.choice_field import ChoiceField
from groundstation.ui.flow_layout import FlowLayout
from groundstation.ui.plans.drawing import Drawing
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_names import drawings_text
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.plans.small_button import small_button
from groundstation.ui.plans.survey_desk import SurveyDesk
from groundstation.ui.plans.survey_fields import SurveyFields
from groundstation.ui.plans.survey_words import findings_of, flight_text, summary_text, survey_name, tr
from groundstation.ui.said import said

MOST_FLIGHTS, MOST_FINDINGS = 12, 6
SHARES = {By.TIME: "equal time", By.AREA: "equal area", By.ENDURANCE: "what batteries last"}


class SurveyForm(QWidget):
    """Begins surveys, and changes the one that is worked on."""

    def __init__(
        self, document: PlanDocument, desk: SurveyDesk, study: PlanStudy, parent: QWidget | None = None
    ) -> None:
        """Build it.

        Args:
            document: the plans.
            desk: lays what is wanted.
            study: knows how long plans take.
            parent: Qt's.
        """
        super().__init__(parent)
        self._document, self._desk, self._study = document, desk, study
        self.which = QComboBox()
        self.which.setAccessibleName(self.tr("Which survey"))
        self.which.activated.connect(document.work_on_survey)
        self.area = small_button(self.tr("Draw an area"), lambda: document.draw(Drawing.SURVEY))
        self.corridor = small_button(self.tr("Draw a corridor"), lambda: document.draw(Drawing.CORRIDOR))
        self.from_file = small_button(self.tr("From the file"), self._show_drawn)
        self.leave_out = small_button(self.tr("Leave an area out"), lambda: document.draw(Drawing.LEAVE_OUT))
        self.all_in = small_button(self.tr("Leave nothing out"), self._leave_nothing_out)
        self.remove = small_button(self.tr("Remove"), desk.remove)
        self.give = small_button(self.tr("For the selected vehicles"), desk.give_to_selected)
        words = self.tr("Draw an area on the map: lines are laid over it, shared among the vehicles that are selected.")
        self._hint_words = words
        self.hint = QLabel(words)
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "muted")
        self.summary, self.flights, self.findings = QLabel(), QLabel(), QLabel()
        for label in (self.summary, self.flights, self.findings):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", "small")
        self.summary.setProperty("role", "strong")
        self.fields = SurveyFields()
        self.fields.changed.connect(self._on_field)
        self.share = ChoiceField(self.tr("Shared by"), [(tr(name), one) for one, name in SHARES.items()])
        self.share.activated.connect(lambda _at: desk.share_by(self.share.value))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(6)
        self._sharing = QWidget()
        shared = QLabel(self.tr("Share by"))
        shared.setBuddy(self.share)
        self._sharing.setLayout(_row(shared, self.share, self.give))
        layout.addLayout(_row(self.area, self.corridor, self.from_file))
        layout.addLayout(_row(self.which, self.leave_out, self.all_in, self.remove))
        layout.addWidget(self.hint)
        layout.addWidget(self.summary)
        layout.addWidget(self.fields)
        layout.addWidget(self._sharing)
        layout.addWidget(self.flights)
        layout.addWidget(self.findings)
        layout.addStretch(1)
        document.changed.connect(self.refresh)
        desk.changed.connect(self.refresh)
        self.refresh()

    # ---- what is shown ----

    def refresh(self) -> None:
        """Show the survey as it is now; fields in which somebody types keep what he typed."""
        survey, task = self._desk.survey, self._desk.task()
        drawn = self._drawn()
        self.from_file.setVisible(bool(drawn))
        for widget in (self.which, self.leave_out, self.remove, self.fields, self._sharing):
            widget.setVisible(survey is not None)
        if survey is None or task is None:
            self.all_in.hide()
            self.summary.setText(self.tr("Laying the lines…") if self._desk.is_busy else "")
            count = drawings_text(self._document.fleet)
            of_file = self.tr("{drawings} are there: press From the file to lay lines, or draw another one.")
            self.hint.setText(of_file.format(drawings=count) if drawn else self._hint_words)
            self.hint.setVisible(not self._desk.is_busy)
            self.flights.setText("")
            self.findings.setText(self._desk.problem)
            return
        self.hint.hide()
        self.all_in.setVisible(bool(task.keep_outs))
        self._show_which()
        self.fields.show_task(task)
        self._show_result(survey)

    def _show_which(self) -> None:
        surveys, place = self._document.fleet.surveys, self._document.survey_place
        names = [survey_name(one, at) for at, one in enumerate(surveys)]
        with QSignalBlocker(self.which):
            if [self.which.itemText(at) for at in range(self.which.count())] != names:
                self.which.clear()
                self.which.addItems(names)
            self.which.setCurrentIndex(place if place is not None else -1)

    def _show_result(self, survey: Survey) -> None:
        self.share.show_value(survey.by, survey.by.value)
        self.summary.setText(self.tr("Laying the lines…") if self._desk.is_busy else summary_text(survey))
        self._show_flights(survey)
        told = [f"{name}: {said(one.said)}" if name else said(one.said) for name, one in findings_of(survey)]
        told = [*([self._desk.problem] if self._desk.problem else []), *dict.fromkeys(told)]
        self.findings.setText("\n".join(told[:MOST_FINDINGS]))
        self.findings.setVisible(bool(told))

    def _show_flights(self, survey: Survey) -> None:
        lines = [flight_text(one, self._time_of(one)) for one in survey.flights]
        more = len(lines) - MOST_FLIGHTS
        lines = [*lines[:MOST_FLIGHTS], *([self.tr("and {more} more").format(more=more)] if more > 0 else [])]
        self.flights.setText("\n".join(lines))
        self.flights.setVisible(bool(lines))

    def _time_of(self, flight: SurveyFlight) -> float | None:
        """How long its plan takes, as map and table tell it too: with waits, and what was added by hand."""
        wanted = flight.vehicle, flight.name, flight.sortie
        parts = enumerate(self._document.fleet.parts)
        at = next((at for at, one in parts if (one.vehicle, one.name, one.sortie) == wanted), None)
        # while plans are reckoned anew a time may be that of another one
        found = self._study.flight_of(at) if at is not None and not self._study.is_behind else None
        return found.duration_s if found is not None and found.moments else None

    def show_times(self) -> None:
        """Times are reckoned on a thread, after the lines."""
        survey = self._desk.survey
        if survey is not None:
            self._show_flights(survey)

    # ---- changing it ----

    def _change(self, what: str, **fields: object) -> None:
        task = self._desk.task()
        if task is not None:
            words = self.tr("survey: {what}").format(what=what)
            self._desk.change(replace(task, **fields), words)

    def _on_field(self, what: str, fields: dict[str, object]) -> None:
        self._change(what, **fields)

    def _leave_nothing_out(self) -> None:
        self._change(self.tr("leave nothing out"), keep_outs=())

    # ---- drawings of files ----

    def _drawn(self) -> list[tuple[str, Area | Line]]:
        found: list[tuple[str, Area | Line]] = []
        for part in self._document.fleet.parts:
            for area in part.plan.areas:
                found.append((area.name or self.tr("Area {number}").format(number=len(found) + 1), area))
            for line in part.plan.lines:
                found.append((line.name or self.tr("Line {number}").format(number=len(found) + 1), line))
        return found

    @property
    def is_offering(self) -> bool:
        """Whether something is drawn that a survey could be laid over, and none is."""
        return bool(self._drawn()) and not self._document.fleet.surveys

    def lay_over_drawn(self) -> None:
        """Over the only area or line that is drawn, or along it; of several one is chosen."""
        found = self._drawn()
        if len(found) == 1:
            self._desk.over(found[0][1])
        elif found:
            self._show_drawn()

    def _show_drawn(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, shape in self._drawn():
            # names come from files: an ampersand is no key
            action = menu.addAction(name.replace("&", "&&")[:80])
            action.triggered.connect(lambda _=False, shape=shape: self._desk.over(shape))
        menu.popup(self.from_file.mapToGlobal(self.from_file.rect().bottomLeft()))


def _row(*widgets: QWidget) -> FlowLayout:
    row = FlowLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row
