# SPDX-License-Identifier: Apache-2.0
"""Nodes for tests of the host: what they say, in their own words; seconds pass by hand."""

from __future__ import annotations

from groundstation.fleet.sensors import SensorBoard
from groundstation.fleet.sparkplug.address import Kind as MessageKind
from groundstation.fleet.sparkplug.address import NodeKey, data_topic, parse, topic_of
from groundstation.fleet.sparkplug.host import Said, SparkplugHost
from groundstation.fleet.sparkplug.payload import DataType, Metric, Payload

KEY = NodeKey("rig", "n1")
NODE, TANK = data_topic(KEY, None), data_topic(KEY, "tank")
UNIT = {"engUnit": "°C"}
TEMPERATURE = Metric(name="temperature", alias=1, datatype=DataType.DOUBLE, raw=21.5, properties=UNIT)
COUNT = Metric(name="count", alias=2, datatype=DataType.INT32, raw=7)
LEVEL = Metric(name="level", alias=10, datatype=DataType.FLOAT, raw=3.0)


def bdseq(number):
    return Metric(name="bdSeq", datatype=DataType.INT64, raw=number)


def alias(number, raw, **more):
    return Metric(alias=number, raw=raw, **more)


class World:
    """A host with a board behind it, as a station has."""

    def __init__(self):
        self.host, self.board, self.now_s, self.ms = SparkplugHost(), SensorBoard(), 100.0, 1_000_000

    def say(self, kind, *metrics, seq=None, device=None, key=KEY, at_ms=None, retained=False, left_out=0):
        self.now_s += 1.0
        self.ms += 1000
        address = parse(topic_of(key, MessageKind[kind], device))
        payload = Payload(
            seq=seq, at_ms=self.ms if at_ms is None else at_ms, metrics=metrics, left_out=left_out, size_bytes=10
        )
        told = self.host.take(address, payload, Said(self.now_s, 10, retained))
        self.board.fold(told)
        return told

    def born(self, life=0, seq=0, key=KEY, **more):
        return self.say("NBIRTH", bdseq(life), TEMPERATURE, COUNT, seq=seq, key=key, **more)

    def device_born(self, seq=1, device="tank"):
        return self.say("DBIRTH", LEVEL, seq=seq, device=device)

    def number(self, topic, path):
        return self.board.get(topic).numbers.get(path)

    def note(self, topic, path):
        return self.board.get(topic).notes.get(path)

    def life(self, topic):
        reading = self.board.get(topic)
        return None if reading is None or reading.liveness is None else reading.liveness.life

    def faults(self):
        return {name.value: count for name, count in self.host.faults.items() if count}
