# SPDX-License-Identifier: Apache-2.0
"""How a simulated multicopter moves, whatever autopilot steers it: to a place, around one, down. Sans-I/O."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import NamedTuple

from groundstation.simulator.engine.base_guidance import BaseGuidance, braking_speed, slewed
from groundstation.simulator.engine.commands import MavResult
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.flight import Demand
from groundstation.simulator.engine.vehicle import Vehicle

_ACCELERATION_MPS2 = 2.5
_DECELERATION_MPS2 = 1.5
CLIMB_MPS2 = 1.0
_YAW_NEAR_M = 5.0
"""Nearer than this to its target it doesn't turn towards it any more."""
WAYPOINT_RADIUS_M = 2.0
_CENTRING_MPS = 5.0
"""How fast it may correct its place while it lands."""


class Pace(NamedTuple):
    """The speeds of a multicopter, and how near to its target it has arrived."""

    cruise_mps: float
    """When no speed was asked for."""
    climb_mps: float
    sink_mps: float
    reach_m: float = WAYPOINT_RADIUS_M
    reach_height_m: float = 1.0


class MulticopterGuidance(BaseGuidance):
    """What the guidances of all multicopters share."""

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__(vehicle)
        self._speed_mps: float | None = None
        self._yaw_rad: float | None = None
        self._yaw_rate_rps = 1.0
        self._velocity = (0.0, 0.0, 0.0)

    @property
    @abstractmethod
    def pace(self) -> Pace:
        """How fast it flies now, as its parameters say."""

    @property
    @abstractmethod
    def looks_ahead(self) -> bool:
        """Does it turn to where it flies, in the present mode."""

    @abstractmethod
    def descend(self) -> Demand:
        """Come down to the ground, as the firmware does."""

    def land(self) -> MavResult:
        """Land here."""
        if self.vehicle.flavour.land_mode is None:
            return MavResult.UNSUPPORTED
        self.vehicle.set_mode(self.vehicle.flavour.land_mode)
        return MavResult.ACCEPTED

    def finish_mission(self) -> None:
        """Stay where it is."""
        self.target = self.vehicle.position if self.is_airborne else None

    def turn_to(self, heading_rad: float, rate_rps: float) -> None:
        """Hold a heading from now on."""
        self._yaw_rad = heading_rad
        self._yaw_rate_rps = rate_rps if rate_rps > 0.0 else 1.0

    def _stand(self) -> Demand:
        """Motors turning, on the ground."""
        return Demand(running=1.0, velocity_down_mps=0.5, yaw_rad=self.vehicle.motion.yaw_rad)

    def fly_to_target(self) -> Demand:
        """Fly to the target and stay there; without one, stay here."""
        here, pace = self.vehicle.position, self.pace
        if self.target is None:
            self.target = self._stopping_spot()
        limit = self._speed_mps or pace.cruise_mps
        distance_m = here.distance_to(self.target)
        speed = braking_speed(distance_m, limit, _DECELERATION_MPS2)
        course = here.course_to(self.target)
        rise = here.down_m - self.target.down_m
        fastest = pace.climb_mps if rise > 0 else pace.sink_mps
        down = -math.copysign(braking_speed(abs(rise), fastest, 0.6), rise)
        return self._moving(speed * math.cos(course), speed * math.sin(course), down, distance_m, course)

    def _stopping_spot(self) -> Spot:
        """Return where it comes to a stop when it brakes now."""
        here, motion = self.vehicle.position, self.vehicle.motion
        north, east = motion.velocity_north_mps, motion.velocity_east_mps
        braking_s = math.hypot(north, east) / (2.0 * _DECELERATION_MPS2) + 0.3
        return Spot(
            here.north_m + braking_s * north,
            here.east_m + braking_s * east,
            here.down_m + 0.5 * motion.velocity_down_mps,
        )

    def _moving(self, north: float, east: float, down: float, distance_m: float, course: float) -> Demand:
        """Ask for a velocity, changed gently, and for the heading that goes with it."""
        think_s = self.vehicle.think_s
        step, climb_step = _ACCELERATION_MPS2 * think_s, CLIMB_MPS2 * think_s
        self._velocity = (
            slewed(self._velocity[0], north, step),
            slewed(self._velocity[1], east, step),
            slewed(self._velocity[2], down, climb_step),
        )
        yaw = self.vehicle.motion.yaw_rad
        if self.roi is not None:
            yaw = self.vehicle.position.course_to(self.roi)
        elif self._yaw_rad is not None:
            yaw = self._yaw_rad
        elif distance_m > _YAW_NEAR_M and self.looks_ahead:
            yaw = course
        return Demand(1.0, *self._velocity, yaw_rad=yaw, yaw_rate_rps=self._yaw_rate_rps)

    def _drift(self) -> Demand:
        """Sticks centred: level and at this height, going with the wind."""
        self._velocity = (0.0, 0.0, slewed(self._velocity[2], 0.0, 0.05))
        return Demand(1.0, *self._velocity, yaw_rad=self.vehicle.motion.yaw_rad, drifting=1.0)

    def _circle(self, radius_m: float = 10.0, direction: float = 1.0) -> Demand:
        """Fly circles around the target (mode CIRCLE, LOITER_TURNS)."""
        here = self.vehicle.position
        if self.target is None:
            self.target = here
        angle = self.target.course_to(here)
        speed = min(self._speed_mps or 5.0, math.sqrt(_ACCELERATION_MPS2 * max(radius_m, 1.0)))
        error_m = radius_m - here.distance_to(self.target)
        if abs(error_m) < 0.3 * radius_m + 2.0:  # turns count from where it is about on the circle
            self._turned_rad += direction * speed / max(radius_m, 1.0) * self.vehicle.think_s
        outward = max(min(0.8 * error_m, speed), -speed)
        tangent = angle + direction * math.pi / 2.0
        north = speed * math.cos(tangent) + outward * math.cos(angle)
        east = speed * math.sin(tangent) + outward * math.sin(angle)
        rise = here.down_m - self.target.down_m
        return self._moving(north, east, -max(min(rise, 2.0), -1.5), 100.0, math.atan2(east, north))

    def _sink(self, down_mps: float) -> Demand:
        """Come down over the target; without a position, with the wind."""
        vehicle = self.vehicle
        here = vehicle.position
        if not vehicle.has_position:  # it doesn't see that the wind carries it away
            self._velocity = (0.0, 0.0, slewed(self._velocity[2], down_mps, CLIMB_MPS2 * vehicle.think_s))
            return Demand(1.0, *self._velocity, yaw_rad=vehicle.motion.yaw_rad, drifting=1.0)
        if self.target is None:
            self.target = here
        distance_m, course = here.distance_to(self.target), here.course_to(self.target)
        speed = braking_speed(distance_m, _CENTRING_MPS, _DECELERATION_MPS2)
        return self._moving(speed * math.cos(course), speed * math.sin(course), down_mps, 0.0, course)

    def is_there(self, *, is_flat: bool = False, radius_m: float = 0.0) -> bool:
        """Is the target reached.

        Args:
            is_flat: Whether the height doesn't matter.
            radius_m: How near is near, 0 for the usual.
        """
        if self.target is None:
            return True
        here, pace = self.vehicle.position, self.pace
        is_near = here.distance_to(self.target) <= (radius_m if radius_m > 0.0 else pace.reach_m)
        return is_near and (is_flat or abs(here.down_m - self.target.down_m) < pace.reach_height_m)
