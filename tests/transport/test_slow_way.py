# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgspec
import pytest

from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.slow_way import LATE_FOR_S, LATE_MS, LONGEST_S, TRY_AGAIN_S, SlowWay, Wish


def status(rtt_ms: float | None) -> BusStatus:
    return BusStatus(state=BusState.CONNECTED, rtt_ms=rtt_ms)


def watched(rtt_ms: float, seconds: float) -> tuple[SlowWay, Wish | None]:
    way = SlowWay()
    assert way.look(status(10.0), 0.0) is None
    assert way.look(status(rtt_ms), 1.0) is None
    return way, way.look(status(rtt_ms), 1.0 + seconds)


@pytest.mark.parametrize(("late_ms", "wish"), [(LATE_MS, None), (LATE_MS + 1.0, Wish.OVERVIEW)])
def test_an_echo_is_late_from_here_on(late_ms: float, wish: Wish | None) -> None:
    assert watched(10.0 + late_ms, LATE_FOR_S)[1] is wish


@pytest.mark.parametrize(("seconds", "wish"), [(LATE_FOR_S - 0.1, None), (LATE_FOR_S, Wish.OVERVIEW)])
def test_a_hiccup_changes_nothing(seconds: float, wish: Wish | None) -> None:
    assert watched(9_000.0, seconds)[1] is wish


def test_everything_is_tried_again_after_longer_and_longer() -> None:
    way, _ = watched(9_000.0, LATE_FOR_S)
    now_s, waits = 1.0 + LATE_FOR_S, []
    for _ in range(8):
        began_s = now_s
        assert way.look(status(12.0), now_s + 1.0) is None
        while way.look(status(12.0), now_s) is not Wish.EVERYTHING:
            now_s += 1.0
        waits.append(now_s - began_s)
        way.look(status(9_000.0), now_s)
        now_s += LATE_FOR_S
        assert way.look(status(9_000.0), now_s) is Wish.OVERVIEW
    assert waits[0] == pytest.approx(TRY_AGAIN_S, abs=1.0)
    assert waits[1] == pytest.approx(2 * TRY_AGAIN_S, abs=1.0)
    assert waits[-1] == pytest.approx(LONGEST_S, abs=1.0)


def test_without_a_connection_nothing_is_late() -> None:
    way, _ = watched(9_000.0, LATE_FOR_S - 1.0)
    way.look(BusStatus(state=BusState.LOST), 8.0)
    assert way.look(status(9_000.0), 9.0) is None


def test_after_a_long_time_without_trouble_a_hiccup_costs_a_minute_again() -> None:
    way, now_s, waits = SlowWay(), 0.0, []
    for _ in range(3):
        for _ in range(int(LONGEST_S) + 1):
            now_s += 1.0
            assert way.look(status(5.0), now_s) is None
        while way.look(status(5_000.0), now_s) is not Wish.OVERVIEW:
            now_s += 1.0
        began_s = now_s
        while way.look(status(5.0), now_s) is not Wish.EVERYTHING:
            now_s += 1.0
        waits.append(now_s - began_s)
    assert waits == [TRY_AGAIN_S] * 3


def test_another_connection_may_be_slower_by_nature_and_our_own_renewal_is_none() -> None:
    for connections, wish in ((2, None), (1, Wish.OVERVIEW)):
        way = SlowWay()
        way.look(BusStatus(state=BusState.CONNECTED, rtt_ms=2.0, connections=1), 0.0)
        moved = BusStatus(state=BusState.CONNECTED, rtt_ms=2_000.0, connections=connections)
        way.look(moved, 1.0)
        assert way.look(moved, 1.0 + LATE_FOR_S) is wish
    renewed = BusStatus(state=BusState.CONNECTED, rtt_ms=2_000.0, connections=2)
    assert way.look(renewed, 100.0) is None
    assert way.look(msgspec.structs.replace(renewed, rtt_ms=3.0), 100.0 + TRY_AGAIN_S) is Wish.EVERYTHING
