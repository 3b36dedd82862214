# SPDX-License-Identifier: Apache-2.0
"""Wakes a thread that waits for the network: a pair of sockets, one of which it watches too. Any thread."""

from __future__ import annotations

import contextlib
import socket


class Wake:
    """Stays awake until it is cleared, however often it was woken."""

    def __init__(self) -> None:
        # a pair of sockets and no pipe: Windows can select on sockets only
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._read.fileno()

    def set(self) -> None:
        """Wake the thread; called by any other."""
        # full is awake already; closed has nobody to wake
        with contextlib.suppress(OSError):
            self._write.send(b"x")

    def clear(self) -> None:
        """Sleep again; called by the thread that was woken."""
        with contextlib.suppress(BlockingIOError):
            # all bytes at once, however often it was woken: one turn looks at everything
            while self._read.recv(4096):
                pass

    def close(self) -> None:
        """Give the sockets back."""
        self._write.close()
        self._read.close()
