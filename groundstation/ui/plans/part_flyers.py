# SPDX-License-Identifier: Apache-2.0
"""Who flies the parts of the plans on the screen, and what is known of them. GUI thread."""

from __future__ import annotations

from groundstation.fleet.identity import Autopilot, VehicleKey, VehicleKind
from groundstation.fleet.plans.fleet_check import Flyer
from groundstation.fleet.plans.fleet_plan import PlanPart
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_check import Checked
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_names import part_name
from groundstation.ui.selection import Selection


class PartFlyers:
    """Finds the vehicle of each part."""

    def __init__(self, document: PlanDocument, feed: FleetView, selection: Selection) -> None:
        """Remember where to look.

        Args:
            document: the plans.
            feed: what is known of the vehicles.
            selection: for whom a plan without a vehicle is.
        """
        self._document, self._feed, self._selection = document, feed, selection

    @property
    def _is_alone(self) -> bool:
        """Whether one plan is on the screen: without a vehicle it is for whoever is selected."""
        return len(self._document.fleet.parts) == 1

    def state_of(self, part: PlanPart) -> VehicleState | None:
        """The vehicle that a part is for: its own, else, of the only one, the first that is selected."""
        if part.vehicle is not None:
            return self._feed.fleet.get(part.vehicle)
        if not self._is_alone:
            return None
        found = (self._feed.fleet.get(key) for key in self._selection.keys)
        return next((one for one in found if one is not None), None)

    def targets(self, part: PlanPart) -> tuple[VehicleKey, ...]:
        """Who is given a part."""
        if part.vehicle is not None:
            return (part.vehicle,)
        if not self._is_alone:
            return ()
        return tuple(key for key in self._selection.keys if self._feed.fleet.get(key) is not None)

    def flyer(self, part: PlanPart, index: int, endurance_s: float | None) -> Flyer:
        """A part as it is flown in thought.

        Args:
            part: which.
            index: its place.
            endurance_s: as an operator says it, of a full battery; None for the usual.
        """
        state, plan = self.state_of(part), part.plan
        info = state.info if state is not None else None
        autopilot = info.autopilot if info is not None else Autopilot.UNKNOWN
        kind = info.kind if info is not None else VehicleKind.UNKNOWN
        home, amsl_m = _home(part, state)
        fence = plan.fence
        if not fence and state is not None:
            told = state.plan_list(PlanKind.FENCE)
            fence = told.items if told is not None else ()
        cruise_mps = plan.cruise_mps if kind in (VehicleKind.PLANE, VehicleKind.VTOL) else plan.hover_mps
        return Flyer(
            name=part_name(part, index),
            checked=Checked(
                items=plan.mission,
                fence=fence,
                home=home,
                home_amsl_m=amsl_m,
                autopilot=autopilot,
                kind=kind,
                has_vehicle=part.vehicle is not None or self._is_alone,
            ),
            pace=pace_of(kind, autopilot, cruise_mps, endurance_s),
            sortie=part.sortie,
        )


def _home(part: PlanPart, state: VehicleState | None) -> tuple[Place | None, float | None]:
    home = state.home if state is not None else None
    if home is not None and home.lat_deg is not None and home.lon_deg is not None:
        return Place(home.lat_deg, home.lon_deg), home.height_amsl_m
    planned = part.plan.home
    return (Place(planned.lat_deg, planned.lon_deg), planned.amsl_m) if planned is not None else (None, None)
