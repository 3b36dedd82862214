# SPDX-License-Identifier: Apache-2.0
"""`command`, `control` and `journal` as a script calls them: a real broker, a bridge, a simulated copter."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundstation.app import cli
from groundstation.app.journal_export import NEWEST
from groundstation.recording.journal import Journal
from groundstation.transport.embedded_broker import find_mosquitto
from tests.recording.test_journal import transition
from tests.support.brokers import mosquitto
from tests.support.ports import free_port
from tests.support.programs import Program
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mosquitto
UAV = "sim/uav-1"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


NOT_FOUND = (
    "no connection to",
    f"no vehicle '{UAV}'",
    "no answer in time",
    "its bridge does not answer",
    "heard are: none",
)
TOO_LATE = (14, 15)
"""An order that came too late, or had no answer in time."""


def asked(*words: str) -> Done:
    """As an operator does on a busy computer: what found nobody, or came too late, is asked for again."""
    for _ in range(20):
        done = run(*words)
        if done.returncode not in TOO_LATE and not any(one in done.stderr for one in NOT_FOUND):
            break
    return done


def run(*words: str) -> Done:
    """The program's own entry, in this process: an interpreter takes longer to start than an order to end."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr(sys, "argv", ["groundstation", *words])
        patch.setenv("COLUMNS", "200")
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


class Line:
    """A broker, a bridge and a copter on the ground, for all tests of this file."""

    def __init__(self, folder: Path) -> None:
        self.broker = mosquitto(folder).start()
        self.journal = folder / "journal.sqlite3"
        link = f"127.0.0.1:{free_port()}"
        bridge = ("bridge", "--broker", self.broker.url, "--link", f"udpin:{link}", "--root", "sim")
        simulator = ("simulate", "--vehicles", "1", "--link", f"udpout:{link}", "--ready", "--speed", "5")
        self.programs = [Program(*bridge), Program(*simulator)]

    def run(self, *words: str) -> Done:
        return asked(*words, "--broker", self.broker.url)

    def command(self, *words: str) -> Done:
        return self.run("command", *words, "--journal", str(self.journal))

    def close(self) -> None:
        for program in reversed(self.programs):
            program.close()
        self.broker.stop()


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    with tempfile.TemporaryDirectory() as folder:
        one = Line(Path(folder))
        try:
            wait_until(lambda: one.run("control", "show", UAV).returncode == 0, what="the copter is heard")
            yield one
        finally:
            one.close()


def test_an_order_that_telemetry_shows_is_0(line: Line) -> None:
    done = line.command(UAV, "mode", "guided")
    assert done.returncode == 0, done.stderr
    words = [one.split()[2] for one in done.stdout.splitlines()]
    assert words[0] == "queued"
    assert words[-1] == "succeeded"


def test_an_order_that_only_the_vehicle_confirms_is_10(line: Line) -> None:
    done = line.command(UAV, "roi_none", "--json")
    assert done.returncode == 10, done.stdout
    steps = [json.loads(one) for one in done.stdout.splitlines()]
    assert steps[-1]["state"] == "accepted_unverified"
    assert steps[-1]["result"] == 0
    assert len({one["id"] for one in steps}) == 1


def test_an_order_that_makes_no_sense_now_is_12_and_says_why(line: Line) -> None:
    done = line.command(UAV, "goto", "-35.3632", "149.1652")
    assert done.returncode == 12
    assert "it is not flying" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("sim/uav-99", "arm"), 1, "no vehicle 'sim/uav-99'; heard are: sim/uav-1"),
        ((UAV, "fly"), 2, "there is no verb 'fly'"),
        ((UAV, "takeoff", "nan"), 2, "height_m is a number"),
        ((UAV, "takeoff", "501"), 2, "outside 1 to 500"),
        ((UAV, "arm", "now"), 2, "too many"),
        ((UAV, "arm", "--root", "replay"), 2, "there are fleet and sim"),
    ],
)
def test_a_mistake_is_one_line_and_its_code(line: Line, words: tuple[str, ...], code: int, told: str) -> None:
    done = line.command(*words)
    assert done.returncode == code
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout


def test_without_a_broker_it_is_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstation.app.ordering.CONNECT_S", 0.5)
    done = run("command", UAV, "arm", "--broker", f"mqtt://127.0.0.1:{free_port()}", "--journal", "/dev/null/no")
    assert done.returncode == 1
    assert "no connection to" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_tells_the_orders_and_sends_none(line: Line) -> None:
    done = line.command(UAV, "takeoff", "12", "--dry-run", "--json")
    assert done.returncode == 0
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["reason"] == "dry_run"
    assert [one.split(":")[0] for one in last["sends"]] == ["set GUIDED", "arm", "take off"]
    assert last["sends"][-1].endswith("NAV_TAKEOFF (22): 0, 0, 0, 0, 0, 0, 12")
    shown = line.run("control", "show", UAV)
    assert "free" in shown.stdout, "and takes no control"


def held(line: Line, *words: str) -> Program:
    for _ in range(10):
        holder = Program("control", "acquire", UAV, "--broker", line.broker.url, *words)
        wait_until(lambda holder=holder: "in control of" in holder.said or not holder.is_running)
        if holder.is_running or not any(one in holder.said for one in NOT_FOUND):
            break
        holder.close()
    assert "in control of" in holder.said, holder.said
    return holder


def test_control_is_shown_and_given_back_by_ctrl_c_and_by_release(line: Line) -> None:
    holder = held(line)
    shown = json.loads(line.run("control", "show", UAV, "--json").stdout)
    assert shown["vehicle"] == UAV
    assert shown["control"]["owner"]["gs"] in holder.said
    assert holder.end()[0] == 0
    holder.close()
    assert "free" in line.run("control", "show", UAV).stdout
    holder = held(line)
    assert line.run("control", "release", UAV).returncode == 0
    wait_until(lambda: not holder.is_running, what="it notices that it was released")
    assert holder.process.returncode == 1
    assert "control was lost" in holder.said
    holder.close()
    assert "free" in line.run("control", "show", UAV).stdout


@pytest.mark.long
def test_the_second_is_told_who_and_has_it_after_the_firsts_death(line: Line) -> None:
    holder = held(line)
    refused = run("control", "acquire", UAV, "--timeout", "1", "--broker", line.broker.url)
    assert refused.returncode == 1
    assert "no control of sim/uav-1" in refused.stderr
    who = json.loads(line.run("control", "show", UAV, "--json").stdout)["control"]["owner"]
    assert who["gs"] in line.run("control", "show", UAV).stdout
    holder.kill()
    # within six seconds: tests/bridge/test_control.py, on a clock that no busy machine slows
    second = held(line, "--timeout", "60")
    second.close()
    holder.close()
    wait_until(lambda: "free" in line.run("control", "show", UAV).stdout)


def test_a_journal_as_a_file_is_whole_and_in_the_terminal_the_newest(tmp_path: Path) -> None:
    path, target, rows = tmp_path / "journal.sqlite3", tmp_path / "out.csv", NEWEST + 10
    journal = Journal(path, "gs-1")
    journal.start()
    journal.record([transition(number) for number in range(rows)])
    journal.stop()
    written = run("journal", "--journal", str(path), "--csv", str(target))
    assert (written.returncode, f"{rows} rows" in written.stderr) == (0, True)
    assert len(list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"), newline="")))) == rows
    limited = run("journal", "--journal", str(path), "--csv", "-", "--limit", "3")
    assert len(list(csv.DictReader(io.StringIO(limited.stdout)))) == 3
    assert run("journal", "--journal", str(path)).stdout.count("uav-1") == NEWEST


@pytest.mark.long
def test_the_journal_holds_what_was_commanded(line: Line, tmp_path: Path) -> None:
    assert line.command(UAV, "roi_none").returncode == 10
    target = tmp_path / "out.csv"
    words = ("journal", "--journal", str(line.journal))
    assert run(*words, "roi_none", "--csv", str(target)).returncode == 0
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"), newline="")))
    assert rows[-1]["state"] == "accepted_unverified"
    assert {row["verb"] for row in rows} == {"roi_none"}
    none = run(*words, "nosuchword")
    assert (none.returncode, none.stdout, "no row with 'nosuchword'" in none.stderr) == (0, "", True)
    assert run(*words, "--check").returncode == 0
    shown = run(*words, "--limit", "1")
    assert "accepted_unverified" in shown.stdout
    missing = run("journal", "--journal", str(tmp_path / "none"))
    assert (missing.returncode, "there is no journal" in missing.stderr) == (1, True)
    full = run(*words, "--csv", str(tmp_path / "no" / "folder.csv"))
    assert (full.returncode, "can't be written" in full.stderr) == (1, True)
