# SPDX-License-Identifier: Apache-2.0
"""What a player tells of the past, and what every player can be asked. Frozen values that cross threads. Pure.

A player of our own sessions folds what was recorded (`recording/session_player.py`), one of anybody's logs looks values
up (`recording/log_player.py`); who shows the past knows neither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.alarms.alarm import Alarm
from groundstation.fleet.alignment import Alignment
from groundstation.fleet.flight import TimeBase
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark
from groundstation.fleet.link import BridgePresence
from groundstation.fleet.sensors import KeptReading
from groundstation.fleet.value_path import ValueRef
from groundstation.fleet.vehicle import VehicleState

Numbers = NDArray[np.float64]
GoesOn = Callable[[], bool]
"""Asked in the middle of long work; False ends it early."""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was known at one moment."""

    at_s: float
    """On the clock of the recording: seconds since 1970, or since a start where no date is known."""
    states: tuple[VehicleState, ...] = ()
    """Samples of a state that is the same object as in the moment before are the same."""
    bridges: tuple[tuple[str, str, str, BridgePresence], ...] = ()
    """Root, id, session and presence of each."""
    readings: tuple[KeptReading, ...] = ()
    """Of other devices."""
    alarms: tuple[Alarm, ...] = ()
    """As an engine told them; none in the logs of others."""


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """From when to when a recording goes, and how much of it can be shown already."""

    begin_s: float
    end_s: float
    read_until_s: float
    """Moments up to here can be asked for; all of it once it is `end_s`."""
    read_share: float = 1.0
    """How much of what is known at each moment is read, 0 to 1: the rest comes, and is shown then."""
    has_earlier: bool = False
    """Whether values of before can be asked for: there are sessions that ended before this one began."""
    is_growing: bool = False
    """Whether somebody still records into it."""
    time_base: TimeBase = TimeBase.UTC


class Track(NamedTuple):
    """Where a vehicle was, and its core values, about once a second."""

    times: Numbers
    """Shape (n,), seconds on the clock of the recording, ascending."""
    places: Numbers
    """Shape (n, 2), latitude and longitude in degrees, NaN where unknown."""
    table: Numbers
    """Shape (n, columns), a column for each of `CORE_PATHS`, NaN where unknown."""


class PastValues(NamedTuple):
    """One value from one time to another."""

    times: Numbers
    """Shape (n,), ascending."""
    values: Numbers
    """Shape (n,), NaN where unknown."""

    @classmethod
    def nothing(cls) -> PastValues:
        """None at all."""
        return cls(np.empty(0), np.empty(0))


NO_TRACK = Track(np.empty(0), np.empty((0, 2)), np.empty((0, 0)))


@runtime_checkable
class Alignable(Protocol):
    """A player of several recordings."""

    @property
    def alignment(self) -> Alignment:
        """By what they are laid over each other."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of those without it; they stand by their beginning."""

    def align(self, alignment: Alignment) -> None:
        """Lay them over each other by something else."""


@runtime_checkable
class WorksAhead(Protocol):
    """A player that can do a part of its work beside the thread that asks it."""

    def begin(self, at_s: float) -> None:
        """A moment that is asked for next: returns at once, and the work goes on beside other questions."""


class Player(Protocol):
    """A recording that can be asked for any moment. One thread uses it; times are on the clock of the recording."""

    @property
    def name(self) -> str:
        """What it is called: a session's or a file's name."""

    @property
    def extent(self) -> Extent:
        """From when to when it goes, as of the last `work` or question."""

    def work(self, goes_on: GoesOn) -> bool:
        """Go on with what has to be read before all of it can be shown, until there is no more or `goes_on` says so.

        Returns:
            Whether there is more to do.

        Raises:
            LogError: it can't be read any more.
        """

    def vehicles(self) -> tuple[VehicleKey, ...]:
        """Everybody in it, as far as is known."""

    def moment(self, at_s: float) -> Moment | None:
        """Everything at a moment; None for one that is not read yet."""

    def landmarks(self, since: int = 0) -> list[Landmark]:
        """What stands on its timeline, in the order of time, but for the first `since` that were told before.

        What becomes known later and happened earlier is told with everything else of that moment: who asks for less
        than all has to put it in its place.
        """

    def track(self, key: VehicleKey, begin_s: float, end_s: float) -> Track:
        """Where a vehicle was between two times."""

    def values(self, ref: ValueRef, begin_s: float, end_s: float, goes_on: GoesOn) -> PastValues:
        """A value between two times, as finely as it was recorded where that is not too much."""

    def step(self, at_s: float, *, is_forward: bool) -> float | None:
        """Time of the next or the previous message of a vehicle; None when there is none."""

    def close(self) -> None:
        """Give its files back."""
