# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.sensors import matches
from groundstation.transport import topics
from groundstation.transport.interest import FEW, STILL_FEW, Interest, wanted_of
from groundstation.transport.leaves import LEAVES, VEHICLE, Audience, station_filters

FLEET = [VehicleKey("fleet", f"uav-{number}") for number in range(1, STILL_FEW + 2)]
SHOWN = frozenset(FLEET[:2])


@pytest.mark.parametrize(
    ("count", "was_all", "is_all"),
    [(FEW, False, True), (FEW + 1, False, False), (STILL_FEW, True, True), (STILL_FEW + 1, True, False)],
)
def test_a_small_fleet_is_followed_as_a_whole_and_of_a_large_one_what_is_shown(count, was_all, is_all) -> None:
    assert wanted_of(FLEET[:count], SHOWN, was_all=was_all) == (None if is_all else SHOWN)


def subscribed(interest: Interest, topic: str) -> int:
    filters = {**station_filters("fleet"), **station_filters("sim"), **interest.filters()}
    return sum(matches(one, topic) for one in filters)


@pytest.mark.parametrize("wanted", [None, SHOWN, frozenset()])
def test_each_leaf_for_a_station_comes_once_and_none_for_others(wanted: frozenset[VehicleKey] | None) -> None:
    interest = Interest(["fleet", "sim"])
    interest.wanted = wanted
    for leaf in (one for one in LEAVES if one.owner == VEHICLE):
        for key in (FLEET[0], FLEET[5]):
            is_for_it = leaf.audience is Audience.OVERVIEW or (
                leaf.audience is Audience.DETAIL and (wanted is None or key in wanted)
            )
            assert subscribed(interest, topics.vehicle(key, leaf.name)) == is_for_it, (leaf.name, key)


def test_on_a_slow_way_nothing_comes_of_a_vehicle_but_what_decides() -> None:
    interest = Interest(["fleet"])
    interest.is_slow = True
    comes = [name for name in ("tlm/sum", "state", "conn", "cmd/ack", "tlm/motion", "link")
             if subscribed(interest, f"fleet/uav-1/{name}")]  # fmt: skip
    assert comes == ["tlm/sum", "state", "conn", "cmd/ack"]
