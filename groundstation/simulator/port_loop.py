# SPDX-License-Identifier: Apache-2.0
"""Waits for whatever may be read: the sockets of ports, and files of others. Runs on the simulator's thread."""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable, Sequence

from groundstation.simulator.engine.ports import Port


class PortLoop:
    """All ports of a simulator in one selector."""

    def __init__(self, ports: Sequence[Port]) -> None:
        self._ports = list(ports)
        self._selector = selectors.DefaultSelector()
        self._watched: dict[int, set[socket.socket]] = {}
        for port in self._ports:
            self._watch(port)

    def watch_file(self, number: int, on_readable: Callable[[], None]) -> None:
        """Call somebody while a file can be read.

        Args:
            number: the file's descriptor.
            on_readable: takes what waits there.
        """
        self._selector.register(number, selectors.EVENT_READ, on_readable)

    def forget_file(self, number: int) -> None:
        """Watch a file no longer; before it is closed."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(number)

    def take_input(self, timeout_s: float, now_s: float) -> None:
        """Wait for so long at most; what arrives meanwhile is answered at once."""
        answered: dict[int, Port] = {}
        for key, _ in self._selector.select(timeout_s):
            if not isinstance(key.data, Port):
                key.data()
                continue
            port = key.data
            if port.read(key.fileobj, now_s):  # type: ignore[arg-type]
                self._watch(port)
            answered[id(port)] = port
        # an answer that waited for the next tick would look like 20 ms of link delay
        for port in answered.values():
            if port.flush():
                self._watch(port)

    def flush(self) -> None:
        """Send what waits on every port."""
        for port in self._ports:
            if port.flush():
                self._watch(port)

    def close(self) -> None:
        """Close all ports; can be called again."""
        for port in self._ports:
            port.close()
        self._ports = []
        self._selector.close()

    def _watch(self, port: Port) -> None:
        """Bring the selector in line with a port's sockets."""
        wanted = set(port.sockets())
        watched = self._watched.setdefault(id(port), set())
        # a closed socket has lost its number, so it is looked for among the registered ones
        for gone in watched - wanted:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(gone)
        for new in wanted - watched:
            self._selector.register(new, selectors.EVENT_READ, port)
        self._watched[id(port)] = wanted
