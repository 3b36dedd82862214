# SPDX-License-Identifier: Apache-2.0
"""What a simulated ArduPilot does by itself when something is lost: station, battery, GPS. Sans-I/O.

The mode a failsafe chose is kept when its cause goes; both edges are said. Timings as seen in ArduPilot
4.5.7.
"""

from __future__ import annotations

from typing import cast

from groundstation.simulator.ardupilot.boot import EKF_ATTITUDE, EKF_LOST
from groundstation.simulator.engine.boot import CRITICAL, INFO, WARNING
from groundstation.simulator.engine.failsafes import Charge, Failsafes
from groundstation.simulator.engine.vehicle import Vehicle

_STATION_LOST_S = 5.0
_STATION_BACK_S = 0.2
_EKF_LOST_S, _EKF_LAND_S, _EKF_STOPPED_S = 7.5, 8.0, 15.1
"""After the GPS went: flags 37, LAND, no more aiding."""
_EKF_BACK_S, _EKF_CLEARED_S = 0.3, 1.5
_BATTERY_ACTIONS = {1: "land", 2: "rtl", 3: "rtl", 4: "rtl", 5: "land"}
"""BATT_FS_LOW_ACT and BATT_FS_CRT_ACT of a copter."""
_PLANE_BATTERY_ACTIONS = {1: "rtl", 2: "rtl", 4: "rtl", 6: "rtl"}


class ArduPilotFailsafes(Failsafes):
    """The three watches of one ArduPilot."""

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__()
        self._vehicle = vehicle
        self._station_back_s: float | None = None
        self._low_since_s: float | None = None
        self._critical_since_s: float | None = None

    @property
    def is_active(self) -> bool:
        """Is HEARTBEAT.system_status critical."""
        return self._is_station_lost or self._has_estimator_failed or self.charge_state != Charge.OK

    @property
    def is_battery_bad(self) -> bool:
        """Has the battery failsafe come: SYS_STATUS loses bit 25."""
        return self.charge_state != Charge.OK

    def arming_reasons(self) -> list[str]:
        """Return what of this forbids arming."""
        return ["Battery failsafe"] if self.is_battery_bad else []

    def ekf_flags(self, normal: int) -> int:
        """Return EKF_STATUS_REPORT.flags, given what they would be with a working GPS."""
        if self._gps_lost_s is None or not self.has_lost_position:
            return normal
        age_s = self._vehicle.now_s - self._gps_lost_s
        return min(normal, EKF_ATTITUDE) if age_s >= _EKF_STOPPED_S else min(normal, EKF_LOST)

    def heard_station(self) -> None:
        """Note a HEARTBEAT of the station this vehicle follows (SYSID_MYGCS)."""
        self._heard_s = self._vehicle.now_s
        if self._is_station_lost and self._station_back_s is None:
            self._station_back_s = self._vehicle.now_s + _STATION_BACK_S

    def disarmed(self) -> None:
        """Forget a lost station: on the ground it is no emergency."""
        self._is_station_lost = False
        self._station_back_s = None

    def new_battery(self) -> None:
        """Somebody put in a full battery."""
        super().new_battery()
        self._low_since_s = self._critical_since_s = None

    def _watch_station(self) -> None:
        vehicle = self._vehicle
        flavour = vehicle.flavour
        lost_text, back_text = flavour.gcs_failsafe_texts
        if self._is_station_lost:
            if self._station_back_s is not None and vehicle.now_s >= self._station_back_s:
                self._is_station_lost = False
                self._station_back_s = None
                vehicle.say(WARNING, back_text)
            return
        if self._heard_s is None or not vehicle.armed or not vehicle.guidance.is_airborne:
            return
        is_watched = vehicle.parameters.value(flavour.gcs_failsafe_parameter) > 0
        if is_watched and vehicle.now_s - self._heard_s >= _STATION_LOST_S:
            self._is_station_lost = True
            vehicle.say(WARNING, lost_text)
            self._act("rtl")

    def _watch_battery(self) -> None:
        vehicle = self._vehicle
        if not vehicle.armed or self.charge_state == Charge.CRITICAL:
            return
        low_v = vehicle.parameters.value("BATT_LOW_VOLT")
        critical_v = vehicle.parameters.value("BATT_CRT_VOLT")
        wait_s = vehicle.parameters.value("BATT_LOW_TIMER")
        voltage_v, now_s = vehicle.motion.voltage_v, vehicle.now_s
        self._low_since_s = _since(self._low_since_s, now_s, holds=voltage_v < low_v)
        self._critical_since_s = _since(self._critical_since_s, now_s, holds=voltage_v < critical_v)
        if self._critical_since_s is not None and now_s - self._critical_since_s >= wait_s:
            self._battery_fails(Charge.CRITICAL, "critical", "BATT_FS_CRT_ACT")
        elif self.charge_state == Charge.OK and self._low_since_s is not None and now_s - self._low_since_s >= wait_s:
            self._battery_fails(Charge.LOW, "low", "BATT_FS_LOW_ACT")

    def _battery_fails(self, state: Charge, word: str, parameter: str) -> None:
        vehicle = self._vehicle
        self.charge_state = state
        motion = vehicle.motion
        vehicle.say(WARNING, f"Battery 1 is {word} {motion.voltage_v:.2f}V used {motion.consumed_mah:.0f} mAh")
        vehicle.say(WARNING, "Battery Failsafe")
        actions = _BATTERY_ACTIONS if vehicle.flavour.land_mode is not None else _PLANE_BATTERY_ACTIONS
        self._act(actions.get(int(vehicle.parameters.value(parameter)), ""))

    def _act(self, action: str) -> None:
        """Change the mode; a landing is never called off."""
        vehicle = self._vehicle
        flavour = vehicle.flavour
        if flavour.land_mode is not None and vehicle.mode == flavour.land_mode:
            return
        if action == "land" and flavour.land_mode is not None:
            vehicle.set_mode(flavour.land_mode)
        elif action == "rtl" and vehicle.mode != flavour.rtl_mode:
            vehicle.set_mode(flavour.rtl_mode)

    def gps_lost(self) -> None:
        """Start the timeline of a lost GPS."""
        vehicle = self._vehicle
        lost_s = vehicle.now_s
        self._gps_lost_s = lost_s
        for delay_s, job in (
            (_EKF_LOST_S, self._position_fails),
            (_EKF_LAND_S, self._estimator_fails),
            (_EKF_STOPPED_S, self._aiding_stops),
        ):
            vehicle.later(delay_s, self._while_lost(lost_s, job))

    def _position_fails(self) -> None:
        self.has_lost_position = True

    def _estimator_fails(self) -> None:
        vehicle = self._vehicle
        vehicle.say(CRITICAL, "EKF3 lane switch 1")
        vehicle.say(CRITICAL, "EKF variance")
        if vehicle.armed and vehicle.guidance.is_airborne and vehicle.flavour.land_mode is not None:
            self._has_estimator_failed = True
            vehicle.say(CRITICAL, "EKF Failsafe: changed to LAND Mode")
            self._act("land")

    def _aiding_stops(self) -> None:
        self._vehicle.say(INFO, "EKF3 IMU0 stopped aiding")

    def gps_back(self) -> None:
        """Start the timeline of a GPS that came back."""
        self._gps_lost_s = None
        if self.has_lost_position:
            self._vehicle.later(_EKF_BACK_S, self._position_returns)

    def _position_returns(self) -> None:
        vehicle = self._vehicle
        self.has_lost_position = False
        vehicle.say(INFO, "EKF3 IMU0 is using GPS")
        if self._has_estimator_failed:
            vehicle.later(_EKF_CLEARED_S - _EKF_BACK_S, self._estimator_recovers)

    def _estimator_recovers(self) -> None:
        self._has_estimator_failed = False
        self._vehicle.say(CRITICAL, "EKF Failsafe Cleared")


def _since(since_s: float | None, now_s: float, *, holds: bool) -> float | None:
    """Return since when a condition holds, ``None`` when it doesn't."""
    if not holds:
        return None
    return now_s if since_s is None else since_s


def failsafes_of(vehicle: Vehicle) -> ArduPilotFailsafes:
    """Return the failsafes of a vehicle that is known to be an ArduPilot."""
    return cast("ArduPilotFailsafes", vehicle.failsafes)
