# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstation.simulator.ardupilot.flavours import COPTER_FRAME as COPTER
from groundstation.simulator.ardupilot.flavours import PLANE_FRAME as PLANE
from groundstation.simulator.engine.flight import Demand, Flight, wrapped

DT_S = 0.02
numbers = st.floats(-50.0, 50.0)
demands = st.builds(
    Demand, st.sampled_from([0.0, 1.0]), numbers, numbers, numbers, numbers, st.floats(0.0, 40.0),
    st.floats(0.0, 3.0), st.sampled_from([0.0, 1.0]),
)  # fmt: skip


def _flown(frames, demand, seconds: float, **settings_) -> Flight:
    flight = Flight(frames, seed=1, **settings_)
    for _ in range(round(seconds / DT_S)):
        flight.step(DT_S, [demand] * len(frames))
    return flight


@given(st.lists(demands, min_size=2, max_size=2))
@settings(max_examples=25, deadline=None)
def test_whatever_is_asked_nothing_leaves_the_numbers_or_the_air(asked) -> None:
    flight = Flight([COPTER, PLANE], seed=3, wind_mps=8.0, gps_noise_m=2.0)
    for _ in range(100):
        flight.step(DT_S, asked)
    assert np.isfinite(flight.table).all()
    for motion in flight.motions():
        assert motion.down_m <= 0.0
        assert abs(motion.roll_rad) < math.radians(61)
        assert -math.pi <= motion.yaw_rad <= math.pi
        assert 0.0 <= motion.throttle <= 1.0


def test_nothing_moves_with_the_motors_off() -> None:
    flight = _flown([COPTER, PLANE], Demand(), 5.0, wind_mps=10.0)
    assert [motion[:6] for motion in flight.motions()] == [(0.0,) * 6] * 2


def test_a_copter_leans_into_its_way() -> None:
    motion = _flown([COPTER], Demand(1.0, 8.0, 0.0, -1.0), 10.0).motions()[0]
    assert motion.velocity_north_mps == pytest.approx(8.0, abs=0.5)
    assert math.degrees(motion.pitch_rad) == pytest.approx(-5.6, abs=1.5)
    assert motion.down_m < -5.0


def test_a_copter_holds_against_the_wind_by_tilting() -> None:
    motion = _flown([COPTER], Demand(1.0, 0.0, 0.0, -1.0), 15.0, wind_mps=8.0, wind_from_deg=0.0).motions()[0]
    assert abs(motion.velocity_north_mps) < 1.5
    assert math.degrees(motion.pitch_rad) < -2.0
    assert motion.airspeed_mps > 4.0


def test_a_plane_banks_as_its_turn_needs() -> None:
    flight = _flown([PLANE], Demand(1.0, velocity_down_mps=-2.0, airspeed_mps=22.0), 25.0)
    for _ in range(100):
        course = flight.motions()[0].yaw_rad + 0.4
        flight.step(DT_S, [Demand(1.0, yaw_rad=course, airspeed_mps=22.0)])
    motion = flight.motions()[0]
    coordinated = math.atan(motion.airspeed_mps * motion.yaw_rate_rps / 9.80665)
    assert motion.roll_rad == pytest.approx(coordinated, abs=0.03)
    assert motion.roll_rad > math.radians(15)


def test_a_climbing_plane_points_up() -> None:
    motion = _flown([PLANE], Demand(1.0, velocity_down_mps=-4.0, airspeed_mps=22.0), 20.0).motions()[0]
    assert math.degrees(motion.pitch_rad) > 8.0
    assert motion.velocity_down_mps == pytest.approx(-4.0, abs=0.5)


def test_the_battery_falls_faster_in_the_air() -> None:
    standing = _flown([COPTER], Demand(), 30.0).motions()[0]
    flying = _flown([COPTER], Demand(1.0, velocity_down_mps=-1.0), 30.0).motions()[0]
    assert 0.0 < standing.consumed_mah < flying.consumed_mah
    assert flying.voltage_v < standing.voltage_v < 12.6
    assert flying.current_a > 10.0


def test_the_gps_errs_as_much_as_it_is_told() -> None:
    flight = Flight([COPTER] * 50, seed=5, gps_noise_m=1.0)
    errors = []
    for step in range(4000):
        flight.step(0.1, [Demand()] * 50)
        if step > 1000 and step % 50 == 0:
            errors += [motion.gps_north_m for motion in flight.motions()]
    assert np.std(errors) == pytest.approx(1.0, abs=0.15)


def test_the_same_seed_blows_the_same_wind() -> None:
    first, second = (_flown([COPTER] * 3, Demand(1.0), 5.0, wind_mps=5.0, gps_noise_m=1.0) for _ in range(2))
    assert (first.table == second.table).all()


@given(st.floats(-100.0, 100.0))
def test_wrapping_keeps_the_direction(angle: float) -> None:
    assert math.cos(wrapped(angle)) == pytest.approx(math.cos(angle), abs=1e-9)
    assert -math.pi <= wrapped(angle) <= math.pi
