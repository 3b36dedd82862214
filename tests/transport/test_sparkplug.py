# SPDX-License-Identifier: Apache-2.0
"""Payloads of Sparkplug B on their way to readings, written by an encoder that shares nothing with the decoder."""

from __future__ import annotations

import random

import msgspec
import pytest

from groundstation.fleet.errors import UsageError
from groundstation.fleet.sensors import Life, PayloadKind, Quality, SensorBoard
from groundstation.fleet.sparkplug.address import NodeKey
from groundstation.fleet.sparkplug.payload import MAX_DEPTH, MAX_METRICS, MAX_PROPERTIES, DataSet, Metric, Template
from groundstation.transport.bus import Message
from groundstation.transport.foreign import reading_from_message
from groundstation.transport.inbox import Inbox
from groundstation.transport.sparkplug.as_json import as_json
from groundstation.transport.sparkplug.host_state import (
    checked_host,
    is_offline,
    rebirth_message,
    state_message,
)
from groundstation.transport.sparkplug.payloads import SparkplugError, decode
from tests.support import sparkplug_wire as wire

NODE, TANK = "spBv1.0/Rig A/NDATA/n1", "spBv1.0/Rig A/DDATA/n1/Tank 1"


def said(kind, data, *, device="", size=None, retain=False, at_s=100.0):
    topic = f"spBv1.0/Rig A/{kind}/n1" + (f"/{device}" if device else "")
    return Message(topic, data, len(data) if size is None else size, 0, retain, at_s)


class Station:
    def __init__(self):
        self.inbox, self.board = Inbox(), SensorBoard()

    def hear(self, *messages):
        for one in messages:
            self.inbox.offer(one)
        delivery = self.inbox.drain()
        self.board.fold(delivery.readings)
        return delivery

    @property
    def counts(self):
        found = msgspec.structs.asdict(self.inbox.counts)
        return {name: count for name, count in found.items() if count}


@pytest.fixture
def station():
    return Station()


def test_every_field_arrives():
    data = wire.payload(
        wire.metric("t", wire.DOUBLE, 21.5, alias=1, at_ms=5, unit="°C", quality=192),
        wire.metric("n", wire.INT32, -5, historical=True),
        wire.metric("none", wire.UINT64),
        wire.metric("word", wire.STRING, "é"),
        wire.metric("raw", wire.BYTES, b"\0\xff"),
        seq=7,
        at_ms=9,
    )
    found = decode(data)
    assert (found.seq, found.at_ms, found.left_out, found.size_bytes) == (7, 9, 0, len(data))
    assert found.metrics == (
        Metric(name="t", alias=1, datatype=10, at_ms=5, properties={"engUnit": "°C", "Quality": 192}, raw=21.5),
        Metric(name="n", datatype=3, is_historical=True, raw=(1 << 32) - 5),
        Metric(name="none", datatype=8, is_null=True),
        Metric(name="word", datatype=12, raw="é"),
        Metric(name="raw", datatype=17, raw=b"\0\xff"),
    )


def test_templates_and_tables_arrive():
    member = wire.metric("speed", wire.INT16, 9)
    parameter = wire.some(3, wire.some(1, "poles") + wire.whole(2, 3) + wire.whole(3, 4))
    template = wire.some(18, wire.some(4, "motor") + member + parameter)
    row = wire.some(4, wire.some(1, wire.double(4, 1.5)) + wire.some(1, wire.some(6, "a")))
    short = wire.some(4, wire.some(1, wire.double(4, 9.9)))
    table = wire.some(
        17, wire.whole(1, 2) + wire.some(2, "t") + wire.some(2, "name") + wire.whole(3, 10) + wire.whole(3, 12) + row + short
    )  # fmt: skip
    found = decode(wire.payload(wire.metric("m", 19, raw=template), wire.metric("d", 16, raw=table)))
    assert found.metrics[0].raw == Template(
        ref="motor", metrics=(Metric(name="speed", datatype=2, raw=9),), parameters={"poles": 4}
    )
    assert found.metrics[1].raw == DataSet(("t", "name"), (10, 12), ((1.5, "a"),))
    assert found.left_out == 1, "a row that is too short"


def nested(levels):
    inner = wire.metric("x", wire.DOUBLE, 1.0)
    for _ in range(levels):
        inner = wire.metric("t", 19, raw=wire.some(18, inner))
    return wire.payload(inner, seq=0)


@pytest.mark.parametrize(("levels", "left_out"), [(MAX_DEPTH, 0), (MAX_DEPTH + 1, 1)])
def test_templates_within_each_other_have_a_limit(levels, left_out):
    assert decode(nested(levels)).left_out == left_out


@pytest.mark.parametrize("levels", [60, 2_000])
def test_templates_without_end_do_no_harm(station, levels):
    station.hear(said("NBIRTH", nested(levels)))
    assert station.counts
    assert len(station.board) >= 1


@pytest.mark.parametrize(("metrics", "left_out"), [(MAX_METRICS, 0), (MAX_METRICS + 1, 1)])
def test_of_a_birth_so_many_metrics_are_taken(metrics, left_out):
    found = decode(wire.payload(*(wire.metric(f"m{number}", wire.BOOLEAN, value=True) for number in range(metrics))))
    assert (len(found.metrics), found.left_out) == (MAX_METRICS, left_out)


@pytest.mark.parametrize(("members", "left_out"), [(MAX_METRICS - 2, 0), (MAX_METRICS - 1, 1)])
def test_members_of_templates_count_as_metrics(members, left_out):
    inner = wire.metric("x", wire.BOOLEAN, value=True) * members
    found = decode(
        wire.payload(wire.metric("t", 19, raw=wire.some(18, inner)), wire.metric("last", wire.BOOLEAN, value=True))
    )
    assert found.left_out == left_out
    assert len(found.metrics) == 2 - left_out


@pytest.mark.parametrize(("properties", "left_out"), [(MAX_PROPERTIES, 0), (MAX_PROPERTIES + 1, 1)])
def test_of_a_metric_so_many_properties_are_taken(properties, left_out):
    keys = b"".join(wire.some(1, f"p{number}") for number in range(properties))
    told = wire.some(9, keys + wire.some(2, wire.whole(3, 1)) * properties)
    found = decode(wire.payload(wire.metric("m", wire.INT8, raw=told + wire.whole(10, 1))))
    assert (len(found.metrics[0].properties), found.left_out) == (MAX_PROPERTIES, left_out)


def test_a_node_is_born_changes_and_dies(station):
    metrics = (
        wire.metric("Temperature", wire.DOUBLE, 21.5, alias=1, unit="°C"),
        wire.metric("Up", wire.BOOLEAN, value=True),
    )
    station.hear(
        said("NBIRTH", wire.birth(*metrics, life=3)),
        said("DBIRTH", wire.payload(wire.metric("Level", wire.FLOAT, 3.25, alias=9), seq=1), device="Tank 1"),
    )
    assert station.board.get(NODE).numbers == {"bdSeq": 3, "Node Control/Rebirth": 0, "Temperature": 21.5, "Up": 1}
    assert station.board.get(TANK).numbers == {"Level": 3.25}
    station.hear(
        said("NDATA", wire.payload(wire.metric(alias=1, datatype=wire.DOUBLE, value=-4.5, tells_type=False), seq=2))
    )
    assert station.board.get(NODE).numbers["Temperature"] == -4.5
    station.hear(said("NDATA", wire.payload(wire.metric(alias=1), seq=3)))
    assert station.board.get(NODE).numbers.get("Temperature") is None
    assert station.board.get(NODE).notes["Temperature"].quality is Quality.NONE
    station.hear(said("NDEATH", wire.death(life=3)))
    assert station.board.get(NODE).liveness.life is Life.DEAD
    assert station.board.get(TANK).liveness.life is Life.FALLEN
    assert station.counts == {}


def test_a_birth_is_the_first_message_on_the_topic_of_its_values(station):
    station.inbox.keeps_heard = True
    birth = said("NBIRTH", wire.birth())
    heard = station.hear(birth, said("NDEATH", wire.death())).heard
    assert [one.topic for one in heard] == [birth.topic, NODE, "spBv1.0/Rig A/NDEATH/n1"]
    assert heard[1].payload == birth.payload


def test_a_state_is_json_like_any_other(station):
    station.hear(Message("spBv1.0/STATE/host", b'{"online":true,"timestamp":5}', 29, 1, True, 1.0))
    assert station.board.get("spBv1.0/STATE/host").numbers == {"online": 1.0, "timestamp": 5.0}


@pytest.mark.parametrize("data", [b"\xff", b"hello", b"\x08", wire.payload() + b"\x12\x05ab", b"\x0a\x02\xff\xff"])
def test_what_is_no_payload_is_counted_and_shown_as_it_is(station, data):
    station.hear(said("NBIRTH", wire.birth()), said("NDATA", data))
    assert station.counts == {"undecodable": 1}
    assert station.board.get(NODE).kind is not PayloadKind.SPARKPLUG


def test_names_that_are_no_text_do_no_harm(station):
    station.hear(said("NBIRTH", wire.payload(wire.some(2, wire.some(1, b"\xff\xfe") + wire.double(13, 1.0)), seq=0)))
    assert len(station.board) >= 1


def test_a_birth_that_was_cut_on_its_way_is_told(station):
    birth = wire.birth(wire.metric("t", wire.DOUBLE, 1.0, alias=1))
    station.hear(said("NBIRTH", birth))
    station.hear(said("NBIRTH", birth, size=len(birth) + 1))
    assert station.counts == {"undecodable": 1}
    assert station.board.get(NODE).liveness.life is Life.UNBORN
    assert station.board.get("spBv1.0/Rig A/NBIRTH/n1").kind is not PayloadKind.SPARKPLUG


def test_nothing_at_all_is_no_birth(station):
    station.hear(said("NBIRTH", wire.birth(wire.metric("t", wire.DOUBLE, 1.0))), said("NBIRTH", b"", retain=True))
    assert station.board.get(NODE).numbers["t"] == 1.0
    assert station.counts == {}


def test_damaged_births_never_raise_and_never_stop_the_others(station):
    dice, good = random.Random(3), wire.birth(
        wire.metric("t", wire.DOUBLE, 1.0, alias=1, unit="°C"), wire.metric("m", 19, raw=wire.some(18, wire.metric("x", 3, 4)))
    )  # fmt: skip
    for number in range(400):
        data = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        kind = dice.choice(("NBIRTH", "NDATA", "DBIRTH", "DDATA", "NDEATH", "DDEATH", "NCMD"))
        station.hear(
            said(kind, bytes(data[: dice.randint(1, len(data))]), device="d" if kind[0] == "D" else "", at_s=number)
        )
    station.hear(said("NBIRTH", good, at_s=999.0))
    assert station.board.get(NODE).numbers["t"] == 1.0
    assert station.board.get(NODE).liveness.life is Life.ALIVE


def test_a_death_tells_a_thousand_devices_once(station):
    station.hear(said("NBIRTH", wire.birth()))
    for number in range(200):
        station.hear(said("DBIRTH", wire.payload(seq=(number + 1) % 256, at_ms=2_000 + number), device=f"d{number}"))
    assert len(station.hear(said("NDEATH", wire.death())).readings) == 202
    # who is dead is told no more: a forger can't make many readings out of few bytes
    for _ in range(5):
        assert len(station.hear(said("NDEATH", wire.death())).readings) <= 2


def test_by_itself_a_message_has_words_and_no_values():
    data = wire.payload(wire.metric(alias=5, datatype=wire.DOUBLE, value=2.5), wire.metric("n", wire.INT32, 4), seq=3)
    found = reading_from_message(said("NDATA", data))
    assert (found.kind, found.text, found.numbers) == (PayloadKind.SPARKPLUG, "alias 5 2.5, n 4", {})


def test_as_json_tells_types_units_and_marks():
    found = as_json(wire.payload(wire.metric("t", wire.DOUBLE, 1.5, alias=2, unit="°C"), wire.metric(alias=7), seq=3))
    assert found == {
        "timestamp": 1000,
        "seq": 3,
        "metrics": {
            "t": {"value": 1.5, "alias": 2, "datatype": 10, "properties": {"engUnit": "°C"}},
            "alias 7": {"value": None, "is_null": True},
        },
    }
    assert as_json(b"\xff") is None


def test_a_request_for_births_names_its_metric():
    told = rebirth_message(NodeKey("Rig A", "n1"), 1234)
    assert (told.topic, told.qos, told.retain) == ("spBv1.0/Rig A/NCMD/n1", 0, False)
    assert told.payload == wire.payload(
        wire.metric("Node Control/Rebirth", wire.BOOLEAN, value=True, at_ms=1234), at_ms=1234
    )  # fmt: skip


def test_a_host_tells_its_state():
    told = state_message("gs", 77, is_online=True)
    assert (told.topic, told.payload, told.qos, told.retain) == (
        "spBv1.0/STATE/gs", b'{"online":true,"timestamp":77}', 1, True,
    )  # fmt: skip
    assert is_offline(state_message("gs", 1, is_online=False).payload)
    assert not any(is_offline(one) for one in (told.payload, b"OFFLINE", b"\xff", b"{}", b"null"))


@pytest.mark.parametrize("text", ["", "a/b", "a+", "#", "x" * 101])
def test_a_host_has_an_id_that_may_stand_in_a_topic(text):
    with pytest.raises(UsageError):
        checked_host(text)
    assert checked_host("x" * 100 if len(text) > 100 else "Ana kule") in ("x" * 100, "Ana kule")


def test_the_decoder_tells_its_own_error():
    with pytest.raises(SparkplugError):
        decode(b"\xff")
