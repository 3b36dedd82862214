# SPDX-License-Identifier: Apache-2.0
"""Telemetry logs: every frame and every value as pymavlink has them, and damage that takes only what it hits."""

from __future__ import annotations

import itertools
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from fastcrc.crc16 import mcrf4xx

from groundstation.logs.log import FrameRecord, LogError, LogInfo
from groundstation.logs.readers.tlog_log import TlogLog
from groundstation.mavlink import frame_table, record_index
from groundstation.mavlink.checksums import checksums
from groundstation.mavlink.dialect import CRC_EXTRAS, MSGIDS
from groundstation.mavlink.frames import frame_bytes
from groundstation.mavlink.record_index import RecordIndex
from tests.conftest import shared_log
from tests.logs import peers
from tests.support.peer_tlog import pymavlink_log

NOW_US = 1_700_000_000_000_000
PEER_LACKS = (MSGIDS["COMMAND_CANCEL"], MSGIDS["COMPONENT_METADATA"])
HEARTBEAT = frame_bytes(MSGIDS["HEARTBEAT"], bytes([4, 0, 0, 0, 2, 3, 81, 3, 3]), 1, 42, 1)


def record(raw: bytes, time_us: int = NOW_US) -> bytes:
    return struct.pack(">Q", time_us) + raw


def read(tmp_path: Path, data: bytes) -> tuple[LogInfo, list[FrameRecord]]:
    path = tmp_path / "some.tlog"
    path.write_bytes(data)
    with TlogLog(path) as log:
        return log.info, list(log.frames())


@pytest.mark.parametrize(
    "name", ["copter_square.tlog", "copter_boot.tlog", "px4_refused_arming.tlog", "uavlogviewer_vtol.tlog"]
)
def test_every_value_is_pymavlinks(name: str) -> None:
    path = shared_log(name)
    peer = pymavlink_log(path)
    wanted: dict[tuple[str, str], list] = {}
    while (message := peer.recv_msg()) is not None:
        if not message.get_type().startswith("UNKNOWN") and message.get_msgId() not in PEER_LACKS:
            wanted.setdefault((str(message.get_srcSystem()), message.get_type()), []).append(message)
    peer.close()
    with TlogLog(path) as log:
        counts = {(one.vehicle, one.name): one.count for one in log.info.messages}
        assert log.info.damage.is_none
        for (vehicle, kind), messages in wanted.items():
            assert counts[vehicle, kind] == len(messages)
            found = log.columns(kind, vehicle=vehicle)
            np.testing.assert_allclose(found.time_s, [one._timestamp for one in messages], atol=2e-6)
            for field in messages[0].get_fieldnames():
                values = [getattr(one, field) for one in messages]
                np.testing.assert_array_equal(found.values[field], values, err_msg=f"{kind}.{field}")


def test_frames_are_the_bytes_of_the_file_and_can_be_asked_for_by_vehicle() -> None:
    path = shared_log("copter_square.tlog")
    with TlogLog(path) as log:
        frames = list(log.frames())
        assert b"".join(record(one.raw, one.time_us) for one in frames) == path.read_bytes()
        stations = [one.id for one in log.info.vehicles if one.is_station]
        assert stations == ["255"]
        assert list(log.frames("255")) == [one for one in frames if one.raw[5 if one.raw[0] == 0xFD else 3] == 255]


def test_the_checksum_of_many_rows_is_that_of_each() -> None:
    random = np.random.default_rng(1)
    rows = random.integers(0, 256, (50, 34), np.uint8)
    for lengths in (*(np.full(50, one) for one in (1, 2, 32, 33, 34)), np.sort(random.integers(0, 35, 50))):
        assert checksums(rows, lengths.astype(np.uint16)).tolist() == [
            mcrf4xx(row[:length].tobytes()) for row, length in zip(rows, lengths.tolist(), strict=True)
        ]
    nothing = np.empty((0, 34), np.uint8)
    assert checksums(nothing, np.empty(0, np.uint16)).size == 0


@pytest.mark.parametrize("count", [frame_table.TOGETHER - 1, frame_table.TOGETHER, frame_table.TOGETHER + 1])
def test_frames_of_many_lengths_are_compared_in_groups_that_hold_each_once(count: int) -> None:
    counts = np.zeros(264, np.int64)
    counts[[0, 13, 14, 26, 27, 263]] = [7, count - 1, 1, 5, 3, 2]
    groups = list(frame_table._groups(counts))
    assert groups[0][0] == 7
    assert groups[-1][1] == counts.sum()
    assert all(before[1] == after[0] for before, after in itertools.pairwise(groups))
    # lengths 13 and 14 are one group as long as they are few; 26 is the longest that goes with 13
    sizes = [end - begin for begin, end in groups]
    expected = {
        frame_table.TOGETHER - 1: [count, 5 + 3, 2],
        frame_table.TOGETHER: [count, 5 + 3, 2],
        frame_table.TOGETHER + 1: [count - 1, 1 + 5 + 3, 2],
    }
    assert sizes == expected[count]


@pytest.mark.long
def test_a_log_cut_anywhere_keeps_what_is_before_the_cut(tmp_path: Path) -> None:
    data = shared_log("copter_boot.tlog").read_bytes()[: 64 << 10]
    _, whole = read(tmp_path, data)
    ends = np.cumsum([8 + len(one.raw) for one in whole])
    for cut in [*range(int(ends[0]), 1200), *range(1200, len(data), 97)]:
        info, frames = read(tmp_path, data[:cut])
        kept = int(np.searchsorted(ends, cut, "right"))
        assert frames == whole[:kept]
        assert info.damage.parts == 0
        assert info.damage.is_cut == (int(ends[kept - 1]) < cut)


@pytest.mark.long
def test_random_damage_takes_only_what_it_hits(tmp_path: Path) -> None:
    data = shared_log("copter_boot.tlog").read_bytes()
    _, whole = read(tmp_path, data)
    raws = {one.raw for one in whole}
    rng = random.Random(7)
    for _ in range(30):
        hurt = bytearray(data)
        hits = rng.randrange(1, 30)
        for _ in range(hits):
            hurt[rng.randrange(len(hurt))] = rng.randrange(256)
        _, frames = read(tmp_path, bytes(hurt))
        # a hit may take its frame and, where the length or the stamp is hit, the next one
        assert sum(one.raw in raws for one in frames) >= len(whole) - 2 * hits


def test_bytes_cut_out_and_put_in_leave_the_others(tmp_path: Path) -> None:
    data = shared_log("copter_boot.tlog").read_bytes()
    _, whole = read(tmp_path, data)
    info, frames = read(tmp_path, data[:50_000] + data[50_011:100_000] + b"\xfd\xfe\x00" * 700 + data[100_000:])
    assert len(whole) - 4 <= len(frames) <= len(whole)
    assert 1 <= info.damage.parts <= 4
    assert info.damage.size_bytes >= 2100
    assert not info.damage.is_cut


def test_signed_frames_and_both_versions_are_read(tmp_path: Path) -> None:
    extra = CRC_EXTRAS[0]
    signed = bytearray(HEARTBEAT)
    signed[2] = 1
    signed[-2:] = mcrf4xx(bytes(signed[1:-2]) + extra).to_bytes(2, "little")
    body = bytes([0xFE, 9, 7, 42, 1, 0]) + HEARTBEAT[10:-2]
    old = body + mcrf4xx(body[1:] + extra).to_bytes(2, "little")
    frames = [HEARTBEAT, bytes(signed) + bytes(13), old, HEARTBEAT]
    info, found = read(tmp_path, b"".join(record(one) for one in frames))
    assert [one.raw for one in found] == frames
    assert info.messages[0].count == 4
    assert info.vehicles[0].autopilot == "ardupilot"
    assert info.damage.is_none


def test_unknown_messages_are_kept_as_they_came(tmp_path: Path) -> None:
    body = bytes([0xFD, 3, 0, 0, 7, 42, 1]) + (777_777).to_bytes(3, "little") + b"abc"
    path = tmp_path / "unknown.tlog"
    path.write_bytes(record(body + b"??") + record(HEARTBEAT))
    with TlogLog(path) as log:
        assert log.columns("UNKNOWN_777777").values["payload"].tolist() == [b"abc"]


def test_an_absurd_time_is_refused_and_counted(tmp_path: Path) -> None:
    fifty_years_us = 50 * 365 * 86_400_000_000
    times = [*range(NOW_US, NOW_US + 40), 12, (1 << 63) - 1, NOW_US + fifty_years_us, NOW_US + 40]
    info, frames = read(tmp_path, b"".join(record(HEARTBEAT, time) for time in times))
    assert info.damage.refused_times == 3
    assert [one.time_us for one in frames] == list(range(NOW_US, NOW_US + 41))


def test_what_is_no_telemetry_log_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.tlog").touch()
    (tmp_path / "noise.tlog").write_bytes(np.random.default_rng(3).integers(0, 256, 300_000, np.uint8).tobytes())
    for name in ("", "empty.tlog", "noise.tlog", "none.tlog"):
        with pytest.raises(LogError) as caught:
            TlogLog(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_the_end_of_a_log_of_several_windows_is_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_index, "WINDOW_BYTES", 100_000)
    made: list[int] = []
    make = RecordIndex._new_window
    monkeypatch.setattr(RecordIndex, "_new_window", lambda self, begin: made.append(begin) or make(self, begin))
    path = shared_log("copter_square.tlog")
    whole = peers.tlog(path)
    with TlogLog(path) as log:
        last = max(made)
        for one in log.info.messages:
            log.columns(one.name, vehicle=one.vehicle)
        assert peers.assert_equal(log, whole) > 1000
    assert made.count(0) > 2
    assert made.count(last) == 1
