# SPDX-License-Identifier: Apache-2.0
"""A command's end says what is so: nothing is called done that was so before, and nothing goes on that is over."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.fleet.commands import CommandState, Reason, Verb
from groundstation.fleet.events import EventKind
from tests.support.command_world import FAILED, IN_PROGRESS, KEY, Station, World, user_command

LAT, LON = 41.0, 39.7
FAR = {"lat_deg": 41.01, "lon_deg": 39.7, "height_m": 10.0}
HERE = {"lat_deg": LAT, "lon_deg": LON, "height_m": 10.0}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def station(world: World) -> Station:
    """Its vehicle flies in GUIDED at 10 m."""
    station = world.station()
    assert station.do(Verb.TAKEOFF, height_m=10.0).state is CommandState.SUCCEEDED
    return station


def on_air(world: World) -> None:
    """The vehicle says that it is in the air, as it does when it is asked."""
    world.vehicle.send(world.vehicle.voice.pack(dialect.MAVLink_extended_sys_state_message(0, 2)))


def on_ground(world: World) -> None:
    world.vehicle.send(world.vehicle.voice.pack(dialect.MAVLink_extended_sys_state_message(0, 1)))


def lose_orders(world: World) -> None:
    world.to_vehicle.drop_next = 10_000


# ---- an order that never arrived ----


def test_hold_that_never_came_to_a_vehicle_that_holds_is_not_called_done(world: World, station: Station) -> None:
    assert station.do(Verb.HOLD).state is CommandState.SUCCEEDED
    lose_orders(world)
    record = station.do(Verb.HOLD)
    assert (record.state, record.reason) == (CommandState.TIMEOUT, Reason.NO_ANSWER)
    assert "shows what it showed before, which tells nothing" in str(record.detail)


def test_what_was_so_before_a_silence_proves_no_order_that_never_came(world: World, station: Station) -> None:
    assert station.do(Verb.RTL).state is CommandState.SUCCEEDED
    world.vehicle.is_silent = True
    world.run(9.0)
    lose_orders(world)
    identity = station.give(Verb.RTL)
    world.run(0.2)
    world.vehicle.is_silent = False
    record = station.end(identity)
    assert (record.state, world.vehicle.count(20)) == (CommandState.TIMEOUT, 1)


def test_a_go_to_that_never_came_to_a_vehicle_that_stands_on_the_point_is_not_called_done(
    world: World, station: Station
) -> None:
    lose_orders(world)
    record = station.do(Verb.GOTO, **HERE)
    assert (record.state, record.reason) == (CommandState.TIMEOUT, Reason.NO_ANSWER)


def test_a_height_that_never_came_to_a_vehicle_that_climbs_is_not_called_done(world: World, station: Station) -> None:
    lose_orders(world)
    world.vehicle.target_m = 40.0
    record = station.do(Verb.HEIGHT, height_m=40.0)
    assert (record.state, record.reason) == (CommandState.TIMEOUT, Reason.NO_ANSWER)


@pytest.mark.parametrize("is_repeated", [True, False])
def test_a_go_to_whose_answer_is_lost_is_believed_by_the_point_that_the_vehicle_repeats(
    world: World, station: Station, is_repeated: bool
) -> None:
    world.vehicle.is_mute = True
    identity = station.give(Verb.GOTO, **FAR)
    world.run(1.0)
    for _ in range(4):
        if is_repeated:
            target = dialect.MAVLink_position_target_global_int_message(
                0, 0, 65016, 410100000, 397000000, 110.0, 0, 0, 0, 0, 0, 0, 0, 0
            )
            world.vehicle.send(world.vehicle.voice.pack(target))
        world.run(1.0)
    state = station.record(identity).state
    assert state is (CommandState.IN_PROGRESS if is_repeated else CommandState.TIMEOUT)


def home(world: World, height_mm: int) -> None:
    q = [1.0, 0.0, 0.0, 0.0]
    message = dialect.MAVLink_home_position_message(410000000, 397000000, height_mm, 0, 0, 0, q, 0, 0, 0)
    world.vehicle.send(world.vehicle.voice.pack(message))


@pytest.mark.parametrize("is_lost", [True, False])
@pytest.mark.parametrize("is_moved", [True, False])
def test_a_home_that_is_set_higher_is_proven_by_its_height(
    world: World, station: Station, is_lost: bool, is_moved: bool
) -> None:
    home(world, 100_000)
    world.run(1.0)
    if is_lost:
        world.vehicle.is_mute = True
    identity = station.give(Verb.SET_HOME, lat_deg=LAT, lon_deg=LON, height_m=150.0)
    for _ in range(14):
        world.run(1.0)
        home(world, 150_000 if is_moved else 100_000)
    record = station.record(identity)
    if is_moved:
        assert record.state is CommandState.SUCCEEDED
    elif is_lost:
        assert record.state is CommandState.TIMEOUT
    else:
        assert (record.state, record.reason) == (CommandState.FAILED, Reason.NO_EFFECT)
        assert "home is -50 m off in height" in str(record.detail)


# ---- repeated while it is wanted ----


@pytest.mark.parametrize(("verb", "command"), [(Verb.HOLD, 176), (Verb.RTL, 20), (Verb.LAND, 21)])
def test_an_emergency_is_said_again_until_it_is_heard(world: World, station: Station, verb: Verb, command: int) -> None:
    world.to_vehicle.drop_next = 4
    before = world.vehicle.count(command)
    record = station.do(verb)
    assert record.state is CommandState.SUCCEEDED
    assert world.vehicle.count(command) == before + 1


def test_an_emergency_that_is_done_without_an_answer_is_not_said_again(world: World, station: Station) -> None:
    world.vehicle.is_mute = True
    record = station.do(Verb.RTL)
    assert (record.state, str(record.detail)) == (CommandState.SUCCEEDED, "seen by telemetry; its answer was lost")
    assert world.vehicle.count(20) == 1


def test_arming_is_never_said_twice(world: World) -> None:
    station = world.station()
    world.vehicle.is_mute, world.vehicle.has_effect = True, False
    assert station.do(Verb.ARM).state is CommandState.TIMEOUT
    assert world.vehicle.count(400) == 1


# ---- over before its goal ----


def test_a_vehicle_that_disarms_on_its_way_ends_the_order_at_once(world: World, station: Station) -> None:
    identity = station.give(Verb.GOTO, **FAR)
    world.run(3.0)
    world.vehicle.armed = False
    world.run(1.5)
    record = station.record(identity)
    assert (record.state, record.reason, str(record.detail)) == (
        CommandState.FAILED,
        Reason.DISARMED,
        "it disarmed meanwhile",
    )


@pytest.mark.parametrize(("seconds", "is_over"), [(1.9, False), (3.5, True)])
def test_a_vehicle_that_lands_on_its_way_ends_the_order_when_it_is_sure(
    world: World, station: Station, seconds: float, is_over: bool
) -> None:
    identity = station.give(Verb.GOTO, **FAR)
    world.run(1.0)
    on_air(world)
    world.run(1.5)
    assert station.record(identity).state is CommandState.IN_PROGRESS
    on_ground(world)
    world.run(seconds)
    record = station.record(identity)
    assert record.is_over is is_over
    if is_over:
        assert (record.state, record.reason) == (CommandState.FAILED, Reason.LANDED)


def test_a_failsafe_on_its_way_ends_the_order_with_that_as_the_reason(world: World, station: Station) -> None:
    identity = station.give(Verb.GOTO, **FAR)
    world.run(2.0)
    world.vehicle.mode, world.vehicle.is_critical = 6, True
    world.run(1.5)
    record = station.record(identity)
    assert (record.state, record.reason) == (CommandState.FAILED, Reason.FAILSAFE)


def test_a_link_that_is_lost_on_the_way_is_the_end_only_when_it_is_given_up(world: World, station: Station) -> None:
    identity = station.give(Verb.GOTO, **FAR)
    world.run(2.0)
    world.vehicle.is_silent = True
    world.run(9.0)
    assert station.record(identity).state is CommandState.IN_PROGRESS
    world.run(3.0)
    record = station.record(identity)
    assert (record.state, record.reason) == (CommandState.UNKNOWN, Reason.LINK_LOST)


def test_a_link_that_comes_back_in_time_goes_on(world: World, station: Station) -> None:
    identity = station.give(Verb.HEIGHT, height_m=60.0)
    world.vehicle.target_m = 60.0
    world.run(5.0)
    world.vehicle.is_silent = True
    world.run(8.0)
    world.vehicle.is_silent = False
    assert station.end(identity).state is CommandState.SUCCEEDED


# ---- in whose words ----


def test_a_refusals_reason_is_what_was_said_about_it(world: World) -> None:
    station = world.station()
    world.vehicle.results[400] = [FAILED]
    identity = station.give(Verb.ARM)
    world.vehicle.say("EKF3 IMU0 tilt alignment complete", 6)
    world.vehicle.say("Reached command #3", 6)
    world.vehicle.words = ["GPS 1: detected as u-blox at 230400 baud", "Arm: Compass not healthy", "Arm: Need Position"]
    record = station.end(identity)
    assert str(record.detail) == "Arm: Compass not healthy; Arm: Need Position"


def test_what_was_said_long_before_a_refusal_is_not_its_reason(world: World) -> None:
    station = world.station()
    world.vehicle.results[31_010] = [IN_PROGRESS]
    identity = station.give(Verb.MAV_CMD, **user_command(1.0))
    world.run(0.5)
    world.vehicle.say("Compass not healthy", 4)
    world.run(2.0)
    world.vehicle.answer(31_010, FAILED)
    assert str(station.end(identity).detail) == "the vehicle could not do it"


def test_the_mode_of_a_pilot_right_after_our_order_is_told(world: World, station: Station) -> None:
    station.do(Verb.HOLD)
    world.vehicle.mode = 5
    world.run(1.5)
    state = station.fleet.get(KEY)
    assert state is not None
    told = [one.text for one in state.messages if one.kind is EventKind.EXTERNAL_CONTROL]
    assert [text.split(":")[0] for text in told] == ["mode LOITER, was BRAKE"]


def test_a_mode_that_the_vehicle_refuses_as_unknown_is_not_offered_again(world: World, station: Station) -> None:
    world.vehicle.results[176] = [FAILED, 0]
    world.vehicle.words = ["No such mode 7"]
    assert station.do(Verb.MODE, mode="CIRCLE").state is CommandState.FAILED
    world.run(1.0)
    state = station.fleet.get(KEY)
    assert state is not None
    assert state.info is not None
    assert "CIRCLE" not in state.info.modes
    assert "LOITER" in state.info.modes
    assert station.do(Verb.MODE, mode="CIRCLE").reason is Reason.PRECONDITION


# ---- a mission ----


def item(world: World, number: int) -> None:
    """The vehicle tells which item of its mission is the active one."""
    world.vehicle.send(world.vehicle.voice.pack(dialect.MAVLink_mission_current_message(number)))


def test_a_mission_is_started_when_mode_and_item_say_so_and_what_it_waits_for_is_told(
    world: World, station: Station
) -> None:
    identity = station.give(Verb.MISSION_START)
    world.run(2.0)
    assert station.record(identity).state is CommandState.IN_PROGRESS
    assert "waiting until its mode is AUTO" in str(station.record(identity).detail)
    world.vehicle.mode = 3
    world.run(2.0)
    assert station.record(identity).state is CommandState.IN_PROGRESS
    assert "waiting until it tells which item it flies" in str(station.record(identity).detail)
    item(world, 1)
    assert station.end(identity).state is CommandState.SUCCEEDED


def test_a_mission_of_which_no_item_begins_is_not_started(world: World, station: Station) -> None:
    identity = station.give(Verb.MISSION_START)
    world.vehicle.mode = 3
    world.run(3.0)
    item(world, 0)
    record = station.end(identity)
    assert record.state is CommandState.FAILED
    assert "yet it has begun no item of its mission" in str(record.detail)
