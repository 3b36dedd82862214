# SPDX-License-Identifier: Apache-2.0
"""A bridge with its connection to the broker.

Apart from `wiring`, for who gives an order needs no bridge, and to import one takes longer than most orders.
"""

from __future__ import annotations

import threading
from pathlib import Path

from groundstation.app.links_file import LinksFile, on_loopback, read_links, usual_links
from groundstation.app.wiring import calm_collector, client_id
from groundstation.bridge.link_text import parse_link
from groundstation.bridge.service import BridgeService, BridgeSettings, bridge_will, root_of
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusStatus, Message
from groundstation.transport.mqtt_worker import MqttWorker


class BridgeProcess:
    """A bridge with its connection to the broker."""

    def __init__(self, url: BrokerUrl, settings: BridgeSettings, links: LinksFile | None = None) -> None:
        self.root = settings.root
        """First topic level of what it publishes."""
        # a will goes with the connect packet (MQTT 5, 3.1.2.5), so its session is chosen before
        will = bridge_will(settings.root, settings.bridge_id)
        self.bus = MqttWorker(
            url,
            client_id=client_id("bridge"),
            echo_topic=topics.bridge(settings.root, settings.bridge_id, "echo"),
            on_message=self._on_message,
            on_status=self._on_status,
            will=will.message,
        )
        self._links = links
        keep = links.keep if links is not None else lambda _: None
        self.service = BridgeService(settings, self.bus, will.session, keep=keep)

    @property
    def link_texts(self) -> list[str]:
        """What it listens on and calls, as it begins."""
        return [one.text for one in self.service.link_set.entries]

    def _on_message(self, message: Message) -> None:
        self.service.on_message(message)

    def _on_status(self, status: BusStatus) -> None:
        self.service.on_status(status)

    def run(self, stop: threading.Event) -> None:
        """Serve until stopped.

        Raises:
            GroundStationError: a link can't be opened.
        """
        calm_collector()
        # links first: with one that can't be opened nothing is said on the bus
        self.service.open()
        self.bus.start()
        try:
            self.service.run(stop)
        finally:
            self.bus.stop()
            if self._links is not None:
                self._links.close()


def make_bridge(
    url: BrokerUrl,
    links: list[str],
    root: str,
    settings: dict[str, object],
    links_path: Path | None = None,
    *,
    is_loopback: bool = False,
) -> BridgeProcess:
    """A bridge from the texts of the command line.

    Args:
        url: the broker.
        links: as `parse_link` reads them.
        root: first topic level that was asked for; empty for the usual.
        settings: the other fields of `BridgeSettings`.
        links_path: where links that operators add are remembered; None for a bridge that remembers none.
        is_loopback: whether remembered links listen to this computer alone.

    Raises:
        UsageError: a text can't be read, or a recording stands beside living links.
    """
    specs = tuple(parse_link(text) for text in links)
    if links_path is None:
        return BridgeProcess(url, BridgeSettings(links=specs, root=root_of(specs, root), **settings))  # type: ignore[arg-type]
    kept = read_links(links_path) or usual_links(is_loopback=is_loopback)
    kept = on_loopback(kept) if is_loopback else kept
    asked = BridgeSettings(links=specs, root=root_of(specs, root), kept=kept, **settings)  # type: ignore[arg-type]
    return BridgeProcess(url, asked, LinksFile(links_path))
