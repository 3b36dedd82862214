# SPDX-License-Identifier: Apache-2.0
"""Nodes of Sparkplug B on a real broker: born, changed, killed without a word, back; alarms, and the host that asks."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from groundstation.app.alarm_process import AlarmProcess
from groundstation.app.sparkplug_process import SparkplugProcess
from groundstation.app.wiring import StationBus
from groundstation.fleet.sensors import Life, SensorBoard
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.inbox import Inbox
from groundstation.transport.sparkplug.host_state import state_message
from tests.support.programs import ROOT
from tests.support.waiting import wait_until

NODE, TANK = "spBv1.0/Rig A/NDATA/n1", "spBv1.0/Rig A/DDATA/n1/Tank 1"
pytestmark = [pytest.mark.mosquitto]


class Child:
    """A node that can be killed."""

    def __init__(self, port, life):
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.sparkplug_node", str(port), "Rig A", "n1", str(life)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._thread = threading.Thread(target=self._read, name="node")
        self._thread.start()

    def _read(self):
        self.lines += iter(self.process.stdout.readline, "")

    def do(self, *words):
        self.process.stdin.write("".join(f"{one}\n" for one in words))
        self.process.stdin.flush()

    def kill(self):
        if self.process.poll() is not None:
            return
        self.process.kill()
        self.process.wait()
        self._thread.join()
        self.process.stdin.close()
        self.process.stdout.close()


class Plant:
    """A station and an engine of alarms on one broker, and what they know."""

    def __init__(self, broker, folder):
        self.port, self.url = broker.port, parse_broker_url(broker.url)
        self.inbox, self.board = Inbox(), SensorBoard()
        self.bus = StationBus(self.url, ("fleet",), self.inbox, on_message=self._on_message)
        self.bus.worker.subscribe({"spBv1.0/#": 1})
        self.states, self.commands, self._ends, self._children = [], [], [], []
        self.alarms = AlarmProcess(self.url, folder / "alarms.json", folder / "said.sqlite3")
        self.bus.start()
        self.serve(self.alarms.run)
        self.wait(lambda: self.alarms.lease.leads, "the engine leads")

    def _on_message(self, message):
        if message.topic.startswith("spBv1.0/STATE/"):
            self.states.append(json.loads(message.payload))
        if "CMD" in message.topic:
            self.commands.append(message.topic)
        self.inbox.offer(message)

    def serve(self, run):
        stop = threading.Event()
        thread = threading.Thread(target=run, args=(stop,), name=run.__qualname__)
        thread.start()
        self._ends.append((stop, thread))
        return self._ends[-1]

    def node(self, life=0):
        self._children.append(Child(self.port, life))
        return self._children[-1]

    def wait(self, is_true, what=""):
        def found():
            self.board.fold(self.inbox.drain().readings)
            return is_true()

        wait_until(found, what=what)

    def reading(self, topic):
        return self.board.get(topic)

    def life(self, topic):
        found = self.board.get(topic)
        return found.liveness.life if found is not None and found.liveness is not None else None

    def number(self, topic, path):
        found = self.board.get(topic)
        return found.numbers.get(path) if found is not None else None

    def active(self):
        return {(one.rule, one.source) for one in list(self.alarms.engine.alarms.values()) if one.is_active}

    def close(self):
        for one in self._children:
            one.kill()
        for stop, thread in self._ends:
            stop.set()
            thread.join()
        self.bus.stop()


@pytest.fixture
def plant(mosquitto_broker, tmp_path):
    found = Plant(mosquitto_broker, tmp_path)
    yield found
    found.close()


def test_a_node_is_born_changes_dies_without_a_word_and_comes_back(plant):
    node = plant.node(life=4)
    node.do("garbage", "born")
    plant.wait(lambda: plant.number(TANK, "Level") == 3.25, "the device is born")
    assert plant.number(NODE, "Temperature") == 21.5
    assert plant.reading(NODE).notes["Temperature"].unit == "°C"
    node.do("temperature -40.5", "level 1.5")
    plant.wait(lambda: plant.number(TANK, "Level") == 1.5, "it changes")
    assert plant.number(NODE, "Temperature") == -40.5
    node.kill()
    plant.wait(lambda: plant.life(NODE) is Life.DEAD, "the broker tells its death")
    assert plant.life(TANK) is Life.FALLEN
    assert plant.number(TANK, "Level") == 1.5, "old, and still the last that is known"
    plant.wait(lambda: plant.active() == {("node_dead", NODE)}, "an alarm")
    plant.node(life=5).do("born")
    plant.wait(lambda: plant.life(TANK) is Life.ALIVE, "it comes back")
    plant.wait(lambda: plant.active() == set(), "the alarm returns")
    assert plant.number(NODE, "Temperature") == 21.5
    assert plant.inbox.counts.undecodable == 1, "the birth of the other, which harmed nobody"


def test_a_host_says_that_it_is_there_and_asks_for_what_is_missing(plant):
    host = SparkplugProcess(plant.url, "Ana kule")
    stop, thread = plant.serve(host.run)
    plant.wait(lambda: len(plant.states) == 1, "the birth of the host")
    assert plant.states[0]["online"] is True
    # somebody else's word, or a will that came late, is denied with the time of the birth
    plant.bus.worker.publish([state_message("Ana kule", 1, is_online=False)])
    plant.wait(lambda: len(plant.states) == 3, "it says again that it is there")
    node = plant.node()
    node.do("born", "temperature 22", "lose", "temperature 23")
    plant.wait(lambda: plant.number(NODE, "Temperature") == 23.0)
    assert plant.reading(NODE).liveness.is_incomplete
    assert plant.inbox.counts.missing == 1
    wait_until(lambda: node.lines, what="the node is asked")
    assert node.lines == ["told spBv1.0/Rig A/NCMD/n1\n"]
    node.do("born")
    plant.wait(lambda: not plant.reading(NODE).liveness.is_incomplete, "births fill the gap")
    stop.set()
    thread.join()
    plant.wait(lambda: plant.states[-1]["online"] is False, "its death is told before it goes")
    assert plant.states[-1]["timestamp"] >= plant.states[0]["timestamp"]
    assert host.asked == 1


def test_a_passive_station_asks_nobody(plant):
    node = plant.node()
    node.do("born", "lose", "temperature 23", "temperature 24")
    plant.wait(lambda: plant.number(NODE, "Temperature") == 24.0)
    assert plant.reading(NODE).liveness.is_incomplete
    # what it would have said went the same way before this
    plant.bus.worker.publish([state_message("other", 1, is_online=True)])
    plant.wait(lambda: len(plant.states) == 1)
    assert plant.commands == []


def test_a_station_whose_broker_was_away_does_not_know_who_lives(plant, mosquitto_broker):
    node = plant.node()
    node.do("born")
    plant.wait(lambda: plant.life(TANK) is Life.ALIVE)
    mosquitto_broker.kill()
    plant.wait(lambda: plant.life(NODE) is Life.UNSURE, "the way is cut")
    assert plant.life(TANK) is Life.UNSURE
    mosquitto_broker.start()
    plant.wait(lambda: plant.bus.worker.status.connections == 2, "the way is there again")
    assert plant.life(NODE) is Life.UNSURE
    node.kill()
    plant.node(life=1).do("born")
    plant.wait(lambda: plant.life(TANK) is Life.ALIVE, "born again")
