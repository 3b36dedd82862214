# SPDX-License-Identifier: Apache-2.0
"""The panel of plans: items, fields of the chosen one, what is to be said of it, who has it. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QTabBar, QVBoxLayout, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans import plan_edit
from groundstation.fleet.plans.fleet_check import clock_text
from groundstation.fleet.plans.plan_badge import Badge, badge_of
from groundstation.fleet.plans.plan_check import Checked, Finding
from groundstation.fleet.plans.plan_commands import BY_COMMAND
from groundstation.fleet.plans.plan_items import FRAME_RELATIVE, KINDS, PlanItem, PlanKind
from groundstation.fleet.plans.plan_progress import flown_number
from groundstation.fleet.plans.plan_summary import PlanSummary, plan_summary
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.letters import capital
from groundstation.ui.language.speaking import counted
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.low_scroll import LowScroll
from groundstation.ui.plans import plan_dialogs
from groundstation.ui.plans.checks_list import ChecksList
from groundstation.ui.plans.chosen_tools import ChosenTools
from groundstation.ui.plans.diff_pane import DiffPane
from groundstation.ui.plans.drawing import Drawing
from groundstation.ui.plans.item_form import ItemForm, made
from groundstation.ui.plans.limits_form import LimitsForm
from groundstation.ui.plans.part_acts import PartActs
from groundstation.ui.plans.parts_bar import PartsBar
from groundstation.ui.plans.plan_bar import PlanBar
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_giver import PlanGiver
from groundstation.ui.plans.plan_model import PlanModel, tr
from groundstation.ui.plans.plan_names import drawings_text
from groundstation.ui.plans.plan_orders import PlanOrders
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.plans.plan_table import PlanTable
from groundstation.ui.plans.remedy_acts import RemedyActs
from groundstation.ui.plans.small_button import small_button
from groundstation.ui.plans.survey_desk import SurveyDesk
from groundstation.ui.plans.survey_form import SurveyForm
from groundstation.ui.selection import Selection
from groundstation.ui.units import way_text

REFRESH_MS = 300
CHECKS_SHARE, STRIP_SHARE = 0.38, 0.5
"""Of the height, that the checks and what is done with vehicles take at most, see `LowScroll`."""


class PlanPanel(LivePanel):
    """The panel of the `plan` dock."""

    def __init__(
        self,
        document: PlanDocument,
        study: PlanStudy,
        feed: FleetView,
        selection: Selection,
        desk: OperatorDesk,
        surveys: SurveyDesk,
        parent: QWidget | None = None,
    ) -> None:
        """Build the panel.

        Args:
            document: the plans on the screen.
            study: what is to be said of them.
            feed: what is known of the fleet.
            selection: shared by the window.
            desk: to give plans with.
            surveys: lays them.
            parent: Qt's.
        """
        super().__init__(REFRESH_MS, parent)
        self._document, self._study, self._desk = document, study, desk
        self._feed, self._selection = feed, selection
        self.orders = PlanOrders(desk, self)
        self.model = PlanModel(self)
        self.bar, self.parts = PlanBar(document), PartsBar(document, study)
        self.table, self.form, self.chosen = PlanTable(self.model), ItemForm(), ChosenTools(document)
        self.limits = LimitsForm(document)
        self.tabs = _tabs(self.tr("Which list"), [*(capital(tr(kind.value)) for kind in KINDS), self.tr("Survey")])
        self.survey = SurveyForm(document, surveys, study)
        self.apart = small_button("", study.keep_apart)
        self._apart_row = _row(self.apart)
        self.apart.setToolTip(self.tr("One remedy after the other, later starts first, until nobody meets anybody"))
        self._survey_page = QScrollArea()
        # narrower fields instead of a form that is cut
        self.survey.setMinimumWidth(1)
        self._survey_page.setWidget(self.survey)
        self._survey_page.setWidgetResizable(True)
        self._survey_page.setFrameShape(QScrollArea.Shape.NoFrame)
        self._survey_page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.diff = DiffPane(document)
        self.past_note = _muted(self.tr("You look back: plans can be changed, and given when you are back (F9)."))
        self.past_note.setContentsMargins(12, 6, 12, 8)
        self.past_note.hide()
        self.acts = PartActs(document, selection, lambda words: desk.noticed.emit(words, Level.ADVISORY))
        self.begin = small_button("", self.acts.begin)
        self._begin_row = _row(self.begin)
        self.lay = small_button("", self._lay_drawn)
        self._lay_row = _row(self.lay)
        self.summary, self.checks = QLabel(), ChecksList()
        self.remedies = RemedyActs(document, surveys, feed, self.acts, self.checks)
        # what is to be said must not leave a table or a form without room
        self._checks_page = LowScroll(self.checks, self, CHECKS_SHARE)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.summary.setProperty("role", "small")
        self.summary.setContentsMargins(12, 2, 12, 4)
        self._summed: tuple[Checked, PlanSummary] | None = None
        """Of what was shown last: each look at the fleet asks for it again."""
        self._hint_words = self.tr("Open a plan, add an item, or read what the selected vehicle has.")
        self.hint = _muted(self._hint_words)
        self.hint.setContentsMargins(12, 0, 12, 0)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.giver = PlanGiver(document, study, feed, desk, self.orders, lambda: self.kind)
        self.strip = self.giver.strip
        self._strip_page = LowScroll(self.strip, self, STRIP_SHARE)
        self._lay_out()
        self._connect()
        self._add_keys()
        self._on_document()

    # ---- what is shown ----

    @property
    def kind(self) -> PlanKind:
        """Which list is shown; a survey makes missions."""
        place = self.tabs.currentIndex()
        return KINDS[place] if place < len(KINDS) else PlanKind.MISSION

    @property
    def is_survey(self) -> bool:
        """Whether the survey is shown in the place of a list."""
        return self.tabs.currentIndex() == len(KINDS)

    @property
    def items(self) -> tuple[PlanItem, ...]:
        """What is in it."""
        return self._document.plan.items(self.kind)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be said of the plan for whom it is for."""
        return tuple(one.finding for one in self._study.noted())

    def refresh(self) -> None:
        """Show who has it, what is to be said, what is under way."""
        self._study.look()
        # a survey is held by the same as the mission that is made of it
        self.checks.show_noted(self._study.noted() if self.kind is PlanKind.MISSION else ())
        if self.diff.is_of_vehicle and self.giver.differing() is None:
            self.diff.hide()
        self._show_begin()
        self._show_apart()
        self._show_summary()
        if self.is_survey:
            self.survey.show_times()
        self.parts.refresh()
        self.giver.refresh()

    def _on_selected(self) -> None:
        """Who is selected is worked on, where there is a plan for it."""
        keys = self._selection.keys
        index = self._document.fleet.index_of(keys[0]) if len(keys) == 1 else None
        if index is not None:
            self._document.work_on(index)
        self.refresh()

    def _show_begin(self) -> None:
        """Where another vehicle's plan is worked on than that of the selected one, it is said, with what to do."""
        keys, mine = self._selection.keys, self._document.part.vehicle
        is_other = len(keys) == 1 and mine is not None and self._document.fleet.index_of(keys[0]) is None
        self._begin_row.setVisible(is_other)
        if is_other and mine is not None:
            words = self.tr("This is the plan of {mine}; {name} is selected: begin one for it")
            self.begin.setText(words.format(mine=mine.id, name=keys[0].id))

    def _show_apart(self) -> None:
        """One press for all of them, where they are more than one; also where a survey brought them."""
        meetings, is_parting = self._study.meetings, self._study.is_parting
        words = self.tr("Too close {count} times: keep all apart").format(count=meetings)
        self.apart.setText(self.tr("Keeping all apart…") if is_parting else words)
        self.apart.setEnabled(not is_parting and not self._study.is_behind)
        self._apart_row.setVisible(is_parting or meetings > 1 or (meetings > 0 and self.is_survey))

    def _show_summary(self) -> None:
        checked, flight = self._study.checked, self._study.flight
        if self._summed is None or self._summed[0] != checked:
            self._summed = checked, plan_summary(checked.items, checked.home, checked.home_amsl_m)
        told = self._summed[1]
        words = counted("PlanPanel", "{count} item, {way}", "{count} items, {way}", told.items)
        words = words.format(count=told.items, way=way_text(told.length_m))
        if flight is not None and not self._study.is_behind and flight.moments:
            words += ", " + clock_text(flight.duration_s)
        if told.highest_m is not None:
            words += self.tr(", {low:.0f} to {high:.0f} m above home").format(low=told.lowest_m, high=told.highest_m)
        if told.farthest_m is not None and told.items:
            words += self.tr(", up to {away:.0f} m from home").format(away=told.farthest_m)
        self.summary.setText(words)
        self.summary.setVisible(bool(told.items) and self.kind is PlanKind.MISSION and not self.is_survey)
        is_mission = self.kind is PlanKind.MISSION
        times = flight.arrivals_s if is_mission and flight is not None and not self._study.is_behind else {}
        self.model.show(self.items, checked.home if is_mission else None, times, self._flown() if is_mission else None)

    def _flown(self) -> int | None:
        """Number of the item on the screen that is flown now; None where none is, or several fly it."""
        states = self.giver.states()
        only = states[0] if len(states) == 1 else None
        is_this = only is not None and badge_of(only, self.items, self.kind) is Badge.EQUAL
        return flown_number(only) if only is not None and is_this else None

    def _on_document(self) -> None:
        is_empty = not self.items
        is_offering = self.survey.is_offering and is_empty and self.kind is PlanKind.MISSION and not self.is_survey
        self._lay_row.setVisible(is_offering)
        drawings = drawings_text(self._document.fleet)
        self.lay.setText(self.tr("Survey: lay lines over {drawings}").format(drawings=drawings))
        drawn = self.tr("{drawings} are drawn in it, and nothing to fly yet.").format(drawings=drawings)
        self.hint.setText(drawn if is_offering else self._hint_words)
        self.hint.setVisible(is_empty and not self.is_survey)
        self.table.setVisible(not is_empty and not self.is_survey)
        self._survey_page.setVisible(self.is_survey)
        for place, kind in enumerate(KINDS):
            count = len(self._document.plan.items(kind))
            self.tabs.setTabText(place, f"{capital(tr(kind.value))} {count}" if count else capital(tr(kind.value)))
        surveys = len(self._document.fleet.surveys)
        self.tabs.setTabText(
            len(KINDS), self.tr("Survey {count}").format(count=surveys) if surveys else self.tr("Survey")
        )
        # a question is about the plan that it was asked for
        self.strip.forget()
        self.giver.forget_old()
        self.refresh()
        self._on_chosen()

    def _on_chosen(self) -> None:
        numbers = self.table.numbers
        self._document.choose(numbers if self.kind is PlanKind.MISSION else ())
        is_mission = self.kind is PlanKind.MISSION and not self.is_survey
        is_one = len(numbers) == 1 and is_mission and numbers[0] <= len(self.items)
        self.form.show_item(numbers[0] if is_one else 0, self.items[numbers[0] - 1] if is_one else None)
        self.chosen.setVisible(len(numbers) > 1 and is_mission)
        self.limits.show_list(self.kind, numbers)

    def _on_chosen_elsewhere(self) -> None:
        """Chosen on the map: table and fields follow."""
        chosen = sorted(self._document.chosen)
        if chosen != self.table.numbers and self.kind is PlanKind.MISSION:
            self.table.choose_all(chosen)

    # ---- editing ----

    def add_item(self, command: int) -> None:
        """Add an item behind the chosen one, else at the end of the way, before what leads home."""
        row = BY_COMMAND[command]
        self.tabs.setCurrentIndex(0)
        items = self._document.plan.mission
        end = len(items) if command in plan_edit.ENDINGS else plan_edit.end_of_way(items)
        number = (self.table.numbers or [end])[-1]
        like = next((one for one in reversed(items[:number]) if one.x or one.y), None) or self._here()
        self._document.insert(number + 1, made(row, like), self.tr("add {what}").format(what=tr(row.label)))
        self.table.choose(number + 1)

    def _here(self) -> PlanItem | None:
        """Where the selected vehicle is, to begin with."""
        for state in self.giver.states():
            position = state.position
            if position is not None and position.lat_deg is not None:
                return PlanItem(command=16, frame=FRAME_RELATIVE, x=position.lat_deg, y=position.lon_deg, z=30.0)
        return None

    def remove_chosen(self) -> None:
        """Take the chosen items out."""
        numbers = set(self.table.numbers)
        if self.kind is not PlanKind.MISSION:
            self.limits.remove_chosen()
        elif numbers:
            words = counted("PlanPanel", "remove {count} item", "remove {count} items", len(numbers))
            self._document.remove(numbers, words.format(count=len(numbers)))
            self.table.choose(min(*numbers, len(self.items)))

    def move_chosen(self, by: int) -> None:
        """Move the chosen item up or down."""
        numbers = self.table.numbers
        words = self.tr("move item {number}")
        is_one = len(numbers) == 1 and self.kind is PlanKind.MISSION
        if is_one and self._document.move(numbers[0], by, words.format(number=numbers[0])):
            self.table.choose(numbers[0] + by)

    def _on_edited(self, item: PlanItem, words: str) -> None:
        numbers = self.table.numbers
        if len(numbers) == 1:
            self._document.set_item(numbers[0], item, words)

    # ---- the past ----

    def set_past(self, is_past: bool) -> None:
        """Others show the past around this panel: plans can be changed, and nothing reaches a vehicle."""
        self.giver.is_past = is_past
        # a question that was asked before is about another moment
        self.strip.forget()
        self.strip.setVisible(not is_past)
        # the map shows the past then, and has no tool to draw with
        self.survey.setEnabled(not is_past)
        self.limits.setEnabled(not is_past)
        self.past_note.setVisible(is_past)

    # ---- parts and surveys ----

    def begin_anew(self) -> None:
        """Put everything aside; one step to be undone."""
        self._document.begin_anew()

    def assign(self) -> None:
        """Make the part that is worked on the selected vehicle's."""
        self.acts.assign()

    def copy_to_selected(self) -> None:
        """Give each selected vehicle a copy of the plan that is worked on, as a part; nothing is sent."""
        self.acts.copy_to_selected()

    def remove_part(self) -> None:
        """Take the part that is worked on out of the plans on the screen; vehicles keep theirs."""
        self.acts.remove()

    def draw_survey(self) -> None:
        """Take the tool that draws an area to survey."""
        self.tabs.setCurrentIndex(len(KINDS))
        self._document.draw(Drawing.SURVEY)

    def _lay_drawn(self) -> None:
        self.tabs.setCurrentIndex(len(KINDS))
        self.survey.lay_over_drawn()

    def show_on_map(self) -> None:
        """Have the map show all of it."""
        self._document.view_wanted.emit()

    def _on_tab(self) -> None:
        """Another list: the tool that draws begins what belongs to it."""
        usual = {PlanKind.FENCE: Drawing.STAY_IN, PlanKind.RALLY: Drawing.RALLY}
        self._document.drawing = usual.get(self.kind, Drawing.SURVEY if self.is_survey else self._document.drawing)
        self._on_document()

    def _on_drawn(self) -> None:
        self.tabs.setCurrentIndex(len(KINDS))

    # ---- differences ----

    def show_differences(self) -> None:
        """In what the vehicle's list differs from the one on the screen."""
        state = self.giver.differing()
        told = state.plan_list(self.kind) if state is not None else None
        if state is not None and told is not None:
            autopilot = state.info.autopilot if state.info is not None else Autopilot.UNKNOWN
            self.diff.compare(self.kind, told.items, call_sign(state.key), autopilot)

    def compare_with_file(self) -> None:
        """Ask for a file, and tell in what it differs from the plan on the screen."""
        plan_dialogs.ask_compare(
            self._document, lambda path: self.diff.compare_with_file(self.kind, path), self.window()
        )

    # ---- files ----

    def open_file(self) -> None:
        """Ask for a file."""
        plan_dialogs.ask_open(self._document, self.window())

    def save_file(self) -> None:
        """Ask where to."""
        plan_dialogs.ask_save(self._document, self.window())

    def export_parts(self) -> None:
        """Ask for a folder, and write a plan for each vehicle."""
        plan_dialogs.ask_export(self._document, self.window())

    # ---- building ----

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (
            self.bar,
            self.parts,
            self._begin_row,
            self.tabs,
            self.summary,
            self.hint,
            self._lay_row,
            self.table,
            self._survey_page,
            self.form,
            self.chosen,
            self.limits,
            self._apart_row,
            self._checks_page,
            self.diff,
            self._strip_page,
            self.past_note,
        ):
            layout.addWidget(widget)
        for widget in (self.hint, self.table, self._survey_page):
            layout.setStretchFactor(widget, 1)

    def _connect(self) -> None:
        document = self._document
        document.changed.connect(self._on_document)
        document.noticed.connect(lambda words: self._desk.noticed.emit(words, Level.ADVISORY))
        document.area_drawn.connect(self._on_drawn)
        self.orders.changed.connect(self.refresh)
        self._selection.changed.connect(self._on_selected)
        # a question names vehicles: with others selected it would be another one
        self._selection.changed.connect(self.strip.forget)
        self.tabs.currentChanged.connect(self._on_tab)
        self.table.chosen.connect(self._on_chosen)
        document.chosen_changed.connect(self._on_chosen_elsewhere)
        self.table.remove_wanted.connect(self.remove_chosen)
        self.table.move_wanted.connect(self.move_chosen)
        self.form.edited.connect(self._on_edited)
        self.bar.open_wanted.connect(self.open_file)
        self.bar.save_wanted.connect(self.save_file)
        self.bar.add_wanted.connect(self.add_item)
        self.checks.remedy_wanted.connect(self.remedies.do)
        self._study.changed.connect(self.refresh)
        self.parts.assign_wanted.connect(self.assign)
        self.parts.copy_wanted.connect(self.copy_to_selected)
        self.parts.remove_wanted.connect(self.remove_part)
        self.diff.item_wanted.connect(self.table.choose)
        self.strip.differences.clicked.connect(self.show_differences)
        self.strip.retry.clicked.connect(self.orders.retry)
        self.strip.cancel.clicked.connect(self.orders.cancel)

    def _add_keys(self) -> None:
        for keys, act in (("Ctrl+Z", self._document.undo), ("Ctrl+Shift+Z", self._document.redo)):
            action = QAction(self, shortcut=QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(act)
            self.addAction(action)


def _tabs(name: str, titles: Sequence[str]) -> QTabBar:
    tabs = QTabBar()
    tabs.setProperty("role", "close")
    tabs.setExpanding(False)
    # in a narrow panel shorter words rather than a list that has to be scrolled to
    tabs.setUsesScrollButtons(False)
    tabs.setElideMode(Qt.TextElideMode.ElideRight)
    tabs.setAccessibleName(name)
    for title in titles:
        tabs.addTab(title)
    return tabs


def _muted(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    return label


def _row(button: QPushButton) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(12, 4, 12, 0)
    layout.addWidget(button)
    layout.addStretch(1)
    return row
