# SPDX-License-Identifier: Apache-2.0
"""Hold, return and land are said again until they are heard, and no longer: through an outage, a late answer, a forged word."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.bridge.requests import Requests
from groundstation.fleet.commands import CommandState, Verb
from groundstation.transport.bus import Message
from tests.bridge.test_command_desk import deliver, wire
from tests.support.command_world import DENIED, Station, World
from tests.support.vehicles import Autopilot, Bench

COMMANDS = {Verb.HOLD: 176, Verb.RTL: 20, Verb.LAND: 21}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def station(world: World) -> Station:
    """Its vehicle flies in GUIDED at 10 m."""
    station = world.station()
    assert station.do(Verb.TAKEOFF, height_m=10.0).state is CommandState.SUCCEEDED
    return station


def test_an_emergency_that_claims_a_clock_ahead_is_not_said_for_ever(world: World, station: Station) -> None:
    world.vehicle.is_mute, world.vehicle.has_effect = True, False
    deliver(world, wire(station, "rtl", id="ahead", ref_bms=2**50, ttl_ms=15_000))
    assert station.end("ahead").state is CommandState.TIMEOUT
    assert world.vehicle.count(20) <= 16
    world.run(3.0)
    assert world.vehicle.count(20) <= 16


@pytest.mark.parametrize("verb", COMMANDS)
def test_an_emergency_given_in_an_outage_is_still_said_when_the_link_is_back(
    world: World, station: Station, verb: Verb
) -> None:
    world.vehicle.is_silent, world.to_vehicle.drop_next = True, 10_000
    world.run(11.0)
    before = world.vehicle.count(COMMANDS[verb])
    identity = station.give(verb)
    world.run(2.0)
    # it is heard first, and hears a moment later
    world.vehicle.is_silent = False
    world.run(2.5)
    assert world.vehicle.count(COMMANDS[verb]) == before
    world.to_vehicle.drop_next = 0
    record = station.end(identity)
    assert world.vehicle.count(COMMANDS[verb]) == before + 1
    assert record.state is CommandState.SUCCEEDED


def test_what_was_under_way_when_the_link_was_given_up_is_not_called_restarted(world: World, station: Station) -> None:
    world.vehicle.is_mute = True
    world.vehicle.is_silent = True
    world.run(9.0)
    identity = station.give(Verb.SPEED, speed_mps=3.0)
    world.run(2.0)
    world.vehicle.is_silent = False
    record = station.end(identity)
    assert record.state is not CommandState.SUCCEEDED
    assert "restarted" not in str(record.detail)


def test_a_parameter_without_a_name_is_the_answer_to_nothing(world: World, station: Station) -> None:
    world.to_vehicle.drop_next = 2
    identity = station.give(Verb.RTL)
    world.run(0.3)
    world.vehicle.send(world.vehicle.voice.pack(dialect.MAVLink_param_value_message(b"", 0.0, 9, 1, 0)))
    record = station.end(identity)
    assert record.state is CommandState.SUCCEEDED
    assert world.vehicle.count(20) == 1


@pytest.mark.parametrize("result", [0, DENIED])
def test_the_late_answer_to_the_order_before_is_none_to_an_emergency(
    world: World, station: Station, result: int
) -> None:
    world.vehicle.has_effect, world.vehicle.answer_delay_s = False, 0.8
    world.vehicle.results[176] = [result, 0]
    station.give(Verb.MODE, mode="LOITER")
    world.run(0.3)
    # the hold is lost, and the answer to the mode comes while its own is waited for
    world.vehicle.has_effect = True
    world.to_vehicle.drop_next = 10_000
    identity = station.give(Verb.HOLD)
    world.run(0.2)
    world.to_vehicle.drop_next = 0
    record = station.end(identity)
    assert world.vehicle.mode == 17
    assert record.state is CommandState.SUCCEEDED


def test_each_late_answer_to_a_repeated_order_is_owed(world: World, station: Station) -> None:
    world.vehicle.answer_delay_s, world.vehicle.has_effect = 2.6, False
    world.vehicle.results[176] = [DENIED, DENIED, DENIED, 0]
    station.give(Verb.HOLD)
    world.run(2.3)  # said three times by now
    world.vehicle.has_effect, world.vehicle.answer_delay_s = True, 2.0
    record = station.do(Verb.MODE, mode="LOITER")
    assert world.vehicle.mode == 5
    assert record.state is CommandState.SUCCEEDED


def test_a_late_answer_is_counted_off_while_nothing_is_under_way(world: World, station: Station) -> None:
    world.vehicle.answer_delay_s, world.vehicle.has_effect = 0.8, False
    order = station.give(Verb.MODE, mode="LOITER")
    world.run(0.4)
    station.do(Verb.CANCEL, command=order)
    world.run(0.6)
    world.vehicle.answer_delay_s = 0.0
    world.vehicle.results[176] = [DENIED]
    assert station.do(Verb.MODE, mode="LOITER").state is CommandState.REJECTED


def test_the_last_order_of_all_is_waited_for_as_any_other(world: World, station: Station) -> None:
    world.vehicle.answer_delay_s, world.vehicle.has_effect = 2.0, False
    world.vehicle.results[20] = [DENIED]
    deliver(world, wire(station, "rtl", id="old", ref_bms=int((world.clock() - 14.5) * 1000), ttl_ms=15_000))
    record = station.end("old")
    assert record.state is CommandState.REJECTED


def test_of_twins_none_refuses_by_its_clock_what_was_given_by_anothers() -> None:
    bench = Bench()
    here, there = bench.peer("here", is_known=True), bench.peer("there", is_known=True)
    one, other = Autopilot(booted_s=900.0), Autopilot(booted_s=950.0)
    bench.run(3.0, (here, one), (there, other))
    sent: list[str] = []
    requests = Requests(
        bench.hearing.vehicles,
        "br",
        lambda vehicle, frames: sent.extend(vehicle.key.id for _ in frames),
        lambda _: None,
        lambda *_: None,
    )
    content = b'{"id":"x","sid":"by-another-bridge","verb":"rtl","by":{"op":"a","gs":"b"},"ref_bms":5,"ttl_ms":15000}'
    requests.take(Message("fleet/uav-1/cmd/req", content, len(content), 1, False, bench.clock()), bench.clock())
    assert sent == ["uav-1", "uav-1-2"]
