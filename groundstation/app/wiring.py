# SPDX-License-Identifier: Apache-2.0
"""What every process is joined of: names, a broker from its URL, a station's connection; see `bridge_process` too."""

from __future__ import annotations

import gc
import os
import platform
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable

from groundstation.fleet.commands import Actor
from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey, is_vehicle_id
from groundstation.fleet.link import LinkState
from groundstation.transport import payloads, topics
from groundstation.transport.broker_url import BrokerUrl, parse_broker_url
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from groundstation.transport.commander import presence
from groundstation.transport.inbox import Inbox
from groundstation.transport.interest import Interest
from groundstation.transport.leaves import RETAINED, SyncRequest, station_filters, station_news
from groundstation.transport.mqtt_worker import MqttWorker
from groundstation.transport.slow_way import SlowWay, Wish


def host_name() -> str:
    """This computer's name as it may stand in a topic."""
    # a host may be called anything; a level of a topic may not
    return re.sub(r"[^A-Za-z0-9-]+", "-", platform.node()).strip("-")[:16] or "host"


def client_id(role: str) -> str:
    """A client id that no other process has."""
    # of two connections with one id the broker ends the older one (MQTT 5, 3.1.4)
    return f"gs-{role}-{host_name()}-{os.getpid()}-{uuid.uuid4().hex[:6]}"


def default_bridge_id(links: list[str]) -> str:
    """A bridge id that stays the same over restarts and differs between bridges of one computer."""
    return f"{host_name()}-{uuid.uuid5(uuid.NAMESPACE_URL, ' '.join(links)).hex[:6]}"


def parse_names(texts: list[str]) -> dict[int, tuple[str, str]]:
    """Names by system id from `SYSID=ID` or `SYSID=ID:Human name`; `*=north-*` names all that have no other name.

    Raises:
        UsageError: names the text and how it is written.
    """
    names: dict[int, tuple[str, str]] = {}
    of_all = [text for text in texts if text.startswith("*=") and "*" in text[2:]]
    # those of all come first, so that the name of a single vehicle wins
    spread = [text.replace("*", str(sysid)) for text in of_all for sysid in range(1, 256)]
    for text in [*spread, *(text for text in texts if text not in of_all)]:
        number, equals, rest = text.partition("=")
        vehicle_id, _, shown = rest.partition(":")
        # four digits at most: int() raises at thousands of them, and 255 has three
        is_sysid = number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= 255
        if not equals or not is_sysid or not is_vehicle_id(vehicle_id):
            raise UsageError(
                f"--name '{text}': write SYSID=ID or SYSID=ID:Name, as 3=kerkenez:Kerkenez, or for all '*=north-*'"
            )
        if re.fullmatch(r"uav-\d+", vehicle_id) and vehicle_id != f"uav-{int(number)}":
            raise UsageError(f"--name '{text}': '{vehicle_id}' is what another system id is called by default")
        names[int(number)] = (vehicle_id, shown or vehicle_id)
    if len({vehicle_id for vehicle_id, _ in names.values()}) != len(names):
        raise UsageError("--name: two system ids can't share one vehicle id")
    return names


def broker_from_text(text: str) -> BrokerUrl:
    """A broker from its URL, its files looked at: one that isn't there never heals by trying again.

    Raises:
        UsageError: the URL is wrong, or names a file that can't be read.
    """
    url = parse_broker_url(text)
    for path in (url.ca, url.cert, url.key):
        if path is not None and not os.access(path, os.R_OK):
            raise UsageError(f"broker URL: the file '{path}' can't be read; check its path and who may read it")
    return url


def free_udp_port() -> int:
    """A UDP port that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def calm_collector() -> None:
    """Let the cyclic garbage collector look less often: a message makes a dozen short-lived objects and no cycle.

    What is there already is left out: the window has 125,000 objects of modules and widgets before its first message,
    500 vehicles add 8,000, and a look at all of them held it up for 60 to 130 ms, several times a minute.
    Measured on the bridge: a fifth of its time at the default thresholds.
    """
    # all that was imported is left out of every later look
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class StationBus:
    """A station's connection: subscribes to the fleet, asks every bridge to speak, feeds an inbox."""

    def __init__(
        self,
        url: BrokerUrl,
        roots: tuple[str, ...],
        inbox: Inbox,
        on_status: Callable[[BusStatus], None] | None = None,
        role: str = "gui",
        actor: Actor | None = None,
        on_message: Callable[[Message], None] | None = None,
        *,
        asks_events: bool = False,
        will: Outgoing | None = None,
        hears_devices: bool = True,
    ) -> None:
        """Prepare a connection.

        Args:
            url: the broker.
            roots: `fleet`, `sim` or both.
            inbox: where messages go.
            on_status: called on the worker thread.
            role: part of the client id.
            actor: who commands over it: its birth is told, and its death by its will; None for who only looks.
            on_message: takes messages instead of the inbox, on the worker thread.
            asks_events: whether bridges are asked for the events that they keep, so that a window that is opened again
                shows what happened before.
            will: what the broker says of it when the connection breaks off; of who has an actor that tells it.
            hears_devices: whether topics of other devices come this way too; of a window they have their own, see
                `device_bus.py`.
        """
        self._actor = actor
        self._wish = payloads.encode_request(SyncRequest(from_event=0)) if asks_events else b"{}"
        self._roots, self._inbox = roots, inbox
        self._on_status, self._hears_devices = on_status, hears_devices
        self._connections, self._is_connected = 0, False
        self.last_problem = ""
        """Why there was no connection the last time that there was none."""
        name = actor.gs if actor is not None else client_id(role)
        self.worker = MqttWorker(
            url,
            client_id=name,
            echo_topic=topics.station(roots[0], name, "echo"),
            on_message=on_message or (inbox.offer if hears_devices else inbox.offer_fleet),
            on_status=self._status_changed,
            # a station that dies lets go of what it controls, see `bridge/control_desk.py`
            will=presence(actor, LinkState.OFFLINE) if actor is not None else will,
            # looked at with the topics of other devices; ours have none but an expiry
            keeps_properties=True,
        )
        self._way, self._interest = SlowWay(), Interest(roots)
        self._lock = threading.Lock()
        self._subscribed: dict[str, int] = {}
        for root in roots:
            self.worker.subscribe(station_filters(root))
        self.worker.subscribe(station_news())
        self._subscribe()

    def start(self) -> None:
        """Connect."""
        self.worker.start()

    def stop(self) -> None:
        """Say goodbye and disconnect."""
        if self._actor is not None:
            # an orderly disconnect takes the will away (MQTT 5, 3.1.2.5), so the station says it itself
            self.worker.publish([presence(self._actor, LinkState.OFFLINE)])
        self.worker.stop()

    def _status_changed(self, status: BusStatus) -> None:
        """On each new connection ask for everything: retained messages don't reach wildcards on every broker."""
        if status.state is BusState.CONNECTED and status.connections != self._connections:
            self._connections = status.connections
            if self._actor is not None:
                self.worker.publish([presence(self._actor, LinkState.ONLINE)])
            self.worker.publish([Outgoing(topics.sync_all(root), self._wish, 1) for root in self._roots])
        if status.state in (BusState.LOST, BusState.REFUSED):
            self.last_problem = status.reason
        if self._hears_devices and self._is_connected and status.state is not BusState.CONNECTED:
            self._inbox.lost_touch(time.monotonic())
        self._is_connected = status.state is BusState.CONNECTED
        wish = self._way.look(status, time.monotonic())
        if wish is not None:
            self._ask_for(wish)
        if self._on_status is not None:
            self._on_status(status)

    def follow(self, wanted: frozenset[VehicleKey] | None) -> None:
        """Ask for more than the overview of these vehicles, and of no others; of all for None. Any thread."""
        with self._lock:
            if wanted != self._interest.wanted:
                self._interest.wanted = wanted
                self._subscribe()

    def _ask_for(self, wish: Wish) -> None:
        """Less of each vehicle, or what is wanted again, on a new connection: that empties the broker's queue."""
        with self._lock:
            self._interest.is_slow = wish is Wish.OVERVIEW
            self._subscribe()
        self.worker.report.note = SLOW_NOTE if wish is Wish.OVERVIEW else ""
        # behind the change: the new connection asks for the new filters alone
        self.worker.renew()

    def _subscribe(self) -> None:
        filters = self._interest.filters()
        gone, new = self._subscribed.keys() - filters.keys(), filters.keys() - self._subscribed.keys()
        if gone:
            self.worker.unsubscribe(sorted(gone))
        if new:
            # before the broker sends the first of them: what was said meanwhile is no gap
            self._inbox.asked_anew(new)
            self.worker.subscribe({one: filters[one] for one in sorted(new)})
        self._subscribed = filters


def forgetting(key: VehicleKey) -> list[Outgoing]:
    """What makes a broker forget what it keeps of a vehicle: empty retained messages (MQTT 5, 3.3.1.3)."""
    return [Outgoing(topics.vehicle(key, leaf.name), b"", qos=1, retain=True) for leaf in RETAINED]


SLOW_NOTE = "the way from the broker is too slow for everything: positions once a second, no details"
