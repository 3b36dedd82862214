# SPDX-License-Identifier: Apache-2.0
"""Does what the buttons of the checks say, each as one step to be undone. GUI thread; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_remedies import Act, Remedy
from groundstation.fleet.plans.survey.survey_laying import survey_in
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.plans.part_acts import PartActs
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_model import tr
from groundstation.ui.plans.plan_names import part_name
from groundstation.ui.plans.survey_desk import SurveyDesk
from groundstation.ui.said import said

MOST_OFFERED = 40


class RemedyActs:
    """What a remedy changes, and what it does besides."""

    def __init__(
        self, document: PlanDocument, surveys: SurveyDesk, feed: FleetView, acts: PartActs, over: QWidget
    ) -> None:
        """Remember whose.

        Args:
            document: the plans.
            surveys: lays surveys anew.
            feed: the vehicles that can be chosen.
            acts: gives a part to a vehicle.
            over: the list of vehicles opens there.
        """
        self._document, self._surveys, self._feed, self._acts, self._over = document, surveys, feed, acts, over
        self.menu: QMenu | None = None
        """The vehicles to choose from, as offered last."""
        self._ways: dict[Act, Callable[[], None]] = {
            Act.CHOOSE_VEHICLE: self._offer_vehicles,
            Act.SHARE_SURVEY: self._share,
            Act.LAY_ANEW: self._lay_anew,
        }

    def do(self, remedy: Remedy) -> None:
        """Do what a button says."""
        if remedy.act is not None:
            self._ways[remedy.act]()
            return
        fleet = self._document.fleet
        index = self._document.index if remedy.part is None else remedy.part
        if index >= len(fleet.parts):
            return
        plan = fleet.parts[index].plan
        if remedy.mission is not None:
            plan = replace(plan, mission=remedy.mission)
        if remedy.fence is not None:
            plan = replace(plan, fence=remedy.fence)
        if remedy.is_read:
            plan = replace(plan, notes=())
        fleet = _with_later(fleet.with_plan(index, plan), index, remedy)
        self._document.edit_fleet(fleet, said(remedy.said))

    def _offer_vehicles(self) -> None:
        """Those that have no plan here yet, by name."""
        fleet = self._document.fleet
        free = sorted(one.key for one in self._feed.fleet if fleet.index_of(one.key) is None)
        if not free:
            self._document.noticed.emit(tr("Every vehicle that is heard has a plan here; take one of them out first."))
            return
        self.menu = menu = QMenu(self._over)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in free[:MOST_OFFERED]:
            # names come from outside: an ampersand is no key
            action = menu.addAction(str(key).replace("&", "&&"))
            action.triggered.connect(lambda _=False, key=key: self._choose(key))
        menu.popup(self._over.mapToGlobal(QPoint(0, 0)))

    def _choose(self, key: VehicleKey) -> None:
        self.menu = None
        self._acts.assign_to(key)

    def _share(self) -> None:
        """Among those that are selected, where these are several; else it is said how."""
        place = survey_in(self._document.fleet, self._document.index)
        if place is None:
            return
        self._document.work_on_survey(place)
        if not self._surveys.give_to_several():
            words = tr("Select all vehicles that fly it (Ctrl and a press in the list), then press this again.")
            self._document.noticed.emit(words)

    def _lay_anew(self) -> None:
        place = survey_in(self._document.fleet, self._document.index)
        if place is not None:
            self._document.work_on_survey(place)
            self._surveys.lay_anew()


def _with_later(fleet: FleetPlan, index: int, remedy: Remedy) -> FleetPlan:
    """With a part for each further flight: a vehicle has one plan at a time, it is given these later."""
    part = fleet.parts[index]
    for at, mission in enumerate(remedy.later, start=2):
        name = tr("{name} flight {number}").format(name=part_name(part, index), number=at)
        later = replace(part.plan, mission=mission, areas=(), lines=(), notes=())
        fleet = fleet.with_more(PlanPart(plan=later, name=name, sortie=at))
    return fleet
