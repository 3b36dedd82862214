# SPDX-License-Identifier: Apache-2.0
"""Ways to recordings that can be looked at; whoever builds the window brings them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from groundstation.fleet.past import Player


class PlayerAccess(msgspec.Struct, frozen=True):
    """Called on a thread of their own; they may take their time. Both raise GroundStationError."""

    open_session: Callable[[Path], Player]
    """A session of ours, which may still be recorded, by its folder."""
    open_file: Callable[[Path], Player]
    """A log of any format, or a session that is over: its vehicles are of the tree of replays."""
