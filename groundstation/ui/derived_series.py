# SPDX-License-Identifier: Apache-2.0
"""A series that follows from others by a formula. GUI thread; no widgets."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from groundstation.fleet.derived import derived
from groundstation.fleet.formulas import Formula
from groundstation.ui.series import HISTORY_S, PlotSeries


class DerivedSeries(PlotSeries):
    """Computed when it is looked at; what can't change any more is computed once."""

    def __init__(self, formula: Formula | None, parts: Mapping[str, PlotSeries]) -> None:
        """Nothing is computed yet.

        Args:
            formula: None for one that can't be read: it never has a value.
            parts: the series of its values, by name.
        """
        super().__init__(capacity=1, gap_s=min((one.gap_s for one in parts.values()), default=5.0))
        self.formula, self.parts = formula, parts
        self._seen: tuple[int, ...] = ()
        self._begins: tuple[float, ...] = ()
        self._settled_s = -math.inf

    def renew(self) -> None:
        """Compute what is new."""
        seen = tuple(one.version for one in self.parts.values())
        if self.formula is None or seen == self._seen:
            return
        self._seen = seen
        begins = tuple(float(one.times[0]) if len(one) else math.inf for one in self.parts.values())
        # something came before what there was: all of it may be other
        if any(now < then for now, then in zip(begins, self._begins or begins, strict=True)):
            self._settled_s = -math.inf
        self._begins = begins
        points = {name: (one.times, one.values) for name, one in self.parts.items()}
        times, values = derived(self.formula, points, self._settled_s)
        stop = int(np.searchsorted(self.times, self._settled_s))
        first = int(np.searchsorted(self.times[:stop], (times[-1] if len(times) else math.inf) - HISTORY_S))
        self._times = np.concatenate((self.times[first:stop], times))
        self._values = np.concatenate((self.values[first:stop], values))
        self._start, self._stop = 0, len(self._times)
        self.version += 1
        # a value may still come of any moment since the newest of the slowest
        self._settled_s = min((one.newest[0] if one.newest is not None else -math.inf) for one in self.parts.values())
