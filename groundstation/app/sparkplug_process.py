# SPDX-License-Identifier: Apache-2.0
"""A host application of Sparkplug B: it says that it is there, and asks nodes for what was missed (docs/adr/0041).

Two threads: `mqtt-worker` takes in, this one listens and asks. It is the only part that says anything to nodes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from groundstation.app.wiring import client_id
from groundstation.fleet.sensors import Life, SensorReading
from groundstation.fleet.sparkplug.address import ALL, state_topic
from groundstation.fleet.sparkplug.rebirth import RebirthPacer
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from groundstation.transport.heard import HeardQueue
from groundstation.transport.mqtt_worker import MqttWorker
from groundstation.transport.sparkplug.host_state import is_offline, rebirth_message, state_message
from groundstation.transport.sparkplug.listener import SparkplugListener

log = logging.getLogger("groundstation.sparkplug")

TICK_S = 0.25
SAY_AGAIN_S = 1.0
"""Where somebody says that this host is gone, it says the opposite no more often."""
COUNTS_S = 60.0
"""What is wrong is counted, and told so often."""
MAX_TOLD = 5_000


class SparkplugProcess:
    """A host with its connection to the broker."""

    def __init__(
        self,
        url: BrokerUrl,
        host: str,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare; `run` serves.

        Args:
            url: the broker.
            host: id of this host application; nodes may be set up to wait for it.
            clock: monotonic seconds.
            wall_clock: seconds since 1970.
        """
        self._host, self._clock, self._wall_clock = host, clock, wall_clock
        self.listener, self._pacer = SparkplugListener(), RebirthPacer()
        self._lock, self._heard = threading.Lock(), HeardQueue()
        self._connections, self._connected_ms, self._is_cut = 0, 0, False
        self._said_s = self._counted_s = float("-inf")
        self._is_denied = False
        self._lives: dict[str, Life] = {}
        self._told_faults: dict[str, int] = {}
        self.asked = 0
        """Requests for births so far."""
        name = client_id("sparkplug")
        self.worker = MqttWorker(
            url,
            client_id=name,
            echo_topic=topics.station("fleet", name, topics.ECHO),
            on_message=self._on_message,
            on_status=self._on_status,
            will=self._will,
        )
        self.worker.subscribe({state_topic(host): 1, ALL: 1})

    def _now_ms(self) -> int:
        return int(self._wall_clock() * 1000)

    # ---- thread of the connection ----

    def _will(self) -> Outgoing:
        """Asked for at each CONNECT: the birth repeats its time."""
        self._connected_ms = self._now_ms()
        return state_message(self._host, self._connected_ms, is_online=False)

    def _on_status(self, status: BusStatus) -> None:
        if status.state is BusState.CONNECTED and status.connections != self._connections:
            self._connections = status.connections
            self.worker.publish([state_message(self._host, self._connected_ms, is_online=True)])
        elif status.state is not BusState.CONNECTED:
            self._is_cut = True

    def _on_message(self, message: Message) -> None:
        with self._lock:
            self._heard.put(message)

    # ---- thread of the process ----

    def run(self, stop: threading.Event) -> None:
        """Serve until stopped."""
        self.worker.start()
        try:
            while not stop.wait(TICK_S):
                self.tick(self._clock())
        finally:
            # an orderly goodbye takes the will away (MQTT 5, 3.1.2.5), so it says it itself, with the time of now
            self.worker.publish([state_message(self._host, self._now_ms(), is_online=False)])
            self.worker.stop()

    def tick(self, now_s: float) -> None:
        """A quarter of a second of work.

        Args:
            now_s: monotonic seconds.
        """
        if self._is_cut:
            self._is_cut = False
            self.listener.host.lost_touch(now_s)
        with self._lock:
            heard = self._heard.take()
        for one in heard:
            self._take(one)
        if self.worker.status.state is not BusState.CONNECTED:
            return
        if self._is_denied and now_s - self._said_s >= SAY_AGAIN_S:
            self._is_denied, self._said_s = False, now_s
            log.warning("somebody said that host %s is gone; it says again that it is there", self._host)
            self.worker.publish([state_message(self._host, self._connected_ms, is_online=True)])
        wanting = self.listener.host.wanting()
        for key in self._pacer.due(wanting, now_s):
            self.asked += 1
            log.info("asks %s/%s for its births: %s", *key, wanting[key])
            self.worker.publish([rebirth_message(key, self._now_ms())])
        if now_s - self._counted_s >= COUNTS_S:
            self._counted_s = now_s
            self._tell_faults()

    def _take(self, message: Message) -> None:
        if message.topic == state_topic(self._host):
            self._is_denied = is_offline(message.payload)
            return
        for reading in self.listener.take(message) or ():
            self._tell(reading)

    def _tell(self, reading: SensorReading) -> None:
        """Who is born and who dies, a line each."""
        if reading.liveness is None or self._lives.get(reading.topic) is reading.liveness.life:
            return
        if len(self._lives) >= MAX_TOLD:
            self._lives.clear()
        self._lives[reading.topic] = reading.liveness.life
        log.info("%r is %s", reading.topic, reading.liveness.life.value)

    def _tell_faults(self) -> None:
        faults = {name.value: count for name, count in self.listener.host.faults.items() if count}
        if self._heard.dropped:
            faults["dropped"] = self._heard.dropped
        if faults != self._told_faults:
            self._told_faults = faults
            log.warning("of what nodes said so far: %s", ", ".join(f"{one} {count}" for one, count in faults.items()))
