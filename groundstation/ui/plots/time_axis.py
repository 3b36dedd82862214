# SPDX-License-Identifier: Apache-2.0
"""The common time axis: monotonic seconds, labelled with the wall clock. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg

from groundstation.ui.timeline import local_time

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
LABEL_PIXELS = 64.0


class TimeAxis(pg.AxisItem):
    """Ticks at round wall clock times."""

    def __init__(self, wall_offset_s: Callable[[], float]) -> None:
        super().__init__("bottom")
        self._wall_offset_s = wall_offset_s

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """pyqtgraph: where ticks stand."""
        wanted = (maxVal - minVal) / max(1.0, size / LABEL_PIXELS)
        step = next((step for step in _STEPS_S if step >= wanted), _STEPS_S[-1])
        offset_s = self._wall_offset_s()
        # the next round time of the clock on the wall, not of the monotonic one
        first = -(-(minVal + offset_s) // step) * step - offset_s
        count = int((maxVal - first) / step) + 1
        return [(float(step), [first + number * step for number in range(max(0, count))])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """pyqtgraph: what is written at ticks."""
        del scale
        layout = "%H:%M" if spacing >= 60 else "%H:%M:%S"
        offset_s = self._wall_offset_s()
        return [local_time(round(value + offset_s), layout) for value in values]
