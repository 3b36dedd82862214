# SPDX-License-Identifier: Apache-2.0
"""The common time axis: seconds on the clock of the view, labelled with the wall clock. GUI thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6.QtCore import QDateTime, QRectF, Qt
from PySide6.QtGui import QPainter

from groundstation.ui.language.shown import shown_time
from groundstation.ui.language.speaking import speaking
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TINY_PX
from groundstation.ui.timeline import local_time

_DAY_S = 86_400
_STEPS_S = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800),
    *(hours * 3600 for hours in (1, 2, 3, 6, 12)),
    *(days * _DAY_S for days in (1, 2, 7, 14, 28, 84, 365)),
)
DATED_S = 600
"""From this step on midnight is written as its day."""
LABEL_PIXELS = 64.0


class TimeAxis(pg.AxisItem):
    """Ticks at round wall clock times, and where the playhead is."""

    def __init__(self, wall_offset_s: Callable[[], float]) -> None:
        super().__init__("bottom")
        self._wall_offset_s = wall_offset_s
        self._playhead_s: float | None = None

    def show_playhead(self, time_s: float | None) -> None:
        """Write a moment at its place; None for none."""
        if time_s != self._playhead_s:
            self._playhead_s = time_s
            self.picture = None
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """pyqtgraph: where ticks stand."""
        wanted = (maxVal - minVal) / max(1.0, size / LABEL_PIXELS)
        step = next((step for step in _STEPS_S if step >= wanted), _STEPS_S[-1])
        # the next round time of the clock on the wall, not of the monotonic one
        offset_s = self._wall_offset_s() + _zone_s(minVal + self._wall_offset_s())
        first = math.ceil((minVal + offset_s) / step)
        last = math.floor((maxVal + offset_s) / step)
        return [(float(step), [number * step - offset_s for number in range(first, last + 1)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """pyqtgraph: what is written at ticks."""
        del scale
        offset_s = self._wall_offset_s()
        return [_label(value + offset_s, spacing) for value in values]

    def drawPicture(
        self,
        p: QPainter,
        axisSpec: object,  # noqa: N803
        tickSpecs: object,  # noqa: N803
        textSpecs: Sequence[tuple[QRectF, object, str]],  # noqa: N803
    ) -> None:
        """pyqtgraph: draws the axis; the playhead's time stands in place of what would be under it."""
        text, box = self._tag()
        super().drawPicture(p, axisSpec, tickSpecs, [spec for spec in textSpecs if not spec[0].intersects(box)])
        if not text:
            return
        p.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(ink(Ink.PAST))
        p.drawRoundedRect(box, 4.0, 4.0)
        p.setFont(font(TINY_PX, 600))
        p.setPen(ink(Ink.PAST_SURFACE))
        p.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def _tag(self) -> tuple[str, QRectF]:
        """The time of the playhead and where it is written; empty where it is not."""
        low, high = self.range
        if self._playhead_s is None or not self.style["showValues"] or not low <= self._playhead_s <= high:
            return "", QRectF()
        unix_s = self._playhead_s + self._wall_offset_s()
        text = f"{local_time(unix_s)}{speaking().numerals.decimal}{int(unix_s % 1 * 10)}"
        bounds, width = self.boundingRect(), metrics(TINY_PX, 600).horizontalAdvance(text) + 12.0
        middle = self.size().width() * (self._playhead_s - low) / (high - low)
        left = min(max(middle - width / 2, bounds.left()), bounds.right() - width)
        return text, QRectF(left, 3.0, width, 18.0)


def _zone_s(unix_s: float) -> int:
    """Seconds that clocks on the wall are ahead of UTC at a moment, so that days begin at midnight."""
    # no calendar has a moment further away, see `local_time`
    return QDateTime.fromSecsSinceEpoch(int(unix_s)).offsetFromUtc() if abs(unix_s) < 1e11 else 0


def _label(unix_s: float, spacing: float) -> str:
    if spacing < 1:
        digits = 1 if spacing >= 0.1 else 2
        whole, part = divmod(round(unix_s * 10**digits), 10**digits)
        return f"{local_time(whole, '%M:%S')}{speaking().numerals.decimal}{part:0{digits}}"
    text = local_time(round(unix_s), "%H:%M" if spacing >= 60 else "%H:%M:%S")
    # a time of the day tells little of days
    is_day = spacing >= _DAY_S or (spacing >= DATED_S and text == "00:00")
    return shown_time(round(unix_s), "%Y-%m" if spacing >= 28 * _DAY_S else "%m-%d") if is_day else text
