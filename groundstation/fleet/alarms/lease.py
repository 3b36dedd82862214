# SPDX-License-Identifier: Apache-2.0
"""Which of several engines leads: one that nobody contradicts for three seconds. Pure; one thread owns a `Lease`.

Each engine says once a second that it is there, and whether it leads in which term. Who hears no leader for so long
leads with the next term, the one with the lowest name first: the others give it a second each. Of two leaders, as when
a network was in two parts, the one with the lower term, and else the one with the higher name, steps back.
"""

from __future__ import annotations

from collections import OrderedDict

from groundstation.fleet.alarms.alarm import EngineState

SAY_S = 1.0
LEASE_S = 3.0
"""A leader that was not heard for so long is none."""
RANK_S = 0.5
"""Each engine waits so much longer for every one whose name comes before its own."""
MAX_ENGINES = 50


class Lease:
    """What one engine knows of the others."""

    def __init__(self, name: str, now_s: float) -> None:
        """Begin as one of many.

        Args:
            name: of this engine, unique.
            now_s: seconds on a monotonic clock, as everywhere here.
        """
        self.name = name
        self.leads = False
        self.term = 0
        self._others: OrderedDict[str, tuple[EngineState, float]] = OrderedDict()
        self._leader: tuple[str, int] | None = None
        self._since_s = now_s
        """When a leader was heard last."""

    @property
    def leader(self) -> str | None:
        """Who leads; None while nobody knows."""
        if self.leads:
            return self.name
        return self._leader[0] if self._leader is not None else None

    def take(self, name: str, said: EngineState, now_s: float) -> None:
        """Another engine was heard; `now_s` is when."""
        if name == self.name:
            return
        if not said.is_online:
            self._others.pop(name, None)
            if self._leader is not None and self._leader[0] == name:
                # nobody need be waited for that said it ends
                self._leader, self._since_s = None, now_s - LEASE_S
            return
        self._others[name] = said, now_s
        self._others.move_to_end(name)
        if len(self._others) > MAX_ENGINES:
            self._others.popitem(last=False)
        if said.leads and not self._outranks(name, said.term):
            self.leads, self._leader, self._since_s = False, (name, said.term), now_s
            self.term = max(self.term, min(said.term, self.term + 1_000_000))

    def _outranks(self, name: str, term: int) -> bool:
        """Whether this one goes before another leader."""
        return self.leads and (term, name) != (self.term, self.name) and (
            self.term > term or (self.term == term and self.name < name)
        )  # fmt: skip

    def tick(self, now_s: float) -> bool:
        """Look at the time; call it at least once a second.

        Returns:
            Whether this engine has begun to lead.
        """
        if self.leads:
            return False
        for name, (_, heard_s) in list(self._others.items()):
            if now_s - heard_s > LEASE_S:
                del self._others[name]
        before = sum(name < self.name for name in self._others)
        if now_s - self._since_s < LEASE_S + RANK_S * before:
            return False
        self.leads, self.term, self._leader = True, self.term + 1, None
        return True

    def lost_touch(self, now_s: float) -> None:
        """The broker is gone: nobody knows who leads until it is back, and a while after that."""
        self.leads, self._leader, self._since_s = False, None, now_s
