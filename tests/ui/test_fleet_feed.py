# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgspec
from PySide6.QtTest import QSignalSpy

from groundstation.fleet.sample import Severity
from groundstation.transport.bus import BusState
from tests.ui.support.pretend_fleet import PretendVehicle, bridge_birth, sensor_messages


def test_a_tick_tells_each_kind_of_news_once(station):
    feed, vehicles = station.feed, [PretendVehicle(number) for number in (1, 2, 3)]
    spies = {
        name: QSignalSpy(getattr(feed, name)) for name in ("vehicles_added", "vehicles_changed", "sensors_changed")
    }
    for vehicle in vehicles:
        for one in vehicle.birth(station.now_s):
            station.inbox.offer(one)
        for _ in range(20):
            station.inbox.offer(station.motion(vehicle))
    for one in sensor_messages(0.0, station.now_s):
        station.inbox.offer(one)
    feed.tick()
    assert {name: spy.count() for name, spy in spies.items()} == dict.fromkeys(spies, 1)
    assert spies["vehicles_added"].at(0)[0] == {vehicle.key for vehicle in vehicles}
    feed.tick()
    assert spies["vehicles_changed"].count() == 1


def test_a_forgotten_vehicle_is_announced_anew_when_it_is_heard_again(station, vehicle):
    other = PretendVehicle(5)
    station.hear(vehicle, other)
    added, changed = QSignalSpy(station.feed.vehicles_added), QSignalSpy(station.feed.vehicles_changed)
    station.offer(station.motion(vehicle))
    assert added.count() == 0, "it is known"
    station.feed.forget(vehicle.key)
    assert vehicle.key not in station.feed.fleet
    assert [one.key for one in station.feed.summaries()] == [other.key]
    assert station.feed.history.trail(vehicle.key) is None
    assert changed.at(changed.count() - 1)[0] == {vehicle.key}
    station.feed.tick()
    assert added.count() == 0, "nothing was heard of it"
    station.offer(station.motion(vehicle), station.motion(other))
    assert [added.at(number)[0] for number in range(added.count())] == [{vehicle.key}]
    station.offer(station.motion(vehicle))
    assert added.count() == 1, "once"


def test_events_arrive_with_their_vehicle_in_order(station, vehicle):
    spy = QSignalSpy(station.feed.events_arrived)
    station.offer(
        vehicle.event(station.now_s, "first", Severity.INFO), vehicle.event(station.now_s, "second", Severity.ERROR)
    )
    assert [(one.key, one.event.text) for one in spy.at(0)[0]] == [(vehicle.key, "first"), (vehicle.key, "second")]


def test_after_a_stall_samples_are_merged_and_nothing_else_is_lost(station, vehicle):
    for one in vehicle.birth(station.now_s):
        station.inbox.offer(one)
    for number in range(6000):
        station.inbox.offer(station.motion(vehicle, number / 10))
        if number % 1000 == 0:
            station.inbox.offer(vehicle.event(station.now_s, f"event {number}"))
    newest = vehicle.motion(599.9, station.now_s)
    spy = QSignalSpy(station.feed.events_arrived)
    station.feed.tick()
    stats = station.feed.stats()
    assert stats.coalesced == 5999
    assert len(spy.at(0)[0]) == 6
    assert station.feed.fleet.get(vehicle.key).position == newest.position


def test_a_small_backlog_is_folded_whole(station, vehicle):
    for number in range(100):
        station.inbox.offer(station.motion(vehicle, number / 10))
    station.feed.tick()
    assert (station.feed.stats().folded, station.feed.stats().coalesced) == (100, 0)


def test_the_bus_is_told_only_when_its_report_changes(station):
    spy = QSignalSpy(station.feed.bus_changed)
    station.feed.tick()
    assert spy.count() == 0
    station.bus = msgspec.structs.replace(station.bus, state=BusState.LOST, reason="connection reset")
    station.feed.tick()
    station.feed.tick()
    assert spy.count() == 1
    assert station.feed.bus.reason == "connection reset"


def test_bridges_are_told(station):
    spy = QSignalSpy(station.feed.bridges_changed)
    station.offer(bridge_birth(station.now_s))
    assert spy.count() == 1
    assert ("fleet", "b1") in station.feed.bridges


def test_a_gap_between_ticks_is_counted_as_a_stall(station):
    station.feed.tick()
    station.pass_time(0.03)
    assert station.feed.stats().stalls == 0
    station.pass_time(0.99)
    assert station.feed.stats().stalls == 0
    station.pass_time(1.01)
    assert station.feed.stats().stalls == 1


def test_the_loop_delay_is_lateness_and_not_the_period(station):
    delay = station.feed._delay
    delay.start()
    station.now_s += 0.020
    delay.measure()
    station.now_s += 0.120
    delay.measure()
    delay.stop()
    found = delay.delays()
    assert abs(found.max_ms - 100.0) < 0.1
    assert found.p50_ms <= found.p99_ms <= found.max_ms
