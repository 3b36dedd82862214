# SPDX-License-Identifier: Apache-2.0
"""The life of a command between station, bridge and vehicle, with everything that can be lost, doubled or late."""

from __future__ import annotations

import json

import msgspec
import pytest

from groundstation.fleet.commands import CommandQuery, CommandRequest, CommandState, Reason, Role, Verb
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.verbs import EMERGENCY_VERBS
from groundstation.transport import payloads
from groundstation.transport.bus import Outgoing
from groundstation.transport.payloads import SyncRequest
from tests.support.command_world import (
    ACCEPTED,
    CANCELLED,
    DENIED,
    FAILED,
    IN_PROGRESS,
    KEY,
    STEP_S,
    TEMPORARILY_REJECTED,
    UNSUPPORTED,
    USER_COMMAND,
    World,
    topic_of,
)
from tests.support.updates import failed_of

LONG_ONLY, INT_ONLY, WRONG_FRAME, NOT_IN_CONTROL = 7, 8, 9, 10


@pytest.fixture
def world() -> World:
    return World()


def user(number: float) -> dict[str, float]:
    return {"command": float(USER_COMMAND), "param1": number}


def test_arming_is_proven_by_the_heartbeat(world: World) -> None:
    station = world.station()
    record = station.do(Verb.ARM)
    assert station.states(record.id) == ["queued", "sent", "received", "accepted", "succeeded"]
    assert world.vehicle.count(400) == 1


def test_accepted_without_effect_is_a_failure_and_says_what_telemetry_shows(world: World) -> None:
    station = world.station()
    world.vehicle.has_effect = False
    record = station.do(Verb.ARM)
    assert (record.state, record.reason) == (CommandState.FAILED, Reason.NO_EFFECT)
    assert "not armed" in str(record.detail)


def test_a_lost_request_to_the_vehicle_is_a_timeout_and_is_not_sent_again(world: World) -> None:
    station = world.station()
    identity = station.give(Verb.ARM)
    world.run_until(lambda: station.record(identity).state is CommandState.SENT, 5.0)
    world.to_vehicle.faults.loss = 1.0
    record = station.end(identity)
    assert (record.state, record.reason) == (CommandState.TIMEOUT, Reason.NO_ANSWER)
    world.to_vehicle.faults.loss = 0.0
    world.run(20.0)
    assert world.vehicle.count(400) == 0


def test_a_lost_answer_is_made_good_by_telemetry(world: World) -> None:
    station = world.station()
    world.vehicle.is_mute = True
    record = station.do(Verb.ARM)
    assert record.state is CommandState.SUCCEEDED
    assert "answer was lost" in str(record.detail)
    assert world.vehicle.count(400) == 1


def test_a_climb_without_an_answer_is_followed_to_its_end(world: World) -> None:
    station = world.station()
    assert station.do(Verb.ARM).state is CommandState.SUCCEEDED
    assert station.do(Verb.MODE, mode="GUIDED").state is CommandState.SUCCEEDED
    world.vehicle.is_mute = True
    record = station.do(Verb.TAKEOFF, height_m=20.0)
    assert record.state is CommandState.SUCCEEDED
    assert "answer was lost" in str(record.detail)
    assert world.vehicle.count(22) == 1


def test_without_answer_and_without_telemetry_the_outcome_is_unknown(world: World) -> None:
    station = world.station()
    identity = station.give(Verb.ARM)
    world.run_until(lambda: station.record(identity).state is CommandState.SENT, 5.0)
    world.vehicle.is_silent = True
    record = station.end(identity)
    assert record.state in (CommandState.TIMEOUT, CommandState.UNKNOWN)
    world.vehicle.is_silent = False
    world.run(3.0)
    world.vehicle.is_silent = True
    world.run(4.0)
    late = station.give(Verb.HOLD)
    assert station.end(late).state is CommandState.UNKNOWN
    assert station.record(late).reason is Reason.LINK_LOST


def test_a_double_answer_counts_once(world: World) -> None:
    station = world.station()
    world.vehicle.answers = 3
    record = station.do(Verb.ARM)
    assert station.states(record.id).count("accepted") == 1
    world.run(1.0)
    assert world.hearing.vehicles[KEY].board.unexpected == 2


def test_a_late_answer_changes_nothing(world: World) -> None:
    station = world.station()
    world.vehicle.has_effect, world.vehicle.answer_delay_s = False, 5.0
    record = station.do(Verb.MAV_CMD, **user(1))
    assert record.state is CommandState.TIMEOUT
    world.run(5.0)
    assert station.record(record.id).state is CommandState.TIMEOUT
    assert world.hearing.vehicles[KEY].board.unexpected == 1


def test_an_answer_to_another_command_is_not_taken(world: World) -> None:
    station = world.station()
    world.vehicle.is_mute = world.vehicle.is_mute = True
    world.vehicle.has_effect = False
    identity = station.give(Verb.MAV_CMD, **user(1))
    world.run_until(lambda: bool(world.vehicle.executed), 5.0)
    world.vehicle.answer(400, ACCEPTED)
    assert station.end(identity).state is CommandState.TIMEOUT


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        (ACCEPTED, CommandState.ACCEPTED_UNVERIFIED, Reason.NONE),
        (TEMPORARILY_REJECTED, CommandState.REJECTED, Reason.VEHICLE_BUSY),
        (DENIED, CommandState.REJECTED, Reason.VEHICLE_DENIED),
        (UNSUPPORTED, CommandState.REJECTED, Reason.UNSUPPORTED),
        (FAILED, CommandState.FAILED, Reason.VEHICLE_FAILED),
        (CANCELLED, CommandState.CANCELLED, Reason.VEHICLE_CANCELLED),
        (LONG_ONLY, CommandState.REJECTED, Reason.FORM),
        (WRONG_FRAME, CommandState.REJECTED, Reason.FRAME),
        (NOT_IN_CONTROL, CommandState.REJECTED, Reason.NOT_OWNER_AT_VEHICLE),
        (99, CommandState.FAILED, Reason.VEHICLE_FAILED),
    ],
)
def test_every_result_has_its_end(world: World, result: int, state: CommandState, reason: Reason) -> None:
    station = world.station()
    world.vehicle.results[USER_COMMAND] = [result]
    record = station.do(Verb.MAV_CMD, **user(1))
    assert (record.state, record.reason, record.result) == (state, reason, result)


def test_an_answer_that_asks_for_the_other_form_gets_it_once(world: World) -> None:
    station = world.station()
    world.vehicle.results[USER_COMMAND] = [INT_ONLY, ACCEPTED]
    record = station.do(Verb.MAV_CMD, **user(3))
    assert record.state is CommandState.ACCEPTED_UNVERIFIED
    assert world.vehicle.count(USER_COMMAND, 3.0) == 1
    world.vehicle.results[USER_COMMAND] = [INT_ONLY]
    assert station.do(Verb.MAV_CMD, **user(4)).reason is Reason.FORM


def test_in_progress_is_shown_and_may_take_longer_than_an_answer(world: World) -> None:
    station = world.station()
    world.vehicle.results[USER_COMMAND] = [IN_PROGRESS]
    world.vehicle.progress_percent = 30
    identity = station.give(Verb.MAV_CMD, **user(1))
    world.run_until(lambda: station.record(identity).state is CommandState.IN_PROGRESS, 5.0)
    assert station.record(identity).progress == 0.3
    world.run(8.0)
    assert not station.record(identity).is_over
    world.vehicle.answer(USER_COMMAND, ACCEPTED)
    assert station.end(identity).state is CommandState.ACCEPTED_UNVERIFIED


def test_in_progress_and_then_silence_is_unknown(world: World) -> None:
    station = world.station()
    world.vehicle.results[USER_COMMAND] = [IN_PROGRESS]
    record = station.do(Verb.MAV_CMD, **user(1))
    assert (record.state, record.reason) == (CommandState.UNKNOWN, Reason.NO_ANSWER)


def test_a_command_in_progress_can_be_cancelled(world: World) -> None:
    station = world.station()
    world.vehicle.results[USER_COMMAND] = [IN_PROGRESS]
    identity = station.give(Verb.MAV_CMD, **user(1))
    world.run_until(lambda: station.record(identity).state is CommandState.IN_PROGRESS, 5.0)
    cancel = station.do(Verb.CANCEL, command=identity)
    assert cancel.state is CommandState.SUCCEEDED
    assert (station.end(identity).state, station.record(identity).reason) == (CommandState.CANCELLED, Reason.ASKED)


def test_the_vehicles_own_words_come_with_the_refusal_even_after_it(world: World) -> None:
    station = world.station()
    world.vehicle.results[400] = [FAILED]
    world.vehicle.words = ["Arm: Compass not healthy"]
    identity = station.give(Verb.ARM)
    world.run_until(lambda: station.record(identity).state is CommandState.SENT, 5.0)
    world.vehicle.later(STEP_S * 3, lambda: world.vehicle.say("Arm: Gyros inconsistent"))
    record = station.end(identity)
    assert record.texts == ("Arm: Compass not healthy", "Arm: Gyros inconsistent")
    assert "Compass not healthy" in str(record.detail)


def test_an_unsupported_verb_is_not_offered_again(world: World) -> None:
    station = world.station()
    world.vehicle.results[115] = [UNSUPPORTED]
    station.do(Verb.TAKEOFF, height_m=10.0)
    assert station.do(Verb.YAW, heading_deg=90.0).reason is Reason.UNSUPPORTED
    world.run(1.0)
    state = station.fleet.get(KEY)
    assert state is not None
    assert state.info is not None
    assert "yaw" not in state.info.verbs
    assert "takeoff" in state.info.verbs


def test_a_repeated_request_is_answered_and_not_executed_again(world: World) -> None:
    station = world.station()
    record = station.do(Verb.MAV_CMD, **user(5))
    request = next(one for one in station.bus.sent if one.topic.endswith("cmd/req"))
    before = len(station.transitions)
    for _ in range(3):
        world.to_bridge(request)
    world.run(2.0)
    assert world.vehicle.count(USER_COMMAND, 5.0) == 1
    assert station.record(record.id).state is record.state
    assert len(station.transitions) == before
    again = world.hearing.vehicles[KEY].desk
    assert again.is_busy is False


def requested(station, verb=Verb.MAV_CMD, **changes) -> CommandRequest:
    """A request as this station would write it now."""
    state = station.fleet.get(KEY)
    values = {
        "id": f"x-{station.world.rng.random()}",
        "by": station.actor,
        "sid": state.session,
        "verb": verb,
        "args": user(1) if verb is Verb.MAV_CMD else {},
        "lease": state.control.lease,
        "count": 2**50,
        "ref_bms": int(station.world.clock() * 1000),
        "ttl_ms": 5_000,
    }
    return CommandRequest(**{**values, **changes})


def fate(world: World, station, request: CommandRequest, *, retain: bool = False):
    world.to_bridge(Outgoing(topic_of("cmd/req"), payloads.encode_request(request), 1), retain=retain)
    world.run(1.0)
    record = station.commander.operations.book.get(KEY, request.id)
    return None if record is None else (record.state, record.reason)


def test_what_is_too_old_retained_of_another_life_or_out_of_order_is_refused(world: World) -> None:
    station = world.station()
    station.do(Verb.MAV_CMD, **user(1))
    executed = len(world.vehicle.executed)
    old = requested(station, ref_bms=int((world.clock() - 6.0) * 1000))
    assert fate(world, station, old) == (CommandState.EXPIRED, Reason.TOO_OLD)
    assert fate(world, station, requested(station, sid="0" * 16)) == (CommandState.REJECTED, Reason.WRONG_SESSION)
    assert fate(world, station, requested(station), retain=True) == (CommandState.REJECTED, Reason.RETAINED)
    assert fate(world, station, requested(station, count=0)) == (CommandState.REJECTED, Reason.OUT_OF_ORDER)
    ahead = requested(station, ref_bms=int((world.clock() + 60.0) * 1000))
    assert fate(world, station, ahead) == (CommandState.REJECTED, Reason.MALFORMED)
    stale = requested(station, lease=1)
    assert fate(world, station, stale) == (CommandState.REJECTED, Reason.STALE_LEASE)
    other = msgspec.structs.replace(station.actor, gs="somebody-else")
    assert fate(world, station, requested(station, by=other)) == (CommandState.REJECTED, Reason.NOT_OWNER)
    watcher = msgspec.structs.replace(station.actor, role=Role.OBSERVER)
    late = requested(station, by=watcher, count=2**50 + 5, verb=Verb.RTL)
    assert fate(world, station, late) == (CommandState.REJECTED, Reason.OBSERVER)
    assert len(world.vehicle.executed) == executed


def test_a_long_life_that_a_request_claims_for_itself_is_cut(world: World) -> None:
    station = world.station()
    station.do(Verb.MAV_CMD, **user(1))
    old = requested(station, ref_bms=int((world.clock() - 120.0) * 1000), ttl_ms=10**9)
    assert fate(world, station, old) == (CommandState.EXPIRED, Reason.TOO_OLD)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"id": 5}',
        b'{"id": "a"}',
        b'{"id": "b", "verb": "fly_away", "by": {"op": "x", "gs": "y"}, "sid": "s", "ref_bms": 1, "ttl_ms": 1}',
        b'{"id": "", "verb": "arm", "by": {"op": "x", "gs": "y"}, "sid": "s", "ref_bms": 1, "ttl_ms": 1}',
        b'{"id": "c", "verb": "arm", "args": {"a": [1]}, "by": {"op": "x", "gs": "y"}, "sid": "", "ref_bms": 1, "ttl_ms": 1}',
        b'{"id": "' + b"d" * 70_000 + b'"}',
        b"[" * 60_000,
        json.dumps({"id": "e" * 65, "verb": "arm"}).encode(),
    ],
)
def test_hostile_requests_execute_nothing_and_break_nothing(world: World, payload: bytes) -> None:
    station = world.station()
    for leaf in ("cmd/req", "ctl/req", "sync/req"):
        world.to_bridge(Outgoing(topic_of(leaf), payload, 1))
    world.run(1.0)
    assert not world.vehicle.executed
    assert station.do(Verb.ARM).state is CommandState.SUCCEEDED


def test_wrong_arguments_are_refused_by_the_bridge_too(world: World) -> None:
    station = world.station()
    station.do(Verb.TAKEOFF, height_m=10.0)
    far = requested(station, Verb.GOTO, args={"lat_deg": 42.5, "lon_deg": 39.7, "height_m": 50.0, "frame": "home"})
    assert fate(world, station, far) == (CommandState.REJECTED, Reason.PRECONDITION)
    high = requested(station, Verb.TAKEOFF, args={"height_m": 4000.0}, count=2**50 + 1)
    assert fate(world, station, high) == (CommandState.REJECTED, Reason.ARGUMENTS)


def test_a_command_that_never_came_is_expired_and_stays_refused(world: World) -> None:
    station = world.station()
    station.do(Verb.MAV_CMD, **user(1))
    station.up.drop_next = 1
    identity = station.give(Verb.MAV_CMD, **user(2))
    record = station.end(identity)
    assert (record.state, record.reason) == (CommandState.EXPIRED, Reason.NEVER_ARRIVED)
    lost = next(one for one in reversed(station.bus.sent) if one.topic.endswith("cmd/req"))
    world.to_bridge(lost)
    world.run(2.0)
    assert world.vehicle.count(USER_COMMAND, 2.0) == 0


def test_a_lost_report_is_asked_for(world: World) -> None:
    station = world.station()
    station.do(Verb.MAV_CMD, **user(1))
    identity = station.give(Verb.MAV_CMD, **user(2))
    world.run_until(lambda: station.record(identity).state is CommandState.SENT, 2.0)
    station.down.faults.loss = 1.0
    world.run_until(lambda: world.vehicle.count(USER_COMMAND, 2.0) == 1, 2.0)
    world.run(2.0)
    station.down.faults.loss = 0.0
    record = station.end(identity)
    assert record.state is CommandState.ACCEPTED_UNVERIFIED
    assert world.vehicle.count(USER_COMMAND, 2.0) == 1


def test_a_query_of_a_former_life_is_answered_by_unknown(world: World) -> None:
    station = world.station()
    query = SyncRequest(commands=CommandQuery(ids=("never-seen",), sid="another-life"))
    world.to_bridge(Outgoing(topic_of("sync/req"), payloads.encode_request(query), 1))
    world.run(1.0)
    record = station.record("never-seen")
    assert (record.state, record.reason) == (CommandState.UNKNOWN, Reason.BRIDGE_LOST)


def test_a_bridge_killed_in_the_middle_leaves_the_outcome_unknown(world: World) -> None:
    station = world.station()
    world.vehicle.is_mute, world.vehicle.has_effect = True, False
    identity = station.give(Verb.MAV_CMD, **user(1))
    world.run_until(lambda: world.vehicle.count(USER_COMMAND) == 1, 5.0)
    world.kill_bridge()
    world.run(2.0)
    world.start_bridge()
    record = station.end(identity)
    assert (record.state, record.reason) == (CommandState.UNKNOWN, Reason.BRIDGE_LOST)
    assert world.vehicle.count(USER_COMMAND) == 1


def test_a_vehicle_that_restarts_in_the_middle_leaves_the_outcome_unknown_but_for_reboot(world: World) -> None:
    station = world.station()
    world.vehicle.is_mute, world.vehicle.has_effect = True, False
    identity = station.give(Verb.MAV_CMD, **user(1))
    world.run_until(lambda: world.vehicle.count(USER_COMMAND) == 1, 5.0)
    world.vehicle.reboot()
    record = station.end(identity)
    assert (record.state, record.reason) == (CommandState.UNKNOWN, Reason.REBOOTED)
    world.vehicle.is_mute, world.vehicle.has_effect = False, True
    world.run(5.0)
    identity = station.give(Verb.REBOOT)
    world.run_until(lambda: world.vehicle.count(246) == 1, 5.0)
    world.run(1.0)
    world.vehicle.reboot()
    assert station.end(identity).state is CommandState.SUCCEEDED


def test_while_the_broker_is_away_nothing_is_kept_for_later(world: World) -> None:
    station = world.station()
    station.do(Verb.MAV_CMD, **user(1))
    station.bus.is_connected = False
    identity = station.give(Verb.MAV_CMD, **user(2))
    record = station.end(identity, 0.2)
    assert (record.state, record.reason) == (CommandState.FAILED, Reason.OFFLINE)
    station.bus.is_connected = True
    world.run(10.0)
    assert world.vehicle.count(USER_COMMAND, 2.0) == 0


def test_the_same_command_twice_while_the_first_is_unanswered_is_busy(world: World) -> None:
    station = world.station()
    world.vehicle.answer_delay_s = 1.0
    first = station.give(Verb.MAV_CMD, **user(1))
    world.run(2 * STEP_S)
    second = station.give(Verb.MAV_CMD, **user(2))
    assert station.end(second).reason is Reason.BUSY
    assert station.end(first).state is CommandState.ACCEPTED_UNVERIFIED
    assert world.vehicle.count(USER_COMMAND, 2.0) == 0


def test_a_newer_motion_supersedes_an_older_one(world: World) -> None:
    station = world.station()
    climb = station.give(Verb.TAKEOFF, height_m=100.0)
    world.run_until(lambda: world.vehicle.height_m > 5.0, 20.0)
    land = station.give(Verb.LAND)
    world.run(1.0)
    assert (station.record(climb).state, station.record(climb).reason) == (CommandState.CANCELLED, Reason.SUPERSEDED)
    assert "land" in str(station.record(climb).detail)
    assert station.end(land).state is CommandState.SUCCEEDED


def test_take_off_arms_in_guided_first_and_reports_its_height(world: World) -> None:
    station = world.station()
    record = station.do(Verb.TAKEOFF, height_m=12.0)
    assert record.state is CommandState.SUCCEEDED
    assert [one.command for one in world.vehicle.executed] == [176, 400, 22]
    shown = [one.record.progress for one in station.transitions if one.record.state is CommandState.IN_PROGRESS]
    assert shown == sorted(shown)
    assert len(shown) >= 4


def test_a_refused_step_ends_the_recipe_and_says_which(world: World) -> None:
    station = world.station()
    world.vehicle.results[400] = [FAILED]
    world.vehicle.words = ["Arm: Need Position Estimate"]
    record = station.do(Verb.TAKEOFF, height_m=12.0)
    assert record.state is CommandState.FAILED
    assert str(record.detail).startswith("arm: ")
    assert world.vehicle.count(22) == 0


def test_a_take_off_that_has_begun_takes_its_time_and_one_that_has_not_expires(world: World) -> None:
    station = world.station()
    world.vehicle.answer_delay_s = 2.7
    assert station.do(Verb.TAKEOFF, height_m=12.0).state is CommandState.SUCCEEDED


def test_what_was_done_and_what_not_stands_in_the_end_of_a_command_of_several_steps(world: World) -> None:
    station = world.station()
    world.vehicle.results[22] = [1]
    record = station.do(Verb.TAKEOFF, height_m=12.0)
    # the vehicle rejected the last step; the motors turn all the same
    assert (record.state, record.reason) == (CommandState.FAILED, Reason.VEHICLE_BUSY)
    assert str(record.detail) == (
        "take off: the vehicle refuses it now; done: set GUIDED, arm; asked for: take off; it shows armed, GUIDED, 0 m"
    )


def test_somebody_else_who_changes_the_mode_ends_it(world: World) -> None:
    station = world.station()
    identity = station.give(Verb.TAKEOFF, height_m=100.0)
    world.run_until(lambda: world.vehicle.height_m > 5.0, 20.0)
    world.vehicle.mode = 5
    record = station.end(identity)
    assert (record.state, record.reason) == (CommandState.FAILED, Reason.EXTERNAL)
    assert "LOITER" in str(record.detail)


def test_a_climb_that_stops_is_a_failure(world: World) -> None:
    station = world.station()
    identity = station.give(Verb.TAKEOFF, height_m=100.0)
    world.run_until(lambda: world.vehicle.height_m > 10.0, 20.0)
    world.vehicle.climb_mps = 0.0
    record = station.end(identity)
    assert (record.state, record.reason) == (CommandState.FAILED, Reason.STALLED)


def test_a_dry_run_sends_nothing_and_needs_no_control(world: World) -> None:
    station = world.station()
    operations = station.commander.operations
    batch = operations.order([KEY], Verb.TAKEOFF, {"height_m": 12.0}, world.clock(), dry=True)
    record = station.end(operations.book.of_batch(batch)[0].id)
    assert (record.state, record.reason) == (CommandState.SUCCEEDED, Reason.DRY_RUN)
    assert [words.split(":")[0] for words in record.sends] == ["set GUIDED", "arm", "take off"]
    assert not world.vehicle.executed
    state = station.fleet.get(KEY)
    assert state is not None
    assert state.control is not None
    assert state.control.owner is None


def test_two_autopilots_on_one_system_id_get_emergencies_and_nothing_else(world: World) -> None:
    station = world.station()
    world.hearing._links._is_conflict_over = lambda *_: False  # type: ignore[method-assign]
    world.hearing.vehicles[KEY].set_conflict("two autopilots use system id 1", world.clock())
    world.run(1.0)
    for verb in (Verb.ARM, Verb.FORCE_DISARM):
        assert station.do(verb).reason is Reason.IDENTITY_CONFLICT
    assert not world.vehicle.executed
    for verb in EMERGENCY_VERBS:
        record = station.do(verb)
        assert record.state in (CommandState.SUCCEEDED, CommandState.ACCEPTED_UNVERIFIED, CommandState.IN_PROGRESS)
    assert "two autopilots use system id 1" in str(station.do(Verb.HOLD).detail)


def test_another_bridge_that_publishes_the_same_vehicle_blocks_commands_until_it_is_gone(world: World) -> None:
    station = world.station()

    def claim(state: str) -> None:
        content = {"sid": "s", "seq": 0, "ts": 0, "bms": 0, "v": 1, "d": {"state": state, "via": "other"}}
        world.to_bridge(Outgoing(topic_of("conn"), json.dumps(content).encode(), 1))
        world.run(1.0)

    claim("online")
    assert station.do(Verb.ARM).reason is Reason.IDENTITY_CONFLICT
    claim("offline")
    assert station.do(Verb.ARM).state is CommandState.SUCCEEDED
    # a bridge that died with the broker says nothing more
    claim("online")
    world.run(4.9)
    assert station.do(Verb.ARM).reason is Reason.IDENTITY_CONFLICT
    world.run(1.5)
    assert station.do(Verb.DISARM).state is CommandState.SUCCEEDED


def test_a_mode_change_or_an_answer_that_we_did_not_cause_is_told(world: World) -> None:
    station = world.station()
    station.do(Verb.ARM)
    world.run(6.0)
    world.vehicle.mode = 6
    world.vehicle.beat(0.0)
    world.run(1.0)
    world.vehicle.send(world.vehicle.voice.pack(foreign_ack(176)))
    world.run(1.0)
    state = station.fleet.get(KEY)
    assert state is not None
    told = [one for one in state.messages if one.kind == "external_control"]
    assert len(told) == 2
    assert "RTL" in told[0].text
    assert "system 254" in told[1].text
    assert "DO_SET_MODE" in told[1].text


def foreign_ack(command: int):
    from pymavlink.dialects.v20 import ardupilotmega as dialect

    return dialect.MAVLink_command_ack_message(command, 0, 0, 0, 254, 190)


def test_our_own_mode_changes_are_not_external(world: World) -> None:
    station = world.station()
    station.do(Verb.TAKEOFF, height_m=10.0)
    station.do(Verb.MODE, mode="LOITER")
    station.do(Verb.RTL)
    state = station.fleet.get(KEY)
    assert state is not None
    assert not [one for one in state.messages if one.kind == "external_control"]


def test_a_group_stops_on_its_first_failure(world: World) -> None:
    station = world.station()
    operations = station.commander.operations
    nobody = [KEY._replace(id=f"ghost-{number}") for number in range(2)]
    policy = GroupPolicy(stops_on_failure=True)
    batch = operations.order([*nobody, KEY], Verb.ARM, {}, world.clock(), policy)
    world.run_until(lambda: operations.is_idle, 10.0)
    ends = [(one.state, one.reason) for one in operations.book.of_batch(batch)]
    assert ends[0] == (CommandState.REJECTED, Reason.NOT_HEARD)
    assert ends[1:] == [(CommandState.CANCELLED, Reason.BATCH_STOPPED)] * 2
    assert failed_of(operations, batch) == [*nobody, KEY]
    assert not world.vehicle.executed


def test_an_emergency_verb_is_tried_although_the_vehicle_is_not_heard_any_more(world: World) -> None:
    station = world.station()
    station.do(Verb.TAKEOFF, height_m=10.0)
    world.vehicle.is_silent = True
    world.run(12.0)
    record = station.do(Verb.RTL)
    # said once a second for as long as it is valid
    assert 14 <= world.vehicle.count(20) <= 16
    assert (record.state, record.reason) == (CommandState.UNKNOWN, Reason.LINK_LOST)
    assert station.do(Verb.MODE, mode="LOITER").reason is Reason.NOT_HEARD


def test_a_command_that_stands_still_for_minutes_is_followed_as_long_as_its_bridge_answers(world: World) -> None:
    station = world.station()
    world.vehicle.results[USER_COMMAND] = [IN_PROGRESS]
    identity = station.give(Verb.MAV_CMD, **user(1))
    for _ in range(30):
        world.run(6.0)
        world.vehicle.answer(USER_COMMAND, IN_PROGRESS)
    assert station.record(identity).state is CommandState.IN_PROGRESS
    world.vehicle.answer(USER_COMMAND, ACCEPTED)
    assert station.end(identity).state is CommandState.ACCEPTED_UNVERIFIED


def test_a_second_return_that_the_vehicle_refuses_because_it_returns_has_succeeded(world: World) -> None:
    station = world.station()
    station.do(Verb.TAKEOFF, height_m=20.0)
    assert station.do(Verb.RTL).state is CommandState.SUCCEEDED
    world.vehicle.results[20] = [TEMPORARILY_REJECTED]
    record = station.do(Verb.RTL)
    assert (record.state, str(record.detail)) == (CommandState.SUCCEEDED, "it does so already")
    world.vehicle.mode = 4
    world.run(2.0)
    assert station.do(Verb.RTL).reason is Reason.VEHICLE_BUSY


def test_the_same_operator_cancels_from_another_terminal_and_nobody_else_does(world: World) -> None:
    first, second, stranger = world.station("gs-1"), world.station("gs-2"), world.station("gs-3")
    second.actor = second.commander.operations.actor = msgspec.structs.replace(second.actor, op=first.actor.op)
    identity = first.give(Verb.TAKEOFF, height_m=100.0)
    world.run_until(lambda: world.vehicle.height_m > 5.0, 20.0)
    assert stranger.end(stranger.give(Verb.CANCEL, command=identity)).reason is Reason.NOT_OWNER
    assert second.end(second.give(Verb.CANCEL, command=identity)).state is CommandState.SUCCEEDED
    world.run(0.5)
    assert first.record(identity).state is CommandState.CANCELLED


def test_who_waits_for_control_says_who_is_asked(world: World) -> None:
    first, second = world.station("gs-1"), world.station("gs-2")
    first.do(Verb.ARM)
    identity = second.give(Verb.DISARM)
    world.run(1.0)
    record = second.record(identity)
    assert (record.state, str(record.detail)) == (
        CommandState.QUEUED,
        "op-gs-1 at gs-1 is in control and is asked for it",
    )
    told = [one for one in second.transitions if one.record.id == identity and one.record.detail]
    assert len(told) == 1, "once"
    state = first.fleet.get(KEY)
    assert state is not None
    first.commander.operations.keeper.answer(state, grant=True)
    assert second.end(identity).state is CommandState.SUCCEEDED
