# SPDX-License-Identifier: Apache-2.0
"""The peer of our commands: a station and a bridge as one writes them in an afternoon with paho and pymavlink.

QoS 1 "so that nothing is lost", paho's own queue while offline, and three tries towards the vehicle.
Usage: plain_commands.py bridge HOST PORT UDP | station HOST PORT COMMANDS VEHICLES SEED LOSS TWICE LATE
"""

import json
import os
import random
import socket
import sys
import threading
import time

import paho.mqtt.client as mqtt

os.environ["MAVLINK20"] = "1"
from pymavlink.dialects.v20 import ardupilotmega as mavlink

USER_COMMAND = 31_010
TRIES, ANSWER_S = 4, 0.5
WAIT_S = 5.0


def connected(name: str, host: str, port: int, topic: str, on_message: object) -> mqtt.Client:
    """A client with a session that outlives its connection, as most examples have it."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv311, clean_session=False)
    client.on_connect = lambda *_: client.subscribe(topic, 1)
    client.on_message = on_message
    client.reconnect_delay_set(1, 5)
    while True:
        try:
            client.connect(host, port, keepalive=5)
            break
        except OSError:
            time.sleep(0.2)
    client.loop_start()
    return client


class Bridge:
    """Commands to MAVLink, answers back."""

    def __init__(self, host: str, port: str, udp: str) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((host, int(udp)))
        self.sock.settimeout(0.02)
        self.mav = mavlink.MAVLink(None, srcSystem=255, srcComponent=190)
        self.addresses: dict[int, tuple[str, int]] = {}
        self.pending: dict[int, list] = {}
        self.asked: list[dict] = []
        self.lock = threading.Lock()
        self.client = connected("plain-bridge", host, int(port), "plain/+/cmd", self.on_message)

    def on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        """A command came; paho's thread."""
        with self.lock:
            self.asked.append(json.loads(message.payload))

    def send(self, system: int, order: int, number: int) -> None:
        """To the vehicle."""
        if system in self.addresses:
            one = mavlink.MAVLink_command_long_message(system, 1, USER_COMMAND, number, order, 0, 0, 0, 0, 0, 0)
            self.sock.sendto(one.pack(self.mav), self.addresses[system])

    def read(self) -> None:
        """From the vehicles."""
        try:
            data, address = self.sock.recvfrom(2048)
        except (TimeoutError, OSError):
            return
        for message in mavlink.MAVLink(None).parse_buffer(data) or ():
            system = message.get_srcSystem()
            if message.get_type() == "HEARTBEAT":
                self.addresses[system] = address
            elif message.get_type() == "COMMAND_ACK" and system in self.pending:
                order = self.pending.pop(system)[0]
                self.client.publish(f"plain/{system}/ack", json.dumps({"order": order}), qos=1)

    def turn(self) -> None:
        """New commands, and those that nobody answered."""
        with self.lock:
            fresh, self.asked[:] = list(self.asked), []
        for one in fresh:
            self.pending[one["system"]] = [one["order"], 1, time.monotonic()]
            self.send(one["system"], one["order"], 0)
        for system, waiting in list(self.pending.items()):
            if time.monotonic() - waiting[2] <= ANSWER_S:
                continue
            waiting[1:] = [waiting[1] + 1, time.monotonic()]
            if waiting[1] > TRIES:
                self.pending.pop(system)
            else:
                self.send(system, waiting[0], waiting[1])


def bridge(*words: str) -> None:
    """Until it is killed."""
    one = Bridge(*words)
    while True:
        one.read()
        one.turn()


def say(**fields: object) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def station(*words: str) -> None:
    """Order after order, one at a time for each vehicle."""
    host, port, commands, vehicles, seed = words[0], *(int(word) for word in words[1:5])
    loss, twice, late = (float(word) for word in words[5:8])
    rng = random.Random(seed)
    waiting: dict[int, tuple[int, float]] = {}
    answered: set[int] = set()

    def on_message(_client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        answered.add(json.loads(message.payload)["order"])

    client = connected("plain-station", host, int(port), "plain/+/ack", on_message)
    given = 0
    while given < commands or waiting:
        time.sleep(0.01)
        now_s = time.monotonic()
        for system in range(1, vehicles + 1):
            order, sent_s = waiting.get(system, (0, 0.0))
            if order in answered or (order and now_s - sent_s > WAIT_S):
                say(order=order, end="done" if order in answered else "no answer")
                del waiting[system]
            if system in waiting or given >= commands:
                continue
            given += 1
            waiting[system] = (given, now_s)
            say(order=given, sent_s=now_s)
            payload = json.dumps({"system": system, "order": given})
            chance = rng.random()
            if chance < loss:
                continue
            delays = [rng.random() * 1.5 if chance < loss + late else 0.0]
            delays += [rng.random() * 1.5] if rng.random() < twice else []
            for delay_s in delays:
                topic = f"plain/{system}/cmd"
                threading.Timer(delay_s, lambda t=topic, p=payload: client.publish(t, p, qos=1)).start()


if __name__ == "__main__":
    {"bridge": bridge, "station": station}[sys.argv[1]](*sys.argv[2:])
