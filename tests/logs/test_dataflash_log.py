# SPDX-License-Identifier: Apache-2.0
"""ArduPilot's binary logs: every value as pymavlink has it, and damage that takes only what it hits."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from pymavlink.DFReader import DFReader_binary

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import CancelledError
from groundstation.logs.log import LogError
from groundstation.logs.readers.dataflash_log import DataflashLog
from tests.conftest import shared_log

SMALL = "pymavlink_test.bin"


def counts(log: DataflashLog) -> dict[str, int]:
    return {one.name: one.count for one in log.info.messages}


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "some.bin"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", [SMALL, "dronekit-la_log171.bin", "copter_square.bin"])
@pytest.mark.long
def test_every_value_is_pymavlinks(name: str) -> None:
    path = shared_log(name)
    peer = DFReader_binary(str(path))
    wanted: dict[str, list] = {}
    while (message := peer.recv_msg()) is not None:
        wanted.setdefault(message.get_type(), []).append(message)
    peer.close()
    with DataflashLog(path) as log:
        assert counts(log) == {kind: len(messages) for kind, messages in wanted.items()}
        for kind, messages in wanted.items():
            found = log.columns(kind)
            for field in messages[0].get_fieldnames():
                values = [getattr(one, field) for one in messages]
                if isinstance(values[0], bytes):
                    assert found.values[field].tolist() == values
                else:
                    np.testing.assert_array_equal(found.values[field], values, err_msg=f"{kind}.{field}")
        assert log.info.time_base is TimeBase.UTC
        baro = log.columns("BARO")
        np.testing.assert_allclose(baro.time_s, [one._timestamp for one in wanted["BARO"]], atol=0.3)


def test_a_part_of_the_time_is_that_part_of_the_values() -> None:
    with DataflashLog(shared_log("copter_square.bin")) as log:
        whole = log.columns("ATT", ["Roll"])
        begin_s, end_s = whole.time_s[100], whole.time_s[200]
        part = log.columns("ATT", ["Roll"], begin_s=begin_s, end_s=end_s)
        inside = (whole.time_s >= begin_s) & (whole.time_s < end_s)
        assert abs(part.time_s.size - int(inside.sum())) <= 1
        assert set(part.values["Roll"].tolist()) <= set(whole.values["Roll"].tolist())
        assert part.units["Roll"] == "deg"


@pytest.mark.long
def test_a_log_cut_anywhere_keeps_what_is_before_the_cut(tmp_path: Path) -> None:
    data = shared_log(SMALL).read_bytes()
    with DataflashLog(shared_log(SMALL)) as log:
        whole = {name: log.columns(name).values for name in counts(log)}
    last = 0
    for cut in range(100, len(data), 331):
        with DataflashLog(written(tmp_path, data[:cut])) as log:
            assert log.info.damage.parts == 0
            total = sum(counts(log).values())
            assert total >= last
            last = total
            for name in ("FMT", "PARM"):
                if name in counts(log):
                    for field, values in log.columns(name).values.items():
                        np.testing.assert_array_equal(values, whole[name][field][: values.size])


def test_random_damage_crashes_nothing_and_most_stays(tmp_path: Path) -> None:
    data = shared_log(SMALL).read_bytes()
    with DataflashLog(shared_log(SMALL)) as log:
        whole = sum(counts(log).values())
    rng = random.Random(9)
    kept = []
    for _ in range(60):
        hurt = bytearray(data)
        for _ in range(rng.randrange(1, 40)):
            hurt[rng.randrange(len(hurt))] = rng.randrange(256)
        with DataflashLog(written(tmp_path, bytes(hurt))) as log:
            kept.append(sum(counts(log).values()))
            for name in counts(log):
                log.columns(name)
    assert np.median(kept) > 0.9 * whole


def test_bytes_put_in_and_taken_out_are_told(tmp_path: Path) -> None:
    data = shared_log(SMALL).read_bytes()
    with DataflashLog(shared_log(SMALL)) as log:
        whole = sum(counts(log).values())
    with DataflashLog(written(tmp_path, data[:40_000] + b"\xa3\x95nonsense" * 50 + data[40_013:])) as log:
        assert 1 <= log.info.damage.parts <= 3
        assert log.info.damage.size_bytes >= 480
        assert whole - 4 <= sum(counts(log).values()) <= whole


def test_what_is_no_log_and_what_nobody_wants_any_more(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no DataFlash log"):
        DataflashLog(written(tmp_path, bytes(10_000)))

    def stop(share: float) -> None:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        DataflashLog(shared_log("copter_square.bin"), stop)
