# SPDX-License-Identifier: Apache-2.0
"""What the plots want of disks; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from groundstation.fleet.progress import Progress
from groundstation.ui.plots.plot_set import PlotSet
from groundstation.ui.series import Numbers


class Column(msgspec.Struct, frozen=True):
    """One curve of a table."""

    title: str
    """With its unit; from outside."""
    times: Numbers
    """Shape (n,), seconds since 1970, ascending."""
    values: Numbers
    """Shape (n,), in SI, NaN where unknown."""


class SetAccess(msgspec.Struct, frozen=True):
    """Ways to saved plots. All are called on a thread of their own; each raises GroundStationError."""

    names: Callable[[], Sequence[str]]
    read: Callable[[str], PlotSet]
    write: Callable[[PlotSet], None]
    """Keeps one, in place of one of the same name."""
    remove: Callable[[str], None]


class PlotAccess(msgspec.Struct, frozen=True):
    """Ways to files. All are called on a thread of their own; each raises GroundStationError."""

    write_table: Callable[[Sequence[Column], Path, Progress], int]
    """Writes curves as CSV, whole or not at all; returns the number of rows."""
    write_bytes: Callable[[bytes, Path], None]
    """Writes a picture, whole or not at all."""
    sets: SetAccess | None = None
    """Ways to saved plots; None for none."""
