# SPDX-License-Identifier: Apache-2.0
"""What has an index is addressed by it, wherever it stands in its list; old, single and foreign paths beside it."""

from __future__ import annotations

import pytest

from groundstation.fleet.energy import BatteryPack, Esc
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import INDEXED_KINDS, Samples
from groundstation.fleet.link import LinkQuality, LinkReport
from groundstation.fleet.navigation import GpsReceiver, RangeFinder
from groundstation.fleet.traffic import Traffic
from groundstation.fleet.value_path import ValueRef, getter
from groundstation.fleet.vehicle import VehicleState
from tests.ui.support.pretend_fleet import PretendVehicle

KEY = VehicleKey("fleet", "uav-1")
ONE_OF = {
    "battery": (BatteryPack, "voltage_v"),
    "esc": (Esc, "voltage_v"),
    "gps": (GpsReceiver, "hdop"),
    "range_finder": (RangeFinder, "distance_m"),
    "traffic": (Traffic, "height_amsl_m"),
}


def samples(kind: str, *indexes: int) -> tuple:
    make, field = ONE_OF[kind]
    return tuple(make(at_s=1.0, index=index, **{field: 10.0 + index}) for index in indexes)


def test_every_kind_with_an_index_is_tried_here():
    assert set(ONE_OF) == INDEXED_KINDS


@pytest.mark.parametrize("kind", ONE_OF)
@pytest.mark.parametrize("there", [(1,), (2, 0), (0, 1, 5), (7,)])
def test_a_value_is_that_of_its_index(kind, there):
    state = VehicleState(key=KEY, **{kind: samples(kind, *there)})
    field = ONE_OF[kind][1]
    found = {index: getter(f"{kind}.{index}.{field}")(state) for index in range(9)}
    assert found == {index: 10.0 + index if index in there else None for index in range(9)}


@pytest.mark.parametrize("kind", ONE_OF)
def test_what_comes_alone_replaces_its_own_index_only(kind):
    state = VehicleState(key=KEY).after(Samples(**{kind: samples(kind, 0, 2)}), 0.0)
    make, field = ONE_OF[kind]
    state = state.after(Samples(**{kind: (make(at_s=2.0, index=2, **{field: 99.0}),)}), 0.0)
    assert [getter(f"{kind}.{index}.{field}")(state) for index in (0, 1, 2)] == [10.0, None, 99.0]


def test_a_cell_of_a_pack_is_addressed_by_its_place_in_the_pack_of_that_index():
    packs = (BatteryPack(at_s=0.0, index=2, cells_v=(3.1, 3.2)), BatteryPack(at_s=0.0, index=5, cells_v=(3.7, 3.8)))
    state = VehicleState(key=KEY, battery=packs)
    assert getter("battery.5.cells_v.1")(state) == 3.8
    assert getter("battery.2.cells_v.0")(state) == 3.1
    assert getter("battery.2.cells_v.2")(state) is None
    assert getter("battery.0.cells_v.0")(state) is None


def test_a_link_is_addressed_by_its_name():
    links = tuple(
        LinkQuality(at_s=0.0, link=name, rtt_ms=rtt) for name, rtt in (("udp:1.2.3.4:5", 5.0), ("tcp:x", 7.0))
    )
    state = VehicleState(key=KEY, link=LinkReport(links=links))
    assert getter("link.tcp:x.rtt_ms")(state) == 7.0
    assert getter("link.udp:1.2.3.4:5.rtt_ms")(state) == 5.0
    assert getter("link.udp:1.2.3.rtt_ms")(state) is None


@pytest.mark.parametrize("path", ["battery", "battery.x.voltage_v", "battery.-1.voltage_v", "nothing.0.a", ""])
def test_a_path_to_nothing_gives_none(path):
    state = VehicleState(key=KEY, battery=samples("battery", 0, 1))
    assert getter(path)(state) is None


def test_a_plotted_pack_is_kept_by_its_index(station):
    vehicle = PretendVehicle(2)
    station.hear(vehicle, motion=False)
    series = {
        index: station.feed.history.track(ValueRef(vehicle.key, f"battery.{index}.voltage_v")) for index in (0, 1, 10)
    }
    before = {index: len(one) for index, one in series.items()}
    station.now_s += 1.0
    packs = tuple(BatteryPack(at_s=station.now_s, index=index, voltage_v=20.0 + index) for index in (1, 10))
    station.offer(vehicle.wrap(f"{vehicle.key}/tlm/status", Samples(battery=packs), station.now_s))
    grown = {index: len(one) - before[index] for index, one in series.items()}
    assert grown == {0: 0, 1: 1, 10: 1}
    assert (series[1].newest[1], series[10].newest[1]) == (21.0, 30.0)
