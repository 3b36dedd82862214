# SPDX-License-Identifier: Apache-2.0
"""A whole fleet is told again once for all who asked, with the events of whoever misses most."""

from __future__ import annotations

import itertools

import pytest

from groundstation.bridge import publisher
from groundstation.bridge.requests import SYNC_SPREAD_S, Requests
from groundstation.transport import topics
from groundstation.transport.bus import Message
from tests.bridge.test_replay import bridge_of
from tests.conftest import shared_log


@pytest.mark.parametrize("order", list(itertools.permutations((b"{}", b'{"from_event": 7}', b'{"from_event": 3}'))))
def test_one_answer_serves_all_who_ask_meanwhile(order: tuple[bytes, ...]) -> None:
    told: list[int | None] = []
    requests = Requests({}, "br", lambda *_: None, told.append, lambda *_: None)
    for payload in order:
        requests.take(Message(topics.sync_all("fleet"), payload, len(payload), 1, False, 0.0), 0.0)
    requests.tick(SYNC_SPREAD_S)
    assert told == [3]
    requests.take(Message(topics.sync_all("fleet"), b"{}", 2, 1, False, 9.0), 9.0)
    requests.tick(9.0 + SYNC_SPREAD_S)
    assert told == [3, None]


def test_an_event_is_told_again_byte_by_byte_whatever_the_clock_shows_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a window knows a repeat by its bytes: with another millisecond in it the event would stand there twice
    clock = itertools.count(1_790_000_000.0, 0.001)
    monkeypatch.setattr(publisher.time, "time", lambda: next(clock))
    service, bus = bridge_of(shared_log("copter_square.tlog"))
    told = [one.payload for one in bus.sent if one.topic.endswith("/evt")]
    bus.sent.clear()
    (vehicle,) = service.hearing.vehicles.values()
    vehicle.publish_again(0)
    service.hearing._publisher.flush()
    assert told
    assert [one.payload for one in bus.sent if one.topic.endswith("/evt")] == told
