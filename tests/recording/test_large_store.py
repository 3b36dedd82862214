# SPDX-License-Identifier: Apache-2.0
"""Large payloads of strangers lie whole beside the session, whatever they are called and however they end."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from mcap.reader import SeekingReader

from groundstation.fleet.large import HEAD_BYTES, LargePayload, head_hash
from groundstation.logs import large_payloads, session_folder
from groundstation.logs.mcap.channels import MAX_CUTS, Channels
from groundstation.logs.session_folder import SessionState
from groundstation.recording import large_store
from groundstation.recording.large_files import LargePart, LargeRoom
from groundstation.recording.large_store import MOST_WAITED_S, LargeStore
from groundstation.recording.recorder import Recorder, RecorderSettings
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Message
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild
from tests.support.slow_link import SlowLink
from tests.support.waiting import Collector, wait_until

HOSTILE = "site/../../../tmp/ ev\u0131l\u202e/" + "x" * 300


def content(name: str, size: int = 300_000) -> bytes:
    return hashlib.shake_128(name.encode()).digest(size)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Line:
    """A recorder on a real folder, given payloads as a connection gives them."""

    def __init__(self, out: Path, **settings: object) -> None:
        made = RecorderSettings(**{"out": out, "broker": "mqtt://b", "keep_free_bytes": 0, **settings})
        self.recorder = Recorder(made, lambda *_: None, lambda: False)
        self.recorder.start()

    @property
    def folder(self) -> Path:
        wait_until(lambda: bool(self.recorder.status().session))
        return Path(self.recorder.status().folder) / self.recorder.status().session

    def offer(self, topic: str, data: bytes, *, head: int = 100_000, piece: int = 70_000, whole: bool = True) -> bool:
        store = self.recorder.large
        first = Message(topic, data[:head], len(data), 1, False, time.monotonic())
        if not store.begin(first):
            return False
        for start in range(head, len(data), piece):
            store.more(data[start : start + piece])
        if whole:
            store.end()
        return True

    def wait(self, **counts: int) -> None:
        told = self.recorder.large
        wait_until(lambda: all(getattr(told.counts, name) == count for name, count in counts.items()), what=str(counts))

    def wait_written(self, count: int) -> None:
        wait_until(lambda: self.recorder.status().messages >= count, what=str(self.recorder.status()))


@pytest.fixture
def line() -> Iterator[Callable[..., Line]]:
    made: list[Line] = []

    def make(out: Path, **settings: object) -> Line:
        made.append(Line(out, **settings))
        return made[-1]

    yield make
    for one in made:
        one.recorder.stop()


def recorded(folder: Path) -> list[tuple[str, dict[str, str], bytes]]:
    """Topic, metadata and data of each message of the rest."""
    with (folder / "rest.mcap").open("rb") as file:
        every = SeekingReader(file).iter_messages(log_time_order=False)
        return [(channel.topic, channel.metadata, message.data) for _, channel, message in every]


def names(folder: Path) -> set[str]:
    return {one.name for one in (folder / "large").glob("*")}


def test_a_large_payload_of_a_real_broker_is_whole_on_disk_whatever_its_topic(
    tmp_path: Path, line: Callable[..., Line], mosquitto_broker: BrokerChild
) -> None:
    one, giant = line(tmp_path / "out"), tmp_path / "giant"
    giant.write_bytes(content("giant", 5_000_000))
    collector = Collector()
    worker = MqttWorker(
        parse_broker_url(mosquitto_broker.url),
        client_id="recorder",
        echo_topic="fleet/_recorder/r/echo",
        on_message=one.recorder.offer,
        on_status=collector.on_status,
        large=one.recorder.large,
    )
    worker.subscribe({"site/#": 1})
    worker.start()
    try:
        collector.wait_state(BusState.CONNECTED)
        words = ["mosquitto_pub", "-p", str(mosquitto_broker.port), "-q", "1", "-t", HOSTILE]
        subprocess.run([*words, "-r", "-f", str(giant)], check=True)
        one.wait(kept=1)
        # kept by the broker: it comes again with each new connection
        worker.renew()
        one.wait(kept=2, again=1)
        subprocess.run([*words, "-m", "small"], check=True)
        one.wait_written(3)
    finally:
        worker.stop()
    one.recorder.stop()
    name = large_payloads.file_name(sha(giant.read_bytes()))
    assert names(one.folder) == {name, "index.jsonl"}
    assert (one.folder / "large" / name).read_bytes() == giant.read_bytes()
    first, second = large_payloads.entries(one.folder)
    assert (first.topic, first.size_bytes, first.sha256) == (HOSTILE, 5_000_000, sha(giant.read_bytes()))
    assert first.head_sha256 == head_hash(giant.read_bytes())
    assert abs(first.at_unix_s - time.time()) < 600
    assert (first.retain, second.retain) == (False, True)
    manifest = session_folder.load(one.folder)
    assert manifest is not None
    assert (manifest.large, manifest.large_lost, manifest.state) == (2, 0, SessionState.CLOSED)
    (topic, told, data), *_ = recorded(one.folder)
    assert (topic, data) == (HOSTILE, giant.read_bytes()[:HEAD_BYTES])
    assert (told["cut_from_bytes"], told["sha256"], told["whole"]) == ("5000000", first.sha256, f"large/{name}")
    assert {one.name for one in tmp_path.iterdir()} == {"out", "giant"} | {
        one.name for one in tmp_path.glob("mosquitto*")
    }


def test_what_was_broken_off_leaves_no_file_and_is_counted(tmp_path: Path, line: Callable[..., Line]) -> None:
    one = line(tmp_path)
    one.offer("site/a", content("a"), whole=False)
    wait_until(lambda: any(name.endswith(".part") for name in names(one.folder)))
    one.recorder.large.break_off()
    one.wait(lost=1, kept=0)
    one.offer("site/a", content("b"))
    one.wait(kept=1)
    one.wait_written(2)
    one.recorder.stop()
    assert names(one.folder) == {large_payloads.file_name(sha(content("b"))), "index.jsonl"}
    (_, told, data), (_, whole, _) = recorded(one.folder)
    assert data == content("a")[:HEAD_BYTES], "its beginning is recorded"
    assert told["cut_from_bytes"] == "300000"
    assert "sha256" not in told
    assert whole["sha256"] == sha(content("b"))
    assert one.recorder.status().large_lost == 1


def test_a_connection_that_is_lost_in_the_middle_of_one_leaves_no_part(
    tmp_path: Path, line: Callable[..., Line], mosquitto_broker: BrokerChild
) -> None:
    one, giant = line(tmp_path / "out"), tmp_path / "giant"
    giant.write_bytes(content("giant", 2_000_000))
    way, collector = SlowLink(mosquitto_broker.port, 8e6, 0.0), Collector()
    worker = MqttWorker(
        parse_broker_url(f"mqtt://127.0.0.1:{way.port}"),
        client_id="recorder",
        echo_topic="fleet/_recorder/r/echo",
        on_message=one.recorder.offer,
        on_status=collector.on_status,
        large=one.recorder.large,
    )
    worker.subscribe({"site/#": 1})
    worker.start()
    try:
        collector.wait_state(BusState.CONNECTED)
        words = ["mosquitto_pub", "-p", str(mosquitto_broker.port), "-q", "1", "-t", "site/a", "-f", str(giant)]
        subprocess.run(words, check=True)
        wait_until(lambda: any(name.endswith(".part") for name in names(one.folder)))
        way.close()
        collector.wait_state(BusState.LOST)
        one.wait(lost=1, kept=0)
    finally:
        worker.stop()
        way.close()
    assert names(one.folder) == set()
    one.wait_written(1)
    one.recorder.stop()
    assert [data for _, _, data in recorded(one.folder)] == [content("giant", 2_000_000)[:HEAD_BYTES]]


def test_the_end_of_the_recorder_in_the_middle_leaves_nothing_half(tmp_path: Path, line: Callable[..., Line]) -> None:
    one = line(tmp_path)
    one.offer("site/a", content("a"), whole=False)
    folder = one.folder
    one.recorder.stop()
    assert names(folder) == set()
    assert [data for _, _, data in recorded(folder)] == [content("a")[:HEAD_BYTES]]
    assert not one.offer("site/a", content("b")), "none is begun any more"


@pytest.mark.parametrize(
    ("topic", "is_taken"), [("fleet/uav-1/evt", False), ("sim/_bridge/b/conn", False), ("f", True)]
)
def test_on_topics_of_ours_nothing_large_is_taken(
    tmp_path: Path, line: Callable[..., Line], topic: str, is_taken: bool
) -> None:
    assert line(tmp_path).offer(topic, content("a")) is is_taken


@pytest.mark.parametrize("over", [0, 1])
def test_one_that_is_larger_than_all_that_may_be_is_not_begun(
    tmp_path: Path, line: Callable[..., Line], over: int
) -> None:
    one = line(tmp_path, large_bytes=300_000)
    assert one.offer("site/a", content("a", 300_000 + over)) is (over == 0)
    one.wait(kept=1 - over, lost=over)


# ---- disks ----


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set: nothing large can be written."""
    is_full, write = threading.Event(), LargePart.write

    def fails(self: LargePart, data: bytes) -> None:
        if is_full.is_set():
            raise OSError(28, "No space left on device", "/a/disk")
        write(self, data)

    monkeypatch.setattr(LargePart, "write", fails)
    return is_full


def test_a_full_disk_is_told_once_counted_and_costs_nothing_else(
    tmp_path: Path, line: Callable[..., Line], full_disk: threading.Event
) -> None:
    one = line(tmp_path)
    full_disk.set()
    for number in range(3):
        assert one.offer(f"site/{number}", content(str(number)))
    one.recorder.offer(Message("site/small", b"1", 1, 0, False, time.monotonic()))
    one.wait(lost=3)
    one.wait_written(4)
    full_disk.clear()
    one.offer("site/now", content("now"))
    one.wait(kept=1)
    one.recorder.stop()
    assert names(one.folder) == {large_payloads.file_name(sha(content("now"))), "index.jsonl"}
    manifest = session_folder.load(one.folder)
    assert manifest is not None
    assert [note.text for note in manifest.notes] == [
        "large payloads can't be kept whole at /a/disk: No space left on device; make room"
    ]
    assert len(recorded(one.folder)) == 5


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_as_much_room_is_left_on_the_disk_as_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over: int
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000})())
    room = LargeRoom(tmp_path, 10**9, keep_free_bytes=400)
    if over > 0:
        with pytest.raises(OSError, match="MB are left"):
            room.check(600 + over)
    else:
        room.check(600 + over)


def test_a_disk_that_hangs_holds_the_connection_up_once(
    tmp_path: Path, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, write = threading.Event(), LargePart.write

    def hangs(self: LargePart, data: bytes) -> None:
        goes_on.wait()
        write(self, data)

    monkeypatch.setattr(LargePart, "write", hangs)
    monkeypatch.setattr(large_store, "QUEUE_BYTES", 200_000)
    monkeypatch.setattr(large_store, "PATIENCE_S", 0.05)
    one = line(tmp_path)
    try:
        assert one.offer("site/a", content("a", 2_000_000))
        assert one.recorder.large._waited_s < 30.0
        assert one.recorder.large._bytes <= 200_000
        assert not one.offer("site/b", content("b")), "the next is not waited for"
        one.recorder.offer(Message("site/small", b"1", 1, 0, False, time.monotonic()))
        one.wait_written(1)
    finally:
        goes_on.set()
    one.wait(lost=2)
    monkeypatch.setattr(large_store, "PATIENCE_S", 60.0)
    assert one.offer("site/c", content("c"))
    one.wait(kept=1)
    assert names(one.folder) == {large_payloads.file_name(sha(content("c"))), "index.jsonl"}


@pytest.mark.parametrize(("rest_s", "is_taken"), [(2.0, False), (2.1, True)])
def test_behind_a_slow_disk_large_payloads_wait_half_of_the_time_at_most(
    tmp_path: Path, rest_s: float, is_taken: bool
) -> None:
    now_s = 100.0
    store = LargeStore(LargeRoom(tmp_path, 10**9, 0), lambda: None, lambda _: None, clock=lambda: now_s)
    store._patience_s()
    store._waited_s = MOST_WAITED_S + 1.0
    now_s += rest_s
    assert store.begin(Message("site/a", b"x", 10, 0, False, now_s)) is is_taken
    assert store.counts.lost == (not is_taken)


# ---- room ----


@pytest.mark.parametrize("over", [0, 1])
def test_the_oldest_go_when_there_is_more_than_may_be(tmp_path: Path, line: Callable[..., Line], over: int) -> None:
    one = line(tmp_path, large_bytes=900_000 - over)
    for name in "abc":
        one.offer("site/a", content(name))
        one.wait(kept="abc".index(name) + 1)
        path = one.folder / "large" / large_payloads.file_name(sha(content(name)))
        os.utime(path, (1_000.0 + ord(name),) * 2)
    one.wait(dropped=over)
    one.recorder.stop()
    kept = {name for name in "abc" if large_payloads.file_name(sha(content(name))) in names(one.folder)}
    assert kept == set("abc") - (set("a") if over else set())
    assert len(large_payloads.entries(one.folder)) == 3, "what came is known, though it is gone"
    gone = [large_payloads.path_of(one.folder, entry) is None for entry in large_payloads.entries(one.folder)]
    assert gone == [bool(over), False, False]


def test_pinned_sessions_keep_theirs_and_do_not_count(tmp_path: Path) -> None:
    for number, is_pinned in enumerate((True, False, False)):
        folder = tmp_path / f"2026-01-0{number + 1}_00-00-00"
        (folder / "large").mkdir(parents=True)
        session_folder.save(
            folder,
            session_folder.Manifest(name=folder.name, state=SessionState.CLOSED, began_unix_s=0.0, is_pinned=is_pinned),
        )
        path = folder / "large" / f"{number:064x}.bin"
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    new = tmp_path / "2026-01-03_00-00-00" / "large" / f"{2:064x}.bin"
    assert LargeRoom(tmp_path, 200, 0).make(new, 100) == 0
    assert LargeRoom(tmp_path, 199, 0).make(new, 100) == 1
    assert [one.name[62:64] for one in sorted(tmp_path.rglob("*.bin"))] == ["00", "02"]


def test_the_one_that_came_now_stays_whatever_the_clock_says(tmp_path: Path) -> None:
    folder = tmp_path / "2026-01-01_00-00-00" / "large"
    folder.mkdir(parents=True)
    for number in range(3):
        path = folder / f"{number:064x}.bin"
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    assert LargeRoom(tmp_path, 250, 0).make(folder / f"{0:064x}.bin", 100) == 1
    assert [one.name[63] for one in sorted(folder.iterdir())] == ["0", "2"]


def test_a_flood_of_large_payloads_stays_below_the_bound(tmp_path: Path, line: Callable[..., Line]) -> None:
    one = line(tmp_path, large_bytes=1_000_000)
    for number in range(30):
        one.offer(f"site/{number}", content(str(number), 200_000))
    one.wait(kept=30)
    one.recorder.offer(Message("site/small", b"1", 1, 0, False, time.monotonic()))
    one.wait_written(31)
    one.recorder.stop()
    assert sum(path.stat().st_size for path in (one.folder / "large").glob("*.bin")) <= 1_000_000
    assert large_payloads.file_name(sha(content("29", 200_000))) in names(one.folder), "the newest is there"
    manifest = session_folder.load(one.folder)
    assert manifest is not None
    assert manifest.large == 30
    assert manifest.large_dropped >= 25
    assert [note.text for note in manifest.notes] == [
        "large payloads are more than 1000000 bytes: the oldest are dropped"
    ]


def test_the_size_of_a_session_counts_them_and_dropping_it_drops_them(
    tmp_path: Path, line: Callable[..., Line]
) -> None:
    from groundstation.recording import session

    one = line(tmp_path)
    one.offer("site/a", content("a"))
    one.wait(kept=1)
    one.recorder.stop()
    assert session_folder.size_bytes(one.folder) > 300_000
    assert session.drop_oldest(tmp_path, 300_000, None) == [one.folder.name]
    assert not one.folder.exists()


# ---- earlier lives, other hands ----


def test_the_next_life_clears_away_what_was_half_and_goes_on(tmp_path: Path, line: Callable[..., Line]) -> None:
    one = line(tmp_path)
    one.offer("site/a", content("a"))
    one.wait(kept=1)
    one.recorder.stop()
    folder = one.folder
    manifest = session_folder.load(folder)
    assert manifest is not None
    # as a kill leaves it
    session_folder.save(folder, msgspec.structs.replace(manifest, state=SessionState.RECORDING))
    (folder / "large" / "77-1.part").write_bytes(b"half")
    with (folder / "large" / "index.jsonl").open("ab") as file:
        file.write(b'{"topic":"cut')
    two = line(tmp_path)
    assert two.folder == folder
    assert "77-1.part" not in names(folder)
    two.offer("site/a", content("a"))
    two.wait(kept=1, again=1)
    two.recorder.stop()
    assert [entry.sha256 for entry in large_payloads.entries(folder)] == [sha(content("a"))] * 2
    told = session_folder.load(folder)
    assert told is not None
    assert told.large == 2


def test_two_recorders_of_one_folder_have_each_their_own(tmp_path: Path, line: Callable[..., Line]) -> None:
    pair = line(tmp_path, broker="mqtt://a"), line(tmp_path, broker="mqtt://b")
    for one in pair:
        one.offer("site/a", content("a"))
        one.wait(kept=1)
    assert pair[0].folder != pair[1].folder
    for one in pair:
        (entry,) = large_payloads.entries(one.folder)
        assert large_payloads.path_of(one.folder, entry) is not None


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path, line: Callable[..., Line]) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    one = line(tmp_path / "out")
    (one.folder / "large").symlink_to(elsewhere)
    assert large_payloads.kept_files(one.folder) == []
    assert large_payloads.entries(one.folder) == []
    one.offer("site/a", content("a"))
    one.wait(kept=1)
    assert list(elsewhere.iterdir()) == []


def test_a_session_that_is_gone_is_not_made_again(tmp_path: Path, line: Callable[..., Line]) -> None:
    with pytest.raises(FileNotFoundError):
        LargePart(tmp_path / "gone", 1)


def test_a_list_from_elsewhere_names_no_other_files(tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    good = LargePayload(topic="t", at_unix_s=1.0, size_bytes=1, sha256="0" * 64, head_sha256="1" * 64)
    strange = ("../../etc/passwd", "0" * 64 + "\n", "0" * 63, "A" * 64, "")
    lines = [msgspec.json.encode(msgspec.structs.replace(good, sha256=name)) for name in strange]
    lines += [msgspec.json.encode(good), b"", b"\xff", b"[" * 10_000, msgspec.json.encode(good)[:-3]]
    (tmp_path / "large" / "index.jsonl").write_bytes(b"\n".join(lines))
    assert large_payloads.entries(tmp_path) == [good]
    assert large_payloads.path_of(tmp_path, good) is None
    (tmp_path / "large" / large_payloads.file_name("0" * 64)).symlink_to("/etc/passwd")
    assert large_payloads.path_of(tmp_path, good) is None


def test_a_long_list_keeps_what_is_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_payloads, "MAX_INDEX_BYTES", 5_000)
    one = LargePayload(topic="t", at_unix_s=1.0, size_bytes=1, sha256="0" * 64, head_sha256="1" * 64)
    there = msgspec.structs.replace(one, sha256="2" * 64)
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / large_payloads.file_name("2" * 64)).write_bytes(b"x")
    large_payloads.add_entry(tmp_path, there)
    for _ in range(40):
        large_payloads.add_entry(tmp_path, one)
    assert (tmp_path / "large" / "index.jsonl").stat().st_size <= 5_000
    assert large_payloads.entries(tmp_path)[0] == there
    assert set(large_payloads.entries(tmp_path)) == {one, there}


def test_a_recorded_file_tells_a_thousand_of_them_apart_and_no_more() -> None:
    channels = Channels()

    def metadata(number: int) -> dict[str, str]:
        message = Message("site/a", b"x", 200_000 + number, 0, False, 0.0, None, f"{number:064x}")
        return dict(channels.place("site/a", None, message, None, is_late=False).metadata)

    every = [metadata(number) for number in range(MAX_CUTS + 2)]
    assert every[MAX_CUTS - 1]["cut_from_bytes"] == str(200_000 + MAX_CUTS - 1)
    assert every[MAX_CUTS] == every[MAX_CUTS + 1]
    assert every[MAX_CUTS]["cut_from_bytes"].startswith("not kept")
    assert metadata(3) == every[3]
