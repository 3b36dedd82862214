# SPDX-License-Identifier: Apache-2.0
"""The other end of a link, and what every link offers. Bridge thread only."""

from __future__ import annotations

import abc
import selectors
import socket
from collections.abc import Callable

from groundstation.bridge.link_text import LinkSpec
from groundstation.fleet.status import Radio

READ_BYTES = 65_536
MAX_PEERS = 1_000
"""Peers of one listening link."""


class Peer:
    """One other end. A listening link has many, the others one."""

    def __init__(
        self, link: str, address: str, send: Callable[[bytes], None], *, is_known: bool, is_datagram: bool
    ) -> None:
        """Describe a peer.

        Args:
            link: the link's text.
            address: for the screen, `127.0.0.1:5501`.
            send: writes bytes to it; drops them when it can't.
            is_known: True when the operator named it; one that called us is known once an autopilot's heartbeat came.
            is_datagram: True when every read is whole frames.
        """
        self.link = link
        self.address = address
        self.is_known = is_known
        self.is_datagram = is_datagram
        self.is_closed = False
        self.frames = self.bytes = 0
        """What came of it."""
        self.damaged = 0
        """Frames of it that were refused."""
        self.radio: Radio | None = None
        """The last report of a telemetry radio on this link; it is about the link, whatever system id it uses."""
        self._send = send

    def send(self, data: bytes) -> None:
        """Write bytes; nothing is ever sent to a peer that we don't know."""
        if self.is_known and not self.is_closed:
            self._send(data)

    @property
    def name(self) -> str:
        """Link and address for the screen."""
        return self.link if self.address in self.link else f"{self.link} ({self.address})"


Chunk = tuple[Peer, bytes]
"""Bytes of a peer; b"" when it has gone."""


class Link(abc.ABC):
    """A way that bytes come and go. Never raises after `open`: trouble is in `problem`, and it tries again."""

    peer: Peer | None = None
    """The other end that the operator named, which may wait for our heartbeat before it says anything; None while it
    can't be reached, and on a link that listens or plays a file."""

    def __init__(self, spec: LinkSpec, problem: str = "") -> None:
        """Not open yet.

        Args:
            spec: what was asked for.
            problem: what is wrong until it works.
        """
        self.spec = spec
        self.text = spec.text
        """As the operator wrote it."""
        self.problem = problem
        """One line: why it doesn't work and what helps; empty when all is well."""
        self.port = spec.port
        """Where it listens, once open; the other side's where it calls, 0 where there is none."""
        self.is_ended = False
        """True when nothing will ever come again (the end of a file)."""
        self.forgotten = 0
        """Other ends that were given up because there were more than `MAX_PEERS`."""

    @property
    def is_recorded(self) -> bool:
        """It plays what was recorded: it can wait for a listener, and nothing can be sent to it."""
        return self.spec.is_recorded

    @property
    def was_empty(self) -> bool:
        """It has ended, and not one frame was in it."""
        return False

    @abc.abstractmethod
    def open(self, selector: selectors.BaseSelector) -> None:
        """Begin; what is registered with the selector reads all that is there, without waiting.

        Raises:
            GroundStationError: a listening address can't be had, or a host or file is not there.
        """

    def tick(self, now_s: float) -> list[Chunk]:
        """Reconnect, read what has no descriptor; called about fifty times a second. Nothing to do for most."""
        del now_s
        return []

    @abc.abstractmethod
    def close(self) -> None:
        """End; nothing of it stays registered with the selector."""


def closed(sock: socket.socket | None, selector: selectors.BaseSelector | None) -> None:
    """Close a socket that a loop may be waiting on.

    Args:
        sock: None for nothing to do.
        selector: of the loop that goes on; None where it never was registered.
    """
    if sock is None:
        return
    # a closed socket has no descriptor to be found by, and another socket gets its number
    if selector is not None and sock.fileno() >= 0 and sock in selector.get_map():
        selector.unregister(sock)
    sock.close()
