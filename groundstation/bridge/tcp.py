# SPDX-License-Identifier: Apache-2.0
"""TCP links: `tcp` calls a vehicle (a SITL, a network radio), `tcpin` waits for calls. Bridge thread only."""

from __future__ import annotations

import errno
import math
import os
import selectors
import socket

from groundstation.bridge.link_text import LinkSpec
from groundstation.bridge.peer import MAX_PEERS, READ_BYTES, Chunk, Link, Peer, closed
from groundstation.bridge.port_holder import held_by, tcp_holder
from groundstation.fleet.errors import GroundStationError

RETRY_S = 1.0
"""Between two calls; an ArduPilot closes the connection at a reboot and accepts again at once."""
CONNECT_TIMEOUT_S = 5.0
MAX_READS = 64
_CALL_BEGUN = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)
"""What `connect_ex` returns when the answer is still to come."""


def _prepare(sock: socket.socket) -> None:
    sock.setblocking(False)
    # a command is a few bytes, which must not wait for more
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # a cable that was pulled sends no end: without it a dead peer would stay for ever
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


class _Stream:
    """One open connection, as a peer."""

    def __init__(self, link: str, sock: socket.socket, address: str, *, is_known: bool) -> None:
        self.socket = sock
        self.peer = Peer(link, address, self._send, is_known=is_known, is_datagram=False)

    def read(self) -> tuple[list[Chunk], bool]:
        """What has come, and whether the connection still stands."""
        chunks: list[Chunk] = []
        for _ in range(MAX_READS):
            try:
                data = self.socket.recv(READ_BYTES)
            except (BlockingIOError, InterruptedError):
                return chunks, True
            except OSError:
                data = b""
            if not data:
                self.peer.is_closed = True
                chunks.append((self.peer, b""))
                return chunks, False
            chunks.append((self.peer, data))
        return chunks, True

    def _send(self, data: bytes) -> None:
        """What the connection can't take now is lost, as on a radio; every request of ours is repeated or timed out."""
        try:
            self.socket.send(data)
        except OSError:
            return


class TcpOut(Link):
    """Calls one address, again and again."""

    def __init__(self, spec: LinkSpec) -> None:
        super().__init__(spec, "calling")
        self._selector: selectors.BaseSelector | None = None
        self._calling: socket.socket | None = None
        self._stream: _Stream | None = None
        self._called_s = -math.inf
        self._address: tuple[int, tuple[str, int]] | None = None

    def open(self, selector: selectors.BaseSelector) -> None:
        """Look the host up; the call itself follows.

        Raises:
            GroundStationError: the host is not known.
        """
        try:
            # once: looked up with each call, a slow name server would hold up the loop
            found = socket.getaddrinfo(self.spec.host, self.spec.port, type=socket.SOCK_STREAM)[0]
        except OSError as error:
            raise GroundStationError(f"link '{self.text}': {error.strerror or error}; check the host name") from error
        self._address = (found[0], (str(found[4][0]), int(found[4][1])))
        self._selector = selector

    def tick(self, now_s: float) -> list[Chunk]:
        """Call when there is no connection."""
        # who has not answered yet may be far away: hung up too soon, it would never be reached
        wait_s = RETRY_S if self._calling is None else CONNECT_TIMEOUT_S
        if self._stream is None and now_s - self._called_s >= wait_s:
            self._called_s = now_s
            self._call()
        return []

    def close(self) -> None:
        """Hang up."""
        closed(self._calling, self._selector)
        self._calling = None
        if self._stream is not None:
            closed(self._stream.socket, self._selector)
            self._stream = self.peer = None

    def _call(self) -> None:
        assert self._selector is not None  # noqa: S101 - set by open
        assert self._address is not None  # noqa: S101 - set by open
        closed(self._calling, self._selector)
        family, address = self._address
        sock = self._calling = socket.socket(family, socket.SOCK_STREAM)
        _prepare(sock)
        # does not wait; the selector tells when the answer is there, see `_connected`
        code = sock.connect_ex(address)
        if code not in _CALL_BEGUN:
            sock.close()
            self._calling = None
            self.problem = f"no connection to {self.spec.host}:{self.spec.port}: {os.strerror(code)}"
            return
        self._selector.register(sock, selectors.EVENT_WRITE, self._connected)

    def _connected(self) -> list[Chunk]:
        assert self._selector is not None  # noqa: S101 - set by open
        # it may have been given up in the same turn of the loop
        sock, self._calling = self._calling, None
        if sock is None:
            return []
        self._selector.unregister(sock)
        # writable is what a failed call gets as well: its error tells which (POSIX, connect)
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            sock.close()
            self.problem = f"no connection to {self.spec.host}:{self.spec.port}; is the vehicle there?"
            return []
        self.problem = ""
        self._stream = _Stream(self.text, sock, f"{self.spec.host}:{self.spec.port}", is_known=True)
        self.peer = self._stream.peer
        self._selector.register(sock, selectors.EVENT_READ, self._read)
        return []

    def _read(self) -> list[Chunk]:
        stream = self._stream
        if stream is None:
            return []
        chunks, is_open = stream.read()
        if not is_open:
            self.problem = "the other side hung up; calling again"
            closed(stream.socket, self._selector)
            self._stream = self.peer = None
        return chunks


class TcpIn(Link):
    """Waits for calls; every caller is a peer."""

    def __init__(self, spec: LinkSpec) -> None:
        super().__init__(spec)
        self._selector: selectors.BaseSelector | None = None
        self._listener: socket.socket | None = None
        self._streams: set[_Stream] = set()

    def open(self, selector: selectors.BaseSelector) -> None:
        """Listen.

        Raises:
            GroundStationError: the address can't be had.
        """
        try:
            family = socket.AF_INET6 if ":" in self.spec.host else socket.AF_INET
            self._listener = socket.create_server((self.spec.host, self.spec.port), family=family, backlog=64)
        except OSError as error:
            raise GroundStationError(
                f"link '{self.text}': can't listen there ({error.strerror or error}); "
                + held_by(tcp_holder(self.spec.port), "is the port in use?")
            ) from error
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._selector = selector
        selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        """Hang up on everybody."""
        for stream in self._streams:
            closed(stream.socket, self._selector)
        self._streams.clear()
        closed(self._listener, self._selector)

    def _accept(self) -> list[Chunk]:
        assert self._listener is not None  # noqa: S101 - registered by open
        assert self._selector is not None  # noqa: S101 - set by open
        try:
            sock, address = self._listener.accept()
        except OSError:
            return []
        # accepted first: a call that nobody takes would wake the loop again and again
        if len(self._streams) >= MAX_PEERS:
            sock.close()
            self.forgotten += 1
            return []
        _prepare(sock)
        stream = _Stream(self.text, sock, f"{address[0]}:{address[1]}", is_known=False)
        self._streams.add(stream)
        self._selector.register(sock, selectors.EVENT_READ, lambda: self._read(stream))
        return []

    def _read(self, stream: _Stream) -> list[Chunk]:
        chunks, is_open = stream.read()
        if not is_open and self._selector is not None:
            closed(stream.socket, self._selector)
            self._streams.discard(stream)
        return chunks
