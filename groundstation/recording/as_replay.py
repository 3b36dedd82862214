# SPDX-License-Identifier: Apache-2.0
"""A session that was opened as a file: its vehicles are of the tree of replays. One thread.

A vehicle that flies now may have the id of one in an old session; no order may ever find it by that.
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.landmarks import Landmark
from groundstation.fleet.past import Extent, GoesOn, Moment, PastValues, Player, Track, WorksAhead
from groundstation.fleet.time_order import added_to, put_in
from groundstation.fleet.value_path import ValueRef
from groundstation.fleet.vehicle import VehicleState

MAX_ID = 32


class AsReplay:
    """Another player, with other keys."""

    def __init__(self, player: Player) -> None:
        """Stand before a player.

        Args:
            player: whose vehicles are of any tree; it is closed with this.
        """
        self._player = player
        self._names: dict[VehicleKey, VehicleKey] = {}
        self._origins: dict[VehicleKey, VehicleKey] = {}
        self._states: dict[VehicleKey, tuple[VehicleState, VehicleState]] = {}
        self._marks: list[Landmark] = []
        self._told: list[Landmark] = []

    @property
    def name(self) -> str:
        """What it is called."""
        return self._player.name

    @property
    def extent(self) -> Extent:
        """From when to when it goes."""
        return self._player.extent

    def work(self, goes_on: GoesOn) -> bool:
        """Go on with what has to be read."""
        return self._player.work(goes_on)

    def close(self) -> None:
        """Give its files back."""
        self._player.close()

    def vehicles(self) -> tuple[VehicleKey, ...]:
        """Everybody in it."""
        return tuple(self._key(one) for one in self._player.vehicles())

    def is_simulated(self, key: VehicleKey) -> bool:
        """Whether a vehicle flew in a simulator, by the tree that it was recorded under."""
        origin = self._origins.get(key)
        return origin is not None and origin.root == Root.SIM.value

    def begin(self, at_s: float) -> None:
        """A moment that is asked for next."""
        if isinstance(self._player, WorksAhead):
            self._player.begin(at_s)

    def moment(self, at_s: float) -> Moment | None:
        """Everything at a moment."""
        found = self._player.moment(at_s)
        if found is None:
            return None
        return msgspec.structs.replace(found, states=tuple(self._state(one) for one in found.states))

    def landmarks(self, since: int = 0) -> list[Landmark]:
        """What stands on its timeline."""
        told = self._player.landmarks()
        if len(told) != len(self._told):
            added = added_to(self._told, told)
            if added is None:
                self._marks, added = [], told
            # those that were told before stay the same objects: who shows them looks at what is new alone
            put_in(self._marks, map(self._mark, added), lambda one: one.at_s)
            self._told = told
        return self._marks[since:]

    def track(self, key: VehicleKey, begin_s: float, end_s: float) -> Track:
        """Where a vehicle was between two times."""
        return self._player.track(self._origins.get(key, key), begin_s, end_s)

    def values(self, ref: ValueRef, begin_s: float, end_s: float, goes_on: GoesOn) -> PastValues:
        """A value between two times."""
        source = self._origins.get(ref.source, ref.source) if isinstance(ref.source, VehicleKey) else ref.source
        return self._player.values(ValueRef(source, ref.path), begin_s, end_s, goes_on)

    def step(self, at_s: float, *, is_forward: bool) -> float | None:
        """Time of the next or the previous message of a vehicle."""
        return self._player.step(at_s, is_forward=is_forward)

    def _mark(self, one: Landmark) -> Landmark:
        return one if one.key is None else msgspec.structs.replace(one, key=self._key(one.key))

    def _key(self, origin: VehicleKey) -> VehicleKey:
        key = self._names.get(origin)
        if key is None:
            key = VehicleKey(Root.REPLAY.value, origin.id)
            if key in self._origins:
                # one id in two trees, as a simulated and a real one
                key = VehicleKey(Root.REPLAY.value, f"{origin.root}-{origin.id}"[:MAX_ID])
            self._names[origin], self._origins[key] = key, origin
        return key

    def _state(self, state: VehicleState) -> VehicleState:
        kept = self._states.get(state.key)
        # the same object where nothing changed: who shows it looks no further
        if kept is None or kept[0] is not state:
            kept = self._states[state.key] = (state, msgspec.structs.replace(state, key=self._key(state.key)))
        return kept[1]
