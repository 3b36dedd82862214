# SPDX-License-Identifier: Apache-2.0
"""A session that can't be written to, or whose disk is full, is looked at with helpers in a place of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstation.logs.log import LogError
from groundstation.recording import seek_files, session_player
from groundstation.recording.seek_files import FOLDER
from groundstation.recording.session_player import SessionPlayer
from tests.support.flown_session import EPOCH_S, published, record

SECONDS = 30.0
NOBODY = 65_534


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = record(tmp_path_factory.mktemp("apart"), published(2, SECONDS), lambda *_: None)
    shutil.rmtree(folder / FOLDER)
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go; small sessions are taken for large ones."""
    place = tmp_path / "temporary"
    place.mkdir()
    place.chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setattr(session_player, "HOLE_BYTES", 20_000)
    return place


@contextlib.contextmanager
def read_only(folder: Path, place: Path) -> Iterator[None]:
    """Nobody may write to a folder, root neither."""
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    for one in {*folder.parents, *place.parents} if is_root else ():
        if not one.stat().st_mode & 0o001:
            one.chmod(one.stat().st_mode | 0o011)  # of this test alone: it has to be found by nobody
    if is_root:
        os.seteuid(NOBODY)
    try:
        with pytest.raises(OSError):
            (folder / "anything").mkdir()
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


def look(player: SessionPlayer) -> list[float]:
    while player.work(lambda: False):
        pass
    found = []
    for second in range(5, 25):
        moment = player.moment(EPOCH_S + second)
        assert moment is not None
        assert len(moment.states) == 2
        found.append(moment.states[0].position.height_home_m if moment.states[0].position else 0.0)
    return found


@pytest.mark.long
def test_a_read_only_session_has_its_helpers_elsewhere_for_as_long_as_it_is_open(
    session: Path, place: Path, tmp_path: Path
) -> None:
    written = SessionPlayer(shutil.copytree(session, tmp_path / "written"))
    heights = look(written)
    written.close()
    assert not list(place.iterdir())
    with read_only(session, place):
        player = SessionPlayer(session)
        assert look(player) == heights
        assert not (session / FOLDER).exists()
        (own,) = place.iterdir()
        assert list((own / FOLDER).glob("*.keys"))
        assert player.landmarks()
        player.close()
        assert not list(place.iterdir())


@pytest.mark.long
def test_a_disk_that_fills_while_helpers_are_made_is_left_for_another(
    session: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(session, tmp_path / "full")
    write, count = seek_files._append, 0

    def full(path: Path, size_bytes: int, data: bytes) -> int:
        nonlocal count
        count += 1
        if count > 40 and copy in path.parents:
            raise OSError(28, "No space left on device")
        return write(path, size_bytes, data)

    monkeypatch.setattr(seek_files, "_append", full)
    player = SessionPlayer(copy)
    assert len(set(look(player))) > 3
    assert list(place.iterdir())
    player.close()
    assert not list(place.iterdir())


@pytest.mark.long
def test_without_any_place_it_is_one_line(session: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(place / "gone"))
    with (
        read_only(session, place),
        pytest.raises(LogError, match="has no keyframes, and they can't be written") as told,
    ):
        SessionPlayer(session)
    assert "\n" not in str(told.value)


def test_two_windows_that_make_helpers_of_one_session_do_not_write_over_each_other(
    session: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = SessionPlayer(shutil.copytree(session, tmp_path / "alone"))
    heights = look(alone)
    alone.close()
    copy = shutil.copytree(session, tmp_path / "shared")
    first = SessionPlayer(copy)
    assert first.work(lambda: False), "it has still to read"
    second = SessionPlayer(copy)
    assert list(place.iterdir()), "the other one's helpers are left alone"
    both = [first.work(lambda: False) | second.work(lambda: False) for _ in range(60)]
    assert not both[-1]
    assert look(first) == look(second) == heights
    second.close()
    first.close()
    # what was made in the session's own folder is whole, and made once
    monkeypatch.setattr(session_player, "HOLE_BYTES", 4 * 1024 * 1024)
    third = SessionPlayer(copy)
    assert not third.work(lambda: True)
    assert third.landmarks()
    assert len(set(map(id, third.landmarks()))) == len({str(one) for one in third.landmarks()})
    assert look(third) == heights
    third.close()
