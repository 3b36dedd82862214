# SPDX-License-Identifier: Apache-2.0
"""Arming of one vehicle: the checks and their texts, the pre-arm bit, disarming by itself. Sans-I/O."""

from __future__ import annotations

import math
from typing import cast

from groundstation.simulator.ardupilot.failsafes import failsafes_of
from groundstation.simulator.engine.arming import Arming
from groundstation.simulator.engine.boot import CRITICAL, INFO
from groundstation.simulator.engine.commands import MavResult
from groundstation.simulator.engine.vehicle import Vehicle

UNCHECKED_MAGIC = 2989.0
"""Overrides the checks in ArduPilot; the published 21196 was seen not to."""
_PREARM_REPEAT_S = 30.0
_DISARM_LAG_S = 0.2
_HEALTH_S = 1.0
"""How often the pre-arm bit is judged anew."""


class ArduPilotArming(Arming):
    """The arming of an ArduPilot."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self._next_health_s = vehicle.now_s
        past = max(math.floor((vehicle.now_s - vehicle.booted_at_s) / _PREARM_REPEAT_S), 0)
        self._next_complaint_s = vehicle.booted_at_s + (past + 1) * _PREARM_REPEAT_S
        self._idle_since_s = vehicle.now_s
        self.extra_reasons: list[str] = []
        """Reasons that stay until a reboot."""

    def reasons(self) -> list[str]:
        """Return every reason why the vehicle may not be armed now, without prefix; empty when it may."""
        vehicle = self._vehicle
        mode = vehicle.flavour.modes[vehicle.mode]
        return self._checks() if mode.can_arm else [f"{mode.name} mode not armable"]

    def _checks(self) -> list[str]:
        vehicle = self._vehicle
        mode = vehicle.flavour.modes[vehicle.mode]
        needs_position = mode.needs_position
        found = vehicle.flavour.boot.reasons(vehicle.age_s, needs_position=needs_position)
        if needs_position and not found and not vehicle.has_position:
            found = ["Need Position Estimate"]
        if vehicle.flavour.checks_mode_early and not mode.can_arm:
            found.append(f"{mode.name} mode not armable")
        return [*found, *failsafes_of(vehicle).arming_reasons(), *self.extra_reasons]

    def arm(self, *, force: bool = False, text: str = "") -> MavResult:
        """Try to arm; refusals are said as texts."""
        vehicle = self._vehicle
        if self.is_armed:
            return MavResult.ACCEPTED
        reasons = [] if force else self.reasons()
        for reason in reasons:
            vehicle.say(CRITICAL, f"Arm: {reason}")
        if reasons:
            return MavResult.FAILED
        self.is_armed = True
        self._idle_since_s = vehicle.now_s
        if vehicle.home is not None:  # home moves to where it was armed
            vehicle.set_home(vehicle.position)
        vehicle.say(INFO, text or vehicle.flavour.armed_text)
        vehicle.guidance.armed()
        return MavResult.ACCEPTED

    def disarm(self, *, force: bool = False, text: str = "") -> MavResult:
        """Try to disarm; in the air only by force."""
        vehicle = self._vehicle
        if not self.is_armed:
            return MavResult.ACCEPTED
        if not force and vehicle.guidance.is_airborne:
            return MavResult.FAILED
        self.is_armed = False
        vehicle.say(INFO, text or vehicle.flavour.disarmed_text)
        vehicle.failsafes.disarmed()
        vehicle.guidance.disarmed()
        return MavResult.ACCEPTED

    def complain(self) -> None:
        """Say what is wrong before arming, one text each."""
        for reason in self._checks():
            self._vehicle.say(CRITICAL, f"PreArm: {reason}")

    def tick(self) -> None:
        """Judge the pre-arm bit, repeat complaints, disarm a multicopter that idles on the ground."""
        vehicle = self._vehicle
        now_s = vehicle.now_s
        if now_s >= self._next_health_s:
            self._next_health_s = now_s + _HEALTH_S
            has_grown = vehicle.age_s >= vehicle.flavour.boot.healthy_s
            self.is_healthy = has_grown and not self._checks()
        if now_s >= self._next_complaint_s:
            self._next_complaint_s = now_s + _PREARM_REPEAT_S
            if not self.is_armed:
                self.complain()
        if not self.is_armed or not vehicle.guidance.is_idle:
            self._idle_since_s = now_s
        elif vehicle.flavour.idle_disarm_parameter is not None:
            delay_s = vehicle.parameters.value(vehicle.flavour.idle_disarm_parameter)
            if delay_s > 0.0 and now_s - self._idle_since_s >= delay_s + _DISARM_LAG_S:
                self.disarm()


def arming_of(vehicle: Vehicle) -> ArduPilotArming:
    """Return the arming of a vehicle that is known to be an ArduPilot."""
    return cast("ArduPilotArming", vehicle.arming)
