# SPDX-License-Identifier: Apache-2.0
"""Whole flights of a PX4 without sockets: boot, take-off, go-to, return, landing, missions, failsafes."""

from __future__ import annotations

import contextlib
import math
import select
import socket

import pytest

from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.plan import SquadronPlan
from groundstation.simulator.squadron import Squadron

NAN = math.nan
GROUND_AMSL_M = 80.0
MANUAL, HOLD, TAKEOFF, MISSION, RTL, LAND = 0x10000, 0x03040000, 0x02040000, 0x04040000, 0x05040000, 0x06040000
ON_GROUND, IN_AIR, TAKING_OFF, LANDING = 1, 2, 3, 4
NORTH_50 = (409944492, 397710000)


def _distance_m(station, x: int, y: int) -> float:
    return station.vehicle.field.spot(x * 1e-7, y * 1e-7, 0.0).distance_to(station.vehicle.position)


def _fly(station, height_m: float) -> None:
    assert station.command(400, 1) == 0
    assert station.command(22, 0, 0, 0, NAN, NAN, NAN, GROUND_AMSL_M + height_m) == 0
    station.wait_for(lambda: station.vehicle.mode == HOLD, 30.0)
    station.bench.run(3.0)


def _upload(station, items) -> None:
    """Upload (command, frame, params, x, y, z)."""
    station.send(station.mav.mission_count_encode(1, 1, len(items), 0))
    for seq, (command, frame, params, x, y, z) in enumerate(items):
        station.send(station.mav.mission_item_int_encode(1, 1, seq, frame, command, 0, 1, *params, x, y, z, 0))
    assert station.last("MISSION_ACK").type == 0


def _states(station, name: str, field: str) -> list[int]:
    found: list[int] = []
    for message in station.all(name):
        value = getattr(message, field)
        if message.get_srcSystem() == 1 and (not found or found[-1] != value):
            found.append(value)
    return found


SQUARE = [
    (22, 6, (0, 0, 0, NAN), 409940000, 397710000, 8),
    (178, 2, (1, 6, -1, 0), 0, 0, 0),
    (16, 6, (1, 0, 0, NAN), *NORTH_50, 8),
    (16, 6, (0, 0, 0, NAN), NORTH_50[0], NORTH_50[1] + 3000, 10),
]


def test_it_boots_into_manual_and_goes_to_loiter_by_itself(bench) -> None:
    station = bench(ready=False, flavours=("px4",)).station()
    station.bench.run(12.5)
    assert station.raw[0] == 0xFE
    assert (station.heard[0][1].get_type(), station.heard[0][0]) == ("SERVO_OUTPUT_RAW", pytest.approx(0.6, abs=0.03))
    beats = [
        (at_s, m.custom_mode, m.base_mode, m.system_status) for at_s, m in station.heard if m.get_type() == "HEARTBEAT"
    ]
    assert beats[0] == (pytest.approx(1.16, abs=0.03), MANUAL, 81, 3)
    assert next(row[1:] for row in beats if row[0] > 11.1) == (HOLD, 29, 3)
    said = [(at_s, m.text) for at_s, m in station.heard if m.get_type() == "STATUSTEXT"]
    assert said[0][1].startswith("[logger] ./log/")
    assert said[0][1].endswith(".ulg\t")
    assert [text for _, text in said[1:]] == ["Attitude invalid", "Manual control unavailable"]
    firsts = {
        name: station.times(name)[0]
        for name in ("ATTITUDE", "GLOBAL_POSITION_INT", "HOME_POSITION", "GPS_GLOBAL_ORIGIN")
    }
    assert firsts == {
        "ATTITUDE": pytest.approx(9.2, abs=0.03),
        "GLOBAL_POSITION_INT": pytest.approx(9.4, abs=0.03),
        "HOME_POSITION": pytest.approx(3.2, abs=0.03),
        "GPS_GLOBAL_ORIGIN": pytest.approx(10.2, abs=0.03),
    }
    health = [m.onboard_control_sensors_health >> 28 & 1 for m in station.all("SYS_STATUS")]
    assert health == [0] * 10 + [1] * 2
    assert station.command(400, 1) == 0


def test_before_it_knows_where_it_is_it_says_so(bench) -> None:
    station = bench(ready=False, flavours=("px4",)).station()
    station.bench.run(6.0)
    altitude, gps, battery = station.last("ALTITUDE"), station.last("GPS_RAW_INT"), station.last("BATTERY_STATUS")
    assert all(
        math.isnan(value) for value in (altitude.altitude_amsl, altitude.altitude_relative, altitude.bottom_clearance)
    )
    assert (gps.fix_type, gps.satellites_visible) == (3, 10)
    assert (battery.current_battery, battery.voltages[:2]) == (-100, [pytest.approx(16200, abs=20), 65535])
    assert list(battery.voltages_ext) == [65535] * 4
    assert station.last("ESTIMATOR_STATUS").flags == 228
    assert math.isnan(station.last("ESTIMATOR_STATUS").vel_ratio)
    station.bench.run(8.0)
    assert station.last("ESTIMATOR_STATUS").flags == 895
    target = station.last("POSITION_TARGET_LOCAL_NED")
    assert target.type_mask == 63
    assert math.isnan(target.x)


def test_a_fresh_link_gets_fifty_a_second_and_stream_requests_change_nothing(px4) -> None:
    px4.bench.run(2.0)
    px4.stream(1)
    px4.stream(0)
    px4.forget()
    px4.bench.run(10.0)
    counts = {name: len(px4.all(name)) for name in {m.get_type() for _, m in px4.heard}}
    fast = ("ATTITUDE", "ATTITUDE_QUATERNION", "ATTITUDE_TARGET", "GLOBAL_POSITION_INT", "LOCAL_POSITION_NED")
    assert {counts[name] for name in (*fast, "POSITION_TARGET_LOCAL_NED", "SERVO_OUTPUT_RAW")} <= {499, 500, 501}
    assert counts["VFR_HUD"] == pytest.approx(40, abs=1)
    assert {counts[name] for name in ("HEARTBEAT", "SYS_STATUS", "GPS_RAW_INT", "ALTITUDE", "EXTENDED_SYS_STATE")} == {
        10
    }
    assert {
        counts[name] for name in ("BATTERY_STATUS", "ESTIMATOR_STATUS", "HOME_POSITION", "UTM_GLOBAL_POSITION")
    } == {5}
    assert not {"EKF_STATUS_REPORT", "RC_CHANNELS", "MISSION_CURRENT", "TIMESYNC", "NAV_CONTROLLER_OUTPUT"} & set(
        counts
    )
    assert "UNKNOWN_8" in counts


def test_a_take_off_asked_for_before_arming_waits_for_it(px4) -> None:
    assert px4.command(22, 0, 0, 0, NAN, NAN, NAN, GROUND_AMSL_M + 15.0) == 0
    px4.bench.run(5.0)
    assert (px4.vehicle.mode, px4.vehicle.guidance.is_airborne, px4.vehicle.armed) == (TAKEOFF, False, False)
    px4.forget()
    assert px4.command(400, 1) == 0
    took_s = px4.wait_for(lambda: px4.vehicle.height_home_m > 14.0, 20.0)
    assert took_s == pytest.approx(9.0, abs=1.5)
    px4.wait_for(lambda: px4.vehicle.mode == HOLD, 5.0)
    px4.bench.run(2.1)
    assert px4.vehicle.height_home_m == pytest.approx(15.0, abs=0.5)
    assert _states(px4, "HEARTBEAT", "custom_mode") == [TAKEOFF, HOLD]
    assert _states(px4, "EXTENDED_SYS_STATE", "landed_state")[-2:] == [TAKING_OFF, IN_AIR]


@pytest.mark.long
def test_it_flies_where_it_is_sent_comes_home_and_goes_to_loiter(px4) -> None:
    _fly(px4, 20.0)
    assert px4.command_int(192, 6, (-1, 1, 0, NAN), *NORTH_50, GROUND_AMSL_M + 20.0) == 0
    px4.wait_for(lambda: _distance_m(px4, *NORTH_50) < 2.0, 30.0)
    assert px4.vehicle.height_home_m == pytest.approx(20.0, abs=1.0)
    px4.forget()
    assert px4.command(20) == 0
    px4.wait_for(lambda: not px4.vehicle.armed, 120.0)
    px4.bench.run(1.5)
    assert px4.texts()[:4] == [
        "Returning to launch\t",
        "RTL HOME activated\t",
        "RTL: landing at home position.\t",
        "RTL: climb to 110 m (30 m above destination)\t",
    ]
    assert "RTL: land at destination\t" in px4.texts()
    landings = px4.times("STATUSTEXT")[-2:]
    assert px4.texts()[-2:] == ["Landing detected\t", "Disarmed by landing\t"]
    assert landings[1] - landings[0] == pytest.approx(2.0, abs=0.1)
    assert _states(px4, "EXTENDED_SYS_STATE", "landed_state")[-6:] == [4, 1, 4, 1, 4, 1]
    assert _states(px4, "HEARTBEAT", "custom_mode") == [RTL, HOLD]
    assert px4.last("HEARTBEAT").system_status == 3
    assert _distance_m(px4, 409940000, 397710000) < 2.0


@pytest.mark.long
def test_a_relative_height_is_taken_as_one_above_the_sea(px4) -> None:
    _fly(px4, 20.0)
    assert px4.command_int(192, 6, (-1, 1, 0, NAN), *NORTH_50, 90.0) == 0
    px4.bench.run(25.0)
    assert px4.vehicle.height_home_m == pytest.approx(10.0, abs=1.0)


def test_a_reposition_on_the_ground_changes_the_mode_and_moves_nothing(px4) -> None:
    px4.px4_mode(4, 6)
    assert px4.command_int(192, 0, (-1, 0, 0, NAN), *NORTH_50, 100.0) == 0
    assert px4.vehicle.mode == LAND
    assert px4.command_int(192, 0, (-1, 1, 0, NAN), *NORTH_50, 100.0) == 0
    assert px4.vehicle.mode == HOLD
    px4.command(400, 1)
    px4.bench.run(3.0)
    assert not px4.vehicle.guidance.is_airborne


@pytest.mark.long
def test_landing_takes_its_time_and_the_detector_wavers(px4) -> None:
    _fly(px4, 8.0)
    assert px4.command(21) == 0
    down_s = px4.wait_for(lambda: not px4.vehicle.guidance.is_airborne, 30.0)
    assert down_s == pytest.approx(14.5, abs=2.0)
    rest_s = px4.wait_for(lambda: not px4.vehicle.armed, 15.0)
    assert rest_s == pytest.approx(10.2, abs=1.0)
    assert px4.vehicle.motion.impact_mps < 0.6


@pytest.mark.long
def test_a_mission_start_arms_by_itself_and_its_own_commands_are_acknowledged_for_all_to_hear(px4) -> None:
    _upload(px4, [*SQUARE, (20, 2, (0, 0, 0, 0), 0, 0, 0)])
    px4.forget()
    assert px4.command(300) == 0
    px4.bench.run(0.3)
    assert px4.texts()[:2] == ["Armed by mission start\t", "Executing Mission\t"]
    assert "Takeoff to 8.0 meters above home\t" in px4.texts()
    px4.wait_for(lambda: px4.vehicle.mode == RTL, 90.0)
    px4.wait_for(lambda: not px4.vehicle.armed, 120.0)
    px4.bench.run(1.5)
    own = [(m.command, m.result, m.target_component) for m in px4.all("COMMAND_ACK") if m.target_system == 1]
    assert own == [(178, 0, 1), (20, 0, 1)]
    reached = [m.seq for m in px4.all("MISSION_ITEM_REACHED")]
    assert sorted(set(reached)) == [0, 1, 2, 3]
    assert all(reached.count(seq) == 11 for seq in set(reached))
    assert _states(px4, "HEARTBEAT", "custom_mode") == [MISSION, RTL, HOLD]
    current = px4.last("MISSION_CURRENT")
    assert (current.total, current.mission_state, current.mission_mode) == (0, 0, 0)


@pytest.mark.long
def test_a_mission_without_an_end_loiters_and_hold_interrupts_it(px4) -> None:
    _upload(px4, SQUARE)
    assert px4.command(300) == 0
    px4.wait_for(lambda: px4.vehicle.guidance.mission.current == 2, 30.0)
    assert px4.px4_mode(4, 3) == 0
    px4.bench.run(4.0)
    assert abs(px4.vehicle.motion.velocity_north_mps) < 0.3
    assert px4.px4_mode(4, 4) == 0
    assert px4.vehicle.guidance.mission.current == 2
    px4.wait_for(lambda: "Mission finished, loitering\t" in px4.texts(), 60.0)
    assert px4.vehicle.mode == MISSION
    assert px4.vehicle.guidance.is_airborne


def test_a_mission_that_lands_ends_in_loiter(px4) -> None:
    _upload(px4, [*SQUARE[:3], (21, 6, (0, 0, 0, NAN), *NORTH_50, 0)])
    assert px4.command(300) == 0
    px4.wait_for(lambda: not px4.vehicle.armed, 120.0)
    assert "Mission finished, landed\t" in px4.texts()
    assert px4.vehicle.mode == HOLD
    assert _distance_m(px4, *NORTH_50) < 2.0


def test_a_mission_too_far_away_is_not_flown(px4) -> None:
    _upload(px4, [(16, 6, (0, 0, 0, NAN), 410140000, 397710000, 20)])
    assert px4.texts()[-1].startswith("First waypoint too far away: ")
    assert px4.command(300) == 2
    assert px4.px4_mode(4, 4) == 1


def test_a_take_off_without_a_place_is_one_off_africa(px4) -> None:
    _upload(px4, [(22, 6, (0, 0, 0, NAN), 0, 0, 8), *SQUARE[1:]])
    assert any(text.startswith("First waypoint too far away: ") for text in px4.texts())
    assert px4.command(300) == 2


def test_a_lost_station_is_only_missed_when_the_parameter_says_so(bench) -> None:
    for action, mode in ((0, HOLD), (2, RTL)):
        station = bench(flavours=("px4",), wind_mps=0.0, parameters={"NAV_DLL_ACT": action}).station()
        station.heartbeat()
        _fly_quickly(station)
        station.heartbeat()
        station.forget()
        station.bench.run(11.9)
        assert station.vehicle.mode == HOLD
        station.bench.run(1.2)
        assert (station.vehicle.mode, station.texts()) == (mode, [])
        assert station.last("HEARTBEAT").system_status == 4
        station.heartbeat()
        station.bench.run(0.1)
        assert station.texts() == ["Data link regained\t"]
        assert station.vehicle.mode == mode


def _fly_quickly(station) -> None:
    station.command(400, 1)
    station.command(22, 0, 0, 0, NAN, NAN, NAN, GROUND_AMSL_M + 3.0)
    station.wait_for(lambda: station.vehicle.mode == HOLD, 9.0)


def test_a_low_battery_is_told_and_the_mode_stays(px4) -> None:
    _fly(px4, 5.0)
    px4.bench.airfield.flight.set_charge(0, 0.12)
    px4.forget()
    px4.bench.run(3.0)
    said = px4.all("STATUSTEXT")
    assert [(m.text, m.severity) for m in said] == [("Low battery level, return advised\t", 2)]
    assert px4.last("BATTERY_STATUS").charge_state == 2
    assert (px4.vehicle.mode, px4.last("HEARTBEAT").system_status) == (HOLD, 4)


def test_without_sticks_a_mode_that_needs_them_ends_in_a_return(px4) -> None:
    _fly(px4, 5.0)
    px4.forget()
    assert px4.px4_mode(3) == 0
    px4.bench.run(1.7)
    assert px4.texts()[:2] == ["Failsafe enabled: No manual control stick input\t", "Failsafe mode activated\t"]
    beat = px4.last("HEARTBEAT")
    assert (beat.custom_mode, beat.system_status) == (RTL, 5)


def test_offboard_needs_setpoints_and_without_sticks_lands(px4) -> None:
    _fly(px4, 5.0)
    assert px4.px4_mode(6) == 1
    px4.send(px4.mav.set_position_target_local_ned_encode(0, 1, 1, 1, 0, *[0.0] * 11))
    assert px4.px4_mode(6) == 0
    px4.bench.run(1.1)
    assert px4.vehicle.mode == LAND


def test_a_lost_gps_brings_it_down(px4) -> None:
    _fly(px4, 5.0)
    px4.vehicle.lose_gps()
    px4.bench.run(9.5)
    assert px4.last("GPS_RAW_INT").fix_type == 0
    assert px4.vehicle.mode == LAND
    assert px4.last("HEARTBEAT").system_status == 5


@pytest.mark.long
def test_it_flies_and_rests_by_itself_like_the_others(bench) -> None:
    field = bench(flavours=("px4",), autofly=True, seed=4)
    vehicle = field.airfield.vehicle(1)
    field.run(30.0)
    assert (vehicle.mode, vehicle.guidance.is_airborne) == (MISSION, True)
    assert vehicle.plans[0].items[0].command == 22
    armings, was_armed, modes = 1, True, []
    while armings < 2:
        field.airfield.step()
        assert field.airfield.now_s < 700.0
        armings += vehicle.armed and not was_armed
        was_armed = vehicle.armed
        modes += [vehicle.mode] if modes[-1:] != [vehicle.mode] else []
    assert modes == [MISSION, RTL, HOLD]


def test_a_second_station_on_its_udp_port_is_not_served() -> None:
    plan = SquadronPlan(flavours=("px4",), link="udpin:127.0.0.1:0", ready=True)
    with Squadron(plan) as squadron, contextlib.ExitStack() as stack:
        vehicle, port = squadron.airfield.vehicles[0], squadron._ports[0]
        first, second = (stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2))
        for station in (first, second):
            station.bind(("127.0.0.1", 0))
            station.sendto(b"\0", port.address)
            select.select(port.sockets(), [], [], 5.0)
            port.read(port.sockets()[0], 0.0)
        assert len(vehicle.links) == 1


@pytest.mark.parametrize(
    ("fault", "text"),
    [("gps_loss", "Failsafe enabled: no global position\t"), ("battery_low", "Low battery level, return advised\t")],
)
@pytest.mark.long
def test_faults_of_the_others_befall_it_too(bench, fault: str, text: str) -> None:
    station = bench(flavours=("px4",), autofly=True, faults=(Fault.parse(f"{fault}:1@20+20"),)).station()
    station.bench.run(35.0)
    assert text in station.texts()


def test_it_restarts_when_the_power_fails(bench) -> None:
    station = bench(flavours=("px4",), faults=(Fault.parse("reboot:1@5"),)).station()
    station.bench.run(8.0)
    assert station.link.is_closed
    station.reconnect()
    station.forget()
    station.bench.run(1.0)
    assert (station.last("HEARTBEAT").custom_mode, station.last("HEARTBEAT").base_mode) == (MANUAL, 81)
    assert station.raw[0] == 0xFD
