# SPDX-License-Identifier: Apache-2.0
"""The bridge on a real broker: births, deaths, its will, resync requests; and its heartbeat to the vehicles."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from groundstation.bridge import service
from groundstation.bridge.link_text import parse_link
from groundstation.bridge.service import TICK_S, BridgeService, BridgeSettings, bridge_will
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.frames import FrameParser
from groundstation.transport import payloads, topics
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from groundstation.transport.leaves import leaf_of
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus
from tests.support.vehicles import Autopilot
from tests.support.waiting import Collector, wait_until

EVERYTHING = {"fleet/#": 1}
VEHICLE_LEAVES = ("conn", "info", "state")


class Running:
    """A bridge on `udpin` in a thread, with its own connection, and vehicles that talk to it."""

    def __init__(self, url: str) -> None:
        will = bridge_will("fleet", "br")
        self.worker = MqttWorker(
            parse_broker_url(url),
            client_id=f"bridge-{id(self)}",
            echo_topic="fleet/_bridge/br/echo",
            on_message=self._on_message,
            on_status=self._on_status,
            will=will.message,
        )
        settings = BridgeSettings(links=(parse_link("udpin:127.0.0.1:0"),), root="fleet", bridge_id="br")
        self.service = BridgeService(settings, self.worker, will.session)
        self.service.open()
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self.service.run, args=(self.stopping,), name="bridge")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        link: Any = self.service.links[0]
        self._address = ("127.0.0.1", link.port)
        self.worker.start()
        self._thread.start()

    def _on_message(self, message: Message) -> None:
        self.service.on_message(message)

    def _on_status(self, status: BusStatus) -> None:
        self.service.on_status(status)

    def say(self, *frames: bytes) -> None:
        for frame in frames:
            self._socket.sendto(frame, self._address)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def vanish(self) -> None:
        """As `kill -9`: the connection ends without a word, and nobody connects again."""
        assert self.worker._connection is not None
        self.worker._connection.sock._raw.shutdown(socket.SHUT_RDWR)
        self.worker._stopping.set()

    def stop(self) -> None:
        self.stopping.set()
        self._thread.join(5.0)
        self.worker.stop()
        self._socket.close()


@pytest.fixture
def bridge(mosquitto_broker: BrokerChild) -> Iterator[Running]:
    running = Running(mosquitto_broker.url)
    wait_until(lambda: running.service._connections == 1 and not running.service._was_connected.is_set())
    yield running
    running.stop()


Watch = Callable[..., tuple[MqttWorker, Collector]]


@pytest.fixture
def watch(mosquitto_broker: BrokerChild) -> Iterator[Watch]:
    made: list[MqttWorker] = []

    def make() -> tuple[MqttWorker, Collector]:
        collector = Collector()
        name = f"watch-{len(made)}"
        worker = MqttWorker(
            parse_broker_url(mosquitto_broker.url),
            client_id=name,
            echo_topic=f"echo/{name}",
            on_message=collector.on_message,
            on_status=collector.on_status,
        )
        worker.subscribe(EVERYTHING)
        made.append(worker)
        worker.start()
        collector.wait_state(BusState.CONNECTED)
        return worker, collector

    yield make
    for worker in made:
        worker.stop()


def content(message: Message) -> Any:
    topic = topics.parse(message.topic)
    assert topic is not None
    leaf = leaf_of(topic)
    assert leaf is not None
    return payloads.decode(leaf, message.payload).d


def last(collector: Collector, topic: str) -> Any:
    found = [one for one in collector.messages if one.topic == topic]
    return content(found[-1]) if found else None


def is_state(collector: Collector, topic: str, state: LinkState, reason: ConnReason) -> bool:
    found = last(collector, topic)
    return found is not None and (found.state, found.reason) == (state, reason)


def test_births_are_retained_for_who_comes_later(bridge: Running, watch: Watch) -> None:
    _, early = watch()
    bridge.say(Autopilot(1).heartbeat(), Autopilot(2).heartbeat())
    for vehicle in ("uav-1", "uav-2"):
        for leaf in VEHICLE_LEAVES:
            early.wait_topic(f"fleet/{vehicle}/{leaf}")
    _, late = watch()
    for topic in ("fleet/_bridge/br/conn", *(f"fleet/uav-2/{leaf}" for leaf in VEHICLE_LEAVES)):
        assert late.wait_topic(topic)[0].retain, topic
    assert is_state(late, "fleet/_bridge/br/conn", LinkState.ONLINE, ConnReason.BRIDGE_STARTED)
    births = [content(one) for one in early.messages if one.topic == "fleet/uav-1/conn"]
    assert (births[0].state, births[0].reason) == (LinkState.ONLINE, ConnReason.DISCOVERED)
    assert last(late, "fleet/uav-1/conn").via == "br"
    assert not [one for one in late.messages if one.retain and "/tlm/" in one.topic], "telemetry is not retained"


def test_the_will_of_a_killed_bridge_speaks_in_its_session(bridge: Running, watch: Watch) -> None:
    _, watcher = watch()
    birth = watcher.wait_topic("fleet/_bridge/br/conn")[0]
    bridge.vanish()
    watcher.wait_for(lambda: is_state(watcher, "fleet/_bridge/br/conn", LinkState.OFFLINE, ConnReason.BRIDGE_LOST))
    death = [one for one in watcher.messages if one.topic == "fleet/_bridge/br/conn"][-1]
    assert json.loads(death.payload)["sid"] == json.loads(birth.payload)["sid"]
    _, late = watch()
    assert late.wait_topic("fleet/_bridge/br/conn")[0].retain
    assert is_state(late, "fleet/_bridge/br/conn", LinkState.OFFLINE, ConnReason.BRIDGE_LOST)


def test_stop_tells_the_death_of_every_vehicle_and_of_the_bridge(bridge: Running, watch: Watch) -> None:
    _, watcher = watch()
    bridge.say(Autopilot(1).heartbeat(), Autopilot(2).heartbeat())
    watcher.wait_topic("fleet/uav-2/state")
    bridge.stop()
    for topic in ("fleet/uav-1/conn", "fleet/uav-2/conn", "fleet/_bridge/br/conn"):
        watcher.wait_for(lambda topic=topic: is_state(watcher, topic, LinkState.OFFLINE, ConnReason.BRIDGE_STOPPED))


def counts(collector: Collector) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in list(collector.messages):
        found[one.topic] = found.get(one.topic, 0) + 1
    return found


def test_a_fleet_wide_request_is_answered_by_all(bridge: Running, watch: Watch) -> None:
    worker, watcher = watch()
    bridge.say(Autopilot(1).heartbeat(), Autopilot(2).heartbeat())
    watcher.wait_topic("fleet/uav-2/state")
    watcher.wait_topic("fleet/uav-1/state")
    before = counts(watcher)
    worker.publish([Outgoing(topics.sync_all("fleet"), b"{}", 1)])
    wanted = ["fleet/_bridge/br/conn", *(f"fleet/uav-{n}/{leaf}" for n in (1, 2) for leaf in ("conn", "info"))]
    watcher.wait_for(lambda: all(counts(watcher).get(one, 0) > before[one] for one in wanted))


def test_a_request_for_one_vehicle_is_answered_for_it_alone(bridge: Running, watch: Watch) -> None:
    worker, watcher = watch()
    bridge.say(Autopilot(1).heartbeat(), Autopilot(2).heartbeat(), Autopilot(2).text("late"))
    watcher.wait_topic("fleet/uav-2/evt")
    for leaf in VEHICLE_LEAVES:
        watcher.wait_topic(f"fleet/uav-2/{leaf}")
    watcher.wait_topic("fleet/uav-1/info")
    before = counts(watcher)
    worker.publish([Outgoing("fleet/uav-2/sync/req", b'{"from_event": 0}', 1)])
    watcher.wait_for(lambda: counts(watcher)["fleet/uav-2/evt"] >= 2)
    for leaf in VEHICLE_LEAVES:
        topic = f"fleet/uav-2/{leaf}"
        watcher.wait_for(lambda topic=topic: counts(watcher)[topic] > before[topic])
    assert counts(watcher)["fleet/uav-1/info"] == before["fleet/uav-1/info"]


def test_a_retained_request_is_refused(bridge: Running, watch: Watch) -> None:
    worker, watcher = watch()
    bridge.say(Autopilot(1).heartbeat())
    watcher.wait_topic("fleet/uav-1/state")
    before = counts(watcher)
    kept = Message("fleet/uav-1/sync/req", b"{}", 2, 1, True, 0.0)
    bridge.service.on_message(kept)
    wait_until(lambda: not bridge.service._waiting)
    worker.publish([Outgoing("fleet/uav-1/end", b"", 1)])
    watcher.wait_topic("fleet/uav-1/end")
    assert counts(watcher)["fleet/uav-1/info"] == before["fleet/uav-1/info"]


NO_REQUESTS = (
    b"",
    b"{",
    b"\xff\xfe",
    b"null",
    b"[1]",
    b'{"from_event": "x"}',
    b'{"from_event": 1e99}',
    b"[" * 60_000,
    b'{"x": ' + b"[" * 60_000,
    b"9" * 9_000,
)


def test_a_request_that_is_no_json_is_answered_like_an_empty_one(bridge: Running, watch: Watch) -> None:
    worker, watcher = watch()
    bridge.say(Autopilot(1).heartbeat())
    watcher.wait_topic("fleet/uav-1/info")
    for number, payload in enumerate(NO_REQUESTS):
        worker.publish([Outgoing("fleet/uav-1/sync/req", payload, 1)])
        watcher.wait_topic("fleet/uav-1/info", number + 2)
    assert bridge.is_running


def test_births_are_told_again_to_a_broker_that_forgot(
    mosquitto_broker: BrokerChild, bridge: Running, watch: Watch
) -> None:
    _, watcher = watch()
    autopilot = Autopilot(1)
    bridge.say(autopilot.heartbeat())
    watcher.wait_topic("fleet/uav-1/state")
    mosquitto_broker.kill()
    watcher.wait_state(BusState.LOST)
    mosquitto_broker.start()
    _, late = watch()
    bridge.say(autopilot.heartbeat())
    for leaf in VEHICLE_LEAVES:
        late.wait_topic(f"fleet/uav-1/{leaf}")
    late.wait_topic("fleet/_bridge/br/conn")
    assert last(late, "fleet/uav-1/conn").via == "br"


# ---- the heartbeat, which needs no broker ----


class Turns:
    """A bridge on two links, turned by hand, and the vehicles' ends."""

    def __init__(self, stack: contextlib.ExitStack, rate_scale: float = 1.0) -> None:
        self.known, self.silent, self.caller = (
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(3)
        )
        for sock in (self.known, self.silent, self.caller):
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
        texts = ("udpin:127.0.0.1:0", f"udpout:127.0.0.1:{self.caller.getsockname()[1]}")
        settings = BridgeSettings(
            links=tuple(parse_link(text) for text in texts), root="fleet", bridge_id="br", rate_scale=rate_scale
        )
        # a turn waits for nothing: time is ours
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(service, "TICK_S", 0.0)
        self.clock, self.bus = ManualClock(), FakeBus()
        self.service = BridgeService(settings, self.bus, "session", self.clock)
        self.service.open()
        stack.callback(self.service._end)
        link: Any = self.service.links[0]
        self.known.sendto(Autopilot(1).heartbeat(), ("127.0.0.1", link.port))
        self.silent.sendto(b"\xfe\x00", ("127.0.0.1", link.port))

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.clock.advance(TICK_S)
            self.service.step()

    def until(self, is_true: Callable[[], bool]) -> None:
        def turned() -> bool:
            self.run(TICK_S)
            return is_true()

        wait_until(turned)

    def heartbeats(self, sock: socket.socket) -> int:
        parser, count = FrameParser(), 0
        with contextlib.suppress(BlockingIOError):
            while True:
                count += sum(one.msgid == MSGIDS["HEARTBEAT"] for one in parser.feed(sock.recv(65_536)))
        return count


def test_our_heartbeat_goes_once_a_second_to_known_peers_and_ends_with_the_loop() -> None:
    with contextlib.ExitStack() as stack:
        turns = Turns(stack)
        turns.run(9.5)
        assert turns.heartbeats(turns.caller) == 10
        assert turns.heartbeats(turns.known) in (9, 10), "the first after it was heard"
        with pytest.raises(BlockingIOError):
            turns.silent.recv(100)
        turns.clock.advance(1.2)  # the loop hangs: whoever waits for our heartbeat must notice
        assert turns.heartbeats(turns.caller) == turns.heartbeats(turns.known) == 0
        turns.service.step()
        assert turns.heartbeats(turns.caller) == 1


@pytest.mark.parametrize(("rate_scale", "count"), [(0.5, 10), (4.0, 39)])
def test_our_heartbeat_comes_more_often_in_hurried_time_and_never_more_seldom(rate_scale: float, count: int) -> None:
    with contextlib.ExitStack() as stack:
        turns = Turns(stack, rate_scale)
        turns.run(9.7)
        assert abs(turns.heartbeats(turns.caller) - count) <= 2


def told(turns: Turns, topic: str) -> int:
    return sum(one.topic == topic for one in turns.bus.sent)


def test_a_fleet_wide_request_is_answered_within_two_seconds_each_bridge_at_its_own_moment() -> None:
    waits_s = []
    with contextlib.ExitStack() as stack:
        turns = Turns(stack)
        turns.until(lambda: bool(turns.service.hearing.vehicles))
        for _ in range(60):
            before, began_s = told(turns, "fleet/_bridge/br/conn"), turns.clock()
            turns.service.on_message(Message(topics.sync_all("fleet"), b"{}", 2, 1, False, 0.0))
            while told(turns, "fleet/_bridge/br/conn") == before:
                turns.run(TICK_S)
            waits_s.append(turns.clock() - began_s)
    assert max(waits_s) <= 2.0 + 2 * TICK_S
    # of sixty that are spread evenly one is nearly always among the last and one among the first tenth
    assert max(waits_s) > 1.6
    assert min(waits_s) < 0.4


def test_a_request_for_one_vehicle_is_answered_in_the_same_turn() -> None:
    with contextlib.ExitStack() as stack:
        turns = Turns(stack)
        turns.until(lambda: bool(turns.service.hearing.vehicles))
        before = [told(turns, f"fleet/uav-1/{leaf}") for leaf in VEHICLE_LEAVES]
        turns.service.on_message(Message("fleet/uav-1/sync/req", b"{}", 2, 1, False, 0.0))
        turns.run(TICK_S)
        assert [told(turns, f"fleet/uav-1/{leaf}") for leaf in VEHICLE_LEAVES] == [one + 1 for one in before]
