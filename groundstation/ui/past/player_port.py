# SPDX-License-Identifier: Apache-2.0
"""Ways to recordings that can be looked at; whoever builds the window brings them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.past import Player
from groundstation.fleet.progress import Progress

SaveIncident = Callable[[Path, float, float, float, Path, Progress], object]
"""Packs the time around a moment: source, moment on its clock, seconds before and after, target, and who is told how
far it is. Raises GroundStationError, CancelledError."""
SetBookmark = Callable[[float, str, VehicleKey | None], None]
"""Tells every station and the recording of a moment, seconds since 1970, with a note and the vehicle that is meant."""


class PlayerAccess(msgspec.Struct, frozen=True):
    """Called on a thread of their own; they may take their time. Both raise GroundStationError."""

    open_session: Callable[[Path], Player]
    """A session of ours, which may still be recorded, by its folder."""
    open_files: Callable[[Sequence[Path], Progress], Player]
    """Logs of any format, or sessions that are over: their vehicles are of the tree of replays. Of several the first is
    what the others are compared with. Whom it tells how far the opening is may end it by an error."""
    host: str = ""
    """This computer, as its recorder tells it; empty where any recorder's folder may be one of this computer."""
    save_incident: SaveIncident | None = None
    """None where nobody can."""
    set_bookmark: SetBookmark | None = None
    """Called on the GUI thread; None for a window without a broker."""
