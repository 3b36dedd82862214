# SPDX-License-Identifier: Apache-2.0
"""`simulate`: joined to a broker, told of faults while it flies, and what it says of wrong words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

import pytest

from groundstation.app.processes import END, SUPERVISED, Child
from groundstation.app.simulate_cli import JOINS
from groundstation.app.simulator_port import WindowSimulator, save, words_of
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.motion import Position
from groundstation.fleet.scenario.scenario_file import read_scenario
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.simulator.simulator_port import SimulatorWish
from tests.support.brokers import BrokerChild
from tests.support.pretend_sitl import written
from tests.support.programs import run_program
from tests.support.waiting import PATIENCE_S

pytestmark = pytest.mark.mosquitto


def heard(url, wanted):
    """Watch until the vehicles are there."""
    for _ in range(10):
        done = run_program("watch", "--broker", url, "--json", "--duration", "3", timeout_s=60.0)
        found = {f"{one['root']}/{one['id']}" for one in map(json.loads, done.stdout.splitlines())}
        if wanted <= found:
            return found
    raise AssertionError(found)


@pytest.mark.long
def test_a_window_s_simulator_joins_its_broker_fails_on_request_and_leaves_nothing(mosquitto_broker: BrokerChild):
    lines, told = [], threading.Condition()

    def on_line(line):
        with told:
            lines.append(line)
            told.notify_all()

    def wait(text):
        with told:
            assert told.wait_for(lambda: any(text in line for line in lines), PATIENCE_S), lines

    simulator = WindowSimulator(mosquitto_broker.url)
    access = simulator.access()
    try:
        access.start(SimulatorWish(vehicles=2, flavours=("copter",)), on_line)
        wait("2 simulated vehicles")
        assert access.is_running()
        assert not any("Ctrl-C" in line for line in lines)
        heard(mosquitto_broker.url, {"sim/uav-1", "sim/uav-2"})
        access.fault("motor=5000:1@0", True)
        wait("fault motor needs power of one motor")
        access.fault("link_loss:9@0", True)
        wait("there is no vehicle 9; they are 1, 2")
        access.fault("link_loss:2@0", True)
        for _ in range(30):
            done = run_program("watch", "--broker", mosquitto_broker.url, "--json", "--duration", "2", timeout_s=60.0)
            states = [json.loads(line) for line in done.stdout.splitlines()]
            lost = [one for one in states if one["id"] == "uav-2" and '"stale"' in json.dumps(one)]
            if lost:
                break
        assert lost, states[-1:]
    finally:
        simulator.close()
    assert not access.is_running()


def test_the_broker_s_password_is_on_no_command_line():
    child = Child("simulator", words_of(SimulatorWish()), environment={JOINS: "mqtt://u:secret@h:1"})
    assert "secret" not in " ".join(words_of(SimulatorWish()))
    assert child._environment[JOINS].endswith("@h:1")


@pytest.mark.long
def test_real_ones_of_a_command_line_join_a_broker_and_end_with_it(mosquitto_broker: BrokerChild, tmp_path):
    program = written(tmp_path / "bin")
    process = subprocess.Popen(
        [sys.executable, "-m", "groundstation", "simulate", "--sitl", f"{program}:2", "--broker", mosquitto_broker.url],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, SUPERVISED: "1"},
    )
    said = []
    for line in process.stderr:
        said.append(line)
        if "all 2 are ready" in line:
            break
    assert any("waits for" in line for line in said)
    heard(mosquitto_broker.url, {"sim/uav-1", "sim/uav-2"})
    os.write(process.stdin.fileno(), END)
    assert process.wait(PATIENCE_S) == 0
    process.stdin.close()
    process.stderr.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sitl", "/nowhere/arducopter"), "no such file"),
        (("--sitl", "/bin/sh"), "known are arducopter"),
        (("--home", "here"), "LAT,LON,ALT,HDG"),
        (("--wind", "much"), "SPEED,FROM"),
        (("--fault", "motor:1@3"), "motor=25:1@30"),
        (("--folder", "x"), "--sitl PATH"),
        (("--broker", "mqtt://h", "--link", "udpout:h:1"), "leave --link out"),
        (("--params", "/nowhere.parm"), "another --params"),
    ],
)
def test_wrong_words_are_one_line(words, said):
    done = run_program("simulate", *words, timeout_s=60.0)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_saved_fleet_is_a_scenario_that_can_be_read_back(tmp_path):
    position = Position(at_s=0.0, lat_deg=41.0, lon_deg=39.7, height_home_m=0.0)
    state = VehicleState(key=VehicleKey("sim", "uav-1"), position=position)
    wish = SimulatorWish(wind="7,180", speed=2.0)
    save([state], wish, ["link_loss:1@30"], tmp_path / "one.yaml")
    found = read_scenario("one.yaml", (tmp_path / "one.yaml").read_bytes())
    assert (found.wind, found.speed, found.faults) == ("7,180", 2.0, ("link_loss:1@30",))
    assert len(found.vehicles) == 1
    with pytest.raises(GroundStationError, match="another place"):
        save([state], wish, [], tmp_path / "nowhere" / "one.yaml")
    with pytest.raises(GroundStationError, match="needs a vehicle"):
        save([], wish, [], tmp_path / "two.yaml")
