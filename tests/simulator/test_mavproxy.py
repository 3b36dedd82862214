# SPDX-License-Identifier: Apache-2.0
"""MAVProxy, a ground station nobody here wrote, flies a simulated copter: real program, real socket."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
from typing import IO

import pytest

from groundstation.simulator.flavours import FLAVOURS
from groundstation.simulator.plan import SquadronPlan
from groundstation.simulator.squadron import Squadron
from tests.support.waiting import PATIENCE_S

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(importlib.util.find_spec("MAVProxy") is None, reason="MAVProxy is not installed"),
]

SPEED = 3.0
"""Of the vehicle's clock; MAVProxy's is the real one, and on a busy machine it answers late for a fast vehicle."""
LIMIT_S = PATIENCE_S
MISSION = """QGC WPL 110
0 1 0 16 0 0 0 0 40.994 39.771 80 1
1 0 3 22 0 0 0 0 0 0 12 1
2 0 3 16 0 0 0 0 40.9942 39.771 12 1
3 0 3 16 0 0 0 0 40.9942 39.7713 8 1
4 0 3 20 0 0 0 0 0 0 0 1
"""


class Program:
    """A running MAVProxy: what it prints is read by a thread, and waited for."""

    def __init__(self, arguments: list[str], home: str) -> None:
        environment = {**os.environ, "HOME": home, "USERPROFILE": home}
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "MAVProxy.mavproxy", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=home,
        )
        self.printed = ""
        self._typed_at = 0
        self._news = threading.Condition()
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, output: IO[bytes]) -> None:
        while piece := output.read1(65536):  # type: ignore[attr-defined]
            with self._news:
                self.printed += piece.decode(errors="replace")
                self._news.notify_all()

    def expect(self, *texts: str) -> str:
        """Wait until one of these is printed after the last line typed, and say which; messages come in any order."""
        found: list[str] = []

        def is_printed() -> bool:
            found[:] = [one for one in texts if one in self.printed[self._typed_at :]]
            return bool(found)

        with self._news:
            is_there = self._news.wait_for(is_printed, LIMIT_S)
            assert is_there, f"MAVProxy did not print {texts!r}:\n{self.printed[-3000:]}"
        return found[0]

    def type_until(self, line: str, answer: str, too_late: str) -> None:
        """Type a line, again where it came too late."""
        for _ in range(20):
            self.type(line)
            if self.expect(answer, too_late) == answer:
                return
        raise AssertionError(f"MAVProxy was always too late:\n{self.printed[-3000:]}")

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._typed_at = len(self.printed)
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.kill()
        self._process.wait(LIMIT_S)
        self._reader.join(LIMIT_S)
        self._process.stdin.close()
        assert self._process.stdout is not None
        self._process.stdout.close()


def test_mavproxy_fetches_arms_takes_off_and_flies_a_mission(tmp_path) -> None:
    plan = SquadronPlan(
        link="tcpin:127.0.0.1:0",
        ready=True,
        flavours=("copter",),
        speed=SPEED,
        wind_mps=0.0,
        # a heartbeat a real second, and the time between two typed lines, are long for a clock that runs faster
        parameters={"FS_GCS_ENABLE": 0.0, "DISARM_DELAY": 0.0},
    )
    squadron = Squadron(plan)
    stop = threading.Event()
    thread = threading.Thread(target=squadron.run, args=(stop,), name="simulator")
    (host, port), mission = squadron.addresses[1], tmp_path / "mission.txt"
    mission.write_text(MISSION)
    thread.start()
    program = Program([f"--master=tcp:{host}:{port}", f"--state-basedir={tmp_path}"], str(tmp_path))
    try:
        program.expect("Mode STABILIZE")
        program.expect(f"Received {len(FLAVOURS['copter'].flavour.parameters)} parameters")
        for line, answers in (
            # on the ground: in the air the battery would not wait for a machine that is busy
            (f"wp load {mission}", ["Sent all 5 waypoints", "Flight plan received"]),
            ("mode guided", ["DO_SET_MODE: ACCEPTED", "Mode GUIDED"]),
            ("arm throttle", ["AP: Arming motors", "COMPONENT_ARM_DISARM: ACCEPTED", "\nARMED"]),
            ("takeoff 10", ["NAV_TAKEOFF: ACCEPTED", "in-flight yaw alignment complete"]),
            ("param set WPNAV_SPEED 700", []),
            ("mode auto", ["Mode AUTO", "Reached command #2", "Reached command #3", "Mission: 4 RTL"]),
        ):
            if line.startswith("wp"):
                program.type_until(line, "TYPE_MISSION: ACCEPTED", "TYPE_MISSION: OPERATION_CANCELLED")
            else:
                program.type(line)
            for answer in answers:
                program.expect(answer)
        program.expect("Disarming motors")
        program.expect("\nDISARMED")
        assert squadron.airfield.vehicles[0].parameters.value("WPNAV_SPEED") == 700.0
    finally:
        program.end()
        stop.set()
        thread.join(LIMIT_S)
    assert not thread.is_alive()
