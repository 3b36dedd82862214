# SPDX-License-Identifier: Apache-2.0
"""What is to be said of the plans on the screen: checks, times, who comes too close to whom. GUI thread.

Whoever shows it calls `look` now and then; the plans are flown in thought on a thread of its own, the newest wish
alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import say
from groundstation.fleet.plans.fleet_check import (
    Apart,
    FleetCheck,
    Flyer,
    check_fleet,
    flight_findings,
    kept_apart,
    remedied,
)
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.ground_tiles import Floats, GroundError
from groundstation.fleet.plans.ground_under import WANTED_M, GroundUnder, ground_finding, ground_under, is_too_low
from groundstation.fleet.plans.pace import Wind
from groundstation.fleet.plans.plan_battery import battery_finding, battery_remedies
from groundstation.fleet.plans.plan_check import Checked, Finding, findings
from groundstation.fleet.plans.plan_conflicts import MARGIN_M, MARGIN_UP_M
from groundstation.fleet.plans.plan_flight import Flight
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_remedies import Remedy, remedies
from groundstation.fleet.plans.survey.survey_laying import survey_in
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.plans.part_flyers import PartFlyers
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_names import part_name
from groundstation.ui.right_of_way import right_of_way
from groundstation.ui.said import said
from groundstation.ui.selection import Selection
from groundstation.ui.task import Ended, Task, Tasks

READ = Remedy(said=say("remedy_read"), is_read=True)


class Noted(NamedTuple):
    """A finding, and what can be done about it."""

    finding: Finding
    remedies: tuple[Remedy, ...]


class Terms(NamedTuple):
    """What an operator wants of all plans."""

    margin_m: float = MARGIN_M
    """Between two vehicles along the ground."""
    margin_up_m: float = MARGIN_UP_M
    wind: Wind = Wind()
    endurance_s: float | None = None
    """Of each vehicle with a full battery; None for what its kind usually has."""
    ground: Path | None = None
    """A folder with tiles of heights; None for none."""
    clearance_m: float = WANTED_M
    """Wanted above the ground."""


Ground = Callable[[Path, Floats, Floats], Floats]
"""Heights of the ground at latitudes and longitudes, from a folder; on another thread."""


class _Reckoned(NamedTuple):
    """What came of it."""

    check: FleetCheck
    under: tuple[GroundUnder, ...]
    """The ground under each plan; nothing without tiles."""
    problem: str
    """Why the ground is not known."""


class _Asked(NamedTuple):
    """What the plans are flown with."""

    flyers: tuple[Flyer, ...]
    terms: Terms


class PlanStudy(QObject):
    """Looks at the document's plans for whom they are for."""

    changed = Signal()
    """There is something else to be said."""

    def __init__(
        self,
        document: PlanDocument,
        feed: FleetView,
        selection: Selection,
        parent: QObject | None = None,
        ground: Ground | None = None,
    ) -> None:
        """Nothing is looked at yet.

        Args:
            document: the plans.
            feed: what is known of the vehicles.
            selection: for whom a plan without a vehicle is.
            parent: Qt's.
            ground: tells heights of the ground; None for a window without.
        """
        super().__init__(parent)
        self._document = document
        self._flyers = PartFlyers(document, feed, selection)
        self._tasks = Tasks("plan-study", self.tr("plans can't be flown in thought"), self)
        self._task: Task | None = None
        self._parters = Tasks("plan-parting", self.tr("plans can't be kept apart"), self)
        self._parting: Task | None = None
        self._asked: _Asked | None = None
        self._remedied: int | None = None
        """Part for which remedies were looked for."""
        self._battery_ways: tuple[Remedy, ...] = ()
        """What makes that part do with its battery."""
        self._told: _Asked | None = None
        self.fleet_check = FleetCheck()
        """As reckoned last; see `is_behind`."""
        self.under: tuple[GroundUnder, ...] = ()
        """The ground under each plan, as reckoned last; empty without tiles."""
        self.ground_problem = ""
        """Why the ground is not known; empty where it is, and where nobody named a folder."""
        self._ground = ground
        self._terms = Terms()
        self._noted_for: object = None
        self._noted: tuple[Noted, ...] = ()
        self._checked: tuple[Checked, tuple[Finding, ...]] | None = None

    # ---- whom it is for ----

    def state_of(self, part: PlanPart) -> VehicleState | None:
        """The vehicle that a part is for, see `PartFlyers`; None for none, and one that is not heard."""
        return self._flyers.state_of(part)

    def targets(self) -> tuple[VehicleKey, ...]:
        """Who is given the part that is worked on."""
        return self.targets_of(self._document.part)

    def targets_of(self, part: PlanPart) -> tuple[VehicleKey, ...]:
        """Who is given a part."""
        return self._flyers.targets(part)

    @property
    def terms(self) -> Terms:
        """What is wanted of all plans."""
        return self._terms

    def set_terms(self, terms: Terms) -> None:
        """Want something else."""
        if terms != self._terms:
            self._terms = terms
            self.look()
            self.changed.emit()

    # ---- what is known ----

    @property
    def is_behind(self) -> bool:
        """Whether the plans have changed since they were flown in thought."""
        return self._asked is None or self._told != self._asked

    @property
    def flight(self) -> Flight | None:
        """The plan that is worked on, in time; None before it is reckoned."""
        return self.flight_of(self._document.index)

    def flight_of(self, index: int) -> Flight | None:
        """A part in time; None before it is reckoned."""
        flights = self.fleet_check.flights
        return flights[index] if index < len(flights) else None

    def flyer_of(self, index: int) -> Flyer | None:
        """A part as it was flown in thought last."""
        return self._told.flyers[index] if self._told is not None and index < len(self._told.flyers) else None

    @property
    def checked(self) -> Checked:
        """The part that is worked on, with what is known of whom it is for."""
        return self._flyers.flyer(self._document.part, self._document.index, self._terms.endurance_s).checked

    def noted(self) -> tuple[Noted, ...]:
        """All that is to be said of the part that is worked on, what holds it first."""
        checked = self.checked
        if self._checked is None or self._checked[0] != checked:
            self._checked = checked, findings(checked)
        key = self._checked, self._told, self._document.index, self._document.fleet
        if key != self._noted_for:
            self._noted_for = key
            self._noted = self._note(*self._checked)
        return self._noted

    def _note(self, checked: Checked, found: tuple[Finding, ...]) -> tuple[Noted, ...]:
        noted = [Noted(one, remedies(checked, one)) for one in found]
        index, told = self._document.index, self._told
        if told is not None and index < len(told.flyers):
            flyer, flight = told.flyers[index], self.fleet_check.flights[index]
            names = [one.name for one in told.flyers]
            met = self.fleet_check.findings_of(index, names, told.terms.margin_m)
            noted += [Noted(finding, ways) for finding, ways in met]
            noted += self._ground_noted(index, flyer, told.terms)
            # how fast, and how long, nobody can tell without a vehicle
            is_known = flyer.checked.has_vehicle
            noted += [Noted(one, ()) for one in flight_findings(flight)] if is_known else []
            battery = battery_finding(flight, flyer.pace, len(checked.items)) if is_known else None
            ways = self._battery_ways if self._remedied == index else ()
            noted += [Noted(battery, ways if battery.asks else ())] if battery is not None else []
        noted.sort(key=lambda one: one.finding.rank)
        return (*noted, *self._notes())

    def under_of(self, index: int) -> GroundUnder | None:
        """The ground under a part; None where it is not known."""
        return self.under[index] if index < len(self.under) and self.under[index].samples else None

    def _ground_noted(self, index: int, flyer: Flyer, terms: Terms) -> list[Noted]:
        under = self.under_of(index)
        if under is None or not is_too_low(under, terms.clearance_m):
            return []
        finding, ways = ground_finding(under, flyer.checked.items, terms.clearance_m)
        return [Noted(finding, tuple(ways))]

    def _notes(self) -> list[Noted]:
        """What was assumed or left out when the file was read: one press takes all of it away."""
        notes = self._document.plan.notes
        found = [Noted(Finding(item=None, said=say("file_note", note=one)), ()) for one in notes]
        return [found[0]._replace(remedies=(READ,)), *found[1:]] if found else []

    def holding(self, index: int) -> int:
        """How many of the checks hold a part."""
        check = self.fleet_check
        # counted on the thread: this is asked for every plan three times a second
        own = check.holding[index] if index < len(check.holding) else 0
        under = self.under_of(index)
        own += under is not None and is_too_low(under, 0.0)
        return own + sum(index in (one.conflict.one, one.conflict.other) for one in check.approaches)

    def asking(self, index: int) -> Finding | None:
        """What a part is given with only after a question that names it; None for nothing."""
        told = self._told
        if told is None or index >= len(told.flyers):
            return None
        flyer = told.flyers[index]
        if not flyer.checked.has_vehicle:
            return None
        found = battery_finding(self.fleet_check.flights[index], flyer.pace, len(flyer.checked.items))
        return found if found is not None and found.asks else None

    # ---- remedies ----

    @property
    def meetings(self) -> int:
        """How often any two come too close, as reckoned last."""
        return len(self.fleet_check.approaches)

    @property
    def is_looking(self) -> bool:
        """Whether anything is being reckoned."""
        return self._task is not None

    @property
    def is_parting(self) -> bool:
        """Whether all are being kept apart."""
        return self._parting is not None

    def keep_apart(self) -> None:
        """Take one remedy after the other until nobody meets anybody; one step to be undone."""
        told, fleet = self._told, self._document.fleet
        if told is None or self.is_behind or self._parting is not None:
            return
        terms = told.terms

        def parted(task: Task) -> Apart:
            return kept_apart(told.flyers, terms.wind, terms.margin_m, terms.margin_up_m, lambda: not task.is_cancelled)

        def ended(end: Ended[Apart]) -> None:
            self._parting = None
            if end.value is not None:
                self._put_apart(end.value, fleet)
            self.changed.emit()

        self._parting = self._parters.run_task(parted, ended)
        self.changed.emit()

    def _put_apart(self, apart: Apart, fleet: FleetPlan) -> None:
        document = self._document
        if document.fleet != fleet:
            document.noticed.emit(self.tr("The plans were changed meanwhile; press it again."))
            return
        for part, mission in apart.missions.items():
            fleet = fleet.with_plan(part, replace(fleet.parts[part].plan, mission=mission))
        document.edit_fleet(fleet, self.tr("keep all apart"))
        words = "; ".join(said(one) for one in apart.said)
        if apart.left:
            names = ", ".join(part_name(document.fleet.parts[one], one) for one in apart.left)
            left = self.tr("Nothing was found for {names}: change heights, areas or start times by hand.")
            words = " ".join([left.format(names=names), words]).strip()
        document.noticed.emit(words)

    # ---- looking ----

    def look(self) -> None:
        """Look whether the plans, or whom they are for, have changed, and fly them anew then."""
        lasts_s = self._terms.endurance_s
        flyers = tuple(self._flyers.flyer(part, at, lasts_s) for at, part in enumerate(self._document.fleet.parts))
        asked = _Asked(flyers, self._terms)
        # the very same items as before: 1,000 of them are not gone through three times a second
        if asked != self._asked:
            self._asked = asked
            self._again()
        elif self._is_bare and self._task is None:
            self._look_for_remedies()

    def _again(self) -> None:
        if self._task is not None:
            # what is reckoned is not wanted any more; its end begins the next
            self._task.cancel()
        elif self._asked is not None:
            self._fly(self._asked)

    def _fly(self, asked: _Asked) -> None:
        terms = asked.terms

        def ended(end: Ended[_Reckoned]) -> None:
            self._task = None
            if self._asked is not None and self._asked != asked:
                self._fly(self._asked)
                return
            if end.value is not None:
                self.fleet_check, self._told, self._remedied = end.value.check, asked, None
                self.under, self.ground_problem = end.value.under, end.value.problem
                self.changed.emit()
                if self._is_bare:
                    self._look_for_remedies()

        def reckoned(_task: Task) -> _Reckoned:
            check = check_fleet(asked.flyers, terms.wind, terms.margin_m, terms.margin_up_m, right_of_way.give)
            try:
                return _Reckoned(check, self._under(asked, check), "")
            except GroundError as error:
                return _Reckoned(check, (), str(error))

        self._task = self._tasks.run_task(reckoned, ended)

    def _under(self, asked: _Asked, check: FleetCheck) -> tuple[GroundUnder, ...]:
        """The ground under each plan. On the thread of the task."""
        ground, folder = self._ground, asked.terms.ground
        if ground is None or folder is None:
            return ()
        return tuple(
            ground_under(flight, one.checked.items, one.checked.home, partial(ground, folder))
            for one, flight in zip(asked.flyers, check.flights, strict=True)
        )

    @property
    def _is_bare(self) -> bool:
        """Whether remedies of the part that is worked on have not been looked for."""
        index = self._document.index
        is_any = bool(self.meetings) or self.asking(index) is not None
        return self._told is not None and is_any and self._remedied != index

    def _look_for_remedies(self) -> None:
        """After it is told who meets whom: it takes longer."""
        asked, check, index = self._told, self.fleet_check, self._document.index
        if asked is None:
            return
        terms = asked.terms

        is_short, is_survey = self.asking(index) is not None, survey_in(self._document.fleet, index) is not None

        def found(task: Task) -> tuple[FleetCheck, tuple[Remedy, ...]]:
            wanted = (terms.wind, terms.margin_m, terms.margin_up_m)
            parted = remedied(check, asked.flyers, index, *wanted, lambda: not task.is_cancelled)
            return parted, _longer_lasting(asked.flyers[index], terms.wind, is_survey=is_survey) if is_short else ()

        def ended(end: Ended[tuple[FleetCheck, tuple[Remedy, ...]]]) -> None:
            self._task = None
            if self._asked is not None and self._asked != asked:
                self._fly(self._asked)
                return
            # also where it failed: what failed once is not tried three times a second
            self._remedied, self._battery_ways = index, ()
            if end.value is not None:
                self.fleet_check, self._battery_ways = end.value
                self._noted_for = None
                self.changed.emit()

        self._task = self._tasks.run_task(found, ended)


def _longer_lasting(flyer: Flyer, wind: Wind, *, is_survey: bool) -> tuple[Remedy, ...]:
    """What makes a plan do with its battery."""

    def flown(items: tuple[PlanItem, ...]) -> Flight:
        return replace(flyer, checked=replace(flyer.checked, items=items)).flight(wind, right_of_way.give)

    return battery_remedies(flyer.checked.items, flyer.pace, flown, is_survey=is_survey)
