# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random

import pytest

from groundstation.transport.backoff import Backoff
from groundstation.transport.echo import Echo


def test_the_round_trip_is_measured() -> None:
    echo = Echo(0.0)
    payload = echo.due(0.0)
    assert payload is not None
    assert echo.due(1.9) is None
    assert echo.rtt_ms is None
    echo.came_back(payload, 0.25)
    assert echo.rtt_ms == 250.0
    echo.came_back(b"not ours", 0.3)
    echo.came_back(b"9" * 50, 0.3)
    assert echo.rtt_ms == 250.0


def test_silence_is_noticed_within_seven_seconds() -> None:
    echo = Echo(0.0)
    assert not echo.is_lost(100, 1.0)
    assert not echo.is_lost(100, 6.9)
    assert echo.is_lost(100, 7.1)


@pytest.mark.parametrize(("silent_s", "is_midway", "lost"), [
    (6.0, False, False), (6.1, False, True), (6.1, True, False), (30.0, True, False), (30.1, True, True),
])  # fmt: skip
def test_in_the_middle_of_a_large_message_a_broker_may_be_silent_for_longer(
    silent_s: float, is_midway: bool, lost: bool
) -> None:
    echo = Echo(0.0)
    echo.is_lost(100, 1.0)
    assert echo.is_lost(100, 1.0 + silent_s, is_midway=is_midway) is lost


def test_nobody_was_silent_while_this_thread_was_kept_waiting() -> None:
    echo = Echo(0.0)
    echo.is_lost(100, 1.0)
    echo.forgive(20.0)
    assert not echo.is_lost(100, 27.0)
    assert echo.is_lost(100, 27.1)


def test_any_byte_is_a_sign_of_life() -> None:
    echo = Echo(0.0)
    for second in range(60):
        assert not echo.is_lost(second, float(second))


def test_waits_grow_spread_and_are_reset() -> None:
    waits = [Backoff(random.Random(seed)).next_s() for seed in range(50)]
    assert max(waits) - min(waits) > 0.2
    backoff = Backoff(random.Random(1))
    late = [backoff.next_s() for _ in range(50)][-20:]
    assert max(late) <= 15.0
    assert max(late) > 10.0
    backoff.reset()
    assert backoff.next_s() <= 0.5
