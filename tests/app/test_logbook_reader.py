# SPDX-License-Identifier: Apache-2.0
"""The window's ways to flights: real logs, real files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundstation.app.cli import app as command_line
from groundstation.app.logbook_reader import logbook_access
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.flight import Logbook, name_of
from groundstation.fleet.progress import CancelledError
from groundstation.logs import session_folder
from groundstation.logs.session_folder import Manifest, SessionState
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess

DATA = Path(__file__).parents[1] / "data"
SESSION = "2026-05-31_08-15-00"


def wanted(share: float) -> None:
    """Goes on."""


def unwanted(share: float) -> None:
    raise CancelledError("not wanted any more")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in ("copter_square.tlog", "copter_boot.tlog"):
        shutil.copy(DATA / name, logs)
    return logs


@pytest.fixture
def access(tmp_path: Path, folder: Path) -> LogbookAccess:
    return logbook_access(folder, tmp_path / "cache.sqlite")


def read(access: LogbookAccess, folder: Path) -> Logbook:
    return access.read(folder, wanted)


def test_flights_of_real_logs(access: LogbookAccess, folder: Path) -> None:
    found = read(access, folder)
    assert (found.logs, found.unread) == (2, ())
    (one,) = found.entries
    flight = one.flight
    assert (name_of(flight), one.log_name, one.session) == ("copter 1", "copter_square.tlog", None)
    assert flight.distance_m == pytest.approx(159, abs=2)
    assert flight.begin_unix_s == one.address[2]
    assert flight.modes[-1].name == "RTL"
    (hours,) = access.totals(found.entries)
    assert (hours.name, hours.flights, hours.air_s) == ("copter 1", 1, flight.air_s)


def test_csv_is_that_of_the_command_line(access: LogbookAccess, folder: Path, tmp_path: Path) -> None:
    shutil.copy(DATA / "copter_square.tlog", folder / "=again.tlog")
    found = read(access, folder)
    assert len(found.entries) == 2
    target = tmp_path / "flights.csv"
    access.csv(found.entries, target)
    result = CliRunner().invoke(command_line, ["logbook", str(folder), "--csv", "--no-cache"])
    assert target.read_bytes() == result.stdout_bytes
    assert b"copter_square.tlog" in target.read_bytes()


def test_a_csv_that_can_not_be_written_leaves_nothing(access: LogbookAccess, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.mkdir()
    with pytest.raises(GroundStationError, match="can't be written"):
        access.csv((), target)
    assert not list(tmp_path.glob(".taken*"))


def test_a_reading_that_is_not_wanted_ends(access: LogbookAccess, folder: Path) -> None:
    with pytest.raises(CancelledError):
        access.read(folder, unwanted)
    assert len(read(access, folder).entries) == 1


def test_recordings_that_never_began_are_no_error_but_another_folder_is(tmp_path: Path) -> None:
    access = logbook_access(tmp_path / "none", tmp_path / "cache.sqlite")
    assert read(access, tmp_path / "none") == Logbook(folder=str(tmp_path / "none"))
    with pytest.raises(GroundStationError, match="is not there"):
        access.read(tmp_path / "other", wanted)


def test_a_file_that_is_no_log_is_told(access: LogbookAccess, folder: Path) -> None:
    (folder / "notes.bin").write_bytes(b"no log at all")
    (unread,) = read(access, folder).unread
    assert unread.path == str(folder / "notes.bin")
    assert unread.reason.startswith(unread.path)


def test_flights_of_a_session_are_pinned_with_it(access: LogbookAccess, folder: Path) -> None:
    inside = folder / SESSION
    inside.mkdir()
    (folder / "copter_square.tlog").rename(inside / "copter_square.tlog")
    session_folder.save(inside, Manifest(name=SESSION, state=SessionState.CLOSED, began_unix_s=0.0))
    (flight,) = read(access, folder).entries
    assert (flight.log_name, flight.session, flight.is_pinned) == (SESSION, str(inside), False)
    access.pin(str(inside), True)
    manifest = session_folder.load(inside)
    assert manifest is not None
    assert manifest.is_pinned
    assert read(access, folder).entries[0].is_pinned
    with pytest.raises(GroundStationError, match="no recorded session"):
        access.pin(str(folder), True)


def test_the_report_of_one_flight_is_the_page_of_the_command_line(
    access: LogbookAccess, folder: Path, tmp_path: Path
) -> None:
    shutil.copy(DATA / "copter_refused_arming.tlog", folder)
    flights = [one for one in read(access, folder).entries if one.log_name == "copter_refused_arming.tlog"]
    assert len(flights) == 3
    assert access.report is not None
    pages, line = tmp_path / "window.html", tmp_path / "line.html"
    access.report(flights[1], pages, wanted)
    words = ["report", flights[1].flight.path, "--flight", "2", "-o", str(line)]
    assert CliRunner().invoke(command_line, words).exit_code == 0
    assert pages.read_text() == line.read_text()
    with pytest.raises(CancelledError):
        access.report(flights[1], tmp_path / "not.html", unwanted)
    assert not list(tmp_path.glob("*not.html*"))
