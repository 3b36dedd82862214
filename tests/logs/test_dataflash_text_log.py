# SPDX-License-Identifier: Apache-2.0
"""ArduPilot's logs as text: every value as pymavlink has it, and damage that takes only the lines it hits."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from pymavlink.DFReader import DFReader_text

from groundstation.logs.readers.dataflash_text_log import DataflashTextLog
from tests.conftest import shared_log

NAN = "ardupilot_loganalyzer_nan.log"


def counts(log: DataflashTextLog) -> dict[str, int]:
    return {one.name: one.count for one in log.info.messages}


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "some.log"
    path.write_bytes(data)
    return path


def test_every_value_is_pymavlinks() -> None:
    path = shared_log(NAN)
    peer = DFReader_text(str(path))
    wanted: dict[str, list] = {}
    while (message := peer.recv_msg()) is not None:
        wanted.setdefault(message.get_type(), []).append(message)
    peer.close()
    with DataflashTextLog(path) as log:
        for kind, messages in wanted.items():
            found = log.columns(kind)
            for field in messages[0].get_fieldnames():
                values = np.array([getattr(one, field) for one in messages])
                if values.dtype.kind == "f":
                    np.testing.assert_allclose(found.values[field], values, rtol=1e-6, err_msg=f"{kind}.{field}")
                else:
                    assert found.values[field].tolist() == values.tolist(), f"{kind}.{field}"


def test_no_number_stays_no_number() -> None:
    with DataflashTextLog(shared_log(NAN)) as log:
        nans = sum(
            int(np.isnan(values).sum())
            for name in counts(log)
            for values in log.columns(name).values.values()
            if values.dtype.kind == "f"
        )
    assert nans > 0


def test_a_log_cut_anywhere_keeps_what_is_before_the_cut(tmp_path: Path) -> None:
    data = shared_log(NAN).read_bytes()
    last = 0
    for cut in range(1000, len(data), 3001):
        with DataflashTextLog(written(tmp_path, data[:cut])) as log:
            total = sum(counts(log).values())
            assert total >= last
            assert total >= data[:cut].count(b"\n") - 40  # the heading, and lines without a known format
            last = total


@pytest.mark.long
def test_random_damage_crashes_nothing_and_most_stays(tmp_path: Path) -> None:
    data = shared_log(NAN).read_bytes()
    with DataflashTextLog(shared_log(NAN)) as log:
        whole = sum(counts(log).values())
    rng = random.Random(4)
    kept = []
    for _ in range(25):
        hurt = bytearray(data)
        for _ in range(rng.randrange(1, 60)):
            hurt[rng.randrange(len(hurt))] = rng.randrange(256)
        with DataflashTextLog(written(tmp_path, bytes(hurt))) as log:
            kept.append(sum(counts(log).values()))
            for name in counts(log):
                log.columns(name)
    assert np.median(kept) > 0.9 * whole
