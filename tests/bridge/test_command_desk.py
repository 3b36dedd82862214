# SPDX-License-Identifier: Apache-2.0
"""What a desk must not do: break, forget who asked, keep an emergency waiting, or take one answer for another's."""

from __future__ import annotations

import json

import pytest

from groundstation.fleet.commands import CommandState, Reason, Verb
from groundstation.transport import payloads
from groundstation.transport.bus import Outgoing
from tests.support.command_world import ACCEPTED, FAILED, KEY, UNSUPPORTED, USER_COMMAND, Station, World, topic_of

HUGE = 10**400


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def station(world: World) -> Station:
    station = world.station()
    station.do(Verb.MAV_CMD, command=float(USER_COMMAND), param1=9.0)
    return station


def wire(station: Station, verb: str = "arm", **changes: object) -> dict[str, object]:
    """A request as JSON has it; the station is in control."""
    state = station.fleet.get(KEY)
    assert state is not None
    assert state.control is not None
    return {
        "id": f"x-{station.world.rng.random()}",
        "sid": state.session,
        "verb": verb,
        "count": 2**50,
        "by": {"op": station.actor.op, "gs": station.actor.gs, "role": "operator"},
        "lease": state.control.lease,
        "ref_bms": int(station.world.clock() * 1000),
        "ttl_ms": 5_000,
        **changes,
    }


def deliver(world: World, content: object, leaf: str = "cmd/req") -> None:
    world.to_bridge(Outgoing(topic_of(leaf), json.dumps(content).encode(), 1))
    world.run(0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"ref_bms": HUGE},
        {"ref_bms": -HUGE},
        {"ttl_ms": HUGE},
        {"ttl_ms": -HUGE},
        {"lease": HUGE},
        {"count": -HUGE},
        {"ref_bms": -HUGE, "ttl_ms": HUGE},
    ],
)
def test_numbers_that_no_machine_holds_are_refused_and_break_nothing(
    world: World, station: Station, changes: dict[str, object]
) -> None:
    deliver(world, wire(station, **changes))
    assert world.vehicle.count(400) == 0
    assert station.do(Verb.RTL).reason is Reason.PRECONDITION


@pytest.mark.parametrize("number", [HUGE, -HUGE], ids=["huge", "tiny"])
def test_a_wish_for_control_with_such_a_number_breaks_nothing(world: World, station: Station, number: int) -> None:
    by = {"op": "x", "gs": "y", "role": "operator"}
    deliver(world, {"id": "w", "action": "acquire", "by": by, "ref_bms": number}, "ctl/req")
    deliver(world, {"id": "w", "action": "release", "by": by, "lease": number}, "ctl/req")
    assert station.do(Verb.ARM).state is CommandState.SUCCEEDED


def test_what_hostile_requests_say_is_not_kept_at_length(world: World, station: Station) -> None:
    long = "x" * 50_000
    for changes in ({"args": {long: 1.0}}, {"args": {"a": long}}, {"by": {"op": long, "gs": long}}, {"batch": long}):
        deliver(world, wire(station, **changes))
    deliver(world, {"id": long, "action": "acquire", "by": {"op": long, "gs": "y"}}, "ctl/req")
    desk = world.hearing.vehicles[KEY].desk
    stored = sum(len(payloads.encode_request(one.report)) for one in desk.memory._stored.values())
    assert stored < 10_000
    assert len(payloads.encode_request(desk.control.control)) < 2_000


def test_an_id_that_is_too_long_does_not_overwrite_the_fate_of_another(world: World, station: Station) -> None:
    known = wire(station, id="k" * 64)
    deliver(world, known)
    assert station.end("k" * 64).state is CommandState.SUCCEEDED
    deliver(world, wire(station, id="k" * 65))
    kept = world.hearing.vehicles[KEY].desk.memory._stored["k" * 64]
    assert kept.report.state is CommandState.SUCCEEDED


def test_a_dry_run_cancels_nothing(world: World, station: Station) -> None:
    climb = station.give(Verb.TAKEOFF, height_m=100.0)
    world.run_until(lambda: world.vehicle.height_m > 5.0, 20.0)
    other = world.station("gs-2")
    operations = other.commander.operations
    batch = operations.order([KEY], Verb.CANCEL, {"command": climb}, world.clock(), dry=True)
    other.end(operations.book.of_batch(batch)[0].id)
    assert not station.record(climb).is_over


# ---- emergencies ----


@pytest.mark.parametrize(("verb", "command"), [(Verb.HOLD, 176), (Verb.RTL, 20), (Verb.LAND, 21)])
def test_an_emergency_whose_first_order_was_lost_can_be_given_again_at_once(
    world: World, station: Station, verb: Verb, command: int
) -> None:
    station.do(Verb.ARM)
    first = station.give(verb)
    world.run_until(lambda: station.record(first).state is CommandState.SENT, 1.0)
    world.to_vehicle.faults.loss = 1.0
    world.run(0.3)
    world.to_vehicle.faults.loss = 0.0
    assert world.vehicle.count(command) == 0
    second = station.give(verb)
    world.run(0.5)
    assert world.vehicle.count(command) == 1
    assert station.end(second).state is CommandState.SUCCEEDED
    assert station.record(first).reason is Reason.SUPERSEDED


def test_an_emergency_does_not_wait_for_the_answer_to_another_order_of_the_same_number(
    world: World, station: Station
) -> None:
    station.do(Verb.ARM)
    world.vehicle.answer_delay_s = 1.5
    raw = station.give(Verb.MAV_CMD, command=176.0, param1=1.0, param2=5.0)
    world.run_until(lambda: world.vehicle.count(176) == 1, 1.0)
    hold = station.give(Verb.HOLD)
    world.run(0.3)
    assert world.vehicle.count(176) == 2
    assert station.end(hold).state is CommandState.SUCCEEDED
    assert station.end(raw).state is CommandState.ACCEPTED_UNVERIFIED


def test_killing_the_motors_does_not_wait_for_the_answer_to_a_disarm(world: World, station: Station) -> None:
    station.do(Verb.ARM)
    world.vehicle.has_effect, world.vehicle.is_mute = False, True
    station.give(Verb.DISARM)
    world.run_until(lambda: world.vehicle.count(400, 0.0) == 1, 1.0)
    world.vehicle.has_effect, world.vehicle.is_mute = True, False
    kill = station.give(Verb.FORCE_DISARM)
    world.run(0.5)
    assert [one.params[1] for one in world.vehicle.executed if one.params[0] == 0.0] == [0.0, 21196.0]
    assert station.end(kill).state is CommandState.SUCCEEDED


def test_an_emergency_stays_on_offer_whatever_the_vehicle_once_answered(world: World, station: Station) -> None:
    station.do(Verb.ARM)
    world.vehicle.results[20] = [UNSUPPORTED, ACCEPTED]
    assert station.do(Verb.RTL).reason is Reason.UNSUPPORTED
    assert station.do(Verb.RTL).state is CommandState.SUCCEEDED


def test_one_mode_that_is_unknown_to_the_vehicle_does_not_take_the_others(world: World, station: Station) -> None:
    world.vehicle.results[176] = [UNSUPPORTED, ACCEPTED]
    assert station.do(Verb.MODE, mode="LOITER").reason is Reason.UNSUPPORTED
    assert station.do(Verb.MODE, mode="GUIDED").state is CommandState.SUCCEEDED


def test_the_refusal_of_a_superseded_order_is_not_taken_for_that_of_its_successor(
    world: World, station: Station
) -> None:
    station.do(Verb.ARM)
    world.vehicle.answer_delay_s = 0.8
    world.vehicle.results[176] = [FAILED, ACCEPTED]
    loiter = station.give(Verb.MODE, mode="LOITER")
    world.run(0.4)
    assert not station.record(loiter).is_over
    hold = station.give(Verb.HOLD)
    assert station.end(hold).state is CommandState.SUCCEEDED
    assert station.record(loiter).reason is Reason.SUPERSEDED


def test_the_only_refusal_is_taken(world: World, station: Station) -> None:
    station.do(Verb.ARM)
    world.vehicle.results[176] = [FAILED]
    record = station.do(Verb.HOLD)
    assert (record.state, record.reason) == (CommandState.FAILED, Reason.VEHICLE_FAILED)


# ---- deadlines ----


def test_another_form_is_not_sent_after_the_deadline(world: World, station: Station) -> None:
    world.vehicle.results[USER_COMMAND] = [8, ACCEPTED]
    world.vehicle.answer_delay_s = 2.0
    request = wire(station, "mav_cmd", args={"command": USER_COMMAND, "param1": 77}, ttl_ms=1_000)
    deliver(world, request)
    world.run(5.0)
    assert world.vehicle.count(USER_COMMAND, 77.0) == 0
    record = station.record(str(request["id"]))
    assert (record.state, record.reason) == (CommandState.EXPIRED, Reason.TOO_OLD)


def test_a_request_that_is_just_in_time_is_carried_out(world: World, station: Station) -> None:
    request = wire(station, ref_bms=int((world.clock() - 4.9) * 1000))
    deliver(world, request)
    assert world.vehicle.count(400) == 1


# ---- proofs ----


def test_a_slow_climb_to_a_great_height_is_no_standstill(world: World, station: Station) -> None:
    world.vehicle.climb_mps = 0.2
    climb = station.give(Verb.TAKEOFF, height_m=400.0)
    world.run_until(lambda: world.vehicle.height_m > 25.0, 200.0)
    assert not station.record(climb).is_over


def test_no_word_of_the_vehicle_since_is_no_proof_of_a_failure(world: World, station: Station) -> None:
    """One heartbeat that had been on its way already, and then none."""
    world.vehicle.has_effect = False
    arm = station.give(Verb.ARM)
    world.run_until(lambda: world.vehicle.count(400) == 1, 2.0)
    world.vehicle.beat(0.3)
    world.run(0.6)
    world.vehicle.is_silent = True
    record = station.end(arm)
    assert record.state is CommandState.ACCEPTED_UNVERIFIED


def test_any_number_of_bridges_that_claim_the_vehicle_are_a_short_line(world: World, station: Station) -> None:
    def claim(via: str, state: str) -> None:
        content = {"sid": "s", "seq": 0, "ts": 0, "bms": 0, "v": 1, "d": {"state": state, "via": via}}
        world.to_bridge(Outgoing(topic_of("conn"), json.dumps(content).encode(), 1))

    names = [f"{number}-" + "x" * 1_000 for number in range(300)]
    for name in names:
        claim(name, "online")
    world.run(1.0)
    record = station.do(Verb.ARM)
    assert record.reason is Reason.IDENTITY_CONFLICT
    assert len(str(record.detail)) < 1_500
    for name in names:
        claim(name, "offline")
    world.run(1.0)
    assert station.do(Verb.ARM).state is CommandState.SUCCEEDED
