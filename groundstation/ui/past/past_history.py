# SPDX-License-Identifier: Apache-2.0
"""Trails up to the moment that is shown, out of what the player told. GUI thread."""

from __future__ import annotations

import numpy as np

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.past import Track
from groundstation.ui.history import History
from groundstation.ui.series import HISTORY_S, Numbers


class PastHistory(History):
    """The numbers up to a moment of a recording."""

    def __init__(self) -> None:
        super().__init__()
        self._tracks: dict[VehicleKey, Track] = {}
        self._now_s = 0.0

    def show(self, now_s: float, tracks: dict[VehicleKey, Track]) -> None:
        """Another moment is shown.

        Args:
            now_s: on the recording's clock.
            tracks: where vehicles were, around it.
        """
        self._now_s, self._tracks = now_s, tracks

    def trail(self, key: VehicleKey) -> tuple[Numbers, Numbers] | None:
        """Where a vehicle was in the ten minutes before the moment; None when nowhere."""
        track = self._tracks.get(key)
        if track is None:
            return None
        first, last = np.searchsorted(track.times, (self._now_s - HISTORY_S, self._now_s + 1e-3))
        return (track.times[first:last], track.places[first:last]) if last > first else None
