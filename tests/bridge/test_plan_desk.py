# SPDX-License-Identifier: Apache-2.0
"""Plans between station, bridge and simulated autopilots on one manual clock, with everything that comes between."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import msgspec
import pytest

from groundstation.bridge.plan_desk import AFTER_CHANGE_S, COUNT_SETTLES_S, FIRST_S, LEAST_APART_S, SPREAD_S
from groundstation.fleet.commands import Actor, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_items import KINDS, PlanKind
from groundstation.fleet.plans.plan_match import is_same
from groundstation.fleet.plans.plan_status import ListState, ListStatus
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.plan_send import PlanSend, Upload
from groundstation.mavlink.plan_wire import with_home
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Outgoing
from tests.bridge.test_plan_job import fence, mission, rally
from tests.support.command_world import KEY, Station, topic_of
from tests.support.lossy_vehicle import AUTOPILOTS
from tests.support.simulated_vehicle import simulated

FLAVOURS = ("copter", "plane", "px4")
READ_S = FIRST_S + SPREAD_S + 3.0
"""By then every list was read after a birth."""


def state_of(station: Station) -> VehicleState:
    state = station.fleet.get(KEY)
    assert state is not None
    return state


def status(station: Station, kind: PlanKind = PlanKind.MISSION) -> ListStatus:
    plans = state_of(station).plans
    assert plans is not None
    return plans.of(kind)


def upload(station: Station, items: tuple, list_: str = "mission", **args: str) -> str:
    return station.give(Verb.PLAN_UPLOAD, items=items, list=list_, **args)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_all_lists_are_read_when_a_vehicle_is_first_heard(flavour: str) -> None:
    world = simulated(flavour)
    station = world.station()
    world.run(READ_S)
    for kind in KINDS:
        assert (status(station, kind).state, status(station, kind).count) == (ListState.KNOWN, 0)
        told = state_of(station).plan_list(kind)
        assert told is not None
        assert told.items == ()


def test_nothing_is_read_over_a_satellite() -> None:
    world = simulated("copter")
    station = world.station()
    [vehicle] = world.hearing.vehicles.values()
    vehicle.active.on_heartbeat(world.clock(), is_high_latency=True)
    asked = []
    hear = world.vehicle.hear
    world.vehicle.hear = lambda frame: (asked.append(frame[0]), hear(frame))

    def step() -> None:
        vehicle.active.patience = 20.0
        world.step()

    for _ in range(round(READ_S / 0.05)):
        step()
    assert MSGIDS["MISSION_REQUEST_LIST"] not in asked
    assert (status(station).state, status(station).count) == (ListState.UNKNOWN, None)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_upload_is_known_to_every_station_by_what_was_read_back(flavour: str) -> None:
    world = simulated(flavour)
    first, second = world.station("gs-1"), world.station("gs-2")
    world.run(READ_S)
    wanted = mission(12)
    record = first.end(upload(first, wanted))
    assert record.state is CommandState.SUCCEEDED, record.detail
    assert "12 items, read back equal" in str(record.detail)
    world.run(1.0)
    for station in (first, second):
        found = status(station)
        assert (found.state, found.count) == (ListState.KNOWN, 12)
        assert found.by is not None
        assert found.by.op == "op-gs-1"
        told = state_of(station).plan_list(PlanKind.MISSION)
        assert told is not None
        assert is_same(wanted, told.items, PlanKind.MISSION, AUTOPILOTS[flavour])
    # who comes later asks, and is told the same
    third = world.station("gs-3")
    world.run(3.0)
    assert state_of(third).plan_list(PlanKind.MISSION) == state_of(first).plan_list(PlanKind.MISSION)


@pytest.mark.long
def test_a_mission_of_six_hundred_items_travels_in_parts_while_others_command() -> None:
    world = simulated("copter")
    station = world.station()
    long = (
        msgspec.structs.replace(one, x=one.x + 1e-7 / 3, params=(1.0, 2.0, 0.0, 1.0 / (number + 1)))
        for number, one in enumerate(mission(600))
    )
    identity = upload(station, tuple(long))
    world.run_until(lambda: station.record(identity).state is CommandState.IN_PROGRESS, 10.0)
    assert any(one.topic.endswith(topics.PART_REQ) for one in station.bus.sent)
    assert station.do(Verb.ARM).state is CommandState.SUCCEEDED
    record = station.end(identity, 300.0)
    assert record.state is CommandState.SUCCEEDED, record.detail
    assert status(station).count == 600


@pytest.mark.parametrize("item", range(1, 12))
@pytest.mark.parametrize("flavour", ["copter", "px4"])
def test_a_vehicle_that_restarts_at_any_item_leaves_a_doubtful_plan(flavour: str, item: int) -> None:
    world = simulated(flavour)
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(6))).state is CommandState.SUCCEEDED
    asked: list[int] = []
    hear = world.vehicle.hear

    def count(frame: tuple[int, bytes]) -> None:
        if frame[0] == MSGIDS["MISSION_ITEM_INT"]:
            asked.append(frame[0])
            if len(asked) == item:
                # at once: half a second later a quick autopilot has everything
                world.vehicle.vehicle._restart()
                return
        hear(frame)

    world.vehicle.hear = count
    identity = upload(station, mission(12))
    world.run_until(lambda: len(asked) >= item, 30.0)
    began_s = world.clock()
    record = station.end(identity, 60.0)
    assert record.state is CommandState.UNKNOWN, record.detail
    assert world.clock() - began_s <= 8.0
    world.run(0.5)
    assert status(station).state is ListState.DOUBTFUL
    assert status(station).given is None
    world.run_until(lambda: state_of(station).is_heard, 60.0)
    world.run(READ_S + 3.0)
    # it was read by ourselves meanwhile, and what is there is shown; it is doubtful all the same
    assert status(station).state is ListState.DOUBTFUL
    assert state_of(station).plan_list(PlanKind.MISSION) is not None
    refused = station.do(Verb.MISSION_START)
    assert (refused.state, refused.reason) == (CommandState.REJECTED, Reason.PRECONDITION)
    assert "read it, upload one, or clear it" in str(refused.detail)
    assert station.do(Verb.PLAN_READ, list="mission").state is CommandState.SUCCEEDED
    world.run(0.5)
    assert status(station).state is ListState.KNOWN


def test_a_bridge_that_is_killed_meanwhile_leaves_an_end_and_its_successor_reads() -> None:
    world = simulated("copter")
    station = world.station()
    identity = upload(station, mission(200))
    world.run_until(lambda: station.record(identity).progress not in (None, 0.0), 10.0)
    world.kill_bridge()
    world.run(12.0)
    world.start_bridge()
    world.run(READ_S + 60.0)
    record = station.record(identity)
    assert record.state in (CommandState.UNKNOWN, CommandState.TIMEOUT), record.detail
    assert status(station).state is ListState.KNOWN
    told = state_of(station).plan_list(PlanKind.MISSION)
    assert told is not None
    assert len(told.items) + 1 == len(world.vehicle.vehicle.plans[0].items)


def test_a_second_station_of_ours_is_refused_by_the_lease() -> None:
    world = simulated("copter")
    first, second = world.station("gs-1"), world.station("gs-2")
    world.run(READ_S)
    identity = upload(first, mission(100))
    world.run_until(lambda: first.record(identity).state is CommandState.IN_PROGRESS, 10.0)
    state = state_of(second)
    request = CommandRequest(
        id="theirs",
        by=Actor(op="op-gs-2", gs="gs-2"),
        sid=state.session or "",
        verb=Verb.PLAN_UPLOAD,
        args={"list": "mission"},
        lease=1,
        ref_bms=round(world.clock() * 1000.0),
        ttl_ms=5_000,
        items=mission(5),
    )
    world.to_bridge(Outgoing(topic_of(topics.MSN_REQ), payloads.encode_request(request), 1))
    record = first.end(identity)
    assert record.state is CommandState.SUCCEEDED
    theirs = second.record("theirs")
    assert (theirs.state, theirs.reason) == (CommandState.REJECTED, Reason.NOT_OWNER)


def test_an_upload_waits_for_no_other_and_says_who_is_at_it() -> None:
    world = simulated("copter")
    station = world.station()
    world.run(READ_S)
    first = upload(station, mission(100))
    world.run_until(lambda: station.record(first).state is CommandState.IN_PROGRESS, 10.0)
    second = station.end(upload(station, fence(), "fence"))
    assert (second.state, second.reason) == (CommandState.REJECTED, Reason.BUSY)
    assert "op-gs-1" in str(second.detail)
    assert station.end(first).state is CommandState.SUCCEEDED


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_another_ground_station_uploads_is_noticed_and_read(flavour: str) -> None:
    world = simulated(flavour)
    station = world.station()
    world.run(READ_S)
    theirs = mission(7)
    talk = PlanSend(Upload(with_home(theirs, PlanKind.MISSION, AUTOPILOTS[flavour], None)), 1, 1)
    world.vehicle.talk_as(254, talk, world)
    world.run(max(AFTER_CHANGE_S, LEAST_APART_S) + 2.0)
    told = state_of(station).plan_list(PlanKind.MISSION)
    assert told is not None
    assert is_same(theirs, told.items, PlanKind.MISSION, AUTOPILOTS[flavour])
    assert status(station).given is None
    assert any("another station" in one.text for one in state_of(station).messages)


def test_another_number_of_items_is_another_mission() -> None:
    world = simulated("copter")
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(8))).state is CommandState.SUCCEEDED
    world.run(COUNT_SETTLES_S + 3.0)
    assert status(station).state is ListState.KNOWN
    # by a way that nobody here hears
    del world.vehicle.vehicle.plans[0].items[5:]
    world.run(COUNT_SETTLES_S + 3.0)
    assert status(station).count == 4
    assert status(station).given is None


def _reads(world) -> Callable[[], int]:
    """Counts readings from now on."""
    heard: list[int] = []
    hear = world.vehicle.hear
    world.vehicle.hear = lambda frame: (heard.append(frame[0]), hear(frame))
    return lambda: heard.count(MSGIDS["MISSION_REQUEST_LIST"])


def _known(station: Station, kind: PlanKind, items: tuple) -> None:
    assert status(station, kind).state is ListState.KNOWN
    told = state_of(station).plan_list(kind)
    assert told is not None
    assert is_same(items, told.items, kind, Autopilot.PX4)


@pytest.mark.parametrize("kind", KINDS)
def test_another_id_of_a_list_tells_that_somebody_changed_it_unheard(kind: PlanKind) -> None:
    world = simulated("px4")
    station = world.station()
    world.run(READ_S)
    wanted = {PlanKind.MISSION: mission(8), PlanKind.FENCE: fence(), PlanKind.RALLY: rally()}[kind]
    assert station.end(upload(station, wanted, kind.value)).state is CommandState.SUCCEEDED
    reads = _reads(world)
    world.run(COUNT_SETTLES_S + 5.0)
    assert reads() == 0, "its own upload is no news"
    _known(station, kind, wanted)
    # as many as before, and by a way that nobody here hears
    plan = world.vehicle.vehicle.plans[KINDS.index(kind)]
    plan.items[0] = dataclasses.replace(plan.items[0], x=plan.items[0].x + 1_000)
    world.run(COUNT_SETTLES_S + 3.0)
    assert reads() == 1
    found = state_of(station).plan_list(kind)
    assert found is not None
    assert found.items[0].x == pytest.approx(wanted[0].x + 1e-4)
    assert status(station, kind).given is None
    # and cleared: what is left has no id, and is told by that of the others alone, where there are some
    assert station.end(upload(station, rally(), "rally")).state is CommandState.SUCCEEDED
    if kind is not PlanKind.RALLY:
        plan.items.clear()
        world.run(COUNT_SETTLES_S + 4.0)
        assert (status(station, kind).state, status(station, kind).count) == (ListState.KNOWN, 0)


def test_a_vehicle_that_restarts_with_the_same_ids_is_not_read_again() -> None:
    world = simulated("px4")
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(8))).state is CommandState.SUCCEEDED
    assert station.end(upload(station, fence(), "fence")).state is CommandState.SUCCEEDED
    before = {kind: status(station, kind) for kind in KINDS}
    reads, plans = _reads(world), world.vehicle.vehicle.plans
    session = state_of(station).session
    world.vehicle.vehicle.reboot()
    world.run_until(lambda: state_of(station).session != session, 60.0)
    assert status(station).state is ListState.UNKNOWN
    # PX4 keeps its lists over a restart
    world.vehicle.vehicle.plans = plans
    world.run(20.0)
    assert {kind: status(station, kind) for kind in KINDS} == before
    assert reads() == 0
    _known(station, PlanKind.MISSION, mission(8))
    _known(station, PlanKind.FENCE, fence())


def test_a_vehicle_that_restarts_with_another_list_is_read() -> None:
    world = simulated("px4")
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(8))).state is CommandState.SUCCEEDED
    reads, plans = _reads(world), world.vehicle.vehicle.plans
    session = state_of(station).session
    world.vehicle.vehicle.reboot()
    world.run_until(lambda: state_of(station).session != session, 60.0)
    world.vehicle.vehicle.plans = plans
    del plans[0].items[5:]
    for _ in range(400):
        world.step()
        assert status(station).count in (None, 5), "the old one is not told again, not for a moment"
    assert (status(station).state, status(station).count) == (ListState.KNOWN, 5)
    assert reads() >= 1


def test_the_same_list_from_another_station_is_not_read_and_another_is() -> None:
    world = simulated("px4")
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(8))).state is CommandState.SUCCEEDED
    reads, before = _reads(world), status(station)
    for items in (mission(8), mission(9)):
        world.vehicle.talk_as(254, PlanSend(Upload(items), 1, 1), world)
        world.run(0.5)
        if len(items) == 8:
            assert status(station) == before, "by the answer to the other station"
        world.run(max(AFTER_CHANGE_S, LEAST_APART_S) + COUNT_SETTLES_S + 2.0)
        if len(items) == 8:
            assert (status(station), reads()) == (before, 0)
    assert (status(station).count, status(station).given, reads()) == (9, None, 1)


def test_of_a_list_without_an_id_nothing_is_told_by_the_ids_of_others() -> None:
    world = simulated("px4")
    transfer = world.vehicle.vehicle.transfer
    told = transfer.list_id
    transfer.list_id = lambda kind: told(kind) if kind == 0 else 0
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(8))).state is CommandState.SUCCEEDED
    assert station.end(upload(station, fence(), "fence")).state is CommandState.SUCCEEDED
    reads = _reads(world)
    world.vehicle.vehicle.plans[1].items.pop()
    [vehicle] = world.hearing.vehicles.values()
    vehicle.plans.changed_by_other(PlanKind.FENCE, world.clock())
    world.run(max(AFTER_CHANGE_S, LEAST_APART_S) + 2.0)
    assert (status(station, PlanKind.FENCE).count, reads()) == (4, 1)


def test_a_firmware_without_ids_is_read_as_ever() -> None:
    world = simulated("px4")
    world.vehicle.vehicle.transfer.tells_ids = False
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(8))).state is CommandState.SUCCEEDED
    reads = _reads(world)
    world.vehicle.talk_as(254, PlanSend(Upload(mission(8)), 1, 1), world)
    world.run(max(AFTER_CHANGE_S, LEAST_APART_S) + COUNT_SETTLES_S + 2.0)
    assert reads() == 1
    _known(station, PlanKind.MISSION, mission(8))


def test_a_mission_under_way_is_replaced_only_by_who_says_so() -> None:
    world = simulated("copter")
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(8))).state is CommandState.SUCCEEDED
    assert station.do(Verb.MISSION_START).state is CommandState.SUCCEEDED
    world.run(2.0)
    refused = station.end(upload(station, mission(5)))
    assert (refused.state, refused.reason) == (CommandState.REJECTED, Reason.PRECONDITION)
    assert "replace=yes" in str(refused.detail)
    assert status(station).count == 8
    assert station.end(upload(station, fence(), "fence")).state is CommandState.SUCCEEDED
    assert station.end(upload(station, mission(5), replace="yes")).state is CommandState.SUCCEEDED


def test_a_transfer_is_cancelled_and_what_is_left_is_read_as_doubtful() -> None:
    world = simulated("copter")
    station = world.station()
    world.run(READ_S)
    identity = upload(station, mission(300))
    world.run_until(lambda: (station.record(identity).progress or 0.0) > 0.1, 30.0)
    assert station.do(Verb.CANCEL, command=identity).state is CommandState.SUCCEEDED
    world.run(0.5)
    assert station.record(identity).state is CommandState.CANCELLED
    assert status(station).state is ListState.DOUBTFUL
    world.run(20.0)
    assert status(station).state is ListState.DOUBTFUL
    assert status(station).hash is not None
    assert station.do(Verb.PLAN_CLEAR, list="mission").state is CommandState.SUCCEEDED
    assert (status(station).state, status(station).count) == (ListState.KNOWN, 0)


@pytest.mark.parametrize(("leaf", "verb"), [(topics.CMD_REQ, Verb.PLAN_READ), (topics.MSN_REQ, Verb.ARM)])
def test_each_order_has_its_topic(leaf: str, verb: Verb) -> None:
    world = simulated("copter")
    station = world.station()
    request = CommandRequest(
        id="astray",
        by=station.actor,
        sid=state_of(station).session or "",
        verb=verb,
        ref_bms=round(world.clock() * 1000.0),
        ttl_ms=5_000,
    )
    world.to_bridge(Outgoing(topic_of(leaf), payloads.encode_request(request), 1))
    world.run(0.5)
    record = station.record("astray")
    assert (record.state, record.reason) == (CommandState.REJECTED, Reason.MALFORMED)
    assert "msn/req" in str(record.detail)


def test_an_upload_of_nothing_and_a_reading_with_items_are_refused() -> None:
    world = simulated("copter")
    station = world.station()
    for verb, items in ((Verb.PLAN_UPLOAD, ()), (Verb.PLAN_READ, mission(3))):
        record = station.end(station.give(verb, items=items, list="mission"))
        assert (record.state, record.reason) == (CommandState.REJECTED, Reason.ARGUMENTS)


def test_a_list_that_a_vehicle_does_not_take_leaves_the_old_one_known() -> None:
    world = simulated("copter")
    station = world.station()
    world.run(READ_S)
    assert station.end(upload(station, mission(5))).state is CommandState.SUCCEEDED
    before = status(station)
    record = station.end(upload(station, mission(700)), 200.0)
    assert record.state is CommandState.FAILED
    assert "no room for so many" in str(record.detail)
    world.run(0.5)
    assert msgspec.structs.replace(status(station), read_at_s=before.read_at_s) == before


@pytest.mark.parametrize(
    "change",
    [
        {"z": 1e300},
        {"params": (0.0, 0.0, 0.0, -4e38)},
        {"command": 70_000},
        {"command": -1},
        {"frame": 256},
        {"x": 1e39},
    ],
)
def test_a_number_that_no_message_can_carry_is_refused_with_its_item(change: dict) -> None:
    world = simulated("copter")
    station = world.station()
    items = list(mission(4))
    items[2] = msgspec.structs.replace(items[2], **change)
    record = station.end(upload(station, tuple(items)))
    assert (record.state, record.reason) == (CommandState.REJECTED, Reason.ARGUMENTS)
    assert "item 3" in str(record.detail)
    # and the largest that one can carry is sent: the vehicle decides
    items[2] = msgspec.structs.replace(mission(4)[2], params=(0.0, 0.0, 0.0, 2.9e38))
    assert station.end(upload(station, tuple(items))).reason is not Reason.ARGUMENTS


def test_a_flood_of_words_about_other_stations_does_not_fill_the_link() -> None:
    world = simulated("copter")
    station = world.station()
    world.run(READ_S)
    asked: list[float] = []
    hear = world.vehicle.hear

    def count(frame: tuple[int, bytes]) -> None:
        if frame[0] == MSGIDS["MISSION_REQUEST_LIST"]:
            asked.append(world.clock())
        hear(frame)

    world.vehicle.hear = count
    [vehicle] = world.hearing.vehicles.values()
    assert vehicle.plans is not None
    for _ in range(300):
        vehicle.plans.changed_by_other(PlanKind.MISSION, world.clock())
        world.run(0.1)
    world.run(LEAST_APART_S + 3.0)
    assert 1 <= len(asked) <= 30.0 / LEAST_APART_S + 2
    assert status(station).state is ListState.KNOWN
