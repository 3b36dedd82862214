# SPDX-License-Identifier: Apache-2.0
"""Whatever a ground station sends, the vehicle neither raises nor loses its numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstation.simulator.ardupilot.commands import COMMANDS

WILD = st.sampled_from([math.nan, math.inf, -math.inf, 3e38, -3e38, 1e9, -5.0, -1.0, 0.0, 1.0, 2.0, 9.0, 30.0, 700.0])
PLACES = st.sampled_from([0, 1, -1, 409950000, 397720000, 2**31 - 1, -(2**31)])
FRAMES = st.sampled_from([0, 2, 3, 6, 10, 42])
ORDERS = st.tuples(
    st.sampled_from([n for n in COMMANDS if n != 246]), FRAMES, st.lists(WILD, min_size=7, max_size=7), PLACES, PLACES
)
ITEMS = st.tuples(st.integers(0, 300), FRAMES, st.lists(WILD, min_size=4, max_size=4), PLACES, PLACES, WILD)
loosely = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def _flown(bench, flavour: str):
    station = bench(flavours=(flavour,), wind_mps=2.0).station()
    station.stream(10)
    if flavour == "copter":
        station.take_off(3.0)
    else:
        station.mode(13)
        station.command(400, 1)
        station.bench.run(5.0)
    return station


@pytest.fixture(scope="module")
def flown():
    from .conftest import Bench

    return {flavour: _flown(Bench, flavour) for flavour in ("copter", "plane")}


@given(flavour=st.sampled_from(["copter", "plane"]), orders=st.lists(ORDERS, max_size=6))
@loosely
def test_no_command_is_too_wild(flown, flavour: str, orders) -> None:
    station = flown[flavour]
    for number, frame, params, x, y in orders:
        station.send(station.mav.command_long_encode(1, 1, number, 0, *params))
        station.send(station.mav.command_int_encode(1, 1, frame, number, 0, 0, *params[:4], x, y, params[6]))
        station.bench.run(0.1)
    station.bench.run(0.3)
    assert all(math.isfinite(value) for value in station.vehicle.motion)


@given(
    flavour=st.sampled_from(["copter", "plane"]),
    items=st.lists(ITEMS, max_size=6),
    start=st.booleans(),
)  # fmt: skip
@loosely
def test_no_mission_is_too_wild(flown, flavour: str, items, start: bool) -> None:
    station = flown[flavour]
    station.send(station.mav.mission_count_encode(1, 1, len(items), 0))
    for seq, (command, frame, params, x, y, z) in enumerate(items):
        station.send(station.mav.mission_item_int_encode(1, 1, seq, frame, command, 0, 1, *params, x, y, z, 0))
        station.send(station.mav.mission_item_encode(1, 1, seq, frame, command, 0, 1, *params, z, z, z, 0))
    if start:
        station.send(station.mav.command_long_encode(1, 1, 300, 0, *[0.0] * 7))
    station.bench.run(0.5)
    assert all(math.isfinite(value) for value in station.vehicle.motion)


@given(
    flavour=st.sampled_from(["copter", "plane"]),
    x=PLACES,
    y=PLACES,
    frame=FRAMES,
    z=WILD,
    yaw=WILD,
    mask=st.integers(0, 65535),
)
@loosely
def test_no_target_is_too_wild(
    flown, flavour: str, x: int, y: int, frame: int, z: float, yaw: float, mask: int
) -> None:
    station = flown[flavour]
    station.mode({"copter": 4, "plane": 15}[flavour])
    station.send(station.mav.set_position_target_global_int_encode(0, 1, 1, frame, mask, x, y, z, *[0.0] * 6, yaw, 0.0))
    station.bench.run(0.3)
    assert all(math.isfinite(value) for value in station.vehicle.motion)


@given(data=st.binary(max_size=300))
@loosely
def test_noise_is_passed_over(flown, data: bytes) -> None:
    station = flown["copter"]
    station.vehicle.receive(station.link, data, station.bench.airfield.now_s)
    station.bench.run(0.02)
