# SPDX-License-Identifier: Apache-2.0
"""The house rules hold, and each would be noticed when broken: one violation is planted for every contract."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 500
CONTRACTS = [
    one["name"] for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]
VIOLATIONS = {
    "Rooms: the data flows up, imports point down": ("fleet/roster.py", "import groundstation.transport.topics"),
    "Qt lives in ui and app only": ("bridge/links.py", "import PySide6.QtCore"),
    "paho lives in transport.mqtt_worker only": ("transport/inbox.py", "import paho.mqtt.client"),
    "protobuf lives in transport.sparkplug.schema only": ("transport/inbox.py", "import google.protobuf.message"),
    "pymavlink lives in mavlink and simulator only": ("app/wiring.py", "import pymavlink.mavutil"),
    "Logs are read for the recording and the app, not for the window, the bridge, the simulator": (
        "ui/docks.py",
        "import groundstation.logs.log",
    ),
    "The simulator speaks bytes, never topics": ("simulator/engine/wire.py", "import groundstation.transport.topics"),
    "The simulator: firmwares are strangers, and its engine knows neither": (
        "simulator/px4/modes.py",
        "import groundstation.simulator.ardupilot.boot",
    ),
    "The simulator imports nothing in a circle": (
        "simulator/engine/wire.py",
        "import groundstation.simulator.engine.vehicle",
    ),
}


def lint(folder: Path) -> tuple[int, dict[str, str]]:
    """Exit code of import-linter and the verdict on each contract."""
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
    verdicts = dict(re.findall(r"^(.+?)\s+(KEPT|BROKEN)\b", plain, re.MULTILINE))
    assert verdicts, result.stdout + result.stderr
    return result.returncode, verdicts


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "groundstation", tmp_path / "groundstation", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_has_a_violation_here() -> None:
    assert set(CONTRACTS) == set(VIOLATIONS)


def test_the_rooms_are_in_order(copy: Path) -> None:
    code, verdicts = lint(copy)
    assert code == 0
    assert verdicts == dict.fromkeys(CONTRACTS, "KEPT")


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_planted_violation_breaks_its_contract(contract: str, copy: Path) -> None:
    place, line = VIOLATIONS[contract]
    with (copy / "groundstation" / place).open("a") as file:
        file.write(f"\n{line}\n")
    code, verdicts = lint(copy)
    assert code == 1
    broken = {name for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert broken == {contract}


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in (ROOT / "groundstation").rglob("*.py")}
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > MAX_LINES} == {}


THREADS = {"Thread": "name", "Timer": "", "QThread": "", "ThreadPoolExecutor": "thread_name_prefix", "QThreadPool": ""}
"""What begins a thread, and the argument that names it. Empty where there is none: such a thread can't have a name."""


def nameless_threads(source: str) -> list[int]:
    """Lines that begin a thread without a name: in a log or a dump of all stacks nobody could say whose it is."""
    calls = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)]
    begun = [
        (one, one.func.attr if isinstance(one.func, ast.Attribute) else getattr(one.func, "id", "")) for one in calls
    ]
    return [
        call.lineno
        for call, kind in begun
        if kind in THREADS and not any(word.arg == THREADS[kind] for word in call.keywords)
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("threading.Thread(target=run, name='disk')", []),
        ("threading.Thread(target=run)", [1]),
        ("Thread(target=run, daemon=True)", [1]),
        ("ThreadPoolExecutor(2, thread_name_prefix='tiles')", []),
        ("futures.ThreadPoolExecutor(2)", [1]),
        ("threading.Timer(1.0, run)", [1]),
    ],
)
def test_a_thread_without_a_name_is_seen(line: str, found: list[int]) -> None:
    assert nameless_threads(line) == found


@pytest.mark.long
def test_every_thread_has_a_name() -> None:
    found = {
        str(path.relative_to(ROOT)): nameless_threads(path.read_text())
        for path in (ROOT / "groundstation").rglob("*.py")
    }
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_no_committed_file_names_a_package_host_or_a_machine_path() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    words = ["--index" + "-url", "--find" + "-links", "file:" + "///", "/home" + "/", "/root" + "/"]
    pattern = [part for word in words for part in ("-e", word)]
    found = subprocess.run(
        ["git", "grep", "-I", "-l", "-F", *pattern], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout.splitlines() == []
