# SPDX-License-Identifier: Apache-2.0
"""How a simulated vehicle's bytes leave the process: UDP out, UDP in, TCP in. Non-blocking sockets, no threads.

The squadron's loop polls the sockets, calls `Port.read` for a readable one and `Port.flush` after each step.
All of it runs on the simulator's thread.
"""

from __future__ import annotations

import contextlib
import socket
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.vehicle import MAX_LINKS

Address = tuple[str, int]

MAX_PORT = 65535
PORT_STEP = 10
"""Vehicle k listens on port + 10 k, as ArduPilot's SITL does."""
_DATAGRAM_BYTES = 1400
_READ_BYTES = 65536
_MOST_READS = 32
"""Datagrams taken in one go, so that one talker doesn't stop the others."""


@dataclass(frozen=True)
class LinkText:
    """A link as it is written: ``udpout:host:port``, ``udpin:host:port`` or ``tcpin:host:port``."""

    kind: str
    host: str
    port: int
    """0 lets the system choose where something listens."""

    @classmethod
    def parse(cls, text: str) -> LinkText:
        """Read a link text.

        Raises:
            SimulationError: It is none; the message says what is expected.
        """
        kind, _, rest = text.partition(":")
        host, _, port = rest.rpartition(":")
        if kind not in PORTS or not host or not port.isdecimal() or not 0 <= int(port) <= MAX_PORT:
            raise SimulationError(f"link {text!r}: expected udpout:host:port, udpin:host:port or tcpin:host:port")
        if kind == "udpout" and int(port) == 0:
            raise SimulationError(f"link {text!r}: udpout needs the port of a ground station")
        return cls(kind, host, int(port))

    def of_vehicle(self, index: int, network: int) -> Address:
        """Return where a vehicle listens, or the station of its network; both count from 0.

        Raises:
            SimulationError: There is no port with so high a number.
        """
        step = network if self.kind == "udpout" else PORT_STEP * index
        port = self.port + step if self.port else 0
        if port > MAX_PORT:
            raise SimulationError(f"link on {self.host}:{self.port}: it would need port {port}; begin at a lower one")
        return self.host, port


class Reached(Protocol):
    """A vehicle as a port sees it: one of ours, or a real autopilot."""

    @property
    def most_peers(self) -> int:
        """How many ground stations it serves on one UDP port."""

    def open_link(self) -> Link:
        """Somebody listens."""

    def close_link(self, link: Link) -> None:
        """Nobody listens there any more."""

    def receive(self, link: Link, data: bytes, now_s: float) -> None:
        """Somebody says something."""


class Port(ABC):
    """One vehicle's way out."""

    def __init__(self, vehicle: Reached) -> None:
        self._vehicle = vehicle

    @property
    @abstractmethod
    def address(self) -> Address:
        """Where the vehicle listens, or sends to."""

    @abstractmethod
    def sockets(self) -> list[socket.socket]:
        """Return the sockets to watch for reading now."""

    @abstractmethod
    def read(self, readable: socket.socket, now_s: float) -> bool:
        """Take what arrived on one of the sockets.

        Returns:
            Whether `sockets` changed.
        """

    @abstractmethod
    def flush(self) -> bool:
        """Send what the vehicle has said; returns whether `sockets` changed."""

    @abstractmethod
    def close(self) -> None:
        """Close everything."""


def _datagrams(frames: list[bytes]) -> list[bytes]:
    """Join frames to datagrams that fit an Ethernet frame."""
    joined: list[bytes] = []
    waiting: list[bytes] = []
    size = 0
    for frame in frames:
        if size + len(frame) > _DATAGRAM_BYTES and waiting:
            joined.append(b"".join(waiting))
            waiting, size = [], 0
        waiting.append(frame)
        size += len(frame)
    if waiting:
        joined.append(b"".join(waiting))
    return joined


def _udp_socket(address: Address) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    try:
        made.bind(address)
    except OSError as error:
        made.close()
        raise SimulationError(
            f"cannot use UDP {address[0]}:{address[1]}: {error.strerror}; choose another port"
        ) from error
    return made


class _UdpPort(Port):
    """Common to both directions of UDP: one socket, a link for each peer."""

    def __init__(self, vehicle: Reached, address: Address) -> None:
        super().__init__(vehicle)
        self._socket = _udp_socket(address)
        self._peers: dict[Address, Link] = {}

    def sockets(self) -> list[socket.socket]:
        """Return the one socket."""
        return [self._socket]

    def read(self, readable: socket.socket, now_s: float) -> bool:
        """Take waiting datagrams; an unknown sender gets a link of its own."""
        for _ in range(_MOST_READS):
            try:
                data, sender = readable.recvfrom(_READ_BYTES)
            except (BlockingIOError, ConnectionError):
                return False
            link = self._link_of(sender)
            if link is not None:
                self._vehicle.receive(link, data, now_s)
        return False

    @abstractmethod
    def _link_of(self, sender: Address) -> Link | None:
        """Return the link of a peer, ``None`` to ignore it."""

    def flush(self) -> bool:
        """Send each peer its frames; a link hung up by a reboot begins anew."""
        for peer, link in list(self._peers.items()):
            for datagram in _datagrams(link.take()):
                # nobody listens there (yet), or the buffer is full: UDP loses it
                with contextlib.suppress(OSError):
                    self._socket.sendto(datagram, peer)
            if link.is_closed:
                self._peers[peer] = self._vehicle.open_link()
        return False

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


class UdpOutPort(_UdpPort):
    """Sends to one ground station from a socket of its own; only that station's host is heard."""

    def __init__(self, vehicle: Reached, address: Address) -> None:
        super().__init__(vehicle, ("", 0))
        try:
            host = socket.gethostbyname(address[0])
        except OSError as error:
            self._socket.close()
            raise SimulationError(f"host {address[0]!r} is not known: {error}") from error
        self._peer = (host, address[1])
        self._peers[self._peer] = vehicle.open_link()

    @property
    def address(self) -> Address:
        """Where it sends to."""
        return self._peer

    def _link_of(self, sender: Address) -> Link | None:
        return self._peers[self._peer] if sender[0] == self._peer[0] else None


class UdpInPort(_UdpPort):
    """Listens; whoever sends something becomes a peer, the oldest is forgotten when there are too many.

    An autopilot that serves one peer only keeps the first.
    """

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    def _link_of(self, sender: Address) -> Link | None:
        link = self._peers.get(sender)
        if link is None:
            most = self._vehicle.most_peers
            if len(self._peers) >= most and most == 1:  # as PX4, whose first station stays the only one
                return None
            if len(self._peers) >= most:
                oldest = next(iter(self._peers))
                self._vehicle.close_link(self._peers.pop(oldest))
            link = self._peers[sender] = self._vehicle.open_link()
        return link


class _Connection:
    """One TCP connection with what couldn't be sent yet."""

    def __init__(self, accepted: socket.socket, link: Link) -> None:
        self.socket = accepted
        self.link = link
        self._unsent = b""

    def send(self) -> bool:
        """Send on; new frames are only taken when the old ones are gone. ``False``: the peer has left."""
        if not self._unsent:
            self._unsent = b"".join(self.link.take())
        if not self._unsent:
            return True
        try:
            sent = self.socket.send(self._unsent)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._unsent = self._unsent[sent:]
        return True


class TcpInPort(Port):
    """Listens for TCP connections, each a link of the vehicle."""

    def __init__(self, vehicle: Reached, address: Address) -> None:
        super().__init__(vehicle)
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.setblocking(False)
        try:
            self._listener.bind(address)
            self._listener.listen(MAX_LINKS)
        except OSError as error:
            self._listener.close()
            raise SimulationError(
                f"cannot use TCP {address[0]}:{address[1]}: {error.strerror}; choose another port"
            ) from error
        self._connections: dict[socket.socket, _Connection] = {}

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, port = self._listener.getsockname()[:2]
        return str(host), int(port)

    def sockets(self) -> list[socket.socket]:
        """Return the listening socket and all connections."""
        return [self._listener, *self._connections]

    def read(self, readable: socket.socket, now_s: float) -> bool:
        """Accept a connection, or take what one said."""
        if readable is self._listener:
            return self._accept()
        connection = self._connections.get(readable)
        if connection is None:
            return False
        try:
            data = readable.recv(_READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""  # a broken connection ends as a closed one
        if not data:
            self._drop(connection)
            return True
        self._vehicle.receive(connection.link, data, now_s)
        return False

    def _accept(self) -> bool:
        try:
            accepted, _ = self._listener.accept()
        except OSError:
            return False
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an answer waits for nothing to go with it
        self._connections[accepted] = _Connection(accepted, self._vehicle.open_link())
        return True

    def flush(self) -> bool:
        """Send on every connection; close those that left or that the vehicle hung up."""
        leaving = [
            connection
            for connection in self._connections.values()
            if not connection.send() or connection.link.is_closed
        ]
        for connection in leaving:
            self._drop(connection)
        return bool(leaving)

    def _drop(self, connection: _Connection) -> None:
        del self._connections[connection.socket]
        self._vehicle.close_link(connection.link)
        connection.socket.close()

    def close(self) -> None:
        """Close all connections and stop listening."""
        for connection in list(self._connections.values()):
            self._drop(connection)
        self._listener.close()


PORTS: dict[str, type[UdpOutPort | UdpInPort | TcpInPort]] = {
    "udpout": UdpOutPort,
    "udpin": UdpInPort,
    "tcpin": TcpInPort,
}
"""The first word of a link text to what it opens."""
