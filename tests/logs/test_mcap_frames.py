# SPDX-License-Identifier: Apache-2.0
"""Frames, late messages and whole sessions in recordings."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from groundstation.logs.log import LogError
from groundstation.logs.open_log import open_log
from groundstation.logs.readers import batch_bytes
from groundstation.logs.readers.session_log import SessionLog
from groundstation.transport import frame_batches
from groundstation.transport.frame_batches import FrameBatch
from tests.support.mcaps import BEGIN_NS, LATE, METADATA, S, batch, envelope, heartbeat, written


def raw_batches(path: Path, wanted: list[tuple[int, str, float]]) -> Path:
    """A recording of batches: second, session of the bridge, how far its clock is ahead."""
    topic = "fleet/uav-1/raw/_mav"
    return written(
        path,
        [
            (topic, frame_batches.CONTENT_TYPE, METADATA, n, batch(n, [heartbeat(n)], sid, ahead_s))
            for n, sid, ahead_s in wanted
        ],
    )


def test_late_messages_stand_where_they_belong(tmp_path: Path) -> None:
    order = [0, 1, 4, 5, 2, 3]
    messages = [
        ("fleet/uav-1/state", "json", LATE if n in (2, 3) else METADATA, n, envelope(n, {"n": n})) for n in order
    ]
    raw = [
        ("fleet/uav-1/raw/_mav", frame_batches.CONTENT_TYPE, LATE if n in (2, 3) else METADATA, n,
         batch(n, [heartbeat(n * 10), heartbeat(n * 10 + 1)]))
        for n in order
    ]  # fmt: skip
    path = written(tmp_path / "a.mcap", messages + raw)
    with open_log(path) as log:
        assert log.columns("state").values["n"].tolist() == [0, 1, 2, 3, 4, 5]
        wanted = [n * 10 + m for n in range(6) for m in range(2)]
        assert [one.raw for one in log.frames()] == [heartbeat(n) for n in wanted]
        assert log.columns("HEARTBEAT").values["custom_mode"].tolist() == wanted


def test_frames_are_messages_of_the_vehicle_whose_topic_they_came_on(tmp_path: Path) -> None:
    messages = [
        (f"fleet/{owner}/raw/_mav", frame_batches.CONTENT_TYPE, METADATA, n, batch(n, [heartbeat(n, sysid)]))
        for n in range(4)
        for owner, sysid in (("uav-1", 1), ("uav-2", 1), ("_bridge/b1", 9))
    ]
    with open_log(written(tmp_path / "a.mcap", messages)) as log:
        beats = {one.vehicle: one for one in log.info.messages if one.name == "HEARTBEAT"}
        assert {key: one.count for key, one in beats.items()} == {
            "fleet/uav-1": 4, "fleet/uav-2": 4, "fleet/_bridge/b1": 4,
        }  # fmt: skip
        assert {one.id: one.is_station for one in log.info.vehicles} == {
            "fleet/uav-1": False, "fleet/uav-2": False, "fleet/_bridge/b1": True,
        }  # fmt: skip
        assert len(list(log.frames("fleet/uav-2"))) == 4
        times = [one.time_us for one in log.frames()]
        assert len(times) == 12
        assert times == sorted(times)
        with pytest.raises(LogError, match="several vehicles"):
            log.columns("HEARTBEAT")
        with pytest.raises(LogError, match="no vehicle 'uav-9'"):
            list(log.frames("uav-9"))


@pytest.mark.parametrize(("ahead_s", "shown_s"), [(0.2, 0.2), (-3600.0, 0.0)])
def test_frames_of_a_bridge_whose_clock_is_wrong_stand_at_the_recorders_time(
    tmp_path: Path, ahead_s: float, shown_s: float
) -> None:
    messages = [
        ("fleet/uav-1/raw/_mav", frame_batches.CONTENT_TYPE, METADATA, n, batch(n, [heartbeat(n)], ahead_s=ahead_s))
        for n in range(3)
    ]
    with open_log(written(tmp_path / "a.mcap", messages)) as log:
        found = log.columns("HEARTBEAT", begin_s=1_700_000_001 + shown_s, end_s=1_700_000_003)
        np.testing.assert_allclose(found.time_s, [1_700_000_001 + shown_s, 1_700_000_002 + shown_s], atol=1e-5)
        stamps = [one.time_us for one in log.frames()]
    assert stamps[0] == BEGIN_NS // 1000 + int(ahead_s * 1e6)


def test_a_session_is_one_log(tmp_path: Path) -> None:
    written(tmp_path / "fleet-uav-1.mcap", [("fleet/uav-1/state", "json", METADATA, 5, envelope(0, {"n": 1}))])
    written(tmp_path / "rest.mcap", [("lab/x", "json", METADATA, 0, b'{"n": 2}')])
    (tmp_path / "empty.mcap").touch()
    with open_log(tmp_path) as log:
        assert isinstance(log, SessionLog)
        assert [(one.vehicle, one.name) for one in log.info.messages] == [("", "lab/x"), ("fleet/uav-1", "state")]
        assert (log.info.begin_s, log.info.end_s) == (1_700_000_000, 1_700_000_005)
        assert log.columns("state").values["n"].tolist() == [1]


def test_a_folder_without_a_recording_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="folder without a recording"):
        open_log(tmp_path)


def test_the_bytes_of_batches_are_those_of_all_in_order() -> None:
    chunks = {0: b"xxABCyy", 1: b"DE", 2: b"-FGHI-"}
    columns = ([0, 1, 2], [2, 0, 1], [3, 2, 4])
    joined = batch_bytes.BatchBytes(chunks.__getitem__, *(np.array(one) for one in columns))
    assert joined.size == 9
    for begin in range(10):
        for end in range(begin, 11):
            assert joined[begin:end].tobytes() == b"ABCDEFGHI"[begin:end]


def test_frames_of_a_session_that_came_late_as_a_whole_stand_before_those_of_the_next_one(tmp_path: Path) -> None:
    old, new = "a" * 16, "b" * 16
    order = [(new, 5), (new, 6), (old, 1), (old, 2)]
    messages = [
        ("fleet/uav-1/raw/_mav", frame_batches.CONTENT_TYPE, LATE if sid == old else METADATA, second,
         batch(second, [heartbeat(second)], sid))
        for sid, second in order
    ]  # fmt: skip
    with open_log(written(tmp_path / "a.mcap", messages)) as log:
        assert [one.raw for one in log.frames()] == [heartbeat(n) for n in (1, 2, 5, 6)]


def test_frames_of_two_sessions_of_a_bridge_are_in_the_order_of_time(tmp_path: Path) -> None:
    seconds = [(5, "B", 0.0), (6, "B", 0.0), (0, "A", 0.0), (1, "A", 0.0), (7, "A", 0.0), (8, "B", 0.0)]
    with open_log(raw_batches(tmp_path / "a.mcap", seconds)) as log:
        assert log.columns("HEARTBEAT").values["custom_mode"].tolist() == [0, 1, 5, 6, 7, 8]
        assert [one.raw for one in log.frames()] == [heartbeat(n) for n in (0, 1, 5, 6, 7, 8)]


def test_each_session_of_a_bridge_has_its_own_clock(tmp_path: Path) -> None:
    seconds = [(0, "A", 7200.0), (1, "A", 7200.0), (2, "B", 0.0), (3, "B", 0.0), (4, "C", -500.0)]
    with open_log(raw_batches(tmp_path / "a.mcap", seconds)) as log:
        found = log.columns("HEARTBEAT")
        np.testing.assert_allclose(found.time_s - BEGIN_NS / S, [0, 1, 2, 3, 4], atol=1e-5)
        assert found.values["custom_mode"].tolist() == [0, 1, 2, 3, 4]
        assert [one.raw for one in log.frames()] == [heartbeat(n) for n in range(5)]
        (message,) = log.info.messages
        assert (message.count, message.first_s, message.last_s) == (5, log.info.begin_s, log.info.end_s)
        assert log.info.end_s == pytest.approx(BEGIN_NS / S + 4)


@pytest.mark.parametrize("ts", [0, (1 << 64) - 1])
def test_a_batch_that_lies_about_its_time_shifts_nothing(tmp_path: Path, ts: int) -> None:
    data = frame_batches.encode(FrameBatch("s", 0, ts, 1, frame_batches.record(BEGIN_NS // 1000, heartbeat(1))))
    messages = [("fleet/uav-1/raw/_mav", frame_batches.CONTENT_TYPE, METADATA, 0, data)]
    with open_log(written(tmp_path / "a.mcap", messages)) as log:
        assert log.info.begin_s == BEGIN_NS / S


def test_frames_of_nobody_are_not_asked_for_those_of_a_vehicle(tmp_path: Path) -> None:
    messages = [
        ("lab/mav", frame_batches.CONTENT_TYPE, METADATA, 0, batch(0, [heartbeat(1, 7)])),
        ("fleet/uav-1/raw/_mav", frame_batches.CONTENT_TYPE, METADATA, 0, batch(0, [heartbeat(2, 7)])),
    ]
    with open_log(written(tmp_path / "a.mcap", messages)) as log:
        assert [one.raw for one in log.frames("fleet/uav-1")] == [heartbeat(2, 7)]
        assert [one.raw for one in log.frames("7")] == [heartbeat(1, 7)]


def test_files_of_a_session_with_different_fields_have_all_of_them(tmp_path: Path) -> None:
    said: list[dict[str, object]] = [{"n": 1, "old": 2, "t": "x"}, {"n": 3, "new": "y", "t": 5}]
    for number, one in enumerate(said):
        written(
            tmp_path / f"{number}.mcap",
            [("fleet/uav-1/state", "json", METADATA, 1 - number, envelope(number, one))],
        )
    with open_log(tmp_path) as log:
        found = log.columns("state").values
        assert set(found) == {one.name for one in log.info.messages[0].fields} == {"n", "old", "new", "t"}
        assert found["n"].tolist() == [3, 1]
        np.testing.assert_array_equal(found["old"], [math.nan, 2])
        assert found["new"].tolist() == ["y", None]
        assert found["t"].tolist() == ["5.0", "x"]
        assert list(log.columns("state", ["new"]).values) == ["new"]
        with pytest.raises(LogError, match="no field 'newer'"):
            log.columns("state", ["newer"])


def test_a_session_is_read_without_a_file_that_can_t_be(tmp_path: Path) -> None:
    written(tmp_path / "a.mcap", [("fleet/uav-1/state", "json", METADATA, 0, envelope(0, {"n": 1}))])
    (tmp_path / "b.mcap").write_bytes(bytes(5_000))
    with open_log(tmp_path) as log:
        assert log.columns("state").values["n"].tolist() == [1]
        assert log.info.damage.parts == 1
        assert log.info.damage.first[0].what == "all of b.mcap"
    (tmp_path / "a.mcap").unlink()
    with pytest.raises(LogError, match=r"b\.mcap: nothing in this MCAP file can be read"):
        open_log(tmp_path)
