# SPDX-License-Identifier: Apache-2.0
"""Every value of every recording that we have is what pymavlink and pyulog read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyulog import ULog

from groundstation.fleet.flight import TimeBase
from groundstation.logs.log import LogFormat
from groundstation.logs.open_log import open_log
from tests.conftest import SHARED, shared_log
from tests.logs import peers

TLOGS = [
    "copter_boot.tlog",
    "copter_square.tlog",
    "copter_mission.tlog",
    "px4_refused_arming.tlog",
    "uavlogviewer_vtol.tlog",
]
BINS = ["pymavlink_test.bin", "dronekit-la_log171.bin"]


def names(few: list[str], ending: str) -> list[str]:
    """These, and all others that lie beside the project; those whose clocks are wrong have tests of their own."""
    return sorted({*few, *(one.name for kind in ("own", "public") for one in SHARED.glob(f"{kind}/*{ending}"))})


@pytest.mark.parametrize("name", names(TLOGS, ".tlog"))
def test_a_tlog_has_the_values_that_pymavlink_reads(name: str) -> None:
    path = shared_log(name)
    with open_log(path) as log:
        assert log.info.format is LogFormat.TLOG
        assert log.info.damage.is_none
        assert peers.assert_equal(log, peers.tlog(path)) > 1000


@pytest.mark.parametrize("name", names(BINS, ".bin"))
@pytest.mark.long
def test_a_dataflash_log_has_the_values_that_pymavlink_reads(name: str) -> None:
    path = shared_log(name)
    with open_log(path) as log:
        assert log.info.format is LogFormat.DATAFLASH
        assert peers.assert_equal(log, peers.dataflash(path)) > 1000


def test_a_dataflash_log_as_text_has_the_values_that_pymavlink_reads_nan_included() -> None:
    path = shared_log("ardupilot_loganalyzer_nan.log")
    peer = peers.dataflash(path)
    with open_log(path) as log:
        assert log.info.format is LogFormat.DATAFLASH_TEXT
        assert log.info.damage.is_none
        assert peers.assert_equal(log, peer) > 1000
        assert np.isnan(log.columns("PARM").values["Value"]).sum() == 3


def test_a_ulog_has_the_values_that_pyulog_reads() -> None:
    path = shared_log("pyulog_sample_log_small.ulg")
    theirs = ULog(str(path))
    with open_log(path) as log:
        assert log.info.format is LogFormat.ULOG
        topics = {one.name for one in log.info.messages} - {"logged_messages", "dropouts", "parameters"}
        assert topics == {f"{one.name}[{one.multi_id}]" if one.multi_id else one.name for one in theirs.data_list}
        for one in theirs.data_list:
            columns = log.columns(f"{one.name}[{one.multi_id}]" if one.multi_id else one.name)
            flat = spread(columns.values)
            assert sorted(flat) == sorted(one.data), one.name
            for field, expected in one.data.items():
                assert np.array_equal(flat[field], expected, equal_nan=expected.dtype.kind == "f"), (
                    f"{one.name}.{field}"
                )
        texts = log.columns("logged_messages")
        assert texts.values["message"].tolist() == [one.message for one in theirs.logged_messages]
        assert log.columns("dropouts").values["duration"].tolist() == [one.duration for one in theirs.dropouts]
        changed = dict(zip(*(log.columns("parameters").values[one].tolist() for one in ("name", "value")), strict=True))
        assert changed == {**theirs.initial_parameters, **{name: value for _, name, value in theirs.changed_parameters}}


def spread(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays as pyulog has them: a column for each place."""
    flat = {}
    for name, column in values.items():
        if column.ndim == 1:
            flat[name] = column
        else:
            flat.update({f"{name}[{place}]": column[:, place] for place in range(column.shape[1])})
    return flat


def test_the_times_of_a_dataflash_log_with_a_fix_are_utc_and_those_without_count_from_the_start(tmp_path: Path) -> None:
    text = shared_log("ardupilot_loganalyzer_nan.log").read_bytes()
    with open_log(shared_log("ardupilot_loganalyzer_nan.log")) as log:
        assert log.info.time_base is TimeBase.UTC
        assert log.info.begin_s is not None
        assert 1.3e9 < log.info.begin_s < 1.5e9
    indoors = tmp_path / "indoors.log"
    indoors.write_bytes(b"\n".join(line for line in text.split(b"\n") if not line.startswith(b"GPS,")))
    with open_log(indoors) as log:
        assert log.info.time_base is TimeBase.BOOT
        assert log.info.begin_s is not None
        assert 0 <= log.info.begin_s < 1000
