# SPDX-License-Identifier: Apache-2.0
"""Hold, return and land always pass (docs/adr/0016): whatever a station, a stranger or a second vehicle has done."""

from __future__ import annotations

import pytest

from groundstation.bridge.command_gate import is_emergency
from groundstation.bridge.requests import Requests
from groundstation.fleet.commands import Actor, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.verbs import EMERGENCY_VERBS
from groundstation.transport.bus import Message
from tests.bridge.test_command_desk import deliver, wire
from tests.support.command_world import KEY, Station, World
from tests.support.vehicles import Autopilot, Bench

COMMANDS = {Verb.HOLD: 176, Verb.RTL: 20, Verb.LAND: 21}
WRONG: dict[str, dict[str, object]] = {
    "another life": {"sid": "of-another-life"},
    "another life, another clock": {"sid": "of-another-life", "ref_bms": 5},
    "a clock ahead": {"ref_bms": 2**40},
    "overtaken": {"count": 1},
    "no lease": {"lease": None},
    "a lost lease": {"lease": 3},
}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def station(world: World) -> Station:
    station = world.station()
    station.do(Verb.ARM)
    return station


@pytest.mark.parametrize("verb", EMERGENCY_VERBS)
@pytest.mark.parametrize("wrong", WRONG)
def test_an_emergency_passes_where_another_order_is_refused(
    world: World, station: Station, verb: Verb, wrong: str
) -> None:
    deliver(world, wire(station, "rtl", count=100, id="the-one-before"))
    deliver(world, wire(station, "speed", args={"speed_mps": 3.0}, id="no-emergency", **WRONG[wrong]))
    assert station.record("no-emergency").state is CommandState.REJECTED
    before = world.vehicle.count(COMMANDS[verb])
    deliver(world, wire(station, verb.value, id="emergency", **WRONG[wrong]))
    assert world.vehicle.count(COMMANDS[verb]) == before + 1
    assert station.record("emergency").state is not CommandState.REJECTED
    station.end("emergency", 120.0)
    is_told = "another life" in str(station.record("emergency").detail)
    assert is_told is ("another life" in wrong)


def test_an_emergency_that_is_too_old_by_the_clock_of_its_own_life_is_refused(world: World, station: Station) -> None:
    deliver(world, wire(station, "land", id="old", ref_bms=int((world.clock() - 5.1) * 1000)))
    assert station.record("old").reason is Reason.TOO_OLD


def test_another_station_in_control_keeps_no_emergency(world: World, station: Station) -> None:
    other = world.station("gs-2")
    assert other.do(Verb.HOLD).state is CommandState.SUCCEEDED
    assert station.fleet.get(KEY).control.owner.gs == "gs-1"  # type: ignore[union-attr]


@pytest.mark.parametrize(("later_s", "is_taken"), [(4.4, False), (5.1, True)])
def test_a_forged_count_holds_a_station_up_for_the_life_of_its_order_only(
    world: World, station: Station, later_s: float, is_taken: bool
) -> None:
    deliver(world, wire(station, "speed", args={"speed_mps": 3.0}, id="forged", count=2**50))
    world.run(later_s - 0.5)
    record = station.record(station.give(Verb.SPEED, speed_mps=4.0))
    world.run(1.0)
    assert (station.record(record.id).reason is not Reason.OUT_OF_ORDER) is is_taken


def test_a_forced_disarm_waits_for_certainty(world: World, station: Station) -> None:
    world.hearing._links._is_conflict_over = lambda *_: False  # type: ignore[method-assign]
    world.hearing.vehicles[KEY].set_conflict("two autopilots use system id 1", world.clock())
    world.run(1.0)
    record = station.do(Verb.FORCE_DISARM)
    assert record.reason is Reason.IDENTITY_CONFLICT
    assert "until that is mended" in str(record.detail)


@pytest.mark.parametrize("verb", EMERGENCY_VERBS)
def test_of_two_vehicles_with_one_system_id_both_get_an_emergency_and_both_answers_say_so(verb: Verb) -> None:
    bench = Bench()
    here, there = bench.peer("here", is_known=True), bench.peer("there", is_known=True)
    one, other = Autopilot(booted_s=900.0), Autopilot(booted_s=950.0)
    bench.run(3.0, (here, one), (there, other))
    sent: list[tuple[str, int]] = []
    requests = Requests(
        bench.hearing.vehicles,
        "br",
        lambda vehicle, frames: sent.extend((vehicle.key.id, msgid) for msgid, _ in frames),
        lambda _: None,
        lambda *_: None,
    )
    content = (
        f'{{"id":"x","sid":"of-one-of-them","verb":"{verb.value}","by":{{"op":"a","gs":"b"}},'
        f'"ref_bms":{int(bench.clock() * 1000)},"ttl_ms":15000}}'
    )
    message = Message("fleet/uav-1/cmd/req", content.encode(), len(content), 1, False, bench.clock())
    requests.take(message, bench.clock())
    assert [vehicle for vehicle, _ in sent] == ["uav-1", "uav-1-2"]
    bench.run(60.0, (here, one), (there, other))
    for vehicle, twin in (("uav-1", "uav-1-2"), ("uav-1-2", "uav-1")):
        end = bench.bus.contents("cmd/ack", vehicle)[-1]
        assert end.id == "x"
        assert f"given to {twin} too" in str(end.detail)
        assert "two autopilots use system id 1" in str(end.detail)


@pytest.mark.parametrize("dry", [False, True])
def test_a_dry_run_of_an_emergency_is_none(dry: bool) -> None:
    by = Actor(op="a", gs="b")
    made = CommandRequest(id="a", by=by, sid="s", verb=Verb.LAND, ref_bms=0, ttl_ms=1, dry=dry)
    assert is_emergency(made) is not dry
