# SPDX-License-Identifier: Apache-2.0
"""What the window wants of groups on disk; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from groundstation.fleet.groups import GroupBook


class GroupAccess(msgspec.Struct, frozen=True):
    """Ways to the file. Both are called on a thread of their own; each raises GroundStationError."""

    read: Callable[[], GroupBook]
    """Everything in it; nothing where there is no file yet."""
    write: Callable[[GroupBook], None]
    """Whole or not at all."""
