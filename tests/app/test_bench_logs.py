# SPDX-License-Identifier: Apache-2.0
"""`bench logs` reads what its peers read."""

from __future__ import annotations

import importlib.util
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


@pytest.mark.long
def test_ours_is_compared_with_pymavlink_over_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ROUNDS", 1)
    monkeypatch.setattr(logs, "SHORT_ROUNDS", 1)
    report = logs.run([shared_log("copter_square.tlog")], 0, threading.Event(), lambda _: None)
    assert len(report.comparisons) == 2
    for one in report.comparisons:
        assert one.peer is not None
        assert one.value > 0
        assert one.peer > 0
        assert one.goal == 50.0


@pytest.mark.parametrize(
    ("name", "native"), [("px4_0_square.tlog", "fasttlogparser"), ("copter_square.bin", "mavparser")]
)
@pytest.mark.long
def test_a_native_parser_is_a_peer_too_where_it_is_installed(
    name: str, native: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "ROUNDS", 1)
    monkeypatch.setattr(logs, "SHORT_ROUNDS", 1)
    said: list[str] = []
    report = logs.run([shared_log(name)], 0, threading.Event(), said.append)
    beside = [one for one in report.comparisons if native in one.name]
    if importlib.util.find_spec(native) is None:
        assert (beside, f"{native} is not installed: no comparison with it" in said) == ([], True)
        return
    (one,) = beside
    assert one.goal == 2.0
    assert one.ratio


@pytest.mark.parametrize(("more", "expected"), [(-1, "too small"), (0, "not installed")])
def test_without_a_native_parser_or_below_1_mb_it_is_told(
    more: int, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(logs.NATIVE, LogFormat.TLOG, "no_such_parser_of_logs")
    path = tmp_path / "one.tlog"
    path.write_bytes(bytes(logs.LEAST_NATIVE_BYTES + more))
    said: list[str] = []
    assert logs._native(path, LogFormat.TLOG, said.append) is None
    assert expected in said[0]
    assert "no_such_parser_of_logs" in said[0]
    assert logs._native(path, LogFormat.ULOG, said.append) is None
    assert len(said) == 1


def test_a_format_without_a_peer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.log"
    path.write_bytes(b"nothing")
    with pytest.raises(GroundStationError, match="no log"):
        logs.run([path], 0, threading.Event(), lambda _: None)
