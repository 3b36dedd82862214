# SPDX-License-Identifier: Apache-2.0
"""In which order a player answers what the window asks."""

from __future__ import annotations

import threading

import pytest

from groundstation.fleet.value_path import ValueRef
from groundstation.recording.session_player import SessionPlayer
from groundstation.ui.past import playback as playback_module
from groundstation.ui.past.playback import MOST_TURNS, Playback
from tests.support.flown_session import EPOCH_S
from tests.ui.support.looking_back import KEY, session, wait

__all__ = ["session"]

HEIGHT = ValueRef(KEY, "position.height_home_m")


class Slow(SessionPlayer):
    """Of a session on a disk that reads values only when it is let."""

    def __init__(self, folder):
        super().__init__(folder)
        self.begun = 0
        self.is_let = threading.Event()

    def values(self, ref, begin_s, end_s, goes_on):
        self.begun += 1
        while goes_on() and not self.is_let.wait(0.001):
            pass
        return super().values(ref, begin_s, end_s, goes_on)


class Asked:
    """A playback of it, and what it told."""

    def __init__(self, folder):
        self.player = None
        self.shown, self.came = [], []
        self.playback = Playback(lambda _told: self._open(folder))
        self.playback.shown.connect(lambda one: self.shown.append(one.wanted_s))
        self.playback.values_came.connect(lambda *told: self.came.append(told))

    def _open(self, folder):
        self.player = Slow(folder)
        return self.player

    def ask(self):
        self.playback.ask_values(HEIGHT, EPOCH_S, EPOCH_S + 60.0)


@pytest.fixture
def asked(app, session):
    made = Asked(session)
    wait(lambda: made.player is not None)
    yield made
    made.player.is_let.set()
    made.playback.stop()


@pytest.mark.long
def test_a_moment_does_not_wait_for_a_value_which_comes_whole_after_it(asked):
    asked.ask()
    wait(lambda: asked.player.begun == 1)
    asked.playback.seek(EPOCH_S + 30.0)
    wait(lambda: asked.shown)
    assert not asked.came, "half of a value is told as if it were all"
    asked.player.is_let.set()
    wait(lambda: asked.came)
    (_, begin_s, end_s, found) = asked.came[0]
    assert (begin_s, end_s) == (EPOCH_S, EPOCH_S + 60.0)
    assert len(found.times) > 20


@pytest.mark.long
def test_who_drags_on_and_on_sees_the_value_all_the_same(asked):
    asked.ask()
    for number in range(MOST_TURNS):
        wait(lambda number=number: asked.player.begun == number + 1)
        asked.playback.seek(EPOCH_S + 20.0 + number)
        wait(lambda number=number: len(asked.shown) == number + 1)
    wait(lambda: asked.player.begun == MOST_TURNS + 1)
    asked.playback.seek(EPOCH_S + 40.0)
    asked.player.is_let.set()
    wait(lambda: asked.came and len(asked.shown) == MOST_TURNS + 1)
    assert asked.player.begun == MOST_TURNS + 1


@pytest.mark.long
def test_a_value_that_is_asked_for_anew_while_it_gives_way_is_the_newer_one(asked):
    asked.ask()
    wait(lambda: asked.player.begun == 1)
    asked.playback.ask_values(HEIGHT, EPOCH_S + 10.0, EPOCH_S + 40.0)
    asked.playback.seek(EPOCH_S + 30.0)
    wait(lambda: asked.shown)
    asked.player.is_let.set()
    wait(lambda: asked.came)
    assert [told[1:3] for told in asked.came] == [(EPOCH_S + 10.0, EPOCH_S + 40.0)]


@pytest.mark.long
def test_nothing_is_read_beside_while_a_moment_is_painted(asked, monkeypatch):
    monkeypatch.setattr(playback_module, "PAINT_S", 60.0)
    asked.player.is_let.set()
    begun = []

    def paint(_shown):
        asked.ask()
        threading.Event().wait(0.1)
        begun.append(asked.player.begun)

    asked.playback.shown.connect(paint)
    asked.playback.seek(EPOCH_S + 30.0)
    wait(lambda: asked.came)
    assert begun == [0]


@pytest.mark.long
def test_a_moment_that_was_painted_does_not_let_others_read_beside_the_next_one(asked, monkeypatch):
    monkeypatch.setattr(playback_module, "PAINT_S", 60.0)
    monkeypatch.setattr(playback_module, "PAINTED_MS", 600_000)
    asked.player.is_let.set()
    both = []
    asked.playback.shown.connect(both.append)
    for number in (1, 2):
        asked.playback.seek(EPOCH_S + 10.0 * number)
        wait(lambda number=number: len(both) == number)
    asked.ask()
    asked.playback._on_painted(both[0])
    threading.Event().wait(0.1)
    assert asked.player.begun == 0
    asked.playback._on_painted(both[1])
    wait(lambda: asked.came)


class Noting(SessionPlayer):
    """One that notes in which order it is asked."""

    def __init__(self, folder):
        super().__init__(folder)
        self.asked = []

    def begin(self, at_s):
        # a moment that nobody has begun begins itself
        if not self.asked or self.asked[-1] != "moment":
            self.asked.append("begin")
        super().begin(at_s)

    def track(self, key, begin_s, end_s):
        self.asked.append("track")
        return super().track(key, begin_s, end_s)

    def moment(self, at_s):
        self.asked.append("moment")
        return super().moment(at_s)


@pytest.mark.long
def test_trails_are_read_while_another_process_folds_the_moment(app, session):
    players, shown = [], []

    def opened(_told):
        players.append(Noting(session))
        return players[0]

    playback = Playback(opened)
    try:
        playback.shown.connect(shown.append)
        playback.seek(EPOCH_S + 30.0)
        wait(lambda: shown)
        assert players[0].asked == ["begin", "track", "track", "track", "moment"]
        assert shown[0].tracks.keys() == {one.key for one in shown[0].moment.states}
        # what was read around it still does, and is not read again
        players[0].asked.clear()
        playback.seek(EPOCH_S + 31.0)
        wait(lambda: len(shown) == 2)
        assert players[0].asked == ["begin", "moment"]
        assert shown[1].tracks is None
    finally:
        playback.stop()
