# SPDX-License-Identifier: Apache-2.0
"""`groundstation export --incident` as it is typed, with the journal of that time, and back by `import`."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from groundstation.app.cli import app
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.logs.open_log import open_log
from groundstation.recording import journal
from tests.conftest import shared_log
from tests.recording.test_journal import transition, written

LOG = "copter_square.tlog"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["export", str(shared_log(LOG)), *(str(one) for one in words)])


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's journal is."""
    path = tmp_path / "journal.sqlite3"
    monkeypatch.setattr(journal, "default_path", lambda: path)
    return path


def test_the_zip_has_the_commands_of_that_time_and_opens_elsewhere(tmp_path: Path, kept: Path) -> None:
    with open_log(shared_log(LOG)) as log:
        at_unix_s = (log.info.begin_s or 0.0) + 15.0
    # just outside, just inside, inside, just inside, just outside
    moments = (-3.1, -2.9, 0.0, 3.9, 4.1)
    written(kept, [transition(number, changed_unix_s=at_unix_s + one) for number, one in enumerate(moments)])
    out = tmp_path / "i.zip"
    said = run("--incident", "--at", "0:15", "--before", 3, "--after", 4, "-o", out)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith(f"{out}: 7 s of {LOG}, 3 rows of the journal, ")
    with zipfile.ZipFile(out) as file:
        rows = list(csv.DictReader(file.read("commands.csv").decode().splitlines()))
        versions = json.loads(file.read("incident.json"))["versions"]
    assert [one["command"] for one in rows] == ["c-000001", "c-000002", "c-000003"]
    assert versions.keys() >= {"groundstation", "Python", "PySide6-Essentials", "pymavlink", "system"}
    assert "not installed" not in versions.values()
    back = CliRunner().invoke(app, ["import", str(out)])
    assert back.exit_code == 0, back.output
    assert back.stdout == f"{tmp_path / 'i'}: 7 s of {LOG}; open it as a session\n"
    with open_log(tmp_path / "i") as log:
        assert {one.id for one in log.info.vehicles} >= {"1"}
        assert log.info.end_s == pytest.approx(at_unix_s + 4.0, abs=0.1)


def test_a_journal_that_is_not_there_or_no_journal_is_told(tmp_path: Path, kept: Path) -> None:
    for content in (None, b"no database"):
        if content is not None:
            kept.write_bytes(content)
        said = run("--incident", "--at", "15", "-o", tmp_path / "i.zip", "--force")
        assert said.exit_code == 0, said.output
        assert "no journal of that time" in said.stdout
        with zipfile.ZipFile(tmp_path / "i.zip") as file:
            assert "commands.csv" not in file.namelist()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--incident"], "--incident --at TIME"),
        (["--at", "15"], "--incident --at TIME"),
        (["--incident", "--at", "30"], "--at '30' is outside of the file: it lasts 29 s"),
        (["--incident", "--at", "soon"], "--at 'soon'"),
        (["--incident", "--at", "15", "--format", "csv"], "leave --message, --format, --from, --to out"),
        (["--incident", "--at", "15", "--from", "3"], "leave --message"),
    ],
)
def test_wrong_words_are_wrong_usage(words: list[str], said: str, tmp_path: Path, kept: Path) -> None:
    found = run(*words, "-o", tmp_path / "i.zip")
    assert isinstance(found.exception, UsageError)
    assert said in str(found.exception)
    assert list(tmp_path.iterdir()) == []
    del kept


def test_nothing_is_replaced_without_being_asked_for(tmp_path: Path, kept: Path) -> None:
    out = tmp_path / "i.zip"
    out.write_text("precious")
    for place, said in (
        (out, "--force"),
        (tmp_path, "it is a folder"),
        (tmp_path / "no" / "i.zip", "in none that is there"),
    ):
        found = run("--incident", "--at", "15", "-o", place)
        assert isinstance(found.exception, GroundStationError)
        assert said in str(found.exception)
    assert out.read_text() == "precious"
    assert {one.name for one in tmp_path.iterdir()} == {"i.zip"}
    del kept
