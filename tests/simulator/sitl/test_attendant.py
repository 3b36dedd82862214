# SPDX-License-Identifier: Apache-2.0
"""The second ground station beside a real autopilot: when it calls it ready, and how it sets its simulator."""

from __future__ import annotations

import pytest

from groundstation.mavlink.frames import FrameParser, frame_bytes
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.engine.wire import known_type
from groundstation.simulator.sitl.attendant import SYSTEM, Attendant
from groundstation.simulator.sitl.relay import SitlVehicle
from groundstation.simulator.sitl.sitl_faults import ALTERNATIVES, WHOLE_NUMBERS, apply_fault


class Line:
    """A terminal whose other end the test holds."""

    def __init__(self):
        self.waiting, self.written = b"", b""
        self.seq = 0

    def say(self, msgid, compid=1, **values):
        self.seq += 1
        self.waiting += frame_bytes(msgid, known_type(msgid).payload(values), self.seq & 255, 7, compid)

    def read(self):
        data, self.waiting = self.waiting, b""
        return data

    def write(self, data):
        self.written += data

    def taken(self):
        data, self.written = self.written, b""
        return [(f.msgid, known_type(f.msgid).values(f.payload)) for f in FrameParser().feed(data)]


class Bench:
    def __init__(self, firmware="ardupilot"):
        self.line, self.now_s = Line(), 0.0
        attendant = Attendant(7, WHOLE_NUMBERS, ALTERNATIVES)
        self.vehicle = SitlVehicle(7, "ArduCopter 7", firmware, self.line, attendant)
        self.attendant = attendant
        self.autopilot = {"ardupilot": 3, "px4": 12}[firmware]
        self.link = self.vehicle.open_link()

    def hear(self, msgid=0, **values):
        if msgid == 0:
            values = {"autopilot": self.autopilot, **values}
        self.line.say(msgid, **values)
        self.vehicle.take_input(self.now_s)
        return [f.msgid for f in FrameParser().feed(b"".join(self.link.take()))]

    def run(self, seconds):
        heard = []
        for _ in range(int(seconds * 10)):
            self.now_s += 0.1
            self.vehicle.tick(self.now_s)
            heard += self.line.taken()
        return heard

    def waits_for(self):
        return self.attendant.waits_for(self.now_s)


def test_it_is_ready_with_a_fix_and_the_pre_arm_bit_and_says_before_for_what_it_waits():
    bench = Bench()
    assert bench.waits_for() == "its first heartbeat"
    assert not bench.run(5.0)  # nothing is said to who was not heard
    bench.hear()
    assert bench.waits_for() == "GPS"
    bench.hear(24, fix_type=6)
    assert bench.waits_for() == "its position"
    bench.hear(253, severity=2, text="PreArm: Compass not healthy")
    assert bench.waits_for() == "Compass not healthy"
    bench.now_s += 34.9
    assert bench.waits_for() == "Compass not healthy"
    bench.now_s += 0.2
    assert bench.waits_for() == "its position"
    bench.hear(1, onboard_control_sensors_present=1 << 28, onboard_control_sensors_health=0)
    assert not bench.attendant.is_ready
    bench.hear(1, onboard_control_sensors_present=1 << 28, onboard_control_sensors_health=1 << 28)
    assert bench.attendant.is_ready
    assert bench.waits_for() == ""


def test_without_a_fix_the_bit_alone_is_not_enough():
    bench = Bench()
    bench.hear()
    bench.hear(1, onboard_control_sensors_present=1 << 28, onboard_control_sensors_health=1 << 28)
    assert not bench.attendant.is_ready


@pytest.mark.parametrize(
    ("flags", "is_ready"),
    [
        (1 << 4, True),
        (1 << 9, True),  # a place as soon as it is armed
        ((1 << 4) | (1 << 7), False),  # it holds a place that it does not know
        (1 << 3, False),  # it knows where it moves, not where it is
        (0, False),
    ],
)
def test_its_check_alone_is_not_enough_where_its_estimator_has_no_place(flags, is_ready):
    bench = Bench()
    bench.hear()
    bench.hear(24, fix_type=6)
    bench.hear(193, flags=flags)
    bench.hear(1, onboard_control_sensors_present=1 << 28, onboard_control_sensors_health=1 << 28)
    assert bench.attendant.is_ready == is_ready
    assert bench.waits_for() == ("" if is_ready else "its position")


def test_it_asks_ardupilot_for_what_it_needs_and_only_until_it_is_ready():
    bench = Bench()
    bench.hear()
    asked = bench.run(3.0)
    what = {(msgid, values["command"], values["param1"]) for msgid, values in asked}
    assert what == {(76, 511, 1), (76, 511, 24), (76, 511, 193)}
    assert len(asked) == 6
    bench.hear(24, fix_type=3)
    bench.hear(1, onboard_control_sensors_present=1 << 28, onboard_control_sensors_health=1 << 28)
    assert not bench.run(5.0)
    px4 = Bench("px4")
    px4.hear()
    assert not px4.run(5.0)


def test_answers_to_it_stay_here_and_those_to_others_go_on():
    bench = Bench()
    assert bench.hear() == [0]
    assert bench.hear(77, command=511, target_system=SYSTEM) == []
    assert bench.hear(77, command=511, target_system=255) == [77]
    assert bench.hear(77, command=511) == [77]


def test_a_component_beside_the_autopilot_decides_nothing():
    bench = Bench()
    bench.line.say(0, compid=154, autopilot=3)
    bench.vehicle.take_input(0.0)
    assert bench.waits_for() == "its first heartbeat"


def test_a_parameter_is_said_until_it_is_stored():
    bench = Bench()
    bench.hear()
    bench.run(1.0)
    assert apply_fault(bench.vehicle, Fault.parse("wind=9,90:7@0"), begins=True, now_s=bench.now_s) == ""
    said = [values for msgid, values in bench.run(3.0) if msgid == 23]
    assert {(one["param_id"], one["param_value"]) for one in said} == {("SIM_WIND_SPD", 9.0), ("SIM_WIND_DIR", 90.0)}
    assert len(said) == 6
    for name, value in (("SIM_WIND_SPD", 9.0), ("SIM_WIND_DIR", 91.0)):  # the second is still another value
        bench.hear(22, param_id=name, param_value=value, param_type=9)
    assert {values["param_id"] for msgid, values in bench.run(2.0) if msgid == 23} == {"SIM_WIND_DIR"}
    bench.run(10.0)
    assert bench.attendant.problems == [
        "has no parameter SIM_WIND_DIR, or does not store it: this simulator can't do that"
    ]


def test_one_of_several_names_of_a_thing_is_enough():
    bench = Bench()
    bench.hear()
    apply_fault(bench.vehicle, Fault.parse("gps_loss:7@0"), begins=True, now_s=0.0)
    bench.run(1.0)
    bench.hear(22, param_id="SIM_GPS_DISABLE", param_value=1.0, param_type=9)
    bench.run(20.0)
    assert bench.attendant.problems == []


def test_whole_numbers_go_to_px4_as_their_bits():
    bench = Bench("px4")
    bench.hear()
    apply_fault(bench.vehicle, Fault.parse("gps_loss:7@0"), begins=True, now_s=0.0)
    said = {values["param_id"]: values for msgid, values in bench.run(0.5) if msgid == 23}
    assert said["SIH_GPS_USED"]["param_type"] == 6
    assert said["SIH_GPS_USED"]["param_value"] == pytest.approx(3 * 2.0**-149)
    bench.hear(22, param_id="SIH_GPS_USED", param_value=3 * 2.0**-149, param_type=6)
    assert "SIH_GPS_USED" not in {values.get("param_id") for _, values in bench.run(3.0)}


def test_what_its_simulator_can_not_do_is_told():
    bench = Bench("px4")
    said = apply_fault(bench.vehicle, Fault.parse("wind=9,90:7@0"), begins=True, now_s=0.0)
    assert said == "ArduCopter 7 can't do 'wind': its simulator has nothing for it"


def test_faults_of_the_link_happen_on_the_way():
    bench = Bench()

    def fault(text, *, begins=True):
        assert apply_fault(bench.vehicle, Fault.parse(text), begins=begins, now_s=bench.now_s) == ""

    fault("link_loss:7@0")
    assert bench.hear() == []
    bench.vehicle.receive(bench.link, b"anything", 0.0)
    assert bench.line.written == b""
    fault("link_loss:7@0", begins=False)
    assert bench.hear() == [0]
    bench.vehicle.receive(bench.link, b"anything", 0.0)
    assert bench.line.written == b"anything"
    bench.line.written = b""
    fault("sequence_gap:7@0")
    assert [len(bench.hear()) for _ in range(27)] == [0] * 25 + [1, 1]
    fault("no_ack:7@0")
    assert bench.hear(77, command=400, target_system=255) == []
    fault("no_ack:7@0", begins=False)
    fault("slow_ack:7@0")
    assert bench.hear(77, command=400, target_system=255) == []
    bench.run(3.9)
    assert b"".join(bench.link.take()) == b""
    bench.run(0.2)
    assert [f.msgid for f in FrameParser().feed(b"".join(bench.link.take()))] == [77]
    bench.vehicle.neighbour = 8
    fault("duplicate_sysid:7@0")
    bench.line.say(0, autopilot=3)
    bench.vehicle.take_input(0.0)
    (frame,) = FrameParser().feed(b"".join(bench.link.take()))
    assert frame.sysid == 8
    fault("reboot:7@0")
    assert [(msgid, values["command"]) for msgid, values in bench.line.taken()] == [(76, 246)]
    assert bench.waits_for() == "its first heartbeat"


@pytest.mark.parametrize("msgid", [30, 33])
def test_its_own_clock_tells_how_long_it_lives_over_restarts_too(msgid):
    bench = Bench()
    for boot_ms in (5_000, 5_250, 9_000, 700, 1_200):
        bench.hear(msgid, time_boot_ms=boot_ms)
    assert bench.attendant.lived_s == pytest.approx(4.0 + 1.2)


@pytest.mark.parametrize(("late_ms", "lived_s"), [(1_000, 4.2), (1_001, 4.0 + 7.999 + 1.201)])
def test_a_message_that_is_told_late_is_no_restart(late_ms, lived_s):
    bench = Bench()
    for msgid, boot_ms in ((30, 5_000), (30, 9_000), (33, 9_000 - late_ms), (30, 9_200)):
        bench.hear(msgid, time_boot_ms=boot_ms)
    assert bench.attendant.lived_s == pytest.approx(lived_s)
