# SPDX-License-Identifier: Apache-2.0
"""A window that dies by `kill -9` stops no recording, bridge or broker; the next one finds them; none stays for ever."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from groundstation.app import demo
from groundstation.app.left_behind import Note, NoteFile, Running, running, take_over
from groundstation.app.processes import Child, Supervisor
from groundstation.app.recorder_process import is_recorded
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.status import Armed
from groundstation.transport import payloads, topics
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import Outgoing
from groundstation.transport.embedded_broker import find_mosquitto
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild, wait_for_port
from tests.support.ports import free_port
from tests.support.programs import ROOT
from tests.support.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.timeout(300)

PARENT = """
import sys, time
from pathlib import Path
from groundstation.app.processes import Child, Supervisor
from groundstation.app import record_cli

supervisor = Supervisor()
kind, linger_s, words = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
if kind == "recorder":
    child = record_cli.recorder_child(words[0], Path(words[1]), lambda line: print(line, flush=True), is_left=True)
    child._environment["GROUNDSTATION_SUPERVISED"] = f"lingers {linger_s}"
else:
    child = Child(kind, words, lambda line: print(line, flush=True), linger_s=linger_s)
supervisor.add(child)
print("pid", child.pid, flush=True)
sys.stdin.read()
supervisor.stop()
print("closed", flush=True)
"""


@pytest.fixture
def parent() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    made: list[subprocess.Popen[str]] = []

    def start(*words: object) -> subprocess.Popen[str]:
        made.append(
            subprocess.Popen(
                [sys.executable, "-c", PARENT, *map(str, words)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
        )
        return made[-1]

    yield start
    for one in made:
        one.kill()
        one.wait()


def child_of(one: subprocess.Popen[str]) -> psutil.Process:
    assert one.stdout is not None
    word, number = one.stdout.readline().split()
    assert word == "pid"
    return psutil.Process(int(number))


class Vehicle:
    """Says again and again that it is armed, or not."""

    def __init__(self, url: str) -> None:
        self.is_armed, self._seq, self._stop = True, 0, threading.Event()
        self.topic = topics.vehicle(VehicleKey("fleet", "uav-1"), topics.STATE)
        self.worker = MqttWorker(
            parse_broker_url(url), client_id="vehicle", echo_topic="fleet/_bridge/x/echo", on_message=lambda _: None
        )
        self.worker.start()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            content = Samples(armed=Armed(at_s=self._seq / 10, is_armed=self.is_armed))
            told = payloads.Envelope(sid="s", seq=self._seq, ts=0, bms=self._seq * 100, d=content)
            self.worker.publish([Outgoing(self.topic, payloads.encode(told), 1)])
            self._seq += 1

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.worker.stop()


@pytest.fixture
def vehicle(mosquitto_broker: BrokerChild) -> Iterator[Vehicle]:
    made = Vehicle(mosquitto_broker.url)
    yield made
    made.close()


def messages(folder: Path) -> int:
    """Recorded in the one session of a folder."""
    (manifest,) = folder.glob("*/session.json")
    return int(json.loads(manifest.read_text())["messages"])


def has_session(folder: Path) -> bool:
    return bool(list(folder.glob("*/session.json")))


@pytest.mark.long
def test_a_recorder_outlives_a_window_that_dies_while_something_is_armed_and_no_second_one_starts(
    parent: Callable[..., subprocess.Popen[str]], vehicle: Vehicle, mosquitto_broker: BrokerChild, tmp_path: Path
) -> None:
    first = parent("recorder", 1.0, mosquitto_broker.url, tmp_path)
    recorder = child_of(first)
    wait_until(lambda: has_session(tmp_path) and messages(tmp_path) > 5, what="it records")
    first.kill()
    first.wait()
    known = messages(tmp_path)
    wait_until(lambda: messages(tmp_path) > known + 50, what="it goes on, longer than it lingers")
    assert is_recorded(tmp_path, mosquitto_broker.url)
    second = parent("recorder", 1.0, mosquitto_broker.url, tmp_path)
    assert second.stdout is not None
    assert second.stdout.readline().split() == ["pid", "None"]
    assert recorder.is_running()
    assert len(list(tmp_path.glob("*/session.json"))) == 1
    vehicle.is_armed = False
    psutil.wait_procs([recorder], timeout=PATIENCE_S)
    assert not recorder.is_running() or recorder.status() == psutil.STATUS_ZOMBIE
    # now its work is nobody's, and the window that looks on starts one of its own
    wait_until(lambda: is_recorded(tmp_path, mosquitto_broker.url), what="the second window's recorder")


@pytest.mark.long
def test_a_window_that_is_closed_leaves_its_recorder_only_while_something_is_armed(
    parent: Callable[..., subprocess.Popen[str]], vehicle: Vehicle, mosquitto_broker: BrokerChild, tmp_path: Path
) -> None:
    first = parent("recorder", 1.0, mosquitto_broker.url, tmp_path)
    recorder = child_of(first)
    wait_until(lambda: has_session(tmp_path) and messages(tmp_path) > 5, what="it records")
    said, _ = first.communicate(timeout=PATIENCE_S)
    assert "recording goes on without its window: fleet/uav-1 is armed; it" in said
    assert "closed\n" in said  # its last words and those of the recorder come on two threads
    assert recorder.is_running()
    vehicle.is_armed = False
    psutil.wait_procs([recorder], timeout=PATIENCE_S)
    second = parent("recorder", 600.0, mosquitto_broker.url, tmp_path)
    recorder = child_of(second)
    wait_until(lambda: is_recorded(tmp_path, mosquitto_broker.url), what="it records again")
    second.communicate(timeout=PATIENCE_S)
    assert not recorder.is_running()


KINDS = [
    "iotcore",
    pytest.param("mosquitto", marks=pytest.mark.skipif(find_mosquitto() is None, reason="no mosquitto")),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_broker_outlives_a_window_that_dies_and_ends_once_nothing_is_armed(
    kind: str, parent: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    port = free_port()
    window = parent("broker", 2.0, "broker", "--kind", kind, "--port", port)
    broker = child_of(window)
    wait_for_port(port)
    family = [broker, *broker.children(recursive=True)]
    flown = Vehicle(f"mqtt://127.0.0.1:{port}")
    try:
        wait_until(lambda: flown._seq > 5)
        window.kill()
        window.wait()
        known = flown._seq
        wait_until(lambda: flown._seq > known + 60, what="longer than it lingers")
        assert all(one.is_running() for one in family)
        flown.is_armed = False
        _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
        assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
    finally:
        flown.close()


def test_a_bridge_outlives_a_window_that_dies_and_ends_with_one_that_is_closed(
    parent: Callable[..., subprocess.Popen[str]], mosquitto_broker: BrokerChild, tmp_path: Path
) -> None:
    words = ("bridge", "--broker", mosquitto_broker.url, "--outbox", tmp_path / "o.db", "--link")
    window = parent("bridge", 3.0, *words, f"udpin:127.0.0.1:{free_port()}")
    bridge = child_of(window)
    wait_until(lambda: bool(bridge.net_connections("udp")))
    window.communicate(timeout=PATIENCE_S)
    assert not bridge.is_running()
    port = free_port()
    window = parent("bridge", 3.0, *words, f"udpin:127.0.0.1:{port}")
    bridge = child_of(window)
    wait_until(lambda: bool(bridge.net_connections("udp")))
    window.kill()
    window.wait()
    with pytest.raises(psutil.TimeoutExpired):
        bridge.wait(1.5)
    with contextlib.suppress(psutil.TimeoutExpired):
        bridge.wait(PATIENCE_S)
    assert not bridge.is_running()


def begun(folder: Path, *words: str) -> subprocess.Popen[str]:
    environment = {
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "QT_QPA_PLATFORM": "offscreen",
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "groundstation", "demo", "--vehicles", "1", "--headless", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def the_note(folder: Path) -> Note | None:
    import msgspec

    for path in folder.rglob("running/*.json"):
        note = msgspec.json.decode(path.read_bytes(), type=Note)
        if set(note.children) == {"broker", "bridge", "simulator", "recorder", "alarms"}:
            return note
    return None


@pytest.mark.long
def test_a_demo_finds_all_that_one_left_which_was_killed_and_ends_it_when_it_is_closed(tmp_path: Path) -> None:
    first = begun(tmp_path, "--duration", "600")
    try:
        wait_until(lambda: the_note(tmp_path) is not None, what="its note")
        note = the_note(tmp_path)
        assert note is not None
        wait_until(lambda: bool(list(tmp_path.rglob("session.json"))), what="it records")
    finally:
        first.kill()
        first.communicate()
    left = {name: one.process() for name, one in note.children.items()}
    assert None not in left.values()
    second = begun(tmp_path, "--duration", "5", "--screenshot", str(tmp_path / "a.png"))
    said, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0, said
    for name in left:
        assert f"{name}: goes on, a window that died had started it" in said
    assert len(list(tmp_path.rglob("session.json"))) == 1
    alive = [name for name, one in left.items() if one is not None and one.is_running()]
    assert [name for name in alive if psutil.Process(note.children[name].pid).status() != psutil.STATUS_ZOMBIE] == []
    assert not list(tmp_path.rglob("running/*.json"))


# ---- notes ----


def note_of(owner: Running, plan: str = "1 copter") -> Note:
    broker = running(os.getpid())
    assert broker is not None
    return Note(owner=owner, plan=plan, broker_port=1883, link="127.0.0.1:1", children={"broker": broker})


GONE = Running(pid=2**22 - 3, began_unix_s=0.0)


@pytest.mark.parametrize("other", ["a window that lives", "another plan", "broken", "its broker has ended"])
def test_what_is_not_to_be_taken_over(other: str, tmp_path: Path) -> None:
    alive = running(os.getpid())
    assert alive is not None
    assert take_over(tmp_path / "missing", "1 copter") is None
    file = NoteFile(tmp_path)
    if other == "a window that lives":
        file.write(note_of(alive))
    elif other == "another plan":
        file.write(note_of(GONE, "2 copter"))
    elif other == "its broker has ended":
        file.write(Note(owner=GONE, plan="1 copter", broker_port=1, link="", children={"broker": GONE}))
    else:
        (tmp_path / "1.json").write_bytes(b"\xff{")
    assert take_over(tmp_path, "1 copter") is None


def test_what_is_left_is_taken_over_once(tmp_path: Path) -> None:
    NoteFile(tmp_path).write(note_of(GONE))
    found = take_over(tmp_path, "1 copter")
    assert found is not None
    assert found.children["broker"].process() is not None
    assert take_over(tmp_path, "1 copter") is None


def test_a_number_that_another_process_has_by_now_is_not_believed() -> None:
    here = running(os.getpid())
    assert here is not None
    assert here.process() is not None
    assert Running(here.pid, here.began_unix_s + 5.0).process() is None


def test_one_that_was_adopted_is_started_anew_when_it_dies() -> None:
    port = free_port()
    other = Child("broker", ["broker", "--kind", "iotcore", "--port", str(port)])
    other.start()
    supervisor, child = Supervisor(), Child("broker", ["broker", "--kind", "iotcore", "--port", str(port)])
    try:
        assert other.pid is not None
        wait_for_port(port)
        child.adopt(psutil.Process(other.pid))
        supervisor.add(child)
        assert child.pid == other.pid
        other.kill()
        wait_until(lambda: child.restarts == 1 and child.pid is not None, what="its own")
        wait_for_port(port)
    finally:
        supervisor.stop()
    assert demo.LINGER_S == 60.0
