# SPDX-License-Identifier: Apache-2.0
"""Scales and their marks: round numbers, few of them. Pure."""

from __future__ import annotations

import math
from typing import NamedTuple

HUGE = 1e6
"""Nothing that flies measures so much: shown as a power of ten, so that it has room."""
_STEPS = (1.0, 2.0, 5.0, 10.0)
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)


class Scale(NamedTuple):
    """A range of values along a length."""

    low: float
    high: float
    begin_mm: float
    """Where the low end is on the sheet."""
    end_mm: float

    def at(self, value: float) -> float:
        """Where a value is, mm; values outside stand at the ends."""
        share = (value - self.low) / (self.high - self.low)
        return self.begin_mm + min(1.0, max(0.0, share)) * (self.end_mm - self.begin_mm)


def ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Round numbers from low to high, at most so many."""
    step = step_for(high - low, most)
    # a hair more on both sides: a mark on the very edge must not be lost by rounding
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(place * step for place in range(first, min(last, first + most) + 1))


def step_for(span: float, most: int) -> float:
    """The smallest round step that fits a span at most so many times; a span of nothing has a step of one."""
    if span <= 0.0 or not math.isfinite(span):
        return 1.0
    rough = span / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next((one * power for one in _STEPS if one * power >= rough * (1 - 1e-9)), 10.0 * power)


def time_ticks(low_s: float, high_s: float, most: int) -> tuple[float, ...]:
    """Round times, seconds."""
    span_s = high_s - low_s
    days = 86_400.0 * math.ceil(span_s / 86_400.0 / max(most, 1))
    step = next((float(one) for one in _SECONDS if span_s / one <= most), days)
    first, last = math.ceil(low_s / step - 1e-9), math.floor(high_s / step + 1e-9)
    return tuple(place * step for place in range(first, last + 1))


def clock(seconds: float) -> str:
    """A span of time as `0:07`, `12:30` or `1:02:03`; negative with a minus."""
    whole = round(abs(seconds))
    minutes, rest = divmod(whole, 60)
    sign = "-" if seconds < 0 and whole else ""
    if minutes >= 60:
        return f"{sign}{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return f"{sign}{minutes}:{rest:02d}"


def label(value: float, step: float) -> str:
    """A mark of a scale, with as many decimals as its steps have."""
    if abs(value) >= HUGE or 0 < step < 1e-4:
        return _short(value)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return fixed(value, decimals)


def figure(value: float) -> str:
    """A measured value with three digits or so: `0.05`, `7.7`, `584`, `10`, `<0.001`, `0`."""
    size = abs(value)
    if size < 5e-4:
        return "<0.001" if size > 1e-9 else "0"
    if size >= 1 and abs(value - round(value)) < 1e-6:
        return fixed(value, 0)
    return fixed(value, 0 if size >= 100 else 1 if size >= 1 else 2 if size >= 0.01 else 3)


def fixed(value: float, decimals: int) -> str:
    """A value with so many decimals; never a minus before nothing but zeros."""
    if abs(value) >= HUGE:
        return _short(value)
    decimals = 0 if abs(value) >= 1e4 else decimals
    # minus zero and zero is zero, without a sign
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def _short(value: float) -> str:
    return f"{value:.1e}".replace("e+", "e").replace("e0", "e").replace(".0e", "e")
