# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.bridge import command_memory as module
from groundstation.bridge.command_memory import CommandMemory
from groundstation.fleet.commands import MAX_ID, CommandReport, CommandState, Reason, Verb


def report(number: int) -> CommandReport:
    return CommandReport(id=f"c{number}", state=CommandState.SUCCEEDED, step=1, verb=Verb.HOLD, at_s=0.0)


class Told:
    def __init__(self) -> None:
        self.reports: list[CommandReport] = []
        self.memory = CommandMemory(self.reports.append)

    def knows(self, number: int) -> bool:
        return self.memory.answer_known(f"c{number}")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(module, "KEPT_IDS", 10)
    monkeypatch.setattr(module, "MOST_IDS", 20)
    return Told()


def test_the_bound_is_kept_exactly_once_the_ids_are_old(told: Told) -> None:
    for number in range(10):
        told.memory.store(report(number), 0.0)
    assert told.knows(0), "ten are within the bound, however old"
    told.memory.store(report(10), module.KEPT_S)
    assert not told.knows(0)
    assert told.knows(1)


def test_young_ids_are_kept_beyond_the_first_bound_and_not_beyond_the_last(told: Told) -> None:
    for number in range(20):
        told.memory.store(report(number), 0.0)
    assert told.knows(0)
    told.memory.store(report(20), module.KEPT_S - 0.1)
    assert not told.knows(0)
    assert told.knows(1)


@pytest.mark.parametrize(("length", "is_told"), [(0, False), (1, True), (MAX_ID, True), (MAX_ID + 1, False)])
def test_a_request_that_can_not_be_read_is_refused_by_an_id_that_can_be_one(length: int, *, is_told: bool) -> None:
    told = Told()
    told.memory.refuse_unread("x" * length, Reason.MALFORMED, "why", 0.0)
    assert bool(told.reports) is is_told


def test_what_is_known_is_not_refused_as_unread() -> None:
    told = Told()
    told.memory.store(report(1), 0.0)
    told.memory.refuse_unread("c1", Reason.MALFORMED, "why", 0.0)
    assert [one.state for one in told.reports] == [CommandState.SUCCEEDED]
