# SPDX-License-Identifier: Apache-2.0
"""One vehicle in a few words, for lists, labels and counts. Pure."""

from __future__ import annotations

import functools
import math
import re
from collections import deque
from collections.abc import Callable

import msgspec

from groundstation.fleet.commands import Actor
from groundstation.fleet.conditions import Condition, Level, conditions, silent_s
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.link import LinkState
from groundstation.fleet.phrases import Words
from groundstation.fleet.vehicle import VehicleState


class VehicleSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of the fleet list shows. None is unknown."""

    key: VehicleKey
    name: str
    level: Level
    conditions: tuple[Condition, ...]
    is_heard: bool
    is_known: bool = False
    """Every alarm of it that goes on was acknowledged, and there is one."""
    is_gone: bool = False
    """True for one that is offline: it can be forgotten."""
    is_stale: bool
    """True when the motion shown is too old to be believed."""
    heard_age_s: float | None
    mode: str | None
    is_armed: bool | None
    is_flying: bool | None
    charge_fraction: float | None
    height_home_m: float | None
    ground_speed_mps: float | None
    owner: Actor | None = None
    """Who is in control; None when nobody is, or nobody told."""
    state: VehicleState | None = None
    """What it was made of, for values that a row does not show; None when that is not at hand."""

    @property
    def is_simulated(self) -> bool:
        """True for a vehicle of the simulated tree."""
        return self.key.root == "sim"

    @property
    def urgency(self) -> tuple[int, int]:
        """A sort key, the most urgent first: by level; among equals what can still be helped before what is lost."""
        return -self.level, 0 if self.is_heard and self.is_flying is not False else 1 if self.is_heard else 2

    @property
    def worst(self) -> Words:
        """The worst condition; empty when there is none."""
        return self.conditions[0].said if self.conditions else ""


def summary_of(state: VehicleState, now_s: float) -> VehicleSummary:
    """A vehicle as it is now.

    Args:
        state: the vehicle.
        now_s: seconds on this station's monotonic clock.
    """
    found = conditions(state, now_s)
    return VehicleSummary(
        key=state.key,
        state=state,
        name=state.name,
        level=found[0].level if found else Level.NORMAL,
        conditions=found,
        is_heard=state.is_heard,
        is_gone=state.connection is not None and state.connection.state is LinkState.OFFLINE,
        # motion of a vehicle that is not heard may be a second old and is of the past all the same
        is_stale=not state.is_heard or state.freshness("position", now_s) is not Freshness.FRESH,
        heard_age_s=silent_s(state, now_s),
        mode=state.mode.name if state.mode is not None else None,
        is_armed=state.armed.is_armed if state.armed is not None else None,
        is_flying=state.is_flying,
        charge_fraction=state.charge_fraction,
        height_home_m=state.height.height_m,
        owner=state.control.owner if state.control is not None else None,
        ground_speed_mps=state.velocity.ground_speed_mps if state.velocity is not None else None,
    )


FRESH_S = 0.25
"""A summary serves list, map and top bar for so long before it is made anew."""
FRESH_FOR_EACH_S = 0.0016
"""It serves so much longer for each vehicle of the fleet: 500 made at once would hold up the window for 60 ms."""
_TELLING = (
    "connection",
    "battery",
    "gps",
    "health",
    "flight_status",
    "armed",
    "mode",
    "landed",
    "info",
    "estimator",
    "control",
)
"""Kinds whose change is told at once; motion waits for the next summary."""


class Summaries:
    """The summaries of a fleet, each made a few times a second however many panels ask."""

    def __init__(self) -> None:
        self._kept: dict[VehicleKey, tuple[float, VehicleState, VehicleSummary]] = {}
        self._turn: deque[VehicleKey] = deque()
        """Whose summary is renewed next."""
        self._shouts: dict[VehicleKey, tuple[Words, float]] = {}
        self.alarmed: Callable[[VehicleKey], tuple[Condition, ...]] = lambda _: ()
        """What rules of alarms find wrong with a vehicle beside its conditions."""
        self.known: Callable[[VehicleKey], bool] = lambda _: False
        """Whether somebody has acknowledged everything that is wrong with a vehicle."""

    def of(self, state: VehicleState, now_s: float) -> VehicleSummary:
        """A vehicle as it is now, or was a moment ago."""
        kept = self._kept.get(state.key)
        # a view of a recording may be set back: what was made for a later moment does not serve an earlier one
        if kept is not None and 0.0 <= now_s - kept[0] < self._fresh_s and _tells_the_same(kept[1], state):
            return kept[2]
        return self._renewed(state, now_s)

    @property
    def _fresh_s(self) -> float:
        return max(FRESH_S, FRESH_FOR_EACH_S * len(self._kept))

    def renew_some(self, get: Callable[[VehicleKey], VehicleState | None], since_s: float, now_s: float) -> None:
        """Renew as many as have their turn, before somebody asks for all at once.

        Args:
            get: gives the state of a vehicle; None for one that is gone.
            since_s: time since the last call, seconds.
            now_s: seconds on the station's clock.
        """
        count = len(self._kept)
        # twice as often as they grow too old
        for _ in range(min(count, math.ceil(2.0 * count * max(0.0, since_s) / self._fresh_s))):
            if not self._turn:
                # a new round, with who came meanwhile; who is gone since is passed over below
                self._turn.extend(self._kept)
            key = self._turn.popleft()
            state = get(key)
            if state is not None:
                self._renewed(state, now_s)

    def _renewed(self, state: VehicleState, now_s: float) -> VehicleSummary:
        summary = summary_of(state, now_s)
        alarmed = self.alarmed(state.key)
        if alarmed:
            found = tuple(sorted((*summary.conditions, *alarmed), key=lambda one: -one.level))
            summary = msgspec.structs.replace(summary, conditions=found, level=found[0].level)
        if summary.level >= Level.CAUTION and self.known(state.key):
            summary = msgspec.structs.replace(summary, is_known=True)
        said, until_s = self._shouts.get(state.key, ("", 0.0))
        if said and now_s < until_s:
            # an order to save the vehicle failed: that stands before whatever else is wrong with it
            found = (Condition(Level.WARNING, said), *summary.conditions)
            summary = msgspec.structs.replace(summary, conditions=found, level=Level.WARNING)
        self._kept[state.key] = (now_s, state, summary)
        return summary

    def shout(self, key: VehicleKey, said: Words, until_s: float) -> None:
        """Put a warning of the station's own before a vehicle's conditions.

        Args:
            key: which.
            said: in a few words; empty to take it back.
            until_s: when it ends by itself, seconds on the station's clock.
        """
        # so that the next who asks is told, and not only when the kept summary has grown old
        self._kept.pop(key, None)
        self._shouts.pop(key, None)
        if said:
            self._shouts[key] = said, until_s

    def forget(self, key: VehicleKey) -> None:
        """Drop a vehicle."""
        self._kept.pop(key, None)
        self._shouts.pop(key, None)


def _tells_the_same(old: VehicleState, new: VehicleState) -> bool:
    # samples are replaced as a whole and never changed, so that looking whether it is the same object is enough
    return old is new or all(getattr(old, kind) is getattr(new, kind) for kind in _TELLING)


_DIGITS = re.compile(r"(\d+)")


@functools.lru_cache(maxsize=8192)
def natural_order(text: str) -> tuple[tuple[int, str], ...]:
    """A sort key by which `uav-2` comes before `uav-10`."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in _DIGITS.split(text) if part)
