# SPDX-License-Identifier: Apache-2.0
"""Ports for programs that are told one. Tests run at once, so a port must be nobody else's until it is listened on.

They are below those that the system hands out by itself (Linux from 32768): between the death of a broker and its
return no connection of another test can come to sit on its port.
"""

from __future__ import annotations

import random
import socket

FIRST, LAST = 10_240, 32_000
_random = random.SystemRandom()


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def free_port(count: int = 1) -> int:
    """A port that nobody uses, TCP and UDP; the first of several in a row when `count` is more than one."""
    for _ in range(1_000):
        port = _random.randint(FIRST, LAST)
        if all(_is_free(port + step) for step in range(count)):
            return port
    raise AssertionError(f"no port between {FIRST} and {LAST} is free")
