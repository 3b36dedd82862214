# SPDX-License-Identifier: Apache-2.0
"""A window hears other devices on a connection of their own, on a real broker."""

from __future__ import annotations

import time

import pytest

from groundstation.app.device_bus import DeviceBus
from groundstation.app.wiring import StationBus
from groundstation.transport import topics
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Outgoing
from groundstation.transport.inbox import Inbox
from tests.support.slow_link import SlowLink
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle

pytestmark = [pytest.mark.mosquitto]
LARGE = 12
"""Payloads of 150 kB: four seconds on a way of 4 Mbit/s."""


class Window:
    """Both connections of a window, without a window."""

    def __init__(self, url):
        self.inbox = Inbox()
        self.inbox.keeps_heard = True
        self.lost = []
        self.inbox.lost_touch = self.lost.append
        self.bus = StationBus(url, ("fleet",), self.inbox, hears_devices=False)
        self.devices = DeviceBus(url, self.inbox)
        self.updates, self.readings, self.heard = [], [], []
        self.bus.start()
        self.devices.start()
        wait_until(lambda: self.bus.worker.status.state is BusState.CONNECTED, what="the fleet's way")

    def listen(self, *filters):
        self.inbox.explored = tuple(filters)
        for one in filters:
            self.devices.subscribe(one)
        wait_until(lambda: self.devices.worker.status.state is BusState.CONNECTED, what="the devices' way")

    def say(self, topic, payload):
        self.bus.worker.publish([Outgoing(topic, payload, qos=1)])

    def wait(self, is_true, what):
        def look():
            found = self.inbox.drain()
            self.updates += found.updates
            self.readings += found.readings
            self.heard += found.heard
            return is_true()

        wait_until(look, what=what)

    def close(self):
        self.devices.stop()
        self.bus.stop()


@pytest.fixture
def window(mosquitto_broker):
    found = Window(parse_broker_url(mosquitto_broker.url))
    yield found
    found.close()


def test_a_window_that_listens_to_no_device_has_one_connection(window):
    assert window.devices.worker.status.connections == 0
    assert window.devices.problem == ""


def test_a_wide_filter_shows_the_fleet_s_topics_and_folds_them_once(window):
    window.listen("+/#")
    vehicle = PretendVehicle(1)
    state = next(one for one in vehicle.birth(time.monotonic()) if one.topic.endswith("/conn"))
    window.wait(lambda: (window.say("lab/x", b"21.5"), window.readings)[1], "a device")
    window.say(state.topic, state.payload)
    window.wait(lambda: window.updates and [one for one in window.heard if one.topic == state.topic], "both ways")
    window.say("lab/end", b"1")
    window.wait(lambda: any(one.topic == "lab/end" for one in window.readings), "the end")
    assert len([one for one in window.updates if getattr(one, "key", None) == vehicle.key]) == 1
    assert len([one for one in window.heard if one.topic == state.topic]) == 1
    # what is the fleet's is no reading of a device, on neither way
    assert {one.topic.partition("/")[0] for one in window.readings} == {"lab"}


def test_what_is_not_listened_to_any_more_does_not_come(window):
    window.listen("lab/#", "site/#")
    window.wait(lambda: (window.say("lab/x", b"1"), window.readings)[1], "a device")
    window.devices.unsubscribe("lab/#")
    window.wait(lambda: (window.say("site/x", b"1"), window.readings[-1].topic == "site/x")[1], "the other one")
    window.readings = []
    window.say("lab/x", b"2")
    window.say("site/end", b"1")
    window.wait(lambda: any(one.topic == "site/end" for one in window.readings), "the end")
    assert not any(one.topic == "lab/x" for one in window.readings)


def test_a_broker_that_is_gone_is_told_to_who_follows_devices_alone(mosquitto_broker, window):
    window.listen("lab/#")
    mosquitto_broker.kill()
    wait_until(lambda: window.devices.problem, what="the reason")
    assert len(window.lost) == 1


def test_the_fleet_s_way_takes_nothing_of_other_devices(window):
    window.bus.worker.subscribe({"lab/#": 1})
    window.say("lab/x", b"1")
    window.say(topics.station("fleet", "x", topics.CONN), b"{")
    window.wait(lambda: window.inbox.counts.undecodable, "what was said after it")
    assert window.readings == window.heard == []


@pytest.mark.parametrize("has_own_way", [True, False])
def test_on_a_slow_way_a_vehicle_is_heard_before_what_is_large_has_come(mosquitto_broker, has_own_way):
    link = SlowLink(mosquitto_broker.port, 4_000_000.0, 0.0)
    slow, speaker = (
        Window(parse_broker_url(f"mqtt://127.0.0.1:{link.port}")),
        Window(parse_broker_url(mosquitto_broker.url)),
    )
    try:
        if has_own_way:
            slow.listen("lab/#")
        else:
            # as it was: all on one connection
            slow.bus.worker.subscribe({"lab/#": 0})
            slow.bus.worker._arrivals.on_message = slow.inbox.offer
        slow.wait(lambda: (speaker.say("lab/x", b"1"), slow.readings)[1], "a device")
        state = next(one for one in PretendVehicle(1).birth(time.monotonic()) if one.topic.endswith("/conn"))
        for number in range(LARGE):
            speaker.say(f"lab/large/{number}", b"x" * 150_000)
        # again and again: its way to the fleet may be subscribed later than that to the devices
        slow.wait(lambda: (speaker.say(state.topic, state.payload), slow.updates)[1], "the vehicle")
        came = {one.topic for one in slow.readings if one.topic.startswith("lab/large/")}
        assert (len(came) < LARGE) is has_own_way
    finally:
        slow.close()
        speaker.close()
        link.close()
