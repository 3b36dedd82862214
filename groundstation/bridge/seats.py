# SPDX-License-Identifier: Apache-2.0
"""Which component of a system, on one link, is heard as its autopilot. Bridge thread; no I/O.

A link speaks for one autopilot of a system. Component 1 takes the seat at once; iNav's 200, or any other that is no
peripheral, after a while in which no 1 was heard.
"""

from __future__ import annotations

from groundstation.bridge.ear import Ear
from groundstation.bridge.peer import Peer
from groundstation.mavlink.speaker import AUTOPILOT_COMPONENT, STAND_IN_COMPONENT, rank

STAND_IN_S = 3.0
"""So long a system is waited for to show its component 1 before another one is taken for its autopilot."""
GIVEN_UP_S = 10.0
"""After so long a silence of the autopilot a stand-in may take its seat."""
KEPT_S = 20.0
"""A claim that is not said again for so long is forgotten."""
MAX_CLAIMS = 2_000

SeatKey = tuple[Peer, int]
EarKey = tuple[Peer, int, int]
"""Peer, system id, component id."""


class Seats:
    """The autopilot of each system on each link, and who else claims to be it."""

    def __init__(self) -> None:
        self._taken: dict[SeatKey, Ear] = {}
        self._claims: dict[EarKey, tuple[float, float]] = {}
        """When a claim was first and last made."""

    def is_its_turn(self, key: EarKey, now_s: float) -> bool:
        """Whether a component with an autopilot's heartbeat may take the seat.

        A claim against one that is heard needs saying twice: a single forged heartbeat takes nobody's place.
        """
        peer, sysid, compid = key
        first_s = self._claims[key][0] if key in self._claims else None
        # beyond the bound nobody new is remembered, and so nobody new gets a seat by waiting
        if first_s is not None or len(self._claims) < MAX_CLAIMS:
            self._claims[key] = (now_s if first_s is None else first_s, now_s)
        # by link too: on another link the same system may be heard by another component
        current = self._taken.get((peer, sysid))
        if current is None:
            return compid == AUTOPILOT_COMPONENT or (first_s is not None and now_s - first_s >= STAND_IN_S)
        is_better = rank(compid) < rank(current.compid)
        is_needed = current.silence_s(now_s) > GIVEN_UP_S and compid in (AUTOPILOT_COMPONENT, STAND_IN_COMPONENT)
        return first_s is not None and (is_better or is_needed)

    def take(self, ear: Ear) -> Ear | None:
        """Give the seat to an ear; returns who had it."""
        key = ear.peer, ear.sysid
        former = self._taken.get(key)
        self._taken[key] = ear
        self._claims.pop((ear.peer, ear.sysid, ear.compid), None)
        return former

    def leave(self, ear: Ear) -> None:
        """An ear is deaf for good."""
        if self._taken.get((ear.peer, ear.sysid)) is ear:
            del self._taken[ear.peer, ear.sysid]

    def tick(self, now_s: float) -> None:
        """Forget claims that are not made any more."""
        self._claims = {key: times for key, times in self._claims.items() if now_s - times[1] < KEPT_S}
