# SPDX-License-Identifier: Apache-2.0
"""Parameters by `groundstation params` alone: of simulated autopilots, and of a real one where one has been built."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from groundstation.app.param_work import WRITES, read_file
from tests.end_to_end.test_flights_by_command_line import Stack, stack
from tests.support import sitl
from tests.support.ports import free_port
from tests.support.programs import run_program

__all__ = ["stack"]
pytestmark = pytest.mark.mosquitto
FACTS = {
    "WPNAV_": {
        "WPNAV_SPEED": {
            "displayName": "Speed",
            "Units": "cm/s",
            "Range": {"low": "20", "high": "2000"},
            "RebootRequired": "True",
        }
    }
}


class Params:
    """`groundstation params` against one stack."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack, self.folder = stack, folder
        self.kept = folder / "kept"

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run it; it must end with this code."""
        is_kept = words[0] in ("set", "load", "revert")
        more = ("--snapshots", str(self.kept)) if is_kept else ()
        done = run_program(
            "params", *words, "--broker", self.stack.url, "--journal", str(self.stack.journal), *more, timeout_s=400.0
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def lines(self, *words: str, code: int = 0) -> list[dict]:
        done = self.run(*words, "--json", code=code)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def value(self, vehicle: str, name: str) -> float:
        found = [one for one in self.lines("get", vehicle, name) if "value" in one]
        assert [one["name"] for one in found] == [name]
        return float(found[0]["value"])


@pytest.fixture
def three(stack: Stack, tmp_path: Path) -> Params:
    link = f"127.0.0.1:{free_port()}"
    stack.start("bridge", "--broker", stack.url, "--link", f"udpin:{link}", "--root", "sim")
    flavours = [word for one in ("copter", "plane", "px4") for word in ("--flavour", one)]
    stack.start("simulate", "--vehicles", "4", "--link", f"udpout:{link}", "--ready", *flavours)
    return Params(stack, tmp_path)


@pytest.mark.long
def test_three_kinds_of_autopilots_are_dumped_changed_loaded_and_reverted(three: Params, tmp_path: Path) -> None:
    names = {1: ("WPNAV_SPEED", 612.5), 2: ("AIRSPEED_CRUISE", 23.25), 3: ("MPC_XY_VEL_MAX", 7.5)}
    three.run("dump", "sim/uav-1,sim/uav-2,sim/uav-3", "-o", str(tmp_path / "a"))
    three.run("dump", "sim/uav-1,sim/uav-2,sim/uav-3", "-o", str(tmp_path / "b"), "--without-own")
    for number, (name, value) in names.items():
        vehicle, file = f"sim/uav-{number}", tmp_path / "a" / f"uav-{number}.param"
        old = {one.name: one.value for one in read_file(file).parameters}[name]
        assert len(read_file(file).parameters) > 700
        text = (tmp_path / "b" / file.name).read_text()
        rows = [line.partition(",")[0] for line in text.splitlines() if not line.startswith("#")]
        assert rows == sorted(rows)
        # no difference, then one
        three.run("diff", vehicle, str(file))
        steps = three.lines("set", vehicle, name, str(value))
        assert [one for one in steps if one.get("end")] == [
            {
                "vehicle": vehicle, "name": name, "end": "stored", "wanted": value, "found": value,
                "said": f"{name} is {value:g}", "needs_reboot": False,
            }
        ]  # fmt: skip
        found = three.lines("diff", vehicle, str(file), code=3)
        assert [(one["name"], one["first"]) for one in found if "standing" in one] == [(name, value)]
        # undone, and done again by a file and a profile over it
        three.run("revert", vehicle, "--yes")
        assert three.value(vehicle, name) == pytest.approx(old)
        profile = tmp_path / "profile.param"
        profile.write_text(f"{name},{value}\n")
        shown = three.run("load", vehicle, str(file), "--over", str(profile), "--dry-run").stdout
        assert "1 to be written" in shown
        assert three.value(vehicle, name) == pytest.approx(old)
        three.run("load", vehicle, str(file), "--over", str(profile), "--yes")
        assert three.value(vehicle, name) == value
        kept = sorted(path.suffix for path in (three.kept / f"sim-uav-{number}").iterdir())
        assert kept == [".param", WRITES]
        [day] = (three.kept / f"sim-uav-{number}").glob("*.param")
        three.run("revert", vehicle, "--day", day.stem, "--yes")
        assert three.value(vehicle, name) == pytest.approx(old)


@pytest.mark.long
def test_who_differs_from_the_others_is_found_and_what_a_vehicle_made_otherwise_is_told(
    three: Params, tmp_path: Path
) -> None:
    # the first and the fourth are copters
    three.run("compare", "sim/uav-1,sim/uav-4")
    three.run("set", "sim/uav-4", "WPNAV_SPEED=777", "RTL_ALT", "1600")
    found = three.lines("compare", "sim/uav-1,sim/uav-4", code=3)
    assert {one["name"] for one in found if "most" in one} == {"WPNAV_SPEED", "RTL_ALT"}
    assert "2 of " in three.run("compare", "sim/uav-1,sim/uav-4", code=3).stdout
    # a whole number is cut: told, with an exit code of its own
    done = three.run("set", "sim/uav-1", "SUPER_SIMPLE", "3.7", code=11)
    assert "vehicle stored 3 instead of 3.7" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("0 of 1 stored")
    done = three.run("get", "sim/uav-1", "NO_SUCH", code=15)
    assert "it has no NO_SUCH, or did not answer" in done.stdout
    done = three.run("set", "sim/uav-1", "WPNAV_SPEED", "nan", code=12)
    assert "no number that a vehicle can hold" in done.stdout
    assert three.run("get", "sim/uav-1", "RTL_*").stdout.count("RTL_") > 3
    facts = tmp_path / "apm.pdef.json"
    facts.write_text(json.dumps(FACTS))
    done = three.run("set", "sim/uav-1", "WPNAV_SPEED", "650", "--metadata", str(facts))
    assert "counts after a reboot: WPNAV_SPEED" in done.stdout
    for value, is_told in (("2000", False), ("2000.1", True), ("19.9", True), ("20", False)):
        wanted = tmp_path / "wanted.param"
        wanted.write_text(f"WPNAV_SPEED,{value}\n")
        done = three.run("load", "sim/uav-1", str(wanted), "--dry-run", "--metadata", str(facts))
        assert ("(outside of the recommended 20 to 2000)" in done.stdout) is is_told, value


@pytest.mark.long
def test_what_nobody_can_mean_sends_nothing(three: Params, tmp_path: Path) -> None:
    own = tmp_path / "own.param"
    own.write_text("COMPASS_OFS_X,123\nSTAT_BOOTCNT,5\nnot a line at all\n")
    done = three.run("load", "sim/uav-1", str(own), "--yes")
    assert "left out, of one airframe alone (2): COMPASS_OFS_X, STAT_BOOTCNT" in done.stdout
    assert "line 3 was not taken" in done.stderr
    three.run("load", "sim/uav-1", str(own), "--yes", "--with-own")
    assert three.value("sim/uav-1", "COMPASS_OFS_X") == 123.0
    wanted = tmp_path / "wanted.param"
    wanted.write_text("RTL_ALT,1700\n")
    for words, said in (
        (("load", "sim/uav-1", str(wanted)), "--yes"),
        (("load", "sim/uav-1", str(tmp_path / "none.param"), "--yes"), "can't be read"),
        (("set", "sim/uav-1", "RTL_ALT"), "has no value"),
        (("set", "sim/uav-1", "RTL_ALT", "fast"), "is no number"),
        (("compare", "sim/uav-1"), "name several"),
        (("diff", "sim/uav-1,sim/uav-2", str(wanted)), "means 2 vehicles"),
        (("revert", "sim/uav-2", "--yes"), "nothing was written"),
        (("revert", "sim/uav-1", "--day", "yesterday"), "say it as"),
        (("dump", "sim/uav-1", "-o", str(tmp_path / "x.param"), "--format", "word"), "there are mp"),
    ):
        is_kept = words[0] in ("set", "load", "revert")
        more = ("--snapshots", str(three.kept)) if is_kept else ()
        done = run_program("params", *words, "--broker", three.stack.url, *more)
        assert done.returncode in (1, 2), (words, done.stdout, done.stderr)
        assert said in done.stderr, (words, done.stderr)
        assert "Traceback" not in done.stderr
    assert three.value("sim/uav-1", "RTL_ALT") != 1_700.0


@pytest.mark.long
def test_a_real_autopilot_is_dumped_changed_and_reverted(stack: Stack, tmp_path: Path) -> None:
    found = sitl.programs().get("arducopter")
    if found is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of arducopter to try it")
    autopilot = sitl.Sitl(found, tmp_path)
    try:
        stack.start("bridge", "--broker", stack.url, "--link", autopilot.link)
        real = Params(stack, tmp_path)
        stack.fly_when_ready("fleet/uav-1", "arm")
        stack.fly("fleet/uav-1", "disarm")
        vehicle, file = "fleet/uav-1", tmp_path / "real.param"
        real.run("dump", vehicle, "-o", str(file))
        assert len(read_file(file).parameters) > 1_300
        real.run("set", vehicle, "WPNAV_SPEED", "612.5", "RTL_ALT", "1600", "WPNAV_RADIUS", "211.5")
        found_ = real.lines("diff", vehicle, str(file), code=3)
        assert {one["name"] for one in found_ if "standing" in one} == {"WPNAV_SPEED", "RTL_ALT", "WPNAV_RADIUS"}
        real.run("load", vehicle, str(file), "--yes")
        real.run("diff", vehicle, str(file))
        # seven more come to light, and are written by the same load
        more = tmp_path / "more.param"
        more.write_text("RPM1_TYPE,10\nRPM1_MIN,12.5\n")
        real.run("load", vehicle, str(more), "--yes")
        assert real.value(vehicle, "RPM1_MIN") == 12.5
        # 0.1 is no float32: it is stored as near as can be, and that is equal
        real.run("set", vehicle, "RPM1_MIN", "0.1")
        real.run("revert", vehicle, "--yes")
        assert real.value(vehicle, "RPM1_MIN") == 12.5
    finally:
        autopilot.stop()


@pytest.mark.long
def test_a_px4_describes_its_parameters_itself(three: Params, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    done = three.run("metadata", "sim/uav-3")
    assert "sim/uav-3: kept as" in done.stdout
    [kept] = (tmp_path / "cache").rglob("own-*")
    [told] = [one for one in three.lines("get", "sim/uav-3", "MPC_XY_CRUISE") if "value" in one]
    assert (told["unit"], told["default"], told["short"]) == ("m/s", 5.0, "Speed in missions")
    assert (told["low"], told["high"], told["values"]) == (3.0, 20.0, [])
    assert "(3 to 20, default 5)" in three.run("get", "sim/uav-3", "MPC_XY_CRUISE").stdout
    assert "it describes none" in three.run("metadata", "sim/uav-1", code=11).stdout
    assert list((tmp_path / "cache").rglob("own-*")) == [kept]


@pytest.mark.long
@pytest.mark.parametrize("program", ["arducopter", "arduplane"])
def test_a_real_autopilot_cuts_lacks_and_brings_to_light_as_the_simulated_ones_do(
    stack: Stack, tmp_path: Path, program: str
) -> None:
    found = sitl.programs().get(program)
    if found is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of {program} to try it")
    autopilot = sitl.Sitl(found, tmp_path)
    try:
        stack.start("bridge", "--broker", stack.url, "--link", autopilot.link)
        real, vehicle, base = Params(stack, tmp_path), "fleet/uav-1", tmp_path / "base.param"
        stack.states(vehicle, "armed")
        real.run("dump", vehicle, "-o", str(base))
        before = {one.name: one.value for one in read_file(base).parameters}
        assert len(before) > 1_300
        assert "RPM1_MIN" not in before
        # one is cut, one does not exist, one is stored: each is told, and the code is that of the worst
        done = real.run("set", vehicle, "BATT_CAPACITY=5000.7", "NO_SUCH_ONE=4", "SCHED_LOOP_RATE=200", code=11)
        assert "BATT_CAPACITY: vehicle stored 5000 instead of 5000.7" in done.stdout
        assert "it has no NO_SUCH_ONE, or did not answer" in done.stdout
        assert "1 of 3 stored" in done.stdout.splitlines()[-1]
        assert real.value(vehicle, "BATT_CAPACITY") == 5000.0
        # the base with a profile over it: what the first brings to light is written by the same load
        over = tmp_path / "over.param"
        over.write_text("RPM1_TYPE,10\nRPM1_MIN,12.5\n")
        shown = real.run("load", vehicle, str(base), "--over", str(over), "--dry-run").stdout
        assert "4 to be written" in shown
        assert real.value(vehicle, "SCHED_LOOP_RATE") == 200.0
        real.run("load", vehicle, str(base), "--over", str(over), "--yes")
        assert real.value(vehicle, "RPM1_MIN") == 12.5
        assert real.value(vehicle, "BATT_CAPACITY") == before["BATT_CAPACITY"]
        # all of them again: those that came to light are in the list
        again = tmp_path / "again.param"
        real.run("dump", vehicle, "-o", str(again))
        fresh = {one.name for one in read_file(again).parameters} - set(before)
        assert {"RPM1_MIN", "RPM1_MAX"} <= fresh
        real.run("revert", vehicle, "--yes")
        assert real.value(vehicle, "SCHED_LOOP_RATE") == 200.0
    finally:
        autopilot.stop()
