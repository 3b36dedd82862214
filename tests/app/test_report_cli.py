# SPDX-License-Identifier: Apache-2.0
"""`groundstation report` on real files: HTML and PDF, what is refused, and that a half-made report never stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from groundstation.app.cli import app
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.logs.log import LogError
from tests.conftest import shared_log


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["report", *map(str, words)])


def test_html_has_a_page_for_each_flight(tmp_path: Path) -> None:
    out = tmp_path / "flight.html"
    result = run(shared_log("ardupilot_loganalyzer_nan.log"), "-o", out)
    assert result.exit_code == 0, result.output
    assert f"{out}: 2 pages, " in result.output
    document = out.read_text(encoding="utf-8")
    assert document.count("<svg ") == 2
    assert [one.name for one in tmp_path.iterdir()] == ["flight.html"]


@pytest.mark.parametrize(("name", "pages"), [("copter_square.tlog", 1), ("ardupilot_loganalyzer_nan.log", 2)])
def test_a_pdf_has_a_page_for_each_flight(tmp_path: Path, name: str, pages: int) -> None:
    out = tmp_path / "flight.pdf"
    result = run(shared_log(name), "-o", out)
    assert result.exit_code == 0, result.output
    data = out.read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b(?!s)", data)) == pages
    assert b"Inter" in data


@pytest.mark.long
def test_a_pdf_is_made_without_a_display(tmp_path: Path) -> None:
    out = tmp_path / "flight.pdf"
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    bare = {name: value for name, value in os.environ.items() if name not in hidden}
    words = [sys.executable, "-m", "groundstation", "report", str(shared_log("copter_square.tlog")), "-o", str(out)]
    done = subprocess.run(words, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{out}: 1 page, ")
    assert done.stderr == ""
    assert out.read_bytes().startswith(b"%PDF-")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
def test_figures_in_a_pdf_can_be_searched_and_copied(tmp_path: Path) -> None:
    out = tmp_path / "flight.pdf"
    assert run(shared_log("copter_square.tlog"), "-o", out).exit_code == 0
    text = subprocess.run(["pdftotext", "-layout", str(out), "-"], capture_output=True, text=True, check=True).stdout
    for words in (
        "2026-11-22",
        "16:32:48 UTC",
        "flight 1 of 1",
        "0:18 min",
        "160 m",
        "655 mAh",
        "EKF3 IMU0 is using GPS",
    ):
        assert words in text, text
    assert "\ufffd" not in text
    assert not any("\ue000" <= one <= "\uf8ff" for one in text)


def test_without_a_name_it_stands_beside_the_log(tmp_path: Path) -> None:
    shutil.copy(shared_log("copter_square.tlog"), tmp_path)
    assert run(tmp_path / "copter_square.tlog").exit_code == 0
    assert (tmp_path / "copter_square.html").exists()


def test_a_recording_and_the_log_that_it_was_made_of_give_the_same_charts(tmp_path: Path) -> None:
    log, recording = shared_log("copter_square.tlog"), tmp_path / "copter_square.mcap"
    assert CliRunner().invoke(app, ["import", str(log), "-o", str(recording)]).exit_code == 0
    documents = []
    for one in (log, recording):
        out = tmp_path / "flight.html"
        assert run(one, "-o", out, "--force").exit_code == 0
        documents.append(re.findall(r'<path d="([^"]*)"', out.read_text(encoding="utf-8")))
    assert len(documents[0]) > 50
    assert documents[0] == documents[1]


def test_a_log_without_a_flight_is_said_on_the_terminal_too(tmp_path: Path) -> None:
    result = run(shared_log("px4_mission.tlog"), "-o", tmp_path / "flight.html")
    assert result.exit_code == 0
    assert "no flight in this log" in result.output
    assert "no flight" not in run(shared_log("copter_square.tlog"), "--whole", "-o", tmp_path / "whole.html").output


def test_other_endings_and_the_log_itself_are_refused(tmp_path: Path) -> None:
    log = tmp_path / "flight.html"
    shutil.copy(shared_log("copter_square.tlog"), log)
    before = log.read_bytes()
    for out in (tmp_path / "flight.docx", tmp_path / "flight", log):
        result = run(log, "-o", out)
        assert isinstance(result.exception, UsageError), out
        assert str(out) in str(result.exception)
    assert log.read_bytes() == before
    assert isinstance(run(log, "-o", tmp_path / "a.pdf", "--whole", "--flight", "1").exception, UsageError)


def test_a_report_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "flight.html"
    out.write_text("old", encoding="utf-8")
    with monkeypatch.context() as patch:

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr("os.fsync", full)
        result = run(shared_log("copter_square.tlog"), "-o", out, "--force")
    assert isinstance(result.exception, GroundStationError)
    assert "No space left on device" in str(result.exception)
    assert out.read_text(encoding="utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["flight.html"]
    result = run(shared_log("copter_square.tlog"), "-o", out)
    assert "--force" in str(result.exception)
    assert out.read_text(encoding="utf-8") == "old"
    assert run(shared_log("copter_square.tlog"), "-o", out, "--force").exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.long
def test_what_can_not_be_done_is_one_line(tmp_path: Path) -> None:
    log = shared_log("copter_square.tlog")
    for words, kind in (
        ((log, "-o", tmp_path / "missing" / "flight.html"), GroundStationError),
        ((log, "-o", tmp_path / "missing" / "flight.pdf"), GroundStationError),
        ((log, "-o", tmp_path / "a.html", "--vehicle", "77"), LogError),
        ((log, "-o", tmp_path / "a.html", "--flight", "9"), LogError),
        ((tmp_path / "missing.tlog", "-o", tmp_path / "a.html"), LogError),
    ):
        result = run(*words)
        assert isinstance(result.exception, kind), words
        assert "\n" not in str(result.exception)
    assert not list(tmp_path.iterdir())
