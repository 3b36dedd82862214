# SPDX-License-Identifier: Apache-2.0
"""The window's ways to files of plans. Called on threads of `Tasks`, never on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from groundstation.fleet.plans.fleet_plan import FleetPlan
from groundstation.fleet.plans.ground_tiles import Floats


class PlanDraft(NamedTuple):
    """What was not saved yet."""

    plan: FleetPlan
    file: Path | None
    """Where it was opened or saved last; None for nowhere."""


class PlanAccess(NamedTuple):
    """Ways to plans on disk; each raises `GroundStationError` with cause and remedy."""

    read: Callable[[Path], FleetPlan]
    """A file of any format; one plan is one part."""
    write: Callable[[FleetPlan, int, Path], None]
    """Write it whole, or not at all; the ending says how, and whether all parts or the one of this index."""
    write_parts: Callable[[FleetPlan, Path, str], int]
    """Write a file for each part into a folder, their names begin with this; how many there are."""
    ground: Callable[[Path, Floats, Floats], Floats]
    """Heights of the ground above the sea at latitudes and longitudes, from a folder of tiles; NaN for not known."""
    draft: Path
    """Where what was not saved yet is kept, so that a crash costs nothing."""
    read_draft: Callable[[Path], PlanDraft | None]
    """None where there is none, or it is of another version."""
    write_draft: Callable[[PlanDraft | None, Path], None]
    """None takes it away."""
