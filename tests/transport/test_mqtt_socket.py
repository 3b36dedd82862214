# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import contextlib
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.transport.mqtt_socket import MqttSocket

LIMIT = 200


class Network:
    """A socket whose bytes come in the pieces that they were put in."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = deque(pieces)
        self.sent = bytearray()
        self.takes = 10**9

    def recv(self, size: int) -> bytes:
        if not self.pieces:
            raise BlockingIOError
        return self.pieces.popleft()

    def send(self, data: bytes) -> int:
        if self.takes == 0:
            raise BlockingIOError
        part = data[: self.takes]
        self.sent += part
        self.takes -= len(part)
        return len(part)

    def close(self) -> None:
        return


def length(number: int) -> bytes:
    encoded = bytearray()
    while True:
        number, byte = divmod(number, 128)
        encoded.append(byte | (128 if number else 0))
        if not number:
            return bytes(encoded)


def publish(topic: bytes, payload: bytes, qos: int = 0, v5: bool = True, retain: int = 0) -> bytes:
    body = len(topic).to_bytes(2, "big") + topic + (b"\0\7" if qos else b"") + (b"\0" if v5 else b"") + payload
    return bytes([0x30 | qos << 1 | retain]) + length(len(body)) + body


class Reader:
    def __init__(self, network: Network, v5: bool = True) -> None:
        self.received: list[tuple[bytes, bytes, int, bool, bytes]] = []
        self.socket = MqttSocket(network, LIMIT, lambda *all_: self.received.append(all_), has_properties=v5)

    def library_bytes(self) -> bytes:
        data = b""
        while True:
            try:
                part = self.socket.recv(7)
            except BlockingIOError:
                if not self.socket._raw.pieces:
                    return data
                continue
            if not part:
                return data
            data += part


PINGRESP = b"\xd0\0"


@given(st.lists(st.integers(1, 60), max_size=40), st.booleans())
def test_packets_cut_anywhere_are_sorted(sizes: list[int], v5: bool) -> None:
    quick = publish(b"a/b", b"hello", v5=v5)
    slow = publish(b"c", b"x" * 150, qos=1, v5=v5)
    stream = quick + PINGRESP + slow + quick + publish(b"d", b"", v5=v5, retain=1) + PINGRESP
    pieces, place = [], 0
    for size in sizes:
        pieces.append(stream[place : place + size])
        place += size
    reader = Reader(Network(*[one for one in (*pieces, stream[place:]) if one]), v5)
    assert reader.library_bytes() == PINGRESP + slow + PINGRESP
    assert reader.received == [
        (b"a/b", b"hello", 0, False, b""),
        (b"a/b", b"hello", 0, False, b""),
        (b"d", b"", 0, True, b""),
    ]


@pytest.mark.parametrize("qos", [0, 1])
def test_a_giant_is_cut_to_its_beginning(qos: int) -> None:
    giant = publish(b"big", b"A" * 100_000, qos=qos)
    pieces = [giant[start : start + 999] for start in range(0, len(giant), 999)]
    reader = Reader(Network(*pieces, PINGRESP))
    library = reader.library_bytes()
    if qos == 0:
        assert library == PINGRESP
        ((topic, payload, missing, _, _),) = reader.received
        assert (topic, len(payload) + missing) == (b"big", 100_000)
        assert len(payload) < LIMIT
    else:
        assert library[-2:] == PINGRESP
        assert len(library) == 2 + 1 + 2 + LIMIT
        (cut,) = reader.socket.cuts
        assert cut[0] == 1
        assert LIMIT - 2 - 3 - 2 - 1 + cut[1] == 100_000


def test_properties_are_handed_over_and_are_no_payload() -> None:
    properties = b"\x02\0\0\0\x05\x03\0\3abc"
    body = b"\0\1t" + length(len(properties)) + properties + b"payload"
    reader = Reader(Network(b"\x30" + length(len(body)) + body))
    reader.library_bytes()
    assert reader.received == [(b"t", b"payload", 0, False, length(len(properties)) + properties)]


@pytest.mark.parametrize("bad", [b"\x30\x03\0\x09t", b"\x30\xff\xff\xff\xff\x01", b"\x30\x04\0\1t\x7f"])
def test_a_packet_that_contradicts_itself_ends_the_connection(bad: bytes) -> None:
    with pytest.raises(ConnectionError, match="malformed"):
        Reader(Network(bad)).socket.recv(10)


def test_what_is_published_reads_back() -> None:
    network = Network()
    socket = MqttSocket(network, LIMIT, lambda *_: None, has_properties=True)
    assert socket.publish("KTÜ/Nem".encode(), b"45", retain=False)
    assert socket.send(PINGRESP) == 2
    socket.flush()
    assert not socket.has_outgoing
    reader = Reader(Network(bytes(network.sent)))
    assert reader.library_bytes() == PINGRESP
    assert reader.received == [("KTÜ/Nem".encode(), b"45", 0, False, b"")]


def test_a_network_that_takes_little_gets_the_rest_later() -> None:
    network = Network()
    network.takes = 3
    socket = MqttSocket(network, LIMIT, lambda *_: None, has_properties=False)
    socket.send(b"abcdef")
    socket.flush()
    assert bytes(network.sent) == b"abc"
    assert socket.has_outgoing
    network.takes = 100
    socket.flush()
    assert bytes(network.sent) == b"abcdef"


def test_a_full_queue_refuses() -> None:
    network = Network()
    network.takes = 0
    socket = MqttSocket(network, LIMIT, lambda *_: None, has_properties=False)
    while socket.publish(b"t", b"x" * 100_000, retain=False):
        pass
    with pytest.raises(BlockingIOError):
        socket.send(b"x")
    assert len(socket._outgoing) < 5_000_000


def test_the_beginning_of_a_giant_grows_where_it_lies_and_is_midway_meanwhile() -> None:
    given, got = bytearray(), []

    class Raw:
        def recv(self, size: int) -> bytes:
            if not given:
                raise BlockingIOError
            data = bytes(given[:size])
            del given[:size]
            return data

    sock = MqttSocket(Raw(), 1_000_000, lambda *told: got.append(told), has_properties=False)
    payload = bytes(range(256)) * 12_000
    size = 3 + len(payload)
    packet = (
        b"\x30"
        + bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127 | 128, size >> 21])
        + b"\0\1a"
        + payload
    )
    joined = []
    for start in range(0, len(packet), 50_000):
        given += packet[start : start + 50_000]
        with contextlib.suppress(BlockingIOError):
            sock.recv(1)
        joined.append(sock.is_midway)
    assert joined[2:-1] == [True] * (len(joined) - 3)
    assert not sock.is_midway
    ((topic, kept, missing, _, _),) = got
    assert (topic, kept, missing) == (b"a", payload[: 1_000_000 - 3], len(payload) - 1_000_000 + 3)
