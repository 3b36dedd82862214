# SPDX-License-Identifier: Apache-2.0
"""What was recorded before the window was opened, as the history keeps it; whoever builds the window brings it. Pure.

Arrays in here are read only: they cross from the thread that reads to the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.series import Numbers


class PastRows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a vehicle, at most one a second."""

    key: VehicleKey
    times: Numbers
    """Shape (n,), seconds since 1970 by the recorder's clock, ascending."""
    places: Numbers
    """Shape (n, 2), degrees north and east, NaN where unknown."""
    table: Numbers
    """Shape (n, columns), a column for each of `CORE_PATHS`, NaN where unknown."""
    clocks: dict[str, float]
    """By session of its bridge: seconds to add to the bridge's clock to have the recorder's."""


class PastReadings(msgspec.Struct, frozen=True, kw_only=True):
    """A number of another device."""

    ref: ValueRef
    times: Numbers
    """As above."""
    values: Numbers
    """Shape (n,)."""


class PastAccess(msgspec.Struct, frozen=True):
    """The way to the recordings; called on a thread of its own, may take its time."""

    read: Callable[[Callable[[], bool]], Iterator[PastRows | PastReadings]]
    """Told what says whether to go on. Raises GroundStationError."""
