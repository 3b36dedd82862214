# SPDX-License-Identifier: Apache-2.0
"""Parameters between station, bridge and simulated autopilots on one manual clock, with everything that comes between."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.bridge.param_job import SILENCE_S
from groundstation.bridge.transfer_desk import QUIET_S
from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Actor, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.events import EventKind
from groundstation.fleet.parameters.parameter import Parameter, ParamType
from groundstation.fleet.parameters.parameter_entries import ParamEnd, ParamEntry, parameter_of
from groundstation.fleet.parameters.parameter_status import ParamStatus, SetState, hash_text
from groundstation.fleet.plans.plan_status import ListState
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.param_wire import ParamTarget, set_message
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Outgoing
from groundstation.transport.leaves import SyncRequest
from tests.bridge.test_plan_job import mission
from tests.support.command_world import KEY, Station, World, topic_of
from tests.support.lossy_parameters import ENCODINGS
from tests.support.simulated_vehicle import simulated

FLAVOURS = ("copter", "plane", "px4")
REAL = {"copter": "WPNAV_SPEED", "plane": "AIRSPEED_CRUISE", "px4": "MPC_XY_VEL_MAX"}
"""One that is no whole number or is far from one byte, by flavour."""
LONG_S = 300.0


def state_of(station: Station) -> VehicleState:
    state = station.fleet.get(KEY)
    assert state is not None
    return state


def status(station: Station) -> ParamStatus:
    found = state_of(station).parameters
    assert found is not None
    return found


def values(station: Station) -> dict[str, float]:
    found = state_of(station).known_parameters
    assert found is not None, status(station)
    return {one.name: one.value for one in found}


def held(world: World) -> dict[str, float]:
    parameters = world.vehicle.vehicle.parameters
    found = (parameters.at(index) for index in range(parameters.count))
    return {one.name: one.value for one in found if one is not None}


def read(station: Station, *names: str) -> CommandRecord:
    identity = station.give(Verb.PARAM_READ, values=tuple(ParamEntry(name) for name in names))
    return station.end(identity, LONG_S)


def start_write(station: Station, **wanted: float | None) -> str:
    return station.give(Verb.PARAM_WRITE, values=tuple(ParamEntry(name, value) for name, value in wanted.items()))


def write(station: Station, **wanted: float | None) -> CommandRecord:
    return station.end(start_write(station, **wanted), LONG_S)


def asked(world: World, msgid: int) -> Callable[[], int]:
    """Counts a message to the vehicle from now on."""
    heard: list[int] = []
    hear = world.vehicle.hear
    world.vehicle.hear = lambda frame: (heard.append(frame[0]), hear(frame))
    return lambda: heard.count(msgid)


def told(station: Station) -> list[str]:
    return [one.text for one in state_of(station).messages if one.kind is EventKind.EXTERNAL_CONTROL]


def forge(
    world: World, name: str, value: float, *, index: int = 65_535, count: int | None = None, component: int = 1
) -> None:
    """A PARAM_VALUE that nobody asked for."""
    known = held(world)
    kind = world.vehicle.vehicle.parameters.find(name)
    message = dialect.MAVLink_param_value_message(
        name.encode(), value, 9 if kind is None else kind.kind, len(known) if count is None else count, index
    )
    mav = dialect.MAVLink(None, 1, component)
    world.from_vehicle.send(message.pack(mav))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_nothing_is_read_until_somebody_asks_and_then_every_station_knows(flavour: str) -> None:
    world = simulated(flavour)
    lists = asked(world, MSGIDS["PARAM_REQUEST_LIST"])
    first, second = world.station("gs-1"), world.station("gs-2")
    world.run(30.0)
    assert (lists(), status(first)) == (0, ParamStatus())
    record = read(first)
    assert record.state is CommandState.SUCCEEDED, record.detail
    world.run(1.0)
    for station in (first, second):
        assert status(station).state is SetState.KNOWN
        assert values(station) == pytest.approx(held(world), rel=1e-6)
        assert status(station).count == len(held(world))
    # who comes later hears how well they are known, and asks for them alone
    third = world.station("gs-3")
    world.run(1.0)
    assert status(third).state is SetState.KNOWN
    assert state_of(third).known_parameters is None
    third.up.send(Outgoing(topic_of("sync/req"), payloads.encode_request(SyncRequest(parameters=True)), 1))
    world.run(1.0)
    assert values(third) == values(first)
    assert lists() >= 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_was_written_is_read_back_and_known_to_all(flavour: str) -> None:
    world = simulated(flavour)
    station, other = world.station("gs-1"), world.station("gs-2")
    read(station)
    name = REAL[flavour]
    before = values(station)[name]
    record = write(station, **{name: before + 3.0})
    assert (record.state, str(record.detail)) == (
        CommandState.SUCCEEDED,
        f"1 stored and read back: {name} is {before + 3.0:g}",
    )
    [result] = record.results
    assert (result.name, result.end, result.found) == (name, ParamEnd.STORED, before + 3.0)
    world.run(2.0)
    assert held(world)[name] == before + 3.0
    assert values(other)[name] == values(station)[name] == before + 3.0
    found = state_of(other).parameter_list
    assert found is not None
    assert hash_text(tuple(map(parameter_of, found.entries))) == found.hash == status(other).hash
    assert (status(other).state, status(other).by) == (SetState.KNOWN, station.actor)
    assert told(other) == [], "by a command of ours"


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("loss", [0.1, 0.2])
def test_ways_that_lose_frames_never_make_a_false_end(flavour: str, loss: float) -> None:
    world = simulated(flavour, seed=7)
    station = world.station()
    world.to_vehicle.faults.loss = world.from_vehicle.faults.loss = loss
    record = read(station)
    assert record.state is CommandState.SUCCEEDED, record.detail
    wanted = {name: value + 1.0 for name, value in list(held(world).items())[10:40] if abs(value) < 100.0}
    record = write(station, **wanted)
    for one in record.results:
        is_there = held(world)[one.name] == pytest.approx(wanted[one.name], rel=1e-6)
        assert (one.end is ParamEnd.STORED) is is_there, one
    world.run(3.0)
    if status(station).state is SetState.KNOWN:
        assert {name: values(station)[name] for name in wanted} == pytest.approx(
            {name: held(world)[name] for name in wanted}, rel=1e-6
        )


def test_without_a_reading_the_type_is_asked_for_first() -> None:
    world = simulated("px4")
    station = world.station()
    record = write(station, COM_OBL_RC_ACT=3.0)
    assert record.state is CommandState.SUCCEEDED, record.detail
    assert held(world)["COM_OBL_RC_ACT"] == 3.0
    assert status(station).state is SetState.UNKNOWN, "one of them is not all"


def test_some_are_read_by_name_and_what_it_lacks_is_told() -> None:
    world = simulated("copter")
    station = world.station()
    lists = asked(world, MSGIDS["PARAM_REQUEST_LIST"])
    record = read(station, "WPNAV_SPEED", "NO_SUCH", "RTL_ALT")
    assert (record.state, str(record.detail)) == (CommandState.FAILED, "it has no NO_SUCH, or did not answer")
    assert [(one.name, one.end, one.found) for one in record.results] == [
        ("WPNAV_SPEED", ParamEnd.READ, held(world)["WPNAV_SPEED"]),
        ("NO_SUCH", ParamEnd.NOT_THERE, None),
        ("RTL_ALT", ParamEnd.READ, held(world)["RTL_ALT"]),
    ]
    assert lists() == 0


@pytest.mark.parametrize("value", [None, 1e300, -1e300])
def test_what_a_float32_can_not_hold_is_refused_and_nothing_is_sent(value: float | None) -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    sets = asked(world, MSGIDS["PARAM_SET"])
    record = write(station, WPNAV_SPEED=value)
    assert (record.state, record.reason) == (CommandState.REJECTED, Reason.ARGUMENTS)
    assert record.results[0].end is ParamEnd.UNSENT
    assert "no number that a vehicle can hold" in str(record.detail)
    assert sets() == 0


def test_a_name_that_no_message_can_carry_is_refused_with_it() -> None:
    world = simulated("copter")
    station = world.station()
    record = write(station, **{"A" * 17: 1.0, "RTL_ALT": 2_000.0})
    assert record.state is CommandState.FAILED
    assert [one.end for one in record.results] == [ParamEnd.NOT_THERE, ParamEnd.STORED]


def test_what_the_vehicle_made_otherwise_of_it_is_told() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    name = "SUPER_SIMPLE"
    record = write(station, **{name: 3.7, "WPNAV_SPEED": 600.0})
    assert record.state is CommandState.FAILED
    assert str(record.detail) == f"1 of 2 stored; {name}: vehicle stored 3 instead of 3.7"
    assert [one.end for one in record.results] == [ParamEnd.OTHERWISE, ParamEnd.STORED]
    world.run(2.0)
    assert values(station)[name] == 3.0


def test_writing_while_it_is_armed_is_allowed_and_told() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    station.do(Verb.ARM)
    record = write(station, WPNAV_SPEED=601.0)
    assert record.state is CommandState.SUCCEEDED
    assert str(record.detail).endswith("; written while armed")


def test_an_unchanged_px4_is_not_read_again_also_after_it_restarted() -> None:
    world = simulated("px4")
    station = world.station()
    heard: list[int] = []
    take = world.from_vehicle.send
    world.vehicle._send = lambda data: (heard.append(1), take(data))
    read(station)
    world.run(1.0)
    heard.clear()
    record = read(station)
    assert "by their hash the same as before" in str(record.detail)
    assert len(heard) < len(held(world)) / 2, "the list was stopped"
    record = write(station, MPC_XY_VEL_MAX=7.5)
    record = read(station)
    assert "by their hash the same as before" in str(record.detail), "the changed one is known too"
    world.run(1.0)
    assert values(station)["MPC_XY_VEL_MAX"] == 7.5
    world.vehicle.vehicle._restart()
    world.run(20.0)
    assert status(station).state is SetState.UNKNOWN
    assert "by their hash the same" in str(read(station).detail)
    world.run(1.0)
    assert values(station) == pytest.approx(held(world), rel=1e-6)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_another_station_writes_is_known_and_told(flavour: str) -> None:
    world = simulated(flavour)
    station = world.station()
    read(station)
    old = status(station).hash
    name = REAL[flavour]
    kind = ParamType(world.vehicle.vehicle.parameters.find(name).kind)
    before = held(world)[name]
    message = set_message(Parameter(name, before + 2.0, kind), ParamTarget(1, 1), ENCODINGS[flavour])
    world.vehicle.set_as(9, message)
    world.run(3.0)
    assert values(station)[name] == held(world)[name] == before + 2.0
    assert status(station).state is SetState.KNOWN
    assert status(station).hash != old
    assert told(station) == [f"parameter {name} is {before + 2.0:g} now, was {before:g}: by no command of ours"]


def test_parameters_of_a_component_that_shares_the_system_id_are_none_of_the_vehicle() -> None:
    world = simulated("copter")
    station = world.station()
    gimbal = 154
    heartbeat = dialect.MAVLink_heartbeat_message(26, 8, 0, 0, 4, 3)
    world.from_vehicle.send(heartbeat.pack(dialect.MAVLink(None, 1, gimbal)))
    world.run(1.0)
    identity = station.give(Verb.PARAM_READ)
    for number in range(20):
        forge(world, "GMB_PITCH_P", float(number), index=number, count=20, component=gimbal)
        world.run(0.1)
    assert station.end(identity, LONG_S).state is CommandState.SUCCEEDED
    world.run(1.0)
    assert values(station) == pytest.approx(held(world), rel=1e-6)
    # what it says of a name that both have is no answer to a writing either
    world.vehicle.is_silent = True
    identity = start_write(station, WPNAV_SPEED=777.0)
    world.run(0.5)
    forge(world, "WPNAV_SPEED", 777.0, component=gimbal)
    record = station.end(identity, LONG_S)
    assert [one.end for one in record.results] == [ParamEnd.NO_ANSWER]
    assert told(station) == []


def test_what_is_forged_costs_itself_at_most() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    known = values(station)
    forge(world, "NEVER_HEARD_OF", 1.0)
    forge(world, "RTL_ALT", math.nan)
    forge(world, "WPNAV_SPEED", math.inf)
    world.run(3.0)
    assert "NEVER_HEARD_OF" not in values(station)
    assert math.isnan(values(station)["RTL_ALT"]), "what JSON has no number for is no number"
    assert values(station).keys() == known.keys()
    # a flood of changes is told by a number
    for name in list(known)[40:140]:
        forge(world, name, 77.0)
    world.run(3.0)
    more = [one for one in told(station) if "more parameters were changed" in one]
    assert len(more) == 1
    # another number of them: what is known is out of date until it is read
    forge(world, "RTL_ALT", 1.0, count=9_999)
    world.run(2.0)
    assert status(station).state is SetState.OUTDATED
    assert f"it has 9999 parameters now, {len(known)} were read" in str(status(station).why)
    forge(world, "RTL_ALT", 1.0, count=0)
    assert read(station).state is CommandState.SUCCEEDED
    world.run(1.0)
    assert values(station) == pytest.approx(held(world), rel=1e-6)


def test_what_was_changed_unheard_is_told_by_the_next_reading() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    for name in ("RTL_ALT", "WPNAV_SPEED"):
        world.vehicle.vehicle.parameters.store(name, held(world)[name] + 5.0)
    read(station)
    world.run(1.0)
    assert told(station) == [
        "2 parameters are otherwise than when they were read before: "
        + ", ".join(name for name in held(world) if name in ("RTL_ALT", "WPNAV_SPEED"))
    ]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_vehicle_that_restarts_while_it_is_written_to_leaves_a_true_end(flavour: str) -> None:
    world = simulated(flavour)
    station = world.station()
    read(station)
    wanted = {name: value + 1.0 for name, value in list(held(world).items())[:200]}
    identity = start_write(station, **wanted)
    sets = asked(world, MSGIDS["PARAM_SET"])
    world.run_until(lambda: sets() > 30, 20.0)
    world.vehicle.vehicle._restart()
    record = station.end(identity, LONG_S)
    assert record.is_over
    assert len(record.results) == len(wanted)
    world.run(20.0)
    assert status(station).state in (SetState.UNKNOWN, SetState.OUTDATED)
    assert read(station).state is CommandState.SUCCEEDED
    world.run(1.0)
    assert values(station) == pytest.approx(held(world), rel=1e-6)


def test_a_vehicle_that_falls_silent_ends_it() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    identity = start_write(station, **dict.fromkeys(list(held(world))[:100], 3.0))
    world.vehicle.is_silent = True
    record = station.end(identity, SILENCE_S + QUIET_S + 5.0)
    assert record.state in (CommandState.UNKNOWN, CommandState.TIMEOUT)
    assert {one.end for one in record.results} <= {ParamEnd.STORED, ParamEnd.NO_ANSWER, ParamEnd.UNSENT}
    assert len(record.results) == 100


def test_a_bridge_that_is_killed_knows_nothing_afterwards() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    identity = start_write(station, **dict.fromkeys(list(held(world))[:100], 3.0))
    world.run(0.3)
    world.kill_bridge()
    world.run(3.0)
    world.start_bridge()
    world.to_bridge(Outgoing(topics.sync_all("fleet"), b"{}", 1))
    world.run(5.0)
    assert (status(station).state, status(station).count) == (SetState.UNKNOWN, None)
    assert state_of(station).known_parameters is None
    assert station.end(identity, 120.0).state is CommandState.UNKNOWN


def test_a_second_station_of_ours_is_refused_by_the_lease_and_may_read() -> None:
    world = simulated("copter")
    first, second = world.station("gs-1"), world.station("gs-2")
    assert write(first, RTL_ALT=1_600.0).state is CommandState.SUCCEEDED
    request = CommandRequest(
        id="b-1",
        by=second.actor,
        sid=state_of(second).session or "",
        verb=Verb.PARAM_WRITE,
        values=(ParamEntry("RTL_ALT", 1.0),),
        count=1,
        ref_bms=int(world.clock() * 1000),
        ttl_ms=60_000,
    )
    second.up.send(Outgoing(topic_of(topics.PAR_REQ), payloads.encode_request(request), 1))
    world.run(2.0)
    assert second.record("b-1").state is CommandState.REJECTED
    assert held(world)["RTL_ALT"] == 1_600.0
    assert read(second, "RTL_ALT").results[0].found == 1_600.0


def test_one_transfer_at_a_time_of_plans_and_parameters() -> None:
    world = simulated("copter")
    station = world.station()
    world.run(10.0)
    world.to_vehicle.faults.delay_s = 0.2
    plan = station.give(Verb.PLAN_UPLOAD, items=mission(30), list="mission")
    world.run_until(lambda: station.record(plan).state is CommandState.IN_PROGRESS, 10.0)
    refused = station.end(start_write(station, RTL_ALT=1_700.0))
    assert (refused.state, refused.reason) == (CommandState.REJECTED, Reason.BUSY)
    assert station.end(plan).state is CommandState.SUCCEEDED
    writing = start_write(station, **dict.fromkeys(list(held(world))[:80], 3.0))
    world.run_until(lambda: station.record(writing).state is CommandState.IN_PROGRESS, 10.0)
    refused = station.end(station.give(Verb.PLAN_CLEAR, list="mission"))
    assert (refused.state, refused.reason) == (CommandState.REJECTED, Reason.BUSY)
    station.end(writing)


def test_a_plan_that_is_read_by_ourselves_gives_way_and_is_read_later() -> None:
    world = simulated("copter")
    station = world.station()
    plans = world.hearing.vehicles[KEY].plans
    assert plans is not None
    world.run_until(lambda: plans.is_busy, 20.0)
    assert write(station, RTL_ALT=1_800.0).state is CommandState.SUCCEEDED
    world.run(15.0)
    told_plans = state_of(station).plans
    assert told_plans is not None
    assert told_plans.mission.state is told_plans.fence.state is told_plans.rally.state is ListState.KNOWN


def test_a_transfer_is_cancelled_and_says_what_became_of_each() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    names = list(held(world))[:150]
    identity = start_write(station, **dict.fromkeys(names, 3.0))
    world.run_until(lambda: station.record(identity).state is CommandState.IN_PROGRESS, 10.0)
    station.do(Verb.CANCEL, command=identity)
    record = station.end(identity)
    assert (record.state, record.reason) == (CommandState.CANCELLED, Reason.ASKED)
    assert [one.name for one in record.results] == names
    ends = {one.end for one in record.results}
    assert ParamEnd.STORED in ends
    assert ParamEnd.UNSENT in ends
    for one in record.results:
        if one.end is ParamEnd.STORED:
            assert held(world)[one.name] == one.found


@pytest.mark.long
def test_a_thousand_are_written_in_parts_while_others_command() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    wanted = {f"{name}": float(number % 7) for number, name in enumerate(held(world))}
    identity = station.give(
        Verb.PARAM_WRITE,
        values=tuple(ParamEntry(name, value) for name, value in wanted.items()) * 3,
    )
    world.run_until(lambda: station.record(identity).state is CommandState.IN_PROGRESS, 20.0)
    assert station.do(Verb.HOLD).is_over
    record = station.end(identity, 600.0)
    assert record.is_over
    assert len(record.results) >= 1_000
    assert any(one.topic.endswith(topics.PART_REQ) for one in station.bus.sent)


@pytest.mark.parametrize(
    ("leaf", "verb"),
    [(topics.CMD_REQ, Verb.PARAM_READ), (topics.MSN_REQ, Verb.PARAM_READ), (topics.PAR_REQ, Verb.PLAN_READ)],
)
def test_each_order_has_its_topic(leaf: str, verb: Verb) -> None:
    world = simulated("copter")
    station = world.station()
    actor = Actor(op="a", gs="gs-9")
    request = CommandRequest(
        id="x-1", by=actor, sid=state_of(station).session or "", verb=verb, ref_bms=int(world.clock() * 1000),
        ttl_ms=60_000, args={"list": "mission"} if verb is Verb.PLAN_READ else {},
    )  # fmt: skip
    station.up.send(Outgoing(topic_of(leaf), payloads.encode_request(request), 1))
    world.run(1.0)
    assert "it came on the topic of other orders" in str(station.record("x-1").detail)


def test_a_writing_of_nothing_is_refused() -> None:
    world = simulated("copter")
    station = world.station()
    record = station.do(Verb.PARAM_WRITE)
    assert (record.state, record.reason) == (CommandState.REJECTED, Reason.ARGUMENTS)
    record = station.end(station.give(Verb.PARAM_READ, items=mission(1)))
    assert (record.state, record.reason) == (CommandState.REJECTED, Reason.ARGUMENTS)


def test_a_parameter_that_is_there_once_another_is_written_is_written_too() -> None:
    """`SENSOR_ENABLE` brings others to light: an operator who loads a file need not load it twice."""
    world = simulated("copter")
    parameters = world.vehicle.vehicle.parameters
    parameters.count -= 1
    station = world.station()
    read(station)
    store, hidden = parameters.store, parameters._names[-1]

    def brings_to_light(name: str, value: float) -> object:
        parameters.count += name == "RTL_ALT"
        return store(name, value)

    parameters.store = brings_to_light
    record = write(station, **{hidden: 4.0, "RTL_ALT": 2_222.0})
    assert record.state is CommandState.SUCCEEDED, record.detail
    assert held(world)[hidden] == 4.0
    world.run(2.0)
    assert status(station).state is SetState.OUTDATED, "there are more of them than were read"


def test_errors_that_a_vehicle_tells_are_heard() -> None:
    world = simulated("copter")
    station = world.station()
    read(station)
    hear = world.vehicle.hear

    def refuse(frame: tuple[int, bytes]) -> None:
        if frame[0] != MSGIDS["PARAM_SET"]:
            hear(frame)
            return
        name = unpack(*frame)["param_id"]
        message = dialect.MAVLink_param_error_message(255, 190, name.encode(), -1, 5)
        world.from_vehicle.send(message.pack(dialect.MAVLink(None, 1, 1)))

    world.vehicle.hear = refuse
    record = write(station, RTL_ALT=5.0)
    assert (record.state, record.results[0].end) == (CommandState.FAILED, ParamEnd.REFUSED)
    assert "it is read-only" in str(record.detail)
