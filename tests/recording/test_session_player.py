# SPDX-License-Identifier: Apache-2.0
"""What a player shows of a recorded session is what a station showed while it was flown."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from groundstation.fleet.alarms.alarm import Alarm, AlarmState, Deed
from groundstation.fleet.bookmark import Bookmark
from groundstation.fleet.commands import Actor
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import LandmarkKind
from groundstation.fleet.link import LinkState
from groundstation.fleet.roster import Fleet
from groundstation.fleet.sensors import SensorBoard
from groundstation.fleet.value_path import ValueRef
from groundstation.fleet.vehicle import VehicleState
from groundstation.recording import resume
from groundstation.recording.seek_files import FOLDER
from groundstation.recording.session_player import SessionPlayer
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.commander import mark
from groundstation.transport.inbox import Inbox
from groundstation.ui.past.lane_data import Jump, LaneData
from tests.support.flown_session import EPOCH_S, SessionMaker, bridge_said, published, record

SECONDS = 100.0
FAULTS = ("link_loss:2@30+10", "link_loss:3@40+40", "gps_loss:1@60+5")
RESTART_S, KILLED_S = 55.0, 80.0
CLOCKS = ("clock_offset_s", "overview_received_s", "link_received_s", "heard_s")


class Witness:
    """A station that hears everything, and remembers what it showed at some moments."""

    def __init__(self, chance: float = 0.08) -> None:
        self._inbox, self._fleet, self._board = Inbox(wall_clock=lambda: 0.0), Fleet(), SensorBoard()
        self._dice, self._chance = random.Random(5), chance
        self.seen: list[tuple[float, dict[VehicleKey, VehicleState], dict[str, str]]] = []

    def take(self, now_s: float, messages: list[Message]) -> None:
        for one in messages:
            self._inbox.offer(one)
        delivery = self._inbox.drain()
        self._fleet.fold(delivery.updates)
        self._board.fold(delivery.readings)
        if self._dice.random() < self._chance:
            states = {one.key: one for one in self._fleet}
            readings = {topic: self._board.get(topic).text for topic in self._board.topics()}
            self.seen.append((now_s, states, readings))


def with_a_restart(steps: Iterator[list[Message]]) -> Iterator[list[Message]]:
    """uav-4 begins another life: from then on its bridge speaks in another session."""
    for messages in steps:
        yield [
            msgspec.structs.replace(one, payload=re.sub(rb'"sid":"\w{16}"', b'"sid":"0123456789abcdef"', one.payload))
            if one.received_s > RESTART_S and one.topic.startswith("sim/uav-4/") and "raw" not in one.topic
            else one
            for one in messages
        ]


def with_bridge_deaths(steps: Iterator[list[Message]]) -> Iterator[list[Message]]:
    """The bridge dies at 70 s, and is back at 73 s with another session of its own."""
    script = [(20.0, LinkState.ONLINE, "b1"), (70.0, LinkState.OFFLINE, "b1"), (73.0, LinkState.ONLINE, "b2")]
    for messages in steps:
        now_s = messages[-1].received_s if messages else 0.0
        while script and now_s >= script[0][0]:
            _, state, sid = script.pop(0)
            messages.append(bridge_said(state, now_s, len(script), sid))
        yield messages


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Witness]:
    """A session, and beside it, in `killed`, what was on the disk at `KILLED_S`."""
    witness = Witness()
    out, killed = tmp_path_factory.mktemp("flown"), tmp_path_factory.mktemp("killed")

    def look(now_s: float, messages: list[Message]) -> None:
        witness.take(now_s, messages)
        if now_s >= KILLED_S and not any(killed.iterdir()):
            folder = next(out.iterdir())
            shutil.copytree(folder, killed / folder.name, ignore=shutil.ignore_patterns(".lock"))

    folder = record(out, with_bridge_deaths(with_a_restart(published(5, SECONDS, FAULTS))), look)
    (folder / "killed").symlink_to(killed / folder.name)
    return folder, witness


def plain(state: VehicleState, shift_s: float) -> dict[str, Any]:
    """A state with its clocks on one axis, to the tenth of a millisecond."""
    told = msgspec.to_builtins(state)
    for name in CLOCKS:
        if told[name] is not None:
            told[name] = round(told[name] + shift_s, 4)
    return told


def assert_same(player: SessionPlayer, moment: tuple[float, dict[VehicleKey, VehicleState], dict[str, str]]) -> None:
    now_s, states, readings = moment
    found = player.moment(EPOCH_S + now_s + 0.0005)
    assert found is not None
    assert {one.key for one in found.states} == set(states), now_s
    for one in found.states:
        assert plain(one, -EPOCH_S) == plain(states[one.key], 0.0), (now_s, one.key)
    assert {one.reading.topic: one.reading.text for one in found.readings} == readings


@pytest.mark.long
def test_states_of_any_moment_are_those_that_were_live(flown: tuple[Path, Witness]) -> None:
    folder, witness = flown
    assert len(witness.seen) >= 100
    player = SessionPlayer(folder)
    forwards, backwards = list(witness.seen), list(reversed(witness.seen))
    anyhow = random.Random(9).sample(witness.seen, len(witness.seen))
    for moments in (forwards, backwards, anyhow):
        for one in moments:
            assert_same(player, one)
    player.close()
    # the flight has what the comparison is for
    links = {state.connection.state for _, states, _ in witness.seen for state in states.values() if state.connection}
    assert links == {LinkState.ONLINE, LinkState.STALE, LinkState.OFFLINE}
    sessions = {state.session for _, states, _ in witness.seen for state in states.values() if state.key.id == "uav-4"}
    assert len(sessions) > 1


@pytest.mark.long
def test_without_helpers_they_are_made_anew(flown: tuple[Path, Witness], tmp_path: Path) -> None:
    folder, witness = flown
    copy = shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns(FOLDER, "killed"))
    monkey = pytest.MonkeyPatch()
    monkey.setattr("groundstation.recording.session_player.HOLE_BYTES", 100_000)
    player = SessionPlayer(copy)
    while player.work(lambda: False):
        assert player.extent.read_until_s <= player.extent.end_s
    monkey.undo()
    assert (copy / FOLDER).is_dir()
    for one in witness.seen:
        assert_same(player, one)
    player.close()


def test_a_bookmark_stands_at_the_moment_that_it_means(tmp_path: Path) -> None:
    maker = SessionMaker(tmp_path)
    by = Actor(op="ayse", gs="gs-1")
    first = Bookmark(id="one", at_unix_s=EPOCH_S + 4.0, note="passed <b>close</b> by", by=by, vehicle="sim/uav-1")
    for at_s, bookmark in ((5.0, first), (9.0, first.changed("passed 3 m by", by))):
        said = mark(bookmark, int(at_s))
        maker.offer([Message(said.topic, said.payload, len(said.payload), 1, False, at_s)], at_s)
    maker.stop()
    player = SessionPlayer(next(tmp_path.iterdir()))
    found = [one for one in player.landmarks() if one.kind is LandmarkKind.BOOKMARK]
    assert [(one.at_s, one.said, one.by, one.key) for one in found] == [
        (EPOCH_S + 4.0, "passed <b>close</b> by", "ayse", VehicleKey("sim", "uav-1")),
        (EPOCH_S + 4.0, "passed 3 m by", "ayse", VehicleKey("sim", "uav-1")),
    ]
    data = LaneData()
    data.take(player.landmarks(), player.vehicles(), EPOCH_S + 10.0)
    # of one bookmark the newest note is shown
    assert [one.said for one in data.bookmarks] == ["passed 3 m by"]
    assert data.jump(Jump.BOOKMARK, EPOCH_S, is_forward=True) == EPOCH_S + 4.0
    player.close()


def test_alarms_are_as_they_were_at_each_moment_and_stand_on_the_timeline(tmp_path: Path) -> None:
    maker = SessionMaker(tmp_path)
    by = Actor(op="ayse", gs="gs-1")
    raised = Alarm(
        key="k", rule="humid", source="Kabin1/Nem", title="Humidity", level=Level.WARNING, worst=Level.WARNING,
        state=AlarmState.ACTIVE, raised_unix_s=EPOCH_S + 5.0,
    )  # fmt: skip
    known = msgspec.structs.replace(
        raised, state=AlarmState.ACKNOWLEDGED, acknowledged=Deed(by, EPOCH_S + 9.0), revision=1
    )
    over = msgspec.structs.replace(known, state=AlarmState.OVER, revision=2)
    for number in range(60):
        maker.offer([Message("Kabin1/Nem", b"61", 2, 1, False, float(number))], float(number))
        told = {5: raised, 9: known, 45: over}.get(number)
        if told is not None:
            envelope = payloads.Envelope(sid="engine", seq=number, ts=0, bms=0, d=told)
            data = payloads.encode(envelope)
            maker.offer([Message(topics.alarm("k"), data, len(data), 1, False, float(number))], float(number))
    maker.stop()
    player = SessionPlayer(next(tmp_path.iterdir()))
    seen = {at_s: player.moment(EPOCH_S + at_s).alarms for at_s in (3.0, 7.0, 12.0, 40.0, 50.0)}
    assert seen == {3.0: (), 7.0: (raised,), 12.0: (known,), 40.0: (known,), 50.0: ()}
    (mark_,) = [one for one in player.landmarks() if one.kind is LandmarkKind.ALARM]
    assert (mark_.at_s, mark_.said, mark_.level) == (EPOCH_S + 5.0, "Humidity: Kabin1/Nem", Level.WARNING)
    data_ = LaneData()
    data_.take(player.landmarks(), player.vehicles(), EPOCH_S + 60.0)
    assert data_.jump(Jump.WARNING, EPOCH_S, is_forward=True) == EPOCH_S + 5.0
    assert data_.alarms(Level.WARNING).tolist() == [EPOCH_S + 5.0]
    player.close()


def test_values_of_before_come_out_of_the_sessions_before(tmp_path: Path) -> None:
    ref = ValueRef(VehicleKey("sim", "uav-1"), "position.height_home_m")
    cut_s = 12.0
    steps = [messages for messages in published(1, 10.0) if messages]
    for begin_s, end_s in ((0.0, cut_s), (cut_s, 100.0)):
        maker = SessionMaker(tmp_path, begin_s)
        for messages in steps:
            now_s = messages[-1].received_s
            if begin_s <= now_s < end_s:
                maker.offer(messages, now_s)
        maker.stop()
    first, second = sorted(tmp_path.iterdir())
    player = SessionPlayer(second)
    assert player.extent.has_earlier
    whole = player.values(ref, EPOCH_S, EPOCH_S + 100.0, lambda: True)
    assert whole.times[0] < EPOCH_S + 2.0
    assert (np.diff(whole.times) > 0).all()
    assert np.diff(whole.times).max() < 0.6
    player.close()
    alone = SessionPlayer(first)
    assert not alone.extent.has_earlier
    alone.close()


def killed_copy(folder: Path, tmp_path: Path) -> Path:
    """As a kill leaves it: no end to any file, half a chunk at the end of one, a keyframe of what was cut off."""
    copy = shutil.copytree((folder / "killed").resolve(), tmp_path / folder.name)
    with (copy / "sim-uav-2.mcap").open("ab") as file:
        file.write(b"\x06" + (5_000).to_bytes(8, "little") + bytes(300))
    return copy


def moments_before(witness: Witness, end_s: float) -> list[Any]:
    return [one for one in witness.seen if one[0] < end_s]


@pytest.mark.long
def test_a_session_that_was_killed_is_shown_as_far_as_it_goes(flown: tuple[Path, Witness], tmp_path: Path) -> None:
    folder, witness = flown
    player = SessionPlayer(killed_copy(folder, tmp_path))
    assert player.is_growing
    # a quarter of a second waits in memory at most
    moments = moments_before(witness, KILLED_S - 0.3)
    assert len(moments) > 60
    for one in moments:
        assert_same(player, one)
    player.close()


def test_a_session_that_was_mended_is_shown_as_it_was(flown: tuple[Path, Witness], tmp_path: Path) -> None:
    folder, witness = flown
    copy = killed_copy(folder, tmp_path)
    resume.mend_all(copy.parent, EPOCH_S + 1e6, "mqtt://other")
    player = SessionPlayer(copy)
    assert not player.is_growing
    for one in moments_before(witness, KILLED_S - 0.3):
        assert_same(player, one)
    player.close()


@pytest.mark.long
def test_a_session_that_was_gone_on_with_after_a_kill_is_one(flown: tuple[Path, Witness], tmp_path: Path) -> None:
    folder, witness = flown
    copy = killed_copy(folder, tmp_path)
    for path in copy.iterdir():
        os.utime(path, (EPOCH_S + KILLED_S, EPOCH_S + KILLED_S))
    went_on = SessionMaker(copy.parent, KILLED_S + 6.0)
    later = Witness(chance=1.0)
    for messages in with_a_restart(published(5, SECONDS, FAULTS)):
        now_s = messages[-1].received_s if messages else 0.0
        later.take(now_s, messages)
        if now_s > KILLED_S + 6.0:
            went_on.offer(messages, now_s)
    went_on.stop()
    assert [one.name for one in copy.parent.iterdir()] == [copy.name]
    player = SessionPlayer(copy)
    for one in moments_before(witness, KILLED_S - 0.3):
        assert_same(player, one)
    gaps = [one for one in player.landmarks() if one.kind is LandmarkKind.GAP]
    assert [(round(one.at_s - EPOCH_S), round((one.until_s or 0.0) - EPOCH_S)) for one in gaps] == [(80, 86)]
    # what was said while nobody recorded is told again within a second by all that speaks each second
    now_s, states, _ = later.seen[-1]
    found = {one.key: one for one in player.moment(EPOCH_S + now_s + 0.0005).states}
    for key, state in states.items():
        assert (found[key].position, found[key].attitude) == (state.position, state.attitude)
    player.close()


@pytest.mark.parametrize("spoil", ["states", "keys", "rows", "gone"])
@pytest.mark.long
def test_damaged_helpers_cost_nothing(flown: tuple[Path, Witness], tmp_path: Path, spoil: str) -> None:
    folder, witness = flown
    copy = shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("killed"))
    seek = copy / FOLDER
    for path in seek.glob(f"*.{spoil}"):
        data = bytearray(path.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 200] = bytes(200)
        path.write_bytes(data)
    if spoil == "gone":
        shutil.rmtree(seek)
    player = SessionPlayer(copy)
    while player.work(lambda: True):
        pass
    for one in witness.seen[::4]:
        found = player.moment(EPOCH_S + one[0] + 0.0005)
        assert found is not None
        assert {each.key: each.position for each in found.states} == {k: s.position for k, s in one[1].items()}
    player.close()
