# SPDX-License-Identifier: Apache-2.0
"""A window on a way that carries 20 kbit/s: it takes the overview, says so, and its orders come through."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from groundstation.app.wiring import SLOW_NOTE, StationBus
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.motion import Position
from groundstation.fleet.overview import Overview
from groundstation.fleet.roster import Fleet
from groundstation.transport import payloads
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Outgoing
from groundstation.transport.inbox import Inbox
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild
from tests.support.slow_link import SlowLink
from tests.support.waiting import Collector, wait_until

KEY = VehicleKey("sim", "uav-1")


class Speaker:
    """A bridge's part: telemetry four times as much as the way carries, and the overview. Thread `speaker`."""

    def __init__(self, url: str) -> None:
        self.heard = Collector()
        self.bus = MqttWorker(
            parse_broker_url(url),
            client_id="speaker",
            echo_topic="sim/_gs/speaker/echo",
            on_message=self.heard.on_message,
            on_status=self.heard.on_status,
        )
        self.bus.subscribe({"sim/+/cmd/req": 1})
        self.bus.start()
        self.heard.wait_state(BusState.CONNECTED)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="speaker")
        self._thread.start()

    def _run(self) -> None:
        seq = 0
        while not self._stopping.wait(0.1):
            now_s = time.monotonic()
            samples = Samples(position=Position(at_s=now_s, lat_deg=float(seq % 80), lon_deg=1.0))
            self._say("tlm/motion", seq, now_s, samples)
            self.bus.publish([Outgoing("sim/uav-1/tlm/detail", b"x" * 900)])
            if seq % 10 == 0:
                summary = Overview(lat_deg=float(seq % 80), lon_deg=1.0, age_s=0.0)
                self._say("tlm/sum", seq // 10, now_s, summary)
            seq += 1

    def _say(self, leaf: str, seq: int, now_s: float, content: object) -> None:
        envelope = payloads.Envelope(sid="s", seq=seq, ts=0, bms=int(now_s * 1000), d=content)
        self.bus.publish([Outgoing(f"sim/uav-1/{leaf}", payloads.encode(envelope))])

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self.bus.stop()


@pytest.fixture
def speaker(mosquitto_broker: BrokerChild) -> Iterator[Speaker]:
    speaker = Speaker(mosquitto_broker.url)
    yield speaker
    speaker.stop()


@pytest.mark.long
def test_a_station_on_a_slow_way_takes_the_overview_and_says_so(
    mosquitto_broker: BrokerChild, speaker: Speaker
) -> None:
    link = SlowLink(mosquitto_broker.port, 20_000.0, 0.3)
    inbox, fleet = Inbox(), Fleet()
    station = StationBus(parse_broker_url(f"mqtt://127.0.0.1:{link.port}"), ("sim",), inbox)
    try:
        station.start()
        wait_until(lambda: station.worker.status.note == SLOW_NOTE, what="it notices")
        wait_until(lambda: station.worker.status.connections == 2, what="it connects anew")
        inbox.drain()

        def is_young() -> bool:
            fleet.fold(inbox.drain().updates)
            state = fleet.get(KEY)
            age_s = state.age_s("position", time.monotonic()) if state is not None else None
            return age_s is not None and age_s < 2.0

        wait_until(is_young, what="positions are young again")
        station.worker.publish([Outgoing("sim/uav-1/cmd/req", b"{}", 1)])
        speaker.heard.wait_topic("sim/uav-1/cmd/req")
        assert link.connections == 2
    finally:
        station.stop()
        link.close()
