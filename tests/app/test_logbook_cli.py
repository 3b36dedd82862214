# SPDX-License-Identifier: Apache-2.0
"""`groundstation logbook` on real logs, and what a spreadsheet and a script make of it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from groundstation.app import logbook_cli, logbook_view
from groundstation.app.cli import app
from groundstation.app.long_work import progress_bar
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.flight import Flight, Logbook, LoggedFlight, TimeBase
from groundstation.logs import flight_cache, logbook
from groundstation.logs.log import LogError

DATA = Path(__file__).parents[1] / "data"


def run(*words: str, columns: int = 100) -> Result:
    environment = {"COLUMNS": str(columns), "TERM": "dumb", "NO_COLOR": "1"}
    return CliRunner(env=environment).invoke(app, ["logbook", *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("copter_square.tlog", "copter_boot.tlog"):
        shutil.copy(DATA / name, tmp_path)
    return tmp_path


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[LoggedFlight]:
    """Entries of a logbook that a test fills."""
    entries: list[LoggedFlight] = []
    monkeypatch.setattr(
        logbook, "read_logbook", lambda *_: Logbook(folder="/recordings", entries=tuple(entries), logs=len(entries))
    )
    return entries


def entry(begin_s: float = 1_700_000_000.0, **more: Any) -> LoggedFlight:
    flight: dict[str, Any] = {
        "path": "/recordings/2026-05-31_08-15-00/fleet-uav-1.mcap",
        "vehicle": "fleet/uav-1",
        "vehicle_name": "Heron",
        "time_base": TimeBase.UTC,
        "begin_s": begin_s,
        "end_s": begin_s + 100.0,
        "is_ended": True,
        "begin_is_known": True,
    }
    marks = {name: more.pop(name) for name in ("is_recording", "duplicate_of") if name in more}
    marks["session"] = None if "path" in more else "/recordings/2026-05-31_08-15-00"
    return LoggedFlight(flight=Flight(**(flight | more)), **marks)


def test_a_table_of_flights_and_of_hours(folder: Path) -> None:
    result = run(str(folder))
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["armed,", "UTC", "vehicle", "armed", "in", "air", "way", "high", "fast", "used", "log"]
    assert lines[1].split("  ")[0] == "2026-11-22 16:32 copter 1"
    assert lines[1].split()[4:] == [
        "0:18",
        "0:16",
        "160",
        "m",
        "20",
        "m",
        "8",
        "m/s",
        "655",
        "mAh",
        "copter_square.tlog",
    ]
    assert lines[-1].split()[:6] == ["copter", "1", "1", "0", "0:18", "0:16"]
    assert max(len(line) for line in lines) <= 100
    assert result.exit_code == 0


def test_csv_has_all_that_is_known(folder: Path) -> None:
    said = run(str(folder), "--csv").stdout_bytes
    assert said.endswith(b"\r\n")
    (row,) = csv.DictReader(io.StringIO(said.decode()))
    assert row["begin_utc"] == "2026-11-22T16:32:48.372Z"
    assert (row["vehicle"], row["vehicle_name"], row["kind"]) == ("1", "copter 1", "multicopter")
    assert (row["is_ended"], row["begin_is_known"], row["operator"]) == ("true", "true", "")
    assert float(row["distance_m"]) == pytest.approx(159.8, abs=0.1)
    assert row["takeoff_lat_deg"] == "-35.363261"
    assert row["modes"] == "GUIDED RTL"
    assert row["path"].endswith("copter_square.tlog")
    measured = set(Flight.__struct_fields__) - {"modes", "time_base", "begin_s", "end_s"}
    assert measured <= set(row), "a field of a flight is missing"


def test_texts_are_no_formulas(book: list[LoggedFlight]) -> None:
    book.append(entry(operator='=HYPERLINK("http://x")', vehicle_name="@now", takeoff_lat_deg=-35.0))
    (row,) = csv.DictReader(io.StringIO(run("--csv", str(DATA)).stdout_bytes.decode()))
    assert (row["operator"], row["vehicle_name"]) == ('\'=HYPERLINK("http://x")', "'@now")
    assert row["takeoff_lat_deg"] == "-35.0"


def test_json_has_totals(folder: Path) -> None:
    document = json.loads(run(str(folder), "--json").stdout)
    assert [one["vehicle_name"] for one in document["flights"]] == ["copter 1"]
    assert document["totals"][0]["flights"] == 1
    assert document["unread"] == []


def test_a_path_that_is_no_text_is_told_all_the_same(book: list[LoggedFlight]) -> None:
    book.append(entry(path="/recordings/caf\udce9.tlog"))
    for words in ("--csv", "--json", "--no-cache"):
        assert "caf" in run(words, str(DATA)).stdout


def test_flights_of_a_vehicle_since_a_date(book: list[LoggedFlight]) -> None:
    book += [entry(0.0, time_base=TimeBase.BOOT), entry(1_700_000_000.0), entry(1_800_000_000.0)]
    book.append(entry(1_800_000_000.0, vehicle="7", vehicle_name="7", sysid=7, kind="plane"))

    def begun(*words: str) -> list[str]:
        flights = json.loads(run(str(DATA), "--json", *words).stdout)["flights"]
        return [f"{one['vehicle']} {(one['begin_utc'] or '')[:10]}".strip() for one in flights]

    assert begun("--vehicle", "heron") == ["fleet/uav-1", "fleet/uav-1 2023-11-14", "fleet/uav-1 2027-01-15"]
    assert begun("--vehicle", "fleet/uav-1", "--since", "2023-11-15") == ["fleet/uav-1 2027-01-15"]
    assert begun("--vehicle", "plane 7") == begun("--vehicle", "7") == ["7 2027-01-15"]
    assert begun("--since", "2023-11-14T23:00+03:00") == ["fleet/uav-1 2023-11-14", *begun("--since", "2024-01-01")]
    assert len(begun("--since", "2023-11-14T22:13:20")) == 3
    assert begun("--since", "2030-01-01") == []
    assert "no flights in" in run(str(DATA), "--since", "2030-01-01").stdout
    problem = run(str(DATA), "--vehicle", "Stork").exception
    assert isinstance(problem, GroundStationError)
    assert "'Heron', 'plane 7'" in str(problem)


def test_a_date_is_that_of_utc_wherever_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert logbook_cli._unix_s("2023-11-14") == 1_699_920_000.0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_marks_are_explained_where_they_are(book: list[LoggedFlight]) -> None:
    book.append(entry(operator="Ada Lovelace of London", max_ground_speed_mps=7.0))
    plain = run(str(DATA)).stdout
    assert "longer than that" not in plain
    assert "7 m/s" not in plain, "the operator needs the room"
    book.append(entry(is_ended=False, duplicate_of="/recordings/other.tlog"))
    book.append(entry(0.0, time_base=TimeBase.BOOT, is_ended=False, is_recording=True))
    lines = [line.rstrip() for line in run(str(DATA)).stdout.splitlines()]
    assert "Ada Lovelac…" in lines[1]
    assert lines[1].endswith("2026-05-31_08-15-00")
    assert "1:40+" in lines[2]
    assert "= 2026-05-31" in lines[2]
    assert lines[3].startswith("no date")
    assert "1:40…" in lines[3]
    assert [line[:1] for line in lines[4:7]] == ["+", "…", "="]
    assert lines[-1].split()[:4] == ["Heron", "2", "0", "3:20"], "a duplicate counts once"


def test_control_characters_from_outside_do_not_reach_the_terminal(book: list[LoggedFlight]) -> None:
    book.append(entry(vehicle_name="\x1b[31mred", operator="a\nb", path="/x/\x1b]0;t\x07.tlog"))
    said = run(str(DATA)).stdout
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "a?b" in said


def test_what_can_not_be_read_is_said_beside_it(folder: Path) -> None:
    (folder / "empty.bin").touch()
    result = run(str(folder), "--csv")
    assert "not read:" in result.stderr
    assert "empty.bin is empty" in result.stderr
    assert result.exit_code == 0


def test_many_that_can_not_be_read_are_counted_and_none_that_can_is_a_failure(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"{number}.log").write_text("nothing of ours")
    result = run(str(tmp_path))
    assert result.stderr.count("not read:") == 20
    assert "and 5 more" in result.stderr
    assert result.exit_code == 1


def test_no_recordings_yet_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    result = run()
    assert result.exit_code == 0
    assert result.stdout.startswith("no flights in")
    assert isinstance(run(str(tmp_path / "missing")).exception, LogError)


def test_what_was_found_is_remembered_unless_it_must_not_be(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setattr(flight_cache, "default_cache", lambda: cache)
    run(str(folder), "--no-cache")
    assert not cache.exists()
    run(str(folder))
    assert cache.exists()


@pytest.mark.parametrize(
    "words", [["--since", "yesterday"], ["--since", "2026-13-01"], ["--csv", "--json"]], ids=lambda one: one[-1]
)
def test_wrong_words_are_said(words: list[str]) -> None:
    assert isinstance(run(str(DATA), *words).exception, UsageError)


def test_how_far_it_is_is_shown_on_a_terminal_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(folder)).stderr == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert Console(stderr=True).is_terminal
    with progress_bar("reading logs") as told:
        assert told is not None
        told(0.5)
    assert "reading logs" in capsys.readouterr().err


def test_lengths_of_time_are_read_at_a_glance() -> None:
    said = [logbook_view.clock(one) for one in (None, 0.0, 7.4, 754.0, 3_723.0, 360_000.0)]
    assert said == ["", "0:00", "0:07", "12:34", "1:02:03", "100:00:00"]


def test_the_types_of_a_document_are_those_of_a_flight() -> None:
    row = logbook_view.row(entry(air_s=1.23456, takeoff_lat_deg=1.23456789))
    assert (row["air_s"], row["takeoff_lat_deg"], row["sysid"]) == (1.235, 1.2345679, None)
    assert msgspec.json.decode(msgspec.json.encode(row))["begin_boot_s"] is None
