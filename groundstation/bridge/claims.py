# SPDX-License-Identifier: Apache-2.0
"""Other bridges that publish a vehicle under an id of ours: said again, or forgotten. Bridge thread; no I/O."""

from __future__ import annotations

from groundstation.fleet.commands import MAX_ID
from groundstation.fleet.phrases import Phrase, say

PERIOD_S, EXPIRES_S = 2.0, 6.0
"""Two bridges with one vehicle id say so this often, and believe it of each other for so long."""
MAX_CLAIMS = 10
"""Other bridges that are named; one is enough to block commands."""


class Claims:
    """Who else claims one vehicle's id."""

    def __init__(self, vehicle_id: str) -> None:
        self._vehicle_id = vehicle_id
        self._heard_s: dict[str, float] = {}
        self._said_s = -1e9

    def __bool__(self) -> bool:
        return bool(self._heard_s)

    def take(self, bridge: str, now_s: float, *, is_claimed: bool) -> Phrase | None:
        """A bridge published the id, or its end.

        Returns:
            The conflict, with its remedy; None for no claim.
        """
        # text from outside: it ends in a sentence for the operator
        bridge = bridge[:MAX_ID]
        # taken out and put in again: the dictionary stays in the order of hearing
        is_known = self._heard_s.pop(bridge, None) is not None
        if not is_claimed or (not is_known and len(self._heard_s) >= MAX_CLAIMS):
            return None
        self._heard_s[bridge] = now_s
        return say("two_bridges", bridges=tuple(sorted(self._heard_s)), vehicle=self._vehicle_id)

    def is_to_be_said(self, now_s: float) -> bool:
        """Forget claims that are not made any more; True when ours is to be made again, since both sides must know."""
        self._heard_s = {bridge: at_s for bridge, at_s in self._heard_s.items() if now_s - at_s < EXPIRES_S}
        if not self._heard_s or now_s - self._said_s < PERIOD_S:
            return False
        self._said_s = now_s
        return True
