# SPDX-License-Identifier: Apache-2.0
"""What operators say in a window is remembered until it is kept, at the place where it was said."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings

from groundstation.app.operators_port import WindowOperators
from groundstation.fleet.command_book import CommandBook
from groundstation.fleet.commands import Actor
from groundstation.fleet.operators.said import SaidAnswer
from groundstation.fleet.roster import Fleet
from groundstation.transport.bus import BusStatus

OFF = BusStatus()


class Window:
    """One window of a user, with what all of them remember."""

    def __init__(self, path, gs, broker="mqtt://here"):
        self.fleet = Fleet()
        settings = QSettings(str(path), QSettings.Format.IniFormat)
        self.ways = WindowOperators(Actor(op="ayşe", gs=gs), self.fleet, CommandBook(), list, settings, broker)

    def keep(self, *ids):
        self.fleet.conversation.fold_answer(SaidAnswer(kept=ids))
        self.ways.tick(OFF, (), 0.0)

    @property
    def waiting(self):
        return [one.text for one in self.ways.talk.pending]


@pytest.fixture
def window(tmp_path):
    return lambda gs, broker="mqtt://here": Window(tmp_path / "settings.ini", gs, broker)


def test_a_word_that_nobody_kept_waits_for_its_own_broker_and_is_told_to_no_other(window):
    window("a").ways.say("only for this site")
    assert window("b", "mqtt://elsewhere").waiting == []
    assert window("c").waiting == ["only for this site"]


def test_two_windows_of_one_user_forget_nothing_of_each_other(window):
    first, second = window("a"), window("b")
    one = first.ways.say("in the first")
    second.ways.say("in the second")
    first.ways.say("in the first again")
    assert sorted(window("c").waiting) == ["in the first", "in the first again", "in the second"]
    first.keep(one.id)
    assert window("d").waiting == ["in the second", "in the first again"]
    # what a store has is not said again by who remembered it
    for other in first.ways.talk.pending:
        second.fleet.conversation.fold(other)
        second.keep(other.id)
    second.ways.say("the last")
    assert window("e").waiting == ["in the second", "the last"]
