# SPDX-License-Identifier: Apache-2.0
"""Moments that a process of its own folds are those that are folded in this one, whatever becomes of it."""

from __future__ import annotations

import logging
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import psutil
import pytest

from groundstation.app.processes import runs
from groundstation.fleet.past import Moment, WorksAhead
from groundstation.recording import fold_apart, session_player
from groundstation.recording.as_replay import AsReplay
from groundstation.recording.fold_apart import FoldApart
from groundstation.recording.seek_files import FOLDER
from groundstation.recording.session_player import SessionPlayer
from groundstation.transport.bus import Message
from tests.support.flown_session import EPOCH_S, published, record
from tests.support.waiting import wait_until

SECONDS = 30.0
FAULTS = ("link_loss:2@8+8", "gps_loss:1@20+5")
RUBBISH = """
import struct, sys, time
import msgspec
from groundstation.recording.fold_process import Answer, framed
given, out = sys.stdin.buffer, sys.stdout.buffer
for answer in (msgspec.msgpack.encode(Answer()), b"no answer at all"):
    given.read(struct.unpack("<I", given.read(4))[0])
    out.write(framed(answer))
    out.flush()
time.sleep(600)
"""
HOLDER = """
import sys, time
from pathlib import Path
from groundstation.recording.fold_apart import FoldApart
print(FoldApart([Path(sys.argv[1])]).pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_player, "LEAST_APART", 2)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    steps = published(3, SECONDS, FAULTS)
    return record(tmp_path_factory.mktemp("apart"), steps, lambda *_: None)


class Apart:
    """A player with a process of its own, and one without."""

    def __init__(self, folder: Path, program: Sequence[str] = fold_apart.PROGRAM) -> None:
        self.process: FoldApart | None = None
        self.alone = SessionPlayer(folder)
        self.player = SessionPlayer(folder, start_apart=partial(self._start, program))

    def _start(self, program: Sequence[str], paths: Sequence[Path]) -> FoldApart:
        self.process = FoldApart(paths, program)
        return self.process

    def begun(self) -> FoldApart:
        process = self.process
        assert process is not None
        wait_until(lambda: process.is_ready)
        return process

    def look(self, at_s: float) -> Moment:
        """A moment of both, which is the same."""
        found, alone = self.player.moment(EPOCH_S + at_s), self.alone.moment(EPOCH_S + at_s)
        assert found is not None
        assert found == alone, at_s
        return found

    def close(self) -> None:
        self.player.close()
        self.alone.close()


@pytest.fixture
def both(session: Path) -> Iterator[Apart]:
    made = Apart(session)
    yield made
    made.close()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.long
def test_forwards_backwards_and_anyhow_it_tells_what_this_process_would(both: Apart) -> None:
    both.begun()
    times = [number * 0.9 for number in range(int(SECONDS / 0.9))]
    for some in (times, times[::-1], random.Random(4).sample(times, len(times))):
        for at_s in some:
            both.look(at_s)
    found = both.look(25.0)
    assert len(found.states) == 3
    assert found.readings
    # nothing of it was folded here
    assert not both.player._segments


def test_states_that_are_the_same_are_the_same_objects(tmp_path: Path) -> None:
    made = Apart(record(tmp_path, published(2, 10.0), lambda *_: None))
    made.begun()
    made.player._events.clear()  # what was said is put into a new state each time, here and there
    first, same, other = (made.player.moment(EPOCH_S + at_s) for at_s in (5.0, 5.0, 9.0))
    assert first is not None
    assert same is not None
    assert other is not None
    assert all(one is two for one, two in zip(first.states, same.states, strict=True))
    assert not any(one is two for one, two in zip(first.states, other.states, strict=True))
    made.close()


@pytest.mark.long
def test_one_that_was_begun_and_is_not_wanted_any_more_does_not_come_instead_of_the_next(both: Apart) -> None:
    process = both.begun()
    both.player.begin(EPOCH_S + 5.0)
    both.player.begin(EPOCH_S + 9.0)
    both.look(28.0)
    both.look(9.0)
    assert process.is_ready
    assert not both.player._segments


def test_a_replay_of_a_session_begins_its_moments_too(both: Apart) -> None:
    both.begun()
    replay = AsReplay(both.player)
    assert isinstance(replay, WorksAhead)
    replay.begin(EPOCH_S + 20.0)
    assert both.player._begun is not None
    found = replay.moment(EPOCH_S + 20.0)
    assert found is not None
    assert {one.key.root for one in found.states} == {"replay"}


@pytest.mark.long
def test_what_is_recorded_meanwhile_is_seen(tmp_path: Path) -> None:
    made: list[Apart] = []
    asked_s = [8.0]

    def look(now_s: float, messages: list[Message]) -> None:
        if now_s < asked_s[0]:
            return
        asked_s[0] += 2.0
        if not made:
            made.append(Apart(next(tmp_path.iterdir())))
            made[0].begun()
        made[0].player.refresh()
        made[0].alone.refresh()
        made[0].look(now_s - 1.0)
        made[0].look(now_s - 4.0)

    record(tmp_path, published(2, 20.0), look)
    assert asked_s[0] > 20.0
    assert not made[0].player._segments
    made[0].close()


def test_a_damaged_keyframe_is_gone_around_as_without_it(session: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(session, tmp_path / session.name)
    for states in (copy / FOLDER).glob("*.states"):
        data = bytearray(states.read_bytes())
        data[len(data) // 2 : len(data) // 2 + 900] = bytes(900)
        states.write_bytes(data)
    made = Apart(copy)
    process = made.begun()
    for at_s in range(2, int(SECONDS)):
        made.look(float(at_s))
    # some moments were folded here, and the process goes on with the others
    assert made.player._segments
    assert process.is_ready
    made.close()


@pytest.mark.long
def test_when_it_is_killed_the_player_goes_on_alone_and_says_so_once(
    both: Apart, caplog: pytest.LogCaptureFixture
) -> None:
    process = both.begun()
    both.look(10.0)
    os.kill(process.pid, signal.SIGKILL)
    for at_s in (12.0, 29.0, 5.0):
        both.look(at_s)
    assert warnings(caplog) == [
        "moments are folded without a process of their own from now on: it ended with code -9",
    ]


def test_when_it_dies_while_it_is_asked_the_player_goes_on_alone(both: Apart, caplog: pytest.LogCaptureFixture) -> None:
    process = both.begun()
    os.kill(process.pid, signal.SIGSTOP)
    both.player.begin(EPOCH_S + 20.0)
    os.kill(process.pid, signal.SIGKILL)
    both.look(20.0)
    assert len(warnings(caplog)) == 1


@pytest.mark.long
def test_when_it_hangs_nobody_waits_for_ever(
    both: Apart, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = both.begun()
    monkeypatch.setattr(fold_apart, "PATIENCE_S", 0.3)
    os.kill(process.pid, signal.SIGSTOP)
    both.look(20.0)
    both.look(8.0)
    assert warnings(caplog) == [
        "moments are folded without a process of their own from now on: it did not answer within 0.3 s",
    ]
    assert not psutil.pid_exists(process.pid)


def test_an_answer_that_is_none_is_the_last_one(session: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = Apart(session, (sys.executable, "-c", RUBBISH))
    made.begun()
    made.look(20.0)
    made.look(21.0)
    (said,) = warnings(caplog)
    assert "its answer makes no sense" in said
    made.close()


@pytest.mark.long
def test_until_it_has_begun_and_where_it_never_does_moments_are_folded_here(
    session: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = Apart(session, (sys.executable, "-c", "import time; time.sleep(600)"))
    made.look(20.0)
    assert made.process is not None
    assert not made.process.is_ready
    pid = made.process.pid
    made.close()
    assert not psutil.pid_exists(pid)
    none = Apart(session, ("/no/such/program",))
    none.look(20.0)
    none.close()
    gone = Apart(session, (sys.executable, "-c", "raise SystemExit(3)"))
    wait_until(lambda: len(warnings(caplog)) == 2)
    gone.look(20.0)
    gone.close()
    said = "moments are folded without a process of their own"
    assert warnings(caplog) == [f"{said}: No such file or directory", f"{said} from now on: it ended with code 3"]


@pytest.mark.long
def test_it_ends_with_its_player_and_when_that_is_killed(session: Path, both: Apart) -> None:
    pid = both.begun().pid
    both.player.close()
    assert not psutil.pid_exists(pid)
    file = next(session.glob("*.mcap"))
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        child = psutil.Process(int(holder.stdout.readline()))
        assert runs(child)
        holder.kill()
    wait_until(lambda: not runs(child))


def test_few_files_are_not_worth_a_process(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_player, "LEAST_APART", 8)
    made = Apart(session)
    assert made.process is None
    made.look(20.0)
    made.close()
