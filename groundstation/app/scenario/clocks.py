# SPDX-License-Identifier: Apache-2.0
"""When what is heard of a vehicle was so, in simulated seconds. Pure: is told the times.

A busy computer hears late, and at eight times the speed an eighth of a second is a whole one. A vehicle's place comes
with its own clock, so whatever was heard before a place was so before that moment.
"""

from __future__ import annotations

import math

SILENT_S = 10.0
"""What is not heard for so long tells at least that so much time has gone."""
SILENT_REAL_S = 2.0
"""The same, in seconds of ours: how late a busy computer may hear."""


class VehicleClock:
    """One vehicle's clock against that of the simulation."""

    def __init__(self, speed: float) -> None:
        self._patience_s = max(SILENT_S, SILENT_REAL_S * speed)
        self._boot_s: float | None = None
        self._offset_s = math.inf
        self._now_s = -math.inf
        self.restarts = 0
        """How often its clock began anew."""

    def heard(self, boot_ms: int | None, simulated_s: float) -> float | None:
        """Which moment is known now.

        Args:
            boot_ms: its own clock with its newest place, milliseconds since its start; None before the first.
            simulated_s: seconds of the simulation so far.

        Returns:
            The moment, simulated seconds, never less than before; None when no new one is known.
        """
        if boot_ms is not None and boot_ms / 1000.0 != self._boot_s:
            boot_s = boot_ms / 1000.0
            if self._boot_s is not None and boot_s < self._boot_s:
                self.restarts += 1
                self._offset_s = math.inf
            self._boot_s = boot_s
            # the quickest of all deliveries tells best how the two clocks differ
            self._offset_s = min(self._offset_s, simulated_s - boot_s)
            return self._forward(boot_s + self._offset_s)
        silent_s = simulated_s - self._patience_s
        return self._forward(silent_s) if silent_s > self._now_s else None

    def _forward(self, moment_s: float) -> float:
        self._now_s = max(self._now_s, moment_s)
        return self._now_s
