# SPDX-License-Identifier: Apache-2.0
"""Large payloads are handed on piece by piece while they come, whatever their pieces are."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstation.transport.arrivals import Arrivals
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Message
from groundstation.transport.large import WHOLE_BYTES, LargeWay
from groundstation.transport.mqtt_socket import MqttSocket
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild
from tests.support.waiting import Collector, wait_until
from tests.transport.test_mqtt_socket import LIMIT, PINGRESP, Network, publish


class Wanting:
    """Takes what comes, in memory; `refuses` and `fault` as the test likes."""

    def __init__(self) -> None:
        self.refuses = False
        self.fault = ""
        self.said: list[str] = []
        self.firsts: list[Message] = []
        self.wholes: list[bytes] = []
        self.most_bytes = 0
        self._now = bytearray()

    def begin(self, first: Message) -> bool:
        self.said.append("begin")
        if self.fault == "begin":
            raise RuntimeError("bug")
        self.firsts.append(first)
        self._now = bytearray(first.payload)
        return not self.refuses

    def more(self, data: bytes) -> None:
        if self.fault == "more":
            self.said.append("more")
            raise RuntimeError("bug")
        self.most_bytes = max(self.most_bytes, len(data))
        self._now += data

    def end(self) -> None:
        self.said.append("end")
        self.wholes.append(bytes(self._now))

    def break_off(self) -> None:
        self.said.append("broken")


class Reader:
    def __init__(self, *pieces: bytes, v5: bool = True) -> None:
        self.wanting = Wanting()
        self.quick: list[tuple[bytes, bytes, int, bool, bytes]] = []
        self.arrivals = Arrivals("echo", lambda _: None, lambda *_: None)
        way = LargeWay(self.wanting, self.arrivals, lambda told: (("length", str(len(told))),))
        self.network = Network(*pieces)
        self.socket = MqttSocket(
            self.network, LIMIT, lambda *told: self.quick.append(told), has_properties=v5, large=way
        )

    def library_bytes(self) -> bytes:
        data = b""
        while self.network.pieces:
            try:
                while part := self.socket.recv(7):
                    data += part
            except BlockingIOError:
                continue
        return data


GIANT = bytes(range(256)) * 20


def pieces_of(stream: bytes, size: int) -> list[bytes]:
    return [stream[start : start + size] for start in range(0, len(stream), size)]


@pytest.mark.parametrize("v5", [True, False])
@pytest.mark.parametrize("qos", [0, 1, 2])
@pytest.mark.parametrize("size", [1, 7, 200, 4_999, 100_000])
def test_all_of_a_giant_is_handed_on_and_its_neighbours_too(size: int, qos: int, v5: bool) -> None:
    stream = publish(b"a", b"before", v5=v5) + publish(b"big", GIANT, qos=qos, v5=v5, retain=1) + PINGRESP
    reader = Reader(*pieces_of(stream + publish(b"a", b"behind", v5=v5), size), v5=v5)
    library = reader.library_bytes()
    assert reader.wanting.wholes == [GIANT]
    assert reader.wanting.said == ["begin", "end"]
    (first,) = reader.wanting.firsts
    assert (first.topic, first.size_bytes, first.qos, first.retain) == ("big", len(GIANT), qos, True)
    assert 0 < len(first.payload) <= LIMIT
    assert [one[1] for one in reader.quick] == [b"before", b"behind"]
    # the library acknowledges what it sees of it
    assert len(library) == len(PINGRESP) + (3 + LIMIT if qos else 0)
    if qos:
        assert reader.socket.cut_of(1) == (1, len(GIANT) - len(first.payload), True)
    assert reader.arrivals.received == 1


@pytest.mark.parametrize("over", [0, 1])
def test_what_is_as_long_as_the_limit_is_no_giant(over: int) -> None:
    payload = b"x" * (LIMIT - 2 - 1 - 1 + over)
    reader = Reader(publish(b"t", payload))
    reader.library_bytes()
    assert len(reader.wanting.wholes) == over
    assert len(reader.quick) == 1 - over


@pytest.mark.parametrize("qos", [0, 1])
def test_what_nobody_wants_goes_by_its_beginning(qos: int) -> None:
    reader = Reader(publish(b"big", GIANT, qos=qos), PINGRESP)
    reader.wanting.refuses = True
    library = reader.library_bytes()
    assert reader.wanting.said == ["begin"]
    assert len(reader.quick) == (qos == 0)
    assert library.endswith(PINGRESP)
    if qos:
        cut = reader.socket.cut_of(1)
        assert cut is not None
        assert not cut.is_taken
    assert reader.arrivals.received == 0, "it is counted where it goes"


def test_a_connection_that_ends_in_the_middle_is_told_once() -> None:
    reader = Reader(publish(b"big", GIANT)[:3_000])
    reader.library_bytes()
    assert reader.wanting.said == ["begin"]
    reader.socket.close()
    reader.socket.close()
    assert reader.wanting.said == ["begin", "broken"]
    whole = Reader(publish(b"big", GIANT))
    whole.library_bytes()
    whole.socket.close()
    assert whole.wanting.said == ["begin", "end"]


@pytest.mark.parametrize("fault", ["begin", "more"])
def test_a_fault_of_who_wants_it_costs_this_one_alone(fault: str) -> None:
    reader = Reader(*pieces_of(publish(b"big", GIANT), 500))
    reader.wanting.fault = fault
    reader.library_bytes()
    assert reader.wanting.said == (["begin"] if fault == "begin" else ["begin", "more"])
    reader.wanting.fault = ""
    reader.network.pieces.append(publish(b"big", GIANT) + publish(b"a", b"behind"))
    reader.library_bytes()
    assert reader.wanting.wholes == [GIANT]
    assert reader.quick[-1][1] == b"behind"


def test_properties_longer_than_the_limit_are_no_payload() -> None:
    told = b"\x26\0\1k\1\0" + b"v" * 256
    body = b"\0\3big\0\7" + bytes([len(told) % 128 | 128, len(told) // 128]) + told + GIANT
    stream = bytes([0x32, len(body) % 128 | 128, len(body) // 128]) + body
    reader = Reader(*pieces_of(stream, 999), PINGRESP)
    reader.library_bytes()
    assert reader.wanting.said == []


@pytest.fixture
def wanting(mosquitto_broker: BrokerChild) -> Iterator[tuple[Wanting, Collector, MqttWorker]]:
    wants, collector = Wanting(), Collector()
    worker = MqttWorker(
        parse_broker_url(mosquitto_broker.url),
        client_id="wants",
        echo_topic="test/echo/wants",
        on_message=collector.on_message,
        on_status=collector.on_status,
        keeps_properties=True,
        large=wants,
    )
    worker.subscribe({"site/#": 1})
    worker.start()
    collector.wait_state(BusState.CONNECTED)
    yield wants, collector, worker
    worker.stop()


@pytest.mark.parametrize("qos", [0, 1])
def test_from_a_real_broker_it_comes_whole_in_small_pieces(
    mosquitto_broker: BrokerChild, wanting: tuple[Wanting, Collector, MqttWorker], tmp_path: Path, qos: int
) -> None:
    wants, collector, worker = wanting
    giant = tmp_path / "giant"
    giant.write_bytes(hashlib.shake_128(b"giant").digest(3_000_000))
    words = ["mosquitto_pub", "-V", "5", "-p", str(mosquitto_broker.port), "-q", str(qos)]
    subprocess.run([*words, "-t", "site/b", "-f", str(giant), "-D", "publish", "content-type", "x/y"], check=True)
    subprocess.run([*words, "-t", "site/small", "-m", "behind"], check=True)
    collector.wait_topic("site/small")
    wait_until(lambda: bool(wants.wholes))
    assert wants.wholes == [giant.read_bytes()]
    assert wants.most_bytes <= 512 * 1024
    assert len(wants.firsts[0].payload) <= WHOLE_BYTES
    assert wants.firsts[0].properties == (("ContentType", "x/y"),)
    assert [one.topic for one in collector.messages] == ["site/small"]
    assert worker.status.oversize == 0
