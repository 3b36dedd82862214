# SPDX-License-Identifier: Apache-2.0
"""A simulated PX4's way home: up, back, down, land, each step told. Sans-I/O."""

from __future__ import annotations

import math

from groundstation.simulator.engine.boot import INFO
from groundstation.simulator.engine.flight import Demand
from groundstation.simulator.engine.multicopter import MulticopterGuidance
from groundstation.simulator.engine.vehicle import Vehicle

_TEXT_GAP_S = 0.05
_AT_HEIGHT_M = 0.8


class ReturnPath:
    """Mode RTL with RTL_TYPE 0: to home."""

    def __init__(self, vehicle: Vehicle, pilot: MulticopterGuidance) -> None:
        self._vehicle = vehicle
        self._pilot = pilot
        self._said = 0
        self.is_silent = False
        """The next return says nothing: a lost data link was seen to."""
        self._is_telling = True

    def begin(self) -> None:
        """Plan the climb and say so."""
        # silence holds for one return only
        self._is_telling, self.is_silent = not self.is_silent, False
        self._said = 0
        if not self._vehicle.armed or not self._pilot.is_airborne:
            self._tell("RTL HOME activated")
            return
        pilot = self._pilot
        down_m = min(pilot.home.down_m - self._height_m(), self._vehicle.position.down_m)
        pilot.target = self._vehicle.position._replace(down_m=down_m)
        pilot.begin_phase("climb")
        self._tell("RTL HOME activated")
        self._tell("RTL: landing at home position.")
        self._tell(f"RTL: climb to {self._above_sea(down_m)}")

    def _height_m(self) -> float:
        """Return the height above home it goes back at: within RTL_MIN_DIST the cone's, else RTL_RETURN_ALT."""
        value = self._vehicle.parameters.value
        distance_m = self._vehicle.position.distance_to(self._pilot.home)
        near_m = value("NAV_ACC_RAD")
        if distance_m <= near_m:
            return 2.0 * distance_m
        height_m = value("RTL_RETURN_ALT")
        if distance_m <= value("RTL_MIN_DIST"):
            angle = math.radians(min(max(value("RTL_CONE_ANG"), 1.0), 89.0))
            height_m = min(distance_m / math.tan(angle), height_m)
        return max(height_m, 2.0 * near_m)

    def _above_sea(self, down_m: float) -> str:
        amsl_m = self._vehicle.field.altitude_amsl_m - down_m
        return f"{math.ceil(amsl_m)} m ({math.ceil(self._pilot.home.down_m - down_m)} m above destination)"

    def _tell(self, text: str) -> None:
        if self._is_telling:
            self._vehicle.later(_TEXT_GAP_S * self._said, lambda: self._vehicle.say(INFO, f"{text}\t"))
            self._said += 1

    def fly(self) -> Demand:
        """Go on by one tick."""
        pilot, phase = self._pilot, self._pilot.phase
        if phase == "":
            self.begin()
        elif phase == "climb" and self._is_high():
            self._return()
        elif phase == "home" and pilot.is_there(is_flat=True):
            self._descend()
        elif phase == "down" and self._is_high():
            self._said = 0
            pilot.begin_phase("land")
            self._tell("RTL: land at destination")
        return pilot.descend() if pilot.phase == "land" else pilot.fly_to_target()

    def _is_high(self) -> bool:
        target = self._pilot.target
        return target is None or abs(self._vehicle.position.down_m - target.down_m) < _AT_HEIGHT_M

    def _return(self) -> None:
        pilot, home = self._pilot, self._pilot.home
        down_m = pilot.target.down_m if pilot.target is not None else self._vehicle.position.down_m
        pilot.target = home._replace(down_m=down_m)
        pilot.begin_phase("home")
        self._tell(f"RTL: return at {self._above_sea(down_m)}")

    def _descend(self) -> None:
        pilot, home = self._pilot, self._pilot.home
        low_m = self._vehicle.parameters.value("RTL_DESCEND_ALT")
        down_m = max(home.down_m - low_m, self._vehicle.position.down_m)
        pilot.target = home._replace(down_m=down_m)
        pilot.begin_phase("down")
        if not self._is_high():
            self._said = 0
            self._tell(f"RTL: descend to {self._above_sea(down_m)}")
