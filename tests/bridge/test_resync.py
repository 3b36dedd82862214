# SPDX-License-Identifier: Apache-2.0
"""A whole fleet is told again once for all who asked, with the events of whoever misses most."""

from __future__ import annotations

import itertools

import pytest

from groundstation.bridge.requests import SYNC_SPREAD_S, Requests
from groundstation.transport import topics
from groundstation.transport.bus import Message


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
