# SPDX-License-Identifier: Apache-2.0
"""Which flights of a logbook are the same, and what each vehicle has flown. Pure.

The same flight is often in several logs: two stations recorded it, or the autopilot and a station did. Two flights of
different logs are taken for one when both logs tell the date, they overlap by more than half of the shorter one, and
nothing tells their vehicles apart: their ids in recordings of ours, else system id, firmware and place of take-off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from groundstation.fleet.flight import Flight, TimeBase, VehicleTotals, is_named, name_of, vehicle_of
from groundstation.fleet.geometry import distance_m

OVERLAP = 0.5
"""Clocks of two stations differ by seconds."""
DAY_S = 86_400.0
SAME_PLACE_M = 1_000.0
"""Two vehicles with the same system id, far from each other, are two."""


def duplicates(flights: Sequence[Flight]) -> dict[int, str]:
    """Which flights are in another log too.

    Of the same flight, the one counts whose beginning and end are known, then the longer one.

    Args:
        flights: in any order.

    Returns:
        Path of the log that counts, by place of the flight that does not.
    """
    # so that of one flight the log that counts is met first
    best_first = sorted(range(len(flights)), key=lambda place: _rank(flights[place]))
    # each is compared with those of its own days only: a book of years would else take the square of its length
    by_day: dict[int, list[Flight]] = {}
    found: dict[int, str] = {}
    for place in best_first:
        flight = flights[place]
        days = range(int(flight.begin_s // DAY_S), int(flight.end_s // DAY_S) + 1)
        counted = (one for day in days for one in by_day.get(day, ()))
        same = next((one for one in counted if _is_same(one, flight)), None)
        if same is not None:
            found[place] = same.path
            continue
        for day in days:
            by_day.setdefault(day, []).append(flight)
    return found


def totals(flights: Iterable[Flight]) -> tuple[VehicleTotals, ...]:
    """What each vehicle has flown, by name.

    Args:
        flights: each once.
    """
    by_vehicle: dict[str, list[Flight]] = {}
    for one in flights:
        by_vehicle.setdefault(vehicle_of(one), []).append(one)
    found = [_total(vehicle, several) for vehicle, several in by_vehicle.items()]
    return tuple(sorted(found, key=lambda one: (_by_number(one.name), one.vehicle)))


def _by_number(text: str) -> str:
    """For sorting: `copter 2` before `copter 10`."""
    return re.sub(r"[0-9]+", lambda found: found[0].zfill(20), text.casefold())


def _total(vehicle: str, flights: list[Flight]) -> VehicleTotals:
    # armed and never in the air; where that is not known it is a flight
    bench = sum(one.air_s == 0.0 for one in flights)
    return VehicleTotals(
        vehicle=vehicle,
        name=name_of(flights[-1]),
        flights=len(flights) - bench,
        bench_tests=bench,
        armed_s=sum(one.duration_s for one in flights),
        air_s=_sum(one.air_s for one in flights),
        distance_m=_sum(one.distance_m for one in flights),
        battery_used_mah=_sum(one.battery_used_mah for one in flights),
        last_flight_unix_s=max((one.begin_s for one in flights if one.time_base is TimeBase.UTC), default=None),
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def _rank(flight: Flight) -> tuple[bool, float, str, float]:
    is_whole = flight.is_ended and flight.begin_is_known
    return not is_whole, -flight.duration_s, flight.path, flight.begin_s


def _is_same(one: Flight, other: Flight) -> bool:
    # a log never holds one flight twice, and without a date nobody can tell
    if one.path == other.path or not one.time_base is other.time_base is TimeBase.UTC:
        return False
    overlap_s = min(one.end_s, other.end_s) - max(one.begin_s, other.begin_s)
    if overlap_s < 0 or overlap_s < OVERLAP * min(one.duration_s, other.duration_s):
        return False
    return is_same_vehicle(one, other)


def is_same_vehicle(one: Flight, other: Flight) -> bool:
    """Whether nothing tells the vehicles of two flights apart."""
    if is_named(one) and is_named(other):
        return one.vehicle == other.vehicle
    if one.sysid is None or one.sysid != other.sysid or one.autopilot != other.autopilot:
        return False
    places = (one.takeoff_lat_deg, one.takeoff_lon_deg, other.takeoff_lat_deg, other.takeoff_lon_deg)
    lat_deg, lon_deg, other_lat_deg, other_lon_deg = places
    if lat_deg is None or lon_deg is None or other_lat_deg is None or other_lon_deg is None:
        return True
    return distance_m(lat_deg, lon_deg, other_lat_deg, other_lon_deg) < SAME_PLACE_M
