# SPDX-License-Identifier: Apache-2.0
"""What a simulated PX4 believes about ground and air: late, and for a while wrong. Sans-I/O.

The noise of its own simulation makes the real one report a take-off on arming, and another one or two after each
touch-down; a station has to live with both.
"""

from __future__ import annotations

from collections.abc import Callable

from groundstation.simulator.engine.boot import INFO
from groundstation.simulator.engine.guidance import Guidance
from groundstation.simulator.engine.vehicle import Vehicle

_ARMED_UP_S, _ARMED_DOWN_S = 0.1, 2.5
"""After arming it believes to be in the air from here to there."""
_TOUCHED_S = ((0.8, True), (1.8, False), (4.5, True), (5.5, False), (8.2, True))
"""After a touch-down: when it believes to have landed, and when not."""


class LandDetector:
    """Landed or not, with the texts of each change."""

    def __init__(self, vehicle: Vehicle, guidance: Guidance) -> None:
        self._vehicle = vehicle
        self._guidance = guidance
        self.is_landed = True
        self.has_flown = False
        """Since arming, in its own belief."""
        self._landed_s: float | None = None
        self._was_airborne = False
        self._story = 0
        """Counts what happened; what was planned for an older story is left out."""

    @property
    def landed_for_s(self) -> float | None:
        """Seconds since it believes to have landed after a flight, ``None`` when it doesn't."""
        return None if self._landed_s is None or not self.is_landed else self._vehicle.now_s - self._landed_s

    def armed(self) -> None:
        """The motors begin to turn: the noise looks like a take-off."""
        self.has_flown = False
        self._landed_s = None
        self._story += 1
        self._plan(_ARMED_UP_S, landed=False)
        self._plan(_ARMED_DOWN_S, landed=True)

    def lifting_off(self) -> None:
        """The thrust is up: whatever was believed, it flies now."""
        self._believe(landed=False)

    def tick(self) -> None:
        """Look at the ground."""
        is_airborne = self._guidance.is_airborne
        if is_airborne and not self._was_airborne:
            self._story += 1
            self._believe(landed=False)
        elif self._was_airborne and not is_airborne:
            self._story += 1
            for delay_s, landed in _TOUCHED_S:
                self._plan(delay_s, landed=landed)
        self._was_airborne = is_airborne

    def _plan(self, delay_s: float, *, landed: bool) -> None:
        self._vehicle.later(delay_s, self._unless_outdated(lambda: self._believe(landed=landed)))

    def _unless_outdated(self, job: Callable[[], None]) -> Callable[[], None]:
        story = self._story

        def run() -> None:
            if story == self._story and (self._vehicle.armed or not self.is_landed):  # not of a flight before
                job()

        return run

    def _believe(self, *, landed: bool) -> None:
        if landed == self.is_landed:
            return
        self.is_landed = landed
        self.has_flown = True
        self._landed_s = self._vehicle.now_s if landed else None
        self._vehicle.say(INFO, "Landing detected\t" if landed else "Takeoff detected\t")
