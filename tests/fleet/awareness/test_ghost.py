# SPDX-License-Identifier: Apache-2.0
"""Where a vehicle may be that is not heard any more. Figures by hand: straight ways on a plane."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.awareness.ghost import (
    LIMIT_S,
    SILENT_S,
    TARGET_S,
    TOGETHER_S,
    ghost_of,
)
from groundstation.fleet.awareness.watch import AwarenessWatch
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.geometry import distance_m, moved
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKind
from groundstation.fleet.link import Connection, ConnReason, LinkState
from groundstation.fleet.motion import Home, PositionTarget
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, hash_of
from groundstation.fleet.plans.plan_status import ListState, ListStatus, PlanList, PlanStatus
from groundstation.fleet.status import Armed, Landed, LandedState, MissionProgress, Mode
from tests.fleet.awareness.test_approach import NOW_S, flying

GONE = Connection(state=LinkState.OFFLINE, reason=ConnReason.LINK_LOST, via="b")
INFO = VehicleInfo(name="a", sysid=1, kind=VehicleKind.MULTICOPTER, autopilot=Autopilot.ARDUPILOT, bridge="b")


def lost(age_s=38.0, speed=(14.0, 0.0), height_m=60.0, **changes):
    state = flying("a", 0.0, 0.0, height_m, speed, age_s=age_s)
    position = msgspec.structs.replace(state.position, height_home_m=height_m)
    return msgspec.structs.replace(state, **{"position": position, "connection": GONE, "info": INFO, **changes})


def at(north_m, east_m):
    return moved(41.0, 39.7, north_m, east_m)


def waypoint(north_m, east_m, command=Cmd.WAYPOINT, hold_s=0.0):
    lat, lon = at(north_m, east_m)
    return PlanItem(command=int(command), x=lat, y=lon, z=60.0, params=(hold_s, 0.0, 0.0, 0.0))


def on_plan(*items, age_s=38.0, item=1, speed=(14.0, 0.0), mode="AUTO", **changes):
    items = items or (waypoint(200.0, 0.0), waypoint(200.0, 600.0))
    told = hash_of(items)
    return lost(
        age_s, speed, mode=Mode(at_s=NOW_S - age_s, name=mode), mission_list=PlanList(hash=told, items=items),
        plans=PlanStatus(mission=ListStatus(state=ListState.KNOWN, hash=told)),
        mission_progress=MissionProgress(at_s=NOW_S - age_s, item=item, state="active"), **changes,
    )  # fmt: skip


def off_m(ghost, north_m, east_m):
    return distance_m(*ghost.place, *at(north_m, east_m))


def test_by_its_velocity_where_nothing_else_is_known():
    """38 s at 14 m/s are 532 m; 10 + 0.5 x 14 x 38 = 276 m of doubt."""
    ghost = ghost_of(lost(), NOW_S)
    assert off_m(ghost, 532.0, 0.0) < 0.5
    assert ghost.doubt_m == pytest.approx(276.0)
    assert ghost.heard == pytest.approx((41.0, 39.7))
    assert ghost.heading_deg == pytest.approx(0.0, abs=0.1)
    assert not ghost.is_on_way


def test_along_its_mission_round_a_corner():
    """532 m: 200 m north, then 332 m east; 10 + 0.25 x 14 x 38 = 143 m of doubt."""
    ghost = ghost_of(on_plan(), NOW_S)
    assert off_m(ghost, 200.0, 332.0) < 1.0
    assert ghost.doubt_m == pytest.approx(143.0)
    assert len(ghost.way) == 3
    assert ghost.heading_deg == pytest.approx(90.0, abs=0.1)
    assert ghost.is_on_way


def test_what_it_had_flown_already_is_not_flown_again():
    ghost = ghost_of(on_plan(item=2), NOW_S)
    # straight from where it was to the second item, 632.5 m away
    assert off_m(ghost, 200.0 * 532.0 / 632.46, 600.0 * 532.0 / 632.46) < 1.0


def test_it_waits_where_the_mission_waits():
    """14.3 s to the first, 10 s there, 13.7 s on: 192 m."""
    ghost = ghost_of(on_plan(waypoint(200.0, 0.0, hold_s=10.0), waypoint(200.0, 600.0)), NOW_S)
    assert off_m(ghost, 200.0, 192.0) < 1.0
    # of a plane that number is none of seconds
    plane = msgspec.structs.replace(INFO, kind=VehicleKind.PLANE)
    ghost = ghost_of(on_plan(waypoint(200.0, 0.0, hold_s=10.0), waypoint(200.0, 600.0), info=plane), NOW_S)
    assert off_m(ghost, 200.0, 332.0) < 1.0


def test_at_the_end_of_a_mission_that_does_not_land_it_stays():
    ghost = ghost_of(on_plan(waypoint(100.0, 0.0)), NOW_S)
    assert off_m(ghost, 100.0, 0.0) < 0.5
    ghost = ghost_of(on_plan(waypoint(100.0, 0.0, Cmd.LOITER_UNLIMITED), waypoint(900.0, 0.0)), NOW_S)
    assert off_m(ghost, 100.0, 0.0) < 0.5


@pytest.mark.parametrize(("height_m", "is_there"), [(12.2, True), (11.8, False)])
def test_it_ends_when_it_would_have_landed(height_m, is_there):
    """20 s to the place, and down at half a metre a second: 12 m take 24 s, and it is gone for 44 s."""
    state = on_plan(waypoint(200.0, 0.0, Cmd.LAND), age_s=44.0, speed=(10.0, 0.0))
    state = msgspec.structs.replace(state, position=msgspec.structs.replace(state.position, height_home_m=height_m))
    assert (ghost_of(state, NOW_S) is not None) is is_there


@pytest.mark.parametrize(("climb", "is_there"), [(-1.5, True), (-1.7, False), (-0.2, True)])
def test_one_that_came_down_is_on_the_ground_by_then(climb, is_there):
    state = lost(38.0, (2.0, 0.0, climb), 60.0)
    assert (ghost_of(state, NOW_S) is not None) is is_there


@pytest.mark.parametrize(("left_s", "is_there"), [(38.5, True), (37.5, False)])
def test_it_ends_with_its_battery(left_s, is_there):
    pack = BatteryPack(at_s=NOW_S - 38.0, time_left_s=left_s)
    assert (ghost_of(lost(battery=(pack,)), NOW_S) is not None) is is_there


@pytest.mark.parametrize(
    ("age_s", "is_there"), [(LIMIT_S - 0.5, True), (LIMIT_S + 0.5, False), (1.9, False), (2.1, True)]
)
def test_it_begins_when_the_place_is_old_and_ends_after_five_minutes(age_s, is_there):
    assert (ghost_of(lost(age_s, (0.0, 0.0)), NOW_S) is not None) is is_there


def test_one_that_stood_still_may_be_on_its_way_home():
    ghost = ghost_of(lost(20.0, (0.0, 0.0)), NOW_S)
    assert off_m(ghost, 0.0, 0.0) < 0.1
    assert ghost.doubt_m == pytest.approx(10.0 + 0.5 * 4.0 * 20.0)


def test_on_its_way_home_it_does_not_fly_past_it():
    lat, lon = at(-100.0, 0.0)
    changes = {"mode": Mode(at_s=NOW_S, name="RTL"), "home": Home(at_s=NOW_S, lat_deg=lat, lon_deg=lon)}
    ghost = ghost_of(lost(38.0, (-10.0, 0.0), **changes), NOW_S)
    assert off_m(ghost, -100.0, 0.0) < 0.5
    # 10 s home, and 60 m down at half a metre a second
    assert ghost_of(lost(129.0, (-10.0, 0.0), **changes), NOW_S) is not None
    assert ghost_of(lost(131.0, (-10.0, 0.0), **changes), NOW_S) is None


@pytest.mark.parametrize(("older_s", "is_on_way"), [(TARGET_S - 0.1, True), (TARGET_S + 0.1, False)])
def test_to_the_point_that_it_was_told_while_that_was_repeated(older_s, is_on_way):
    lat, lon = at(0.0, 150.0)
    target = PositionTarget(at_s=NOW_S - 38.0 - older_s, lat_deg=lat, lon_deg=lon)
    ghost = ghost_of(lost(mode=Mode(at_s=NOW_S, name="GUIDED"), position_target=target), NOW_S)
    assert ghost.is_on_way is is_on_way
    assert off_m(ghost, *((0.0, 150.0) if is_on_way else (532.0, 0.0))) < 0.5


ONLINE = Connection(state=LinkState.ONLINE, via="b")


@pytest.mark.parametrize(
    ("changes", "is_there"),
    [
        ({"connection": ONLINE}, True),
        ({"connection": Connection(state=LinkState.STALE, via="b")}, True),
        ({"connection": Connection(state=LinkState.OFFLINE, reason=ConnReason.REBOOTED, via="b")}, False),
        ({"velocity": None}, False),
        ({"position": None}, False),
        ({"armed": Armed(at_s=0.0, is_armed=False)}, False),
        ({"landed": Landed(at_s=0.0, state=LandedState.ON_GROUND)}, False),
    ],
)
def test_only_of_who_flew_and_is_lost(changes, is_there):
    assert (ghost_of(lost(**changes), NOW_S) is not None) is is_there


@pytest.mark.parametrize(("silent_s", "is_there"), [(SILENT_S - 0.1, False), (SILENT_S + 0.1, True)])
def test_of_whose_loss_nobody_tells_nothing_may_be_heard_for_a_while(silent_s, is_there):
    """Its mode is still told: it is heard, and its place alone is old, which is another trouble."""
    state = lost(connection=ONLINE, mode=Mode(at_s=NOW_S - silent_s, name="LOITER"))
    assert (ghost_of(state, NOW_S) is not None) is is_there


@pytest.mark.parametrize(("apart_s", "is_there"), [(TOGETHER_S - 0.1, True), (TOGETHER_S + 0.1, False)])
def test_a_velocity_of_another_moment_says_nothing(apart_s, is_there):
    state = lost()
    velocity = msgspec.structs.replace(state.velocity, at_s=state.position.at_s - apart_s)
    assert (ghost_of(msgspec.structs.replace(state, velocity=velocity), NOW_S) is not None) is is_there


def test_its_doubt_is_a_value():
    watch = AwarenessWatch()
    found = watch.whole([lost()], NOW_S)
    (one,) = found.values()
    assert one.doubt_m == pytest.approx(276.0)
    assert one.closest_m is None
    assert one.at_s == NOW_S - 38.0
