# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.bridge.flood import BURST, PER_S, FloodGate
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.sample import Severity


def text(severity: Severity = Severity.INFO, kind: EventKind = EventKind.STATUS_TEXT) -> Event:
    return Event(at_s=0.0, kind=kind, severity=severity, text="x")


def test_a_burst_is_told_whole_and_one_more_is_left_out() -> None:
    gate = FloodGate(0.0)
    assert all(gate.lets_through(text(), 0.0) for _ in range(int(BURST)))
    assert not gate.lets_through(text(), 0.0)
    assert gate.left_out == 1


def test_in_the_long_run_so_many_a_second_are_told() -> None:
    gate = FloodGate(0.0)
    told = sum(gate.lets_through(text(), number / 5_000) for number in range(50_000))
    assert told == pytest.approx(BURST + 10 * PER_S, abs=1)
    assert gate.left_out == 50_000 - told


def test_a_flood_of_the_harmless_mutes_nothing_urgent_and_nothing_of_the_bridge() -> None:
    gate = FloodGate(0.0)
    for _ in range(1_000):
        gate.lets_through(text(), 0.0)
    assert gate.lets_through(text(Severity.CRITICAL), 0.0)
    assert gate.lets_through(text(Severity.WARNING, EventKind.LINK), 0.0)
    assert not gate.lets_through(text(Severity.WARNING), 0.0)


def test_what_was_left_out_is_told_as_a_number_once_a_second() -> None:
    gate = FloodGate(0.0)
    assert gate.note(10.0) is None
    for _ in range(int(BURST) + 7):
        gate.lets_through(text(), 10.0)
    note = gate.note(10.0)
    assert note is not None
    assert note.text == "7 messages left out: the vehicle says more than 10 a second"
    gate.lets_through(text(), 10.0)
    assert gate.note(10.9) is None
    assert gate.note(11.0) is not None
    assert gate.note(13.0) is None


def test_a_flood_of_texts_mutes_no_change_that_the_bridge_saw() -> None:
    gate = FloodGate(0.0)
    for number in range(2_000):
        gate.lets_through(text((Severity.INFO, Severity.ERROR)[number % 2]), 0.0)
    assert all(gate.lets_through(text(kind=kind), 0.0) for kind in EventKind if kind is not EventKind.STATUS_TEXT)
    assert sum(gate.lets_through(text(kind=EventKind.MODE), 0.0) for _ in range(1_000)) < BURST, "bounded as well"
