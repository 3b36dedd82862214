# SPDX-License-Identifier: Apache-2.0
"""What is done to the parts of the plans on the screen: whose they are, copies, out. GUI thread; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.fleet_plan import PlanPart
from groundstation.fleet.plans.survey.survey_laying import with_vehicle
from groundstation.ui.call_signs import call_sign
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_model import tr
from groundstation.ui.selection import Selection


class PartActs:
    """Each is one step to be undone."""

    def __init__(self, document: PlanDocument, selection: Selection, notice: Callable[[str], None]) -> None:
        """Remember whose parts.

        Args:
            document: the plans.
            selection: shared by the window.
            notice: told of what can't be done, and what to do.
        """
        self._document, self._selection, self._notice = document, selection, notice

    def assign(self) -> None:
        """Make the part that is worked on the selected vehicle's."""
        keys, fleet = self._selection.keys, self._document.fleet
        if len(keys) != 1:
            self._notice(tr("Select one vehicle that this plan is for."))
            return
        if fleet.index_of(keys[0]) not in (None, self._document.index):
            words = tr("{name} has a plan here already; take that out first.").format(name=keys[0].id)
            self._notice(words)
            return
        self.assign_to(keys[0])

    def assign_to(self, key: VehicleKey) -> None:
        """Make the part that is worked on a vehicle's that has no other one."""
        words = tr("plan for {name}").format(name=call_sign(key))
        self._document.edit_fleet(with_vehicle(self._document.fleet, self._document.index, key), words)

    def begin(self) -> None:
        """Begin an empty plan for the selected vehicle, and work on it."""
        keys, fleet = self._selection.keys, self._document.fleet
        if len(keys) != 1 or fleet.index_of(keys[0]) is not None:
            return
        fleet = fleet.with_more(PlanPart(vehicle=keys[0]))
        words = tr("begin a plan for {name}").format(name=keys[0].id)
        self._document.edit_fleet(fleet, words, part=len(fleet.parts) - 1)

    def copy_to_selected(self) -> None:
        """Give each selected vehicle a copy of the plan that is worked on, as a part; nothing is sent."""
        fleet, plan = self._document.fleet, self._document.plan
        new = [key for key in self._selection.keys if fleet.index_of(key) is None]
        if not new:
            self._notice(tr("Select vehicles that have no plan here yet."))
            return
        parts = tuple(PlanPart(plan=plan, vehicle=key) for key in new)
        # a plan for nobody in particular is the first one's now
        mine = self._document.part
        kept = fleet.without(self._document.index) if mine.vehicle is None and len(fleet.parts) == 1 else fleet
        words = tr("copy to {names}").format(names=", ".join(one.id for one in new))
        self._document.edit_fleet(kept.with_more(*parts), words)

    def remove(self) -> None:
        """Take the part that is worked on out of the plans on the screen; vehicles keep theirs."""
        words = tr("take a part out")
        index = self._document.index
        self._document.edit_fleet(self._document.fleet.without(index), words, part=max(0, index - 1))
