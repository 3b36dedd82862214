# SPDX-License-Identifier: Apache-2.0
"""A window's connection for topics of other devices: what is large or much there never stands before a vehicle."""

from __future__ import annotations

import time

from groundstation.app.wiring import client_id
from groundstation.fleet.identity import Root
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.inbox import Inbox
from groundstation.transport.mqtt_worker import MqttWorker


class DeviceBus:
    """Made with the first filter: a window that listens to no other device has one connection. The owner's thread."""

    def __init__(self, url: BrokerUrl, inbox: Inbox) -> None:
        """Prepare.

        Args:
            url: the broker.
            inbox: where messages go.
        """
        name = client_id("topics")
        self._inbox = inbox
        self._filters: set[str] = set()
        self._has_begun = self._is_running = self._was_connected = False
        self.worker = MqttWorker(
            url,
            client_id=name,
            echo_topic=topics.station(Root.FLEET.value, name, topics.ECHO),
            on_message=inbox.offer_device,
            on_status=self._status_changed,
            keeps_properties=True,
        )

    def start(self) -> None:
        """Connect, as soon as there is something to listen to."""
        self._has_begun = True
        self._run()

    def stop(self) -> None:
        """Disconnect."""
        self._has_begun = False
        if self._is_running:
            self._is_running = False
            self.worker.stop()

    def subscribe(self, wanted: str) -> None:
        """Listen to a filter, byte for byte."""
        self._filters.add(wanted)
        self.worker.subscribe({wanted: 0})
        self._run()

    def unsubscribe(self, gone: str) -> None:
        """Listen no more; the connection stays for the next filter."""
        self._filters.discard(gone)
        self.worker.unsubscribe([gone])

    @property
    def problem(self) -> str:
        """Why nothing comes, where this connection alone is to blame; empty when all is well or nothing is wanted."""
        status = self.worker.status
        is_wanted = bool(self._filters) and self._is_running
        return status.reason if is_wanted and status.state in (BusState.LOST, BusState.REFUSED) else ""

    def _run(self) -> None:
        if self._has_begun and self._filters and not self._is_running:
            self._is_running = True
            self.worker.start()

    def _status_changed(self, status: BusStatus) -> None:
        """On the worker thread, which is the one that offers what devices say."""
        is_connected = status.state is BusState.CONNECTED
        if self._was_connected and not is_connected:
            self._inbox.lost_touch(time.monotonic())
        self._was_connected = is_connected
