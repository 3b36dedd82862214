# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest


def _beat_for(station, seconds: float) -> None:
    for _ in range(int(seconds)):
        station.heartbeat()
        station.bench.run(1.0)


def test_a_lost_station_brings_the_copter_home_and_the_mode_stays(copter) -> None:
    copter.take_off(10.0)
    _beat_for(copter, 3)
    copter.heartbeat()
    lost_s = copter.wait_for(lambda: "GCS Failsafe" in copter.texts(), 7.0)
    assert 4.9 < lost_s < 5.3
    beat = copter.last("HEARTBEAT")
    copter.bench.run(1.1)
    assert copter.last("HEARTBEAT").system_status == 5
    assert (beat.custom_mode, copter.all("STATUSTEXT")[-1].severity) == (6, 4)
    copter.heartbeat()
    back_s = copter.wait_for(lambda: "GCS Failsafe Cleared" in copter.texts(), 2.0)
    assert back_s == pytest.approx(0.2, abs=0.11)
    copter.bench.run(1.1)
    assert (copter.last("HEARTBEAT").system_status, copter.last("HEARTBEAT").custom_mode) == (4, 6)


def test_another_stations_heartbeats_do_not_count(bench) -> None:
    field = bench(wind_mps=0.0)
    mine, other = field.station(), field.station(own_id=245)
    mine.heartbeat()
    mine.take_off(5.0)
    _beat_for(other, 6)
    assert "GCS Failsafe" in mine.texts()


def test_a_station_that_was_never_there_is_not_missed(copter) -> None:
    copter.take_off(5.0)
    copter.bench.run(8.0)
    assert "GCS Failsafe" not in copter.texts()


def test_it_can_be_switched_off(bench) -> None:
    station = bench(parameters={"FS_GCS_ENABLE": 0}).station()
    station.heartbeat()
    station.take_off(5.0)
    station.bench.run(8.0)
    assert "GCS Failsafe" not in station.texts()


def test_a_plane_says_it_in_its_own_words(plane) -> None:
    plane.mode(13)
    plane.command(400, 1)
    _beat_for(plane, 15)
    plane.bench.run(6.0)
    assert "GCS Failsafe On: RTL" in plane.texts()
    assert plane.vehicle.mode == 11
    plane.heartbeat()
    plane.bench.run(0.5)
    assert "GCS Failsafe Off" in plane.texts()


def test_a_low_battery_brings_it_home_after_ten_seconds_and_then_forbids_arming(bench) -> None:
    station = bench(wind_mps=0.0, gps_noise_m=0.0).station()
    station.take_off(5.0)
    station.stream(5)
    station.bench.airfield.flight.set_charge(0, 0.09)
    took_s = station.wait_for(lambda: "Battery Failsafe" in station.texts(), 12.0)
    assert took_s == pytest.approx(10.1, abs=0.3)
    assert any(text.startswith("Battery 1 is low 10.3") for text in station.texts())
    station.bench.run(1.2)
    assert station.last("HEARTBEAT").custom_mode == 6
    assert station.last("HEARTBEAT").system_status == 5
    assert not station.last("SYS_STATUS").onboard_control_sensors_health & 1 << 25
    assert station.last("BATTERY_STATUS").charge_state == 2
    station.wait_for(lambda: not station.vehicle.armed, 60.0)
    station.mode(4)
    assert station.command(400, 1) == 4
    assert station.texts()[-1] == "Arm: Battery failsafe"


def test_a_critical_battery_lands_it(bench) -> None:
    station = bench(wind_mps=0.0).station()
    station.take_off(5.0)
    station.stream(5)
    station.bench.airfield.flight.set_charge(0, 0.01)
    station.bench.run(11.5)
    assert station.vehicle.mode == 9
    assert station.last("BATTERY_STATUS").charge_state == 3


def test_a_lost_gps_lands_it_after_eight_seconds(bench) -> None:
    station = bench(wind_mps=0.0, gps_noise_m=0.0).station()
    station.take_off(10.0)
    station.stream(10)
    station.vehicle.lose_gps()
    station.bench.run(1.0)
    gps = station.last("GPS_RAW_INT")
    assert (gps.fix_type, gps.satellites_visible, gps.eph) == (1, 3, 121)
    frozen = station.last("GLOBAL_POSITION_INT")
    station.bench.run(6.3)
    assert station.last("EKF_STATUS_REPORT").flags == 831
    station.bench.run(0.4)
    assert station.last("EKF_STATUS_REPORT").flags == 37
    assert station.last("GLOBAL_POSITION_INT").lat == frozen.lat
    station.bench.run(0.5)
    assert station.texts()[-3:] == ["EKF3 lane switch 1", "EKF variance", "EKF Failsafe: changed to LAND Mode"]
    assert station.last("HEARTBEAT").custom_mode == 9
    station.bench.run(7.0)
    assert station.texts()[-1] == "EKF3 IMU0 stopped aiding"
    assert station.last("EKF_STATUS_REPORT").flags == 167
    assert station.last("HEARTBEAT").system_status == 5
    station.vehicle.restore_gps()
    station.bench.run(0.4)
    assert station.texts()[-1] == "EKF3 IMU0 is using GPS"
    station.bench.run(1.3)
    assert station.texts()[-1] == "EKF Failsafe Cleared"
    assert station.vehicle.mode == 9


def test_a_short_loss_of_the_gps_has_no_consequence(copter) -> None:
    copter.take_off(5.0)
    copter.vehicle.lose_gps()
    copter.bench.run(4.0)
    copter.vehicle.restore_gps()
    copter.bench.run(15.0)
    assert copter.vehicle.mode == 4
    assert not any("EKF Failsafe" in text for text in copter.texts())


def test_without_a_position_a_guided_arming_is_refused(copter) -> None:
    copter.vehicle.lose_gps()
    copter.bench.run(8.0)
    copter.mode(4)
    assert copter.command(400, 1) == 4
    assert copter.texts()[-1] == "Arm: Need Position Estimate"
