# SPDX-License-Identifier: Apache-2.0
"""`groundstation import` and `groundstation export` as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from groundstation.app import log_times
from groundstation.app.cli import app
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.logs.log import LogInfo
from groundstation.logs.open_log import open_log
from tests.conftest import shared_log
from tests.support.mcaps import METADATA, envelope, written


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in words])


def copied(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    path.write_bytes(shared_log(name).read_bytes())
    return path


def test_an_import_stands_beside_the_log_unless_told_otherwise(tmp_path: Path) -> None:
    path = copied(tmp_path, "copter_boot.tlog")
    said = run("import", path)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith(f"{tmp_path / 'copter_boot.mcap'}: ")
    assert " messages, " in said.stdout
    assert run("import", path, "-o", tmp_path / "other.mcap").exit_code == 0
    assert (tmp_path / "other.mcap").read_bytes()[:5] == b"\x89MCAP"


def test_an_export_of_a_message_from_a_time_to_another(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    said = run(
        "export", shared_log("copter_square.tlog"), "--format", "csv", "-o", out,
        "--message", "ATTITUDE", "--from", "0:10", "--to", "12.5",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    head, *lines = out.read_text().splitlines()
    assert head.startswith("time_s,time_boot_ms,roll,pitch")
    with open_log(shared_log("copter_square.tlog")) as log:
        begin_s = log.info.begin_s or 0.0
    times = [float(one.split(",")[0]) - begin_s for one in lines]
    assert 10 <= min(times) < 10.5
    assert 12 < max(times) < 12.5


def test_the_name_says_what_is_made_unless_the_format_is_given(tmp_path: Path) -> None:
    path = shared_log("copter_square.tlog")
    assert run("export", path, "-o", tmp_path / "way.GPX").exit_code == 0
    assert (tmp_path / "way.GPX").read_text().startswith("<?xml")
    for words in ((), ("-o", tmp_path / "way.doc")):
        refused = run("export", path, *words)
        assert isinstance(refused.exception, UsageError)
        assert "--format, or an -o that ends with one of csv, tlog" in str(refused.exception)


def test_messages_are_not_chosen_where_there_are_none_by_name(tmp_path: Path) -> None:
    refused = run("export", shared_log("copter_square.tlog"), "-o", tmp_path / "o.kml", "--message", "ATTITUDE")
    assert isinstance(refused.exception, UsageError)
    assert "kml has no messages by name" in str(refused.exception)


def test_a_folder_of_csv_gets_a_name_of_its_own(tmp_path: Path) -> None:
    path = copied(tmp_path, "copter_boot.tlog")
    assert run("export", path, "--format", "csv").exit_code == 0
    assert (tmp_path / "copter_boot-csv" / "14" / "HEARTBEAT.csv").is_file()


def test_what_is_there_is_kept_without_force(tmp_path: Path) -> None:
    path, out = shared_log("copter_boot.tlog"), tmp_path / "o.tlog"
    out.write_text("precious")
    refused = run("export", path, "--format", "tlog", "-o", out)
    assert isinstance(refused.exception, GroundStationError)
    assert "--force" in str(refused.exception)
    assert run("export", path, "--format", "tlog", "-o", out, "--force").exit_code == 0
    assert out.read_bytes() == path.read_bytes()


def test_a_damaged_log_is_exported_and_said_to_be_damaged(tmp_path: Path) -> None:
    path = copied(tmp_path, "copter_boot.tlog")
    path.write_bytes(path.read_bytes()[:-3])
    said = run("import", path)
    assert said.exit_code == 0
    assert "ends early at 2" in said.stderr


@pytest.mark.parametrize("text", ["soon", "1:2:3:4", "", "12h", "nan", "inf", "1e400"])
def test_what_is_no_time_is_said(text: str) -> None:
    with (
        open_log(shared_log("copter_boot.tlog")) as log,
        pytest.raises(UsageError, match=r"--from '.*': write seconds"),
    ):
        log_times.moment_s(text, log.info, "--from")


def test_times_are_counted_from_the_beginning_or_dates() -> None:
    with open_log(shared_log("copter_boot.tlog")) as log:
        info: LogInfo = log.info
    begin_s = info.begin_s or 0.0
    assert log_times.moment_s(None, info, "--from") is None
    assert log_times.moment_s("90", info, "--from") == begin_s + 90
    assert log_times.moment_s("1:30.5", info, "--from") == begin_s + 90.5
    assert log_times.moment_s("1:00:00", info, "--from") == begin_s + 3600
    assert log_times.moment_s("2026-05-31T08:00:00", info, "--from") == 1_780_214_400
    assert log_times.moment_s("2026-05-31T10:00+02:00", info, "--from") == 1_780_214_400
    with pytest.raises(UsageError, match="write seconds"):
        log_times.moment_s("2026-99-31", info, "--from")


@pytest.mark.parametrize(
    "words", [("export", "-o", "o.csv", "--message", "HEARTBEAT"), ("log", "columns", "HEARTBEAT")]
)
def test_an_end_before_the_beginning_is_said(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = shared_log("copter_boot.tlog")
    at = 2 if words[0] == "log" else 1
    refused = run(*words[:at], path, *words[at:], "--from", "20", "--to", "10")
    assert isinstance(refused.exception, UsageError)
    assert "--to '10' is not later than --from '20'" in str(refused.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["uav-14", "14"])
def test_a_vehicle_is_named_as_for_commands(name: str, tmp_path: Path) -> None:
    log, out = shared_log("copter_boot.tlog"), tmp_path / "a.csv"
    words = ("--vehicle", name)
    assert run("export", log, "--message", "HEARTBEAT", "-o", out, *words).exit_code == 0
    assert run("log", "columns", log, "HEARTBEAT", *words).exit_code == 0
    assert run("report", log, "--whole", "-o", tmp_path / "a.html", *words).exit_code == 0


def test_a_vehicle_of_a_recording_is_named_with_its_root_or_without_or_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    info = envelope(0, {"name": "Doğan", "sysid": 7})
    said = [(f"{key}/{leaf}", "json", METADATA, n, data) for n, (key, leaf, data) in enumerate([
        ("fleet/uav-1", "state", envelope(0, {"a": 1})), ("fleet/kerkenez", "info", info),
        ("fleet/kerkenez", "state", envelope(0, {"a": 2})), ("sim/uav-2", "state", envelope(0, {"a": 3})),
        ("fleet/uav-2", "state", envelope(0, {"a": 4})),
    ])]  # fmt: skip
    written(path, said)
    for name, value in (
        ("uav-1", 1),
        ("fleet/uav-1", 1),
        ("kerkenez", 2),
        ("doğan", 2),
        ("uav-7", 2),
        ("sim/uav-2", 3),
    ):
        out = tmp_path / "out.csv"
        done = run("export", path, "--message", "state", "--vehicle", name, "-o", out, "--force")
        assert done.exit_code == 0, done.output
        assert out.read_text().splitlines()[1].endswith(f",{value}.0"), name
    unclear = run("export", path, "--vehicle", "uav-2", "-o", tmp_path / "x.csv")
    assert "'uav-2' may be fleet/uav-2 or sim/uav-2; say which" in str(unclear.exception)
    assert "there are: fleet/kerkenez, " in str(
        run("export", path, "--vehicle", "x", "-o", tmp_path / "x.csv").exception
    )
