# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections import Counter

import pytest

from groundstation.simulator.engine.links import MAX_WAITING_BYTES
from groundstation.simulator.engine.schedule import Schedule

ALL_NAMES = {
    "RAW_IMU", "SCALED_IMU2", "SCALED_IMU3", "SCALED_PRESSURE", "SCALED_PRESSURE2", "SYS_STATUS", "GPS_RAW_INT",
    "MISSION_CURRENT", "NAV_CONTROLLER_OUTPUT", "POWER_STATUS", "MEMINFO", "RC_CHANNELS", "SERVO_OUTPUT_RAW",
    "GLOBAL_POSITION_INT", "LOCAL_POSITION_NED", "ATTITUDE", "AHRS2", "SIMSTATE", "VFR_HUD", "BATTERY_STATUS",
    "EKF_STATUS_REPORT", "SYSTEM_TIME", "VIBRATION", "WIND", "AHRS", "TERRAIN_REPORT", "ESC_TELEMETRY_1_TO_4",
}  # fmt: skip


def test_a_fresh_copter_link_gets_heartbeats_and_its_clock_only(copter) -> None:
    copter.bench.run(11.0)
    counts = Counter(m.get_type() for _, m in copter.heard)
    assert counts.pop("HEARTBEAT") in (11, 12)
    assert counts == {"TIMESYNC": 1}


def test_a_fresh_plane_link_gets_everything_at_1_hz(plane) -> None:
    plane.bench.run(10.0)
    counts = Counter(m.get_type() for _, m in plane.heard)
    assert set(counts) >= ALL_NAMES
    assert all(9 <= counts[name] <= 11 for name in ALL_NAMES)
    assert counts["HOME_POSITION"] in (1, 2)
    assert not plane.all("COMMAND_ACK")


def test_all_streams_come_at_the_asked_rate_without_an_ack_and_stop_again(copter) -> None:
    copter.stream(4)
    copter.bench.run(5.0)
    counts = Counter(m.get_type() for _, m in copter.heard)
    assert set(counts) == ALL_NAMES | {"HEARTBEAT"}
    assert all(19 <= counts[name] <= 21 for name in ALL_NAMES)
    copter.stream(0)
    copter.forget()
    copter.bench.run(3.0)
    assert {m.get_type() for _, m in copter.heard} == {"HEARTBEAT"}


@pytest.mark.parametrize(
    ("group", "names"),
    [
        (6, {"GLOBAL_POSITION_INT", "LOCAL_POSITION_NED"}),
        (10, {"ATTITUDE", "AHRS2", "SIMSTATE"}),
        (11, {"VFR_HUD"}),
        (3, {"RC_CHANNELS", "SERVO_OUTPUT_RAW"}),
        (4, set()),
    ],
)
def test_a_group_brings_its_own(copter, group: int, names: set[str]) -> None:
    copter.stream(5, group)
    copter.bench.run(1.5)
    assert {m.get_type() for _, m in copter.heard} - {"HEARTBEAT"} == names


def test_an_interval_overrides_a_stream_and_zero_goes_back(copter) -> None:
    copter.stream(1)
    assert copter.command(511, 30, 100_000) == 0
    copter.bench.run(3.0)
    assert len(copter.all("ATTITUDE")) in (29, 30, 31, 32)
    assert copter.command(510, 30) == 0
    assert copter.last("MESSAGE_INTERVAL").interval_us == 100_000
    assert copter.command(511, 30, -1) == 0
    copter.forget()
    copter.bench.run(2.0)
    assert not copter.all("ATTITUDE")
    assert copter.command(510, 9999) == 4
    assert copter.last("MESSAGE_INTERVAL").interval_us == 0


def test_no_message_is_faster_than_the_loop(copter) -> None:
    assert copter.command(511, 30, 1000) == 0
    assert copter.command(510, 30) == 0
    assert copter.last("MESSAGE_INTERVAL").interval_us == 20_000


def test_rates_and_sequences_are_of_each_link(bench) -> None:
    field = bench()
    first, second = field.station(), field.station(own_id=254)
    first.stream(10)
    field.run(3.0)
    assert len(first.heard) > 500
    assert {m.get_type() for _, m in second.heard} == {"HEARTBEAT"}
    for station in (first, second):
        sequence = [m.get_seq() for _, m in station.heard]
        assert sequence == [index & 0xFF for index in range(len(sequence))]


def test_links_hear_what_is_for_all_and_not_what_is_for_another(bench) -> None:
    field = bench()
    first, second = field.station(), field.station(own_id=254)
    second.send(second.mav.heartbeat_encode(6, 8, 0, 0, 4))
    field.run(0.1)
    assert 254 in {m.get_srcSystem() for _, m in first.heard}
    assert 254 not in {m.get_srcSystem() for _, m in second.heard}
    first.mode(4)
    first.command(400, 1)
    field.run(0.1)
    assert second.texts() == ["Arming motors"]
    assert second.last("HEARTBEAT").custom_mode == 4
    assert not second.all("COMMAND_ACK")


def test_a_clock_question_is_answered_with_the_boot_clock(copter) -> None:
    copter.send(copter.mav.timesync_encode(0, 123456789))
    answer = copter.last("TIMESYNC")
    assert (answer.ts1, answer.tc1) == (123456789, int(copter.vehicle.age_s * 1e9))


def test_files_are_refused_at_once(copter) -> None:
    opening = bytes((1, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0)) + b"@PAR"
    copter.send(copter.mav.file_transfer_protocol_encode(0, 1, 1, opening.ljust(251, b"\0")))
    answer = bytes(copter.last("FILE_TRANSFER_PROTOCOL").payload)
    assert (answer[0], answer[3], answer[5]) == (2, 129, 4)


def test_a_link_nobody_reads_stays_bounded_and_leaves_no_gap(bench) -> None:
    field = bench()
    station = field.station()
    station.stream(50)
    field.stations.clear()
    field.run(4.0)
    assert station.link._waiting_bytes < MAX_WAITING_BYTES + 300
    station.listen()
    sequence = [m.get_seq() for _, m in station.heard]
    assert sequence == [index & 0xFF for index in range(len(sequence))]


def test_a_reboot_hangs_up_and_starts_a_new_life(copter) -> None:
    copter.stream(4)
    copter.bench.run(1.0)
    copter.forget()
    assert copter.command(246, 1) == 0
    copter.wait_for(lambda: copter.link.is_closed, 1.0)
    closed_s = copter.bench.airfield.now_s
    copter.forget()
    copter.reconnect()
    copter.bench.run(6.0)
    first = copter.heard[0][1]
    assert (first.get_type(), first.get_seq()) == ("PARAM_VALUE", 0)
    assert copter.times("HEARTBEAT")[0] - closed_s == pytest.approx(1.9, abs=0.3)
    beat = copter.all("HEARTBEAT")[0]
    assert (beat.base_mode, beat.system_status) == (81, 4)
    assert copter.texts()[0] == "Calibrating barometer"
    assert {m.get_type() for _, m in copter.heard} <= {"PARAM_VALUE", "HEARTBEAT", "STATUSTEXT"}
    assert copter.vehicle.home is None


def test_a_schedule_keeps_its_pace_without_drift() -> None:
    schedule = Schedule(shortest_s=0.02, defaults={0: 1.0})
    schedule.start(0.0)
    schedule.set_interval(30, 0.1, 0.0)
    counts = Counter(number for tick in range(500) for number in schedule.due(tick * 0.02))
    assert counts[0] == 10
    assert counts[30] in (99, 100)
    assert math.isclose(schedule.interval_s(30), 0.1)
