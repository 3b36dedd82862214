# SPDX-License-Identifier: Apache-2.0
"""A station that follows one vehicle of two, on a real broker: of the other one the overview comes, and no more."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from groundstation.app.wiring import StationBus
from groundstation.fleet.identity import VehicleKey
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Message, Outgoing
from groundstation.transport.inbox import Inbox
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild
from tests.support.waiting import wait_until

NEAR, FAR = VehicleKey("sim", "near"), VehicleKey("sim", "far")
LEAVES = ("tlm/motion", "tlm/sum", "link")


@pytest.fixture
def speaker(mosquitto_broker: BrokerChild) -> Iterator[MqttWorker]:
    worker = MqttWorker(
        parse_broker_url(mosquitto_broker.url), client_id="speaker", echo_topic="x/echo",
        on_message=lambda _: None, on_status=lambda _: None,
    )  # fmt: skip
    worker.start()
    wait_until(lambda: worker.status.state is BusState.CONNECTED, what="the speaker is connected")
    yield worker
    worker.stop()


def test_what_is_not_looked_at_does_not_come(mosquitto_broker: BrokerChild, speaker: MqttWorker) -> None:
    heard: list[Message] = []
    station = StationBus(parse_broker_url(mosquitto_broker.url), ("sim",), Inbox(), on_message=heard.append)
    number = 0

    def come() -> set[str]:
        """Leaves that come of both now, once their mark is back; none, if it is not: what is said before a
        connection's subscriptions stand reaches nobody, and is said again by who waits."""
        nonlocal number
        number += 1
        messages = [Outgoing(f"sim/{key.id}/{leaf}", b"%d" % number) for key in (NEAR, FAR) for leaf in LEAVES]
        speaker.publish([*messages, Outgoing(f"sim/{FAR.id}/evt", b"%d" % number, 1)])
        mark = (f"sim/{FAR.id}/evt", b"%d" % number)
        give_up_s = time.monotonic() + 2.0
        while mark not in [(one.topic, one.payload) for one in heard]:
            if time.monotonic() > give_up_s:
                return set()
            time.sleep(0.01)
        return {one.topic.removeprefix("sim/") for one in heard if one.payload == mark[1]} - {"far/evt"}

    both = {f"{key.id}/{leaf}" for key in (NEAR, FAR) for leaf in LEAVES}
    try:
        station.start()
        wait_until(lambda: station.worker.status.state is BusState.CONNECTED, what="the station is connected")
        wait_until(lambda: come() == both, what="everything of both")
        station.follow(frozenset({NEAR}))
        wait_until(lambda: come() == both - {"far/tlm/motion"}, what="the overview of the far one")
        station.worker.renew()
        wait_until(lambda: station.worker.status.connections == 2, what="another connection")
        wait_until(lambda: come() == both - {"far/tlm/motion"}, what="the same on another connection")
        station.follow(None)
        wait_until(lambda: come() == both, what="everything again")
    finally:
        station.stop()
