# SPDX-License-Identifier: Apache-2.0
"""What is drawn on the map next, and what becomes of it. GUI thread."""

from __future__ import annotations

import enum

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.plans import fence_edit
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.plans.plan_path import Place

LEAST_RADIUS_M = 1.0


class Drawing(enum.Enum):
    """What a click on the map begins or goes on with."""

    STAY_IN = "area to stay in"
    KEEP_OUT = "area to keep out of"
    CIRCLE_IN = "circle to stay in"
    CIRCLE_OUT = "circle to keep out of"
    RETURN_POINT = "return point"
    RALLY = "rally point"
    SURVEY = "area to survey"
    CORRIDOR = "corridor"
    LEAVE_OUT = "area to leave out of the survey"

    @property
    def is_area(self) -> bool:
        """Whether it is closed."""
        return self in (Drawing.STAY_IN, Drawing.KEEP_OUT, Drawing.SURVEY, Drawing.LEAVE_OUT)

    @property
    def is_circle(self) -> bool:
        """Whether two clicks are all: the middle, and how far."""
        return self in (Drawing.CIRCLE_IN, Drawing.CIRCLE_OUT)

    @property
    def is_point(self) -> bool:
        """Whether one click is all."""
        return self in (Drawing.RETURN_POINT, Drawing.RALLY)

    @property
    def least(self) -> int:
        """Corners that it needs."""
        return 3 if self.is_area else 1 if self.is_point else 2

    @property
    def kind(self) -> PlanKind:
        """The list that it goes into."""
        if self is Drawing.RALLY:
            return PlanKind.RALLY
        is_survey = self in (Drawing.SURVEY, Drawing.CORRIDOR, Drawing.LEAVE_OUT)
        return PlanKind.MISSION if is_survey else PlanKind.FENCE


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("Drawing", text)


def drawn(items: tuple[PlanItem, ...], drawing: Drawing, corners: list[Place]) -> tuple[PlanItem, ...]:
    """A fence or rally list with what was drawn in it.

    Args:
        items: the list of `drawing.kind`.
        drawing: what was drawn; no survey.
        corners: as it was clicked, the first not again at the end.
    """
    if drawing is Drawing.RALLY:
        return fence_edit.with_rally(items, corners[0])
    if drawing is Drawing.RETURN_POINT:
        return fence_edit.with_return(items, corners[0])
    if drawing.is_circle:
        radius_m = max(LEAST_RADIUS_M, distance_m(*corners[0], *corners[1]))
        return fence_edit.with_circle(items, corners[0], radius_m, is_inside=drawing is Drawing.CIRCLE_IN)
    return fence_edit.with_area(items, corners, is_inside=drawing is Drawing.STAY_IN)
