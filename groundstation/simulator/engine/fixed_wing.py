# SPDX-License-Identifier: Apache-2.0
"""How a simulated fixed-wing aircraft moves, whatever autopilot steers it: along a track, around a place. Sans-I/O."""

from __future__ import annotations

import math
from abc import abstractmethod

from groundstation.simulator.engine.base_guidance import BaseGuidance
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.flight import Demand, wrapped
from groundstation.simulator.engine.vehicle import Vehicle

CLIMB_MPS, SINK_MPS = 5.0, 4.0
_LOOK_AHEAD_S = 4.0
"""How gently it closes in on a track."""
_TURN_LAG_S = 1.4


class FixedWingGuidance(BaseGuidance):
    """What the guidances of all fixed-wing aircraft share."""

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__(vehicle)
        self._from = Spot(0.0, 0.0, 0.0)
        """Where the track to the target begins."""
        self._radius_m = self.loiter_radius_m
        self._angle_rad: float | None = None

    @property
    @abstractmethod
    def airspeed_mps(self) -> float:
        """The airspeed it is told to fly."""

    @property
    @abstractmethod
    def loiter_radius_m(self) -> float:
        """The radius of its circles when none was asked for."""

    def _circle_at(self, spot: Spot, radius_m: float = 0.0) -> None:
        self.target = spot
        self._radius_m = radius_m or self.loiter_radius_m

    def _is_past(self) -> bool:
        """Is it beyond the line through the target across the track."""
        if self.target is None:
            return False
        here, course = self.vehicle.position, self._from.course_to(self.target)
        ahead = (self.target.north_m - here.north_m) * math.cos(course)
        ahead += (self.target.east_m - here.east_m) * math.sin(course)
        return ahead < 0.0

    def _fly_by_hand(self) -> Demand:
        """Sticks centred: straight on, at this height."""
        motion = self.vehicle.motion
        course = math.atan2(motion.velocity_east_mps, motion.velocity_north_mps)
        return Demand(running=1.0, yaw_rad=course, airspeed_mps=self.airspeed_mps)

    def _sink_to(self, down_m: float) -> float:
        """Return the vertical speed that closes in on a height."""
        return max(min(0.5 * (down_m - self.vehicle.position.down_m), SINK_MPS), -CLIMB_MPS)

    def _follow_track(self) -> Demand:
        """Fly along the line from the last place to the target."""
        if self.target is None:
            return self._fly_by_hand()
        return Demand(
            1.0,
            velocity_down_mps=self._sink_to(self.target.down_m),
            yaw_rad=self._track_course(self.target),
            airspeed_mps=self.airspeed_mps,
        )

    def _track_course(self, target: Spot) -> float:
        """Return the course that leads onto the line to ``target`` and along it."""
        here = self.vehicle.position
        if self._from.distance_to(target) < 1.0:
            return here.course_to(target)
        # how far it is beside the line decides at what angle it closes in
        track = self._from.course_to(target)
        off = (here.east_m - self._from.east_m) * math.cos(track)
        off -= (here.north_m - self._from.north_m) * math.sin(track)
        return track - math.atan(off / (_LOOK_AHEAD_S * self.airspeed_mps))

    def _circle(self) -> Demand:
        """Fly to the target and circle it, clockwise."""
        here = self.vehicle.position
        target = self.target or here
        radius_m = self._radius_m
        distance_m = here.distance_to(target)
        angle = target.course_to(here)
        if distance_m > radius_m * 2.5:
            # from afar along the tangent, so that it arrives on the circle and not in its middle
            course = here.course_to(target) + math.asin(radius_m / distance_m) * -1.0
        else:
            self._count_turn(angle)
            # on the circle the course turns all the time: lead it by what the turn lags behind
            lead = min(self.airspeed_mps / radius_m * _TURN_LAG_S, 0.6)
            course = angle + math.pi / 2.0 + math.atan((distance_m - radius_m) / (0.6 * radius_m)) + lead
        return Demand(
            1.0,
            velocity_down_mps=self._sink_to(target.down_m),
            yaw_rad=wrapped(course),
            airspeed_mps=self.airspeed_mps,
        )

    def _count_turn(self, angle_rad: float) -> None:
        if self._angle_rad is not None:
            self._turned_rad += wrapped(angle_rad - self._angle_rad)
        self._angle_rad = angle_rad
