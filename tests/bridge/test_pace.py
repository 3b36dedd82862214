# SPDX-License-Identifier: Apache-2.0
"""How often what is told: neither slower nor faster, on a clock of our own."""

from __future__ import annotations

import itertools

import pytest

from groundstation.bridge.backfill import Backfill
from groundstation.bridge.outbox import Outbox
from groundstation.bridge.publisher import Publisher
from groundstation.fleet.recorder import Missed
from groundstation.transport.leaves import EVT
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus
from tests.support.vehicles import Autopilot, Bench


def gaps_s(leaf: str, seconds: float) -> list[float]:
    """Seconds between messages of a leaf, of a vehicle that speaks steadily."""
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(2.0, (peer, autopilot), position=True)
    at_s: list[float] = []
    count = len(bench.bus.contents(leaf))
    for _ in range(round(seconds / 0.1)):
        bench.run(0.1, (peer, autopilot), position=True, step_s=0.02)
        new = len(bench.bus.contents(leaf))
        at_s += [bench.clock()] * (new - count)
        count = new
    return [second - first for first, second in itertools.pairwise(at_s)]


@pytest.mark.parametrize("leaf", ["tlm/sum", "link"])
def test_summary_and_link_are_told_once_a_second(leaf: str) -> None:
    found = gaps_s(leaf, 20.0)
    assert sum(found) / len(found) == pytest.approx(1.0, abs=0.05)


def test_state_is_repeated_after_ten_seconds_without_a_change() -> None:
    found = gaps_s("state", 45.0)
    assert found
    assert min(found[1:]) >= 9.9
    assert max(found[1:]) <= 10.3


def test_state_is_told_five_times_a_second_at_most() -> None:
    bench, peer, autopilot = Bench(), Bench().peer(), Autopilot()
    bench.run(2.0, (peer, autopilot))
    count = len(bench.bus.contents("state"))
    for number in range(250):
        bench.hear(peer, autopilot.heartbeat(mode=5 if number % 2 else 6))
        bench.run(0.02, step_s=0.02)
    assert 20 <= len(bench.bus.contents("state")) - count <= 26


def test_what_was_missed_comes_at_eight_hundred_messages_a_second() -> None:
    bus, clock = FakeBus(), ManualClock(100.0)
    outbox = Outbox(None)
    publisher = Publisher(bus, clock, outbox)
    backfill = Backfill(outbox, publisher, "br")
    for _ in range(5_000):
        publisher.say("fleet/uav-1/evt", EVT, "s", None)
    backfill.ask("fleet/uav-1", (Missed("evt", "s", 0, 4_999),))
    for _ in range(41):
        backfill.tick(clock.advance(0.1))
    # the first turn only begins to count
    assert backfill.sent == pytest.approx(3_200, abs=20)


def test_how_far_each_leaf_is_is_told_every_ten_seconds() -> None:
    bus, clock = FakeBus(), ManualClock(100.0)
    outbox = Outbox(None)
    publisher = Publisher(bus, clock, outbox)
    backfill = Backfill(outbox, publisher, "br")
    publisher.say("fleet/uav-1/evt", EVT, "s", None)
    told: list[float] = []
    for _ in range(450):
        before = len(bus.sent)
        backfill.tick(clock.advance(0.1))
        publisher.flush()
        told += [clock()] * sum(one.topic.endswith("late/marks") for one in bus.sent[before:])
    assert [second - first for first, second in itertools.pairwise(told)] == pytest.approx([10.0] * 4, abs=0.15)
