# SPDX-License-Identifier: Apache-2.0
"""What MQTT says of a message beside its payload comes through a real broker into the recording."""

from __future__ import annotations

import json
from pathlib import Path

from mcap.reader import NonSeekingReader
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from groundstation.logs import session_folder
from groundstation.logs.open_log import open_log
from tests.support.brokers import BrokerChild
from tests.support.programs import Program
from tests.support.waiting import wait_until


def count(out: Path) -> int:
    """How many of the sensor's messages a recording that still lasts has."""
    found = [
        path for folder in session_folder.sessions(out) for path in folder.glob("rest.mcap") if path.stat().st_size
    ]
    if not found:
        return 0
    with open_log(found[0]) as log:
        return sum(one.count for one in log.info.messages if one.name == "lab/humidity")


def test_properties_qos_and_retain_of_a_sensor_are_recorded(mosquitto_broker: BrokerChild, tmp_path: Path) -> None:
    sensor = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    sensor.connect("127.0.0.1", mosquitto_broker.port)
    sensor.loop_start()
    wait_until(sensor.is_connected, what="the sensor is connected")
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = "application/json"
    properties.UserProperty = [("cabinet", "north")]
    sensor.publish("lab/humidity", b'{"percent": 41}', qos=1, retain=True, properties=properties).wait_for_publish(10)
    recorder = Program(
        "record", "--broker", mosquitto_broker.url, "--out", str(tmp_path / "out"), "--subscribe", "lab/#"
    )
    out = tmp_path / "out"
    try:
        wait_until(lambda: count(out) == 1, what="the retained one is recorded")
        sensor.publish("lab/humidity", b'{"percent": 42}', qos=0, properties=properties).wait_for_publish(10)
        wait_until(lambda: count(out) == 2, what="the second one is recorded")
    finally:
        recorder.end()
        recorder.close()
        sensor.loop_stop()
    (folder,) = session_folder.sessions(out)
    with (folder / "rest.mcap").open("rb") as file:
        found = [
            (channel.metadata, message.data)
            for _, channel, message in NonSeekingReader(file).iter_messages()
            if channel.topic == "lab/humidity"
        ]
    assert [json.loads(data)["percent"] for _, data in found] == [41, 42]
    assert [(one["qos"], one["retain"]) for one, _ in found] == [("1", "true"), ("0", "false")]
    for metadata, _ in found:
        told = dict(json.loads(metadata["mqtt_properties"]))
        assert told["UserProperty.cabinet"] == "north"
        assert told["ContentType"] == "application/json"
