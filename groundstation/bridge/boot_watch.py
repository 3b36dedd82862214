# SPDX-License-Identifier: Apache-2.0
"""Tells by the boot clock whether an autopilot restarted, or two of them speak alternately. Bridge thread; no I/O."""

from __future__ import annotations

from collections import deque

from groundstation.bridge.ear import BootNews, Ear
from groundstation.bridge.roll_call import RollCall, is_same_boot, two_autopilots
from groundstation.fleet.link import ConnReason
from groundstation.mavlink.stream_requests import Outbound

REBOOTS_OF_TWO = 3
"""A boot clock that went back this often within `REBOOT_WINDOW_S` is the clocks of two autopilots in turn."""
REBOOT_WINDOW_S = 5.0
IN_TURN_S = 10.0
"""So long after the last such turn they are two."""


class BootWatch:
    """Looks at the boot clocks of all ears."""

    def __init__(self, roll: RollCall) -> None:
        """Begin.

        Args:
            roll: knows whose ears they are.
        """
        self._roll = roll
        self._went_back_s: dict[Ear, deque[float]] = {}

    def on_clock(self, ear: Ear, boot_ms: int, now_s: float) -> list[Outbound]:
        """Look at its clock; returns the question that settles a claim that it went back."""
        news = ear.on_boot_clock(boot_ms, now_s)
        if news is BootNews.NONE:
            return []
        if news is BootNews.RESTARTED:
            self._on_restart(ear, now_s)
            return []
        moments = self._went_back_s.setdefault(ear, deque(maxlen=REBOOTS_OF_TWO))
        # the clocks of two autopilots in turn look like one that goes back again and again
        moments.append(now_s)
        vehicle = self._roll.vehicle_of(ear)
        if vehicle is not None and len(moments) == REBOOTS_OF_TWO and now_s - moments[0] < REBOOT_WINDOW_S:
            vehicle.set_conflict(two_autopilots(ear.sysid, ear, ear), now_s)
        return ear.time_sync.ask(now_s)

    def _on_restart(self, ear: Ear, now_s: float) -> None:
        """Begin a new life of the vehicle, unless two autopilots behind one peer speak alternately."""
        vehicle = self._roll.vehicle_of(ear)
        if vehicle is None or self.speak_in_turn(ear, now_s):
            return
        ear.begin_anew(now_s)
        if len(vehicle.ears) > 1 and is_same_boot(ear.booted_s, vehicle.booted_s):
            return  # the other link was quicker to tell
        for other in vehicle.ears:
            if other is not ear:
                # else the first frame on the other link would look like another autopilot's
                other.forget_boot()
        vehicle.booted_s = ear.booted_s
        vehicle.begin_new_life(ConnReason.REBOOTED, now_s)

    def speak_in_turn(self, ear: Ear, now_s: float) -> bool:
        """Whether two autopilots were taken for this one lately."""
        moments = self._went_back_s.get(ear)
        return moments is not None and len(moments) == REBOOTS_OF_TWO and now_s - moments[-1] < IN_TURN_S

    def forget(self, ear: Ear) -> None:
        """It is not heard any more."""
        self._went_back_s.pop(ear, None)
