# SPDX-License-Identifier: Apache-2.0
"""Which part of a recording a timeline shows, and where a moment stands in it. Pure."""

from __future__ import annotations

from typing import overload

from groundstation.ui.series import Numbers

LEAST_SPAN_S = 2.0
FIRST_SPAN_S = 16 * 60.0
STEPS_S = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400),
)
"""Between two figures."""
LEAST_APART_PX = 84


class LaneScale:
    """Seconds to pixels and back, for a part of a recording."""

    def __init__(self) -> None:
        self.whole = (0.0, 1.0)
        """The recording, seconds on its clock."""
        self.part = (0.0, 1.0)
        """What is shown of it."""
        self.left, self.right = 0, 1
        """Pixels."""

    @property
    def span_s(self) -> float:
        """Seconds that are shown."""
        return self.part[1] - self.part[0]

    def set_whole(self, begin_s: float, end_s: float) -> None:
        """The recording goes so far; a part that ended with it goes on with it."""
        end_s = max(end_s, begin_s + LEAST_SPAN_S)
        before, part = self.whole, self.part
        self.whole = (begin_s, end_s)
        if before == (0.0, 1.0):
            # a day at once shows nothing; what one looks back for has mostly just happened
            self.part = (max(begin_s, end_s - FIRST_SPAN_S), end_s)
        # the part stays with the present only while the operator has not moved it away from there
        elif part[1] >= before[1] - 1e-6:
            self._put(end_s - (part[1] - part[0]), end_s) if part[0] > before[0] + 1e-6 else self._put(begin_s, end_s)

    def reset(self) -> None:
        """Another recording will come."""
        self.whole = self.part = (0.0, 1.0)

    def show(self, begin_s: float, end_s: float) -> None:
        """Show a part, as far as it is in the recording."""
        self._put(begin_s, end_s)

    def reach(self, at_s: float) -> bool:
        """Move so that a moment is shown; returns whether that was needed."""
        if self.part[0] <= at_s <= self.part[1]:
            return False
        self._put(at_s - self.span_s / 2, at_s + self.span_s / 2)
        return True

    def zoom(self, factor: float, around_s: float) -> None:
        """Show more (above 1) or less of it; a moment stays where it is."""
        span_s = min(max(self.span_s * factor, LEAST_SPAN_S), self.whole[1] - self.whole[0])
        share = (around_s - self.part[0]) / self.span_s
        self._put(around_s - share * span_s, around_s + (1 - share) * span_s)

    def move(self, by_s: float) -> None:
        """Show what is earlier or later."""
        self._put(self.part[0] + by_s, self.part[1] + by_s)

    def _put(self, begin_s: float, end_s: float) -> None:
        low, high = self.whole
        span_s = min(max(end_s - begin_s, LEAST_SPAN_S), high - low)
        # moved beyond an edge it keeps its length
        begin_s = min(max(begin_s, low), high - span_s)
        self.part = (begin_s, begin_s + span_s)

    def x(self, at_s: float) -> float:
        """Pixels of a moment."""
        return self.left + (at_s - self.part[0]) / self.span_s * (self.right - self.left)

    def at(self, x: float) -> float:
        """The moment at a place."""
        return self.part[0] + (x - self.left) / max(1, self.right - self.left) * self.span_s

    @overload
    def x_whole(self, at_s: float) -> float: ...
    @overload
    def x_whole(self, at_s: Numbers) -> Numbers: ...
    def x_whole(self, at_s: float | Numbers) -> float | Numbers:
        """Pixels of a moment, or of many, where all of the recording is shown."""
        low, high = self.whole
        return self.left + (at_s - low) / (high - low) * (self.right - self.left)

    def at_whole(self, x: float) -> float:
        """The moment at a place where all of the recording is shown."""
        low, high = self.whole
        return low + (x - self.left) / max(1, self.right - self.left) * (high - low)

    def marks(self) -> tuple[list[float], float]:
        """Moments that have a figure beside them, and how far apart they are; as many as there is room for."""
        wanted_s = self.span_s / max(1.0, (self.right - self.left) / LEAST_APART_PX)
        step_s = next((one for one in STEPS_S if one >= wanted_s), STEPS_S[-1])
        # rounded upwards: the first figure stands inside
        first = -(-self.part[0] // step_s)
        count = int((self.part[1] - first * step_s) // step_s) + 1
        return [(first + number) * step_s for number in range(max(0, count))], step_s
