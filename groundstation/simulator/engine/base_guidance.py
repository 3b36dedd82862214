# SPDX-License-Identifier: Apache-2.0
"""What the guidances of all firmwares do alike: ground, air, places, mission items that aren't flown. Sans-I/O."""

from __future__ import annotations

import math
from abc import abstractmethod

from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.flight import Demand
from groundstation.simulator.engine.guidance import Guidance
from groundstation.simulator.engine.missions import Item, Nav
from groundstation.simulator.engine.vehicle import Vehicle

ABSOLUTE_FRAMES = (0, 5)
"""MAV_FRAME whose heights count from sea level."""


class BaseGuidance(Guidance):
    """A guidance that knows its vehicle; the firmware's own makes `mission` and fills in the rest."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.vehicle = vehicle
        self.phase = ""
        """The part of its mode it is in, empty for none."""
        self._phase_since_s = 0.0
        self._turned_rad = 0.0
        """How far it has circled since the mode or item began."""

    @property
    def now_s(self) -> float:
        """Simulation time."""
        return self.vehicle.now_s

    @property
    def is_in_auto(self) -> bool:
        """Is the vehicle in the mode that flies missions."""
        return self.vehicle.mode == self.vehicle.flavour.auto_mode

    @property
    def is_airborne(self) -> bool:
        """Is it off the ground."""
        return self.vehicle.motion.grounded < 0.5

    @property
    def home(self) -> Spot:
        """Home, or here while there is none."""
        return self.vehicle.home or self.vehicle.position

    def begin_phase(self, name: str) -> None:
        """Go over to another part of the mode."""
        self.phase = name
        self._phase_since_s = self.vehicle.now_s

    @abstractmethod
    def _demand(self) -> Demand:
        """Return what to ask of the motors now."""

    def tick(self) -> Demand:
        """Go on by one tick."""
        now_s = self.vehicle.now_s
        if not self.is_airborne:
            self.airborne_since_s = None
        elif self.airborne_since_s is None:
            self.airborne_since_s = now_s
        return self._demand()

    def do_item(self, item: Item) -> None:
        """Do an item of the mission that isn't flown; those without an effect here are passed over."""
        vehicle = self.vehicle
        params = item.params
        if item.command == Nav.DO_CHANGE_SPEED:
            self.change_speed(int(params[0]), params[1])
        elif item.command == Nav.DO_SET_SERVO:
            vehicle.servo_us[int(params[0])] = int(params[1])
        elif item.command == Nav.DO_SET_HOME:
            vehicle.set_home(vehicle.position if params[0] == 1 else self.place(item))
        elif item.command in (Nav.DO_SET_ROI, Nav.DO_SET_ROI_LOCATION):
            self.roi = self.place(item)
        elif item.command == Nav.DO_SET_ROI_NONE:
            self.roi = None

    def place(self, item: Item) -> Spot:
        """Return where an item is; 0/0 means here, and a height counts from home unless the frame is absolute."""
        position = self.vehicle.position
        down_m = self.down_of(item.z, is_relative=item.frame not in ABSOLUTE_FRAMES)
        if item.x == 0 and item.y == 0:  # "here", as both firmwares take it
            return Spot(position.north_m, position.east_m, down_m)
        spot = self.vehicle.field.spot(item.x * 1e-7, item.y * 1e-7, 0.0)
        return Spot(spot.north_m, spot.east_m, down_m)

    def down_of(self, height_m: float, *, is_relative: bool) -> float:
        """Return a height above home, or above sea level, as metres below the field's ground."""
        if is_relative:
            return (self.vehicle.home.down_m if self.vehicle.home else 0.0) - height_m
        return self.vehicle.field.altitude_amsl_m - height_m


def slewed(previous: float, wanted: float, step: float) -> float:
    """Return ``wanted``, at most ``step`` away from ``previous``."""
    return min(max(wanted, previous - step), previous + step)


def braking_speed(distance_m: float, speed_mps: float, deceleration_mps2: float) -> float:
    """Return how fast one may still go so as to stop at ``distance_m``."""
    return min(speed_mps, 0.6 * distance_m, math.sqrt(2.0 * deceleration_mps2 * max(distance_m, 0.0)))
