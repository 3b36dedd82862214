# SPDX-License-Identifier: Apache-2.0
"""`groundstation recordings`: sessions are listed, and kept for ever."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from groundstation.app.cli import app
from groundstation.fleet.errors import GroundStationError
from groundstation.logs import session_folder
from groundstation.logs.session_folder import Manifest, SessionFile, SessionState

OLD, NEW = "2026-05-31_08-15-00", "2026-06-01_10-00-00"


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}).invoke(app, ["recordings", *words])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two sessions, one of them lasting, and what is none."""
    for name in (OLD, NEW, "other"):
        (tmp_path / name).mkdir()
    (tmp_path / OLD / "fleet-uav-1.mcap").write_bytes(bytes(1_500_000))
    files = (SessionFile(name="fleet-uav-1.mcap", vehicle="fleet/uav-1"), SessionFile(name="rest.mcap"))
    old = Manifest(
        name=OLD, state=SessionState.CLOSED, began_unix_s=1_000.0, ended_unix_s=4_723.0, files=files, is_pinned=True
    )
    session_folder.save(tmp_path / OLD, old)
    session_folder.save(
        tmp_path / NEW, Manifest(name=NEW, state=SessionState.RECORDING, began_unix_s=time.time() - 60.0)
    )
    return tmp_path


def test_sessions_are_listed_the_oldest_first(out: Path) -> None:
    lines = run("list", "--recordings", str(out)).stdout.splitlines()
    assert lines[1].split() == [OLD, "1:02:03", "1.5", "MB", "closed", "pinned", "fleet/uav-1"]
    assert lines[2].split()[0] == NEW
    # a minute ago, and what a busy machine takes to look
    minutes, seconds = map(int, lines[2].split()[1].split(":"))
    assert 60 <= 60 * minutes + seconds < 600
    assert lines[2].split()[4:] == ["recording"]
    assert len(lines) == 3


def test_a_session_without_a_manifest_is_listed_as_such(out: Path) -> None:
    (out / NEW / session_folder.MANIFEST).write_text("{")
    assert run("list", "--recordings", str(out)).stdout.splitlines()[2].split()[-2:] == ["no", "manifest"]
    document = json.loads(run("list", "--recordings", str(out), "--json").stdout)
    assert [one["state"] for one in document] == ["closed", "unknown"]
    assert document[0]["vehicles"] == ["fleet/uav-1"]
    assert document[0]["duration_s"] == 3_723.0


def test_pinning_and_back(out: Path) -> None:
    for words, is_pinned in (("pin", True), ("pin", True), ("unpin", False)):
        result = run(words, NEW, "--recordings", str(out))
        assert result.exit_code == 0
        manifest = session_folder.load(out / NEW)
        assert manifest is not None
        assert manifest.is_pinned is is_pinned
        assert manifest.state is SessionState.RECORDING
    assert "is kept for ever" in run("pin", NEW, "--recordings", str(out)).stdout


def test_a_session_is_found_by_its_folder_too(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "empty"))
    run("unpin", str(out / OLD))
    manifest = session_folder.load(out / OLD)
    assert manifest is not None
    assert not manifest.is_pinned


@pytest.mark.parametrize("name", ["2020-01-01_00-00-00", "other", "..", ""])
def test_what_is_no_session_is_said_with_the_newest_one(out: Path, name: str) -> None:
    problem = run("pin", name, "--recordings", str(out)).exception
    assert isinstance(problem, GroundStationError)
    assert f"the newest is {NEW}" in str(problem)


def test_no_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    result = run("list")
    assert result.exit_code == 0
    assert result.stdout.startswith("no sessions in")
    assert json.loads(run("list", "--json").stdout) == []
    assert isinstance(run("list", "--recordings", str(tmp_path / "missing")).exception, GroundStationError)
