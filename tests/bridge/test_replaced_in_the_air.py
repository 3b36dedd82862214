# SPDX-License-Identifier: Apache-2.0
"""What a copter does whose mission is replaced while it flies it, as a real ArduCopter 4.5.7 was seen to do."""

from __future__ import annotations

import pytest

from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.status import MissionProgress
from tests.bridge.test_plan_desk import READ_S, state_of, upload
from tests.bridge.test_plan_job import LAT, LON
from tests.support.command_world import Station, World
from tests.support.simulated_vehicle import simulated


def plan(points: int, east: float = 0.0) -> tuple[PlanItem, ...]:
    takeoff = PlanItem(command=22, x=LAT, y=LON, z=20.0)
    line = (PlanItem(command=16, x=LAT + 2e-4 * number, y=LON + east, z=20.0) for number in range(1, points + 1))
    return (takeoff, *line)


def progress(station: Station) -> MissionProgress:
    found = state_of(station).mission_progress
    assert found is not None
    return found


def at_item(flavour: str, item: int, points: int = 6) -> tuple[World, Station]:
    """A vehicle that has just begun an item of its mission."""
    world = simulated(flavour)
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, plan(points))).state is CommandState.SUCCEEDED
    assert station.do(Verb.MISSION_START).state is CommandState.SUCCEEDED
    world.run_until(lambda: progress(station).item == item, 200.0)
    return world, station


def replaced(station: Station, items: tuple[PlanItem, ...]) -> None:
    assert station.end(upload(station, items, replace="yes")).state is CommandState.SUCCEEDED


def texts(station: Station) -> list[str]:
    return [one.text for one in state_of(station).messages if "Auto mission" in one.text]


def test_it_flies_on_with_the_same_number_of_the_new_list_and_says_so() -> None:
    world, station = at_item("copter", 4)
    replaced(station, plan(6, east=5e-4))
    assert (progress(station).item, progress(station).state) == (4, "active")
    assert "Auto mission changed, restarted command" in texts(station)
    world.run_until(lambda: progress(station).item == 5, 60.0)
    position = state_of(station).position
    assert position is not None
    assert position.lon_deg == pytest.approx(LON + 5e-4, abs=1e-4)


def test_the_same_list_once_more_changes_nothing() -> None:
    world, station = at_item("copter", 4)
    replaced(station, plan(6))
    world.run(3.0)
    assert texts(station) == []
    assert progress(station).state == "active"


def test_with_a_shorter_list_it_flies_to_where_it_was_going_and_its_mission_is_over() -> None:
    world, station = at_item("copter", 5)
    replaced(station, plan(2, east=5e-4))
    assert texts(station)[0] == "Auto mission changed but failed to restart command"
    assert (progress(station).item, progress(station).state) == (5, "active")
    world.run_until(lambda: progress(station).state == "complete", 60.0)
    position, mode = state_of(station).position, state_of(station).mode
    assert position is not None
    assert position.lat_deg == pytest.approx(LAT + 4 * 2e-4, abs=3e-5)
    assert mode is not None
    assert mode.name == "AUTO"
    # and stands there also after a longer one, until somebody starts it: from the first item
    replaced(station, plan(8))
    world.run(5.0)
    assert progress(station).state == "complete"
    assert station.do(Verb.HOLD).state is CommandState.SUCCEEDED
    assert station.do(Verb.MISSION_START).state is CommandState.SUCCEEDED
    world.run(1.0)
    assert (progress(station).item, progress(station).state) == (2, "active")


def test_a_mission_that_is_flown_is_not_cleared() -> None:
    _, station = at_item("copter", 4)
    record = station.end(station.give(Verb.PLAN_CLEAR, list="mission", replace="yes"))
    assert record.state is not CommandState.SUCCEEDED
    assert progress(station).state == "active"


def test_held_and_replaced_it_goes_on_at_its_number_and_from_the_start_where_there_is_none() -> None:
    world, station = at_item("copter", 4)
    assert station.do(Verb.HOLD).state is CommandState.SUCCEEDED
    replaced(station, plan(6, east=3e-4))
    assert station.do(Verb.MISSION_START).state is CommandState.SUCCEEDED
    world.run(1.0)
    assert progress(station).item == 4
    assert station.do(Verb.HOLD).state is CommandState.SUCCEEDED
    replaced(station, plan(2))
    assert station.do(Verb.MISSION_START).state is CommandState.SUCCEEDED
    world.run(1.0)
    assert progress(station).item == 2
