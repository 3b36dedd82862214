# SPDX-License-Identifier: Apache-2.0
"""What a vehicle has put off until later. Pure: time comes in as an argument."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush


class Jobs:
    """Jobs in the order of their times; of two for one moment the older comes first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def add(self, at_s: float, job: Callable[[], None]) -> None:
        """Do something at a time."""
        self._count += 1
        heappush(self._waiting, (at_s, self._count, job))

    def clear(self) -> None:
        """Forget all of them; one of them may ask for it, as a reboot does."""
        self._waiting.clear()

    def run_due(self, now_s: float) -> None:
        """Do what is due; what a job adds meanwhile is done too, if it is due."""
        while self._waiting and self._waiting[0][0] <= now_s:
            heappop(self._waiting)[2]()
