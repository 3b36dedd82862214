# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from mcap.reader import NonSeekingReader, SeekingReader
from mcap.records import ChunkIndex

from groundstation.fleet.identity import VehicleKey
from groundstation.logs.log import LogError
from groundstation.logs.mcap import chunk_ledger, mcap_file, schemas
from groundstation.logs.mcap.channels import ChannelSpec
from groundstation.logs.mcap.chunk_ledger import SPILL_BYTES, ChunkLedger, Layout
from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.recording import mcap_scan
from groundstation.recording.mcap_scan import mend
from groundstation.recording.session_files import SessionFiles
from tests.support.mcap_check import assert_strictly_sound

S = 1_000_000_000
SCHEMA = schemas.schema_bytes({"type": "object", "properties": {"n": {"type": "number"}}})


def filled(path: Path, messages: int, *, per_chunk: int = 10, first: int = 0, layout: Layout | None = None) -> McapFile:
    file = McapFile(path, layout, is_live=True)
    for number in range(first, first + messages):
        topic = f"fleet/uav-{number % 3}/evt"
        channel = file.channel(topic, "json", {"qos": "1"}, file.schema("evt", schemas.ENCODING, SCHEMA))
        file.add(channel, number * S, number * S - 5, number, b'{"n": %d}' % number)
        if number % per_chunk == per_chunk - 1:
            file.flush()
    return file


def chunks_of(path: Path) -> list[ChunkIndex]:
    """The index that the summary of a closed file has."""
    with path.open("rb") as file:
        summary = SeekingReader(file).get_summary()
    assert summary is not None
    return summary.chunk_indexes


def numbers(path: Path) -> list[int]:
    with path.open("rb") as file:
        return sorted(message.sequence for _, _, message in SeekingReader(file, validate_crcs=True).iter_messages())


def test_a_closed_file_passes_the_librarys_readers_and_a_strict_check(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    filled(path, 95).close()
    assert assert_strictly_sound(path) == 95


def test_a_chunk_stays_below_64_kib(tmp_path: Path) -> None:
    with McapFile(tmp_path / "a.mcap") as file:
        channel = file.channel("x", "", {})
        for number in range(100):
            file.add(channel, number, number, number, os.urandom(5_000))
        file.flush()
        assert file.layout.chunks > 5
    assert all(one.uncompressed_size <= 64 * 1024 for one in chunks_of(tmp_path / "a.mcap"))


@pytest.mark.long
def test_a_file_cut_at_any_byte_keeps_every_whole_chunk(tmp_path: Path) -> None:
    whole = tmp_path / "whole.mcap"
    file = filled(whole, 60)
    file.close()
    ends = [one.chunk_start_offset + one.chunk_length for one in chunks_of(whole)]
    data = whole.read_bytes()
    cut = tmp_path / "cut.mcap"
    for size in range(len(data)):
        cut.write_bytes(data[:size])
        if size < len(mcap_file.MAGIC):
            with pytest.raises(LogError):
                mend(cut, close=True)
            continue
        kept = sum(end <= size for end in ends) * 10
        mended = mend(cut, close=True)
        assert mended.layout.messages == kept
        if kept:
            assert numbers(cut) == list(range(kept)), size
    assert assert_strictly_sound(cut) == 60


def test_going_on_in_a_cut_file_gives_one_sound_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    filled(path, 47).abandon()
    path.write_bytes(path.read_bytes()[:-3])
    mended = mend(path, close=False)
    assert mended.layout.messages == 40
    assert not mended.was_closed
    filled(path, 33, first=40, layout=mended.layout).close()
    assert numbers(path) == list(range(73))
    assert assert_strictly_sound(path) == 73


def helpers(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.*"))


def grown(path: Path, monkeypatch: pytest.MonkeyPatch, messages: int = 1_200) -> McapFile:
    """A file that a recorder was killed in, with its helpers beside it."""
    monkeypatch.setattr(mcap_file, "CHECKPOINT_CHUNKS", 50)
    file = McapFile(path, is_live=True)
    for number in range(messages):
        channel = file.channel(f"fleet/uav-{number % 3}/evt", "json", {}, file.schema("evt", schemas.ENCODING, SCHEMA))
        file.add(channel, number * S, number * S, number, b'{"n": %d}' % number)
        if number % 5 == 4:
            file.flush()
        if number % 50 == 49:
            file.sync()
    return file


def test_a_file_that_grows_keeps_no_word_of_its_chunks_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mcap"
    file = grown(path, monkeypatch)
    assert len(file.ledger._waiting) < chunk_ledger.SPILL_BYTES
    assert file.layout.index_bytes > 5 * chunk_ledger.SPILL_BYTES
    assert [one.name for one in helpers(path)] == ["a.mcap.index", "a.mcap.layout"]
    file.close()
    assert helpers(path) == []
    assert len(chunks_of(path)) == 240
    assert assert_strictly_sound(path) == 1_200


def test_mending_goes_on_at_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mcap"
    grown(path, monkeypatch).abandon()
    looked_at: list[int] = []
    real = mcap_scan._chunk_index
    monkeypatch.setattr(mcap_scan, "_chunk_index", lambda *given: looked_at.append(1) or real(*given))
    assert mend(path, close=True).layout.messages == 1_200
    assert len(looked_at) == 40, "240 chunks, the last checkpoint after 200"
    assert assert_strictly_sound(path) == 1_200


def _without(path: Path, name: str) -> None:
    path.with_name(path.name + name).unlink()


def _cut_short(path: Path, name: str) -> None:
    helper = path.with_name(path.name + name)
    helper.write_bytes(helper.read_bytes()[:-7])


def _changed(path: Path, name: str) -> None:
    helper = path.with_name(path.name + name)
    data = bytearray(helper.read_bytes())
    data[len(data) // 3] ^= 0xFF
    helper.write_bytes(data)


@pytest.mark.parametrize("name", [".index", ".layout"])
@pytest.mark.parametrize("harm", [_without, _cut_short, _changed])
def test_a_helper_that_is_gone_or_damaged_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, harm: Callable[[Path, str], None]
) -> None:
    whole, path = tmp_path / "whole.mcap", tmp_path / "a.mcap"
    grown(whole, monkeypatch).close()
    grown(path, monkeypatch).abandon()
    harm(path, name)
    mended = mend(path, close=False)
    assert (mended.layout.messages, mended.lost_bytes) == (1_200, 0)
    McapFile(path, mended.layout, is_live=True).close()
    assert path.read_bytes() == whole.read_bytes()


def test_the_helpers_of_a_longer_file_are_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mcap"
    grown(path, monkeypatch).abandon()
    path.write_bytes(path.read_bytes()[:10_000])
    kept = mend(path, close=True).layout.messages
    assert 0 < kept < 1_000
    assert numbers(path) == list(range(kept))
    assert assert_strictly_sound(path) == kept


def test_the_helpers_of_another_file_with_this_name_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "a.mcap", tmp_path / "b.mcap"
    grown(path, monkeypatch).abandon()
    file = McapFile(other)
    for number in range(3_000):
        file.add(file.channel(f"other/{number % 7}", "json", {}), number * S, number * S, number, b'{"n": %d}' % number)
        if number % 5 == 4:
            file.flush()
    file.abandon()
    path.write_bytes(other.read_bytes())
    assert path.stat().st_size > 60_000
    assert mend(path, close=True).layout.messages == 3_000
    with path.open("rb") as opened:
        topics = {channel.topic for _, channel, _ in SeekingReader(opened).iter_messages()}
    assert topics == {f"other/{number}" for number in range(7)}


def test_a_file_whose_helper_was_taken_away_while_it_was_written_is_closed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = SessionFiles(tmp_path)
    key = VehicleKey("sim", "uav-1")
    for number in range(500):
        files.write(key, ChannelSpec("sim/uav-1/x", "", (), "", None), (number, number), number, bytes(20_000))
    files.sync()
    (helper,) = tmp_path.glob("*.index")
    helper.unlink()
    files.close()
    (path,) = tmp_path.iterdir()
    assert assert_strictly_sound(path) == 500


def test_a_torn_last_chunk_is_dropped_although_its_length_is_right(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    file = filled(path, 40)
    file.abandon()
    copy = tmp_path / "copy.mcap"
    copy.write_bytes(path.read_bytes())
    mend(copy, close=True)
    torn = chunks_of(copy)[-1]
    data = bytearray(path.read_bytes())
    middle = torn.chunk_start_offset + torn.chunk_length // 2
    data[middle : middle + 20] = bytes(20)
    path.write_bytes(data)
    assert mend(path, close=True).layout.messages == 30
    assert numbers(path) == list(range(30))


def test_a_full_disk_leaves_the_file_whole_and_the_chunk_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mcap"
    file = filled(path, 25)
    real = os.pwrite

    def full(number: int, data: memoryview, place: int) -> int:
        if len(data) > 20:
            return real(number, data[:20], place)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space"):
        file.flush()
    assert path.stat().st_size == file.layout.end
    monkeypatch.setattr(os, "pwrite", real)
    file.close()
    assert numbers(path) == list(range(25))


def test_a_full_disk_leaves_the_index_beside_the_file_whole(tmp_path: Path) -> None:
    ledger, layout = ChunkLedger(tmp_path / "a.mcap"), Layout()
    ledger.put(layout, b"a" * SPILL_BYTES)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # the system takes a part of what is written next, as a disk with little room does
    resource.setrlimit(resource.RLIMIT_FSIZE, (SPILL_BYTES + 100, before[1]))
    try:
        ledger.put(layout, b"b" * SPILL_BYTES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert ledger.is_whole(layout)
    ledger.put(layout, b"c" * SPILL_BYTES)
    assert ledger.is_whole(layout)


def test_an_unclosed_file_is_read_by_a_stream_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    filled(path, 30).abandon()
    with path.open("rb") as file, pytest.raises(Exception):  # noqa: B017, PT012 - the library ends with what it likes
        found = []
        for _, _, message in NonSeekingReader(file).iter_messages(log_time_order=False):
            found.append(message.sequence)
            if len(found) == 30:
                raise EOFError
    assert found == list(range(30))


def test_what_is_no_mcap_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(b"something else entirely")
    with pytest.raises(LogError):
        mend(path, close=True)
    assert path.read_bytes() == b"something else entirely"


def test_the_disk_is_asked_to_keep_what_was_flushed_once_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mcap"
    kept: list[tuple[int, int]] = []
    real = os.fsync

    def fsync(number: int) -> None:
        kept.append((os.fstat(number).st_ino, os.fstat(number).st_size))
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    file = filled(path, 20)
    this, flushed = path.stat().st_ino, path.stat().st_size
    assert kept == []
    file.sync()
    assert kept == [(this, flushed)]
    file.sync()
    assert len(kept) == 1, "nothing is new"
    file.add(file.channel("x", "json", {}), 1, 1, 1, b"{}")
    file.sync()
    assert len(kept) == 1, "what only waits is not the disk's yet"
    file.flush()
    file.sync()
    assert kept[1:] == [(this, path.stat().st_size)]
    file.close()
    assert kept[-1] == (this, path.stat().st_size), "the summary, too"
    assert len(kept) == 3


def test_a_disk_that_does_not_keep_it_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filled(tmp_path / "a.mcap", 20)
    asked: list[int] = []

    def fsync(number: int) -> None:
        asked.append(number)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    for _ in range(2):
        with pytest.raises(OSError, match="Input"):
            file.sync()
    assert len(asked) == 2
    file.abandon()


@pytest.mark.parametrize(("spare", "chunks"), [(0, 1), (-1, 2)])
def test_a_chunk_is_full_at_64_kib_and_not_before(tmp_path: Path, spare: int, chunks: int) -> None:
    with McapFile(tmp_path / "a.mcap") as file:
        channel = file.channel("x", "", {})
        head = 31  # opcode, length, channel, number, two times: MCAP specification, Message
        file.add(channel, 1, 1, 1, bytes(1_000))
        file.add(channel, 2, 2, 2, bytes(64 * 1024 - 1_000 - 2 * head - spare))
        file.flush()
        assert file.layout.chunks == chunks
