# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

COPTER_LINES = [
    (0.74, "Calibrating barometer"),
    (2.87, "ArduPilot Ready"),
    (4.87, "EKF3 IMU0 initialised"),
    (6.22, "EKF3 IMU0 tilt alignment complete"),
    (10.23, "GPS 1: detected as u-blox at 230400 baud"),
    (20.44, "EKF3 IMU0 origin set"),
    (20.47, "Field Elevation Set: 80m"),
    (42.0, "EKF3 IMU0 is using GPS"),
]


def test_a_copter_tells_its_boot_in_real_time(bench) -> None:
    station = bench(ready=False).station()
    station.bench.run(45.0)
    said = [(at_s, message.text) for at_s, message in station.heard if message.get_type() == "STATUSTEXT"]
    for at_s, text in COPTER_LINES:
        assert any(abs(when - at_s) < 0.05 and line == text for when, line in said), text
    first = [message.get_type() for _, message in station.heard][:3]
    assert first == ["PARAM_VALUE"] * 3
    assert station.all("PARAM_VALUE")[0].param_index == 65535
    beats = [
        (at_s, m.base_mode, m.custom_mode, m.system_status) for at_s, m in station.heard if m.get_type() == "HEARTBEAT"
    ]
    assert beats[0] == (pytest.approx(1.6, abs=0.05), 81, 0, 4)
    assert beats[1][3] == 4
    assert beats[2] == (pytest.approx(3.6, abs=0.05), 81, 0, 3)
    assert {m.get_type() for _, m in station.heard} == {
        "PARAM_VALUE", "STATUSTEXT", "HEARTBEAT", "TIMESYNC", "HOME_POSITION", "GPS_GLOBAL_ORIGIN",
    }  # fmt: skip


def test_a_plane_begins_in_initialising(bench) -> None:
    station = bench(ready=False, flavours=("plane",)).station()
    station.bench.run(3.0)
    beats = [(m.base_mode, m.custom_mode, m.system_status) for m in station.all("HEARTBEAT")]
    assert beats == [(17, 16, 2), (81, 0, 3)]
    alerts = [m.text for m in station.all("STATUSTEXT") if m.severity == 1]
    assert alerts == ["Skipping INS calibration"]


def test_before_the_fix_the_marks_are_the_real_ones(bench) -> None:
    station = bench(ready=False).station()
    station.bench.run(1.7)
    station.stream(4)
    station.bench.run(1.15)
    assert not station.all("ATTITUDE")
    station.bench.run(0.3)
    early = station.all("BATTERY_STATUS") + station.all("SYS_STATUS")
    station.bench.run(0.6)
    gps, position = station.last("GPS_RAW_INT"), station.last("GLOBAL_POSITION_INT")
    assert (gps.fix_type, gps.lat, gps.eph, gps.epv, gps.satellites_visible, gps.h_acc) == (
        0,
        0,
        65535,
        65535,
        0,
        0,
    )
    assert (position.lat, position.lon) == (0, 0)
    assert early
    if early[0].get_type() == "BATTERY_STATUS":
        assert (early[0].battery_remaining, early[0].charge_state, early[0].voltages) == (-1, 6, [65535] * 10)
    assert not station.all("LOCAL_POSITION_NED")
    assert not station.all("HOME_POSITION")
    assert station.last("SYSTEM_TIME").time_unix_usec == 0
    assert station.last("EKF_STATUS_REPORT").flags == 1024


@pytest.mark.parametrize(
    ("flavour", "age_s", "flags"),
    [("copter", 5.2, 0), ("copter", 8.0, 167), ("copter", 43.0, 831), ("plane", 14.0, 167), ("plane", 22.0, 831)],
)  # fmt: skip
def test_the_estimator_grows_up(bench, flavour: str, age_s: float, flags: int) -> None:
    station = bench(ready=False, flavours=(flavour,)).station()
    station.bench.run(age_s - 0.6)
    station.stream(10)
    station.bench.run(0.6)
    assert station.last("EKF_STATUS_REPORT").flags == flags


def test_home_is_told_without_being_asked(bench) -> None:
    station = bench(ready=False, gps_noise_m=0.0).station()
    station.bench.run(20.0)
    assert not station.all("HOME_POSITION")
    station.bench.run(1.0)
    home = station.last("HOME_POSITION")
    assert (home.latitude, home.altitude) == (409940000, 80000)
    assert str(home.q[0]) == "nan"


def test_ready_skips_the_boot(copter) -> None:
    copter.bench.run(2.0)
    assert copter.texts() == []
    assert copter.mode(4) == 0
    assert copter.command(400, 1) == 0


def test_the_prearm_bit_is_up_to_a_second_late_and_speaks_of_the_present_mode(bench) -> None:
    station = bench(ready=False).station()
    station.bench.run(25.5)
    station.stream(10, group=2)
    station.bench.run(1.0)
    assert station.last("SYS_STATUS").onboard_control_sensors_health & 1 << 28
    station.mode(4)
    station.bench.run(1.2)
    assert not station.last("SYS_STATUS").onboard_control_sensors_health & 1 << 28


def test_two_vehicles_have_ids_of_their_own_that_stay(bench) -> None:
    field = bench(vehicles=2)
    ids = []
    for system in (1, 2):
        station = field.station(system)
        assert station.command(512, 148) == 0
        version = station.last("AUTOPILOT_VERSION")
        ids.append((version.uid, tuple(version.uid2)))
        assert (version.capabilities, version.flight_sw_version) == (64495, 67438591)
    assert ids[0] != ids[1]
    again = bench(vehicles=2).station(2)
    again.command(520, 1)
    assert again.last("AUTOPILOT_VERSION").uid == ids[1][0]
