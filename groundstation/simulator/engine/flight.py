# SPDX-License-Identifier: Apache-2.0
"""Point-mass flight of all vehicles, stepped together in numpy.

Multicopters tilt to accelerate, planes bank to turn; both fly in the same gusty wind, drain a battery and
are seen by a noisy GPS. A vehicle asks with a `Demand` and reads a `Motion`. No MAVLink, no clock: a step is
told its length. Positions are metres north, east and down of the field's origin on flat ground; angles
inside are radians. Runs on the simulator's thread. All arrays have shape (n,) or (fields, n), dtype float64.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRAVITY_MPS2 = 9.80665


class Motion(NamedTuple):
    """What is true of one vehicle after a step."""

    north_m: float = 0.0
    east_m: float = 0.0
    down_m: float = 0.0
    """Of the field's origin; the ground is 0."""
    velocity_north_mps: float = 0.0
    velocity_east_mps: float = 0.0
    velocity_down_mps: float = 0.0
    roll_rad: float = 0.0
    pitch_rad: float = 0.0
    yaw_rad: float = 0.0
    """Heading, -pi to pi, 0 is north."""
    roll_rate_rps: float = 0.0
    pitch_rate_rps: float = 0.0
    yaw_rate_rps: float = 0.0
    accel_north_mps2: float = 0.0
    accel_east_mps2: float = 0.0
    accel_down_mps2: float = 0.0
    airspeed_mps: float = 0.0
    throttle: float = 0.0
    """0 to 1."""
    voltage_v: float = 12.6
    current_a: float = 0.0
    consumed_mah: float = 0.0
    wind_north_mps: float = 0.0
    """The way the air moves, not where it comes from."""
    wind_east_mps: float = 0.0
    gps_north_m: float = 0.0
    """Error of the GPS receiver."""
    gps_east_m: float = 0.0
    gps_down_m: float = 0.0
    estimate_north_m: float = 0.0
    """Error of the position estimate: the GPS error, smoothed."""
    estimate_east_m: float = 0.0
    estimate_down_m: float = 0.0
    grounded: float = 1.0
    """1 on the ground, 0 in the air."""
    impact_mps: float = 0.0
    """Sink rate at the last touch-down."""


class Demand(NamedTuple):
    """What one vehicle's autopilot asks of its motors and surfaces until the next step."""

    running: float = 0.0
    """1 when the motors may turn."""
    velocity_north_mps: float = 0.0
    """Multicopters only."""
    velocity_east_mps: float = 0.0
    velocity_down_mps: float = 0.0
    yaw_rad: float = 0.0
    """Multicopter: the heading to turn to. Plane: the course over ground to fly."""
    airspeed_mps: float = 0.0
    """Planes only."""
    yaw_rate_rps: float = 1.0
    """Multicopters only: how fast it may turn."""
    drifting: float = 0.0
    """Multicopters only: 1 holds no horizontal speed but goes with the wind."""


@dataclass(frozen=True)
class Airframe:
    """The numbers of one kind of aircraft."""

    is_plane: bool
    capacity_mah: float
    idle_a: float
    """Current with the motors off."""
    full_a: float
    """Current at full throttle."""
    hover_throttle: float
    """Throttle in level, steady flight."""
    full_v: float = 12.6
    """Of the resting battery."""
    empty_v: float = 10.3


_INNER_OHM = 0.008
_DRAG_PER_S = 0.12
"""Multicopter: acceleration lost for each m/s of airspeed; gives 7 degrees of tilt at 10 m/s."""
_TILT_LIMIT = math.radians(30.0)
_TILT_S = 0.18
_BANK_LIMIT = math.radians(45.0)
_BANK_S = 0.35
_BANK_RATE = math.radians(75.0)
_LIFT_OFF_MPS = 13.0
_GUST_S = 4.0
_AIR_S = 1.0
_GPS_S = 25.0
_ESTIMATE_S = 2.0
_BAND_M = 0.05
"""Lower than this is the ground."""


def wrapped(angle_rad: Any) -> Any:
    """Return an angle (number or array) brought to -pi to pi."""
    return (angle_rad + math.pi) % (2.0 * math.pi) - math.pi


class Flight:
    """All vehicles' motion, one column each."""

    def __init__(
        self,
        airframes: Sequence[Airframe],
        *,
        seed: int,
        wind_mps: float = 0.0,
        wind_from_deg: float = 0.0,
        gps_noise_m: float = 0.0,
    ) -> None:
        """Put every vehicle at the origin, standing, facing north, with a full battery.

        Args:
            airframes: One for each vehicle.
            seed: Of the gusts and the GPS noise.
            wind_mps: Mean wind; gusts are a third of it.
            wind_from_deg: Where the mean wind comes from.
            gps_noise_m: Standard deviation of the horizontal GPS error; the vertical one is half as large again.
        """
        self._random = np.random.default_rng(seed)
        count = len(airframes)
        self.table: Floats = np.zeros((len(Motion._fields), count))
        self._row = {name: self.table[index] for index, name in enumerate(Motion._fields)}
        self._full_v = np.array([frame.full_v for frame in airframes])
        self._empty_v = np.array([frame.empty_v for frame in airframes])
        self._row["voltage_v"][:] = self._full_v
        self._row["grounded"][:] = 1.0
        self._is_plane = np.array([frame.is_plane for frame in airframes])
        self._has_planes = bool(self._is_plane.any())
        self._has_copters = not self._is_plane.all()
        self._capacity = np.array([frame.capacity_mah for frame in airframes])
        self._idle = np.array([frame.idle_a for frame in airframes])
        self._full = np.array([frame.full_a for frame in airframes])
        self._hover = np.array([frame.hover_throttle for frame in airframes])
        self._given_wind = (wind_mps, wind_from_deg)
        self._wind_mean: Floats = np.zeros((2, count))
        self._gust_mps: Floats = np.zeros(count)
        self._motor: Floats = np.ones(count)
        for index in range(count):
            self.set_wind(index, None)
        self._gusts: Floats = np.zeros((2, count))
        self._row["wind_north_mps"][:], self._row["wind_east_mps"][:] = self._wind_mean
        self._gps_noise_m = gps_noise_m

    def place(self, index: int, *, north_m: float, east_m: float, heading_deg: float) -> None:
        """Stand one vehicle somewhere on the ground."""
        self._row["north_m"][index] = north_m
        self._row["east_m"][index] = east_m
        self._row["yaw_rad"][index] = wrapped(math.radians(heading_deg))

    def set_charge(self, index: int, fraction: float) -> None:
        """Give one vehicle a battery with ``fraction`` (0 to 1) of its charge."""
        self._row["consumed_mah"][index] = self._capacity[index] * (1.0 - fraction)

    def set_wind(self, index: int, speed_mps: float | None, from_deg: float = 0.0) -> None:
        """Let another mean wind blow at one vehicle; its gusts are a third of it.

        Args:
            index: Of the vehicle.
            speed_mps: ``None`` for the wind of the field.
            from_deg: Where it comes from.
        """
        if speed_mps is None:
            speed_mps, from_deg = self._given_wind
        toward = math.radians(from_deg + 180.0)
        self._wind_mean[:, index] = speed_mps * math.cos(toward), speed_mps * math.sin(toward)
        self._gust_mps[index] = speed_mps / 3.0

    def set_motor(self, index: int, power: float) -> None:
        """Give one of a vehicle's motors ``power`` (0 to 1) of its thrust.

        The point mass has no arms: a multicopter keeps the thrust of the others as long as they can balance it, which
        is taken to be the case down to a half; below it tumbles, and what is left of the thrust does not carry it.
        """
        self._motor[index] = power

    def motions(self) -> list[Motion]:
        """Return every vehicle's motion as plain numbers."""
        return [Motion._make(column) for column in self.table.T.tolist()]

    def step(self, dt_s: float, demands: Sequence[Demand]) -> None:
        """Fly ``dt_s`` seconds on; one demand for each vehicle."""
        asked = np.array(demands, dtype=np.float64).T
        demand = dict(zip(Demand._fields, asked, strict=True))
        before = self.table[3:6].copy()  # what the accelerometers feel is the change of a step
        attitude = self.table[6:9].copy()
        self._blow(dt_s)
        row = self._row
        still = row["velocity_north_mps"], row["velocity_east_mps"], row["velocity_down_mps"]
        north, east, down = self._copter_step(dt_s, demand) if self._has_copters else still
        plane_north, plane_east, plane_down = self._plane_step(dt_s, demand) if self._has_planes else still
        for name, copter, plane in (
            ("velocity_north_mps", north, plane_north),
            ("velocity_east_mps", east, plane_east),
            ("velocity_down_mps", down, plane_down),
        ):
            row[name][:] = np.where(self._is_plane, plane, copter)
        self._meet_ground(dt_s, demand)
        self.table[0:3] += self.table[3:6] * dt_s
        row["down_m"][:] = np.minimum(row["down_m"], 0.0)
        self.table[12:15] = (self.table[3:6] - before) / dt_s
        self.table[9:12] = wrapped(self.table[6:9] - attitude) / dt_s
        self._drain(dt_s, demand)
        self._look(dt_s)

    def _blow(self, dt_s: float) -> None:
        """Let the gusts wander and the air follow them, so that the wind changes and never jumps."""
        # a random walk that forgets within seconds; the stir keeps its spread the same at any step length
        keep = math.exp(-dt_s / _GUST_S)
        stir = self._gust_mps * math.sqrt(1.0 - keep * keep)
        self._gusts *= keep
        self._gusts += stir * self._random.standard_normal(self._gusts.shape)
        follow = 1.0 - math.exp(-dt_s / _AIR_S)
        for name, mean, gust in zip(("wind_north_mps", "wind_east_mps"), self._wind_mean, self._gusts, strict=True):
            row = self._row[name]
            row += (mean + gust - row) * follow

    def _copter_step(self, dt_s: float, demand: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
        """Tilt toward the asked velocity and return the new velocity; only multicopters' attitudes are written."""
        row, plane = self._row, self._is_plane
        north, east, down = row["velocity_north_mps"], row["velocity_east_mps"], row["velocity_down_mps"]
        air_north, air_east = north - row["wind_north_mps"], east - row["wind_east_mps"]
        held = 1.0 - demand["drifting"]
        push_north = held * (
            _limited((demand["velocity_north_mps"] - north) * 2.5, -3.5, 3.5) + _DRAG_PER_S * air_north
        )
        push_east = held * (_limited((demand["velocity_east_mps"] - east) * 2.5, -3.5, 3.5) + _DRAG_PER_S * air_east)
        flying = (demand["running"] > 0.5) & (row["grounded"] < 0.5)
        cos, sin = np.cos(row["yaw_rad"]), np.sin(row["yaw_rad"])
        forward, right = push_north * cos + push_east * sin, push_east * cos - push_north * sin
        pitch_aim = np.where(flying, _limited(-np.arctan(forward / GRAVITY_MPS2), -_TILT_LIMIT, _TILT_LIMIT), 0.0)
        roll_aim = np.where(flying, _limited(np.arctan(right / GRAVITY_MPS2), -_TILT_LIMIT, _TILT_LIMIT), 0.0)
        lag = 1.0 - math.exp(-dt_s / _TILT_S)
        pitch = row["pitch_rad"] + (pitch_aim - row["pitch_rad"]) * lag
        roll = row["roll_rad"] + (roll_aim - row["roll_rad"]) * lag
        turn = _limited(wrapped(demand["yaw_rad"] - row["yaw_rad"]) * 2.0, -1.0, 1.0) * demand["yaw_rate_rps"]
        row["pitch_rad"][:] = np.where(plane, row["pitch_rad"], pitch)
        row["roll_rad"][:] = np.where(plane, row["roll_rad"], roll)
        row["yaw_rad"][:] = np.where(plane | ~flying, row["yaw_rad"], wrapped(row["yaw_rad"] + turn * dt_s))
        pull, side = -GRAVITY_MPS2 * np.tan(pitch), GRAVITY_MPS2 * np.tan(roll)
        next_north = north + (pull * cos - side * sin - _DRAG_PER_S * air_north) * dt_s
        next_east = east + (pull * sin + side * cos - _DRAG_PER_S * air_east) * dt_s
        climb = _limited((demand["velocity_down_mps"] - down) * 2.5, -2.5, 2.5)
        thrust = np.where(self._motor < 0.5, 0.25, 0.75 + 0.25 * self._motor)
        # what the motors give at most, against what hovering needs of it
        climb = np.maximum(climb, GRAVITY_MPS2 * (1.0 - thrust / self._hover) + 0.2 * np.minimum(-down, 0.0))
        fall = GRAVITY_MPS2 - 0.02 * down * np.abs(down)  # motors off in the air: it falls, slowed by drag
        next_down = down + np.where(demand["running"] > 0.5, climb, fall) * dt_s
        row["throttle"][:] = np.where(plane, row["throttle"], _copter_throttle(demand, flying, climb, self._hover))
        return next_north, next_east, next_down

    def _plane_step(self, dt_s: float, demand: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
        """Bank toward the asked course and return the new velocity; only planes' attitudes are written."""
        row, plane = self._row, self._is_plane
        north, east, down = row["velocity_north_mps"], row["velocity_east_mps"], row["velocity_down_mps"]
        speed = row["airspeed_mps"]
        running = demand["running"] > 0.5
        airborne = row["grounded"] < 0.5
        course = np.where(airborne, np.arctan2(east, north), row["yaw_rad"])
        turn = _limited(wrapped(demand["yaw_rad"] - course) * 0.8, -0.6, 0.6)
        bank_aim = np.where(
            airborne & running,
            _limited(np.arctan(speed * turn / GRAVITY_MPS2), -_BANK_LIMIT, _BANK_LIMIT),
            0.0,
        )
        roll_step = (bank_aim - row["roll_rad"]) * (1.0 - math.exp(-dt_s / _BANK_S))
        roll = row["roll_rad"] + _limited(roll_step, -_BANK_RATE * dt_s, _BANK_RATE * dt_s)
        yaw = row["yaw_rad"] + np.where(airborne, GRAVITY_MPS2 * np.tan(roll) / np.maximum(speed, 8.0), 0.0) * dt_s
        # on the runway without power the wheels brake; in the air only a lower demand makes it slower
        rolling = ~airborne & (speed > 0.0) & ~running
        gain = np.where(rolling, -3.0, _limited((demand["airspeed_mps"] * running - speed) * 0.8, -2.0, 4.0))
        speed = np.maximum(speed + gain * dt_s, 0.0)
        can_fly = speed > _LIFT_OFF_MPS  # slower than this it sinks, whatever is asked
        # without all of its power it climbs less, and glides without any
        best_climb = 2.5 - 8.5 * self._motor
        sink = np.where(running, np.maximum(_limited(demand["velocity_down_mps"], -6.0, 5.0), best_climb), 2.5)
        sink = np.where(airborne, np.where(can_fly, sink, np.maximum(sink, 2.0)), np.where(can_fly, sink, 0.0))
        next_down = down + _limited((sink - down) * 1.4, -4.0, 4.0) * dt_s
        level = np.sqrt(np.maximum(speed * speed - next_down * next_down, 0.0))
        drift = np.where(airborne, 1.0, 0.0)
        next_north = level * np.cos(yaw) + row["wind_north_mps"] * drift
        next_east = level * np.sin(yaw) + row["wind_east_mps"] * drift
        attack = np.where(airborne, 0.05 * (22.0 / np.maximum(speed, 12.0)) ** 2 / np.cos(roll), 0.0)
        pitch_aim = np.arcsin(_limited(-next_down / np.maximum(speed, 8.0), -0.5, 0.5)) + attack
        pitch = row["pitch_rad"] + (pitch_aim - row["pitch_rad"]) * (1.0 - math.exp(-dt_s / 0.4))
        throttle = np.where(
            running, _limited(self._hover * (speed > 0.5) - 0.08 * next_down + 0.1 * gain, 0.0, 1.0), 0.0
        )
        idle = demand["airspeed_mps"] < 1.0
        for name, value in (
            ("roll_rad", roll),
            ("pitch_rad", pitch),
            ("yaw_rad", wrapped(yaw)),
            ("airspeed_mps", speed),
            ("throttle", np.where(idle, 0.0, throttle)),
        ):
            row[name][:] = np.where(plane, value, row[name])
        return next_north, next_east, next_down

    def _meet_ground(self, dt_s: float, demand: dict[str, Floats]) -> None:
        """Stop what touches the ground, let go what lifts off, and set a multicopter's airspeed."""
        row, plane = self._row, self._is_plane
        down = row["velocity_down_mps"]
        below = row["down_m"] + down * dt_s >= -_BAND_M * (row["grounded"] > 0.5)
        rising = (down < -0.01) & (demand["running"] > 0.5)
        touching = below & ~rising
        landed = touching & (row["grounded"] < 0.5)
        row["impact_mps"][landed] = down[landed]
        row["grounded"][:] = np.where(touching, 1.0, np.where(rising | ~below, 0.0, row["grounded"]))
        standing = touching & ~plane
        for name in ("velocity_north_mps", "velocity_east_mps"):
            row[name][standing] = 0.0
        row["velocity_down_mps"][touching] = 0.0
        row["down_m"][touching] = 0.0
        air = np.hypot(
            row["velocity_north_mps"] - row["wind_north_mps"], row["velocity_east_mps"] - row["wind_east_mps"]
        )
        row["airspeed_mps"][:] = np.where(plane, row["airspeed_mps"], np.where(row["grounded"] > 0.5, 0.0, air))

    def _drain(self, dt_s: float, demand: dict[str, Floats]) -> None:
        row = self._row
        # a little worse than linear, so that full throttle drains more than twice half throttle does
        power = row["throttle"] ** 1.1 * self._full * (demand["running"] > 0.5)
        row["current_a"][:] = self._idle + power
        row["consumed_mah"][:] = np.minimum(row["consumed_mah"] + row["current_a"] * dt_s / 3.6, self._capacity)
        used = row["consumed_mah"] / self._capacity
        rest = self._full_v - (self._full_v - self._empty_v) * used
        row["voltage_v"][:] = rest - row["current_a"] * _INNER_OHM

    def _look(self, dt_s: float) -> None:
        """Move the GPS errors on (they wander) and let the estimates follow them."""
        keep = math.exp(-dt_s / _GPS_S)
        sigma = np.array([[1.0], [1.0], [1.5]]) * self._gps_noise_m * math.sqrt(1.0 - keep * keep)
        errors, estimates = self.table[22:25], self.table[25:28]
        errors *= keep
        errors += sigma * self._random.standard_normal(errors.shape)
        estimates += (0.5 * errors - estimates) * (1.0 - math.exp(-dt_s / _ESTIMATE_S))


def _limited(value: Floats, low: float, high: float) -> Floats:
    """Return an array brought between two bounds; quicker than `numpy.clip` on short arrays."""
    return np.minimum(np.maximum(value, low), high)


def _copter_throttle(demand: dict[str, Floats], flying: Any, climb_mps2: Floats, hover: Floats) -> Floats:
    """Return a multicopter's throttle: idle on the ground, hover in the air, more to climb."""
    running = demand["running"] > 0.5
    lift = _limited(hover * (1.0 - climb_mps2 / GRAVITY_MPS2) - 0.015 * demand["velocity_down_mps"], 0.05, 1.0)
    throttle: Floats = np.where(running, np.where(flying, lift, 0.08), 0.0)
    return throttle
