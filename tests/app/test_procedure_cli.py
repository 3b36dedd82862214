# SPDX-License-Identifier: Apache-2.0
"""`procedure` as a script and a person in a terminal call it: a real broker, a bridge, a simulated copter."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstation.app.procedure_work import Terminal
from groundstation.fleet.procedures.progress import Question
from groundstation.transport.embedded_broker import find_mosquitto
from tests.app.test_order_cli import Done, Line, run
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mosquitto
UAV = "sim/uav-1"
LOOKS = "procedures:\n  - name: look\n    steps:\n      - {check: battery > 5, within_s: 60}\n"


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    with tempfile.TemporaryDirectory() as folder:
        found = Line(Path(folder))
        yield found
        found.close()


def wrote(folder: Path, *steps: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(LOOKS + "".join(f"      - {one}\n" for one in steps))
    return str(path)


def gone_through(line: Line, file: str, *words: str) -> Done:
    """As an operator does on a busy computer: what found nobody is asked for again."""
    for _ in range(20):
        done = run(
            *("procedure", "run", file, "--vehicles", UAV, "--broker", line.broker.url),
            *("--journal", str(line.journal), *words),
        )
        if "no vehicle" not in done.stderr and "no connection" not in done.stderr:
            break
    return done


def test_what_comes_along_is_listed_and_checked() -> None:
    listed = run("procedure", "list")
    assert listed.returncode == 0
    names = [one.split()[0] for one in listed.stdout.splitlines()]
    assert names == ["before_flight", "take_off"]
    for name in (*names, "before-flight"):
        done = run("procedure", "check", name)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_file_that_means_nothing_is_one_line(tmp_path: Path) -> None:
    file = wrote(tmp_path, "{do: fly_home}")
    for words in (("check", file), ("list", file), ("run", file)):
        done = run("procedure", *words)
        assert done.returncode == 1
        assert "mine.yaml, line 5: procedures[0].steps[1].do: there is no verb 'fly_home'" in done.stderr
        assert done.stderr.count("\n") == 1
    assert run("procedure", "check", str(tmp_path / "none.yaml")).returncode == 2
    assert run("procedure", "check", str(tmp_path)).returncode == 1
    assert "there are: look" in run("procedure", "check", wrote(tmp_path), "lok").stderr


def test_each_step_of_each_vehicle_is_a_line_and_in_the_journal(line: Line, tmp_path: Path) -> None:
    done = gone_through(line, wrote(tmp_path, "{confirm: clear}", "{say: hello}"), "--yes", "--json")
    assert done.returncode == 0, done.stderr
    told = [json.loads(one) for one in done.stdout.splitlines()]
    assert told[-1] == {"procedure": "look", "ending": "done"}
    last = {one["step"]: (one["state"], one["vehicle"], one["kind"]) for one in told[:-1]}
    assert last == {1: ("done", UAV, "check"), 2: ("done", UAV, "confirm"), 3: ("done", UAV, "say")}
    assert "(--yes)" in told[-3]["detail"] + told[-4]["detail"] + told[-2]["detail"]
    journal = run("journal", "look", "confirm:", "--journal", str(line.journal), "--csv", "-")
    assert journal.stdout.count("procedure") >= 2
    assert run("journal", "--journal", str(line.journal), "--check").returncode == 0


def test_a_dry_run_sends_nothing_and_says_what_it_would_do(line: Line, tmp_path: Path) -> None:
    done = gone_through(line, wrote(tmp_path, "{do: takeoff 15}", "{confirm: clear}"), "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "would order takeoff 15" in done.stdout
    assert "would ask: clear" in done.stdout
    assert "takeoff" not in run("journal", "takeoff", "--journal", str(line.journal)).stdout.replace("'takeoff'", "")
    failed = gone_through(line, wrote(tmp_path, "{check: battery < 1, within_s: 0}"), "--dry-run")
    assert failed.returncode == 11


def test_without_a_terminal_it_stops_at_the_first_question(line: Line, tmp_path: Path, monkeypatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        done = gone_through(line, wrote(tmp_path, "{confirm: clear}", "{do: takeoff 15}"))
    assert done.returncode == 13
    assert "stopped, there is nobody to ask: run it in a terminal, or confirm all with --yes" in done.stderr
    assert "skipped" in done.stdout.splitlines()[-1]


def test_a_step_that_fails_is_told_by_the_exit_code(line: Line, tmp_path: Path) -> None:
    done = gone_through(line, wrote(tmp_path, "{check: battery < 1, within_s: 0.1}", "{do: takeoff 15}"), "--yes")
    assert done.returncode == 11
    assert "does not hold: battery" in done.stdout
    assert done.stdout.splitlines()[-1] == "look: failed"


def test_no_such_vehicle_is_exit_code_1(line: Line, tmp_path: Path) -> None:
    done = run("procedure", "run", wrote(tmp_path), "--vehicles", "uav-77", "--broker", line.broker.url)
    assert done.returncode == 1
    assert "no vehicle 'uav-77'" in done.stderr


@pytest.mark.parametrize(
    ("typed", "answer", "asked"), [("y\n", True, 1), ("YES\n", True, 1), ("n\n", False, 1), ("what\nno\n", False, 2)]
)
def test_a_terminal_is_asked_beside_the_turning(monkeypatch, typed: str, answer: bool, asked: int) -> None:
    master, slave = os.openpty()
    shown: list[str] = []
    with os.fdopen(slave, "r") as keys:
        monkeypatch.setattr(sys, "stdin", keys)
        terminal, question = Terminal(shown.append), Question(1, None, "clear?")
        assert terminal.ask(question) is None
        os.write(master, typed.encode())
        found: list[bool] = []

        def is_answered() -> bool:
            said = terminal.ask(question)
            found.extend([said] if said is not None else [])
            return bool(found)

        wait_until(is_answered)
        assert (found, shown) == ([answer], ["clear?  [y/n]"] * asked)
    os.close(master)


def test_who_hangs_up_the_terminal_stops_it(monkeypatch) -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "r") as keys:
        monkeypatch.setattr(sys, "stdin", keys)
        terminal = Terminal(lambda _: None)
        terminal.ask(Question(1, None, "clear?"))
        os.write(master, b"\x04")

        def is_over() -> bool:
            try:
                return terminal.ask(Question(1, None, "clear?")) is not None
            except EOFError:
                return True

        wait_until(is_over)
    os.close(master)
