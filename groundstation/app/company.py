# SPDX-License-Identifier: Apache-2.0
"""Whether a process whose window died is still needed: is anything armed, is anybody there (docs/adr/0017)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from groundstation.app.wiring import client_id
from groundstation.fleet.identity import Root
from groundstation.fleet.link import LinkState
from groundstation.transport import payloads, topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from groundstation.transport.mqtt_worker import MqttWorker

log = logging.getLogger("groundstation.company")

ROOTS = (Root.FLEET.value, Root.SIM.value)
LINGER_S = 60.0
"""How long a process stays after the last vehicle was disarmed and the last station left."""
LOST_S = 600.0
"""An armed vehicle that is heard no more counts for so long: it may fly behind a hill. Simulated ones are gone."""
STATION_S = 15.0
"""A station tells every five seconds what it listens to; one that was silent for so long is gone."""
MAX_KNOWN = 5_000
"""Vehicles and stations that are remembered; more ids are a flood, and one is enough to stay."""
LOOK_S = 0.2


class Company:
    """Who is there on the bus, as far as it decides whether to stay. `take` on any one thread, questions on others."""

    def __init__(self, now_s: float, linger_s: float = LINGER_S) -> None:
        """Begin with nobody known, which is waited out like a departure.

        Args:
            now_s: monotonic seconds.
            linger_s: how long to stay after the last reason to.
        """
        self.linger_s = linger_s
        """How long to stay after the last reason to."""
        self._needed_s = now_s
        self._armed: dict[str, float] = {}
        """When each armed vehicle was last heard, by `root/id`."""
        self._stations: dict[str, float] = {}

    def begin(self, now_s: float) -> None:
        """The parent died just now: that is where waiting begins."""
        self._needed_s = now_s

    def take(self, message: Message, now_s: float) -> None:
        """Look at a message; what a broker had kept proves nothing about now.

        Args:
            message: any.
            now_s: monotonic seconds.
        """
        topic = None if message.retain or not message.payload else topics.parse(message.topic)
        if isinstance(topic, topics.ServiceTopic):
            if topic.service == topics.STATION and topic.leaf in (topics.CONN, topics.SENSORS):
                self._take_station(topic, message.payload, now_s)
        elif topic is not None and topic.leaf in (topics.STATE, topics.CONN):
            self._take_vehicle(topic, message.payload, now_s)

    def _take_station(self, topic: topics.ServiceTopic, payload: bytes, now_s: float) -> None:
        try:
            is_gone = topic.leaf == topics.CONN and (
                payloads.decode(topics.STATION, payload).d.state is not LinkState.ONLINE
            )
        except payloads.PayloadError:
            return
        if is_gone:
            self._stations.pop(topic.id, None)
        elif topic.id in self._stations or len(self._stations) < MAX_KNOWN:
            self._stations[topic.id] = now_s

    def _take_vehicle(self, topic: topics.VehicleTopic, payload: bytes, now_s: float) -> None:
        try:
            told = payloads.decode(topic.leaf, payload).d
        except payloads.PayloadError:
            return
        name = str(topic.key)
        if topic.leaf == topics.CONN:
            if topic.key.root == Root.SIM.value and told.state is LinkState.OFFLINE:
                self._armed.pop(name, None)
        elif told.armed is not None and told.armed.is_armed:
            if name in self._armed or len(self._armed) < MAX_KNOWN:
                self._armed[name] = now_s
        elif told.armed is not None:
            self._armed.pop(name, None)

    def armed(self, now_s: float) -> list[str]:
        """Vehicles that are armed, or were when they were last heard.

        Args:
            now_s: monotonic seconds.
        """
        return sorted(name for name, heard_s in list(self._armed.items()) if now_s - heard_s < LOST_S)

    def is_over(self, now_s: float) -> bool:
        """Whether nothing has been armed and nobody has been there for so long that staying is of no use.

        Args:
            now_s: monotonic seconds; asked again and again.
        """
        is_met = any(now_s - told_s < STATION_S for told_s in list(self._stations.values()))
        if is_met or self.armed(now_s):
            self._needed_s = now_s
        return now_s - self._needed_s >= self.linger_s


def stay_while_needed(company: Company, stop: threading.Event) -> None:
    """Wait until it is over, or stopped.

    Args:
        company: fed by another thread.
        stop: ends the wait.
    """
    company.begin(time.monotonic())
    while not company.is_over(time.monotonic()) and not stop.wait(LOOK_S):
        pass


def stay_on(url: BrokerUrl, linger_s: float, stop: threading.Event) -> None:
    """Listen on a connection of its own until nobody needs this process any more; blocks.

    Args:
        url: the broker.
        linger_s: how long to stay after the last reason to.
        stop: ends the wait.
    """
    company = Company(time.monotonic(), linger_s)

    asked = 0

    def ask(status: BusStatus) -> None:
        nonlocal asked
        if status.state is BusState.CONNECTED and status.connections != asked:
            asked = status.connections
            worker.publish([Outgoing(topics.sync_all(root), b"{}", 1) for root in ROOTS])

    name = client_id("orphan")
    worker = MqttWorker(
        url,
        client_id=name,
        echo_topic=topics.station(ROOTS[0], name, topics.ECHO),
        on_message=lambda message: company.take(message, time.monotonic()),
        on_status=ask,
    )
    worker.subscribe(dict.fromkeys((topics.vehicle_filter(root, topics.STATE) for root in ROOTS), 1))
    worker.subscribe(dict.fromkeys((topics.vehicle_filter(root, topics.CONN) for root in ROOTS), 1))
    worker.subscribe({topics.station(ROOTS[0], "+", leaf): 1 for leaf in (topics.CONN, topics.SENSORS)})
    worker.start()
    try:
        stay_while_needed(company, stop)
    finally:
        worker.stop()


def staying_on(url: BrokerUrl) -> Callable[[bool, float, threading.Event], None]:
    """What `stop_on_signal` does with a broker or a bridge whose window died; one that was closed leaves none.

    Args:
        url: the broker.
    """

    def stay(is_left: bool, linger_s: float, stop: threading.Event) -> None:
        if not is_left:
            log.warning("the window is gone without a word; this goes on as long as it is needed")
            stay_on(url, linger_s, stop)

    return stay
