# SPDX-License-Identifier: Apache-2.0
"""Several flights at once, laid over each other by clock, arming, take-off or a mission item. One thread.

Times are those of the first flight; every other one is moved by as much as its anchor is away from that of the first.
One that was flown faster or slower than the first by the clock of its log, as in hurried time in a simulator, runs by
the vehicles' own clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.alignment import Alignment, Anchor
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.fleet.past import Extent, GoesOn, Moment, PastValues, Player, Track
from groundstation.fleet.raw import RawMessage, RawRow, RawTeller
from groundstation.fleet.value_path import ValueRef
from groundstation.fleet.vehicle import FLYING_HEIGHT_M, VehicleState
from groundstation.recording.as_replay import AsReplay

MAX_ID = 32
MAX_FLIGHTS = 8
"""More are not told apart on a map, whatever their colours."""
_CLOCKS = ("heard_s", "overview_received_s", "link_received_s")
BOOT_CLOCK = "position.boot_ms"
LEAST_CLOCKS = 10
SAME_PACE = 0.05
"""A pace that differs by less is the jitter of what was received."""
T = TypeVar("T", float, NDArray[Any])
HEIGHT, ITEM = "position.height_home_m", "mission_progress.item"


class _Flight:
    """One recording, moved."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.here_s = self.own_s = 0.0
        """One moment on the common clock and on its own."""
        self.rate = 1.0
        """Seconds of its own in one of the common clock."""
        self.is_read = False
        self.keys: dict[VehicleKey, VehicleKey] = {}
        """What its vehicles are called here."""

    def own(self, here_s: float) -> float:
        """A moment of the common clock on its own."""
        return self.own_s + (here_s - self.here_s) * self.rate

    def here(self, own_s: T) -> T:
        """Moments of its own clock on the common one: a number, or an array of them."""
        return self.here_s + (own_s - self.own_s) / self.rate

    @property
    def place(self) -> tuple[float, float, float]:
        """How it lies on the common clock; another one after it was aligned anew."""
        return self.here_s, self.own_s, self.rate

    def pace(self) -> float | None:
        """Seconds of its log in one of the vehicle's own clock while it was armed; None where that is not told."""
        armed = next((one for one in self.player.landmarks() if one.kind is LandmarkKind.ARMED), None)
        if armed is None or armed.key is None:
            return None
        end_s = self.player.extent.end_s
        after = (one.at_s for one in self.player.landmarks() if one.kind is LandmarkKind.DISARMED)
        until_s = next((at_s for at_s in after if at_s > armed.at_s), end_s)
        found = self.player.values(ValueRef(armed.key, BOOT_CLOCK), armed.at_s, until_s, lambda: True)
        if len(found.times) < LEAST_CLOCKS:
            return None
        boot_s = float(found.values[-1] - found.values[0]) / 1e3
        return float(found.times[-1] - found.times[0]) / boot_s if boot_s > 1.0 else None

    def anchor_s(self, alignment: Alignment) -> float | None:
        """When what counts happened, on its own clock; None where it did not."""
        extent = self.player.extent
        armed = next((one for one in self.player.landmarks() if one.kind is LandmarkKind.ARMED), None)
        if alignment.anchor is Anchor.ARM or armed is None or armed.key is None:
            return armed.at_s if armed is not None else None
        path, least = (
            (HEIGHT, FLYING_HEIGHT_M) if alignment.anchor is Anchor.TAKE_OFF else (ITEM, float(alignment.item))
        )
        found = self.player.values(ValueRef(armed.key, path), armed.at_s, extent.end_s, lambda: True)
        with np.errstate(invalid="ignore"):
            reached = np.flatnonzero(found.values >= least)
        return float(found.times[reached[0]]) if len(reached) else None


class TogetherPlayer:
    """Recordings that are shown as one; it closes them."""

    def __init__(self, players: Sequence[Player], alignment: Alignment | None = None) -> None:
        """Lay recordings over each other.

        Args:
            players: the first one is what the others are compared with.
            alignment: by what; None for the clock where it brings them together, else the arming.

        Raises:
            GroundStationError: they are too many.
        """
        if len(players) > MAX_FLIGHTS:
            raise GroundStationError(
                f"{len(players)} flights are too many to be seen at once; open {MAX_FLIGHTS} at most"
            )
        self._flights = [_Flight(one) for one in players]
        self.alignment = alignment or Alignment(Anchor.CLOCK if self._meet() else Anchor.ARM)
        self.missing: tuple[str, ...] = ()
        """Names of recordings without what they should be aligned by; they stand by their beginning."""
        self._landmarks: list[Landmark] = []
        self._counts: tuple[int, ...] = ()
        self._states: dict[VehicleKey, tuple[VehicleState, tuple[float, ...], VehicleState]] = {}
        self._align()

    @property
    def name(self) -> str:
        """The names of all."""
        return " + ".join(one.player.name for one in self._flights)

    def align(self, alignment: Alignment) -> None:
        """Lay them over each other by something else."""
        self.alignment = alignment
        self._align()

    def close(self) -> None:
        """Give all files back."""
        for one in self._flights:
            one.player.close()

    @property
    def extent(self) -> Extent:
        """From the first to the last moment of any, on the clock of the first."""
        extents = [(one, one.player.extent) for one in self._flights]
        return Extent(
            begin_s=min(one.here(extent.begin_s) for one, extent in extents),
            end_s=max(one.here(extent.end_s) for one, extent in extents),
            read_until_s=max(one.here(extent.read_until_s) for one, extent in extents),
            read_share=min(extent.read_share for _, extent in extents),
            time_base=extents[0][1].time_base,
        )

    def work(self, goes_on: GoesOn) -> bool:
        """Go on with each in turn; they are aligned anew when more is known of them."""
        for one in self._flights:
            if not one.is_read:
                one.is_read = not one.player.work(goes_on)
                if one.is_read:
                    self._align()
                return True
        return False

    def vehicles(self) -> tuple[VehicleKey, ...]:
        """Everybody in any of them."""
        return tuple(self._key(one, key) for one in self._flights for key in one.player.vehicles())

    def moment(self, at_s: float) -> Moment | None:
        """Everything of all of them at a moment."""
        states: list[VehicleState] = []
        for one in self._flights:
            found = one.player.moment(one.own(at_s))
            if found is None:
                return None
            states += (self._state(one, state, at_s) for state in found.states)
        return Moment(at_s=at_s, states=tuple(states))

    def landmarks(self, since: int = 0) -> list[Landmark]:
        """What stands on the timelines of all."""
        told = [one.player.landmarks() for one in self._flights]
        counts = tuple(map(len, told))
        if counts != self._counts:
            self._counts = counts
            moved = (
                self._landmark(one, mark) for one, marks in zip(self._flights, told, strict=True) for mark in marks
            )
            self._landmarks = sorted(moved, key=lambda mark: mark.at_s)
        return self._landmarks[since:]

    def track(self, key: VehicleKey, begin_s: float, end_s: float) -> Track:
        """Where a vehicle was between two times."""
        one, own = self._owner(key)
        found = one.player.track(own, one.own(begin_s), one.own(end_s))
        return found._replace(times=one.here(found.times))

    def values(self, ref: ValueRef, begin_s: float, end_s: float, goes_on: GoesOn) -> PastValues:
        """A value between two times."""
        if not isinstance(ref.source, VehicleKey):
            return PastValues.nothing()
        one, own = self._owner(ref.source)
        found = one.player.values(ValueRef(own, ref.path), one.own(begin_s), one.own(end_s), goes_on)
        return PastValues(one.here(found.times), found.values)

    def raw_messages(self, key: VehicleKey) -> tuple[RawMessage, ...]:
        """What the log of a vehicle has in its own words."""
        one, own = self._owner(key)
        return one.player.raw_messages(own) if isinstance(one.player, RawTeller) else ()

    def raw(self, key: VehicleKey, at_s: float, names: frozenset[str]) -> tuple[RawRow, ...]:
        """The newest of some messages up to a moment."""
        one, own = self._owner(key)
        rows = one.player.raw(own, one.own(at_s), names) if isinstance(one.player, RawTeller) else ()
        return tuple(RawRow(row.message, None if row.at_s is None else one.here(row.at_s), row.values) for row in rows)

    def step(self, at_s: float, *, is_forward: bool) -> float | None:
        """Time of the next or the previous message of any."""
        found = [(one, one.player.step(one.own(at_s), is_forward=is_forward)) for one in self._flights]
        times = [one.here(own_s) for one, own_s in found if own_s is not None]
        return (min(times) if is_forward else max(times)) if times else None

    def _meet(self) -> bool:
        """Whether all of them were at one time."""
        extents = [one.player.extent for one in self._flights]
        return max(one.begin_s for one in extents) < min(one.end_s for one in extents)

    def _align(self) -> None:
        flights, is_asked = self._flights, self.alignment.anchor is not Anchor.CLOCK
        anchors = [one.anchor_s(self.alignment) if is_asked else None for one in flights]
        begins = [one.player.extent.begin_s for one in flights]
        # one without it stands by its beginning, and is named
        places = [begin_s if anchor_s is None else anchor_s for begin_s, anchor_s in zip(begins, anchors, strict=True)]
        for one, place_s in zip(flights, places, strict=True):
            one.here_s, one.own_s, one.rate = (places[0], place_s, self._rate(one)) if is_asked else (0.0, 0.0, 1.0)
        without = (one.player.name for one, anchor_s in zip(flights, anchors, strict=True) if anchor_s is None)
        self.missing = tuple(without) if is_asked else ()
        self._counts = ()
        self._states.clear()

    def _rate(self, flight: _Flight) -> float:
        """How much faster its log runs than the first one's, by what the vehicles' own clocks say."""
        first, own = self._flights[0].pace(), flight.pace()
        if flight is self._flights[0] or first is None or own is None:
            return 1.0
        return own / first if abs(own / first - 1.0) > SAME_PACE else 1.0

    def _key(self, flight: _Flight, own: VehicleKey) -> VehicleKey:
        key = flight.keys.get(own)
        if key is None:
            others = {one.id for each in self._flights if each is not flight for one in each.player.vehicles()}
            # two flights of one vehicle: the number of the file tells which of them it is
            number = self._flights.index(flight) + 1
            is_simulated = isinstance(flight.player, AsReplay) and flight.player.is_simulated(own)
            suffix = f"-sim{number}" if is_simulated else f"-{number}"
            name = f"{own.id[: MAX_ID - len(suffix)]}{suffix}" if own.id in others else own.id
            key = flight.keys[own] = VehicleKey(Root.REPLAY.value, name)
        return key

    def _owner(self, key: VehicleKey) -> tuple[_Flight, VehicleKey]:
        for one in self._flights:
            for own, here in one.keys.items():
                if here == key:
                    return one, own
        return self._flights[0], key

    def _state(self, flight: _Flight, state: VehicleState, here_s: float) -> VehicleState:
        key = self._key(flight, state.key)
        # samples keep their own clock: what is to be added to it is the same at each moment only at the same pace
        lies = (*flight.place, here_s if flight.rate != 1.0 else 0.0)
        kept = self._states.get(key)
        if kept is not None and kept[0] is state and kept[1] == lies:
            return kept[2]
        clocks = {name: flight.here(told) for name in _CLOCKS if (told := getattr(state, name)) is not None}
        if state.clock_offset_s is not None:
            clocks["clock_offset_s"] = state.clock_offset_s + here_s - flight.own(here_s)
        info = state.info
        if info is not None and key.id != state.key.id:
            info = msgspec.structs.replace(info, name=key.id)
        moved = msgspec.structs.replace(state, key=key, info=info, **clocks)
        self._states[key] = (state, lies, moved)
        return moved

    def _landmark(self, flight: _Flight, mark: Landmark) -> Landmark:
        key = self._key(flight, mark.key) if mark.key is not None else None
        return msgspec.structs.replace(mark, at_s=flight.here(mark.at_s), key=key)
