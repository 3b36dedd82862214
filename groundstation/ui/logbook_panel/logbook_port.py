# SPDX-License-Identifier: Apache-2.0
"""What the panel wants of the logs on disk; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from groundstation.fleet.flight import Logbook, LoggedFlight, VehicleTotals
from groundstation.fleet.progress import Progress


class LogbookAccess(msgspec.Struct, frozen=True):
    """Ways to the logs. `totals` is quick; the others are called on a thread of their own and may take their time."""

    folder: Path
    """Where the recordings of this window are; need not be there yet."""
    read: Callable[[Path, Progress], Logbook]
    """Searches a folder. Raises GroundStationError, CancelledError."""
    totals: Callable[[Sequence[LoggedFlight]], Sequence[VehicleTotals]]
    """What each vehicle has flown, by name; what is in two logs counts once."""
    csv: Callable[[Sequence[LoggedFlight], Path], None]
    """Writes flights to a file as comma-separated values. Raises GroundStationError."""
    pin: Callable[[str, bool], None]
    """Keeps a session, by its folder, for ever or no longer. Raises GroundStationError."""
    report: Callable[[LoggedFlight, Path, Progress], None] | None = None
    """Writes a printable page of a flight to an HTML file. None where nobody can. Raises GroundStationError,
    CancelledError."""
