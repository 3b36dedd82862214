# SPDX-License-Identifier: Apache-2.0
"""A socket that stands between the MQTT library and the network: reads in gulps, writes in batches, cuts giants.

Telemetry is QoS 0, thousands of messages a second; the library takes 58 us to receive and 17 us to send one (measured).
QoS 0 messages therefore take a short cut here, both ways; everything that needs an answer or an order of its own
(CONNECT, SUBSCRIBE, QoS 1, keepalive) stays with the library. A payload may be 256 MB: a PUBLISH above a limit is
shortened to its beginning, the rest is read and thrown away as it comes, or handed on piece by piece to who wants it
whole (docs/adr/0040). Used on the worker thread only. See docs/adr/0006. Sections below are of MQTT 5.
"""

from __future__ import annotations

import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from groundstation.transport.large import LargeWay

try:
    import fcntl
    import termios
except ImportError:  # Windows has neither
    fcntl = None  # type: ignore[assignment]

PUBLISH = 0x30
"""Packet type 3 in the upper half of the first byte (section 2.1.2)."""
QOS_BITS = 0x06
RETAIN_BIT = 0x01
READ_BYTES = 256 * 1024
READS_AT_ONCE = 8
"""Reads before the thread does something else."""
MAX_OUTGOING_BYTES = 4 * 1024 * 1024
LARGE_BYTES = 64 * 1024
"""A message of which so much came is a large one."""
LEAVING_S = 0.5
"""How long a broker may take to hang up after our DISCONNECT."""

Received = Callable[[bytes, bytes, int, bool, bytes], None]
"""Takes a QoS 0 message: topic (not decoded), payload, bytes missing from the payload, retain, properties as sent."""


class Cut(NamedTuple):
    """A PUBLISH that was let through to the library as its beginning alone."""

    number: int
    """Which, from 1."""
    missing_bytes: int
    is_taken: bool
    """Its rest is handed on piece by piece, and the beginning with it."""


class MqttSocket:
    """Wraps a connected, non-blocking socket (plain, TLS or WebSocket)."""

    def __init__(
        self,
        raw: Any,
        limit_bytes: int,
        on_received: Received,
        *,
        has_properties: bool,
        large: LargeWay | None = None,
    ) -> None:
        """Wrap a socket.

        Args:
            raw: with `recv`, `send`, `fileno`, `close`, and `pending` where it buffers by itself.
            limit_bytes: longest PUBLISH let through whole, its topic and properties included.
            on_received: called for each QoS 0 message.
            has_properties: True for MQTT 5, whose PUBLISH has properties.
            large: takes what is longer piece by piece; None where nobody does.
        """
        self._large = large
        self._is_taken = False
        """Whether what is left of a giant is handed on."""
        self._raw = raw
        self._limit = limit_bytes
        self._on_received = on_received
        self._has_properties = has_properties
        self._ready = bytearray()
        self._place = 0
        self._partial = bytearray()
        self._wanted_bytes = 0
        """Of the packet that has begun, as much of it as is kept; 0 where that is not known yet."""
        self._discard_bytes = 0
        self._outgoing = bytearray()
        self._is_at_end = False
        self.last_error: OSError | None = None
        """What ended the reading; the library tells its caller only that the connection is gone."""
        self.is_leaving = False
        """Set before the last packet: `close` then waits until the broker has taken everything."""
        self.given_bytes = 0
        """Bytes to be sent that were given to this socket."""
        self.received_bytes = 0
        """Bytes read from the network: the sign of life of the other side."""
        self.publishes = 0
        """PUBLISH packets let through to the library, cut or whole."""
        self.cuts: deque[Cut] = deque()
        """Those of them that were cut."""

    def cut_of(self, number: int) -> Cut | None:
        """What was cut from a PUBLISH let through to the library; None for one that is whole.

        Args:
            number: which, from 1; asked for in order.
        """
        return self.cuts.popleft() if self.cuts and self.cuts[0].number == number else None

    def publish(self, topic: bytes, payload: bytes, *, retain: bool) -> bool:
        """Queue a QoS 0 PUBLISH for the next `flush`; False when too much is waiting already."""
        if len(self._outgoing) > MAX_OUTGOING_BYTES:
            return False
        # a length of 0: only messages without properties take the short cut
        properties = b"\0" if self._has_properties else b""
        size = 2 + len(topic) + len(properties) + len(payload)
        head = (PUBLISH | retain).to_bytes(1, "big") + _remaining_length(size) + len(topic).to_bytes(2, "big")
        packet = b"".join((head, topic, properties, payload))
        self._outgoing += packet
        self.given_bytes += len(packet)
        return True

    def recv(self, size: int) -> bytes:
        """Bytes for the library, at most `size`; b"" at the end of the connection.

        Raises:
            BlockingIOError: nothing there yet.
        """
        if self._place >= len(self._ready):
            self._fill()
        data = bytes(self._ready[self._place : self._place + size])
        self._place += len(data)
        return data

    def send(self, data: bytes | bytearray) -> int:
        """Take bytes for the next `flush`.

        Raises:
            BlockingIOError: too much is waiting already.
        """
        if len(self._outgoing) > MAX_OUTGOING_BYTES:
            raise BlockingIOError
        self._outgoing += data
        self.given_bytes += len(data)
        return len(data)

    def flush(self) -> None:
        """Write what is waiting, as far as the network takes it.

        Raises:
            OSError: the connection is gone.
        """
        while self._outgoing:
            try:
                sent = self._raw.send(bytes(self._outgoing[:READ_BYTES]))
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if _would_block(error):
                    return
                raise
            if sent <= 0:
                return
            del self._outgoing[:sent]

    @property
    def has_outgoing(self) -> bool:
        """True while bytes wait for the network."""
        return bool(self._outgoing)

    def queued_bytes(self) -> int:
        """Bytes given and not acknowledged by the other side; only those still here where the system can't tell."""
        return len(self._outgoing) + _unacknowledged(self.fileno())

    @property
    def is_midway(self) -> bool:
        """True while a large message has come in part, or the rest of a cut one is being thrown away."""
        return self._discard_bytes > 0 or len(self._partial) > LARGE_BYTES

    def pending(self) -> int:
        """Bytes ready without waiting for the network."""
        ready = len(self._ready) - self._place
        # TLS reads whole records: bytes that it holds already make no descriptor readable
        return ready or (int(self._raw.pending()) if hasattr(self._raw, "pending") else 0)

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return int(self._raw.fileno())

    def setblocking(self, flag: bool) -> None:
        """As of a socket."""
        self._raw.setblocking(flag)

    def close(self) -> None:
        """Flush what can be flushed at once, then close."""
        if self._large is not None and self._is_taken:
            self._is_taken = False
            self._large.break_off()
        try:
            self.flush()
            if self.is_leaving:
                self._wait_for_end()
        except OSError:
            self._outgoing.clear()
        self._raw.close()

    def _wait_for_end(self) -> None:
        """Read on until the broker hangs up: closing with unread bytes would reset the connection, last words and all.

        Raises:
            OSError: the other side is gone already, or too slow.
        """
        plain = getattr(self._raw, "_socket", self._raw)  # paho's WebSocket hides the socket
        if not hasattr(plain, "shutdown"):
            return
        plain.shutdown(socket.SHUT_WR)
        plain.settimeout(LEAVING_S)
        give_up_s = time.monotonic() + LEAVING_S
        while time.monotonic() < give_up_s and plain.recv(READ_BYTES):
            pass

    def _fill(self) -> None:
        self._ready.clear()
        self._place = 0
        for _ in range(READS_AT_ONCE):
            if self._is_at_end:
                return
            try:
                data = self._raw.recv(READ_BYTES)
            except OSError as error:
                if _would_block(error):
                    raise BlockingIOError from None
                self.last_error = error
                raise
            if not data:
                self._is_at_end = True
                return
            self.received_bytes += len(data)
            self._take(data)
            if self._ready:
                return
        raise BlockingIOError

    def _take(self, data: bytes) -> None:
        """Sort packets: QoS 0 messages to the callback, all others to the library; an unfinished one is kept."""
        if self._wanted_bytes > len(self._partial) + len(data):
            # a giant grows where it lies: to join it anew with each gulp takes the longer the more of it came
            self._partial += data
            return
        buffer = bytes(self._partial) + data if self._partial else data
        self._partial, self._wanted_bytes = bytearray(), 0
        place, end = 0, len(buffer)
        while place < end:
            if self._discard_bytes:
                step = min(self._discard_bytes, end - place)
                self._pass_on(buffer, place, step)
                place += step
                continue
            header_end, remaining = _fixed_header(buffer, place, end)
            kept = self._kept(buffer[place], remaining)
            if header_end < 0 or end - header_end < kept:
                self._partial = bytearray(buffer[place:])
                self._wanted_bytes = 0 if header_end < 0 else header_end - place + kept
                return
            self._discard_bytes = remaining - kept
            self._sort(buffer, place, header_end, header_end + kept)
            place = header_end + kept

    def _pass_on(self, buffer: bytes, place: int, step: int) -> None:
        """Some more of a giant: to who wants it, or away."""
        self._discard_bytes -= step
        if self._large is not None and self._is_taken:
            self._large.more(buffer[place : place + step])
            if not self._discard_bytes:
                self._is_taken = False
                self._large.end()

    def _kept(self, first: int, remaining: int) -> int:
        return min(remaining, self._limit) if first & 0xF0 == PUBLISH else remaining

    def _sort(self, buffer: bytes, place: int, header_end: int, packet_end: int) -> None:
        first = buffer[place]
        if first & 0xF0 != PUBLISH:
            self._ready += buffer[place:packet_end]
        elif first & QOS_BITS:
            self.publishes += 1
            if self._discard_bytes:
                self._is_taken = self._numbered_is_taken(buffer, header_end, packet_end, first)
                self.cuts.append(Cut(self.publishes, self._discard_bytes, self._is_taken))
            # a cut packet gets the length of what is left of it, or the library would wait for the rest
            self._ready += buffer[place : place + 1] + _remaining_length(packet_end - header_end)
            self._ready += buffer[header_end:packet_end]
        else:
            self._receive(buffer, header_end, packet_end, bool(first & RETAIN_BIT))

    def _receive(self, buffer: bytes, start: int, end: int, retain: bool) -> None:
        """Take a QoS 0 PUBLISH.

        Raises:
            ConnectionError: the packet contradicts itself.
        """
        topic, properties, payload = self._parts(buffer, start, end, number_bytes=0)
        missing = self._discard_bytes
        if missing and self._large is not None:
            self._is_taken = self._large.begin(topic, payload, missing, 0, retain, properties)
        if not self._is_taken:
            self._on_received(topic, payload, missing, retain, properties)

    def _numbered_is_taken(self, buffer: bytes, start: int, end: int, first: int) -> bool:
        """Whether somebody wants the rest of a giant of QoS 1 or 2, whose beginning the library acknowledges."""
        if self._large is None:
            return False
        try:
            topic, properties, payload = self._parts(buffer, start, end, number_bytes=2)
        except ConnectionError:
            return False  # properties alone may be longer than the limit: the library says what it thinks of it
        qos, retain = (first & QOS_BITS) >> 1, bool(first & RETAIN_BIT)
        return self._large.begin(topic, payload, self._discard_bytes, qos, retain, properties)

    def _parts(self, buffer: bytes, start: int, end: int, *, number_bytes: int) -> tuple[bytes, bytes, bytes]:
        """Take a PUBLISH apart (section 3.3): topic, properties, payload. A malformed one is the broker's fault.

        Raises:
            ConnectionError: the packet contradicts itself.
        """
        topic_end = start + 2 + int.from_bytes(buffer[start : start + 2], "big")
        payload_start, properties = topic_end + number_bytes, b""
        if self._has_properties and payload_start < end:
            # the properties begin with their length, in the form of the fixed header's remaining length
            begin = payload_start
            after_length, length = _fixed_header(buffer, begin - 1, end)
            payload_start = after_length + length if after_length >= 0 else end + 1
            properties = buffer[begin:payload_start] if length else b""
        if topic_end > end or payload_start > end:
            raise ConnectionError("the broker sent a malformed PUBLISH")
        return buffer[start + 2 : topic_end], properties, buffer[payload_start:end]


def _unacknowledged(descriptor: int) -> int:
    """Bytes that the system holds for a connection (Linux, macOS: TIOCOUTQ); 0 where it does not say."""
    if fcntl is None:
        return 0
    try:
        answer = fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4))
    except (OSError, ValueError):
        return 0
    return int.from_bytes(answer, sys.byteorder)


def _fixed_header(buffer: bytes, place: int, end: int) -> tuple[int, int]:
    """Where the fixed header at `place` ends, and the remaining length (section 2.1.4); -1 when it is not all there.

    Raises:
        ConnectionError: a length of more than four bytes.
    """
    number = 0
    for step in range(1, 5):
        if place + step >= end:
            return -1, 0
        byte = buffer[place + step]
        number |= (byte & 0x7F) << (7 * (step - 1))
        if byte < 0x80:
            return place + step + 1, number
    raise ConnectionError("the broker sent a malformed packet length")


def _remaining_length(number: int) -> bytes:
    """Variable byte integer (MQTT 5, section 1.5.5)."""
    encoded = bytearray()
    while True:
        number, byte = number >> 7, number & 0x7F
        encoded.append(byte | 0x80 if number else byte)
        if not number:
            return bytes(encoded)


def _would_block(error: OSError) -> bool:
    """Whether a socket, TLS ones included, only says "not now"."""
    return isinstance(error, BlockingIOError | InterruptedError) or type(error).__name__ in (
        "SSLWantReadError",
        "SSLWantWriteError",
    )
