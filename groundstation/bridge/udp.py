# SPDX-License-Identifier: Apache-2.0
"""UDP links: `udpin` listens for vehicles, `udpout` calls one. Bridge thread only."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable

from groundstation.bridge.link_text import LinkSpec
from groundstation.bridge.peer import MAX_PEERS, READ_BYTES, Chunk, Link, Peer, closed
from groundstation.bridge.port_holder import held_by, udp_holder
from groundstation.fleet.errors import GroundStationError

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""Asked of the system: with 4 kB a parameter list loses 7 % (observed)."""
MAX_DATAGRAMS = 2_000
"""Datagrams read before other links get their turn."""


def _socket(host: str, port: int) -> tuple[socket.socket, tuple[str, int]]:
    # the first answer, so that a name may be of either IP version
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, kind)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    return sock, (str(address[0]), int(address[1]))


class UdpIn(Link):
    """Listens; every sender is a peer of its own."""

    def __init__(self, spec: LinkSpec) -> None:
        super().__init__(spec)
        self._socket: socket.socket | None = None
        self._selector: selectors.BaseSelector | None = None
        self._peers: dict[tuple[str, int], Peer] = {}

    def open(self, selector: selectors.BaseSelector) -> None:
        """Bind.

        Raises:
            GroundStationError: the address can't be had.
        """
        try:
            self._socket, address = _socket(self.spec.host, self.spec.port)
            self._socket.bind(address)
        except OSError as error:
            raise GroundStationError(
                f"link '{self.text}': can't listen there ({error.strerror or error}); "
                + held_by(udp_holder(self.spec.port), "is another ground station using the port?")
            ) from error
        self.port = self._socket.getsockname()[1]
        self._selector = selector
        selector.register(self._socket, selectors.EVENT_READ, self._read)

    def close(self) -> None:
        """Close the socket."""
        closed(self._socket, self._selector)

    def _read(self) -> list[Chunk]:
        assert self._socket is not None  # noqa: S101 - registered by open
        chunks: list[Chunk] = []
        for _ in range(MAX_DATAGRAMS):
            try:
                data, address = self._socket.recvfrom(READ_BYTES)
            except OSError:
                break
            if not data:
                continue  # an empty datagram keeps a way through a router open; it is nobody's end
            peer = self._peers.get(address)
            if peer is None:
                peer = self._new_peer(address, chunks)
            chunks.append((peer, data))
        return chunks

    def _new_peer(self, address: tuple[str, int], chunks: list[Chunk]) -> Peer:
        """A sender not heard before; when there are too many, the oldest that never was a vehicle goes."""
        if len(self._peers) >= MAX_PEERS:
            oldest = next((one for one, peer in self._peers.items() if not peer.is_known), next(iter(self._peers)))
            # empty bytes say that a peer is gone, which frees its ears
            chunks.append((self._peers.pop(oldest), b""))
            self.forgotten += 1
        peer = Peer(self.text, f"{address[0]}:{address[1]}", self._sender(address), is_known=False, is_datagram=True)
        self._peers[address] = peer
        return peer

    def _sender(self, address: tuple[str, int]) -> Callable[[bytes], None]:
        def send(data: bytes) -> None:
            assert self._socket is not None  # noqa: S101 - a peer exists only while open
            try:
                self._socket.sendto(data, address)
            except OSError as error:
                self.problem = f"can't send to {address[0]}:{address[1]}: {error.strerror or error}"
            else:
                self.problem = ""

        return send


class UdpOut(Link):
    """Calls one address, which answers to where we called from. The bridge's heartbeat to its peer is the call."""

    def __init__(self, spec: LinkSpec) -> None:
        super().__init__(spec)
        self._socket: socket.socket | None = None
        self._selector: selectors.BaseSelector | None = None
        address = f"{spec.host}:{spec.port}"
        self.peer: Peer = Peer(spec.text, address, self._send, is_known=True, is_datagram=True)

    def open(self, selector: selectors.BaseSelector) -> None:
        """Connect the socket; UDP has no answer, so that the other side may come later.

        Raises:
            GroundStationError: the host is not known.
        """
        try:
            self._socket, address = _socket(self.spec.host, self.spec.port)
            # a connected socket tells by ECONNREFUSED when nothing listens there (Linux, from ICMP)
            self._socket.connect(address)
        except OSError as error:
            raise GroundStationError(f"link '{self.text}': {error.strerror or error}; check host and port") from error
        self._selector = selector
        selector.register(self._socket, selectors.EVENT_READ, self._read)

    def close(self) -> None:
        """Close the socket."""
        closed(self._socket, self._selector)

    def _read(self) -> list[Chunk]:
        assert self._socket is not None  # noqa: S101 - registered by open
        chunks: list[Chunk] = []
        for _ in range(MAX_DATAGRAMS):
            try:
                data = self._socket.recv(READ_BYTES)
            except ConnectionRefusedError:
                self.problem = "nothing listens there yet"
                break
            except OSError:
                break
            self.problem = ""
            if data:
                chunks.append((self.peer, data))
        return chunks

    def _send(self, data: bytes) -> None:
        assert self._socket is not None  # noqa: S101 - a peer is used only while open
        try:
            self._socket.send(data)
        except OSError as error:
            self.problem = f"can't send: {error.strerror or error}"
