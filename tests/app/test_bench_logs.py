# SPDX-License-Identifier: Apache-2.0
"""`bench logs` reads what its peers read."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest
from pymavlink.DFReader import DFReader_binary

from groundstation.app.bench import logs, made_logs
from groundstation.fleet.errors import GroundStationError
from groundstation.logs.log import LogFormat
from groundstation.logs.open_log import open_log
from tests.conftest import shared_log


def test_a_made_log_holds_all_vehicles(tmp_path: Path) -> None:
    path = tmp_path / "made.tlog"
    made_logs.make_tlog(path, 100_000, vehicles=2, seconds=3.0)
    with open_log(path) as log:
        assert log.info.format is LogFormat.TLOG
        assert {"1", "2"} <= {one.id for one in log.info.vehicles}
        assert log.info.damage.is_none
        assert log.info.end_s is not None
        assert log.info.begin_s is not None
        assert log.info.end_s - log.info.begin_s > 60


def test_a_made_dataflash_log_is_whole_for_us_and_for_pymavlink(tmp_path: Path) -> None:
    path = tmp_path / "made.bin"
    made_logs.make_dataflash(path, 300_000)
    peer, counts = DFReader_binary(str(path)), Counter[str]()
    while (one := peer.recv_msg()) is not None:
        counts[one.get_type()] += 1
    with open_log(path) as log:
        assert log.info.damage.is_none
        assert {one.name: one.count for one in log.info.messages} == counts
        assert log.info.size_bytes >= 300_000


@pytest.mark.slow
def test_ours_is_compared_with_pymavlink_over_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ROUNDS", 1)
    report = logs.run([shared_log("copter_square.tlog")], 0, threading.Event(), lambda _: None)
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
        logs.run([path], 0, threading.Event(), lambda _: None)
