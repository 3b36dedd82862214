# SPDX-License-Identifier: Apache-2.0
"""A device that publishes one large message at QoS 1 and ends. Usage: python -m ... PORT TOPIC BYTES SEED.

Bytes on a socket (MQTT 3.1.1), made while they are sent, so that no memory holds them. Prints as JSON the SHA-256 of
the payload, seconds on the monotonic clock when it began, and when the broker acknowledged all of it.
"""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import time
from collections.abc import Iterator

PIECE_BYTES = 1 << 20
PATIENCE_S = 600.0


def pieces(size: int, seed: int) -> Iterator[bytes]:
    """A payload that nobody can pack: bytes of a generator, the same for the same seed."""
    block = hashlib.shake_128(b"%d" % seed).digest(PIECE_BYTES)
    for number in range(0, size, PIECE_BYTES):
        # no two alike, and made in no time
        yield (b"%020d" % number + block[20:])[: size - number]


def remaining_length(number: int) -> bytes:
    """Of a packet (MQTT 3.1.1, section 2.2.3)."""
    found = bytearray()
    while True:
        number, digit = divmod(number, 128)
        found.append(digit | (128 if number else 0))
        if not number:
            return bytes(found)


def main(port: int, topic: str, size: int, seed: int) -> None:
    """Send it."""
    digest, name = hashlib.sha256(), topic.encode()
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as line:
        # protocol MQTT, level 4, clean session, no keepalive; client id of the broker's choice
        line.sendall(b"\x10\x0c\0\4MQTT\4\2\0\0\0\0")
        read(line, 4)
        began_s = time.monotonic()
        line.sendall(b"\x32" + remaining_length(len(name) + 4 + size) + len(name).to_bytes(2, "big") + name + b"\0\1")
        for piece in pieces(size, seed):
            digest.update(piece)
            line.sendall(piece)
        read(line, 4)
        ended_s = time.monotonic()
        line.sendall(b"\xe0\0")
    sys.stdout.write(json.dumps({"sha256": digest.hexdigest(), "began_s": began_s, "ended_s": ended_s}))


def read(line: socket.socket, count: int) -> bytes:
    """So many bytes: an answer of the broker.

    Raises:
        ConnectionError: it ended.
    """
    found = b""
    while len(found) < count:
        data = line.recv(count - len(found))
        if not data:
            raise ConnectionError("the broker closed the connection; is there a limit to the size of messages?")
        found += data
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
