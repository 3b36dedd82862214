# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib


def _bytes_of(bench, seed: int, *, seconds: float = 12.0) -> str:
    field = bench(vehicles=3, flavours=("copter", "copter", "plane"), seed=seed, autofly=True)
    stations = [field.station(system) for system in (1, 2, 3)]
    for station in stations:
        station.stream(4)
    field.run(seconds)
    return hashlib.sha256(b"".join(bytes(station.raw) for station in stations)).hexdigest()


def test_the_same_seed_gives_the_same_bytes(bench) -> None:
    assert _bytes_of(bench, 7) == _bytes_of(bench, 7)


def test_another_seed_gives_others(bench) -> None:
    assert _bytes_of(bench, 7, seconds=2.0) != _bytes_of(bench, 8, seconds=2.0)


def test_vehicles_stand_apart_on_the_field(bench) -> None:
    field = bench(vehicles=40, flavours=("copter", "copter", "plane"), gps_noise_m=0.0)
    field.run(0.1)
    spots = [vehicle.position for vehicle in field.airfield.vehicles]
    nearest = min(a.distance_to(b) for i, a in enumerate(spots) for b in spots[:i])
    assert nearest > 5.0


def test_flavours_repeat_over_the_vehicles(bench) -> None:
    field = bench(vehicles=7, flavours=("copter", "copter", "plane"), first_sysid=11)
    kinds = [(vehicle.system, vehicle.flavour.mav_type) for vehicle in field.airfield.vehicles]
    assert kinds == [(11, 2), (12, 2), (13, 1), (14, 2), (15, 2), (16, 1), (17, 2)]
