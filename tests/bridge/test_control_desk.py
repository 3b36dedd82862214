# SPDX-License-Identifier: Apache-2.0
"""Control of one vehicle to the tenth of a second: how long it lasts, is asked for, and is worth granting."""

from __future__ import annotations

import pytest

from groundstation.bridge.control_desk import ControlDesk
from groundstation.fleet.commands import Actor, Reason, Role
from groundstation.fleet.control import Control, ControlAction, ControlRequest, Outcome, Takeover

FIRST, SECOND = Actor(op="ayse", gs="gs-1"), Actor(op="bora", gs="gs-2")


class Table:
    """A desk whose clock is what a test says."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.published: list[Control] = []
        self.desk = ControlDesk(self.published.append, lambda news: self.told.append(news.text), lambda: 1.7e9)
        self._number = 0

    def ask(self, by: Actor, now_s: float, action: ControlAction = ControlAction.ACQUIRE, **more: object) -> str:
        """Returns the outcome that is published for it; empty for none."""
        self._number += 1
        request = ControlRequest(id=f"r{self._number}", action=action, by=by, **more)  # type: ignore[arg-type]
        self.desk.take(request, now_s)
        last = self.desk.control.last
        return last.outcome.value if last is not None and last.request == request.id else ""

    @property
    def owner(self) -> str:
        return self.desk.control.owner.gs if self.desk.control.owner is not None else ""


@pytest.fixture
def table() -> Table:
    table = Table()
    assert table.ask(FIRST, 100.0, takeover=Takeover.ASK) == Outcome.GRANTED
    return table


@pytest.mark.parametrize(("at_s", "owner"), [(105.99, "gs-1"), (106.01, "")])
def test_control_ends_six_seconds_after_it_was_taken(table: Table, at_s: float, owner: str) -> None:
    table.desk.tick(at_s)
    assert table.owner == owner


@pytest.mark.parametrize(("at_s", "owner"), [(110.99, "gs-1"), (111.01, "")])
def test_and_six_seconds_after_it_was_renewed(table: Table, at_s: float, owner: str) -> None:
    lease = table.desk.control.lease
    assert table.ask(FIRST, 105.0, ControlAction.RENEW, lease=lease, takeover=Takeover.ASK) == ""
    table.desk.tick(at_s)
    assert table.owner == owner


def test_a_former_number_renews_nothing(table: Table) -> None:
    assert table.ask(FIRST, 105.0, ControlAction.RENEW, lease=table.desk.control.lease - 1) == Outcome.REFUSED
    table.desk.tick(106.01)
    assert table.owner == ""


def renewed_until(table: Table, at_s: float) -> None:
    now_s = 100.0
    while now_s + 2.0 < at_s:
        now_s += 2.0
        table.ask(FIRST, now_s, ControlAction.RENEW, lease=table.desk.control.lease, takeover=Takeover.ASK)


@pytest.mark.parametrize(("at_s", "is_asked"), [(110.99, True), (111.01, False)])
def test_a_holder_is_asked_for_ten_seconds(table: Table, at_s: float, is_asked: bool) -> None:
    assert table.ask(SECOND, 101.0) == Outcome.ASKED
    renewed_until(table, at_s)
    table.desk.tick(at_s)
    assert (table.desk.control.pending is not None) is is_asked
    assert table.owner == "gs-1"


def test_a_third_is_told_that_somebody_asks_already(table: Table) -> None:
    assert table.ask(SECOND, 101.0) == Outcome.ASKED
    assert table.ask(SECOND, 102.0) == Outcome.ASKED
    assert table.ask(Actor(op="can", gs="gs-3"), 103.0) == Outcome.DENIED


def test_who_asks_has_it_when_it_runs_out_or_is_released(table: Table) -> None:
    table.ask(SECOND, 101.0)
    table.desk.tick(106.01)
    assert table.owner == "gs-2"
    table.ask(FIRST, 107.0)
    assert table.ask(SECOND, 107.5, ControlAction.RELEASE) == Outcome.RELEASED
    assert table.owner == "gs-1"


@pytest.mark.parametrize(("age_ms", "outcome"), [(5_000, Outcome.GRANTED), (5_001, Outcome.EXPIRED)])
def test_a_wish_is_worth_granting_for_five_seconds(age_ms: int, outcome: Outcome) -> None:
    table = Table()
    assert table.ask(FIRST, 100.0, ref_bms=100_000 - age_ms) == outcome
    assert table.owner == ("gs-1" if outcome is Outcome.GRANTED else "")


def test_it_is_told_again_every_five_seconds(table: Table) -> None:
    for at_s, count in ((104.99, 1), (105.01, 2), (105.9, 2)):
        table.desk.tick(at_s)
        assert len(table.published) == count, at_s


@pytest.mark.parametrize(
    ("reason", "outcome"), [("no", Outcome.REFUSED), ("  no  ", Outcome.REFUSED), ("due", Outcome.GRANTED)]
)
def test_force_needs_three_letters_of_a_reason(table: Table, reason: str, outcome: Outcome) -> None:
    assert table.ask(SECOND, 101.0, ControlAction.FORCE, reason=reason) == outcome
    assert table.owner == ("gs-2" if outcome is Outcome.GRANTED else "gs-1")


def test_each_handing_over_has_a_higher_number_and_the_former_is_worth_nothing(table: Table) -> None:
    first = table.desk.control.lease
    assert table.desk.objection(FIRST, first) is None
    table.ask(SECOND, 101.0, ControlAction.FORCE, reason="it flies to the crowd")
    second = table.desk.control.lease
    assert second > first
    table.ask(FIRST, 102.0, ControlAction.FORCE, reason="no, it does not")
    assert table.desk.control.lease > second
    for by, lease, reason in (
        (FIRST, first, Reason.STALE_LEASE),
        (FIRST, None, Reason.STALE_LEASE),
        (SECOND, second, Reason.NOT_OWNER),
    ):
        objection = table.desk.objection(by, lease)
        assert objection is not None
        assert objection[0] is reason
    assert table.desk.objection(FIRST, table.desk.control.lease) is None


def test_an_observer_has_no_control(table: Table) -> None:
    watcher = Actor(op="can", gs="gs-3", role=Role.OBSERVER)
    assert table.ask(watcher, 101.0, ControlAction.FORCE, reason="because") == Outcome.REFUSED
    assert table.owner == "gs-1"


def test_only_the_holder_answers_and_only_who_is_asked_can(table: Table) -> None:
    assert table.ask(SECOND, 101.0, ControlAction.GRANT) == Outcome.REFUSED
    assert table.ask(FIRST, 101.0, ControlAction.GRANT) == Outcome.REFUSED
    table.ask(SECOND, 101.5)
    table.ask(FIRST, 102.0, ControlAction.GRANT)
    assert table.owner == "gs-2"
