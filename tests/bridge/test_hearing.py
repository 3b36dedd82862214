# SPDX-License-Identifier: Apache-2.0
"""Who is who on the links: discovery, two links, two autopilots, lost, back, restarted."""

from __future__ import annotations

from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.fleet.events import EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.roster import Fleet
from groundstation.mavlink.dialect import MSGIDS
from groundstation.transport.inbox import Inbox
from tests.support.vehicles import Autopilot, Bench


def states(bench: Bench, vehicle: str = "uav-1") -> list[tuple[LinkState, ConnReason]]:
    return [(one.state, one.reason) for one in bench.bus.contents("conn", vehicle)]


def test_a_vehicle_is_found_by_its_heartbeat_and_by_nothing_else() -> None:
    bench, peer = Bench(), Bench().peer()
    autopilot = Autopilot()
    bench.hear(peer, autopilot.attitude(1_000.0), autopilot.text("hello"))
    assert not bench.hearing.vehicles
    assert not peer.is_known
    bench.hear(peer, autopilot.heartbeat())
    assert [str(key) for key in bench.hearing.vehicles] == ["fleet/uav-1"]
    assert peer.is_known
    bench.run(1.0, (peer, autopilot))
    assert states(bench)[0] == (LinkState.ONLINE, ConnReason.DISCOVERED)
    (info, *_) = bench.bus.contents("info")
    assert (info.sysid, info.kind, info.autopilot, info.name) == (1, "multicopter", "ardupilot", "uav-1")
    assert "RTL" in info.modes


def test_stations_cameras_and_system_zero_are_no_vehicles() -> None:
    bench, peer = Bench(), Bench().peer()
    bench.hear(peer, Autopilot(255, mav_type=6, firmware=8).heartbeat())
    bench.hear(peer, Autopilot(1, mav_type=30, firmware=8).heartbeat())
    bench.hear(peer, Autopilot(0).heartbeat())
    assert not bench.hearing.vehicles
    assert not peer.is_known


def test_names_by_system_id() -> None:
    bench = Bench({3: ("kerkenez", "Kerkenez")})
    bench.hear(bench.peer(), Autopilot(3).heartbeat())
    vehicle = bench.hearing.vehicles[VehicleKey("fleet", "kerkenez")]
    assert vehicle.name == "Kerkenez"


def test_two_links_to_one_autopilot_are_one_vehicle() -> None:
    bench, autopilot = Bench(), Autopilot()
    radio, lte = bench.peer("radio"), bench.peer("lte")
    second_face = Autopilot()
    bench.run(3.0, (radio, autopilot))
    bench.run(8.0, (radio, autopilot), (lte, second_face))
    assert len(bench.hearing.vehicles) == 1
    report = bench.bus.contents("link")[-1]
    assert [one.link for one in report.links] == ["link-radio", "link-lte"]
    assert [one.is_best for one in report.links] == [True, False]
    assert bench.bus.contents("conn")[-1].conflict is None


def test_the_other_link_takes_over_within_two_seconds() -> None:
    bench, first, second = Bench(), Autopilot(), Autopilot()
    radio, lte = bench.peer("radio"), bench.peer("lte")
    bench.run(8.0, (radio, first), (lte, second))
    count = len(bench.bus.contents("tlm/motion"))
    bench.run(4.0, (lte, second))
    assert bench.bus.contents("link")[-1].links[1].is_best
    assert len(bench.bus.contents("tlm/motion")) - count >= 9
    assert states(bench)[-1][0] is LinkState.ONLINE


def test_a_text_on_two_links_is_told_once_and_twice_on_one_twice() -> None:
    bench, first, second = Bench(), Autopilot(), Autopilot()
    radio, lte = bench.peer("radio"), bench.peer("lte")
    bench.run(8.0, (radio, first), (lte, second))
    bench.hear(radio, first.text("PreArm: x"))
    bench.hear(lte, second.text("PreArm: x"))
    bench.hear(radio, first.text("PreArm: x"))
    bench.run(0.2)
    texts = [one for one in bench.bus.contents("evt") if one.kind is EventKind.STATUS_TEXT]
    assert [one.text for one in texts] == ["PreArm: x", "PreArm: x"]


def test_two_autopilots_with_one_system_id_raise_an_alarm_and_stay_apart() -> None:
    bench = Bench()
    one, other = Autopilot(booted_s=900.0), Autopilot(booted_s=950.0)
    here, there = bench.peer("here"), bench.peer("there")
    bench.run(3.0, (here, one))
    bench.run(3.0, (here, one), (there, other))
    assert [key.id for key in bench.hearing.vehicles] == ["uav-1", "uav-1-2"]
    for vehicle in ("uav-1", "uav-1-2"):
        conflict = str(bench.bus.contents("conn", vehicle)[-1].conflict)
        assert "two autopilots use system id 1" in conflict
        assert "here" in conflict
        assert "there" in conflict
    identity = [event for event in bench.bus.contents("evt") if event.kind is EventKind.IDENTITY]
    assert len(identity) == 2
    bench.run(0.5, (there, other))
    count = len(bench.bus.contents("tlm/motion", "uav-1"))
    bench.run(2.0, (there, other))
    assert len(bench.bus.contents("tlm/motion", "uav-1")) == count


def test_different_hardware_ids_part_two_autopilots_that_booted_together() -> None:
    bench, one, other = Bench(), Autopilot(), Autopilot()
    here, there = bench.peer("here"), bench.peer("there")
    bench.run(8.0, (here, one), (there, other))
    assert len(bench.hearing.vehicles) == 1
    bench.hear(here, one.version(111))
    bench.hear(there, other.version(222))
    bench.run(1.0, (here, one), (there, other))
    assert [key.id for key in bench.hearing.vehicles] == ["uav-1", "uav-1-2"]


def test_two_autopilots_in_turn_on_one_link_are_noticed() -> None:
    bench, peer = Bench(), Bench().peer()
    one, other = Autopilot(booted_s=900.0), Autopilot(booted_s=500.0)
    bench.run(4.0, (peer, one), (peer, other))
    assert bench.bus.contents("conn")[-1].conflict is not None


def test_our_own_system_id_on_a_vehicle_is_told() -> None:
    bench = Bench()
    bench.run(2.0, (bench.peer(), Autopilot(255)))
    assert "own system id 255" in str(bench.bus.contents("conn")[-1].conflict)


def test_lost_and_back_within_ten_seconds_is_the_same_session() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(3.0, (peer, autopilot))
    bench.run(5.0)
    assert states(bench)[-1] == (LinkState.STALE, ConnReason.LINK_LOST)
    bench.run(2.0, (peer, autopilot))
    assert states(bench)[-1] == (LinkState.ONLINE, ConnReason.LINK_BACK)
    assert len({one.sid for one in bench.bus.envelopes("conn")}) == 1


def test_lost_is_told_between_three_and_a_half_and_four_seconds() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(3.0, (peer, autopilot))
    last_s = bench.clock() - 0.9
    while states(bench)[-1][0] is LinkState.ONLINE:
        bench.run(0.1)
    assert 3.4 < bench.clock() - last_s < 4.0


def test_given_up_and_back_is_a_new_session() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(3.0, (peer, autopilot))
    bench.run(12.0)
    assert states(bench)[-1] == (LinkState.OFFLINE, ConnReason.LINK_LOST)
    bench.run(2.0, (peer, autopilot))
    assert states(bench)[-1] == (LinkState.ONLINE, ConnReason.LINK_BACK)
    assert len({one.sid for one in bench.bus.envelopes("conn")}) == 2


def test_a_restart_is_told_and_everything_is_asked_for_again() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(5.0, (peer, autopilot), position=True)
    before = len(bench.commands(peer))
    sessions = {one.sid for one in bench.bus.envelopes("conn")}
    bench.run(2.0)
    autopilot.booted_s = bench.clock()
    bench.run(3.0, (peer, autopilot))
    assert states(bench)[-1] == (LinkState.ONLINE, ConnReason.REBOOTED)
    assert bench.bus.envelopes("conn")[-1].sid not in sessions
    assert [one.kind for one in bench.bus.contents("evt")] == [EventKind.REBOOT]
    assert len(bench.commands(peer)) > before
    inbox, fleet = Inbox(), Fleet()
    bench.bus.deliver_to(inbox, 5.0)
    fleet.fold(inbox.drain().updates)
    state = fleet.get(VehicleKey("fleet", "uav-1"))
    assert state is not None
    assert state.position is None


def test_a_restart_behind_a_new_connection_is_told_too() -> None:
    bench, autopilot = Bench(), Autopilot()
    first = bench.peer("first")
    bench.run(5.0, (first, autopilot))
    bench.hearing.peer_gone(first)
    bench.run(2.0)
    autopilot.booted_s = bench.clock()
    bench.run(7.0, (bench.peer("second"), autopilot))
    assert len(bench.hearing.vehicles) == 1
    assert (LinkState.ONLINE, ConnReason.REBOOTED) in states(bench)


def test_streams_are_asked_for_on_every_link() -> None:
    bench, autopilot, second = Bench(), Autopilot(), Autopilot()
    radio, lte = bench.peer("radio"), bench.peer("lte")
    bench.run(3.0, (radio, autopilot), (lte, second))
    for peer in (radio, lte):
        assert (512, MSGIDS["AUTOPILOT_VERSION"]) in bench.commands(peer)


def test_an_ack_for_another_station_is_not_ours() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(0.5, (peer, autopilot))
    first = bench.commands(peer)
    ack = dialect.MAVLink_command_ack_message(512, 0, target_system=254, target_component=190)
    bench.hear(peer, autopilot.pack(ack))
    bench.run(0.3, (peer, autopilot))
    assert bench.commands(peer) == first
    ack.target_system = 255
    bench.hear(
        peer, autopilot.pack(dialect.MAVLink_command_ack_message(512, 0, target_system=255, target_component=190))
    )
    bench.run(0.3, (peer, autopilot))
    assert len(bench.commands(peer)) == len(first) + 1


def test_telemetry_is_thinned_to_its_stream_and_the_newest_counts() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(1.0, (peer, autopilot))
    bench.bus.sent.clear()
    for number in range(200):
        now_s = bench.clock.advance(0.02)
        bench.hear(peer, autopilot.attitude(now_s, roll=number / 1000))
        list(bench.hearing.tick(now_s))
        bench.publisher.flush()
    motions = bench.bus.contents("tlm/motion")
    assert 18 <= len(motions) <= 21
    assert abs(motions[-1].attitude.roll_deg - 11.3) < 0.6


def newest_packs(bench: Bench) -> tuple:
    return [one.battery for one in bench.bus.contents("tlm/status") if one.battery][-1]


def test_several_packs_in_one_period_all_arrive() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(1.0, (peer, autopilot))
    bench.hear(peer, autopilot.battery(0, 80), autopilot.battery(1, 70))
    bench.run(1.5, (peer, autopilot))
    packs = newest_packs(bench)
    assert [(pack.index, pack.charge_fraction) for pack in packs] == [(0, 0.8), (1, 0.7)]


def test_sys_status_does_not_overrule_battery_status() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    poor = dialect.MAVLink_sys_status_message(0, 0, 0, 0, 11_000, 0, 33, 0, 0, 0, 0, 0, 0)
    bench.run(1.0, (peer, autopilot))
    bench.hear(peer, autopilot.pack(poor))
    bench.run(1.5, (peer, autopilot))
    assert newest_packs(bench)[0].charge_fraction == 0.33
    for _ in range(3):
        bench.hear(peer, autopilot.battery(0, 80), autopilot.pack(poor))
        bench.run(1.1, (peer, autopilot))
    assert newest_packs(bench)[0].charge_fraction == 0.8
    bench.run(8.0, (peer, autopilot))
    bench.hear(peer, autopilot.pack(poor))
    bench.run(1.5, (peer, autopilot))
    assert newest_packs(bench)[0].charge_fraction == 0.33


def test_a_mode_change_is_told_at_once() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(2.0, (peer, autopilot))
    bench.bus.sent.clear()
    bench.hear(peer, autopilot.heartbeat(mode=6, armed=True))
    bench.run(0.1)
    texts = [one.text for one in bench.bus.contents("evt")]
    assert texts == [
        "mode RTL, was STABILIZE: by no command of ours, but by pilot, failsafe or another station",
        "armed",
    ]
    (state,) = bench.bus.contents("state")
    assert (state.mode.name, state.armed.is_armed) == ("RTL", True)


def test_a_failsafe_is_told_on_both_edges() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(1.0, (peer, autopilot))
    for status in (5, 5, 4):
        bench.hear(peer, autopilot.heartbeat(status=status))
    bench.run(0.1)
    texts = [one.text for one in bench.bus.contents("evt") if one.kind is EventKind.FAILSAFE]
    assert texts == ["failsafe", "failsafe cleared, mode unchanged"]


def test_state_is_repeated_every_ten_seconds() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(2.0, (peer, autopilot))
    bench.bus.sent.clear()
    bench.run(21.0, (peer, autopilot))
    assert 2 <= len(bench.bus.contents("state")) <= 3


def test_numbers_on_a_topic_have_no_gap_and_begin_anew_with_a_session() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(6.0, (peer, autopilot), position=True)
    for leaf in ("tlm/motion", "link", "tlm/sum", "conn"):
        numbers = [one.seq for one in bench.bus.envelopes(leaf)]
        assert numbers == list(range(len(numbers))), leaf
    inbox = Inbox()
    bench.bus.deliver_to(inbox, 5.0)
    assert inbox.counts.missing == inbox.counts.duplicates == 0


def test_losses_are_counted_by_sequence_and_a_restart_is_none() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.hear(peer, autopilot.heartbeat())
    for number in range(100):
        frame = autopilot.attitude(bench.clock.advance(0.05))
        if number % 4:
            bench.hear(peer, frame)
    bench.run(1.1, (peer, autopilot))
    loss = bench.bus.contents("link")[-1].links[0].loss_fraction
    assert 0.15 < loss < 0.3


def test_a_flood_of_vehicles_is_bounded() -> None:
    bench = Bench()
    for number in range(3_000):
        bench.hear(bench.peer(str(number)), Autopilot(number % 250 + 1).heartbeat())
    assert len(bench.hearing._ears) <= 2_000


def test_events_are_given_again_from_a_number_on() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(1.0, (peer, autopilot))
    for number in range(5):
        bench.hear(peer, autopilot.text(f"text {number}"))
    bench.run(0.1)
    bench.bus.sent.clear()
    bench.hearing.publish_again(VehicleKey("fleet", "uav-1"), 3)
    bench.publisher.flush()
    assert [one.d.text for one in bench.bus.envelopes("evt")] == ["text 3", "text 4"]
    assert [one.seq for one in bench.bus.envelopes("evt")] == [3, 4]
    assert len(bench.bus.contents("conn")) == len(bench.bus.contents("info")) == len(bench.bus.contents("state")) == 1


def test_a_backlog_that_clears_is_no_restart() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    late_s = 8.0
    for number in range(100):
        now_s = bench.clock.advance(0.1)
        bench.hear(peer, autopilot.heartbeat(), autopilot.attitude(now_s - (late_s if number < 50 else 0.0)))
        list(bench.hearing.tick(now_s))
        bench.publisher.flush()
    assert states(bench) == [(LinkState.ONLINE, ConnReason.DISCOVERED)]


def test_a_restart_on_two_links_is_told_once_and_is_no_conflict() -> None:
    for first, second in (("radio", "lte"), ("lte", "radio")):
        bench, here, there = Bench(), Autopilot(), Autopilot()
        peers = {name: bench.peer(name) for name in ("radio", "lte")}
        bench.run(8.0, (peers["radio"], here), (peers["lte"], there))
        bench.run(1.0)
        here.booted_s = there.booted_s = bench.clock()
        bench.run(2.5, (peers[first], here))
        bench.run(5.0, (peers[first], here), (peers[second], there))
        assert len(bench.hearing.vehicles) == 1
        assert [one.kind for one in bench.bus.contents("evt")] == [EventKind.REBOOT]
        assert bench.bus.contents("conn")[-1].conflict is None


def test_the_autopilots_own_timesync_question_tells_a_restart() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    for clock_s in (100.0, 101.0, 102.0, 1.0, 2.0, 1.7e9, -5.0):
        bench.hear(peer, autopilot.heartbeat())
        bench.hear(peer, autopilot.pack(dialect.MAVLink_timesync_message(0, int(clock_s * 1e9) + 20)))
        bench.run(1.0)
    assert [one.kind for one in bench.bus.contents("evt")] == [EventKind.REBOOT]
    assert states(bench)[-1] == (LinkState.ONLINE, ConnReason.REBOOTED)


def test_a_flood_of_texts_is_told_in_part_and_as_a_number() -> None:
    bench, autopilot = Bench(), Autopilot()
    peer = bench.peer()
    bench.run(2.0, (peer, autopilot))
    before = len(bench.bus.contents("evt"))
    bench.hear(peer, *(autopilot.text(f"text {number}") for number in range(5_000)))
    bench.run(3.0, (peer, autopilot))
    told = bench.bus.contents("evt")[before:]
    assert 100 <= len(told) <= 140
    left_out = sum(int(one.text.split()[0]) for one in told if "left out" in one.text)
    assert left_out + sum("left out" not in one.text for one in told) == 5_000
    assert len(bench.bus.contents("conn")) >= 1
