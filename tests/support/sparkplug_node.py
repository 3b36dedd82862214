# SPDX-License-Identifier: Apache-2.0
"""A node of Sparkplug B as a process of its own, which dies when it is killed: `python -m ... PORT GROUP NODE LIFE`.

It shares nothing with the program: its payloads are `sparkplug_wire.py`'s, its connection paho's. A line on its input
is what to do; each command that a host sends is a line on its output.
"""

from __future__ import annotations

import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support import sparkplug_wire as wire


class Node:
    def __init__(self, port, group, name, life):
        self.prefix, self.name, self.life, self.seq = f"spBv1.0/{group}", name, life, 0
        self.temperature, self.level = 21.5, 3.25
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.will_set(f"{self.prefix}/NDEATH/{name}", wire.death(life, self.now_ms()), qos=1)
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.subscribe(f"{self.prefix}/NCMD/{name}", qos=1)
        self.client.loop_start()

    @staticmethod
    def _on_message(_client, _data, message):
        sys.stdout.write(f"told {message.topic}\n")
        sys.stdout.flush()

    @staticmethod
    def now_ms():
        return time.time_ns() // 1_000_000

    def say(self, kind, data, device=""):
        self.seq = (self.seq + 1) % 256
        self.client.publish(f"{self.prefix}/{kind}/{self.name}" + (f"/{device}" if device else ""), data)

    def born(self):
        self.seq = 255
        temperature = wire.metric("Temperature", wire.DOUBLE, self.temperature, alias=1, unit="°C")
        self.say("NBIRTH", wire.birth(temperature, life=self.life, seq=0, at_ms=self.now_ms()))
        level = wire.metric("Level", wire.FLOAT, self.level, alias=2, unit="m")
        self.say("DBIRTH", wire.payload(level, seq=1, at_ms=self.now_ms()), "Tank 1")

    def data(self, value, alias, kind, device=""):
        one = wire.metric(alias=alias, datatype=kind, value=value, tells_type=False)
        name = "DDATA" if device else "NDATA"
        self.say(name, wire.payload(one, seq=(self.seq + 1) % 256, at_ms=self.now_ms()), device)

    def do(self, word, value):
        if word == "born":
            self.born()
        elif word == "temperature":
            self.temperature = float(value)
            self.data(self.temperature, 1, wire.DOUBLE)
        elif word == "level":
            self.level = float(value)
            self.data(self.level, 2, wire.FLOAT, "Tank 1")
        elif word == "lose":
            # a message that never comes
            self.seq = (self.seq + 1) % 256
        elif word == "garbage":
            self.client.publish(f"{self.prefix}/NBIRTH/other", bytes.fromhex("12ff0a0b"))


def main():
    node = Node(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
    for line in sys.stdin:
        node.do(*[*line.split(), ""][:2])


if __name__ == "__main__":
    main()
