# SPDX-License-Identifier: Apache-2.0
"""Whether a process whose window died is still needed: is anything armed, is anybody there (docs/adr/0017)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from groundstation.app.processes import GOES_ON
from groundstation.app.wiring import client_id
from groundstation.fleet.control import StationPresence
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.recorder import StationSensors
from groundstation.transport import payloads, topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from groundstation.transport.leaves import CONN, STATE, STATION_CONN, STATION_SENSORS, leaf_of
from groundstation.transport.mqtt_worker import MqttWorker

log = logging.getLogger("groundstation.company")

ROOTS = (Root.FLEET.value, Root.SIM.value)
LINGER_S = 60.0
"""How long a process stays after the last vehicle was disarmed and the last station left."""
HEAR_S = 2.5
"""So long it is listened whether anything is armed where a window was closed: bridges answer within 2 s."""
LOST_S = 600.0
"""An armed vehicle that is heard no more counts for so long: it may fly behind a hill. Simulated ones are gone."""
STATION_S = 15.0
"""A station tells every five seconds what it listens to; one that was silent for so long is gone."""
MAX_KNOWN = 5_000
"""Vehicles and stations that are remembered; more ids are a flood, and one is enough to stay."""
LOOK_S = 0.2


_TELLING = (STATE, CONN, STATION_CONN, STATION_SENSORS)
"""What shows that somebody needs this process."""


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
        leaf = leaf_of(topic) if topic is not None else None
        if leaf not in _TELLING or topic is None:
            return
        try:
            told = payloads.decode(leaf, message.payload).d
        except payloads.PayloadError:
            return
        if isinstance(topic, topics.ServiceTopic):
            self._take_station(topic.id, told, now_s)
        else:
            self._take_vehicle(topic.key, told, now_s)

    def _take_station(self, station: str, told: StationPresence | StationSensors, now_s: float) -> None:
        # a goodbye or a last will: it is gone at once, not after `STATION_S`
        if isinstance(told, StationPresence) and told.state is not LinkState.ONLINE:
            self._stations.pop(station, None)
        elif station in self._stations or len(self._stations) < MAX_KNOWN:
            self._stations[station] = now_s

    def _take_vehicle(self, key: VehicleKey, told: Connection | Samples, now_s: float) -> None:
        name = str(key)
        if isinstance(told, Connection):
            if key.root == Root.SIM.value and told.state is LinkState.OFFLINE:
                self._armed.pop(name, None)
        # what does not tell of arming changes nothing: unknown is not disarmed
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
        # a copy: another thread puts vehicles in
        return sorted(name for name, heard_s in list(self._armed.items()) if now_s - heard_s < LOST_S)

    def is_over(self, now_s: float) -> bool:
        """Whether nothing has been armed and nobody has been there for so long that staying is of no use.

        Args:
            now_s: monotonic seconds; asked again and again.
        """
        is_met = any(now_s - told_s < STATION_S for told_s in list(self._stations.values()))
        if is_met or self.armed(now_s):
            # waiting begins when the last reason ends: that something landed just now is no reason to go at once
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


def stay_on(url: BrokerUrl, linger_s: float, stop: threading.Event, *, only_if_armed: bool = False) -> None:
    """Listen on a connection of its own until nobody needs this process any more; blocks.

    Args:
        url: the broker.
        linger_s: how long to stay after the last reason to.
        stop: ends the wait.
        only_if_armed: whether it ends at once where nothing is armed: a window that was closed leaves no port taken
            by what nobody needs.
    """
    company = Company(time.monotonic(), linger_s)

    asked = 0

    def ask(status: BusStatus) -> None:
        nonlocal asked
        if status.state is BusState.CONNECTED and status.connections != asked:
            asked = status.connections
            # what was kept proves nothing: the bridges are asked to say it now
            worker.publish([Outgoing(topics.sync_all(root), b"{}", 1) for root in ROOTS])

    name = client_id("orphan")
    worker = MqttWorker(
        url,
        client_id=name,
        echo_topic=topics.station(ROOTS[0], name, topics.ECHO),
        on_message=lambda message: company.take(message, time.monotonic()),
        on_status=ask,
    )
    for one in _TELLING:
        owned = [topics.station(ROOTS[0], "+", one.name)] if one.owner else [f"{root}/+/{one.name}" for root in ROOTS]
        worker.subscribe(dict.fromkeys(owned, one.qos))
    worker.start()
    try:
        if not only_if_armed or _hears_armed(company, linger_s, stop):
            stay_while_needed(company, stop)
    finally:
        worker.stop()


def _hears_armed(company: Company, linger_s: float, stop: threading.Event) -> bool:
    """Listen for a moment; what is armed is told to the window that waits to end."""
    give_up_s = time.monotonic() + HEAR_S
    while not company.armed(time.monotonic()):
        if time.monotonic() >= give_up_s or stop.wait(LOOK_S / 4):
            return False
    names = ", ".join(company.armed(time.monotonic())[:5])
    # the parent waits for `GOES_ON` on standard error, and else kills what has not ended
    log.warning("this %s: %s armed; it ends by itself %.0f s after the last is disarmed", GOES_ON, names, linger_s)
    return True


def staying_on(url: BrokerUrl) -> Callable[[bool, float, threading.Event], None]:
    """What `stop_on_signal` does with a broker or a bridge whose window died, or was closed and left it to its work.

    Args:
        url: the broker.
    """

    def stay(is_left: bool, linger_s: float, stop: threading.Event) -> None:
        if not is_left:
            log.warning("the window is gone without a word; this goes on as long as it is needed")
        stay_on(url, linger_s, stop, only_if_armed=is_left)

    return stay
