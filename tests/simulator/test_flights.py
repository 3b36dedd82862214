# SPDX-License-Identifier: Apache-2.0
"""Whole flights without sockets: take-off, go-to, RTL, landing, missions, failsafes."""

from __future__ import annotations

import math

import pytest

ON_GROUND, IN_AIR, TAKEOFF, LANDING = 1, 2, 3, 4
NORTH_50 = (409944492, 397710000)
"""Fifty metres north of home, 1e-7 degrees."""


def _distance_m(station, x: int, y: int) -> float:
    spot = station.vehicle.field.spot(x * 1e-7, y * 1e-7, 0.0)
    return spot.distance_to(station.vehicle.position)


def _upload(station, items) -> None:
    """Upload (command, frame, params, x, y, z) behind an item 0."""
    full = [(16, 0, (0, 0, 0, 0), 0, 0, 0), *items]
    station.send(station.mav.mission_count_encode(1, 1, len(full), 0))
    for seq, (command, frame, params, x, y, z) in enumerate(full):
        station.send(station.mav.mission_item_int_encode(1, 1, seq, frame, command, 0, 1, *params, x, y, z, 0))
    assert station.last("MISSION_ACK").type == 0


def _landed_states(station) -> list[int]:
    states: list[int] = []
    for message in station.all("EXTENDED_SYS_STATE"):
        if not states or states[-1] != message.landed_state:
            states.append(message.landed_state)
    return states


def test_a_copter_takes_off_in_the_time_it_really_needs(copter) -> None:
    copter.command(511, 245, 50000)
    copter.mode(4)
    copter.command(400, 1)
    began_s = copter.bench.airfield.now_s
    assert copter.command(22, 0, 0, 0, 0, 0, 0, 20, wait_s=0.0) == 0
    off_s = copter.wait_for(lambda: copter.vehicle.height_home_m > 0.3, 3.0)
    assert 0.8 < off_s < 2.0
    copter.wait_for(lambda: copter.vehicle.height_home_m > 19.5, 15.0)
    assert 9.0 < copter.bench.airfield.now_s - began_s < 13.0
    copter.bench.run(3.0)
    assert _landed_states(copter) == [ON_GROUND, TAKEOFF, IN_AIR]
    shown_s = next(
        at_s for at_s, m in copter.heard if m.get_type() == "EXTENDED_SYS_STATE" and m.landed_state == TAKEOFF
    )
    assert shown_s - began_s == pytest.approx(0.35, abs=0.1)
    assert copter.last("HEARTBEAT").custom_mode == 4
    assert copter.last("HEARTBEAT").system_status == 4
    assert "EKF3 IMU0 MAG0 in-flight yaw alignment complete" in copter.texts()
    assert copter.vehicle.height_home_m == pytest.approx(20.0, abs=0.6)


@pytest.mark.long
def test_a_copter_flies_where_it_is_sent_comes_home_lands_and_disarms(copter) -> None:
    copter.command(511, 245, 100000)
    copter.take_off(12.0)
    copter.stream(5)
    copter.send(
        copter.mav.set_position_target_global_int_encode(0, 1, 1, 6, 0b110111111000, *NORTH_50, 12.0, *[0.0] * 8)
    )
    copter.bench.run(3.0)
    shown = copter.last("POSITION_TARGET_GLOBAL_INT")
    assert (shown.lat_int, shown.coordinate_frame) == (NORTH_50[0], 0)
    assert copter.last("ATTITUDE").pitch < -0.03
    copter.wait_for(lambda: _distance_m(copter, *NORTH_50) < 2.0, 20.0)
    assert max(m.groundspeed for m in copter.all("VFR_HUD")) > 5.0
    copter.forget()
    assert copter.mode(6) == 0
    copter.wait_for(lambda: copter.last("EXTENDED_SYS_STATE").landed_state == LANDING, 40.0)
    landing_s = copter.wait_for(lambda: not copter.vehicle.armed, 60.0)
    assert landing_s > 15.0
    assert "Disarming motors" in copter.texts()
    assert copter.vehicle.motion.impact_mps == pytest.approx(0.5, abs=0.1)
    assert _distance_m(copter, 409940000, 397710000) < 2.0
    copter.bench.run(1.2)
    beat = copter.last("HEARTBEAT")
    assert (beat.custom_mode, beat.base_mode, beat.system_status) == (6, 89, 3)
    assert copter.last("EXTENDED_SYS_STATE").landed_state == ON_GROUND


def test_land_from_ten_metres_takes_its_time(copter) -> None:
    copter.take_off(10.0)
    copter.bench.run(3.0)
    assert copter.command(21) == 0
    took_s = copter.wait_for(lambda: not copter.vehicle.guidance.is_airborne, 40.0)
    assert 17.0 < took_s < 28.0
    rest_s = copter.wait_for(lambda: not copter.vehicle.armed, 4.0)
    assert rest_s == pytest.approx(2.0, abs=0.2)
    assert copter.last("HEARTBEAT").custom_mode == 9


def test_a_new_speed_is_flown(copter) -> None:
    copter.take_off(10.0)
    far = (NORTH_50[0] + 50_000, NORTH_50[1])
    assert copter.command_int(192, 6, (-1, 1, 0, math.nan), *far, 10.0) == 0
    copter.bench.run(5.0)
    assert copter.command(178, 1, 2, -1) == 0
    copter.bench.run(4.0)
    motion = copter.vehicle.motion
    assert math.hypot(motion.velocity_north_mps, motion.velocity_east_mps) == pytest.approx(2.0, abs=0.9)


def test_yaw_is_slow(copter) -> None:
    copter.take_off(5.0)
    copter.bench.run(2.0)
    start = copter.vehicle.motion.yaw_rad
    assert copter.command(115, math.degrees(start) % 360 + 90, 0, 1, 0) == 0
    copter.bench.run(4.0)
    turned = math.degrees(copter.vehicle.motion.yaw_rad - start) % 360
    assert 15.0 < turned < 40.0


def test_a_copter_flies_a_mission_to_the_end(copter) -> None:
    _upload(
        copter,
        [
            (22, 3, (0, 0, 0, 0), 0, 0, 8),
            (178, 0, (1, 8, -1, 0), 0, 0, 0),
            (16, 3, (1, 0, 0, 0), *NORTH_50, 8),
            (16, 3, (0, 0, 0, 0), NORTH_50[0], NORTH_50[1] + 3000, 10),
            (177, 0, (3, 1, 0, 0), 0, 0, 0),
            (18, 3, (1, 0, 5, 0), NORTH_50[0], NORTH_50[1], 8),
            (20, 0, (0, 0, 0, 0), 0, 0, 0),
        ],
    )
    copter.mode(4)
    assert copter.command(400, 1) == 0
    copter.forget()
    copter.stream(5, group=2)
    assert copter.command(300) == 0
    copter.bench.run(1.0)
    assert copter.last("MISSION_CURRENT").mission_state == 3
    copter.wait_for(lambda: not copter.vehicle.armed, 160.0)
    copter.bench.run(0.5)
    reached = [m.seq for m in copter.all("MISSION_ITEM_REACHED")]
    assert reached == [2, 3, 5, 3, 5, 6]
    texts = [text for text in copter.texts() if text.startswith(("Mission", "Reached"))]
    assert texts == [
        "Mission: 1 Takeoff",
        "Mission: 2 ChangeSpeed",
        "Mission: 3 WP",
        "Reached command #3",
        "Mission: 4 WP",
        "Reached command #4",
        "Mission: 3 WP",
        "Reached command #3",
        "Mission: 4 WP",
        "Reached command #4",
        "Mission: 6 LoitTurns",
        "Reached command #6",
        "Mission: 7 RTL",
    ]
    assert copter.last("HEARTBEAT").custom_mode == 3
    assert copter.last("MISSION_CURRENT").mission_state == 5
    assert copter.last("MISSION_CURRENT").total == 7


def test_auto_waits_on_the_ground_until_the_mission_is_started(copter) -> None:
    _upload(copter, [(22, 3, (0, 0, 0, 0), 0, 0, 8), (16, 3, (0, 0, 0, 0), *NORTH_50, 8)])
    copter.mode(4)
    copter.command(400, 1)
    assert copter.mode(3) == 0
    copter.bench.run(3.0)
    assert not copter.vehicle.guidance.is_airborne
    assert copter.command(300) == 0
    copter.wait_for(lambda: copter.vehicle.guidance.is_airborne, 4.0)


def test_guided_interrupts_a_mission_and_auto_resumes_it(copter) -> None:
    _upload(
        copter,
        [(22, 3, (0, 0, 0, 0), 0, 0, 6), (16, 3, (0, 0, 0, 0), *NORTH_50, 6), (17, 3, (0, 0, 0, 0), *NORTH_50, 9)],
    )
    copter.mode(4)
    copter.command(400, 1)
    copter.command(300)
    copter.wait_for(lambda: copter.vehicle.guidance.mission.current == 2, 20.0)
    copter.mode(4)
    copter.bench.run(3.0)
    here = copter.vehicle.position
    copter.bench.run(2.0)
    assert copter.vehicle.position.distance_to(here) < 1.0
    copter.mode(3)
    assert copter.vehicle.guidance.mission.current == 2
    copter.wait_for(lambda: copter.vehicle.guidance.mission.current == 3, 30.0)


def test_pause_and_continue(copter) -> None:
    _upload(copter, [(22, 3, (0, 0, 0, 0), 0, 0, 6), (16, 3, (0, 0, 0, 0), *NORTH_50, 6)])
    copter.mode(4)
    copter.command(400, 1)
    copter.command(300)
    copter.wait_for(lambda: copter.vehicle.guidance.mission.current == 2, 20.0)
    copter.bench.run(2.0)
    assert copter.command(193, 0) == 0
    copter.bench.run(4.0)
    assert abs(copter.vehicle.motion.velocity_north_mps) < 0.3
    assert copter.vehicle.mode == 3
    assert copter.command(193, 1) == 0
    copter.wait_for(lambda: _distance_m(copter, *NORTH_50) < 3.0, 20.0)


@pytest.mark.long
def test_a_plane_takes_off_by_mode_and_circles(plane) -> None:
    plane.stream(5)
    assert plane.mode(13) == 0
    assert plane.command(400, 1) == 0
    took_s = plane.wait_for(lambda: plane.vehicle.height_home_m > 45.0, 40.0)
    assert 10.0 < took_s < 25.0
    assert any(text.startswith("Takeoff to 50m for 200.0m heading") for text in plane.texts())
    assert "Triggered AUTO. GPS speed = 0.0" in plane.texts()
    plane.bench.run(30.0)
    assert plane.vehicle.mode == 13
    assert abs(math.degrees(plane.last("ATTITUDE").roll)) > 15.0
    assert plane.vehicle.height_home_m == pytest.approx(50.0, abs=6.0)
    plane.mode(12)
    centre = plane.vehicle.guidance.target
    plane.bench.run(40.0)
    assert centre.distance_to(plane.vehicle.position) == pytest.approx(60.0, abs=12.0)
    assert plane.command(400, 0) == 4


@pytest.mark.long
def test_a_plane_flies_a_mission_lands_and_disarms_late(plane) -> None:
    places = [
        (409985000, 397710000, 80),
        (409985000, 397770000, 80),
        (409870000, 397730000, 60),
        (409885000, 397722000, 40),
    ]
    _upload(
        plane,
        [
            (22, 3, (15, 0, 0, 0), 0, 0, 50),
            *[(16, 3, (0, 0, 0, 0), x, y, z) for x, y, z in places],
            (21, 3, (0, 0, 0, 0), 409935000, 397711000, 0),
        ],
    )
    assert plane.command(400, 1) == 0
    assert plane.mode(10) == 0
    plane.wait_for(lambda: "Landing approach start" in " ".join(plane.texts()), 250.0)
    plane.wait_for(lambda: not plane.vehicle.armed, 120.0)
    assert [m.seq for m in plane.all("MISSION_ITEM_REACHED")] == [1, 2, 3, 4, 5]
    texts = plane.texts()
    assert "Mission: 6 Land" in texts
    assert texts[-3:-1] == ["Throttle disarmed", "Auto disarmed"]
    assert plane.vehicle.motion.impact_mps < 1.5
    assert _distance_m(plane, 409935000, 397711000) < 60.0


def test_a_plane_circles_home_in_rtl_and_never_lands(plane) -> None:
    plane.mode(13)
    plane.command(400, 1)
    plane.wait_for(lambda: plane.vehicle.height_home_m > 45.0, 40.0)
    assert plane.mode(11) == 0
    plane.bench.run(60.0)
    assert plane.vehicle.guidance.is_airborne
    assert plane.vehicle.height_home_m == pytest.approx(100.0, abs=8.0)
    assert plane.vehicle.home.distance_to(plane.vehicle.position) < 80.0


def test_home_moved_in_the_air_moves_the_zero_of_the_height(copter) -> None:
    copter.take_off(10.0)
    copter.bench.run(3.0)
    assert copter.command(179, 1) == 0
    copter.stream(5, group=6)
    copter.bench.run(0.5)
    assert copter.last("GLOBAL_POSITION_INT").relative_alt == pytest.approx(0, abs=300)


@pytest.mark.long
def test_the_demo_flies_and_rests_by_itself(bench) -> None:
    field = bench(vehicles=2, flavours=("copter", "plane"), autofly=True, seed=4)
    stations = [field.station(system) for system in (1, 2)]
    field.run(50.0)
    assert all(station.vehicle.guidance.is_airborne for station in stations)
    assert [station.vehicle.mode for station in stations] == [3, 10]
    stations[0].wait_for(lambda: "Disarming motors" in stations[0].texts(), 420.0)
    armings = stations[0].texts().count("Arming motors")
    stations[0].wait_for(lambda: stations[0].texts().count("Arming motors") > armings, 70.0)


@pytest.mark.parametrize(("order", "flies_again"), [(None, True), ((511, 30, 200_000), True), ((21,), False)])
@pytest.mark.long
def test_who_was_told_to_land_does_not_take_off_again(bench, order: tuple | None, flies_again: bool) -> None:
    field = bench(vehicles=1, flavours=("copter",), autofly=True, seed=4)
    station = field.station(1)
    field.run(30.0)
    assert station.vehicle.guidance.is_airborne
    if order is not None:
        station.command(*order)
    station.wait_for(lambda: "Disarming motors" in station.texts(), 420.0)
    armings = station.texts().count("Arming motors")
    field.run(90.0)
    assert (station.texts().count("Arming motors") > armings) is flies_again


def test_who_was_told_to_reboot_does_not_take_off_again_either(bench) -> None:
    field = bench(vehicles=1, flavours=("copter",), autofly=True, seed=4)
    assert field.station().command(246, 1) == 0
    field.run(60.0)
    vehicle = field.airfield.vehicle(1)
    assert vehicle.home is not None
    assert not vehicle.armed
