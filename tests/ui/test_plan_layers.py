# SPDX-License-Identifier: Apache-2.0
"""Plans of vehicles on the map: what is drawn where, and when it is drawn anew."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtGui import QColor, QImage, QPainter

from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey
from groundstation.fleet.motion import Home
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, hash_of
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.plan_progress import current_number
from groundstation.fleet.plans.plan_status import ListState, ListStatus, PlanList, PlanStatus
from groundstation.fleet.status import MissionProgress
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.map_panel.fence_layer import FenceLayer
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.map_panel.mission_layer import APART_PX, MissionLayer, with_room
from groundstation.ui.map_panel.plan_shapes import rings_of, way_of
from groundstation.ui.theme.colours import vehicle_colour

KEY = VehicleKey("sim", "uav-1")
LAT, LON = 40.0, 39.0
SIZE = 200
X_M, Y_M = mercator_from_degrees(LAT, LON)
CAMERA = Camera(X_M, Y_M, 10.0, SIZE, SIZE)


def point(dx_px: float, dy_px: float, command: int = Cmd.WAYPOINT, **fields: object) -> PlanItem:
    """An item so many pixels right of and below the middle."""
    degrees = 10.0 / 111_319.49
    east, north = dx_px * degrees, -dy_px * degrees * np.cos(np.radians(LAT))
    return PlanItem(command=command, x=LAT + float(north), y=LON + float(east), z=30.0, **fields)  # type: ignore[arg-type]


ACROSS = (point(-80, 0), point(0, 0), point(80, 0))


def state(items: tuple[PlanItem, ...] = ACROSS, item: int | None = None, **more: object) -> VehicleState:
    told = PlanList(hash=hash_of(items), items=items)
    known = ListStatus(state=ListState.KNOWN, count=len(items), hash=told.hash)
    return VehicleState(
        key=KEY,
        info=VehicleInfo(name="one", sysid=1, autopilot=Autopilot.ARDUPILOT),
        plans=PlanStatus(mission=known, fence=known, rally=known),
        mission_progress=MissionProgress(at_s=0.0, item=item) if item is not None else None,
        **{"mission_list": told, **more},
    )


def frame(*, is_selected: bool = False, now_s: float = 0.0, camera: Camera = CAMERA) -> Frame:
    return Frame(camera, now_s, selected=frozenset({KEY}) if is_selected else frozenset())


def painted(layer: MissionLayer | FenceLayer, at: Frame) -> QImage:
    picture = QImage(SIZE, SIZE, QImage.Format.Format_RGB32)
    picture.fill(QColor("#000000"))
    painter = QPainter(picture)
    layer.paint(painter, at)
    painter.end()
    return picture


def strength(picture: QImage, x: int, y: int) -> float:
    """The brightest pixel around a place, 0 to 1."""
    return max(QColor(picture.pixel(x + dx, y + dy)).valueF() for dx in (-1, 0, 1) for dy in (-2, -1, 0, 1, 2))


def drawn(*states: VehicleState) -> MissionLayer:
    return MissionLayer(SimpleNamespace(fleet=list(states)))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _screen(app: object) -> None:
    del app


def test_a_mission_is_dim_in_its_colour_and_bright_when_selected() -> None:
    layer = drawn(state())
    dim, bright = (painted(layer, frame(is_selected=one)) for one in (False, True))
    full = vehicle_colour(KEY.id).valueF()
    assert 0.2 * full < strength(dim, 60, 100) < 0.6 * full
    assert strength(bright, 60, 100) > 0.8 * full
    assert strength(bright, 60, 50) == 0.0


def test_what_is_flown_is_told_from_what_is_to_come() -> None:
    picture = painted(drawn(state(item=3)), frame(is_selected=True))
    assert strength(picture, 60, 100) < 0.5 * strength(picture, 140, 100)
    # the active one has a ring
    assert strength(picture, 180, 88) > 0.3


def test_a_list_that_is_not_the_one_of_the_status_is_not_drawn() -> None:
    old = replace(state(), plans=PlanStatus(mission=ListStatus(state=ListState.KNOWN, hash="another")))
    assert strength(painted(drawn(old), frame()), 60, 100) == 0.0


def test_a_mission_is_drawn_anew_when_it_or_its_active_item_changes_and_not_else() -> None:
    vehicle = state(item=2)
    fleet = [vehicle]
    layer = MissionLayer(SimpleNamespace(fleet=fleet))  # type: ignore[arg-type]
    first = layer.stale(frame())
    assert layer.stale(frame(now_s=1.0)) == first
    assert layer.stale(frame(is_selected=True)) != first
    fleet[0] = state(item=3)
    assert layer.stale(frame(now_s=2.0)) != first
    fleet[0] = state(ACROSS[:2], item=2)
    assert layer.stale(frame(now_s=3.0)) != first


def test_the_active_item_counts_from_one_for_each_autopilot() -> None:
    ardupilot = state(item=2)
    assert current_number(ardupilot) == 2
    assert ardupilot.info is not None
    assert current_number(replace(ardupilot, info=replace(ardupilot.info, autopilot=Autopilot.PX4))) == 3
    assert current_number(state(item=0)) is None
    assert current_number(state()) is None


def test_a_return_leads_home_and_a_place_off_the_map_is_left_out() -> None:
    items = (*ACROSS, PlanItem(command=Cmd.WAYPOINT, x=89.0, y=LON, z=1.0), PlanItem(command=Cmd.RETURN, frame=2))
    way = way_of(items, Place(LAT, LON))
    assert way is not None
    assert way.numbers == (1, 2, 3, 5)
    assert way.is_own == (True, True, True, False)
    without = way_of(items, None)
    assert without is not None
    assert without.numbers == (1, 2, 3)
    assert way_of((PlanItem(command=Cmd.RETURN, frame=2),), None) is None


def test_a_way_over_longitude_180_goes_the_short_way_and_is_seen_from_both_sides() -> None:
    items = (PlanItem(command=16, x=10.0, y=179.99, z=1.0), PlanItem(command=16, x=10.0, y=-179.99, z=1.0))
    for lon in (179.99, -179.99):
        x_m, y_m = mercator_from_degrees(10.0, lon)
        camera = Camera(x_m, y_m, 30.0, SIZE, SIZE)
        picture = painted(drawn(state(items)), frame(camera=camera))
        assert strength(picture, 100 + (40 if lon > 0 else -40), 100) > 0.1


def test_a_fence_is_drawn_once_for_a_fleet_and_what_is_to_be_kept_out_of_is_hatched() -> None:
    corners = tuple(point(x, y, Cmd.FENCE_POLYGON_IN, params=(4.0, 0.0, 0.0, 0.0)) for x, y in ((-60, -60), (60, -60), (60, 60), (-60, 60)))  # fmt: skip
    circle = point(0, 0, Cmd.FENCE_CIRCLE_OUT, params=(150.0, 0.0, 0.0, 0.0))
    items = (*corners, circle)
    inside, outside = rings_of(items)
    assert (inside.is_inside, outside.is_inside) == (True, False)
    assert np.allclose(inside.points[0], inside.points[-1])
    told = PlanList(hash=hash_of(items), items=items)
    vehicle = state(items, fence_list=told)
    twin = replace(vehicle, key=VehicleKey("sim", "uav-2"))
    layer = FenceLayer(SimpleNamespace(fleet=[vehicle, twin]))  # type: ignore[arg-type]
    picture = painted(layer, frame(is_selected=True))
    top = [QColor(picture.pixel(x, 40)).valueF() for x in range(45, 155)]
    assert max(top) > 0.5
    assert min(top) < 0.2, "a border to stay inside is dashed"
    assert rings_of((replace(corners[0], params=(9.0, 0.0, 0.0, 0.0)),)) == ()


def test_numbers_never_cover_each_other() -> None:
    line = np.array([(float(x), 100.0) for x in range(0, 200, 4)])
    places = with_room(line, list(range(len(line))))
    assert np.diff(line[places, 0]).min() >= APART_PX
    # the first in the order has its place
    assert 7 in with_room(line, [7, *range(len(line))])


def test_a_home_far_away_or_unknown_draws_no_leg(app: object) -> None:
    del app
    items = (*ACROSS, PlanItem(command=Cmd.RETURN, frame=2))
    away = state(items, home=Home(at_s=0.0, lat_deg=95.0, lon_deg=0.0))
    painted(drawn(away), frame(is_selected=True))


@pytest.mark.parametrize("kind", [MissionLayer, FenceLayer])
def test_whose_plans_are_drawn_is_chosen_by_vehicle_and_by_selection(kind) -> None:  # type: ignore[no-untyped-def]
    corners = tuple(
        point(x, y, Cmd.FENCE_POLYGON_IN, params=(4.0, 0.0, 0.0, 0.0))
        for x, y in ((-80, 0), (80, 0), (80, 60), (-80, 60))
    )
    told = PlanList(hash=hash_of(corners), items=corners)
    one = state() if kind is MissionLayer else state(corners, fence_list=told)
    layer = kind(SimpleNamespace(fleet=[one]))

    def any_line(layer: MissionLayer | FenceLayer, at: Frame) -> float:
        picture = painted(layer, at)
        # dashes have gaps
        return max(strength(picture, x, 100) for x in range(40, 120, 3))

    plain, chosen = frame(), frame(is_selected=True)
    assert any_line(layer, plain) > 0.0
    known = layer.stale(plain)
    layer.filter.is_only_selected = True
    assert layer.stale(plain) != known
    assert any_line(layer, plain) == 0.0
    assert any_line(layer, chosen) > 0.0
    layer.filter.show_all()
    layer.filter.hide([KEY])
    assert any_line(layer, chosen) == 0.0
    layer.filter.hide([VehicleKey("sim", "uav-2")])
    layer.filter.show_all()
    assert any_line(layer, chosen) > 0.0
