# SPDX-License-Identifier: Apache-2.0
"""How a simulated ArduPlane flies: its modes, the automatic take-off and landing, its mission items. Sans-I/O."""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.simulator.ardupilot.mission_run import ArduPilotMissionRun
from groundstation.simulator.engine.boot import INFO
from groundstation.simulator.engine.commands import MavResult
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.fixed_wing import CLIMB_MPS, SINK_MPS, FixedWingGuidance
from groundstation.simulator.engine.flight import Demand
from groundstation.simulator.engine.guidance import Landed
from groundstation.simulator.engine.missions import MISSION, Item, Nav
from groundstation.simulator.engine.vehicle import Vehicle

MANUAL, CIRCLE, AUTO, RTL, LOITER, TAKEOFF, GUIDED = 0, 1, 10, 11, 12, 13, 15

_GROUND_SPEED, _USUAL_SPEED = 1, -2.0
"""Of DO_CHANGE_SPEED: a type, and a speed."""
_WAITING_TEXT = "Armed AUTO, xaccel = 0.0 m/s/s, waiting 0.2 sec"
_ITEM_REACHED = 46
_REACHED_M = 55.0
"""It turns to the next leg this far ahead of a waypoint."""
_FLARE_BELOW_M = 3.5
_APPROACH_MPS = 17.0
_FLARE_RUN_M = 105.0
"""How far it floats and rolls behind the end of the glide."""
_CIRCLES = (Nav.LOITER_UNLIM, Nav.LOITER_TURNS, Nav.LOITER_TIME, Nav.LOITER_TO_ALT)


class PlaneGuidance(FixedWingGuidance):
    """The guidance of a fixed-wing aircraft."""

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__(vehicle)
        self.mission = ArduPilotMissionRun(vehicle, self)
        self._speed_mps: float | None = None
        self._course_rad: float | None = None
        self._is_place_told = True
        self._runway_rad = 0.0
        self._stopped_s: float | None = None
        self._flying: dict[int, Callable[[], Demand]] = {
            AUTO: self._fly_mission,
            TAKEOFF: self._fly_takeoff,
            RTL: self._circle,
            LOITER: self._circle,
            GUIDED: self._fly_guided,
            CIRCLE: self._circle,
        }

    @property
    def is_idle(self) -> bool:
        """Does it stand armed with nothing to do."""
        return not self.is_airborne and self.phase == ""

    @property
    def landed(self) -> Landed:
        """EXTENDED_SYS_STATE.landed_state: a plane shows ground and air only."""
        return Landed.IN_AIR if self.is_airborne else Landed.ON_GROUND

    @property
    def loiter_radius_m(self) -> float:
        """The radius of its circles when none was asked for."""
        return abs(self.vehicle.parameters.value("WP_LOITER_RAD")) or 60.0

    @property
    def airspeed_mps(self) -> float:
        """The airspeed it is told to fly."""
        return self._speed_mps or self.vehicle.parameters.value("AIRSPEED_CRUISE")

    # --- what is asked of it --------------------------------------------

    def can_enter(self, mode: int) -> str:
        """Return why a mode can't be entered: nothing is refused."""
        del mode
        return ""

    def enter(self, mode: int) -> None:
        """Begin a mode."""
        vehicle = self.vehicle
        self.mission.suspend()
        self.begin_phase("")
        self._speed_mps = None
        self._course_rad = None
        here = vehicle.position
        self._circle_at(here)
        if mode == RTL:
            height_m = vehicle.parameters.value("RTL_ALTITUDE")
            self._circle_at(self.home._replace(down_m=self.down_of(height_m, is_relative=True)))
        elif mode == AUTO:
            self._enter_auto()
        elif mode == TAKEOFF:
            self._prepare_takeoff()
        elif mode == GUIDED:
            self._is_place_told = False

    def _enter_auto(self) -> None:
        if self.mission.has_items:
            self.mission.resume()
        else:
            self.finish_mission()

    def _prepare_takeoff(self) -> None:
        if self.vehicle.armed and not self.is_airborne:
            self.vehicle.say(INFO, _WAITING_TEXT)
            height_m = self.vehicle.parameters.value("TKOFF_ALT")
            self._start_takeoff(self.down_of(height_m, is_relative=True))
            distance_m = self.vehicle.parameters.value("TKOFF_DIST")
            heading_deg = math.degrees(self._runway_rad)
            self.vehicle.say(INFO, f"Takeoff to {height_m:.0f}m for {distance_m:.1f}m heading {heading_deg:.1f} deg")

    def disarmed(self) -> None:
        """Forget where it was in its mission, unless it is in AUTO (AP_Arming_Plane::disarm)."""
        if self.vehicle.mode != AUTO:
            self.mission.forget()

    def armed(self) -> None:
        """Take off at once when the mode is TAKEOFF, or AUTO at its take-off item."""
        if self.mission.is_complete:
            self.mission.forget()
        if self.vehicle.mode == TAKEOFF:
            self._prepare_takeoff()
        elif self.vehicle.mode == AUTO:
            self._enter_auto()

    def start_mission(self) -> None:
        """Fly the mission: the mode change has done it."""

    def take_off(self, height_m: float) -> MavResult:
        """Refuse: a plane takes off in mode TAKEOFF or in a mission."""
        del height_m
        return MavResult.FAILED

    def land(self) -> MavResult:
        """Go to the landing of the mission, if there is one."""
        items = self.vehicle.plans[MISSION].items
        for seq, item in enumerate(items):
            if item.command in (Nav.DO_LAND_START, Nav.LAND):
                self.vehicle.set_mode(AUTO)
                self.mission.set_current(seq)
                return MavResult.ACCEPTED
        return MavResult.UNSUPPORTED

    def go_to(self, spot: Spot) -> None:
        """Circle a place."""
        self._course_rad = None
        self._is_place_told = False
        self._circle_at(spot)

    def change_height(self, down_m: float) -> None:
        """Keep the place and change the height only."""
        if self.target is not None:
            self.target = self.target._replace(down_m=down_m)

    def change_speed(self, kind: int, speed_mps: float) -> MavResult:
        """Change the airspeed (type 0; -2 is the usual one) or the least ground speed (type 1)."""
        if kind == _GROUND_SPEED:
            self.vehicle.say(INFO, f"Set groundspeed {int(speed_mps)}")
            return MavResult.ACCEPTED
        if kind == 0 and speed_mps == _USUAL_SPEED:
            self._speed_mps = None
            return MavResult.ACCEPTED
        if kind != 0 or not self.can_fly_at(speed_mps):
            return MavResult.FAILED
        self.set_airspeed(speed_mps)
        self.vehicle.say(INFO, f"Set airspeed {int(speed_mps)} m/s")
        return MavResult.ACCEPTED

    def can_fly_at(self, airspeed_mps: float) -> bool:
        """Is an airspeed within AIRSPEED_MIN and AIRSPEED_MAX."""
        value = self.vehicle.parameters.value
        return value("AIRSPEED_MIN") <= airspeed_mps <= value("AIRSPEED_MAX")

    def set_airspeed(self, airspeed_mps: float) -> None:
        """Fly at an airspeed from now on."""
        self._speed_mps = airspeed_mps

    def hold_course(self, course_rad: float) -> None:
        """Fly straight on, instead of around the target, until the next place or mode."""
        self._course_rad = course_rad

    # --- mission --------------------------------------------------------

    def reached_text(self, seq: int, item: Item) -> str:
        """Return the text of an item that is done."""
        if item.command == Nav.TAKEOFF:
            return f"Takeoff complete at {self.vehicle.height_home_m:.2f}m"
        distance_m = self.vehicle.position.distance_to(self.target) if self.target else 0.0
        return f"Reached waypoint #{seq} dist {distance_m:.0f}m"

    def begin_item(self, item: Item) -> None:
        """Start flying an item."""
        here = self.vehicle.position
        self._from = self.target if self.target is not None and self.is_airborne else here
        self._turned_rad, self._angle_rad = 0.0, None
        self.begin_phase("fly")
        if item.command == Nav.TAKEOFF:
            self._begin_takeoff_item(item)
        elif item.command == Nav.RETURN_TO_LAUNCH:
            self.vehicle.set_mode(RTL)
        elif item.command == Nav.LAND:
            self._from = here
            self.target = self.place(item)
            self.begin_phase("approach")
            self.vehicle.say(INFO, f"Landing approach start at {self.vehicle.height_home_m:.1f}m")
        elif item.command in _CIRCLES:
            self._circle_at(self.place(item), abs(item.params[2]) if item.command != Nav.LOITER_TO_ALT else 0.0)
            self.begin_phase("circle")
        else:
            self.target = self.place(item)

    def _begin_takeoff_item(self, item: Item) -> None:
        down_m = self.place(item).down_m
        if self.is_airborne:
            self.begin_phase("climb")
            self.target = self.vehicle.position._replace(down_m=down_m)
        elif self.vehicle.armed:
            self.vehicle.say(INFO, _WAITING_TEXT)
            self._start_takeoff(down_m)

    def is_item_done(self, item: Item) -> bool:
        """Tell whether the item is finished."""
        here = self.vehicle.position
        if item.command == Nav.TAKEOFF:
            return self.is_airborne and self.target is not None and here.down_m <= self.target.down_m + 1.0
        if item.command in (Nav.LAND, Nav.LOITER_UNLIM, Nav.RETURN_TO_LAUNCH):
            return False
        if item.command == Nav.LOITER_TURNS:
            return abs(self._turned_rad) >= 2.0 * math.pi * max(item.params[0], 1.0)
        if item.command == Nav.LOITER_TIME:
            return self._angle_rad is not None and abs(self._turned_rad) >= item.params[0] * (
                self.airspeed_mps / self._radius_m
            )
        if item.command == Nav.LOITER_TO_ALT:
            return self.target is not None and abs(here.down_m - self.target.down_m) < 3.0
        return self.target is None or here.distance_to(self.target) < _REACHED_M or self._is_past()

    def finish_mission(self) -> None:
        """Go home, unless it has landed."""
        self.vehicle.say(INFO, "Mission complete, changing mode to RTL")
        self.vehicle.set_mode(RTL)

    # --- flying ---------------------------------------------------------

    def _start_takeoff(self, down_m: float) -> None:
        motion = self.vehicle.motion
        self._runway_rad = motion.yaw_rad
        self.target = self.vehicle.position._replace(down_m=down_m)
        self.begin_phase("climb")
        self.vehicle.say(INFO, "Triggered AUTO. GPS speed = 0.0")

    def tick(self) -> Demand:
        """Go on by one tick; a place of the guided mode is told as if it were an item."""
        vehicle, target = self.vehicle, self.target
        is_waiting = not self._is_place_told and vehicle.mode == GUIDED
        if is_waiting and target is not None and vehicle.position.distance_to(target) <= self._radius_m * 1.1:
            self._is_place_told = True
            vehicle.broadcast(_ITEM_REACHED, seq=self.mission.current)
        return super().tick()

    def _demand(self) -> Demand:
        vehicle = self.vehicle
        if not vehicle.armed:
            if not self.is_airborne:
                self._stopped_s = None
            return Demand()
        if not self.is_airborne and self.phase not in ("climb", "rollout"):
            if self.phase == "approach" and vehicle.motion.impact_mps > 0.0:
                self._touch_down()
            return Demand(running=1.0, yaw_rad=vehicle.motion.yaw_rad)
        if self.phase == "rollout":
            return self._roll_out()
        return self._flying.get(vehicle.mode, self._fly_by_hand)()

    def _fly_takeoff(self) -> Demand:
        """Mode TAKEOFF: climb straight ahead, then circle."""
        here = self.vehicle.position
        if self.phase == "climb" and self.target is not None and here.down_m > self.target.down_m + 1.0:
            return self._climb_out()
        if self.phase == "climb" and self.target is not None:
            self._circle_at(Spot(here.north_m, here.east_m, self.target.down_m))
            self.begin_phase("circle")
        return self._circle()

    def _fly_guided(self) -> Demand:
        """GUIDED: around the target, or along the course that was asked for."""
        if self._course_rad is None or self.target is None:
            return self._circle()
        sink = self._sink_to(self.target.down_m)
        return Demand(1.0, velocity_down_mps=sink, yaw_rad=self._course_rad, airspeed_mps=self.airspeed_mps)

    def _climb_out(self) -> Demand:
        rise = self.vehicle.position.down_m - (self.target.down_m if self.target else 0.0)
        climb = min(CLIMB_MPS, max(1.0, 0.6 * rise))
        return Demand(1.0, velocity_down_mps=-climb, yaw_rad=self._runway_rad, airspeed_mps=self.airspeed_mps)

    def _fly_mission(self) -> Demand:
        """AUTO: whatever the current item asks for."""
        self.mission.tick()
        if self.phase == "climb":
            return self._climb_out()
        if self.phase == "approach":
            return self._approach()
        if self.phase == "circle" or self.vehicle.mode != AUTO:
            return self._circle()
        return self._follow_track()

    def _approach(self) -> Demand:
        """Come down a straight line to the landing point; flatten out just above the ground."""
        target = self.target or self.vehicle.position
        here = self.vehicle.position
        left_m = max(here.distance_to(target) - _FLARE_RUN_M, 1.0)
        height_m = target.down_m - here.down_m
        if height_m < _FLARE_BELOW_M:
            sink = max(0.5, 0.4 * height_m)
        else:
            sink = min(max(height_m / left_m * _APPROACH_MPS, 0.3), SINK_MPS)
        course = self._runway_rad if left_m < 10.0 or self._is_past() else self._track_course(target)
        self._runway_rad = course  # kept behind the landing point, where the track has no course any more
        return Demand(1.0, velocity_down_mps=sink, yaw_rad=course, airspeed_mps=_APPROACH_MPS)

    def _touch_down(self) -> None:
        impact_mps = self.vehicle.motion.impact_mps
        self.vehicle.say(INFO, f"SIM Hit ground at {impact_mps:.6f} m/s")
        self.begin_phase("rollout")
        self._stopped_s = None

    def _roll_out(self) -> Demand:
        """Roll to a stop, wait, disarm."""
        vehicle = self.vehicle
        if vehicle.motion.airspeed_mps < 0.5 and self._stopped_s is None:
            self._stopped_s = vehicle.now_s
        wait_s = vehicle.parameters.value("LAND_DISARMDELAY")
        if self._stopped_s is not None and vehicle.now_s - self._stopped_s >= wait_s:
            self.begin_phase("")
            self.mission.is_complete = True
            vehicle.arming.disarm()
            vehicle.say(INFO, "Auto disarmed")
            if self.target is not None:
                distance_m = vehicle.position.distance_to(self.target)
                vehicle.say(INFO, f"Distance from LAND point={distance_m:.2f}m")
        return Demand(running=1.0, yaw_rad=vehicle.motion.yaw_rad)
