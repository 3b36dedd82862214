# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import importlib.util
import logging
import socket
import threading

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from groundstation.fleet.errors import GroundStationError
from groundstation.transport import embedded_broker
from groundstation.transport.embedded_broker import choose_broker, find_mosquitto, run_broker
from tests.support.brokers import wait_for_port
from tests.support.ports import free_port
from tests.support.waiting import wait_until


def test_without_any_broker_it_is_said_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_broker, "find_mosquitto", lambda: None)
    assert choose_broker("auto") == "iotcore"
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(GroundStationError, match="apt-get install -y mosquitto"):
        choose_broker("auto")


@pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")
def test_that_mosquitto_drops_messages_for_a_client_is_told(caplog: pytest.LogCaptureFixture) -> None:
    port, stop = free_port(), threading.Event()
    broker = threading.Thread(target=run_broker, args=(port, "mosquitto", stop), name="broker")
    with caplog.at_level(logging.WARNING, "groundstation.broker"):
        broker.start()
        try:
            wait_for_port(port)
            reader = _subscribe_and_never_read(port)
            speaker = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="speaker")
            speaker.connect("127.0.0.1", port)
            speaker.loop_start()
            payload = bytes(100_000)

            def is_told() -> bool:
                for _ in range(20):
                    speaker.publish("a", payload, qos=1).wait_for_publish(30.0)
                return any("dropped for client reader" in one.message for one in caplog.records)

            wait_until(is_told)
            speaker.disconnect()
            speaker.loop_stop()
            reader.close()
        finally:
            stop.set()
            broker.join()
    assert all("New" not in one.message for one in caplog.records), "connections are not told"


def _subscribe_and_never_read(port: int) -> socket.socket:
    """A client of MQTT 3.1.1 with the filter `a` at QoS 1, that reads no more."""
    client = socket.create_connection(("127.0.0.1", port))
    name = b"reader"
    connect = b"\0\4MQTT\4\2\0\0" + len(name).to_bytes(2, "big") + name
    client.sendall(bytes([0x10, len(connect)]) + connect)
    subscribe = b"\0\1\0\1a\1"
    client.sendall(bytes([0x82, len(subscribe)]) + subscribe)
    client.recv(4)
    return client
