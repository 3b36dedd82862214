# SPDX-License-Identifier: Apache-2.0
"""The connection on real brokers: what it promises, and what it does when they die, freeze, refuse or lie."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Outgoing
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild, mosquitto
from tests.support.ports import free_port
from tests.support.slow_link import SlowLink
from tests.support.waiting import Collector, soon_enough

TOPIC = "Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/ Nem-Sıcaklık/Nem"
Connect = Callable[..., tuple[MqttWorker, Collector]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    workers: list[MqttWorker] = []

    def make(url: str, name: str = "a", will: Outgoing | None = None, **filters: int) -> tuple[MqttWorker, Collector]:
        collector = Collector()
        worker = MqttWorker(
            parse_broker_url(url),
            client_id=f"{name}-{len(workers)}",
            echo_topic=f"test/echo/{name}{len(workers)}",
            on_message=collector.on_message,
            on_status=collector.on_status,
            will=will,
        )
        worker.subscribe(filters.get("filters", {}))
        workers.append(worker)
        worker.start()
        return worker, collector

    yield make
    for worker in workers:
        worker.stop()


def test_messages_of_both_qualities_arrive_whole(any_broker: BrokerChild, connect: Connect) -> None:
    worker, collector = connect(any_broker.url, filters={"t/#": 1, TOPIC: 0})
    collector.wait_state(BusState.CONNECTED)
    sent = [Outgoing("t/0", b"zero", 0), Outgoing("t/1", b"one", 1), Outgoing(TOPIC, b"45", 0), Outgoing("t/2", b"", 1)]
    assert worker.publish(sent) == 4
    collector.wait_for(lambda: len(collector.messages) >= 4)
    assert {(one.topic, one.payload) for one in collector.messages} == {(one.topic, one.payload) for one in sent}


def test_iotcore_is_spoken_to_in_3_1_1_and_mosquitto_in_5(any_broker: BrokerChild, connect: Connect) -> None:
    _, collector = connect(any_broker.url)
    collector.wait_state(BusState.CONNECTED)
    protocol = collector.statuses[-1][1].protocol
    assert protocol in ("MQTT 5", "MQTT 3.1.1")
    collector.wait_for(lambda: collector.statuses[-1][1].rtt_ms is not None)


def test_a_client_with_a_will_finds_every_broker_soon(any_broker: BrokerChild, connect: Connect) -> None:
    def connected() -> float:
        began_s = time.monotonic()
        _, collector = connect(any_broker.url, will=Outgoing("w/conn", b"gone", 1, retain=True))
        return collector.wait_state(BusState.CONNECTED) - began_s

    soon_enough(connected, 4.0)


def test_a_retained_message_says_so(any_broker: BrokerChild, connect: Connect) -> None:
    worker, collector = connect(any_broker.url, filters={"done": 1})
    collector.wait_state(BusState.CONNECTED)
    worker.publish([Outgoing("r/a", b"kept", 1, retain=True), Outgoing("r/q0", b"kept too", 0, retain=True)])
    worker.publish([Outgoing("done", b"", 1)])
    collector.wait_topic("done")
    _, late = connect(any_broker.url, name="late", filters={"r/#": 1})
    assert [one.retain for one in late.wait_topic("r/a")] == [True]
    assert [one.payload for one in late.wait_topic("r/q0")] == [b"kept too"]


def test_the_will_speaks_for_a_client_that_vanished(mosquitto_broker: BrokerChild, connect: Connect) -> None:
    _, watcher = connect(mosquitto_broker.url, name="watcher", filters={"w/#": 1})
    watcher.wait_state(BusState.CONNECTED)
    worker, collector = connect(mosquitto_broker.url, name="dies", will=Outgoing("w/conn", b"gone", 1, retain=True))
    collector.wait_state(BusState.CONNECTED)
    assert worker._connection is not None
    worker._connection.sock._raw.shutdown(2)
    assert watcher.wait_topic("w/conn")[0].payload == b"gone"


def test_nothing_is_kept_while_away_and_sent_later(any_broker: BrokerChild, connect: Connect) -> None:
    _, watcher = connect(any_broker.url, name="watcher", filters={"c/#": 1})
    watcher.wait_state(BusState.CONNECTED)
    worker, collector = connect(any_broker.url)
    collector.wait_state(BusState.CONNECTED)
    any_broker.kill()
    collector.wait_state(BusState.LOST)
    assert worker.publish([Outgoing("c/takeoff", b"stale", 1)]) == 0
    assert worker.publish([Outgoing("c/takeoff", b"stale", 0)]) == 0
    any_broker.start()
    collector.wait_state(BusState.CONNECTED, connections=2)
    watcher.wait_state(BusState.CONNECTED, connections=2)
    # an echo comes back only when the broker has taken the filters
    watcher.wait_for(lambda: watcher.statuses[-1][1].connections == 2 and watcher.statuses[-1][1].rtt_ms is not None)
    worker.publish([Outgoing("c/fresh", b"", 1)])
    watcher.wait_topic("c/fresh")
    assert not [one for one in watcher.messages if one.topic == "c/takeoff"]
    assert worker.status.refused == 2


def test_a_killed_broker_is_told_at_once_and_found_again(any_broker: BrokerChild, connect: Connect) -> None:
    back_s: list[float] = []

    def told() -> float:
        _, collector = connect(any_broker.url, filters={"t/#": 0})
        collector.wait_state(BusState.CONNECTED)
        killed_s = time.monotonic()
        any_broker.kill()
        told_s = collector.wait_state(BusState.LOST) - killed_s
        any_broker.start()
        began_s = time.monotonic()
        back_s.append(collector.wait_state(BusState.CONNECTED, connections=2) - began_s)
        # the wait before the second try is 2 s at most: a later one is no promise
        return max(told_s, back_s[-1] - 3.0)

    soon_enough(told, 2.0)


def test_a_frozen_broker_is_noticed_within_seven_seconds(mosquitto_broker: BrokerChild, connect: Connect) -> None:
    def noticed() -> float:
        _, collector = connect(mosquitto_broker.url)
        collector.wait_state(BusState.CONNECTED)
        collector.wait_for(lambda: collector.statuses[-1][1].rtt_ms is not None)
        frozen_s = time.monotonic()
        mosquitto_broker.send(signal.SIGSTOP)
        noticed_s = collector.wait_state(BusState.LOST) - frozen_s
        assert "silent" in collector.statuses[-1][1].reason or "answer" in collector.statuses[-1][1].reason
        mosquitto_broker.send(signal.SIGCONT)
        return noticed_s

    soon_enough(noticed, 7.5)


def test_a_subscription_can_be_added_and_taken_back(any_broker: BrokerChild, connect: Connect) -> None:
    worker, collector = connect(any_broker.url, filters={"end": 1})
    collector.wait_state(BusState.CONNECTED)
    worker.subscribe({"s/+": 1})
    worker.publish([Outgoing("s/during", b"", 1)])
    collector.wait_topic("s/during")
    worker.unsubscribe(["s/+"])
    worker.publish([Outgoing("s/after", b"", 1), Outgoing("end", b"", 1)])
    collector.wait_topic("end")
    assert [one.topic for one in collector.messages] == ["s/during", "end"]


def test_a_wrong_password_is_refused_in_words(tmp_path: Path, connect: Connect) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(passwords), "ayşe", "right"], check=True, capture_output=True)
    passwords.chmod(0o644)
    broker = mosquitto(tmp_path, f"password_file {passwords}").start()
    config = next(tmp_path.glob("*.conf"))
    broker.stop()
    config.write_text(config.read_text().replace("allow_anonymous true", "allow_anonymous false"))
    broker.start()
    try:
        host = f"127.0.0.1:{broker.port}"
        _, collector = connect(f"mqtt://ay%C5%9Fe:wrong@{host}")
        collector.wait_state(BusState.REFUSED)
        assert "password" in collector.statuses[-1][1].reason
        assert "wrong" not in str(collector.statuses)
        _, good = connect(f"mqtt://ay%C5%9Fe:right@{host}", name="good")
        good.wait_state(BusState.CONNECTED)
    finally:
        broker.stop()


def test_websockets(tmp_path: Path, connect: Connect) -> None:
    port = free_port()
    broker = mosquitto(tmp_path, f"listener {port} 127.0.0.1\nprotocol websockets").start()
    try:
        worker, collector = connect(f"ws://127.0.0.1:{port}", filters={"t": 0})
        collector.wait_state(BusState.CONNECTED)
        worker.publish([Outgoing("t", b"x" * 20_000)])
        assert collector.wait_topic("t")[0].payload == b"x" * 20_000
    finally:
        broker.stop()


def make_certificates(folder: Path) -> None:
    """A CA, a server certificate for 127.0.0.1 and a client certificate, by openssl."""

    def run(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
        "-subj", "/CN=test-ca")  # fmt: skip
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1")
    for name in ("server", "client"):
        run(
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
            "-subj",
            f"/CN={name}",
        )
        run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-out", f"{name}.pem", "-extfile", "san")  # fmt: skip
    for one in folder.iterdir():
        one.chmod(0o644)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificates with openssl")
@pytest.mark.long
def test_tls_with_ca_and_client_certificate(tmp_path: Path, connect: Connect) -> None:
    make_certificates(tmp_path)
    options = f"cafile {tmp_path}/ca.pem\ncertfile {tmp_path}/server.pem\nkeyfile {tmp_path}/server.key"
    wss = free_port()
    extra = f"require_certificate true\nlistener {wss} 127.0.0.1\nprotocol websockets\n{options}"
    broker = mosquitto(tmp_path, extra, listener=options).start()
    try:
        client = f"ca={tmp_path}/ca.pem&cert={tmp_path}/client.pem&key={tmp_path}/client.key"
        for url in (f"mqtts://127.0.0.1:{broker.port}?{client}", f"wss://127.0.0.1:{wss}?{client}"):
            worker, collector = connect(url, filters={"t": 0})
            collector.wait_state(BusState.CONNECTED)
            worker.publish([Outgoing("t", b"y" * 50_000)])
            assert collector.wait_topic("t")[0].payload == b"y" * 50_000
        _, stranger = connect(f"mqtts://127.0.0.1:{broker.port}")
        stranger.wait_for(lambda: any("certificate" in one.reason for _, one in stranger.statuses))
        assert all(one.state is not BusState.CONNECTED for _, one in stranger.statuses)
        _, bare = connect(f"mqtts://127.0.0.1:{broker.port}?ca={tmp_path}/ca.pem")
        # the broker refuses after the handshake, which is only seen where somebody reads on
        bare.wait_for(lambda: any("?cert=FILE&key=FILE" in one.reason for _, one in bare.statuses))
        assert all(one.state is not BusState.CONNECTED for _, one in bare.statuses)
    finally:
        broker.stop()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mqtt://127.0.0.1:1", "nothing listens"),
        ("mqtt://no-such-host.invalid", "not known"),
        ("mqtts://127.0.0.1:1?ca=/no/such/file", "no file"),
    ],
)
def test_a_broker_that_can_not_be_had_is_told_in_words(url: str, words: str, connect: Connect) -> None:
    _, collector = connect(url)
    collector.wait_for(lambda: any(words in one.reason for _, one in collector.statuses))


def test_a_fault_in_a_subscriber_does_not_end_the_connection(mosquitto_broker: BrokerChild, connect: Connect) -> None:
    worker, collector = connect(mosquitto_broker.url, filters={"t/#": 1})
    collector.wait_state(BusState.CONNECTED)
    good = worker._arrivals.on_message

    def faulty(message: object) -> None:
        worker._arrivals.on_message = good
        raise RuntimeError("bug")

    worker._arrivals.on_message = faulty
    worker.publish([Outgoing("t/1", b"", 1), Outgoing("t/2", b"", 0)])
    collector.wait_for(lambda: len(collector.messages) == 1)
    assert worker.status.connections == 1


@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.long
def test_256_mb_pass_by_without_being_kept(
    mosquitto_broker: BrokerChild, connect: Connect, tmp_path: Path, qos: int
) -> None:
    """The largest payload that MQTT has; the memory of this process must not follow it."""
    _, collector = connect(mosquitto_broker.url, filters={"big/#": 1})
    collector.wait_state(BusState.CONNECTED)
    size = 268_435_455 - 100
    giant = tmp_path / "giant"
    with giant.open("wb") as file:
        file.truncate(size)
    before = peak = psutil.Process().memory_info().rss
    words = ["-p", str(mosquitto_broker.port), "-q", str(qos), "-t", "big/one", "-f", str(giant)]
    while not collector.messages:
        # a broker that a busy machine kept from a word for six seconds was given up, rightly: once more
        connections = collector.statuses[-1][1].connections
        sender = subprocess.Popen(["mosquitto_pub", *words])
        while sender.poll() is None or not (collector.messages or collector.statuses[-1][1].connections > connections):
            peak = max(peak, psutil.Process().memory_info().rss)
            time.sleep(0.01)
    (message,) = collector.wait_topic("big/one")
    assert message.size_bytes == size
    assert len(message.payload) < 200_000
    assert peak - before < 30_000_000
    assert collector.statuses[-1][1].connections == connections


def test_the_last_words_before_the_end_arrive(any_broker: BrokerChild, connect: Connect) -> None:
    _, watcher = connect(any_broker.url, name="watcher", filters={"w/#": 1})
    watcher.wait_state(BusState.CONNECTED)
    heard = 0
    for number in range(60):
        worker, collector = connect(any_broker.url, name="ends")
        collector.wait_state(BusState.CONNECTED)
        worker.publish([Outgoing(f"w/{number}/{one}", b"dead", 1, retain=True) for one in range(20)])
        began_s = time.monotonic()
        worker.stop()
        if time.monotonic() - began_s >= 1.0:
            continue  # a broker that takes longer than a second to answer is not waited for, which is as it should be
        for one in range(20):
            watcher.wait_topic(f"w/{number}/{one}")
        heard += 1
        if heard == 10:
            break
    assert heard


def test_a_broker_that_ends_while_we_connect_anew_is_tried_again_with_pauses(
    mosquitto_broker: BrokerChild, connect: Connect
) -> None:
    worker, collector = connect(mosquitto_broker.url)
    collector.wait_state(BusState.CONNECTED)
    mosquitto_broker.kill()
    worker.renew()
    collector.wait_state(BusState.LOST)
    tries = len(collector.statuses) + 3
    collector.wait_for(lambda: len(collector.statuses) >= tries)
    times = [at_s for at_s, _ in collector.statuses[-3:]]
    assert times[-1] - times[0] > 0.1, "not at once, over and over"


def test_what_was_taken_while_we_connect_anew_was_sent(mosquitto_broker: BrokerChild, connect: Connect) -> None:
    link = SlowLink(mosquitto_broker.port, 1_000_000.0, 0.3)
    try:
        worker, collector = connect(f"mqtt://127.0.0.1:{link.port}")
        collector.wait_state(BusState.CONNECTED)
        worker.renew()
        refused = 0
        while worker.status.connections < 2:
            refused += 1 - worker.publish([Outgoing("t/cmd/req", b"return", 1)])
            time.sleep(0.001)
        collector.wait_state(BusState.CONNECTED, connections=2)
        assert worker.status.refused == refused
    finally:
        link.close()


SLOW_BITS_PER_S, SLOW_DELAY_S = 20_000.0, 0.3
TRIP_ECHOES = 12


@pytest.mark.long
def test_on_a_way_slower_than_telemetry_orders_pass_and_the_broker_is_kept(
    mosquitto_broker: BrokerChild, connect: Connect
) -> None:
    """20 kbit/s and 300 ms; four times as much is said. Answers come, telemetry is thinned, nothing is given up."""
    link = SlowLink(mosquitto_broker.port, SLOW_BITS_PER_S, SLOW_DELAY_S)
    try:
        _, far = connect(mosquitto_broker.url, filters={"sim/#": 1})
        far.wait_state(BusState.CONNECTED)
        worker, near = connect(f"mqtt://127.0.0.1:{link.port}")
        near.wait_state(BusState.CONNECTED)
        echoes: set[float | None] = set()
        number = 0
        give_up_s = time.monotonic() + 240.0
        while len(echoes) < TRIP_ECHOES and time.monotonic() < give_up_s:
            worker.publish([Outgoing(f"sim/a/tlm/{name}", f"{number} {'x' * 500}".encode()) for name in "abcd"])
            worker.publish([Outgoing("sim/a/state", f"{number} {'x' * 200}".encode(), 1, retain=True)])
            if number % 5 == 0:
                worker.publish([Outgoing("sim/a/cmd/ack", str(number).encode(), 1)])
            number += 1
            echoes.add(worker.status.rtt_ms)
            time.sleep(0.2)  # the rate at which is spoken is what is tried
        status = worker.status
        answers = [str(one) for one in range(0, number, 5)]
        far.wait_topic("sim/a/cmd/ack", len(answers))
        assert len(echoes) >= TRIP_ECHOES
        assert status.connections == 1, "never given up"
        assert [one.payload.decode() for one in far.messages if one.topic == "sim/a/cmd/ack"] == answers
        heard = {one.topic for one in far.messages}
        assert {f"sim/a/tlm/{name}" for name in "abcd"} <= heard, "every stream has its turn"
        assert status.thinned > number, "most of it gave way"
        assert status.is_slow
        assert status.bytes_per_s is not None
        assert status.bytes_per_s < SLOW_BITS_PER_S / 8 * 2
    finally:
        link.close()
