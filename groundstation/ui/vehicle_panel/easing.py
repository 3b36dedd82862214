# SPDX-License-Identifier: Apache-2.0
"""Glides a shown number towards a measured one, so that five samples a second look like motion. Pure."""

from __future__ import annotations

import math

TIME_CONSTANT_S = 0.07
SETTLED = 0.02


class Eased:
    """One number in motion. It jumps when it was unknown, and never runs past what was measured."""

    def __init__(self, wrap: float | None = None) -> None:
        self._wrap = wrap
        self.target: float | None = None
        """What was measured."""
        self.shown: float | None = None
        """What is drawn."""

    def aim(self, target: float | None) -> None:
        """Take in a measurement; None is unknown at once."""
        self.target = target
        # from unknown it does not glide in from anywhere: that would be a motion that never was
        if target is None or self.shown is None:
            self.shown = target

    def advance(self, elapsed_s: float) -> bool:
        """Move on.

        Returns:
            True while it still moves.
        """
        if self.target is None or self.shown is None:
            return False
        way = self.target - self.shown
        if self._wrap is not None:
            # 359 to 1 degree is a step of two, not a turn
            way = (way + self._wrap / 2) % self._wrap - self._wrap / 2
        if abs(way) < SETTLED:
            self.shown = self.target
            return False
        # by the time that passed: the same motion at any rate of frames
        self.shown += way * (1.0 - math.exp(-elapsed_s / TIME_CONSTANT_S))
        if self._wrap is not None:
            self.shown %= self._wrap
        return True
