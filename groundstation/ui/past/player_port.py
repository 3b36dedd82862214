# SPDX-License-Identifier: Apache-2.0
"""Ways to recordings that can be looked at; whoever builds the window brings them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from groundstation.fleet.past import Player


class PlayerAccess(msgspec.Struct, frozen=True):
    """Called on a thread of their own; they may take their time. Both raise GroundStationError."""

    open_session: Callable[[Path], Player]
    """A session of ours, which may still be recorded, by its folder."""
    open_files: Callable[[Sequence[Path]], Player]
    """Logs of any format, or sessions that are over: their vehicles are of the tree of replays. Of several the first is
    what the others are compared with."""
