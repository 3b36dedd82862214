# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from mcap.reader import SeekingReader
from mcap.records import Channel
from mcap.records import Message as McapMessage

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleInfo
from groundstation.fleet.recorder import LateEnd, LateMarks, Mark, Missed, RecorderState, StationSensors
from groundstation.logs import session_folder
from groundstation.logs.session_folder import SessionState
from groundstation.recording import recorder as recorder_module
from groundstation.recording import resume, session, session_files
from groundstation.recording.recorder import Recorder, RecorderSettings
from groundstation.transport import frame_batches, payloads
from groundstation.transport.bus import Message
from groundstation.transport.frame_batches import FrameBatch
from tests.support.mcap_check import assert_strictly_sound
from tests.support.waiting import PATIENCE_S, soon_enough, wait_until

NOW_MS = 1_790_000_000_000


def told(topic: str, seq: int, content: object, *, sid: str = "s", ts: int = NOW_MS, **changes: object) -> Message:
    return raw(topic, payloads.encode(payloads.Envelope(sid=sid, seq=seq, ts=ts, bms=0, d=content)), **changes)


def raw(topic: str, payload: bytes, **changes: object) -> Message:
    fields: dict[str, object] = {"size_bytes": len(payload), "qos": 1, "retain": False, "received_s": time.monotonic()}
    return Message(topic=topic, payload=payload, **{**fields, **changes})


def event(seq: int, vehicle: str = "uav-1", **changes: object) -> Message:
    happened = Event(at_s=1.0, kind=EventKind.STATUS_TEXT, text=f"text {seq}")
    return told(f"sim/{vehicle}/evt", seq, happened, **changes)


class Desk:
    """A recorder on a real folder; what it asks for is kept."""

    def __init__(self, out: Path, **settings: object) -> None:
        self.asked: list[tuple[str, tuple[Missed, ...]]] = []
        made = RecorderSettings(**{"out": out, "broker": "mqtt://b", "keep_free_bytes": 0, **settings})
        self.recorder = Recorder(made, lambda topic, missed: self.asked.append((topic, missed)), lambda: True)
        self.recorder.start()

    def offer(self, *messages: Message) -> None:
        for one in messages:
            self.recorder.offer(one)

    def wait(self, is_true: Callable[[], bool]) -> None:
        wait_until(is_true, what=str(self.recorder.status()))

    def wait_written(self, count: int) -> None:
        self.wait(lambda: self.recorder.status().messages >= count)


@pytest.fixture
def desks() -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(out: Path, **settings: object) -> Desk:
        made.append(Desk(out, **settings))
        return made[-1]

    yield make
    for one in made:
        one.recorder.stop()


def messages(folder: Path) -> list[tuple[Channel, McapMessage]]:
    found = []
    for path in sorted(folder.glob("*.mcap")):
        with path.open("rb") as file:
            found += [(channel, message) for _, channel, message in SeekingReader(file).iter_messages()]
    return found


def only(out: Path) -> Path:
    (folder,) = session_folder.sessions(out)
    return folder


def test_each_vehicle_has_a_file_and_the_rest_one(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    desk.offer(event(0), event(0, "uav-2"), raw("site/room/temperature", b"21.5"))
    desk.wait_written(3)
    desk.recorder.stop()
    folder = only(tmp_path)
    assert sorted(one.name for one in folder.glob("*.mcap")) == ["rest.mcap", "sim-uav-1.mcap", "sim-uav-2.mcap"]
    manifest = session_folder.load(folder)
    assert manifest is not None
    assert manifest.state is SessionState.CLOSED
    assert {one.name: (one.vehicle, one.messages) for one in manifest.files} == {
        "rest.mcap": ("", 1),
        "sim-uav-1.mcap": ("sim/uav-1", 1),
        "sim-uav-2.mcap": ("sim/uav-2", 1),
    }
    assert sum(assert_strictly_sound(one) for one in folder.glob("*.mcap")) == 3


def test_payload_delivery_and_both_times_are_kept(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    properties = (("ContentType", "text/plain"), ("UserProperty.unit", "degC"))
    received_s = time.monotonic()
    desk.offer(
        event(4, retain=True, received_s=received_s),
        raw("site/temperature", b"21,5", qos=0, properties=properties),
    )
    desk.wait_written(2)
    desk.recorder.stop()
    by_topic = {channel.topic: (channel, message) for channel, message in messages(only(tmp_path))}
    channel, message = by_topic["sim/uav-1/evt"]
    assert message.data == event(4).payload
    assert (channel.metadata["qos"], channel.metadata["retain"], channel.metadata["late"]) == ("1", "true", "false")
    assert (message.sequence, message.publish_time) == (4, NOW_MS * 1_000_000)
    # the computer's own clock as the recorder read it; between two clocks a busy machine may pause
    offset_s = desk.recorder._sorter._wall_offset_s
    assert abs(message.log_time / 1e9 - (offset_s + received_s)) < 1e-3
    assert abs(offset_s - (time.time() - time.monotonic())) < 5.0
    channel, message = by_topic["site/temperature"]
    assert message.data == b"21,5"
    assert json.loads(channel.metadata["mqtt_properties"]) == [list(one) for one in properties]


@pytest.mark.parametrize("forged", ["seq", "marks", "answer", "first"])
def test_one_forged_message_keeps_nothing_from_being_recorded(
    tmp_path: Path, desks: Callable[..., Desk], forged: str
) -> None:
    desk = desks(tmp_path)
    far = 1 << 52
    poison = {
        "seq": event(far),
        "first": event(far),
        "marks": told("sim/uav-1/late/marks", 0, LateMarks(marks=(Mark("evt", "s", far, far + 3),))),
        "answer": told("sim/uav-1/late/end", 0, LateEnd(gaps=(Missed("evt", "s", 0, far, 0),))),
    }[forged]
    before = 0 if forged == "first" else 10
    desk.offer(*(event(number) for number in range(before)), poison)
    desk.offer(*(event(number) for number in range(before, 200)))
    desk.wait_written(200)
    desk.recorder.stop()
    found = {message.sequence for channel, message in messages(only(tmp_path)) if channel.topic == "sim/uav-1/evt"}
    assert set(range(200)) <= found
    assert desk.recorder.status().lost == 0
    assert (desk.recorder.status().implausible > 0) is (forged != "answer"), "it is told"


def test_what_comes_twice_is_written_once(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    desk.offer(event(0), event(1), event(1), event(0, retain=True), event(2))
    desk.wait_written(3)
    desk.recorder.stop()
    assert [message.sequence for _, message in messages(only(tmp_path))] == [0, 1, 2]


def test_what_is_missing_is_asked_for_and_stands_at_its_time(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    info = VehicleInfo(name="uav-1", sysid=1, kept=("evt", "info"))
    desk.offer(told("sim/uav-1/info", 0, info), event(0, ts=NOW_MS), event(5, ts=NOW_MS + 5_000))
    desk.wait(lambda: bool(desk.asked))
    assert desk.asked[0] == ("sim/uav-1/sync/req", (Missed("evt", "s", 1, 4),))
    late = [event(seq, ts=NOW_MS + seq * 1_000) for seq in range(1, 4)]
    desk.offer(*(raw("sim/uav-1/late/evt", one.payload) for one in [*late, late[0]]))
    desk.offer(told("sim/uav-1/late/end", 0, LateEnd(gaps=(Missed("evt", "s", 1, 4, 3),))))
    desk.wait(lambda: desk.recorder.status().lost == 1)
    status = desk.recorder.status()
    assert (status.recovered, status.missing, status.lost) == (3, 0, 1)
    desk.recorder.stop()
    found = [(channel, message) for channel, message in messages(only(tmp_path)) if channel.topic == "sim/uav-1/evt"]
    assert sorted(message.sequence for _, message in found) == [0, 1, 2, 3, 5]
    by_seq = {message.sequence: (channel, message) for channel, message in found}
    assert by_seq[2][0].metadata["late"] == "true"
    assert by_seq[2][1].publish_time == (NOW_MS + 2_000) * 1_000_000
    step_ns = by_seq[3][1].log_time - by_seq[2][1].log_time
    assert abs(step_ns - 1_000_000_000) < 1_000


def test_marks_tell_of_a_session_that_was_never_heard(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    desk.offer(told("sim/uav-1/late/marks", 0, LateMarks(marks=(Mark("evt", "gone", 3, 6),))))
    desk.wait(lambda: bool(desk.asked))
    assert desk.asked[0] == ("sim/uav-1/sync/req", (Missed("evt", "gone", 3, 5),))


def test_frames_are_recorded_as_they_came(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    body = frame_batches.record(1, b"frame one") + frame_batches.record(2, b"frame two")
    desk.offer(raw("sim/uav-1/raw/_mav", frame_batches.encode(FrameBatch("s", 0, NOW_MS, 0, body))))
    desk.wait_written(1)
    desk.recorder.stop()
    ((channel, message),) = messages(only(tmp_path))
    assert channel.message_encoding == frame_batches.CONTENT_TYPE
    batch = frame_batches.decode(message.data)
    assert batch is not None
    assert batch.body == body


def test_strangers_json_gets_a_schema_that_it_fits(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    odd = [{"t": 1.5}, {"t": "warm"}, {"t": 2, "more": {"deep": [1, 2]}}, {"t": None}, {"a.b/c": [[1], "x"]}, {}]
    desk.offer(*(raw("site/x", json.dumps(one).encode()) for one in odd))
    desk.offer(raw("site/x", b"[1, 2]"), raw("site/x", b"\xff\x00"), raw("site/x", b""), raw("site/x", b"{" * 100_000))
    desk.wait_written(10)
    desk.recorder.stop()
    assert assert_strictly_sound(only(tmp_path) / "rest.mcap") == 10
    assert [
        json.loads(message.data) for channel, message in messages(only(tmp_path)) if channel.message_encoding == "json"
    ] == odd


def test_a_cut_giant_is_marked(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    desk.offer(raw("site/big", b"x" * 100_000, size_bytes=268_000_000))
    desk.wait_written(1)
    desk.recorder.stop()
    ((channel, message),) = messages(only(tmp_path))
    assert channel.metadata["cut_from_bytes"] == "268000000"
    assert len(message.data) == 100_000


def test_hostile_numbers_and_times_end_nothing(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    for sid, seq, ts in (("s", 2**63, 0), ("s", -1, 0), ("x" * 100, 1, 1), ("t", 2**52, -(2**62)), ("t", 0, 2**62)):
        desk.offer(raw("sim/uav-1/evt", json.dumps({"sid": sid, "seq": seq, "ts": ts, "bms": 0, "d": {}}).encode()))
    desk.offer(raw("sim/uav-1/late/marks", b'{"sid":"s","seq":0,"ts":0,"bms":0,"d":{"marks":[["evt","s",-5,9e99]]}}'))
    desk.offer(told("sim/uav-1/late/marks", 0, LateMarks(marks=(Mark("evt", "s", -(2**60), 2**60),))))
    desk.offer(raw("sim/uav-1/late/tlm/motion", b"nonsense"), raw("sim/_bridge/b/late/", b""), event(0, sid="fine"))
    desk.wait_written(1)
    desk.wait(lambda: desk.recorder.status().state is RecorderState.RECORDING)
    desk.recorder.stop()
    assert assert_strictly_sound(only(tmp_path) / "sim-uav-1.mcap") >= 1


def test_what_stations_listen_to_is_recorded_too(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    subscribed: set[str] = set()
    desk.recorder.on_filters = subscribed.update
    desk.offer(told("fleet/_gs/g/sensors", 0, StationSensors(filters=("site/+/t",))))
    desk.wait(lambda: subscribed == {"site/+/t"})
    desk.wait(lambda: (session_folder.load(only(tmp_path)) or pytest.fail("no manifest")).filters == ("site/+/t",))


# ---- disks ----


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set: every write fails as on a full disk, after a few bytes."""
    is_full = threading.Event()
    write = os.pwrite

    def pwrite(number: int, data: memoryview, place: int) -> int:
        if is_full.is_set():
            if len(data) > 10:
                return write(number, data[:10], place)
            raise OSError(28, "No space left on device")
        return write(number, data, place)

    monkeypatch.setattr(os, "pwrite", pwrite)
    return is_full


def test_a_full_disk_is_told_within_two_seconds_and_costs_nothing(
    tmp_path: Path, desks: Callable[..., Desk], full_disk: threading.Event
) -> None:
    desk = desks(tmp_path)
    desk.offer(*(event(seq) for seq in range(10)))
    desk.wait_written(10)
    count = 10

    def told() -> float:
        nonlocal count
        full_disk.set()
        began_s = time.monotonic()
        desk.offer(*(event(seq) for seq in range(count, count + 10)))
        desk.wait(lambda: desk.recorder.status().state is RecorderState.TROUBLE)
        told_s = time.monotonic() - began_s
        assert "No space left" in desk.recorder.status().problem
        desk.offer(*(event(seq) for seq in range(count + 10, count + 20)))
        count += 20
        full_disk.clear()
        desk.wait(lambda: desk.recorder.status().state is RecorderState.RECORDING)
        desk.wait_written(count)
        return told_s

    soon_enough(told, 2.0)
    desk.recorder.stop()
    assert [message.sequence for _, message in messages(only(tmp_path))] == list(range(count))
    assert assert_strictly_sound(only(tmp_path) / "sim-uav-1.mcap") == count
    manifest = session_folder.load(only(tmp_path))
    assert manifest is not None
    assert any("No space left" in note.text for note in manifest.notes)


def test_what_memory_can_not_keep_is_counted_and_asked_for(
    tmp_path: Path, desks: Callable[..., Desk], full_disk: threading.Event
) -> None:
    desk = desks(tmp_path, memory_bytes=20_000)
    desk.offer(told("sim/uav-1/info", 0, VehicleInfo(name="uav-1", sysid=1, kept=("evt",))), event(0))
    desk.wait_written(2)
    full_disk.set()
    desk.offer(event(1))
    desk.wait(lambda: desk.recorder.status().state is RecorderState.TROUBLE)
    desk.offer(*(event(seq) for seq in range(2, 200)))
    dropped = desk.recorder.status().dropped
    assert dropped > 100
    full_disk.clear()
    desk.wait(lambda: desk.recorder.status().state is RecorderState.RECORDING)
    desk.offer(event(200))
    desk.wait(lambda: bool(desk.asked))
    ((_, (missed, *_)), *_) = desk.asked
    assert missed.last - missed.first + 1 == dropped


def test_a_file_that_is_opened_while_vehicles_are_counted_costs_no_status(tmp_path: Path) -> None:
    files = session_files.SessionFiles(tmp_path)

    class Opening(str):
        """A vehicle's name that has another file opened while it is looked at, as the thread `disk` may do."""

        __slots__ = ()

        def __bool__(self) -> bool:
            files._vehicles[f"file {len(files._vehicles)}"] = "sim/uav-2"
            return True

    files._vehicles["file 0"] = Opening("sim/uav-1")
    assert files.vehicles == 1
    assert len(files._vehicles) == 2


def test_a_real_disk_that_is_full_is_gone_on_with_when_there_is_room(
    tmp_path: Path, desks: Callable[..., Desk]
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if os.system(f"mount -t tmpfs -o size=3m tmpfs {small} 2>/dev/null") != 0:  # noqa: S605 - a path of ours
        pytest.skip("mounting needs root")
    try:
        ballast = small / "ballast"
        ballast.write_bytes(bytes(2_500_000))
        desk = desks(small / "out")
        noise = [told(f"sim/uav-{seq % 5}/evt", seq // 5, {"text": os.urandom(2_000).hex()}) for seq in range(400)]
        desk.offer(*noise)
        desk.wait(lambda: desk.recorder.status().state is RecorderState.TROUBLE)
        ballast.unlink()
        desk.wait(lambda: desk.recorder.status().state is RecorderState.RECORDING)
        desk.wait_written(400)
        desk.recorder.stop()
        assert sum(assert_strictly_sound(one) for one in only(small / "out").glob("*.mcap")) == 400
    finally:
        os.system(f"umount -l {small}")  # noqa: S605


def test_a_folder_that_is_deleted_is_told_and_recording_goes_on(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    out = tmp_path / "out"
    desk = desks(out)
    desk.offer(event(0))
    desk.wait_written(1)
    out.rename(tmp_path / "gone")  # at once: the recorder may write to it while it is taken apart
    shutil.rmtree(tmp_path / "gone")
    desk.wait(lambda: desk.recorder.status().state is RecorderState.TROUBLE)
    desk.offer(event(1), event(2))
    desk.wait_written(3)
    desk.wait(lambda: desk.recorder.status().state is RecorderState.RECORDING)
    desk.recorder.stop()
    assert [message.sequence for _, message in messages(only(out))] == [1, 2]
    manifest = session_folder.load(only(out))
    assert manifest is not None
    assert any("is gone" in note.text for note in manifest.notes)


def test_a_folder_that_can_not_be_made_is_told_with_its_path(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    (tmp_path / "file").write_text("in the way")
    desk = desks(tmp_path / "file" / "out")
    desk.wait(lambda: desk.recorder.status().state is RecorderState.TROUBLE)
    assert str(tmp_path / "file") in desk.recorder.status().problem


def test_a_slow_disk_is_told_while_it_is_slow(
    tmp_path: Path, desks: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks(tmp_path)
    desk.offer(event(0))
    desk.wait_written(1)
    go_on = threading.Event()
    sync = os.fsync

    def fsync(number: int) -> None:
        go_on.wait(PATIENCE_S)
        sync(number)

    monkeypatch.setattr(os, "fsync", fsync)
    desk.offer(event(1))
    desk.wait(lambda: "does not answer" in desk.recorder.status().problem)
    desk.offer(event(2))
    go_on.set()
    desk.wait(lambda: desk.recorder.status().state is RecorderState.RECORDING)
    desk.wait_written(3)


def test_too_little_room_stops_in_time_and_is_foretold(
    tmp_path: Path, desks: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [10_000_000_000]
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(recorder_module.shutil, "disk_usage", lambda _: usage._replace(free=free[0]))
    desk = desks(tmp_path, keep_free_bytes=50_000_000)
    for seq in range(4):
        desk.offer(*(event(number) for number in range(seq * 100, seq * 100 + 100)))
        desk.wait_written(seq * 100 + 100)
    desk.wait(lambda: desk.recorder.status().left_s is not None)
    assert desk.recorder.status().warning == ""
    free[0] = 50_100_000
    desk.offer(*(event(number) for number in range(400, 500)))
    desk.wait(lambda: "min" in desk.recorder.status().warning)
    free[0] = 40_000_000
    desk.wait(lambda: desk.recorder.status().state is RecorderState.TROUBLE)
    assert "40 MB" in desk.recorder.status().problem


# ---- later lives ----


def cut_off(desk: Desk) -> None:
    """End a recorder as a kill would: nothing is closed."""
    recorder = desk.recorder
    recorder._end = lambda: recorder._files.abandon() if recorder._files is not None else None  # type: ignore[method-assign]
    recorder.stop()
    recorder._unlock()


def test_a_young_session_is_gone_on_with_after_a_kill(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    desk.offer(*(event(seq) for seq in range(50)))
    desk.wait_written(50)
    desk.wait(lambda: not desk.recorder._files._waiting_since_s)  # type: ignore[union-attr]
    cut_off(desk)
    path = only(tmp_path) / "sim-uav-1.mcap"
    path.write_bytes(path.read_bytes() + b"\x06\x99\x00\x00\x00\x00\x00\x00\x00torn")
    later = desks(tmp_path)
    later.wait(lambda: later.recorder.status().messages == 50)
    later.offer(event(49), event(51), event(52))
    later.wait_written(52)
    later.recorder.stop()
    assert sorted(message.sequence for _, message in messages(only(tmp_path))) == [*range(50), 51, 52]
    assert assert_strictly_sound(path) == 52
    manifest = session_folder.load(only(tmp_path))
    assert manifest is not None
    assert any("bytes behind the last whole chunks" in note.text for note in manifest.notes)


def test_what_waits_when_a_later_life_begins_is_written_once(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    """The broker hands retained messages over at once, before the files of the earlier life are mended."""
    first = desks(tmp_path)
    first.offer(*(event(number) for number in range(4)))
    first.wait_written(4)
    first.wait(lambda: not first.recorder._files._waiting_since_s)  # type: ignore[union-attr]
    cut_off(first)
    settings = RecorderSettings(out=tmp_path, broker="mqtt://b", keep_free_bytes=0)
    later = Recorder(settings, lambda topic, missed: None, lambda: True)
    later.offer(event(3, retain=True))
    later.offer(event(5))
    later.start()
    later.offer(event(4))
    wait_until(lambda: later.status().messages >= 6, 10.0, str(later.status()))
    later.stop()
    assert [message.sequence for _, message in messages(only(tmp_path))] == [0, 1, 2, 3, 5, 4]


def test_gaps_of_an_earlier_life_are_asked_for_by_the_later_one(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    desk.offer(told("sim/uav-1/info", 0, VehicleInfo(name="uav-1", sysid=1, kept=("evt",))), event(0), event(9))
    desk.wait_written(3)
    numbers = only(tmp_path) / session_folder.NUMBERS
    desk.wait(lambda: numbers.exists() and b'"sim/uav-1/evt"' in numbers.read_bytes())
    cut_off(desk)
    later = desks(tmp_path)
    later.wait(lambda: bool(later.asked))
    assert later.asked[0] == ("sim/uav-1/sync/req", (Missed("evt", "s", 1, 8),))


def test_an_old_session_is_closed_and_a_new_one_begun(
    tmp_path: Path, desks: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks(tmp_path)
    desk.offer(event(0))
    desk.wait_written(1)
    desk.wait(lambda: not desk.recorder._files._waiting_since_s)  # type: ignore[union-attr]
    cut_off(desk)
    old = only(tmp_path)
    manifest = session_folder.load(old)
    assert manifest is not None
    session_folder.save(old, msgspec.structs.replace(manifest, began_unix_s=time.time() - 4_000))
    for one in old.iterdir():
        os.utime(one, (time.time() - 3_600, time.time() - 3_600))
    later = desks(tmp_path)
    later.offer(event(5))
    later.wait_written(1)
    later.recorder.stop()
    assert len(session_folder.sessions(tmp_path)) == 2
    manifest = session_folder.load(old)
    assert manifest is not None
    assert manifest.state is SessionState.MENDED
    assert assert_strictly_sound(old / "sim-uav-1.mcap") == 1


def test_a_session_that_another_process_writes_is_left_alone(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    first = desks(tmp_path)
    first.offer(event(0))
    first.wait_written(1)
    second = desks(tmp_path)
    second.offer(event(7))
    second.wait_written(1)
    assert len(session_folder.sessions(tmp_path)) == 2
    first.offer(event(1))
    first.wait_written(2)


def test_the_oldest_sessions_go_and_pinned_ones_stay(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    for day in (1, 2, 3):
        folder = session.begin(tmp_path, 1_700_000_000 + day * 86_400)
        (folder / "rest.mcap").write_bytes(bytes(1_000))
        made = session_folder.Manifest(name=folder.name, state=SessionState.CLOSED, began_unix_s=0.0)
        session_folder.save(folder, made)
    oldest, second, third = session_folder.sessions(tmp_path)
    session_folder.pin(oldest, is_pinned=True)
    desk = desks(tmp_path, max_bytes=4_000)
    desk.wait(lambda: not second.exists())
    assert oldest.exists()
    assert third.exists() or desk.recorder.status().session
    assert only_running(tmp_path, desk).exists()


def only_running(out: Path, desk: Desk) -> Path:
    return out / desk.recorder.status().session


# ---- faults of our own ----


def test_a_message_that_we_stumble_over_costs_itself_alone(
    tmp_path: Path, desks: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks(tmp_path)
    write = session_files.SessionFiles.write

    def stumbling(files: object, key: object, place: Any, *rest: Any) -> None:
        if place.topic == "site/bad":
            raise ValueError("a fault")
        write(files, key, place, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(session_files.SessionFiles, "write", stumbling)
    desk.offer(event(0), raw("site/bad", b"1"), event(1))
    desk.wait(lambda: desk.recorder.status().dropped == 1)
    desk.wait_written(2)
    assert desk.recorder.status().state is RecorderState.RECORDING
    desk.recorder.stop()
    assert [message.sequence for _, message in messages(only(tmp_path))] == [0, 1]


def test_a_recording_that_ended_by_itself_is_not_called_one(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    desk.offer(event(0))
    desk.wait_written(1)
    desk.recorder._thread = threading.Thread(target=lambda: None)
    desk.recorder._thread.start()
    desk.recorder._thread.join()
    assert desk.recorder.status().state is RecorderState.TROUBLE
    assert "ended by itself" in desk.recorder.status().problem


def test_an_old_session_that_can_not_be_mended_keeps_nothing_from_being_recorded(
    tmp_path: Path, desks: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = session.begin(tmp_path, 1_700_000_000.0)
    made = session_folder.Manifest(name=folder.name, state=SessionState.RECORDING, began_unix_s=1_700_000_000.0)
    session_folder.save(folder, made)
    (folder / "rest.mcap").write_bytes(b"\x89MCAP0\r\n")

    def failing(path: Path, *, close: bool) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(resume, "mend", failing)
    desk = desks(tmp_path)
    desk.offer(event(0))
    desk.wait_written(1)
    assert len(session_folder.sessions(tmp_path)) == 2


def test_the_time_of_recording_does_not_follow_a_clock_that_is_set(tmp_path: Path, desks: Callable[..., Desk]) -> None:
    desk = desks(tmp_path)
    desk.offer(event(0))
    desk.wait_written(1)
    desk.recorder._wall_clock = lambda: time.time() - 86_400.0
    elapsed_s = desk.recorder.status().elapsed_s
    assert elapsed_s is not None
    assert 0.0 <= elapsed_s < 60.0
