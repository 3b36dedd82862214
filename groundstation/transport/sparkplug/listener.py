# SPDX-License-Identifier: Apache-2.0
"""The way from a message of Sparkplug B to readings. One thread owns a `SparkplugListener`; nothing is raised."""

from __future__ import annotations

from groundstation.fleet.sensors import SensorReading
from groundstation.fleet.sparkplug.address import parse
from groundstation.fleet.sparkplug.faults import Fault
from groundstation.fleet.sparkplug.host import Said, SparkplugHost
from groundstation.transport.bus import Message
from groundstation.transport.foreign import plain_reading
from groundstation.transport.sparkplug.payloads import SparkplugError, decode


class SparkplugListener:
    """Decodes what nodes say and tells the host."""

    def __init__(self) -> None:
        self.host = SparkplugHost()

    def take(self, message: Message) -> list[SensorReading] | None:
        """One message.

        Args:
            message: of any topic.

        Returns:
            What it tells, about its own topic and others; None for what is not of a node.
        """
        address = parse(message.topic)
        # nothing at all is what makes a broker forget a message, and what no node says
        if address is None or not message.size_bytes:
            return None
        said = Said(message.received_s, message.size_bytes, message.retain)
        if message.size_bytes > len(message.payload):
            return [plain_reading(message), *self.host.take_unreadable(address, said, Fault.TOO_LARGE)]
        try:
            payload = decode(message.payload)
        except SparkplugError:
            return [plain_reading(message), *self.host.take_unreadable(address, said, Fault.MALFORMED)]
        return self.host.take(address, payload, said)
