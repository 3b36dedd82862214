# SPDX-License-Identifier: Apache-2.0
"""The recorder is ended with `kill -9` at random moments: no file unreadable, at most a second lost.

`GROUNDSTATION_KILLS=200` kills it as often; the seed is printed.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.kinds import Samples
from groundstation.logs import session_folder
from groundstation.transport import payloads
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Message, Outgoing
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild
from tests.support.mcap_check import assert_strictly_sound
from tests.support.programs import Program
from tests.support.recordings import numbers, recorded, repeats
from tests.support.waiting import Collector, wait_until

KILLS = int(os.environ.get("GROUNDSTATION_KILLS", "4"))
SEED = int(os.environ.get("GROUNDSTATION_SEED", str(time.time_ns() % 1_000_000)))
LOST_S = 1.0
PERIOD_S = 0.01


class Source:
    """Three vehicles that publish a number every hundredth of a second. Thread `source`."""

    def __init__(self, url: str) -> None:
        self.heard = Collector()
        self.bus = MqttWorker(
            parse_broker_url(url),
            client_id="source",
            echo_topic="sim/_gs/source/echo",
            on_message=self._on_message,
            on_status=self.heard.on_status,
        )
        self.came: dict[str, bytes] = {}
        """By vehicle the newest that came back through the broker: a recorder can't have had more."""
        self.bus.subscribe({"fleet/_recorder/+/conn": 1, "sim/+/evt": 1})
        self.bus.start()
        self.heard.wait_state(BusState.CONNECTED)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="source")
        self._thread.start()

    def _run(self) -> None:
        seq = 0
        while not self._stopping.wait(PERIOD_S):
            happened = Event(at_s=0.0, kind=EventKind.STATUS_TEXT, text="x" * 50)
            envelope = payloads.Envelope(sid="s", seq=seq, ts=int(time.time() * 1000), bms=0, d=happened)
            self.bus.publish([Outgoing(f"sim/uav-{n}/evt", payloads.encode(envelope), 1) for n in (1, 2, 3)])
            if seq % 10 == 0:
                # what the broker keeps is handed to each new life of the recorder, whatever it has already
                state = payloads.Envelope(sid="s", seq=seq // 10, ts=int(time.time() * 1000), bms=0, d=Samples())
                topics = [f"sim/uav-{n}/state" for n in (1, 2, 3)]
                self.bus.publish([Outgoing(topic, payloads.encode(state), 1, retain=True) for topic in topics])
            seq += 1

    def _on_message(self, message: Message) -> None:
        if message.topic.startswith("sim/"):
            self.came[message.topic] = message.payload
        else:
            self.heard.on_message(message)

    def newest_s(self) -> dict[str, float]:
        """By the recorder's file when the newest that came was sent, seconds since 1970."""
        came = self.came.copy()
        return {f"{topic.removesuffix('/evt').replace('/', '-')}.mcap": _sent_s(one) for topic, one in came.items()}

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self.bus.stop()


def _sent_s(payload: bytes) -> float:
    return float(json.loads(payload)["ts"]) / 1000


@pytest.fixture
def source(mosquitto_broker: BrokerChild) -> Iterator[Source]:
    source = Source(mosquitto_broker.url)
    yield source
    source.stop()


@pytest.mark.long
def test_a_kill_costs_at_most_a_second_and_no_file(
    mosquitto_broker: BrokerChild, source: Source, tmp_path: Path
) -> None:
    rng = random.Random(SEED)
    out = tmp_path / "recordings"
    worst_s = 0.0
    for number in range(KILLS):
        source.heard.messages.clear()
        recorder = Program("record", "--broker", mosquitto_broker.url, "--out", str(out))
        try:
            wait_until(lambda: len(source.heard.messages) >= 2, what=f"the recorder lives: {recorder.said}")
            time.sleep(rng.uniform(0.0, 1.5))  # the moment of the kill is what is tried
            newest_s = source.newest_s()
            recorder.kill()
        finally:
            recorder.close()
        (folder,) = session_folder.sessions(out)
        newest: dict[str, float] = {}
        for one in recorded(folder):
            newest[one.file] = max(newest.get(one.file, 0.0), one.publish_ns / 1e9)
        ages = {name: newest_s[name] - at_s for name, at_s in newest.items() if name != "rest.mcap"}
        assert len(ages) == 3, (number, SEED, ages)
        worst_s = max(worst_s, *ages.values())
        assert max(ages.values()) <= LOST_S, (number, SEED, ages)
    print(f"{KILLS} kills, seed {SEED}: at most {worst_s:.2f} s lost")  # noqa: T201 - the figure
    last = Program("record", "--broker", mosquitto_broker.url, "--out", str(out))
    source.heard.messages.clear()
    wait_until(lambda: bool(source.heard.messages))
    assert last.end()[0] == 0, last.said
    last.close()
    (folder,) = session_folder.sessions(out)
    assert repeats(numbers(folder)) == {}
    for path in folder.glob("*.mcap"):
        assert assert_strictly_sound(path) > 0
    manifest = session_folder.load(folder)
    assert manifest is not None
    assert sum("mended" in note.text for note in manifest.notes) == KILLS
