# SPDX-License-Identifier: Apache-2.0
"""Every row: what was asked, what a PX4 between 1.13 and 1.14 answered, what it said."""

from __future__ import annotations

import math

import pytest

NAN = float("nan")
ACCEPTED, TEMPORARILY_REJECTED, DENIED, UNSUPPORTED, FAILED = 0, 1, 2, 3, 4
MANUAL, HOLD, TAKEOFF, RTL, LAND = 0x10000, 0x03040000, 0x02040000, 0x05040000, 0x06040000
ORBIT, POSCTL, OFFBOARD = 0x01030000, 0x30000, 0x60000
GROUND_AMSL_M = 80.0

ON_THE_GROUND = [
    ("return", (20,), ACCEPTED, ["Returning to launch\t", "RTL HOME activated\t"]),
    ("land", (21,), ACCEPTED, ["Landing at current position\t"]),
    ("take-off disarmed", (22, 0, 0, 0, NAN, NAN, NAN, 95), ACCEPTED, []),
    ("mode without a known main", (176, 1, 9), ACCEPTED, []),
    ("mode without the custom flag", (176, 0, 4, 3), ACCEPTED, []),
    ("unknown auto mode", (176, 1, 4, 99), TEMPORARILY_REJECTED, ["Unsupported auto mode\t"]),
    ("auto without a sub-mode", (176, 1, 4, 0), TEMPORARILY_REJECTED, []),
    ("MISSION without one", (176, 1, 4, 4), TEMPORARILY_REJECTED, []),
    ("OFFBOARD without setpoints", (176, 1, 6), TEMPORARILY_REJECTED, []),
    ("RTL while disarmed", (176, 129, 4, 5), ACCEPTED, ["RTL HOME activated\t"]),
    ("reposition by COMMAND_LONG", (192, -1, 1, 0, NAN, 40.995, 39.771, 95), ACCEPTED, []),
    ("speed", (178, 1, 5, -1), ACCEPTED, []),
    ("a negative speed", (178, 1, -5, -1), ACCEPTED, []),
    ("orbit", (34, 20, 3, 0, 0, NAN, NAN, NAN), ACCEPTED, []),
    ("home here", (179, 1), ACCEPTED, []),
    ("home nowhere", (179, 0), ACCEPTED, []),
    ("home at no number", (179, 0, 0, 0, 0, NAN, NAN, NAN), DENIED, []),
    ("region of interest", (195, 0, 0, 0, 0, 40.99, 39.77, 90), ACCEPTED, []),
    ("no region of interest", (197,), ACCEPTED, []),
    ("mission start without one", (300,), DENIED, ["Mission start denied! No valid mission\t"]),
    ("pause", (193, 0), UNSUPPORTED, []),
    ("yaw", (115, 90, 10, 1, 0), UNSUPPORTED, []),
    ("change altitude", (186, 20), UNSUPPORTED, []),
    ("servo", (183, 9, 1700), UNSUPPORTED, []),
    ("relay", (181, 0, 1), UNSUPPORTED, []),
    ("gripper", (211, 1, 1), UNSUPPORTED, []),
    ("take a picture", (2000, 0, 0, 1), UNSUPPORTED, []),
    ("trigger a camera that isn't there", (203, 0, 0, 0, 0, 1), None, []),
    ("reboot", (246, 1), DENIED, []),
    ("run checks", (401,), UNSUPPORTED, []),
    ("mission item", (224, 2), UNSUPPORTED, []),
    ("calibrate nothing", (241,), ACCEPTED, []),
    ("protocol version", (519, 1), ACCEPTED, []),
    ("capabilities", (520, 1), ACCEPTED, []),
    ("home position", (410,), ACCEPTED, []),
    ("unknown command", (31999,), UNSUPPORTED, []),
    ("unknown command", (65000,), UNSUPPORTED, []),
    ("command 0", (0,), None, []),
    ("arm with 2", (400, 2), None, ["Unsupported ARM_DISARM param: 2.000\t"]),
    ("disarm while disarmed", (400, 0), ACCEPTED, []),
    *[(f"interval of {n}", (511, n, 100000), ACCEPTED, []) for n in (24, 30, 33, 62, 87, 105, 141, 147, 230, 242, 245)],
    *[(f"interval of {n}", (511, n, 100000), FAILED, []) for n in (0, 29, 42, 66, 9999)],
    ("interval of what is unknown", (510, 9999), ACCEPTED, []),
    ("message nobody has", (512, 193), DENIED, []),
    ("camera information", (512, 259), DENIED, []),
    ("version", (512, 148), ACCEPTED, []),
]


@pytest.mark.parametrize(
    ("asked", "result", "texts"), [row[1:] for row in ON_THE_GROUND], ids=[row[0] for row in ON_THE_GROUND]
)
def test_on_the_ground(px4, asked: tuple[float, ...], result: int | None, texts: list[str]) -> None:
    assert px4.command(int(asked[0]), *asked[1:]) == result
    assert px4.texts() == texts


@pytest.mark.parametrize(
    ("main", "sub", "shown", "base"),
    [
        (1, 0, MANUAL, 81),
        (3, 0, POSCTL, 81),
        (3, 1, POSCTL, 81),
        (4, 5, RTL, 29),
        (4, 6, LAND, 29),
        (7, 0, 0x70000, 81),
    ],
)
def test_a_new_mode_waits_for_the_next_heartbeat(px4, main: int, sub: int, shown: int, base: int) -> None:
    px4.bench.run(1.0 - px4.bench.airfield.now_s % 1.0 + 0.2)
    px4.forget()
    assert px4.px4_mode(main, sub) == ACCEPTED
    assert not px4.all("HEARTBEAT")
    px4.bench.run(1.0)
    beat = px4.last("HEARTBEAT")
    assert (beat.custom_mode, beat.base_mode, beat.autopilot, beat.type) == (shown, base, 12, 2)


def test_the_old_mode_message_is_answered_as_command_176(px4) -> None:
    px4.send(px4.mav.set_mode_encode(1, 1, RTL))
    ack = px4.last("COMMAND_ACK")
    assert (ack.command, ack.result) == (176, 0)
    assert px4.vehicle.mode == RTL


def test_arming_is_refused_without_a_prefix_one_text_after_the_other(bench) -> None:
    station = bench(ready=False, flavours=("px4",)).station()
    station.bench.run(5.0)
    station.forget()
    assert station.command(400, 1, wait_s=0.0) == TEMPORARILY_REJECTED
    station.bench.run(0.2)
    said = [(at_s, m.text, m.severity) for at_s, m in station.heard if m.get_type() == "STATUSTEXT"]
    assert [row[1:] for row in said] == [("Attitude invalid", 2), ("Manual control unavailable", 2)]
    assert said[1][0] - said[0][0] == pytest.approx(0.052, abs=0.02)
    station.bench.run(4.5)
    station.forget()
    assert station.command(400, 1) == TEMPORARILY_REJECTED
    assert station.texts() == ["Manual control unavailable"]


@pytest.mark.parametrize("mode", [5, 6])
def test_arming_is_refused_in_a_mode_that_does_not_take_off(px4, mode: int) -> None:
    px4.px4_mode(4, mode)
    px4.forget()
    assert px4.command(400, 1) == TEMPORARILY_REJECTED
    assert px4.texts() == ["Mode not suitable for takeoff"]
    assert px4.command(400, 1, 21196) == ACCEPTED


def test_arming_is_acknowledged_then_said_and_shown_active(px4) -> None:
    px4.send(px4.mav.command_long_encode(1, 1, 400, 0, 1, 0, 0, 0, 0, 0, 0))
    assert px4.last("COMMAND_ACK").result == ACCEPTED
    assert px4.texts() == []
    px4.bench.run(1.02)
    assert px4.texts()[0] == "Armed by external command\t"
    beat = px4.last("HEARTBEAT")
    assert (beat.base_mode, beat.system_status) == (29 | 128, 4)
    assert px4.command(400, 1) == ACCEPTED
    assert px4.command(400, 0) == ACCEPTED
    assert px4.texts()[-1] == "Disarmed by external command\t"


def test_left_alone_it_reports_a_flight_that_never_was_and_disarms(px4) -> None:
    px4.command(400, 1)
    took_s = px4.wait_for(lambda: not px4.vehicle.armed, 8.0)
    assert took_s == pytest.approx(4.6, abs=0.3)
    px4.bench.run(0.1)
    assert px4.texts() == [
        "Armed by external command\t",
        "Takeoff detected\t",
        "Landing detected\t",
        "Disarmed by landing\t",
    ]


def test_texts_are_numbered_through(px4) -> None:
    px4.command(400, 1)
    px4.bench.run(6.0)
    assert [m.id for m in px4.all("STATUSTEXT")] == [0, 1, 2, 3]


def test_in_the_air(px4) -> None:
    fly(px4, 10.0)
    px4.forget()
    assert px4.command(400, 0) == TEMPORARILY_REJECTED
    assert px4.texts() == ["Disarming denied! Not landed\t"]
    assert px4.command(241, 1) == TEMPORARILY_REJECTED
    assert px4.command(246, 1) == DENIED
    assert px4.command(22, 0, 0, 0, NAN, NAN, NAN, GROUND_AMSL_M + 20.0) == ACCEPTED
    px4.wait_for(lambda: px4.vehicle.mode == HOLD, 15.0)
    assert px4.vehicle.height_home_m == pytest.approx(20.0, abs=1.0)
    assert px4.command(34, -12, 3, 0, 0, NAN, NAN, NAN) == ACCEPTED
    px4.bench.run(1.0)
    assert (px4.last("HEARTBEAT").custom_mode, px4.last("HEARTBEAT").base_mode) == (ORBIT, 145)
    assert px4.command(400, 0, 21196) == ACCEPTED
    px4.wait_for(lambda: not px4.vehicle.guidance.is_airborne, 10.0)
    assert px4.vehicle.motion.impact_mps > 5.0


def test_returning_twice_is_denied(px4) -> None:
    fly(px4, 10.0)
    assert px4.command(20) == ACCEPTED
    assert px4.command(20) == TEMPORARILY_REJECTED
    assert "Return to launch denied\t" in px4.texts()


def test_commands_for_others_are_answered_all_the_same(px4) -> None:
    rows = [(1, 0, ACCEPTED), (1, 1, ACCEPTED), (1, 42, FAILED), (1, 190, FAILED), (0, 1, FAILED), (99, 1, FAILED)]
    for system, component, result in rows:
        px4.forget()
        px4.send(px4.mav.command_long_encode(system, component, 178, 0, *[0.0] * 7))
        assert [ack.result for ack in px4.all("COMMAND_ACK")] == [result], (system, component)
        assert px4.last("COMMAND_ACK").target_system == 255


def test_a_message_asked_for_comes_before_its_acknowledgement(px4) -> None:
    px4.forget()
    px4.send(px4.mav.command_long_encode(0, 0, 512, 0, 148, 0, 0, 0, 0, 0, 0))
    assert [m.get_type() for _, m in px4.heard] == ["AUTOPILOT_VERSION", "COMMAND_ACK"]
    assert px4.last("AUTOPILOT_VERSION").capabilities == 58623
    px4.forget()
    assert px4.command(512, 30, wait_s=0.0) == DENIED
    assert px4.all("ATTITUDE")


def test_some_intervals_are_accepted_and_never_kept(px4) -> None:
    px4.command(511, 62, 100000)
    px4.bench.run(1.0)
    assert not px4.all("NAV_CONTROLLER_OUTPUT")
    px4.command(511, 30, -1)
    px4.forget()
    px4.bench.run(1.0)
    assert not px4.all("ATTITUDE")
    px4.command(511, 30, 0)
    px4.forget()
    px4.bench.run(1.0)
    assert len(px4.all("ATTITUDE")) == pytest.approx(50, abs=1)


def test_a_calibration_is_accepted_at_once_and_told_by_texts(px4) -> None:
    assert px4.command(241, 0, 0, 1) == ACCEPTED
    px4.bench.run(1.2)
    assert px4.last("HEARTBEAT").system_status == 2
    px4.bench.run(3.0)
    assert px4.texts()[-1] == "[cal] calibration done: baro\t"
    assert px4.last("HEARTBEAT").system_status == 3


def fly(station, height_m: float) -> None:
    assert station.command(400, 1) == ACCEPTED
    assert station.command(22, 0, 0, 0, NAN, NAN, NAN, GROUND_AMSL_M + height_m) == ACCEPTED
    station.wait_for(lambda: station.vehicle.mode == HOLD, 30.0)
    station.bench.run(3.0)
    assert math.isclose(station.vehicle.height_home_m, height_m, abs_tol=1.0)
