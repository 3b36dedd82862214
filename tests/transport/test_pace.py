# SPDX-License-Identifier: Apache-2.0
"""A pretend way: carries so many bytes a second, and keeps some of them to itself."""

from __future__ import annotations

from collections import deque

import pytest

from groundstation.transport.pace import FIRST_BYTES, FREE_RATE, LATE_S, MOST_BYTES, Pace

STEP_S = 0.03


class Way:
    def __init__(self, bytes_per_s: float, hidden_bytes: float = 0.0) -> None:
        self.rate, self.hidden = bytes_per_s, hidden_bytes
        self.pace, self.now_s, self.given = Pace(0.0), 0.0, 0
        self.behind = 0.0
        """Bytes that are not at the other end yet."""
        self._next_echo_s = 0.0
        self.late_s: list[float] = []

    def run(self, seconds: float, wanted_per_s: float) -> None:
        """Say so much, as far as there is room."""
        waiting = 0.0
        for _ in range(round(seconds / STEP_S)):
            self.now_s += STEP_S
            self.behind = max(0.0, self.behind - self.rate * STEP_S)
            waiting = min(waiting + wanted_per_s * STEP_S, 2 * wanted_per_s)
            queued = max(0, int(self.behind - self.hidden))
            part = min(self.pace.room(self.given, queued, self.now_s), int(waiting))
            waiting -= part
            self.given += part
            self.behind += part
            self.pace.gave(part, is_short=waiting >= 1)
            if self.now_s >= self._next_echo_s:
                self._next_echo_s += 2.0
                self.late_s.append(self.behind / self.rate)
                self.pace.came_back(0.01 + self.late_s[-1], self.now_s)


@pytest.mark.parametrize("hidden", [0.0, 8_000.0])
def test_on_a_slow_way_nothing_urgent_waits_for_long(hidden: float) -> None:
    way = Way(2_500.0, hidden)
    way.run(120.0, 8_000.0)
    assert way.pace.is_slow
    assert way.pace.bytes_per_s == pytest.approx(2_500.0, rel=0.35)
    assert max(way.late_s[-20:]) < 2.0
    assert way.given > 0.7 * 120.0 * 2_500.0, "and it is made use of"


def test_on_a_quick_way_nothing_is_held_back() -> None:
    way = Way(10_000_000.0)
    way.run(20.0, 500_000.0)
    assert not way.pace.is_slow
    assert way.pace.bytes_per_s is None
    assert way.given == pytest.approx(20.0 * 500_000.0, rel=0.02)


def test_a_way_that_becomes_quick_again_carries_everything_again() -> None:
    way = Way(2_500.0, 8_000.0)
    way.run(60.0, 8_000.0)
    assert way.pace.is_slow
    way.rate = 10_000_000.0
    way.run(60.0, 8_000.0)
    given = way.given
    way.run(10.0, 8_000.0)
    assert way.given - given == pytest.approx(80_000, rel=0.05)
    assert not way.pace.is_slow


def test_a_late_echo_alone_is_a_busy_computer_and_holds_nothing_back() -> None:
    pace = Pace(0.0)
    pace.came_back(0.001, 1.0)
    pace.came_back(5.0, 8.0)
    assert not pace.is_slow
    assert pace.room(0, 0, 8.0) == FIRST_BYTES


@pytest.mark.parametrize(("late_s", "is_held"), [(LATE_S - 0.01, False), (LATE_S + 0.01, True)])
def test_an_echo_is_late_from_here_on(late_s: float, *, is_held: bool) -> None:
    pace = Pace(0.0)
    pace.came_back(0.1, 0.0)
    for step in range(12):
        pace.room(100_000 + 100 * step, 50_000, 0.1 * step)
    pace.room(101_200, 0, 1.3)
    pace.came_back(0.1 + late_s, 1.4)
    pace.gave(0, is_short=True)
    assert pace.is_slow is is_held
    assert (pace.room(101_200, 0, 1.5) < FIRST_BYTES) is is_held


def test_the_bounds_make_sense() -> None:
    assert FIRST_BYTES < MOST_BYTES
    assert FREE_RATE < MOST_BYTES


@pytest.mark.parametrize("trip_s", [0.1, 0.3, 0.7])
@pytest.mark.parametrize("per_s", [3_000.0, 300_000.0])
def test_a_long_way_that_carries_everything_is_not_slow(trip_s: float, per_s: float) -> None:
    """What is said without a pause is always under way there, and no sign of a bottleneck."""
    pace, acknowledged, given = Pace(0.0, trip_s), 0, 0
    under_way: deque[tuple[float, int]] = deque()
    waiting = 0.0
    for step in range(1, round(30.0 / STEP_S)):
        now_s = step * STEP_S
        while under_way and under_way[0][0] <= now_s:
            acknowledged = under_way.popleft()[1]
        waiting += per_s * STEP_S
        part = min(pace.room(given, given - acknowledged, now_s), int(waiting))
        waiting -= part
        given += part
        under_way.append((now_s + trip_s + 0.04, given))
        pace.gave(part, is_short=waiting >= 1)
        assert not pace.is_slow, now_s
    assert given == pytest.approx(30.0 * per_s, rel=0.05)
