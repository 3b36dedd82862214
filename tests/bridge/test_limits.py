# SPDX-License-Identifier: Apache-2.0
"""Every limit of the bridge, just inside and just outside; in numbers, not by the product's names."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.bridge import outbox_store
from groundstation.bridge.command_gate import CommandGate
from groundstation.bridge.control_desk import ControlDesk
from groundstation.bridge.ear import BootNews, Ear
from groundstation.bridge.execution import Execution
from groundstation.bridge.external_control import OtherStations
from groundstation.bridge.facts import Facts
from groundstation.bridge.loss import LossCounter
from groundstation.bridge.outbox import Outbox
from groundstation.bridge.outbox_store import OutboxStore
from groundstation.bridge.publisher import Publisher
from groundstation.bridge.roll_call import is_same_boot
from groundstation.fleet.commands import Actor, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.link import LinkState
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.handshakes import COMMAND_ACK
from groundstation.transport import topics
from groundstation.transport.bus import Outgoing
from groundstation.transport.leaves import EVT
from tests.bridge.test_command_desk import deliver, wire
from tests.bridge.test_hearing import states
from tests.support.clock import ManualClock
from tests.support.command_world import KEY, STEP_S, USER_COMMAND, Station, World
from tests.support.fake_bus import FakeBus
from tests.support.vehicles import Autopilot, Bench
from tests.support.waiting import wait_until

TICK_S = 0.2
"""Silences are looked for so often."""


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def station(world: World) -> Station:
    """In control already."""
    station = world.station()
    station.do(Verb.MAV_CMD, command=float(USER_COMMAND), param1=9.0)
    return station


# ---- losses ----


def counted(*seqs: int) -> LossCounter:
    counter = LossCounter()
    for number, seq in enumerate(seqs):
        counter.on_frame(seq, 10, number * 0.01)
    return counter


def test_ten_frames_make_a_share_nine_do_not() -> None:
    assert counted(*range(9)).loss_fraction(0.2) is None
    assert counted(*range(10)).loss_fraction(0.2) == 0.0


def test_a_step_of_two_hundred_is_a_step_back_one_less_a_loss() -> None:
    frames = 12
    assert counted(*range(10), 10 + 199, 10 + 200).loss_fraction(0.2) == round(199 / (frames + 199), 4)
    assert counted(*range(10), 10 + 200, 10 + 201).loss_fraction(0.2) == 0.0


def test_rates_are_over_ten_seconds() -> None:
    counter = LossCounter()
    for seq in range(20):
        counter.on_frame(seq, 50, 100.0)
    assert counter.rates(109.9) == (round(20 / 9.9, 1), round(1_000 / 9.9, 1))
    assert counter.loss_fraction(110.0) == 0.0
    assert counter.rates(110.1) == (0.0, 0.0)
    assert counter.loss_fraction(110.1) is None


# ---- boot clocks ----


def test_a_boot_clock_that_goes_back_by_more_than_two_seconds_twice_in_a_row_began_anew() -> None:
    for back_ms, news in ((2_000, BootNews.NONE), (2_001, BootNews.CLAIMED)):
        ear = Ear(Bench().peer(), 1, 1, {"type": 2, "autopilot": 3}, 0.0, 1.0)
        assert ear.on_boot_clock(60_000, 100.0) is BootNews.NONE
        assert ear.on_boot_clock(60_000 - back_ms, 100.1) is news
    for apart_ms, news in ((1_990, BootNews.RESTARTED), (2_010, BootNews.CLAIMED)):
        ear = Ear(Bench().peer(), 1, 1, {"type": 2, "autopilot": 3}, 0.0, 1.0)
        ear.on_boot_clock(60_000, 100.0)
        ear.on_boot_clock(10_000, 100.1)
        assert ear.on_boot_clock(10_000 + apart_ms, 100.1) is news


@pytest.mark.parametrize(
    ("in_order", "news"),
    [(2, BootNews.CLAIMED), (3, BootNews.RESTARTED), (500, BootNews.RESTARTED), (501, BootNews.CLAIMED)],
)
def test_a_clock_that_goes_back_in_the_first_frames_of_a_new_row_is_believed_at_once(
    in_order: int, news: BootNews
) -> None:
    ear = Ear(Bench().peer(), 1, 1, {"type": 2, "autopilot": 3}, 0.0, 1.0)
    ear.on_boot_clock(60_000, 100.0)
    for seq in (77, *range(in_order)):
        ear.loss.on_frame(seq & 0xFF, 30, 100.0)
    assert ear.on_boot_clock(1_000, 100.1) is news


@pytest.mark.parametrize(("apart_s", "is_same"), [(1.99, True), (2.01, False), (-1.99, True), (-2.01, False)])
def test_boots_within_two_seconds_are_one(apart_s: float, is_same: bool) -> None:
    assert is_same_boot(500.0, 500.0 + apart_s) is is_same
    assert not is_same_boot(None, 500.0)


# ---- silences ----


def silence_until(state: LinkState) -> float:
    """Seconds of silence until a state is told."""
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(3.0, (peer, autopilot), step_s=0.05)
    bench.hear(peer, autopilot.heartbeat())
    last_s = bench.clock()
    while states(bench)[-1][0] is not state:
        bench.run(0.05, step_s=0.05)
    return bench.clock() - last_s


@pytest.mark.parametrize(("state", "after_s"), [(LinkState.STALE, 3.5), (LinkState.OFFLINE, 10.0)])
def test_a_silent_vehicle_is_stale_after_three_and_a_half_and_offline_after_ten_seconds(
    state: LinkState, after_s: float
) -> None:
    assert after_s < silence_until(state) <= after_s + TICK_S + 0.1


def test_another_link_takes_over_after_a_second_and_a_half() -> None:
    bench, first, second = Bench(), Autopilot(), Autopilot()
    radio, lte = bench.peer("radio"), bench.peer("lte")
    bench.run(8.0, (radio, first), (lte, second))
    (vehicle,) = bench.hearing.vehicles.values()
    assert vehicle.active.peer is radio
    bench.hear(radio, first.heartbeat())
    last_s = bench.clock()
    while vehicle.active.peer is radio:
        bench.hear(lte, second.heartbeat())
        bench.run(0.05, step_s=0.05)
    assert 1.5 < bench.clock() - last_s <= 1.5 + TICK_S + 0.1


def test_an_ear_is_forgotten_after_two_minutes_of_silence() -> None:
    for silent_s, is_there in ((119.5, True), (120.5, False)):
        bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
        bench.run(2.0, (peer, autopilot), step_s=0.1)
        last_s = max(one.last_frame_s for one in bench.hearing._ears.values())
        bench.clock.advance(last_s + silent_s - bench.clock() - 0.01)
        bench.run(0.01, step_s=0.01)
        assert (peer in bench.hearing.peers) is is_there


@pytest.mark.parametrize(("silent_s", "vehicles"), [(2.9, 2), (3.1, 1)])
def test_a_link_that_was_silent_for_three_seconds_proves_no_second_autopilot(silent_s: float, vehicles: int) -> None:
    """Another type under the same id: beside a living one a second vehicle, after a dead one its successor."""
    bench, first = Bench(), Autopilot()
    here, there = bench.peer("here"), bench.peer("there")
    bench.run(3.0, (here, first))
    bench.hear(here, first.heartbeat())
    bench.clock.advance(silent_s)
    bench.hear(there, Autopilot(mav_type=1).heartbeat())
    assert len(bench.hearing.vehicles) == vehicles


def test_a_second_link_of_the_same_type_is_the_same_vehicle_after_five_seconds_without_proof() -> None:
    bench, first, second = Bench(), Autopilot(), Autopilot()
    here, there = bench.peer("here"), bench.peer("there")
    bench.run(3.0, (here, first))
    began_s = bench.clock()
    bench.hear(there, second.heartbeat())
    (vehicle,) = bench.hearing.vehicles.values()
    while len(vehicle.ears) == 1:
        bench.hear(here, first.heartbeat())
        bench.hear(there, second.heartbeat())
        bench.run(0.1)
    assert 5.0 <= bench.clock() - began_s <= 5.0 + TICK_S + 0.15
    assert len(bench.hearing.vehicles) == 1


# ---- what is told once, and what is superseded ----


@pytest.mark.parametrize(("later_s", "times"), [(1.45, 1), (1.55, 2)])
def test_a_text_on_the_other_link_within_a_second_and_a_half_is_the_same(later_s: float, times: int) -> None:
    bench, first, second = Bench(), Autopilot(), Autopilot()
    radio, lte = bench.peer("radio"), bench.peer("lte")
    bench.run(8.0, (radio, first), (lte, second))
    bench.hear(radio, first.text("PreArm: x"))
    bench.clock.advance(later_s)
    bench.hear(lte, second.text("PreArm: x"))
    bench.run(0.3)
    texts = [one for one in bench.bus.contents("evt") if one.kind is EventKind.STATUS_TEXT]
    assert len(texts) == times


@pytest.mark.parametrize(("later_s", "fraction"), [(4.9, 0.8), (5.1, 0.33)])
def test_a_poorer_message_counts_after_five_seconds_without_the_richer(later_s: float, fraction: float) -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(1.0, (peer, autopilot))
    bench.hear(peer, autopilot.battery(0, 80))
    # a message is taken apart when its stream is due
    bench.run(1.2, (peer, autopilot))
    (vehicle,) = bench.hearing.vehicles.values()
    last_s = vehicle.telemetry._last_seen_s[MSGIDS["BATTERY_STATUS"]]
    bench.clock.advance(last_s + later_s - bench.clock())
    poor = dialect.MAVLink_sys_status_message(0, 0, 0, 0, 11_000, 0, 33, 0, 0, 0, 0, 0, 0)
    bench.hear(peer, autopilot.pack(poor))
    bench.run(1.5, (peer, autopilot))
    packs = [one.battery for one in bench.bus.contents("tlm/status") if one.battery][-1]
    assert packs[0].charge_fraction == fraction


def test_what_another_station_does_is_told_every_ten_seconds() -> None:
    events: list[Event] = []
    others = OtherStations(events.append, 255, lambda *_: None)
    ack = {"target_system": 9, "command": 400, "result": 0}

    def is_told(said: dict[str, int], at_s: float) -> bool:
        before = len(events)
        others.hear(COMMAND_ACK, said, at_s)
        return len(events) > before

    assert [is_told(ack, at_s) for at_s in (100.0, 109.9, 110.0, 119.9, 120.1)] == [True, False, True, False, True]
    assert is_told({**ack, "command": 22}, 100.1), "each command for itself"
    assert not is_told({**ack, "command": 23, "result": 4}, 100.1), "what was refused is nobody's doing"
    assert not is_told({**ack, "target_system": 255, "command": 24}, 100.1), "our own"


@pytest.mark.parametrize(("later_s", "is_told"), [(4.7, False), (5.3, True)])
def test_a_change_to_the_mode_that_our_order_leads_to_is_ours_for_five_seconds(
    world: World,
    station: Station,
    later_s: float,
    is_told: bool,
) -> None:
    station.do(Verb.ARM)
    station.do(Verb.HOLD)
    state = station.fleet.get(KEY)
    assert state is not None
    moved_s = world.clock()
    # its heartbeat comes once a second, so it is made to speak at the moment in question
    world.vehicle.mode = 5
    world.vehicle.beat(0.0)
    world.run(1.0)
    world.run(moved_s + later_s - world.clock() - 0.1)
    world.vehicle.mode = 17
    world.vehicle.beat(0.0)
    world.run(0.6)
    assert station.fleet.get(KEY).mode.name == "BRAKE"  # type: ignore[union-attr]
    texts = [one.text for one in station.fleet.get(KEY).messages if one.kind is EventKind.EXTERNAL_CONTROL]  # type: ignore[union-attr]
    # a pilot's LOITER right after our hold is told, our own mode only when it comes late
    assert [text.split(",")[0] for text in texts] == ["mode LOITER", *(["mode BRAKE"] if is_told else [])]


# ---- age of commands ----


def end_of(world: World, station: Station, **changes: object) -> tuple[CommandState, Reason]:
    request = wire(station, "mav_cmd", args={"command": float(USER_COMMAND), "param1": 55.0}, **changes)
    deliver(world, request)
    record = station.record(str(request["id"]))
    return record.state, record.reason


@pytest.mark.parametrize(
    ("age_s", "ttl_ms", "is_taken"),
    [
        (4.9, 5_000, True),
        (5.1, 5_000, False),
        (0.9, 1_000, True),
        (1.1, 1_000, False),
        # who wants to live longer than a minute lives for a minute
        (59.9, 10**6, True),
        (60.1, 10**6, False),
    ],
)
def test_a_request_is_taken_as_long_as_it_lives(
    world: World,
    station: Station,
    age_s: float,
    ttl_ms: int,
    is_taken: bool,
) -> None:
    state, reason = end_of(world, station, ref_bms=int((world.clock() - age_s) * 1000), ttl_ms=ttl_ms)
    assert (reason is Reason.TOO_OLD) is not is_taken
    assert (world.vehicle.count(USER_COMMAND, 55.0) == 1) is is_taken
    assert state is (CommandState.ACCEPTED_UNVERIFIED if is_taken else CommandState.EXPIRED)


@pytest.mark.parametrize(
    ("age_ms", "reason"),
    [(-250, None), (-251, Reason.MALFORMED), (5_000, None), (5_001, Reason.TOO_OLD)],
)
def test_the_age_of_a_request_is_judged_to_the_millisecond(age_ms: int, reason: Reason | None) -> None:
    desk = ControlDesk(lambda _: None, lambda _: None)
    facts = Facts(
        state=VehicleState(key=KEY, session="s"), sysid=1, compid=1, mav_type=2, mav_autopilot=3, link=LinkState.ONLINE
    )
    request = CommandRequest(
        id="a", by=Actor(op="a", gs="b"), sid="s", verb=Verb.ARM, ref_bms=100_000 - age_ms, ttl_ms=5_000, count=1
    )
    objection = CommandGate(desk, Limits())._age(request, facts, 100.0)
    assert (objection[0] if objection is not None else None) is reason


# the desk looks every second or third step of the world: its end is seen up to 0.15 s after it is due, and a text is
# said up to a step late
@pytest.mark.parametrize(("later_s", "is_heard"), [(0.25, True), (0.56, False)])
def test_words_after_a_refusal_are_listened_to_for_three_tenths_of_a_second(
    world: World, station: Station, later_s: float, is_heard: bool
) -> None:
    world.vehicle.results[400] = [4]
    identity = station.give(Verb.ARM)
    refused: list[Execution] = []

    def is_refused() -> bool:
        refused.extend(one for one in execution_of(world) if one._phase.name == "HEARING_WHY")
        return bool(refused)

    world.run_until(is_refused, 5.0)
    since_s = refused[0]._since_s
    world.vehicle.later(since_s + later_s - world.clock() - 0.02, lambda: world.vehicle.say("Arm: Gyros"))
    assert (station.end(identity).texts == ("Arm: Gyros",)) is is_heard


def execution_of(world: World) -> list[Execution]:
    return list(next(iter(world.hearing.vehicles.values())).desk._live)


@pytest.mark.parametrize(("ahead_s", "is_taken"), [(0.24, True), (0.35, False)])
def test_a_request_that_knows_the_future_is_refused(
    world: World,
    station: Station,
    ahead_s: float,
    is_taken: bool,
) -> None:
    _, reason = end_of(world, station, ref_bms=int((world.clock() + ahead_s) * 1000))
    assert (reason is Reason.MALFORMED) is not is_taken
    assert (world.vehicle.count(USER_COMMAND, 55.0) == 1) is is_taken


# ---- proofs that wait ----


def stalled_after(world: World, station: Station, height_m: float) -> float:
    """Seconds from the last metre of a climb to the end of the order."""
    world.vehicle.climb_mps = 2.0 if height_m else 0.0
    climb = station.give(Verb.TAKEOFF, height_m=40.0)
    world.run_until(lambda: world.vehicle.count(22) == 1 and world.vehicle.height_m >= height_m, 60.0)
    world.vehicle.climb_mps = 0.0
    began_s = world.clock()
    record = station.end(climb)
    assert (record.state, record.reason) == (CommandState.FAILED, Reason.STALLED)
    return world.clock() - began_s


def test_a_climb_that_does_not_begin_has_twenty_seconds(world: World, station: Station) -> None:
    assert stalled_after(world, station, 0.0) == pytest.approx(20.0, abs=1.0)


def test_a_climb_that_stands_still_on_its_way_has_fifteen(world: World, station: Station) -> None:
    assert stalled_after(world, station, 20.0) == pytest.approx(15.0, abs=1.0)


# ---- numbers and the outbox ----


def test_numbers_begin_anew_with_a_session_whatever_its_name() -> None:
    bus, clock = FakeBus(), ManualClock()
    publisher = Publisher(bus, clock)
    numbers = [publisher.say("fleet/uav-1/evt", EVT, sid, None) for sid in ("b", "b", "a", "a", "c", "c", "b")]
    assert numbers == [0, 1, 0, 1, 0, 1, 0]


def test_memory_keeps_two_and_a_half_minutes() -> None:
    for later_s, kept in ((149.9, [0, 1]), (150.1, [1])):
        outbox = Outbox(None)
        outbox.keep("t", "s", 0, b"x", 0.0)
        outbox.keep("t", "s", 1, b"x", later_s)
        assert [one.seq for one in outbox.in_memory("t", "s", 0, 9)] == kept


@pytest.mark.parametrize(("later_s", "is_kept"), [(24 * 3600 - 60.0, True), (24 * 3600 + 60.0, False)])
def test_the_disk_keeps_a_day_and_forgets_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later_s: float, is_kept: bool
) -> None:
    now = [1.7e9]
    store = OutboxStore(tmp_path / "outbox.sqlite3", wall_clock=lambda: now[0])
    store.start()
    store.put(("t", "old"), [(0, b"x")])
    store.refresh()
    wait_until(lambda: store.knows("t", "old"))
    store.stop()
    now[0] += later_s
    later = OutboxStore(tmp_path / "outbox.sqlite3", wall_clock=lambda: now[0])
    later.start()
    # it looks after a while by itself; what is put makes it look at once
    later.put(("t", "new"), [(0, b"x")])
    later.refresh()
    wait_until(lambda: later.knows("t", "new"))
    wait_until(lambda: later.knows("t", "old") is is_kept)
    later.refresh()
    later.stop()
    assert later.knows("t", "old") is is_kept


def test_what_is_put_aside_survives_a_power_cut_but_for_the_last_moment(tmp_path: Path) -> None:
    database = outbox_store._opened(tmp_path / "outbox.sqlite3")
    found = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    database.close()
    # SQLite: 1 is NORMAL; OFF may leave a file that is none
    assert found == ["wal", 1]


# ---- requests about stations ----


def test_a_station_is_gone_by_its_own_fresh_word_only(world: World, station: Station) -> None:
    def owner() -> str:
        state = station.fleet.get(KEY)
        assert state is not None
        assert state.control is not None
        return state.control.owner.gs if state.control.owner is not None else ""

    gone = b'{"v":1,"sid":"s","seq":0,"ts":0,"bms":0,"d":{"state":"offline"}}'
    topic = topics.station("fleet", station.actor.gs, "conn")
    held = owner()
    assert held == station.actor.gs
    station.up.drop_next = 1_000
    for one in (Outgoing(topic, b"", 1), Outgoing(topic.replace("/conn", "/sensors"), gone, 1)):
        world.to_bridge(one)
    world.run(0.3)
    assert owner() == held
    world.to_bridge(Outgoing(topic, gone, 1))
    world.run(2.45)
    assert owner() == held
    # over at 2.5 s; the desk of an idle vehicle looks at each slow turn, and the news takes a step each way
    world.run(0.05 + TICK_S + 3 * STEP_S)
    assert owner() == ""
