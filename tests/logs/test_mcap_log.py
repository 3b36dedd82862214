# SPDX-License-Identifier: Apache-2.0
"""MCAP files as logs: ours, other people's, damaged ones."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import zstandard
from mcap.opcode import Opcode
from mcap.writer import CompressionType, IndexType

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import CancelledError
from groundstation.logs.log import LogError, LogVehicle, Vocabulary
from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.logs.mcap.mcap_records import HEAD, records, unpack
from groundstation.logs.open_log import open_log
from groundstation.logs.readers import mcap_index
from groundstation.logs.readers.mcap_log import McapLog
from groundstation.transport import frame_batches
from tests.support.mcaps import BEGIN_NS, METADATA, S, batch, envelope, foreign, heartbeat, written


def test_values_of_our_topics_are_columns_by_their_path(tmp_path: Path) -> None:
    said = [{"position": {"lat_deg": 41.0 + n, "fix": None}, "battery": [{"v": n}], "ok": True} for n in range(5)]
    path = written(
        tmp_path / "a.mcap",
        [("fleet/uav-1/tlm/motion", "json", METADATA, n, envelope(n, one)) for n, one in enumerate(said)],
    )
    with open_log(path) as log:
        assert isinstance(log, McapLog)
        (message,) = log.info.messages
        assert (message.name, message.vehicle, message.count) == ("tlm/motion", "fleet/uav-1", 5)
        assert message.vocabulary is Vocabulary.STREAMS
        assert [(one.name, one.dtype) for one in message.fields] == [
            ("battery.0.v", "float64"), ("ok", "bool"), ("position.lat_deg", "float64"),
        ]  # fmt: skip
        assert log.info.vehicles == (LogVehicle(id="fleet/uav-1"),)
        assert log.info.damage.is_none
        found = log.columns(
            "tlm/motion", ["position.lat_deg", "battery.0.v"], begin_s=1_700_000_001, end_s=1_700_000_004
        )
        assert found.time_s.tolist() == [1_700_000_001, 1_700_000_002, 1_700_000_003]
        assert found.values["position.lat_deg"].tolist() == [42.0, 43.0, 44.0]
        assert found.values["battery.0.v"].tolist() == [1, 2, 3]


def test_what_a_message_does_not_say_is_unknown(tmp_path: Path) -> None:
    said: list[dict[str, object]] = [{"a": 1, "t": "x"}, {"t": None}, {"a": None, "t": "y", "b": False}]
    path = written(
        tmp_path / "a.mcap",
        [("fleet/uav-1/state", "json", METADATA, n, envelope(n, one)) for n, one in enumerate(said)],
    )
    with open_log(path) as log:
        found = log.columns("state").values
    np.testing.assert_array_equal(found["a"], [1, math.nan, math.nan])
    np.testing.assert_array_equal(found["b"], [math.nan, math.nan, 0.0])
    assert found["t"].tolist() == ["x", None, "y"]


def test_who_a_vehicle_is_its_certificate_tells(tmp_path: Path) -> None:
    told = {"name": "Öztürk", "sysid": 7, "autopilot": "px4", "kind": "unknown"}
    path = written(tmp_path / "a.mcap", [("sim/uav-1/info", "json", METADATA, 0, envelope(0, told))])
    with open_log(path) as log:
        assert log.info.vehicles == (LogVehicle(id="sim/uav-1", name="Öztürk", sysid=7, autopilot="px4"),)


def test_a_sensor_that_sends_plain_numbers_or_words_is_read_too(tmp_path: Path) -> None:
    messages = [
        ("lab/humidity", "text/plain", METADATA, 0, b"41.5"),
        ("lab/humidity", "text/plain", METADATA, 1, b"42"),
        ("lab/door", "text/plain", METADATA, 2, b"open"),
        ("lab/raw", "application/octet-stream", METADATA, 3, b"\xff\x00"),
    ]
    with open_log(written(tmp_path / "a.mcap", messages)) as log:
        assert {one.vocabulary for one in log.info.messages} == {Vocabulary.FOREIGN}
        assert log.columns("lab/humidity").values["value"].tolist() == [41.5, 42.0]
        assert log.columns("lab/door").values["text"].tolist() == ["open"]
        assert log.columns("lab/raw").values["payload"].tolist() == [b"\xff\x00"]
        assert log.info.vehicles == ()


@pytest.mark.parametrize("compression", list(CompressionType))
@pytest.mark.parametrize("options", [{}, {"use_chunking": False}, {"chunk_size": 500, "index_types": IndexType.NONE}])
def test_anybodys_file_is_read(tmp_path: Path, compression: CompressionType, options: dict[str, object]) -> None:
    path = foreign(tmp_path / "a.mcap", compression, **options)
    with open_log(path) as log:
        assert log.info.damage.is_none
        assert {one.name: one.count for one in log.info.messages} == {"/imu": 200, "/scan": 200}
        found = log.columns("/imu", begin_s=1_700_000_050)
        assert found.values["a.x"].tolist() == list(range(50, 200))
        assert found.values["l.1"].tolist() == list(range(50, 200))
        assert log.columns("/scan").values["payload"][7] == b"\x08\x96\x01"


@pytest.mark.parametrize("options", [{}, {"use_chunking": False}])
@pytest.mark.long
def test_a_file_cut_anywhere_keeps_what_is_whole(tmp_path: Path, options: dict[str, object]) -> None:
    data = foreign(tmp_path / "a.mcap", chunk_size=900, **options).read_bytes()
    cut, last = tmp_path / "cut.mcap", 0
    for size in range(100, len(data), 13):
        cut.write_bytes(data[:size])
        with open_log(cut) as log:
            count = sum(one.count for one in log.info.messages)
            assert log.info.damage.is_cut
            assert log.info.damage.parts == 0, (size, log.info.damage)
        assert count >= last
        last = count
    assert last == 400


@pytest.mark.parametrize("options", [{"chunk_size": 900}, {"use_chunking": False}])
def test_a_hole_in_a_file_costs_what_is_in_it(tmp_path: Path, options: dict[str, object]) -> None:
    path = foreign(tmp_path / "a.mcap", **options)  # type: ignore[arg-type]
    data = bytearray(path.read_bytes())
    begin = len(data) // 3
    data[begin : begin + 60] = bytes(60)
    path.write_bytes(data)
    with open_log(path) as log:
        assert log.info.damage.parts == 1
        assert not log.info.damage.is_cut
        part = log.info.damage.first[0]
        assert part.offset <= begin < part.offset + part.size_bytes
        found = log.columns("/imu").values["a.x"]
        assert 150 < len(found) < 200
        assert found[-1] == 199


def test_a_field_that_no_example_had_is_found_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstation.logs.readers.mcap_log.LEARNT_FROM", 3)
    said: list[dict[str, object]] = [{"a": n} for n in range(60)]
    said[9]["rare"] = 5
    path = written(
        tmp_path / "a.mcap",
        [("fleet/uav-1/state", "json", METADATA, n, envelope(n, one)) for n, one in enumerate(said)],
    )
    with open_log(path) as log:
        assert [one.name for one in log.info.messages[0].fields] == ["a"]
        assert np.nansum(log.columns("state", ["rare"]).values["rare"]) == 5
        with pytest.raises(LogError, match="no field 'rarer'; did you mean rare"):
            log.columns("state", ["rarer"])
    with open_log(path) as log:
        assert "rare" in log.columns("state").values


def test_times_from_the_start_of_an_autopilot_are_such_and_mixed_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with McapFile(path) as file:
        channel = file.channel("lab/x", "json", {})
        for second in (1, 2, 3):
            file.add(channel, second * S, 0, 0, b'{"n": 1}')
        file.add(channel, BEGIN_NS, 0, 0, b'{"n": 2}')
        file.add(channel, (1 << 63) - 1, 0, 0, b'{"n": 3}')
    with open_log(path) as log:
        assert log.info.time_base is TimeBase.BOOT
        assert (log.info.begin_s, log.info.end_s) == (1.0, 3.0)
        assert log.info.damage.refused_times == 2
        assert log.columns("lab/x").values["n"].tolist() == [1, 1, 1]


def test_a_recording_that_is_still_written_can_be_read(tmp_path: Path) -> None:
    file = McapFile(tmp_path / "a.mcap")
    file.add(file.channel("lab/x", "json", {}), BEGIN_NS, BEGIN_NS, 0, b'{"n": 1}')
    file.flush()
    with open_log(tmp_path / "a.mcap") as log:
        assert log.info.damage.is_cut
        assert log.info.messages[0].count == 1
    file.close()
    with open_log(tmp_path / "a.mcap") as log:
        assert log.info.damage.is_none


def test_opening_can_be_cancelled(tmp_path: Path) -> None:
    def stop(share: float) -> None:
        raise CancelledError(f"at {share}")

    with pytest.raises(CancelledError):
        open_log(foreign(tmp_path / "a.mcap"), stop)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstation.logs.mcap.mcap_records.MAX_CHUNK_BYTES", 10_000)
    path = tmp_path / "a.mcap"
    with McapFile(path) as file:
        channel = file.channel("lab/x", "json", {})
        file.add(channel, BEGIN_NS, 0, 0, b'{"n": "' + b" " * 20_000 + b'"}')
        file.flush()
        file.add(channel, BEGIN_NS, 0, 0, b'{"n": 1}')
    with open_log(path) as log:
        assert log.info.damage.parts == 1
        assert log.info.messages[0].count == 1


def test_messages_outside_of_chunks_are_taken_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcap_index, "LOOSE_BYTES", 1_000)
    with McapLog(foreign(tmp_path / "a.mcap", use_chunking=False)) as log:
        assert log.index.chunks > 10
        assert {one.count for one in log.info.messages} == {200}


def test_what_two_channels_tell_under_one_name_is_there_once(tmp_path: Path) -> None:
    told = {"vehicle": {"id": "1"}, "message": "HEARTBEAT", "vocabulary": "mavlink"}
    messages = [
        ("mavlink/raw/_mav", frame_batches.CONTENT_TYPE,
         {"groundstation.origin": '{"message": "", "vocabulary": "mavlink"}'}, 0, batch(0, [heartbeat(3)])),
        ("mavlink/1/HEARTBEAT", "json", {"groundstation.origin": json.dumps(told)}, 0, b'{"type": 9}'),
    ]  # fmt: skip
    with open_log(written(tmp_path / "a.mcap", messages)) as log:
        assert [(one.vehicle, one.name, one.count) for one in log.info.messages] == [("1", "HEARTBEAT", 1)]
        assert log.columns("HEARTBEAT").values["custom_mode"].tolist() == [3]


def chunk_of(content: bytes, checksum: int = 0) -> bytes:
    """A chunk record with any content."""
    packed = zstandard.compress(content, 19)
    body = struct.pack("<QQQII4sQ", 0, 0, len(content), checksum, 4, b"zstd", len(packed)) + packed
    return HEAD.pack(Opcode.CHUNK, len(body)) + body


def with_lab_x(path: Path, rest: bytes) -> Path:
    """A file with one channel and one message, and anything behind it."""
    with McapFile(path) as file:
        file.add(file.channel("lab/x", "json", {}), BEGIN_NS, 0, 0, b'{"n": 1}')
        file.flush()
        end = file.size_bytes
    path.write_bytes(path.read_bytes()[:end] + rest)
    return path


@pytest.mark.parametrize("options", [{}, {"use_chunking": False}])
def test_private_records_are_passed_over(tmp_path: Path, options: dict[str, object]) -> None:
    path = foreign(tmp_path / "a.mcap", **options)
    data = path.read_bytes()
    private = HEAD.pack(0x80, 4) + b"mine"
    found = [data[one.start : one.end] for one in records(data, 8, len(data))]
    at = found.index(next(one for one in found if one[0] == Opcode.DATA_END))
    path.write_bytes(data[:8] + private.join(found[:at]) + b"".join(found[at:]) + data[-8:])
    with open_log(path) as log:
        assert log.info.damage.is_none
        assert {one.name: one.count for one in log.info.messages} == {"/imu": 200, "/scan": 200}


def test_a_bomb_of_small_messages_is_not_gone_through(tmp_path: Path) -> None:
    message = HEAD.pack(Opcode.MESSAGE, 24) + struct.pack("<HIQQ", 1, 0, BEGIN_NS, 0) + b"{}"
    with open_log(with_lab_x(tmp_path / "a.mcap", chunk_of(message * 100_000))) as log:
        assert [one.count for one in log.info.messages] == [1]
        assert "more messages than it has bytes" in log.info.damage.first[0].what


def test_of_unpacked_chunks_only_some_bytes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcap_index, "KEPT_BYTES", 50_000)
    big = HEAD.pack(Opcode.METADATA, 40_000) + bytes(40_000)
    with McapLog(with_lab_x(tmp_path / "a.mcap", chunk_of(big) * 5)) as log:
        assert log.index.chunks == 6
        contents = [log.index.content(number) for number in range(6)]
        kept = mcap_index._unpacked
        assert 0 < sum(map(len, kept._chunks.values())) == kept._bytes <= 50_000
        assert log.index.content(5) is contents[5]
        assert log.index.content(1) is not contents[1]
        assert log.index.content(1) == contents[1]
    assert kept._bytes == 0  # nothing of a file that is closed


def test_of_definitions_only_some_bytes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcap_index, "MAX_DEFINITIONS_BYTES", 10_000)
    with McapFile(tmp_path / "a.mcap") as file:
        for number in range(30):
            file.add(file.channel(f"lab/{number}" + "x" * 1_000, "json", {}), BEGIN_NS, 0, 0, b"1")
    with McapLog(tmp_path / "a.mcap") as log:
        assert len(log.index.channels) == 10
        assert len(log.info.messages) == 30


def test_chunks_that_can_t_be_unpacked_are_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0

    def counted(*words: Any) -> bytes | None:
        nonlocal tried
        tried += 1
        return unpack(*words)

    monkeypatch.setattr(mcap_index, "unpack", counted)
    message = HEAD.pack(Opcode.MESSAGE, 22) + struct.pack("<HIQQ", 1, 0, BEGIN_NS, 0)
    hole = message * 6 + bytes(9)
    with open_log(with_lab_x(tmp_path / "a.mcap", hole * 20 + chunk_of(b"x" * 99, checksum=1) * 20)) as log:
        assert log.info.damage.parts == 20
    assert tried < 100


def test_a_certificate_with_an_absurd_system_is_shown_all_the_same(tmp_path: Path) -> None:
    told = {"name": "A", "sysid": 1 << 70}
    path = written(tmp_path / "a.mcap", [("sim/uav-1/info", "json", METADATA, 0, envelope(0, told))])
    with open_log(path) as log:
        assert log.info.vehicles == (LogVehicle(id="sim/uav-1", name="A"),)
        msgspec.json.encode(log.info)


def test_a_file_that_gets_too_large_is_unpacked_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcap_index, "BOMB_BYTES", 10_000)
    large = HEAD.pack(Opcode.MESSAGE, 22 + 90_000) + struct.pack("<HIQQ", 1, 0, BEGIN_NS, 0) + b" " * 90_000
    with McapLog(with_lab_x(tmp_path / "a.mcap", chunk_of(large) * 40)) as log:
        unpacked = log.info.messages[0].count - 1
        assert 0 < unpacked < 40
        assert unpacked * 90_000 < 10_000 + 200 * log.info.size_bytes
        assert log.info.damage.first[0].what == "a chunk that would get too large"
