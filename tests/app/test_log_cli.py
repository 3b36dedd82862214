# SPDX-License-Identifier: Apache-2.0
"""`groundstation log` on real files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from groundstation.app.cli import app
from groundstation.logs.log import LogError
from groundstation.logs.open_log import open_log
from tests.conftest import shared_log


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["log", *words])


def test_info_tells_vehicles_messages_and_that_nothing_is_damaged() -> None:
    path = str(shared_log("copter_square.tlog"))
    said = run("info", path).stdout
    assert "tlog, 751,436 bytes" in said
    assert "255: ground station" in said
    assert "GLOBAL_POSITION_INT" in said
    assert "nothing is damaged" in said
    document = json.loads(run("info", path, "--json").stdout)
    assert document["format"] == "tlog"
    assert sum(one["count"] for one in document["messages"]) == 17254


def test_columns_are_printed_as_csv_with_arrays_spread_out() -> None:
    path = shared_log("copter_square.tlog")
    rows = list(csv.reader(io.StringIO(run("columns", str(path), "ATTITUDE.roll", "--csv").stdout)))
    assert rows[0] == ["time_s", "roll"]
    with open_log(path) as log:
        wanted = log.columns("ATTITUDE", ["roll"]).values["roll"].tolist()
    assert [np.float32(row[1]) for row in rows[1:]] == wanted
    battery = run("columns", str(path), "BATTERY_STATUS", "--csv", "--limit", "2").stdout.splitlines()
    assert len(battery) == 3
    assert "voltages[0],voltages[1]" in battery[0]


def test_several_vehicles_with_a_message_must_be_told_apart() -> None:
    path = str(shared_log("copter_square.tlog"))
    result = run("columns", path, "HEARTBEAT")
    assert isinstance(result.exception, LogError)
    assert "say which" in str(result.exception)
    assert run("columns", path, "HEARTBEAT.type", "--vehicle", "255", "--limit", "3").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"hello", bytes(5000), b"\x89MCAP0\r\n and more"])
def test_what_is_no_log_is_said_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing"
    path.write_bytes(content)
    for one in (path, tmp_path, tmp_path / "missing"):
        with pytest.raises(LogError) as caught:
            open_log(one)
        assert "\n" not in str(caught.value)
        assert str(one) in str(caught.value)
