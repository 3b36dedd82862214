# SPDX-License-Identifier: Apache-2.0
"""Names of the parts of a plan on the map keep clear of the corners that are dragged."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.files.plan_file import Area, PlanFile, Spot
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.survey.survey_plan import Survey
from groundstation.fleet.plans.survey.survey_task import SurveyTask
from groundstation.ui.map_panel.draft_layer import HANDLE_PX, NAME_ABOVE, DraftLayer
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.mercator import Camera, degrees_from_mercator, mercator_from_degrees
from groundstation.ui.plans.plan_document import PlanDocument

LAT, LON = 41.0, 39.7
X, Y = mercator_from_degrees(LAT, LON)
CAMERA = Camera(x_m=X, y_m=Y, scale_m=1.0, width=600.0, height=400.0)


def spot(x_px, y_px):
    lat_deg, lon_deg = degrees_from_mercator(*CAMERA.world(x_px, y_px))
    return Spot(lat_deg, lon_deg)


def way(*spots):
    return PlanFile(mission=tuple(PlanItem(command=Cmd.WAYPOINT, x=s.lat_deg, y=s.lon_deg, z=30.0) for s in spots))


def names(surveys):
    """Where the names of two parts stand whose ways begin under the corners of a survey."""
    corners = (spot(150, 150), spot(450, 150), spot(450, 300), spot(150, 300))
    ends = [(one, spot(at, 350)) for one, at in ((corners[0], 230), (corners[1], 370))]
    # the name stands above a spot of the way: there the corner is
    moved = [(Spot(*spot_under(first)), last) for first, last in ends]
    parts = tuple(
        PlanPart(plan=way(*both), vehicle=VehicleKey("sim", f"uav-{at}")) for at, both in enumerate(moved, start=1)
    )
    survey = Survey(task=SurveyTask(area=Area(outer=corners), spacing_m=25.0))
    document = PlanDocument()
    document.edit_fleet(FleetPlan(parts=parts, surveys=(survey,) if surveys else ()), "begin")
    layer = DraftLayer(document)
    picture = QImage(600, 400, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.black)
    painter = QPainter(picture)
    layer.paint(painter, Frame(CAMERA, 0.0))
    painter.end()
    handles = [QPointF(*CAMERA.screen(*mercator_from_degrees(one.lat_deg, one.lon_deg))) for one in corners]
    return layer.names, handles


def spot_under(one):
    x, y = CAMERA.screen(*mercator_from_degrees(one.lat_deg, one.lon_deg))
    found = spot(x - NAME_ABOVE.x(), y - NAME_ABOVE.y())
    return found.lat_deg, found.lon_deg


@pytest.mark.parametrize("is_survey", [False, True])
def test_no_name_stands_on_a_corner_of_the_survey_that_is_worked_on(app, is_survey):
    boxes, handles = names(is_survey)
    assert len(boxes) == 2
    clear = HANDLE_PX / 2.0
    covered = [one for one in handles if any(box.adjusted(-clear, -clear, clear, clear).contains(one) for box in boxes)]
    # without a survey there is nothing to keep clear of, and the names stand there
    assert bool(covered) is not is_survey
