# SPDX-License-Identifier: Apache-2.0
"""Arming of one vehicle: the checks and their texts, the pre-arm bit, disarming by itself. Sans-I/O."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from groundstation.simulator.boot import CRITICAL, INFO

if TYPE_CHECKING:
    from groundstation.simulator.autopilot import Vehicle

ACCEPTED, FAILED = 0, 4
"""MAV_RESULT."""
FORCE_MAGIC = 2989.0
"""Overrides the checks in ArduPilot; the published 21196 was seen not to."""
FORCE_DISARM_MAGIC = 21196.0
_PREARM_REPEAT_S = 30.0
_DISARM_LAG_S = 0.2
_HEALTH_S = 1.0
"""How often the pre-arm bit is judged anew."""


class Arming:
    """Whether the motors are armed, and whether they may be."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self.is_armed = False
        self.is_healthy = False
        """SYS_STATUS bit 28: up to a second old, judged for the mode of then."""
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
        return [*found, *vehicle.failsafes.arming_reasons(), *self.extra_reasons]

    def arm(self, *, force: bool = False, text: str = "") -> int:
        """Try to arm; refusals are said as texts.

        Args:
            force: Leave the checks out.
            text: What is said when it works, empty for the flavour's own.

        Returns:
            MAV_RESULT.
        """
        vehicle = self._vehicle
        if self.is_armed:
            return ACCEPTED
        reasons = [] if force else self.reasons()
        for reason in reasons:
            vehicle.say(CRITICAL, f"Arm: {reason}")
        if reasons:
            return FAILED
        self.is_armed = True
        self._idle_since_s = vehicle.now_s
        if vehicle.home is not None:
            vehicle.set_home(vehicle.position)
        vehicle.say(INFO, text or vehicle.flavour.armed_text)
        vehicle.guidance.armed()
        return ACCEPTED

    def disarm(self, *, force: bool = False, text: str = "") -> int:
        """Try to disarm; in the air only by force.

        Args:
            force: Even in the air.
            text: What is said when it works, empty for the flavour's own.

        Returns:
            MAV_RESULT.
        """
        vehicle = self._vehicle
        if not self.is_armed:
            return ACCEPTED
        if not force and vehicle.guidance.is_airborne:
            return FAILED
        self.is_armed = False
        vehicle.say(INFO, text or vehicle.flavour.disarmed_text)
        vehicle.failsafes.disarmed()
        return ACCEPTED

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
