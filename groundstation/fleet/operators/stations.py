# SPDX-License-Identifier: Apache-2.0
"""Which stations are on, whose they are, and what each looks at. Pure; one thread owns it."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from groundstation.fleet.commands import Actor
from groundstation.fleet.control import StationPresence
from groundstation.fleet.identity import VehicleKey, vehicle_key
from groundstation.fleet.link import LinkState
from groundstation.fleet.operators.names import name_key

TELL_S = 5.0
"""A station says so often that it is there."""
GONE_S = 16.0
"""One that was silent for so long is gone: three times were missed, and its will may be lost too."""
MAX_STATIONS = 500
"""That are remembered; the one heard longest ago goes first."""


class Station(msgspec.Struct, frozen=True):
    """One station as it was heard last."""

    actor: Actor
    """Whose it is, where."""
    looks_at: tuple[VehicleKey, ...]
    """What its operator has chosen."""
    version: str
    heard_s: float
    """Monotonic seconds."""


class Stations:
    """The stations that are on."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Station] = OrderedDict()

    def fold(self, station: str, told: StationPresence, now_s: float) -> None:
        """Take in what a station says of itself, or its will.

        Args:
            station: its id, by its topic.
            told: birth, sign of life, or death.
            now_s: monotonic seconds when it came.
        """
        self._known.pop(station, None)
        if told.state is not LinkState.ONLINE:
            return
        found = (vehicle_key(one) for one in told.looks_at)
        actor = Actor(op=told.op or station, gs=station, role=told.role)
        self._known[station] = Station(actor, tuple(one for one in found if one is not None), told.version, now_s)
        if len(self._known) > MAX_STATIONS:
            self._known.popitem(last=False)

    def on(self, now_s: float) -> list[Station]:
        """Those that are on, by the names of their operators."""
        found = [one for one in self._known.values() if now_s - one.heard_s < GONE_S]
        return sorted(found, key=lambda one: (one.actor.op.casefold(), one.actor.gs))

    def operators(self, now_s: float) -> list[str]:
        """Names of the operators that are on, each once, however it is written."""
        return list({name_key(one.actor.op): one.actor.op for one in reversed(self.on(now_s))}.values())[::-1]
