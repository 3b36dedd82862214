# SPDX-License-Identifier: Apache-2.0
"""PX4's own logs: every value as pyulog has it, and damage that stops nothing."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from pyulog import ULog

from groundstation.recording.log import CancelledError, LogError, TimeBase
from groundstation.recording.open_log import open_log
from tests.conftest import shared_log

SAMPLE = "pyulog_sample_log_small.ulg"


def test_every_value_is_pyulogs() -> None:
    path = shared_log(SAMPLE)
    truth = ULog(str(path))
    with open_log(path) as log:
        assert log.info.damage.is_none
        for data in truth.data_list:
            name = f"{data.name}[{data.multi_id}]" if data.multi_id else data.name
            found = log.columns(name)
            assert found.time_s.size == data.data["timestamp"].size
            np.testing.assert_allclose(np.diff(found.time_s), np.diff(data.data["timestamp"] / 1e6), atol=1e-6)
            for field, values in data.data.items():
                if field == "timestamp" or field.startswith("_padding"):
                    continue
                base, _, place = field.removesuffix("]").rpartition("[")
                if base and field.endswith("]"):
                    np.testing.assert_array_equal(found.values[base][:, int(place)], values)
                else:
                    np.testing.assert_array_equal(found.values[field], values)


def test_times_are_utc_since_the_gps_told_it() -> None:
    with open_log(shared_log(SAMPLE)) as log:
        assert log.info.time_base is TimeBase.UTC
        gps = log.columns("vehicle_gps_position", ["time_utc_usec", "fix_type"])
        fixed = gps.values["fix_type"] >= 3
        assert np.abs(gps.values["time_utc_usec"][fixed] / 1e6 - gps.time_s[fixed]).max() < 1.0
        half_s = (gps.time_s[0] + gps.time_s[-1]) / 2
        late = log.columns("vehicle_gps_position", ["fix_type"], begin_s=half_s)
        assert 0 < late.time_s.size < gps.time_s.size
        assert late.time_s[0] >= half_s


def test_a_cut_log_keeps_what_is_before_the_cut(tmp_path: Path) -> None:
    data = shared_log(SAMPLE).read_bytes()
    rng = random.Random(5)
    last = 0
    for cut in sorted(rng.randrange(60_000, 300_000) for _ in range(8)):
        path = tmp_path / "cut.ulg"
        path.write_bytes(data[:cut])
        with open_log(path) as log:
            total = sum(one.count for one in log.info.messages)
            assert total >= last
            assert log.info.damage.parts == 0
            last = total


def test_random_damage_is_told_and_crashes_nothing(tmp_path: Path) -> None:
    data = shared_log(SAMPLE).read_bytes()[:150_000]
    rng = random.Random(11)
    opened = 0
    for _ in range(120):
        hurt = bytearray(data)
        for _ in range(rng.randrange(1, 60)):
            hurt[rng.randrange(len(hurt))] = rng.randrange(256)
        path = tmp_path / "hurt.ulg"
        path.write_bytes(hurt)
        try:
            with open_log(path) as log:
                opened += 1
                for one in log.info.messages:
                    log.columns(one.name, vehicle=one.vehicle)
        except LogError:
            continue
    assert opened > 60


def test_what_is_no_ulog_and_what_nobody_wants_any_more(tmp_path: Path) -> None:
    path = tmp_path / "no.ulg"
    path.write_bytes(b"nothing of that kind")
    with pytest.raises(LogError, match="no log"):
        open_log(path)

    def stop(share: float) -> None:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        open_log(shared_log(SAMPLE), stop)
