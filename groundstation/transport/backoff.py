# SPDX-License-Identifier: Apache-2.0
"""How long to wait before the next try. Full jitter, so that fifty clients don't come back at once. Pure."""

from __future__ import annotations

import random

FIRST_S = 0.5
LAST_S = 15.0
AFTER_REFUSAL_S = 30.0
"""A broker that refused name or password is not asked again sooner: accounts get locked."""


class Backoff:
    """Doubling waits with full jitter, 0.5 s to 15 s."""

    def __init__(self, rng: random.Random | None = None, first_s: float = FIRST_S, last_s: float = LAST_S) -> None:
        self._rng = rng or random.Random()
        self._first_s = first_s
        self._last_s = last_s
        self._tries = 0

    def next_s(self) -> float:
        """Seconds to wait now; each call makes the next wait longer."""
        ceiling_s = min(self._last_s, self._first_s * 2.0**self._tries)
        # bounded, since 2.0 to the number of tries would overflow in an outage of hours
        self._tries = min(self._tries + 1, 30)
        # never quite at once: a broker that has just come up is busy with those that were quicker
        return self._rng.uniform(0.2 * ceiling_s, ceiling_s)

    def reset(self) -> None:
        """It worked; begin with short waits again."""
        self._tries = 0
