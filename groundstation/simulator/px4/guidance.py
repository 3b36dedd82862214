# SPDX-License-Identifier: Apache-2.0
"""How a simulated PX4 quadrotor flies: its modes, take-off, return and landing, its mission items. Sans-I/O."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from groundstation.simulator.engine.boot import CRITICAL, INFO
from groundstation.simulator.engine.commands import MavResult
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.flight import Demand
from groundstation.simulator.engine.guidance import Landed
from groundstation.simulator.engine.mission_run import ACTIVE
from groundstation.simulator.engine.missions import Item, Nav
from groundstation.simulator.engine.multicopter import WAYPOINT_RADIUS_M, MulticopterGuidance, Pace
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.px4 import modes
from groundstation.simulator.px4.land_detector import LandDetector
from groundstation.simulator.px4.mission_run import Px4MissionRun
from groundstation.simulator.px4.return_path import ReturnPath

_TAKEOFF_MPS = 2.6
"""As it was seen to climb; MPC_TKO_SPEED is 1.5, MPC_Z_V_AUTO_UP 3."""
_RAMP_S = 0.8
"""After COM_SPOOLUP_TIME the thrust comes up."""
_ORBIT_RADIUS_M, _ORBIT_MPS = 15.0, 3.0
"""When the command leaves them open."""
_SETPOINT_S = 0.5
"""An older setpoint is none: COM_OF_LOSS_T."""


class Px4Guidance(MulticopterGuidance):
    """The guidance of a PX4 quadrotor."""

    mission: Px4MissionRun

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__(vehicle)
        self.mission = Px4MissionRun(vehicle, self)
        self.detector = LandDetector(vehicle, self)
        self.way_home = ReturnPath(vehicle, self)
        self.setpoint_s = -math.inf
        """When the last offboard setpoint came."""
        self._takeoff_down_m: float | None = None
        """Where the next take-off leads to, ``None`` for MIS_TAKEOFF_ALT above home."""
        self._is_taking_off = False
        self._takeoff_at_s = 0.0
        self._is_shown_as_takeoff = False
        self._orbit = (_ORBIT_RADIUS_M, 1.0)
        self._flying: dict[int, Callable[[], Demand]] = {
            modes.MISSION: self._fly_mission,
            modes.RTL: self.way_home.fly,
            modes.LAND: self.descend,
            modes.PRECLAND: self.descend,
            modes.ORBIT: self._fly_orbit,
            **dict.fromkeys(modes.BY_HAND, self._drift),
        }

    # --- what it is ------------------------------------------------------

    @property
    def pace(self) -> Pace:
        """How fast it flies now, as its parameters say."""
        value = self.vehicle.parameters.value
        climb_mps = value("MPC_Z_V_AUTO_UP")
        return Pace(
            cruise_mps=value("MPC_XY_CRUISE"),
            climb_mps=min(climb_mps, _TAKEOFF_MPS) if self._is_taking_off else climb_mps,
            sink_mps=value("MPC_Z_V_AUTO_DN"),
            reach_m=max(value("NAV_ACC_RAD"), WAYPOINT_RADIUS_M),
            reach_height_m=value("NAV_MC_ALT_RAD"),
        )

    @property
    def looks_ahead(self) -> bool:
        """Does it turn to where it flies."""
        return self.vehicle.mode in (modes.HOLD, modes.MISSION, modes.RTL)

    @property
    def is_idle(self) -> bool:
        """Does it stand armed and has not taken off."""
        return not self.is_airborne and not self.detector.has_flown

    @property
    def is_landing(self) -> bool:
        """Is it on its way down to the ground, in whatever mode."""
        return self.vehicle.armed and (self.vehicle.mode in (modes.LAND, modes.PRECLAND) or self.phase == "land")

    @property
    def landed_for_s(self) -> float | None:
        """How long the land detector has called it landed after a flight, ``None`` when it doesn't."""
        return self.detector.landed_for_s

    @property
    def landed(self) -> Landed:
        """EXTENDED_SYS_STATE.landed_state, as the land detector believes."""
        if self.detector.is_landed:
            return Landed.ON_GROUND
        if self.vehicle.mode == modes.TAKEOFF and self._is_shown_as_takeoff:
            return Landed.TAKEOFF
        return Landed.LANDING if self.is_landing else Landed.IN_AIR

    def tick(self) -> Demand:
        """Go on by one tick."""
        self.detector.tick()
        return super().tick()

    # --- what is asked of it --------------------------------------------

    def can_enter(self, mode: int) -> str:
        """Return why a mode can't be entered: it lacks a position, a home, a mission or a setpoint."""
        vehicle = self.vehicle
        if mode == modes.OFFBOARD:
            return "" if vehicle.now_s - self.setpoint_s <= _SETPOINT_S else "no setpoint"
        if mode == modes.MISSION and not self.mission.is_valid:
            return "no mission"
        if mode == modes.RTL and vehicle.home is None:
            return "no home"
        needs = vehicle.flavour.modes[mode].base == 29 or mode == modes.POSCTL
        return "no position" if needs and not vehicle.has_position else ""

    def enter(self, mode: int) -> None:
        """Begin a mode."""
        self.mission.suspend()
        self._is_taking_off = False
        self._speed_mps = None
        self._turned_rad = 0.0
        self.target = None
        self.begin_phase("")
        if mode == modes.RTL:
            self.way_home.begin()
        if not self.vehicle.armed:
            return
        if mode == modes.TAKEOFF:
            self._begin_takeoff()
        elif mode == modes.MISSION:
            self.start_mission()

    def armed(self) -> None:
        """Forget the flight before; a take-off or a mission that waited begins."""
        self._yaw_rad = None
        self._velocity = (0.0, 0.0, 0.0)
        self.begin_phase("")
        self.detector.armed()
        if self.vehicle.mode == modes.TAKEOFF:
            self._begin_takeoff()
        elif self.vehicle.mode == modes.MISSION:
            self.start_mission()

    def start_mission(self) -> None:
        """Fly the mission from its current item on, unless it does so already."""
        if self.mission.state != ACTIVE:
            self.mission.resume()

    def take_off(self, height_m: float) -> MavResult:
        """Remember the height above sea level (NaN: the parameter's) and go to mode TAKEOFF; flies once armed."""
        self._takeoff_down_m = self.down_of(height_m, is_relative=False) if math.isfinite(height_m) else None
        self.vehicle.set_mode(modes.TAKEOFF)
        return MavResult.ACCEPTED

    def _begin_takeoff(self) -> None:
        """Climb, to no less than MIS_TAKEOFF_ALT above home and no lower than here."""
        vehicle, here = self.vehicle, self.vehicle.position
        least_m = vehicle.parameters.value("MIS_TAKEOFF_ALT")
        highest_down_m = self.down_of(least_m, is_relative=True)
        down_m = self._takeoff_down_m
        if down_m is None or down_m > highest_down_m:
            severity = INFO if down_m is None else CRITICAL
            self._tell(severity, f"Using minimum takeoff altitude: {least_m:.2f} m\t")
            down_m = highest_down_m
        if down_m > here.down_m:
            self._tell(CRITICAL, "Already higher than takeoff altitude\t")
            down_m = here.down_m
        self._takeoff_down_m = None
        self._is_shown_as_takeoff = self.detector.is_landed
        self.climb_to(down_m)

    def _tell(self, severity: int, text: str) -> None:
        self.vehicle.later(0.0, lambda: self.vehicle.say(severity, text))

    def climb_to(self, down_m: float) -> None:
        """Go straight up, from the ground with the time the motors need."""
        self.target = self.vehicle.position._replace(down_m=down_m)
        self._is_taking_off = True
        self._takeoff_at_s = self.vehicle.now_s

    def go_to(self, spot: Spot) -> None:
        """Fly to a place."""
        self.target = spot

    def change_speed(self, kind: int, speed_mps: float) -> MavResult:
        """Change the horizontal speed, back to the usual one with 0 or less; nothing is refused."""
        del kind
        limit = self.vehicle.parameters.value("MPC_XY_VEL_MAX")
        self._speed_mps = min(speed_mps, limit) if speed_mps > 0.0 else None
        return MavResult.ACCEPTED

    def orbit(self, centre: Spot, radius_m: float, speed_mps: float) -> None:
        """Circle a place; a negative radius turns anticlockwise, NaN leaves it open."""
        radius = radius_m if math.isfinite(radius_m) and radius_m != 0.0 else _ORBIT_RADIUS_M
        self.target = centre
        self._orbit = (abs(radius), math.copysign(1.0, radius))
        self._speed_mps = abs(speed_mps) if math.isfinite(speed_mps) and speed_mps != 0.0 else _ORBIT_MPS

    # --- mission --------------------------------------------------------

    def begin_item(self, item: Item) -> None:
        """Start flying an item."""
        self._turned_rad = 0.0
        self.begin_phase("fly")
        spot = self.place(item)
        if not math.isfinite(spot.down_m):
            spot = spot._replace(down_m=self.vehicle.position.down_m)
        if item.command == Nav.RETURN_TO_LAUNCH:
            self.vehicle.set_mode(modes.RTL)
            self.mission.is_complete = True
        elif item.command == Nav.LAND:
            self.target = spot._replace(down_m=self.vehicle.position.down_m)
        elif item.command != Nav.DELAY:
            self.target = spot
        if not self.is_airborne and item.command not in (Nav.RETURN_TO_LAUNCH, Nav.LAND, Nav.DELAY):
            height_m = self.home.down_m - spot.down_m
            self._tell(INFO, f"Takeoff to {height_m:.1f} meters above home\t")
            self.climb_to(spot.down_m)

    def is_item_done(self, item: Item) -> bool:
        """Tell whether the item is finished; RTL and LAND end with the flight, LOITER_UNLIM never."""
        if self._is_taking_off:
            return False
        if item.command in (Nav.RETURN_TO_LAUNCH, Nav.LOITER_UNLIM):
            return False
        if item.command == Nav.LAND:
            if self.phase == "fly" and self.is_there(is_flat=True):
                self.begin_phase("land")
            return self.phase == "land" and self.detector.is_landed
        if item.command == Nav.TAKEOFF:
            return True
        if self.phase == "fly" and (item.command == Nav.DELAY or self.is_there(radius_m=item.params[1])):
            self.begin_phase("wait")
        return self.phase == "wait" and self.vehicle.now_s - self._phase_since_s >= item.params[0]

    # --- flying ---------------------------------------------------------

    def _demand(self) -> Demand:
        vehicle = self.vehicle
        if not vehicle.armed:
            self._velocity = (0.0, 0.0, 0.0)
            return Demand()
        if self._is_taking_off:
            return self._climb_away()
        if not self.is_airborne:
            self._velocity = (0.0, 0.0, 0.0)
            if vehicle.mode == modes.MISSION:
                self.mission.tick()
            return self._stand()
        return self._flying.get(vehicle.mode, self.fly_to_target)()

    def _climb_away(self) -> Demand:
        """Take off: spool up, climb; at the height go over to LOITER, or to the next item."""
        vehicle = self.vehicle
        spool_s = vehicle.parameters.value("COM_SPOOLUP_TIME") + _RAMP_S
        if not self.is_airborne and vehicle.now_s - self._takeoff_at_s < spool_s:
            return self._stand()
        self.detector.lifting_off()
        demand = self.fly_to_target()
        reached_m = vehicle.parameters.value("NAV_MC_ALT_RAD")
        if self.target is not None and vehicle.position.down_m - self.target.down_m < reached_m:
            self._is_taking_off = False
            self._is_shown_as_takeoff = False
            if vehicle.mode == modes.TAKEOFF:
                goal = self.target  # entering a mode forgets it, and LOITER shall stay at the height
                vehicle.set_mode(modes.HOLD)
                self.target = goal
        return demand

    def _fly_orbit(self) -> Demand:
        radius_m, direction = self._orbit
        return self._circle(radius_m, direction)

    def _fly_mission(self) -> Demand:
        """MISSION: whatever the current item asks for."""
        self.mission.tick()
        return self.descend() if self.phase == "land" else self.fly_to_target()

    def descend(self) -> Demand:
        """Come down as MPC_LAND_* say: ever slower towards the ground."""
        value = self.vehicle.parameters.value
        height_m, slow = self.vehicle.height_home_m, value("MPC_LAND_SPEED")
        high_m, low_m = value("MPC_LAND_ALT1"), value("MPC_LAND_ALT2")
        if height_m < value("MPC_LAND_ALT3"):
            return self._sink(value("MPC_LAND_CRWL"))
        share = min(max((height_m - low_m) / max(high_m - low_m, 0.1), 0.0), 1.0)
        return self._sink(slow + (value("MPC_Z_V_AUTO_DN") - slow) * share)


def pilot_of(vehicle: Vehicle) -> Px4Guidance:
    """Return the guidance of a vehicle that is known to be a PX4."""
    return cast("Px4Guidance", vehicle.guidance)
