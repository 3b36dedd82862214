# SPDX-License-Identifier: Apache-2.0
"""Which replayed vehicle is the shadow of which simulated one, and how far they are apart."""

from __future__ import annotations

import pytest

from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.motion import Position
from groundstation.fleet.shadows import shadows
from groundstation.fleet.vehicle import VehicleState


def state(root, name, sysid, lat_deg=41.0, height_m=20.0):
    info = VehicleInfo(
        name=name, autopilot=Autopilot.ARDUPILOT, kind=VehicleKind.MULTICOPTER, mav_type=2, sysid=sysid, compid=1
    )
    position = None
    if lat_deg is not None:
        position = Position(at_s=0.0, lat_deg=lat_deg, lon_deg=39.7, height_home_m=height_m)
    return VehicleState(key=VehicleKey(root, name), info=info, position=position)


def pairs(*states):
    return {(str(one.recorded), str(one.simulated)): one.distance_m for one in shadows(states)}


def test_they_belong_together_by_their_system_ids():
    found = pairs(
        *(state("replay", "log-1", 1), state("replay", "log-2", 2)),
        *(state("sim", "uav-2", 2), state("sim", "uav-1", 1), state("sim", "uav-3", 3)),
    )
    assert set(found) == {("replay/log-1", "sim/uav-1"), ("replay/log-2", "sim/uav-2")}


def test_one_and_one_belong_together_whatever_their_ids():
    assert set(pairs(state("replay", "log", 9), state("sim", "uav-1", 1))) == {("replay/log", "sim/uav-1")}
    assert not pairs(state("replay", "log", 9), state("sim", "uav-1", 1), state("sim", "uav-2", 2))


def test_a_living_vehicle_is_nobody_s_shadow():
    assert not pairs(state("replay", "log", 1), state("fleet", "uav-1", 1))
    assert not pairs(state("sim", "uav-1", 1), state("fleet", "uav-1", 1))


@pytest.mark.parametrize(("height_m", "apart_m"), [(20.0, 11.13), (24.0, 11.83), (None, 11.13)])
def test_the_distance_has_the_heights_in_it_where_both_are_known(height_m, apart_m):
    (found,) = pairs(state("replay", "log", 1), state("sim", "uav-1", 1, lat_deg=41.0001, height_m=height_m)).values()
    assert found == pytest.approx(apart_m, rel=0.01)


def test_without_a_place_there_is_no_distance():
    assert not pairs(state("replay", "log", 1, lat_deg=None), state("sim", "uav-1", 1))
