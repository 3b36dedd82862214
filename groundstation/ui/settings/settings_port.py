# SPDX-License-Identifier: Apache-2.0
"""What the window wants of the program for its settings. Pure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from groundstation.fleet.settings.settings import Settings


class SettingsAccess(msgspec.Struct, frozen=True):
    """Ways to the file."""

    path: Path
    """Where it is; it need not be there."""
    write: Callable[[Settings], None]
    """Writes it whole or not at all; called on a thread. Raises GroundStationError."""
    problems: tuple[str, ...] = ()
    """What was wrong in it when the program began, a line each."""
    open_again: Callable[[], None] | None = None
    """Closes the window and opens it anew; None where whoever runs it can't."""
