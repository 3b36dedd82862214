# SPDX-License-Identifier: Apache-2.0
"""`simulate --sitl` with real autopilots of which one is killed in flight: told, the others fly on, nothing is left."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from pathlib import Path

import psutil
import pytest

from tests.support import sitl
from tests.support.brokers import BrokerChild
from tests.support.programs import Program, run_program
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(1500), pytest.mark.long]
COUNT = 3
READY_S = 600.0
HEIGHT_M = 20.0
ALOFT_M = 5.0
NAMES = tuple(f"sim/uav-{number}" for number in range(1, COUNT + 1))


def states(url):
    """The newest of each vehicle that is told of, by its name."""
    done = run_program("watch", "--broker", url, "--json", "--duration", "3")
    return {f"{one['root']}/{one['id']}": one["state"] for one in map(json.loads, done.stdout.splitlines())}


def command(url, folder, vehicles, *words):
    """Exit code of an order, and what it said."""
    own = ("--broker", url, "--journal", str(folder / "journal.sqlite3"))
    done = run_program("command", ",".join(vehicles), *words, *own, timeout_s=300.0)
    return done.returncode, done.stdout + done.stderr


def aloft(url):
    """Who is armed and in the air."""
    found = set()
    for name, state in states(url).items():
        height_m = (state["position"] or {}).get("height_home_m")
        if (state["armed"] or {}).get("is_armed") and height_m is not None and height_m > ALOFT_M:
            found.add(name)
    return found


def autopilot(launcher, number):
    """The process of the autopilot with this system id."""
    for one in psutil.Process(launcher).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            words = one.cmdline()
            if words[0].endswith("/arducopter") and words[words.index("--instance") + 1] == str(number):
                return one.pid
    raise AssertionError(f"autopilot {number} has no process")


def told(launcher, begin):
    """It said so, and that this is the end of one alone."""
    return any(line.startswith(begin) and line.endswith("; the others fly on") for line in launcher.said.splitlines())


def lives(process):
    """It has not ended; one that nobody asked for its end yet has."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def ports_of(pids):
    """Kind and number of every port on which these listen on the network of this computer."""
    here, found = Path("/proc/self/ns/net").readlink(), set()
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):
            if Path(f"/proc/{pid}/ns/net").readlink() == here:
                ports = psutil.Process(pid).net_connections("inet")
                found |= {(one.type, one.laddr.port) for one in ports if not one.raddr}
    return found


def is_free(kind, port):
    """Somebody else may have it now."""
    with socket.socket(socket.AF_INET, kind) as trial:
        # connections of before may linger, who listens may not
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture
def program():
    path = sitl.programs().get("arducopter")
    if path is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of arducopter to start it")
    return path


def test_one_that_is_killed_in_flight_is_told_the_others_fly_on_and_nothing_is_left(
    program, mosquitto_broker: BrokerChild, tmp_path
):
    url, temporary = mosquitto_broker.url, tmp_path / "temporary"
    temporary.mkdir()
    launcher = Program("simulate", "--sitl", f"{program}:{COUNT}", "--broker", url, temporary=temporary)
    try:
        wait_until(lambda: f"all {COUNT} are ready" in launcher.said, READY_S, "all are ready")
        code, said = command(url, tmp_path, NAMES, "takeoff", f"{HEIGHT_M:g}")
        assert code == 0, said
        wait_until(lambda: aloft(url) == set(NAMES), READY_S, "all fly")
        parts = psutil.Process(launcher.process.pid).children(recursive=True)
        ports = ports_of([launcher.process.pid, *(one.pid for one in parts)])
        assert ports
        os.kill(autopilot(launcher.process.pid, 2), signal.SIGKILL)
        wait_until(lambda: told(launcher, "ArduCopter 2 ended by signal 9"), what="it is told")
        wait_until(lambda: states(url)[NAMES[1]]["connection"]["state"] != "online", what="it is missed")
        assert aloft(url) >= {NAMES[0], NAMES[2]}
        code, said = command(url, tmp_path, (NAMES[0], NAMES[2]), "rtl")
        assert code == 0, said
        assert launcher.is_running
        code, _ = launcher.end(signal.SIGINT)
        assert code == 0, launcher.said
    finally:
        launcher.close()
    wait_until(lambda: not any(map(lives, parts)), what="no process is left")
    assert [one for one in ports if not is_free(*one)] == []
    assert [*temporary.iterdir()] == []
