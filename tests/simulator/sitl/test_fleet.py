# SPDX-License-Identifier: Apache-2.0
"""Autopilots as processes: started, heard, ended, and never left behind, whatever dies first.

The program is ours behind the words of a real one; those of real ones are `tests/end_to_end/test_real_autopilots.py`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from groundstation.mavlink.frames import FrameParser
from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.sitl.fleet import NewsKind, SitlFleet
from groundstation.simulator.sitl.fleet_plan import SitlPlan
from tests.support.pretend_sitl import written

WAIT_S = 60.0


def group(pid):
    """All living processes of a group."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == pid and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except ProcessLookupError:
            continue
    return found


def gone(pids):
    """Wait until no process of these groups is left."""
    for _ in range(int(WAIT_S * 20)):
        if not any(group(pid) for pid in pids):
            return True
        threading.Event().wait(0.05)
    return False


class Running:
    """A fleet on a thread, and what it told."""

    def __init__(self, plan):
        self.news, self.stop, self.error = [], threading.Event(), None
        self.told = threading.Condition()
        self.fleet = SitlFleet(plan, self.tell)
        self.pids, self.folder = self.fleet.pids, self.fleet.folder
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            self.fleet.run(self.stop)
        except SimulationError as error:
            self.error = str(error)
        finally:
            with self.told:
                self.told.notify_all()

    def tell(self, news):
        with self.told:
            self.news.append(news)
            self.told.notify_all()

    def wait(self, kind, text="", count=1):
        def found():
            return [one for one in self.news if one.kind is kind and text in one.text]

        with self.told:
            assert self.told.wait_for(lambda: len(found()) >= count or self.error, WAIT_S), self.news
            assert len(found()) >= count, self.error
        return found()

    def end(self):
        self.stop.set()
        self.thread.join(WAIT_S)
        assert not self.thread.is_alive()


@pytest.fixture
def begin(tmp_path):
    running = []

    def start(*programs, **fields):
        plan = SitlPlan(tuple((path, 1) for path in programs), **{"link": "udpin:127.0.0.1:0", **fields})
        running.append(Running(plan))
        return running[-1]

    yield start
    for one in running:
        one.end()
        assert gone(one.pids)


def test_two_are_started_become_ready_are_heard_by_their_ids_and_leave_nothing(begin, tmp_path):
    program = written(tmp_path / "bin")
    fleet = begin(program, program, first_sysid=5)
    fleet.wait(NewsKind.READY, count=2)
    for number, address in fleet.fleet.addresses.items():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as station:
            station.settimeout(WAIT_S)
            station.sendto(b"\0", address)
            frames = FrameParser().feed(station.recv(2000))
            assert {frame.sysid for frame in frames} == {number}
    assert fleet.wait(NewsKind.SAYS, "pretending to be +", count=2)
    fleet.end()
    assert fleet.error is None
    assert gone(fleet.pids)
    assert not fleet.folder.exists()


def test_their_files_stay_where_a_folder_was_named(begin, tmp_path):
    fleet = begin(written(tmp_path / "bin"), folder=tmp_path / "kept")
    fleet.wait(NewsKind.READY)
    fleet.end()
    assert "pretending" in (tmp_path / "kept" / "arducopter-1" / "console.log").read_text()


def test_one_that_ends_at_its_start_ends_all_and_its_words_are_told(begin, tmp_path):
    fleet = begin(written(tmp_path / "bin"), written(tmp_path / "bad", dies=True))
    fleet.thread.join(WAIT_S)
    assert fleet.error == 'ArduCopter 2 ended with code 3 before it was ready: "no such model"'
    assert gone(fleet.pids)


def test_one_that_can_not_be_run_says_why(begin, tmp_path):
    program = tmp_path / "arducopter"
    program.write_bytes(b"\x7fELF of another computer")
    program.chmod(0o755)
    fleet = begin(program)
    fleet.thread.join(WAIT_S)
    assert "Exec format error" in fleet.error


def test_one_that_ends_in_flight_is_told_and_the_other_flies_on(begin, tmp_path):
    fleet = begin(written(tmp_path / "bin"), written(tmp_path / "bin"))
    fleet.wait(NewsKind.READY, count=2)
    psutil.Process(fleet.pids[1]).children()[0].terminate()
    (ended,) = fleet.wait(NewsKind.ENDED)
    assert (ended.number, ended.text) == (2, 'ended by signal 15: "pretending to be +"')
    assert group(fleet.pids[0])
    os.killpg(fleet.pids[0], signal.SIGKILL)
    fleet.thread.join(WAIT_S)
    assert fleet.error.startswith("all autopilots have ended, the last one by signal 9")


def test_a_fault_of_its_simulator_that_it_has_not_is_told(begin, tmp_path):
    fleet = begin(written(tmp_path / "bin"), faults=(Fault.parse("motor=50:1@0"),))
    fleet.wait(NewsKind.PROBLEM, "SIM_ENGINE_MUL")


def test_a_taken_port_is_one_line_and_leaves_nothing(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        link = f"udpin:127.0.0.1:{taken.getsockname()[1]}"
        before = {one.pid for one in psutil.process_iter()}
        with pytest.raises(SimulationError, match="choose another port"):
            SitlFleet(SitlPlan(((written(tmp_path / "bin"), 1),), link=link), lambda news: None)
    children = psutil.Process().children(recursive=True)
    assert not [one for one in children if one.pid not in before and one.status() != psutil.STATUS_ZOMBIE]


LAUNCHER = """
import sys, threading
from pathlib import Path
from groundstation.simulator.sitl.fleet import NewsKind, SitlFleet
from groundstation.simulator.sitl.fleet_plan import SitlPlan

def tell(news):
    if news.kind is NewsKind.READY:
        print(*fleet.pids, flush=True)

fleet = SitlFleet(SitlPlan(((Path(sys.argv[1]), 1),), link="udpin:127.0.0.1:0"), tell)
fleet.run(threading.Event())
"""


@pytest.mark.parametrize("victim", ["launcher", "keeper", "autopilot"])
def test_whatever_is_killed_the_others_follow(tmp_path, victim):
    program = written(tmp_path / "bin")
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(program)], stdout=subprocess.PIPE)
    pid = int(launcher.stdout.readline())
    (autopilot,) = [one.pid for one in psutil.Process(pid).children()]
    os.kill({"launcher": launcher.pid, "keeper": pid, "autopilot": autopilot}[victim], signal.SIGKILL)
    assert gone([pid])
    assert launcher.wait(WAIT_S) != 0
    launcher.stdout.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="namespaces are Linux's")
def test_an_autopilot_has_no_network_where_the_system_can_do_that(begin, tmp_path):
    fleet = begin(written(tmp_path / "bin"))
    fleet.wait(NewsKind.READY)
    if not fleet.fleet.is_shut_in:
        pytest.skip("this system allows no namespaces")
    ours = Path("/proc/self/ns/net").readlink()
    assert Path(f"/proc/{fleet.pids[0]}/ns/net").readlink() != ours


def test_the_folder_of_a_launcher_that_was_killed_goes_with_the_next_one_and_others_stay(begin, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    for name in (
        "groundstation-sitl-4194305-x",
        f"groundstation-sitl-{os.getpid()}-y",
        "groundstation-sitl-z",
        "other",
    ):
        (tmp_path / "temp" / name).mkdir(parents=True)
    fleet = begin(written(tmp_path / "bin"))
    left = {path.name for path in (tmp_path / "temp").iterdir()} - {fleet.folder.name}
    assert left == {f"groundstation-sitl-{os.getpid()}-y", "groundstation-sitl-z", "other"}
