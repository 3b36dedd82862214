# SPDX-License-Identifier: Apache-2.0
"""The demo and the window: what is looked at before they start, and that their end depends on nothing that can fail."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from groundstation.app import demo
from groundstation.app.demo import PICTURES, check_picture
from groundstation.app.display import display_problem
from groundstation.app.processes import Supervisor, _listens
from groundstation.fleet.errors import GroundStationError
from tests.support.brokers import BrokerChild, free_port
from tests.support.programs import ROOT, Program
from tests.support.screen import x_server
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(180)
LONGEST_S = 150
"""Only a process that never ends takes so long."""


def start(*words: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """The program with a terminal's two streams in one; settings and recordings in a folder of the test."""
    homes = {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
    without = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**without, **homes, "COLUMNS": "200", "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(*words: str, folder: Path, **environment: str) -> tuple[int, str]:
    """To its end, which has to come by itself."""
    with start(*words, folder=folder, **environment) as process:
        try:
            said, _ = process.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"it does not end: {process.communicate()[0][-2000:]}") from None
        return process.returncode, said


def bad_pictures(folder: Path) -> dict[str, Path]:
    (folder / "file").write_text("")
    (folder / "folder.png").mkdir()
    return {
        "no suffix": folder / "demo",
        "a suffix that Qt can't write": folder / "demo.txt",
        "below a file": folder / "file" / "demo.png",
        "a folder": folder / "folder.png",
        "where nothing can be made": Path("/proc/demo.png"),
    }


@pytest.mark.parametrize(
    "kind", ["no suffix", "a suffix that Qt can't write", "below a file", "a folder", "where nothing can be made"]
)
def test_a_picture_that_cant_be_saved_is_told_before_anything_starts(kind: str, tmp_path: Path) -> None:
    picture = bad_pictures(tmp_path)[kind]
    words = ("-m", "groundstation", "demo", "--headless", "--duration", "2", "--screenshot", str(picture))
    code, said = run(*words, folder=tmp_path)
    assert (code, len(said.splitlines())) == (1, 1), said
    assert str(picture) in said
    assert "choose another --screenshot" in said
    assert not (tmp_path / "data").exists()


def test_looking_at_a_picture_leaves_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "old.png").write_text("old")
    check_picture(tmp_path / "old.png")
    check_picture(tmp_path / "new" / "one.JPG")
    assert (tmp_path / "old.png").read_text() == "old"
    assert list((tmp_path / "new").iterdir()) == []


def test_every_kind_of_picture_is_one_that_qt_writes() -> None:
    from PySide6.QtGui import QImageWriter

    assert {one.lstrip(".") for one in PICTURES} <= {
        bytes(one.data()).decode() for one in QImageWriter.supportedImageFormats()
    }


WINDOW = """
import gc, sys, threading
from pathlib import Path
from PySide6.QtCore import QMetaObject, QSettings, Qt, QTimer
from groundstation.app.gui import Station
from groundstation.app.cli import _log
from groundstation.fleet.errors import GroundStationError
from groundstation.transport.broker_url import BrokerUrl

_log(False)
kind, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
stop, calls, timer = threading.Event(), [], QTimer()
station = Station(BrokerUrl(host="127.0.0.1", port=port), QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat),
                  journal=folder / "journal.db", recordings=folder)

def fail(*_):
    calls.append(1)
    if len(calls) >= 30:
        stop.set()
    raise ValueError("planted")

def fail_expected():
    raise GroundStationError("planted")

def end():
    if len(calls) > 30:
        stop.set()

if "slot" in kind:
    timer.timeout.connect(fail)
    timer.start(5)
if kind == "close":
    station.window.save = fail
    QTimer.singleShot(300, stop.set)
if kind == "closed by its frame":
    station.window.save = fail
    QTimer.singleShot(300, lambda: QMetaObject.invokeMethod(station.window, "close", Qt.ConnectionType.QueuedConnection))
def count():
    print("left out", gc.get_freeze_count(), "looked at", len(gc.get_objects()))
    stop.set()

tick = {"tick": fail, "expected": fail_expected, "count": count}.get(kind, end)
at_end = {"end": fail}.get(kind)
if kind == "end":
    stop.set()
station.run(stop, tick, at_end, ends_on_fault=kind == "slot that ends")
print("goes on after", len(calls))
"""


def window(kind: str, folder: Path) -> tuple[int, str]:
    return run("-c", WINDOW, kind, str(folder), str(free_port()), folder=folder, QT_QPA_PLATFORM="offscreen")


@pytest.mark.parametrize("kind", ["tick", "end", "slot that ends"])
@pytest.mark.long
def test_a_fault_where_the_end_is_decided_ends_the_process_with_one_traceback(kind: str, tmp_path: Path) -> None:
    code, said = window(kind, tmp_path)
    assert (code, said.count("Traceback"), said.count("ValueError: planted")) == (1, 1, 1), said
    assert "goes on" not in said


@pytest.mark.long
def test_an_expected_fault_where_the_end_is_decided_is_raised_to_whoever_runs_the_window(tmp_path: Path) -> None:
    code, said = window("expected", tmp_path)
    assert (code, said.count("GroundStationError: planted")) == (1, 1), said


@pytest.mark.long
def test_the_garbage_collector_does_not_look_at_what_a_window_begins_with(tmp_path: Path) -> None:
    code, said = window("count", tmp_path)
    numbers = re.search(r"left out (\d+) looked at (\d+)", said)
    assert code == 0
    assert numbers is not None
    assert int(numbers[1]) > 50_000 > 10 * int(numbers[2])


@pytest.mark.long
def test_a_window_goes_on_with_a_fault_in_a_part_of_it_and_says_so_once(tmp_path: Path) -> None:
    code, said = window("slot", tmp_path)
    assert (code, said.count("Traceback")) == (0, 1), said
    assert "goes on after" in said
    assert int(re.findall(r"came (\d+) times", said)[0]) >= 30


@pytest.mark.parametrize("kind", ["close", "closed by its frame"])
@pytest.mark.long
def test_a_fault_while_the_window_closes_keeps_nothing_alive(kind: str, tmp_path: Path) -> None:
    code, said = window(kind, tmp_path)
    assert (code, said.splitlines()[-1]) == (0, "goes on after 1"), said


@pytest.mark.long
def test_the_demo_reports_no_trouble_with_the_broker_that_it_starts(tmp_path: Path) -> None:
    words = ("-m", "groundstation", "demo", "--vehicles", "1", "--headless", "--duration", "2")
    code, said = run(*words, "--screenshot", str(tmp_path / "a.png"), folder=tmp_path)
    assert (code, (tmp_path / "a.png").is_file()) == (0, True), said
    assert "nothing listens" not in said
    assert not re.search("WARNING|^(broker|bridge|simulator|recorder): ", said, re.MULTILINE), said


def test_a_demo_never_flies_on_the_broker_of_another_that_was_quicker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = BrokerChild(
        [sys.executable, "-m", "groundstation", "broker", "--port", str(port := free_port())], port
    ).start()
    monkeypatch.setattr(demo, "DEFAULT_PORT", port)
    monkeypatch.setattr(demo, "check_port", lambda _: None)  # it was still free when we looked
    supervisor, stop = Supervisor(), threading.Event()
    try:
        url = demo._start_broker(supervisor, stop)
        assert url.port != port
        (child,) = supervisor.children
        assert child.wait_listening(url.port, stop)
        assert child.pid is not None
        assert not _listens(child.pid, port)
    finally:
        supervisor.stop()
        other.stop()


NO_DISPLAY = {"DISPLAY": ":7919", "QT_QPA_PLATFORM": ""}


def test_a_display_that_does_not_answer_is_one_line_of_the_window(tmp_path: Path) -> None:
    code, said = run("-m", "groundstation", "gui", folder=tmp_path, **NO_DISPLAY)
    assert (code, len(said.splitlines())) == (1, 1), said
    assert "the display ':7919' does not answer" in said


@pytest.mark.long
def test_a_display_that_does_not_answer_sends_the_demo_off_screen(tmp_path: Path) -> None:
    words = (
        "-m",
        "groundstation",
        "demo",
        "--vehicles",
        "1",
        "--duration",
        "2",
        "--screenshot",
        str(tmp_path / "a.png"),
    )
    code, said = run(*words, folder=tmp_path, **NO_DISPLAY)
    assert (code, (tmp_path / "a.png").is_file()) == (0, True), said
    assert said.splitlines()[0].startswith("the display ':7919' does not answer: running off-screen for 2 s")
    assert "plugin" not in said


def test_a_wayland_that_is_gone_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert display_problem() == "the display 'wayland-0' does not answer"


@pytest.fixture
def screen() -> Iterator[str]:
    with x_server() as address:
        if address is None:
            pytest.skip("Xvfb is not installed")
        yield address


@pytest.mark.long
def test_a_window_says_that_it_is_open_and_how_it_ends(
    screen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DISPLAY": screen, "QT_QPA_PLATFORM": "", "XDG_CONFIG_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    assert display_problem() is None
    program = Program("gui", "--no-record", "--broker", f"mqtt://127.0.0.1:{free_port()}")
    try:
        wait_until(lambda: "the window is open; close it or press Ctrl-C to end" in program.said, what=program.said)
        # its first failed connection comes from its running event loop
        wait_until(lambda: "nothing listens" in program.said, what=program.said)
        assert program.end(signal.SIGINT)[0] == 0, program.said
    finally:
        program.close()


def test_check_picture_names_the_cause(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GroundStationError, match=r"Not a directory|File exists"):
        check_picture(tmp_path / "file" / "a.png")


@pytest.mark.long
def test_a_reader_that_goes_away_ends_the_demo(tmp_path: Path) -> None:
    words = ("-m", "groundstation", "demo", "--vehicles", "1", "--headless", "--duration", "100")
    with start(*words, folder=tmp_path) as process:
        family = [psutil.Process(process.pid)]
        assert process.stdout is not None
        process.stdout.readline()
        wait_until(lambda: len(psutil.Process(process.pid).children()) >= 4, LONGEST_S)
        family += psutil.Process(process.pid).children(recursive=True)
        process.stdout.close()
        assert process.wait(LONGEST_S) == 1
    _, alive = psutil.wait_procs(family, timeout=LONGEST_S)
    assert alive == []
