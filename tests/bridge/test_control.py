# SPDX-License-Identifier: Apache-2.0
"""Who is in control: taken, renewed, asked for, forced, lost; two stations, one vehicle."""

from __future__ import annotations

import pytest

from groundstation.fleet.commands import CommandState, Reason, Role, Verb
from groundstation.fleet.control import ControlAction, ControlRequest, Takeover
from groundstation.fleet.link import LinkState
from groundstation.transport import payloads
from groundstation.transport.bus import Outgoing
from groundstation.transport.commander import presence
from tests.support.command_world import KEY, Station, World, topic_of


@pytest.fixture
def world() -> World:
    return World()


def control(station: Station):
    state = station.fleet.get(KEY)
    assert state is not None
    assert state.control is not None
    return state.control


def keeper(station: Station):
    return station.commander.operations.keeper


def take(station: Station, force: str = "") -> None:
    state = station.fleet.get(KEY)
    assert state is not None
    keeper(station).want(state, station.world.clock(), force_reason=force)


def holds(station: Station) -> bool:
    state = station.fleet.get(KEY)
    if state is None or state.control is None:
        return False
    return state.control.is_held_by(station.actor.gs)


def events(station: Station) -> list[str]:
    state = station.fleet.get(KEY)
    assert state is not None
    return [one.text for one in state.messages if one.kind == "control"]


def test_control_is_taken_with_the_first_command_and_kept_by_renewal(world: World) -> None:
    station = world.station()
    assert control(station).owner is None
    assert station.do(Verb.ARM).state is CommandState.SUCCEEDED
    assert holds(station)
    world.run(30.0)
    assert holds(station)


def test_the_other_is_told_who_and_can_have_it_six_seconds_after_the_first_has_died(world: World) -> None:
    first, second = world.station("gs-1"), world.station("gs-2")
    first.do(Verb.ARM)
    keeper(first).takeover = Takeover.NO
    world.run(3.0)
    record = second.do(Verb.DISARM)
    assert (record.state, record.reason) == (CommandState.REJECTED, Reason.NOT_OWNER)
    assert "op-gs-1 at gs-1" in str(record.detail)
    world.stations.remove(first)
    died_s = world.clock()
    world.run_until(lambda: control(second).owner is None, 7.0)
    assert world.clock() - died_s <= 6.3
    assert second.do(Verb.DISARM).state is CommandState.SUCCEEDED


def test_a_stations_will_frees_its_vehicles_unless_it_lives(world: World) -> None:
    first, second = world.station("gs-1"), world.station("gs-2")
    first.do(Verb.ARM)
    world.to_bridge(presence(first.actor, LinkState.OFFLINE))
    world.run(6.0)
    assert holds(first), "a forged death, and the holder goes on renewing"
    world.stations.remove(first)
    world.to_bridge(presence(first.actor, LinkState.OFFLINE))
    world.run(2.3)
    assert control(second).owner is not None
    world.run(0.6)
    assert control(second).owner is None
    assert any("gs-1 lost control" in text for text in events(second))


def test_asked_the_holder_may_grant_or_deny_and_silence_is_no(world: World) -> None:
    first, second = world.station("gs-1"), world.station("gs-2")
    first.do(Verb.ARM)
    take(second)
    world.run_until(lambda: control(first).pending is not None, 2.0)
    state = first.fleet.get(KEY)
    assert state is not None
    keeper(first).answer(state, grant=False)
    world.run(1.0)
    assert holds(first)
    state = second.fleet.get(KEY)
    assert state is not None
    assert "denied by op-gs-1" in str(keeper(second).want(state, world.clock()))
    world.run(2.5)
    take(second)
    world.run(11.0)
    assert holds(first)
    assert control(first).pending is None
    world.run(2.5)
    take(second)
    world.run_until(lambda: control(first).pending is not None, 4.0)
    state = first.fleet.get(KEY)
    assert state is not None
    keeper(first).answer(state, grant=True)
    world.run_until(lambda: holds(second), 2.0)
    lease = control(second).lease
    world.run(10.0)
    assert holds(second)
    assert control(second).lease == lease


def test_a_command_of_who_was_replaced_is_refused_by_its_number(world: World) -> None:
    first, second = world.station("gs-1"), world.station("gs-2")
    first.do(Verb.ARM)
    keeper(first).takeover = Takeover.AUTO
    world.run(3.0)
    first.down.faults.loss = 1.0
    take(second)
    world.run_until(lambda: holds(second), 4.0)
    assert holds(first), "it was not told"
    identity = first.give(Verb.DISARM)
    world.run(1.0)
    first.down.faults.loss = 0.0
    record = first.end(identity)
    assert (record.state, record.reason) == (CommandState.REJECTED, Reason.NOT_OWNER)
    assert world.vehicle.armed


def test_force_needs_a_reason_and_tells_the_former_holder(world: World) -> None:
    first, second = world.station("gs-1"), world.station("gs-2")
    first.do(Verb.ARM)
    keeper(first).takeover = Takeover.NO
    world.run(3.0)
    request = ControlRequest(id="f1", action=ControlAction.FORCE, by=second.actor)
    world.to_bridge(Outgoing(topic_of("ctl/req"), payloads.encode_request(request), 1))
    world.run(0.5)
    assert holds(first)
    assert control(first).last is not None
    assert "reason" in str(control(first).last.detail)
    take(second, force="pilot has fainted")
    world.run_until(lambda: holds(second), 4.0)
    assert any("by force" in text and "pilot has fainted" in text for text in events(first))
    assert control(first).last is not None
    assert "pilot has fainted" in str(control(first).last.detail)
    assert KEY not in keeper(first).kept or not holds(first)


def test_emergency_verbs_need_no_control_and_are_told_to_all(world: World) -> None:
    first, second = world.station("gs-1"), world.station("gs-2")
    first.do(Verb.TAKEOFF, height_m=10.0)
    for verb in (Verb.HOLD, Verb.RTL, Verb.LAND):
        record = second.do(verb)
        assert record.state is CommandState.SUCCEEDED, verb
        assert first.record(record.id).by == second.actor
    assert holds(first)


def test_an_observer_sees_everything_and_can_do_nothing(world: World) -> None:
    first, watcher = world.station("gs-1"), world.station("gs-2", Role.OBSERVER)
    record = first.do(Verb.ARM)
    assert watcher.record(record.id).state is CommandState.SUCCEEDED
    executed = len(world.vehicle.executed)
    for verb in (Verb.RTL, Verb.DISARM):
        assert watcher.do(verb).state is CommandState.REJECTED
    assert len(world.vehicle.executed) == executed


def test_the_number_grows_over_a_restart_of_the_bridge_and_the_holder_takes_it_again(world: World) -> None:
    station = world.station()
    station.do(Verb.ARM)
    lease = control(station).lease
    world.kill_bridge()
    world.run(3.0)
    world.start_bridge()
    world.run_until(lambda: holds(station) and control(station).lease != lease, 12.0)
    assert control(station).lease >= lease
    assert station.do(Verb.DISARM).state is CommandState.SUCCEEDED


def test_a_request_that_is_too_old_is_not_granted(world: World) -> None:
    station = world.station()
    old_ms = int((world.clock() - 8.0) * 1000)
    request = ControlRequest(id="old", action=ControlAction.ACQUIRE, by=station.actor, ref_bms=old_ms)
    world.to_bridge(Outgoing(topic_of("ctl/req"), payloads.encode_request(request), 1))
    world.run(0.5)
    assert control(station).owner is None
    assert control(station).last is not None
    assert control(station).last.outcome == "expired"


def test_released_it_is_free_and_the_same_person_may_release_from_elsewhere(world: World) -> None:
    first, second = world.station("gs-1"), world.station("gs-2")
    first.do(Verb.ARM)
    state = first.fleet.get(KEY)
    assert state is not None
    stranger = ControlRequest(id="r1", action=ControlAction.RELEASE, by=second.actor)
    world.to_bridge(Outgoing(topic_of("ctl/req"), payloads.encode_request(stranger), 1))
    world.run(0.5)
    assert holds(first)
    keeper(first).release(state)
    world.run_until(lambda: control(second).owner is None, 2.0)
    world.run(8.0)
    assert control(second).owner is None, "what was released is not taken again"
