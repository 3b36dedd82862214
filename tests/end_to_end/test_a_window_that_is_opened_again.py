# SPDX-License-Identifier: Apache-2.0
"""A window that is opened later has what its vehicles said before; one that was there has nothing twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from groundstation.app.wiring import StationBus
from groundstation.fleet.events import Event
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.inbox import Inbox
from tests.support.brokers import BrokerChild
from tests.support.ports import free_port
from tests.support.programs import Program
from tests.support.waiting import wait_until


class Window:
    def __init__(self, url: str, *, asks_events: bool) -> None:
        self.inbox, self.texts = Inbox(), list[str]()
        self.bus = StationBus(parse_broker_url(url), ("sim",), self.inbox, asks_events=asks_events)
        self.bus.start()

    def has(self, wanted: Callable[[list[str]], bool]) -> bool:
        self.texts += [one.content.text for one in self.inbox.drain().updates if isinstance(one.content, Event)]
        return wanted(self.texts)


@pytest.mark.long
def test_events_of_before_come_and_come_once(mosquitto_broker: BrokerChild) -> None:
    port, url = free_port(), mosquitto_broker.url
    bridge = Program("bridge", "--broker", url, "--link", f"udpin:127.0.0.1:{port}", "--root", "sim", "--id", "b")
    first = Window(url, asks_events=False)
    vehicle = Program("simulate", "--vehicles", "1", "--link", f"udpout:127.0.0.1:{port}", "--ready", "--autofly")
    later = []
    try:
        wait_until(lambda: first.has(lambda texts: "Arming motors" in texts), what="the vehicle speaks")
        known = list(first.texts)
        later.append(Window(url, asks_events=True))
        wait_until(lambda: later[0].has(lambda texts: set(texts) >= set(known)), what=str(known))
        wait_until(lambda: first.inbox.counts.duplicates > 0, what="they were told again to all")
        wait_until(lambda: first.has(lambda texts: len(texts) > len(known)), what="it speaks on")
        assert first.texts[: len(known)] == known
        assert first.inbox.counts.duplicates > 0
        assert first.texts.count("Arming motors") == known.count("Arming motors")
    finally:
        for one in (first, *later):
            one.bus.stop()
        vehicle.close()
        bridge.close()
