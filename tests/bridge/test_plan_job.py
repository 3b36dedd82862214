# SPDX-License-Identifier: Apache-2.0
"""Transfers of missions, fences and rally points with simulated autopilots, over ways that lose frames; by seed."""

from __future__ import annotations

import math

import pytest

from groundstation.bridge.plan_job import Goal, PlanJob
from groundstation.fleet.commands import CommandState
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import FRAME_RELATIVE, PlanItem, PlanKind
from groundstation.fleet.plans.plan_match import is_same
from tests.support.lossy_vehicle import LossyVehicle

FLAVOURS = ("copter", "plane", "px4")
LAT, LON = 40.9940, 39.7710


def mission(count: int) -> tuple[PlanItem, ...]:
    """A take-off, waypoints on a line, and a return."""
    takeoff = PlanItem(command=Cmd.TAKEOFF, x=LAT, y=LON, z=30.0)
    points = (
        PlanItem(command=Cmd.WAYPOINT, x=LAT + number * 1e-4, y=LON, z=30.0 + number / 7.0)
        for number in range(count - 2)
    )
    return (takeoff, *points, PlanItem(command=Cmd.RETURN, frame=2))


def fence() -> tuple[PlanItem, ...]:
    corners = ((0.01, 0.01), (0.01, -0.01), (-0.01, -0.01), (-0.01, 0.01))
    inside = (
        PlanItem(command=Cmd.FENCE_POLYGON_IN, frame=0, params=(4.0, 0.0, 0.0, 0.0), x=LAT + north, y=LON + east)
        for north, east in corners
    )
    mast = PlanItem(command=Cmd.FENCE_CIRCLE_OUT, frame=0, params=(55.0, 0.0, 0.0, 0.0), x=LAT + 0.005, y=LON)
    return (*inside, mast)


def rally() -> tuple[PlanItem, ...]:
    return tuple(
        PlanItem(command=Cmd.RALLY_POINT, frame=FRAME_RELATIVE, x=LAT + north, y=LON, z=40.0) for north in (1e-3, 2e-3)
    )


LISTS = {PlanKind.MISSION: mission(12), PlanKind.FENCE: fence(), PlanKind.RALLY: rally()}


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("kind", list(LISTS))
def test_what_was_sent_is_read_back_and_is_there(flavour: str, kind: PlanKind) -> None:
    way = LossyVehicle(flavour)
    job = way.run(PlanJob(kind, Goal.SEND, way.facts(), LISTS[kind]))
    assert job.end is not None
    assert job.end.state is CommandState.SUCCEEDED, job.end.said
    assert job.end.items is not None
    assert is_same(LISTS[kind], job.end.items, kind, way.autopilot)
    assert is_same(way.held(kind), job.end.items, kind, way.autopilot)
    read = way.run(PlanJob(kind, Goal.READ, way.facts()))
    assert read.end is not None
    assert read.end.items == job.end.items


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("kind", list(LISTS))
def test_a_list_is_cleared_and_read_back_empty(flavour: str, kind: PlanKind) -> None:
    way = LossyVehicle(flavour)
    way.run(PlanJob(kind, Goal.SEND, way.facts(), LISTS[kind]))
    job = way.run(PlanJob(kind, Goal.CLEAR, way.facts()))
    assert job.end is not None
    assert (job.end.state, job.end.items) == (CommandState.SUCCEEDED, ())
    assert way.held(kind) == ()


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("loss", [0.05, 0.2])
@pytest.mark.long
def test_a_way_that_loses_frames_never_makes_a_false_end(flavour: str, seed: int, loss: float) -> None:
    way = LossyVehicle(flavour, loss, seed)
    wanted = mission(100)
    job = way.run(PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), wanted))
    assert job.end is not None
    is_there = is_same(wanted, way.held(PlanKind.MISSION), PlanKind.MISSION, way.autopilot)
    assert job.end.state is CommandState.SUCCEEDED, (job.end.said, is_there)
    assert is_there


def test_the_last_answer_may_be_lost() -> None:
    way = LossyVehicle("px4")
    wanted = mission(5)
    job = PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), wanted)
    heard = way.heard
    # of the upload alone: nothing but its end is lost
    way.heard = lambda: [one for one in heard() if one[0] != 47]  # type: ignore[method-assign]
    way.run(job)
    assert job.end is not None
    assert job.end.state is CommandState.SUCCEEDED


def test_a_command_that_the_vehicle_does_not_know_ends_it_with_the_item_and_leaves_it_doubtful() -> None:
    way = LossyVehicle("copter")
    way.run(PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), mission(10)))
    bad = list(mission(5))
    bad[2] = PlanItem(command=31_014, x=LAT, y=LON, z=20.0)
    job = way.run(PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), tuple(bad)))
    assert job.end is not None
    assert job.end.state is CommandState.FAILED
    assert "item 3 of 5" in str(job.end.said)
    assert "does not know" in str(job.end.said)
    assert job.end.is_doubtful
    # what is shown is what is there: half of one and half of the other
    assert job.end.items is not None
    assert len(job.end.items) == 5
    assert is_same(way.held(PlanKind.MISSION), job.end.items, PlanKind.MISSION, Autopilot.ARDUPILOT)


def test_a_px4_keeps_the_old_list_when_it_refuses_a_new_one() -> None:
    way = LossyVehicle("px4")
    before = way.run(PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), mission(10))).end
    bad = (*mission(5), PlanItem(command=Cmd.LOITER_TURNS, params=(2.0, 0.0, 30.0, 0.0), x=LAT, y=LON, z=30.0))
    job = way.run(PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), bad))
    assert job.end is not None
    assert before is not None
    assert job.end.state is CommandState.FAILED
    assert job.end.items == before.items


@pytest.mark.long
def test_a_vehicle_that_is_silent_ends_it() -> None:
    way = LossyVehicle("copter", loss=1.0)
    job = way.run(PlanJob(PlanKind.MISSION, Goal.READ, way.facts()))
    assert job.end is not None
    assert job.end.state is CommandState.TIMEOUT
    assert job.end.items is None
    sending = way.run(PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), mission(5)))
    assert sending.end is not None
    assert sending.end.state is CommandState.UNKNOWN
    assert sending.end.is_doubtful


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_two_stations_at_once_leave_one_true_plan(flavour: str) -> None:
    way = LossyVehicle(flavour)
    other = LossyVehicle(flavour, own_sysid=254)
    other.airfield, other.vehicle = way.airfield, way.vehicle
    other.link = way.vehicle.open_link()
    mine, theirs = mission(40), mission(25)
    jobs = [PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), wanted) for wanted in (mine, theirs)]
    for job, one in zip(jobs, (way, other), strict=True):
        one.send(job.start(way.now_s))
    while any(job.end is None for job in jobs) and way.now_s < 400.0:
        for number, (job, one) in enumerate(zip(jobs, (way, other), strict=True)):
            if number == 0:
                one.airfield.step()
            for msgid, fields in one.heard():
                if msgid in job.hears and fields.get("target_system", 0) in (0, one.own_sysid):
                    one.send(job.take(msgid, fields, one.now_s))
            one.send(job.tick(one.now_s))
    held = way.held(PlanKind.MISSION)
    for job, wanted in zip(jobs, (mine, theirs), strict=True):
        assert job.end is not None
        # who was told that it worked had it read back then; the last of them is there
        if job.end.state is CommandState.SUCCEEDED:
            assert is_same(wanted, job.end.items or (), PlanKind.MISSION, way.autopilot)
    assert any(is_same(wanted, held, PlanKind.MISSION, way.autopilot) for wanted in (mine, theirs))


def test_progress_grows_to_the_end() -> None:
    way = LossyVehicle("copter", 0.1, 3)
    job = PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), mission(30))
    shares = []
    way.run(job, until=lambda: shares.append(job.progress[0]) is not None)
    assert shares[0] == 0.0
    assert max(shares) > 0.9
    assert not math.isnan(sum(shares))
