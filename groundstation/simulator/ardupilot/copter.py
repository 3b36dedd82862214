# SPDX-License-Identifier: Apache-2.0
"""How a simulated ArduCopter flies: its modes, its take-off and landing, its mission items. Sans-I/O."""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.simulator.ardupilot.mission_run import ArduPilotMissionRun
from groundstation.simulator.engine.boot import INFO
from groundstation.simulator.engine.commands import MavResult
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.flight import Demand
from groundstation.simulator.engine.guidance import Landed
from groundstation.simulator.engine.missions import Item, Nav
from groundstation.simulator.engine.multicopter import MulticopterGuidance, Pace
from groundstation.simulator.engine.vehicle import Vehicle

STABILIZE, ACRO, ALT_HOLD, AUTO, GUIDED, LOITER, RTL, CIRCLE, LAND = 0, 1, 2, 3, 4, 5, 6, 7, 9
SMART_RTL = 21

_CLIMB_SPEED = 2
"""DO_CHANGE_SPEED's types from here on are vertical."""
_SPOOL_S = 0.5
_TAKEOFF_SHOWN_S = 0.35
"""landed_state 3 after the command."""
_LAND_SLOW_BELOW_M = 10.0
_LANDED_AFTER_S = 2.0
_IN_FLIGHT_ALIGNMENT_S = 2.5


class CopterGuidance(MulticopterGuidance):
    """The guidance of a multicopter."""

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__(vehicle)
        self.mission = ArduPilotMissionRun(vehicle, self)
        self._touched_s: float | None = None
        self._takeoff_height_m: float | None = None
        self._takeoff_at_s = 0.0
        self._is_started = False
        self._was_airborne = False
        self._flying: dict[int, Callable[[], Demand]] = {
            STABILIZE: self._drift,
            ACRO: self._drift,
            ALT_HOLD: self._drift,
            AUTO: self._fly_mission,
            RTL: self._return,
            SMART_RTL: self._return,
            LAND: self.descend,
            CIRCLE: self._circle,
        }

    @property
    def pace(self) -> Pace:
        """How fast it flies now, as its parameters say."""
        speeds = ("WPNAV_SPEED", "WPNAV_SPEED_UP", "WPNAV_SPEED_DN")
        return Pace(*(self.vehicle.parameters.value(name) / 100.0 for name in speeds))

    @property
    def looks_ahead(self) -> bool:
        """Does it turn to where it flies."""
        return self.vehicle.mode in (GUIDED, AUTO, RTL, SMART_RTL)

    @property
    def is_idle(self) -> bool:
        """Does it stand armed with nothing to do."""
        is_standing = not self.is_airborne and self._takeoff_height_m is None and not self._is_landing
        return is_standing and not self._has_fallen

    @property
    def landed(self) -> Landed:
        """EXTENDED_SYS_STATE.landed_state."""
        if self._takeoff_height_m is not None:
            shown = self.vehicle.now_s - self._takeoff_at_s >= _TAKEOFF_SHOWN_S
            return Landed.TAKEOFF if shown else Landed.ON_GROUND
        if self._is_landing and (self.is_airborne or self._touched_s is not None):
            return Landed.LANDING
        return Landed.IN_AIR if self.is_airborne or self._has_fallen else Landed.ON_GROUND

    @property
    def _has_fallen(self) -> bool:
        """It lies on the ground and still gives all throttle for a height above: it believes that it flies (4.5.7)."""
        is_down = self._was_airborne and not self.is_airborne and self.vehicle.mode not in (STABILIZE, ACRO, ALT_HOLD)
        return is_down and self.target is not None and self.target.down_m < self.vehicle.position.down_m - 1.0

    @property
    def _is_landing(self) -> bool:
        return self.vehicle.armed and (self.vehicle.mode == LAND or self.phase == "land")

    # --- what is asked of it --------------------------------------------

    def can_enter(self, mode: int) -> str:
        """Return why a mode can't be entered: in the air it needs a mission, or a position."""
        if not self.vehicle.armed or not self.is_airborne:
            return ""
        if mode == AUTO and not self.mission.has_items:
            return "init failed"
        needs = self.vehicle.flavour.modes[mode].needs_position and not self.vehicle.has_position
        return "requires position" if needs else ""

    def enter(self, mode: int) -> None:
        """Begin a mode; a take-off or a phase of the last one ends."""
        self.mission.suspend()
        self._takeoff_height_m = None
        self._touched_s = None
        self._speed_mps = None
        self._turned_rad = 0.0
        self.target = None
        self.begin_phase("")
        if mode in (RTL, SMART_RTL):
            self.begin_phase("climb")
        if mode == AUTO and self.vehicle.armed and self.is_airborne:
            self.start_mission()

    def start_mission(self) -> None:
        """Fly the mission from its current item on."""
        self._is_started = True
        if self.mission.has_items:
            self.mission.resume()

    def armed(self) -> None:
        """Forget the flight before."""
        self._is_started = False
        self._touched_s = None
        self._yaw_rad = None
        self.roi = None
        self._velocity = (0.0, 0.0, 0.0)

    def disarmed(self) -> None:
        """Forget where it was in its mission (observed; AP_Arming_Copter::disarm)."""
        self.mission.forget()

    def take_off(self, height_m: float) -> MavResult:
        """Climb straight up: armed, on the ground, in GUIDED."""
        vehicle = self.vehicle
        if not vehicle.armed or self.is_airborne or vehicle.mode != GUIDED or height_m <= 0.0:
            return MavResult.FAILED
        self._begin_takeoff(self.down_of(height_m, is_relative=True))
        return MavResult.ACCEPTED

    def _begin_takeoff(self, down_m: float) -> None:
        position = self.vehicle.position
        self.target = Spot(position.north_m, position.east_m, down_m)
        self._takeoff_height_m = -down_m
        self._takeoff_at_s = self.vehicle.now_s

    def go_to(self, spot: Spot) -> None:
        """Fly to a place."""
        self._takeoff_height_m = None
        self.target = spot

    def change_speed(self, kind: int, speed_mps: float) -> MavResult:
        """Change the horizontal speed, only where one is flown; climb (2) and descent (3) keep theirs."""
        if speed_mps <= 0.0 or self.vehicle.mode not in (AUTO, GUIDED, RTL, CIRCLE):
            return MavResult.FAILED
        if kind < _CLIMB_SPEED:
            self._speed_mps = speed_mps
        return MavResult.ACCEPTED

    def pause(self, *, is_paused: bool) -> MavResult:
        """DO_PAUSE_CONTINUE: stop where it is, or go on."""
        if not self.is_airborne or self.vehicle.mode not in (AUTO, GUIDED):
            return MavResult.FAILED
        if is_paused:
            self.mission.suspend()
            self.target = None
        elif self.vehicle.mode == AUTO:
            self.mission.resume()
        return MavResult.ACCEPTED

    # --- mission --------------------------------------------------------

    def reached_text(self, seq: int, item: Item) -> str:
        """Return the text of an item that is done."""
        return "" if item.command == Nav.TAKEOFF else f"Reached command #{seq}"

    def begin_item(self, item: Item) -> None:
        """Start flying an item."""
        self._touched_s = None
        self._turned_rad = 0.0
        self.begin_phase("fly")
        if item.command == Nav.TAKEOFF:
            down_m = self.place(item).down_m
            if self.is_airborne:
                self.target = self.vehicle.position._replace(down_m=down_m)
            else:
                self._begin_takeoff(down_m)
        elif item.command == Nav.RETURN_TO_LAUNCH:
            self.begin_phase("climb")
        elif item.command == Nav.LAND:
            here = self.vehicle.position
            self.target = self.place(item)._replace(down_m=here.down_m)
        elif item.command != Nav.DELAY:
            self.target = self.place(item)

    def is_item_done(self, item: Item) -> bool:
        """Tell whether the item is finished; RTL and LAND end with the flight, LOITER_UNLIM never."""
        if item.command in (Nav.RETURN_TO_LAUNCH, Nav.LAND, Nav.LOITER_UNLIM):
            if item.command == Nav.LAND and self.phase == "fly" and self.is_there(is_flat=True):
                self.begin_phase("land")
            return False
        if item.command == Nav.TAKEOFF:
            return self._takeoff_height_m is None and self.is_there()
        if item.command == Nav.LOITER_TURNS:
            return abs(self._turned_rad) >= 2.0 * math.pi * max(item.params[0], 1.0)
        if self.phase == "fly" and (item.command == Nav.DELAY or self.is_there()):
            self.begin_phase("wait")
        return self.phase == "wait" and self.vehicle.now_s - self._phase_since_s >= item.params[0]

    def do_item(self, item: Item) -> None:
        """Do an item that isn't flown."""
        if item.command == Nav.CONDITION_YAW:
            self.turn_to(math.radians(item.params[0]), math.radians(item.params[1]))
        super().do_item(item)

    # --- flying ---------------------------------------------------------

    def _demand(self) -> Demand:
        vehicle = self.vehicle
        if not vehicle.armed:
            self._velocity = (0.0, 0.0, 0.0)
            self._was_airborne = False
            return Demand()
        if self.is_airborne and not self._was_airborne:
            self._was_airborne = True
            vehicle.later(_IN_FLIGHT_ALIGNMENT_S, self._tell_alignment)
        if self._takeoff_height_m is not None and vehicle.mode in (GUIDED, AUTO):
            demand = self._climb_away()
            self.mission.tick()
            return demand
        if not self.is_airborne and not self._is_landing:
            self._velocity = (0.0, 0.0, 0.0)
            return self._stand()
        return self._flying.get(vehicle.mode, self.fly_to_target)()

    def _tell_alignment(self) -> None:
        if self.is_airborne:
            for unit in (0, 1):
                self.vehicle.say(INFO, f"EKF3 IMU{unit} MAG0 in-flight yaw alignment complete")

    def _climb_away(self) -> Demand:
        """Take off: spool up, climb, stay at the height."""
        vehicle = self.vehicle
        if vehicle.now_s - self._takeoff_at_s < _SPOOL_S:
            return self._stand()
        demand = self.fly_to_target()
        if self.target is not None and vehicle.position.down_m - self.target.down_m < 0.3:
            self._takeoff_height_m = None
        return demand

    def _fly_mission(self) -> Demand:
        """AUTO: whatever the current item asks for."""
        self.mission.tick()
        item = self.mission.item
        if item is None or self.mission.is_complete or not self._is_started:
            return self.fly_to_target()
        if item.command == Nav.RETURN_TO_LAUNCH:
            return self._return()
        if self.phase == "land":
            return self.descend()
        if item.command == Nav.LOITER_TURNS:
            radius = abs(item.params[2]) or 10.0
            return self._circle(radius, -1.0 if item.params[2] < 0 else 1.0)
        return self.fly_to_target()

    def _return(self) -> Demand:
        """RTL: up to the cone or the return height, home, wait, land."""
        here, home = self.vehicle.position, self.home
        parameters = self.vehicle.parameters
        if self.phase == "climb":
            # near home it climbs less: the height grows with the distance, up to RTL_ALT
            cone_m = here.distance_to(home) * max(parameters.value("RTL_CONE_SLOPE"), 0.5)
            height_m = min(parameters.value("RTL_ALT") / 100.0, max(cone_m, 2.0))
            down_m = min(home.down_m - height_m, here.down_m)
            self.target = self._stopping_spot()._replace(down_m=down_m)
            self.begin_phase("rise")
        if self.phase == "rise" and self.is_there():
            self.target = home._replace(down_m=here.down_m)
            self.begin_phase("home")
        if self.phase == "home" and self.is_there(is_flat=True):
            self.begin_phase("wait")
        wait_s = parameters.value("RTL_LOIT_TIME") / 1000.0
        if self.phase == "wait" and self.vehicle.now_s - self._phase_since_s >= wait_s:
            self.begin_phase("land")
        return self.descend() if self.phase == "land" else self.fly_to_target()

    def descend(self) -> Demand:
        """Come down, slowly near the ground; disarm two seconds after touching it."""
        vehicle = self.vehicle
        if not self.is_airborne:
            self._touch_down()
            return self._stand()
        slow = vehicle.parameters.value("LAND_SPEED") / 100.0
        fast = vehicle.parameters.value("WPNAV_SPEED_DN") / 100.0
        down = fast if vehicle.height_home_m > _LAND_SLOW_BELOW_M else slow
        return self._sink(down)

    def _touch_down(self) -> None:
        vehicle = self.vehicle
        if self._touched_s is None:
            self._touched_s = vehicle.now_s
            vehicle.say(INFO, f"SIM Hit ground at {vehicle.motion.impact_mps:.6f} m/s")
        elif vehicle.now_s - self._touched_s >= _LANDED_AFTER_S:
            self._touched_s = None
            vehicle.arming.disarm()
            if vehicle.mode == AUTO:
                self.mission.is_complete = True
