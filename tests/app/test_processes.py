# SPDX-License-Identifier: Apache-2.0
"""Child processes: started again, stopped in order, never outliving their parent; and what a signal does to each."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from groundstation.app.processes import Child, Supervisor
from groundstation.transport.embedded_broker import find_mosquitto
from tests.conftest import shared_log
from tests.support.brokers import BrokerChild, wait_for_port
from tests.support.ports import free_port
from tests.support.programs import ROOT, Program
from tests.support.waiting import PATIENCE_S, soon_enough, wait_until

KINDS = [
    "iotcore",
    pytest.param("mosquitto", marks=pytest.mark.skipif(find_mosquitto() is None, reason="no mosquitto")),
]


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def listens(pid: int, port: int) -> bool:
    """Whether a process or one of its children holds a port."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return any(
            one.laddr.port == port and one.status == psutil.CONN_LISTEN
            for each in family
            for one in each.net_connections("tcp")
        )
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    made = Supervisor()
    yield made
    made.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_child_is_started_again(kind: str, supervisor: Supervisor) -> None:
    port, lines = free_port(), []
    child = Child("broker", ["broker", "--kind", kind, "--port", str(port)], on_line=lines.append)
    supervisor.add(child)
    wait_for_port(port)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: child.restarts == 1 and child.pid not in (None, first), what="a new process")
    # what the killed one left behind must not hold the port: the new one would die of it again and again
    again = child.pid
    assert again is not None
    wait_until(lambda: listens(again, port), what=str(lines))
    assert (child.pid, child.restarts) == (again, 1)
    assert any("ended (code -9)" in one for one in lines)


class Slow(Child):
    """Notes when it was asked and when it had ended."""

    log: list[str]

    def ask_to_stop(self) -> None:
        self.log.append(f"ask {self.name}")
        super().ask_to_stop()

    def wait_stopped(self, deadline_s: float) -> None:
        super().wait_stopped(deadline_s)
        self.log.append(f"gone {self.name}")
        assert self.pid is None


@pytest.mark.long
def test_stop_ends_all_the_last_one_first() -> None:
    supervisor, log = Supervisor(), []
    for name in ("broker", "second", "third"):
        child = Slow(name, ["broker", "--kind", "iotcore", "--port", str(free_port())])
        child.log = log
        supervisor.add(child)
    children = [one.pid for one in supervisor.children]
    assert None not in children
    supervisor.stop()
    assert log == [f"{what} {name}" for name in ("third", "second", "broker") for what in ("ask", "gone")]
    assert not [pid for pid in children if pid is not None and psutil.pid_exists(pid)]


PARENT = """
import sys, time
from groundstation.app.processes import Child
child = Child("broker", ["broker", "--kind", sys.argv[1], "--port", sys.argv[2]])
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_child_whose_parent_is_killed_leaves_nothing_behind(kind: str, tmp_path: Path) -> None:
    port = free_port()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, kind, str(port)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_for_port(port)
        if kind == "iotcore":
            # its configuration is gone as soon as it was read
            wait_until(lambda: not list(tmp_path.iterdir()))
        # mosquitto has a shell above it, and beside it a reader of the pipe that keeps it alive
        wait_until(lambda: 1 + len(child.children(recursive=True)) == (4 if kind == "mosquitto" else 2))
        family = [child, *child.children(recursive=True)]
        assert bool(list(tmp_path.iterdir())) is (kind == "mosquitto")
        parent.kill()
        parent.wait()
    _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
    assert not alive
    assert not is_open(port)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    made: list[Program] = []

    def make(*arguments: str) -> Program:
        made.append(Program(*arguments, temporary=tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.close()


def has_udp(program: Program, port: int) -> bool:
    found = psutil.Process(program.process.pid).net_connections("udp")
    return any(one.laddr and one.laddr.port == port for one in found)


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("broker mosquitto", signal.SIGINT),
        ("broker iotcore", signal.SIGTERM),
        ("bridge", signal.SIGINT),
        ("bridge", signal.SIGTERM),
        ("simulate", signal.SIGINT),
        ("watch", signal.SIGINT),
        ("watch --json", signal.SIGTERM),
    ],
)
def test_a_signal_ends_each_subcommand_soon_and_well(
    command: str, number: signal.Signals, start: Callable[..., Program], mosquitto_broker: BrokerChild, tmp_path: Path
) -> None:
    name, _, kind = command.partition(" ")

    def ended() -> float:
        port = free_port()
        program = started(name, kind, port, start, mosquitto_broker.url)
        code, took_s = program.end(number)
        assert code == 0, program.said
        assert "Traceback" not in program.said
        assert not list(tmp_path.glob("groundstation-*"))
        assert not is_open(port)
        return took_s

    soon_enough(ended, 4.0)


def started(name: str, kind: str, port: int, start: Callable[..., Program], broker: str) -> Program:
    """A subcommand that is at work."""
    if name == "broker":
        program = start("broker", "--kind", kind, "--port", str(port))
        wait_until(lambda: is_open(port), what=program.said)
    elif name == "bridge":
        program = start("bridge", "--link", f"udpin:127.0.0.1:{port}", "--broker", broker)
        wait_until(lambda: has_udp(program, port), what=program.said)
    elif name == "simulate":
        program = start("simulate", "--vehicles", "2", "--link", f"udpin:127.0.0.1:{port}")
        wait_until(lambda: has_udp(program, port), what=program.said)
    else:
        program = start("watch", "--broker", broker, *([kind] if kind else []))
        connected = psutil.Process(program.process.pid)
        wait_until(lambda: bool(connected.net_connections("tcp")), what=program.said)
    return program


def test_a_bridge_plays_a_file_only_once_it_is_heard(
    start: Callable[..., Program], mosquitto_broker: BrokerChild
) -> None:
    mosquitto_broker.kill()
    log = f"tlog:{shared_log('copter_boot.tlog')}@max"
    program = start("bridge", "--link", log, "--broker", mosquitto_broker.url, "--id", "player")
    wait_until(lambda: "nothing listens" in program.said, what="it looked for the broker")
    with pytest.raises(subprocess.TimeoutExpired):
        program.process.wait(2.5)
    mosquitto_broker.start()
    heard = start("watch", "--broker", mosquitto_broker.url, "--json", "--period", "0.1")
    assert program.process.wait(PATIENCE_S) == 0
    wait_until(lambda: '"lat_deg":-35.36' in heard.said, what=heard.said)


@pytest.mark.parametrize("url", ["mqtt://127.0.0.1:{}", "mqtt://no.such.host.invalid:{}"])
def test_a_signal_ends_what_never_found_its_broker(url: str, start: Callable[..., Program]) -> None:
    def ended() -> float:
        port = free_port()
        program = start("bridge", "--link", f"udpin:127.0.0.1:{port}", "--broker", url.format(free_port()))
        wait_until(lambda: has_udp(program, port), what=program.said)
        code, took_s = program.end()
        assert code == 0, program.said
        return took_s

    soon_enough(ended, 4.0)
