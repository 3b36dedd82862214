# SPDX-License-Identifier: Apache-2.0
"""Every row: what was asked, what ArduPilot 4.5.7 answered, what it said."""

from __future__ import annotations

import pytest

NAN = float("nan")
ACCEPTED, DENIED, UNSUPPORTED, FAILED, IN_PROGRESS = 0, 2, 3, 4, 5

ON_THE_GROUND = [
    ("take-off disarmed", "copter", (22, 0, 0, 0, 0, 0, 0, 10), FAILED, []),
    ("take-off disarmed", "plane", (22, 0, 0, 0, 0, 0, 0, 10), FAILED, []),
    ("land", "copter", (21,), ACCEPTED, []),
    ("land without a landing in the mission", "plane", (21,), UNSUPPORTED, []),
    ("return", "copter", (20,), ACCEPTED, []),
    ("return", "plane", (20,), ACCEPTED, []),
    ("loiter", "copter", (17,), ACCEPTED, []),
    ("unknown mode", "copter", (176, 1, 99), FAILED, ["No such mode 99"]),
    ("mode without the custom flag", "copter", (176, 0, 4), DENIED, []),
    ("AUTO without a mission", "copter", (176, 1, 3), ACCEPTED, []),
    ("AUTO without a mission", "plane", (176, 1, 10), ACCEPTED, ["Mission complete, changing mode to RTL"]),
    ("RTL while disarmed", "copter", (176, 129, 6), ACCEPTED, []),
    ("reposition by COMMAND_LONG", "copter", (192,), UNSUPPORTED, []),
    ("yaw", "copter", (115, 90, 10, 1, 0), ACCEPTED, []),
    ("yaw", "plane", (115, 90, 10, 1, 0), UNSUPPORTED, []),
    ("change altitude", "copter", (186, 20), UNSUPPORTED, []),
    ("orbit", "copter", (34,), UNSUPPORTED, []),
    ("speed in STABILIZE", "copter", (178, 1, 5, -1), FAILED, []),
    ("speed", "plane", (178, 0, 18, -1), ACCEPTED, ["Set airspeed 18 m/s"]),
    ("home here", "copter", (179, 1), ACCEPTED, []),
    ("home nowhere", "copter", (179, 0), ACCEPTED, []),
    ("region of interest", "copter", (195, 0, 0, 0, 0, 40.99, 39.77, 10), ACCEPTED, []),
    ("no region of interest", "copter", (197,), ACCEPTED, []),
    ("mission start without one", "copter", (300,), ACCEPTED, ["PreArm: Mode requires mission"]),
    ("pause on the ground", "copter", (193, 0), FAILED, ["Failed to pause"]),
    ("pause", "plane", (193, 0), UNSUPPORTED, []),
    ("free servo", "copter", (183, 9, 1700), ACCEPTED, []),
    ("a motor's channel", "copter", (183, 1, 1700), FAILED, ["ServoRelayEvent: Channel 1 is already in use"]),
    ("servo 99", "copter", (183, 99, 1700), FAILED, []),
    ("calibrate nothing", "copter", (241,), UNSUPPORTED, []),
    ("calibrate the compass by 241", "copter", (241, 0, 1), UNSUPPORTED, []),
    ("calibrate the barometer", "copter", (241, 0, 0, 1), IN_PROGRESS, []),
    ("run checks", "copter", (401,), ACCEPTED, []),
    ("capabilities", "copter", (520, 1), ACCEPTED, []),
    ("protocol version", "copter", (519, 1), UNSUPPORTED, []),
    ("mission item 99", "copter", (224, 99), DENIED, []),
    ("landing without one", "plane", (189,), FAILED, ["Unable to start landing sequence"]),
    ("a mode of quadplanes", "plane", (176, 1, 19), FAILED, ["Q_ENABLE 0"]),
    ("the first relay", "copter", (181, 0, 1), ACCEPTED, []),
    ("a relay nobody set up", "copter", (181, 5, 1), FAILED, []),
    ("a relay that can't be", "plane", (181, 99, 1), FAILED, []),
    ("gripper", "copter", (211, 1, 0), FAILED, []),
    ("shutter without a camera", "copter", (203, 0, 0, 0, 0, 1), ACCEPTED, []),
    ("trigger distance without a camera", "plane", (206, 5), ACCEPTED, []),
    ("picture without a camera", "copter", (2000, 0, 0, 1), FAILED, []),
    ("video without a camera", "plane", (2500, 0, 1), FAILED, []),
    ("gimbal that isn't there", "copter", (1000, -30), FAILED, []),
    ("guided speed of a copter", "copter", (43000, 0, 5), UNSUPPORTED, []),
    ("guided speed outside GUIDED", "plane", (43000, 0, 15), FAILED, []),
    ("guided height outside GUIDED", "plane", (43001, 0, 0, 0, 0, 0, 0, 60), FAILED, []),
    ("guided heading outside GUIDED", "plane", (43002, 0, 90), FAILED, []),
    ("an airspeed it can't fly", "plane", (178, 0, 90, -1), FAILED, []),
    ("the usual airspeed", "plane", (178, 0, -2, -1), ACCEPTED, []),
    ("ground speed", "plane", (178, 1, 12, -1), ACCEPTED, ["Set groundspeed 12"]),
    ("unknown command", "copter", (31999,), UNSUPPORTED, []),
    ("unknown command", "plane", (65000,), UNSUPPORTED, []),
    ("command 0", "copter", (0,), UNSUPPORTED, []),
    ("arm with 2", "copter", (400, 2), UNSUPPORTED, []),
    ("disarm while disarmed", "copter", (400, 0), ACCEPTED, []),
    ("interval of ATTITUDE", "copter", (511, 30, 100000), ACCEPTED, []),
    ("interval of HEARTBEAT", "copter", (511, 0, 500000), ACCEPTED, []),
    ("interval of ALTITUDE", "copter", (511, 141, 100000), DENIED, ["No ap_message for mavlink id (141)"]),
    ("interval of 9999", "copter", (511, 9999, 100000), DENIED, ["No ap_message for mavlink id (9999)"]),
    ("message nobody has", "copter", (512, 300), FAILED, []),
    ("camera, promised and not sent", "copter", (512, 259), ACCEPTED, []),
]


@pytest.mark.parametrize(
    ("flavour", "asked", "result", "texts"),
    [row[1:] for row in ON_THE_GROUND],
    ids=[f"{row[1]}: {row[0]}" for row in ON_THE_GROUND],
)
def test_on_the_ground(request, flavour: str, asked: tuple[float, ...], result: int, texts: list[str]) -> None:
    station = request.getfixturevalue(flavour)
    assert station.command(int(asked[0]), *asked[1:]) == result
    assert station.texts() == texts


@pytest.mark.parametrize("mode", [6, 9, 17, 3])
def test_arming_is_refused_in_a_mode_that_forbids_it(copter, mode: int) -> None:
    name = {6: "RTL", 9: "LAND", 17: "BRAKE", 3: "AUTO"}[mode]
    assert copter.mode(mode) == ACCEPTED
    assert copter.command(400, 1) == FAILED
    assert copter.texts() == [f"Arm: {name} mode not armable"]
    assert copter.all("STATUSTEXT")[0].severity == 2


def test_arming_too_early_is_refused_with_every_reason(bench) -> None:
    station = bench(ready=False).station()
    station.bench.run(2.85)
    station.mode(4)
    station.forget()
    assert station.command(400, 1, wait_s=0.0) == FAILED
    assert [text for text in station.texts() if text.startswith("Arm: ")] == [
        "Arm: Need Alt Estimate",
        "Arm: Accels inconsistent",
        "Arm: EKF attitude is bad",
        "Arm: Compass not healthy",
        "Arm: AHRS: waiting for home",
        "Arm: Battery 1 unhealthy",
    ]
    station.bench.run(21.5)
    assert station.command(400, 1) == FAILED
    assert station.texts()[-1] == "Arm: Need Position Estimate"
    station.mode(0)
    assert station.command(400, 1) == ACCEPTED


def test_a_plane_refuses_while_it_initialises_its_sensors(bench) -> None:
    station = bench(ready=False, flavours=("plane",)).station()
    station.bench.run(3.0)
    station.forget()
    assert station.command(400, 1, wait_s=0.0) == FAILED
    assert station.texts() == [
        "Arm: Airspeed 1 not healthy",
        "Arm: AHRS: waiting for home",
        "Arm: Gyros inconsistent",
    ]


def test_arming_is_acknowledged_said_and_shown_by_the_next_heartbeat(copter) -> None:
    assert copter.command(400, 1, wait_s=0.0) == ACCEPTED
    assert copter.texts() == ["Arming motors"]
    copter.bench.run(1.0)
    assert copter.last("HEARTBEAT").base_mode == 81 | 128
    assert copter.command(400, 1) == ACCEPTED
    assert copter.command(400, 0) == ACCEPTED
    assert copter.texts() == ["Arming motors", "Disarming motors"]


def test_the_published_magic_does_not_override_a_check_and_the_other_one_does(copter) -> None:
    copter.command(42424, 0)
    copter.command(42426, 0)
    copter.mode(4)
    assert copter.command(400, 1, 21196) == FAILED
    assert copter.texts() == ["Arm: Compass calibrated requires reboot"]
    assert copter.command(400, 1, 2989) == ACCEPTED


def test_in_the_air(copter) -> None:
    copter.take_off(5.0)
    copter.bench.run(4.0)
    copter.forget()
    assert copter.command(400, 0) == FAILED
    assert copter.command(22, 0, 0, 0, 0, 0, 0, 10) == FAILED
    assert copter.texts() == []
    assert copter.command(246, 1) == FAILED
    assert copter.command(241, 1) == FAILED
    assert copter.mode(3) == FAILED
    assert copter.command(300) == FAILED
    assert copter.texts() == [
        "Disarm to allow calibration",
        "Mode change to AUTO failed: init failed",
        "Mode change to AUTO failed: init failed",
    ]
    assert copter.command(178, 1, 2, -1) == ACCEPTED
    assert copter.command(178, 1, -5, -1) == FAILED
    assert copter.command(193, 0) == ACCEPTED
    assert copter.mode(17) == ACCEPTED
    assert copter.command(178, 1, 5, -1) == FAILED
    assert copter.command(400, 0, 21196) == ACCEPTED
    copter.wait_for(lambda: not copter.vehicle.guidance.is_airborne, 10.0)
    assert copter.vehicle.motion.impact_mps > 5.0


def test_reposition_enters_guided_even_on_the_ground(copter) -> None:
    place = (409950000, 397710000, 20.0)
    assert copter.command_int(192, 6, (-1, 0, 0, NAN), *place) == DENIED
    assert copter.command_int(192, 42, (-1, 1, 0, NAN), *place) == DENIED
    assert copter.texts() == ["Unknown mavlink coordinate frame 42"]
    assert copter.command_int(192, 6, (-1, 1, 0, NAN), *place) == ACCEPTED
    assert copter.last("HEARTBEAT").custom_mode == 4
    assert copter.command_int(192, 6, (-1, 0, 0, NAN), 500000000, 397710000, 20.0) == ACCEPTED


@pytest.mark.parametrize(("x", "y"), [(0, 0), (2**31 - 1, 2**31 - 1)])
@pytest.mark.parametrize("flavour", ["copter", "plane"])
def test_a_reposition_to_nowhere_is_denied_and_the_mode_stays(request, flavour: str, x: int, y: int) -> None:
    station = request.getfixturevalue(flavour)
    assert station.command_int(192, 6, (-1, 1, 0, NAN), x, y, 15.0) == DENIED
    assert station.vehicle.mode == 0


def test_a_refusal_longer_than_a_text_comes_in_numbered_pieces(copter) -> None:
    for number in (1, 2):
        copter.forget()
        assert copter.command(189) == FAILED
        assert [(m.text, m.id, m.chunk_seq) for m in copter.all("STATUSTEXT")] == [
            ("Unable to start landing sequence", 0, 0),
            ("Mode change to AUTO RTL failed: No landing sequenc", number, 0),
            ("e found", number, 1),
        ]


def test_a_plane_takes_no_take_off_by_command_and_denies_the_integer_one(plane) -> None:
    assert plane.command_int(22, 3, (0, 0, 0, 0), 0, 0, 50.0) == DENIED
    assert plane.command(22, 0, 0, 0, 0, 0, 0, 50) == FAILED


def test_a_height_above_unknown_terrain_is_accepted_and_leads_into_the_ground(copter) -> None:
    copter.take_off(10.0)
    assert copter.command_int(192, 11, (-1, 1, 0, NAN), 409940000, 397710000, 15.0) == ACCEPTED
    copter.wait_for(lambda: not copter.vehicle.guidance.is_airborne, 15.0)
    assert copter.vehicle.motion.impact_mps == pytest.approx(1.5, abs=0.2)


def test_a_plane_in_a_mode_that_can_not_be_armed_in_is_unhealthy_and_says_why(plane) -> None:
    plane.mode(11)
    plane.bench.run(31.0)
    assert "PreArm: RTL mode not armable" in plane.texts()
    assert not plane.last("SYS_STATUS").onboard_control_sensors_health & 1 << 28


def test_a_guided_plane_tells_its_place_as_if_it_were_an_item(plane) -> None:
    assert plane.mode(15) == ACCEPTED
    assert [m.seq for m in plane.all("MISSION_ITEM_REACHED")] == [0]


def test_a_gripper_that_is_switched_on_works_without_a_reboot(bench) -> None:
    station = bench(parameters={"GRIP_ENABLE": 1, "CAM1_TYPE": 1}).station()
    assert station.command(211, 1, 1) == ACCEPTED
    assert station.command(2000, 0, 0, 1) == ACCEPTED


def test_a_guided_plane_is_steered_by_speed_height_and_heading(plane) -> None:
    plane.mode(13)
    plane.command(400, 1)
    plane.wait_for(lambda: plane.vehicle.height_home_m > 45.0, 40.0)
    plane.mode(15)
    assert plane.command(43000, 1, 15) == DENIED
    assert plane.command(43000, 0, 90) == DENIED
    assert plane.command(43000, 0, 16) == ACCEPTED
    assert plane.command_int(43001, 6, (0, 0, 0, 0), 0, 0, 60.0) == DENIED
    assert plane.command_int(43001, 3, (0, 0, 0, 0), 0, 0, -1.0) == DENIED
    assert plane.command_int(43001, 3, (0, 0, 0, 0), 0, 0, 70.0) == ACCEPTED
    assert plane.command(43002, 0, 400) == DENIED
    assert plane.command(43002, 0, 90) == ACCEPTED
    plane.bench.run(25.0)
    motion = plane.vehicle.motion
    assert motion.velocity_east_mps == pytest.approx(16.0, abs=1.5)
    assert abs(motion.velocity_north_mps) < 1.5
    assert plane.vehicle.height_home_m == pytest.approx(70.0, abs=4.0)


def test_a_plane_takes_a_reposition_only_with_the_mode_change(plane) -> None:
    place = (409950000, 397710000, 80.0)
    assert plane.command_int(192, 6, (-1, 0, 0, NAN), *place) == FAILED
    assert plane.command_int(192, 6, (-1, 1, 0, NAN), *place) == ACCEPTED
    assert plane.command_int(43001, 6, (0, 0, 0, 0), 0, 0, 60.0) == DENIED


def test_any_component_and_system_zero_are_answered_and_nobody_else(copter) -> None:
    for system, component, answers in [(1, 0, 1), (1, 42, 1), (1, 190, 1), (0, 1, 1), (99, 1, 0)]:
        copter.forget()
        copter.send(copter.mav.command_long_encode(system, component, 401, 0, *[0.0] * 7))
        acks = copter.all("COMMAND_ACK")
        assert len(acks) == answers
        assert all((ack.target_system, ack.get_srcComponent()) == (255, 1) for ack in acks)


def test_the_same_command_twice_has_two_acks_in_order(copter) -> None:
    packets = [copter.mav.command_long_encode(1, 1, number, 0, *[0.0] * 7) for number in (401, 401, 520, 34)]
    data = b"".join(packet.pack(copter.mav) for packet in packets)
    copter.vehicle.receive(copter.link, data, copter.bench.airfield.now_s)
    copter.listen()
    assert [(ack.command, ack.result) for ack in copter.all("COMMAND_ACK")] == [
        (401, 0),
        (401, 0),
        (520, 0),
        (34, 3),
    ]


def test_the_old_mode_message_is_answered_as_command_11(copter) -> None:
    copter.send(copter.mav.set_mode_encode(1, 1, 4))
    ack = copter.last("COMMAND_ACK")
    assert (ack.command, ack.result) == (11, 0)
    assert copter.last("HEARTBEAT").custom_mode == 4


def test_a_new_mode_is_shown_at_once_behind_its_ack(copter) -> None:
    copter.bench.run(0.5)
    copter.forget()
    copter.send(copter.mav.command_long_encode(1, 1, 176, 0, 1, 4, 0, 0, 0, 0, 0))
    assert [message.get_type() for _, message in copter.heard] == ["COMMAND_ACK", "HEARTBEAT"]
    assert (copter.last("HEARTBEAT").base_mode, copter.last("HEARTBEAT").custom_mode) == (89, 4)


@pytest.mark.parametrize(
    ("flavour", "asked", "expected"),
    [
        ("copter", (241, 1), [(0.525, 0)]),
        ("copter", (241, 0, 0, 1), [(0.0, 5), (0.078, 0)]),
        ("plane", (241, 0, 0, 1), [(0.0, 5), (0.8, 5), (1.8, 0)]),
        ("copter", (241, 0, 0, 0, 0, 2), [(1.08, 0)]),
    ],
)
def test_a_calibration_answers_when_it_is_done(request, flavour, asked, expected) -> None:
    station = request.getfixturevalue(flavour)
    station.send(station.mav.command_long_encode(1, 1, 241, 0, *asked[1:], *[0.0] * (8 - len(asked))))
    station.bench.run(2.0)
    acks = [(at_s, m.result) for at_s, m in station.heard if m.get_type() == "COMMAND_ACK"]
    assert [result for _, result in acks] == [result for _, result in expected]
    for (at_s, _), (wanted_s, _) in zip(acks, expected, strict=True):
        assert at_s == pytest.approx(wanted_s, abs=0.03)


def test_a_requested_message_follows_its_ack(copter) -> None:
    copter.bench.run(0.1)
    copter.forget()
    assert copter.command(512, 30) == ACCEPTED
    assert [m.get_type() for _, m in copter.heard if m.get_type() != "HEARTBEAT"] == [
        "COMMAND_ACK",
        "ATTITUDE",
    ]


@pytest.mark.parametrize("asked", [(410,), (512, 242)])
def test_home_comes_when_asked(copter, asked) -> None:
    copter.bench.run(0.1)
    copter.forget()
    assert copter.command(*asked) == ACCEPTED
    assert copter.last("HOME_POSITION").latitude == 409940000


def test_an_idle_copter_disarms_itself_and_a_plane_does_not(copter, plane) -> None:
    for station in (copter, plane):
        station.command(400, 1)
    assert copter.wait_for(lambda: not copter.vehicle.armed, 11.0) == pytest.approx(10.2, abs=0.3)
    assert copter.texts() == ["Arming motors", "Disarming motors"]
    plane.bench.run(25.0)
    assert plane.vehicle.armed
    assert plane.command(400, 0) == ACCEPTED
    assert plane.texts() == ["Throttle armed", "Throttle disarmed"]
