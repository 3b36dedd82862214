# SPDX-License-Identifier: Apache-2.0
"""What the window wants of layouts on disk; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from groundstation.ui.layouts.layout_file import LayoutFile


class LayoutAccess(msgspec.Struct, frozen=True):
    """Ways to layouts. All are called on a thread of their own; each raises GroundStationError."""

    names: Callable[[], Sequence[str]]
    """Of those of this user, by name."""
    read: Callable[[str], LayoutFile]
    """One of them."""
    write: Callable[[LayoutFile], None]
    """Keeps one, in place of one of the same name."""
    remove: Callable[[str], None]
    read_file: Callable[[Path], LayoutFile]
    """One of anybody."""
    write_file: Callable[[LayoutFile, Path], None]
