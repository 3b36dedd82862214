# SPDX-License-Identifier: Apache-2.0
"""What the guidance of every flavour shares: landed state, targets, the mission's items that aren't flown. Sans-I/O.

A flavour subclasses `Guidance`: it turns the flight mode and its targets into a `Demand` for the physics,
once a tick.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from enum import IntEnum
from typing import TYPE_CHECKING

from groundstation.simulator.field import Spot
from groundstation.simulator.mission_run import MissionRun
from groundstation.simulator.missions import Nav

if TYPE_CHECKING:
    from groundstation.simulator.autopilot import Vehicle
    from groundstation.simulator.flight import Demand
    from groundstation.simulator.missions import Item

ACCEPTED, DENIED, UNSUPPORTED, FAILED = 0, 2, 3, 4
"""MAV_RESULT."""
ABSOLUTE_FRAMES = (0, 5)
"""MAV_FRAME whose heights count from sea level."""


class Landed(IntEnum):
    """MAV_LANDED_STATE."""

    ON_GROUND = 1
    IN_AIR = 2
    TAKEOFF = 3
    LANDING = 4


class Guidance(ABC):
    """The pilot's head of one vehicle."""

    mission_run: type[MissionRun] = MissionRun
    """How the flavour goes through its mission."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.vehicle = vehicle
        self.mission = self.mission_run(vehicle, self)
        self.target: Spot | None = None
        """Where it is flying to, ``None`` without a place; also what POSITION_TARGET_GLOBAL_INT shows."""
        self.roi: Spot | None = None
        """What a multicopter looks at."""
        self.airborne_since_s: float | None = None

    @property
    def is_airborne(self) -> bool:
        """Is it off the ground."""
        return self.vehicle.motion.grounded < 0.5

    @property
    def is_flying(self) -> bool:
        """Has it been off the ground for a moment: HEARTBEAT.system_status active."""
        return self.airborne_since_s is not None

    @property
    @abstractmethod
    def is_idle(self) -> bool:
        """Does it stand armed on the ground with nothing to do."""

    @property
    @abstractmethod
    def landed(self) -> Landed:
        """EXTENDED_SYS_STATE.landed_state."""

    @abstractmethod
    def enter(self, mode: int) -> None:
        """Begin a flight mode that was just set."""

    @abstractmethod
    def armed(self) -> None:
        """Take note that the motors were just armed."""

    @abstractmethod
    def start_mission(self) -> None:
        """Fly the mission from its current item on: MISSION_START while armed."""

    @abstractmethod
    def can_enter(self, mode: int) -> str:
        """Return why a mode can't be entered now, an empty text when it can."""

    @abstractmethod
    def take_off(self, height_m: float) -> int:
        """NAV_TAKEOFF by command; returns MAV_RESULT."""

    @abstractmethod
    def land(self) -> int:
        """NAV_LAND by command; returns MAV_RESULT."""

    @abstractmethod
    def go_to(self, spot: Spot) -> None:
        """Fly to a place, in the guided mode."""

    @abstractmethod
    def change_speed(self, kind: int, speed_mps: float) -> int:
        """DO_CHANGE_SPEED; returns MAV_RESULT."""

    @abstractmethod
    def reached_text(self, seq: int, item: Item) -> str:
        """Return what is said when an item of the mission is done, empty for nothing."""

    @abstractmethod
    def begin_item(self, item: Item) -> None:
        """Start flying an item of the mission."""

    @abstractmethod
    def is_item_done(self, item: Item) -> bool:
        """Tell whether the item that was begun is finished."""

    @abstractmethod
    def finish_mission(self) -> None:
        """Do what comes behind the last item."""

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
        if item.x == 0 and item.y == 0:
            return Spot(position.north_m, position.east_m, down_m)
        spot = self.vehicle.field.spot(item.x * 1e-7, item.y * 1e-7, 0.0)
        return Spot(spot.north_m, spot.east_m, down_m)

    def down_of(self, height_m: float, *, is_relative: bool) -> float:
        """Return a height above home, or above sea level, as metres below the field's ground."""
        if is_relative:
            return (self.vehicle.home.down_m if self.vehicle.home else 0.0) - height_m
        return self.vehicle.field.altitude_amsl_m - height_m

    @property
    def home(self) -> Spot:
        """Home, or here while there is none."""
        return self.vehicle.home or self.vehicle.position


def slewed(previous: float, wanted: float, step: float) -> float:
    """Return ``wanted``, at most ``step`` away from ``previous``."""
    return min(max(wanted, previous - step), previous + step)


def braking_speed(distance_m: float, speed_mps: float, deceleration_mps2: float) -> float:
    """Return how fast one may still go so as to stop at ``distance_m``."""
    return min(speed_mps, 0.6 * distance_m, math.sqrt(2.0 * deceleration_mps2 * max(distance_m, 0.0)))
