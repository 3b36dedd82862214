# SPDX-License-Identifier: Apache-2.0
"""By which value trails are coloured, and from where to where the colours go. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.core_values import CORE_PATHS
from groundstation.fleet.value_path import unit_of_path
from groundstation.ui.language.words import path_name
from groundstation.ui.series import Numbers

Steps = NDArray[np.int64]
"""Of the scale."""
SHADES = 12
"""Steps of the scale: neighbours can be told apart, and a trail of few steps is few lines."""


class TrailScale:
    """Shared by the trails and their legend, on one map."""

    def __init__(self) -> None:
        self.path = ""
        """One of `CORE_PATHS`; empty for the vehicles' own colours."""
        self.low = self.high = float("nan")
        """Ends of the scale, in the unit of the value; NaN while no value is known."""
        self.revision = 0
        """Grows when trails have other colours."""

    def choose(self, path: str) -> None:
        """Colour by another value; empty for the vehicles' own colours, as is a value that is not kept."""
        self.path = path if path in CORE_PATHS else ""
        self.low = self.high = float("nan")
        self.revision += 1

    def fit(self, values: Iterable[Numbers]) -> None:
        """Go from the least to the greatest of what is known. It only widens: a colour stays what it means.

        Args:
            values: of all trails that are shown, NaN for unknown.
        """
        known = [one[np.isfinite(one)] for one in values]
        ends = [(float(one.min()), float(one.max())) for one in known if len(one)]
        if not ends:
            return
        low, high = min(low for low, _ in ends), max(high for _, high in ends)
        low, high = float(np.fmin(low, self.low)), float(np.fmax(high, self.high))
        if (low, high) != (self.low, self.high):
            self.low, self.high = low, high

    def shades(self, values: Numbers) -> Steps:
        """The step of each value, 0 to `SHADES` - 1; -1 for unknown."""
        span = self.high - self.low
        known = np.isfinite(values) & np.isfinite(span)
        # one value alone stands in the middle
        share = (np.where(known, values, 0.0) - self.low) / span if span > 0 else np.full(len(values), 0.5)
        steps = np.clip((np.nan_to_num(share) * SHADES).astype(np.int64), 0, SHADES - 1)
        return np.where(known, steps, -1)


def value_words(path: str) -> str:
    """A value's name with its unit, and its number where a vehicle has several."""
    name, unit = path_name(path), unit_of_path(path).symbol
    index = path.split(".")[1]
    numbered = f"{name} {int(index) + 1}" if index.isdecimal() else name
    return f"{numbered} ({unit})" if unit else numbered
