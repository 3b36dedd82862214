# SPDX-License-Identifier: Apache-2.0
"""Flights by `groundstation command` alone: simulated, and in a real autopilot where one has been built."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import sitl
from tests.support.brokers import BrokerChild
from tests.support.ports import free_port
from tests.support.programs import Program, run_program
from tests.support.waiting import PATIENCE_S

PACE = 3
"""Simulated seconds a real one."""
pytestmark = pytest.mark.mosquitto


class Stack:
    """A bridge, and whatever speaks MAVLink to it."""

    def __init__(self, broker: BrokerChild, folder: Path) -> None:
        self.url, self.journal = broker.url, folder / "journal.sqlite3"
        self.running: list[Program] = []

    def start(self, *arguments: str) -> None:
        self.running.append(Program(*arguments))

    def close(self) -> None:
        for program in reversed(self.running):
            program.close()

    def command(self, vehicle: str, verb: str, *arguments: str, timeout_s: float = 200.0) -> tuple[int, list[dict]]:
        done = run_program(
            *("command", vehicle, verb, *arguments, "--broker", self.url, "--json"),
            *("--journal", str(self.journal), "--timeout", str(timeout_s)),
            timeout_s=timeout_s + 30.0,
        )
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()] or [{"said": done.stderr}]

    def fly(self, vehicle: str, verb: str, *arguments: str) -> list[dict]:
        """A command that must succeed; asked again, as an operator does, where it came too late to be executed."""
        code, steps = self.command(vehicle, verb, *arguments)
        while code in NEVER_EXECUTED or (code == 1 and "no " in steps[-1].get("said", "")):
            code, steps = self.command(vehicle, verb, *arguments)
        assert code == 0, " | ".join(
            f"{one.get('state')} {one.get('detail')} {one.get('said')}"
            for one in steps
            if one.get("state") not in ("sent", "succeeded")
        )
        assert {one["state"] for one in steps if one["state"] not in RUNNING} == {"succeeded"}
        return steps

    def fly_when_ready(self, vehicle: str, verb: str, *arguments: str) -> list[dict]:
        """The same, as soon as a booting autopilot takes it; returns its refusals before."""
        refused: list[dict] = []
        give_up_s = time.monotonic() + PATIENCE_S
        while True:
            code, steps = self.command(vehicle, verb, *arguments)
            if code == 0:
                return refused
            assert time.monotonic() < give_up_s, steps[-1]
            refused += [one for one in steps if one.get("state") == "failed"]

    def wait_disarmed(self, vehicle: str) -> None:
        """Until its telemetry says so."""
        while self.states(vehicle, "armed")[-1]["armed"]["is_armed"]:
            pass

    def states(self, vehicle: str, kind: str) -> list[dict]:
        """What `watch` shows of a vehicle that tells of a kind; it looks longer on a busy machine."""
        for duration_s in (3.0, 10.0, 30.0, 60.0):
            done = run_program("watch", "--broker", self.url, "--json", "--duration", str(duration_s))
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            found = [one["state"] for one in lines if f"{one['root']}/{one['id']}" == vehicle and one["state"][kind]]
            if found:
                return found
        raise AssertionError(f"nothing of {vehicle} in {duration_s} s: {done.stderr}")

    def place(self, vehicle: str) -> tuple[float, float]:
        position = self.states(vehicle, "position")[-1]["position"]
        return position["lat_deg"], position["lon_deg"]


NEVER_EXECUTED = (14,)
"""Exit code of `command` for expired."""
RUNNING = ("queued", "sent", "received", "accepted", "in_progress")


@pytest.fixture
def stack(mosquitto_broker: BrokerChild, tmp_path: Path) -> Iterator[Stack]:
    found = Stack(mosquitto_broker, tmp_path)
    yield found
    found.close()


@pytest.mark.long
def test_a_copter_a_plane_and_a_px4_quad_arm_take_off_go_return_and_land(stack: Stack) -> None:
    link = f"127.0.0.1:{free_port()}"
    stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim")
    flavours = [word for one in ("copter", "plane", "px4") for word in ("--flavour", one)]
    stack.start("simulate", "--vehicles", "3", "--link", f"udpout:{link}", "--ready", "--speed", str(PACE), *flavours)
    stack.fly("sim/uav-1", "arm")
    stack.fly("sim/uav-3", "arm")
    # an armed PX4 that idles takes itself for landed and disarms within seconds, right into a take-off if it so happens
    stack.wait_disarmed("sim/uav-3")
    steps = stack.fly("sim/uav-1,sim/uav-2,sim/uav-3", "takeoff", "40")
    assert {one["vehicle"] for one in steps} == {"sim/uav-1", "sim/uav-2", "sim/uav-3"}
    # their ways cross: at one height the second would be refused
    for vehicle, height_m in (("sim/uav-1", "45"), ("sim/uav-3", "55"), ("sim/uav-2", "70")):
        lat_deg, lon_deg = stack.place(vehicle)
        stack.fly(vehicle, "goto", f"{lat_deg + 0.0015}", f"{lon_deg + 0.001}", height_m)
    stack.fly("sim/uav-1,sim/uav-2,sim/uav-3", "rtl")
    stack.fly("sim/uav-1,sim/uav-2,sim/uav-3", "land")
    done = run_program("journal", "--journal", str(stack.journal), "--check")
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_a_command_and_its_control_on_each_embedded_broker(any_broker: BrokerChild, tmp_path: Path) -> None:
    stack = Stack(any_broker, tmp_path)
    try:
        link = f"127.0.0.1:{free_port()}"
        stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim")
        stack.start("simulate", "--vehicles", "1", "--link", f"udpout:{link}", "--ready")
        states = [one["state"] for one in stack.fly("sim/uav-1", "arm")]
        assert states[:2] == ["queued", "sent"]
        assert states[-1] == "succeeded"
        shown = run_program("control", "show", "sim/uav-1", "--broker", stack.url)
        assert shown.stdout.strip().endswith("free"), "it is given back at the end"
    finally:
        stack.close()


@pytest.mark.long
@pytest.mark.parametrize("program", sorted(sitl.MODELS))
def test_the_same_flight_in_a_real_autopilot(stack: Stack, tmp_path: Path, program: str) -> None:
    found = sitl.programs().get(program)
    if found is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of {program} to fly it")
    autopilot = sitl.Sitl(found, tmp_path)
    try:
        stack.start("bridge", "--broker", stack.url, "--link", autopilot.link)
        words = ("mode", "GUIDED") if program == "ardurover" else ("takeoff", "30")
        refused = stack.fly_when_ready("fleet/uav-1", "arm") if program == "ardurover" else []
        refused += stack.fly_when_ready("fleet/uav-1", *words)
        assert any("Arm: " in text for step in refused for text in step["texts"]), "a cold boot refuses in words"
        lat_deg, lon_deg = stack.place("fleet/uav-1")
        stack.fly("fleet/uav-1", "goto", f"{lat_deg + 0.001}", f"{lon_deg}", "30")
        stack.fly("fleet/uav-1", "rtl")
        if program != "ardurover":
            stack.fly("fleet/uav-1", "land")
    finally:
        autopilot.stop()
