# SPDX-License-Identifier: Apache-2.0
"""Arming of a simulated PX4: refusals without a prefix, one text after the other; disarming by itself. Sans-I/O."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import cast

from groundstation.simulator.engine.arming import Arming
from groundstation.simulator.engine.boot import CRITICAL, INFO
from groundstation.simulator.engine.commands import MavResult
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.px4 import modes
from groundstation.simulator.px4.boot import LOGGER_S
from groundstation.simulator.px4.guidance import pilot_of

_TEXT_GAP_S = 0.052
"""Between two texts of one refusal."""
_LOG_S = 0.3
"""From arming to the text of a new log; the first flight goes into the log of the boot."""
_LEFT_ON_DISARM = frozenset({modes.TAKEOFF, modes.MISSION, modes.RTL, modes.LAND, modes.PRECLAND})


class Px4Arming(Arming):
    """Whether the motors of a PX4 are armed, and whether they may be."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self._armed_s = vehicle.now_s
        self._has_flown = False
        self.has_manual_home = False
        """Home was given as a place: it stays over arming, and its attitude is unknown."""
        self.calibrated_at_s = -math.inf
        """When the calibration under way ends."""

    @property
    def is_calibrating(self) -> bool:
        """Is HEARTBEAT.system_status calibrating."""
        return self._vehicle.now_s < self.calibrated_at_s

    def reasons(self) -> list[str]:
        """Return every reason why the vehicle may not be armed now, as it is said."""
        vehicle = self._vehicle
        found = vehicle.flavour.boot.reasons(vehicle.age_s, needs_position=False)
        if vehicle.mode in modes.BY_HAND:
            found.append("Manual control unavailable")
        elif not vehicle.flavour.modes[vehicle.mode].can_arm:
            found.append("Mode not suitable for takeoff")
        return found

    def arm(self, *, force: bool = False, text: str = "") -> MavResult:
        """Try to arm."""
        vehicle = self._vehicle
        if self.is_armed:
            return MavResult.ACCEPTED
        reasons = [] if force else self.reasons()
        if reasons:
            if vehicle.age_s >= LOGGER_S:
                self._tell_later(reasons)
            return MavResult.TEMPORARILY_REJECTED
        self.is_armed = True
        self._armed_s = vehicle.now_s
        if self._has_flown:
            vehicle.later(_LOG_S, lambda: tell_log(vehicle))
        self._has_flown = True
        if vehicle.has_position and not self.has_manual_home:
            vehicle.set_home(vehicle.position)
        vehicle.later(0.0, lambda: vehicle.say(INFO, text or vehicle.flavour.armed_text))
        vehicle.guidance.armed()
        return MavResult.ACCEPTED

    def _tell_later(self, reasons: list[str]) -> None:
        vehicle = self._vehicle
        for place, reason in enumerate(reasons):
            vehicle.later(place * _TEXT_GAP_S, lambda said=reason: vehicle.say(CRITICAL, said))  # type: ignore[misc]

    def disarm(self, *, force: bool = False, text: str = "") -> MavResult:
        """Try to disarm; in the air only by force."""
        vehicle = self._vehicle
        if not self.is_armed:
            return MavResult.ACCEPTED
        if not force and vehicle.guidance.is_airborne:
            vehicle.later(0.0, lambda: vehicle.say(CRITICAL, "Disarming denied! Not landed\t"))
            return MavResult.TEMPORARILY_REJECTED
        self.is_armed = False
        vehicle.later(0.0, lambda: vehicle.say(INFO, text or vehicle.flavour.disarmed_text))
        vehicle.failsafes.disarmed()
        if vehicle.mode in _LEFT_ON_DISARM:  # else the next arming would take off, or land, at once
            vehicle.set_mode(modes.HOLD)
        return MavResult.ACCEPTED

    def tick(self) -> None:
        """Judge SYS_STATUS bit 28, disarm one that has landed or never took off."""
        vehicle = self._vehicle
        self.is_healthy = vehicle.age_s >= vehicle.flavour.boot.healthy_s
        if not self.is_armed:
            return
        parameters, guidance = vehicle.parameters, pilot_of(vehicle)
        rest_s = parameters.value("COM_DISARM_LAND")
        landed_for_s = guidance.landed_for_s
        if rest_s > 0.0 and landed_for_s is not None and landed_for_s >= rest_s:
            self.disarm(text="Disarmed by landing\t")
            return
        wait_s = parameters.value("COM_DISARM_PRFLT")
        if wait_s > 0.0 and guidance.is_idle and vehicle.now_s - self._armed_s >= wait_s:
            self.disarm(text="Disarmed by auto preflight disarming\t")


def arming_of(vehicle: Vehicle) -> Px4Arming:
    """Return the arming of a vehicle that is known to be a PX4."""
    return cast("Px4Arming", vehicle.arming)


def tell_log(vehicle: Vehicle) -> None:
    """Say which log file was begun; its name is the time of day, in UTC."""
    began = datetime.fromtimestamp(vehicle.epoch_unix_s + vehicle.now_s, tz=UTC)
    vehicle.say(INFO, f"[logger] ./log/{began:%Y-%m-%d/%H_%M_%S}.ulg\t")
