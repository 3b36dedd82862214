# SPDX-License-Identifier: Apache-2.0
"""`bench logs` reads what its peers read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from groundstation.app.bench import logs
from groundstation.fleet.errors import GroundStationError
from groundstation.recording.log import LogFormat
from groundstation.recording.open_log import open_log
from tests.conftest import shared_log


def test_a_made_log_holds_all_vehicles(tmp_path: Path) -> None:
    path = tmp_path / "made.tlog"
    logs.make_tlog(path, vehicles=2, seconds=3.0, times=2)
    with open_log(path) as log:
        assert log.info.format is LogFormat.TLOG
        assert {"1", "2"} <= {one.id for one in log.info.vehicles}
        assert log.info.damage.is_none
        assert log.info.end_s is not None
        assert log.info.begin_s is not None
        assert log.info.end_s - log.info.begin_s > 60


def test_ours_is_compared_with_pymavlink_over_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ROUNDS", 1)
    report = logs.run([shared_log("copter_square.tlog")], threading.Event(), lambda _: None)
    assert len(report.comparisons) == 2
    for one in report.comparisons:
        assert one.peer is not None
        assert one.value > 0
        assert one.peer > 0
        assert one.goal == 50.0


def test_a_format_without_a_peer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.log"
    path.write_bytes(b"nothing")
    with pytest.raises(GroundStationError, match="no log"):
        logs.run([path], threading.Event(), lambda _: None)
