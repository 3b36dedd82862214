# SPDX-License-Identifier: Apache-2.0
"""One upload of a plan, or one reading of parameters, over a way that loses frames: ours, by a clock of its own.

What came of it is judged at the vehicle, not by what the station says.
"""

from __future__ import annotations

import msgspec

from groundstation.app.bench.lossy_vehicle import LossyVehicle
from groundstation.bridge.param_job import ParamGoal, ParamJob
from groundstation.bridge.plan_job import Goal, PlanJob
from groundstation.fleet.commands import CommandState
from groundstation.fleet.parameters.parameter import float32, is_same_value
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.plans.plan_match import is_same

FLAVOURS = ("copter", "plane", "px4")
"""In turn, run by run."""
LAT, LON = 40.9940, 39.7710
LIMIT_S = 400.0
"""Longer no transfer takes by its own rules."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an upload."""

    is_told_done: bool
    """Whether the station says that it is there."""
    is_read_back: bool
    """Whether it says so because it read it back."""
    is_there: bool
    """Whether the vehicle has it."""
    took_s: float
    late_s: float = 0.0
    """How far the vehicle's clock was behind at most, in real time: a machine that is busy holds a peer up."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a reading."""

    is_told_whole: bool
    missing: int
    """Parameters of the vehicle that the station does not have."""
    wrong: int
    """Those that it has otherwise, and those that the vehicle does not have."""
    took_s: float
    late_s: float = 0.0
    """As of `Sent`."""


def plan(count: int) -> tuple[PlanItem, ...]:
    """A take-off, waypoints on a line, and a return.

    Args:
        count: of all items, 2 at least.
    """
    takeoff = PlanItem(command=Cmd.TAKEOFF, x=LAT, y=LON, z=30.0)
    points = (
        PlanItem(command=Cmd.WAYPOINT, x=LAT + number * 1e-4, y=LON, z=30.0 + number / 7.0)
        for number in range(count - 2)
    )
    return (takeoff, *points, PlanItem(command=Cmd.RETURN, frame=2))


def send(loss: float, seed: int, count: int) -> Sent:
    """Upload a plan as a bridge does.

    Args:
        loss: chance of each frame to be lost, each way.
        seed: of the vehicle and of what is lost.
        count: of its items.
    """
    way, wanted = LossyVehicle(FLAVOURS[seed % len(FLAVOURS)], loss, seed), plan(count)
    job = way.run(PlanJob(PlanKind.MISSION, Goal.SEND, way.facts(), wanted), limit_s=LIMIT_S)
    read = job.end.items if job.end is not None else None
    is_back = read is not None and is_same(wanted, read, PlanKind.MISSION, way.autopilot)
    is_done = job.end is not None and job.end.state is CommandState.SUCCEEDED
    return Sent(is_told_done=is_done, is_read_back=is_back, is_there=is_there(way, wanted), took_s=way.now_s)


def is_there(way: LossyVehicle, wanted: tuple[PlanItem, ...]) -> bool:
    """Whether the vehicle has a plan."""
    return is_same(wanted, way.held(PlanKind.MISSION), PlanKind.MISSION, way.autopilot)


def read(loss: float, seed: int, count: int) -> Read:
    """Read all parameters as a bridge does.

    Args:
        loss: chance of each frame to be lost, each way.
        seed: of the vehicle and of what is lost.
        count: how many it has.
    """
    way = LossyVehicle(FLAVOURS[seed % len(FLAVOURS)], loss, seed, parameters=count)
    job = ParamJob(ParamGoal.READ, way.facts())
    way.send(job.start(way.now_s))
    while job.end is None and way.now_s < LIMIT_S:
        way.airfield.step()
        for msgid, fields in way.heard():
            if msgid in job.hears:
                way.send(job.take(msgid, fields, way.now_s))
        way.send(job.tick(way.now_s))
    known = job.end.known if job.end is not None else None
    found = known.parameters if known is not None else ()
    return judged(way, {one.name: one.value for one in found}, is_told_whole=known is not None, took_s=way.now_s)


def judged(way: LossyVehicle, found: dict[str, float], *, is_told_whole: bool, took_s: float) -> Read:
    """Compare what a station has with what the vehicle has.

    Args:
        way: to the vehicle.
        found: by name, as the station has it.
        is_told_whole: whether it says that it has all.
        took_s: how long it took.
    """
    held = way.values
    wrong = [name for name, value in found.items() if name not in held or not _is_same(held[name], value)]
    missing = len(held.keys() - found.keys())
    return Read(is_told_whole=is_told_whole, missing=missing, wrong=len(wrong), took_s=took_s)


def _is_same(held: float, found: float) -> bool:
    return is_same_value(held, found, None) or float32(held) == float32(found)
