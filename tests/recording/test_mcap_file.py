# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

import pytest
from mcap.reader import NonSeekingReader, SeekingReader

from groundstation.recording import mcap_file
from groundstation.recording.log import LogError
from groundstation.recording.mcap_file import McapFile
from groundstation.recording.writer import schemas
from groundstation.recording.writer.mcap_scan import mend
from tests.support.mcap_check import assert_strictly_sound

S = 1_000_000_000
SCHEMA = schemas.schema_bytes({"type": "object", "properties": {"n": {"type": "number"}}})


def filled(
    path: Path, messages: int, *, per_chunk: int = 10, first: int = 0, layout: mcap_file.Layout | None = None
) -> McapFile:
    file = McapFile(path, layout)
    for number in range(first, first + messages):
        topic = f"fleet/uav-{number % 3}/evt"
        channel = file.channel(topic, "json", {"qos": "1"}, file.schema("evt", schemas.ENCODING, SCHEMA))
        file.add(channel, number * S, number * S - 5, number, b'{"n": %d}' % number)
        if number % per_chunk == per_chunk - 1:
            file.flush()
    return file


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
        assert all(one.uncompressed_size <= 64 * 1024 for one in file.layout.chunks)
        assert len(file.layout.chunks) > 5


@pytest.mark.slow
def test_a_file_cut_at_any_byte_keeps_every_whole_chunk(tmp_path: Path) -> None:
    whole = tmp_path / "whole.mcap"
    file = filled(whole, 60)
    ends = [one.chunk_start_offset + one.chunk_length for one in file.layout.chunks]
    file.close()
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


def test_a_torn_last_chunk_is_dropped_although_its_length_is_right(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    file = filled(path, 40)
    torn = file.layout.chunks[-1]
    file.abandon()
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
        assert len(file.layout.chunks) == chunks
