# SPDX-License-Identifier: Apache-2.0
"""`groundstation replay` as an operator starts it: into a real broker with a window's feed behind it, and to MAVProxy."""

from __future__ import annotations

import importlib.util
import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymavlink import mavutil

from groundstation.app.replaying.mqtt_out import MqttOut
from groundstation.app.replaying.played import Played
from groundstation.app.replaying.player import Player
from groundstation.app.replaying.replay import Wish, replay
from groundstation.app.replaying.timeline import Timeline
from groundstation.app.wiring import StationBus
from groundstation.fleet.progress import CancelledError
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Outgoing
from groundstation.transport.inbox import Inbox
from groundstation.transport.mqtt_worker import MqttWorker
from groundstation.ui.application import make_application
from groundstation.ui.fleet_feed import FleetFeed
from tests.conftest import shared_log
from tests.simulator.test_mavproxy import Program as MavProxy
from tests.support.brokers import BrokerChild, mosquitto
from tests.support.ports import free_port
from tests.support.programs import Program, run_program
from tests.support.sessions import make_session, said_of
from tests.support.waiting import PATIENCE_S, Collector, wait_until

pytestmark = pytest.mark.long
FLEET = ("uav-1", "uav-2", "uav-3")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[BrokerChild]:
    broker = mosquitto(tmp_path).start()
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    messages = [
        one
        for number, name in enumerate(FLEET)
        for one in said_of(shared_log("copter_square.tlog"), name, "fleet" if number else "sim", number * 0.3)
    ]
    return make_session(tmp_path_factory.mktemp("recordings"), sorted(messages, key=lambda one: one.time_s))


class Window:
    """What a window has behind its panels, off-screen."""

    def __init__(self, url: str) -> None:
        # one that has no windows would forbid them to every later test of this process
        make_application(["groundstation"])
        self.inbox = Inbox()
        self.bus = StationBus(parse_broker_url(url), ("fleet", "sim", "replay"), self.inbox)
        self.feed = FleetFeed(self.inbox, lambda: self.bus.worker.status)
        self.bus.start()

    def sees(self, *ids: str) -> bool:
        """Whether these and no others are there, heard, and where they are is fresh."""
        self.feed.tick()
        now_s = time.monotonic()
        found = {str(one.key): one for one in self.feed.fleet}
        return set(found) == {f"replay/{one}" for one in ids} and all(
            one.is_heard and (one.age_s("position", now_s) or 9.0) < 2.0 for one in found.values()
        )

    def states(self) -> set[str]:
        self.feed.tick()
        return {one.connection.state.value for one in self.feed.fleet if one.connection is not None}

    def close(self) -> None:
        self.bus.stop()


@pytest.fixture
def window(broker: BrokerChild) -> Iterator[Window]:
    window = Window(broker.url)
    yield window
    window.close()


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    made: list[Program] = []
    yield made
    for one in made:
        one.close()


def test_a_second_window_shows_the_fleet_and_its_order_is_refused(
    session: Path, broker: BrokerChild, window: Window, programs: list[Program]
) -> None:
    replay = Program("replay", str(session), "--mqtt", broker.url, "--root", "replay/monday", "--loop", "--speed", "2")
    programs.append(replay)
    ids = [f"monday-{name}" for name in FLEET]
    wait_until(lambda: window.sees(*ids), what=replay.said)
    answers = Collector()
    other = MqttWorker(
        parse_broker_url(broker.url),
        client_id="other",
        echo_topic="other/echo",
        on_message=answers.on_message,
        on_status=answers.on_status,
    )
    other.subscribe({"replay/+/cmd/ack": 1})
    other.start()
    try:
        answers.wait_state(BusState.CONNECTED)
        order = {"id": "o1", "by": {"op": "a", "gs": "b"}, "sid": "s", "verb": "rtl", "ref_bms": 0, "ttl_ms": 5_000}
        other.publish([Outgoing("replay/monday-uav-2/cmd/req", json.dumps(order).encode(), 1)])
        (ack,) = answers.wait_topic("replay/monday-uav-2/cmd/ack")
    finally:
        other.stop()
    said = json.loads(ack.payload)["d"]
    assert (said["id"], said["state"], said["detail"]) == ("o1", "rejected", {"code": "recording"})
    code, _ = replay.end(signal.SIGINT)
    assert code == 0
    wait_until(lambda: window.states() == {"offline"}, what="deaths are told")


def test_who_watches_sees_it_again_when_the_broker_is_back(
    session: Path, broker: BrokerChild, window: Window, programs: list[Program]
) -> None:
    replay = Program("replay", str(session), "--mqtt", broker.url, "--root", "replay/x", "--loop")
    programs.append(replay)
    ids = [f"x-{name}" for name in FLEET]
    wait_until(lambda: window.sees(*ids), what=replay.said)
    broker.kill()
    wait_until(lambda: "waiting: mqtt://127.0.0.1" in replay.said)
    broker.start()
    wait_until(lambda: "goes on at 2026-" in replay.said, what=replay.said)
    wait_until(lambda: window.sees(*ids), what=replay.said)
    # without a goodbye: the broker tells our will
    replay.kill()
    wait_until(lambda: window.states() == {"offline"}, what="the will is told")


def test_whoever_asks_nothing_finds_it_alive_after_the_broker_was_away(
    session: Path, broker: BrokerChild, programs: list[Program]
) -> None:
    replay = Program("replay", str(session), "--mqtt", broker.url, "--root", "replay/x", "--speed", "0.1")
    programs.append(replay)
    topics = ("replay/_bridge/x/conn", "replay/x-uav-1/conn", "replay/x-uav-1/info")

    def kept() -> dict[str, str]:
        found = Collector()
        plain = MqttWorker(
            parse_broker_url(broker.url),
            client_id="plain",
            echo_topic="plain/echo",
            on_message=found.on_message,
            on_status=found.on_status,
        )
        plain.subscribe(dict.fromkeys(topics, 1))
        plain.start()
        try:
            for topic in topics:
                found.wait_topic(topic)
        finally:
            plain.stop()
        return {one.topic: json.loads(one.payload)["d"].get("state", "") for one in found.messages}

    assert kept() == dict(zip(topics, ("online", "online", ""), strict=True))
    broker.kill()
    wait_until(lambda: "waiting: mqtt://127.0.0.1" in replay.said)
    broker.start()  # it has kept nothing
    assert kept() == dict(zip(topics, ("online", "online", ""), strict=True))


def test_an_end_is_an_end(broker: BrokerChild, session: Path) -> None:
    done = run_program("replay", str(session), "--mqtt", broker.url, "--from", "25", "--to", "26", "--speed", "10")
    assert done.returncode == 0, done.stderr
    assert "replay of 2026-11-22_16-32-39 at 10x" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.tlog", "--mqtt", "mqtt://127.0.0.1:1"], "nothing.tlog"),
        (["{log}", "--mqtt", "http://127.0.0.1"], "broker URL"),
        (["{log}", "--mavlink", "serial:/dev/ttyUSB0:57600"], "never over a radio"),
        (["{log}", "--mavlink", "udpout:127.0.0.1"], "must end with a port"),
        (["{log}", "--mavlink", "udpout:127.0.0.1:14550", "--from", "1000"], "--from '1000' is outside of the file: it lasts 29 s"),
        (["{log}", "--mavlink", "udpout:127.0.0.1:14550", "--to", "2020-01-01T00:00:00"], "--to '2020-01-01T00:00:00' is outside"),
        (["{log}", "--mqtt", "mqtt://127.0.0.1:1", "--root", "fleet/x"], "never shown as alive"),
        (["{log}", "--mqtt", "mqtt://127.0.0.1:1", "--speed", "0.04"], "--speed"),
        (["{log}", "--mqtt", "mqtt://127.0.0.1:1", "--speed", "101"], "--speed"),
        (["{log}", "{log}", "--mqtt", "mqtt://127.0.0.1:1"], "one file at a time"),
    ],
)  # fmt: skip
def test_wrong_words_are_one_line(words: list[str], said: str) -> None:
    log = str(shared_log("copter_square.tlog"))
    done = run_program("replay", *(one.format(log=log) for one in words))
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.skipif(importlib.util.find_spec("MAVProxy") is None, reason="MAVProxy is not installed")
@pytest.mark.parametrize(("name", "begin"), [("copter_params.tlog", "0"), ("copter_square.bin", "30")])
def test_mavproxy_shows_the_vehicle_and_is_refused(
    name: str, begin: str, tmp_path: Path, programs: list[Program]
) -> None:
    link, mission = f"127.0.0.1:{free_port()}", tmp_path / "mission.txt"
    mission.write_text("QGC WPL 110\n0 1 0 16 0 0 0 0 40.994 39.771 80 1\n1 0 3 22 0 0 0 0 0 0 12 1\n")
    words = ["--mavlink", f"udpout:{link}", "--loop", "--speed", "0.5", "--from", begin]
    replay = Program("replay", str(shared_log(name)), *words)
    programs.append(replay)
    station = MavProxy([f"--master=udpin:{link}", f"--state-basedir={tmp_path}"], str(tmp_path))
    try:
        station.expect("Detected vehicle")
        station.expect("Mode GUIDED")
        station.expect("Received ")
        for line, answer in (
            ("mode auto", "DO_SET_MODE: DENIED"),
            ("arm throttle", "COMPONENT_ARM_DISARM: DENIED"),
            ("takeoff 10", "NAV_TAKEOFF: DENIED"),
            ("wp list", "MISSION_ACK: TYPE_MISSION: DENIED"),
            (f"wp load {mission}", "MISSION_ACK: TYPE_MISSION: DENIED"),
        ):
            station.type(line)
            station.expect(answer)
        assert "This is a replay: commands are refused" in station.printed
    finally:
        station.end()
    assert replay.end(signal.SIGINT)[0] == 0


def messages(link: Any, kinds: set[str], count: int) -> list[Any]:
    found: list[Any] = []
    give_up_s = time.monotonic() + PATIENCE_S
    while len(found) < count and time.monotonic() < give_up_s:
        one = link.recv_match(type=list(kinds), blocking=True, timeout=1.0)
        found += [one] if one is not None else []
    assert len(found) == count
    return found


def test_two_vehicles_with_one_system_id_are_told_apart(tmp_path: Path, programs: list[Program]) -> None:
    log = shared_log("copter_square.tlog")
    messages_of = [one for name in ("uav-1", "uav-2") for one in said_of(log, name)]
    twins = make_session(tmp_path, sorted(messages_of, key=lambda one: one.time_s))
    port = free_port()
    link = mavutil.mavlink_connection(f"udpin:127.0.0.1:{port}")
    replay = Program("replay", str(twins), "--mavlink", f"udpout:127.0.0.1:{port}")
    programs.append(replay)
    try:
        beats = messages(link, {"HEARTBEAT"}, 6)
        assert {(one.get_srcSystem(), one.type, one.autopilot) for one in beats} == {(1, 2, 3), (2, 2, 3)}
        (place,) = messages(link, {"GLOBAL_POSITION_INT"}, 1)
        assert place.lat / 1e7 == pytest.approx(-35.36, abs=0.01)
        wait_until(lambda: "fleet/uav-2 is system 2: 1 is another vehicle's" in replay.said)
    finally:
        link.close()


def test_the_frames_of_a_log_go_out_as_they_came(programs: list[Program]) -> None:
    port = free_port()
    link = mavutil.mavlink_connection(f"udpin:127.0.0.1:{port}")
    log = shared_log("copter_square.tlog")
    replay = Program("replay", str(log), "--mavlink", f"udpout:127.0.0.1:{port}", "--speed", "4")
    programs.append(replay)
    try:
        sent = {bytes(one.get_msgbuf()) for one in messages(link, {"ATTITUDE", "HEARTBEAT", "GPS_RAW_INT"}, 200)}
    finally:
        link.close()
    recorded = log.read_bytes()
    assert all(one in recorded for one in sent)


@pytest.mark.parametrize(("ours", "theirs"), [("udpin", "udpout"), ("tcp", "tcpin"), ("tcpin", "tcp")])
def test_nothing_is_lost_on_who_comes_later(ours: str, theirs: str, programs: list[Program]) -> None:
    port = free_port()
    link = mavutil.mavlink_connection(f"{theirs}:127.0.0.1:{port}") if theirs == "tcpin" else None
    replay = Program("replay", str(shared_log("copter_square.tlog")), "--mavlink", f"{ours}:127.0.0.1:{port}")
    programs.append(replay)
    if link is None:
        # it says that it waits, so that nobody takes it for dead
        wait_until(lambda: f"waiting: {ours}:127.0.0.1:{port}: nobody is there yet" in replay.said, what=replay.said)
        link = mavutil.mavlink_connection(f"{theirs}:127.0.0.1:{port}")
    try:
        give_up_s, first = time.monotonic() + PATIENCE_S, None
        while first is None and time.monotonic() < give_up_s:
            link.mav.heartbeat_send(6, 8, 0, 0, 0)
            first = link.recv_match(type="HEARTBEAT", blocking=True, timeout=0.5)
        assert first is not None
        assert (first.get_srcSystem(), first.type) == (1, 2)
        link.mav.command_long_send(1, 1, 400, 0, 1, 0, 0, 0, 0, 0, 0)
        (ack,) = messages(link, {"COMMAND_ACK"}, 1)
        assert (ack.command, ack.result) == (400, 2)
    finally:
        link.close()


class Stopped:
    """The messages of a recording whose reading is cancelled in the middle."""

    what = "some"

    def __init__(self, messages: list[Played], stop: threading.Event) -> None:
        self._messages, self._stop = messages, stop

    def play(self, begin_s: float, end_s: float) -> Iterator[Played]:
        del begin_s, end_s
        yield from self._messages
        self._stop.set()
        raise CancelledError("stopped")


def test_who_stops_while_it_is_read_leaves_nobody_alive(broker: BrokerChild) -> None:
    said, stop, heard = said_of(shared_log("copter_square.tlog")), threading.Event(), Collector()
    plain = MqttWorker(
        parse_broker_url(broker.url),
        client_id="plain",
        echo_topic="plain/echo",
        on_message=heard.on_message,
        on_status=heard.on_status,
    )
    plain.subscribe({"replay/x-uav-1/conn": 1})
    plain.start()
    try:
        heard.wait_state(BusState.CONNECTED)
        line = Timeline(said[0].time_s, said[-1].time_s, 100.0)
        source = Stopped([one for one in said if one.time_s < said[0].time_s + 5.0], stop)
        out = MqttOut(parse_broker_url(broker.url), "x", source, line, "x")
        Player(line, [out], lambda _: None, is_loop=True).run(stop)
        told = heard.wait_topic("replay/x-uav-1/conn", 2)
        states = [json.loads(one.payload)["d"]["state"] for one in told]
    finally:
        plain.stop()
    assert states == ["online", "offline"]


def test_who_stops_before_it_is_read_gets_nothing(broker: BrokerChild) -> None:
    stop, lines = threading.Event(), list[str]()
    stop.set()
    replay(
        Wish(file=shared_log("copter_square.tlog"), broker=parse_broker_url(broker.url), name="x"), stop, lines.append
    )
    assert lines == []
