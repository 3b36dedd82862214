# SPDX-License-Identifier: Apache-2.0
"""Lays surveys into the plans on the screen, anew with each change. GUI thread; no widgets.

Lines are laid and shared on a thread of its own, the newest wish alone, and put into the plans as they are by then: one
step to be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from groundstation.fleet.identity import Autopilot, VehicleKey, VehicleKind
from groundstation.fleet.plans.files.plan_file import Area, Line, PlanFileError, Spot
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_battery import WANTED_BATTERY
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.coverage import Flyer
from groundstation.fleet.plans.survey.survey_laying import Crew, laid, part_of, with_survey, without_survey
from groundstation.fleet.plans.survey.survey_plan import Survey, SurveyFlight
from groundstation.fleet.plans.survey.survey_task import AnyTask, By, SurveyTask
from groundstation.fleet.plans.survey.task_edit import Corner, along_line, over_area, with_corner, with_left_out
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.plans.drawing import Drawing
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.selection import Selection
from groundstation.ui.task import Ended, Task, Tasks

USUAL = SurveyTask(area=Area(outer=()), spacing_m=25.0, trigger_m=15.0)
"""What a first survey begins with: no camera is known."""
WINGS = frozenset({VehicleKind.PLANE, VehicleKind.VTOL})


class _Wish(NamedTuple):
    """What is to be laid next."""

    place: int | None
    """Of the survey that is laid anew; None for one more."""
    task: AnyTask
    by: By
    crew: tuple[Crew, ...]
    words: str
    """What was done, for the undo button."""


class SurveyDesk(QObject):
    """Makes surveys of what is drawn, and changes them."""

    changed = Signal()
    """Laying began or ended."""

    def __init__(
        self,
        document: PlanDocument,
        study: PlanStudy,
        feed: FleetView,
        selection: Selection,
        parent: QObject | None = None,
    ) -> None:
        """Begin without any.

        Args:
            document: the plans.
            study: knows for whom they are.
            feed: what is known of the vehicles.
            selection: who flies what is drawn.
            parent: Qt's.
        """
        super().__init__(parent)
        self._document, self._study, self._feed, self._selection = document, study, feed, selection
        self._tasks = Tasks("surveys", self.tr("a survey can't be laid"), self)
        self._task: Task | None = None
        self._wish: _Wish | None = None
        self.problem = ""
        """Why the last wish could not be laid; empty when it was."""
        self.like: AnyTask = USUAL
        """What the next one begins with: the settings of the last one."""
        document.area_drawn.connect(self._on_drawn)
        document.corner_moved.connect(self._on_corner)

    @property
    def is_busy(self) -> bool:
        """Whether lines are being laid."""
        return self._task is not None

    @property
    def survey(self) -> Survey | None:
        """The one that is worked on."""
        return self._document.survey

    # ---- making one ----

    def over(self, shape: Area | Line) -> None:
        """Lay one over an area, or along a line, for whom it is meant."""
        crew = self._crew(self._meant())
        like = self._fitting(self.like, crew)
        task = over_area(like, shape) if isinstance(shape, Area) else along_line(like, shape)
        is_area = isinstance(shape, Area)
        words = self.tr("lay a survey") if is_area else self.tr("lay a corridor")
        self._ask(_Wish(None, task, By.TIME, crew, words))

    def _meant(self) -> tuple[VehicleKey | None, ...]:
        """Several that are selected, else whose plan is worked on, else the selected one, else nobody yet."""
        known = tuple(key for key in self._selection.keys if self._feed.fleet.get(key) is not None)
        part = self._document.part
        if len(known) > 1:
            return known
        if part.vehicle is None and part.plan.mission:
            # a plan for whoever is selected stays the one: nobody should have two
            return (None,)
        if part.vehicle is not None and part.vehicle not in known and part.plan.mission:
            return (part.vehicle,)
        return known or (part.vehicle,)

    def _crew(self, keys: Sequence[VehicleKey | None]) -> tuple[Crew, ...]:
        name = self._document.part.name
        return tuple(self._one(key, name if key is None else "") for key in keys)

    def _one(self, key: VehicleKey | None, name: str) -> Crew:
        state = self._feed.fleet.get(key) if key is not None else self._study.state_of(self._document.part)
        info = state.info if state is not None else None
        kind = info.kind if info is not None and info.kind is not VehicleKind.UNKNOWN else VehicleKind.MULTICOPTER
        autopilot = info.autopilot if info is not None else Autopilot.UNKNOWN
        start: Spot | None = None
        for place in (state.home, state.position) if state is not None else ():
            if start is None and place is not None and place.lat_deg is not None and place.lon_deg is not None:
                start = Spot(place.lat_deg, place.lon_deg)
        pace = pace_of(kind, autopilot, None, self._study.terms.endurance_s)
        lasts_s = None if pace.endurance_s is None else pace.endurance_s * (1.0 - WANTED_BATTERY)
        flyer = Flyer(
            id=str(key) if key is not None else name or "plan",
            start=start,
            endurance_s=lasts_s,
            autopilot=autopilot,
            kind=kind,
        )
        return Crew(flyer, key, name)

    def _fitting(self, like: AnyTask, crew: Sequence[Crew]) -> AnyTask:
        """Settings with which wings can turn and keep their speed, where they were for rotors."""
        wings = [one.flyer for one in crew if one.flyer.kind in WINGS]
        if not wings:
            return like
        pace = pace_of(wings[0].kind, wings[0].autopilot)
        slow = like.speed_mps < pace.cruise_mps * 0.6
        return replace(
            like,
            turnaround_m=max(like.turnaround_m, pace.turn_radius_m),
            speed_mps=pace.cruise_mps if slow else like.speed_mps,
        )

    # ---- changing one ----

    def change(self, task: AnyTask, words: str) -> None:
        """Lay the one that is worked on with other settings."""
        survey, place = self.survey, self._document.survey_place
        if survey is None or task == self._newest_task():
            return
        # two fields that are changed while one is laid: both count
        self._ask(_Wish(place, task, self._newest_by(survey), self._newest_crew(survey), words))

    def task(self) -> AnyTask | None:
        """The task that is worked on, with what is being laid."""
        return self._newest_task()

    def share_by(self, by: By) -> None:
        """Make something else even."""
        survey = self.survey
        task = self._newest_task()
        if survey is not None and task is not None and by != self._newest_by(survey):
            crew = self._newest_crew(survey)
            self._ask(_Wish(self._document.survey_place, task, by, crew, self.tr("share the survey otherwise")))

    def give_to_selected(self) -> None:
        """Have the selected vehicles fly it."""
        survey, task = self.survey, self._newest_task()
        keys = tuple(key for key in self._selection.keys if self._feed.fleet.get(key) is not None)
        if survey is None or task is None or not keys:
            self._document.noticed.emit(self.tr("Select the vehicles that fly it."))
            return
        names = ", ".join(one.id for one in keys)
        words = self.tr("survey for {names}").format(names=names)
        self._ask(_Wish(self._document.survey_place, task, self._newest_by(survey), self._crew(keys), words))

    def give_to_several(self) -> bool:
        """Have the selected vehicles fly it, where they are more than one; whether they are."""
        is_several = sum(self._feed.fleet.get(key) is not None for key in self._selection.keys) > 1
        if is_several:
            self.give_to_selected()
        return is_several

    def lay_anew(self) -> None:
        """Share the one that is worked on once more, by what the batteries last now."""
        survey, task = self.survey, self._newest_task()
        if survey is not None and task is not None:
            crew = self._newest_crew(survey)
            words = self.tr("lay the survey anew, by what batteries last")
            self._ask(_Wish(self._document.survey_place, task, By.ENDURANCE, crew, words))

    def remove(self) -> None:
        """Take the one that is worked on out, with its lines."""
        place = self._document.survey_place
        if place is not None:
            fleet = without_survey(self._document.fleet, place)
            self._document.edit_fleet(fleet, self.tr("take the survey out"), part=0)
            self._document.work_on_survey(max(0, place - 1))

    def _newest_task(self) -> AnyTask | None:
        if self._wish is not None and self._wish.place == self._document.survey_place:
            return self._wish.task
        survey = self.survey
        return None if survey is None else survey.task

    def _newest_by(self, survey: Survey) -> By:
        is_asked = self._wish is not None and self._wish.place == self._document.survey_place
        return self._wish.by if self._wish is not None and is_asked else survey.by

    def _newest_crew(self, survey: Survey) -> tuple[Crew, ...]:
        if self._wish is not None and self._wish.place == self._document.survey_place:
            return self._wish.crew
        first: list[SurveyFlight] = [one for one in survey.flights if one.sortie == 1]
        return tuple(self._one(one.vehicle, one.name) for one in first) or self._crew(self._meant())

    def _on_drawn(self, drawing: Drawing, corners: list[Place]) -> None:
        spots = tuple(Spot(*one) for one in corners)
        if drawing is Drawing.SURVEY:
            self.over(Area(outer=spots))
        elif drawing is Drawing.CORRIDOR:
            self.over(Line(spots=spots))
        elif (task := self._newest_task()) is not None:
            self.change(with_left_out(task, corners), self.tr("leave an area out of the survey"))
        else:
            self._document.noticed.emit(self.tr("There is no survey to leave an area out of; lay one first."))

    def _on_corner(self, corner: Corner, place: Place) -> None:
        task = self._newest_task()
        if task is not None:
            self.change(with_corner(task, corner, place), self.tr("move a corner of the survey"))

    # ---- laying ----

    def _ask(self, wish: _Wish) -> None:
        self._wish = wish
        if self._task is None:
            self._lay(wish)

    def _lay(self, wish: _Wish) -> None:
        def ended(end: Ended[Survey]) -> None:
            self._task = None
            if self._wish is not None and self._wish is not wish:
                # what is wanted by now
                self._lay(self._wish)
                return
            self._wish = None
            self.problem = end.problem
            if end.value is not None:
                self._put(wish, end.value)
            if end.problem:
                self._document.noticed.emit(end.problem)
            self.changed.emit()

        self._task = self._tasks.run_task(lambda _task: laid(wish.task, wish.by, wish.crew), ended)
        self.changed.emit()

    def _put(self, wish: _Wish, survey: Survey) -> None:
        """Into the plans as they are by now."""
        document = self._document
        if wish.place is not None and wish.place >= len(document.fleet.surveys):
            return  # it was taken out, or undone, meanwhile
        try:
            found = with_survey(document.fleet, wish.place, survey)
        except PlanFileError as error:
            self.problem = str(error)
            document.noticed.emit(str(error))
            return
        self.like = survey.task
        document.edit_fleet(found.fleet, wish.words)
        document.work_on_survey(found.place)
        first = part_of(document.fleet, survey.flights[0]) if survey.flights else None
        if first is not None and not document.plan.mission:
            # it was laid over a drawing that nobody flies: who flies it is worked on
            document.work_on(first)
        if found.remade:
            words = self.tr("Lines of {names} that were changed by hand are made anew; undo brings them back.")
            document.noticed.emit(words.format(names=", ".join(found.remade)))
