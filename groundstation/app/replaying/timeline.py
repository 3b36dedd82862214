# SPDX-License-Identifier: Apache-2.0
"""Where in the recording a replay is, and which moment of our clock that is. Pure: time comes in as an argument."""

from __future__ import annotations

MIN_SPEED, MAX_SPEED = 0.05, 100.0
"""Seconds of the recording for each second of ours."""


class Timeline:
    """From the recording's time to ours and back."""

    def __init__(self, begin_s: float, end_s: float, speed: float) -> None:
        """Stand at the beginning.

        Args:
            begin_s: where it begins, seconds as the log counts.
            end_s: where it ends.
            speed: `MIN_SPEED` to `MAX_SPEED`.
        """
        self.begin_s, self.end_s, self.speed = begin_s, end_s, speed
        self._clock_s, self._position_s = 0.0, begin_s

    @property
    def is_slow(self) -> bool:
        """Whether it goes slower than it was."""
        return self.speed < 1.0

    @property
    def age_scale(self) -> float:
        """By what an age of the recording is divided: by the speed of a fast replay; a slow one leaves it."""
        return max(self.speed, 1.0)

    def hold(self, position_s: float, now_s: float) -> None:
        """Be there now, whatever was passed or missed.

        Args:
            position_s: seconds as the log counts.
            now_s: seconds on our monotonic clock.
        """
        self._position_s, self._clock_s = position_s, now_s

    def position_s(self, now_s: float) -> float:
        """Where it is, seconds as the log counts; never behind the end."""
        return min(self.end_s, self._position_s + (now_s - self._clock_s) * self.speed)

    def clock_s(self, position_s: float) -> float:
        """When it is there, seconds on our monotonic clock."""
        return self._clock_s + (position_s - self._position_s) / self.speed
