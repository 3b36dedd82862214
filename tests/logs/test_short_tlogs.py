# SPDX-License-Identifier: Apache-2.0
"""What makes short telemetry logs quick to read changes nothing of what is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fastcrc.crc16 import mcrf4xx

from groundstation.logs.log import Columns
from groundstation.logs.readers import columns_together
from groundstation.logs.readers.tlog_log import TlogLog
from groundstation.mavlink import frame_columns, frame_index, frame_table, record_walk
from groundstation.mavlink.dialect import CRC_EXTRAS, MSGIDS
from groundstation.mavlink.frame_columns import row_bytes, texts
from groundstation.mavlink.frames import frame_bytes
from groundstation.mavlink.record_walk import rows_of
from tests.logs.test_tlog_log import HEARTBEAT, NOW_US, read, record

STEADY_US = 1 << 40
"""So often the highest bytes of a stamp change."""
EDGE_US = NOW_US // STEADY_US * STEADY_US + STEADY_US
BODY = bytes([0xFE, 9, 7, 42, 1, 0]) + HEARTBEAT[10:-2]
OLD = BODY + mcrf4xx(BODY[1:] + CRC_EXTRAS[0]).to_bytes(2, "little")
"""A heartbeat of version 1."""


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Filled with the beginnings of what was not seen at a glance."""
    begun: list[int] = []
    walked = record_walk._lanes
    monkeypatch.setattr(record_walk, "_lanes", lambda *said: begun.append(said[2]) or walked(*said))
    return begun


@pytest.mark.parametrize(("new", "is_seen"), [(869, True), (868, False)])
def test_frames_that_are_not_seen_at_a_glance_are_found_too(
    tmp_path: Path, lanes: list[int], new: int, is_seen: bool
) -> None:
    frames = [HEARTBEAT] * new + [OLD] * 16
    # the last 16 stand behind stamps that don't begin like the first one's
    records = [record(one, EDGE_US - new + at) for at, one in enumerate(frames)]
    # 16 records of 25 bytes are a 64th of 25,600 bytes
    assert (sum(map(len, records)) >= 25_600) == is_seen
    info, found = read(tmp_path, b"".join(records))
    assert [one.raw for one in found] == frames
    assert info.damage.is_none
    assert lanes == ([] if is_seen else [0])


def test_frames_of_both_versions_are_seen_at_a_glance(tmp_path: Path, lanes: list[int]) -> None:
    frames = [OLD, HEARTBEAT, HEARTBEAT, OLD] * 50
    _, found = read(tmp_path, b"".join(map(record, frames)))
    assert [one.raw for one in found] == frames
    assert lanes == []


def test_a_log_whose_stamps_go_on_in_their_highest_bytes_is_read_whole(tmp_path: Path, lanes: list[int]) -> None:
    times = range(EDGE_US - 300, EDGE_US + 300)
    _, found = read(tmp_path, b"".join(record(HEARTBEAT, time) for time in times))
    assert [one.time_us for one in found] == list(times)
    assert lanes == [0]


def test_a_payload_that_looks_like_a_record_is_none(tmp_path: Path, lanes: list[int]) -> None:
    payload = bytes(5) + record(HEARTBEAT) + bytes([1] * 100)
    inner = frame_bytes(MSGIDS["FILE_TRANSFER_PROTOCOL"], payload, 1, 42, 1)
    frames = [HEARTBEAT, inner, HEARTBEAT] * 100
    info, found = read(tmp_path, b"".join(record(one) for one in frames))
    assert [one.raw for one in found] == frames
    assert info.damage.is_none
    assert lanes == []


def fleet(path: Path, vehicles: int = 3) -> None:
    """A log of several vehicles with numbers, an array and texts."""
    random = np.random.default_rng(2)
    with path.open("wb") as file:
        for at in range(40):
            for sysid in range(1, vehicles + 1):
                for name, size in (("HEARTBEAT", 9), ("STATUSTEXT", 30), ("SERVO_OUTPUT_RAW", 20), ("GPS_STATUS", 101)):
                    payload = (
                        random.integers(0, 256, size, np.uint8).tobytes() if name != "HEARTBEAT" else HEARTBEAT[10:-2]
                    )
                    raw = frame_bytes(MSGIDS[name], payload, at % 256, sysid, 1)
                    file.write(record(raw, NOW_US + at * 1000 + sysid))


def every(log: TlogLog) -> dict[tuple[str, str], Columns]:
    return {(one.vehicle, one.name): log.columns(one.name, vehicle=one.vehicle) for one in log.info.messages}


def assert_same(found: Columns, expected: Columns) -> None:
    np.testing.assert_array_equal(found.time_s, expected.time_s)
    assert list(found.values) == list(expected.values)
    for name, column in expected.values.items():
        np.testing.assert_array_equal(found.values[name], column)
        assert found.values[name].dtype == column.dtype


def alone(path: Path) -> dict[tuple[str, str], Columns]:
    """Each message of each vehicle by itself."""
    with TlogLog(path) as log:
        kinds = log.info.messages
    found = {}
    for one in kinds:
        with TlogLog(path) as log:
            found[one.vehicle, one.name] = log.columns(one.name, vehicle=one.vehicle)
    return found


def test_who_reads_a_message_of_all_vehicles_gets_that_of_each(tmp_path: Path) -> None:
    path = tmp_path / "fleet.tlog"
    fleet(path)
    expected = alone(path)
    with TlogLog(path) as log:
        found = every(log)
        assert found.keys() == expected.keys()
        for key, columns in found.items():
            assert_same(columns, expected[key])
            # whoever has them may change them
            for column in columns.values.values():
                column[...] = 0 if column.dtype != object else ""
        for key, columns in every(log).items():
            assert_same(columns, expected[key])


@pytest.mark.parametrize("short_by", [0, 1])
def test_of_what_nobody_may_ask_for_no_more_is_kept_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short_by: int
) -> None:
    path = tmp_path / "fleet.tlog"
    fleet(path)
    expected = alone(path)
    # two vehicles are read when the second one is asked for
    monkeypatch.setattr(columns_together, "FEW", 1)
    heart = MSGIDS["HEARTBEAT"]
    needed = 2 * 40 * row_bytes(heart)
    monkeypatch.setattr(columns_together, "KEPT_BYTES", needed - short_by)
    with TlogLog(path) as log:
        for vehicle in "123":
            assert_same(log.columns("HEARTBEAT", vehicle=vehicle), expected[vehicle, "HEARTBEAT"])
            assert len(log._together._ready) == (1 if vehicle == "2" and not short_by else 0)


def test_who_asks_for_few_messages_pays_for_no_others(tmp_path: Path) -> None:
    path = tmp_path / "fleet.tlog"
    fleet(path)
    expected = alone(path)
    with TlogLog(path) as log:
        # the same ones again are no further ones
        for name in ("HEARTBEAT", "STATUSTEXT") * 2:
            assert_same(log.columns(name, vehicle="2"), expected["2", name])
            assert not log._together._ready
        for vehicle in "13":
            assert_same(log.columns("STATUSTEXT", vehicle=vehicle), expected[vehicle, "STATUSTEXT"])
            assert len(log._together._ready) == (1 if vehicle == "1" else 0)


def test_headers_are_read_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_table, "TOGETHER", 100)
    frames = [HEARTBEAT] * 99 + [OLD] * 2 + [HEARTBEAT] * 100
    _, found = read(tmp_path, b"".join(record(one, NOW_US + at) for at, one in enumerate(frames)))
    assert [one.raw for one in found] == frames
    assert [one.time_us - NOW_US for one in found] == list(range(201))


@pytest.mark.parametrize("few", [0, 1_000])
def test_texts_that_are_decoded_in_one_go_are_those_of_each(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(frame_columns, "FEW_TEXTS", few)
    pieces = [b"\0", b"a", b"\xc3", b"\xa4", b"\xe2", b"\x82", b"\xac", b"\xf0", b"\x9f", b"\xff", b"\xed", b"\xa0"]
    random = np.random.default_rng(5)
    for size in range(200):
        raw = np.array([b"".join(random.choice(pieces, 6)) for _ in range(size % 40)], "S6")
        found = texts(raw)
        assert found.dtype == object
        assert found.tolist() == [one.split(b"\0")[0].decode("utf-8", "replace") for one in raw.tolist()]


@pytest.mark.parametrize("last", [HEARTBEAT, OLD])
def test_the_last_frames_are_read_though_their_rows_reach_over_the_end(tmp_path: Path, last: bytes) -> None:
    # shorter than a whole payload, and shorter than a row of headers
    frames = [HEARTBEAT, OLD, HEARTBEAT, last]
    _, found = read(tmp_path, b"".join(record(one, NOW_US + at) for at, one in enumerate(frames)))
    assert [one.raw for one in found] == frames


def test_rows_behind_the_end_are_zeros() -> None:
    data = np.arange(1, 11, dtype=np.uint8)
    found = rows_of(data, np.array([7, 0, 9, 12, 6]), 4).view(np.uint8).reshape(-1, 4)
    assert found.tolist() == [[8, 9, 10, 0], [1, 2, 3, 4], [10, 0, 0, 0], [0, 0, 0, 0], [7, 8, 9, 10]]
    assert rows_of(data[:2], np.array([0, 1]), 3).tolist() == [b"\1\2\0", b"\2\0\0"]


def test_of_payloads_of_all_lengths_the_zeros_that_were_left_out_are_put_back(tmp_path: Path) -> None:
    msgid, random = MSGIDS["ATTITUDE"], np.random.default_rng(5)
    count, size = 2 * frame_columns.TOGETHER + 100, 28
    payloads = random.integers(1, 256, (count, size), np.uint8)
    lengths = random.integers(1, size + 1, count)
    payloads[np.arange(size) >= lengths[:, None]] = 0
    path = tmp_path / "lengths.tlog"
    with path.open("wb") as file:
        for at, (payload, length) in enumerate(zip(payloads, lengths.tolist(), strict=True)):
            file.write(record(frame_bytes(msgid, payload[:length].tobytes(), at % 256, 42, 1), NOW_US + at))
    with TlogLog(path) as log:
        found = log.columns("ATTITUDE").values
    assert found["time_boot_ms"].tobytes() == payloads[:, :4].tobytes()
    for at, name in enumerate(("roll", "pitch", "yaw", "rollspeed", "pitchspeed", "yawspeed"), 1):
        assert found[name].tobytes() == payloads[:, 4 * at : 4 * at + 4].tobytes()


def test_who_has_read_several_messages_still_gets_a_part_of_the_next(tmp_path: Path) -> None:
    path = tmp_path / "fleet.tlog"
    fleet(path)
    expected = alone(path)
    with TlogLog(path) as log:
        for name in ("HEARTBEAT", "STATUSTEXT", "GPS_STATUS"):
            log.columns(name, vehicle="1")
        whole = expected["1", "SERVO_OUTPUT_RAW"]
        middle = float(whole.time_s[20])
        late = log.columns("SERVO_OUTPUT_RAW", vehicle="1", begin_s=middle)
        early = log.columns("SERVO_OUTPUT_RAW", vehicle="1", end_s=middle)
        named = log.columns("SERVO_OUTPUT_RAW", ["port"], vehicle="1")
    np.testing.assert_array_equal(late.time_s, whole.time_s[20:])
    np.testing.assert_array_equal(early.time_s, whole.time_s[:20])
    assert list(named.values) == ["port"]


def test_the_units_of_one_vehicle_are_nobody_else_s(tmp_path: Path) -> None:
    path = tmp_path / "fleet.tlog"
    fleet(path)
    with TlogLog(path) as log:
        first = log.columns("SERVO_OUTPUT_RAW", vehicle="1").units
        units = dict(first)
        first.clear()
        assert units
        assert log.columns("SERVO_OUTPUT_RAW", vehicle="2").units == units


# one more is 42, who speaks version 1
@pytest.mark.parametrize("speakers", [1, frame_index.FEW_SPEAKERS - 1, frame_index.FEW_SPEAKERS])
def test_payloads_of_all_lengths_and_both_versions_are_those_of_each_message(tmp_path: Path, speakers: int) -> None:
    random = np.random.default_rng(3)
    path = tmp_path / "mixed.tlog"
    with path.open("wb") as file:
        for at in range(60):
            # who speaks first is not the first by number, nor is what he says
            for sysid in range(speakers, 0, -1):
                # each has a message that nobody else has
                for name in (
                    "HEARTBEAT",
                    ("STATUSTEXT", "ATTITUDE", "SYSTEM_TIME", "VFR_HUD", "GPS_STATUS")[sysid - 1],
                ):
                    payload = random.integers(1, 128, int(random.integers(1, 7)), np.uint8).tobytes()
                    raw = frame_bytes(MSGIDS[name], payload, at % 256, sysid, 1)
                    file.write(record(OLD if name == "HEARTBEAT" and at % 3 else raw, NOW_US + at * 1000 + sysid))
    expected = alone(path)
    with TlogLog(path) as log:
        found = every(log)
    assert found.keys() == expected.keys()
    for key, columns in found.items():
        assert_same(columns, expected[key])
