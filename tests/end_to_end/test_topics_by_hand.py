# SPDX-License-Identifier: Apache-2.0
"""Through a real broker: a message by hand is heard with its properties, kept, and kept no more once it is cleared."""

from __future__ import annotations

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from groundstation.app.wiring import StationBus, broker_from_text
from groundstation.transport.bus import BusState, Message
from groundstation.transport.inbox import Inbox
from groundstation.transport.publishing import Template, clearing, message_of
from tests.support.brokers import BrokerChild
from tests.support.waiting import wait_until


class Ear:
    """A station that keeps what it hears of one tree."""

    def __init__(self, url: str) -> None:
        self.inbox, self.heard = Inbox(), list[Message]()
        self.inbox.keeps_heard = True
        self.bus = StationBus(broker_from_text(url), ("fleet",), self.inbox)
        self.bus.worker.subscribe({"lab/#": 0})
        self.bus.start()
        wait_until(lambda: self.bus.worker.status.state is BusState.CONNECTED, what="connected")

    def topics(self) -> list[tuple[str, bytes, bool]]:
        self.heard += self.inbox.drain().heard
        return [(one.topic, one.payload, one.retain) for one in self.heard]


def test_a_message_is_kept_until_it_is_cleared(mosquitto_broker: BrokerChild) -> None:
    ears = [Ear(mosquitto_broker.url)]
    try:
        kept = message_of(Template(name="", topic="lab/lamp ", payload="on", qos=1, retain=True), 0.0)
        assert ears[0].bus.worker.publish([kept]) == 1
        wait_until(lambda: ("lab/lamp ", b"on", False) in ears[0].topics(), what="heard")
        ears.append(Ear(mosquitto_broker.url))
        wait_until(lambda: ("lab/lamp ", b"on", True) in ears[1].topics(), what="kept")
        assert ears[0].bus.worker.publish([clearing("lab/lamp ")]) == 1
        wait_until(lambda: ("lab/lamp ", b"", False) in ears[1].topics(), what="cleared")
        ears.append(Ear(mosquitto_broker.url))
        assert ears[2].bus.worker.publish([message_of(Template(name="", topic="lab/end", payload="x"), 0.0)]) == 1
        wait_until(lambda: ("lab/end", b"x", False) in ears[2].topics(), what="the last one")
        assert [topic for topic, _, _ in ears[2].topics()] == ["lab/end"]
    finally:
        for one in ears:
            one.bus.stop()


def test_a_window_hears_the_properties_of_other_devices(mosquitto_broker: BrokerChild) -> None:
    ear = Ear(mosquitto_broker.url)
    sensor = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    try:
        sensor.connect("127.0.0.1", mosquitto_broker.port)
        sensor.loop_start()
        wait_until(sensor.is_connected, what="the sensor is connected")
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = "text/plain"
        properties.UserProperty = [("birim", "°C")]
        sensor.publish("lab/t", b"21", properties=properties).wait_for_publish(10)
        sensor.publish("lab/bare", b"22").wait_for_publish(10)
        wait_until(lambda: len(ear.topics()) == 2, what="both are heard")
    finally:
        sensor.loop_stop()
        ear.bus.stop()
    told = {one.topic: one.properties for one in ear.heard}
    assert told == {"lab/t": (("ContentType", "text/plain"), ("UserProperty.birim", "°C")), "lab/bare": ()}
