# SPDX-License-Identifier: Apache-2.0
"""A flight that is in several logs counts once."""

from __future__ import annotations

from typing import Any

import pytest

from groundstation.fleet.flight import Flight, TimeBase, name_of, vehicle_of
from groundstation.logs.duplicates import duplicates, totals

START_S = 1_700_000_000.0


def flight(path: str, begin_s: float = 0.0, end_s: float = 100.0, **more: Any) -> Flight:
    known: dict[str, Any] = {
        "vehicle": "1",
        "vehicle_name": more.get("vehicle", "1"),
        "sysid": 1,
        "autopilot": "ardupilot",
        "kind": "multicopter",
        "time_base": TimeBase.UTC,
        "is_ended": True,
        "begin_is_known": True,
    }
    return Flight(path=path, begin_s=START_S + begin_s, end_s=START_S + end_s, **(known | more))


def test_the_same_flight_of_two_stations_counts_once_the_longer_one() -> None:
    assert duplicates([flight("a"), flight("b", 1.0, 103.0), flight("c", 200.0, 300.0)]) == {0: "b"}


def test_a_flight_whose_beginning_and_end_are_known_counts_before_a_longer_one() -> None:
    assert duplicates([flight("a"), flight("b", -5.0, 120.0, is_ended=False)]) == {1: "a"}
    assert duplicates([flight("a"), flight("b", -5.0, 120.0, begin_is_known=False)]) == {1: "a"}


def test_a_recording_of_ours_and_the_log_of_the_autopilot_are_one() -> None:
    assert duplicates([flight("a", vehicle="fleet/uav-1"), flight("b", 0.0, 99.0, vehicle="vehicle")]) == {1: "a"}


def test_a_flight_over_midnight_is_found_on_both_days() -> None:
    to_midnight_s = 86_400.0 - START_S % 86_400.0
    long = flight("a", to_midnight_s - 300.0, to_midnight_s + 300.0)
    assert duplicates([long, flight("b", to_midnight_s + 10.0, to_midnight_s + 290.0)]) == {1: "a"}


APART = [
    {"begin_s": 80.0, "end_s": 200.0},
    {"sysid": 2},
    {"sysid": None},
    {"autopilot": "px4"},
    {"time_base": TimeBase.BOOT},
    {"path": "a"},
    {"takeoff_lat_deg": 41.1, "takeoff_lon_deg": 39.0},
]


@pytest.mark.parametrize("differs", APART)
def test_flights_that_differ_count_each(differs: dict[str, Any]) -> None:
    here = {"takeoff_lat_deg": 41.0, "takeoff_lon_deg": 39.0}
    assert duplicates([flight("a", **here), flight(**({"path": "b"} | here | differs))]) == {}
    assert len(duplicates([flight("a", **here), flight("b", **here)])) == 1


def test_vehicles_that_nobody_knows_are_not_the_same() -> None:
    assert duplicates([flight("a", sysid=None), flight("b", sysid=None)]) == {}


def test_vehicles_of_the_fleet_are_told_apart_by_their_ids() -> None:
    assert duplicates([flight("a", vehicle="fleet/x"), flight("b", vehicle="fleet/y")]) == {}
    assert duplicates([flight("a", vehicle="fleet/x"), flight("b", vehicle="fleet/x", sysid=None)]) == {1: "a"}


def test_totals_are_sums_of_what_is_known() -> None:
    flown = [
        flight("a", air_s=80.0, distance_m=400.0),
        flight("b", 200.0, 203.0, air_s=0.0, distance_m=0.0),
        flight("c", 300.0, 400.0),
        flight("d", vehicle="fleet/x", vehicle_name="Heron", time_base=TimeBase.BOOT),
    ]
    other, heron = totals(flown)
    assert (heron.vehicle, heron.name, heron.flights, heron.last_flight_unix_s) == ("fleet/x", "Heron", 1, None)
    assert (heron.air_s, heron.distance_m, heron.battery_used_mah) == (None, None, None)
    assert (other.vehicle, other.name) == ("copter 1", "copter 1")
    assert (other.flights, other.bench_tests, other.armed_s) == (2, 1, 203.0)
    assert (other.air_s, other.distance_m) == (80.0, 400.0)
    assert other.last_flight_unix_s == START_S + 300.0


def test_what_a_vehicle_is_called() -> None:
    named = flight("a", vehicle="fleet/x", vehicle_name="Heron")
    assert (vehicle_of(named), name_of(named)) == ("fleet/x", "Heron")
    assert name_of(flight("a", vehicle="fleet/x")) == "fleet/x"
    assert vehicle_of(flight("a", vehicle="vehicle", sysid=None)) == "vehicle"
    assert vehicle_of(flight("a", kind="")) == "system 1"
    assert vehicle_of(flight("a", kind="plane")) == "plane 1"
    assert [one.name for one in totals([flight("a", sysid=10), flight("b", sysid=2)])] == ["copter 2", "copter 10"]
