# SPDX-License-Identifier: Apache-2.0
"""A way between two programs that carries few bits and takes its time: a relay of TCP connections."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque

PIECE = 128
BUFFER = 4096
"""Of the system on each side; the least it takes, so that nearly nothing waits where it can't be seen."""


class SlowLink:
    """Listens on a port of its own and passes on what comes, both ways, slowly."""

    def __init__(self, target_port: int, bits_per_s: float, delay_s: float) -> None:
        """Begin to listen.

        Args:
            target_port: on 127.0.0.1.
            bits_per_s: of each direction.
            delay_s: from one end to the other.
        """
        self.bits_per_s, self.delay_s = bits_per_s, delay_s
        self.connections = 0
        self.carried = [0, 0]
        """Bytes to the target and back."""
        self._target = target_port
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="slow-link")]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket()
            far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            try:
                far.connect(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            self.connections += 1
            self._open += [near, far]
            for number, pair in enumerate(((near, far), (far, near))):
                self._threads.append(threading.Thread(target=self._pump, args=(*pair, number), name="slow-link"))
                self._threads[-1].start()

    def _pump(self, source: socket.socket, target: socket.socket, number: int) -> None:
        under_way: deque[tuple[float, bytes]] = deque()
        source.settimeout(0.02)
        free_s = time.monotonic()
        is_over = False
        with contextlib.suppress(OSError):
            while not is_over or under_way:
                now_s = time.monotonic()
                if now_s >= free_s and not is_over:
                    try:
                        data = source.recv(PIECE)
                        is_over = not data
                        free_s = max(free_s, now_s - 0.1) + len(data) * 8 / self.bits_per_s
                        under_way.append((now_s + self.delay_s, data))
                    except TimeoutError:
                        pass
                else:
                    time.sleep(min(0.02, max(0.0, free_s - now_s)))
                while under_way and under_way[0][0] <= time.monotonic():
                    data = under_way.popleft()[1]
                    target.sendall(data)
                    self.carried[number] += len(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End everything."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._open:
            one.close()
